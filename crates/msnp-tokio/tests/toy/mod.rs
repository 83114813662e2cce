//! A machine that does what a test says and tells all that it hears.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use msnp_core::{
    Answer, Effect, EffectId, HttpRequest, LinkEnd, LinkId, ListenerId, Machine, Now, Opened,
    Outbox, Output, Outputs, RequestId,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Opened(LinkId, Opened),
    Line(LinkId, String),
    Closed(LinkId, LinkEnd),
    Answered(EffectId, Answer),
    Requested(RequestId, HttpRequest),
    Timeout,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the toy broke")]
pub struct Broken;

#[derive(Default)]
pub struct ToyLink {
    outbox: Option<Outbox>,
    paused: bool,
    dirty: bool,
}

#[derive(Default)]
pub struct Toy {
    pub outputs: Outputs<Heard, Broken>,
    pub links: BTreeMap<LinkId, ToyLink>,
    pub deadline: Option<Duration>,
    /// After that many lines it is full, and says so.
    pub room: Option<usize>,
    /// Repeats each line to its sender.
    pub echoes: bool,
    /// Does not tell of lines.
    pub quiet: bool,
    /// Takes nothing, and names the link at every offer.
    pub stubborn: bool,
    /// Says that it took more than there was.
    pub greedy: bool,
    pub offers: u64,
    pub timeouts: u64,
    pub bytes: usize,
    /// Bytes that it was told are sent.
    pub sent: usize,
}

impl Toy {
    pub fn ask(&mut self, effect: Effect) -> EffectId {
        self.outputs.effect(effect)
    }

    pub fn connect(&mut self, link: u64, to: &str, origin: msnp_core::Origin) {
        let to = to.parse().unwrap();
        self.ask(Effect::Connect { link: LinkId::new(link), to, origin });
    }

    pub fn send(&mut self, link: LinkId, bytes: &[u8]) {
        if let Some(known) = self.links.get_mut(&link) {
            let outbox = known.outbox.get_or_insert_with(|| Outbox::new(16 << 20));
            outbox.print(|out| out.extend_from_slice(bytes)).unwrap();
            self.touch(link);
        }
    }

    pub fn pause(&mut self, link: LinkId, paused: bool) {
        self.links.get_mut(&link).unwrap().paused = paused;
        self.touch(link);
    }

    pub fn resume(&mut self, link: LinkId, room: usize) {
        self.room = Some(room);
        self.touch(link);
    }

    pub fn end(&mut self, end: Result<(), Broken>) {
        self.outputs.close(end);
    }

    fn touch(&mut self, link: LinkId) {
        if let Some(known) = self.links.get_mut(&link)
            && !std::mem::replace(&mut known.dirty, true)
        {
            self.outputs.dirty(link);
        }
    }
}

impl Machine for Toy {
    type Event = Heard;
    type Error = Broken;

    fn link_opened(&mut self, _: Now, link: LinkId, how: Opened) {
        self.links.insert(link, ToyLink::default());
        self.outputs.event(Heard::Opened(link, how));
    }

    fn input(&mut self, _: Now, link: LinkId, bytes: &[u8]) -> usize {
        self.offers += 1;
        if self.stubborn {
            self.touch(link);
            return 0;
        }
        if self.greedy {
            self.bytes += bytes.len();
            return bytes.len() + 100;
        }
        let paused = self.links.get(&link).is_none_or(|known| known.paused);
        if paused || self.room == Some(0) {
            self.touch(link);
            return 0;
        }
        let Some(end) = bytes.iter().position(|b| *b == b'\n') else { return 0 };
        self.bytes += end + 1;
        if let Some(room) = &mut self.room {
            *room -= 1;
        }
        if self.echoes {
            self.send(link, &bytes[..=end]);
        }
        if !self.quiet {
            let line = String::from_utf8_lossy(&bytes[..end]).into_owned();
            self.outputs.event(Heard::Line(link, line));
        }
        end + 1
    }

    fn link_closed(&mut self, _: Now, link: LinkId, why: LinkEnd) {
        self.links.remove(&link);
        self.outputs.event(Heard::Closed(link, why));
    }

    fn answer(&mut self, _: Now, effect: EffectId, answer: Answer) {
        self.outputs.event(Heard::Answered(effect, answer));
    }

    fn request(&mut self, _: Now, _: ListenerId, id: RequestId, request: HttpRequest) {
        self.outputs.event(Heard::Requested(id, request));
    }

    fn timeout(&mut self, now: Now) {
        self.timeouts += 1;
        if self.deadline.is_some_and(|at| at <= now.monotonic) {
            self.deadline = None;
            self.outputs.event(Heard::Timeout);
        }
    }

    fn poll(&mut self) -> Output<Heard, Broken> {
        while let Some(link) = self.outputs.next_dirty() {
            let full = self.room == Some(0);
            let Some(known) = self.links.get_mut(&link) else { continue };
            known.dirty = false;
            let writes = known.outbox.as_ref().is_some_and(|outbox| !outbox.is_empty());
            return Output::Link { link, reads: !known.paused && !full, writes };
        }
        self.outputs.next(self.deadline)
    }

    fn output(&self, link: LinkId) -> &[u8] {
        self.links
            .get(&link)
            .and_then(|known| known.outbox.as_ref())
            .map(Outbox::unsent)
            .unwrap_or_default()
    }

    fn written(&mut self, _: Now, link: LinkId, n: usize) {
        self.sent += n;
        if let Some(outbox) = self.links.get_mut(&link).and_then(|known| known.outbox.as_mut()) {
            outbox.written(n);
        }
    }
}

/// The lines among what was heard.
pub fn lines(heard: &VecDeque<Heard>) -> Vec<&str> {
    heard
        .iter()
        .filter_map(|heard| match heard {
            Heard::Line(_, line) => Some(line.as_str()),
            _ => None,
        })
        .collect()
}
