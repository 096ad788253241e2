//! `schema.json` is generated: `QUAYSIDE_WRITE_SCHEMA=1 cargo test -p quayside-protocol --features schema`.
#![cfg(feature = "schema")]

#[test]
fn the_schema_on_disk_is_not_stale() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.json");
    let mut fresh = serde_json::to_string_pretty(&quayside_protocol::schema::document()).unwrap();
    fresh.push('\n');
    if std::env::var_os("QUAYSIDE_WRITE_SCHEMA").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == fresh,
        "protocol/schema.json is stale; see the head of this test for the command"
    );
}
