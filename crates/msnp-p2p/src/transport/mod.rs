//! The transport: whole messages between two clients over carriers that hold a kilobyte at a time.
//!
//! One [`Transport`] is one peer. Messages go in whole and come out whole; between them lie packets.
//!
//! ```text
//! send_slp, send_data ...  -->  pieces  -->  transmit  -->  carrier
//!        poll              <--  put together  <--  input  <--
//! ```
//!
//! Negotiation goes before data, and data of several messages takes turns. A message is
//! acknowledged by the peer when it has all of it; a packet is confirmed by its carrier, where that
//! does so ([`Transport::delivered`]), and of those only a window is under way at a time. Where
//! nothing is confirmed, half a window goes on each [`TransportLimits::carrier_patience`].
//!
//! A carrier may die at any time. What it has not confirmed goes again over the next one; the peer
//! may so get a piece twice, which changes nothing.

mod receiving;
mod sending;
mod v1;
mod v2;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

use msnp_core::{Now, Random};

use crate::application::ApplicationId;
use crate::meaning::{INK_SESSION, PREPARATION};
use crate::packet::{Carriage, PacketError, PeerVersion};
use receiving::{Receiving, Stalled};
use sending::{Content, Sending};
use v1::V1;
use v2::V2;

/// Everything that goes to one peer and comes from it.
#[derive(Debug)]
pub struct Transport {
    version: Numbering,
    shared: Shared,
    random: Random,
}

/// How long and how much a [`Transport`] waits for and keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportLimits {
    /// The longest message of MSNSLP, in bytes. Those of real clients stay below 4 KiB, but for the
    /// preview of a file.
    pub slp: usize,
    /// The longest message of ink, in bytes.
    pub ink: usize,
    /// How many messages may be under way in either direction.
    pub messages: usize,
    /// How many bytes of a message may wait behind a gap.
    pub ahead: usize,
    /// How many packets may be under way that their carrier has not confirmed.
    pub window: usize,
    /// After how long without a confirmation half a window goes on all the same.
    pub carrier_patience: Duration,
    /// How long a message may remain without an acknowledgement. After half of it a next piece that
    /// does not come is asked for.
    pub patience: Duration,
    /// How often a message of negotiation is sent, and a missing piece asked for. Whatever peer or
    /// carrier say that they lack, of no message more than so many times its length goes again.
    pub tries: u8,
    /// How many events may wait.
    pub events: usize,
}

impl TransportLimits {
    /// What real clients need, with room to spare.
    pub const DEFAULT: Self = Self {
        slp: 64 * 1024,
        ink: 64 * 1024,
        messages: 32,
        ahead: 64 * 1024,
        window: 8,
        carrier_patience: Duration::from_millis(500),
        patience: Duration::from_secs(20),
        tries: 3,
        events: 64,
    };
}

impl TransportLimits {
    /// The most heap that one peer's transport holds, in bytes, the data of objects apart: messages
    /// of negotiation and ink that come, with what waits behind their gaps, and what answers them.
    pub const fn heap_bound(&self) -> usize {
        let longest = if self.slp > self.ink { self.slp } else { self.ink };
        let message = longest.saturating_add(self.ahead).saturating_add(ANSWER);
        // While a buffer grows, and while a message is read, it is there twice.
        let messages = self.messages.saturating_add(2).saturating_mul(message);
        messages.saturating_add(self.window.saturating_add(self.events).saturating_mul(256))
    }
}

/// A message of negotiation of one's own, and the places of a message in its queues.
const ANSWER: usize = 8 * 1024;

