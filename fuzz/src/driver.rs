//! One driver for every machine: it makes any calls of the contract, in any order, and looks at
//! what must hold after each.
//!
//! | what must hold | where it is looked at |
//! |---|---|
//! | nothing panics, no call spins | everywhere; [`MOST_POLLS`] |
//! | output is announced before an event is given, and nothing else is | [`Run::check_announced`] |
//! | the end is said again, and no event follows it | [`Run::drain`] |
//! | the heap of the machine and its output are bounded | [`Meter`], [`Scene::OUTPUT`] |
//! | no input is taken on a link that does not read | [`Run::offer`] |
//! | the same calls give the same outputs | [`check`] runs each input twice |

use core::fmt::Debug;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use msnp_codec::{FrameLimits, Framer, OwnedCommand, Sender};
use msnp_core::{
    Answer, Change, Effect, EffectId, Failure, HttpRequest, LinkEnd, LinkId, ListenerId, Machine,
    Now, Opened, Output, RequestId, Version,
};

use crate::command::command;
use crate::input::Input;
use crate::meter::Meter;
use crate::trace::Trace;

/// A machine, and the world around it.
pub trait Scene: Sized {
    /// The machine.
    type Machine: Machine<Event: Debug, Error: Debug>;

    /// Who speaks to it.
    const PEER: Sender;
    /// The most bytes that wait to be sent on one link.
    const OUTPUT: usize;

    /// Whether the machine waits for one link that it does not ask for.
    const WAITS_FOR_A_LINK: bool;

    /// A machine for this input, and a world that suits it.
    fn new(input: &mut Input<'_>) -> (Self, Self::Machine);

    /// The most heap that the machine may hold, in bytes.
    fn heap_bound(&self) -> usize;

    /// The version that the peer speaks.
    fn version(&self) -> Version;

    /// Calls any method of the machine's own; shows what came of it.
    fn act(&mut self, machine: &mut Self::Machine, now: Now, input: &mut Input<'_>) -> String;

    /// What a willing peer answers to a command of the machine.
    fn reply(&mut self, link: LinkId, command: &OwnedCommand, out: &mut Vec<u8>);

    /// A willing world's answer to an effect; none where it is not answered by
    /// [`Machine::answer`].
    fn answer(&mut self, effect: &Effect) -> Option<Answer>;

    /// Where somebody may call; none where the machine accepts nothing.
    fn listener(&mut self, input: &mut Input<'_>) -> Option<ListenerId>;

    /// What a willing peer says first on a link that it opened.
    fn greet(&mut self, link: LinkId, listener: ListenerId, out: &mut Vec<u8>);

    /// What a willing program does about an event.
    fn heard(
        &mut self,
        machine: &mut Self::Machine,
        now: Now,
        event: &<Self::Machine as Machine>::Event,
    );

    /// A request to an HTTP listener; none where there is none.
    fn request(&mut self, input: &mut Input<'_>) -> Option<(ListenerId, HttpRequest)>;
}

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check<S: Scene>(input: &[u8]) {
    let first = Run::<S>::new(input).play();
    let second = Run::<S>::new(input).play();
    let differ = first.iter().zip(&second).position(|(one, other)| one != other);
    assert_eq!(differ, None, "the same calls give the same outputs (differs after that call)");
    assert_eq!(first.len(), second.len(), "the same calls give as many outputs");
}

/// More polls than this after one call, and it is taken for a loop without end.
const MOST_POLLS: usize = 20_000;
/// How many calls one input may make.
const MOST_CALLS: usize = 400;
/// How many links there may be over a whole run.
const MOST_LINKS: usize = 48;

/// One link as the world sees it.
struct Wire {
    state: State,
    reads: bool,
    writes: bool,
    /// What has come in and was not taken.
    unread: Vec<u8>,
    /// What the machine sent, and no peer has answered yet.
    said: Vec<u8>,
    /// The last transactions that the machine used.
    transactions: VecDeque<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The machine asked for it.
    Opening,
    Open,
    /// The machine closed it; what is left may still be sent.
    Closing,
}

impl Wire {
    fn new(state: State) -> Self {
        Self {
            state,
            reads: false,
            writes: false,
            unread: Vec::new(),
            said: Vec::new(),
            transactions: VecDeque::new(),
        }
    }

    fn next_command(&mut self, sender: Sender, version: Version) -> Option<OwnedCommand> {
        let mut framer = Framer::new(sender, version, FrameLimits::SIGNED_IN);
        let framed = framer.next(&self.said).map(|raw| raw.map(|raw| raw.to_owned()));
        let command = framed.expect("what a machine sends can be framed")?;
        self.said.drain(..command.as_raw().wire().len());
        if let Some(transaction) = msnp_codec::command::transaction_of(command.as_raw()) {
            self.transactions.push_back(transaction.number());
            if self.transactions.len() > 4 {
                self.transactions.pop_front();
            }
        }
        Some(command)
    }
}

pub(crate) struct Run<'a, S: Scene> {
    input: Input<'a>,
    pub(crate) scene: S,
    pub(crate) machine: S::Machine,
    now: Now,
    deadline: Option<Duration>,
    links: BTreeMap<LinkId, Wire>,
    accepted: u64,
    requests: u64,
    effects: VecDeque<(EffectId, Effect)>,
    /// Shown, as [`Debug`] shows it.
    end: Option<String>,
    meter: Meter,
    trace: Trace,
    /// Whether output goes out as soon as it is there.
    prompt: bool,
}

impl<'a, S: Scene> Run<'a, S> {
    /// Everything up to the first call that the input chooses.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut input = Input::new(bytes);
        let mode = input.byte();
        let mut meter = Meter::new(usize::MAX);
        let (scene, machine) = meter.around(|| S::new(&mut input));
        meter.bound = scene.heap_bound();
        let mut run = Self {
            input,
            scene,
            machine,
            now: Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_000_000_000) },
            deadline: None,
            links: BTreeMap::new(),
            accepted: 0,
            requests: 0,
            effects: VecDeque::new(),
            end: None,
            meter,
            trace: Trace { calls: vec![Trace::EMPTY] },
            prompt: mode & 1 == 0,
        };
        if S::WAITS_FOR_A_LINK {
            run.links.insert(LinkId::new(1), Wire::new(State::Opening));
        }
        run.drain();
        if mode & 2 == 0 {
            run.be_kind();
        }
        run
    }

