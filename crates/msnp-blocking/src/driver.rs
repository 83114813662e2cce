mod connecting;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Poll, Token, Waker};
use msnp_core::links::{Ended, LinkLimits, Links};
use msnp_core::{
    Answer, Effect, EffectId, Failure, HttpRequest, LinkEnd, LinkId, Machine, NoPerformer, Now,
    Output, Performer, Timers,
};

use crate::clock::Clock;
use crate::connect::Attempt;
use crate::handle::{CALLS, Call, Handle};
use crate::http_threads::{Finished, HttpThreads};
use crate::options::Options;
use crate::socket::Connection;
use crate::trace;

/// The one read buffer, and how many bytes a link may read before another gets its turn.
const READ_TURN: usize = 64 * 1024;
/// A machine whose deadline stays in the past after so many calls is no longer called at once.
const LATE_CALLS: usize = 1000;
/// How long it rests instead.
const LATE_REST: Duration = Duration::from_millis(10);
/// How long a thread for web requests is kept that has nothing to do.
const SPARE_THREAD: Duration = Duration::from_secs(10);
const WAKE: Token = Token(0);

/// Runs one [`Machine`] on the thread that calls [`next`](Self::next).
///
/// Other threads use a [`Handle`](Self::handle). Dropping it closes everything at once.
pub struct Driver<M: Machine> {
    machine: M,
    options: Options,
    performer: Box<dyn Performer>,
    clock: Clock,
    poll: Poll,
    events: Events,
    waker: Arc<Waker>,
    tokens: BTreeMap<usize, LinkId>,
    next_token: usize,
    links: Links<Connection>,
    ready: VecDeque<LinkId>,
    connecting: BTreeMap<LinkId, Attempt>,
    attempts: u64,
    timers: Timers<Timer>,
    done: (Sender<Done>, Receiver<Done>),
    calls: Option<Receiver<Call<M>>>,
    handle: Handle<M>,
    /// Something may wait in `done` or `calls`.
    called: bool,
    /// Whose turn it is: a link's, or a call's.
    calls_first: bool,
    http: HttpThreads,
    buffer: Box<[u8]>,
    late: usize,
    end: Option<Result<(), M::Error>>,
    finished: bool,
}

/// Makes a [`Driver`] that differs from the usual one.
pub struct Builder<M> {
    machine: M,
    options: Options,
    performer: Box<dyn Performer>,
}

/// Nothing happened in the time given. The machine goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing happened in that time")]
pub struct NotYet;

/// What [`Driver::next`] returns.
type Next<M> = Option<Result<<M as Machine>::Event, <M as Machine>::Error>>;

/// What the driver itself waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Connect(LinkId),
    Http(EffectId),
    SpareThread,
}

/// The result of a thread of the driver's own.
enum Done {
    Resolved { link: LinkId, attempt: u64, addresses: Vec<SocketAddr> },
    Http(Finished),
}

impl<M> Builder<M> {
    /// With these limits and times.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// With something that stores and verifies.
    #[must_use]
    pub fn performer(mut self, performer: impl Performer + 'static) -> Self {
        self.performer = Box::new(performer);
        self
    }
}

impl<M: Machine> Builder<M> {
    /// The driver. Nothing happens before its first [`next`](Driver::next).
    ///
    /// # Errors
    /// When the system gives no means to wait for sockets.
    pub fn build(self) -> io::Result<Driver<M>> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (calls, queue) = sync_channel(CALLS);
        let limits = LinkLimits {
            write_timeout: self.options.write_timeout,
            linger: self.options.linger,
            leftover: self.options.leftover_limit,
        };
        let done = channel();
        let (tell, wake) = (done.0.clone(), waker.clone());
        let report = move |finished| {
            let _ = tell.send(Done::Http(finished));
            let _ = wake.wake();
        };
        let http = HttpThreads::new(self.options.http_threads, self.options.roots.clone(), report);
        Ok(Driver {
            machine: self.machine,
            options: self.options,
            performer: self.performer,
            clock: Clock::start(),
            poll,
            events: Events::with_capacity(256),
            tokens: BTreeMap::new(),
            next_token: WAKE.0 + 1,
            links: Links::new(limits),
            ready: VecDeque::new(),
            connecting: BTreeMap::new(),
            attempts: 0,
            timers: Timers::new(),
            done,
            calls: Some(queue),
            handle: Handle::new(calls, waker.clone()),
            waker,
            called: false,
            calls_first: false,
            http,
            buffer: vec![0; READ_TURN].into_boxed_slice(),
            late: 0,
            end: None,
            finished: false,
        })
    }
}

impl<M: Machine> Driver<M> {
    /// Runs the machine with the usual options, and with nothing that stores or verifies.
    ///
    /// # Errors
    /// When the system gives no means to wait for sockets.
    pub fn new(machine: M) -> io::Result<Self> {
        Self::builder(machine).build()
    }

