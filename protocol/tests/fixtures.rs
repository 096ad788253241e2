//! The golden packets in `fixtures/`: each is read as the command its file is named after, and says the same
//! again. The web client's tests read the same files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use quayside_protocol::{Command, PacketId, Request, packet};
use serde::Deserialize;
use serde_json::Value;

/// Packets that are no commands for the broker.
const OF_CONNECTIONS: [&str; 3] = ["subscribe", "unsubscribe", "ping"];

/// One golden packet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    /// As a client may send it.
    packet: Value,
    /// Its fields as the hub writes them: units as numbers, filters as lists, defaults said.
    data: Value,
}

fn fixtures() -> Vec<(String, Fixture)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        assert_eq!(path.extension().and_then(|e| e.to_str()), Some("json"), "{}", path.display());
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let fixture =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}.json: {error}"));
        (name, fixture)
    };
    fs::read_dir(folder).unwrap().map(read).collect()
}

fn name((noun, opt): (&str, &str)) -> String {
    if opt.is_empty() { noun.to_owned() } else { format!("{noun}_{opt}") }
}

#[test]
fn every_command_has_a_fixture_and_no_fixture_is_left_over() {
    let there: BTreeSet<_> = fixtures().into_iter().map(|(name, _)| name).collect();
    let connection = OF_CONNECTIONS.map(str::to_owned);
    let wanted: BTreeSet<_> =
        Command::ALL.iter().map(|parts| name(*parts)).chain(connection).collect();
    let missing: Vec<_> = wanted.difference(&there).collect();
    let stale: Vec<_> = there.difference(&wanted).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:?}, stale: {stale:?}");
}

#[test]
fn each_is_read_as_what_it_is_named_after_and_says_the_same_again() {
    for (name, Fixture { packet, data }) in fixtures() {
        let text = serde_json::to_vec(&packet).unwrap();
        let (id, request) = packet::decode(&text)
            .unwrap_or_else(|unreadable| panic!("{name}: {}", unreadable.invalid.message()));
        let sent: PacketId = serde_json::from_value(packet["id"].clone()).unwrap();
        assert_eq!(id, Some(sent), "{name}");
        let (read_as, again) = match &request {
            Request::Call(command) => (command.name(), command.data().unwrap()),
            Request::Subscribe(fields) => {
                ("subscribe".to_owned(), serde_json::to_value(fields).unwrap())
            }
            Request::Unsubscribe(fields) => {
                ("unsubscribe".to_owned(), serde_json::to_value(fields).unwrap())
            }
            Request::Ping => ("ping".to_owned(), serde_json::json!({})),
        };
        assert_eq!(read_as, name);
        assert_eq!(again, data, "{name}");

        // What the hub writes is read as the same.
        let mut written = again;
        written["opt"] = packet["data"]["opt"].clone();
        let packet = serde_json::json!({ "type": packet["type"], "data": written });
        let reread = packet::decode(&serde_json::to_vec(&packet).unwrap());
        assert_eq!(reread.map(|(_, request)| request), Ok(request), "{name}");
    }
}
