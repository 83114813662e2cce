//! Which room carries packets to whom, and what of them goes out when.
//!
//! A text goes to its link at once. Packets fill a link only up to [`LOW_WATER`], so that a text
//! that comes after them has little to wait for.

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use msnp_codec::message::PeerToPeer;
use msnp_core::{Account, Guid, LinkId, Machine, Now, TransactionId};
use msnp_p2p::packet::Carriage;
use msnp_p2p::transport::{PacketId, Sent};
use msnp_p2p::{P2pEvent, Peer, TransferError};
use msnp_session::Delivery;

use crate::Event;
use crate::client::{Client, Stage};
use crate::links::Session;

/// The rooms that carry packets.
#[derive(Default)]
pub(crate) struct Carriers {
    /// The room of each peer that has one.
    rooms: BTreeMap<Peer, LinkId>,
    /// The peers of each room; who is first is next.
    peers: BTreeMap<LinkId, Vec<Arc<Carried>>>,
    /// Those who are called.
    called: BTreeSet<Peer>,
    /// Packets that wait for their room's answer.
    packets: BTreeMap<(LinkId, TransactionId), (Arc<Carried>, PacketId)>,
    /// The rooms that there may be something to send in.
    stirred: Vec<LinkId>,
    /// A message while it is written.
    buffer: Vec<u8>,
}

/// A peer in a room.
struct Carried {
    peer: Peer,
    /// What stands before each packet.
    headers: Vec<u8>,
}

/// So many bytes wait in a link at least before packets wait for it.
const LOW_WATER: usize = 4096;

impl Carriers {
    /// There may be something to send in this room.
    pub(crate) fn stir(&mut self, link: LinkId) {
        if self.peers.contains_key(&link) && !self.stirred.contains(&link) {
            self.stirred.push(link);
        }
    }

    fn stir_all(&mut self) {
        self.stirred.clear();
        self.stirred.extend(self.peers.keys());
    }

    fn stir_peer(&mut self, peer: &Peer) {
        if let Some(link) = self.rooms.get(peer) {
            self.stir(*link);
        }
    }

    fn bind(&mut self, peer: &Peer, link: LinkId, own: &Peer) {
        let mut headers = Vec::new();
        let destination = peer.to_string().into();
        let source = peer.machine.map(|_| own.to_string().into());
        PeerToPeer { destination, source, packet: (&[][..]).into() }.print(&mut headers);
        let carried = Carried { peer: peer.clone(), headers };
        self.peers.entry(link).or_default().push(Arc::new(carried));
        self.rooms.insert(peer.clone(), link);
        self.stir(link);
    }

    /// A peer that this room carries packets of.
    fn carried(
        &self,
        link: LinkId,
        account: &Account,
        machine: Option<Guid>,
    ) -> Option<&Arc<Carried>> {
        let is = |carried: &&Arc<Carried>| {
            carried.peer.machine == machine && carried.peer.account == *account
        };
        self.peers.get(&link)?.iter().find(is)
    }

    /// The peers of a room that are this account, or all of them, are there no more.
    fn unbind(&mut self, link: LinkId, account: Option<&Account>) -> Vec<Peer> {
        let is = |carried: &Arc<Carried>| account.is_none_or(|a| carried.peer.account == *a);
        let Some(peers) = self.peers.get_mut(&link) else { return Vec::new() };
        let gone = peers.iter().filter(|carried| is(carried)).map(|c| c.peer.clone()).collect();
        peers.retain(|carried| !is(carried));
        if peers.is_empty() {
            self.peers.remove(&link);
            self.stirred.retain(|stirred| *stirred != link);
        }
        for peer in &gone {
            self.rooms.remove(peer);
        }
        gone
    }
}

impl Client {
    /// Sees to what has happened between clients, and to what can go out.
    pub(crate) fn carry(&mut self, now: Now) {
        loop {
            while let Some(event) = self.p2p.poll() {
                match event {
                    P2pEvent::CarrierWanted(peer) => self.call_peer(now, peer),
                    event => self.tell(event),
                }
            }
            let Some(link) = self.carriers.stirred.pop() else { return };
            self.fill(now, link);
        }
    }

