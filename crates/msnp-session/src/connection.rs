//! What every session has beside its state: the framing of one link, what waits to be sent, and
//! what waits to be said.

use msnp_codec::{
    ClientCommand, FrameError, FrameLimits, Framer, RawCommand, Sender, ServerCommand,
};
use msnp_core::{Effect, Full, LinkEnd, LinkId, Now, Outbox, Output, Outputs, Version};

use crate::{SessionError, SessionLimits};

/// One link and its queues. The link is none before it is up and after it is lost or closed.
pub(crate) struct Connection<E> {
    link: Option<LinkId>,
    dirty: bool,
    outbox: Outbox,
    outputs: Outputs<E, SessionError>,
    framer: Framer,
    version: Version,
    limits: SessionLimits,
    /// Bytes ever queued, and bytes ever sent.
    queued: u64,
    sent: u64,
}

impl<E> Connection<E> {
    /// `peer` is who sends what is framed here.
    pub(crate) fn new(peer: Sender, version: Version, limits: SessionLimits) -> Self {
        Self {
            link: None,
            dirty: false,
            outbox: Outbox::new(limits.output),
            outputs: Outputs::new(),
            framer: Framer::new(peer, version, FrameLimits::BEFORE_SIGN_IN),
            version,
            limits,
            queued: 0,
            sent: 0,
        }
    }

    pub(crate) fn version(&self) -> Version {
        self.version
    }

    pub(crate) fn set_version(&mut self, version: Version) {
        self.version = version;
        self.framer.set_version(version);
    }

    pub(crate) fn set_frame_limits(&mut self, limits: FrameLimits) {
        self.framer.set_limits(limits);
    }

    pub(crate) fn is_up(&self) -> bool {
        self.link.is_some() && !self.outputs.is_closing()
    }

    pub(crate) fn is_link(&self, link: LinkId) -> bool {
        self.link == Some(link)
    }

    /// Whether this is the link, or there is none that it could not be.
    pub(crate) fn may_be_link(&self, link: LinkId) -> bool {
        self.link.is_none_or(|own| own == link)
    }

    pub(crate) fn event(&mut self, event: E) {
        self.outputs.event(event);
        if self.is_full() {
            self.touch();
        }
    }

    /// Queues a command of ours, a client's.
    pub(crate) fn send_as_client(&mut self, command: &ClientCommand<'_>) -> Result<(), Full> {
        let version = self.version;
        self.print(|out| command.print(version, out))
    }

    /// Queues a command of ours, a server's.
    pub(crate) fn send_as_server(&mut self, command: &ServerCommand<'_>) -> Result<(), Full> {
        let version = self.version;
        self.print(|out| command.print(version, out))
    }

    /// Queues bytes of ours, or none of them.
    pub(crate) fn print(
        &mut self,
        print: impl FnOnce(&mut alloc::vec::Vec<u8>),
    ) -> Result<(), Full> {
        if !self.is_up() {
            return Err(Full);
        }
        let before = self.outbox.unsent().len();
        let printed = self.outbox.print(print);
        let added = self.outbox.unsent().len().saturating_sub(before);
        self.queued = self.queued.saturating_add(u64::try_from(added).unwrap_or(u64::MAX));
        self.touch();
        printed
    }

    /// Keeps room for what is sent all the time.
    pub(crate) fn keep_output(&mut self, room: usize) {
        self.outbox.keep(room);
    }

    /// How many bytes were ever queued: where the next command begins.
    pub(crate) fn queued(&self) -> u64 {
        self.queued
    }

    /// Whether what was queued at this position may have reached the peer.
    pub(crate) fn may_have_sent(&self, position: u64) -> bool {
        self.sent > position
    }

    /// Ends the session: what waits to be sent still goes out, then the link closes.
    pub(crate) fn close(&mut self, end: Result<(), SessionError>) {
        if self.outputs.is_closing() {
            return;
        }
        if let Some(link) = self.link {
            self.outputs.effect(Effect::Close { link });
        }
        self.outputs.close(end);
        self.touch();
    }

    pub(crate) fn opened(&mut self, link: LinkId) {
        if self.link.is_none() && !self.outputs.is_closing() {
            self.link = Some(link);
            self.touch();
        }
    }

    /// The link is gone by itself.
    pub(crate) fn lost(&mut self, why: LinkEnd) {
        self.link = None;
        self.outputs.close(Err(SessionError::LinkLost(why)));
    }

    /// Whether there is room for what one more command can bring about.
    pub(crate) fn wants_input(&self) -> bool {
        self.is_up() && self.outbox.unsent().len() <= self.limits.output / 2 && !self.is_full()
    }

    /// Whether no more events may wait.
    fn is_full(&self) -> bool {
        self.outputs.events_waiting() >= self.limits.events
    }

