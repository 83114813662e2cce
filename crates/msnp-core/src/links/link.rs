use alloc::vec::Vec;
use core::mem;

use crate::links::{Received, Sent, Socket};
use crate::{LinkEnd, LinkId, Machine, Now};

/// How many bytes one link sends before another gets its turn.
const WRITE_TURN: usize = 256 * 1024;

/// One socket, and what the machine has not taken of it.
#[derive(Debug)]
pub(super) struct Link<S> {
    pub(super) socket: S,
    /// Output waits, and the time that the peer has for it runs.
    pub(super) stuck: bool,
    leftover: Vec<u8>,
    phase: Phase,
    reads: bool,
    /// The same leftovers were offered again although the machine did not say that it was full.
    retried: bool,
    /// The machine may take leftovers now: nothing more is received before it was asked. The peer
    /// waits meanwhile, and not its bytes here.
    leftovers_first: bool,
    /// The leftovers of an ended link have been refused once by a machine that is not full.
    refused: bool,
    /// Sending has failed. What the peer said before that may still be received.
    broken: bool,
    end: Option<LinkEnd>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// The machine is done with it, its output is not.
    Closing,
    /// All was sent. To close a socket that still receives would destroy what was sent last.
    Lingering,
}

/// How far sending got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flushed {
    /// Nothing waits.
    All,
    /// The peer takes no more now. `some` when it took anything at all.
    Blocked { some: bool },
    /// The turn is over; there is more to send.
    Yielded,
    /// The connection is broken.
    Broken,
}

/// What a turn left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    Keep,
    /// All output was sent; the end has been announced to the peer.
    Linger,
    /// Gone, and the machine knows or does not care.
    Forget,
    /// Gone; the machine must be told.
    Tell(LinkEnd),
}

impl<S: Socket> Link<S> {
    pub(super) fn new(socket: S) -> Self {
        Self {
            socket,
            stuck: false,
            leftover: Vec::new(),
            phase: Phase::Open,
            reads: true,
            retried: false,
            leftovers_first: false,
            refused: false,
            broken: false,
            end: None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    pub(super) fn close(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Closing;
            self.leftover = Vec::new();
            self.socket.want_turn();
        }
    }

    pub(super) fn set_reads(&mut self, reads: bool) {
        let rises = reads && !self.reads;
        // A machine may have become full and free again before it was asked. One offer more finds
        // out; not one after each refusal, which would never end.
        let again = reads && !self.leftover.is_empty() && !self.retried;
        self.reads = reads;
        // What a full machine refuses it may take later.
        self.refused &= reads;
        if rises || again {
            self.retried = !rises;
            self.leftovers_first = !self.leftover.is_empty();
            self.socket.want_turn();
        }
    }

    pub(super) fn flush<M: Machine>(&mut self, machine: &mut M, now: Now, id: LinkId) -> Flushed {
        if self.broken {
            return Flushed::Broken;
        }
        let mut written = 0;
        let flushed = loop {
            let bytes = machine.output(id);
            if bytes.is_empty() {
                break Flushed::All;
            }
            if written >= WRITE_TURN {
                break Flushed::Yielded;
            }
            match self.socket.send(bytes) {
                Sent::Some(n) => {
                    machine.written(now, id, n);
                    written += n;
                }
                Sent::Later => break Flushed::Blocked { some: written > 0 },
                Sent::Broken => break Flushed::Broken,
            }
        };
        self.broken = flushed == Flushed::Broken;
        if matches!(flushed, Flushed::Yielded | Flushed::Broken) {
            self.socket.want_turn();
        }
        flushed
    }

    /// One bounded turn after [`flush`](Self::flush): receives at most one buffer.
    pub(super) fn turn<M: Machine>(
        &mut self,
        machine: &mut M,
        now: Now,
        id: LinkId,
        flushed: Flushed,
        buffer: &mut [u8],
        leftover_limit: usize,
    ) -> After {
        match self.phase {
            Phase::Open => self.receive(machine, now, id, flushed, buffer, leftover_limit),
            Phase::Closing => match flushed {
                Flushed::All if self.end.is_some() => After::Forget,
                Flushed::All => self.announce_end(),
                Flushed::Broken => After::Forget,
                Flushed::Blocked { .. } | Flushed::Yielded => After::Keep,
            },
            Phase::Lingering => match self.socket.receive(buffer, false) {
                Received::Some(_) | Received::Later => After::Keep,
                Received::End(_) => After::Forget,
            },
        }
    }

    fn receive<M: Machine>(
        &mut self,
        machine: &mut M,
        now: Now,
        id: LinkId,
        flushed: Flushed,
        buffer: &mut [u8],
        leftover_limit: usize,
    ) -> After {
        if !self.reads {
            // One that waits for its output to go before it reads would wait for ever.
            return if self.broken { After::Tell(LinkEnd::Reset) } else { After::Keep };
        }
        if mem::take(&mut self.leftovers_first) && self.offer(machine, now, id, &[]) > 0 {
            self.retried = false;
            self.socket.want_turn();
            return After::Keep;
        }
        let mut got = 0;
        if self.end.is_none() {
            match self.socket.receive(buffer, self.broken) {
                Received::Some(n) => got = n,
                Received::Later if self.broken => self.end = Some(LinkEnd::Reset),
                Received::Later => {}
                Received::End(end) => self.end = Some(end),
            }
        }
        let taken = self.offer(machine, now, id, buffer.get(..got).unwrap_or_default());
        self.retried &= got == 0;
        if self.leftover.len() > leftover_limit {
            return After::Tell(LinkEnd::Reset);
        }
        let Some(end) = self.end else {
            if self.broken {
                // The system may tell no more of it.
                self.socket.want_turn();
            }
            return After::Keep;
        };
        // What the machine made of the last bytes goes out, and it may say that it is full, before
        // it hears of the end.
        if taken > 0 || !(self.leftover.is_empty() || self.refused) {
            self.refused = taken == 0;
            self.socket.want_turn();
            return After::Keep;
        }
        match flushed {
            Flushed::Blocked { .. } | Flushed::Yielded if !self.broken && end == LinkEnd::Eof => {
                After::Keep
            }
            _ => After::Tell(if self.broken { LinkEnd::Reset } else { end }),
        }
    }

    /// Offers leftovers in front of new bytes until the machine takes nothing; keeps the rest.
    fn offer<M: Machine>(&mut self, machine: &mut M, now: Now, id: LinkId, new: &[u8]) -> usize {
        if self.leftover.is_empty() {
            let taken = offer(machine, now, id, new);
            self.leftover.extend_from_slice(new.get(taken..).unwrap_or_default());
            return taken;
        }
        self.leftover.extend_from_slice(new);
        let taken = offer(machine, now, id, &self.leftover);
        if taken == self.leftover.len() {
            self.leftover = Vec::new();
        } else {
            self.leftover.drain(..taken);
        }
        taken
    }

    fn announce_end(&mut self) -> After {
        if !self.socket.finish() {
            return After::Forget;
        }
        self.phase = Phase::Lingering;
        self.socket.want_turn();
        After::Linger
    }
}

fn offer<M: Machine>(machine: &mut M, now: Now, link: LinkId, bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while !rest.is_empty() {
        let taken = machine.input(now, link, rest).min(rest.len());
        if taken == 0 {
            break;
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    bytes.len() - rest.len()
}
