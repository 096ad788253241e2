//! Every packet × every role × whose the object is.

use serde_json::Value;

use super::fields::fields;
use super::table::{ROLES, Whose, rows};
use super::world::World;

/// What a cell of the table says that the answer's code may be.
fn expected(cell: char, name: &str) -> &'static [&'static str] {
    match cell {
        '+' => &["ok"],
        'F' => &["forbidden"],
        'C' => &["invalid"],
        // Whether another account exists is no secret of the same kind as what it owns: either word is right.
        'N' if name.starts_with("user_") => &["not_found", "forbidden"],
        'N' => &["not_found"],
        cell => panic!("{cell}"),
    }
}

async fn ask(world: &World, name: &str, role: &str, whose: Whose) -> (u16, Value) {
    let data = fields(world, name, role, whose).await;
    let noun = name.split('_').next().unwrap();
    let before = (world.engine.changes_asked().len(), world.engine.containers());
    let (status, answer) = world.hub.packet(world.token(role), noun, &data).await;
    if answer["type"] == "error" {
        let after = (world.engine.changes_asked().len(), world.engine.containers());
        assert_eq!(after, before, "{name} as {role} was refused and changed something");
    }
    (status, answer)
}

/// The code of an answer, `ok` for a reply; its HTTP status must fit.
fn code(name: &str, (status, answer): &(u16, Value)) -> String {
    if answer["type"] == "reply" {
        assert_eq!(*status, 200, "{name}: {answer}");
        return "ok".to_owned();
    }
    assert_eq!(answer["type"], "error", "{name}: {answer}");
    let code: quayside_protocol::ErrorCode =
        serde_json::from_value(answer["data"]["code"].clone()).unwrap();
    assert_eq!(*status, code.http_status(), "{name}: {answer}");
    assert!(!answer["data"]["message"].as_str().unwrap().is_empty(), "{name}: {answer}");
    code.as_str().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_packet_is_answered_as_the_callers_role_and_the_objects_owner_say() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    let mut asked = 0;
    for row in rows() {
        for (role, cell) in ROLES.iter().zip(row.cells.chars()) {
            let answer = ask(&world, row.name, role, row.whose).await;
            let (got, wanted) = (code(row.name, &answer), expected(cell, row.name));
            asked += 1;
            if !wanted.contains(&got.as_str()) {
                wrong.push(format!(
                    "{} of {:?} as {role}: {got} instead of {wanted:?}: {}",
                    row.name, row.whose, answer.1["data"]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 300, "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_changes_nothing() {
    let world = World::new().await;
    for row in rows() {
        for (role, cell) in ROLES.iter().zip(row.cells.chars()) {
            if cell == '+' || row.name.starts_with("container_") {
                continue;
            }
            let data = fields(&world, row.name, role, row.whose).await;
            let before = world.state().await;
            let noun = row.name.split('_').next().unwrap();
            let answer = world.hub.packet(world.token(role), noun, &data).await;
            assert_eq!(answer.1["type"], "error", "{} as {role}", row.name);
            assert_eq!(world.state().await, before, "{} as {role}", row.name);
        }
    }
}
