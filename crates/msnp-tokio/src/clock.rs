use std::time::{Duration, SystemTime};

use msnp_core::Now;
use tokio::time::Instant;

/// The one place that reads a clock.
///
/// It is tokio's, so that a test under a paused runtime moves it at will.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
}

#[allow(clippy::disallowed_methods, reason = "a driver is where time enters")]
impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now() }
    }

    pub(crate) fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Now { monotonic: self.started.elapsed(), unix: unix.unwrap_or_default() }
    }

    /// The moment of the runtime's clock that the machine calls `monotonic`; none where that is
    /// beyond the end of time.
    pub(crate) fn at(&self, monotonic: Duration) -> Option<Instant> {
        self.started.checked_add(monotonic)
    }
}
