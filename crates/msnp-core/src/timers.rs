use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

/// Deadlines by key: the one clock face of a machine.
///
/// Setting, clearing and taking cost the logarithm of how many are set; nothing is scanned.
#[derive(Clone, Debug)]
pub struct Timers<K> {
    by_time: BTreeSet<(Duration, K)>,
    by_key: BTreeMap<K, Duration>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self { by_time: BTreeSet::new(), by_key: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// No deadline is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the deadline of `key`, in place of the one it had.
    pub fn set(&mut self, key: K, at: Duration) {
        if self.by_key.get(&key) == Some(&at) {
            return;
        }
        self.clear(&key);
        self.by_time.insert((at, key.clone()));
        self.by_key.insert(key, at);
    }

    /// Removes the deadline of `key`, if it has one.
    pub fn clear(&mut self, key: &K) {
        if let Some(at) = self.by_key.remove(key) {
            self.by_time.remove(&(at, key.clone()));
        }
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Duration> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes one key whose deadline is not after `now`, the earliest first.
    pub fn expired(&mut self, now: Duration) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        let (_, key) = self.by_time.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }

    /// How many deadlines are set.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no deadline is set.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_deadline_comes_first_and_only_once() {
        let mut timers = Timers::new();
        timers.set("late", Duration::from_secs(9));
        timers.set("early", Duration::from_secs(5));
        timers.set("late", Duration::from_secs(3));
        assert_eq!(timers.next(), Some(Duration::from_secs(3)));
        assert_eq!(timers.expired(Duration::from_secs(2)), None);
        assert_eq!(timers.expired(Duration::from_secs(9)), Some("late"));
        assert_eq!(timers.expired(Duration::from_secs(9)), Some("early"));
        assert_eq!(timers.expired(Duration::from_secs(9)), None);
        assert!(timers.is_empty());
    }
}
