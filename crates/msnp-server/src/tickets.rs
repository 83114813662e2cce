//! Words that open a door once: tickets of the sign-in page, cookies of rooms.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use core::time::Duration;

use msnp_core::{Account, Random, Secret, Timers};

/// A bounded table of such words. Each is good once and until its deadline.
///
/// A word is `<number>.<secret>`: it is found by its number, and its secret is compared in a time
/// that does not tell where it differs. One user has only so many of them at a time, so that
/// nobody can push out those of others; the oldest makes room for a new one.
#[derive(Debug)]
pub(crate) struct Tickets<V> {
    entries: BTreeMap<u64, Entry<V>>,
    /// The numbers of the words that each user has brought about.
    by_user: BTreeMap<Account, BTreeSet<u64>>,
    deadlines: Timers<u64>,
    next: u64,
    limit: usize,
}

#[derive(Debug)]
struct Entry<V> {
    secret: Secret,
    user: Account,
    value: V,
}

impl<V> Tickets<V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            entries: BTreeMap::new(),
            by_user: BTreeMap::new(),
            deadlines: Timers::new(),
            next: 1,
            limit: limit.max(1),
        }
    }

    /// A new word for `value`, and its number. It counts as this user's.
    pub(crate) fn issue(
        &mut self,
        random: &mut Random,
        now: Duration,
        deadline: Duration,
        user: &Account,
        value: V,
    ) -> (u64, String) {
        self.expire(now);
        while let Some(own) = self.by_user.get(user).filter(|own| own.len() >= PER_USER)
            && let Some(oldest) = own.first().copied()
        {
            self.revoke(oldest);
        }
        while self.entries.len() >= self.limit
            && let Some(oldest) = self.deadlines.expired(Duration::MAX)
        {
            self.remove(oldest);
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let secret = random.token(SECRET);
        let word = format!("{number}.{secret}");
        let entry = Entry { secret: Secret::from(secret), user: user.clone(), value };
        self.entries.insert(number, entry);
        self.by_user.entry(user.clone()).or_default().insert(number);
        self.deadlines.set(number, deadline);
        (number, word)
    }

    /// Uses a word up.
    pub(crate) fn redeem(&mut self, now: Duration, word: &str) -> Option<V> {
        self.expire(now);
        let (number, secret) = word.split_once('.')?;
        let number = number.parse().ok()?;
        self.entries.get(&number).filter(|known| known.secret.matches(secret.as_bytes()))?;
        self.deadlines.clear(&number);
        self.remove(number)
    }

    /// What the word of this number opens, while it can still be used.
    pub(crate) fn get(&mut self, now: Duration, number: u64) -> Option<&V> {
        self.expire(now);
        self.entries.get(&number).map(|entry| &entry.value)
    }

    /// Takes a word back.
    pub(crate) fn revoke(&mut self, number: u64) {
        self.deadlines.clear(&number);
        self.remove(number);
    }

    fn expire(&mut self, now: Duration) {
        while let Some(number) = self.deadlines.expired(now) {
            self.remove(number);
        }
    }

    fn remove(&mut self, number: u64) -> Option<V> {
        let Entry { user, value, .. } = self.entries.remove(&number)?;
        if let Some(own) = self.by_user.get_mut(&user) {
            own.remove(&number);
            if own.is_empty() {
                self.by_user.remove(&user);
            }
        }
        Some(value)
    }
}

/// Letters and digits of the secret: 190 bits.
const SECRET: usize = 32;
/// The most words that one user has at a time.
const PER_USER: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn alice() -> Account {
        Account::new("alice@example.com").unwrap()
    }

    #[test]
    fn one_user_pushes_out_only_the_own_words() {
        let mut random = Random::from_seed([1; 32]);
        let mut tickets = Tickets::new(1000);
        let bob = Account::new("bob@example.com").unwrap();
        let (_, others) = tickets.issue(&mut random, Duration::ZERO, SECOND, &bob, 'b');
        let words: alloc::vec::Vec<String> = (0..=PER_USER)
            .map(|_| tickets.issue(&mut random, Duration::ZERO, SECOND, &alice(), 'a').1)
            .collect();
        assert_eq!(tickets.redeem(Duration::ZERO, &words[0]), None);
        assert_eq!(tickets.redeem(Duration::ZERO, &words[1]), Some('a'));
        assert_eq!(tickets.redeem(Duration::ZERO, &others), Some('b'));
    }

    #[test]
    fn a_word_is_good_once_and_until_its_deadline() {
        let mut random = Random::from_seed([1; 32]);
        let mut tickets = Tickets::new(10);
        let (_, early) = tickets.issue(&mut random, Duration::ZERO, SECOND, &alice(), 'a');
        let (_, late) = tickets.issue(&mut random, Duration::ZERO, SECOND * 2, &alice(), 'b');
        let (number, other) = tickets.issue(&mut random, Duration::ZERO, SECOND * 3, &alice(), 'c');
        for wrong in ["", ".", "1", "1.", &early.replace('.', ".x"), &late.replace("2.", "1.")] {
            assert_eq!(tickets.redeem(Duration::ZERO, wrong), None, "{wrong}");
        }
        assert_eq!(tickets.redeem(SECOND, &early), None);
        assert_eq!(tickets.redeem(SECOND, &late), Some('b'));
        assert_eq!(tickets.redeem(SECOND, &late), None);
        assert_eq!(tickets.get(SECOND, number), Some(&'c'));
        tickets.revoke(number);
        assert_eq!(tickets.redeem(SECOND, &other), None);
    }

    #[test]
    fn a_full_table_drops_the_word_that_would_expire_first() {
        let mut random = Random::from_seed([1; 32]);
        let mut tickets = Tickets::new(2);
        let (_, second) = tickets.issue(&mut random, Duration::ZERO, SECOND * 2, &alice(), 2);
        let (_, first) = tickets.issue(&mut random, Duration::ZERO, SECOND, &alice(), 1);
        let (_, third) = tickets.issue(&mut random, Duration::ZERO, SECOND * 3, &alice(), 3);
        assert_eq!(tickets.redeem(Duration::ZERO, &first), None);
        assert_eq!(tickets.redeem(Duration::ZERO, &second), Some(2));
        assert_eq!(tickets.redeem(Duration::ZERO, &third), Some(3));
    }
}
