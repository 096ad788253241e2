//! Quayside connects to every Docker host you own and is the real-time hub over all of them: dashboards and scripts
//! see what happens as it happens, and act on it, over one broker.
//!
//! # One command set, one path
//!
//! ```text
//!  browser ws ──┐  packets          Call{caller, command}      neutral types      the engine's API
//!  sse, poll ───┤ ┌───────────┐   ┌──────────────────────┐   ┌─────────────┐   ┌──────────────────┐
//!  REST dialects┼▶│ transport │──▶│ broker               │──▶│ domain      │──▶│ runtime (trait)  │─▶ bollard
//!               │ │ bytes ⇄   │   │ dispatch, event log, │   │ authorizes, │   │ store (trait)    │─▶ sled
//!               └▶│ packets   │◀──│ subscriptions        │◀──│ decides     │◀──└──────────────────┘
//!                 └───────────┘   └──────────────────────┘   └─────────────┘
//! ```
//!
//! - `quayside_protocol` is the one vocabulary: every command, reply, push, error code and close reason.
//! - [`transport`] turns bytes into a command and an answer into bytes; it decides nothing. A REST dialect is a route
//!   table, a pure `decode`, an `encode` and an error's body.
//! - [`broker`] dispatches by one exhaustive `match`, keeps the event log, and hands out cursors over it.
//! - [`domain`] authorizes once, before it looks anything up, and the proof is a value that only [`auth::policy`]
//!   makes.
//! - [`runtime`] and [`store`] are traits in neutral words with one backend each.
//! - [`app`] is the only file that names concrete backends; [`config`] is read before anything else exists.
//!
//! # Invariants
//!
//! - **Data flows one way.** Transport may not name domain, runtime or store; domain may not name broker or
//!   transport. `tests/hub/tidy.rs` enforces it, together with file sizes and the absence of unbounded queues.
//! - **An event is pushed only once it would survive a KILL of the hub**: it stands in an append-only tail file
//!   first, and in the store soon after. Positions are made from time and never repeat.
//! - **A subscriber is a cursor, not a queue.** There is no channel per subscriber; one that does not read costs
//!   its socket's buffer and delays nobody. Behind the ring it reads from disk, behind retention it gets one `gap`.
//!   One thread a processor (`transport::fanout`) writes what is new to all connections, encoded once, in one write
//!   for each; a connection's own task does that only under TLS and HTTP/2, and while its client does not keep up.
//! - **The past is read backwards**, a bounded stretch for an answer, with the rights and filters of a subscription;
//!   what is missing is a gap there too.
//! - **An answer is kept only while nothing in it has changed**, a second at most, and only where it is the same for
//!   all who may ask: rights are looked at before it is.
//! - **A terminal is a session, and a connection only looks at it.** A viewer is asked for output when its socket
//!   has taken what it was given, a share for each terminal; the program stops when whoever types has a window
//!   unacknowledged. What is typed passes a screen that cannot keep up.
//! - **The mirror's truth is the engine's list.** Events say what to ask again, never what is so.
//! - **An answered write is durable**: one writer owns the store, and answers after the flush that has the write.
//!   A change of accounts and its audit entry are one commit.
//! - **Nothing silent.** What may be missing is a `gap` in the log; what a list lacks is a failure beside its items.
//!
//! # What is not here
//!
//! No command is run on the hub's machine but OpenSSH's client, for hosts behind `ssh://`. The engine's API is never
//! passed through: what is not a command of the protocol cannot be reached. Secrets have no way into a log, an
//! audit entry or a `Debug`.

pub mod app;
pub mod auth;
pub mod broker;
pub mod config;
pub mod domain;
pub mod drain;
pub mod error;
pub mod metrics;
pub mod open_files;
pub mod runtime;
pub mod shutdown;
pub mod store;
pub mod telemetry;
pub mod transport;