impl Default for TransportLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What a [`Transport`] has to tell.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportEvent {
    /// A message of MSNSLP has come.
    Slp(Vec<u8>),
    /// The peer is about to send data of this session.
    Prepared {
        /// Which.
        session: u32,
    },
    /// So much of the data of a session has come without a gap.
    Progress {
        /// Which session.
        session: u32,
        /// Bytes that are there.
        received: u64,
        /// Bytes of the whole.
        total: u64,
    },
    /// Data of a session has come whole.
    Data {
        /// Which session.
        session: u32,
        /// The data.
        bytes: Vec<u8>,
    },
    /// Ink has come.
    Ink(Vec<u8>),
    /// The peer has all of a message.
    Acknowledged(MessageId),
    /// The peer has not acknowledged a message, however often it was sent.
    Unanswered(MessageId),
    /// The carrier did not take a message, however often it was offered.
    Undeliverable(MessageId),
    /// The peer does not know this session, or has lost it.
    Reset {
        /// Which.
        session: u32,
    },
    /// The peer confirms the end of this session.
    Closing {
        /// Which.
        session: u32,
    },
    /// Data of a session is longer than it may be. None of it is kept.
    TooLong {
        /// Which session; 0 is MSNSLP.
        session: u32,
        /// How long it is said to be, in bytes.
        total: u64,
    },
    /// Data of this session has stopped coming.
    Stalled {
        /// Which session.
        session: u32,
    },
    /// Data has come of a session that nobody knows. Said once for each.
    Stranger {
        /// Which session.
        session: u32,
    },
}

/// A message on its way to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(u64);

impl MessageId {
    /// The message with this number; they count from 1 in each transport.
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// A packet on its way to the peer, until its carrier confirms it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketId(u64);

/// There are as many messages under way as there may be. The caller's fault; try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many peer-to-peer messages are under way")]
pub struct TooManyMessages;

impl Transport {
    /// A transport to a peer that nothing was said to yet.
    pub fn new(version: PeerVersion, limits: TransportLimits, seed: [u8; 32]) -> Self {
        let mut random = Random::from_seed(seed);
        let version = match version {
            PeerVersion::V1 => Numbering::V1(V1::new(&mut random)),
            PeerVersion::V2 => Numbering::V2(V2::new(&mut random)),
        };
        Self { version, shared: Shared::new(limits), random }
    }

    /// Which version is spoken.
    pub fn version(&self) -> PeerVersion {
        match self.version {
            Numbering::V1(_) => PeerVersion::V1,
            Numbering::V2(_) => PeerVersion::V2,
        }
    }

    /// Sends a message of MSNSLP.
    ///
    /// # Errors
    /// Where too many messages are under way.
    pub fn send_slp(&mut self, message: impl Into<Bytes>) -> Result<MessageId, TooManyMessages> {
        self.send(0, Content::Slp, ApplicationId::NEGOTIATION, message.into())
    }

    /// Says that data of this session follows.
    ///
    /// # Errors
    /// Where too many messages are under way.
    pub fn send_preparation(
        &mut self,
        session: u32,
        footer: ApplicationId,
    ) -> Result<MessageId, TooManyMessages> {
        self.send(session, Content::Preparation, footer, Bytes::from_static(&PREPARATION))
    }

    /// Sends the data of an object.
    ///
    /// # Errors
    /// Where too many messages are under way.
    pub fn send_object(
        &mut self,
        session: u32,
        footer: ApplicationId,
        object: Bytes,
    ) -> Result<MessageId, TooManyMessages> {
        self.send(session, Content::Object, footer, object)
    }

    /// Sends ink.
    ///
    /// # Errors
    /// Where too many messages are under way.
    pub fn send_ink(&mut self, ink: Bytes) -> Result<MessageId, TooManyMessages> {
        self.send(INK_SESSION, Content::Ink, ApplicationId::INK, ink)
    }

    /// From now on data of this session may come, of at most so many bytes.
    pub fn expect(&mut self, session: u32, most: usize) {
        self.shared.sessions.insert(session, most);
    }

    /// Nothing more may come of this session: what does is of a stranger.
    pub fn forget_incoming(&mut self, session: u32) {
        self.shared.sessions.remove(&session);
        self.shared.receiving.forget(session);
        if let Numbering::V2(v2) = &mut self.version {
            v2.forget(session);
        }
    }

    /// Nothing more is sent of this session.
    pub fn forget_outgoing(&mut self, session: u32) {
        self.shared.sending.forget(session);
    }

