//! From what was asked to what an engine is told. What asks for privilege is refused, never dropped; what is not
//! written down here cannot be asked for.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use quayside_protocol::command::container::{Create, Env, ImageId, Port, Ports, Volume};
use quayside_protocol::id::{is_image, is_name};
use quayside_protocol::reply::Mount;
use serde_json::Value;

use crate::auth::{Credential, Principal};
use crate::error::{Error, Result};
use crate::runtime::ContainerSpec;

/// What the configuration says of containers.
#[derive(Debug, Clone)]
pub struct Rules {
    /// `hub.id`, for the label.
    pub hub: String,
    /// Cores where none are asked for; none: unbounded.
    pub cpus: Option<f64>,
    /// Bytes of memory where none are asked for.
    pub memory: u64,
    /// Processes where none are asked for.
    pub pids: u64,
    /// Directories of the engine's machine below which an operator may bind.
    pub binds: Vec<PathBuf>,
}

/// Entries of a list or map that was asked for: far above what any image needs.
const MAX_ENTRIES: usize = 1_000;
/// The least memory Docker takes.
const MIN_MEMORY: u64 = 6 << 20;

/// What `create` asks for, as far as it can be judged without an engine.
pub(super) fn plan(principal: &Principal, create: &Create, rules: &Rules) -> Result<ContainerSpec> {
    refuse_privilege(create)?;
    let limits = create.limits.clone().unwrap_or_default();
    let cpus = limits.cpus.or(rules.cpus);
    if cpus.is_some_and(|cpus| !(0.01..=4_096.0).contains(&cpus)) {
        return Err(Error::invalid("limits.cpus", "must be between 0.01 and 4096"));
    }
    let memory = limits.memory.map_or(rules.memory, |memory| memory.0);
    let pids = limits.pids.unwrap_or(rules.pids);
    let signed = |field: &str, value: u64, least: u64| match i64::try_from(value) {
        Ok(signed) if value >= least => Ok(signed),
        _ => Err(Error::invalid(field, format!("must be at least {least} and below 2^63"))),
    };
    Ok(ContainerSpec {
        image: image(&create.image_id)?,
        name: checked_name("name", &create.name)?,
        cmd: checked_list("cmd", &create.cmd)?,
        entrypoint: checked_list("entrypoint", &create.entrypoint)?,
        env: env(principal, create.env.as_ref())?,
        labels: labels(principal, create.labels.as_ref(), &rules.hub)?,
        working_dir: create
            .working_dir
            .as_deref()
            .map(|dir| absolute("working_dir", dir))
            .transpose()?,
        user: checked_text("user", &create.user, 128)?,
        hostname: hostname(&create.hostname)?,
        tty: create.tty,
        network: network(principal, &create.network)?,
        mounts: mounts(principal, create.volumes.as_deref().unwrap_or_default(), rules)?,
        ports: ports(principal, create)?,
        nano_cpus: cpus.map(|cpus| (cpus * 1e9) as i64),
        memory: Some(signed("limits.memory", memory, MIN_MEMORY)?),
        pids: Some(signed("limits.pids", pids, 1)?),
        disk: limits.disk.map(|disk| disk.0),
        restart: create.restart.as_deref().map(restart).transpose()?,
        gpus: gpus(create.gpus.as_deref().unwrap_or_default())?,
    })
}

fn refuse_privilege(create: &Create) -> Result<()> {
    let asked = [
        ("privileged", &create.privileged),
        ("cap_add", &create.cap_add),
        ("devices", &create.devices),
        ("pid", &create.pid),
        ("ipc", &create.ipc),
        ("uts", &create.uts),
        ("userns", &create.userns),
        ("cgroup_parent", &create.cgroup_parent),
        ("security_opt", &create.security_opt),
        ("sysctls", &create.sysctls),
    ];
    for (field, value) in asked {
        let nothing = match value {
            None | Some(Value::Null | Value::Bool(false)) => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(list)) => list.is_empty(),
            Some(Value::Object(map)) => map.is_empty(),
            Some(_) => false,
        };
        if !nothing {
            let reason = format!("{field}: containers get no privilege over the machine or others");
            return Err(Error::forbidden(reason).with_field(field));
        }
    }
    Ok(())
}

