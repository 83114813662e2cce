//! The peer-to-peer layer of MSN Messenger: what travels between two clients inside of a
//! switchboard's messages, or over a connection of their own.
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
