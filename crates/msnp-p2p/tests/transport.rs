//! The transport against itself, over carriers of every kind.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use msnp_core::Now;
use proptest::prelude::*;

use msnp_p2p::TlvBuffer;
use msnp_p2p::application::ApplicationId;
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::header_v2::HeaderV2;
use msnp_p2p::packet::{Carriage, PacketV1, PacketV2, PeerVersion};
use msnp_p2p::transport::{MessageId, PacketId, Sent, Transport, TransportEvent, TransportLimits};

#[test]
fn messages_come_whole_in_both_versions_and_over_both_carriers() {
    for version in [PeerVersion::V1, PeerVersion::V2] {
        for carriage in [Carriage::Switchboard, Carriage::Direct] {
            let mut pair = Pair::new(version, carriage);
            pair.right.expect(7, 1 << 20);
            let slp = pair.left.send_slp(text(3000)).unwrap();
            let prepared = pair.left.send_preparation(7, ApplicationId::OBJECT).unwrap();
            let data = pair.left.send_object(7, ApplicationId::OBJECT, text(50_000)).unwrap();
            let ink = pair.left.send_ink(text(5000)).unwrap();
            pair.run();
            assert_eq!(
                pair.told_right(),
                [
                    TransportEvent::Slp(text(3000).to_vec()),
                    TransportEvent::Prepared { session: 7 },
                    TransportEvent::Ink(text(5000).to_vec()),
                    TransportEvent::Data { session: 7, bytes: text(50_000).to_vec() },
                ]
            );
            let acknowledged: Vec<_> = pair.told_left();
            assert_eq!(
                acknowledged,
                [slp, prepared, ink, data].map(TransportEvent::Acknowledged),
                "{version:?} {carriage:?}"
            );
            assert!(pair.left.progress(data).is_none() && pair.left.deadline().is_none());
        }
    }
}

#[test]
fn negotiation_goes_before_data_and_data_takes_turns() {
    let mut pair = Pair::new(PeerVersion::V1, Carriage::Switchboard);
    pair.left.send_object(1, ApplicationId::OBJECT, text(4000)).unwrap();
    pair.left.send_object(2, ApplicationId::OBJECT, text(4000)).unwrap();
    pair.left.send_slp(text(100)).unwrap();
    let mut sessions = Vec::new();
    let mut packet = Vec::new();
    while pair.left.transmit(pair.now, Carriage::Switchboard, &mut packet).is_some() {
        sessions.push(packet[0]);
        packet.clear();
    }
    assert_eq!(sessions, [0, 1, 2, 1, 2, 1, 2, 1]);
}

#[test]
fn a_carrier_that_confirms_nothing_is_used_at_a_timed_rate() {
    let mut pair = Pair::new(PeerVersion::V1, Carriage::Switchboard);
    pair.confirms = false;
    pair.right.expect(7, 1 << 20);
    pair.left.send_object(7, ApplicationId::OBJECT, text(40_000)).unwrap();
    pair.run();
    assert_eq!(pair.told_right(), []);
    let before = pair.now;
    for _ in 0..20 {
        pair.now = at(pair.left.deadline().unwrap());
        pair.left.timeout(pair.now);
        pair.run();
        if pair.left.progress(MessageId::from_number(1)).is_none() {
            break;
        }
    }
    assert_eq!(
        pair.told_right(),
        [TransportEvent::Data { session: 7, bytes: text(40_000).to_vec() }]
    );
    let needed = pair.now.monotonic - before.monotonic;
    // 34 packets: 8 at once, then 4 each half second.
    assert_eq!(needed, Duration::from_millis(500) * 7);
}

#[test]
fn a_packet_of_unknown_sessions_is_answered_once_with_a_reset() {
    let mut pair = Pair::new(PeerVersion::V1, Carriage::Switchboard);
    pair.left.send_object(9, ApplicationId::OBJECT, text(5000)).unwrap();
    pair.run();
    assert_eq!(pair.told_left(), [TransportEvent::Reset { session: 9 }]);
    assert_eq!(pair.told_right(), []);
}

#[test]
fn a_message_that_is_too_long_is_refused_before_it_is_kept() {
    for version in [PeerVersion::V1, PeerVersion::V2] {
        let mut pair = Pair::new(version, Carriage::Switchboard);
        pair.right.expect(7, 4999);
        pair.left.send_object(7, ApplicationId::OBJECT, text(5000)).unwrap();
        pair.run();
        let told = pair.told_right();
        assert!(!told.is_empty());
        for event in told {
            assert_eq!(event, TransportEvent::TooLong { session: 7, total: 5000 });
        }
    }
}

