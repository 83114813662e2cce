//! What is generated from the command table is fresh.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../examples/commands_table.rs"]
#[allow(dead_code, reason = "its main is not called here")]
mod commands_table;

#[test]
fn what_follows_from_the_table_has_been_written_anew() {
    for (path, text) in commands_table::documents() {
        let Ok(written) = std::fs::read_to_string(&path) else {
            panic!("{} is missing; see examples/commands_table.rs", path.display())
        };
        assert!(written == text, "{} is stale; see examples/commands_table.rs", path.display());
    }
}
