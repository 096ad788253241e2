//! Who is asking, and what they may do. It knows tokens and roles, no transport and no store.

pub mod principal;
pub mod secret;

pub use principal::{Caller, Credential, Principal};
pub use secret::Secret;
