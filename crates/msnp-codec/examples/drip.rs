//! Frames one long line, or one long body, that arrives byte by byte. `.ci/drip` counts what that
//! costs: the framer must not look at a byte twice.
//!
//! `drip line 4096`, `drip body 1048576`; `drip none 4096` does everything but the framing.

use std::hint::black_box;
use std::process::ExitCode;

use msnp_codec::{FrameLimits, Framer, Sender};
use msnp_core::Version;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, size] = arguments.as_slice() else { return ExitCode::from(2) };
    let Ok(size) = size.parse::<usize>() else { return ExitCode::from(2) };
    let mut stream = match what.as_str() {
        "body" => format!("GCF 0 {size}\r\n").into_bytes(),
        _ => b"XYZ ".to_vec(),
    };
    stream.resize(stream.len() + size, b'x');
    if what != "body" {
        stream.extend_from_slice(b"\r\n");
    }
    let limits = FrameLimits { line: 2 << 20, body: 2 << 20 };
    let mut framer = Framer::new(Sender::Server, Version::MSNP13, limits);
    let mut found = 0;
    for end in 1..=stream.len() {
        let Some(arrived) = black_box(&stream).get(..end) else { return ExitCode::FAILURE };
        if what == "none" {
            found += usize::from(black_box(arrived).is_empty());
        } else if let Ok(Some(command)) = framer.next(black_box(arrived)) {
            found += command.wire().len();
        }
    }
    let whole = if what == "none" { 0 } else { stream.len() };
    if found == whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
