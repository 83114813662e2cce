//! What somebody was told, kept until somebody asks for it.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::demo::patience::Deadline;

/// What comes through a channel, in order.
pub(crate) struct Inbox<T> {
    told: Receiver<T>,
    /// What nobody has asked for yet.
    kept: VecDeque<T>,
}

/// Why something was not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nothing {
    NotInTime,
    /// Nobody is left who could tell.
    Gone,
}

impl<T> Inbox<T> {
    pub(crate) fn new(told: Receiver<T>) -> Self {
        Self { told, kept: VecDeque::new() }
    }

    /// Waits for the first thing that `what` recognises, and takes it out. All else is kept.
    pub(crate) fn take<U>(
        &mut self,
        patience: Duration,
        mut what: impl FnMut(&T) -> Option<U>,
    ) -> Result<U, Nothing> {
        let deadline = Deadline::after(patience);
        let mut looked_at = 0;
        loop {
            while let Some(one) = self.kept.get(looked_at) {
                if let Some(found) = what(one) {
                    self.kept.remove(looked_at);
                    return Ok(found);
                }
                looked_at += 1;
            }
            let told = self.told.recv_timeout(deadline.left()).map_err(|error| match error {
                RecvTimeoutError::Timeout => Nothing::NotInTime,
                RecvTimeoutError::Disconnected => Nothing::Gone,
            })?;
            self.kept.push_back(told);
        }
    }

    /// What `what` finds in all that has come, without waiting, and without taking it out.
    pub(crate) fn find<U>(&mut self, what: impl FnMut(&T) -> Option<U>) -> Option<U> {
        self.kept.extend(self.told.try_iter());
        self.kept.iter().find_map(what)
    }

    /// Forgets what has come and nobody asked for, so that it is not taken for something later.
    pub(crate) fn forget(&mut self, what: impl Fn(&T) -> bool) {
        self.kept.extend(self.told.try_iter());
        self.kept.retain(|one| !what(one));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_is_not_asked_for_is_kept_until_it_is_forgotten() {
        let (tell, told) = channel();
        let mut inbox = Inbox::new(told);
        for n in [1, 2, 3, 2] {
            tell.send(n).unwrap();
        }
        let patience = Duration::from_millis(1);
        let mut take = |n: i32| inbox.take(patience, |one| (*one == n).then_some(()));
        assert_eq!(take(2), Ok(()));
        assert_eq!(take(1), Ok(()));
        assert_eq!(take(2), Ok(()));
        assert_eq!(take(2), Err(Nothing::NotInTime));
        assert_eq!(inbox.find(|one| (*one == 3).then_some(())), Some(()));
        inbox.forget(|one| *one == 3);
        drop(tell);
        assert_eq!(inbox.take(patience, |_| Some(())), Err(Nothing::Gone));
    }
}
