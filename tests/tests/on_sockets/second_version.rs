//! The second version of the peer-to-peer layer between two machines, each on a driver of its own,
//! in rooms of our server.

use std::time::{Duration, Instant};

use bytes::Bytes;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::{Guid, Version};
use msnp_p2p::packet::{Carriage, PacketV2};
use msnp_p2p::{P2pEvent, Peer, TransferId};
use msnp_session::Entrance;

use crate::driver::Driver;
use crate::member::Member;
use crate::service::{Service, account};
use crate::stranger::Stranger;

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Alice on the blocking driver and bob on the tokio driver, both on this thread.
struct Pair {
    service: Service,
    /// Where each of them is signed in.
    strangers: [Stranger; 2],
    members: [Driver<Member>; 2],
    peers: [Peer; 2],
    told: [Vec<P2pEvent>; 2],
}

impl Pair {
    fn new() -> Self {
        let service = Service::start();
        let strangers =
            ["alice", "bob"].map(|name| Stranger::sign_in(&service, name, Version::MSNP12));
        let [alice, bob] = [("alice", 1), ("bob", 2)]
            .map(|(name, machine)| Peer::v2(account(name), Guid::from_bytes([machine; 16])));
        let members = [
            Driver::blocking(Member::new(alice.clone(), bob.clone())),
            Driver::tokio(Member::new(bob.clone(), alice.clone())),
        ];
        let told = [Vec::new(), Vec::new()];
        Self { service, strangers, members, peers: [alice, bob], told }
    }

    /// Both enter a new room: alice opens it, and bob is called.
    fn enter(&mut self) {
        let to = self.service.addresses.switchboard.clone();
        let cookie = self.strangers[0].cookie().into();
        self.members[0].call(|member, _| member.enter(to.clone(), Entrance::Own { cookie }));
        let mut ring = self.strangers[1].line_while("RNG", || {
            turn(&mut self.members[0], &mut self.told[0]);
        });
        let (session, cookie) = (ring.swap_remove(1).into(), ring.swap_remove(4).into());
        let entrance = Entrance::Invited { cookie, session };
        self.members[1].call(|member, _| member.enter(to, entrance));
        self.wait(|pair| pair.members.iter().all(|member| member.machine().is_in_a_room()));
    }

    /// An object of one of them, published there.
    fn publish(&mut self, owner: usize, kind: ObjectType, len: usize) -> (MsnObject, Bytes) {
        let byte = |at: usize| u8::try_from((at * 7 + len) % 251).unwrap();
        let content: Bytes = (0..len).map(byte).collect::<Vec<u8>>().into();
        let account = self.peers[owner].account.as_str();
        let object = MsnObject::new(account, kind, "TFR1.dat", "", &content);
        let published = self.members[owner]
            .call(|member, _| member.p2p.publish(object.clone(), content.clone()));
        assert!(published);
        (object, content)
    }

    fn fetch(&mut self, requester: usize, object: &MsnObject) -> TransferId {
        let owner = self.peers[1 - requester].clone();
        self.members[requester].call(|member, now| {
            let transfer = member.p2p.fetch(now, &owner, object).unwrap();
            member.go_on(now);
            transfer
        })
    }

    /// What has been received in this transfer; a transfer that fails is no good.
    fn received(&self, requester: usize, of: TransferId) -> Option<&Bytes> {
        self.told[requester].iter().find_map(|event| match event {
            P2pEvent::ObjectReceived { transfer, content, .. } if *transfer == of => Some(content),
            P2pEvent::TransferFailed { error, .. } => panic!("{error}"),
            _ => None,
        })
    }

    fn served(&self, owner: usize) -> usize {
        let is_served = |e: &&P2pEvent| matches!(e, P2pEvent::Served { confirmed: true, .. });
        self.told[owner].iter().filter(is_served).count()
    }

