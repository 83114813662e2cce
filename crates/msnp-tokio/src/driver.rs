use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use msnp_core::links::{LinkLimits, Links};
use msnp_core::{
    Answer, Effect, EffectId, Endpoint, Failure, HttpRequest, HttpResponse, LinkId, ListenerId,
    Machine, NoPerformer, Now, Opened, Origin, Output, Performer, RequestId, Serves, Timers,
};
use rustls::ClientConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Sleep;

use crate::clock::Clock;
use crate::connect::{Rules, connect, end_of, failure_of};
use crate::handle::{CALLS, Call, Handle};
use crate::http_server::Incoming;
use crate::options::Options;
use crate::ready::{ReadyList, Source};
use crate::socket::Connection;
use crate::visitors::Visitors;
use crate::{http_client, http_server, tls, trace};

/// The one read buffer, and how many bytes a link may read before another gets its turn.
const READ_TURN: usize = 64 * 1024;
/// How many connections a listener accepts before others get their turn.
const ACCEPT_TURN: usize = 16;
/// How long a listener rests when the system has no socket for it.
const ACCEPT_REST: Duration = Duration::from_millis(100);
/// How many sources have their turn before other tasks of the runtime get theirs.
const TURNS: usize = 32;
/// A machine whose deadline stays in the past after so many calls is no longer called at once.
const LATE_CALLS: usize = 1000;
/// How long it rests instead.
const LATE_REST: Duration = Duration::from_millis(10);

/// Runs one [`Machine`] on tokio.
///
/// One task owns it and calls [`next`](Self::next) in a loop; other tasks use a
/// [`Handle`](Self::handle). Dropping it closes everything at once.
pub struct Driver<M: Machine> {
    machine: M,
    options: Options,
    performer: Box<dyn Performer>,
    clock: Clock,
    ready: Arc<ReadyList>,
    links: Links<Connection>,
    connecting: BTreeMap<LinkId, (u64, AbortHandle)>,
    listeners: BTreeMap<ListenerId, Listener>,
    requests: BTreeMap<RequestId, oneshot::Sender<HttpResponse>>,
    timers: Timers<Timer>,
    tasks: JoinSet<Done>,
    incoming: (mpsc::Sender<Incoming>, mpsc::Receiver<Incoming>),
    calls: mpsc::Receiver<Call<M>>,
    handle: Handle<M>,
    tls: Option<Arc<ClientConfig>>,
    sleep: Option<Pin<Box<Sleep>>>,
    buffer: Box<[u8]>,
    attempts: u64,
    accepted: u64,
    requested: u64,
    turned_away: u64,
    turns: usize,
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

struct Listener {
    socket: TcpListener,
    serves: Serves,
    seats: Arc<Semaphore>,
    visitors: Visitors,
    waker: Waker,
}

/// What the driver itself waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Accept(ListenerId),
    Respond(RequestId),
}

/// The result of a task of the driver's own.
enum Done {
    Connected { link: LinkId, attempt: u64, result: Result<TcpStream, Failure> },
    Http { effect: EffectId, result: Result<HttpResponse, Failure> },
}

enum News<M> {
    Ready(Source),
    Done(Done),
    Incoming(Incoming),
    Call(Call<M>),
    Time,
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
    pub fn build(self) -> Driver<M> {
        let (calls, queue) = mpsc::channel(CALLS);
        let limits = LinkLimits {
            write_timeout: self.options.write_timeout,
            linger: self.options.linger,
            leftover: self.options.leftover_limit,
        };
        Driver {
            machine: self.machine,
            options: self.options,
            performer: self.performer,
            clock: Clock::start(),
            ready: Arc::default(),
            links: Links::new(limits),
            connecting: BTreeMap::new(),
            listeners: BTreeMap::new(),
            requests: BTreeMap::new(),
            timers: Timers::new(),
            tasks: JoinSet::new(),
            incoming: mpsc::channel(CALLS),
            calls: queue,
            handle: Handle::new(calls),
            tls: None,
            sleep: None,
            buffer: vec![0; READ_TURN].into_boxed_slice(),
            attempts: 0,
            accepted: LinkId::FIRST_ACCEPTED,
            requested: 0,
            turned_away: 0,
            turns: 0,
            late: 0,
            end: None,
            finished: false,
        }
    }
}

