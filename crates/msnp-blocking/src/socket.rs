use std::io::{self, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;
use msnp_core::links::{Received, Sent, Socket};
use msnp_core::{LinkEnd, LinkId};

use crate::trace;

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

/// The connection of one link.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    /// What the system calls it.
    pub(crate) token: usize,
    /// It is on the list of those that have something to do.
    pub(crate) queued: bool,
    /// It belongs there.
    pub(crate) wants_turn: bool,
    id: LinkId,
    // The system tells of changes alone, so what it told stays true until there is no more.
    readable: bool,
    writable: bool,
    /// More may wait than what was told of: only `WouldBlock` is the end of it.
    to_the_end: bool,
}

impl Connection {
    pub(crate) fn new(id: LinkId, stream: TcpStream, token: usize) -> Self {
        // Commands are short and wait for replies. Without this they wait for each other.
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            token,
            queued: false,
            wants_turn: false,
            id,
            readable: true,
            writable: true,
            to_the_end: true,
        }
    }

    /// The system says that something changed; `ended` when the peer sends no more.
    pub(crate) fn changed(&mut self, readable: bool, writable: bool, ended: bool) {
        self.readable |= readable;
        self.writable |= writable;
        self.to_the_end |= ended;
        self.wants_turn = true;
    }
}

impl Socket for Connection {
    fn send(&mut self, bytes: &[u8]) -> Sent {
        while self.writable {
            match self.stream.write(bytes) {
                Ok(0) => return Sent::Broken,
                Ok(n) => {
                    trace::wrote(self.id, n);
                    return Sent::Some(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.writable = false,
                Err(_) => return Sent::Broken,
            }
        }
        Sent::Later
    }

    fn receive(&mut self, room: &mut [u8], last: bool) -> Received {
        self.readable |= last;
        self.to_the_end |= last;
        while self.readable {
            match self.stream.read(room) {
                Ok(0) => return Received::End(LinkEnd::Eof),
                Ok(n) => {
                    trace::read(self.id, n);
                    self.readable = !TELLS_AFTER_SHORT_READ || self.to_the_end || n == room.len();
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
        Received::Later
    }

    fn finish(&mut self) -> bool {
        self.stream.shutdown(Shutdown::Write).is_ok()
    }

    fn want_turn(&mut self) {
        self.wants_turn = true;
    }
}
