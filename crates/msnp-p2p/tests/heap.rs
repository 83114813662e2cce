//! What peers can make the machine hold, measured against what it says of itself.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use bytes::Bytes;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::{Account, Guid, Now};
use msnp_testkit::{AllocationCounter, measure};

use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::Context;
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::header_v2::{DataHeaderV2, DataKind, HeaderV2, Operation};
use msnp_p2p::packet::{Carriage, PacketV1, PacketV2};
use msnp_p2p::slp::{Body, Method, SessionBody, SlpMessage, StatusCode};
use msnp_p2p::{P2p, P2pConfig, P2pLimits, Peer, TlvBuffer};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

const CARRIAGE: Carriage = Carriage::Switchboard;
const NOW: Now = Now { monotonic: Duration::from_secs(1), unix: Duration::from_secs(1) };

/// So many peers try, and so many messages each: more than there may be of either.
const PEERS: u8 = 6;
const MESSAGES: u32 = 40;

fn limits() -> P2pLimits {
    let mut limits = P2pLimits::DEFAULT;
    (limits.peers, limits.transfers) = (4, 3);
    (limits.object, limits.cache) = (100_000, 150_000);
    let transport = &mut limits.transport;
    (transport.slp, transport.ink, transport.ahead) = (16 * 1024, 8 * 1024, 16 * 1024);
    (transport.messages, transport.window, transport.events) = (8, 4, 16);
    limits
}

#[test]
fn whatever_peers_announce_and_send_no_more_is_held_than_the_bound_says() {
    for second in [false, true] {
        let (held, measured) = measure(|| {
            let mut scene = Scene::new(second);
            scene.everything_at_once();
            scene.machine
        });
        let bound = limits().heap_bound();
        assert!(measured.peak < bound, "{second}: {} of {bound} bytes", measured.peak);
        // The bound is one that somebody could want to know, not just a large number.
        assert!(measured.peak > bound / 5, "{second}: {} of {bound} bytes", measured.peak);
        drop(held);
    }
}

#[test]
fn a_transfer_holds_its_object_what_waits_behind_a_gap_and_next_to_nothing_else() {
    for second in [false, true] {
        let mut scene = Scene::new(second);
        let session = scene.fetch(0, 1);
        let ((), measured) = measure(|| {
            // One message after the other in the same session, none of them to its end.
            for number in 0..MESSAGES {
                scene.data_but_the_end(0, session, number, 100_000);
                scene.data_behind_a_gap(0, session, number);
            }
        });
        let limits = limits();
        let bound = limits.object + limits.transport.ahead + 16 * 1024;
        assert!(measured.peak < bound, "{second}: {} of {bound} bytes", measured.peak);
        assert!(measured.peak >= limits.object, "{second}: {} bytes", measured.peak);
    }
}

#[test]
fn a_length_that_is_only_said_costs_nothing() {
    for second in [false, true] {
        let mut scene = Scene::new(second);
        let session = scene.fetch(0, 1);
        let ((), measured) = measure(|| {
            for (number, total) in (0..).zip([99_999, 1 << 31, 1 << 40, u64::MAX]) {
                scene.piece(0, session, number, total, 0, &[1; 100]);
                scene.piece(0, 0, number, total, 0, &[b'I'; 100]);
            }
        });
        assert!(measured.peak < 32 * 1024, "{second}: {} bytes", measured.peak);
    }
}

/// The machine, and peers that do it harm.
struct Scene {
    machine: P2p,
    second: bool,
    /// Each has a count of its own.
    sequence: u32,
}

impl Scene {
    fn new(second: bool) -> Self {
        let machine = P2p::new(P2pConfig {
            account: account("alice@example.com"),
            machine: Guid::from_bytes([1; 16]),
            seed: [1; 32],
            limits: limits(),
        });
        Self { machine, second, sequence: 1000 }
    }

    fn everything_at_once(&mut self) {
        let (own, content) = object(90_000, 99);
        assert!(self.machine.publish(own.clone(), content));
        for peer in 0..PEERS {
            let sessions: Vec<u32> = (0..4).map(|number| self.fetch(peer, number)).collect();
            for number in 0..MESSAGES {
                self.invitation(peer, number, &own);
                for session in sessions.iter().filter(|session| **session != 0) {
                    self.data_but_the_end(peer, *session, 100 + number, 100_000);
                    self.data_behind_a_gap(peer, *session, 100 + number);
                }
                self.data_but_the_end(peer, 0, 200 + number, 16 * 1024);
                self.data_behind_a_gap(peer, 0, 300 + number);
                self.data_but_the_end(peer, 64, 400 + number, 8 * 1024);
                self.piece(peer, 5000 + number, number, u64::MAX, 0, &[1; 1202]);
            }
        }
    }

    fn peer(&self, number: u8) -> Peer {
        let account = account(&format!("peer{number}@example.com"));
        match self.second {
            false => Peer::v1(account),
            true => Peer::v2(account, Guid::from_bytes([number; 16])),
        }
    }

