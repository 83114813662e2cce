//! Ends a demonstration that hangs in spite of all its deadlines.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::fault::Fault;
use crate::screen::Screen;

/// How long one step may take. It is longer than all the deadlines of a step together.
pub(crate) const LEASH: Duration = Duration::from_secs(120);

/// Ends the program when it is not told of a next step in time. Dropping it ends the watch.
pub(crate) struct Watchdog {
    begun: Sender<(String, String)>,
}

impl Watchdog {
    /// Watches from now on.
    pub(crate) fn new(screen: Arc<Screen>) -> io::Result<Self> {
        Self::with(LEASH, move |step, protocol| {
            let fault = Fault::Hung { step, protocol };
            screen.complain(&fault.to_string());
            std::process::exit(fault.exit_code().into());
        })
    }

    fn with(
        leash: Duration,
        bark: impl FnOnce(String, String) + Send + 'static,
    ) -> io::Result<Self> {
        let (begun, steps) = channel();
        thread::Builder::new().name("watchdog".into()).spawn(move || {
            let mut current = ("the server comes up".to_owned(), "the demonstration".to_owned());
            loop {
                match steps.recv_timeout(leash) {
                    Ok(next) => current = next,
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => return bark(current.0, current.1),
                }
            }
        })?;
        Ok(Self { begun })
    }

    /// This step begins.
    pub(crate) fn begin(&self, step: &str, protocol: &str) {
        // A watchdog that has barked ends the program anyway.
        let _ = self.begun.send((step.to_owned(), protocol.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_names_the_step_that_does_not_end() {
        let (heard, hear) = channel();
        let bark = move |step, protocol| heard.send((step, protocol)).unwrap();
        let watchdog = Watchdog::with(Duration::from_millis(50), bark).unwrap();
        watchdog.begin("one that hangs", "MSNP8");
        let barked = hear.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(barked, ("one that hangs".to_owned(), "MSNP8".to_owned()));
    }

    #[test]
    fn a_watchdog_that_is_dropped_does_not_bark() {
        let (heard, hear) = channel::<()>();
        let bark = move |_, _| heard.send(()).unwrap();
        drop(Watchdog::with(Duration::from_secs(3600), bark).unwrap());
        assert_eq!(hear.recv_timeout(Duration::from_secs(10)), Err(RecvTimeoutError::Disconnected));
    }
}
