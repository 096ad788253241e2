//! Request to command; pure.

use quayside_protocol::codec;
use quayside_protocol::command::account::Register;
use quayside_protocol::command::auth::{Login, Logout, Renew};
use quayside_protocol::command::container::{List, Stats, Stop, Target};
use quayside_protocol::command::host::ByHost;
use quayside_protocol::command::{Command, Nothing};
use quayside_protocol::unit::Filter;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::model::{ContainerBody, RefreshBody, UserBody};
use crate::error::{Error, Result};
use crate::transport::rest::table::Params;

/// Reads a body as JSON, whatever its `Content-Type` says.
pub(super) fn json(body: &[u8]) -> Result<Value> {
    let wrong = |error| Error::invalid("body", format!("is not JSON: {error}"));
    serde_json::from_slice(body).map_err(wrong)
}

fn fields<T: DeserializeOwned>(body: Value) -> Result<T> {
    if !body.is_object() {
        return Err(Error::invalid("body", "must be a JSON object"));
    }
    Ok(codec::fields(body)?)
}

pub(super) fn user(_: &Params, body: Value) -> Result<Command> {
    let body: UserBody = fields(body)?;
    Ok(Command::UserRegister(Register {
        username: body.username,
        password: body.password,
        token: body.token,
        full_name: Some(body.full_name),
        nickname: None,
        email: Some(body.email),
        phone: None,
    }))
}

pub(super) fn login(_: &Params, body: Value) -> Result<Command> {
    fields::<Login>(body).map(Command::AuthLogin)
}

pub(super) fn logout(_: &Params, body: Value) -> Result<Command> {
    let RefreshBody { refresh_token } = fields(body)?;
    Ok(Command::AuthLogout(Logout { refresh_token: Some(refresh_token) }))
}

pub(super) fn renew(_: &Params, body: Value) -> Result<Command> {
    let RefreshBody { refresh_token } = fields(body)?;
    Ok(Command::AuthRenew(Renew { refresh_token, rotate: false }))
}

pub(super) fn hosts(_: &Params, _: Value) -> Result<Command> {
    Ok(Command::HostList(Nothing {}))
}

pub(super) fn list(params: &Params, _: Value) -> Result<Command> {
    let host = Filter(vec![params.get("host").to_owned()]);
    Ok(Command::ContainerList(List { host, ..List::default() }))
}

pub(super) fn inspect(params: &Params, _: Value) -> Result<Command> {
    Ok(Command::ContainerInspect(target(params)))
}

pub(super) fn start(_: &Params, body: Value) -> Result<Command> {
    let ContainerBody { id, host } = container(body)?;
    Ok(Command::ContainerStart(Target { host, container: id }))
}

pub(super) fn stop(_: &Params, body: Value) -> Result<Command> {
    let ContainerBody { id, host } = container(body)?;
    Ok(Command::ContainerStop(Stop { host, container: id, timeout: None }))
}

pub(super) fn stat(params: &Params, _: Value) -> Result<Command> {
    let Target { host, container } = target(params);
    Ok(Command::ContainerStats(Stats { host, container, since: None }))
}

pub(super) fn stat_all(params: &Params, _: Value) -> Result<Command> {
    Ok(Command::ContainerStatsAll(ByHost { host: params.get("host").to_owned() }))
}

fn target(params: &Params) -> Target {
    Target { host: params.get("host").to_owned(), container: params.get("id").to_owned() }
}

fn container(body: Value) -> Result<ContainerBody> {
    let body: ContainerBody = fields(body)?;
    for (name, value) in [("id", &body.id), ("host", &body.host)] {
        if value.is_empty() {
            return Err(Error::invalid(name, "must not be empty"));
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::ROUTES;
    use super::*;

    #[test]
    fn every_required_field_is_asked_for_by_its_name() {
        for route in ROUTES {
            let whole: serde_json::Map<_, _> =
                route.to.body.iter().map(|f| (f.name.to_owned(), json!("x"))).collect();
            let read = |body| (route.to.decode)(&Params::default(), Value::Object(body));
            assert_eq!(read(whole.clone()).map(|c| c.parts()).ok(), Some(route.to.command));
            for field in route.to.body {
                let mut body = whole.clone();
                body.remove(field.name);
                let error = read(body).err().map(|error| error.body());
                let named = error.as_ref().and_then(|body| body.field.as_deref());
                assert_eq!(named, field.required.then_some(field.name), "{}", route.path);
                let mut body = whole.clone();
                body.insert(field.name.to_owned(), json!(true));
                let error = read(body).err().and_then(|error| error.body().field);
                assert_eq!(error.as_deref(), Some(field.name), "{}", route.path);
            }
        }
    }

    #[test]
    fn bodies_that_are_none_are_refused() {
        for body in [&b""[..], b"username=ann", b"{\"a\":"] {
            let field = json(body).err().and_then(|error| error.body().field);
            assert_eq!(field.as_deref(), Some("body"));
        }
        let field = login(&Params::default(), json!([1])).err().and_then(|e| e.body().field);
        assert_eq!(field.as_deref(), Some("body"));
    }

    #[test]
    fn a_stop_names_its_container() {
        let read = stop(&Params::default(), json!({"id": "web", "host": "lab", "more": 1}));
        let wanted = Stop { host: "lab".into(), container: "web".into(), timeout: None };
        assert_eq!(read.ok(), Some(Command::ContainerStop(wanted)));
        let empty = stop(&Params::default(), json!({"id": "", "host": "lab"}));
        assert_eq!(empty.err().and_then(|e| e.body().field).as_deref(), Some("id"));
    }

    #[test]
    fn paths_name_host_and_container() {
        let params = Params::of(&[("host", "lab"), ("id", "web")]);
        let wanted = Target { host: "lab".into(), container: "web".into() };
        assert_eq!(inspect(&params, Value::Null).ok(), Some(Command::ContainerInspect(wanted)));
    }
}
