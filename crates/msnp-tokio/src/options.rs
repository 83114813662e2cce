use std::time::Duration;

use msnp_core::AddressPolicy;

use crate::Roots;

/// What a driver allows and how long it waits. Change the fields of [`Options::default`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Who may sign the certificates of HTTPS servers. The system's roots.
    pub roots: Roots,
    /// Where links may go that a peer named. Nowhere near this machine.
    pub addresses: AddressPolicy,
    /// How long a connection may take to come up, all addresses of a name together. 20 seconds.
    pub connect_timeout: Duration,
    /// How long a peer may take none of the bytes that wait for it. 30 seconds.
    pub write_timeout: Duration,
    /// How long a link is kept after its last byte was sent, so that the peer can read it: at most
    /// this, and never longer than `write_timeout`. 2 seconds.
    pub linger: Duration,
    /// The most bytes that a link may hold back because the machine does not take them. A peer
    /// that sends more loses its link. 1 MiB.
    pub leftover_limit: usize,
    /// The most connections of one listener at a time; more are closed at once. 4096.
    pub connections: usize,
    /// The limits of HTTP listeners.
    pub http: HttpLimits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            roots: Roots::System,
            addresses: AddressPolicy::default(),
            connect_timeout: Duration::from_secs(20),
            write_timeout: Duration::from_secs(30),
            linger: Duration::from_secs(2),
            leftover_limit: 1024 * 1024,
            connections: 4096,
            http: HttpLimits::default(),
        }
    }
}

/// What an HTTP listener accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpLimits {
    /// The most connections of one address at a time; more are closed at once. An IPv6 network of
    /// 64 bits counts as one address. 200.
    pub of_one_address: usize,
    /// The longest request line with headers, in bytes. 16 KiB.
    pub head: usize,
    /// The longest body, in bytes. 256 KiB.
    pub body: usize,
    /// How long a client may take to send a request. 30 seconds.
    pub receive: Duration,
    /// How long the machine may take to respond. 30 seconds.
    pub respond: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            of_one_address: 200,
            head: 16 * 1024,
            body: 256 * 1024,
            receive: Duration::from_secs(30),
            respond: Duration::from_secs(30),
        }
    }
}
