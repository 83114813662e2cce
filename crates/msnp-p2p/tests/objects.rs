//! Objects between two clients, over carriers of every kind.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::{Account, Guid, Now};
use proptest::prelude::*;

use msnp_p2p::packet::Carriage;
use msnp_p2p::slp::StatusCode;
use msnp_p2p::transport::Sent;
use msnp_p2p::{
    FetchError, ObjectCache, P2p, P2pConfig, P2pEvent, P2pLimits, Peer, TransferError, TransferId,
};

#[test]
fn a_picture_comes_whole_in_both_versions_and_both_sides_know_it() {
    for second in [false, true] {
        let mut pair = Pair::new(second);
        let (object, content) = pair.publish(1, ObjectType::DISPLAY_PICTURE, 25_927);
        let transfer = pair.fetch(0, &object).unwrap();
        pair.settle();
        assert_eq!(pair.received(0), [(transfer, content)]);
        assert!(
            matches!(
                pair.told[1][..],
                [P2pEvent::Serving { .. }, P2pEvent::Served { confirmed: true, .. },]
            ),
            "{:?}",
            pair.told[1]
        );
        assert_eq!(pair.sides[0].deadline(), None);
        assert_eq!(pair.sides[1].deadline(), None);
    }
}

#[test]
fn what_has_been_fetched_is_there_at_once_the_next_time() {
    let mut pair = Pair::new(false);
    let (object, content) = pair.publish(1, ObjectType::CUSTOM_EMOTICON, 900);
    pair.fetch(0, &object).unwrap();
    pair.settle();
    pair.told[0].clear();
    let again = pair.fetch(0, &object).unwrap();
    pair.take_events();
    assert_eq!(pair.received(0), [(again, content)]);
    assert!(!pair.sides[0].wants_to_send(&pair.peers[1], Carriage::Switchboard));
}

#[test]
fn the_cache_keeps_within_its_bytes_and_drops_what_was_asked_for_longest_ago() {
    let mut cache = ObjectCache::new(100);
    let picture = |size| object(ObjectType::DISPLAY_PICTURE, size);
    let sizes = |cache: &ObjectCache| {
        let mut sizes: Vec<usize> = cache.iter().map(|(_, content)| content.len()).collect();
        sizes.sort_unstable();
        sizes
    };
    for size in [30, 31, 32] {
        let (object, content) = picture(size);
        assert!(cache.insert(&object, content));
    }
    assert!(cache.get(&picture(30).0).is_some());
    let (object, content) = picture(33);
    for _ in 0..2 {
        assert!(cache.insert(&object, content.clone()));
        assert_eq!((sizes(&cache), cache.held()), (vec![30, 32, 33], 95));
    }
    let (object, content) = picture(101);
    assert!(!cache.insert(&object, content));
    assert_eq!(sizes(&cache.clone().limited(63)), [30, 33]);
    assert_eq!(sizes(&cache), [30, 32, 33]);
}

#[test]
fn what_has_been_fetched_is_not_what_says_the_same_hash_and_another_length() {
    let mut pair = Pair::new(false);
    let (object, _) = pair.publish(1, ObjectType::CUSTOM_EMOTICON, 900);
    pair.fetch(0, &object).unwrap();
    pair.settle();
    assert!(pair.sides[0].cache().get(&object).is_some());
    let lie = object.with("Size", "901");
    assert_eq!(pair.sides[0].cache().get(&lie), None);
    assert!(pair.sides[0].cache().get(&lie.without("Size")).is_some());
}

#[test]
fn an_object_that_is_not_published_is_refused() {
    let mut pair = Pair::new(false);
    let (object, _) = pair.publish(1, ObjectType::DISPLAY_PICTURE, 900);
    assert!(pair.sides[1].withdraw(&object));
    pair.fetch(0, &object).unwrap();
    pair.settle();
    assert_eq!(pair.failures(0), [TransferError::Refused(StatusCode::DECLINE)]);
    assert!(matches!(pair.told[1][..], [P2pEvent::InvitationDeclined { .. }]));
}

#[test]
fn an_object_with_a_wrong_hash_is_not_given_to_the_program() {
    let mut pair = Pair::new(false);
    let (object, content) = pair.publish(1, ObjectType::DISPLAY_PICTURE, 900);
    // The owner's descriptor is right, but the one that is asked for says another length.
    let text = object.to_string().replace("Size=\"900\"", "Size=\"901\"");
    let lie = MsnObject::parse(&text).unwrap();
    pair.fetch(0, &lie).unwrap();
    pair.settle();
    assert_eq!(content.len(), 900);
    assert_eq!(pair.failures(0), [TransferError::WrongContent]);
    assert_eq!(pair.received(0), []);
}