    /// A packet has come in a room. Says whether it was one for this client or, as it is usual in
    /// a room of three, for somebody else.
    pub(crate) fn packet(
        &mut self,
        now: Now,
        link: LinkId,
        from: &Account,
        message: &PeerToPeer<'_>,
    ) -> bool {
        if !self.version().is_some_and(|version| version.has_data_messages()) {
            return false;
        }
        match self.is_own_address(&message.destination) {
            Some(true) => {}
            Some(false) => return true,
            None => return false,
        }
        // Nobody checked who it says to be from; the room knows.
        let source = message.source.as_deref().and_then(address);
        let machine = source.and_then(|(_, machine)| machine);
        let carried = self.carriers.carried(link, from, machine).cloned();
        let peer = carried.as_ref().map_or_else(
            || Cow::Owned(Peer { account: from.clone(), machine }),
            |carried| Cow::Borrowed(&carried.peer),
        );
        self.p2p.input(now, &peer, Carriage::Switchboard, &message.packet);
        self.carriers.called.remove(&*peer);
        if !self.carriers.rooms.contains_key(&*peer) {
            self.carriers.bind(&peer, link, &self.own_peer);
        }
        self.carriers.stir_peer(&peer);
        true
    }

    /// Whether this text means this client; none where it means nobody.
    fn is_own_address(&self, text: &str) -> Option<bool> {
        // As everybody writes it, it need not be taken apart.
        let own = &self.own_peer;
        if own.account.is(text) {
            return Some(true);
        }
        let (account, machine) = address(text)?;
        Some(account == own.account && machine.is_none_or(|guid| Some(guid) == own.machine))
    }

    /// What became of a packet. Says whether it was one.
    pub(crate) fn packet_ended(
        &mut self,
        now: Now,
        link: LinkId,
        transaction: TransactionId,
        delivery: Delivery,
    ) -> bool {
        let Some((carried, id)) = self.carriers.packets.remove(&(link, transaction)) else {
            return false;
        };
        match delivery {
            Delivery::Accepted => self.p2p.delivered(now, &carried.peer, id),
            Delivery::Failed => self.p2p.lost(now, &carried.peer, id),
            // Where the room is gone, all that it had is. Where it never answers, time helps.
            Delivery::Unknown => {}
        }
        self.carriers.stir(link);
        true
    }

    /// Somebody is in a room.
    pub(crate) fn peer_joined(&mut self, link: LinkId, account: &Account) {
        let called = &self.carriers.called;
        let is = |peer: &&Peer| peer.account == *account;
        let came: Vec<Peer> = called.iter().filter(is).cloned().collect();
        for peer in came {
            self.carriers.called.remove(&peer);
            self.carriers.bind(&peer, link, &self.own_peer);
            self.p2p.carrier_opened(&peer, Carriage::Switchboard);
        }
    }

    /// Somebody, or everybody, is in a room no more.
    pub(crate) fn peers_left(&mut self, now: Now, link: LinkId, account: Option<&Account>) {
        for peer in self.carriers.unbind(link, account) {
            self.p2p.carrier_closed(now, &peer, Carriage::Switchboard);
        }
    }

    /// Somebody who was called does not come.
    pub(crate) fn peer_not_there(&mut self, account: &Account) {
        let called = &self.carriers.called;
        let is = |peer: &&Peer| peer.account == *account;
        let missed: Vec<Peer> = called.iter().filter(is).cloned().collect();
        for peer in missed {
            self.carriers.called.remove(&peer);
            self.p2p.unreachable(&peer);
        }
    }

    /// What is due between clients.
    pub(crate) fn peers_due(&mut self, now: Now) {
        if self.p2p.deadline().is_some_and(|deadline| deadline <= now.monotonic) {
            self.p2p.timeout(now);
            self.carriers.stir_all();
        }
    }

    /// Nothing is carried any more: each transfer ends.
    pub(crate) fn end_peers(&mut self) {
        self.carriers = Carriers::default();
        self.p2p.close();
        while let Some(event) = self.p2p.poll() {
            self.tell(event);
        }
    }

    /// There is something to say to a peer that no room carries packets to.
    fn call_peer(&mut self, now: Now, peer: Peer) {
        if let Some(link) = self.room_with(&peer.account) {
            if !self.carriers.rooms.contains_key(&peer) {
                self.carriers.bind(&peer, link, &self.own_peer);
            }
            return self.p2p.carrier_opened(&peer, Carriage::Switchboard);
        }
        let called = match self.stage {
            Stage::Ready => self.open_with(now, peer.account.clone()).is_ok(),
            _ => false,
        };
        match called {
            true => {
                self.carriers.called.insert(peer);
            }
            false => self.p2p.unreachable(&peer),
        }
    }

