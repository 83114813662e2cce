use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use msnp_core::{
    Answer, Effect, EffectId, Failure, HttpRequest, LinkEnd, LinkId, ListenerId, Now, Opened,
    Random, RequestId, Serves,
};

use super::addresses::Addresses;
use super::conditions::{Conditions, Cuts, Performed, piece};
use super::host::{Host, Said};
use super::web::{Exchange, Target, Web};
use super::wire::{Cargo, End, State, Wire};

/// Polls of one drain after which a machine is said never to wait.
const ENDLESS: u32 = 1_000_000;
/// How many of the last steps a panic shows.
const REMEMBERED: usize = 12;

pub(super) type Perform = Box<dyn FnMut(Now, &Effect) -> Performed>;

/// The state of a network, and the driver of every machine on it.
pub(super) struct Engine {
    pub(super) time: Duration,
    pub(super) conditions: Conditions,
    pub(super) addresses: Addresses,
    pub(super) steps: u64,
    random: Random,
    seats: Vec<Seat>,
    wires: BTreeMap<u64, Wire>,
    next_wire: u64,
    /// How much each wire has carried, those that are gone included.
    pub(super) carried: Vec<u64>,
    /// This wire breaks once it has carried so much.
    pub(super) planned: Option<(u64, u64, LinkEnd)>,
    ends: BTreeMap<(usize, LinkId), (u64, usize)>,
    web: Web,
    ready: VecDeque<Work>,
    under_way: BTreeMap<(Duration, u64), Happening>,
    next_happening: u64,
    last_steps: VecDeque<(Duration, String)>,
}

struct Seat {
    name: String,
    host: Box<dyn Host>,
    perform: Perform,
    deadline: Option<Duration>,
    finished: bool,
    next_accepted: u64,
    next_request: u64,
}

/// What can be done at this moment.
#[derive(Clone, Copy)]
enum Work {
    Read(u64, usize),
    Write(u64, usize),
}

/// What will come to pass at its time.
enum Happening {
    Knock { wire: u64, host: String, port: u16 },
    Connected { wire: u64 },
    NotConnected { wire: u64 },
    Arrival { wire: u64, side: usize, cargo: Cargo },
    Request { to: usize, listener: ListenerId, id: RequestId, request: HttpRequest },
    Answer { to: usize, effect: EffectId, answer: Answer },
}

