use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use super::multi_part::{MAX_PARTS, OF_FIRST_PART, Part, PartPlace};

/// Puts the [parts](Part) of messages together again, in whatever order they come.
///
/// `K` names who sent a part, for instance the conversation and the account: two senders with one
/// `Message-ID` do not get into each other's way, and one that floods loses its own messages.
/// Everything is bounded by the [limits](ReassemblyLimits), and what is never completed is dropped
/// when its time is over. Times are monotonic, from any fixed start.
///
/// ```
/// use core::time::Duration;
/// use msnp_codec::message::{Message, Reassembly, ReassemblyLimits, Text};
/// use msnp_core::Guid;
///
/// let mut whole = Vec::new();
/// Text::new("long ".repeat(500)).print(&mut whole);
/// let parts = Message::parse(&whole).split(Guid::from_bytes([7; 16]))?;
///
/// let mut reassembly = Reassembly::new(ReassemblyLimits::default());
/// let mut received = None;
/// for part in parts.iter().rev() {
///     let part = Message::parse(part).part().expect("it is one");
///     received = reassembly.add(Duration::ZERO, "alice@example.com", part)?;
/// }
/// assert_eq!(received, Some(whole));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reassembly<K> {
    limits: ReassemblyLimits,
    sets: BTreeMap<(K, Box<[u8]>), Set>,
}

/// How much a [`Reassembly`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReassemblyLimits {
    /// The most parts of a message. 128 by default.
    pub parts: usize,
    /// The most bytes of a message, with its headers. 256 KiB by default.
    pub message_len: usize,
    /// The most incomplete messages of one sender; one more drops the oldest of them. 4 by
    /// default.
    pub messages_per_sender: usize,
    /// The most incomplete messages of all senders together. 32 by default.
    pub messages: usize,
    /// The most bytes of all incomplete messages together. 1 MiB by default.
    pub total_len: usize,
    /// How long after its first part a message is waited for. Two minutes by default.
    pub patience: Duration,
}

impl ReassemblyLimits {
    /// The most bytes that a [`Reassembly`] ever holds on the heap, but for what is in the `K`s.
    pub const fn heap_bound<K>(&self) -> usize {
        // A node of a map is at least half full, and has links besides.
        let piece = 3 * size_of::<(u32, Box<[u8]>)>();
        let set = 3 * (size_of::<(K, Box<[u8]>)>() + size_of::<Set>()) + MAX_ID_LEN;
        // Before the limits are looked at there is one part more.
        let sets = self.parts.saturating_mul(piece).saturating_add(set);
        let sets = self.messages.saturating_add(1).saturating_mul(sets);
        self.total_len.saturating_add(sets).saturating_add(self.message_len)
    }
}

impl Default for ReassemblyLimits {
    fn default() -> Self {
        Self {
            parts: MAX_PARTS,
            message_len: 256 * 1024,
            messages_per_sender: 4,
            messages: 32,
            total_len: 1024 * 1024,
            patience: Duration::from_secs(120),
        }
    }
}

/// Why a part was not taken. Nothing else is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReassemblyError {
    /// Its `Message-ID` is longer than [`Reassembly::MAX_ID_LEN`].
    #[error("the id of the message has {len} bytes")]
    IdTooLong {
        /// How long it is, in bytes.
        len: usize,
    },
    /// It speaks of no parts or of more than the limit. What there was of the message is dropped.
    #[error("a message of {parts} parts is not taken")]
    WrongCount {
        /// How many parts the message has to have by this part.
        parts: u64,
    },
    /// It has a number that the message does not have. What there was of the message is dropped.
    #[error("the parts of the message contradict each other")]
    Contradiction,
    /// The message grew longer than the limit and was dropped.
    #[error("the message is too long")]
    TooLong,
    /// There are too many incomplete messages. If it was the first part to come, its message is
    /// lost; otherwise that message was dropped.
    #[error("too many incomplete messages")]
    Full,
}

const MAX_ID_LEN: usize = 64;

/// What there is of a message.
#[derive(Clone, Debug)]
struct Set {
    since: Duration,
    /// How many parts there are, and the header block, once the first part has come.
    first: Option<(u32, Box<[u8]>)>,
    pieces: BTreeMap<u32, Box<[u8]>>,
    len: usize,
}

impl<K: Ord + Clone> Reassembly<K> {
    /// The longest `Message-ID` that is taken, in bytes; a GUID has 38.
    pub const MAX_ID_LEN: usize = MAX_ID_LEN;

    /// Holds nothing yet.
    pub const fn new(limits: ReassemblyLimits) -> Self {
        Self { limits, sets: BTreeMap::new() }
    }