    /// A transfer with this peer has something to send.
    pub(crate) fn stir_peer(&mut self, peer: &Peer) {
        self.carriers.stir_peer(peer);
    }

    /// A transfer has something to send, whoever it is with.
    pub(crate) fn stir_peers(&mut self) {
        self.carriers.stir_all();
    }

    /// A room that this account is in.
    fn room_with(&self, account: &Account) -> Option<LinkId> {
        let is_there = |link: &crate::links::Link| match &link.session {
            Session::Switchboard(session, _) => session.is_inside() && session.has_member(account),
            Session::Notification(_) => false,
        };
        self.links.iter().find(|(_, link)| !link.closing && is_there(link)).map(|(id, _)| *id)
    }

    /// Fills a room with packets, from each peer in turn.
    fn fill(&mut self, now: Now, link: LinkId) {
        let Some(peers) = self.carriers.peers.get_mut(&link) else { return };
        let Some(Session::Switchboard(session, _)) =
            self.links.get_mut(&link).map(|link| &mut link.session)
        else {
            return;
        };
        session.use_transactions_from(self.next_transaction);
        let (mut quiet, mut sent) = (0, false);
        while quiet < peers.len() && session.is_inside() && session.output(link).len() < LOW_WATER {
            let Some(carried) = peers.first().cloned() else { break };
            peers.rotate_left(1);
            quiet += 1;
            if !self.p2p.wants_to_send(&carried.peer, Carriage::Switchboard) {
                continue;
            }
            let buffer = &mut self.carriers.buffer;
            buffer.clear();
            buffer.extend_from_slice(&carried.headers);
            let packet = self.p2p.transmit(now, &carried.peer, Carriage::Switchboard, buffer);
            let Some(packet) = packet else { continue };
            match (session.send_packet(now, buffer), packet) {
                (Ok(transaction), Sent::Packet(id)) => {
                    self.carriers.packets.insert((link, transaction), (carried, id));
                }
                (Ok(_), Sent::Answer) => {}
                (Err(_), Sent::Packet(id)) => {
                    self.p2p.lost(now, &carried.peer, id);
                    break;
                }
                (Err(_), Sent::Answer) => break,
            }
            (quiet, sent) = (0, true);
        }
        if sent {
            self.pump(now, link);
        }
    }

    fn tell(&mut self, event: P2pEvent) {
        let event = match event {
            P2pEvent::ObjectReceived { transfer, peer, object, content } => {
                self.heard = self.heard.saturating_add(content.len());
                Event::ObjectReceived { transfer, account: peer.account, object, content }
            }
            P2pEvent::Progress { transfer, received, total } => {
                Event::ObjectProgress { transfer, received, total }
            }
            P2pEvent::Serving { transfer, peer, object } => {
                Event::ObjectServing { transfer, account: peer.account, object }
            }
            P2pEvent::Served { transfer, peer, confirmed } => {
                Event::ObjectServed { transfer, account: peer.account, confirmed }
            }
            P2pEvent::TransferFailed { transfer, peer, error } => {
                if error == TransferError::Unreachable {
                    self.carriers.called.remove(&peer);
                }
                Event::TransferFailed { transfer, account: peer.account, error }
            }
            P2pEvent::InvitationDeclined { peer, application, application_id, reason } => {
                let account = peer.account;
                Event::InvitationDeclined { account, application, application_id, reason }
            }
            P2pEvent::Ink { peer, bytes } => {
                let picture = bytes.into();
                Event::Ink { conversation: None, account: peer.account, format: None, picture }
            }
            P2pEvent::MalformedPacket { peer, error } => {
                Event::MalformedPacket { account: peer.account, error }
            }
            P2pEvent::MalformedSlp { peer, error } => {
                Event::MalformedSlp { account: peer.account, error }
            }
            P2pEvent::Unexpected { peer } => Event::UnexpectedPacket(peer.account),
            _ => return,
        };
        self.outputs.event(event);
    }
}

/// Who `alice@example.com` or `alice@example.com;{GUID}` means; none where it means nobody.
fn address(text: &str) -> Option<(Account, Option<Guid>)> {
    let (account, machine) = match text.split_once(';') {
        Some((account, machine)) => (account, Some(machine)),
        None => (text, None),
    };
    let guid = |text: &str| text.trim().trim_matches(['{', '}']).parse().ok();
    let machine = match machine {
        Some(text) => Some(guid(text)?),
        None => None,
    };
    Some((Account::new(account.trim()).ok()?, machine))
}
