use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use msnp_core::{AddressPolicy, Failure, LinkEnd, Origin};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// How many addresses of one name are tried.
const ADDRESSES: usize = 8;

/// What a connection needs to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) origin: Origin,
    pub(crate) policy: AddressPolicy,
    pub(crate) patience: Duration,
}

/// Tries the addresses of the host in order, each for a fair part of the time.
pub(crate) async fn connect(host: &str, port: u16, rules: Rules) -> Result<TcpStream, Failure> {
    timeout(rules.patience, try_each(host, port, rules)).await.unwrap_or(Err(Failure::TimedOut))
}

async fn try_each(host: &str, port: u16, rules: Rules) -> Result<TcpStream, Failure> {
    let found = resolve(host, port).await?;
    let mut allowed: Vec<SocketAddr> =
        found.into_iter().filter(|at| rules.policy.allows(rules.origin, at.ip())).collect();
    allowed.truncate(ADDRESSES);
    let Ok(count) = u32::try_from(allowed.len()) else { return Err(Failure::UnknownHost) };
    let share = rules.patience.checked_div(count).ok_or(Failure::Denied)?;
    let mut failure = Failure::UnknownHost;
    for address in allowed {
        failure = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure_of(&error),
            Err(_) => Failure::TimedOut,
        };
    }
    Err(failure)
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let found: Vec<_> =
        lookup_host((host, port)).await.map_err(|_| Failure::UnknownHost)?.collect();
    if found.is_empty() { Err(Failure::UnknownHost) } else { Ok(found) }
}

/// Why a connection or a listener did not come up.
pub(crate) fn failure_of(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::AddrInUse
        | io::ErrorKind::AddrNotAvailable => Failure::Refused,
        io::ErrorKind::TimedOut => Failure::TimedOut,
        io::ErrorKind::PermissionDenied => Failure::Denied,
        _ => Failure::Broken,
    }
}

/// The same for a link, which knows fewer reasons.
pub(crate) fn end_of(failure: Failure) -> LinkEnd {
    match failure {
        Failure::TimedOut => LinkEnd::TimedOut,
        _ => LinkEnd::Refused,
    }
}
