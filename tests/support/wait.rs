//! Waiting for a condition, with a deadline that only a fault reaches.

use std::time::{Duration, Instant};

/// How long anything may take that is waited for, unless a test says otherwise: what hangs is found, what is slow on a
/// busy machine is not judged.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Between two looks at a condition.
const GLANCE: Duration = Duration::from_millis(10);

/// Waits until `look` finds something; gives it with the time that took.
///
/// # Panics
/// After `limit`, saying `what` was waited for.
pub(crate) async fn within<T, F: Future<Output = Option<T>>>(
    limit: Duration,
    what: &str,
    mut look: impl FnMut() -> F,
) -> (T, Duration) {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return (found, begun.elapsed());
        }
        assert!(begun.elapsed() < limit, "waited {limit:?} for {what}");
        tokio::time::sleep(GLANCE).await;
    }
}

/// Waits with patience until `look` finds something.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    look: impl FnMut() -> F,
) -> T {
    within(PATIENCE, what, look).await.0
}

/// Waits until `holds`.
pub(crate) async fn for_true(limit: Duration, what: &str, holds: impl Fn() -> bool) -> Duration {
    within(limit, what, async || holds().then_some(())).await.1
}

/// Lets `time` go by, for a test whose subject is that time: a load that lasts, a silence, a pace.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// `future`, or a panic that says `what` did not come in time.
pub(crate) async fn bounded<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(limit, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: nothing within {limit:?}"),
    }
}
