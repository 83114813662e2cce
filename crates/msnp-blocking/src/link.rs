use std::io::{self, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;
use msnp_core::{LinkEnd, LinkId, Machine, Now};

use crate::trace;

/// How many bytes one link writes before another gets its turn.
const WRITE_TURN: usize = 256 * 1024;

/// After a read that gave less than there was room for, the system tells of what comes then. With
/// epoll and kqueue; elsewhere only after `WouldBlock`.
const TELLS_AFTER_SHORT_READ: bool = cfg!(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly",
));

/// One socket, and what the machine has not taken of it.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) socket: TcpStream,
    /// What the system calls this socket.
    pub(crate) token: usize,
    /// It is on the list of those that have something to do.
    pub(crate) queued: bool,
    /// It belongs there.
    pub(crate) wants_turn: bool,
    /// Output waits, and the time that the peer has for it runs.
    pub(crate) stuck: bool,
    // The system tells of changes alone, so what it told stays true until there is no more.
    readable: bool,
    writable: bool,
    /// More may wait than what was told of: only `WouldBlock` is the end of it.
    to_the_end: bool,
    leftover: Vec<u8>,
    phase: Phase,
    reads: bool,
    /// The same leftovers were offered again although the machine did not say that it was full.
    retried: bool,
    /// The machine may take leftovers now: nothing more is read before it was asked. The peer waits
    /// meanwhile, and not its bytes here.
    leftovers_first: bool,
    /// The leftovers of an ended link have been refused once by a machine that is not full.
    refused: bool,
    /// Writing has failed. What the peer sent before that may still be read.
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

/// How far writing got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flushed {
    /// Nothing waits.
    All,
    /// The peer takes no more now. `some` when it took anything at all.
    Blocked { some: bool },
    /// The turn is over; there is more to write.
    Yielded,
    /// The connection is broken.
    Broken,
}

/// What a turn left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Keep,
    /// All output was sent; the end has been announced to the peer.
    Linger,
    /// Gone, and the machine knows or does not care.
    Forget,
    /// Gone; the machine must be told.
    Tell(LinkEnd),
}

impl Link {
    pub(crate) fn new(id: LinkId, socket: TcpStream, token: usize) -> Self {
        // Commands are short and wait for replies. Without this they wait for each other.
        let _ = socket.set_nodelay(true);
        Self {
            id,
            socket,
            token,
            queued: false,
            wants_turn: true,
            stuck: false,
            readable: true,
            writable: true,
            to_the_end: true,
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

    pub(crate) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// The system says that something changed; `ended` when the peer sends no more.
    pub(crate) fn changed(&mut self, readable: bool, writable: bool, ended: bool) {
        self.readable |= readable;
        self.writable |= writable;
        self.to_the_end |= ended;
        self.wants_turn = true;
    }

    /// The machine, or its end, is done with this link.
    pub(crate) fn close(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Closing;
            self.leftover = Vec::new();
            self.wants_turn = true;
        }
    }

    /// The machine says whether it takes input.
    pub(crate) fn set_reads(&mut self, reads: bool) {
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
            self.wants_turn = true;
        }
    }

