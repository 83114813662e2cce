//! How often a client asks for memory for what it does most.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use msnp_testkit::{AllocationCounter, Measured, measure};

#[path = "../benches/packets.rs"]
mod packets;
#[path = "../benches/scene.rs"]
#[allow(dead_code, reason = "the session alone is for instructions")]
mod scene;
#[path = "../../msnp-codec/benches/stream.rs"]
#[allow(dead_code, reason = "the mixed stream is for the codec")]
mod stream;

use packets::{Around, PACKET};
use scene::Scene;

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

const CONTACTS: u32 = 10_000;
const TEXTS: u32 = 1_000;

/// The account, and a name that is decoded and then copied.
const OF_PRESENCE: u64 = 3;
const OF_A_TEXT_HEARD: u64 = 11;
/// With the two of the caller, for the text and the acknowledgement.
const OF_A_TEXT_SAID: u64 = 19;

/// Who sent it, their name, its body, and the parameters of its content type: those of any message.
/// The transfer itself adds nothing.
const OF_A_PACKET_HEARD: u64 = 4;

/// What `times` of something cost after as many of it before.
fn in_the_long_run(times: u32, mut work: impl FnMut() -> usize) -> Measured {
    let times = usize::try_from(times).unwrap();
    assert_eq!(work(), times);
    let (done, measured) = measure(work);
    assert_eq!(done, times);
    measured
}

#[test]
fn a_contact_who_comes_online_costs_three_allocations_in_a_roster_of_ten_thousand() {
    let burst = stream::burst(CONTACTS);
    let mut scene = Scene::signed_in(CONTACTS);
    let (told, first) = measure(|| scene.hear_presence(&burst));
    assert_eq!(told, 10_000);
    assert!(first.allocations <= OF_PRESENCE * u64::from(CONTACTS), "{first:?}");
    let again = in_the_long_run(CONTACTS, || scene.hear_presence(&burst));
    assert!(again.allocations <= OF_PRESENCE * u64::from(CONTACTS), "{again:?}");
    assert_eq!(again.kept, 0);
}

#[test]
fn a_text_that_is_heard_costs_a_stated_number_of_allocations_and_leaves_nothing() {
    let texts = scene::texts(TEXTS);
    let mut scene = Scene::in_a_room();
    let measured = in_the_long_run(TEXTS, || scene.hear_texts(&texts));
    assert!(measured.allocations <= OF_A_TEXT_HEARD * u64::from(TEXTS), "{measured:?}");
    assert_eq!(measured.kept, 0);
}

#[test]
fn a_text_that_is_said_costs_a_stated_number_of_allocations_and_leaves_nothing() {
    let mut scene = Scene::in_a_room();
    let mut transactions = Scene::FIRST_TEXT..;
    let measured = in_the_long_run(TEXTS, || {
        transactions.by_ref().take(1_000).map(|n| scene.say("This is one of many.", n)).sum()
    });
    assert!(measured.allocations <= OF_A_TEXT_SAID * u64::from(TEXTS), "{measured:?}");
    assert_eq!(measured.kept, 0);
}

#[test]
fn a_packet_of_an_object_that_is_served_asks_for_no_memory() {
    let (packets, allocations) = in_the_midst(packets::serve);
    assert!(packets >= 500, "{packets}");
    assert_eq!(allocations, 0, "for {packets} packets");
}

#[test]
fn a_packet_of_an_object_that_is_fetched_costs_a_stated_number_of_allocations() {
    let (packets, allocations) = in_the_midst(packets::fetch);
    assert!(packets >= 500, "{packets}");
    // Beside them the object grows, twice as much each time.
    assert_eq!(allocations / packets, OF_A_PACKET_HEARD, "{allocations} for {packets} packets");
}

/// How many packets a long object has more than a short one, and how many allocations it costs more.
fn in_the_midst(transfer: fn(usize, Around<'_>) -> usize) -> (u64, u64) {
    let cost = |packets: usize| {
        let mut allocations = 0;
        let counted = transfer(packets * PACKET, &mut |work| {
            let ((), cost) = measure(work);
            allocations += cost.allocations;
        });
        (u64::try_from(counted).unwrap(), allocations)
    };
    let (short, long) = (cost(100), cost(600));
    (long.0 - short.0, long.1.saturating_sub(short.1))
}