    /// Takes a part; gives the payload of the whole message when it was the last one missing, as
    /// it was before it was split.
    ///
    /// A part that came before is passed over, whatever is in it.
    ///
    /// # Errors
    /// Where the part is not taken; parts of other messages are not touched.
    pub fn add(
        &mut self,
        now: Duration,
        sender: K,
        part: Part<'_>,
    ) -> Result<Option<Vec<u8>>, ReassemblyError> {
        self.expire(now);
        if part.id.len() > Self::MAX_ID_LEN {
            return Err(ReassemblyError::IdTooLong { len: part.id.len() });
        }
        let key = (sender, Box::from(part.id));
        let taken = self.take(now, &key, part);
        if taken.is_err() {
            self.sets.remove(&key);
        }
        if !taken? {
            return Ok(None);
        }
        Ok(self.sets.remove(&key).map(Set::into_payload))
    }

    /// Drops the messages whose time is over; says how many.
    pub fn expire(&mut self, now: Duration) -> usize {
        let (before, patience) = (self.sets.len(), self.limits.patience);
        self.sets.retain(|_, set| set.since.saturating_add(patience) > now);
        before - self.sets.len()
    }

    /// When [`expire`](Self::expire) will have something to drop.
    pub fn deadline(&self) -> Option<Duration> {
        let first = self.sets.values().map(|set| set.since).min()?;
        Some(first.saturating_add(self.limits.patience))
    }

    /// Drops what there is of a sender who has gone.
    pub fn forget(&mut self, sender: &K) {
        self.sets.retain(|(other, _), _| other != sender);
    }

    /// How many messages are incomplete.
    pub fn incomplete(&self) -> usize {
        self.sets.len()
    }

    /// How many bytes of messages are held; at most the `total_len` of the limits.
    pub fn held(&self) -> usize {
        self.sets.values().map(|set| set.len).sum()
    }

    /// The most bytes it ever holds on the heap, but for what is in the `K`s.
    pub const fn heap_bound(&self) -> usize {
        self.limits.heap_bound::<K>()
    }

    /// Says whether the message is complete now.
    fn take(
        &mut self,
        now: Duration,
        key: &(K, Box<[u8]>),
        part: Part<'_>,
    ) -> Result<bool, ReassemblyError> {
        let (index, parts) = match part.place {
            PartPlace::First { total } => (0, u64::from(total)),
            PartPlace::Following { index } => (index, u64::from(index) + 1),
        };
        let is_first = matches!(part.place, PartPlace::First { .. });
        let too_many = usize::try_from(parts).map_or(true, |parts| parts > self.limits.parts);
        if too_many || parts == 0 || (index == 0 && !is_first) {
            return Err(ReassemblyError::WrongCount { parts });
        }
        if self.sets.get(key).is_some_and(|set| set.pieces.contains_key(&index)) {
            return Ok(false);
        }
        let headers = if is_first { part.headers.without(&OF_FIRST_PART) } else { Vec::new() };
        let more = headers.len() + part.body.len();
        let len = self.sets.get(key).map_or(0, |set| set.len) + more;
        if len > self.limits.message_len {
            return Err(ReassemblyError::TooLong);
        }
        if !self.sets.contains_key(key) {
            self.make_room(&key.0);
            if self.sets.len() >= self.limits.messages {
                return Err(ReassemblyError::Full);
            }
        }
        if self.held() + more > self.limits.total_len {
            return Err(ReassemblyError::Full);
        }
        let set = self.sets.entry(key.clone()).or_insert_with(|| Set::new(now));
        if let PartPlace::First { total } = part.place {
            set.first = Some((total, headers.into_boxed_slice()));
        }
        set.pieces.insert(index, part.body.into());
        set.len = len;
        set.is_complete()
    }

    /// One more message of that sender has to fit beside its others.
    fn make_room(&mut self, sender: &K) {
        let theirs = || self.sets.iter().filter(|((other, _), _)| other == sender);
        if theirs().count() < self.limits.messages_per_sender {
            return;
        }
        let oldest = theirs().min_by_key(|(_, set)| set.since).map(|(key, _)| key.clone());
        if let Some(oldest) = oldest {
            self.sets.remove(&oldest);
        }
    }
}

impl Set {
    const fn new(since: Duration) -> Self {
        Self { since, first: None, pieces: BTreeMap::new(), len: 0 }
    }

    fn is_complete(&self) -> Result<bool, ReassemblyError> {
        let Some((total, _)) = self.first else { return Ok(false) };
        match self.pieces.last_key_value() {
            Some((last, _)) if *last >= total => Err(ReassemblyError::Contradiction),
            _ => Ok(u32::try_from(self.pieces.len()) == Ok(total)),
        }
    }

    fn into_payload(self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(self.len);
        if let Some((_, headers)) = self.first {
            payload.extend_from_slice(&headers);
        }
        self.pieces.values().for_each(|piece| payload.extend_from_slice(piece));
        payload
    }
}

#[cfg(test)]
mod tests;
