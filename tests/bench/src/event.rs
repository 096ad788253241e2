//! What is published: Docker's event for the hub, and a line that makes as many bytes on the wire for the others.
//!
//! Every one carries a mark, which nothing else on any wire holds, and the moment it was published. Deliveries are
//! counted by the mark, whatever frames surround it.

use std::io::Write as _;

use crate::clock;

/// Stands exactly once in each event.
pub(crate) const MARK: u8 = b'^';

/// Digits of the moment behind the mark.
pub(crate) const DIGITS: usize = 16;

/// Something of a host that an event can be about.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Docker's own form, as an engine streams it: about the container, or about a network that it joins. Neither is of
/// a kind that has the hub ask the engine again.
pub(crate) fn docker(out: &mut Vec<u8>, subject: &Subject, number: u64, network: bool) {
    let (at, wall) = (clock::now(), clock::wall());
    let Subject { id, name } = subject;
    let seconds = wall / 1_000_000_000;
    let head = if network {
        format!(
            r#"{{"Type":"network","Action":"connect","Actor":{{"ID":"{number:064x}","Attributes":{{"at":"^{at:016}","container":"{id}","name":"bridge","type":"bridge"}}}}"#
        )
    } else {
        format!(
            r#"{{"status":"top","id":"{id}","from":"busybox","Type":"container","Action":"top","Actor":{{"ID":"{id}","Attributes":{{"at":"^{at:016}","image":"busybox","name":"{name}"}}}}"#
        )
    };
    // Writing to memory does not fail.
    _ = writeln!(out, r#"{head},"scope":"local","time":{seconds},"timeNano":{wall}}}"#);
}

/// A line of `length` bytes without its end.
pub(crate) fn line(out: &mut Vec<u8>, length: usize) {
    let begun = out.len();
    _ = write!(out, r#"{{"type":"event","data":{{"at":"^{:016}","pad":""#, clock::now());
    out.resize((begun + length).saturating_sub(3), b'x');
    out.extend_from_slice(br#""}}"#);
}

/// The moment behind the first mark, if all of it is there.
pub(crate) fn moment(bytes: &[u8]) -> Option<u64> {
    let at = bytes.iter().position(|byte| *byte == MARK)? + 1;
    std::str::from_utf8(bytes.get(at..at + DIGITS)?).ok()?.parse().ok()
}

/// How many events these bytes hold.
pub(crate) fn count(bytes: &[u8]) -> u64 {
    // Sums of bytes, so that the compiler makes vectors of it.
    bytes
        .chunks(255)
        .map(|chunk| u64::from(chunk.iter().map(|byte| u8::from(*byte == MARK)).sum::<u8>()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_one_mark_and_its_moment() {
        let subject = Subject { id: "a".repeat(64), name: "c000".to_owned() };
        for network in [false, true] {
            let mut event = Vec::new();
            docker(&mut event, &subject, 7, network);
            assert_eq!(count(&event), 1);
            assert!(moment(&event).is_some_and(|at| at <= clock::now()));
            assert!(serde_json::from_slice::<serde_json::Value>(&event).is_ok());
        }
        let mut text = Vec::new();
        line(&mut text, 300);
        assert_eq!((text.len(), count(&text)), (300, 1));
        assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok());
        assert_eq!(count(&text.repeat(1_000)), 1_000);
    }
}
