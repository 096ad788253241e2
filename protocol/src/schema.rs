//! The JSON Schema of the whole protocol, for the types of other languages.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::command;
use crate::error::ErrorBody;
use crate::push::Push;
use crate::reply::Reply;
use crate::topic::Subscribe;

/// One document: `$defs` holds every type, `properties.commands` the fields of each command by its name.
#[must_use]
pub fn document() -> Value {
    let mut generator = SchemaGenerator::default();
    let mut commands = Map::new();
    for (noun, opt, schema) in command::schemas(&mut generator) {
        let name = if opt.is_empty() { noun.to_owned() } else { format!("{noun}_{opt}") };
        commands.insert(name, schema.to_value());
    }
    let roots = json!({
        "Push": generator.subschema_for::<Push>(),
        "Reply": generator.subschema_for::<Reply>(),
        "ErrorBody": generator.subschema_for::<ErrorBody>(),
        "Subscribe": generator.subschema_for::<Subscribe>(),
    });
    let required: Vec<_> = commands.keys().cloned().collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Protocol",
        "type": "object",
        "properties": {
            "commands": {
                "title": "Commands", "type": "object", "properties": commands,
                "required": required, "additionalProperties": false,
            },
            "roots": {
                "title": "Roots", "type": "object", "properties": roots,
                "required": ["Push", "Reply", "ErrorBody", "Subscribe"], "additionalProperties": false,
            },
        },
        "required": ["commands", "roots"],
        "additionalProperties": false,
        "$defs": generator.take_definitions(true),
    })
}
