//! What a JSON value must look like, written as JSON itself.
//!
//! An object has exactly these fields, an array exactly these elements, a number or truth value is that one. A text
//! is a regular expression for the whole of a text, or one of `$int`, `$number`, `$bool`. `{"$each": shape}` is an
//! array of any length whose elements look so, `{"$map": shape, "$key": text}` an object of any size.

use regex::Regex;
use serde_json::Value;

/// Where `value` does not look as `shape` says, each with its path; nothing if it does.
pub(crate) fn differences(shape: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", shape, value, &mut found);
    found
}

/// Whether the whole of `text` is what the expression says.
pub(crate) fn matches(expression: &str, text: &str) -> bool {
    let whole = format!("(?s)^(?:{expression})$");
    Regex::new(&whole).unwrap_or_else(|error| panic!("{expression}: {error}")).is_match(text)
}

fn compare(path: &str, shape: &Value, value: &Value, found: &mut Vec<String>) {
    let fits = match (shape, value) {
        (Value::String(kind), value) if kind.starts_with('$') => match kind.as_str() {
            "$int" => value.is_i64(),
            "$number" => value.is_number(),
            "$bool" => value.is_boolean(),
            kind => panic!("{kind} is no kind"),
        },
        (Value::String(expression), Value::String(text)) => matches(expression, text),
        (Value::Array(shapes), Value::Array(values)) if shapes.len() == values.len() => {
            for (at, (shape, value)) in shapes.iter().zip(values).enumerate() {
                compare(&format!("{path}/{at}"), shape, value, found);
            }
            true
        }
        (Value::Object(fields), Value::Array(values)) if fields.contains_key("$each") => {
            for (at, value) in values.iter().enumerate() {
                compare(&format!("{path}/{at}"), &fields["$each"], value, found);
            }
            true
        }
        (Value::Object(fields), Value::Object(values)) if fields.contains_key("$map") => {
            for (key, value) in values {
                if !matches(fields["$key"].as_str().unwrap(), key) {
                    found.push(format!("{path}: the key {key}"));
                }
                compare(&format!("{path}/{key}"), &fields["$map"], value, found);
            }
            true
        }
        (Value::Object(fields), Value::Object(values)) => {
            for (key, shape) in fields {
                match values.get(key) {
                    Some(value) => compare(&format!("{path}/{key}"), shape, value, found),
                    None => found.push(format!("{path}/{key} is missing")),
                }
            }
            for key in values.keys().filter(|key| !fields.contains_key(*key)) {
                found.push(format!("{path}/{key} is one too many"));
            }
            true
        }
        (shape, value) => shape == value,
    };
    if !fits {
        found.push(format!("{path}: {value} is not {shape}"));
    }
}

#[test]
fn a_shape_finds_what_differs() {
    use serde_json::json;
    let shape = json!({ "a": "x\\d", "n": "$int", "l": { "$each": "$bool" }, "m": { "$map": 1, "$key": "k." } });
    let good = json!({ "a": "x7", "n": 3, "l": [true], "m": { "k1": 1 } });
    assert_eq!(differences(&shape, &good), Vec::<String>::new());
    for (field, wrong) in [
        ("a", json!("x77")),
        ("a", json!(7)),
        ("n", json!(0.5)),
        ("l", json!([1])),
        ("l", json!({})),
        ("m", json!({ "q1": 1 })),
        ("m", json!({ "k1": 2 })),
        ("more", json!(1)),
    ] {
        let mut bad = good.clone();
        bad[field] = wrong;
        assert_eq!(differences(&shape, &bad).len(), 1, "{bad}");
    }
    let mut short = good;
    short.as_object_mut().unwrap().remove("n");
    assert_eq!(differences(&shape, &short), ["/n is missing"]);
}
