use std::any::Any;
use std::time::Duration;

use msnp_core::{
    Answer, Effect, EffectId, HttpRequest, LinkEnd, LinkId, ListenerId, Machine, Now, Opened,
    Output, RequestId,
};

/// Any machine, with its events kept aside, so that machines of many types share a network.
pub(super) trait Host {
    fn link_opened(&mut self, now: Now, link: LinkId, how: Opened);
    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize;
    fn link_closed(&mut self, now: Now, link: LinkId, why: LinkEnd);
    fn answer(&mut self, now: Now, effect: EffectId, answer: Answer);
    fn request(&mut self, now: Now, listener: ListenerId, id: RequestId, request: HttpRequest);
    fn timeout(&mut self, now: Now);
    fn poll(&mut self, at: Duration) -> Said;
    fn output(&self, link: LinkId) -> &[u8];
    fn written(&mut self, now: Now, link: LinkId, n: usize);
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

/// [`Output`] without the types of one machine.
pub(super) enum Said {
    Event,
    Effect(EffectId, Effect),
    Link { link: LinkId, reads: bool, writes: bool },
    Wait { deadline: Option<Duration> },
    Closed,
}

pub(super) struct Hosted<M: Machine> {
    pub(super) machine: M,
    pub(super) events: Vec<(Duration, M::Event)>,
    pub(super) end: Option<(Duration, Result<(), M::Error>)>,
}

impl<M: Machine> Hosted<M> {
    pub(super) fn new(machine: M) -> Self {
        Self { machine, events: Vec::new(), end: None }
    }
}

impl<M: Machine + 'static> Host for Hosted<M>
where
    M::Event: 'static,
{
    fn link_opened(&mut self, now: Now, link: LinkId, how: Opened) {
        self.machine.link_opened(now, link, how);
    }

    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize {
        self.machine.input(now, link, bytes)
    }

    fn link_closed(&mut self, now: Now, link: LinkId, why: LinkEnd) {
        self.machine.link_closed(now, link, why);
    }

    fn answer(&mut self, now: Now, effect: EffectId, answer: Answer) {
        self.machine.answer(now, effect, answer);
    }

    fn request(&mut self, now: Now, listener: ListenerId, id: RequestId, request: HttpRequest) {
        self.machine.request(now, listener, id, request);
    }

    fn timeout(&mut self, now: Now) {
        self.machine.timeout(now);
    }

    fn poll(&mut self, at: Duration) -> Said {
        match self.machine.poll() {
            Output::Event(event) => {
                self.events.push((at, event));
                Said::Event
            }
            Output::Effect(id, effect) => Said::Effect(id, effect),
            Output::Link { link, reads, writes } => Said::Link { link, reads, writes },
            Output::Wait { deadline } => Said::Wait { deadline },
            Output::Closed(end) => {
                self.end.get_or_insert((at, end));
                Said::Closed
            }
        }
    }

    fn output(&self, link: LinkId) -> &[u8] {
        self.machine.output(link)
    }

    fn written(&mut self, now: Now, link: LinkId, n: usize) {
        self.machine.written(now, link, n);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
