//! REST dialects. Each is a route table, a pure `decode`, an `encode`, an `encode` of errors, and its wire
//! structs; all of them are worded over the same commands.

pub(in crate::transport) mod fleet;
pub(in crate::transport) mod table;
