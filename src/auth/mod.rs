//! Who is asking, and what they may do. It knows tokens and roles, no transport and no store.

pub mod keys;
pub mod password;
pub mod policy;
pub mod principal;
pub mod secret;
pub mod token;
pub mod tries;

pub use principal::{Caller, Credential, Principal};
pub use secret::Secret;
