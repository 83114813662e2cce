//! A machine and the little world around it: no sockets, no clock, nothing by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use msnp_core::{Answer, Effect, EffectId, LinkEnd, LinkId, Machine, Now, Opened, Output};

/// Performs an effect, or leaves it to whoever drives.
type Perform = Box<dyn FnMut(EffectId, &Effect) -> Option<Answer>>;

/// A machine that is driven by hand. Time stands still.
pub(crate) struct Driven<M: Machine> {
    machine: M,
    perform: Perform,
    unread: BTreeMap<LinkId, Vec<u8>>,
    reads: BTreeMap<LinkId, bool>,
    /// What it sent and nobody took yet.
    sent: BTreeMap<LinkId, Vec<u8>>,
    /// Links that it has closed.
    closed: BTreeSet<LinkId>,
    /// Events that nobody took yet.
    pub(crate) events: Vec<M::Event>,
    /// Effects that were not performed.
    pub(crate) effects: Vec<Effect>,
    pub(crate) end: Option<Result<(), M::Error>>,
}

pub(crate) const NOW: Now =
    Now { monotonic: Duration::from_secs(1), unix: Duration::from_secs(1_080_000_000) };

impl<M: Machine> Driven<M> {
    pub(crate) fn new(
        machine: M,
        perform: impl FnMut(EffectId, &Effect) -> Option<Answer> + 'static,
    ) -> Self {
        let mut driven = Self {
            machine,
            perform: Box::new(perform),
            unread: BTreeMap::new(),
            reads: BTreeMap::new(),
            sent: BTreeMap::new(),
            closed: BTreeSet::new(),
            events: Vec::new(),
            effects: Vec::new(),
            end: None,
        };
        driven.drain();
        driven
    }

    pub(crate) fn call<R>(&mut self, call: impl FnOnce(&mut M, Now) -> R) -> R {
        let result = call(&mut self.machine, NOW);
        self.drain();
        result
    }

    pub(crate) fn open(&mut self, link: LinkId, how: Opened) {
        self.call(|machine, now| machine.link_opened(now, link, how));
    }

    pub(crate) fn give(&mut self, link: LinkId, bytes: &[u8]) {
        self.unread.entry(link).or_default().extend_from_slice(bytes);
        self.drain();
    }

    pub(crate) fn cut(&mut self, link: LinkId) {
        if self.closed.insert(link) {
            self.call(|machine, now| machine.link_closed(now, link, LinkEnd::Eof));
        }
    }

    pub(crate) fn is_closed(&self, link: LinkId) -> bool {
        self.closed.contains(&link)
    }

    /// What was given and never taken.
    pub(crate) fn left_over(&self, link: LinkId) -> usize {
        self.unread.get(&link).map_or(0, Vec::len)
    }

    /// What it has sent since the last time.
    pub(crate) fn take_sent(&mut self, link: LinkId) -> Vec<u8> {
        self.sent.remove(&link).unwrap_or_default()
    }

    fn drain(&mut self) {
        while self.end.is_none() {
            match self.machine.poll() {
                Output::Link { link, reads, writes } => {
                    self.reads.insert(link, reads);
                    if writes {
                        let bytes = self.machine.output(link).to_vec();
                        self.machine.written(NOW, link, bytes.len());
                        self.sent.entry(link).or_default().extend(bytes);
                    }
                }
                Output::Event(event) => self.events.push(event),
                Output::Effect(_, Effect::Close { link }) => {
                    self.closed.insert(link);
                }
                Output::Effect(id, effect) => match (self.perform)(id, &effect) {
                    Some(answer) => self.machine.answer(NOW, id, answer),
                    None => self.effects.push(effect),
                },
                Output::Wait { .. } => {
                    if !self.offer() {
                        return;
                    }
                }
                Output::Closed(end) => self.end = Some(end),
            }
        }
    }

    /// Offers what is unread to each link that reads; says whether any of it was taken.
    fn offer(&mut self) -> bool {
        for (link, unread) in &mut self.unread {
            let reads = self.reads.get(link).copied().unwrap_or_default();
            if unread.is_empty() || !reads || self.closed.contains(link) {
                continue;
            }
            let taken = self.machine.input(NOW, *link, unread);
            unread.drain(..taken);
            if taken > 0 {
                return true;
            }
        }
        false
    }
}
