//! The load measurement, small: so that it still runs when somebody wants the big one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use msnp_core::Version;
use msnp_tests::load::{Plan, run};
use serde_json::Value;

#[test]
fn every_message_of_ten_pairs_beside_fifty_silent_ones_arrives_once_and_in_order() {
    let program = program();
    for version in [Version::MSNP7, Version::MSNP12] {
        let plan = Plan {
            program: program.clone(),
            version,
            pairs: 10,
            messages: 40,
            idle: 50,
            patience: Duration::from_secs(120),
        };
        let report = run(&plan).unwrap();
        assert!(report.faults.none(), "{report}");
        assert_eq!(report.messages(), 800);
        let json = report.to_json();
        assert_eq!(json["ok"], true, "{json}");
        if cfg!(target_os = "linux") {
            assert!(report.per_idle_link().is_some(), "{json}");
        }
    }
}

#[test]
fn a_plan_that_cannot_end_is_reported_with_what_is_missing() {
    let plan = Plan {
        program: program(),
        version: Version::MSNP7,
        pairs: 1,
        messages: 1,
        idle: 0,
        patience: Duration::ZERO,
    };
    let report = run(&plan).unwrap();
    assert!(!report.faults.none());
    assert_eq!(report.faults.lost, 2, "{report}");
    assert!(!report.faults.troubles.is_empty(), "{report}");
}

/// The command, built by the cargo that runs this test, once.
fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(build).clone()
}

fn build() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--package", "msnp-cli", "--bin", "msnp"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(built.status.success(), "msnp-cli does not build");
    let messages = String::from_utf8(built.stdout).unwrap();
    let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
    let mut executables =
        messages.filter_map(|message: Value| message["executable"].as_str().map(PathBuf::from));
    executables.next_back().expect("cargo says where the command is")
}
