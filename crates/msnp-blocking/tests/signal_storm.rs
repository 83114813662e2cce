//! The blocking driver on the main thread of a process that signals rain on. The system hands
//! them to the main thread, so this is a program of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(unix)]
#[path = "../../msnp-tokio/tests/toy/mod.rs"]
mod toy;

#[cfg(unix)]
fn main() {
    storm::a_driver_that_is_interrupted_all_the_time_loses_nothing();
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod storm {
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener};
    use std::process::{Child, Command};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use msnp_blocking::{Driver, Options};
    use msnp_core::{LinkEnd, LinkId, Origin};

    use crate::toy::{Heard, Toy};

    const LONG: Duration = Duration::from_secs(60);
    const LINES: usize = 300;
    /// Fewer would be no storm.
    const SIGNALS: usize = 1_000;

    pub(crate) fn a_driver_that_is_interrupted_all_the_time_loses_nothing() {
        let signals = Arc::new(AtomicUsize::new(0));
        count(signals.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut toy = Toy { echoes: true, quiet: true, ..Toy::default() };
        toy.connect(1, &listener.local_addr().unwrap().to_string(), Origin::Configured);
        let mut driver = Driver::builder(toy).options(Options::default()).build().unwrap();
        let rain = signals.clone();
        let peer = thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            peer.set_read_timeout(Some(LONG)).unwrap();
            let mut sent = 0;
            // One after the other, so that the driver waits in between.
            while sent < LINES || rain.load(Ordering::Relaxed) < SIGNALS {
                let line = format!("line {sent}\n");
                peer.write_all(line.as_bytes()).unwrap();
                let mut back = vec![0; line.len()];
                peer.read_exact(&mut back).unwrap();
                assert_eq!(back, line.as_bytes());
                sent += 1;
            }
            peer.shutdown(Shutdown::Write).unwrap();
        });
        let shell = Storm::begin();
        let end = loop {
            let next = driver.next_within(LONG).expect("it takes too long");
            let heard = next.expect("it ended").expect("it failed");
            if let Heard::Closed(link, why) = heard {
                break (link, why);
            }
        };
        drop(shell);
        peer.join().unwrap();
        assert_eq!(end, (LinkId::new(1), LinkEnd::Eof));
        assert!(signals.load(Ordering::Relaxed) >= SIGNALS);
    }

    fn count(signals: Arc<AtomicUsize>) {
        let mut all = signal_hook::iterator::Signals::new([signal_hook::consts::SIGUSR1]).unwrap();
        thread::spawn(move || {
            for _ in all.forever() {
                signals.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    /// A shell that sends signals until it is dropped.
    struct Storm(Child);

    impl Storm {
        fn begin() -> Self {
            let process = std::process::id();
            let script = format!("while kill -USR1 {process}; do :; done");
            Self(Command::new("sh").args(["-c", &script]).spawn().unwrap())
        }
    }

    impl Drop for Storm {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
