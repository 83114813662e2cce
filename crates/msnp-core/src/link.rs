use alloc::vec::Vec;
use core::net::SocketAddr;

/// One byte stream between a machine and a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(u64);

impl LinkId {
    /// The first id that a driver gives to accepted links; a machine numbers its own below it.
    pub const FIRST_ACCEPTED: u64 = 1 << 32;

    /// The link with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number it was made of.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A place where connections or requests arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId(u64);

impl ListenerId {
    /// The listener with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number it was made of.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// How a link came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The machine asked for it.
    Connected,
    /// A listener accepted it.
    Accepted {
        /// Which listener.
        listener: ListenerId,
        /// Who called.
        peer: SocketAddr,
    },
}

/// Why a link is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnd {
    /// The peer closed it in an orderly way.
    Eof,
    /// It never came up: nobody listens there, the name is unknown, or the policy forbids it.
    Refused,
    /// It broke.
    Reset,
    /// It never came up in time, or the peer did not take our bytes in time.
    TimedOut,
}

/// A bounded buffer of bytes that wait to be sent on one link.
///
/// Holds next to no heap while it is empty, unless it was told to [`keep`](Self::keep) some.
#[derive(Clone, Debug)]
pub struct Outbox {
    bytes: Vec<u8>,
    sent: usize,
    limit: usize,
    kept: usize,
}

impl Outbox {
    /// An empty buffer that never holds more than `limit` unsent bytes.
    pub const fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), sent: 0, limit, kept: Self::KEPT }
    }

    /// The bytes to send next.
    pub fn unsent(&self) -> &[u8] {
        self.bytes.get(self.sent..).unwrap_or_default()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.sent >= self.bytes.len()
    }

    /// Appends what `print` writes, or nothing at all where that would exceed the limit.
    ///
    /// # Errors
    /// [`Full`] when the limit would be exceeded; what was there before is untouched.
    pub fn print(&mut self, print: impl FnOnce(&mut Vec<u8>)) -> Result<(), Full> {
        let before = self.bytes.len();
        print(&mut self.bytes);
        if self.bytes.len().saturating_sub(self.sent) > self.limit {
            self.bytes.truncate(before);
            // What was refused may have been large; its room is not kept.
            self.bytes.shrink_to(self.limit);
            return Err(Full);
        }
        Ok(())
    }

    /// The first `n` unsent bytes are gone. More than there are counts as all.
    pub fn written(&mut self, n: usize) {
        self.sent = self.sent.saturating_add(n).min(self.bytes.len());
        if self.sent == self.bytes.len() {
            self.sent = 0;
            if self.bytes.capacity() > self.kept {
                self.bytes = Vec::new();
            } else {
                self.bytes.clear();
            }
        } else if self.sent > self.bytes.len() / 2 {
            // Each byte is moved at most once per halving, so draining stays linear.
            self.bytes.drain(..self.sent);
            self.sent = 0;
            // The room of what has gone is not kept for what is left.
            self.bytes.shrink_to(self.kept.max(self.bytes.len()));
        }
    }

    /// The most heap that it holds, in bytes, where no more than `limit` bytes wait and one print
    /// appends no more than `largest`.
    ///
    /// As much again may have been sent and not be cleared away yet, and a buffer that grows takes
    /// twice what it needs.
    pub const fn heap_bound(limit: usize, largest: usize) -> usize {
        let held = limit.saturating_mul(2).saturating_add(largest);
        held.saturating_mul(2).saturating_add(Self::KEPT)
    }

    /// From now on it keeps room for so many bytes while it is empty, if it ever needed them: for
    /// what is sent all the time. The [bound](Self::heap_bound) is the same.
    pub fn keep(&mut self, room: usize) {
        self.kept = room.max(Self::KEPT);
    }

    /// Raises or lowers the limit; bytes that already wait stay.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    const KEPT: usize = 1024;
}

/// The queue has reached its bound. Nothing was queued; try again when it has drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the queue is full; let it drain first")]
pub struct Full;
