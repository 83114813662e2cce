//! A whole MSN Messenger service as one sans-IO [`Machine`](msnp_core::Machine): dispatch server,
//! notification server, switchboard, and the sign-in pages of Passport.
//!
//! ```
//! use msnp_core::{Account, Secret};
//! use msnp_server::{Config, InMemory, Server};
//!
//! let alice = Account::new("alice@example.com")?;
//! let config = Config::new([7; 32]).account(alice.clone(), "Alice");
//! let server = Server::new(config, [])?;
//! let performer = InMemory::new().password(alice, Secret::from("swordfish"));
//! // Hand both to a driver, and wait for ServerEvent::Listening.
//! # let _ = (server, performer);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # What it keeps, and where
//!
//! Passwords are not in the machine: each sign-in asks a [`Performer`](msnp_core::Performer) by
//! [`Effect::Verify`](msnp_core::Effect::Verify). Lists, names and settings are held in memory and
//! made durable by [`Effect::Store`](msnp_core::Effect::Store) before the client is told that they
//! are; where that fails, nothing has changed and the client is told 603. Changes are made one
//! after the other. [`InMemory`] performs both effects.
//!
//! # Whom it believes
//!
//! A name that one user sees of another comes from the records of the service, never from what
//! somebody said about themselves on that connection. Tickets of the sign-in page and cookies of
//! rooms are random, good once, for a time, for one account; a cookie dies with the session that
//! it was given to.
//!
//! # What it bounds
//!
//! See [`Limits`]. A client that does not take what it is sent is cut off; in a room, the others
//! only see it leave. A link whose client waits for a password check or a stored change is not
//! read meanwhile, and none is read while the program does not take events.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod challenge;
mod config;
mod edit;
mod event;
mod in_memory;
mod links;
mod lists;
mod notification;
mod passport;
mod presence;
mod privacy;
mod records;
mod room;
mod roster;
mod server;
mod service;
mod sign_in;
mod stamp;
mod switchboard;
mod tickets;

pub use config::{AccountConfig, ChallengePolicy, Config, Limits, ListenAddresses};
pub use event::{Addresses, Ending, Refusal, ServerError, ServerEvent, ServiceKind};
pub use in_memory::InMemory;
pub use passport::{LOGIN_PATH, NEXUS_PATH};
pub use records::RecordError;
pub use server::{Action, Server};
