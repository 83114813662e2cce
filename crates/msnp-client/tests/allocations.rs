//! How often a client asks for memory for what it does most.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use msnp_client::OwnObject;
use msnp_codec::msn_object::ObjectType;
use msnp_core::{Account, Guid};
use msnp_p2p::packet::Carriage;
use msnp_p2p::transport::Sent;
use msnp_p2p::{P2p, P2pConfig, P2pEvent, P2pLimits, Peer};
use msnp_testkit::{AllocationCounter, Measured, measure};

#[path = "../benches/scene.rs"]
#[allow(dead_code, reason = "the session alone is for instructions")]
mod scene;
#[path = "../../msnp-codec/benches/stream.rs"]
#[allow(dead_code, reason = "the mixed stream is for the codec")]
mod stream;

use scene::{NOW, Scene};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

const CONTACTS: u32 = 10_000;
const TEXTS: u32 = 1_000;

/// The account, and a name that is decoded and then copied.
const OF_PRESENCE: u64 = 3;
const OF_A_TEXT_HEARD: u64 = 11;
/// With the two of the caller, for the text and the acknowledgement.
const OF_A_TEXT_SAID: u64 = 19;

/// With the answer to it.
const OF_A_PACKET: u64 = 3;

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
fn a_packet_of_an_object_that_is_served_costs_a_stated_number_of_allocations() {
    let (small, large) = (serve(100 * 1202), serve(600 * 1202));
    let packets = large.0 - small.0;
    let allocations = large.1.saturating_sub(small.1);
    assert!(packets >= 500, "{packets}");
    assert!(allocations <= OF_A_PACKET * packets, "{allocations} for {packets} packets");
}

/// Serves an object to a peer; says how many packets went out, and how many allocations they and
/// their acknowledgements cost.
fn serve(len: usize) -> (u64, u64) {
    let mut scene = Scene::in_a_room();
    let (alice, bob) = (account("alice@example.com"), account("user1@example.com"));
    let content = vec![7; len].into();
    let own = OwnObject::new(&alice, ObjectType::DISPLAY_PICTURE, "TFR1.dat", "", content);
    scene.client().publish(NOW, own.clone()).unwrap();
    let (alice, carriage) = (Peer::v1(alice), Carriage::Switchboard);
    let machine = Guid::from_bytes([2; 16]);
    let limits = P2pLimits::DEFAULT;
    let mut peer = P2p::new(P2pConfig { account: bob, machine, seed: [2; 32], limits });
    peer.fetch(NOW, &alice, &own.object).unwrap();
    peer.carrier_opened(&alice, carriage);
    let (mut packets, mut allocations) = (0, 0);
    let (mut out, mut answers) = (Vec::with_capacity(1 << 20), Vec::new());
    loop {
        let mut packet = Vec::new();
        while let Some(sent) = peer.transmit(NOW, &alice, carriage, &mut packet) {
            if let Sent::Packet(id) = sent {
                peer.delivered(NOW, &alice, id);
            }
            let head = "MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\n\
                        P2P-Dest: alice@example.com\r\n\r\n";
            let len = head.len() + packet.len();
            let line = format!("MSG user1@example.com Bob {len}\r\n{head}");
            let said = [line.as_bytes(), &packet].concat();
            scene.exchange(&said, &mut out);
            packet.clear();
        }
        while let Some(event) = peer.poll() {
            if let P2pEvent::ObjectReceived { content, .. } = event {
                assert_eq!(content.len(), len);
                return (packets, allocations);
            }
        }
        let mut left = &out[..];
        while let Some(end) = left.windows(2).position(|two| two == b"\r\n") {
            let line = std::str::from_utf8(&left[..end]).unwrap();
            let words: Vec<&str> = line.split(' ').collect();
            let ["MSG", transaction, "D", len] = words[..] else { panic!("{line}") };
            let (body, after) = left[end + 2..].split_at(len.parse().unwrap());
            left = after;
            let packet = body.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            peer.input(NOW, &alice, carriage, &body[packet..]);
            answers.push(format!("ACK {transaction}\r\n"));
            packets += 1;
        }
        assert!(left.is_empty());
        out.clear();
        for answer in answers.drain(..) {
            let ((), cost) = measure(|| scene.exchange(answer.as_bytes(), &mut out));
            allocations += cost.allocations;
        }
    }
}

fn account(text: &str) -> Account {
    Account::new(text).unwrap()
}
