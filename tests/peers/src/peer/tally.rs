use std::process;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

use crate::outcome;
use crate::work::{self, Work, grouped};

/// Counts what the program was told, and says so when all has come.
pub(crate) struct Tally {
    work: Work,
    begun: Instant,
    contacts: AtomicU32,
    online: AtomicU32,
    then: AtomicU32,
    signed_in: AtomicBool,
    ready: AtomicBool,
}

impl Tally {
    /// Counts from now on.
    pub(crate) fn new(work: Work) -> Self {
        let zero = AtomicU32::default;
        Self {
            work,
            begun: Instant::now(),
            contacts: zero(),
            online: zero(),
            then: zero(),
            signed_in: AtomicBool::default(),
            ready: AtomicBool::default(),
        }
    }

    /// Ends the process where nothing happens for so long. The peer may keep all of its own threads.
    pub(crate) fn watch(&'static self, patience: Duration) {
        thread::spawn(move || {
            let (mut last, mut since) = (0, Instant::now());
            let mut used = cpu();
            loop {
                thread::sleep(Duration::from_millis(100));
                let now = self.seen();
                if now != last {
                    (last, since, used) = (now, Instant::now(), cpu());
                } else if since.elapsed() >= patience {
                    // Little is enough: who waits uses none, and others may keep the processors busy.
                    let busy = cpu().saturating_sub(used) > patience / 20;
                    let what = if busy { "spins" } else { "waits for ever" };
                    self.fail(&format!("{what}: {}", self.so_far()));
                }
            }
        });
    }

    /// The lists are there, and the first status is taken.
    pub(crate) fn signed_in(&self) {
        self.signed_in.store(true, Ordering::SeqCst);
        self.look();
    }

    /// A contact of one's own.
    pub(crate) fn contact(&self, account: &str, name: &str) {
        if !work::belong_together(account, name) {
            self.fail(&format!("wrong contact: {account} {name:?}"));
        }
        self.contacts.fetch_add(1, Ordering::SeqCst);
        self.look();
    }

    /// A contact who was online before.
    pub(crate) fn online(&self, account: &str, name: &str) {
        if !work::belong_together(account, name) {
            self.fail(&format!("wrong contact online: {account} {name:?}"));
        }
        self.online.fetch_add(1, Ordering::SeqCst);
        self.look();
    }

    /// A contact takes another status.
    pub(crate) fn change(&self, account: &str, name: &str) {
        if !work::belong_together(account, name) {
            self.fail(&format!("wrong change: {account} {name:?}"));
        }
        self.another();
    }

    /// The next text is said to one.
    pub(crate) fn text(&self, text: &str) {
        let number = self.then.load(Ordering::SeqCst);
        if !work::is_text(text, number) {
            self.fail(&format!("wrong text: {text:?} where {number} should be"));
        }
        self.another();
    }

    /// The text was accepted. The number of the next one, if there is one.
    pub(crate) fn accepted(&self) -> Option<u32> {
        self.another();
        let next = self.then.load(Ordering::SeqCst);
        (next < self.work.then()).then_some(next)
    }

    /// This peer cannot go on.
    pub(crate) fn fail(&self, why: &str) -> ! {
        outcome::say(&json!({ "failed": why }).to_string());
        process::exit(0)
    }

    fn another(&self) {
        self.then.fetch_add(1, Ordering::SeqCst);
        self.look();
    }

    fn seen(&self) -> u64 {
        let counts = [&self.contacts, &self.online, &self.then];
        let seen: u64 = counts.iter().map(|count| u64::from(count.load(Ordering::SeqCst))).sum();
        seen + u64::from(self.signed_in.load(Ordering::SeqCst))
    }

    /// Says that everybody is there, and ends the process once all has happened.
    fn look(&self) {
        let count = |count: &AtomicU32| count.load(Ordering::SeqCst);
        let there = count(&self.contacts) == self.work.contacts()
            && count(&self.online) == self.work.online()
            && self.signed_in.load(Ordering::SeqCst);
        if !there {
            return;
        }
        if !self.ready.swap(true, Ordering::SeqCst) {
            outcome::say(outcome::READY);
        }
        if count(&self.then) == self.work.then() {
            self.finish();
        }
    }

    fn finish(&self) -> ! {
        let wall = self.begun.elapsed();
        let used = cpu();
        match outcome::peak_kib() {
            Ok(peak) => outcome::say(
                &json!({
                    "cpu_us": u64::try_from(used.as_micros()).unwrap_or(u64::MAX),
                    "wall_us": u64::try_from(wall.as_micros()).unwrap_or(u64::MAX),
                    "peak_kib": peak,
                })
                .to_string(),
            ),
            Err(why) => self.fail(&why),
        }
        // Without waiting for what the peer may keep.
        process::exit(0)
    }

    fn so_far(&self) -> String {
        let mut parts = Vec::new();
        for (what, count, of) in [
            ("contacts", &self.contacts, self.work.contacts()),
            ("online", &self.online, self.work.online()),
            ("of what follows", &self.then, self.work.then()),
        ] {
            let count = count.load(Ordering::SeqCst);
            if of > 0 {
                parts.push(format!("{} of {} {what}", grouped(count), grouped(of)));
            }
        }
        if !self.signed_in.load(Ordering::SeqCst) {
            parts.push("not signed in".into());
        }
        parts.join(", ")
    }
}

/// What this process has used, user and system, all threads.
fn cpu() -> Duration {
    let spec = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(spec.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(spec.tv_nsec).unwrap_or(0))
}
