//! Makes a client do one thing often: `.ci/instructions` counts the instructions of that.
//!
//! Prints how often it was done. See `benches/scene.rs` for what is done.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what is measured must be as it should"
)]
#![allow(clippy::print_stdout, reason = "it says how much it did")]

use std::process::ExitCode;

#[path = "../benches/packets.rs"]
mod packets;
#[path = "../benches/scene.rs"]
mod scene;
#[path = "../../msnp-codec/benches/stream.rs"]
#[allow(dead_code, reason = "the mixed stream is for the codec")]
mod stream;

use scene::{Scene, SignIn};

const CONTACTS: u32 = 10_000;
const TEXTS: u32 = 2_000;
const OBJECT: usize = 800 * packets::PACKET;

fn main() -> ExitCode {
    let what: Vec<String> = std::env::args().skip(1).collect();
    let done = match what.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["burst"] => {
            let burst = stream::burst(CONTACTS);
            let mut scene = Scene::signed_in(CONTACTS);
            counted_part(|| scene.hear_presence(&burst))
        }
        ["burst-session"] => {
            let burst = stream::burst(CONTACTS);
            let mut session = scene::session();
            counted_part(|| scene::hear_presence(&mut session, &burst))
        }
        ["text-in"] => {
            let texts = scene::texts(TEXTS);
            let mut scene = Scene::in_a_room();
            counted_part(|| scene.hear_texts(&texts))
        }
        ["text-out"] => {
            let mut scene = Scene::in_a_room();
            counted_part(|| {
                let transactions = (Scene::FIRST_TEXT..).take(2_000);
                transactions.map(|n| scene.say("This is one of many messages.", n)).sum()
            })
        }
        ["packet-out"] => packets::serve(OBJECT, &mut |work| counted_part(work)),
        ["packet-in"] => packets::fetch(OBJECT, &mut |work| counted_part(work)),
        ["sign-in"] => {
            let sign_in = SignIn::new(1_000);
            drop(counted_part(|| sign_in.run()));
            1
        }
        _ => return ExitCode::from(2),
    };
    println!("{done}");
    ExitCode::SUCCESS
}

/// What callgrind counts, by the name of this function.
#[inline(never)]
fn counted_part<T>(work: impl FnOnce() -> T) -> T {
    work()
}
