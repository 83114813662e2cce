use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

use msnp_core::{LinkId, ListenerId};

/// What can become ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Link(LinkId),
    Listener(ListenerId),
}

/// The sockets that have something to do.
///
/// Each socket is polled with a [`Waker`] of its own, which puts the socket on this list and wakes
/// whoever waits for the list. So there is no task for each link (an idle one costs its socket, a
/// map entry and this small waker), nothing scans all links, and a readiness costs no channel.
#[derive(Debug, Default)]
pub(crate) struct ReadyList {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    queue: VecDeque<(Source, Arc<SourceWaker>)>,
    waiting: Option<Waker>,
}

/// The waker of one socket. It is on the list at most once.
#[derive(Debug)]
pub(crate) struct SourceWaker {
    source: Source,
    queued: AtomicBool,
    list: Arc<ReadyList>,
}

impl ReadyList {
    pub(crate) fn source(self: &Arc<Self>, source: Source) -> Arc<SourceWaker> {
        Arc::new(SourceWaker { source, queued: AtomicBool::new(false), list: self.clone() })
    }

    /// The source that has waited longest; else `context` is woken when there is one.
    pub(crate) fn next(&self, context: &Context<'_>) -> Option<Source> {
        let mut inner = self.lock();
        match inner.queue.pop_front() {
            Some((source, waker)) => {
                // Before its turn: what becomes ready during the turn must queue it again.
                waker.queued.store(false, Ordering::SeqCst);
                Some(source)
            }
            None => {
                match &mut inner.waiting {
                    Some(waiting) => waiting.clone_from(context.waker()),
                    None => inner.waiting = Some(context.waker().clone()),
                }
                None
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // No code under this lock can leave the queue half changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for SourceWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, Ordering::SeqCst) {
            return;
        }
        let waiting = {
            let mut inner = self.list.lock();
            inner.queue.push_back((self.source, self.clone()));
            inner.waiting.take()
        };
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }
}
