//! Breaks a good packet in one of many ways.

use quayside_protocol::packet;
use serde_json::{Map, Value, json};

use crate::support::dice::Dice;

/// The golden packets, as text.
pub(super) fn golden() -> Vec<String> {
    let folder = format!("{}/protocol/fixtures", env!("CARGO_MANIFEST_DIR"));
    let mut packets: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            serde_json::from_str::<Value>(&text).unwrap()["packet"].to_string()
        })
        .collect();
    packets.sort();
    packets
}

/// A packet that cannot be read, whichever way it was broken.
pub(super) fn unreadable(dice: &mut Dice, golden: &[String]) -> Vec<u8> {
    loop {
        let good = dice.pick(golden).clone();
        let broken = broken(dice, &good);
        if packet::decode(&broken).is_err() {
            return broken;
        }
    }
}

fn broken(dice: &mut Dice, good: &str) -> Vec<u8> {
    match dice.below(10) {
        0 => cut(dice, good),
        1 => noise(dice, good),
        2 => any_bytes(dice),
        3 => nested(dice),
        4 => any_value(dice, 3).to_string().into_bytes(),
        5 => envelope(dice, good),
        _ => field(dice, good),
    }
}

/// Ends in the middle.
fn cut(dice: &mut Dice, good: &str) -> Vec<u8> {
    good.as_bytes()[..dice.below(good.len())].to_vec()
}

/// Some bytes are others.
fn noise(dice: &mut Dice, good: &str) -> Vec<u8> {
    let mut bytes = good.as_bytes().to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        bytes[at] = dice.below(256) as u8;
    }
    bytes
}

fn any_bytes(dice: &mut Dice) -> Vec<u8> {
    (0..dice.below(200)).map(|_| dice.below(256) as u8).collect()
}

/// Deeper than anybody means it.
fn nested(dice: &mut Dice) -> Vec<u8> {
    let depth = 1 + dice.below(50_000);
    let (open, close) = if dice.once_in(2) { ("[", "]") } else { ("{\"data\":", "}") };
    let mut text = open.repeat(depth);
    text.push_str("null");
    if dice.once_in(2) {
        text.push_str(&close.repeat(depth));
    }
    text.into_bytes()
}

/// The envelope says something else.
fn envelope(dice: &mut Dice, good: &str) -> Vec<u8> {
    let mut packet: Map<String, Value> = serde_json::from_str(good).unwrap();
    let name = *dice.pick(&["type", "id", "data", "opt"]);
    let value = any_value(dice, 2);
    match name {
        "opt" => packet.entry("data").or_insert_with(|| json!({}))["opt"] = value,
        name if dice.once_in(3) => drop(packet.remove(name)),
        name => drop(packet.insert(name.to_owned(), value)),
    }
    Value::Object(packet).to_string().into_bytes()
}

/// A field is missing, of another type, or out of range.
fn field(dice: &mut Dice, good: &str) -> Vec<u8> {
    let mut packet: Value = serde_json::from_str(good).unwrap();
    let mut place = &mut packet["data"];
    while let Value::Object(fields) = place {
        if fields.is_empty() {
            break;
        }
        let names: Vec<_> = fields.keys().cloned().collect();
        let name = dice.pick(&names).clone();
        if dice.once_in(4) {
            fields.remove(&name);
            break;
        }
        let inner = &mut fields[&name];
        if inner.is_object() && dice.once_in(2) {
            place = inner;
            continue;
        }
        *inner = any_value(dice, 2);
        break;
    }
    packet.to_string().into_bytes()
}

fn any_value(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth == 0 { 9 } else { 11 }) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(-1.5e300),
        5 => json!(""),
        6 => json!("\u{0}\u{202e}\u{feff}"),
        7 => json!("x".repeat(dice.below(3_000))),
        8 => json!("../../etc/passwd?x=1#y"),
        9 => (0..dice.below(4)).map(|_| any_value(dice, depth - 1)).collect(),
        _ => {
            let names = ["opt", "host", "", "\u{0}", "__proto__"];
            let field =
                |dice: &mut Dice| ((*dice.pick(&names)).to_owned(), any_value(dice, depth - 1));
            Value::Object((0..dice.below(4)).map(|_| field(dice)).collect())
        }
    }
}
