//! What programs of other people said, read by this codec.
//!
//! The recordings are no part of the project. `MSNP_CAPTURES` names their folder; without it
//! `../shared/captures/real-clients` beside the workspace is taken. Where there is none, the tests
//! say so and pass.

#![allow(
    clippy::expect_used,
    clippy::explicit_write,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that finds something wrong panics"
)]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use msnp_codec::{ClientCommand, FrameLimits, Framer, RawCommand, Sender, ServerCommand};
use msnp_core::Version;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

#[test]
fn every_stream_frames_whole_bytewise_and_in_random_cuts() {
    let mut runner = TestRunner::deterministic();
    let piece_sizes = prop::collection::vec(1_usize..200, 1..40);
    for stream in streams() {
        let whole = stream.frame(&[stream.bytes.len()]);
        assert_eq!(stream.frame(&[1]), whole, "{}", stream.name);
        for _ in 0..20 {
            let pieces = piece_sizes.new_tree(&mut runner).unwrap().current();
            assert_eq!(stream.frame(&pieces), whole, "{} in {pieces:?}", stream.name);
        }
    }
}

#[test]
fn every_raw_command_prints_as_it_was() {
    for stream in streams() {
        let mut printed = vec![];
        stream.each(|raw| match raw.sender() {
            Sender::Client => ClientCommand::Raw(raw).print(stream.version, &mut printed),
            Sender::Server => ServerCommand::Raw(raw).print(stream.version, &mut printed),
        });
        assert!(printed == stream.bytes, "{}", stream.name);
    }
}

#[test]
fn every_command_with_a_type_parses_and_survives_printing() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for stream in streams() {
        let version = stream.version;
        stream.each(|raw| {
            let line = format!("{}: {}", stream.name, raw.line().escape_ascii());
            let mut printed = vec![];
            let typed = match raw.sender() {
                Sender::Client => {
                    let command = ClientCommand::parse(raw, version);
                    let command = command.unwrap_or_else(|error| panic!("{line}: {error}"));
                    command.print(version, &mut printed);
                    let again = ClientCommand::parse(one(raw.sender(), version, &printed), version);
                    assert_same(&command, &again.expect(&line), &line);
                    !matches!(command, ClientCommand::Raw(_))
                }
                Sender::Server => {
                    let command = ServerCommand::parse(raw, version);
                    let command = command.unwrap_or_else(|error| panic!("{line}: {error}"));
                    command.print(version, &mut printed);
                    let again = ServerCommand::parse(one(raw.sender(), version, &printed), version);
                    assert_same(&command, &again.expect(&line), &line);
                    !matches!(command, ServerCommand::Raw(_))
                }
            };
            let kind = if typed { "typed" } else { "raw" };
            *counts.entry(format!("{kind} {:?} {}", raw.sender(), raw.verb())).or_default() += 1;
        });
    }
    for (kind, count) in &counts {
        eprintln!("{count:5} {kind}");
    }
    assert_eq!(counts.keys().find(|kind| must_have_type(kind)), None);
}

/// Whether this kind was left without a type although it has one.
fn must_have_type(kind: &str) -> bool {
    let Some(kind) = kind.strip_prefix("raw ") else { return false };
    let without = ["ADL", "FQY", "RML", "UUN", "UBN"];
    !without.iter().any(|verb| kind.ends_with(verb))
}

fn assert_same<C: PartialEq + std::fmt::Debug>(command: &C, again: &C, line: &str) {
    assert!(command == again, "{line}\n{command:?}\n{again:?}");
}

/// The one command that these bytes are.
fn one(sender: Sender, version: Version, bytes: &[u8]) -> RawCommand<'_> {
    let command = Framer::new(sender, version, LIMITS).next(bytes);
    let command = command.expect("a printed command has borders").expect("it is whole");
    assert_eq!(command.wire().len(), bytes.len(), "{}", bytes.escape_ascii());
    command
}

const LIMITS: FrameLimits = FrameLimits::SIGNED_IN;