impl<M: Machine> Driver<M> {
    /// Runs the machine with the usual options, and with nothing that stores or verifies.
    pub fn new(machine: M) -> Self {
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

    /// How many connections were closed as they came, of which the machine knows nothing: those
    /// beyond [`Options::connections`] and [`HttpLimits::of_one_address`](crate::HttpLimits).
    pub fn turned_away(&self) -> u64 {
        self.turned_away
    }

    /// Calls the machine. What comes of it is sent by the following [`next`](Self::next).
    pub fn call<R>(&mut self, call: impl FnOnce(&mut M, Now) -> R) -> R {
        call(&mut self.machine, self.clock.now())
    }

    /// Calls the machine from other tasks.
    pub fn handle(&self) -> Handle<M> {
        self.handle.clone()
    }

    /// The next event; `None` once the machine has ended well; its error once, and then `None`.
    ///
    /// This is where everything happens: nothing is read or sent while nobody waits for it.
    /// It may be dropped at any time, as in `select!`, and loses nothing.
    /// Call it within a tokio runtime that has both drivers, for input and output and for time,
    /// enabled.
    pub async fn next(&mut self) -> Option<Result<M::Event, M::Error>> {
        while !self.finished {
            let mut deadline = None;
            if let Some(event) = self.drain(&mut deadline) {
                return Some(Ok(event));
            }
            if self.end.is_some() && self.links.is_empty() {
                self.finished = true;
                return self.end.take().and_then(Result::err).map(Err);
            }
            let now = self.clock.now();
            if let Some(timer) = self.timers.expired(now.monotonic) {
                self.expire(timer);
                continue;
            }
            if let Some((link, ended)) = self.links.expire(&mut self.machine, now) {
                trace::ended(link, ended.told);
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
            // The only await. Whatever it takes is dealt with before the next one.
            match self.news(until).await {
                News::Ready(Source::Link(link)) => self.turn(link),
                News::Ready(Source::Listener(listener)) => self.accept(listener),
                News::Done(done) => self.done(done),
                News::Incoming(incoming) => self.request(incoming),
                News::Call(call) => self.call(call),
                News::Time => {}
            }
        }
        None
    }

    /// Everything the machine has to say, up to its next event.
    fn drain(&mut self, deadline: &mut Option<Duration>) -> Option<M::Event> {
        loop {
            match self.machine.poll() {
                Output::Event(event) => return Some(event),
                Output::Effect(id, effect) => self.perform(id, effect),
                Output::Link { link, reads, writes } => {
                    if writes {
                        self.links.write(&mut self.machine, self.clock.now(), link);
                    }
                    self.links.set_reads(link, reads);
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

    async fn news(&mut self, until: Option<Duration>) -> News<M> {
        let at = until.and_then(|until| self.clock.at(until));
        match (at, &mut self.sleep) {
            (Some(at), Some(sleep)) if sleep.deadline() != at => sleep.as_mut().reset(at),
            (Some(at), None) => self.sleep = Some(Box::pin(tokio::time::sleep_until(at))),
            _ => {}
        }
        poll_fn(|context| self.poll_news(context, at.is_some())).await
    }

    fn poll_news(&mut self, context: &mut Context<'_>, timed: bool) -> Poll<News<M>> {
        self.turns = self.turns.wrapping_add(1);
        if self.turns.is_multiple_of(TURNS) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if timed
            && let Some(sleep) = &mut self.sleep
            && sleep.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(News::Time);
        }
        // Each kind of news comes first in its turn, so that none can starve the others.
        for kind in 0..4 {
            let news = match (self.turns + kind) % 4 {
                0 => self.ready.next(context).map(News::Ready),
                1 => match self.tasks.poll_join_next(context) {
                    Poll::Ready(Some(Ok(done))) => Some(News::Done(done)),
                    // Aborted, because its link was closed.
                    Poll::Ready(Some(Err(_))) => Some(News::Time),
                    Poll::Ready(None) | Poll::Pending => None,
                },
                2 => ready(self.incoming.1.poll_recv(context)).map(News::Incoming),
                _ => ready(self.calls.poll_recv(context)).map(News::Call),
            };
            if let Some(news) = news {
                return Poll::Ready(news);
            }
        }
        Poll::Pending
    }

    fn turn(&mut self, id: LinkId) {
        let now = self.clock.now();
        if let Some(ended) = self.links.turn(&mut self.machine, now, id, &mut self.buffer) {
            trace::ended(id, ended.told);
        }
    }

    fn expire(&mut self, timer: Timer) {
        match timer {
            Timer::Accept(id) => {
                if let Some(listener) = self.listeners.get(&id) {
                    listener.waker.wake_by_ref();
                }
            }
            Timer::Respond(id) => {
                if let Some(reply) = self.requests.remove(&id) {
                    let _ = reply.send(HttpResponse::new(504));
                }
            }
        }
    }

    fn done(&mut self, done: Done) {
        let now = self.clock.now();
        match done {
            Done::Connected { link, attempt, result } => {
                if self.connecting.get(&link).is_none_or(|(current, _)| *current != attempt) {
                    return;
                }
                self.connecting.remove(&link);
                match result {
                    Ok(socket) => self.adopt(now, link, socket, None, Opened::Connected),
                    Err(failure) => {
                        let end = end_of(failure);
                        trace::ended(link, Some(end));
                        self.machine.link_closed(now, link, end);
                    }
                }
            }
            Done::Http { effect, result } => self.machine.answer(now, effect, Answer::Http(result)),
        }
    }

    fn adopt(
        &mut self,
        now: Now,
        id: LinkId,
        socket: TcpStream,
        seat: Option<OwnedSemaphorePermit>,
        how: Opened,
    ) {
        let waker = self.ready.source(Source::Link(id));
        let connection = Connection::new(id, socket, waker, seat);
        trace::opened(id, how);
        self.links.open(&mut self.machine, now, id, connection, how);
    }

    fn accept(&mut self, id: ListenerId) {
        for _ in 0..ACCEPT_TURN {
            let Some(listener) = self.listeners.get(&id) else { return };
            match listener.socket.poll_accept(&mut Context::from_waker(&listener.waker)) {
                Poll::Pending => return,
                Poll::Ready(Ok((socket, peer))) => {
                    match listener.seats.clone().try_acquire_owned() {
                        Ok(seat) => self.accepted(id, listener.serves, socket, peer, seat),
                        Err(_) => self.turn_away(id, peer),
                    }
                }
                Poll::Ready(Err(error)) => {
                    // Those are about one connection that is gone already. Others, such as no free
                    // descriptor, would come again at once.
                    if !matches!(
                        error.kind(),
                        io::ErrorKind::ConnectionAborted
                            | io::ErrorKind::ConnectionReset
                            | io::ErrorKind::Interrupted
                    ) {
                        let now = self.clock.now();
                        self.timers.set(Timer::Accept(id), now.after(ACCEPT_REST));
                        return;
                    }
                }
            }
        }
        if let Some(listener) = self.listeners.get(&id) {
            listener.waker.wake_by_ref();
        }
    }

    fn accepted(
        &mut self,
        listener: ListenerId,
        serves: Serves,
        socket: TcpStream,
        peer: SocketAddr,
        seat: OwnedSemaphorePermit,
    ) {
        match serves {
            Serves::Links => {
                let link = LinkId::new(self.accepted);
                self.accepted += 1;
                let now = self.clock.now();
                self.adopt(now, link, socket, Some(seat), Opened::Accepted { listener, peer });
            }
            Serves::Http => {
                let limits = self.options.http;
                let visitors = self.listeners.get(&listener).map(|at| &at.visitors);
                let visit = visitors.and_then(|at| at.admit(peer.ip(), limits.of_one_address));
                let Some(visit) = visit else { return self.turn_away(listener, peer) };
                let submit = self.incoming.0.clone();
                let write_timeout = self.options.write_timeout;
                tokio::spawn(async move {
                    http_server::serve(socket, listener, limits, write_timeout, submit).await;
                    drop((seat, visit));
                });
            }
        }
    }

    fn turn_away(&mut self, listener: ListenerId, peer: SocketAddr) {
        self.turned_away = self.turned_away.saturating_add(1);
        trace::turned_away(listener, peer);
    }

    fn request(&mut self, incoming: Incoming) {
        let Incoming { listener, request, reply } = incoming;
        if !self.listeners.contains_key(&listener) {
            return;
        }
        self.requested += 1;
        let id = RequestId::new(self.requested);
        let now = self.clock.now();
        self.requests.insert(id, reply);
        self.timers.set(Timer::Respond(id), now.after(self.options.http.respond));
        self.machine.request(now, listener, id, request);
    }

    fn perform(&mut self, id: EffectId, effect: Effect) {
        match effect {
            Effect::Connect { link, to, origin } => self.connect(link, to, origin),
            Effect::Listen { listener, on, serves } => {
                let listening = self.listen(listener, on, serves);
                let answer = Answer::Listening(listening.map_err(|error| failure_of(&error)));
                self.machine.answer(self.clock.now(), id, answer);
            }
            Effect::Unlisten { listener } => {
                self.listeners.remove(&listener);
                self.timers.clear(&Timer::Accept(listener));
            }
            Effect::Close { link } => self.close(link),
            Effect::Http(request) => self.http(id, request),
            Effect::Respond { request, response } => {
                self.timers.clear(&Timer::Respond(request));
                if let Some(reply) = self.requests.remove(&request) {
                    let _ = reply.send(response);
                }
            }
            other => {
                if let Some(answer) = self.performer.perform(id, other) {
                    self.machine.answer(self.clock.now(), id, answer);
                }
            }
        }
    }

    fn connect(&mut self, link: LinkId, to: Endpoint, origin: Origin) {
        let rules = Rules {
            origin,
            policy: self.options.addresses,
            patience: self.options.connect_timeout,
        };
        self.attempts += 1;
        let attempt = self.attempts;
        let task = self.tasks.spawn(async move {
            let result = connect(to.host(), to.port(), rules).await;
            Done::Connected { link, attempt, result }
        });
        self.connecting.insert(link, (attempt, task));
    }

    fn listen(&mut self, id: ListenerId, on: SocketAddr, serves: Serves) -> io::Result<SocketAddr> {
        let socket = std::net::TcpListener::bind(on)?;
        socket.set_nonblocking(true)?;
        let socket = TcpListener::from_std(socket)?;
        let at = socket.local_addr()?;
        let waker = self.ready.source(Source::Listener(id));
        waker.wake_by_ref();
        let seats = Arc::new(Semaphore::new(self.options.connections.min(Semaphore::MAX_PERMITS)));
        self.listeners.insert(
            id,
            Listener { socket, serves, seats, visitors: Visitors::default(), waker: waker.into() },
        );
        Ok(at)
    }

    fn close(&mut self, id: LinkId) {
        if let Some((_, task)) = self.connecting.remove(&id) {
            task.abort();
        }
        self.links.close(&mut self.machine, self.clock.now(), id);
    }

    fn http(&mut self, effect: EffectId, request: HttpRequest) {
        if self.tls.is_none() && request.url.get(..6).is_some_and(http_client::is_https) {
            self.tls = tls::client_config(&self.options.roots);
        }
        let tls = self.tls.clone();
        let patience = self.options.connect_timeout;
        self.tasks.spawn(async move {
            let result = http_client::perform(request, tls, patience).await;
            Done::Http { effect, result }
        });
    }

    /// The machine has ended. What it said last still goes out.
    fn begin_end(&mut self, end: Result<(), M::Error>) {
        self.end = Some(end);
        self.listeners.clear();
        self.connecting.clear();
        self.tasks.abort_all();
        self.requests.clear();
        self.calls.close();
        while self.calls.try_recv().is_ok() {}
        let links: Vec<_> = self.links.ids().collect();
        for link in links {
            self.links.close(&mut self.machine, self.clock.now(), link);
        }
    }
}

fn earlier(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn ready<T>(poll: Poll<Option<T>>) -> Option<T> {
    match poll {
        Poll::Ready(value) => value,
        Poll::Pending => None,
    }
}
