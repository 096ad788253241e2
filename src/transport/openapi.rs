//! `/swagger/`: the list of all calls, made from the route tables themselves and the protocol's schema, so that
//! it cannot say what is not so.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION};
use serde_json::{Map, Value, json};

use super::assets;
use super::edge::Edge;
use super::native::{self, Native};
use super::respond::{self, Response, Shape};
use super::rest::fleet::{self, Call};
use crate::error::Error;

/// The protocol's schema; its test keeps it fresh.
const SCHEMA: &str = include_str!("../../protocol/schema.json");

/// The document, OpenAPI 3.1.
pub(super) fn document() -> Value {
    let mut paths = Map::new();
    let mut add = |method: &hyper::Method, path: &str, operation: Value| {
        // `{*file}` is a parameter like another to a reader.
        let path = path.replace("{*", "{");
        let item = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(method.as_str().to_ascii_lowercase(), operation);
        }
    };
    for route in native::ROUTES {
        add(&route.method, route.path, describe_native(route.to, route.path));
    }
    for route in fleet::ROUTES {
        add(&route.method, route.path, describe_call(&route.to, route.path));
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Quayside", "version": env!("CARGO_PKG_VERSION")},
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    })
}

/// Every type of the protocol, under the names that references to them use here.
fn schemas() -> Value {
    let schema = SCHEMA.replace("#/$defs/", "#/components/schemas/");
    let mut schema: Value = serde_json::from_str(&schema).unwrap_or_default();
    let mut schemas = schema.get_mut("$defs").map(Value::take).unwrap_or_else(|| json!({}));
    let packets: Vec<_> = schema
        .pointer("/properties/commands/properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, fields)| packet(name, fields))
        .collect();
    if let Some(schemas) = schemas.as_object_mut() {
        schemas.insert("Packet".to_owned(), json!({"oneOf": packets}));
    }
    schemas
}

fn packet(name: &str, fields: &Value) -> Value {
    let (noun, opt) = name.split_once('_').unwrap_or((name, ""));
    let verb =
        json!({"type": "object", "properties": {"opt": {"const": opt}}, "required": ["opt"]});
    let data = if opt.is_empty() { fields.clone() } else { json!({"allOf": [verb, fields]}) };
    json!({
        "title": name,
        "type": "object",
        "properties": {"type": {"const": noun}, "id": {"type": ["string", "number"]}, "data": data},
        "required": ["type", "data"],
    })
}

fn describe_call(call: &Call, path: &str) -> Value {
    let example: Value = serde_json::from_str(call.example).unwrap_or_default();
    let failure = json!({"success": false, "message": "what was wrong, and what to do"});
    let mut operation = json!({
        "tags": ["fleet"],
        "summary": call.summary,
        "parameters": in_path(path),
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"example": example}}},
            "default": {"description": "Refused or failed", "content": {"application/json": {"example": failure}}},
        },
    });
    if !call.body.is_empty() {
        let fields: Map<_, _> = call
            .body
            .iter()
            .map(|f| (f.name.to_owned(), json!({"type": "string", "description": f.about})))
            .collect();
        let required: Vec<_> = call.body.iter().filter(|f| f.required).map(|f| f.name).collect();
        let schema = json!({"type": "object", "properties": fields, "required": required});
        operation["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    if call.public {
        operation["security"] = json!([]);
    }
    operation
}

