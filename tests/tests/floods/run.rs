//! Plays a peer that does nothing but send, and a program that takes an event only when nothing
//! else goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use msnp_core::{Answer, Change, Effect, EffectId, LinkId, Machine, Now, Opened, Output};
use msnp_testkit::{heap_now, heap_peak, reset_heap_peak};

/// A machine that is flooded, and the world that brought it there.
pub(crate) trait Victim {
    type Machine: Machine;
    const NAME: &'static str;
    /// It goes on when the link dies; only the link begins anew.
    const LIVES_ON: bool = false;

    fn machine(&mut self) -> Self::Machine;
    fn bound(&self) -> usize;
    /// Signs in, and gives the link to send on.
    fn begin(&mut self, run: &mut Run<Self::Machine>) -> LinkId;
    fn answer(&mut self, id: EffectId, effect: Effect) -> Option<Answer>;
}

/// What came of a flood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) deaths: usize,
    /// Bytes that the machine took, after it had signed in.
    pub(crate) consumed: usize,
    /// The most that it held.
    pub(crate) heap: usize,
    pub(crate) bound: usize,
}

/// A machine with its links.
pub(crate) struct Run<M> {
    machine: Option<M>,
    now: Now,
    ended: bool,
    gone: BTreeSet<LinkId>,
    effects: Vec<(EffectId, Effect)>,
    /// Links that it asked for.
    pub(crate) connecting: Vec<LinkId>,
    pub(crate) said: BTreeMap<LinkId, String>,
    held: isize,
    peak: isize,
}

/// What a peer has sent and nobody has taken when a link dies.
const LOST: usize = 16 * 1024;
/// So many links may die before a machine that outlives them is replaced all the same: what the
/// harness remembers of them would make it slow.
const LIVES: usize = 64;
/// More than the largest command.
const WINDOW: usize = 128 * 1024;

/// Sends so many bytes.
pub(crate) fn flood<V: Victim>(victim: &mut V, block: &[u8], size: usize) -> Outcome {
    let mut run = Run::new();
    let (mut deaths, mut consumed, mut lost, mut at) = (0, 0, 0, 0);
    let mut link = run.begin(victim);
    while consumed + lost < size {
        let rest = &block[at..];
        let taken = run.offer(link, &rest[..rest.len().min(WINDOW)]);
        consumed += taken;
        at = if at + taken == block.len() { 0 } else { at + taken };
        if taken > 0 {
            continue;
        }
        let waits = run.take_one(victim);
        if run.ended || run.gone.contains(&link) {
            (deaths, lost) = (deaths + 1, lost + LOST);
            if run.ended || !V::LIVES_ON || deaths % LIVES == 0 {
                run.stop();
            }
            link = run.begin(victim);
        } else if let Some(deadline) = waits
            && !run.read_all()
        {
            // It waits for the rest of a command that never comes, or for a time.
            if rest.len() < WINDOW {
                at = 0;
            } else {
                run.wait(deadline.expect("a machine that takes nothing waits for something"));
            }
        }
    }
    run.stop();
    let heap = usize::try_from(run.peak).unwrap();
    Outcome { deaths, consumed, heap, bound: victim.bound() }
}

