use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

use msnp_codec::msn_object::MsnObject;
use msnp_core::{Now, Random};

use crate::object_cache::{ObjectCache, key};
use crate::packet::Carriage;
use crate::peer_link::{Desk, PeerLink, Published};
use crate::transport::{PacketId, Sent};
use crate::{FetchError, P2pConfig, P2pEvent, Peer, TransferId};

/// Everything between this client and others: objects that are fetched and served.
///
/// It opens nothing by itself. [`P2pEvent::CarrierWanted`] asks for a carrier to a peer, such as a
/// switchboard room with it; once there is one ([`carrier_opened`](Self::carrier_opened)), packets
/// are taken from [`transmit`](Self::transmit) when the carrier has room for them, and given to
/// [`input`](Self::input) when they come.
///
/// Rules: after each call take all events with [`poll`](Self::poll); call
/// [`timeout`](Self::timeout) at [`deadline`](Self::deadline).
#[derive(Debug)]
pub struct P2p {
    links: BTreeMap<Peer, PeerLink>,
    desk: Desk,
}

impl P2p {
    /// Nobody is known, nothing is published.
    pub fn new(config: P2pConfig) -> Self {
        let desk = Desk {
            random: Random::from_seed(config.seed),
            published: BTreeMap::new(),
            cache: ObjectCache::new(config.limits.cache),
            events: VecDeque::new(),
            last_transfer: 0,
            config,
        };
        Self { links: BTreeMap::new(), desk }
    }

    /// Serves an object to whoever asks for it. Says whether it can be: its descriptor has to fit
    /// its content, and its content into
    /// [`P2pLimits::object`](crate::P2pLimits::object).
    pub fn publish(&mut self, object: MsnObject, content: Bytes) -> bool {
        let Some(key) = key(&object).filter(|_| object.describes(&content)) else { return false };
        if content.len() > self.desk.config.limits.object {
            return false;
        }
        let published = Published { object: Box::new(object), content };
        self.desk.published.insert(key, published);
        true
    }

    /// Serves an object no more. Whoever is getting it gets it to the end. Says whether it was
    /// published.
    pub fn withdraw(&mut self, object: &MsnObject) -> bool {
        key(object).is_some_and(|key| self.desk.published.remove(&key).is_some())
    }

    /// Fetches an object from a peer. One that is in the cache is there at once, one that is under
    /// way already is the same transfer.
    ///
    /// # Errors
    /// Where the object cannot be checked, is too long, or too much is under way.
    pub fn fetch(
        &mut self,
        now: Now,
        peer: &Peer,
        object: &MsnObject,
    ) -> Result<TransferId, FetchError> {
        key(object).ok_or(FetchError::NoHash)?;
        if let Some(len) = object.size()
            && usize::try_from(len).map_or(true, |len| len > self.desk.config.limits.object)
        {
            return Err(FetchError::TooLong { len });
        }
        if let Some(content) = self.desk.cache.get(object) {
            let transfer = self.desk.transfer();
            let object = Box::new(object.clone());
            let peer = peer.clone();
            self.desk.event(P2pEvent::ObjectReceived { transfer, peer, object, content });
            return Ok(transfer);
        }
        let (link, desk) = self.link(peer).ok_or(FetchError::TooMany)?;
        link.fetch(now, object, desk)
    }

    /// Ends a transfer; its failure is told. One that is over stays so.
    pub fn cancel(&mut self, now: Now, transfer: TransferId) {
        if let Some(link) = self.links.values_mut().find(|link| link.has_transfer(transfer)) {
            link.cancel(now, transfer, &mut self.desk);
        }
    }

    /// What has been fetched.
    pub fn cache(&mut self) -> &mut ObjectCache {
        &mut self.desk.cache
    }

    /// There is a carrier to a peer.
    pub fn carrier_opened(&mut self, peer: &Peer, carriage: Carriage) {
        if let Some((link, _)) = self.link(peer) {
            link.carrier_opened(carriage);
        }
    }

