use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use msnp_core::{LinkEnd, LinkId, Machine, Now};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use crate::ready::SourceWaker;
use crate::trace;

/// How many bytes one link writes before another gets its turn.
const WRITE_TURN: usize = 256 * 1024;

/// One socket, and what the machine has not taken of it.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    socket: TcpStream,
    waker: Waker,
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
    /// Output waits, and the time that the peer has for it runs.
    pub(crate) stuck: bool,
    _seat: Option<OwnedSemaphorePermit>,
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
    pub(crate) fn new(
        id: LinkId,
        socket: TcpStream,
        waker: Arc<SourceWaker>,
        seat: Option<OwnedSemaphorePermit>,
    ) -> Self {
        // Commands are short and wait for replies. Without this they wait for each other.
        let _ = socket.set_nodelay(true);
        waker.wake_by_ref();
        Self {
            id,
            socket,
            waker: waker.into(),
            leftover: Vec::new(),
            phase: Phase::Open,
            reads: true,
            retried: false,
            leftovers_first: false,
            refused: false,
            broken: false,
            end: None,
            stuck: false,
            _seat: seat,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// The machine, or its end, is done with this link.
    pub(crate) fn close(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Closing;
            self.leftover = Vec::new();
            self.waker.wake_by_ref();
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
            self.waker.wake_by_ref();
        }
    }

    pub(crate) fn flush<M: Machine>(&mut self, machine: &mut M, now: Now) -> Flushed {
        let mut written = 0;
        if self.broken {
            return Flushed::Broken;
        }
        let flushed = loop {
            let bytes = machine.output(self.id);
            if bytes.is_empty() {
                break Flushed::All;
            }
            if written >= WRITE_TURN {
                self.waker.wake_by_ref();
                break Flushed::Yielded;
            }
            match self.socket.try_write(bytes) {
                Ok(0) => break Flushed::Broken,
                Ok(n) => {
                    machine.written(now, self.id, n);
                    written += n;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self
                        .socket
                        .poll_write_ready(&mut Context::from_waker(&self.waker))
                        .is_ready()
                    {
                        self.waker.wake_by_ref();
                    }
                    break Flushed::Blocked { some: written > 0 };
                }
                Err(_) => break Flushed::Broken,
            }
        };
        if written > 0 {
            trace::wrote(self.id, written);
        }
        if flushed == Flushed::Broken {
            self.broken = true;
            self.waker.wake_by_ref();
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
            Phase::Lingering => self.discard(buffer),
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
            self.waker.wake_by_ref();
            return After::Keep;
        }
        let mut new = &[][..];
        if self.end.is_none() {
            match self.receive(buffer) {
                Ok(0) => self.end = Some(LinkEnd::Eof),
                Ok(n) => new = buffer.get(..n).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.broken {
                        self.end = Some(LinkEnd::Reset);
                    }
                }
                Err(_) => self.end = Some(LinkEnd::Reset),
            }
        }
        let got = new.len();
        if got > 0 {
            trace::read(self.id, got);
        }
        let taken = self.offer(machine, now, new);
        if got > 0 || taken > 0 {
            self.retried = false;
        }
        if self.leftover.len() > leftover_limit {
            return After::Tell(LinkEnd::Reset);
        }
        let Some(end) = self.end else {
            if self.poll_readable() {
                self.waker.wake_by_ref();
            }
            return After::Keep;
        };
        // What the machine made of the last bytes goes out, and it may say that it is full, before
        // it hears of the end.
        if taken > 0 || !(self.leftover.is_empty() || self.refused) {
            self.refused = taken == 0;
            self.waker.wake_by_ref();
            return After::Keep;
        }
        match flushed {
            Flushed::Blocked { .. } | Flushed::Yielded if !self.broken && end == LinkEnd::Eof => {
                After::Keep
            }
            _ => After::Tell(if self.broken { LinkEnd::Reset } else { end }),
        }
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The runtime may say that it is somebody else's turn, which must not pass for the end of
        // what came before the connection broke.
        if self.broken {
            return self.socket.try_read(buffer);
        }
        // This takes a socket for empty that gave less than there was room for; `try_read` would
        // read it again to learn that.
        let mut read = ReadBuf::new(buffer);
        let mut context = Context::from_waker(&self.waker);
        match Pin::new(&mut self.socket).poll_read(&mut context, &mut read) {
            Poll::Ready(result) => result.map(|()| read.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
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

    fn poll_readable(&self) -> bool {
        self.socket.poll_read_ready(&mut Context::from_waker(&self.waker)).is_ready()
    }

    fn announce_end(&mut self) -> After {
        let mut context = Context::from_waker(&self.waker);
        match Pin::new(&mut self.socket).poll_shutdown(&mut context) {
            Poll::Ready(Ok(())) => {
                self.phase = Phase::Lingering;
                self.waker.wake_by_ref();
                After::Linger
            }
            Poll::Ready(Err(_)) => After::Forget,
            Poll::Pending => After::Keep,
        }
    }

    fn discard(&mut self, buffer: &mut [u8]) -> After {
        match self.socket.try_read(buffer) {
            Ok(0) => After::Forget,
            Err(error)
                if !matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                After::Forget
            }
            _ => {
                if self.poll_readable() {
                    self.waker.wake_by_ref();
                }
                After::Keep
            }
        }
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
