//! Two peer-to-peer machines and the carriers between them, which stall, cut, lose and repeat. What
//! must hold after each call is looked at here.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use msnp_codec::msn_object::MsnObject;
use msnp_core::{Guid, Now};
use msnp_p2p::packet::{Carriage, PacketV1, PacketV2, PeerVersion};
use msnp_p2p::transport::{PacketId, Sent};
use msnp_p2p::{P2p, P2pConfig, P2pEvent, P2pLimits, Peer};

use crate::meter::Meter;
use crate::people::{PEOPLE, account};
use crate::trace::Trace;
use crate::transfers::{Transfers, picture};

/// Two machines, and what is on its way between them.
pub(crate) struct Exchange {
    pub(crate) sides: [Side; 2],
    pub(crate) now: Now,
    pub(crate) trace: Trace,
    /// Which carriers there are.
    up: Vec<Carriage>,
}

/// One machine, and what has been sent to it.
pub(crate) struct Side {
    pub(crate) p2p: P2p,
    /// As the other side knows it.
    pub(crate) peer: Peer,
    pub(crate) transfers: Transfers,
    meter: Meter,
    /// What is on its way to it.
    pub(crate) wire: VecDeque<Packet>,
    /// What it has sent, has come, and was not confirmed.
    unconfirmed: VecDeque<(Carriage, PacketId)>,
}

/// A packet on its way.
pub(crate) struct Packet {
    pub(crate) carriage: Carriage,
    pub(crate) bytes: Vec<u8>,
    sent: Sent,
}

/// More events than this after one call, and it is taken for a loop without end.
const MOST_EVENTS: usize = 1000;

impl Exchange {
    /// Two machines that have never met.
    pub(crate) fn new(version: PeerVersion, limits: P2pLimits) -> Self {
        let sides = [0_u8, 1].map(|at| {
            let (account, machine) = (account(PEOPLE[usize::from(at)]), Guid::from_bytes([at; 16]));
            let config = P2pConfig { account: account.clone(), machine, seed: [at; 32], limits };
            let mut meter = Meter::new(limits.heap_bound());
            Side {
                p2p: meter.around(|| P2p::new(config.clone())),
                peer: match version {
                    PeerVersion::V1 => Peer::v1(account),
                    PeerVersion::V2 => Peer::v2(account, machine),
                },
                transfers: Transfers::default(),
                meter,
                wire: VecDeque::new(),
                unconfirmed: VecDeque::new(),
            }
        });
        let start = Duration::from_secs(1);
        Self {
            sides,
            now: Now { monotonic: start, unix: start },
            trace: Trace { calls: vec![Trace::EMPTY] },
            up: Vec::new(),
        }
    }

    /// A call of one machine, and what it tells after that.
    pub(crate) fn call<R>(&mut self, at: usize, work: impl FnOnce(&mut P2p, Now) -> R) -> R {
        self.call_and(at, work, |_, _| {})
    }

    /// The same; what came of it is noted before the events are heard.
    pub(crate) fn call_and<R>(
        &mut self,
        at: usize,
        work: impl FnOnce(&mut P2p, Now) -> R,
        note: impl FnOnce(&mut Transfers, &R),
    ) -> R {
        let (now, side) = (self.now, &mut self.sides[at]);
        let (result, events) = side.meter.around(|| {
            let result = work(&mut side.p2p, now);
            let events: Vec<P2pEvent> =
                core::iter::from_fn(|| side.p2p.poll()).take(MOST_EVENTS).collect();
            (result, events)
        });
        assert!(events.len() < MOST_EVENTS, "a call tells all that it has to");
        note(&mut side.transfers, &result);
        for event in &events {
            self.trace.show(event);
            side.transfers.hear(event);
        }
        side.meter.around(|| drop(events));
        let waits = side.p2p.deadline().is_some();
        assert!(waits || side.transfers.are_over(), "what is under way has a deadline");
        result
    }

