use std::fmt::Debug;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout_at};

use crate::scene::PATIENCE;

/// What somebody was told, in order.
pub(crate) struct Inbox<E> {
    events: UnboundedReceiver<E>,
    passed_over: Vec<E>,
}

impl<E: Debug> Inbox<E> {
    pub(crate) fn new(events: UnboundedReceiver<E>) -> Self {
        Self { events, passed_over: Vec::new() }
    }

    /// Takes out the first event, old or new, of which `pick` makes something; the others stay.
    pub(crate) async fn find<T>(&mut self, what: &str, pick: impl Fn(&E) -> Option<T>) -> T {
        let old = self.passed_over.iter().enumerate();
        let found = old.filter_map(|(at, event)| Some((at, pick(event)?))).next();
        if let Some((at, picked)) = found {
            self.passed_over.remove(at);
            return picked;
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            match timeout_at(deadline, self.events.recv()).await {
                Ok(Some(event)) => match pick(&event) {
                    Some(picked) => return picked,
                    None => self.passed_over.push(event),
                },
                Ok(None) => panic!("{what}: no more events after {:#?}", self.passed_over),
                Err(_) => panic!("{what}: not within {PATIENCE:?}, but {:#?}", self.passed_over),
            }
        }
    }

    /// Takes out all events that have come, of which `pick` makes something.
    pub(crate) fn all_so_far<T>(&mut self, pick: impl Fn(&E) -> Option<T>) -> Vec<T> {
        while let Ok(event) = self.events.try_recv() {
            self.passed_over.push(event);
        }
        let mut picked = Vec::new();
        self.passed_over.retain(|event| match pick(event) {
            Some(one) => {
                picked.push(one);
                false
            }
            None => true,
        });
        picked
    }
}
