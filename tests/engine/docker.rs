//! `runtime::docker`, verb by verb.

mod create;
mod events;
mod facts;
mod files;
mod images;
mod logs;
mod reach;
mod reap;
pub(crate) mod registry;
mod scratch;
mod ssh;
mod state;
mod stats;
mod terminal;
mod tls;