    pub(crate) fn flush<M: Machine>(&mut self, machine: &mut M, now: Now) -> Flushed {
        if self.broken {
            return Flushed::Broken;
        }
        let mut written = 0;
        let flushed = loop {
            let bytes = machine.output(self.id);
            if bytes.is_empty() {
                break Flushed::All;
            }
            if !self.writable {
                break Flushed::Blocked { some: written > 0 };
            }
            if written >= WRITE_TURN {
                self.wants_turn = true;
                break Flushed::Yielded;
            }
            match self.socket.write(bytes) {
                Ok(0) => break Flushed::Broken,
                Ok(n) => {
                    machine.written(now, self.id, n);
                    written += n;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.writable = false,
                Err(_) => break Flushed::Broken,
            }
        };
        if written > 0 {
            trace::wrote(self.id, written);
        }
        if flushed == Flushed::Broken {
            self.broken = true;
            // What the peer sent before that is still read.
            self.readable = true;
            self.to_the_end = true;
            self.wants_turn = true;
        }
        flushed
    }

    /// One bounded turn after [`flush`](Self::flush): reads at most one buffer.
    pub(crate) fn turn<M: Machine>(
        &mut self,
        machine: &mut M,
        now: Now,
        flushed: Flushed,
        buffer: &mut [u8],
        leftover_limit: usize,
    ) -> After {
        match self.phase {
            Phase::Open => self.read(machine, now, flushed, buffer, leftover_limit),
            Phase::Closing => match flushed {
                Flushed::All if self.end.is_some() => After::Forget,
                Flushed::All => self.announce_end(),
                Flushed::Broken => After::Forget,
                Flushed::Blocked { .. } | Flushed::Yielded => After::Keep,
            },
            Phase::Lingering => match self.receive(buffer) {
                Received::Some(_) | Received::Nothing => After::Keep,
                Received::End(_) => After::Forget,
            },
        }
    }

    fn read<M: Machine>(
        &mut self,
        machine: &mut M,
        now: Now,
        flushed: Flushed,
        buffer: &mut [u8],
        leftover_limit: usize,
    ) -> After {
        if !self.reads {
            // One that waits for its output to go before it reads would wait for ever.
            return if self.broken { After::Tell(LinkEnd::Reset) } else { After::Keep };
        }
        if core::mem::take(&mut self.leftovers_first) && self.offer(machine, now, &[]) > 0 {
            self.retried = false;
            self.wants_turn = true;
            return After::Keep;
        }
        let mut got = 0;
        if self.end.is_none() {
            match self.receive(buffer) {
                Received::Some(n) => got = n,
                Received::Nothing if self.broken => self.end = Some(LinkEnd::Reset),
                Received::Nothing => {}
                Received::End(end) => self.end = Some(end),
            }
        }
        if got > 0 {
            trace::read(self.id, got);
        }
        let taken = self.offer(machine, now, buffer.get(..got).unwrap_or_default());
        if got > 0 || taken > 0 {
            self.retried = false;
        }
        if self.leftover.len() > leftover_limit {
            return After::Tell(LinkEnd::Reset);
        }
        let Some(end) = self.end else { return After::Keep };
        // What the machine made of the last bytes goes out, and it may say that it is full, before
        // it hears of the end.
        if taken > 0 || !(self.leftover.is_empty() || self.refused) {
            self.refused = taken == 0;
            self.wants_turn = true;
            return After::Keep;
        }
        match flushed {
            Flushed::Blocked { .. } | Flushed::Yielded if !self.broken && end == LinkEnd::Eof => {
                After::Keep
            }
            _ => After::Tell(if self.broken { LinkEnd::Reset } else { end }),
        }
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Received {
        while self.readable {
            match self.socket.read(buffer) {
                Ok(0) => return Received::End(LinkEnd::Eof),
                Ok(n) => {
                    // There may be more, and nobody would tell.
                    self.readable = !TELLS_AFTER_SHORT_READ || self.to_the_end || n == buffer.len();
                    self.wants_turn |= self.readable;
                    return Received::Some(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.readable = false;
                    self.to_the_end = false;
                }
                Err(_) => return Received::End(LinkEnd::Reset),
            }
        }
        Received::Nothing
    }

    /// Offers leftovers in front of new bytes until the machine takes nothing; keeps the rest.
    fn offer<M: Machine>(&mut self, machine: &mut M, now: Now, new: &[u8]) -> usize {
        if self.leftover.is_empty() {
            let taken = offer(machine, now, self.id, new);
            self.leftover.extend_from_slice(new.get(taken..).unwrap_or_default());
            return taken;
        }
        self.leftover.extend_from_slice(new);
        let taken = offer(machine, now, self.id, &self.leftover);
        if taken == self.leftover.len() {
            self.leftover = Vec::new();
        } else {
            self.leftover.drain(..taken);
        }
        taken
    }

    fn announce_end(&mut self) -> After {
        if self.socket.shutdown(Shutdown::Write).is_err() {
            return After::Forget;
        }
        self.phase = Phase::Lingering;
        self.wants_turn = true;
        After::Linger
    }
}

enum Received {
    Some(usize),
    Nothing,
    End(LinkEnd),
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
