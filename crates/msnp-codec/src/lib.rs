//! MSN Messenger commands, message bodies and payload documents: bytes to values and back.
//!
//! The way of the bytes: [`Framer`] finds a whole command at the front of a stream, using the one
//! [table](COMMANDS) of all verbs; [`RawCommand`] is that command, untouched; [`ClientCommand`] and
//! [`ServerCommand`] give it a meaning in one [`Version`](msnp_core::Version).
//!
//! ```
//! use msnp_codec::{FrameLimits, Framer, Sender, ServerCommand};
//! use msnp_core::{Status, Version};
//!
//! let mut framer = Framer::new(Sender::Server, Version::MSNP8, FrameLimits::SIGNED_IN);
//! let bytes = b"NLN AWY bob@example.com Bob%20B 32\r\n";
//! let raw = framer.next(bytes)?.expect("it is whole");
//! let ServerCommand::Nln(presence) = ServerCommand::parse(raw, Version::MSNP8)? else {
//!     panic!("not a presence")
//! };
//! assert_eq!(presence.status, Status::AWAY);
//! assert_eq!(presence.name.decode(), "Bob B");
//!
//! let mut printed = Vec::new();
//! ServerCommand::Nln(presence).print(Version::MSNP8, &mut printed);
//! assert_eq!(printed, bytes);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! What is well framed but not understood stays a [`RawCommand`] and can be passed on byte for
//! byte. Parameters that hold free text stay [`Encoded`] until they are asked for.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod base64_text;
pub mod command;
mod encoded;
mod field;
mod framer;
mod hidden;
pub mod message;
pub mod msn_object;
pub mod personal_message;
mod raw;
pub mod secrets;
mod table;
mod verb;

pub use command::{ClientCommand, ServerCommand};
pub use encoded::Encoded;
pub use field::{CommandError, Problem};
pub use framer::{FrameError, FrameFault, FrameLimits, Framer};
pub use hidden::Hidden;
pub use raw::{OwnedCommand, Parameters, RawCommand};
pub use table::{Body, COMMANDS, CommandRow, HasTransactionId, Sender, Service};
pub use verb::Verb;
