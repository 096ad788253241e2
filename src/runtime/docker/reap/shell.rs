//! Ending by the image's own shell, where the hub's program cannot be put or run.

use super::super::client::Client;
use super::program::ROOT;
use super::run::run;
use crate::runtime::Result;

const SCRIPT: &str = include_str!("end.sh");

/// What one run of the script said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// Sessions that belong to the terminal.
    pub(super) sessions: String,
    /// How many processes run still.
    pub(super) left: usize,
}

/// Ends what belongs to `session`; none if the image has no shell. `user` is who it ran as (none: the container's
/// own), unless that is root.
///
/// # Errors
/// What befell the way to the engine or the container itself.
pub(super) async fn end(
    client: &Client,
    container: &str,
    session: &str,
    user: Option<Option<&str>>,
) -> Result<Option<Report>> {
    let Some(user) = user else {
        return script(client, container, session, Some(ROOT), "end", "").await;
    };
    // Only its own user may read a process's environment, root excepted who may kill; so one finds, the other ends.
    let Some(seen) = script(client, container, session, user, "look", "").await? else {
        return Ok(None);
    };
    let root = script(client, container, session, Some(ROOT), "end", &seen.sessions).await?;
    match root {
        Some(report) if report.left == 0 => Ok(Some(report)),
        // Root without the right to kill others'.
        _ => script(client, container, session, user, "end", &seen.sessions).await,
    }
}

async fn script(
    client: &Client,
    container: &str,
    session: &str,
    user: Option<&str>,
    mode: &str,
    sessions: &str,
) -> Result<Option<Report>> {
    let words = ["sh", "-c", SCRIPT, "quayside", session, mode, sessions].map(str::to_owned);
    Ok(report(&run(client, container, user, words.into()).await?.said))
}

/// None if it did not come to its end.
fn report(said: &str) -> Option<Report> {
    let mut report = Report { sessions: String::new(), left: 0 };
    for line in said.lines() {
        match line.split_once(' ') {
            Some(("sessions", ids)) => ids.clone_into(&mut report.sessions),
            Some(("left", _)) => report.left += 1,
            None if line == "done" => return Some(report),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_report_with_an_end_counts() {
        let said = "sessions 7 21\nleft 7\ndone\n";
        assert_eq!(report(said), Some(Report { sessions: "7 21".to_owned(), left: 1 }));
        assert_eq!(report("sessions 7 21\nleft 7\n"), None);
        assert_eq!(report("sh: not found\n"), None);
        let report = report("sessions\ndone\n").unwrap();
        assert_eq!((report.sessions.as_str(), report.left), ("", 0));
    }
}