    /// There is no carrier of this kind to a peer any more. What is under way asks for another.
    pub fn carrier_closed(&mut self, now: Now, peer: &Peer, carriage: Carriage) {
        if let Some(link) = self.links.get_mut(peer) {
            link.carrier_closed(now, carriage, &mut self.desk);
            if link.is_idle() {
                self.links.remove(peer);
            }
        }
    }

    /// No carrier to a peer can be had: what waits for one fails.
    pub fn unreachable(&mut self, peer: &Peer) {
        if let Some(link) = self.links.get_mut(peer) {
            link.unreachable(&mut self.desk);
        }
    }

    /// No carrier will ever come again: everything that is under way fails.
    pub fn close(&mut self) {
        for link in self.links.values_mut() {
            link.unreachable(&mut self.desk);
        }
        self.links.clear();
    }

    /// A packet of a peer. One that cannot be read is told as an event.
    pub fn input(&mut self, now: Now, peer: &Peer, carriage: Carriage, packet: &[u8]) {
        let Some((link, desk)) = self.link(peer) else {
            return self.desk.event(P2pEvent::Unexpected { peer: peer.clone() });
        };
        link.carrier_opened(carriage);
        if let Err(error) = link.transport.input(now, carriage, packet) {
            desk.event(P2pEvent::MalformedPacket { peer: peer.clone(), error });
        }
        link.pump(now, desk);
    }

    /// Whether [`transmit`](Self::transmit) would give something now.
    pub fn wants_to_send(&self, peer: &Peer, carriage: Carriage) -> bool {
        self.links.get(peer).is_some_and(|link| link.transport.wants_to_send(carriage))
    }

    /// Appends the next packet to a peer: for a switchboard with its footer, for a direct connection
    /// without its length.
    pub fn transmit(
        &mut self,
        now: Now,
        peer: &Peer,
        carriage: Carriage,
        into: &mut Vec<u8>,
    ) -> Option<Sent> {
        self.links.get_mut(peer)?.transport.transmit(now, carriage, into)
    }

    /// The carrier has delivered a packet.
    pub fn delivered(&mut self, now: Now, peer: &Peer, packet: PacketId) {
        if let Some(link) = self.links.get_mut(peer) {
            link.transport.delivered(now, packet);
        }
    }

    /// The carrier has not delivered a packet: it goes again, but not for ever.
    pub fn lost(&mut self, now: Now, peer: &Peer, packet: PacketId) {
        if let Some(link) = self.links.get_mut(peer) {
            link.transport.lost(now, packet);
            link.pump(now, &mut self.desk);
        }
    }

    /// When [`timeout`](Self::timeout) has something to do.
    pub fn deadline(&self) -> Option<Duration> {
        self.links.values().filter_map(PeerLink::deadline).min()
    }

    /// Sees to what is due.
    pub fn timeout(&mut self, now: Now) {
        for link in self.links.values_mut() {
            if link.deadline().is_some_and(|deadline| deadline <= now.monotonic) {
                link.timeout(now, &mut self.desk);
            }
        }
        self.links.retain(|_, link| !link.is_idle());
    }

    /// What has happened, in its order.
    pub fn poll(&mut self) -> Option<P2pEvent> {
        self.desk.events.pop_front()
    }

    /// The link of a peer, a new one if need be; none where there are too many.
    fn link(&mut self, peer: &Peer) -> Option<(&mut PeerLink, &mut Desk)> {
        if !self.links.contains_key(peer) {
            if self.links.len() >= self.desk.config.limits.peers {
                self.links.retain(|_, link| !link.is_idle());
            }
            if self.links.len() >= self.desk.config.limits.peers {
                return None;
            }
            self.links.insert(peer.clone(), PeerLink::new(peer.clone(), &mut self.desk));
        }
        self.links.get_mut(peer).map(|link| (link, &mut self.desk))
    }
}
