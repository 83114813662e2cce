use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::load::Plan;
use crate::load::person::Tally;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was to happen.
    pub plan: Plan,
    /// How long each stage took.
    pub times: Times,
    /// What the server kept in memory.
    pub memory: Memory,
    /// What went wrong.
    pub faults: Faults,
}

/// How long each stage took.
#[derive(Clone, Debug)]
pub struct Times {
    /// The silent ones sign in.
    pub idle: Duration,
    /// Those who talk sign in.
    pub sign_in: Duration,
    /// All rooms are opened.
    pub rooms: Duration,
    /// All messages go through.
    pub talk: Duration,
    /// The processor time of the server for the messages, where the system tells.
    pub server_processor: Option<Duration>,
}

/// The resident set of the server in bytes, where the system tells.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Nobody is there.
    pub alone: Option<u64>,
    /// The silent ones are signed in, if they all are.
    pub with_idle: Option<u64>,
    /// All was said.
    pub after_talk: Option<u64>,
}

/// What went wrong.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Messages that never came.
    pub lost: usize,
    /// Messages that came again.
    pub doubled: usize,
    /// Messages that came after a later one.
    pub out_of_order: usize,
    /// Messages of somebody else, or of another room.
    pub strange: usize,
    /// Messages that were not accepted, or whose end was not told.
    pub not_accepted: usize,
    /// What else went wrong, in words.
    pub troubles: Vec<String>,
}

impl Faults {
    pub(super) fn of(talkers: &[Tally], messages: usize) -> Self {
        let mut faults = Self::default();
        for tally in talkers {
            let mut known = BTreeSet::new();
            for number in tally.heard.iter().copied() {
                if known.last().is_some_and(|last| number < *last) && !known.contains(&number) {
                    faults.out_of_order += 1;
                }
                if !known.insert(number) {
                    faults.doubled += 1;
                }
            }
            faults.lost += messages.saturating_sub(known.len());
            faults.strange += tally.strange;
            faults.not_accepted += messages.saturating_sub(tally.accepted);
        }
        faults
    }

    /// Whether there are none.
    pub fn none(&self) -> bool {
        let Self { lost, doubled, out_of_order, strange, not_accepted, troubles } = self;
        [lost, doubled, out_of_order, strange, not_accepted].iter().all(|count| **count == 0)
            && troubles.is_empty()
    }
}

impl Times {
    /// Of those who talk: from the first sign-in to the last message.
    pub fn whole(&self) -> Duration {
        self.sign_in + self.rooms + self.talk
    }
}

impl Report {
    /// How many messages were to go.
    pub fn messages(&self) -> usize {
        2 * self.plan.pairs * self.plan.messages
    }

    /// The bytes that each silent one costs the server.
    pub fn per_idle_link(&self) -> Option<u64> {
        let grown = self.memory.with_idle?.saturating_sub(self.memory.alone?);
        grown.checked_div(u64::try_from(self.plan.idle).ok()?)
    }

    /// All of it as one object.
    pub fn to_json(&self) -> Value {
        let Self { plan, times, memory, faults } = self;
        json!({
            "protocol": plan.version.to_string(),
            "pairs": plan.pairs,
            "messages": self.messages(),
            "idle": plan.idle,
            "seconds": {
                "idle_sign_in": times.idle.as_secs_f64(),
                "sign_in": times.sign_in.as_secs_f64(),
                "rooms": times.rooms.as_secs_f64(),
                "messages": times.talk.as_secs_f64(),
                "whole": times.whole().as_secs_f64(),
                "server_processor": times.server_processor.map(|time| time.as_secs_f64()),
            },
            "bytes": {
                "alone": memory.alone,
                "with_idle": memory.with_idle,
                "after_messages": memory.after_talk,
                "per_idle_link": self.per_idle_link(),
            },
            "lost": faults.lost,
            "doubled": faults.doubled,
            "out_of_order": faults.out_of_order,
            "strange": faults.strange,
            "not_accepted": faults.not_accepted,
            "troubles": faults.troubles,
            "ok": faults.none(),
        })
    }
}

impl fmt::Display for Report {
    /// A table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, times, memory, faults } = self;
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        let kibibytes = |bytes: Option<u64>| match bytes {
            Some(bytes) => format!("{}.{} KiB", bytes / 1024, bytes % 1024 * 10 / 1024),
            None => "not known".into(),
        };
        let mut rows = vec![
            ("protocol", plan.version.to_string()),
            ("silent", plan.idle.to_string()),
            ("  sign in", seconds(times.idle)),
            ("pairs", plan.pairs.to_string()),
            ("  sign in", seconds(times.sign_in)),
            ("  open rooms", seconds(times.rooms)),
            ("messages", self.messages().to_string()),
            ("  arrive", seconds(times.talk)),
            ("  server's processor", times.server_processor.map_or("not known".into(), seconds)),
            ("pairs, whole time", seconds(times.whole())),
            ("server's memory", kibibytes(memory.alone)),
            ("  with the silent", kibibytes(memory.with_idle)),
            ("  after the messages", kibibytes(memory.after_talk)),
            ("  for each silent one", kibibytes(self.per_idle_link())),
            ("lost", faults.lost.to_string()),
            ("doubled", faults.doubled.to_string()),
            ("out of order", faults.out_of_order.to_string()),
            ("strange", faults.strange.to_string()),
            ("not accepted", faults.not_accepted.to_string()),
        ];
        rows.extend(faults.troubles.iter().map(|trouble| ("trouble", trouble.clone())));
        for (what, value) in rows {
            writeln!(f, "{what:<22}{value:>12}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(numbers: &[usize]) -> Faults {
        let tally = Tally { heard: numbers.to_vec(), said: 4, accepted: 4, ..Tally::default() };
        Faults::of(&[tally], 4)
    }

    #[test]
    fn what_comes_once_and_in_order_is_no_fault() {
        assert!(heard(&[0, 1, 2, 3]).none());
    }

    #[test]
    fn what_is_lost_comes_again_or_too_late_is_counted() {
        let faults = |numbers| {
            let faults = heard(numbers);
            assert!(!faults.none());
            (faults.lost, faults.doubled, faults.out_of_order)
        };
        assert_eq!(faults(&[0, 1, 3]), (1, 0, 0));
        assert_eq!(faults(&[0, 1, 2, 3, 1]), (0, 1, 0));
        assert_eq!(faults(&[0, 2, 1, 3]), (0, 0, 1));
        assert_eq!(faults(&[0, 0, 3, 2]), (1, 1, 1));
    }

    #[test]
    fn what_is_not_accepted_or_of_somebody_else_is_counted() {
        let tally = Tally { strange: 1, accepted: 3, heard: vec![0, 1, 2, 3], ..Tally::default() };
        let faults = Faults::of(&[tally], 4);
        assert_eq!((faults.strange, faults.not_accepted), (1, 1));
        assert!(!faults.none());
    }
}