#[test]
fn what_is_never_acknowledged_is_sent_three_times_and_then_given_up() {
    let mut left = Transport::new(PeerVersion::V1, TransportLimits::DEFAULT, [1; 32]);
    let id = left.send_slp(text(10)).unwrap();
    let mut now = at(Duration::ZERO);
    let mut sent = 0;
    loop {
        let mut packet = Vec::new();
        while let Some(Sent::Packet(id)) = left.transmit(now, Carriage::Switchboard, &mut packet) {
            left.delivered(now, id);
            sent += 1;
        }
        match left.deadline() {
            Some(deadline) => now = at(deadline),
            None => break,
        }
        left.timeout(now);
    }
    assert_eq!((sent, left.poll()), (3, Some(TransportEvent::Unanswered(id))));
    assert_eq!(now.monotonic, TransportLimits::DEFAULT.patience * 3);
}

#[test]
fn a_carrier_that_takes_nothing_is_not_offered_a_message_for_ever() {
    for version in [PeerVersion::V1, PeerVersion::V2] {
        let mut left = Transport::new(version, TransportLimits::DEFAULT, [1; 32]);
        let now = at(Duration::ZERO);
        let ids = [left.send_slp(text(900)).unwrap(), left.send_slp(text(3000)).unwrap()];
        let mut packet = Vec::new();
        let mut offered = 0;
        while let Some(Sent::Packet(id)) = left.transmit(now, Carriage::Switchboard, &mut packet) {
            left.lost(now, id);
            offered += std::mem::take(&mut packet).len();
            assert!(offered < 100_000, "{version:?}");
        }
        assert_eq!(ids.map(|_| left.poll()), ids.map(|id| Some(TransportEvent::Undeliverable(id))));
        assert!(left.is_idle() && left.deadline().is_none());
        // Once, and at most three times their length, and what each header takes.
        assert!((2 * 3900..4 * 4600).contains(&offered), "{offered}");
    }
}

#[test]
fn a_peer_that_is_never_content_gets_no_more_than_three_times_what_it_misses() {
    let asks_again = [
        |packet: &[u8]| {
            let said = PacketV1::parse(packet, Carriage::Switchboard).unwrap().header;
            let header = said.negative_acknowledgement(9, 0);
            let mut answer = Vec::new();
            PacketV1 { header, data: &[], footer: None }.write(&mut answer);
            answer
        },
        |packet: &[u8]| {
            let said = PacketV2::parse(packet, Carriage::Switchboard).unwrap().0.header;
            let tlvs = TlvBuffer::new()
                .with(HeaderV2::NEGATIVE_ACKNOWLEDGEMENT, &said.sequence.to_be_bytes());
            let header = HeaderV2 { tlvs: tlvs.tlvs(), ..HeaderV2::default() };
            let mut answer = Vec::new();
            PacketV2 { header, data_header: None, data: &[], footer: None }.write(&mut answer);
            answer
        },
    ];
    for (version, asks_again) in [PeerVersion::V1, PeerVersion::V2].into_iter().zip(asks_again) {
        let mut left = Transport::new(version, TransportLimits::DEFAULT, [1; 32]);
        let now = at(Duration::ZERO);
        left.send_object(7, ApplicationId::OBJECT, text(100_000)).unwrap();
        let mut packet = Vec::new();
        let mut sent = 0;
        while let Some(Sent::Packet(id)) = left.transmit(now, Carriage::Switchboard, &mut packet) {
            left.delivered(now, id);
            left.input(now, Carriage::Switchboard, &asks_again(&packet)).unwrap();
            sent += std::mem::take(&mut packet).len();
            assert!(sent < 500_000, "{version:?}");
        }
        assert!(sent > 350_000, "{version:?}: {sent}");
    }
}

#[test]
fn what_a_carrier_took_and_lost_is_asked_for_and_little_else_goes_again() {
    for version in [PeerVersion::V1, PeerVersion::V2] {
        // Of 333 packets, with the end among them.
        for lost in [1..2, 1..9, 0..1, 0..9, 320..330, 332..333, 50..51] {
            let mut pair = Pair::new(version, Carriage::Switchboard);
            pair.right.expect(7, 1 << 20);
            let id = pair.left.send_object(7, ApplicationId::OBJECT, text(400_000)).unwrap();
            // Each side has heard of the other before.
            pair.left.send_slp(text(10)).unwrap();
            pair.lost = lost.start + 1..lost.end + 1;
            pair.run();
            while pair.told[0].len() < 2 {
                let deadlines = [pair.left.deadline(), pair.right.deadline()];
                pair.now = at(deadlines.into_iter().flatten().min().unwrap());
                pair.left.timeout(pair.now);
                pair.right.timeout(pair.now);
                pair.run();
            }
            // Half a hundred wait behind the gap before more is too much; they go again with it.
            assert!(pair.sent < 333 + lost.len() + 70, "{version:?} {lost:?}: {} sent", pair.sent);
            assert_eq!(
                pair.told_left()[1],
                TransportEvent::Acknowledged(id),
                "{version:?} {lost:?}"
            );
            let came = TransportEvent::Data { session: 7, bytes: text(400_000).to_vec() };
            assert!(pair.told_right()[1] == came, "{version:?} {lost:?}");
        }
    }
}