    #[track_caller]
    fn wait(&mut self, is_true: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_true(self) {
            assert!(begun.elapsed() < PATIENCE, "waited in vain: {:?}", self.told);
            for (member, told) in self.members.iter_mut().zip(&mut self.told) {
                turn(member, told);
            }
        }
    }
}

fn turn(member: &mut Driver<Member>, told: &mut Vec<P2pEvent>) {
    match member.turn() {
        Some(Some(Ok(event))) => told.push(event),
        None => {}
        Some(ended) => panic!("{ended:?}"),
    }
}

#[test]
fn several_objects_go_each_way_at_once() {
    let mut pair = Pair::new();
    pair.enter();
    let mut asked = Vec::new();
    for (at, len) in [25_927, 1, 4, 1_202, 60_000, 9_999].into_iter().enumerate() {
        let kinds = [ObjectType::DISPLAY_PICTURE, ObjectType::CUSTOM_EMOTICON, ObjectType::WINK];
        let (owner, kind) = (at % 2, kinds[at % 3]);
        let (object, content) = pair.publish(owner, kind, len);
        asked.push((1 - owner, pair.fetch(1 - owner, &object), object, content));
    }
    pair.wait(|pair| {
        asked.iter().all(|(to, transfer, ..)| pair.received(*to, *transfer).is_some())
    });
    for (requester, transfer, object, content) in &asked {
        let came = pair.received(*requester, *transfer).unwrap();
        assert!(object.describes(came) && came == content, "{object}");
    }
    pair.wait(|pair| pair.served(0) == 3 && pair.served(1) == 3);
    let _ = pair.service.stop();
}

#[test]
fn a_transfer_goes_on_in_another_room_when_either_side_loses_the_first() {
    const PACKETS: usize = 150;
    for loser in [0, 1] {
        let mut pair = Pair::new();
        pair.enter();
        let (object, content) = pair.publish(0, ObjectType::DISPLAY_PICTURE, PACKETS * 1_202);
        let transfer = pair.fetch(1, &object);
        let is_under_way = |event: &P2pEvent| {
            matches!(event, P2pEvent::Progress { received, total, .. }
                if *received > 0 && received < total)
        };
        pair.wait(|pair| pair.told[1].iter().any(is_under_way));
        pair.members[loser].call(|member, now| member.break_off(now));
        let wants_carrier = |event: &P2pEvent| matches!(event, P2pEvent::CarrierWanted(_));
        pair.wait(|pair| pair.told.iter().all(|told| told.iter().any(wants_carrier)));
        assert_eq!(pair.received(1, transfer), None);
        pair.enter();
        pair.wait(|pair| pair.received(1, transfer).is_some() && pair.served(0) == 1);
        assert!(pair.received(1, transfer) == Some(&content));
        // It went on, and did not begin again: what was lost on the way was asked for, no more.
        let data = |packet: &&Vec<u8>| packet.len() > 1_202;
        let sent = pair.members[0].machine().packets.iter().filter(data).count();
        assert!(sent < 2 * PACKETS, "{sent} packets for an object of {PACKETS}");
        let _ = pair.service.stop();
    }
}

#[test]
fn every_packet_is_one_of_the_second_version_as_its_table_says() {
    let mut pair = Pair::new();
    pair.enter();
    let (object, content) = pair.publish(0, ObjectType::DISPLAY_PICTURE, 5_000);
    let transfer = pair.fetch(1, &object);
    pair.wait(|pair| pair.received(1, transfer) == Some(&content) && pair.served(0) == 1);
    for member in &pair.members {
        let mut next = None;
        for packet in &member.machine().packets {
            let (read, rest) = PacketV2::parse(packet, Carriage::Switchboard).unwrap();
            assert!(rest.is_empty());
            let mut printed = Vec::new();
            read.write(&mut printed);
            assert_eq!(printed, *packet);
            assert_eq!(read.header.sequence, next.unwrap_or(read.header.sequence));
            next = Some(read.header.next_sequence());
        }
        assert!(next.is_some());
    }
    let _ = pair.service.stop();
}
