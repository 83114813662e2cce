use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use mio::net::TcpStream;
use msnp_core::{Endpoint, LinkEnd, Origin};

/// How many addresses of one name are tried.
pub(crate) const ADDRESSES: usize = 8;

/// A link that is not up yet.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Tells this attempt from an older one for the same link.
    pub(crate) number: u64,
    pub(crate) origin: Origin,
    /// Those not yet tried.
    pub(crate) addresses: VecDeque<SocketAddr>,
    /// How long each may take.
    pub(crate) share: Duration,
    pub(crate) socket: Option<(TcpStream, usize)>,
    /// What became of the last one.
    pub(crate) end: LinkEnd,
}

/// The address, where the host is one and no name.
pub(crate) fn literal(to: &Endpoint) -> Option<SocketAddr> {
    let address: IpAddr = to.host().parse().ok()?;
    Some(SocketAddr::new(address, to.port()))
}

/// Asks the system for the addresses of a name; may take long.
pub(crate) fn resolve(to: &Endpoint) -> Vec<SocketAddr> {
    (to.host(), to.port()).to_socket_addrs().map(Iterator::collect).unwrap_or_default()
}

pub(crate) fn end_of(error: &io::Error) -> LinkEnd {
    match error.kind() {
        io::ErrorKind::TimedOut => LinkEnd::TimedOut,
        _ => LinkEnd::Refused,
    }
}

/// Whether the connection is up; `None` while that is not known.
pub(crate) fn outcome(socket: &TcpStream) -> Option<io::Result<()>> {
    match socket.take_error() {
        Ok(None) => match socket.peer_addr() {
            Ok(_) => Some(Ok(())),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => None,
            Err(error) => Some(Err(error)),
        },
        Ok(Some(error)) | Err(error) => Some(Err(error)),
    }
}
