//! Who tries passwords and tickets.
//!
//! A lock is a weapon too: whoever can lock an account by guessing can keep its owner out. So no
//! account is ever locked as such.
//!
//! - An address that has failed too often is not listened to until its window has passed,
//!   whatever account it names. That hurts those who share it, and nobody else.
//! - An account that many addresses together have failed to open too often is still open to every
//!   address that has not failed in its own window. Its owner gets in with the right password at
//!   the first attempt, and thousands of hosts have one guess each where they had thirty.
//! - Success takes back what this attempt was charged, and no more: somebody with an account of
//!   their own cannot buy guesses at others by signing in between them.
//! - Each attempt is charged before its answer is known, so that a thousand at once are not free.
//! - Names that are no account's are counted like others, and the refusal is the same: it does
//!   not tell which accounts exist.
//! - Cookies of rooms are not counted. Whoever invites and leaves at once makes others show cookies
//!   that are good no more, and must not lock them out by that.

use alloc::collections::BTreeMap;
use core::time::Duration;

use msnp_core::{Account, Subscriber, Timers};

use crate::limits::in_map;

/// How often somebody may try to sign in. What is beyond that is refused with 910, or by the
/// sign-in page with status 503, and no password or ticket is looked at.
///
/// Addresses are counted by [`Subscriber`]. Where all clients come through one proxy, its failures
/// must not count: set [`failures_of_one_address`](Self::failures_of_one_address) to `u32::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessLimits {
    /// The time in which attempts are counted, from the first of them.
    pub window: Duration,
    /// How often sign-ins from one address may fail, whatever accounts they name.
    pub failures_of_one_address: u32,
    /// How often sign-ins of one account may fail, wherever they come from, before only addresses
    /// from which none has failed may try.
    pub failures_of_one_account: u32,
    /// How often one account may sign in, by the right passwords: one after the other, or at once.
    pub sign_ins_of_one_account: u32,
    /// The most addresses that are remembered; the one whose window ends first makes room.
    pub addresses: usize,
    /// The same for accounts.
    pub accounts: usize,
}

impl GuessLimits {
    /// The most heap that the tables hold, in bytes.
    pub const fn heap_bound(&self) -> usize {
        // Each key stands in three trees: what was tried, and twice when its window ends.
        const ADDRESS: usize = in_map(size_of::<(Subscriber, Tries)>())
            + 2 * in_map(size_of::<(Duration, Subscriber)>());
        const ACCOUNT: usize = in_map(size_of::<(Account, Tries)>())
            + 2 * in_map(size_of::<(Duration, Account)>())
            + 3 * (Account::MAX_LEN + 16);
        // A table holds one at least, and the first nodes of its trees have room for eleven.
        let addresses = self.addresses.saturating_add(11).saturating_mul(ADDRESS);
        let accounts = self.accounts.saturating_add(11).saturating_mul(ACCOUNT);
        addresses.saturating_add(accounts)
    }
}

impl Default for GuessLimits {
    /// In 10 minutes 30 failures of one address, 100 of one account, and 300 sign-ins of one
    /// account; 10,000 addresses and 10,000 accounts.
    fn default() -> Self {
        Self {
            window: Duration::from_secs(600),
            failures_of_one_address: 30,
            failures_of_one_account: 100,
            sign_ins_of_one_account: 300,
            addresses: 10_000,
            accounts: 10_000,
        }
    }
}

/// What is known of those who tried in their windows.
#[derive(Debug)]
pub(crate) struct Guesses {
    limits: GuessLimits,
    addresses: Table<Subscriber>,
    accounts: Table<Account>,
}

/// One attempt that has been charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    from: Subscriber,
    at: Duration,
}

impl Guesses {
    pub(crate) fn new(limits: GuessLimits) -> Self {
        Self {
            limits,
            addresses: Table::new(limits.window, limits.addresses),
            accounts: Table::new(limits.window, limits.accounts),
        }
    }

    /// Charges one attempt, or refuses it.
    pub(crate) fn attempt(
        &mut self,
        now: Duration,
        from: Subscriber,
        account: &Account,
    ) -> Option<Attempt> {
        let address = self.addresses.get(now, &from);
        let tries = self.accounts.get(now, account);
        let under_attack = tries.failures >= self.limits.failures_of_one_account;
        let refused = address.failures >= self.limits.failures_of_one_address
            || tries.successes >= self.limits.sign_ins_of_one_account
            || under_attack && address.failures > 0;
        if refused {
            return None;
        }
        for tries in [self.addresses.of(now, &from), self.accounts.of(now, account)] {
            tries.failures = tries.failures.saturating_add(1);
        }
        Some(Attempt { from, at: now })
    }