    /// One message of a carrier: a packet, in the second version perhaps several.
    ///
    /// # Errors
    /// Where it cannot be read. The peer's fault; nothing else is lost.
    pub fn input(
        &mut self,
        now: Now,
        carriage: Carriage,
        packet: &[u8],
    ) -> Result<(), PacketError> {
        match &mut self.version {
            Numbering::V1(v1) => v1.input(now, &mut self.shared, packet, carriage),
            Numbering::V2(v2) => v2.input(now, &mut self.shared, packet, carriage),
        }
    }

    /// Whether [`transmit`](Self::transmit) would give something for this carrier now.
    pub fn wants_to_send(&self, carriage: Carriage) -> bool {
        self.version.has_answers() || self.shared.sending.wants(is_paced(carriage))
    }

    /// Appends the next packet for this carrier. [`Sent::Packet`] is to be confirmed later.
    pub fn transmit(&mut self, now: Now, carriage: Carriage, into: &mut Vec<u8>) -> Option<Sent> {
        if self.version.write_answer(into, carriage) {
            return Some(Sent::Answer);
        }
        let most = most_data(carriage);
        let (message, piece) = self.shared.sending.next(is_paced(carriage), most)?;
        let piece = match &mut self.version {
            Numbering::V1(_) => {
                V1::write(message, piece, into, carriage);
                piece
            }
            Numbering::V2(v2) => v2.write(message, piece, into, carriage),
        };
        let id = message.id;
        Some(Sent::Packet(self.shared.sending.sent(now, id, piece)))
    }

    /// The carrier confirms that a packet has been delivered.
    pub fn delivered(&mut self, now: Now, packet: PacketId) {
        self.shared.sending.carried(now, packet, true);
    }

    /// The carrier says that a packet has not been delivered: it goes again, but not for ever.
    pub fn lost(&mut self, now: Now, packet: PacketId) {
        if let Some(id) = self.shared.sending.carried(now, packet, false) {
            self.shared.event(TransportEvent::Undeliverable(id));
        }
    }

    /// The carrier is gone: what it has not confirmed goes again over the next.
    pub fn carrier_lost(&mut self) {
        self.shared.sending.carrier_lost();
    }

    /// When [`timeout`](Self::timeout) has something to do.
    pub fn deadline(&self) -> Option<Duration> {
        [self.shared.sending.deadline(), self.shared.receiving.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Sees to what is due.
    pub fn timeout(&mut self, now: Now) {
        for id in self.shared.sending.expire(now) {
            self.shared.event(TransportEvent::Unanswered(id));
        }
        while let Some(stalled) = self.shared.receiving.stalled(now) {
            match (&mut self.version, stalled) {
                (Numbering::V1(v1), Stalled::Ask(gap)) => v1.ask(gap),
                (Numbering::V2(v2), Stalled::Ask(gap)) => v2.ask(gap.mark),
                (_, Stalled::Dropped(key)) => {
                    let session = key.session;
                    self.shared.event(TransportEvent::Stalled { session });
                }
            }
        }
    }

    /// What has happened, in its order.
    pub fn poll(&mut self) -> Option<TransportEvent> {
        self.shared.events.pop_front()
    }

    /// Whether as many events wait as may: the next input belongs to later.
    pub fn is_full(&self) -> bool {
        self.shared.events.len() >= self.shared.limits.events
    }

    /// How much of a message has been handed to carriers, and how long it is, in bytes; none when it
    /// is over.
    pub fn progress(&self, message: MessageId) -> Option<(u64, u64)> {
        self.shared.sending.progress(message)
    }

    /// Whether nothing is left to send, to wait for or to tell.
    pub fn is_idle(&self) -> bool {
        self.shared.sending.is_empty()
            && self.shared.sessions.is_empty()
            && self.shared.events.is_empty()
            && !self.version.has_answers()
    }

    fn send(
        &mut self,
        session: u32,
        content: Content,
        footer: ApplicationId,
        bytes: Bytes,
    ) -> Result<MessageId, TooManyMessages> {
        let one_packet_slp = content == Content::Slp && bytes.len() <= MOST_DATA_SWITCHBOARD;
        let number = match &mut self.version {
            Numbering::V1(v1) => v1.number(&mut self.random),
            Numbering::V2(v2) => v2.number(&mut self.random, one_packet_slp),
        };
        self.shared.sending.push(session, content, footer, bytes, number).ok_or(TooManyMessages)
    }
}

/// What [`Transport::transmit`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// An answer to the peer; whether it is delivered does not matter, the peer would ask again.
    Answer,
    /// A piece of a message, to be [delivered](Transport::delivered) or [lost](Transport::lost).
    Packet(PacketId),
}

#[derive(Debug)]
enum Numbering {
    V1(V1),
    V2(V2),
}

impl Numbering {
    fn has_answers(&self) -> bool {
        match self {
            Self::V1(v1) => v1.has_answers(),
            Self::V2(v2) => v2.has_answers(),
        }
    }

