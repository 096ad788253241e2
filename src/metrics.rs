//! What the hub counts, and its text for Prometheus.
//!
//! Names begin `quayside_`, units stand in the name, and labels are `transport` `host` `kind` `result` only:
//! none per container or account, so that the number of series is bounded by what is built in and configured.
//! Nobody but [`Metrics::encode`] knows the registry.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry, Unit};

/// The `Content-Type` of [`Metrics::encode`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByTransport {
    transport: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByRequest {
    transport: &'static str,
    kind: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByHost {
    host: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCall {
    host: String,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCallResult {
    host: String,
    kind: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByKind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    result: &'static str,
}

/// A histogram of seconds: twelve buckets, each three times the one before, from `first` on.
#[derive(Debug, Clone)]
struct Seconds {
    first: f64,
}

impl MetricConstructor<Histogram> for Seconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(exponential_buckets(self.first, 3.0, 12))
    }
}

/// Half a millisecond to a minute and a half: calls and ways over a network.
const NETWORK: Seconds = Seconds { first: 0.0005 };
/// A tenth of a millisecond to 18 seconds: a disk.
const DISK: Seconds = Seconds { first: 0.0001 };

type HostSeconds<L> = Family<L, Histogram, Seconds>;

/// All that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    connections: Family<ByTransport, Gauge>,
    connections_opened: Family<ByTransport, Counter>,
    requests: Family<ByRequest, Counter>,
    events_in: Family<ByHost, Counter>,
    events_out: Family<ByTransport, Counter>,
    event_lag: HostSeconds<ByHost>,
    gaps: Family<ByHost, Counter>,
    engine_calls: Family<ByCallResult, Counter>,
    engine_call: HostSeconds<ByCall>,
    store_commit: Histogram,
    store_writes: Family<ByResult, Counter>,
    host_up: Family<ByHost, Gauge>,
    subscriptions: Gauge,
    terminals: Family<ByKind, Gauge>,
    terminal_bytes: Family<ByKind, Counter>,
    refused: Family<ByKind, Counter>,
    /// Kinds and results of engine calls so far, all of them words of the program, so that the series of a
    /// host that is gone can be found.
    calls_seen: Mutex<BTreeSet<(&'static str, &'static str)>>,
}

/// One that is counted as long as it is held.
#[derive(Debug)]
#[must_use = "it is counted only as long as it is held"]
pub struct Counted(Gauge);

impl Counted {
    fn one(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("quayside");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program that runs", build);
        let to = &mut registry;
        Self {
            connections: add(to, "connections", "Open connections", Family::default()),
            connections_opened: add(
                to,
                "connections_opened",
                "Connections so far",
                Family::default(),
            ),
            requests: add(to, "requests", "Answered requests and packets", Family::default()),
            events_in: add(to, "events_in", "Events taken from hosts", Family::default()),
            events_out: add(to, "events_out", "Events written to clients", Family::default()),
            event_lag: add_seconds(
                to,
                "event_lag",
                "From an engine's own time of an event to its place in the log",
                Family::new_with_constructor(NETWORK),
            ),
            gaps: add(
                to,
                "gaps",
                "Times at which events of a host may be missing",
                Family::default(),
            ),
            engine_calls: add(to, "engine_calls", "Calls to engines", Family::default()),
            engine_call: add_seconds(
                to,
                "engine_call",
                "From a call to an engine to its answer",
                Family::new_with_constructor(NETWORK),
            ),
            store_commit: add_seconds(
                to,
                "store_commit",
                "One flush of the store",
                DISK.new_metric(),
            ),
            store_writes: add(to, "store_writes", "Writes to the store", Family::default()),
            host_up: add(to, "host_up", "1 where the host is online, else 0", Family::default()),
            subscriptions: add(to, "subscriptions", "Live subscriptions", Gauge::default()),
            terminals: add(to, "terminals", "Terminals whose program runs", Family::default()),
            terminal_bytes: add_bytes(
                to,
                "terminal",
                "What was typed into terminals, and what their programs put out",
                Family::default(),
            ),
            refused: add(to, "refused", "What a limit refused", Family::default()),
            calls_seen: Mutex::default(),
            registry,
        }
    }

