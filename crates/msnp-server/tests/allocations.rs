//! How often a server asks for memory to pass on what is said in a room.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use msnp_testkit::{AllocationCounter, measure};

#[path = "../benches/scene.rs"]
mod scene;

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

const TEXTS: u32 = 1_000;
const OF_A_TEXT: u64 = 4;

#[test]
fn a_text_in_a_room_of_three_costs_a_stated_number_of_allocations_and_leaves_nothing() {
    let texts = scene::texts(TEXTS);
    let mut room = scene::Room::of_three();
    let sent = room.say(&texts);
    assert!(sent > 2 * texts.len());
    let (again, measured) = measure(|| room.say(&texts));
    assert_eq!(again, sent);
    assert!(measured.allocations <= OF_A_TEXT * u64::from(TEXTS), "{measured:?}");
    assert_eq!(measured.kept, 0);
}
