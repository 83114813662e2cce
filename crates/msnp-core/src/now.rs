use core::time::Duration;

/// The time of a call, as the driver sees it.
///
/// A machine never reads a clock. A plain value can be made, stored, fuzzed and replayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// For deadlines. Any epoch, never runs backwards.
    pub monotonic: Duration,
    /// For what the protocol writes down (`LoginTime`, serials): time since 1970-01-01 UTC.
    pub unix: Duration,
}

impl Now {
    /// The monotonic moment `wait` from now; the far end of time where that overflows.
    pub fn after(self, wait: Duration) -> Duration {
        self.monotonic.saturating_add(wait)
    }
}
