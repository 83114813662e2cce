//! The target `p2p`: a client's peer-to-peer machine under arbitrary calls, bytes and times.
//!
//! Beside it there is another machine, which answers it well, and strangers who send whatever the
//! input chooses: packets of both versions, invitations, answers to what they were asked, packets of
//! the other machine with some bytes changed, floods of all these, and noise.

use std::collections::VecDeque;
use std::time::Duration;

use msnp_core::Guid;
use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::Context;
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::header_v2::{DataHeaderV2, DataKind, HeaderV2, Operation};
use msnp_p2p::meaning::{self, Meaning};
use msnp_p2p::packet::{Carriage, PacketV1, PacketV2, PeerVersion};
use msnp_p2p::slp::{Body, Method, SessionBody, SessionEnd, SlpAddress, SlpMessage, StatusCode};
use msnp_p2p::transport::{PacketId, Sent};
use msnp_p2p::{P2pLimits, Peer, TlvBuffer, TransferId};

use crate::exchange::Exchange;
use crate::input::Input;
use crate::packet::{carriage, with_any_v1, with_any_v2, written_v1, written_v2};
use crate::people::account;
use crate::transfers::picture;

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    assert_eq!(play(input), play(input), "the same calls give the same outputs");
}

fn play(input: &[u8]) -> Vec<u64> {
    let mut input = Input::new(input);
    let mut story = Story::new(input.byte());
    for _ in 0..MOST_CALLS {
        if input.is_empty() {
            break;
        }
        story.exchange.trace.calls.push(story.exchange.trace.calls[0]);
        story.go_on(&mut input);
    }
    if story.may_rest {
        story.exchange.rest();
    }
    story.exchange.close();
    story.exchange.trace.calls
}

const MOST_CALLS: usize = 300;

/// Bounds that short inputs reach.
fn limits() -> P2pLimits {
    let mut limits = P2pLimits::DEFAULT;
    limits.peers = 3;
    limits.transfers = 3;
    limits.object = 8 * 1024;
    limits.cache = 16 * 1024;
    limits.transport.slp = 2048;
    limits.transport.ink = 2048;
    limits.transport.messages = 4;
    limits.transport.ahead = 2048;
    limits.transport.events = 8;
    limits
}

struct Story {
    exchange: Exchange,
    /// The other machine, and people who have none.
    others: Vec<Peer>,
    /// What the machine has said to somebody in MSNSLP.
    heard: VecDeque<SlpMessage>,
    /// The session that was spoken of last.
    session: u32,
    /// What it has sent, confirmed or not.
    sent: VecDeque<PacketId>,
    may_rest: bool,
}

/// The machine that everything happens to.
const IT: usize = 0;

impl Story {
    fn new(mode: u8) -> Self {
        let version = if mode & 1 == 0 { PeerVersion::V1 } else { PeerVersion::V2 };
        let mut exchange = Exchange::new(version, limits());
        if mode & 2 == 0 {
            exchange.open(Carriage::Switchboard);
        }
        let friend = exchange.sides[1].peer.clone();
        let machine = Guid::from_bytes([9; 16]);
        let others = vec![
            friend,
            Peer::v1(account("carol")),
            Peer::v2(account("carol"), machine),
            Peer::v2(account("dave"), machine),
            Peer::v1(account("erin")),
        ];
        Self {
            exchange,
            others,
            heard: VecDeque::new(),
            session: 7,
            sent: VecDeque::new(),
            may_rest: mode & 4 == 0,
        }
    }

    fn go_on(&mut self, input: &mut Input<'_>) {
        let what = input.byte();
        match what % 28 {
            0 | 1 => drop(self.exchange.fetch(usize::from(what >> 7), len(input))),
            2 => self.fetch_from_anybody(input),
            3 => self.invite(input),
            4 | 5 => self.answer(input),
            6..=8 => self.send_any_packet(input),
            9 | 10 => self.send_data(input),
            11 => self.change_a_packet(input),
            12 => self.send_noise(input),
            13 => self.cancel(input),
            14 => self.carrier(input),
            15 => self.reach_nobody(input),
            16 => self.report(input),
            17 => self.exchange.pass(Duration::from_millis(u64::from(input.byte()) * 20)),
            18 => self.exchange.pass(Duration::from_secs(input.byte().into())),
            19 => self.exchange.now.monotonic += Duration::from_secs(input.byte().into()),
            20 => self.publish(input),
            21 => self.goodbye(input),
            22 => self.exchange.close(),
            23 => drop(self.exchange.carry(IT)),
            24..=26 => self.hear(input),
            _ => self.talk(input.byte()),
        }
    }

