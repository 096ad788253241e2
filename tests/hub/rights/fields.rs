//! The fields of each packet, naming real things of the right owner.

use serde_json::{Value, json};

use super::table::Whose;
use super::world::{ANOTHER, World};
use crate::support::hub::PASSWORD;

/// Fields of `name` for this caller and object, with its verb.
pub(super) async fn fields(world: &World, name: &str, caller: &str, whose: Whose) -> Value {
    let (noun, opt) = name.split_once('_').unwrap();
    let mut data = match noun {
        "container" => container(world, opt, caller, whose).await,
        "host" => host(world, opt).await,
        "user" | "session" | "token" => personal(world, name, caller, whose).await,
        "image" => image(world, opt).await,
        "invite" => invite(world, opt).await,
        "terminal" => terminal(opt),
        "auth" | "setting" | "audit" => json!({}),
        "event" => json!({ "since": "2026-01-28T21:33:51Z", "step": "7d" }),
        noun => panic!("nobody wrote down the fields of {noun}"),
    };
    data["opt"] = opt.into();
    data
}

async fn container(world: &World, opt: &str, caller: &str, whose: Whose) -> Value {
    match opt {
        "list" => return json!({}),
        "stats_all" => return json!({ "host": "a" }),
        "create" => {
            return json!({ "image_id": "busybox:latest", "host": "a", "name": world.fresh("new") });
        }
        _ => {}
    }
    let mut data = json!({ "host": "a", "container": world.container(opt, caller, whose).await });
    match opt {
        "stop" | "restart" => data["timeout"] = 1.into(),
        "rename" => data["name"] = world.fresh("renamed").into(),
        "remove" => data["force"] = true.into(),
        "files" | "upload" | "download" => data["path"] = "/tmp".into(),
        _ => {}
    }
    data
}

/// A host that was added at run time, where one is to be changed.
async fn host(world: &World, opt: &str) -> Value {
    let addr = world.engine.address();
    match opt {
        "list" => json!({}),
        "get" | "df" | "test" => json!({ "host": "a" }),
        "create" => json!({ "host": world.fresh("host"), "addr": addr }),
        "update" | "remove" => {
            let host = world.fresh("host");
            let data = json!({ "opt": "create", "host": host, "addr": addr });
            world.hub.reply(&world.admin, "host", &data).await;
            json!({ "host": host, "addr": addr })
        }
        opt => panic!("nobody wrote down the fields of host {opt}"),
    }
}

async fn personal(world: &World, name: &str, caller: &str, whose: Whose) -> Value {
    let account = if whose == Whose::Own { caller } else { ANOTHER };
    match name {
        "user_list" | "token_list" => json!({}),
        "session_list" if whose == Whose::Own => json!({}),
        "session_list" | "user_get" => json!({ "username": account }),
        "user_create" => json!({ "username": world.fresh("made"), "password": PASSWORD }),
        "user_update" => json!({ "username": account, "full_name": "A Name" }),
        "user_password" if whose == Whose::Own => {
            json!({ "password": PASSWORD, "current_password": PASSWORD })
        }
        // Its sessions end.
        "user_password" => {
            json!({ "username": world.account("user").await, "password": PASSWORD })
        }
        "user_remove" => json!({ "username": world.account("user").await }),
        "session_remove" => json!({ "id": world.session(account).await }),
        "token_create" => json!({ "name": "spare" }),
        "token_remove" => json!({ "id": world.api_token(world.token(account)).await }),
        name => panic!("nobody wrote down the fields of {name}"),
    }
}

async fn image(world: &World, opt: &str) -> Value {
    match opt {
        "list" => json!({}),
        "pull" => json!({ "host": "a", "image": format!("{}:1", world.fresh("pulled")) }),
        "remove" => {
            let image = format!("{}:1", world.fresh("unwanted"));
            let data = json!({ "opt": "pull", "host": "a", "image": image });
            world.hub.reply(&world.admin, "image", &data).await;
            json!({ "host": "a", "image": image })
        }
        opt => panic!("nobody wrote down the fields of image {opt}"),
    }
}

fn terminal(opt: &str) -> Value {
    match opt {
        "list" => json!({}),
        "open" => json!({ "host": "a", "container": "none" }),
        "attach" => json!({ "session": "none" }),
        "input" => json!({ "terminal": 1, "text": "x" }),
        "resize" => json!({ "terminal": 1, "cols": 80, "rows": 24 }),
        "ack" => json!({ "terminal": 1, "offset": 0 }),
        "close" => json!({ "terminal": 1 }),
        opt => panic!("nobody wrote down the fields of terminal {opt}"),
    }
}

async fn invite(world: &World, opt: &str) -> Value {
    match opt {
        "list" => json!({}),
        "create" => json!({ "username": world.fresh("guest") }),
        "remove" => {
            let data = json!({ "opt": "create", "username": world.fresh("guest") });
            let made = world.hub.reply(&world.admin, "invite", &data).await;
            json!({ "id": made["id"] })
        }
        opt => panic!("nobody wrote down the fields of invite {opt}"),
    }
}
