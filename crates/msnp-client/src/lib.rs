//! A whole MSN Messenger client as one sans-IO [`Machine`](msnp_core::Machine): sign-in of every
//! era it speaks, the contact list, presence, and conversations.
//!
//! Give a [`Client`] a [`Config`], drive it with `msnp-blocking`, `msnp-tokio` or a loop of your
//! own, and listen to its [`Event`]s. What the user does are methods of [`Client`], or [`Action`]
//! values where something records or transports them.
//!
//! A change is confirmed when the server says so: [`Client::set_name`] asks, and
//! [`Event::OwnName`] tells.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod action;
mod actions;
mod client;
mod config;
mod conversation;
mod error;
mod event;
mod limits;
mod links;
mod lists;
mod machine;
mod notification;
mod objects;
mod passport;
mod peers;
mod room;
mod roster;
mod sending;
mod steps;

pub use action::{
    Action, ActionId, ConversationId, MessageId, NotDone, NotDoneReason, OwnObject, Started,
};
pub use client::Client;
pub use config::Config;
pub use error::{ClientError, Page, TicketError};
pub use event::Event;
pub use limits::Limits;
pub use msnp_p2p::{ObjectCache, P2pLimits, TransferError, TransferId};
pub use roster::{Contact, Roster};