#[test]
fn what_was_cut_for_one_carrier_fits_another_over_which_it_goes_again() {
    for version in [PeerVersion::V1, PeerVersion::V2] {
        let mut pair = Pair::new(version, Carriage::Switchboard);
        pair.right.expect(7, 1 << 20);
        let id = pair.left.send_object(7, ApplicationId::OBJECT, text(9000)).unwrap();
        let mut packet = Vec::new();
        while pair.left.transmit(pair.now, Carriage::Direct, &mut packet).is_some() {}
        pair.left.carrier_lost();
        loop {
            packet.clear();
            match pair.left.transmit(pair.now, Carriage::Switchboard, &mut packet) {
                Some(Sent::Packet(sent)) => pair.left.delivered(pair.now, sent),
                sent => break assert_eq!(sent, None),
            }
            assert!(packet.len() <= 48 + 1202 + 4, "{version:?}: {} bytes", packet.len());
            pair.right.input(pair.now, Carriage::Switchboard, &packet).unwrap();
        }
        pair.run();
        assert_eq!(pair.told_left(), [TransportEvent::Acknowledged(id)]);
        let came = TransportEvent::Data { session: 7, bytes: text(9000).to_vec() };
        assert_eq!(pair.told_right().last(), Some(&came));
    }
}

#[test]
fn a_peer_that_says_another_length_in_between_changes_nothing() {
    let mut transport = Transport::new(PeerVersion::V1, TransportLimits::DEFAULT, [1; 32]);
    transport.expect(7, 1 << 20);
    let object = text(40);
    for (total, place) in [(40, 0..16), (4, 16..32), (40, 32..40)] {
        let header = HeaderV1 {
            session: 7,
            identifier: 1,
            offset: place.start.try_into().unwrap(),
            total,
            flags: Flags::DATA,
            ..HeaderV1::default()
        };
        let mut packet = Vec::new();
        PacketV1 { header, data: &object[place], footer: None }.write(&mut packet);
        transport.input(at(Duration::ZERO), Carriage::Direct, &packet).unwrap();
    }
    let told: Vec<_> = std::iter::from_fn(|| transport.poll()).collect();
    assert_eq!(
        told,
        [
            TransportEvent::Progress { session: 7, received: 32, total: 40 },
            TransportEvent::Data { session: 7, bytes: object.to_vec() },
        ]
    );
}

proptest! {
    /// Reports that are lost, packets that are lost, carriers that die: everything arrives whole, or
    /// the sender learns that it did not.
    #[test]
    fn whatever_a_carrier_does_each_message_comes_whole_or_is_given_up(
        second: bool,
        sizes in prop::collection::vec(0_usize..30_000, 1..8),
        faults in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let version = if second { PeerVersion::V2 } else { PeerVersion::V1 };
        let mut pair = Pair::new(version, Carriage::Switchboard);
        pair.faults = faults.into();
        let mut sent = Vec::new();
        for (size, session) in sizes.iter().zip(100..) {
            pair.right.expect(session, 1 << 20);
            // An empty message cannot be said in either version.
            let object = text(size + 1);
            sent.push((session, object.clone(), pair.left.send_object(session, ApplicationId::OBJECT, object).unwrap()));
        }
        for _ in 0..200 {
            pair.run();
            let deadlines = [pair.left.deadline(), pair.right.deadline()];
            let Some(deadline) = deadlines.into_iter().flatten().min() else { break };
            pair.now = at(deadline);
            pair.left.timeout(pair.now);
            pair.right.timeout(pair.now);
        }
        let (left, right) = (pair.told_left(), pair.told_right());
        for (session, object, id) in sent {
            let came: Vec<&Vec<u8>> = right.iter().filter_map(|event| match event {
                TransportEvent::Data { session: of, bytes } if *of == session => Some(bytes),
                _ => None,
            }).collect();
            prop_assert!(came.len() <= 1 && came.iter().all(|bytes| **bytes == object));
            let is_acknowledged = left.contains(&TransportEvent::Acknowledged(id));
            let is_given_up = left.contains(&TransportEvent::Unanswered(id))
                || left.contains(&TransportEvent::Undeliverable(id));
            prop_assert!(is_acknowledged != is_given_up, "{left:?}");
            prop_assert!(!is_acknowledged || came.len() == 1);
        }
    }

    #[test]
    fn no_bytes_of_a_peer_hurt(second: bool, packets: Vec<Vec<u8>>, direct: bool) {
        let version = if second { PeerVersion::V2 } else { PeerVersion::V1 };
        let carriage = if direct { Carriage::Direct } else { Carriage::Switchboard };
        let mut transport = Transport::new(version, TransportLimits::DEFAULT, [5; 32]);
        let now = at(Duration::ZERO);
        for packet in packets {
            let _ = transport.input(now, carriage, &packet);
            while transport.poll().is_some() {}
        }
        let mut into = Vec::new();
        while let Some(Sent::Answer) = transport.transmit(now, carriage, &mut into) {}
    }
}

