//! Every route: the list held against what the hub itself says it has, and what each role gets of it.

use serde_json::{Value, json};

use super::table::{ROLES, Whose};
use super::world::World;
use crate::support::http::Ask;

/// A route of the hub.
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// Whether it asks for no token.
    pub(super) open: bool,
    /// What each of [`ROLES`] gets with an object of its own, of another and of nobody, as a status each.
    by_role: [[u16; 5]; 3],
}

const fn route(method: &'static str, path: &'static str, by_role: [[u16; 5]; 3]) -> Route {
    Route { method, path, open: false, by_role }
}

const fn open(method: &'static str, path: &'static str) -> Route {
    Route { method, path, open: true, by_role: [[0; 5]; 3] }
}

const ANY: [[u16; 5]; 3] = [[200; 5]; 3];
/// A container that may not be known of is 500 in fleet's words, as one that is not there.
const LOOK: [[u16; 5]; 3] = [[200; 5], [200, 500, 500, 200, 200], [200, 500, 500, 200, 200]];
const CHANGE: [[u16; 5]; 3] =
    [[403, 200, 200, 200, 200], [403, 500, 500, 200, 200], [403, 500, 500, 200, 200]];
/// Files are refused with each code's own status.
const FILES: [[u16; 5]; 3] =
    [[403, 200, 200, 200, 200], [403, 404, 404, 200, 200], [403, 404, 404, 200, 200]];

/// All of them.
pub(super) const ROUTES: &[Route] = &[
    open("POST", "/user"),
    open("POST", "/login"),
    open("POST", "/logout"),
    open("POST", "/token/renew_access"),
    route("GET", "/hosts", ANY),
    route("GET", "/ps2/{host}", ANY),
    route("GET", "/inspect2/{host}/{id}", LOOK),
    route("POST", "/start2", CHANGE),
    route("POST", "/stop2", CHANGE),
    route("GET", "/stat2/{host}/{id}", LOOK),
    route("GET", "/stat3/{host}", ANY),
    route("GET", "/events", ANY),
    route("GET", "/stream?topic=events", ANY),
    route("GET", "/poll?topic=events&wait=0", ANY),
    route("POST", "/packet", ANY),
    route("GET", "/files/{host}/{id}?path=/tmp", FILES),
    route("PUT", "/files/{host}/{id}?path=/tmp", FILES),
    open("GET", "/ws"),
    open("GET", "/healthz"),
    open("GET", "/readyz"),
    open("GET", "/metrics"),
    open("GET", "/swagger/openapi.json"),
    open("GET", "/swagger"),
    open("GET", "/swagger/"),
    open("GET", "/swagger/{file}"),
    open("GET", "/assets/{file}"),
    open("GET", "/"),
];

/// The path of a route with real names in it.
pub(super) fn fill(path: &str, host: &str, id: &str) -> String {
    path.replace("{host}", host).replace("{id}", id)
}

fn bare(path: &str) -> &str {
    path.split('?').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_the_hub_says_it_has_is_in_the_table() {
    let world = World::new().await;
    let told = world.hub.send(Ask::get("/swagger/openapi.json")).await.ok();
    let paths = told["paths"].as_object().unwrap();
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys().filter(|method| *method != "head") {
            let there = ROUTES
                .iter()
                .any(|route| bare(route.path) == path && route.method.eq_ignore_ascii_case(method));
            assert!(there, "nobody wrote down who may {method} {path}");
        }
    }
    // And the other way round, but for what describes the rest.
    for route in ROUTES.iter().filter(|r| !r.open) {
        let methods = &paths.get(bare(route.path)).unwrap_or(&Value::Null);
        let there = methods.get(route.method.to_lowercase()).is_some();
        assert!(there, "{} {} is not described", route.method, route.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_answered_as_the_callers_role_and_the_objects_owner_say() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    for route in ROUTES.iter().filter(|route| !route.open) {
        for (whose, cells) in
            [Whose::Own, Whose::Anothers, Whose::Nobodys].into_iter().zip(route.by_role)
        {
            for (role, wanted) in ROLES.iter().zip(cells) {
                let verb = route.path.trim_start_matches('/').trim_end_matches('2');
                let id = world.container(verb, role, whose).await;
                let before = world.engine.changes_asked().len();
                let got = status(&world, route, world.token(role), &id).await;
                if got != wanted {
                    wrong.push(format!(
                        "{} {} of {whose:?} as {role}: {got}, not {wanted}",
                        route.method, route.path
                    ));
                }
                if got != 200 {
                    assert_eq!(
                        world.engine.changes_asked().len(),
                        before,
                        "{} {}",
                        route.method,
                        route.path
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The status of a route's answer; a stream is left again.
async fn status(world: &World, route: &Route, token: &str, id: &str) -> u16 {
    let mut ask = Ask::new(route.method, &fill(route.path, "a", id)).token(token);
    ask = match (route.method, bare(route.path)) {
        ("POST", "/packet") => {
            ask.body(json!({ "type": "host", "data": { "opt": "list" } }).to_string())
        }
        ("POST", _) => ask.body(json!({ "id": id, "host": "a" }).to_string()),
        ("PUT", _) => ask.body(a_tar()).header("content-type", "application/x-tar"),
        _ => ask,
    };
    let (status, _, _) = world.hub.http().stream(&ask).await.unwrap();
    status.as_u16()
}

fn a_tar() -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    header.set_mode(0o644);
    tar.append_data(&mut header, "hello.txt", &b"hello"[..]).unwrap();
    tar.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_are_404_and_wrong_methods_405_with_what_is_allowed() {
    let world = World::new().await;
    for path in
        ["/nothing", "/ps2", "/ps2/a/b", "/hosts/", "//hosts", "/api/user", "/assets/none.js"]
    {
        for token in ["", world.token("admin")] {
            let answer = world.hub.send(Ask::get(path).token(token)).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        }
    }
    for route in ROUTES {
        let path = fill(route.path, "a", "b");
        let allowed: Vec<_> =
            ROUTES.iter().filter(|r| bare(r.path) == bare(route.path)).map(|r| r.method).collect();
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            if allowed.contains(&method) {
                continue;
            }
            let answer = world.hub.send(Ask::new(method, &path)).await;
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text());
            let told = answer.header("allow").to_owned();
            for method in &allowed {
                assert!(told.split(',').any(|m| m.trim() == *method), "{path}: {told}");
            }
        }
    }
}
