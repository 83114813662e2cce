//! Floods: a peer that sends one kind of rubbish without end, to each machine, which begins anew
//! whenever it dies of it. What it holds on the heap never exceeds what its limits say.
//!
//! `MSNP_FLOOD_MIB` says how much of each kind; without it a little, so that this is quick.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test prints its table and is told how much to do"
)]

mod kinds;
mod machines;
mod run;

use msnp_testkit::AllocationCounter;

use kinds::{Kind, Side};
use machines::{Messenger, MessengerRoom, Notification, NotificationServer, Room, RoomServer};
use machines::{Service, ServiceRoom};
use run::{Outcome, Victim, flood};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

/// How many bytes of each kind.
fn size() -> usize {
    match std::env::var("MSNP_FLOOD_MIB") {
        Ok(mib) => mib.parse::<usize>().expect("MSNP_FLOOD_MIB is a number") * 1024 * 1024,
        Err(_) => 256 * 1024,
    }
}

/// Sends each kind to a machine, and says what came of it.
fn flood_with_each_kind<V: Victim>(mut victim: V, side: Side) -> Vec<Outcome> {
    println!(
        "{:<22} {:<24} {:>7} {:>12} {:>11} {:>11}",
        "machine", "kind", "deaths", "consumed", "heap", "bound"
    );
    let outcomes = Kind::ALL.map(|kind| {
        let outcome = flood(&mut victim, &kind.block(side), size());
        let Outcome { deaths, consumed, heap, bound } = outcome;
        let (name, what) = (V::NAME, kind.name());
        println!("{name:<22} {what:<24} {deaths:>7} {consumed:>12} {heap:>11} {bound:>11}");
        assert!(heap <= bound, "{name}, {what}: {heap} bytes of heap, {bound} are the most");
        outcome
    });
    outcomes.into()
}

/// The greatest share of the bound that any kind has reached, in percent.
fn share(outcomes: &[Outcome]) -> usize {
    outcomes.iter().map(|outcome| outcome.heap * 100 / outcome.bound).max().unwrap()
}

#[test]
fn no_flood_takes_a_notification_client_beyond_its_bound() {
    let outcomes = flood_with_each_kind(Notification, Side::NotificationServer);
    if size() >= 16 * 1024 * 1024 {
        assert!(share(&outcomes) >= 25, "the bound is far from what can be: {outcomes:?}");
    }
}

#[test]
fn no_flood_takes_a_switchboard_client_beyond_its_bound() {
    let outcomes = flood_with_each_kind(Room, Side::Switchboard);
    if size() >= 16 * 1024 * 1024 {
        assert!(share(&outcomes) >= 25, "the bound is far from what can be: {outcomes:?}");
    }
}

#[test]
fn no_flood_takes_a_notification_server_session_beyond_its_bound() {
    flood_with_each_kind(NotificationServer, Side::NotificationClient);
}

#[test]
fn no_flood_takes_a_switchboard_server_session_beyond_its_bound() {
    flood_with_each_kind(RoomServer, Side::Member);
}

#[test]
fn no_flood_of_a_notification_server_takes_a_client_beyond_its_bound() {
    flood_with_each_kind(Messenger, Side::NotificationServer);
}

#[test]
fn no_flood_of_a_switchboard_takes_a_client_beyond_its_bound() {
    flood_with_each_kind(MessengerRoom, Side::Switchboard);
}

#[test]
fn no_flood_of_a_client_takes_a_service_beyond_its_bound() {
    flood_with_each_kind(Service::default(), Side::NotificationClient);
}

#[test]
fn no_flood_of_a_member_takes_a_service_beyond_its_bound() {
    flood_with_each_kind(ServiceRoom::default(), Side::Member);
}
