use core::time::Duration;

use msnp_codec::FrameLimits;

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
    /// largest command, whose text may grow threefold where it is no UTF-8. A buffer may be twice
    /// as large as what it holds, and one printed command may stand beside it before it is found
    /// not to fit.
    pub const fn heap_bound(&self) -> usize {
        let FrameLimits { line, body } = FrameLimits::SIGNED_IN;
        let command = 3 * line + body + 1024;
        let events = self.events.saturating_add(8).saturating_mul(command);
        let output = self.output.saturating_add(line + body).saturating_mul(2);
        let pending = self.pending.saturating_mul(1024);
        events.saturating_add(output).saturating_add(pending).saturating_add(64 * 1024)
    }
}

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
