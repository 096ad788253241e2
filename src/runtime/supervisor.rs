//! One task a host.
