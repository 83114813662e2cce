//! What one client has to send to another: messages in pieces, in a fair order, until each is
//! acknowledged.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

use msnp_core::Now;

use super::{MessageId, PacketId, TransportLimits};
use crate::application::ApplicationId;

/// All messages on their way to one peer.
#[derive(Debug)]
pub(super) struct Sending {
    messages: Vec<Message>,
    last_message: u64,
    last_packet: u64,
    in_flight: VecDeque<InFlight>,
    /// Which message sent data last, so that another one is next.
    turn: MessageId,
    /// When one goes on although the carrier has not confirmed anything.
    go_on: Option<Duration>,
    limits: TransportLimits,
}

/// A message on its way.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: MessageId,
    pub(super) session: u32,
    pub(super) content: Content,
    pub(super) footer: ApplicationId,
    pub(super) bytes: Bytes,
    pub(super) number: Number,
    /// Up to where it has been handed out.
    sent: u64,
    /// What has to be handed out again: the carrier lost it.
    again: VecDeque<Piece>,
    /// Until when the peer may take to acknowledge it, once it has been handed out.
    until: Option<Duration>,
    tries: u8,
    /// How many bytes of it had to go again.
    again_len: u64,
}

/// What a message is, as its headers say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// MSNSLP.
    Slp,
    /// Four zeros before data.
    Preparation,
    /// An object.
    Object,
    /// Ink.
    Ink,
}

/// What a version knows a message by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Number {
    /// The identifier of the first version, the package of the second.
    pub(super) message: u32,
    /// What the first version acknowledges beside it.
    pub(super) unique: u32,
}

/// A part of a message that fits into a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) offset: u64,
    pub(super) len: usize,
    /// The sequence that the second version gave it; none before it was sent.
    pub(super) sequence: Option<u32>,
}

#[derive(Debug)]
struct InFlight {
    packet: PacketId,
    message: MessageId,
    piece: Piece,
}

impl Message {
    fn total(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    pub(super) fn data(&self, piece: Piece) -> &[u8] {
        let from = usize::try_from(piece.offset).unwrap_or(usize::MAX);
        self.bytes.get(from..from.saturating_add(piece.len)).unwrap_or_default()
    }

    fn is_negotiation(&self) -> bool {
        matches!(self.content, Content::Slp | Content::Preparation)
    }

    fn has_more(&self) -> bool {
        !self.again.is_empty() || self.sent < self.total()
    }

    fn is_handed_out(&self) -> bool {
        !self.has_more()
    }

    fn next_piece(&mut self, most: usize) -> Option<Piece> {
        if let Some(piece) = self.again.pop_front() {
            if piece.len <= most {
                return Some(piece);
            }
            // It was cut for a carrier that takes more at a time.
            let offset = piece.offset.saturating_add(u64::try_from(most).unwrap_or(u64::MAX));
            self.again.push_front(Piece { offset, len: piece.len - most, sequence: None });
            return Some(Piece { len: most, sequence: None, ..piece });
        }
        let left = self.total().checked_sub(self.sent).filter(|left| *left > 0)?;
        let len = usize::try_from(left).unwrap_or(most).min(most);
        let piece = Piece { offset: self.sent, len, sequence: None };
        self.sent = self.sent.saturating_add(u64::try_from(len).unwrap_or(left));
        Some(piece)
    }

    /// Whether so many bytes of it may go again.
    fn may_repeat(&mut self, len: u64, tries: u8) -> bool {
        self.again_len = self.again_len.saturating_add(len);
        self.again_len <= self.total().saturating_mul(tries.into())
    }

    fn start_again(&mut self, offset: u64) {
        self.again.clear();
        self.sent = offset.min(self.total());
        self.until = None;
    }
}

impl Sending {
    pub(super) fn new(limits: TransportLimits) -> Self {
        Self {
            messages: Vec::new(),
            last_message: 0,
            last_packet: 0,
            in_flight: VecDeque::new(),
            turn: MessageId(0),
            go_on: None,
            limits,
        }
    }

    /// Takes a message; none where there are too many.
    pub(super) fn push(
        &mut self,
        session: u32,
        content: Content,
        footer: ApplicationId,
        bytes: Bytes,
        number: Number,
    ) -> Option<MessageId> {
        if self.messages.len() >= self.limits.messages {
            return None;
        }
        self.last_message += 1;
        let id = MessageId(self.last_message);
        self.messages.push(Message {
            id,
            session,
            content,
            footer,
            bytes,
            number,
            sent: 0,
            again: VecDeque::new(),
            until: None,
            tries: 0,
            again_len: 0,
        });
        Some(id)
    }

    /// Whether a packet could go now.
    pub(super) fn wants(&self, paced: bool) -> bool {
        let open = !paced || self.in_flight.len() < self.limits.window;
        self.messages.iter().any(|message| message.has_more() && (open || message.is_negotiation()))
            && self.in_flight.len() < self.limits.window.saturating_mul(2)
    }

    /// The next piece to go, with its message: negotiation first, then data of each in turn.
    pub(super) fn next(&mut self, paced: bool, most: usize) -> Option<(&Message, Piece)> {
        if !self.wants(paced) {
            return None;
        }
        let turn = self.turn;
        let at = self
            .messages
            .iter()
            .enumerate()
            .filter(|(_, message)| message.has_more())
            .min_by_key(|(_, message)| (!message.is_negotiation(), message.id <= turn, message.id))
            .map(|(at, _)| at)?;
        let message = self.messages.get_mut(at)?;
        let piece = message.next_piece(most)?;
        if !message.is_negotiation() {
            self.turn = message.id;
        }
        Some((message, piece))
    }

