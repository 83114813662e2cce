use core::time::Duration;

use msnp_codec::FrameLimits;
use msnp_core::{Account, Outbox};

use crate::SbClient;

/// The bounds of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// The most bytes that wait to be sent. Input is not taken while half of it is full, so that
    /// the replies to one more command always fit.
    pub output: usize,
    /// The most events that wait for the program before input is no longer taken.
    pub events: usize,
    /// The most requests, and the most messages, that wait for an answer.
    pub pending: usize,
    /// How long sign-in, or entering a room, may take.
    pub sign_in: Duration,
    /// How long a request waits for its answer.
    pub answer: Duration,
}

impl SessionLimits {
    /// The most heap that one session holds, in bytes, whatever its peer does.
    ///
    /// Most of it is what waits for the program: as many events as may wait, each as large as the
    /// one that takes most. What the program itself hands in when it makes a session is not
    /// counted.
    pub const fn heap_bound(&self) -> usize {
        let events = self.events.saturating_add(2).saturating_mul(EVENT);
        events.saturating_add(self.heap_bound_without_events()).saturating_add(Self::WORK)
    }

    /// The most heap that one session holds between two calls, in bytes, where each event is taken
    /// at once: what waits to be sent, what waits for an answer, and the members of a room.
    pub const fn heap_bound_without_events(&self) -> usize {
        let FrameLimits { line, body } = FrameLimits::SIGNED_IN;
        let output = Outbox::heap_bound(self.output, line + body);
        // Each that waits has an event of its own when the session ends.
        let pending = self.pending.saturating_mul(PENDING);
        let places = self.events.saturating_mul(2 * PLACE);
        output.saturating_add(pending).saturating_add(places).saturating_add(MEMBERS + REST)
    }

    /// The most heap, in bytes, that one call takes beside what stays: the largest command in
    /// parts, and what comes of it.
    pub const WORK: usize = 2 * EVENT + 40 * FrameLimits::SIGNED_IN.line;
}

/// What one event holds. A text that is no UTF-8 takes four times its bytes. A line of nothing but
/// one-letter words, which the result of a search or the groups of a contact may be, takes twenty
/// times its bytes as words of their own; it has no body.
const EVENT: usize = {
    let FrameLimits { line, body } = FrameLimits::SIGNED_IN;
    let (text, words) = (4 * line + body, 20 * line);
    if text > words { text + PLACE } else { words + PLACE }
};
/// The place of an event in its queue.
const PLACE: usize = 256;
/// A request or message that waits, with an account, and the place of the event that ends it.
const PENDING: usize = 1024;
/// A room full of people: a tree may be half empty.
const MEMBERS: usize = SbClient::MAX_MEMBERS * (Account::MAX_LEN + 3 * size_of::<Account>());
/// The stamps of the lists, the account that signs in, the queues while they are empty.
const REST: usize = 4 * FrameLimits::SIGNED_IN.line;

impl Default for SessionLimits {
    /// 256 KiB, 64 events, 64 requests, 60 and 30 seconds.
    fn default() -> Self {
        Self {
            output: 256 * 1024,
            events: 64,
            pending: 64,
            sign_in: Duration::from_secs(60),
            answer: Duration::from_secs(30),
        }
    }
}