    fn play(mut self) -> Vec<u64> {
        self.go_on();
        self.trace.calls
    }

    /// All calls that the input chooses.
    pub(crate) fn go_on(&mut self) {
        for _ in 0..MOST_CALLS {
            if self.input.is_empty() {
                break;
            }
            self.trace.calls.push(Trace::EMPTY);
            self.step();
        }
    }

    fn step(&mut self) {
        match self.input.byte() % 18 {
            0..=4 => self.hear_command(),
            5 => self.hear_bytes(),
            6 => self.answer_one_command(),
            7 => self.be_kind(),
            8 => self.write(),
            9 => self.end_link(),
            10 => self.open_link(),
            11 => self.answer_effect(),
            12 => self.pass_time(),
            13..=15 => self.act(),
            16 => self.request(),
            _ => self.call_about_nothing(),
        }
    }

    /// A link whose state is one of these.
    fn link(&mut self, states: &[State]) -> Option<LinkId> {
        let ids: Vec<LinkId> = self
            .links
            .iter()
            .filter(|(_, wire)| states.contains(&wire.state))
            .map(|(id, _)| *id)
            .collect();
        if ids.is_empty() { None } else { Some(*self.input.pick(&ids)) }
    }

    fn hear_command(&mut self) {
        let Some(id) = self.link(&[State::Open]) else { return };
        let version = self.scene.version();
        let transactions: Vec<u32> = self.links[&id].transactions.iter().copied().collect();
        let mut bytes = Vec::new();
        command(&mut self.input, S::PEER, version, &transactions, &mut bytes);
        self.hear(id, &bytes);
    }