    fn write_answer(&mut self, into: &mut Vec<u8>, carriage: Carriage) -> bool {
        match self {
            Self::V1(v1) => v1.write_answer(into, carriage),
            Self::V2(v2) => v2.write_answer(into, carriage),
        }
    }
}

/// What both versions have.
#[derive(Debug)]
struct Shared {
    sending: Sending,
    receiving: Receiving,
    /// The sessions that data may come for, and how much.
    sessions: BTreeMap<u32, usize>,
    strangers: VecDeque<u32>,
    events: VecDeque<TransportEvent>,
    limits: TransportLimits,
}

impl Shared {
    fn new(limits: TransportLimits) -> Self {
        Self {
            sending: Sending::new(limits),
            receiving: Receiving::new(limits),
            sessions: BTreeMap::new(),
            strangers: VecDeque::new(),
            events: VecDeque::new(),
            limits,
        }
    }

    fn event(&mut self, event: TransportEvent) {
        self.events.push_back(event);
    }

    /// The longest message of this kind; none where the session is not known.
    fn most(&self, session: u32, content: Content) -> Option<usize> {
        match content {
            Content::Slp => Some(self.limits.slp),
            Content::Ink => Some(self.limits.ink),
            Content::Preparation | Content::Object => self.sessions.get(&session).copied(),
        }
    }

    /// Whether this unknown session has not been met lately.
    fn is_new_stranger(&mut self, session: u32) -> bool {
        if self.strangers.contains(&session) {
            return false;
        }
        if self.strangers.len() >= MOST_STRANGERS {
            self.strangers.pop_front();
        }
        self.strangers.push_back(session);
        true
    }

    fn progress(&mut self, session: u32, content: Content, received: u64, total: u64) {
        if content != Content::Object {
            return;
        }
        // Only the last word on it counts, however slowly it is read.
        if let Some(TransportEvent::Progress { session: of, received: before, total: whole }) =
            self.events.back_mut()
            && *of == session
        {
            (*before, *whole) = (received, total);
            return;
        }
        self.event(TransportEvent::Progress { session, received, total });
    }

    fn whole(&mut self, session: u32, content: Content, bytes: Vec<u8>) {
        self.event(match content {
            Content::Slp => TransportEvent::Slp(bytes),
            Content::Ink => TransportEvent::Ink(bytes),
            Content::Preparation => TransportEvent::Prepared { session },
            Content::Object => TransportEvent::Data { session, bytes },
        });
    }
}

/// So many answers may wait for a carrier to take them.
const MOST_ANSWERS: usize = 64;

/// So many sessions that nobody knows are remembered, so that each is told once.
const MOST_STRANGERS: usize = 16;

/// How much data a packet on a switchboard holds, in bytes: what official clients send.
const MOST_DATA_SWITCHBOARD: usize = 1202;

/// How much data a packet on a direct connection holds, in bytes.
const MOST_DATA_DIRECT: usize = 1352;

const fn most_data(carriage: Carriage) -> usize {
    match carriage {
        Carriage::Switchboard => MOST_DATA_SWITCHBOARD,
        Carriage::Direct => MOST_DATA_DIRECT,
    }
}

/// Whether a carrier confirms packets, so that but a window of them goes at a time. TCP sees to that
/// by itself.
const fn is_paced(carriage: Carriage) -> bool {
    match carriage {
        Carriage::Switchboard => true,
        Carriage::Direct => false,
    }
}
