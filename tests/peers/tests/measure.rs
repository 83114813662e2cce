//! The measuring program itself, on its two small rows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::process::{Command, Output};

use serde_json::Value;

fn measure(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_measure")).args(arguments).output().expect("it starts")
}

#[test]
fn both_of_our_drivers_do_the_small_rows_and_say_what_it_took() {
    let output = measure(&["--quick", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let rows = table["rows"].as_array().expect("rows");
    for row in ["sign-in:10", "received:100"] {
        for peer in ["msnp-tokio", "msnp-blocking"] {
            let of_peer = |measured: &&Value| measured["row"] == row && measured["peer"] == peer;
            let measured = rows.iter().find(of_peer).expect("a row of the peer");
            for number in ["cpu_us", "wall_us", "peak_kib"] {
                assert!(measured[number].as_u64().is_some_and(|number| number > 0), "{measured}");
            }
        }
    }
}

#[test]
fn a_row_that_is_not_there_is_a_plain_error() {
    let output = measure(&["--only", "nothing-of-that-name"]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.trim(), "measure: no row has such a name");
}

#[test]
fn a_peer_whose_server_is_not_there_fails_and_says_why() {
    // Nobody listens at the port of the discard service on loopback.
    let places = r#"{"ns":"127.0.0.1:9","nexus":"http://127.0.0.1:9/","patience_s":5}"#;
    for peer in ["msnp-tokio", "msnp-blocking", "msnp11-sdk"] {
        let output = measure(&["peer", peer, "sign-in:10", places]);
        assert!(!output.status.success(), "{peer}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("measure: ") && said.len() > 12, "{peer}: {said}");
    }
}
