//! What may be asked for, by whom, and what becomes of it.

use quayside_protocol::ErrorCode;
use quayside_protocol::command::account::Role;
use serde_json::{Value, json};

use super::*;

fn rules() -> Rules {
    Rules {
        hub: "h1".into(),
        cpus: None,
        memory: 2 << 30,
        pids: 1_024,
        binds: vec!["/srv/share".into()],
    }
}

fn ask(role: Role, fields: Value) -> Result<ContainerSpec> {
    let principal = Principal {
        username: "ann".into(),
        role,
        credential: Credential::Session("s".into()),
        expires_at: None,
    };
    let mut asked = json!({"image_id": "busybox"});
    for (key, value) in fields.as_object().into_iter().flatten() {
        asked[key] = value.clone();
    }
    let create: Create = serde_json::from_value(asked).unwrap();
    plan(&principal, &create, &rules())
}

fn refusal(role: Role, fields: Value) -> (ErrorCode, String) {
    let error = ask(role, fields.clone()).expect_err(&fields.to_string());
    (error.code(), error.body().field.unwrap_or_default())
}

#[test]
fn privilege_is_forbidden_to_everybody_and_named() {
    for (field, value) in [
        ("privileged", json!(true)),
        ("cap_add", json!(["SYS_ADMIN"])),
        ("devices", json!(["/dev/sda"])),
        ("pid", json!("host")),
        ("ipc", json!("host")),
        ("uts", json!("host")),
        ("userns", json!("host")),
        ("cgroup_parent", json!("/")),
        ("security_opt", json!(["seccomp=unconfined"])),
        ("sysctls", json!({"kernel.shm_rmid_forced": "0"})),
        ("network", json!("host")),
    ] {
        assert_eq!(
            refusal(Role::Admin, json!({field: value})),
            (ErrorCode::Forbidden, field.into())
        );
    }
    let preload = json!({"env": ["A=b", "LD_PRELOAD=/x.so"]});
    assert_eq!(refusal(Role::Admin, preload), (ErrorCode::Forbidden, "env[1]".into()));
    let all_gpus = json!({"env": {"NVIDIA_VISIBLE_DEVICES": "all"}});
    assert_eq!(refusal(Role::User, all_gpus), (ErrorCode::Forbidden, "env[0]".into()));
    let label = json!({"labels": {"quayside.owner": "bob"}});
    assert_eq!(refusal(Role::Admin, label), (ErrorCode::Forbidden, "labels.quayside.owner".into()));
    assert!(
        ask(Role::User, json!({"privileged": false, "cap_add": []})).is_ok(),
        "asks for nothing"
    );
}

#[test]
fn what_an_operator_may_a_user_may_not() {
    let bind = |source: &str| json!({"volumes": [{"source": source, "destination": "/data"}]});
    let field = || "volumes[0].source".to_owned();
    assert_eq!(refusal(Role::User, bind("/srv/share/a")), (ErrorCode::Forbidden, field()));
    assert_eq!(refusal(Role::Operator, bind("/etc")), (ErrorCode::Forbidden, field()));
    assert_eq!(refusal(Role::Operator, bind("/srv/shared")), (ErrorCode::Forbidden, field()));
    assert_eq!(
        refusal(Role::Operator, bind("/srv/share/../../etc")),
        (ErrorCode::Invalid, field())
    );
    let mounts = ask(Role::Operator, bind("/srv/share/a")).unwrap().mounts;
    assert_eq!((mounts[0].r#type.as_str(), mounts[0].source.as_str()), ("bind", "/srv/share/a"));
    let port = json!({"ports": {"80/tcp": 8080}});
    assert_eq!(refusal(Role::User, port.clone()), (ErrorCode::Forbidden, "ports".into()));
    assert_eq!(ask(Role::Operator, port).unwrap().ports["80/tcp"], Some(8080));
    let shared = json!({"network": "container:web"});
    assert_eq!(refusal(Role::User, shared.clone()), (ErrorCode::Forbidden, "network".into()));
    assert!(ask(Role::Operator, shared).is_ok());
}

#[test]
fn wrong_fields_are_named() {
    for (fields, field) in [
        (json!({"image_id": "../x"}), "image_id"),
        (json!({"name": "a/b"}), "name"),
        (json!({"limits": {"cpus": 0}}), "limits.cpus"),
        (json!({"limits": {"memory": 1}}), "limits.memory"),
        (json!({"limits": {"pids": 0}}), "limits.pids"),
        (json!({"port": 0}), "port"),
        (json!({"port": ["53/xyz"]}), "port"),
        (json!({"restart": "sometimes"}), "restart"),
        (json!({"working_dir": "here"}), "working_dir"),
        (json!({"volumes": [{"name": "a", "destination": "b"}]}), "volumes[0].destination"),
        (
            json!({"volumes": [{"name": "a", "source": "/b", "destination": "/c"}]}),
            "volumes[0].name",
        ),
        (json!({"env": ["novalue"]}), "env[0]"),
        (json!({"hostname": "-x"}), "hostname"),
        (json!({"gpus": ["a b"]}), "gpus"),
    ] {
        assert_eq!(refusal(Role::Operator, fields), (ErrorCode::Invalid, field.into()));
    }
    assert_eq!(
        refusal(Role::Operator, json!({"image_id": 3})),
        (ErrorCode::NotFound, "image_id".into())
    );
}

#[test]
fn bounds_are_always_set_and_labels_are_the_hubs() {
    let spec = ask(Role::User, json!({"port": [8888, "53/udp"], "env": {"A": "b"}})).unwrap();
    assert_eq!((spec.memory, spec.pids), (Some(2 << 30), Some(1_024)));
    assert_eq!(spec.ports.keys().collect::<Vec<_>>(), ["53/udp", "8888/tcp"]);
    assert_eq!(spec.env, ["A=b"]);
    assert_eq!(spec.labels["quayside.owner"], "ann");
    assert_eq!(spec.labels["quayside.hub"], "h1");
    let cpus =
        ask(Role::User, json!({"limits": {"cpus": 1.5}, "restart": "on-failure:3"})).unwrap();
    assert_eq!(
        (cpus.nano_cpus, cpus.restart),
        (Some(1_500_000_000), Some(("on-failure".into(), 3)))
    );
}
