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
    /// The most HTTP requests at a time, each on a thread of its own; more wait. 8. One thread
    /// stays for the next request, for ten seconds.
    pub http_threads: usize,
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
            http_threads: 8,
        }
    }
}
