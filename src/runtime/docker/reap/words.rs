//! What stays in a container, in words.

use super::super::client::Client;
use super::super::inspect;

/// Processes that are named one by one.
const NAMED: usize = 4;

/// Characters of a command.
const COMMAND: usize = 80;

/// Says what still runs and why. `leader`: what the engine says is the first process of the terminal.
pub(super) async fn stays(
    client: &Client,
    container: &str,
    leader: Option<i32>,
    why: &str,
) -> String {
    let running = match leader {
        Some(leader) => running(client, container, leader).await,
        None => Vec::new(),
    };
    sentence(&running, why)
}

fn sentence(running: &[String], why: &str) -> String {
    if running.is_empty() {
        return format!("what was started in it may still run in the container: {why}");
    }
    let mut named = running.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if let more @ 1.. = running.len().saturating_sub(NAMED) {
        named.push_str(&format!(" and {more} more"));
    }
    format!("left running in the container: {named}: {why}")
}

/// The leader and all below it, as the engine's own list of processes has them; empty if that is not to be had.
async fn running(client: &Client, container: &str, leader: i32) -> Vec<String> {
    let Ok(top) = inspect::top(client, container).await else { return Vec::new() };
    let column = |names: &[&str]| top.titles.iter().position(|t| names.contains(&t.as_str()));
    let (Some(id), Some(parent), Some(command)) =
        (column(&["PID"]), column(&["PPID"]), column(&["CMD", "COMMAND"]))
    else {
        return Vec::new();
    };
    let since = column(&["STIME", "START"]);
    descendants(&top.processes, id, parent, &leader.to_string())
        .into_iter()
        .filter_map(|row| {
            let command: String = row.get(command)?.chars().take(COMMAND).collect();
            Some(match since.and_then(|since| row.get(since)) {
                Some(since) => format!("`{command}` (since {since})"),
                None => format!("`{command}`"),
            })
        })
        .collect()
}

fn descendants<'a>(
    rows: &'a [Vec<String>],
    id: usize,
    parent: usize,
    leader: &'a str,
) -> Vec<&'a [String]> {
    let mut found: Vec<&[String]> = Vec::new();
    let mut ids = vec![leader];
    let mut at = 0;
    while let Some(next) = ids.get(at).copied() {
        at += 1;
        for row in rows {
            let is = |column: usize, value: &str| row.get(column).is_some_and(|cell| cell == value);
            if next == leader && is(id, leader) && !found.iter().any(|f| f.as_ptr() == row.as_ptr())
            {
                found.push(row);
            } else if is(parent, next)
                && let Some(child) = row.get(id)
                && !ids.contains(&child.as_str())
            {
                ids.push(child);
                found.push(row);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_named_and_counted() {
        let rows: Vec<Vec<String>> = ["10 1 sh", "12 10 sleep", "13 12 cat", "20 1 other"]
            .iter()
            .map(|row| row.split(' ').map(str::to_owned).collect())
            .collect();
        let commands: Vec<_> = descendants(&rows, 0, 1, "10").iter().map(|row| &row[2]).collect();
        assert_eq!(commands, ["sh", "sleep", "cat"]);
        assert!(descendants(&rows, 0, 1, "99").is_empty());
        let names: Vec<String> = ["`a`", "`b`", "`c`", "`d`", "`e`"].map(str::to_owned).into();
        assert_eq!(
            sentence(&names, "why"),
            "left running in the container: `a`, `b`, `c`, `d` and 1 more: why"
        );
        assert!(sentence(&[], "why").contains("may still run in the container: why"));
    }
}