    fn hear_bytes(&mut self) {
        let Some(id) = self.link(&[State::Open]) else { return };
        let times = 1 + self.input.below(16);
        let piece = self.input.piece();
        for _ in 0..times {
            self.hear(id, piece);
        }
    }

    fn answer_one_command(&mut self) {
        if let Some(id) = self.link(&[State::Open]) {
            self.reply(id);
        }
    }

    fn reply(&mut self, id: LinkId) -> bool {
        let version = self.scene.version();
        let Some(wire) = self.links.get_mut(&id) else { return false };
        let Some(said) = wire.next_command(S::PEER.other(), version) else { return false };
        let mut bytes = Vec::new();
        self.scene.reply(id, &said, &mut bytes);
        self.hear(id, &bytes);
        true
    }

    /// The world does for a while what the machine hopes for.
    fn be_kind(&mut self) {
        for _ in 0..40 {
            let mut busy = false;
            for id in self.links.keys().copied().collect::<Vec<_>>() {
                match self.links.get(&id).map(|wire| wire.state) {
                    Some(State::Opening) => {
                        self.opened(id, Opened::Connected);
                        self.greet(id, ListenerId::new(0));
                        busy = true;
                    }
                    Some(_) => {
                        busy |= self.send(id, usize::MAX);
                        busy |= self.reply(id);
                    }
                    None => {}
                }
            }
            while let Some((id, effect)) = self.effects.pop_front() {
                busy = true;
                self.answer_rightly(id, effect);
            }
            if !busy {
                return;
            }
        }
    }

    fn hear(&mut self, id: LinkId, bytes: &[u8]) {
        let Some(wire) = self.links.get_mut(&id) else { return };
        // What is not taken is the driver's to bound.
        if wire.unread.len() < 256 * 1024 {
            wire.unread.extend_from_slice(bytes);
        }
        self.offer(id);
    }

    fn offer(&mut self, id: LinkId) {
        while let Some(wire) = self.links.get_mut(&id) {
            if wire.state != State::Open || wire.unread.is_empty() {
                break;
            }
            let taken = self.meter.around(|| self.machine.input(self.now, id, &wire.unread));
            assert!(taken <= wire.unread.len(), "no more is taken than was offered");
            assert!(taken == 0 || wire.reads, "a link that does not read takes nothing");
            wire.unread.drain(..taken);
            self.drain();
            if taken == 0 {
                break;
            }
        }
    }

    fn write(&mut self) {
        let Some(id) = self.link(&[State::Open, State::Closing]) else { return };
        let n = match self.input.byte() {
            0 => usize::MAX,
            n => usize::from(n),
        };
        self.send(id, n);
    }

    fn send(&mut self, id: LinkId, n: usize) -> bool {
        let Some(wire) = self.links.get_mut(&id) else { return false };
        let unsent = self.machine.output(id);
        let sent = unsent.get(..n).unwrap_or(unsent);
        if sent.is_empty() && n == usize::MAX {
            return false;
        }
        self.trace.bytes(sent);
        if wire.said.len() < 256 * 1024 {
            wire.said.extend_from_slice(sent);
        } else {
            wire.said.clear();
        }
        self.meter.around(|| self.machine.written(self.now, id, n));
        self.drain();
        if self.links.get(&id).is_some_and(|wire| wire.state == State::Closing)
            && self.machine.output(id).is_empty()
        {
            self.links.remove(&id);
        }
        true
    }

    fn end_link(&mut self) {
        let ends = [LinkEnd::Eof, LinkEnd::Reset, LinkEnd::TimedOut, LinkEnd::Refused];
        let why = *self.input.pick(&ends);
        let Some(id) = self.link(&[State::Open, State::Opening]) else { return };
        self.offer(id);
        if self.links.get(&id).is_some_and(|wire| wire.state != State::Closing) {
            self.links.remove(&id);
            self.meter.around(|| self.machine.link_closed(self.now, id, why));
            self.drain();
        }
    }

