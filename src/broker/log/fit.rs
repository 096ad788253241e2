//! Keeps an entry small enough to be stored. Attributes and actions are an engine's words and go through word for
//! word, unless they are absurdly long: a command of 100 KB in `exec_start` must not stop the log.

use std::collections::BTreeMap;

use quayside_protocol::push::Event;

use super::entry::json;
use super::options::Payload;

/// Longest data of an entry, in bytes of JSON: with what is stored beside it, it stays under the store's 64 KiB.
pub(super) const MAX_DATA: usize = 60 * 1024;

/// What all attributes of a shortened event may have, in bytes before JSON, which can take six for one.
const MAX_ATTRS: usize = 4 * 1024;

/// The data as JSON. Where that is over [`MAX_DATA`], the event is shortened and says so in
/// `attrs["quayside.shortened"]`.
pub(super) fn data(payload: &mut Payload) -> String {
    let text = encode(payload);
    let Payload::Event(event) = payload else { return text };
    if text.len() <= MAX_DATA {
        return text;
    }
    shorten(event);
    encode(payload)
}

fn encode(payload: &Payload) -> String {
    match payload {
        Payload::Event(event) => json(event),
        Payload::Gap(gap) => json(gap),
    }
}

fn shorten(event: &mut Event) {
    cut(&mut event.action, 1024);
    for text in [&mut event.r#type, &mut event.actor_id, &mut event.actor_name] {
        cut(text, 512);
    }
    let mut attrs: Vec<_> = std::mem::take(&mut event.attrs).into_iter().collect();
    attrs.sort_by_key(|(key, value)| key.len() + value.len());
    let mut room = MAX_ATTRS;
    let kept = attrs.into_iter().map_while(|(key, value)| {
        room = room.checked_sub(key.len() + value.len())?;
        Some((key, value))
    });
    event.attrs = kept.collect::<BTreeMap<_, _>>();
    event.attrs.insert("quayside.shortened".to_owned(), "true".to_owned());
}

/// Cuts at the last whole character within `most` bytes.
fn cut(text: &mut String, most: usize) {
    text.truncate(text.floor_char_boundary(most));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absurdly_long_is_shortened_and_says_so() {
        let mut attrs: BTreeMap<_, _> =
            (0..10_000).map(|n| (format!("label{n}"), "\u{1}".repeat(40))).collect();
        attrs.insert("name".into(), "web".into());
        let event = Event {
            host: "a".into(),
            r#type: "container".into(),
            action: format!("exec_start: {}", "é".repeat(100_000)),
            actor_id: "c".repeat(64),
            actor_name: "web".into(),
            timestamp: 1,
            attrs,
        };
        let mut payload = Payload::Event(event);
        assert!(data(&mut payload).len() <= MAX_DATA);
        let Payload::Event(event) = payload else { unreachable!() };
        assert!(event.action.starts_with("exec_start: é"));
        assert_eq!(event.attrs["name"], "web");
        assert_eq!(event.attrs["quayside.shortened"], "true");
    }
}
