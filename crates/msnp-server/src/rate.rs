//! How often something is done.

use core::time::Duration;

/// Counts what one session does in a stretch of time.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    done: u32,
    since: Duration,
}

impl Rate {
    /// Counts once more, and says whether that is still within `most` times in `time`.
    pub(crate) fn allows(&mut self, now: Duration, most: u32, time: Duration) -> bool {
        if now.saturating_sub(self.since) >= time {
            *self = Self { done: 0, since: now };
        }
        self.done = self.done.saturating_add(1);
        self.done <= most
    }
}