fn image(image: &ImageId) -> Result<String> {
    match image {
        ImageId::Entry(number) => {
            Err(Error::not_found(format!("no catalogue entry {number}")).with_field("image_id"))
        }
        ImageId::Reference(reference) if is_image(reference) => Ok(reference.clone()),
        ImageId::Reference(_) => Err(Error::invalid("image_id", "is no image reference")),
    }
}

fn checked_name(field: &str, name: &Option<String>) -> Result<Option<String>> {
    match name {
        Some(name) if !is_name(name) => {
            Err(Error::invalid(field, "must match [a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}"))
        }
        name => Ok(name.clone()),
    }
}

fn checked_text(field: &str, text: &Option<String>, most: usize) -> Result<Option<String>> {
    match text {
        Some(text) if text.len() > most || text.chars().any(char::is_control) => {
            Err(Error::invalid(
                field,
                format!("must have at most {most} bytes and no control character"),
            ))
        }
        text => Ok(text.clone()),
    }
}

fn hostname(name: &Option<String>) -> Result<Option<String>> {
    let fits = |name: &String| {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        (1..=63).contains(&name.len()) && plain && !name.starts_with('-')
    };
    match name {
        Some(name) if !fits(name) => {
            Err(Error::invalid("hostname", "must have 1 to 63 letters, digits, `-` or `.`"))
        }
        name => Ok(name.clone()),
    }
}

fn checked_list(field: &str, list: &Option<Vec<String>>) -> Result<Option<Vec<String>>> {
    match list {
        Some(list) if list.len() > MAX_ENTRIES || list.iter().any(|text| text.contains('\0')) => {
            Err(Error::invalid(field, "must have at most 1000 entries and no NUL"))
        }
        list => Ok(list.clone()),
    }
}

/// A path without `.`, `..` or NUL that begins with `/`.
fn absolute(field: &str, path: &str) -> Result<String> {
    let plain = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    if path.starts_with('/') && plain && path.len() <= 4_096 && !path.contains('\0') {
        Ok(path.to_owned())
    } else {
        Err(Error::invalid(field, "must be an absolute path without `..`"))
    }
}

fn env(principal: &Principal, env: Option<&Env>) -> Result<Vec<String>> {
    let list: Vec<String> = match env {
        None => return Ok(Vec::new()),
        Some(Env::List(list)) => list.clone(),
        Some(Env::Map(map)) => map.iter().map(|(name, value)| format!("{name}={value}")).collect(),
    };
    if list.len() > MAX_ENTRIES {
        return Err(Error::invalid("env", "must have at most 1000 entries"));
    }
    for (n, variable) in list.iter().enumerate() {
        let field = format!("env[{n}]");
        let Some((name, _)) = variable.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Error::invalid(field, "must be NAME=value"));
        };
        if variable.contains('\0') {
            return Err(Error::invalid(field, "must not contain NUL"));
        }
        // The loader's variables reach hooks that run as root outside; those of GPUs would undo their booking.
        let loader = name.starts_with("LD_");
        let gpu = name.starts_with("NVIDIA_") || name.starts_with("CUDA_");
        if loader || (gpu && !principal.is_operator()) {
            let reason = format!("{field}: {name} may not be set");
            return Err(Error::forbidden(reason).with_field(field));
        }
    }
    Ok(list)
}

fn labels(
    principal: &Principal,
    asked: Option<&BTreeMap<String, String>>,
    hub: &str,
) -> Result<BTreeMap<String, String>> {
    let mut labels = asked.cloned().unwrap_or_default();
    if labels.len() > MAX_ENTRIES {
        return Err(Error::invalid("labels", "must have at most 1000 entries"));
    }
    if let Some(key) = labels.keys().find(|key| key.starts_with("quayside.")) {
        let field = format!("labels.{key}");
        return Err(
            Error::forbidden(format!("{field}: these labels are the hub's own")).with_field(field)
        );
    }
    labels.insert("quayside.hub".into(), hub.to_owned());
    if principal.credential != Credential::Anonymous {
        labels.insert("quayside.owner".into(), principal.username.to_string());
    }
    Ok(labels)
}

fn network(principal: &Principal, network: &Option<String>) -> Result<Option<String>> {
    let Some(network) = network else { return Ok(None) };
    let (shared, name) = match network.split_once(':') {
        Some(("container", name)) => (true, name),
        _ => (false, network.as_str()),
    };
    if network == "host" || (shared && !principal.is_operator()) {
        let reason = format!("network: {network} would share another's network");
        return Err(Error::forbidden(reason).with_field("network"));
    }
    if !is_name(name) {
        return Err(Error::invalid("network", "is no name of a network"));
    }
    Ok(Some(network.clone()))
}

