//! What comes from one peer: messages that are put together from their pieces, in any order.

use alloc::vec::Vec;
use core::time::Duration;

use msnp_core::Now;

use super::TransportLimits;

/// All messages that are on their way from one peer.
#[derive(Debug)]
pub(super) struct Receiving {
    messages: Vec<Incoming>,
    limits: TransportLimits,
}

/// Which message: what the peer calls it. The two directions count apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) session: u32,
    /// The identifier of the first version, the package of the second.
    pub(super) number: u32,
}

#[derive(Debug)]
struct Incoming {
    key: Key,
    total: u64,
    /// What is there without a gap.
    front: Vec<u8>,
    /// What is there behind a gap, in the order of its places.
    ahead: Vec<Ahead>,
    /// What the version calls the place behind the front.
    mark: u32,
    heard: Duration,
    /// How often one has asked for what is missing because nothing came.
    asked: u8,
    /// From where on one has asked for what is missing because something came.
    asked_from: Option<u64>,
}

/// A piece that waits behind a gap.
#[derive(Debug)]
struct Ahead {
    offset: u64,
    data: Vec<u8>,
    mark: u32,
}

/// A piece of a message as it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Incomer<'a> {
    /// How long its message is, in bytes.
    pub(super) total: u64,
    pub(super) offset: u64,
    pub(super) data: &'a [u8],
    /// What the version calls the place behind it.
    pub(super) mark: u32,
}

/// What a piece made of its message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// The message is whole.
    Whole(Vec<u8>),
    /// There is more to come; so much is there without a gap, of so much as was said first.
    More { received: u64, total: u64 },
    /// Something before it was lost, which is worth asking for. Said once for each gap.
    Missing(Gap),
    /// The message is longer than it may be.
    TooLong,
}

/// What is missing of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) key: Key,
    /// Where it begins, in bytes.
    pub(super) from: u64,
    /// What the version calls that place.
    pub(super) mark: u32,
    /// How long the message is, in bytes.
    pub(super) total: u64,
}

/// What became of a message that nothing more was heard of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stalled {
    /// It is worth asking for the rest.
    Ask(Gap),
    /// It will not come any more.
    Dropped(Key),
}

impl Receiving {
    pub(super) const fn new(limits: TransportLimits) -> Self {
        Self { messages: Vec::new(), limits }
    }

    /// A piece of a message that may be at most so long.
    pub(super) fn add(&mut self, now: Now, key: Key, piece: Incomer<'_>, most: usize) -> Added {
        if usize::try_from(piece.total).map_or(true, |total| total > most) {
            self.drop_message(key);
            return Added::TooLong;
        }
        let at = match self.messages.iter().position(|message| message.key == key) {
            Some(at) => at,
            None => {
                // A session brings one thing at a time: what was begun before will not end.
                if key.session != NEGOTIATION {
                    self.forget(key.session);
                }
                self.make_room();
                self.messages.push(Incoming::new(now, key, piece));
                self.messages.len() - 1
            }
        };
        let ahead = self.limits.ahead;
        let Some(message) = self.messages.get_mut(at) else { return Added::TooLong };
        message.heard = now.monotonic;
        let kept = message.put(piece, ahead);
        if message.received() >= message.total {
            return Added::Whole(self.messages.swap_remove(at).front);
        }
        // Carriers keep the order: what has not come before the end will not come by itself.
        if (!kept || message.has_end()) && message.asked_from != Some(message.received()) {
            message.asked_from = Some(message.received());
            return Added::Missing(message.gap());
        }
        Added::More { received: message.received(), total: message.total }
    }

    /// How much of a message is there without a gap, in bytes.
    pub(super) fn received(&self, key: Key) -> Option<u64> {
        self.messages.iter().find(|message| message.key == key).map(Incoming::received)
    }

    /// How long the message is that begins like this, where it is known.
    pub(super) fn total(&self, key: Key) -> Option<u64> {
        self.messages.iter().find(|message| message.key == key).map(|message| message.total)
    }

    /// Drops what has come for a session.
    pub(super) fn forget(&mut self, session: u32) {
        self.messages.retain(|message| message.key.session != session);
    }