    /// Asks a peer for an object, who agrees: the session; 0 where there are too many.
    fn fetch(&mut self, from: u8, number: usize) -> u32 {
        let peer = self.peer(from);
        let (object, _) = object(99_999, usize::from(from) * 10 + number);
        if self.machine.fetch(NOW, &peer, &object).is_err() {
            return 0;
        }
        self.machine.carrier_opened(&peer, CARRIAGE);
        let mut packet = Vec::new();
        let mut session = 0;
        while self.machine.transmit(NOW, &peer, CARRIAGE, &mut packet).is_some() {
            let data = match self.second {
                false => PacketV1::parse(&packet, CARRIAGE).unwrap().data,
                true => PacketV2::parse(&packet, CARRIAGE).unwrap().0.data,
            };
            if let Ok(invitation) = SlpMessage::parse(data)
                && let Body::Session(body) = &invitation.body
            {
                session = body.session_id.unwrap();
                let accepted = Body::Session(SessionBody::accepted(session));
                let mut text = Vec::new();
                invitation.answer(StatusCode::OK, accepted).print(&mut text);
                let total = u64::try_from(text.len()).unwrap();
                self.piece(from, 0, 1_000_000 + session, total, 0, &text);
            }
            packet.clear();
        }
        session
    }

    fn invitation(&mut self, from: u8, number: u32, object: &MsnObject) {
        let context = Some(Context::of_object(object));
        let body =
            SessionBody::invitation(EufGuid::OBJECT, ApplicationId(1), 900 + number, context);
        let to = account("alice@example.com").into();
        let sender = self.peer(from).account.into();
        let call = Guid::from_bytes([u8::try_from(number).unwrap(); 16]);
        let invitation =
            SlpMessage::request(Method::INVITE, to, sender, call, call, Body::Session(body));
        let mut text = Vec::new();
        invitation.print(&mut text);
        let total = u64::try_from(text.len()).unwrap();
        self.piece(from, 0, 2_000_000 + number, total, 0, &text);
    }

    fn data_but_the_end(&mut self, from: u8, session: u32, number: u32, total: usize) {
        for at in (0..total - 1202).step_by(1202) {
            let (total, at) = (u64::try_from(total).unwrap(), u64::try_from(at).unwrap());
            self.piece(from, session, number, total, at, &[1; 1202]);
        }
    }

    fn data_behind_a_gap(&mut self, from: u8, session: u32, number: u32) {
        for at in (40_000..90_000).step_by(1202) {
            self.piece(from, session, number, 100_000, at, &[1; 1202]);
        }
        for at in (4_000..15_000).step_by(1202) {
            self.piece(from, session, number, 16 * 1024, at, &[1; 1202]);
        }
    }

    /// A piece of a message, as the version says it.
    fn piece(&mut self, from: u8, session: u32, number: u32, total: u64, offset: u64, data: &[u8]) {
        let mut packet = Vec::with_capacity(2048);
        let footer = Some(ApplicationId(0));
        let len = u64::try_from(data.len()).unwrap();
        if self.second {
            let remaining = total.wrapping_sub(offset).wrapping_sub(len);
            let mut tlvs = TlvBuffer::new();
            if remaining > 0 {
                tlvs = tlvs.with(DataHeaderV2::REMAINING, &remaining.to_be_bytes());
            }
            let kind = match (offset, session) {
                (0, 0) => DataKind::FIRST,
                (0, _) => DataKind::FIRST.with(DataKind::OBJECT),
                (_, 0) => DataKind::NONE,
                _ => DataKind::OBJECT,
            };
            let package = u16::try_from(number % 60_000).unwrap();
            let data_header = DataHeaderV2 { kind, package, session, tlvs: tlvs.tlvs() };
            let mut header = HeaderV2 { sequence: self.sequence, ..HeaderV2::default() };
            header.operation = Operation::ACKNOWLEDGEMENT_WANTED;
            let header_len = 8 + data_header.tlvs.as_bytes().len();
            header.message_length = u16::try_from(header_len + data.len()).unwrap();
            self.sequence = header.next_sequence();
            PacketV2 { header, data_header: Some(data_header), data, footer }.write(&mut packet);
        } else {
            let header = HeaderV1 {
                session,
                identifier: number + 1,
                offset,
                total,
                length: u32::try_from(data.len()).unwrap(),
                flags: if matches!(session, 0 | 64) { Flags::NONE } else { Flags::DATA },
                ..HeaderV1::default()
            };
            PacketV1 { header, data, footer }.write(&mut packet);
        }
        self.machine.input(NOW, &self.peer(from), CARRIAGE, &packet);
        while self.machine.poll().is_some() {}
    }
}

fn object(len: usize, seed: usize) -> (MsnObject, Bytes) {
    let content: Bytes = vec![u8::try_from(seed).unwrap(); len].into();
    let kind = ObjectType::DISPLAY_PICTURE;
    (MsnObject::new("alice@example.com", kind, "TFR1.dat", "", &content), content)
}

fn account(name: &str) -> Account {
    Account::new(name).unwrap()
}