fn mounts(principal: &Principal, volumes: &[Volume], rules: &Rules) -> Result<Vec<Mount>> {
    if volumes.len() > MAX_ENTRIES {
        return Err(Error::invalid("volumes", "must have at most 1000 entries"));
    }
    volumes.iter().enumerate().map(|(n, volume)| mount(principal, n, volume, rules)).collect()
}

fn mount(principal: &Principal, n: usize, volume: &Volume, rules: &Rules) -> Result<Mount> {
    let field = |name: &str| format!("volumes[{n}].{name}");
    let destination = absolute(&field("destination"), &volume.destination)?;
    if destination == "/" {
        return Err(Error::invalid(field("destination"), "must not be the root"));
    }
    let mode = if volume.rw { "rw" } else { "ro" }.to_owned();
    let (kind, name, source) = match (&volume.name, &volume.source) {
        (Some(name), None) if is_name(name) => ("volume", name.clone(), String::new()),
        (Some(_), None) => return Err(Error::invalid(field("name"), "is no name of a volume")),
        (None, Some(source)) => {
            let source = absolute(&field("source"), source)?;
            let below = rules.binds.iter().any(|bind| Path::new(&source).starts_with(bind));
            if !principal.is_operator() || !below {
                let field = field("source");
                let reason = format!("{field}: only below workload.binds, and only for operators");
                return Err(Error::forbidden(reason).with_field(field));
            }
            ("bind", String::new(), source)
        }
        _ => return Err(Error::invalid(field("name"), "either a name or a source is needed")),
    };
    Ok(Mount { r#type: kind.into(), name, source, destination, mode, rw: volume.rw })
}

fn ports(principal: &Principal, create: &Create) -> Result<BTreeMap<String, Option<u16>>> {
    let mut ports = BTreeMap::new();
    let listed = match &create.port {
        None => Vec::new(),
        Some(Ports::Number(port)) => vec![port.to_string()],
        Some(Ports::Text(port)) => vec![port.clone()],
        Some(Ports::Many(many)) => many
            .iter()
            .map(|port| match port {
                Port::Number(port) => port.to_string(),
                Port::Text(port) => port.clone(),
            })
            .collect(),
    };
    for port in listed {
        ports.insert(container_port("port", &port)?, None);
    }
    let fixed = create.ports.iter().flatten();
    if create.ports.as_ref().is_some_and(|p| !p.is_empty()) && !principal.is_operator() {
        let reason = "ports: only an operator may pick ports of the machine; use port";
        return Err(Error::forbidden(reason).with_field("ports"));
    }
    for (port, host_port) in fixed {
        ports.insert(container_port("ports", port)?, (*host_port != 0).then_some(*host_port));
    }
    if ports.len() > MAX_ENTRIES {
        return Err(Error::invalid("port", "must have at most 1000 entries"));
    }
    Ok(ports)
}

/// `8888` or `53/udp`, with its protocol.
fn container_port(field: &str, text: &str) -> Result<String> {
    let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let number = number.parse::<u16>().ok().filter(|n| *n > 0);
    match (number, protocol) {
        (Some(number), "tcp" | "udp" | "sctp") => Ok(format!("{number}/{protocol}")),
        _ => Err(Error::invalid(field, format!("{text} is no port such as 8888 or 53/udp"))),
    }
}

fn restart(policy: &str) -> Result<(String, i64)> {
    match policy.split_once(':') {
        None if matches!(policy, "no" | "always" | "unless-stopped" | "on-failure") => {
            Ok((policy.to_owned(), 0))
        }
        Some(("on-failure", tries)) => match tries.parse::<u16>() {
            Ok(tries) => Ok(("on-failure".to_owned(), i64::from(tries))),
            Err(_) => Err(Error::invalid("restart", "on-failure:n needs a number")),
        },
        _ => Err(Error::invalid("restart", "must be no, always, unless-stopped or on-failure[:n]")),
    }
}

fn gpus(ids: &[String]) -> Result<Vec<String>> {
    let plain = |id: &String| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if ids.len() > 64 || !ids.iter().all(plain) {
        return Err(Error::invalid("gpus", "must be at most 64 ids such as \"0\" or \"GPU-…\""));
    }
    Ok(ids.to_vec())
}

#[cfg(test)]
mod tests;
