//! Words that open a door once: tickets of the sign-in page, cookies of rooms.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::time::Duration;

use msnp_core::{Random, Secret, Timers};

/// A bounded table of such words. Each is good once and until its deadline.
///
/// A word is `<number>.<secret>`: it is found by its number, and its secret is compared in a time
/// that does not tell where it differs.
#[derive(Debug)]
pub(crate) struct Tickets<V> {
    entries: BTreeMap<u64, (Secret, V)>,
    deadlines: Timers<u64>,
    next: u64,
    limit: usize,
}

impl<V> Tickets<V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { entries: BTreeMap::new(), deadlines: Timers::new(), next: 1, limit: limit.max(1) }
    }

    /// A new word for `value`, and its number.
    pub(crate) fn issue(
        &mut self,
        random: &mut Random,
        now: Duration,
        deadline: Duration,
        value: V,
    ) -> (u64, String) {
        self.expire(now);
        while self.entries.len() >= self.limit {
            match self.deadlines.expired(Duration::MAX) {
                Some(oldest) => drop(self.entries.remove(&oldest)),
                None => break,
            }
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let secret = random.token(SECRET);
        let word = format!("{number}.{secret}");
        self.entries.insert(number, (Secret::from(secret), value));
        self.deadlines.set(number, deadline);
        (number, word)
    }

    /// Uses a word up.
    pub(crate) fn redeem(&mut self, now: Duration, word: &str) -> Option<V> {
        self.expire(now);
        let (number, secret) = word.split_once('.')?;
        let number = number.parse().ok()?;
        self.entries.get(&number).filter(|(known, _)| known.matches(secret.as_bytes()))?;
        self.deadlines.clear(&number);
        self.entries.remove(&number).map(|(_, value)| value)
    }

    /// Whether the word of this number can still be used.
    pub(crate) fn is_good(&mut self, now: Duration, number: u64) -> bool {
        self.expire(now);
        self.entries.contains_key(&number)
    }

    /// Takes a word back.
    pub(crate) fn revoke(&mut self, number: u64) {
        self.deadlines.clear(&number);
        self.entries.remove(&number);
    }

    fn expire(&mut self, now: Duration) {
        while let Some(number) = self.deadlines.expired(now) {
            self.entries.remove(&number);
        }
    }
}

/// Letters and digits of the secret: 190 bits.
const SECRET: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_word_is_good_once_and_until_its_deadline() {
        let mut random = Random::from_seed([1; 32]);
        let mut tickets = Tickets::new(10);
        let (_, early) = tickets.issue(&mut random, Duration::ZERO, SECOND, 'a');
        let (_, late) = tickets.issue(&mut random, Duration::ZERO, SECOND * 2, 'b');
        let (number, other) = tickets.issue(&mut random, Duration::ZERO, SECOND * 3, 'c');
        for wrong in ["", ".", "1", "1.", &early[..early.len() - 1], &late.replace("2.", "1.")] {
            assert_eq!(tickets.redeem(Duration::ZERO, wrong), None, "{wrong}");
        }
        assert_eq!(tickets.redeem(SECOND, &early), None);
        assert_eq!(tickets.redeem(SECOND, &late), Some('b'));
        assert_eq!(tickets.redeem(SECOND, &late), None);
        assert!(tickets.is_good(SECOND, number));
        tickets.revoke(number);
        assert_eq!(tickets.redeem(SECOND, &other), None);
    }

    #[test]
    fn a_full_table_drops_the_word_that_would_expire_first() {
        let mut random = Random::from_seed([1; 32]);
        let mut tickets = Tickets::new(2);
        let (_, second) = tickets.issue(&mut random, Duration::ZERO, SECOND * 2, 2);
        let (_, first) = tickets.issue(&mut random, Duration::ZERO, SECOND, 1);
        let (_, third) = tickets.issue(&mut random, Duration::ZERO, SECOND * 3, 3);
        assert_eq!(tickets.redeem(Duration::ZERO, &first), None);
        assert_eq!(tickets.redeem(Duration::ZERO, &second), Some(2));
        assert_eq!(tickets.redeem(Duration::ZERO, &third), Some(3));
    }
}