    /// It was no failure: the proof was right, or could not be checked.
    pub(crate) fn take_back(&mut self, now: Duration, attempt: Attempt, account: &Account) {
        let Attempt { from, at } = attempt;
        for tries in [self.addresses.known(now, &from), self.accounts.known(now, account)] {
            // The window in which it was charged may be over.
            if let Some(tries) = tries.filter(|tries| tries.since <= at) {
                tries.failures = tries.failures.saturating_sub(1);
            }
        }
    }

    /// Somebody is let in.
    pub(crate) fn signed_in(&mut self, now: Duration, account: &Account) {
        let tries = self.accounts.of(now, account);
        tries.successes = tries.successes.saturating_add(1);
    }
}

/// What was tried in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tries {
    since: Duration,
    failures: u32,
    successes: u32,
}

/// A bounded table of them. Nothing is in it whose window has passed.
#[derive(Debug)]
struct Table<K> {
    tries: BTreeMap<K, Tries>,
    ends: Timers<K>,
    window: Duration,
    limit: usize,
}

impl<K: Ord + Clone> Table<K> {
    fn new(window: Duration, limit: usize) -> Self {
        Self { tries: BTreeMap::new(), ends: Timers::new(), window, limit: limit.max(1) }
    }

    fn get(&mut self, now: Duration, key: &K) -> Tries {
        self.known(now, key).copied().unwrap_or_default()
    }

    fn known(&mut self, now: Duration, key: &K) -> Option<&mut Tries> {
        while let Some(over) = self.ends.expired(now) {
            self.tries.remove(&over);
        }
        self.tries.get_mut(key)
    }

    fn of(&mut self, now: Duration, key: &K) -> &mut Tries {
        if self.known(now, key).is_none() {
            while self.tries.len() >= self.limit
                && let Some(oldest) = self.ends.expired(Duration::MAX)
            {
                self.tries.remove(&oldest);
            }
            self.ends.set(key.clone(), now.saturating_add(self.window));
        }
        let fresh = Tries { since: now, failures: 0, successes: 0 };
        self.tries.entry(key.clone()).or_insert(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn guesses() -> Guesses {
        Guesses::new(GuessLimits {
            window: SECOND * 10,
            failures_of_one_address: 3,
            failures_of_one_account: 5,
            sign_ins_of_one_account: 2,
            addresses: 4,
            accounts: 4,
        })
    }

    fn from(number: u8) -> Subscriber {
        Subscriber::of([192, 0, 2, number].into())
    }

    fn account(name: &str) -> Account {
        Account::new(&alloc::format!("{name}@example.com")).unwrap()
    }

    #[test]
    fn the_tables_stay_within_their_bounds_and_empty_themselves() {
        let mut guesses = guesses();
        for number in 0..200 {
            let name = account(&alloc::format!("u{number}"));
            assert!(guesses.attempt(Duration::ZERO, from(number), &name).is_some());
        }
        assert_eq!((guesses.addresses.tries.len(), guesses.accounts.tries.len()), (4, 4));
        assert_eq!((guesses.addresses.ends.len(), guesses.accounts.ends.len()), (4, 4));
        guesses.attempt(SECOND * 10, from(1), &account("late"));
        assert_eq!((guesses.addresses.tries.len(), guesses.accounts.tries.len()), (1, 1));
    }

    #[test]
    fn what_is_taken_back_after_its_window_frees_nothing_of_the_next() {
        let mut guesses = guesses();
        let alice = account("alice");
        let early = guesses.attempt(Duration::ZERO, from(1), &alice).unwrap();
        for _ in 0..3 {
            assert!(guesses.attempt(SECOND * 10, from(1), &alice).is_some());
        }
        guesses.take_back(SECOND * 11, early, &alice);
        assert_eq!(guesses.attempt(SECOND * 11, from(1), &alice), None);
    }

    #[test]
    fn attempts_that_wait_for_their_answer_count() {
        let mut guesses = guesses();
        let alice = account("alice");
        let waiting: alloc::vec::Vec<Attempt> =
            (0..9).map_while(|_| guesses.attempt(Duration::ZERO, from(1), &alice)).collect();
        assert_eq!(waiting.len(), 3);
        guesses.take_back(SECOND, waiting[0], &alice);
        assert!(guesses.attempt(SECOND, from(1), &alice).is_some());
    }
}