    fn anybody(&self, input: &mut Input<'_>) -> Peer {
        input.pick(&self.others).clone()
    }

    fn own_address(&self, to: &Peer) -> SlpAddress {
        let own = &self.exchange.sides[IT].peer;
        match to.machine {
            None => SlpAddress::new(own.account.clone()),
            Some(_) => SlpAddress::on_machine(own.account.clone(), Guid::from_bytes([0; 16])),
        }
    }

    fn fetch_from_anybody(&mut self, input: &mut Input<'_>) {
        let owner = self.anybody(input);
        let (object, content) = picture(owner.account.as_str(), len(input));
        let object = match input.byte() {
            0 => object.without("Size"),
            1 => object.with("Size", "0"),
            2 => object.without("SHA1D"),
            _ => object,
        };
        self.exchange.fetch_from(IT, &owner, &object, &content);
    }

    fn publish(&mut self, input: &mut Input<'_>) {
        let len = len(input);
        let (object, content) = picture("alice@example.com", len);
        let withdraws = input.flag();
        self.exchange.call(IT, |p2p, _| match withdraws {
            true => p2p.withdraw(&object),
            false => p2p.publish(object.clone(), content.clone()),
        });
    }

    fn cancel(&mut self, input: &mut Input<'_>) {
        let transfer = match input.byte() {
            255 => TransferId::new(input.number().into()),
            back => match self.exchange.sides[IT].transfers.asked(usize::from(back) % 8) {
                Some(transfer) => transfer,
                None => return,
            },
        };
        self.exchange.call(IT, |p2p, now| p2p.cancel(now, transfer));
    }

    fn carrier(&mut self, input: &mut Input<'_>) {
        let (peer, how) = (self.anybody(input), input.byte());
        let carriage = carriage(how & 1 == 1);
        self.exchange.call(IT, |p2p, now| match how & 2 {
            0 => p2p.carrier_opened(&peer, carriage),
            _ => p2p.carrier_closed(now, &peer, carriage),
        });
    }

    fn reach_nobody(&mut self, input: &mut Input<'_>) {
        let peer = self.anybody(input);
        self.exchange.call(IT, |p2p, _| p2p.unreachable(&peer));
    }

    /// Of any packet, to anybody: also twice, or of somebody else's.
    fn report(&mut self, input: &mut Input<'_>) {
        let (peer, how) = (self.anybody(input), input.byte());
        let Some(packet) = self.sent.get(usize::from(how >> 2)).copied() else { return };
        self.exchange.call(IT, |p2p, now| match how & 1 {
            0 => p2p.delivered(now, &peer, packet),
            _ => p2p.lost(now, &peer, packet),
        });
    }

    /// Somebody takes what the machine has to say, and may tell that it came.
    fn hear(&mut self, input: &mut Input<'_>) {
        let (peer, how) = (self.anybody(input), input.byte());
        let carriage = carriage(how & 1 == 1);
        for _ in 0..=how >> 4 {
            let Some((bytes, sent)) = self.exchange.transmit(IT, &peer, carriage) else { return };
            self.understand(&peer, carriage, &bytes);
            if let Sent::Packet(packet) = sent {
                if how & 2 == 0 {
                    self.exchange.call(IT, |p2p, now| p2p.delivered(now, &peer, packet));
                } else {
                    self.sent.push_front(packet);
                    self.sent.truncate(16);
                }
            }
        }
    }

    fn understand(&mut self, peer: &Peer, carriage: Carriage, bytes: &[u8]) {
        let data = match peer.version() {
            PeerVersion::V1 => {
                let packet = PacketV1::parse(bytes, carriage).expect("it can be read");
                (meaning::of_v1(&packet) == Meaning::Slp).then_some(packet.data)
            }
            PeerVersion::V2 => {
                let (packet, _) = PacketV2::parse(bytes, carriage).expect("it can be read");
                (meaning::of_v2(&packet) == Meaning::Slp).then_some(packet.data)
            }
        };
        if let Some(message) = data.and_then(|data| SlpMessage::parse(data).ok()) {
            if let Body::Session(SessionBody { session_id: Some(session), .. }) = message.body {
                self.session = session;
            }
            self.heard.push_front(message);
            self.heard.truncate(4);
        }
    }

