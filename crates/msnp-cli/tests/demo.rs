//! `msnp demo` as a process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::process::{Command, Output};

use serde_json::Value;

fn msnp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_msnp")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// How many steps there are, the last one included: the server stops.
const STEPS: usize = 65;

/// The steps of a quiet demonstration of one version that are not applicable; all others held.
fn not_applicable(version: &str) -> Vec<String> {
    let output = msnp(&["demo", "--protocol", version, "--quiet"]);
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{shown}\n{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    let mut lines = shown.lines().skip_while(|line| line.is_empty());
    assert!(lines.next().unwrap().starts_with(&format!("{version} ")), "{shown}");
    assert!(lines.next().unwrap().bytes().all(|b| b == b'-'), "{shown}");
    let rows: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), STEPS, "{shown}");
    assert!(shown.lines().all(|line| line.len() <= 80), "{shown}");
    let missing: Vec<String> = rows
        .iter()
        .filter(|row| !row.ends_with(" ok"))
        .map(|row| row.strip_suffix(" n/a").expect("ok or n/a").trim().to_owned())
        .collect();
    let summary = format!("{} ok, 0 FAILED, {} n/a", rows.len() - missing.len(), missing.len());
    assert_eq!(shown.lines().last(), Some(summary.as_str()));
    missing
}

/// The first version of what came later, and its steps.
const LATER: [(u8, &[&str]); 5] = [
    (6, &["all answer a challenge of the server"]),
    (
        7,
        &[
            "alice makes a group",
            "alice puts bob into it",
            "alice gives the group another name",
            "alice takes bob out of the group",
            "alice removes the group",
        ],
    ),
    (11, &["alice takes a personal message", "bob shows the song he hears"]),
    (9, &["alice nudges bob", "bob nudges alice", "alice says something long, in several parts"]),
    (
        9,
        &[
            "alice shows a picture",
            "bob fetches her picture",
            "bob shows a picture",
            "alice fetches his picture",
            "alice has an emoticon of her own",
            "alice says what it stands for",
            "bob fetches her emoticon",
            "bob has an emoticon of his own",
            "bob says what it stands for",
            "alice fetches his emoticon",
        ],
    ),
];

#[test]
fn all_holds_in_every_version_but_what_came_later() {
    for version in 2..=12 {
        let missing = LATER.iter().filter(|(first, _)| version < *first);
        let missing: Vec<&str> = missing.flat_map(|(_, steps)| *steps).copied().collect();
        assert_eq!(not_applicable(&format!("MSNP{version}")), missing, "MSNP{version}");
    }
}

#[test]
fn each_step_of_each_version_is_a_json_object_and_the_last_one_sums_up() {
    let output = msnp(&["demo", "--all", "--json"]);
    assert!(output.status.success());
    let mut objects: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let summary = objects.pop().unwrap();
    for version in 2..=12 {
        let steps = objects.iter().filter(|object| object["protocol"] == format!("MSNP{version}"));
        assert_eq!(steps.count(), STEPS, "MSNP{version}");
    }
    let count = |result: &str| objects.iter().filter(|object| object["result"] == result).count();
    assert_eq!(summary["held"], true);
    assert_eq!(summary["ok"], count("ok"));
    assert_eq!(summary["not_applicable"], count("n/a"));
    assert_eq!(summary["failed"], 0);
    assert_eq!(objects.len(), count("ok") + count("n/a"));
    assert!(objects.iter().all(|object| object["step"].as_str().is_some_and(|s| !s.is_empty())));
}

#[test]
fn the_dialogue_is_shown_in_eighty_columns_before_the_table() {
    let output = msnp(&["demo", "--protocol", "msnp7"]);
    assert!(output.status.success());
    let shown = text(&output.stdout);
    assert!(shown.starts_with("<o> MSNP7: alice signs in, with the blocking driver\n"));
    assert!(shown.contains("\n>>> VER 1 MSNP7 CVR0\n<<< VER 1 MSNP7 CVR0\n"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
}

#[test]
fn a_trace_beside_json_leaves_standard_output_to_the_program() {
    let output = msnp(&["--trace", "demo", "--json"]);
    assert!(output.status.success());
    assert!(text(&output.stdout).lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    let trace = text(&output.stderr);
    assert!(trace.lines().any(|line| line.chars().count() > 80), "nothing is cut");
    assert!(trace.contains(">>> USR 7 TWN S ***\n"), "{trace}");
}

#[test]
fn wrong_usage_is_explained_and_exits_with_2() {
    for arguments in [
        &["demo", "--protocol", "MSNP99"][..],
        &["demo", "--protocol", "MSNP13"],
        &["demo", "--all", "--protocol", "MSNP8"],
        &["demo", "--quiet", "--trace"],
        &["demo", "--sing"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--challenge", "perhaps"],
        &["dance"],
    ] {
        let output = msnp(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(text(&output.stdout), "");
        let complaint = text(&output.stderr);
        assert!(complaint.contains("--help") && !complaint.contains("panicked"), "{complaint}");
    }
    let complaint = msnp(&["demo", "--protocol", "MSNP13"]).stderr;
    assert!(text(&complaint).contains("the versions are MSNP2, MSNP3, "));
}

#[test]
fn asked_for_nothing_or_for_help_it_tells_what_it_can_do() {
    for arguments in [&[][..], &["--help"], &["demo", "--help"], &["serve", "--help"]] {
        let output = msnp(arguments);
        assert!(output.status.success(), "{arguments:?}");
        let shown = text(&output.stdout);
        assert!(shown.contains("Exit codes:\n  0  all held"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    }
    let version = msnp(&["--version"]).stdout;
    assert_eq!(text(&version), concat!("msnp ", env!("CARGO_PKG_VERSION"), "\n"));
}
