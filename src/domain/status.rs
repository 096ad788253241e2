//! How `docker ps` words what a container does, and why one does not run. Times are differences to a moment that
//! is handed in, so the words are right when they are read.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::runtime::ContainerFacts;

/// The column STATUS of `docker ps`, as the engine would word it at `now`.
#[must_use]
pub fn status(facts: &ContainerFacts, now: DateTime<Utc>) -> String {
    let ended = || facts.finished_at.map(|at| human_duration(now, at));
    match facts.state.as_str() {
        "running" | "paused" => {
            let up = facts
                .started_at
                .map_or(Cow::Borrowed("Less than a second"), |at| human_duration(now, at));
            match facts.health.as_deref() {
                _ if facts.state == "paused" => format!("Up {up} (Paused)"),
                Some("starting") => format!("Up {up} (health: starting)"),
                Some(health) => format!("Up {up} ({health})"),
                None => format!("Up {up}"),
            }
        }
        "restarting" => {
            let ago = ended().unwrap_or(Cow::Borrowed("Less than a second"));
            format!("Restarting ({}) {ago} ago", facts.exit_code)
        }
        "removing" => "Removal In Progress".to_owned(),
        "dead" => "Dead".to_owned(),
        _ if facts.started_at.is_none() => "Created".to_owned(),
        _ => ended()
            .map_or_else(String::new, |ago| format!("Exited ({}) {ago} ago", facts.exit_code)),
    }
}

/// Why it does not run: `out of memory`, the engine's own error, `killed (SIGKILL)` or `exit 3`; none while it runs
/// and before its first start. Told from what the engine keeps of it, so that it is the same after a restart.
#[must_use]
pub fn reason(facts: &ContainerFacts) -> Option<String> {
    if matches!(facts.state.as_str(), "running" | "paused") {
        return None;
    }
    if facts.oom_killed {
        return Some("out of memory".to_owned());
    }
    if !facts.error.is_empty() {
        return Some(facts.error.clone());
    }
    facts.started_at?;
    Some(match facts.exit_code {
        137 => "killed (SIGKILL)".to_owned(),
        code => format!("exit {code}"),
    })
}

/// Docker's `units.HumanDuration` of the time since `then`; what lies ahead is less than a second.
fn human_duration(now: DateTime<Utc>, then: DateTime<Utc>) -> Cow<'static, str> {
    let elapsed = now.signed_duration_since(then);
    let (seconds, minutes) = (elapsed.num_seconds(), elapsed.num_minutes());
    // Hours are rounded, all else is cut off.
    let hours = (elapsed.num_milliseconds() + 1_800_000).div_euclid(3_600_000);
    let (count, unit) = match () {
        () if seconds < 1 => return Cow::Borrowed("Less than a second"),
        () if seconds == 1 => return Cow::Borrowed("1 second"),
        () if seconds < 60 => (seconds, "seconds"),
        () if minutes == 1 => return Cow::Borrowed("About a minute"),
        () if minutes < 60 => (minutes, "minutes"),
        () if hours == 1 => return Cow::Borrowed("About an hour"),
        () if hours < 48 => (hours, "hours"),
        () if hours < 24 * 7 * 2 => (hours / 24, "days"),
        () if hours < 24 * 30 * 2 => (hours / 24 / 7, "weeks"),
        () if hours < 24 * 365 * 2 => (hours / 24 / 30, "months"),
        () => (elapsed.num_hours() / 24 / 365, "years"),
    };
    Cow::Owned(format!("{count} {unit}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn facts(state: &str) -> ContainerFacts {
        ContainerFacts {
            id: "a".repeat(64),
            name: "web".into(),
            image: "busybox".into(),
            state: state.into(),
            created: at(-10),
            started_at: Some(at(0)),
            finished_at: None,
            exit_code: 0,
            oom_killed: false,
            error: String::new(),
            health: None,
            labels: BTreeMap::new(),
            ports: Vec::new(),
        }
    }

    #[test]
    fn durations_are_worded_as_docker_words_them() {
        let (minute, hour, day) = (60, 3_600, 86_400);
        for (seconds, words) in [
            (-5, "Less than a second"),
            (0, "Less than a second"),
            (1, "1 second"),
            (45, "45 seconds"),
            (59, "59 seconds"),
            (minute, "About a minute"),
            (119, "About a minute"),
            (120, "2 minutes"),
            (3 * minute + 2, "3 minutes"),
            (hour - 1, "59 minutes"),
            (hour, "About an hour"),
            (hour + 29 * minute, "About an hour"),
            (hour + 30 * minute, "2 hours"),
            (47 * hour, "47 hours"),
            (2 * day, "2 days"),
            (7 * day, "7 days"),
            (13 * day + 5 * hour, "13 days"),
            (14 * day, "2 weeks"),
            (30 * day, "4 weeks"),
            (60 * day, "2 months"),
            (365 * day, "12 months"),
            (24 * 30 * day, "24 months"),
            (2 * 365 * day, "2 years"),
            (3 * 365 * day + 2 * 30 * day, "3 years"),
        ] {
            assert_eq!(human_duration(at(seconds), at(0)), words, "{seconds} s");
        }
    }

    #[test]
    fn states_are_worded_as_docker_words_them() {
        let now = at(300);
        let mut up = facts("running");
        assert_eq!(status(&up, now), "Up 5 minutes");
        for (health, words) in [
            ("starting", "Up 5 minutes (health: starting)"),
            ("healthy", "Up 5 minutes (healthy)"),
            ("unhealthy", "Up 5 minutes (unhealthy)"),
        ] {
            up.health = Some(health.into());
            assert_eq!(status(&up, now), words);
        }
        up.state = "paused".into();
        assert_eq!(status(&up, now), "Up 5 minutes (Paused)");

        let mut down = facts("exited");
        (down.finished_at, down.exit_code) = (Some(at(240)), 3);
        assert_eq!(status(&down, now), "Exited (3) About a minute ago");
        down.state = "restarting".into();
        assert_eq!(status(&down, now), "Restarting (3) About a minute ago");
        down.state = "removing".into();
        assert_eq!(status(&down, now), "Removal In Progress");
        down.state = "dead".into();
        assert_eq!(status(&down, now), "Dead");
        let created = ContainerFacts { started_at: None, ..facts("created") };
        assert_eq!(status(&created, now), "Created");
    }

    #[test]
    fn the_reason_is_the_best_that_is_known() {
        let ended = |exit_code| ContainerFacts { exit_code, ..facts("exited") };
        assert_eq!(reason(&facts("running")), None);
        assert_eq!(reason(&ended(3)).as_deref(), Some("exit 3"));
        assert_eq!(reason(&ended(137)).as_deref(), Some("killed (SIGKILL)"));
        let oom = ContainerFacts { oom_killed: true, ..ended(137) };
        assert_eq!(reason(&oom).as_deref(), Some("out of memory"));
        let created = ContainerFacts { started_at: None, ..facts("created") };
        assert_eq!(reason(&created), None);
        let broken = ContainerFacts { error: "no such file".into(), ..created };
        assert_eq!(reason(&broken).as_deref(), Some("no such file"));
    }
}