fn describe_native(native: Native, path: &str) -> Value {
    let topics = [
        "topic",
        "host",
        "type",
        "action",
        "container",
        "label",
        "owner",
        "since",
        "tail",
        "timestamps",
        "ticket",
    ];
    let (summary, public, query, kind): (_, _, &[&str], _) = match native {
        Native::Socket => {
            ("Packets both ways over a WebSocket", false, &["ticket"], "application/json")
        }
        Native::Stream => ("Server-sent events of any topic", false, &topics, "text/event-stream"),
        Native::Events => {
            let query = &[
                "host",
                "type",
                "action",
                "container",
                "label",
                "owner",
                "since",
                "ticket",
                "token",
            ];
            (
                "Docker events of every host, as server-sent events",
                false,
                query,
                "text/event-stream",
            )
        }
        Native::Poll => {
            let query = &[
                "topic",
                "host",
                "type",
                "action",
                "container",
                "label",
                "owner",
                "since",
                "wait",
                "ticket",
            ];
            ("Long polling of a topic", false, query, "application/json")
        }
        Native::Packet => ("One packet in, its one answer out", false, &[], "application/json"),
        Native::Upload => {
            ("A tar, or one file, into a container", false, &["path", "ticket"], "application/json")
        }
        Native::Download => (
            "A tar, or one file, out of a container",
            false,
            &["path", "ticket"],
            "application/x-tar",
        ),
        Native::Healthz => ("Whether the process lives", true, &[], "text/plain"),
        Native::Readyz => ("Whether the hub serves", true, &[], "text/plain"),
        Native::Metrics => ("Figures for Prometheus", true, &[], "application/openmetrics-text"),
        Native::OpenApi => ("This document", true, &[], "application/json"),
        Native::Swagger | Native::SwaggerMoved => {
            ("This document, to be read", true, &[], "text/html")
        }
        Native::Page => ("The dashboard", true, &[], "text/html"),
        Native::Asset => ("Files of the dashboard", true, &[], "text/javascript"),
    };
    let mut parameters = in_path(path);
    parameters.extend(
        query.iter().map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}})),
    );
    let mut operation = json!({
        "tags": ["hub"],
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": {"description": "Done", "content": {kind: {}}}, "default": {"description": "Refused or failed"}},
    });
    match native {
        Native::Packet => {
            let schema = json!({"$ref": "#/components/schemas/Packet"});
            operation["requestBody"] =
                json!({"required": true, "content": {"application/json": {"schema": schema}}});
        }
        Native::Upload => {
            let content = json!({"application/x-tar": {}, "application/octet-stream": {}});
            operation["requestBody"] = json!({"required": true, "content": content});
        }
        _ => {}
    }
    if public {
        operation["security"] = json!([]);
    }
    operation
}

fn in_path(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'));
    let names = names.map(|name| name.trim_start_matches('*'));
    names.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})).collect()
}

/// `/swagger/openapi.json`.
pub(super) fn answer(edge: &Edge) -> Response {
    respond::bytes("application/json", edge.openapi.clone())
}

/// `/swagger` without its slash, relative so that a proxy's prefix stays.
pub(super) fn moved() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    respond::set(&mut response, LOCATION, "swagger/");
    response
}

/// A file of the reader of the document.
pub(super) fn page(file: &str) -> Response {
    static CONFIG: LazyLock<Arc<utoipa_swagger_ui::Config<'static>>> = LazyLock::new(|| {
        Arc::new(utoipa_swagger_ui::Config::from("./openapi.json").persist_authorization(false))
    });
    match utoipa_swagger_ui::serve(file, CONFIG.clone()) {
        Ok(Some(file)) => {
            let mut response = Response::new(Bytes::from(file.bytes.into_owned()).into());
            if let Ok(kind) = HeaderValue::try_from(file.content_type) {
                response.headers_mut().insert(CONTENT_TYPE, kind);
            }
            if file.gzpipped {
                respond::set(&mut response, CONTENT_ENCODING, "gzip");
            }
            respond::set(&mut response, CACHE_CONTROL, "no-cache");
            assets::guard(&mut response);
            response
        }
        Ok(None) => respond::unknown_path(Shape::Fleet),
        Err(error) => respond::refuse(Shape::Fleet, &Error::internal(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let document = document();
        let mut described: Vec<_> = document["paths"]
            .as_object()
            .into_iter()
            .flatten()
            .flat_map(|(path, item)| {
                let methods = item.as_object().into_iter().flatten();
                methods.map(move |(method, _)| format!("{} {path}", method.to_ascii_uppercase()))
            })
            .collect();
        let natives = native::ROUTES.iter().map(|route| format!("{} {}", route.method, route.path));
        let calls = fleet::ROUTES.iter().map(|route| format!("{} {}", route.method, route.path));
        let mut routes: Vec<_> =
            natives.chain(calls).map(|route| route.replace("{*", "{")).collect();
        described.sort();
        routes.sort();
        assert_eq!(described, routes);
    }

    #[test]
    fn every_example_is_json_and_every_reference_leads_somewhere() {
        for route in fleet::ROUTES {
            assert!(serde_json::from_str::<Value>(route.to.example).is_ok(), "{}", route.path);
        }
        let document = document();
        let text = document.to_string();
        for reference in text.split("\"#/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(document.pointer(&format!("/{reference}")).is_some(), "{reference}");
        }
        let packets = document["components"]["schemas"]["Packet"]["oneOf"].as_array().map(Vec::len);
        assert_eq!(packets, Some(quayside_protocol::Command::ALL.len()));
    }
}
