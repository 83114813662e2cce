use core::time::Duration;

use msnp_codec::msn_object::MsnObject;
use msnp_core::{Account, Guid};

use crate::object_cache::ObjectCache;
use crate::transport::TransportLimits;

/// What a [`P2p`](crate::P2p) is made of.
#[derive(Clone, Debug)]
pub struct P2pConfig {
    /// One's own account.
    pub account: Account,
    /// One's own machine, as the second version names it.
    pub machine: Guid,
    /// Where all chance comes from.
    pub seed: [u8; 32],
    /// How much is kept and waited for.
    pub limits: P2pLimits,
}

/// How much a [`P2p`](crate::P2p) keeps, and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct P2pLimits {
    /// Peers at a time. Where there are so many, one with which nothing is under way makes room.
    pub peers: usize,
    /// Transfers with a peer at a time.
    pub transfers: usize,
    /// The longest object that is fetched or served, in bytes.
    pub object: usize,
    /// All objects that are kept after they were fetched, in bytes.
    pub cache: usize,
    /// How long to wait for a carrier to come up.
    pub reach: Duration,
    /// How long a transfer may rest.
    pub patience: Duration,
    /// How long to wait for the acknowledgement of a data preparation. Some programs never send
    /// one; official clients want nothing sent before.
    pub preparation: Duration,
    /// Of each peer's transport.
    pub transport: TransportLimits,
}

impl P2pLimits {
    /// What real clients need, with room to spare.
    pub const DEFAULT: Self = Self {
        peers: 64,
        transfers: 16,
        object: 1024 * 1024,
        cache: 16 * 1024 * 1024,
        reach: Duration::from_secs(60),
        patience: Duration::from_secs(60),
        preparation: Duration::from_secs(2),
        transport: TransportLimits::DEFAULT,
    };
}

impl P2pLimits {
    /// The most heap that a [`P2p`](crate::P2p) holds, in bytes, whatever its peers do.
    ///
    /// Most of it is what transfers could bring that the program asked for itself. The content of
    /// objects that the program publishes is its own and not counted.
    pub const fn heap_bound(&self) -> usize {
        let peer = self.transport.heap_bound().saturating_add(self.transfers_bound());
        self.peers.saturating_mul(peer).saturating_add(self.cache).saturating_add(CACHED)
    }

    /// Of one peer. While a buffer grows it is there twice.
    const fn transfers_bound(&self) -> usize {
        let transfers = self.transfers.saturating_mul(self.object.saturating_add(TRANSFER));
        transfers.saturating_add(self.object)
    }
}

/// A transfer, its descriptor and what has to be said about it.
const TRANSFER: usize = 8 * MsnObject::MAX_LEN;
/// The places of all objects of the cache, in a tree that may be half empty.
const CACHED: usize = ObjectCache::MOST_OBJECTS * 256;

impl Default for P2pLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
