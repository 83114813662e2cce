//! What a driver keeps of its links: the part of a driver that touches no system.
//!
//! `msnp-blocking` and `msnp-tokio` are made of this and of their sockets, and so may be a driver of
//! your own. [`Links`] offers what a [`Socket`] received to the [`Machine`], keeps what the machine
//! does not take yet, sends the machine's output, and ends links so that nothing is lost which
//! either side has said before. It never waits: it is called when the system says that a socket can
//! do something, and when a [deadline](Links::deadline) has passed.
//!
//! | the driver calls | when |
//! |---|---|
//! | [`open`](Links::open) | a connection is up |
//! | [`write`](Links::write), [`set_reads`](Links::set_reads) | the machine says [`Output::Link`](crate::Output::Link) |
//! | [`turn`](Links::turn) | a socket is ready, or [wants a turn](Socket::want_turn) |
//! | [`close`](Links::close) | the machine says [`Effect::Close`](crate::Effect::Close), or has ended |
//! | [`expire`](Links::expire) | the [deadline](Links::deadline) has passed |

mod link;

use alloc::collections::BTreeMap;
use core::time::Duration;

use crate::links::link::{After, Flushed, Link};
use crate::{LinkEnd, LinkId, Machine, Now, Opened, Timers};

/// What a link's socket can do. None of it waits.
pub trait Socket {
    /// Sends the first of these bytes, as many as the system takes now.
    fn send(&mut self, bytes: &[u8]) -> Sent;

    /// Takes what has come, as much as there is room for.
    ///
    /// It is `last` when sending has failed. Then [`Received::Later`] means that the peer had said
    /// no more than that before the connection broke, so a socket may not say it for less.
    fn receive(&mut self, room: &mut [u8], last: bool) -> Received;

    /// Tells the peer that nothing more is sent to it; what it says is still received. False where
    /// the connection is broken.
    fn finish(&mut self) -> bool;

    /// The link is to have another [turn](Links::turn) soon, though nothing may have changed.
    fn want_turn(&mut self);
}

/// What came of [sending](Socket::send).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// So many bytes are on their way, at least one.
    Some(usize),
    /// The system takes none now. The driver gives the link a turn when it does.
    Later,
    /// It never will.
    Broken,
}

/// What came of [receiving](Socket::receive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// So many bytes, at least one. The driver gives the link a turn when more may be there.
    Some(usize),
    /// There is nothing now. The driver gives the link a turn when there is.
    Later,
    /// There will be nothing more.
    End(LinkEnd),
}

/// How long peers may take, and how much of theirs is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkLimits {
    /// How long a peer may take none of the bytes that wait for it.
    pub write_timeout: Duration,
    /// How long a link is kept after its last byte was sent, so that the peer can read it: at most
    /// this, and never longer than `write_timeout`.
    pub linger: Duration,
    /// The most bytes that a link may hold back because the machine does not take them. A peer
    /// that sends more loses its link.
    pub leftover: usize,
}

/// The links of one machine, and their sockets.
#[derive(Debug)]
pub struct Links<S> {
    limits: LinkLimits,
    links: BTreeMap<LinkId, Link<S>>,
    timers: Timers<Timer>,
}

/// A link that is no more.
#[derive(Debug)]
pub struct Ended<S> {
    /// What it was on.
    pub socket: S,
    /// What the machine was told. Nothing where it had closed the link.
    pub told: Option<LinkEnd>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Write(LinkId),
    Linger(LinkId),
}

