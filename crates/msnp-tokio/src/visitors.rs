//! Whose connections an HTTP listener serves.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use msnp_core::Subscriber;

/// How many connections there are of each address that has one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitors(Arc<Mutex<BTreeMap<Subscriber, usize>>>);

/// One of them, counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Visit {
    visitors: Visitors,
    from: Subscriber,
}

impl Visitors {
    /// One more from there, unless it has so many already.
    pub(crate) fn admit(&self, from: IpAddr, most: usize) -> Option<Visit> {
        let from = Subscriber::of(from);
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if visits.get(&from).copied().unwrap_or_default() >= most {
            return None;
        }
        *visits.entry(from).or_default() += 1;
        Some(Visit { visitors: self.clone(), from })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut visits = self.visitors.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = visits.get_mut(&self.from).map(|count| {
            *count = count.saturating_sub(1);
            *count
        });
        if left == Some(0) {
            visits.remove(&self.from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_share_and_gets_it_back() {
        let visitors = Visitors::default();
        let [one, other] = [[192, 0, 2, 1], [192, 0, 2, 2]].map(IpAddr::from);
        let first = visitors.admit(one, 2);
        let second = visitors.admit(one, 2);
        assert!(first.is_some() && second.is_some() && visitors.admit(one, 2).is_none());
        assert!(visitors.admit(other, 2).is_some());
        drop(first);
        assert!(visitors.admit(one, 2).is_some());
        drop(second);
        assert!(visitors.0.lock().unwrap().is_empty());
    }
}