    pub(crate) fn frame<'b>(
        &mut self,
        bytes: &'b [u8],
    ) -> Result<Option<RawCommand<'b>>, FrameError> {
        if !self.wants_input() {
            return Ok(None);
        }
        self.framer.next(bytes)
    }

    pub(crate) fn output(&self, link: LinkId) -> &[u8] {
        if self.is_link(link) { self.outbox.unsent() } else { &[] }
    }

    pub(crate) fn written(&mut self, link: LinkId, n: usize) {
        if self.is_link(link) {
            let before = self.outbox.unsent().len();
            self.outbox.written(n);
            let gone = before.saturating_sub(self.outbox.unsent().len());
            self.sent = self.sent.saturating_add(u64::try_from(gone).unwrap_or(u64::MAX));
            self.touch();
        }
    }

    /// Whether there is nothing to say but the deadline.
    pub(crate) fn is_drained(&self) -> bool {
        !self.dirty && self.outputs.is_drained()
    }

    pub(crate) fn poll(
        &mut self,
        deadline: Option<core::time::Duration>,
    ) -> Output<E, SessionError> {
        if let Some(link) = self.outputs.next_dirty() {
            self.dirty = false;
            let writes = !self.output(link).is_empty();
            return Output::Link { link, reads: self.wants_input(), writes };
        }
        let full = self.is_full();
        let next = self.outputs.next(deadline);
        if full && self.wants_input() {
            self.touch(); // An event was taken, so there is room for input again.
        }
        next
    }

    fn touch(&mut self) {
        if let Some(link) = self.link
            && !self.dirty
        {
            self.dirty = true;
            self.outputs.dirty(link);
        }
    }
}

/// A session over one link: what differs between the four of them.
pub(crate) trait Session {
    type Event;

    fn connection(&self) -> &Connection<Self::Event>;
    fn connection_mut(&mut self) -> &mut Connection<Self::Event>;

    /// The link is up.
    fn opened(&mut self, now: Now);
    /// A whole command came.
    fn command(&mut self, now: Now, raw: RawCommand<'_>);
    /// The stream cannot be read any further.
    fn unreadable(&mut self, now: Now, error: FrameError);
    /// The link is gone.
    fn lost(&mut self, now: Now, why: LinkEnd);
    /// When [`expired`](Self::expired) wants to be called.
    fn deadline(&self) -> Option<core::time::Duration>;
    /// The deadline has passed.
    fn expired(&mut self, now: Now);
}

/// Makes a [`Session`] a [`Machine`](msnp_core::Machine).
macro_rules! one_link_machine {
    ($session:ty, $event:ty) => {
        impl msnp_core::Machine for $session {
            type Event = $event;
            type Error = $crate::SessionError;

            fn link_opened(
                &mut self,
                now: msnp_core::Now,
                link: msnp_core::LinkId,
                _: msnp_core::Opened,
            ) {
                self.connection_mut().opened(link);
                $crate::connection::Session::opened(self, now);
            }

            fn input(
                &mut self,
                now: msnp_core::Now,
                link: msnp_core::LinkId,
                bytes: &[u8],
            ) -> usize {
                if !self.connection().is_link(link) {
                    return 0;
                }
                match self.connection_mut().frame(bytes) {
                    Ok(None) => 0,
                    Ok(Some(raw)) => {
                        $crate::connection::Session::command(self, now, raw);
                        raw.wire().len()
                    }
                    Err(error) => {
                        $crate::connection::Session::unreadable(self, now, error);
                        0
                    }
                }
            }

            fn link_closed(
                &mut self,
                now: msnp_core::Now,
                link: msnp_core::LinkId,
                why: msnp_core::LinkEnd,
            ) {
                if self.connection().may_be_link(link) {
                    $crate::connection::Session::lost(self, now, why);
                    self.connection_mut().lost(why);
                }
            }

            fn answer(&mut self, _: msnp_core::Now, _: msnp_core::EffectId, _: msnp_core::Answer) {}

            fn timeout(&mut self, now: msnp_core::Now) {
                let passed = |at: &core::time::Duration| *at <= now.monotonic;
                while $crate::connection::Session::deadline(self).filter(passed).is_some() {
                    $crate::connection::Session::expired(self, now);
                }
            }

            fn poll(&mut self) -> msnp_core::Output<Self::Event, Self::Error> {
                let deadline = match self.connection().is_drained() {
                    true => $crate::connection::Session::deadline(self),
                    false => None,
                };
                self.connection_mut().poll(deadline)
            }

            fn output(&self, link: msnp_core::LinkId) -> &[u8] {
                self.connection().output(link)
            }

            fn written(&mut self, _: msnp_core::Now, link: msnp_core::LinkId, n: usize) {
                self.connection_mut().written(link, n);
            }
        }
    };
}

pub(crate) use one_link_machine;
