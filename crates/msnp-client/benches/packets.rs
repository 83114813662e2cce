//! A client that serves and fetches an object, packet by packet, and the other side of it.

use msnp_client::OwnObject;
use msnp_codec::message::PeerToPeer;
use msnp_codec::msn_object::ObjectType;
use msnp_core::{Account, Guid};
use msnp_p2p::packet::Carriage;
use msnp_p2p::transport::Sent;
use msnp_p2p::{P2p, P2pConfig, P2pEvent, P2pLimits, Peer};

use crate::scene::{NOW, Scene};

/// The size of what a packet carries, in bytes.
pub(crate) const PACKET: usize = 1202;

const CARRIAGE: Carriage = Carriage::Switchboard;

/// What is done around each thing that is measured: it is given that thing, and does it.
pub(crate) type Around<'a> = &'a mut dyn FnMut(&mut dyn FnMut());

/// The other side, and the room between the two.
struct Other {
    scene: Scene,
    p2p: P2p,
    /// The client that is measured.
    alice: Peer,
    /// What the client has put into the room.
    out: Vec<u8>,
}

/// The client serves an object of so many bytes. Each acknowledgement that lets it send another
/// packet is heard within `around`; says how many packets went out.
pub(crate) fn serve(len: usize, around: Around<'_>) -> usize {
    let mut other = Other::new();
    let own = object("alice@example.com", len);
    other.scene.client().publish(NOW, own.clone()).unwrap();
    let alice = other.alice.clone();
    other.p2p.fetch(NOW, &alice, &own.object).unwrap();
    let (mut packets, mut said) = (0, Vec::new());
    while !other.is_over() {
        while other.says(&mut said).is_some() {
            other.scene.exchange(&said, &mut other.out);
        }
        let heard = other.hears();
        packets += heard.len();
        for transaction in heard {
            let answer = format!("ACK {transaction}\r\n");
            around(&mut || other.scene.exchange(answer.as_bytes(), &mut other.out));
        }
    }
    packets
}

/// The client fetches an object of so many bytes and one. Each packet of it is heard within `around`
/// but the one that ends it, with which the hash of the whole is made; says how many those were.
pub(crate) fn fetch(len: usize, around: Around<'_>) -> usize {
    let mut other = Other::new();
    let own = object("user1@example.com", len + 1);
    assert!(other.p2p.publish(own.object.clone(), own.content));
    let account = Account::new("user1@example.com").unwrap();
    other.scene.client().fetch_object(NOW, account, &own.object).unwrap();
    other.scene.exchange(b"", &mut other.out);
    let (mut packets, mut said) = (0, Vec::new());
    while !other.is_over() {
        for transaction in other.hears() {
            other.scene.exchange(format!("ACK {transaction}\r\n").as_bytes(), &mut other.out);
        }
        while let Some(sent) = other.says(&mut said) {
            match sent {
                Sent::Packet(_) if said.len() > PACKET => {
                    packets += 1;
                    around(&mut || other.scene.exchange(&said, &mut other.out));
                }
                _ => other.scene.exchange(&said, &mut other.out),
            }
        }
    }
    packets
}

impl Other {
    fn new() -> Self {
        let mut p2p = P2p::new(P2pConfig {
            account: Account::new("user1@example.com").unwrap(),
            machine: Guid::from_bytes([2; 16]),
            seed: [2; 32],
            limits: P2pLimits::DEFAULT,
        });
        let alice = Peer::v1(Account::new("alice@example.com").unwrap());
        p2p.carrier_opened(&alice, CARRIAGE);
        Self { scene: Scene::in_a_room(), p2p, alice, out: Vec::with_capacity(1 << 20) }
    }

    /// What it says next, as the room passes it on.
    fn says(&mut self, said: &mut Vec<u8>) -> Option<Sent> {
        let mut packet = Vec::with_capacity(2 * PACKET);
        let sent = self.p2p.transmit(NOW, &self.alice, CARRIAGE, &mut packet)?;
        if let Sent::Packet(id) = sent {
            self.p2p.delivered(NOW, &self.alice, id);
        }
        let destination = self.alice.account.as_str().into();
        let mut message = Vec::with_capacity(2 * PACKET);
        PeerToPeer { destination, source: None, packet: packet.into() }.print(&mut message);
        said.clear();
        said.extend(format!("MSG user1@example.com Bob {}\r\n", message.len()).as_bytes());
        said.extend(message);
        Some(sent)
    }

    /// Hears what the client has put into the room: the transactions of it.
    fn hears(&mut self) -> Vec<u32> {
        let mut transactions = Vec::new();
        let mut left = &self.out[..];
        while let Some(end) = left.windows(2).position(|two| two == b"\r\n") {
            let line = std::str::from_utf8(&left[..end]).unwrap();
            let words: Vec<&str> = line.split(' ').collect();
            let ["MSG", transaction, "D", len] = words[..] else { panic!("{line}") };
            let (body, after) = left[end + 2..].split_at(len.parse().unwrap());
            left = after;
            let packet = body.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            self.p2p.input(NOW, &self.alice, CARRIAGE, &body[packet..]);
            transactions.push(transaction.parse().unwrap());
        }
        assert!(left.is_empty());
        self.out.clear();
        transactions
    }

    /// Whether the transfer is over, as the other side has been told.
    fn is_over(&mut self) -> bool {
        std::iter::from_fn(|| self.p2p.poll()).any(|event| match event {
            P2pEvent::ObjectReceived { .. } | P2pEvent::Served { confirmed: true, .. } => true,
            P2pEvent::TransferFailed { error, .. } => panic!("{error}"),
            _ => false,
        })
    }
}

fn object(owner: &str, len: usize) -> OwnObject {
    let owner = Account::new(owner).unwrap();
    OwnObject::new(&owner, ObjectType::DISPLAY_PICTURE, "TFR1.dat", "", vec![7; len].into())
}
