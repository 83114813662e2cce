use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::{io, thread};

use msnp_core::{EffectId, Failure, HttpRequest, HttpResponse};
use ureq::Agent;

use crate::{Roots, http_client};

/// Makes web requests on threads of their own, and lets those wait for which there is none.
///
/// How long an answer may take is for its user to watch: a thread may be held up by a name that
/// nobody resolves.
pub(crate) struct HttpThreads {
    most: usize,
    roots: Roots,
    plain: Option<Agent>,
    secure: Option<Agent>,
    report: Report,
    busy: usize,
    /// Those whose answer is still wanted.
    wanted: BTreeSet<EffectId>,
    waiting: VecDeque<(EffectId, HttpRequest)>,
    /// A thread with nothing to do. Requests come in pairs, and to begin a thread costs more than
    /// to talk to a server nearby.
    spare: Option<Sender<Job>>,
}

/// How a thread says what came of a request, from that thread.
type Report = Arc<dyn Fn(Finished) + Send + Sync>;

/// What came of a request, and the thread that made it.
pub(crate) struct Finished {
    effect: EffectId,
    result: Result<HttpResponse, Failure>,
    thread: Sender<Job>,
}

struct Job {
    effect: EffectId,
    request: HttpRequest,
    agent: Agent,
    /// Where the thread takes its next one. It keeps none itself, and so ends when nobody does.
    thread: Sender<Job>,
}

impl HttpThreads {
    pub(crate) fn new(
        most: usize,
        roots: Roots,
        report: impl Fn(Finished) + Send + Sync + 'static,
    ) -> Self {
        Self {
            most: most.max(1),
            roots,
            plain: None,
            secure: None,
            report: Arc::new(report),
            busy: 0,
            wanted: BTreeSet::new(),
            waiting: VecDeque::new(),
            spare: None,
        }
    }

    /// Makes this request, now or when a thread is free.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn ask(&mut self, effect: EffectId, request: HttpRequest) -> io::Result<()> {
        if self.busy >= self.most {
            self.waiting.push_back((effect, request));
        } else {
            let thread = self.spare.take().map_or_else(|| begin(self.report.clone()), Ok)?;
            self.busy += 1;
            self.give(thread, effect, request);
        }
        self.wanted.insert(effect);
        Ok(())
    }

    /// What came of the request, if that is still wanted. The thread takes the next one.
    pub(crate) fn finished(
        &mut self,
        finished: Finished,
    ) -> Option<(EffectId, Result<HttpResponse, Failure>)> {
        let Finished { effect, result, thread } = finished;
        match self.waiting.pop_front() {
            Some((next, request)) => self.give(thread, next, request),
            None => {
                self.busy = self.busy.saturating_sub(1);
                self.spare.get_or_insert(thread);
            }
        }
        self.wanted.remove(&effect).then_some((effect, result))
    }

    /// Nobody wants to know any more what comes of this request. Whether somebody did.
    pub(crate) fn forget(&mut self, effect: EffectId) -> bool {
        self.waiting.retain(|(waiting, _)| *waiting != effect);
        self.wanted.remove(&effect)
    }

    /// The same for all.
    pub(crate) fn forget_all(&mut self) {
        self.wanted.clear();
        self.waiting.clear();
    }

    pub(crate) fn has_spare(&self) -> bool {
        self.spare.is_some()
    }

    pub(crate) fn end_spare(&mut self) {
        self.spare = None;
    }

    fn give(&mut self, thread: Sender<Job>, effect: EffectId, request: HttpRequest) {
        // Reading the system's certificates takes longer than a whole sign-in without them.
        let (agent, roots) = if http_client::is_secure(&request) {
            (&mut self.secure, Some(&self.roots))
        } else {
            (&mut self.plain, None)
        };
        let agent = agent.get_or_insert_with(|| http_client::agent(roots)).clone();
        // It waits for this and for nothing else, so it is there.
        let _ = thread.clone().send(Job { effect, request, agent, thread });
    }
}

fn begin(report: Report) -> io::Result<Sender<Job>> {
    let (thread, jobs) = channel::<Job>();
    thread::Builder::new().name("msnp-http".into()).spawn(move || {
        while let Ok(Job { effect, request, agent, thread }) = jobs.recv() {
            let result = http_client::perform(&agent, request);
            report(Finished { effect, result, thread });
        }
    })?;
    Ok(thread)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::mpsc::{Receiver, RecvTimeoutError};
    use std::thread::ThreadId;
    use std::time::Duration;

    use super::*;

    /// So many threads, and what they report, with the thread that does.
    fn threads(most: usize) -> (HttpThreads, Receiver<(ThreadId, Finished)>) {
        let (tell, told) = channel();
        let report = move |finished| {
            let _ = tell.send((thread::current().id(), finished));
        };
        (HttpThreads::new(most, Roots::default(), report), told)
    }

    /// One that fails without a network.
    fn request() -> HttpRequest {
        HttpRequest::get("ftp://example.com/")
    }

    const NEVER: Duration = Duration::from_secs(20);
    const FIRST: EffectId = EffectId::new(1);
    const SECOND: EffectId = EffectId::new(2);

    #[test]
    fn the_next_request_is_made_by_the_thread_that_is_free() {
        let (mut threads, told) = threads(8);
        threads.ask(FIRST, request()).unwrap();
        let (thread, finished) = told.recv_timeout(NEVER).unwrap();
        assert_eq!(threads.finished(finished), Some((FIRST, Err(Failure::Unsupported))));
        assert!(threads.has_spare());
        threads.ask(SECOND, request()).unwrap();
        assert!(!threads.has_spare());
        assert_eq!(told.recv_timeout(NEVER).unwrap().0, thread);
    }

    #[test]
    fn a_request_that_was_given_up_has_no_answer_and_one_that_waits_is_not_made() {
        let (mut threads, told) = threads(1);
        threads.ask(FIRST, request()).unwrap();
        threads.ask(SECOND, request()).unwrap();
        assert!(threads.forget(FIRST) && threads.forget(SECOND));
        assert!(!threads.forget(FIRST));
        let (_, finished) = told.recv_timeout(NEVER).unwrap();
        assert_eq!(threads.finished(finished), None);
        assert!(threads.has_spare());
    }

    #[test]
    fn a_thread_ends_with_the_last_who_could_ask_it() {
        let (mut threads, told) = threads(1);
        threads.ask(FIRST, request()).unwrap();
        let (_, finished) = told.recv_timeout(NEVER).unwrap();
        threads.finished(finished);
        drop(threads);
        let end = told.recv_timeout(NEVER).map(|_| ());
        assert_eq!(end, Err(RecvTimeoutError::Disconnected));
    }
}