    /// One side wants a picture that the other has. Says whether it is on its way.
    pub(crate) fn fetch(&mut self, at: usize, len: usize) -> bool {
        let owner = self.sides[1 - at].peer.clone();
        let (object, content) = picture(owner.account.as_str(), len);
        let publish = |p2p: &mut P2p, _| p2p.publish(object.clone(), content.clone());
        self.call(1 - at, publish) && self.fetch_from(at, &owner, &object, &content)
    }

    /// One side wants this from somebody.
    pub(crate) fn fetch_from(
        &mut self,
        at: usize,
        owner: &Peer,
        object: &MsnObject,
        content: &Bytes,
    ) -> bool {
        let fetch = |p2p: &mut P2p, now| p2p.fetch(now, owner, object);
        let fetched = self.call_and(at, fetch, |transfers, fetched| {
            if let Ok(transfer) = fetched {
                transfers.ask(*transfer, content);
            }
        });
        fetched.is_ok()
    }

    pub(crate) fn open(&mut self, carriage: Carriage) {
        for at in [0, 1] {
            let other = self.sides[1 - at].peer.clone();
            self.call(at, |p2p, _| p2p.carrier_opened(&other, carriage));
        }
        if !self.up.contains(&carriage) {
            self.up.push(carriage);
        }
    }

    /// A carrier is gone, and what was on its way over it.
    pub(crate) fn cut(&mut self, carriage: Carriage) {
        self.up.retain(|open| *open != carriage);
        for at in [0, 1] {
            self.sides[at].wire.retain(|packet| packet.carriage != carriage);
            self.sides[at].unconfirmed.retain(|(over, _)| *over != carriage);
            let other = self.sides[1 - at].peer.clone();
            self.call(at, |p2p, now| p2p.carrier_closed(now, &other, carriage));
        }
    }

    /// A side sends a packet, if it has one and there is a carrier. Says whether it did.
    pub(crate) fn send(&mut self, at: usize, carriage: Carriage) -> bool {
        self.up.contains(&carriage) && {
            let other = self.sides[1 - at].peer.clone();
            let Some((bytes, sent)) = self.transmit(at, &other, carriage) else { return false };
            self.sides[1 - at].wire.push_back(Packet { carriage, bytes, sent });
            true
        }
    }

    /// The next packet of a side to somebody.
    pub(crate) fn transmit(
        &mut self,
        at: usize,
        to: &Peer,
        carriage: Carriage,
    ) -> Option<(Vec<u8>, Sent)> {
        let mut bytes = Vec::with_capacity(2048);
        let (wants, sent) = self.call(at, |p2p, now| {
            let wants = p2p.wants_to_send(to, carriage);
            (wants, p2p.transmit(now, to, carriage, &mut bytes))
        });
        assert_eq!(wants, sent.is_some(), "whoever wants to send has something");
        let Some(sent) = sent else {
            assert!(bytes.is_empty(), "nothing is written where nothing is sent");
            return None;
        };
        self.trace.bytes(&bytes);
        let data = match to.version() {
            PeerVersion::V1 => PacketV1::parse(&bytes, carriage).expect("it can be read").data,
            PeerVersion::V2 => {
                let (packet, rest) = PacketV2::parse(&bytes, carriage).expect("it can be read");
                assert!(rest.is_empty(), "a packet is one packet");
                packet.data
            }
        };
        let most = if carriage == Carriage::Direct { 1352 } else { 1202 };
        assert!(data.len() <= most, "{} bytes are too many for a packet", data.len());
        Some((bytes, sent))
    }

    /// The packet that a side waits for longest comes, if there is one.
    pub(crate) fn carry(&mut self, to: usize) -> bool {
        let Some(packet) = self.sides[to].wire.pop_front() else { return false };
        self.arrive(to, &packet);
        self.note(1 - to, &packet);
        true
    }

    /// The same, and it comes a second time.
    pub(crate) fn repeat(&mut self, to: usize) {
        if let Some(packet) = self.sides[to].wire.pop_front() {
            self.arrive(to, &packet);
            self.arrive(to, &packet);
            self.note(1 - to, &packet);
        }
    }

