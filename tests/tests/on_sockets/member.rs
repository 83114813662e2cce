//! A member of a room that speaks the second version of the peer-to-peer layer, which no client of
//! these versions of the protocol announces: one switchboard session, and what it carries.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use msnp_codec::message::{Content, Message, PeerToPeer};
use msnp_core::{
    Answer, Effect, EffectId, Endpoint, LinkEnd, LinkId, Machine, Now, Opened, Origin, Output,
    Outputs, TransactionId, Version,
};
use msnp_p2p::packet::Carriage;
use msnp_p2p::transport::{PacketId, Sent};
use msnp_p2p::{P2p, P2pConfig, P2pEvent, P2pLimits, Peer};
use msnp_session::{Delivery, Entrance, SbClient, SbClientConfig, SbEvent, SessionLimits};

const CARRIAGE: Carriage = Carriage::Switchboard;

/// So much waits in a link at most when another packet goes into it.
const LOW_WATER: usize = 4096;

pub(crate) struct Member {
    pub(crate) p2p: P2p,
    own: Peer,
    other: Peer,
    room: Option<Room>,
    rooms: u64,
    outputs: Outputs<P2pEvent, Infallible>,
    deadline: Option<Duration>,
    /// Every packet that it has sent, as it left.
    pub(crate) packets: Vec<Vec<u8>>,
}

struct Room {
    link: LinkId,
    session: SbClient,
    /// Packets that wait for the switchboard's answer.
    packets: BTreeMap<TransactionId, PacketId>,
    calls: bool,
    reads: bool,
    dirty: bool,
}

impl Member {
    pub(crate) fn new(own: Peer, other: Peer) -> Self {
        let machine = own.machine.unwrap();
        let p2p = P2p::new(P2pConfig {
            account: own.account.clone(),
            machine,
            seed: [machine.to_bytes()[0]; 32],
            limits: P2pLimits::DEFAULT,
        });
        let (outputs, packets) = (Outputs::new(), Vec::new());
        Self { p2p, own, other, room: None, rooms: 0, outputs, deadline: None, packets }
    }

    /// Enters a room; who has not been invited calls the other one there.
    pub(crate) fn enter(&mut self, to: Endpoint, entrance: Entrance) {
        self.rooms += 1;
        let link = LinkId::new(self.rooms);
        let calls = matches!(entrance, Entrance::Own { .. });
        let session = SbClient::new(SbClientConfig {
            account: self.own.account.clone(),
            version: Version::MSNP12,
            entrance,
            first_transaction: TransactionId::new(1),
            limits: SessionLimits::default(),
        });
        let packets = BTreeMap::new();
        self.room = Some(Room { link, session, packets, calls, reads: true, dirty: false });
        self.outputs.effect(Effect::Connect { link, to, origin: Origin::Configured });
    }

    /// Breaks its connection without a word.
    pub(crate) fn break_off(&mut self, now: Now) {
        let room = self.room.take().unwrap();
        self.outputs.effect(Effect::Close { link: room.link });
        self.p2p.carrier_closed(now, &self.other, CARRIAGE);
        self.go_on(now);
    }

    pub(crate) fn is_in_a_room(&self) -> bool {
        self.room.as_ref().is_some_and(|room| room.session.has_member(&self.other.account))
    }

    /// Sees to what has happened, and to what can go out.
    pub(crate) fn go_on(&mut self, now: Now) {
        while let Some(room) = &mut self.room {
            match room.session.poll() {
                Output::Event(event) => self.room_event(now, event),
                Output::Effect(_, effect) => drop(self.outputs.effect(effect)),
                Output::Link { link, reads, .. } => {
                    room.reads = reads;
                    if !std::mem::replace(&mut room.dirty, true) {
                        self.outputs.dirty(link);
                    }
                }
                Output::Wait { deadline } => {
                    self.deadline = deadline;
                    if !self.fill(now) {
                        break;
                    }
                }
                Output::Closed(_) => {
                    self.room = None;
                    self.p2p.carrier_closed(now, &self.other, CARRIAGE);
                }
            }
        }
        while let Some(event) = self.p2p.poll() {
            self.outputs.event(event);
        }
    }