/// What one side of one connection sent.
struct Stream {
    name: String,
    sender: Sender,
    version: Version,
    bytes: Vec<u8>,
}

impl Stream {
    /// Where the commands end when the bytes arrive in pieces of these sizes, again and again.
    fn frame(&self, pieces: &[usize]) -> Vec<usize> {
        let mut framer = Framer::new(self.sender, self.version, LIMITS);
        let (mut ends, mut from, mut arrived) = (vec![], 0, 0);
        for size in pieces.iter().cycle() {
            arrived = (arrived + size.max(&1)).min(self.bytes.len());
            while let Some(command) = framer.next(&self.bytes[from..arrived]).expect(&self.name) {
                from += command.wire().len();
                ends.push(from);
            }
            if arrived == self.bytes.len() {
                break;
            }
        }
        assert_eq!(from, self.bytes.len(), "{} has bytes left over", self.name);
        ends
    }

    fn each<'a>(&'a self, mut visit: impl FnMut(RawCommand<'a>)) {
        let mut framer = Framer::new(self.sender, self.version, LIMITS);
        let mut rest = &self.bytes[..];
        while let Some(command) = framer.next(rest).expect(&self.name) {
            rest = &rest[command.wire().len()..];
            visit(command);
        }
    }
}

/// Both directions of every recorded connection to a notification server or switchboard.
fn streams() -> Vec<Stream> {
    let folder = folder();
    let Ok(entries) = fs::read_dir(&folder) else {
        assert!(env::var_os("MSNP_CAPTURES").is_none(), "MSNP_CAPTURES names no folder");
        // Not `eprintln!`, which the test harness hides where a test passes.
        writeln!(io::stderr(), "SKIPPED: no recordings in {}", folder.display()).unwrap();
        return vec![];
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    assert!(!files.is_empty(), "{} holds no recording", folder.display());
    files.iter().flat_map(|path| streams_of(path)).collect()
}

fn folder() -> PathBuf {
    env::var_os("MSNP_CAPTURES").map_or_else(
        || {
            let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
            workspace.join("../shared/captures/real-clients")
        },
        PathBuf::from,
    )
}

fn streams_of(path: &Path) -> Vec<Stream> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let about = lines.next().unwrap()["about"].as_str().unwrap().to_owned();
    let mut links: BTreeMap<String, [Vec<u8>; 2]> = BTreeMap::new();
    for read in lines {
        let link = read["link"].as_str().unwrap();
        if link.starts_with("dc-") || link.contains("-dc-") || link.ends_with("-dc") {
            continue;
        }
        let side = match read["from"].as_str().unwrap() {
            "client" => 0,
            "server" => 1,
            other => panic!("{link} has a side {other}"),
        };
        let bytes = from_hex(read["hex"].as_str().unwrap());
        links.entry(link.to_owned()).or_default()[side].extend(bytes);
    }
    let of_file = links.values().find_map(|[_, server]| agreed(server)).or_else(|| named(&about));
    let file = path.file_stem().unwrap().to_string_lossy();
    let mut streams = vec![];
    for (link, [client, server]) in links {
        let version = agreed(&server).or(of_file).unwrap_or_else(|| panic!("{file}: no version"));
        for (sender, bytes) in [(Sender::Client, client), (Sender::Server, server)] {
            let name = format!("{file}, {link}, {sender:?}, {version}");
            streams.push(Stream { name, sender, version, bytes });
        }
    }
    streams
}

/// The version that a server chose: `VER 1 MSNP8`.
fn agreed(server: &[u8]) -> Option<Version> {
    let line = server.split(|b| *b == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?.strip_prefix("VER ")?;
    line.split(' ').nth(1)?.parse().ok()
}

/// The version that a description names.
fn named(about: &str) -> Option<Version> {
    about.split(|c: char| !c.is_ascii_alphanumeric()).find_map(|word| word.parse().ok())
}

fn from_hex(hex: &str) -> Vec<u8> {
    assert_eq!(hex.len() % 2, 0);
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(pair).collect()
}