impl Engine {
    pub(super) fn new(seed: u64, conditions: Conditions) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self {
            time: Duration::ZERO,
            conditions,
            addresses: Addresses::default(),
            steps: 0,
            random: Random::from_seed(bytes),
            seats: Vec::new(),
            wires: BTreeMap::new(),
            next_wire: 0,
            carried: Vec::new(),
            planned: None,
            ends: BTreeMap::new(),
            web: Web::default(),
            ready: VecDeque::new(),
            under_way: BTreeMap::new(),
            next_happening: 0,
            last_steps: VecDeque::new(),
        }
    }

    pub(super) fn add(&mut self, name: String, host: Box<dyn Host>, perform: Perform) -> usize {
        self.seats.push(Seat {
            name,
            host,
            perform,
            deadline: None,
            finished: false,
            next_accepted: LinkId::FIRST_ACCEPTED,
            next_request: 1,
        });
        let seat = self.seats.len() - 1;
        self.drain(seat);
        seat
    }

    pub(super) fn host(&self, seat: usize) -> &dyn Host {
        self.seats[seat].host.as_ref()
    }

    pub(super) fn host_mut(&mut self, seat: usize) -> &mut dyn Host {
        self.seats[seat].host.as_mut()
    }

    pub(super) fn now(&self) -> Now {
        // A round moment of the field's own time: 2004-01-10 13:37:04 UTC.
        Now { monotonic: self.time, unix: Duration::from_secs(1_073_741_824) + self.time }
    }

    pub(super) fn links(&self, seat: usize) -> Vec<LinkId> {
        self.ends.keys().filter(|(host, _)| *host == seat).map(|(_, link)| *link).collect()
    }

    /// Whether anything is to be done now, or is under way.
    pub(super) fn busy(&self) -> bool {
        !self.ready.is_empty()
            || !self.under_way.is_empty()
            || self.next_deadline().is_some_and(|at| at <= self.time)
    }

    /// When the next step happens.
    pub(super) fn next_time(&self) -> Option<Duration> {
        if !self.ready.is_empty() {
            return Some(self.time);
        }
        let arrival = self.under_way.keys().next().map(|(at, _)| *at);
        let next = arrival.into_iter().chain(self.next_deadline()).min();
        next.map(|at| at.max(self.time))
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        let machines = self.seats.iter().filter_map(|seat| seat.deadline);
        machines.chain(self.web.next_deadline()).min()
    }

    /// Does the next thing; says whether there was one.
    pub(super) fn step(&mut self) -> bool {
        let Some(at) = self.next_time() else { return false };
        self.steps += 1;
        self.time = at;
        if let Some(work) = self.ready.pop_front() {
            match work {
                Work::Read(wire, side) => self.read(wire, side),
                Work::Write(wire, side) => {
                    if let Some(host) = self.write(wire, side) {
                        self.drain(host);
                    }
                }
            }
        } else if self.under_way.keys().next().is_some_and(|(due, _)| *due <= at) {
            if let Some((_, happening)) = self.under_way.pop_first() {
                self.happen(happening);
            }
        } else {
            self.deadline();
        }
        true
    }

    pub(super) fn last_steps(&self) -> String {
        let line = |(at, what): &(Duration, String)| format!("\n  {at:?} {what}");
        self.last_steps.iter().map(line).collect()
    }

    pub(super) fn deadlines(&self) -> String {
        let deadline = |seat: &Seat| match seat.deadline {
            _ if seat.finished => format!("\n  {} is finished", seat.name),
            Some(at) => format!("\n  {} waits until {at:?}", seat.name),
            None => format!("\n  {} waits for the world alone", seat.name),
        };
        self.seats.iter().map(deadline).collect()
    }

    /// Takes everything that the machine has to say, and does it.
    pub(super) fn drain(&mut self, seat: usize) {
        for _ in 0..ENDLESS {
            let at = self.time;
            let said = self.seats[seat].host.poll(at);
            let ended = matches!(said, Said::Closed | Said::Link { .. } | Said::Effect(..));
            let Seat { name, finished, .. } = &self.seats[seat];
            assert!(ended || !finished, "{name} said more after it had said that it is closed");
            match said {
                Said::Event => {}
                Said::Effect(id, effect) => self.perform(seat, id, effect),
                Said::Link { link, reads, writes } => self.interest(seat, link, reads, writes),
                Said::Wait { deadline } => {
                    self.seats[seat].deadline = deadline;
                    return;
                }
                Said::Closed => return self.finish(seat),
            }
        }
        panic!("{} never waits: poll said something {ENDLESS} times", self.seats[seat].name);
    }

    /// Makes a connection without an attempt.
    pub(super) fn join(&mut self, one: (usize, LinkId), other: (usize, LinkId)) {
        let wire = self.new_wire(one.0, one.1);
        self.accept(wire, other.0, other.1, ListenerId::new(0));
        self.connected(wire);
    }

    pub(super) fn hold(&mut self, seat: usize, link: LinkId) {
        if let Some((wire, side)) = self.ends.get(&(seat, link)).copied()
            && let Some(end) = self.end(wire, side)
        {
            end.held.get_or_insert_default();
        }
    }

    pub(super) fn release(&mut self, seat: usize, link: LinkId) {
        let Some((wire, side)) = self.ends.get(&(seat, link)).copied() else { return };
        let held = self.end(wire, side).and_then(|end| end.held.take());
        for cargo in held.into_iter().flatten() {
            self.deliver(wire, side, cargo);
        }
    }

    pub(super) fn cut(&mut self, seat: usize, link: LinkId, why: LinkEnd) {
        if let Some((wire, _)) = self.ends.get(&(seat, link)).copied() {
            self.break_wire(wire, why);
        }
    }

    fn note(&mut self, seat: usize, what: impl FnOnce() -> String) {
        if self.last_steps.len() == REMEMBERED {
            self.last_steps.pop_front();
        }
        let name = self.seats.get(seat).map_or("nobody", |seat| seat.name.as_str());
        self.last_steps.push_back((self.time, format!("{name}: {}", what())));
    }

    fn later(&mut self, after: Duration, happening: Happening) {
        self.at(self.time.saturating_add(after), happening);
    }

    fn at(&mut self, at: Duration, happening: Happening) {
        self.under_way.insert((at, self.next_happening), happening);
        self.next_happening += 1;
    }

    fn end(&mut self, wire: u64, side: usize) -> Option<&mut End> {
        self.wires.get_mut(&wire)?.ends.get_mut(side)
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Knock { wire, host, port } => self.knock(wire, &host, port),
            Happening::Connected { wire } => self.connected(wire),
            Happening::NotConnected { wire } => {
                if let Some(end) = self.end(wire, 0) {
                    end.state = State::Open;
                    self.farewell(wire, 0, LinkEnd::Refused);
                }
            }
            Happening::Arrival { wire, side, cargo } => self.arrive(wire, side, cargo),
            Happening::Request { to, listener, id, request } => {
                if self.seats[to].finished {
                    return self.break_exchanges(to);
                }
                self.note(to, || format!("a request, {request:?}"));
                let now = self.now();
                self.seats[to].host.request(now, listener, id, request);
                self.drain(to);
            }
            Happening::Answer { to, effect, answer } => {
                if self.seats[to].finished {
                    return;
                }
                self.note(to, || format!("the answer to {effect:?}"));
                let now = self.now();
                self.seats[to].host.answer(now, effect, answer);
                self.drain(to);
            }
        }
    }

    fn deadline(&mut self) {
        let time = self.time;
        if let Some(late) = self.web.take(|exchange| exchange.deadline <= time) {
            self.answer_http(late, Err(Failure::TimedOut));
            return;
        }
        let due = |seat: &Seat| seat.deadline.is_some_and(|at| at <= time);
        let Some(seat) = self.seats.iter().position(due) else { return };
        self.note(seat, || "its deadline".to_owned());
        let now = self.now();
        self.seats[seat].host.timeout(now);
        self.drain(seat);
    }

    fn perform(&mut self, seat: usize, id: EffectId, effect: Effect) {
        let latency = self.conditions.latency;
        match effect {
            Effect::Connect { link, to, .. } => {
                let wire = self.new_wire(seat, link);
                let (host, port) = (to.host().to_owned(), to.port());
                self.later(latency, Happening::Knock { wire, host, port });
            }
            Effect::Listen { listener, on, serves } => {
                let answer = self.addresses.listen(on, (seat, listener, serves));
                self.later(
                    Duration::ZERO,
                    Happening::Answer { to: seat, effect: id, answer: Answer::Listening(answer) },
                );
            }
            Effect::Unlisten { listener } => {
                self.addresses.unlisten(|at| (at.0, at.1) == (seat, listener));
            }
            Effect::Close { link } => self.close(seat, link),
            Effect::Http(request) => self.http(seat, id, request),
            Effect::Respond { request, response } => {
                let asked =
                    |exchange: &Exchange| (exchange.to, exchange.request) == (seat, request);
                if let Some(exchange) = self.web.take(asked) {
                    let fits = response.body.len() <= exchange.response_limit;
                    self.answer_http(exchange, fits.then_some(response).ok_or(Failure::TooLarge));
                }
            }
            other => {
                let now = self.now();
                match (self.seats[seat].perform)(now, &other) {
                    Performed::After(delay, answer) => {
                        self.later(delay, Happening::Answer { to: seat, effect: id, answer });
                    }
                    Performed::Never => {}
                }
            }
        }
    }

    fn http(&mut self, seat: usize, effect: EffectId, request: HttpRequest) {
        let latency = self.conditions.latency;
        let found = Target::read(&request.url).ok_or(Failure::UnknownHost).and_then(|target| {
            match self.addresses.listener(&target.host, target.port)? {
                (to, listener, Serves::Http) => Ok((target, to, listener)),
                (_, _, Serves::Links) => Err(Failure::Broken),
            }
        });
        match found {
            Ok((target, to, listener)) => {
                let id = RequestId::new(self.seats[to].next_request);
                self.seats[to].next_request += 1;
                self.web.begin(Exchange {
                    from: seat,
                    effect,
                    to,
                    request: id,
                    response_limit: request.response_limit,
                    deadline: self.time.saturating_add(request.time_limit),
                });
                let request = target.arriving(request);
                self.later(latency, Happening::Request { to, listener, id, request });
            }
            Err(failure) => {
                let answer = Answer::Http(Err(failure));
                self.later(latency, Happening::Answer { to: seat, effect, answer });
            }
        }
    }

    fn answer_http(
        &mut self,
        exchange: Exchange,
        result: Result<msnp_core::HttpResponse, Failure>,
    ) {
        // Who gave up waiting need not wait for the news of it to travel.
        let timed_out = result == Err(Failure::TimedOut);
        let after = if timed_out { Duration::ZERO } else { self.conditions.latency };
        let Exchange { from: to, effect, .. } = exchange;
        self.later(after, Happening::Answer { to, effect, answer: Answer::Http(result) });
    }

    fn break_exchanges(&mut self, to: usize) {
        while let Some(exchange) = self.web.take(|exchange| exchange.to == to) {
            self.answer_http(exchange, Err(Failure::Broken));
        }
    }

    fn new_wire(&mut self, seat: usize, link: LinkId) -> u64 {
        let name = &self.seats[seat].name;
        assert!(!self.ends.contains_key(&(seat, link)), "{name} has a {link:?} already");
        let wire = self.next_wire;
        self.next_wire += 1;
        self.carried.push(0);
        self.wires.insert(wire, Wire::new(seat, link));
        self.ends.insert((seat, link), (wire, 0));
        wire
    }

    fn knock(&mut self, wire: u64, host: &str, port: u16) {
        if !self.wires.contains_key(&wire) {
            return; // The connection was given up meanwhile.
        }
        let latency = self.conditions.latency;
        match self.addresses.listener(host, port) {
            Ok((seat, listener, Serves::Links)) if !self.seats[seat].finished => {
                let link = LinkId::new(self.seats[seat].next_accepted);
                self.seats[seat].next_accepted += 1;
                self.later(latency, Happening::Connected { wire });
                self.accept(wire, seat, link, listener);
            }
            _ => self.later(latency, Happening::NotConnected { wire }),
        }
    }

    fn accept(&mut self, wire: u64, seat: usize, link: LinkId, listener: ListenerId) {
        let peer = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), self.addresses.ephemeral_port());
        if let Some(wire) = self.wires.get_mut(&wire) {
            wire.accept(seat, link);
        }
        let before = self.ends.insert((seat, link), (wire, 1));
        assert!(before.is_none(), "{} has a {link:?} already", self.seats[seat].name);
        self.note(seat, || format!("{link:?} accepted"));
        let now = self.now();
        self.seats[seat].host.link_opened(now, link, Opened::Accepted { listener, peer });
        self.drain(seat);
    }

    fn connected(&mut self, wire: u64) {
        let Some(end) = self.end(wire, 0).filter(|end| end.state == State::Opening) else { return };
        end.state = State::Open;
        let (seat, link) = (end.host, end.link);
        self.note(seat, || format!("{link:?} connected"));
        let now = self.now();
        self.seats[seat].host.link_opened(now, link, Opened::Connected);
        self.drain(seat);
        // Bytes may have arrived, or been printed, before the link was known to be up.
        self.ready.push_back(Work::Write(wire, 0));
        self.ready.push_back(Work::Read(wire, 0));
    }

    fn interest(&mut self, seat: usize, link: LinkId, reads: bool, writes: bool) {
        let Some((wire, side)) = self.ends.get(&(seat, link)).copied() else { return };
        let Some(end) = self.end(wire, side) else { return };
        if reads && !end.reads {
            end.again = !end.leftovers.is_empty();
            self.ready.push_back(Work::Read(wire, side));
        }
        if let Some(end) = self.end(wire, side) {
            end.reads = reads;
        }
        if writes {
            self.write(wire, side);
        }
    }

    /// Sends what fits; names the machine that has to be drained after that.
    fn write(&mut self, wire: u64, side: usize) -> Option<usize> {
        let window = self.conditions.window;
        let [end, other] = self.wires.get(&wire).map(|found| {
            let [one, two] = &found.ends;
            if side == 0 { [one, two] } else { [two, one] }
        })?;
        if end.state != State::Open {
            return None;
        }
        let (seat, link) = (end.host, end.link);
        let room = other.room(window);
        let output = self.seats[seat].host.output(link);
        if output.is_empty() {
            self.finish_closing(wire, side);
            return None;
        }
        let mut n = output.len().min(room);
        if n == 0 {
            if let Some(other) = self.end(wire, 1 - side) {
                other.writer_waits = true;
            }
            return None;
        }
        if self.conditions.cuts == Cuts::Random {
            n = piece(&mut self.random, n);
        }
        let bytes = self.seats[seat].host.output(link)[..n].to_vec();
        self.send(wire, 1 - side, Cargo::Bytes(bytes));
        self.note(seat, || format!("wrote {n} bytes on {link:?}"));
        let now = self.now();
        self.seats[seat].host.written(now, link, n);
        if self.seats[seat].host.output(link).is_empty() {
            self.finish_closing(wire, side);
        } else {
            self.ready.push_back(Work::Write(wire, side));
        }
        Some(seat)
    }

    fn send(&mut self, wire: u64, side: usize, cargo: Cargo) {
        let mut after = self.conditions.latency;
        if let Some(stalls) = self.conditions.stalls
            && self.random.below(stalls.one_in.max(1)) == 0
        {
            after += stalls.lasting;
        }
        let at = self.time.saturating_add(after);
        let Some(end) = self.end(wire, side).filter(|end| end.state != State::Gone) else { return };
        let at = at.max(end.last_arrival);
        end.last_arrival = at;
        if let Cargo::Bytes(bytes) = &cargo {
            end.under_way += bytes.len();
        }
        self.at(at, Happening::Arrival { wire, side, cargo });
    }

    fn arrive(&mut self, wire: u64, side: usize, cargo: Cargo) {
        let Some(end) = self.end(wire, side) else { return };
        match &mut end.held {
            Some(held) => held.push_back(cargo),
            None => self.deliver(wire, side, cargo),
        }
    }

    fn deliver(&mut self, wire: u64, side: usize, cargo: Cargo) {
        let planned = self.planned.filter(|(planned, ..)| *planned == wire);
        let planned = planned.map(|(_, after, why)| (after, why));
        let cut_after = planned.or(self.conditions.cut_after);
        let Some(found) = self.wires.get_mut(&wire) else { return };
        let (broken, carried) = (found.broken, found.carried);
        let Some(end) = found.ends.get_mut(side) else { return };
        let mut cut = None;
        match cargo {
            Cargo::Bytes(mut bytes) => {
                end.under_way -= bytes.len();
                if broken || end.state == State::Gone {
                    return;
                }
                let mut length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                if let Some((limit, why)) = cut_after
                    && carried + length >= limit
                {
                    length = limit.saturating_sub(carried);
                    bytes.truncate(usize::try_from(length).unwrap_or_default());
                    cut = Some(why);
                }
                end.unread.extend(bytes);
                found.carried += length;
                if let Some(carried) =
                    usize::try_from(wire).ok().and_then(|at| self.carried.get_mut(at))
                {
                    *carried = found.carried;
                }
            }
            Cargo::End(why) => {
                end.end.get_or_insert(why);
            }
        }
        self.ready.push_back(Work::Read(wire, side));
        if let Some(why) = cut {
            self.break_wire(wire, why);
        }
    }

    fn break_wire(&mut self, wire: u64, why: LinkEnd) {
        let Some(found) = self.wires.get_mut(&wire) else { return };
        found.broken = true;
        for (side, end) in found.ends.iter_mut().enumerate() {
            end.end.get_or_insert(why);
            self.ready.push_back(Work::Read(wire, side));
        }
    }

    fn read(&mut self, wire: u64, side: usize) {
        let cuts = self.conditions.cuts;
        let Some(found) = self.wires.get_mut(&wire) else { return };
        let end = &mut found.ends[side];
        if end.closing && end.end.is_some() {
            return self.gone(wire, side); // The machine has closed it; nobody waits for this news.
        }
        if end.closing {
            end.unread.clear();
            return self.wake_writer(wire, side);
        }
        if !end.listens() {
            return;
        }
        // The end of a stream shows to who reads it, but a link that broke shows to everyone.
        let broke = end.end.filter(|why| *why != LinkEnd::Eof);
        if end.reads && (end.again || !end.unread.is_empty()) {
            let n = match cuts {
                Cuts::Whole => end.unread.len(),
                Cuts::Bytewise => end.unread.len().min(1),
                Cuts::Random => piece(&mut self.random, end.unread.len()),
            };
            end.again = false;
            end.leftovers.extend(end.unread.drain(..n));
            self.ready.push_back(Work::Read(wire, side));
            self.wake_writer(wire, side);
            self.offer(wire, side, false);
        } else if let Some(why) = end.end.filter(|_| end.reads).or(broke) {
            end.leftovers.extend(end.unread.drain(..));
            self.offer(wire, side, true);
            self.farewell(wire, side, why);
        }
    }

    /// Offers the leftovers until nothing more is taken, then drains.
    fn offer(&mut self, wire: u64, side: usize, last: bool) {
        let Some(end) = self.end(wire, side).filter(|end| end.listens()) else { return };
        let (seat, link) = (end.host, end.link);
        let mut bytes = std::mem::take(&mut end.leftovers);
        let mut start = 0;
        while start < bytes.len() {
            let now = self.now();
            let taken = self.seats[seat].host.input(now, link, &bytes[start..]);
            let length = bytes.len() - start;
            let name = &self.seats[seat].name;
            assert!(taken <= length, "{name} took {taken} of the {length} bytes it was offered");
            self.note(seat, || format!("took {taken} of {length} bytes on {link:?}"));
            start += taken;
            if taken == 0 {
                break;
            }
            if self.conditions.cuts == Cuts::Random && self.random.below(2) == 0 {
                self.drain(seat);
                let open = self.end(wire, side).is_some_and(|end| end.listens() && end.reads);
                if !open && !last {
                    break;
                }
            }
        }
        bytes.drain(..start);
        if let Some(end) = self.end(wire, side) {
            // Before the drain, which may say that it wants them.
            end.leftovers = bytes;
        }
        self.drain(seat);
    }

    fn wake_writer(&mut self, wire: u64, side: usize) {
        if let Some(end) = self.end(wire, side)
            && std::mem::take(&mut end.writer_waits)
        {
            self.ready.push_back(Work::Write(wire, 1 - side));
        }
    }

    fn farewell(&mut self, wire: u64, side: usize, why: LinkEnd) {
        let Some(end) = self.end(wire, side).filter(|end| end.listens()) else { return };
        let (seat, link) = (end.host, end.link);
        self.gone(wire, side);
        self.note(seat, || format!("{link:?} ended: {why:?}"));
        let now = self.now();
        self.seats[seat].host.link_closed(now, link, why);
        self.drain(seat);
    }

    fn close(&mut self, seat: usize, link: LinkId) {
        let Some((wire, side)) = self.ends.get(&(seat, link)).copied() else { return };
        let Some(end) = self.end(wire, side) else { return };
        end.closing = true;
        let opening = end.state == State::Opening;
        self.ready.push_back(Work::Read(wire, side));
        if opening || self.seats[seat].host.output(link).is_empty() {
            self.finish_closing(wire, side);
        } else {
            self.ready.push_back(Work::Write(wire, side));
        }
    }

    fn finish_closing(&mut self, wire: u64, side: usize) {
        if self.end(wire, side).is_some_and(|end| end.closing && end.state != State::Gone) {
            self.send(wire, 1 - side, Cargo::End(LinkEnd::Eof));
            self.gone(wire, side);
        }
    }

    /// This side knows the link no more.
    fn gone(&mut self, wire: u64, side: usize) {
        self.wake_writer(wire, side);
        let Some(found) = self.wires.get_mut(&wire) else { return };
        let end = &mut found.ends[side];
        end.state = State::Gone;
        let (key, closing) = ((end.host, end.link), end.closing);
        self.ends.remove(&key);
        let (seat, link) = key;
        let rest = self.seats[seat].host.output(link).len();
        if closing && rest > 0 {
            // Nobody will send the rest of a closed link, and the machine must not keep it.
            let now = self.now();
            self.seats[seat].host.written(now, link, rest);
            self.drain(seat);
        }
        if self.wires.get(&wire).is_some_and(|w| w.ends.iter().all(|e| e.state == State::Gone)) {
            self.wires.remove(&wire);
        }
    }

    fn finish(&mut self, seat: usize) {
        self.seats[seat].deadline = None;
        if std::mem::replace(&mut self.seats[seat].finished, true) {
            return;
        }
        self.note(seat, || "finished".to_owned());
        self.addresses.unlisten(|at| at.0 == seat);
        self.break_exchanges(seat);
        for link in self.links(seat) {
            self.close(seat, link);
        }
    }
}
