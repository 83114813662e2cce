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
//! # What it refuses, and how
//!
//! What [`NsServer`](msnp_session::NsServer) refuses, it refuses before this crate hears of it: so
//! a command that the [table](msnp_codec::COMMANDS) does not have in the version of the session is
//! 502 there, in one place for all. Beyond that:
//!
//! | code | when |
//! |---|---|
//! | 201 | a word that is none of those known; a setting or personal message that is too long; oneself as a contact; a list that is not one's own to change; a service that is not asked for by `XFR`; an invitation by mail to what is no address |
//! | 205, from MSNP10 208 | an account that does not exist; a contact that is none, in a change of groups |
//! | 208 | what is no account, in `CAL` and `PAG`; a GUID of no contact in `ADC` and `SBP` |
//! | 209 | a friendly name that is empty or too long |
//! | 210 | a list of contacts that is full, one's own or the other's |
//! | 215 | on that list, in that group or in that room already |
//! | 216 | not on that list; a call to somebody who does not allow it |
//! | 217 | a call to somebody who is not there, hides or takes no invitations; a page to somebody without a device |
//! | 219 | to MSNP9: on the allow list, and to be blocked, or the other way round |
//! | 223, 224, 225, 228, 229, 230 | groups: too many, unknown, contact not in it, name taken, name too long, the one that cannot be changed |
//! | 282 | peer-to-peer data that is too short to be any |
//! | 403 | an account where a GUID must stand |
//! | 502 | the directory (`FND`); a page to a telephone, as nothing here delivers it |
//! | 540 | a wrong answer to a challenge, or none |
//! | 601, 603 | the service is not up yet, or too many proofs wait to be checked; a change could not be stored, or too many wait for that |
//! | 713, 714 | a room that is full; too many rooms, of all or of one user |
//! | 715 | a setting that this version does not have; an answer to no challenge; `GCF` before `SYN` |
//! | 800 | more than [`Limits::changes`] or [`Limits::edits`] |
//! | 910 | too many attempts to sign in: see [`GuessLimits`]; the sign-in page says it with status 503 |
//! | 911 | a wrong password, ticket or cookie |
//! | 913 | `XFR SB` before the first status, while hidden, or while invitations are switched off |
//!
//! A room lives by its own connections: who signs out of the notification server stays in it, until
//! it has been idle for too long. A session that ends because the account signs in elsewhere, or
//! because the program says so, gives up its places.
//!
//! A setting that is set to what it is already is no error: programs do that after each sign-in,
//! and give up where it is refused with 218.
//!
//! # What it bounds
//!
//! See [`Limits`]; against strangers above all [`ConnectionLimits`] and [`GuessLimits`]. A client that does not take what it is sent is cut off; in a room, the others
//! only see it leave. A link whose client waits for a password check or a stored change is not
//! read meanwhile, and none is read while the program does not take events.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod backlog;
mod challenge;
mod config;
mod confirm;
mod connections;
mod contacts;
mod edit;
mod event;
mod groups;
mod guesses;
mod in_memory;
mod limits;
mod links;
mod lists;
mod mail;
mod membership;
mod notification;
mod passport;
mod presence;
mod privacy;
mod rate;
mod records;
mod room;
mod roster;
mod run;
mod server;
mod service;
mod services;
mod settings;
mod sign_in;
mod stamp;
mod switchboard;
mod tickets;

pub use config::{
    AccountConfig, ChallengePolicy, Config, Limits, ListenAddresses, Scripted, WebPages,
};
pub use connections::ConnectionLimits;
pub use event::{Addresses, Ending, Refusal, ServerError, ServerEvent, ServiceKind, TooMany};
pub use guesses::GuessLimits;
pub use in_memory::InMemory;
pub use mail::MailCounts;
pub use passport::{LOGIN_PATH, NEXUS_PATH};
pub use records::RecordError;
pub use server::{Action, Server};