#[test]
fn objects_that_cannot_be_checked_or_are_too_long_are_not_asked_for() {
    let mut pair = Pair::new(false);
    let peer = pair.peers[1].clone();
    let no_hash = MsnObject::parse("<msnobj Creator=\"a@example.com\" Type=\"3\"/>").unwrap();
    assert_eq!(pair.sides[0].fetch(pair.now, &peer, &no_hash), Err(FetchError::NoHash));
    let text = "<msnobj Type=\"3\" Size=\"9999999\" SHA1D=\"4OKtSPFcJq0+UrK7Jb27hO+K2NU=\"/>";
    let long = MsnObject::parse(text).unwrap();
    let refused = Err(FetchError::TooLong { len: 9_999_999 });
    assert_eq!(pair.sides[0].fetch(pair.now, &peer, &long), refused);
}

#[test]
fn a_peer_that_nobody_reaches_fails_the_transfer() {
    let mut pair = Pair::new(false);
    pair.reachable = false;
    let (object, _) = pair.publish(1, ObjectType::DISPLAY_PICTURE, 900);
    pair.fetch(0, &object).unwrap();
    pair.settle();
    assert_eq!(pair.failures(0), [TransferError::Unreachable]);
}

#[test]
fn a_transfer_can_be_cancelled_from_either_side_in_its_midst() {
    for side in [0, 1] {
        let mut pair = Pair::new(false);
        let (object, _) = pair.publish(1, ObjectType::DISPLAY_PICTURE, 200_000);
        pair.fetch(0, &object).unwrap();
        pair.steps(60);
        let transfer = match &pair.told[side][..] {
            [.., P2pEvent::Progress { transfer, .. }] | [P2pEvent::Serving { transfer, .. }] => {
                *transfer
            }
            told => panic!("{told:?}"),
        };
        pair.sides[side].cancel(pair.now, transfer);
        pair.settle();
        assert_eq!(pair.failures(side), [TransferError::Cancelled]);
        assert_eq!(pair.failures(1 - side), [TransferError::CancelledByPeer]);
    }
}

#[test]
fn several_people_can_fetch_one_object_at_once() {
    let mut server = P2p::new(config("bob@example.com", 9));
    let (object, content) = object(ObjectType::DISPLAY_PICTURE, 30_000);
    assert!(server.publish(object.clone(), content.clone()));
    let bob = Peer::v1(account("bob@example.com"));
    let now = at(Duration::from_secs(1));
    let mut guests: Vec<(Peer, P2p)> = (0..8_u8)
        .map(|number| {
            let name = format!("guest{number}@example.com");
            let mut guest = P2p::new(config(&name, number));
            guest.fetch(now, &bob, &object).unwrap();
            guest.carrier_opened(&bob, Carriage::Switchboard);
            (Peer::v1(account(&name)), guest)
        })
        .collect();
    for _ in 0..1000 {
        for (peer, guest) in &mut guests {
            exchange(now, guest, &bob, &mut server, peer);
            exchange(now, &mut server, peer, guest, &bob);
        }
    }
    for (_, mut guest) in guests {
        let came = std::iter::from_fn(|| guest.poll());
        let came = came.filter(
            |event| matches!(event, P2pEvent::ObjectReceived { content: of, .. } if *of == content),
        );
        assert_eq!(came.count(), 1);
    }
}

