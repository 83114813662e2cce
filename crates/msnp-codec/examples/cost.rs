//! Works on a frozen stream in one way, once: `.ci/instructions` counts the instructions of that.
//!
//! `cost baseline` splits it, `frame` frames it, `typed` also parses and `print` also prints each
//! command; `burst-` before it takes the burst of presence instead of the mixed stream.
#![allow(clippy::print_stdout, reason = "it says how much it did")]

use std::hint::black_box;
use std::process::ExitCode;

use msnp_codec::{FrameLimits, Framer, Sender, ServerCommand};
use msnp_core::Version;

#[path = "../benches/baseline.rs"]
mod baseline;
#[path = "../benches/stream.rs"]
mod stream;

const VERSION: Version = Version::MSNP12;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [how] = arguments.as_slice() else { return ExitCode::from(2) };
    let stream =
        black_box(if how.starts_with("burst") { stream::burst(10_000) } else { stream::mixed() });
    let work = match how.trim_start_matches("burst-") {
        "none" => |_: &[u8]| 0,
        "baseline" => split,
        "frame" => frame,
        "typed" => typed,
        "print" => print,
        _ => return ExitCode::from(2),
    };
    println!("{}", counted_part(|| work(&stream)));
    ExitCode::SUCCESS
}

/// What callgrind counts, by the name of this function.
#[inline(never)]
fn counted_part<T>(work: impl FnOnce() -> T) -> T {
    work()
}

fn split(mut stream: &[u8]) -> usize {
    let mut commands = 0;
    while let Some((command, rest)) = baseline::split(stream) {
        black_box(command);
        stream = rest;
        commands += 1;
    }
    commands
}

fn frame(mut stream: &[u8]) -> usize {
    let mut framer = Framer::new(Sender::Server, VERSION, FrameLimits::SIGNED_IN);
    let mut commands = 0;
    while let Ok(Some(command)) = framer.next(stream) {
        black_box(command);
        stream = stream.get(command.wire().len()..).unwrap_or_default();
        commands += 1;
    }
    commands
}

fn typed(mut stream: &[u8]) -> usize {
    let mut framer = Framer::new(Sender::Server, VERSION, FrameLimits::SIGNED_IN);
    let mut commands = 0;
    while let Ok(Some(command)) = framer.next(stream) {
        stream = stream.get(command.wire().len()..).unwrap_or_default();
        let parsed = ServerCommand::parse(command, VERSION);
        if black_box(&parsed).is_ok() {
            commands += 1;
        }
    }
    commands
}

fn print(mut stream: &[u8]) -> usize {
    let mut framer = Framer::new(Sender::Server, VERSION, FrameLimits::SIGNED_IN);
    let mut out = Vec::with_capacity(64 * 1024);
    let mut commands = 0;
    while let Ok(Some(command)) = framer.next(stream) {
        stream = stream.get(command.wire().len()..).unwrap_or_default();
        if let Ok(typed) = ServerCommand::parse(command, VERSION) {
            out.clear();
            typed.print(VERSION, &mut out);
            black_box(&out);
            commands += 1;
        }
    }
    commands
}