    /// A connection, open until what comes back is dropped.
    pub fn connected(&self, transport: &'static str) -> Counted {
        let labels = ByTransport { transport };
        self.connections_opened.get_or_create(&labels).inc();
        Counted::one(self.connections.get_or_create_owned(&labels))
    }

    /// A request or packet was answered. `kind` is its command (`container_start`), `result` is `ok` or the
    /// code of its error.
    pub fn request(&self, transport: &'static str, kind: &'static str, result: &'static str) {
        self.requests.get_or_create(&ByRequest { transport, kind, result }).inc();
    }

    /// Counts the events of a host; to be kept by who reads them.
    #[must_use]
    pub fn events_in(&self, host: &str) -> Counter {
        self.events_in.get_or_create_owned(&ByHost { host: host.into() })
    }

    /// Counts the events written to clients of a transport; to be kept by who writes them.
    #[must_use]
    pub fn events_out(&self, transport: &'static str) -> Counter {
        self.events_out.get_or_create_owned(&ByTransport { transport })
    }

    /// Seconds from an engine's time of an event to its place in the log; to be kept by who puts it there.
    #[must_use]
    pub fn event_lag(&self, host: &str) -> Histogram {
        self.event_lag.get_or_create_owned(&ByHost { host: host.into() })
    }

    /// Events of a host may be missing.
    pub fn gap(&self, host: &str) {
        self.gaps.get_or_create(&ByHost { host: host.into() }).inc();
    }

    /// An engine answered, or failed to. `kind` is the call (`container_list`), `result` is `ok` or the code
    /// of its error.
    pub fn engine_call(
        &self,
        host: &str,
        kind: &'static str,
        result: &'static str,
        took: Duration,
    ) {
        self.calls_seen.lock().unwrap_or_else(PoisonError::into_inner).insert((kind, result));
        let labels = ByCallResult { host: host.into(), kind, result };
        self.engine_calls.get_or_create(&labels).inc();
        let labels = ByCall { host: labels.host, kind };
        self.engine_call.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// The store flushed once.
    pub fn store_commit(&self, took: Duration) {
        self.store_commit.observe(took.as_secs_f64());
    }

    /// The store answered a write. `result` is `ok` or the code of its error.
    pub fn store_write(&self, result: &'static str) {
        self.store_writes.get_or_create(&ByResult { result }).inc();
    }

    /// A host went online or offline.
    pub fn host_up(&self, host: &str, up: bool) {
        self.host_up.get_or_create(&ByHost { host: host.into() }).set(i64::from(up));
    }

    /// A subscription, live until what comes back is dropped.
    pub fn subscribed(&self) -> Counted {
        Counted::one(self.subscriptions.clone())
    }

    /// Terminals of a kind (`exec`, `attach`, `local`) are so many now.
    pub fn terminals(&self, kind: &'static str, count: u64) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.terminals.get_or_create(&ByKind { kind }).set(count);
    }

    /// So many bytes passed through terminals since the start, as `input` or `output`.
    pub fn terminal_bytes(&self, kind: &'static str, bytes: u64) {
        self.terminal_bytes.get_or_create(&ByKind { kind }).inner().fetch_max(bytes, Relaxed);
    }

    /// A limit refused something. `kind` is the limit (`connections`, `per_address`).
    pub fn refused(&self, kind: &'static str) {
        self.refused.get_or_create(&ByKind { kind }).inc();
    }

    /// Drops every series of a host that was removed.
    ///
    /// To be called when nothing counts for it any more: what is counted later shows again, but for handles
    /// that are still held, which count on unseen.
    pub fn forget_host(&self, host: &str) {
        let by_host = ByHost { host: host.into() };
        self.events_in.remove(&by_host);
        self.event_lag.remove(&by_host);
        self.gaps.remove(&by_host);
        self.host_up.remove(&by_host);
        let seen = self.calls_seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, result) in seen.iter().copied() {
            self.engine_calls.remove(&ByCallResult { host: host.into(), kind, result });
            self.engine_call.remove(&ByCall { host: host.into(), kind });
        }
    }