    /// A piece has left; how it will be called until the carrier confirms it.
    pub(super) fn sent(&mut self, now: Now, message: MessageId, piece: Piece) -> PacketId {
        self.last_packet += 1;
        let packet = PacketId(self.last_packet);
        self.in_flight.push_back(InFlight { packet, message, piece });
        if self.in_flight.len() >= self.limits.window && self.go_on.is_none() {
            self.go_on = Some(now.after(self.limits.carrier_patience));
        }
        let patience = self.limits.patience;
        if let Some(message) = self.get(message)
            && message.is_handed_out()
        {
            message.until = Some(now.after(patience));
        }
        packet
    }

    /// The carrier confirms a packet, or has lost it; gives the message that was lost too often.
    pub(super) fn carried(
        &mut self,
        now: Now,
        packet: PacketId,
        delivered: bool,
    ) -> Option<MessageId> {
        let at = self.in_flight.iter().position(|flight| flight.packet == packet)?;
        let flight = self.in_flight.remove(at)?;
        self.go_on = (self.in_flight.len() >= self.limits.window)
            .then(|| now.after(self.limits.carrier_patience));
        if delivered {
            return None;
        }
        let tries = self.limits.tries;
        let message = self.get(flight.message)?;
        let len = u64::try_from(flight.piece.len).unwrap_or(u64::MAX);
        if !message.may_repeat(len, tries) {
            self.drop_message(flight.message);
            return Some(flight.message);
        }
        message.again.push_back(flight.piece);
        message.until = None;
        None
    }

    /// The carrier is gone: whatever it has not confirmed goes again.
    pub(super) fn carrier_lost(&mut self) {
        self.go_on = None;
        for flight in core::mem::take(&mut self.in_flight) {
            if let Some(message) = self.get(flight.message) {
                message.again.push_back(flight.piece);
                message.until = None;
            }
        }
    }

    /// The peer has all of the message that this finds. An acknowledgement of what has not been
    /// sent whole says nothing.
    pub(super) fn acknowledged(&mut self, is: impl Fn(&Message) -> bool) -> Option<MessageId> {
        let at = self.messages.iter().position(|message| is(message) && message.sent > 0)?;
        if self.messages.get(at).is_some_and(|message| message.sent < message.total()) {
            return None;
        }
        let id = self.messages.get(at)?.id;
        self.drop_message(id);
        Some(id)
    }

    /// The peer wants the message that this finds again, from this offset on.
    pub(super) fn wanted_again(&mut self, is: impl Fn(&Message) -> bool, offset: u64) {
        let tries = self.limits.tries;
        let Some(message) = self.messages.iter_mut().find(|message| is(message)) else { return };
        let Some(len) = message.sent.checked_sub(offset).filter(|len| *len > 0) else { return };
        // A peer that is never content gets it no more.
        if message.may_repeat(len, tries) {
            message.start_again(offset);
            let id = message.id;
            self.in_flight.retain(|flight| flight.message != id);
        }
    }

    /// The peer wants a piece of the message that this finds again.
    pub(super) fn piece_wanted_again(&mut self, is: impl Fn(&Message) -> bool, piece: Piece) {
        let tries = self.limits.tries;
        let Some(message) = self.messages.iter_mut().find(|message| is(message)) else { return };
        let len = u64::try_from(piece.len).unwrap_or(u64::MAX);
        if !message.again.contains(&piece) && message.may_repeat(len, tries) {
            message.again.push_back(piece);
            message.until = None;
            let id = message.id;
            self.in_flight.retain(|flight| flight.message != id || flight.piece != piece);
        }
    }

    /// Drops all messages of a session but those of negotiation.
    pub(super) fn forget(&mut self, session: u32) {
        let gone: Vec<MessageId> = self
            .messages
            .iter()
            .filter(|message| message.session == session && message.content != Content::Slp)
            .map(|message| message.id)
            .collect();
        self.messages.retain(|message| !gone.contains(&message.id));
        self.in_flight.retain(|flight| !gone.contains(&flight.message));
    }

    /// What is due: messages that are not acknowledged are sent again, or given up.
    pub(super) fn expire(&mut self, now: Now) -> Vec<MessageId> {
        if self.go_on.is_some_and(|at| at <= now.monotonic) {
            // Some servers confirm nothing. What has been out for so long will not be, and makes
            // way; it is taken as delivered, and the peer's own acknowledgement decides.
            let stale = self.in_flight.len().div_ceil(2);
            self.in_flight.drain(..stale);
            self.go_on = (self.in_flight.len() >= self.limits.window)
                .then(|| now.after(self.limits.carrier_patience));
        }
        let mut given_up = Vec::new();
        for message in &mut self.messages {
            if message.until.is_some_and(|until| until <= now.monotonic) {
                message.tries += 1;
                // Whoever has got data, or the preparation of it, and does not say so must not get it
                // again.
                if message.tries < self.limits.tries && message.content == Content::Slp {
                    message.start_again(0);
                } else {
                    given_up.push(message.id);
                }
            }
        }
        self.messages.retain(|message| !given_up.contains(&message.id));
        self.in_flight.retain(|flight| !given_up.contains(&flight.message));
        given_up
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.messages.iter().filter_map(|message| message.until).chain(self.go_on).min()
    }

    /// How much of a message has been handed out, in bytes, and how long it is.
    pub(super) fn progress(&self, id: MessageId) -> Option<(u64, u64)> {
        let message = self.messages.iter().find(|message| message.id == id)?;
        Some((message.sent, message.total()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    fn drop_message(&mut self, id: MessageId) {
        self.messages.retain(|message| message.id != id);
        self.in_flight.retain(|flight| flight.message != id);
    }

    fn get(&mut self, id: MessageId) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.id == id)
    }
}