    /// The same with other options, or with a [`Performer`].
    pub fn builder(machine: M) -> Builder<M> {
        Builder { machine, options: Options::default(), performer: Box::new(NoPerformer) }
    }

    /// From now on, this stores and verifies. For one that needs the [`handle`](Self::handle).
    pub fn set_performer(&mut self, performer: impl Performer + 'static) {
        self.performer = Box::new(performer);
    }

    /// The machine as it is now.
    pub fn machine(&self) -> &M {
        &self.machine
    }

    /// The driver's time, in which the machine's deadlines are.
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// Calls the machine. What comes of it is sent by the following [`next`](Self::next).
    pub fn call<R>(&mut self, call: impl FnOnce(&mut M, Now) -> R) -> R {
        call(&mut self.machine, self.clock.now())
    }

    /// Calls the machine from other threads.
    pub fn handle(&self) -> Handle<M> {
        self.handle.clone()
    }

    /// Waits for the next event; `None` once the machine has ended well; its error once, and then
    /// `None`.
    ///
    /// This is where everything happens: nothing is read or sent while nobody waits for it.
    #[allow(
        clippy::should_implement_trait,
        reason = "waiting is not iterating; named as in msnp-tokio"
    )]
    pub fn next(&mut self) -> Next<M> {
        self.run(None).unwrap_or_default()
    }

    /// The same, but waits no longer than this.
    ///
    /// What can be done at once is done even if `patience` is zero.
    ///
    /// # Errors
    /// [`NotYet`] when there is no event in that time.
    pub fn next_within(&mut self, patience: Duration) -> Result<Next<M>, NotYet> {
        let until = self.clock.now().after(patience);
        self.run(Some(until))
    }

    fn run(&mut self, limit: Option<Duration>) -> Result<Next<M>, NotYet> {
        let mut looked = false;
        while !self.finished {
            let mut deadline = None;
            if let Some(event) = self.drain(&mut deadline) {
                return Ok(Some(Ok(event)));
            }
            if self.end.is_some() && self.links.is_empty() {
                self.finished = true;
                return Ok(self.end.take().and_then(Result::err).map(Err));
            }
            let now = self.clock.now();
            if let Some(timer) = self.timers.expired(now.monotonic) {
                self.expire(now, timer);
                continue;
            }
            if let Some((link, ended)) = self.links.expire(&mut self.machine, now) {
                self.ended(link, ended);
                continue;
            }
            let own = earlier(self.timers.next(), self.links.deadline());
            let mut until = earlier(deadline, own);
            if deadline.is_some_and(|at| at <= now.monotonic) {
                self.machine.timeout(now);
                self.late += 1;
                if self.late < LATE_CALLS {
                    continue;
                }
                until = earlier(Some(now.after(LATE_REST)), own);
            } else {
                self.late = 0;
            }
            let idle = self.ready.is_empty() && !self.called;
            if limit.is_some_and(|at| at <= now.monotonic) && looked && idle {
                return Err(NotYet);
            }
            let until = earlier(until, limit);
            let wait = if idle {
                until.map(|at| at.saturating_sub(now.monotonic))
            } else {
                Some(Duration::ZERO)
            };
            self.look(wait);
            looked = true;
            self.one_turn();
        }
        Ok(None)
    }

    /// Everything the machine has to say, up to its next event.
    fn drain(&mut self, deadline: &mut Option<Duration>) -> Option<M::Event> {
        loop {
            match self.machine.poll() {
                Output::Event(event) => return Some(event),
                Output::Effect(id, effect) => self.perform(id, effect),
                Output::Link { link: id, reads, writes } => {
                    if writes {
                        self.links.write(&mut self.machine, self.clock.now(), id);
                    }
                    self.links.set_reads(id, reads);
                    self.queue(id);
                }
                Output::Wait { deadline: at } => {
                    *deadline = at;
                    return None;
                }
                Output::Closed(end) => {
                    if self.end.is_none() {
                        self.begin_end(end);
                    }
                    return None;
                }
            }
        }
    }

    /// Asks the system what changed.
    fn look(&mut self, wait: Option<Duration>) {
        match self.poll.poll(&mut self.events, wait) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return,
            Err(_) => return self.give_up(),
        }
        let mut up = Vec::new();
        for event in &self.events {
            if event.token() == WAKE {
                self.called = true;
                continue;
            }
            let Some(id) = self.tokens.get(&event.token().0) else { continue };
            let failed = event.is_error();
            match self.links.socket(*id) {
                Some(link) => {
                    let ended = failed || event.is_read_closed();
                    link.changed(
                        ended || event.is_readable(),
                        failed || event.is_writable() || event.is_write_closed(),
                        ended,
                    );
                    if !link.queued {
                        link.queued = true;
                        self.ready.push_back(*id);
                    }
                }
                None => up.push(*id),
            }
        }
        for id in up {
            self.try_connected(id);
        }
    }

    /// The turn of one link or of one call, each after the other.
    fn one_turn(&mut self) {
        self.calls_first = !self.calls_first;
        if self.calls_first && self.one_call() {
            return;
        }
        match self.ready.pop_front() {
            Some(id) => self.turn(id),
            None => {
                self.one_call();
            }
        }
    }

    fn one_call(&mut self) -> bool {
        if !self.called {
            return false;
        }
        if let Ok(done) = self.done.1.try_recv() {
            self.done(done);
            return true;
        }
        if let Some(call) = self.calls.as_ref().and_then(|calls| calls.try_recv().ok()) {
            self.call(call);
            return true;
        }
        self.called = false;
        false
    }

    fn queue(&mut self, id: LinkId) {
        if let Some(link) = self.links.socket(id)
            && link.wants_turn
            && !link.queued
        {
            link.queued = true;
            self.ready.push_back(id);
        }
    }

    fn turn(&mut self, id: LinkId) {
        if let Some(link) = self.links.socket(id) {
            link.queued = false;
            link.wants_turn = false;
        }
        let now = self.clock.now();
        if let Some(ended) = self.links.turn(&mut self.machine, now, id, &mut self.buffer) {
            self.ended(id, ended);
        }
        self.queue(id);
    }

    fn ended(&mut self, id: LinkId, ended: Ended<Connection>) {
        trace::ended(id, ended.told);
        let Connection { mut stream, token, .. } = ended.socket;
        self.unregister(&mut stream, token);
    }

    fn unregister(&mut self, socket: &mut TcpStream, token: usize) {
        let _ = self.poll.registry().deregister(socket);
        self.tokens.remove(&token);
    }

    fn expire(&mut self, now: Now, timer: Timer) {
        match timer {
            Timer::Connect(id) => {
                if let Some(attempt) = self.connecting.get_mut(&id) {
                    attempt.end = LinkEnd::TimedOut;
                }
                self.connect_next(id);
            }
            Timer::Http(effect) => {
                if self.http.forget(effect) {
                    self.machine.answer(now, effect, Answer::Http(Err(Failure::TimedOut)));
                }
            }
            Timer::SpareThread => self.http.end_spare(),
        }
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Resolved { link, attempt, addresses } => {
                if self.connecting.get(&link).is_some_and(|current| current.number == attempt) {
                    self.resolved(link, addresses);
                }
            }
            Done::Http(finished) => {
                let now = self.clock.now();
                let answer = self.http.finished(finished);
                if self.http.has_spare() {
                    self.timers.set(Timer::SpareThread, now.after(SPARE_THREAD));
                }
                if let Some((effect, result)) = answer {
                    self.timers.clear(&Timer::Http(effect));
                    self.machine.answer(now, effect, Answer::Http(result));
                }
            }
        }
    }

    fn perform(&mut self, id: EffectId, effect: Effect) {
        match effect {
            Effect::Connect { link, to, origin } => self.connect(link, to, origin),
            Effect::Listen { .. } => {
                let answer = Answer::Listening(Err(Failure::Unsupported));
                self.machine.answer(self.clock.now(), id, answer);
            }
            Effect::Unlisten { .. } | Effect::Respond { .. } => {}
            Effect::Close { link } => self.close(link),
            Effect::Http(request) => self.http(id, request),
            other => {
                if let Some(answer) = self.performer.perform(id, other) {
                    self.machine.answer(self.clock.now(), id, answer);
                }
            }
        }
    }

    fn close(&mut self, id: LinkId) {
        self.forget_attempt(id);
        self.links.close(&mut self.machine, self.clock.now(), id);
        self.queue(id);
    }

    fn http(&mut self, effect: EffectId, request: HttpRequest) {
        let now = self.clock.now();
        let limit = now.after(request.time_limit);
        match self.http.ask(effect, request) {
            Ok(()) => self.timers.set(Timer::Http(effect), limit),
            Err(_) => self.machine.answer(now, effect, Answer::Http(Err(Failure::Broken))),
        }
    }

    /// The machine has ended. What it said last still goes out.
    fn begin_end(&mut self, end: Result<(), M::Error>) {
        self.end = Some(end);
        self.calls = None;
        self.http.forget_all();
        let connecting: Vec<_> = self.connecting.keys().copied().collect();
        for id in connecting {
            self.forget_attempt(id);
        }
        let links: Vec<_> = self.links.ids().collect();
        for id in links {
            self.close(id);
        }
    }

    /// The system can no longer say what changed, so no link can go on.
    fn give_up(&mut self) {
        let now = self.clock.now();
        let links: Vec<_> = self.links.ids().collect();
        if links.is_empty() {
            self.finished = true;
        }
        for id in links {
            if let Some(ended) = self.links.end(&mut self.machine, now, id, LinkEnd::Reset) {
                self.ended(id, ended);
            }
        }
    }
}

fn earlier(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