impl<S: Socket> Links<S> {
    /// None yet.
    pub fn new(limits: LinkLimits) -> Self {
        Self { limits, links: BTreeMap::new(), timers: Timers::new() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// All, the lowest number first.
    pub fn ids(&self) -> impl Iterator<Item = LinkId> {
        self.links.keys().copied()
    }

    /// The socket of a link.
    pub fn socket(&mut self, id: LinkId) -> Option<&mut S> {
        self.links.get_mut(&id).map(|link| &mut link.socket)
    }

    /// A connection is up: tells the machine so. No id is used for two links.
    pub fn open<M: Machine>(
        &mut self,
        machine: &mut M,
        now: Now,
        id: LinkId,
        socket: S,
        how: Opened,
    ) {
        let mut link = Link::new(socket);
        link.socket.want_turn();
        self.links.insert(id, link);
        machine.link_opened(now, id, how);
    }

    /// Sends what the machine has for this link.
    pub fn write<M: Machine>(&mut self, machine: &mut M, now: Now, id: LinkId) {
        self.flush(machine, now, id);
    }

    /// The machine says whether it takes input of this link.
    pub fn set_reads(&mut self, id: LinkId, reads: bool) {
        if let Some(link) = self.links.get_mut(&id) {
            link.set_reads(reads);
        }
    }

    /// Sends and receives once, at most as much as there is room for in `buffer`. What is left to
    /// do wants another turn.
    pub fn turn<M: Machine>(
        &mut self,
        machine: &mut M,
        now: Now,
        id: LinkId,
        buffer: &mut [u8],
    ) -> Option<Ended<S>> {
        let flushed = self.flush(machine, now, id)?;
        let limit = self.limits.leftover;
        match self.links.get_mut(&id)?.turn(machine, now, id, flushed, buffer, limit) {
            After::Keep => None,
            After::Linger => {
                let linger = self.limits.linger.min(self.limits.write_timeout);
                self.timers.set(Timer::Linger(id), now.after(linger));
                None
            }
            After::Forget => self.forget(machine, now, id),
            After::Tell(why) => self.end(machine, now, id, why),
        }
    }

    /// The machine wants nothing more of this link. What it has said is sent; what comes is not
    /// given to it any more.
    pub fn close<M: Machine>(&mut self, machine: &mut M, now: Now, id: LinkId) {
        if let Some(link) = self.links.get_mut(&id) {
            link.close();
            self.flush(machine, now, id);
        }
    }

    /// The link cannot go on: tells the machine why.
    pub fn end<M: Machine>(
        &mut self,
        machine: &mut M,
        now: Now,
        id: LinkId,
        why: LinkEnd,
    ) -> Option<Ended<S>> {
        let ended = self.forget(machine, now, id)?;
        machine.link_closed(now, id, why);
        Some(Ended { told: Some(why), ..ended })
    }

    /// When [`expire`](Self::expire) has something to do.
    pub fn deadline(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// Ends one link whose time is over. Call it until it does nothing.
    pub fn expire<M: Machine>(&mut self, machine: &mut M, now: Now) -> Option<(LinkId, Ended<S>)> {
        while let Some(timer) = self.timers.expired(now.monotonic) {
            let (Timer::Write(id) | Timer::Linger(id)) = timer;
            let open = self.links.get(&id).is_some_and(Link::is_open);
            let ended = match open {
                true => self.end(machine, now, id, LinkEnd::TimedOut),
                false => self.forget(machine, now, id),
            };
            if let Some(ended) = ended {
                return Some((id, ended));
            }
        }
        None
    }

    fn flush<M: Machine>(&mut self, machine: &mut M, now: Now, id: LinkId) -> Option<Flushed> {
        let link = self.links.get_mut(&id)?;
        let flushed = link.flush(machine, now, id);
        match flushed {
            Flushed::All | Flushed::Broken => self.timers.clear(&Timer::Write(id)),
            Flushed::Blocked { some: false } if link.stuck => {}
            Flushed::Blocked { .. } | Flushed::Yielded => {
                self.timers.set(Timer::Write(id), now.after(self.limits.write_timeout));
            }
        }
        link.stuck = matches!(flushed, Flushed::Blocked { .. } | Flushed::Yielded);
        Some(flushed)
    }

    fn forget<M: Machine>(&mut self, machine: &mut M, now: Now, id: LinkId) -> Option<Ended<S>> {
        self.timers.clear(&Timer::Write(id));
        self.timers.clear(&Timer::Linger(id));
        let link = self.links.remove(&id)?;
        // Nobody will send the rest of a closed link, and the machine must not keep it.
        if !link.is_open() {
            let rest = machine.output(id).len();
            machine.written(now, id, rest);
        }
        Some(Ended { socket: link.socket, told: None })
    }
}