/// Two transports and what lies between them.
struct Pair {
    left: Transport,
    right: Transport,
    carriage: Carriage,
    now: Now,
    confirms: bool,
    /// Which of the left side's packets are lost without a word.
    lost: Range<usize>,
    /// How many packets the left side has sent.
    sent: usize,
    faults: VecDeque<u8>,
    told: [Vec<TransportEvent>; 2],
}

impl Pair {
    fn new(version: PeerVersion, carriage: Carriage) -> Self {
        let limits = TransportLimits::DEFAULT;
        Self {
            left: Transport::new(version, limits, [1; 32]),
            right: Transport::new(version, limits, [2; 32]),
            carriage,
            now: at(Duration::from_secs(1)),
            confirms: true,
            lost: 0..0,
            sent: 0,
            faults: VecDeque::new(),
            told: [Vec::new(), Vec::new()],
        }
    }

    /// Until nobody has anything to send.
    fn run(&mut self) {
        let mut packet = Vec::new();
        for step in 0..100_000 {
            let mut quiet = true;
            for from_left in [true, false] {
                let (from, to) = match from_left {
                    true => (&mut self.left, &mut self.right),
                    false => (&mut self.right, &mut self.left),
                };
                packet.clear();
                let Some(sent) = from.transmit(self.now, self.carriage, &mut packet) else {
                    continue;
                };
                quiet = false;
                let mut fault = self.faults.pop_front().unwrap_or(u8::MAX);
                if from_left {
                    fault = if self.lost.contains(&self.sent) { 0 } else { fault };
                    self.sent += 1;
                }
                let id = match sent {
                    Sent::Packet(id) => Some(id),
                    Sent::Answer => None,
                };
                let confirm = |from: &mut Transport, delivered: bool, id: Option<PacketId>| match (
                    id, delivered,
                ) {
                    (Some(id), true) => from.delivered(self.now, id),
                    (Some(id), false) => from.lost(self.now, id),
                    (None, _) => {}
                };
                match fault {
                    // A carrier may take a packet and lose it all the same: the peer was gone.
                    0..5 => confirm(from, true, id),
                    5..10 => confirm(from, false, id),
                    10..20 => from.carrier_lost(),
                    20..40 => to.input(self.now, self.carriage, &packet).unwrap(),
                    40..50 => {
                        to.input(self.now, self.carriage, &packet).unwrap();
                        from.carrier_lost();
                    }
                    _ => {
                        to.input(self.now, self.carriage, &packet).unwrap();
                        if self.confirms {
                            confirm(from, true, id);
                        }
                    }
                }
                let told = &mut self.told[usize::from(from_left)];
                told.extend(
                    std::iter::from_fn(|| to.poll())
                        .filter(|event| !matches!(event, TransportEvent::Progress { .. })),
                );
            }
            if quiet {
                break;
            }
            assert!(step < 99_999, "it never ends");
        }
        for (transport, at) in [(&mut self.left, 0), (&mut self.right, 1)] {
            self.told[at].extend(std::iter::from_fn(|| transport.poll()));
        }
    }

    fn told_left(&mut self) -> Vec<TransportEvent> {
        std::mem::take(&mut self.told[0])
    }

    fn told_right(&mut self) -> Vec<TransportEvent> {
        std::mem::take(&mut self.told[1])
    }
}

fn text(len: usize) -> Bytes {
    (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect::<Vec<u8>>().into()
}

fn at(monotonic: Duration) -> Now {
    Now { monotonic, unix: monotonic }
}