    /// What is due, one at a time.
    pub(super) fn stalled(&mut self, now: Now) -> Option<Stalled> {
        let at = self
            .messages
            .iter()
            .position(|message| self.limits.waits_for(message) <= now.monotonic)?;
        let message = self.messages.get_mut(at)?;
        message.asked += 1;
        if message.asked < self.limits.tries {
            message.heard = now.monotonic;
            return Some(Stalled::Ask(message.gap()));
        }
        let key = message.key;
        self.messages.swap_remove(at);
        Some(Stalled::Dropped(key))
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.messages.iter().map(|message| self.limits.waits_for(message)).min()
    }

    fn drop_message(&mut self, key: Key) {
        self.messages.retain(|message| message.key != key);
    }

    /// Where there are too many, the one that was heard of longest ago is dropped.
    fn make_room(&mut self) {
        if self.messages.len() >= self.limits.messages
            && let Some((at, _)) =
                self.messages.iter().enumerate().min_by_key(|(_, message)| message.heard)
        {
            self.messages.swap_remove(at);
        }
    }
}

impl TransportLimits {
    /// Until when to wait for the next piece: one asks before the other side has lost its patience.
    fn waits_for(&self, message: &Incoming) -> Duration {
        message.heard.saturating_add(self.patience / 2)
    }
}

impl Incoming {
    fn new(now: Now, key: Key, first: Incomer<'_>) -> Self {
        Self {
            key,
            total: first.total,
            front: Vec::new(),
            ahead: Vec::new(),
            mark: 0,
            heard: now.monotonic,
            asked: 0,
            asked_from: None,
        }
    }

    fn gap(&self) -> Gap {
        Gap { key: self.key, from: self.received(), mark: self.mark, total: self.total }
    }

    /// Whether its last byte is there, behind a gap.
    fn has_end(&self) -> bool {
        let end = |last: &Ahead| {
            last.offset.saturating_add(u64::try_from(last.data.len()).unwrap_or(u64::MAX))
        };
        self.ahead.last().is_some_and(|last| end(last) >= self.total)
    }

    fn received(&self) -> u64 {
        u64::try_from(self.front.len()).unwrap_or(u64::MAX)
    }

    /// Puts a piece in its place; says whether it could be kept.
    fn put(&mut self, piece: Incomer<'_>, most_ahead: usize) -> bool {
        let Incomer { offset, data, mark, .. } = piece;
        // What lies behind the end is not of this message.
        let left = usize::try_from(self.total.saturating_sub(offset)).unwrap_or(usize::MAX);
        let data = data.get(..left.min(data.len())).unwrap_or_default();
        let received = self.received();
        if offset <= received {
            let known = usize::try_from(received - offset).unwrap_or(usize::MAX);
            if let Some(new) = data.get(known..) {
                self.append(new, mark);
                self.close_gaps();
            }
            return true;
        }
        let held: usize = self.ahead.iter().map(|ahead| ahead.data.len()).sum();
        if self.ahead.iter().any(|held| held.offset == offset && held.data.len() >= data.len()) {
            return true;
        }
        if held.saturating_add(data.len()) > most_ahead || self.ahead.len() >= MOST_GAPS {
            return false;
        }
        let at = self.ahead.partition_point(|ahead| ahead.offset < offset);
        self.ahead.insert(at, Ahead { offset, data: data.to_vec(), mark });
        true
    }

    /// Moves what no gap parts from the front any more.
    fn close_gaps(&mut self) {
        while let Some(ahead) = self.ahead.first() {
            let received = self.received();
            let Some(known) = received.checked_sub(ahead.offset) else { return };
            let Ahead { data, mark, .. } = self.ahead.remove(0);
            let known = usize::try_from(known).unwrap_or(usize::MAX);
            if let Some(new) = data.get(known..) {
                self.append(new, mark);
            }
        }
    }

    /// Room is made as data comes, never more than the message says it needs.
    fn append(&mut self, data: &[u8], mark: u32) {
        self.mark = mark;
        let len = self.front.len();
        if self.front.capacity() - len < data.len() {
            let left = usize::try_from(self.total).unwrap_or(usize::MAX).saturating_sub(len);
            self.front.reserve_exact(data.len().max(len).max(FIRST_ROOM).min(left));
        }
        self.front.extend_from_slice(data);
    }
}

/// The session of MSNSLP, where messages may come at the same time.
const NEGOTIATION: u32 = 0;

/// The room that a message gets at first, in bytes.
const FIRST_ROOM: usize = 4096;

/// So many pieces of a message may wait behind gaps.
const MOST_GAPS: usize = 64;
