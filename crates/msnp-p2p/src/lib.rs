//! The peer-to-peer layer of MSN Messenger: what travels between two clients inside of a
//! switchboard's messages, or over a connection of their own. Display pictures, custom emoticons,
//! winks, voice clips, backgrounds and ink go this way.
//!
//! Nothing here does input or output: packets go in and out as bytes, time is given with each call,
//! chance comes from a seed. Whatever can carry a packet to the other client is a carrier.
//!
//! # Where to begin
//!
//! | to | take |
//! |---|---|
//! | fetch objects of others and serve one's own | [`P2p`], the whole of it |
//! | keep what was fetched | [`ObjectCache`] |
//! | send messages of one's own making, whole, over carriers | [`transport`] |
//! | read or write the text in which clients agree | [`slp`], [`context`], [`application`] |
//! | look into a packet, and know what it is | [`packet`], [`meaning`] |
//! | see where each field stands | [`header_v1`], [`header_v2`] |
//!
//! Each row rests on those below it. Two versions of the layer are spoken side by side, chosen for
//! each [`Peer`]. `docs/p2p.md` has a dump of either with a note to each field, and a diagram for
//! each course of events. Who has a `Client` of `msnp-client` has all this in it.
//!
//! # A picture goes from bob to alice
//!
//! ```
//! use std::time::Duration;
//!
//! use msnp_codec::msn_object::{MsnObject, ObjectType};
//! use msnp_core::{Account, Guid, Now};
//! use msnp_p2p::packet::Carriage;
//! use msnp_p2p::transport::Sent;
//! use msnp_p2p::{P2p, P2pConfig, P2pEvent, P2pLimits, Peer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let machine = |account: &Account, number| {
//!     P2p::new(P2pConfig {
//!         account: account.clone(),
//!         machine: Guid::from_bytes([number; 16]),
//!         seed: [number; 32], // A real program draws it.
//!         limits: P2pLimits::DEFAULT,
//!     })
//! };
//! let accounts = [Account::new("alice@example.com")?, Account::new("bob@example.com")?];
//! let [mut alice, mut bob] = [machine(&accounts[0], 1), machine(&accounts[1], 2)];
//! let [to_alice, to_bob] = accounts.clone().map(Peer::v1);
//!
//! // Bob shows a picture. Its descriptor is in his status; so alice knows what to ask for.
//! let content = vec![0xff; 20_000];
//! let kind = ObjectType::DISPLAY_PICTURE;
//! let picture = MsnObject::new(accounts[1].as_str(), kind, "TFR1.dat", "", &content);
//! assert!(bob.publish(picture.clone(), content.into()));
//!
//! let now = Now { monotonic: Duration::ZERO, unix: Duration::ZERO };
//! let transfer = alice.fetch(now, &to_bob, &picture)?;
//! assert_eq!(alice.poll(), Some(P2pEvent::CarrierWanted(to_bob.clone())));
//!
//! // Here the carrier is a loop. Each packet that it takes it delivers, and says so.
//! let carriage = Carriage::Switchboard;
//! alice.carrier_opened(&to_bob, carriage);
//! let mut packet = Vec::new();
//! let received = loop {
//!     while let Some(sent) = alice.transmit(now, &to_bob, carriage, &mut packet) {
//!         bob.input(now, &to_alice, carriage, &packet);
//!         if let Sent::Packet(id) = sent {
//!             alice.delivered(now, &to_bob, id);
//!         }
//!         packet.clear();
//!     }
//!     while let Some(sent) = bob.transmit(now, &to_alice, carriage, &mut packet) {
//!         alice.input(now, &to_bob, carriage, &packet);
//!         if let Sent::Packet(id) = sent {
//!             bob.delivered(now, &to_alice, id);
//!         }
//!         packet.clear();
//!     }
//!     match alice.poll() {
//!         Some(P2pEvent::ObjectReceived { transfer: of, content, .. }) if of == transfer => {
//!             break content; // Its hash is right, or it would not be here.
//!         }
//!         Some(P2pEvent::TransferFailed { error, .. }) => return Err(error.into()),
//!         _ => {}
//!     }
//! };
//! assert_eq!(received.len(), 20_000);
//! # Ok(())
//! # }
//! ```
//!
//! # What a peer cannot do
//!
//! Make the machine hold more than [`P2pLimits::heap_bound`], whatever it announces; give it a
//! content that is not what was asked for; name a file; have anything answered for ever. What it says
//! that cannot be understood is an event.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod application;
mod call;
mod config;
pub mod context;
mod event;
mod field;
pub mod header_v1;
pub mod header_v2;
pub mod meaning;
mod object_cache;
mod p2p;
pub mod packet;
mod peer_link;
pub mod slp;
mod tlv;
pub mod transport;
pub mod wire_guid;

pub use config::{P2pConfig, P2pLimits};
pub use event::{DeclineReason, FetchError, P2pEvent, Peer, TransferError, TransferId};
pub use field::{ByteOrder, Field};
pub use object_cache::{ObjectCache, ObjectKey};
pub use p2p::P2p;
pub use tlv::{TlvBuffer, Tlvs};
