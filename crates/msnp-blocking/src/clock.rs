use std::time::{Instant, SystemTime};

use msnp_core::Now;

/// The one place that reads a clock.
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
}
