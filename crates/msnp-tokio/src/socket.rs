use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use msnp_core::links::{Received, Sent, Socket};
use msnp_core::{LinkEnd, LinkId};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use crate::ready::SourceWaker;
use crate::trace;

/// The connection of one link.
#[derive(Debug)]
pub(crate) struct Connection {
    id: LinkId,
    stream: TcpStream,
    waker: Waker,
    _seat: Option<OwnedSemaphorePermit>,
}

impl Connection {
    pub(crate) fn new(
        id: LinkId,
        stream: TcpStream,
        waker: Arc<SourceWaker>,
        seat: Option<OwnedSemaphorePermit>,
    ) -> Self {
        // Commands are short and wait for replies. Without this they wait for each other.
        let _ = stream.set_nodelay(true);
        Self { id, stream, waker: waker.into(), _seat: seat }
    }

    fn read(&mut self, room: &mut [u8], last: bool) -> io::Result<usize> {
        // The runtime may say that it is somebody else's turn, which must not pass for the end of
        // what came before the connection broke.
        if last {
            return self.stream.try_read(room);
        }
        // This takes a socket for empty that gave less than there was room for; `try_read` would
        // read it again to learn that.
        let mut read = ReadBuf::new(room);
        let mut context = Context::from_waker(&self.waker);
        match Pin::new(&mut self.stream).poll_read(&mut context, &mut read) {
            Poll::Ready(result) => result.map(|()| read.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl Socket for Connection {
    fn send(&mut self, bytes: &[u8]) -> Sent {
        loop {
            match self.stream.try_write(bytes) {
                Ok(0) => return Sent::Broken,
                Ok(n) => {
                    trace::wrote(self.id, n);
                    return Sent::Some(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let mut context = Context::from_waker(&self.waker);
                    if self.stream.poll_write_ready(&mut context).is_ready() {
                        self.want_turn();
                    }
                    return Sent::Later;
                }
                Err(_) => return Sent::Broken,
            }
        }
    }

    fn receive(&mut self, room: &mut [u8], last: bool) -> Received {
        loop {
            match self.read(room, last) {
                Ok(0) => return Received::End(LinkEnd::Eof),
                Ok(n) => {
                    trace::read(self.id, n);
                    let mut context = Context::from_waker(&self.waker);
                    if self.stream.poll_read_ready(&mut context).is_ready() {
                        self.want_turn();
                    }
                    return Received::Some(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Received::Later,
                Err(_) => return Received::End(LinkEnd::Reset),
            }
        }
    }

    fn finish(&mut self) -> bool {
        let mut context = Context::from_waker(&self.waker);
        // It never waits: there is nothing to flush.
        matches!(Pin::new(&mut self.stream).poll_shutdown(&mut context), Poll::Ready(Ok(())))
    }

    fn want_turn(&mut self) {
        self.waker.wake_by_ref();
    }
}
