//! What an answer may be: JSON in which a text such as `<uuid>` stands for every text of that form.

use chrono::DateTime;
use serde_json::Value;

/// Where and how `got` is not as `wanted`; none: it is.
pub(crate) fn differs(wanted: &Value, got: &Value, at: &str) -> Option<String> {
    let differ = || Some(format!("{at}: {got} is not {wanted}"));
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(got)) => {
            if wanted.keys().ne(got.keys()) {
                let names = |of: &serde_json::Map<String, Value>| {
                    of.keys().cloned().collect::<Vec<_>>().join(", ")
                };
                return Some(format!("{at}: has {}, not {}", names(got), names(wanted)));
            }
            wanted
                .iter()
                .find_map(|(name, wanted)| differs(wanted, &got[name], &format!("{at}.{name}")))
        }
        (Value::Array(wanted), Value::Array(got)) => {
            if wanted.len() != got.len() {
                return differ();
            }
            let pairs = wanted.iter().zip(got).enumerate();
            pairs
                .into_iter()
                .find_map(|(n, (wanted, got))| differs(wanted, got, &format!("{at}[{n}]")))
        }
        (Value::String(form), got) if form.starts_with('<') && form.ends_with('>') => {
            match has_form(form, got) {
                true => None,
                false => differ(),
            }
        }
        (Value::Number(wanted), Value::Number(got)) if wanted.as_f64() == got.as_f64() => None,
        (wanted, got) => {
            if wanted == got {
                None
            } else {
                differ()
            }
        }
    }
}

fn has_form(form: &str, got: &Value) -> bool {
    if form == "<number>" {
        return got.is_number();
    }
    let Some(text) = got.as_str() else { return false };
    let hex = |length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    let size = |units: &[&str]| {
        let Some((number, unit)) = text.split_once(' ') else { return false };
        let two_places = number.split_once('.').is_some_and(|(_, places)| places.len() == 2);
        units.contains(&unit)
            && number.parse::<f64>().is_ok()
            && (two_places || (unit == "B" && units.contains(&"KB")))
    };
    match form {
        "<text>" => !text.is_empty(),
        "<uuid>" => uuid::Uuid::parse_str(text).is_ok() && text.len() == 36,
        "<jwt>" => text.starts_with("eyJ") && text.split('.').count() == 3,
        "<id of 12>" => hex(12),
        "<id of 64>" => hex(64),
        // 2026-01-28T22:14:11.180108176+09:00
        "<time with offset>" => {
            let offset = text.get(text.len().saturating_sub(6)..).unwrap_or("");
            let numeric = offset.starts_with(['+', '-']) && offset.contains(':');
            DateTime::parse_from_rfc3339(text).is_ok() && text.contains('.') && numeric
        }
        // 2026-01-28T21:33:51Z
        "<time Z>" => {
            DateTime::parse_from_rfc3339(text).is_ok() && text.ends_with('Z') && text.len() == 20
        }
        "<engine time>" => DateTime::parse_from_rfc3339(text).is_ok() && text.ends_with('Z'),
        // 2026-01-28 21:33:51, within a minute of now by the server's clock.
        "<local time>" => {
            let time = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S");
            let now = chrono::Local::now().naive_local();
            time.is_ok_and(|time| (now - time).num_seconds().abs() < 60)
        }
        "<binary size>" => size(&["B", "KiB", "MiB", "GiB", "TiB"]),
        "<decimal size>" => size(&["B", "KB", "MB", "GB", "TB"]),
        "<up>" => text.starts_with("Up ") || text == "Up Less than a second",
        "<exited>" => text.starts_with("Exited (137) "),
        form => panic!("no such form: {form}"),
    }
}

#[test]
fn a_form_lets_through_only_what_has_it() {
    use serde_json::json;
    for (wanted, good, bad) in [
        (json!("<uuid>"), json!("4b2efe8c-b526-4ff3-a2fa-c1ddcb9601e9"), json!("4b2efe8c")),
        (json!("<binary size>"), json!("128.50 MiB"), json!("128.5 MiB")),
        (json!("<binary size>"), json!("0.00 B"), json!("0 B")),
        (json!("<decimal size>"), json!("0 B"), json!("1 KB")),
        (json!("<decimal size>"), json!("512.00 KB"), json!("512.00 KiB")),
        (
            json!("<time with offset>"),
            json!("2026-01-28T22:14:11.180108176+09:00"),
            json!("2026-01-28T22:14:11Z"),
        ),
        (json!("<time Z>"), json!("2026-01-28T21:33:51Z"), json!("2026-01-28T21:33:51.1Z")),
        (json!({ "a": 1 }), json!({ "a": 1 }), json!({ "a": 1, "b": 2 })),
        (json!([1]), json!([1]), json!([1, 1])),
        (json!(""), json!(""), json!(null)),
    ] {
        assert_eq!(differs(&wanted, &good, ""), None);
        assert!(differs(&wanted, &bad, "").is_some(), "{wanted} {bad}");
    }
}
