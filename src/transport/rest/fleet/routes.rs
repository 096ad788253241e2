//! The table of the dialect. `/events` is a stream and stands with the streams.

use bytes::Bytes;
use hyper::Method;
use quayside_protocol::reply::Container;
use quayside_protocol::{Command, Reply};
use serde_json::Value;

use super::{decode, encode};
use crate::error::Error;
use crate::transport::rest::table::{Params, Route};

/// A call of the dialect: how it is read, run and answered, and how it is described.
#[derive(Debug)]
pub(in crate::transport) struct Call {
    pub(in crate::transport) summary: &'static str,
    /// Whether it asks for no token.
    pub(in crate::transport) public: bool,
    /// Noun and verb of its command.
    pub(super) command: (&'static str, &'static str),
    /// Fields of its body, all required unless said; a call without any has no body.
    pub(in crate::transport) body: &'static [Field],
    pub(super) decode: fn(&Params, Value) -> Result<Command, Error>,
    /// The container's record is given to answers that name one their reply does not name.
    pub(super) encode: fn(&Reply, Option<&Container>) -> Result<Bytes, Error>,
    /// An answer, as JSON.
    pub(in crate::transport) example: &'static str,
}

/// A field of a body: a text.
#[derive(Debug)]
pub(in crate::transport) struct Field {
    pub(in crate::transport) name: &'static str,
    pub(in crate::transport) about: &'static str,
    pub(in crate::transport) required: bool,
}

const fn field(name: &'static str, about: &'static str) -> Field {
    Field { name, about, required: true }
}

const REFRESH: &[Field] = &[field("refresh_token", "from the login")];
const CONTAINER: &[Field] =
    &[field("id", "a container's id or name"), field("host", "a host's name")];
const STAT: &str = r#"{"success":true,"data":{"id":"58287566f213","name":"web","cpu_percent":2.35,"memory_usage":"128.50 MiB","memory_limit":"4.00 GiB","memory_percent":3.14,"network_rx":"1.25 MB","network_tx":"512.00 KB"}}"#;

