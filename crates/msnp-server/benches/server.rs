//! What a server does most: passing on what is said in a room.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is measured must be as it should"
)]

use divan::Bencher;
use divan::counter::ItemsCount;

mod scene;

const TEXTS: u32 = 100;

fn main() {
    divan::main();
}

#[divan::bench]
fn texts_in_a_room_of_three(bencher: Bencher) {
    let texts = scene::texts(TEXTS);
    let mut room = scene::Room::of_three();
    bencher.counter(ItemsCount::new(TEXTS)).bench_local(|| room.say(&texts));
}
