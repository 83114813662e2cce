//! What a peer can make a session hold is bounded, and the bound is stated.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use msnp_core::{Account, LinkId, Machine, Now, Opened, Output, Secret, TransactionId, Version};
use msnp_session::{
    ClientProgram, Entrance, NsClient, NsClientConfig, SbClient, SbClientConfig, SessionLimits,
};
use msnp_testkit::{AllocationCounter, heap_now, heap_peak, reset_heap_peak};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

const LINK: LinkId = LinkId::new(1);
/// How many commands: more than wait anywhere.
const FLOOD: usize = 500;

/// Offers the same bytes again and again, and takes an event only when nothing is taken any more.
/// Says what the machine held at the most.
fn flood<M: Machine>(new: impl FnOnce() -> M, greeting: &[u8], command: &[u8]) -> usize {
    reset_heap_peak();
    let before = heap_now();
    let mut machine = new();
    machine.link_opened(Now::default(), LINK, Opened::Connected);
    let mut rest = greeting;
    while !rest.is_empty() {
        let taken = machine.input(Now::default(), LINK, rest);
        assert!(taken > 0, "{}", rest.escape_ascii());
        rest = rest.split_at(taken).1;
        drain(&mut machine, usize::MAX);
    }
    let mut offered = 0;
    while offered < FLOOD {
        match machine.input(Now::default(), LINK, command) {
            0 => drain(&mut machine, 1),
            _ => offered += 1,
        }
    }
    usize::try_from(heap_peak() - before).unwrap()
}

/// Takes so many events, but writes nothing: the peer does not read.
fn drain<M: Machine>(machine: &mut M, events: usize) {
    let mut left = events;
    while left > 0 {
        match machine.poll() {
            Output::Event(_) => left -= 1,
            Output::Wait { .. } => return,
            Output::Closed(_) => panic!("it ended"),
            Output::Link { .. } | Output::Effect(..) => {}
        }
    }
}

fn notification(limits: SessionLimits) -> NsClient {
    NsClient::new(NsClientConfig {
        account: Account::new("alice@example.com").unwrap(),
        password: Secret::from("secret"),
        versions: vec![Version::MSNP7],
        program: ClientProgram::default(),
        first_transaction: TransactionId::new(1),
        keepalive: Duration::from_secs(50),
        limits,
    })
}

fn switchboard(limits: SessionLimits) -> SbClient {
    SbClient::new(SbClientConfig {
        account: Account::new("alice@example.com").unwrap(),
        version: Version::MSNP7,
        entrance: Entrance::Own { cookie: Secret::from("1") },
        first_transaction: TransactionId::new(1),
        limits,
    })
}

#[test]
fn a_flood_of_the_largest_commands_stays_within_the_stated_bound() {
    let signed_in =
        b"VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1\r\nUSR 4 OK alice@example.com A 1\r\n";
    let inside = b"USR 1 OK alice@example.com A\r\n";
    let body = [b"MSG bob@example.com Bob 65536\r\n".to_vec(), vec![0xff; 65536]].concat();
    let name = [b"NLN NLN bob@example.com ".to_vec(), vec![0xff; 8000], b"\r\n".to_vec()].concat();
    for limits in [
        SessionLimits::default(),
        SessionLimits { events: 4, output: 4096, pending: 4, ..SessionLimits::default() },
    ] {
        for command in [&body[..], &name, b"XYZ\r\n", b"FLN bob@example.com\r\n"] {
            let held = flood(|| notification(limits), signed_in, command);
            assert!(held <= limits.heap_bound(), "{held} of {}", limits.heap_bound());
            let held = flood(|| switchboard(limits), inside, command);
            assert!(held <= limits.heap_bound(), "{held} of {}", limits.heap_bound());
        }
    }
}

#[test]
fn the_bound_is_not_idle_talk() {
    let limits = SessionLimits { events: 16, output: 4096, pending: 4, ..SessionLimits::default() };
    let body = [b"MSG bob@example.com Bob 65536\r\n".to_vec(), vec![0xff; 65536]].concat();
    let held = flood(|| switchboard(limits), b"USR 1 OK alice@example.com A\r\n", &body);
    assert!(held > limits.heap_bound() / 4, "{held} of {}", limits.heap_bound());
}