/// Every call of the dialect.
pub(in crate::transport) static ROUTES: &[Route<Call>] = &[
    Route {
        method: Method::POST,
        path: "/user",
        to: Call {
            summary: "Makes an account, as auth.registration allows",
            public: true,
            command: ("user", "register"),
            body: &[
                field("username", "1 to 128 bytes"),
                field("password", "6 to 1,024 bytes"),
                field("full_name", "for people to read"),
                field("email", "one @ with something on both sides"),
                Field { name: "token", about: "an invite for this name", required: false },
            ],
            decode: decode::user,
            encode: encode::user,
            example: r#"{"success":true,"data":{"username":"gildong","full_name":"YunGilDong","email":"gildong@email.com","created_at":"2026-01-28 21:33:51"}}"#,
        },
    },
    Route {
        method: Method::POST,
        path: "/login",
        to: Call {
            summary: "Name and password for a session",
            public: true,
            command: ("auth", "login"),
            body: &[field("username", "the account"), field("password", "its password")],
            decode: decode::login,
            encode: encode::login,
            example: r#"{"session_id":"4b2efe8c-b526-4ff3-a2fa-c1ddcb9601e9","access_token":"eyJ…","access_token_expires_at":"2026-01-28T22:14:11.180108176+09:00","refresh_token":"eyJ…","refresh_token_expires_at":"2026-01-29T21:59:11.180211342+09:00","user":{"username":"gildong","email":"gildong@email.com","password_changed_at":"2026-01-28T21:33:51Z","created_at":"2026-01-28T21:33:51Z"}}"#,
        },
    },
    Route {
        method: Method::POST,
        path: "/logout",
        to: Call {
            summary: "Ends a session with its tokens",
            public: true,
            command: ("auth", "logout"),
            body: REFRESH,
            decode: decode::logout,
            encode: encode::logout,
            example: r#"{"success":true,"data":"logged out successfully"}"#,
        },
    },
    Route {
        method: Method::POST,
        path: "/token/renew_access",
        to: Call {
            summary: "A new access token of a session; the refresh token stays",
            public: true,
            command: ("auth", "renew"),
            body: REFRESH,
            decode: decode::renew,
            encode: encode::renewed,
            example: r#"{"access_token":"eyJ…","access_token_expires_at":"2026-01-28T22:32:51.341015248+09:00"}"#,
        },
    },
    Route {
        method: Method::GET,
        path: "/hosts",
        to: Call {
            summary: "Every host, online or not",
            public: false,
            command: ("host", "list"),
            body: &[],
            decode: decode::hosts,
            encode: encode::hosts,
            example: r#"{"success":true,"data":[{"host":"119server","addr":"tcp://10.1.0.119:2376"}]}"#,
        },
    },
    Route {
        method: Method::GET,
        path: "/ps2/{host}",
        to: Call {
            summary: "Containers of a host, running or not",
            public: false,
            command: ("container", "list"),
            body: &[],
            decode: decode::list,
            encode: encode::containers,
            example: r#"{"success":true,"data":[{"id":"a1b2c3d4e5f6","name":"nginx-web","image":"nginx:latest","state":"running","status":"Up 2 hours"}]}"#,
        },
    },
    Route {
        method: Method::GET,
        path: "/inspect2/{host}/{id}",
        to: Call {
            summary: "Everything about a container",
            public: false,
            command: ("container", "inspect"),
            body: &[],
            decode: decode::inspect,
            encode: encode::inspect,
            example: r#"{"success":true,"data":{"id":"a1b2c3d4e5f6789…","name":"/nginx-web","image":"sha256:abc123…","created":"2024-01-15T10:30:00.000000000Z","platform":"linux","restart_count":0,"state":{"status":"running","running":true,"paused":false,"restarting":false,"exit_code":0,"started_at":"2024-01-15T10:30:05.000000000Z","finished_at":"0001-01-01T00:00:00Z"},"config":{"hostname":"a1b2c3d4e5f6","user":"","env":["PATH=/bin"],"cmd":["nginx"],"entrypoint":[],"working_dir":"","labels":{}},"network":{"ip_address":"172.17.0.2","gateway":"172.17.0.1","mac_address":"02:42:ac:11:00:02","ports":{"80/tcp":[{"host_ip":"0.0.0.0","host_port":"8080"}]},"networks":{}},"mounts":[]}}"#,
        },
    },
    Route {
        method: Method::POST,
        path: "/start2",
        to: Call {
            summary: "Starts a container",
            public: false,
            command: ("container", "start"),
            body: CONTAINER,
            decode: decode::start,
            encode: encode::done,
            example: r#""""#,
        },
    },
    Route {
        method: Method::POST,
        path: "/stop2",
        to: Call {
            summary: "Stops a container",
            public: false,
            command: ("container", "stop"),
            body: CONTAINER,
            decode: decode::stop,
            encode: encode::done,
            example: r#""""#,
        },
    },
    Route {
        method: Method::GET,
        path: "/stat2/{host}/{id}",
        to: Call {
            summary: "Resource use of a container, now",
            public: false,
            command: ("container", "stats"),
            body: &[],
            decode: decode::stat,
            encode: encode::stat,
            example: STAT,
        },
    },
    Route {
        method: Method::GET,
        path: "/stat3/{host}",
        to: Call {
            summary: "Resource use of all containers of a host, of the last sweep",
            public: false,
            command: ("container", "stats_all"),
            body: &[],
            decode: decode::stat_all,
            encode: encode::stat_all,
            example: r#"{"success":true,"data":{"58287566f213":{"id":"58287566f213","name":"registry-ui-https","cpu_percent":0,"memory_usage":"2.91 MiB","memory_limit":"3.83 GiB","memory_percent":0.07,"network_rx":"401.12 KB","network_tx":"9.64 KB"}}}"#,
        },
    },
];