    /// Everything in the OpenMetrics text form, which Prometheus reads; its type is [`CONTENT_TYPE`].
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = String::new();
        // Writing to a text cannot fail.
        _ = text::encode(&mut out, &self.registry);
        out
    }
}

fn add<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

fn add_bytes<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register_with_unit(name, help, Unit::Bytes, metric.clone());
    metric
}

fn add_seconds<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register_with_unit(name, help, Unit::Seconds, metric.clone());
    metric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_label_is_as_promised() {
        let metrics = Metrics::new();
        let connection = metrics.connected("ws");
        let subscription = metrics.subscribed();
        metrics.request("http", "container_start", "ok");
        metrics.events_in("lab").inc();
        metrics.events_out("sse").inc_by(3);
        metrics.event_lag("lab").observe(0.002);
        metrics.gap("lab");
        metrics.engine_call("lab", "container_list", "timeout", Duration::from_millis(20));
        metrics.store_commit(Duration::from_millis(3));
        metrics.store_write("ok");
        metrics.host_up("lab", true);
        metrics.refused("connections");
        metrics.terminals("exec", 3);
        metrics.terminal_bytes("input", 2);
        metrics.terminal_bytes("output", 70);
        let text = metrics.encode();
        for line in [
            "quayside_connections{transport=\"ws\"} 1",
            "quayside_connections_opened_total{transport=\"ws\"} 1",
            "quayside_requests_total{transport=\"http\",kind=\"container_start\",result=\"ok\"} 1",
            "quayside_events_in_total{host=\"lab\"} 1",
            "quayside_events_out_total{transport=\"sse\"} 3",
            "quayside_event_lag_seconds_count{host=\"lab\"} 1",
            "quayside_gaps_total{host=\"lab\"} 1",
            "quayside_engine_calls_total{host=\"lab\",kind=\"container_list\",result=\"timeout\"} 1",
            "quayside_engine_call_seconds_count{host=\"lab\",kind=\"container_list\"} 1",
            "quayside_store_commit_seconds_count 1",
            "quayside_store_writes_total{result=\"ok\"} 1",
            "quayside_host_up{host=\"lab\"} 1",
            "quayside_subscriptions 1",
            "quayside_terminals{kind=\"exec\"} 3",
            "quayside_terminal_bytes_total{kind=\"input\"} 2",
            "quayside_terminal_bytes_total{kind=\"output\"} 70",
            "quayside_refused_total{kind=\"connections\"} 1",
            concat!("quayside_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
            "# EOF",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
        drop((connection, subscription));
        let text = metrics.encode();
        assert!(text.contains("quayside_connections{transport=\"ws\"} 0"), "{text}");
        assert!(text.contains("quayside_subscriptions 0"), "{text}");
    }

    #[test]
    fn a_host_that_is_removed_leaves_no_series() {
        let metrics = Metrics::new();
        for host in ["lab", "attic"] {
            metrics.events_in(host).inc();
            metrics.event_lag(host).observe(0.1);
            metrics.gap(host);
            metrics.engine_call(host, "ping", "ok", Duration::ZERO);
            metrics.engine_call(host, "container_list", "engine", Duration::ZERO);
            metrics.host_up(host, false);
        }
        metrics.forget_host("lab");
        let text = metrics.encode();
        assert!(!text.contains("\"lab\""), "{text}");
        assert!(text.contains("\"attic\""), "{text}");
    }
}
