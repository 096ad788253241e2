//! Who somebody is.
pub mod secret;
