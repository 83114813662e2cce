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
    /// What is there behind a gap: where, and what. Sorted, apart from each other.
    ahead: Vec<(u64, Vec<u8>)>,
    heard: Duration,
    /// How often one has asked for what is missing.
    asked: u8,
}

/// What a piece made of its message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// The message is whole.
    Whole(Vec<u8>),
    /// There is more to come; so much is there without a gap.
    More { received: u64 },
    /// It was too far ahead to be kept: from here on it is missing.
    Missing { from: u64 },
    /// The message is longer than it may be.
    TooLong,
}

/// What became of a message that nothing more was heard of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stalled {
    /// It is worth asking for the rest, from here on.
    Ask { key: Key, from: u64, total: u64 },
    /// It will not come any more.
    Dropped(Key),
}

impl Receiving {
    pub(super) const fn new(limits: TransportLimits) -> Self {
        Self { messages: Vec::new(), limits }
    }

    /// A piece of a message that is `total` bytes long, of which at most `most` may be.
    pub(super) fn add(
        &mut self,
        now: Now,
        key: Key,
        total: u64,
        offset: u64,
        data: &[u8],
        most: usize,
    ) -> Added {
        if usize::try_from(total).map_or(true, |total| total > most) {
            self.drop_message(key);
            return Added::TooLong;
        }
        let at = match self.messages.iter().position(|message| message.key == key) {
            Some(at) => at,
            None => {
                self.make_room();
                self.messages.push(Incoming::new(now, key, total));
                self.messages.len() - 1
            }
        };
        let ahead = self.limits.ahead;
        let Some(message) = self.messages.get_mut(at) else { return Added::TooLong };
        message.heard = now.monotonic;
        let kept = message.put(offset, data, ahead);
        if message.received() >= message.total {
            return Added::Whole(self.messages.swap_remove(at).front);
        }
        match kept {
            true => Added::More { received: message.received() },
            false => Added::Missing { from: message.received() },
        }
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
        let key = message.key;
        if message.asked < self.limits.tries {
            message.heard = now.monotonic;
            let (from, total) = (message.received(), message.total);
            return Some(Stalled::Ask { key, from, total });
        }
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
    fn waits_for(&self, message: &Incoming) -> Duration {
        message.heard.saturating_add(self.patience)
    }
}

impl Incoming {
    fn new(now: Now, key: Key, total: u64) -> Self {
        Self { key, total, front: Vec::new(), ahead: Vec::new(), heard: now.monotonic, asked: 0 }
    }

    fn received(&self) -> u64 {
        u64::try_from(self.front.len()).unwrap_or(u64::MAX)
    }

    /// Puts a piece in its place; says whether it could be kept.
    fn put(&mut self, offset: u64, data: &[u8], most_ahead: usize) -> bool {
        // What lies behind the end is not of this message.
        let left = usize::try_from(self.total.saturating_sub(offset)).unwrap_or(usize::MAX);
        let data = data.get(..left.min(data.len())).unwrap_or_default();
        let received = self.received();
        if offset <= received {
            let known = usize::try_from(received - offset).unwrap_or(usize::MAX);
            if let Some(new) = data.get(known..) {
                self.append(new);
                self.close_gaps();
            }
            return true;
        }
        let held: usize = self.ahead.iter().map(|(_, data)| data.len()).sum();
        if self.ahead.iter().any(|(at, held)| *at == offset && held.len() >= data.len()) {
            return true;
        }
        if held.saturating_add(data.len()) > most_ahead || self.ahead.len() >= MOST_GAPS {
            return false;
        }
        let at = self.ahead.partition_point(|(at, _)| *at < offset);
        self.ahead.insert(at, (offset, data.to_vec()));
        true
    }

    /// Moves what no gap parts from the front any more.
    fn close_gaps(&mut self) {
        while let Some((offset, _)) = self.ahead.first() {
            let received = self.received();
            let Some(known) = received.checked_sub(*offset) else { return };
            let (_, data) = self.ahead.remove(0);
            let known = usize::try_from(known).unwrap_or(usize::MAX);
            self.append(data.get(known..).unwrap_or_default());
        }
    }

    /// Room is made as data comes, never more than the message says it needs.
    fn append(&mut self, data: &[u8]) {
        let len = self.front.len();
        if self.front.capacity() - len < data.len() {
            let left = usize::try_from(self.total).unwrap_or(usize::MAX).saturating_sub(len);
            self.front.reserve_exact(data.len().max(len).max(FIRST_ROOM).min(left));
        }
        self.front.extend_from_slice(data);
    }
}

/// The room that a message gets at first, in bytes.
const FIRST_ROOM: usize = 4096;

/// So many pieces of a message may wait behind gaps.
const MOST_GAPS: usize = 64;
