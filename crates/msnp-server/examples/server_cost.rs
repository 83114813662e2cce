//! Makes a server do one thing often: `.ci/instructions` counts the instructions of that.
//!
//! Prints how often it was done. See `benches/scene.rs` for what is done.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is measured must be as it should"
)]
#![allow(clippy::print_stdout, reason = "it says how much it did")]

use std::process::ExitCode;

#[path = "../benches/scene.rs"]
mod scene;

const TEXTS: u32 = 2_000;

fn main() -> ExitCode {
    let what: Vec<String> = std::env::args().skip(1).collect();
    match what.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["room"] => {
            let texts = scene::texts(TEXTS);
            let mut room = scene::Room::of_three();
            let sent = counted_part(|| room.say(&texts));
            assert!(sent > 2 * texts.len());
        }
        _ => return ExitCode::from(2),
    }
    println!("{TEXTS}");
    ExitCode::SUCCESS
}

/// What callgrind counts, by the name of this function.
#[inline(never)]
fn counted_part<T>(work: impl FnOnce() -> T) -> T {
    work()
}