    /// What would come last comes first.
    pub(crate) fn overtake(&mut self, to: usize) {
        if let Some(packet) = self.sides[to].wire.pop_back() {
            self.sides[to].wire.push_front(packet);
        }
    }

    /// The packet that would come next does not, and its sender hears that. Says whether it was one
    /// that can be said to be lost; an answer cannot.
    pub(crate) fn lose(&mut self, to: usize) -> bool {
        let Some(packet) = self.sides[to].wire.pop_front() else { return true };
        self.note(1 - to, &packet);
        let Sent::Packet(_) = packet.sent else { return false };
        let (_, id) = self.sides[1 - to].unconfirmed.pop_back().expect("it was noted");
        let other = self.sides[to].peer.clone();
        self.call(1 - to, |p2p, now| p2p.lost(now, &other, id));
        true
    }

    /// The carrier says what became of a packet that has come; it may lie.
    pub(crate) fn confirm(&mut self, at: usize, honestly: bool) {
        if let Some((_, packet)) = self.sides[at].unconfirmed.pop_front() {
            let other = self.sides[1 - at].peer.clone();
            self.call(at, |p2p, now| match honestly {
                true => p2p.delivered(now, &other, packet),
                false => p2p.lost(now, &other, packet),
            });
        }
    }

    /// The carrier will never say what became of a packet.
    pub(crate) fn keep_silent(&mut self, at: usize) {
        self.sides[at].unconfirmed.pop_front();
    }

    /// Time passes, and who has waited for it is called.
    pub(crate) fn pass(&mut self, by: Duration) {
        self.now.monotonic += by;
        for at in [0, 1] {
            self.call(at, P2p::timeout);
            let deadline = self.sides[at].p2p.deadline();
            assert!(
                deadline.is_none_or(|deadline| deadline > self.now.monotonic),
                "a deadline that has passed is not asked for again"
            );
        }
    }

    /// Time passes over carriers that carry, until nothing is under way.
    pub(crate) fn rest(&mut self) {
        for _ in 0..MOST_WAITS {
            self.open(Carriage::Switchboard);
            let mut quiet = false;
            for _ in 0..MOST_PACKETS {
                quiet = true;
                for at in [0, 1] {
                    quiet &= !self.send(at, Carriage::Switchboard);
                    quiet &= !self.carry(at);
                    self.confirm(at, true);
                }
                if quiet {
                    break;
                }
            }
            assert!(quiet, "two sides do not talk for ever");
            let deadline = self.sides.iter().filter_map(|side| side.p2p.deadline()).min();
            let Some(deadline) = deadline else { return };
            self.pass(deadline.saturating_sub(self.now.monotonic));
        }
        panic!("it comes to rest");
    }

    /// Nothing will ever come again.
    pub(crate) fn close(&mut self) {
        for at in [0, 1] {
            self.call(at, |p2p, _| p2p.close());
            let side = &mut self.sides[at];
            assert!(side.transfers.are_over(), "every transfer has ended");
            assert_eq!(side.p2p.deadline(), None, "nothing is waited for");
            let kept = side.p2p.cache().held() + EMPTY;
            let held = side.meter.held();
            assert!(held <= kept, "{held} bytes are left where {kept} may be");
        }
    }

    fn arrive(&mut self, to: usize, packet: &Packet) {
        let other = self.sides[1 - to].peer.clone();
        self.call(to, |p2p, now| p2p.input(now, &other, packet.carriage, &packet.bytes));
    }

    fn note(&mut self, of: usize, packet: &Packet) {
        if let Sent::Packet(id) = packet.sent {
            self.sides[of].unconfirmed.push_back((packet.carriage, id));
        }
    }
}

/// So often something may be waited for before all is over.
const MOST_WAITS: usize = 2000;
/// So many packets go both ways before somebody waits for time to pass.
const MOST_PACKETS: usize = 10_000;
/// What a machine without peers holds beside its cache, at most, in bytes.
const EMPTY: usize = 64 * 1024;
