//! A machine small enough to read at once: it repeats lines. The ten rules are tested on it.

use alloc::string::String;
use core::time::Duration;

use crate::{
    Act, Answer, Effect, EffectId, LinkEnd, LinkId, Machine, Now, Opened, Outbox, Output, Outputs,
};

/// Repeats each line to its sender and reports it as an event.
///
/// It answers a `quit` line with `bye` and closes, asks for silence to end within
/// [`PATIENCE`](Self::PATIENCE), and refuses a line of more than [`MAX_LINE`](Self::MAX_LINE)
/// bytes.
#[derive(Debug)]
pub struct Echo {
    link: Option<EchoLink>,
    outputs: Outputs<String, EchoError>,
    deadline: Option<Duration>,
}

#[derive(Debug)]
struct EchoLink {
    id: LinkId,
    outbox: Outbox,
    dirty: bool,
}

/// How an [`Echo`] can end badly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EchoError {
    /// The peer sent a line of more than [`Echo::MAX_LINE`] bytes.
    #[error("the peer sent a line of more than {} bytes", Echo::MAX_LINE)]
    LineTooLong,
    /// The peer was silent for [`Echo::PATIENCE`].
    #[error("the peer was silent for {:?}", Echo::PATIENCE)]
    Silence,
    /// The connection ended before `quit`.
    #[error("the connection ended: {0:?}")]
    LinkLost(LinkEnd),
}

/// A line was not queued because too much waits already; here it is back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much waits to be sent")]
pub struct NotSaid(pub String);

/// To say a line of one's own, as a value: [`Echo::say`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say(pub String);

impl Echo {
    /// The longest line it takes, in bytes, without the line end.
    pub const MAX_LINE: usize = 64;
    /// The most bytes that wait to be sent.
    pub const MAX_OUTPUT: usize = 256;
    /// The most events that wait for the program.
    pub const MAX_EVENTS: usize = 4;
    /// How long a connected peer may be silent.
    pub const PATIENCE: Duration = Duration::from_secs(60);

    /// A machine that waits for its link.
    pub fn new() -> Self {
        Self { link: None, outputs: Outputs::new(), deadline: None }
    }

    /// The most heap that one can hold, in bytes, whatever the peer does.
    pub const fn heap_bound() -> usize {
        // A buffer may be twice as large as what it holds.
        2 * (Self::MAX_OUTPUT + Self::MAX_LINE)
            + 2 * (Self::MAX_EVENTS + 2) * (Self::MAX_LINE + 64)
            + 1024
    }

    /// Says a line of one's own.
    ///
    /// # Errors
    /// [`NotSaid`], with the line, when it does not fit, or while there is no link.
    pub fn say(&mut self, line: String) -> Result<(), NotSaid> {
        if self.outputs.is_closing() {
            return Err(NotSaid(line));
        }
        match self.send(line.as_bytes()) {
            true => Ok(()),
            false => Err(NotSaid(line)),
        }
    }

    fn send(&mut self, line: &[u8]) -> bool {
        let Some(link) = &mut self.link else { return false };
        let printed = link.outbox.print(|out| {
            out.extend_from_slice(line);
            out.push(b'\n');
        });
        self.touch();
        printed.is_ok()
    }

    fn touch(&mut self) {
        if let Some(link) = &mut self.link
            && !link.dirty
        {
            link.dirty = true;
            self.outputs.dirty(link.id);
        }
    }

    fn wants_input(&self) -> bool {
        let room = self
            .link
            .as_ref()
            .is_some_and(|link| link.outbox.unsent().len() + Self::MAX_LINE < Self::MAX_OUTPUT);
        room && !self.outputs.is_closing() && self.outputs.events_waiting() < Self::MAX_EVENTS
    }

    fn end(&mut self, end: Result<(), EchoError>) {
        if let Some(link) = &self.link
            && !self.outputs.is_closing()
        {
            self.outputs.effect(Effect::Close { link: link.id });
        }
        self.deadline = None;
        self.outputs.close(end);
        self.touch();
    }
}

impl Default for Echo {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine for Echo {
    type Event = String;
    type Error = EchoError;

    fn link_opened(&mut self, now: Now, link: LinkId, _: Opened) {
        if self.link.is_some() || self.outputs.is_closing() {
            self.outputs.effect(Effect::Close { link }); // It has a use for one link alone.
            return;
        }
        let outbox = Outbox::new(Self::MAX_OUTPUT);
        self.link = Some(EchoLink { id: link, outbox, dirty: false });
        self.deadline = Some(now.after(Self::PATIENCE));
        self.touch();
    }

    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize {
        if !self.wants_input() || self.link.as_ref().is_none_or(|known| known.id != link) {
            return 0;
        }
        let Some(end) = bytes.iter().position(|b| *b == b'\n') else {
            if bytes.len() > Self::MAX_LINE {
                self.end(Err(EchoError::LineTooLong));
            }
            return 0;
        };
        let Some((line, _)) = bytes.split_at_checked(end) else { return 0 };
        if line.len() > Self::MAX_LINE {
            self.end(Err(EchoError::LineTooLong));
            return 0;
        }
        self.deadline = Some(now.after(Self::PATIENCE));
        if line == b"quit" {
            self.send(b"bye");
            self.end(Ok(()));
        } else {
            self.send(line);
            self.outputs.event(String::from_utf8_lossy(line).into_owned());
            self.touch();
        }
        end + 1
    }

    fn link_closed(&mut self, _: Now, link: LinkId, why: LinkEnd) {
        if self.link.as_ref().is_some_and(|known| known.id == link) {
            self.link = None;
            self.deadline = None;
            self.outputs.close(Err(EchoError::LinkLost(why)));
        }
    }

    fn answer(&mut self, _: Now, _: EffectId, _: Answer) {}

    fn timeout(&mut self, now: Now) {
        if self.deadline.is_some_and(|at| at <= now.monotonic) {
            self.end(Err(EchoError::Silence));
        }
    }

    fn poll(&mut self) -> Output<String, EchoError> {
        if let Some(id) = self.outputs.next_dirty() {
            let reads = self.wants_input();
            let Some(link) = &mut self.link else { return self.outputs.next(self.deadline) };
            link.dirty = false;
            return Output::Link { link: id, reads, writes: !link.outbox.is_empty() };
        }
        let full = !self.wants_input();
        let next = self.outputs.next(self.deadline);
        if full && self.wants_input() {
            self.touch(); // The program took an event, so there is room for input again.
        }
        next
    }

    fn output(&self, link: LinkId) -> &[u8] {
        match &self.link {
            Some(known) if known.id == link => known.outbox.unsent(),
            _ => &[],
        }
    }

    fn written(&mut self, _: Now, link: LinkId, n: usize) {
        if let Some(known) = self.link.as_mut().filter(|known| known.id == link) {
            known.outbox.written(n);
            self.touch();
        }
    }
}

impl Act for Echo {
    type Action = Say;
    type Outcome = Result<(), NotSaid>;

    fn act(&mut self, _: Now, Say(line): Say) -> Result<(), NotSaid> {
        self.say(line)
    }
}
