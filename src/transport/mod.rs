//! The edge: bytes to commands, answers to bytes. It decides nothing, and it alone knows warp and hyper.
//!
//! [`listen`] owns connections and their limits, `root` the outermost warp filters, `native` the paths of no
//! dialect, `rest` the dialects. Sockets and streams are carried by the hub's own code: warp routes to them and
//! is gone.

mod access;
mod archive;
mod assets;
mod body;
mod credential;
mod cursors;
mod edge;
mod facts;
mod fanout;
mod files;
mod filters;
mod forwarded;
mod health;
mod limit;
mod line;
pub mod listen;
mod native;
mod openapi;
mod origin;
mod packet;
mod percent;
mod poll;
mod request;
mod respond;
mod rest;
mod rights;
mod root;
mod settings;
mod sse;
mod tls;
mod ws;

pub use edge::Edge;
pub use settings::Settings;
pub use tls::Tls;
