use core::time::Duration;

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
