//! Works on a frozen stream in one way, once: `.ci/cost` counts the instructions of that.
//!
//! `cost none`, `baseline`, `frame`, `typed`, `print`: each does what the one before does not.
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
    let commands = match how.trim_start_matches("burst-") {
        "none" => 0,
        "baseline" => split(&stream),
        "frame" => frame(&stream),
        "typed" => typed(&stream),
        "print" => print(&stream),
        _ => return ExitCode::from(2),
    };
    println!("{commands} commands");
    ExitCode::SUCCESS
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
        if black_box(ServerCommand::parse(command, VERSION)).is_ok() {
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