    fn invite(&mut self, input: &mut Input<'_>) {
        let from = self.anybody(input);
        let (object, _) = picture("alice@example.com", len(input));
        let how = input.byte();
        self.session = u32::from(input.byte()) + 60;
        let application = if how & 7 == 7 { EufGuid(Guid::NIL) } else { EufGuid::OBJECT };
        let context = match how >> 3 & 7 {
            7 => None,
            6 => Some(Context::from_text(&input.text())),
            _ => Some(Context::of_object(&object)),
        };
        let kind = ApplicationId(u32::from(how >> 6) * 6);
        let body = SessionBody::invitation(application, kind, self.session, context);
        self.request(&from, Method::INVITE, Body::Session(body), input);
    }

    fn goodbye(&mut self, input: &mut Input<'_>) {
        let from = self.anybody(input);
        let session_id = input.flag().then_some(self.session);
        let body = Body::SessionClose(SessionEnd { session_id, ..SessionEnd::default() });
        self.request(&from, Method::BYE, body, input);
    }

    fn request(&mut self, from: &Peer, method: Method, body: Body, input: &mut Input<'_>) {
        let address = SlpAddress { account: from.account.clone(), machine: from.machine };
        let mut ids = [input.byte() & 7, input.byte() & 7].map(|id| Guid::from_bytes([id; 16]));
        if let (Some(heard), true) = (self.heard.front(), input.flag()) {
            ids[1] = heard.call_id;
        }
        let to = self.own_address(from);
        let request = SlpMessage::request(method, to, address, ids[0], ids[1], body);
        self.send_slp(from, &request, input);
    }

    /// Somebody answers what the machine asked.
    fn answer(&mut self, input: &mut Input<'_>) {
        let from = self.anybody(input);
        let Some(asked) = self.heard.get(input.below(4)) else { return };
        let code = match input.byte() {
            0..=199 => StatusCode::OK,
            200..=229 => StatusCode::DECLINE,
            _ => StatusCode::INTERNAL_ERROR,
        };
        let answer = asked.answer(code, Body::Session(SessionBody::accepted(self.session)));
        self.send_slp(&from, &answer, input);
    }

    fn send_slp(&mut self, from: &Peer, message: &SlpMessage, input: &mut Input<'_>) {
        let mut bytes = Vec::new();
        message.print(&mut bytes);
        let number = input.byte();
        let packet = Data { session: 0, number, offset: 0, total: bytes.len(), data: &bytes };
        self.arrive(from, Carriage::Switchboard, &packet.written(from.version()), 0);
    }

    /// Pieces of the object that was spoken of last, at their places or not.
    fn send_data(&mut self, input: &mut Input<'_>) {
        let from = self.anybody(input);
        let (_, content) = picture("", len(input));
        let (number, how) = (input.byte(), input.byte());
        let size = usize::from(how & 15) * 100 + 1;
        let mut offset = usize::from(how >> 6) * size;
        for _ in 0..1 + usize::from(how >> 2 & 12) {
            let end = (offset + size).min(content.len());
            let Some(data) = content.get(offset..end) else { return };
            let (session, total) = (self.session, content.len());
            let packet = Data { session, number, offset, total, data };
            self.arrive(&from, Carriage::Switchboard, &packet.written(from.version()), 0);
            offset = end;
        }
    }

    /// A packet that the input chooses field by field, once or as a flood under many numbers.
    fn send_any_packet(&mut self, input: &mut Input<'_>) {
        let (from, how) = (self.anybody(input), input.byte());
        let carriage = carriage(how & 1 == 1);
        let session = (how & 2 == 0).then_some(self.session);
        let bytes = match from.version() {
            PeerVersion::V1 => with_any_v1(input, carriage, |packet| {
                let mut packet = *packet;
                packet.header.session = session.unwrap_or(packet.header.session);
                written_v1(&packet)
            }),
            PeerVersion::V2 => with_any_v2(input, carriage, |packet| {
                let mut packet = *packet;
                if let (Some(header), Some(session)) = (&mut packet.data_header, session) {
                    header.session = session;
                }
                written_v2(&packet)
            }),
        };
        self.arrive(&from, carriage, &bytes, if how >= 240 { input.byte() } else { 0 });
    }

