//! The one place of the demonstration that reads a clock.

use std::time::{Duration, Instant};

/// A moment after which nobody waits any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

#[allow(clippy::disallowed_methods, reason = "who waits for a machine stands outside of it")]
impl Deadline {
    /// The moment after this time.
    pub(crate) fn after(patience: Duration) -> Self {
        Self(Instant::now() + patience)
    }

    /// How long it is until then.
    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}
