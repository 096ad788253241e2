//! The table of packets: what each role gets with an object of its own, of another, and of nobody.

use quayside_protocol::Command;

/// The columns of [`Row::cells`].
pub(super) const ROLES: [&str; 5] = ["viewer", "user", "teacher", "operator", "admin"];

/// Whose the object is that a packet names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Own,
    Anothers,
    Nobodys,
}

/// A command with each role's answer: `+` it is done, `F` forbidden, `N` not found, `C` it needs a connection.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) whose: Whose,
    pub(super) cells: &'static str,
}

/// Asks for no token.
pub(super) const PUBLIC: [&str; 5] =
    ["auth", "auth_login", "auth_renew", "auth_logout", "user_register"];

/// What anybody may.
const ALL: [&str; 13] = [
    "auth_ticket",
    "event_list",
    "event_count",
    "session_list",
    "session_remove",
    "host_list",
    "host_get",
    "host_df",
    "container_list",
    "container_stats_all",
    "image_list",
    "token_list",
    "token_create",
];
/// What only an admin may.
const ADMIN: [&str; 12] = [
    "setting_list",
    "host_create",
    "host_update",
    "host_remove",
    "host_test",
    "user_list",
    "user_create",
    "user_remove",
    "invite_list",
    "invite_create",
    "invite_remove",
    "audit_list",
];
/// What looks at a container.
const LOOK: [&str; 4] = ["container_inspect", "container_top", "container_logs", "container_stats"];
/// What changes a container, or enters it.
const CHANGE: [&str; 11] = [
    "container_start",
    "container_stop",
    "container_restart",
    "container_pause",
    "container_unpause",
    "container_kill",
    "container_rename",
    "container_remove",
    "container_files",
    "container_upload",
    "container_download",
];
/// What belongs to an account and is its own affair or an admin's.
const PERSONAL: [&str; 6] =
    ["user_get", "user_update", "user_password", "token_remove", "session_remove", "session_list"];

/// What needs a connection, whose rights `terminals` proves over one.
const CONNECTION: [&str; 6] = [
    "terminal_open",
    "terminal_input",
    "terminal_resize",
    "terminal_ack",
    "terminal_attach",
    "terminal_close",
];

/// Every row: each command of the protocol is in at least one.
pub(super) fn rows() -> Vec<Row> {
    use Whose::{Anothers, Nobodys, Own};
    let known = |name: &&str| Command::ALL.iter().any(|parts| &table_name(*parts) == name);
    let mut rows = Vec::new();
    let mut add = |names: &[&'static str], whose, cells| {
        for name in names.iter().filter(|name| known(name)) {
            rows.push(Row { name, whose, cells });
        }
    };
    add(&ALL, Own, "+++++");
    add(&ADMIN, Own, "FFFF+");
    add(&["container_create", "terminal_list"], Own, "F++++");
    add(&CONNECTION, Own, "FCCCC");
    add(&["image_pull", "image_remove"], Own, "FFF++");
    add(&LOOK, Own, "+++++");
    add(&LOOK, Anothers, "+NN++");
    add(&LOOK, Nobodys, "+NN++");
    add(&CHANGE, Own, "F++++");
    add(&CHANGE, Anothers, "FNN++");
    add(&CHANGE, Nobodys, "FNN++");
    add(&PERSONAL[..4], Own, "+++++");
    add(&PERSONAL[..5], Anothers, "NNNN+");
    add(&PERSONAL[5..], Anothers, "FFFF+");
    rows
}

/// The name of a command by noun and verb.
pub(super) fn table_name((noun, opt): (&str, &str)) -> String {
    if opt.is_empty() { noun.to_owned() } else { format!("{noun}_{opt}") }
}

#[test]
fn the_table_has_no_hole() {
    let rows = rows();
    for parts in Command::ALL {
        let name = table_name(*parts);
        let there = PUBLIC.contains(&name.as_str()) || rows.iter().any(|row| row.name == name);
        assert!(there, "nobody wrote down who may do {name}");
        if name.starts_with("container_")
            && rows.iter().any(|r| r.name == name && r.whose == Whose::Anothers)
        {
            assert!(rows.iter().any(|r| r.name == name && r.whose == Whose::Nobodys), "{name}");
        }
    }
}