    /// A packet of the other machine comes with some bytes changed.
    fn change_a_packet(&mut self, input: &mut Input<'_>) {
        let Some(mut packet) = self.exchange.sides[IT].wire.pop_front() else { return };
        for _ in 0..=input.below(4) {
            let at = usize::from(input.byte()) % packet.bytes.len().max(1);
            if let Some(byte) = packet.bytes.get_mut(at) {
                *byte = input.byte();
            }
        }
        let (from, times) = (self.others[0].clone(), input.byte());
        let times = if times >= 250 { input.byte() } else { 0 };
        self.arrive(&from, packet.carriage, &packet.bytes, times);
    }

    fn send_noise(&mut self, input: &mut Input<'_>) {
        let (from, how) = (self.anybody(input), input.byte());
        let noise = input.piece();
        self.arrive(&from, carriage(how & 1 == 1), noise, 0);
    }

    /// A packet comes, and once more under so many other numbers.
    fn arrive(&mut self, from: &Peer, carriage: Carriage, packet: &[u8], times: u8) {
        let mut packet = packet.to_vec();
        for time in 0..=times {
            self.exchange.call(IT, |p2p, now| p2p.input(now, from, carriage, &packet));
            // The identifier of the first version, the sequence of the second.
            if let Some(number) = packet.get_mut(4..8) {
                number.copy_from_slice(&[time, 1, 1, time]);
            }
        }
    }

    /// The machine and the other talk with each other undisturbed.
    fn talk(&mut self, rounds: u8) {
        for _ in 0..rounds {
            for at in [0, 1] {
                self.exchange.send(at, Carriage::Switchboard);
                self.exchange.carry(at);
                self.exchange.confirm(at, true);
            }
        }
    }
}

/// The lengths of objects: some are longer than they may be.
fn len(input: &mut Input<'_>) -> usize {
    usize::from(input.byte()) * 40
}

/// A piece of a message, in either version.
struct Data<'a> {
    session: u32,
    number: u8,
    offset: usize,
    total: usize,
    data: &'a [u8],
}

impl Data<'_> {
    fn written(&self, version: PeerVersion) -> Vec<u8> {
        let wide = |len: usize| u64::try_from(len).expect("it is short");
        let end = self.offset + self.data.len();
        let footer = Some(ApplicationId(u32::from(self.session != 0)));
        match version {
            PeerVersion::V1 => {
                let header = HeaderV1 {
                    session: self.session,
                    identifier: self.number.into(),
                    offset: wide(self.offset),
                    total: wide(self.total),
                    length: u32::try_from(self.data.len()).expect("it is short"),
                    flags: if self.session == 0 { Flags::NONE } else { Flags::DATA },
                    ..HeaderV1::default()
                };
                written_v1(&PacketV1 { header, data: self.data, footer })
            }
            PeerVersion::V2 => {
                let remaining = wide(self.total.saturating_sub(end)).to_be_bytes();
                let tlvs = match self.total > end {
                    true => TlvBuffer::new().with(DataHeaderV2::REMAINING, &remaining),
                    false => TlvBuffer::new(),
                };
                let kind = if self.session == 0 { DataKind::NONE } else { DataKind::OBJECT };
                let data_header = DataHeaderV2 {
                    kind: if self.offset == 0 { kind.with(DataKind::FIRST) } else { kind },
                    package: if self.total > self.data.len() { self.number.into() } else { 0 },
                    session: self.session,
                    tlvs: tlvs.tlvs(),
                };
                let len = 8 + tlvs.tlvs().as_bytes().len() + self.data.len();
                let header = HeaderV2 {
                    operation: Operation::ACKNOWLEDGEMENT_WANTED,
                    message_length: u16::try_from(len).expect("it is short"),
                    sequence: u32::from(self.number) * 4096
                        + u32::try_from(self.offset).unwrap_or(0),
                    ..HeaderV2::default()
                };
                written_v2(&PacketV2 {
                    header,
                    data_header: Some(data_header),
                    data: self.data,
                    footer,
                })
            }
        }
    }
}