    fn room_event(&mut self, now: Now, event: SbEvent) {
        let room = self.room.as_mut().unwrap();
        match event {
            SbEvent::Entered if room.calls => {
                room.session.invite(now, self.other.account.clone()).unwrap();
            }
            SbEvent::Joined { account, .. } => {
                assert_eq!(account, self.other.account);
                self.p2p.carrier_opened(&self.other, CARRIAGE);
            }
            SbEvent::Left { .. } => self.p2p.carrier_closed(now, &self.other, CARRIAGE),
            SbEvent::Message { account, body, .. } => {
                let Content::PeerToPeer(packet) = Message::parse(&body).content() else {
                    panic!("{body:?}")
                };
                assert_eq!(account, self.other.account);
                assert_eq!(packet.destination, self.own.to_string());
                assert_eq!(packet.source, Some(self.other.to_string().into()));
                self.p2p.input(now, &self.other, CARRIAGE, &packet.packet);
            }
            SbEvent::MessageEnded { transaction, delivery } => {
                if let Some(packet) = room.packets.remove(&transaction) {
                    assert_ne!(delivery, Delivery::Failed);
                    self.p2p.delivered(now, &self.other, packet);
                }
            }
            _ => {}
        }
    }

    /// Puts the next packet into the room; says whether there was one.
    fn fill(&mut self, now: Now) -> bool {
        let Some(room) = &mut self.room else { return false };
        let has_room = room.session.output(room.link).len() < LOW_WATER;
        if !has_room || !room.session.has_member(&self.other.account) {
            return false;
        }
        let mut packet = Vec::new();
        let Some(sent) = self.p2p.transmit(now, &self.other, CARRIAGE, &mut packet) else {
            return false;
        };
        let message = PeerToPeer {
            destination: self.other.to_string().into(),
            source: Some(self.own.to_string().into()),
            packet: (&packet).into(),
        };
        let mut bytes = Vec::new();
        message.print(&mut bytes);
        let transaction = room.session.send_packet(now, &bytes).unwrap();
        if let Sent::Packet(id) = sent {
            room.packets.insert(transaction, id);
        }
        self.packets.push(packet);
        true
    }

    fn room(&mut self, link: LinkId) -> Option<&mut Room> {
        self.room.as_mut().filter(|room| room.link == link)
    }
}

impl Machine for Member {
    type Event = P2pEvent;
    type Error = Infallible;

    fn link_opened(&mut self, now: Now, link: LinkId, how: Opened) {
        if let Some(room) = self.room(link) {
            room.session.link_opened(now, link, how);
        }
        self.go_on(now);
    }

    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize {
        let taken = self.room(link).map_or(0, |room| room.session.input(now, link, bytes));
        self.go_on(now);
        taken
    }

    fn link_closed(&mut self, now: Now, link: LinkId, why: LinkEnd) {
        if let Some(room) = self.room(link) {
            room.session.link_closed(now, link, why);
        }
        self.go_on(now);
    }

    fn answer(&mut self, _: Now, _: EffectId, _: Answer) {}

    fn timeout(&mut self, now: Now) {
        if let Some(room) = &mut self.room {
            room.session.timeout(now);
        }
        self.p2p.timeout(now);
        self.go_on(now);
    }

    fn poll(&mut self) -> Output<P2pEvent, Infallible> {
        while let Some(link) = self.outputs.next_dirty() {
            if let Some(room) = self.room(link) {
                room.dirty = false;
                let (reads, writes) = (room.reads, !room.session.output(link).is_empty());
                return Output::Link { link, reads, writes };
            }
        }
        let deadlines = [self.deadline, self.p2p.deadline()];
        self.outputs.next(deadlines.into_iter().flatten().min())
    }

    fn output(&self, link: LinkId) -> &[u8] {
        self.room.as_ref().map_or(&[], |room| room.session.output(link))
    }

    fn written(&mut self, now: Now, link: LinkId, n: usize) {
        if let Some(room) = self.room(link) {
            room.session.written(now, link, n);
        }
        self.go_on(now);
    }
}
