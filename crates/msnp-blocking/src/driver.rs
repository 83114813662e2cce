use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token, Waker};
use msnp_core::{
    Answer, Effect, EffectId, Endpoint, Failure, HttpRequest, LinkEnd, LinkId, Machine,
    NoPerformer, Now, Opened, Origin, Output, Performer, Timers,
};

use crate::clock::Clock;
use crate::connect::{ADDRESSES, Attempt, end_of, literal, outcome, resolve};
use crate::handle::{CALLS, Call, Handle};
use crate::http_threads::{Finished, HttpThreads};
use crate::link::{After, Flushed, Link};
use crate::options::Options;
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
    links: BTreeMap<LinkId, Link>,
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
    Write(LinkId),
    Linger(LinkId),
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
            links: BTreeMap::new(),
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
            let mut until = earlier(deadline, self.timers.next());
            if deadline.is_some_and(|at| at <= now.monotonic) {
                self.machine.timeout(now);
                self.late += 1;
                if self.late < LATE_CALLS {
                    continue;
                }
                until = earlier(Some(now.after(LATE_REST)), self.timers.next());
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
                        self.write(id);
                    }
                    if let Some(link) = self.links.get_mut(&id) {
                        link.set_reads(reads);
                    }
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
            match self.links.get_mut(id) {
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
        if let Some(link) = self.links.get_mut(&id)
            && link.wants_turn
            && !link.queued
        {
            link.queued = true;
            self.ready.push_back(id);
        }
    }

    fn write(&mut self, id: LinkId) -> Option<Flushed> {
        let now = self.clock.now();
        let link = self.links.get_mut(&id)?;
        let flushed = link.flush(&mut self.machine, now);
        match flushed {
            Flushed::All | Flushed::Broken => self.timers.clear(&Timer::Write(id)),
            Flushed::Blocked { some: false } if link.stuck => {}
            Flushed::Blocked { .. } | Flushed::Yielded => {
                self.timers.set(Timer::Write(id), now.after(self.options.write_timeout));
            }
        }
        link.stuck = matches!(flushed, Flushed::Blocked { .. } | Flushed::Yielded);
        Some(flushed)
    }

    fn turn(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(&id) {
            link.queued = false;
            link.wants_turn = false;
        }
        let Some(flushed) = self.write(id) else { return };
        let now = self.clock.now();
        let Some(link) = self.links.get_mut(&id) else { return };
        let limit = self.options.leftover_limit;
        match link.turn(&mut self.machine, now, flushed, &mut self.buffer, limit) {
            After::Keep => {}
            After::Linger => {
                let linger = self.options.linger.min(self.options.write_timeout);
                self.timers.set(Timer::Linger(id), now.after(linger));
            }
            After::Forget => self.forget(id),
            After::Tell(why) => self.tell_closed(now, id, why),
        }
        self.queue(id);
    }

    fn forget(&mut self, id: LinkId) {
        self.timers.clear(&Timer::Write(id));
        self.timers.clear(&Timer::Linger(id));
        if let Some(mut link) = self.links.remove(&id) {
            self.unregister(&mut link.socket, link.token);
            trace::dropped(id);
            // Nobody will send the rest of a closed link, and the machine must not keep it.
            let rest = self.machine.output(id).len();
            if !link.is_open() && rest > 0 {
                self.machine.written(self.now(), id, rest);
            }
        }
    }

    fn unregister(&mut self, socket: &mut TcpStream, token: usize) {
        let _ = self.poll.registry().deregister(socket);
        self.tokens.remove(&token);
    }

    fn tell_closed(&mut self, now: Now, id: LinkId, why: LinkEnd) {
        self.forget(id);
        trace::closed(id, why);
        self.machine.link_closed(now, id, why);
    }

    fn expire(&mut self, now: Now, timer: Timer) {
        match timer {
            Timer::Connect(id) => {
                if let Some(attempt) = self.connecting.get_mut(&id) {
                    attempt.end = LinkEnd::TimedOut;
                }
                self.connect_next(id);
            }
            Timer::Write(id) => match self.links.get(&id) {
                Some(link) if link.is_open() => self.tell_closed(now, id, LinkEnd::TimedOut),
                _ => self.forget(id),
            },
            Timer::Linger(id) => self.forget(id),
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

    fn connect(&mut self, link: LinkId, to: Endpoint, origin: Origin) {
        self.attempts += 1;
        let number = self.attempts;
        let attempt = Attempt {
            number,
            origin,
            addresses: VecDeque::new(),
            share: self.options.connect_timeout,
            socket: None,
            end: LinkEnd::Refused,
        };
        self.connecting.insert(link, attempt);
        if let Some(address) = literal(&to) {
            return self.resolved(link, vec![address]);
        }
        let now = self.clock.now();
        self.timers.set(Timer::Connect(link), now.after(self.options.connect_timeout));
        let (done, waker) = (self.done.0.clone(), self.waker.clone());
        let spawned = thread::Builder::new().name("msnp-resolve".into()).spawn(move || {
            let addresses = resolve(&to);
            let _ = done.send(Done::Resolved { link, attempt: number, addresses });
            let _ = waker.wake();
        });
        if spawned.is_err() {
            self.connect_next(link);
        }
    }

    fn resolved(&mut self, id: LinkId, mut addresses: Vec<SocketAddr>) {
        let Some(attempt) = self.connecting.get_mut(&id) else { return };
        let policy = self.options.addresses;
        addresses.retain(|address| policy.allows(attempt.origin, address.ip()));
        addresses.truncate(ADDRESSES);
        let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        attempt.share = self.options.connect_timeout.checked_div(count).unwrap_or_default();
        attempt.addresses = addresses.into();
        self.connect_next(id);
    }

    /// Gives up the address that is being tried, and tries the next one.
    fn connect_next(&mut self, id: LinkId) {
        let now = self.clock.now();
        self.timers.clear(&Timer::Connect(id));
        let tried = self.connecting.get_mut(&id).and_then(|attempt| attempt.socket.take());
        if let Some((mut socket, token)) = tried {
            self.unregister(&mut socket, token);
        }
        while let Some(attempt) = self.connecting.get_mut(&id) {
            let address = attempt.addresses.pop_front();
            let Some(address) = address else {
                let end = attempt.end;
                self.connecting.remove(&id);
                trace::closed(id, end);
                self.machine.link_closed(now, id, end);
                return;
            };
            match self.begin(id, address) {
                Ok(started) => {
                    if let Some(attempt) = self.connecting.get_mut(&id) {
                        attempt.socket = Some(started);
                        self.timers.set(Timer::Connect(id), now.after(attempt.share));
                    }
                    return;
                }
                Err(error) => {
                    if let Some(attempt) = self.connecting.get_mut(&id) {
                        attempt.end = end_of(&error);
                    }
                }
            }
        }
    }

    fn begin(&mut self, id: LinkId, address: SocketAddr) -> io::Result<(TcpStream, usize)> {
        let mut socket = TcpStream::connect(address)?;
        let token = self.next_token;
        self.next_token = token.wrapping_add(1).max(WAKE.0 + 1);
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut socket, Token(token), both)?;
        self.tokens.insert(token, id);
        Ok((socket, token))
    }

    fn try_connected(&mut self, id: LinkId) {
        let Some(attempt) = self.connecting.get_mut(&id) else { return };
        let Some((socket, _)) = &attempt.socket else { return };
        match outcome(socket) {
            None => {}
            Some(Err(error)) => {
                attempt.end = end_of(&error);
                self.connect_next(id);
            }
            Some(Ok(())) => {
                self.timers.clear(&Timer::Connect(id));
                let Some(attempt) = self.connecting.remove(&id) else { return };
                let Some((socket, token)) = attempt.socket else { return };
                self.links.insert(id, Link::new(id, socket, token));
                trace::opened(id, Opened::Connected);
                self.machine.link_opened(self.clock.now(), id, Opened::Connected);
                self.queue(id);
            }
        }
    }

    fn close(&mut self, id: LinkId) {
        self.forget_attempt(id);
        if let Some(link) = self.links.get_mut(&id) {
            link.close();
            self.write(id);
            self.queue(id);
        }
    }

    fn forget_attempt(&mut self, id: LinkId) {
        self.timers.clear(&Timer::Connect(id));
        if let Some(attempt) = self.connecting.remove(&id)
            && let Some((mut socket, token)) = attempt.socket
        {
            self.unregister(&mut socket, token);
        }
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
        let links: Vec<_> = self.links.keys().copied().collect();
        for id in links {
            if let Some(link) = self.links.get_mut(&id) {
                link.close();
            }
            self.queue(id);
        }
    }

    /// The system can no longer say what changed, so no link can go on.
    fn give_up(&mut self) {
        let now = self.clock.now();
        let links: Vec<_> = self.links.keys().copied().collect();
        if links.is_empty() {
            self.finished = true;
        }
        for id in links {
            self.tell_closed(now, id, LinkEnd::Reset);
        }
    }
}

fn earlier(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
