//! The envelope of what clients send.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::codec::{self, Invalid, MAX_PACKET};
use crate::command::{Command, Nothing};
use crate::topic::{Subscribe, Unsubscribe};

/// The client's own mark of a packet; it comes back in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a number or a text")]
pub enum PacketId {
    /// A number.
    Number(serde_json::Number),
    /// A text of at most 128 bytes.
    Text(String),
}

/// Longest text of a [`PacketId`], in bytes: it is echoed, so it must not be a way to make the hub send much.
const MAX_ID: usize = 128;

/// What a packet asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Something for the broker.
    Call(Command),
    /// A subscription of this connection.
    Subscribe(Box<Subscribe>),
    /// The end of one.
    Unsubscribe(Unsubscribe),
    /// Is anybody there?
    Ping,
}

/// A packet that could not be read: its id, where that could be, and what is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// The packet's id, where it had a readable one.
    pub id: Option<PacketId>,
    /// What is wrong.
    pub invalid: Invalid,
    /// Whether the text is no packet at all (ten of these in a row close a WebSocket), rather than a packet
    /// with a wrong field.
    pub malformed: bool,
}

/// Reads one packet.
///
/// # Errors
/// [`Unreadable`] with the packet's id where it could be found.
pub fn decode(text: &[u8]) -> Result<(Option<PacketId>, Request), Unreadable> {
    let malformed = |id, invalid| Unreadable { id, invalid, malformed: true };
    if text.len() > MAX_PACKET {
        return Err(malformed(None, Invalid::new("", "the packet is over 1 MiB")));
    }
    let value: Value = serde_json::from_slice(text)
        .map_err(|e| malformed(None, Invalid::new("", format!("not JSON: {e}"))))?;
    let Value::Object(mut packet) = value else {
        return Err(malformed(None, Invalid::new("", "a packet is a JSON object")));
    };
    let id = match packet.remove("id") {
        None | Some(Value::Null) => None,
        Some(id) => match serde_json::from_value::<PacketId>(id) {
            Ok(PacketId::Text(text)) if text.len() > MAX_ID => {
                return Err(malformed(None, Invalid::new("id", "is over 128 bytes")));
            }
            Ok(id) => Some(id),
            Err(_) => {
                return Err(malformed(None, Invalid::new("id", "must be a number or a text")));
            }
        },
    };
    let noun = match packet.remove("type") {
        Some(Value::String(noun)) => noun,
        Some(_) => return Err(malformed(id, Invalid::new("type", "must be a text"))),
        None => return Err(malformed(id, Invalid::new("type", "is missing"))),
    };
    let data = match packet.remove("data") {
        None | Some(Value::Null) => Value::Object(serde_json::Map::new()),
        Some(data @ Value::Object(_)) => data,
        Some(_) => return Err(malformed(id, Invalid::new("data", "must be an object"))),
    };
    request(&noun, data).map(|request| (id.clone(), request)).map_err(|invalid| Unreadable {
        id,
        malformed: invalid.field == "type",
        invalid,
    })
}

fn request(noun: &str, data: Value) -> Result<Request, Invalid> {
    match noun {
        "subscribe" => codec::fields(data).map(|s| Request::Subscribe(Box::new(s))),
        "unsubscribe" => codec::fields(data).map(Request::Unsubscribe),
        "ping" => codec::fields::<Nothing>(data).map(|_| Request::Ping),
        noun => {
            let opt = match data.get("opt") {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(opt)) => opt.clone(),
                Some(_) => return Err(Invalid::new("opt", "must be a text")),
            };
            Command::decode(noun, &opt, data).map(Request::Call)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> String {
        decode(text.as_bytes()).expect_err(text).invalid.field
    }

    #[test]
    fn the_wrong_field_is_named() {
        assert_eq!(field("{}"), "type");
        assert_eq!(field(r#"{"type":"container","data":{}}"#), "opt");
        assert_eq!(field(r#"{"type":"container","data":{"opt":"start","host":"a"}}"#), "container");
        assert_eq!(
            field(r#"{"type":"container","data":{"opt":"start","host":1,"id":"b"}}"#),
            "host"
        );
        let create =
            r#"{"type":"container","data":{"opt":"create","image_id":"a","limits":{"cpus":true}}}"#;
        assert_eq!(field(create), "limits.cpus");
        let volume = r#"{"type":"container","data":{"opt":"create","image_id":"a","volumes":[{"name":"x"}]}}"#;
        assert_eq!(field(volume), "volumes[0].destination");
    }

    #[test]
    fn the_id_comes_back_even_when_the_rest_is_wrong() {
        let refused = decode(br#"{"type":"nonsense","id":"x7"}"#).expect_err("unknown noun");
        assert_eq!(refused.id, Some(PacketId::Text("x7".into())));
        assert!(refused.malformed);
    }

    #[test]
    fn id_and_container_are_the_same() {
        let read = decode(
            br#"{"type":"container","id":1,"data":{"opt":"start","host":"a","id":"web","x":1}}"#,
        );
        let Ok((_, Request::Call(Command::ContainerStart(target)))) = read else {
            unreachable!("a start was sent: {read:?}")
        };
        assert_eq!(target.container, "web");
    }
}