fn exchange(now: Now, from: &mut P2p, to: &Peer, target: &mut P2p, sender: &Peer) {
    let mut packet = Vec::new();
    if let Some(sent) = from.transmit(now, to, Carriage::Switchboard, &mut packet) {
        target.input(now, sender, Carriage::Switchboard, &packet);
        if let Sent::Packet(id) = sent {
            from.delivered(now, to, id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Each object arrives whole with the right hash, or the side that asked for it learns that it
    /// does not; and the other side learns what it can.
    #[test]
    fn whatever_carriers_do_each_object_comes_whole_or_fails(
        second: bool,
        objects in prop::collection::vec((0_usize..2, 1_usize..40_000), 1..9),
        faults in prop::collection::vec(any::<u8>(), 0..600),
        dies_after in prop::option::of(0_usize..200),
        confirms: bool,
    ) {
        let mut pair = Pair::new(second);
        pair.faults = faults.into();
        pair.dies_after = dies_after;
        pair.confirms = confirms;
        let mut asked = Vec::new();
        for (owner, size) in objects {
            // Two of the same size are the same object: one transfer.
            let (object, content) = pair.publish(owner, ObjectType::DISPLAY_PICTURE, size);
            asked.push((1 - owner, pair.fetch(1 - owner, &object).unwrap(), content));
        }
        asked.sort();
        asked.dedup();
        pair.settle();
        for (side, transfer, content) in asked {
            let ends: Vec<_> = pair.told[side].iter().filter(|event| matches!(event,
                P2pEvent::ObjectReceived { transfer: of, .. } | P2pEvent::TransferFailed { transfer: of, .. }
                    if *of == transfer)).collect();
            prop_assert_eq!(ends.len(), 1, "{:?}", ends);
            if let P2pEvent::ObjectReceived { content: came, .. } = ends[0] {
                prop_assert_eq!(came, &content);
            }
        }
        for told in &pair.told {
            let began = told.iter().filter_map(|event| match event {
                P2pEvent::Serving { transfer, .. } => Some(*transfer),
                _ => None,
            });
            for transfer in began {
                let ends = told.iter().filter(|event| matches!(event,
                    P2pEvent::Served { transfer: of, .. } | P2pEvent::TransferFailed { transfer: of, .. }
                        if *of == transfer));
                prop_assert_eq!(ends.count(), 1);
            }
        }
        // Who believes that the other has it is right.
        for side in [0, 1] {
            for object in pair.confirmed(side) {
                let has = |event: &P2pEvent| matches!(event,
                    P2pEvent::ObjectReceived { object: came, .. } if came.is_same_thing(&object));
                prop_assert!(pair.told[1 - side].iter().any(has), "{}", object);
            }
        }
    }
}

/// Two clients and what lies between them.
struct Pair {
    sides: [P2p; 2],
    peers: [Peer; 2],
    told: [Vec<P2pEvent>; 2],
    now: Now,
    faults: VecDeque<u8>,
    /// What each side has put into a carrier that does not move.
    stalled: [Stalled; 2],
    /// Whether carriers say what they have delivered.
    confirms: bool,
    /// After so many packets no carrier is to be had any more.
    dies_after: Option<usize>,
    reachable: bool,
}

/// Packets that come later, with whether their coming is reported.
#[derive(Default)]
struct Stalled {
    packets: VecDeque<(Vec<u8>, Option<Sent>)>,
    until: usize,
}

impl Pair {
    fn new(second: bool) -> Self {
        let names = ["alice@example.com", "bob@example.com"];
        let peers = [0_u8, 1].map(|at| {
            let account = account(names[usize::from(at)]);
            match second {
                false => Peer::v1(account),
                true => Peer::v2(account, Guid::from_bytes([at; 16])),
            }
        });
        Self {
            sides: [config(names[0], 0), config(names[1], 1)].map(P2p::new),
            peers,
            told: [Vec::new(), Vec::new()],
            now: at(Duration::from_secs(1)),
            faults: VecDeque::new(),
            stalled: Default::default(),
            confirms: true,
            dies_after: None,
            reachable: true,
        }
    }

    fn publish(&mut self, side: usize, kind: ObjectType, size: usize) -> (MsnObject, Bytes) {
        let (object, content) = object(kind, size);
        assert!(self.sides[side].publish(object.clone(), content.clone()));
        (object, content)
    }

    fn fetch(&mut self, side: usize, object: &MsnObject) -> Result<TransferId, FetchError> {
        let peer = self.peers[1 - side].clone();
        self.sides[side].fetch(self.now, &peer, object)
    }

    /// Until nothing is under way and nothing due.
    fn settle(&mut self) {
        for _ in 0..500 {
            self.steps(100_000);
            let deadlines = self.sides.each_ref().map(P2p::deadline);
            let Some(deadline) = deadlines.into_iter().flatten().min() else { return };
            self.now = at(deadline.max(self.now.monotonic));
            for side in &mut self.sides {
                side.timeout(self.now);
            }
        }
        panic!("it never ends");
    }

    /// So many packets at most.
    fn steps(&mut self, most: usize) {
        self.take_events();
        for _ in 0..most {
            let mut quiet = true;
            for at in [0, 1] {
                let (one, other) = self.sides.split_at_mut(1);
                let (from, to) = match at {
                    0 => (&mut one[0], &mut other[0]),
                    _ => (&mut other[0], &mut one[0]),
                };
                let (own, peer) = (&self.peers[at], &self.peers[1 - at]);
                let mut packet = Vec::new();
                let sent = match self.reachable {
                    true => from.transmit(self.now, peer, Carriage::Switchboard, &mut packet),
                    false => None,
                };
                let stalled = &mut self.stalled[at];
                if let Some(sent) = sent {
                    quiet = false;
                    let mut fault = self.faults.pop_front().unwrap_or(u8::MAX);
                    if let Some(left) = &mut self.dies_after {
                        self.reachable = *left > 0;
                        fault = if self.reachable { fault } else { 10 };
                        *left = left.saturating_sub(1);
                    }
                    match (fault, sent) {
                        // The other was gone, which is said, or is not.
                        (0..5, Sent::Packet(id)) => from.delivered(self.now, peer, id),
                        (5..10, Sent::Packet(id)) => from.lost(self.now, peer, id),
                        (0..20, _) => {}
                        (40..60, _) => {
                            stalled.packets.push_back((packet, Some(sent)));
                            stalled.until = 5;
                        }
                        // No report comes.
                        (20..40, _) => stalled.packets.push_back((packet, None)),
                        _ => stalled.packets.push_back((packet, Some(sent))),
                    }
                    if (10..30).contains(&fault) {
                        if fault < 20 {
                            self.stalled = Default::default();
                        }
                        from.carrier_closed(self.now, peer, Carriage::Switchboard);
                        to.carrier_closed(self.now, own, Carriage::Switchboard);
                        continue;
                    }
                } else if stalled.packets.is_empty() {
                    continue;
                }
                quiet = false;
                stalled.until = stalled.until.saturating_sub(1);
                if stalled.until > 0 {
                    continue;
                }
                for (packet, sent) in stalled.packets.drain(..) {
                    to.input(self.now, own, Carriage::Switchboard, &packet);
                    if let Some(Sent::Packet(id)) = sent
                        && self.confirms
                    {
                        from.delivered(self.now, peer, id);
                    }
                }
            }
            self.take_events();
            if quiet {
                return;
            }
        }
    }

    fn take_events(&mut self) {
        for at in [0, 1] {
            while let Some(event) = self.sides[at].poll() {
                if let P2pEvent::CarrierWanted(peer) = &event {
                    assert_eq!(*peer, self.peers[1 - at]);
                    if self.reachable {
                        self.sides[at].carrier_opened(peer, Carriage::Switchboard);
                    }
                } else {
                    self.told[at].push(event);
                }
            }
        }
    }

    /// What this side has served, as the other has confirmed.
    fn confirmed(&self, side: usize) -> Vec<MsnObject> {
        let served = self.told[side].iter().filter_map(|event| match event {
            P2pEvent::Served { transfer, confirmed: true, .. } => Some(*transfer),
            _ => None,
        });
        let object = |served: TransferId| {
            self.told[side].iter().find_map(|event| match event {
                P2pEvent::Serving { transfer, object, .. } if *transfer == served => Some(object),
                _ => None,
            })
        };
        served.filter_map(object).map(|object| (**object).clone()).collect()
    }

    fn received(&self, side: usize) -> Vec<(TransferId, Bytes)> {
        let came = self.told[side].iter().filter_map(|event| match event {
            P2pEvent::ObjectReceived { transfer, content, .. } => {
                Some((*transfer, content.clone()))
            }
            _ => None,
        });
        came.collect()
    }

    fn failures(&self, side: usize) -> Vec<TransferError> {
        let failed = self.told[side].iter().filter_map(|event| match event {
            P2pEvent::TransferFailed { error, .. } => Some(*error),
            _ => None,
        });
        failed.collect()
    }
}

fn config(name: &str, seed: u8) -> P2pConfig {
    P2pConfig {
        account: account(name),
        machine: Guid::from_bytes([seed; 16]),
        seed: [seed; 32],
        limits: P2pLimits::DEFAULT,
    }
}

fn object(kind: ObjectType, size: usize) -> (MsnObject, Bytes) {
    let content: Bytes =
        (0..size).map(|at| u8::try_from(at % 249).unwrap()).collect::<Vec<_>>().into();
    (MsnObject::new("bob@example.com", kind, "TFR1.dat", "", &content), content)
}

fn account(name: &str) -> Account {
    Account::new(name).unwrap()
}

fn at(monotonic: Duration) -> Now {
    Now { monotonic, unix: monotonic }
}