impl<M: Machine> Run<M> {
    pub(crate) fn new() -> Self {
        Self {
            machine: None,
            now: Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1 << 30) },
            ended: false,
            gone: BTreeSet::new(),
            effects: Vec::new(),
            connecting: Vec::new(),
            said: BTreeMap::new(),
            held: 0,
            peak: 0,
        }
    }

    fn begin<V: Victim<Machine = M>>(&mut self, victim: &mut V) -> LinkId {
        if self.machine.is_none() {
            self.machine = self.around(|_| Some(victim.machine()));
            self.ended = false;
        }
        let link = victim.begin(self);
        assert!(!self.ended && !self.gone.contains(&link), "{} has signed in", V::NAME);
        link
    }

    /// Counts what the machine allocates in this.
    fn around<R>(&mut self, work: impl FnOnce(&mut Option<M>) -> R) -> R {
        let before = heap_now();
        reset_heap_peak();
        let result = work(&mut self.machine);
        self.peak = self.peak.max(self.held + heap_peak() - before);
        self.held += heap_now() - before;
        result
    }

    fn call<R>(&mut self, work: impl FnOnce(&mut M) -> R) -> R {
        self.around(|machine| work(machine.as_mut().expect("there is a machine")))
    }

    /// Drops the machine.
    fn stop(&mut self) {
        self.around(|machine| *machine = None);
        assert_eq!(self.held, 0, "all that it held is given back");
        self.gone.clear();
        self.effects.clear();
        self.connecting.clear();
        self.said.clear();
    }

    pub(crate) fn open(&mut self, link: LinkId, how: Opened) {
        let now = self.now;
        self.call(|machine| machine.link_opened(now, link, how));
    }

    /// A call of the machine's own.
    pub(crate) fn with<R>(&mut self, work: impl FnOnce(&mut M, Now) -> R) -> R {
        let now = self.now;
        self.call(|machine| work(machine, now))
    }

    fn offer(&mut self, link: LinkId, bytes: &[u8]) -> usize {
        let now = self.now;
        self.call(|machine| machine.input(now, link, bytes))
    }

    /// Says this, with a program and a peer that are quick.
    pub(crate) fn say<V: Victim<Machine = M>>(&mut self, victim: &mut V, link: LinkId, text: &str) {
        let mut rest = text.as_bytes();
        self.settle(victim);
        while !rest.is_empty() {
            let taken = self.offer(link, rest);
            self.settle(victim);
            assert!(taken > 0, "{} takes {}", V::NAME, rest.escape_ascii());
            rest = &rest[taken..];
        }
    }

    /// Everything that can happen by itself happens.
    pub(crate) fn settle<V: Victim<Machine = M>>(&mut self, victim: &mut V) {
        loop {
            let waits = self.take_one(victim).is_some();
            if (waits && !self.read_all()) || self.ended {
                return;
            }
        }
    }

    /// Takes everything up to an event, the end, or nothing; that is the deadline.
    fn take_one<V: Victim<Machine = M>>(&mut self, victim: &mut V) -> Option<Option<Duration>> {
        loop {
            match self.call(|machine| machine.poll()) {
                Output::Event(event) => {
                    self.around(|_| drop(event));
                    return None;
                }
                Output::Effect(id, effect) => {
                    let given = copy(&effect);
                    self.around(|_| drop(effect));
                    self.perform(victim, id, given);
                }
                Output::Link { link, writes, .. } => {
                    if writes {
                        self.said.entry(link).or_default();
                    }
                }
                Output::Wait { deadline } => return Some(deadline),
                Output::Closed(end) => {
                    self.around(|_| drop(end));
                    self.ended = true;
                    return None;
                }
            }
        }
    }

    fn perform<V: Victim<Machine = M>>(&mut self, victim: &mut V, id: EffectId, effect: Effect) {
        match effect {
            Effect::Connect { link, .. } => self.connecting.push(link),
            Effect::Close { link } => {
                self.gone.insert(link);
                self.read(link);
            }
            effect => {
                if let Some(answer) = victim.answer(id, effect) {
                    let given = self.around(|_| answer.clone());
                    drop(answer);
                    let now = self.now;
                    self.call(|machine| machine.answer(now, id, given));
                }
            }
        }
    }

    /// All peers read what there is for them; says whether there was anything.
    fn read_all(&mut self) -> bool {
        let links: Vec<LinkId> = self.said.keys().copied().collect();
        let before: usize = links.iter().map(|link| self.read(*link)).sum();
        before > 0
    }

    fn read(&mut self, link: LinkId) -> usize {
        let Some(machine) = &self.machine else { return 0 };
        let text = String::from_utf8_lossy(machine.output(link)).into_owned();
        let (now, len) = (self.now, machine.output(link).len());
        if len > 0 {
            self.call(|machine| machine.written(now, link, len));
            let said = self.said.entry(link).or_default();
            if said.len() > 64 * 1024 {
                said.clear();
            }
            said.push_str(&text);
        }
        len
    }

    fn wait(&mut self, until: Duration) {
        let by = until.saturating_sub(self.now.monotonic);
        (self.now.monotonic, self.now.unix) = (self.now.monotonic + by, self.now.unix + by);
        let now = self.now;
        self.call(|machine| machine.timeout(now));
    }

    /// The last line with this verb that was said there, word by word.
    pub(crate) fn heard(&self, link: LinkId, verb: &str) -> Vec<String> {
        let said = self.said.get(&link).map_or("", String::as_str);
        let line = said.lines().rfind(|line| line.starts_with(verb));
        let line = line.unwrap_or_else(|| panic!("no {verb} in {said:?}"));
        line.split(' ').map(str::to_owned).collect()
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
