use alloc::collections::VecDeque;
use core::time::Duration;

use crate::{Effect, EffectId, LinkId, Output};

/// What a machine has yet to say: the queue behind [`Machine::poll`](crate::Machine::poll).
///
/// It keeps the order that the rules ask for: links to write, then effects, then events, then the
/// end.
#[derive(Debug)]
pub struct Outputs<E, X> {
    dirty: VecDeque<LinkId>,
    effects: VecDeque<(EffectId, Effect)>,
    events: VecDeque<E>,
    end: Option<Result<(), X>>,
    next_effect: u64,
}

impl<E, X> Default for Outputs<E, X> {
    fn default() -> Self {
        Self {
            dirty: VecDeque::new(),
            effects: VecDeque::new(),
            events: VecDeque::new(),
            end: None,
            next_effect: 1,
        }
    }
}

impl<E, X: Clone> Outputs<E, X> {
    /// Nothing to say.
    pub fn new() -> Self {
        Self::default()
    }

    /// Queues an event. Events after [`close`](Self::close) are dropped: the end is the end.
    pub fn event(&mut self, event: E) {
        if self.end.is_none() {
            self.events.push_back(event);
        }
    }

    /// Queues an effect under a fresh id.
    pub fn effect(&mut self, effect: Effect) -> EffectId {
        let id = EffectId::new(self.next_effect);
        self.next_effect += 1;
        self.effects.push_back((id, effect));
        id
    }

    /// Remembers that the interest of this link changed.
    ///
    /// The caller keeps a flag beside the link, so that each is here at most once; it clears the
    /// flag when [`next_dirty`](Self::next_dirty) names the link.
    pub fn dirty(&mut self, link: LinkId) {
        self.dirty.push_back(link);
    }

    /// The next link whose interest changed. Say it before anything else.
    pub fn next_dirty(&mut self) -> Option<LinkId> {
        self.dirty.pop_front()
    }

    /// The machine is finished, once all that waits has been said. The first end stands.
    pub fn close(&mut self, end: Result<(), X>) {
        if self.end.is_none() {
            self.end = Some(end);
        }
    }

    /// Whether [`close`](Self::close) has been called.
    pub fn is_closing(&self) -> bool {
        self.end.is_some()
    }

    /// How many events wait.
    pub fn events_waiting(&self) -> usize {
        self.events.len()
    }

    /// How many effects wait.
    pub fn effects_waiting(&self) -> usize {
        self.effects.len()
    }

    /// Whether [`next`](Self::next) has nothing to give but the deadline, which may be dear to find.
    pub fn is_drained(&self) -> bool {
        self.effects.is_empty() && self.events.is_empty() && self.end.is_none()
    }

    /// The next effect, event, or the end; else the deadline.
    pub fn next(&mut self, deadline: Option<Duration>) -> Output<E, X> {
        if let Some((id, effect)) = self.effects.pop_front() {
            return Output::Effect(id, effect);
        }
        if let Some(event) = self.events.pop_front() {
            return Output::Event(event);
        }
        match &self.end {
            Some(end) => Output::Closed(end.clone()),
            None => Output::Wait { deadline },
        }
    }
}