    fn open_link(&mut self) {
        if let Some(id) = self.link(&[State::Opening]) {
            return self.opened(id, Opened::Connected);
        }
        if self.accepted >= u64::try_from(MOST_LINKS).unwrap_or_default() {
            return;
        }
        let Some(listener) = self.scene.listener(&mut self.input) else { return };
        let id = LinkId::new(LinkId::FIRST_ACCEPTED + self.accepted);
        self.accepted += 1;
        self.links.insert(id, Wire::new(State::Open));
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000));
        self.opened(id, Opened::Accepted { listener, peer });
        if self.input.below(4) != 0 {
            self.greet(id, listener);
        }
    }

    fn greet(&mut self, id: LinkId, listener: ListenerId) {
        let mut bytes = Vec::new();
        self.scene.greet(id, listener, &mut bytes);
        self.hear(id, &bytes);
    }

    fn opened(&mut self, id: LinkId, how: Opened) {
        if let Some(wire) = self.links.get_mut(&id) {
            wire.state = State::Open;
        }
        self.meter.around(|| self.machine.link_opened(self.now, id, how));
        self.drain();
    }

    fn answer_effect(&mut self) {
        if self.effects.is_empty() {
            return;
        }
        let at = self.input.below(self.effects.len());
        let Some((id, effect)) = self.effects.remove(at) else { return };
        match self.input.below(8) {
            // Never.
            0 => drop(effect),
            1 => self.answered(id, Answer::Verified(Ok(false))),
            2 => self.answered(id, Answer::Stored(Err(Failure::Broken))),
            3 => self.answered(id, Answer::Http(Err(Failure::TimedOut))),
            4 => self.answered(id, Answer::Listening(Err(Failure::Refused))),
            5 => {
                // Twice, and once with somebody else's number.
                self.answer_rightly(id, effect.clone());
                self.answer_rightly(id, effect.clone());
                self.answer_rightly(EffectId::new(id.number() + 1), effect);
            }
            _ => self.answer_rightly(id, effect),
        }
    }

    fn answer_rightly(&mut self, id: EffectId, effect: Effect) {
        if let Some(answer) = self.scene.answer(&effect) {
            self.answered(id, answer);
        }
    }

    fn answered(&mut self, id: EffectId, answer: Answer) {
        // From here on it is the machine's.
        let given = self.meter.around(|| answer.clone());
        drop(answer);
        self.meter.around(|| self.machine.answer(self.now, id, given));
        self.drain();
    }

    fn pass_time(&mut self) {
        let by = match self.input.below(6) {
            0 => Duration::ZERO,
            1 => Duration::from_millis(u64::from(self.input.byte())),
            2 => Duration::from_secs(u64::from(self.input.byte())),
            3 => Duration::from_secs(u64::from(self.input.byte()) * 60),
            _ => self.deadline.unwrap_or_default().saturating_sub(self.now.monotonic),
        };
        self.now.monotonic += by;
        self.now.unix += by;
        self.meter.around(|| self.machine.timeout(self.now));
        self.drain();
        if self.end.is_none() && by > Duration::ZERO {
            let late = self.deadline.is_some_and(|at| at <= self.now.monotonic);
            assert!(!late, "a deadline that has passed is not asked for again");
        }
    }

    fn act(&mut self) {
        let shown =
            self.meter.around(|| self.scene.act(&mut self.machine, self.now, &mut self.input));
        self.trace.bytes(shown.as_bytes());
        self.meter.around(|| drop(shown));
        self.drain();
    }

    fn request(&mut self) {
        let request = self.meter.around(|| self.scene.request(&mut self.input));
        let Some((listener, request)) = request else { return };
        self.requests += 1;
        let id = RequestId::new(self.requests);
        self.meter.around(|| self.machine.request(self.now, listener, id, request));
        self.drain();
    }

    /// Calls with a link or an effect that the machine cannot know.
    fn call_about_nothing(&mut self) {
        let unknown = LinkId::new(1 << 40);
        match self.input.below(4) {
            0 => {
                let taken = self.meter.around(|| self.machine.input(self.now, unknown, b"PNG\r\n"));
                assert_eq!(taken, 0, "an unknown link takes nothing");
            }
            1 => self.meter.around(|| self.machine.written(self.now, unknown, 9)),
            2 => assert_eq!(self.machine.output(unknown), b"", "an unknown link has no output"),
            _ => self.answered(EffectId::new(1 << 40), Answer::Verified(Ok(true))),
        }
        self.drain();
    }

    /// Hears all that the machine has to say. Then its links are read and written as it asked.
    fn drain(&mut self) {
        let mut again = Vec::new();
        for polls in 0.. {
            assert!(polls < MOST_POLLS, "polling comes to an end");
            match self.meter.around(|| self.machine.poll()) {
                Output::Event(event) => {
                    assert_eq!(self.end, None, "no event follows the end: {event:?}");
                    self.check_announced();
                    self.trace.show(&event);
                    self.meter.around(|| {
                        self.scene.heard(&mut self.machine, self.now, &event);
                        drop(event);
                    });
                }
                Output::Effect(id, effect) => {
                    self.trace.show(&(id, &effect));
                    // What the world keeps of it is not the machine's.
                    let kept = copy(&effect);
                    self.meter.around(|| drop(effect));
                    self.asked(id, kept);
                }
                Output::Link { link, reads, writes } => {
                    self.trace.show(&(link, reads, writes));
                    let output = self.machine.output(link);
                    assert!(output.len() <= S::OUTPUT, "output is bounded");
                    assert_eq!(writes, !output.is_empty(), "{link:?} says what it has to write");
                    let open = self.links.get(&link).is_some_and(|wire| wire.state == State::Open);
                    assert!(open || !reads, "{link:?} reads what cannot come");
                    if let Some(wire) = self.links.get_mut(&link) {
                        if reads && !wire.reads && !wire.unread.is_empty() {
                            again.push(link);
                        }
                        (wire.reads, wire.writes) = (reads, writes);
                    }
                }
                Output::Wait { deadline } => {
                    assert_eq!(self.end, None, "the end is the end");
                    self.trace.show(&deadline);
                    self.deadline = deadline;
                    break;
                }
                Output::Closed(end) => {
                    let shown = format!("{end:?}");
                    self.meter.around(|| drop(end));
                    self.trace.bytes(shown.as_bytes());
                    let end = self.end.get_or_insert_with(|| shown.clone());
                    assert_eq!(*end, shown, "the end is said again");
                    break;
                }
            }
        }
        self.check_announced();
        if self.prompt {
            for id in self.links.keys().copied().collect::<Vec<_>>() {
                if !self.machine.output(id).is_empty() {
                    self.send(id, usize::MAX);
                }
            }
        }
        again.into_iter().for_each(|id| self.offer(id));
    }

    fn asked(&mut self, id: EffectId, effect: Effect) {
        match effect {
            Effect::Connect { link, .. } => {
                assert!(!self.links.contains_key(&link), "a new link has a new id");
                self.links.insert(link, Wire::new(State::Opening));
            }
            Effect::Close { link } => {
                if self.machine.output(link).is_empty() {
                    self.links.remove(&link);
                } else if let Some(wire) = self.links.get_mut(&link) {
                    wire.state = State::Closing;
                }
            }
            _ => {}
        }
        self.effects.push_back((id, effect));
        if self.effects.len() > 64 {
            self.effects.pop_front();
        }
    }

    /// The machine has said of each link whether it has something to write.
    fn check_announced(&self) {
        for (id, wire) in &self.links {
            let waits = !self.machine.output(*id).is_empty();
            assert!(!waits || wire.writes, "{id:?} has output that was not announced");
        }
    }
}

/// A copy that shares nothing with the machine, as a clone of its bytes would.
fn copy(effect: &Effect) -> Effect {
    match effect {
        Effect::Store(changes) => {
            let value = |change: &Change| change.value.as_ref().map(|value| value.to_vec().into());
            let copy = |change: &Change| Change { key: change.key.clone(), value: value(change) };
            Effect::Store(changes.iter().map(copy).collect())
        }
        effect => effect.clone(),
    }
}
