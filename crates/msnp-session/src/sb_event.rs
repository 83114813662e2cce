use alloc::boxed::Box;
use alloc::string::String;

use bytes::Bytes;

use msnp_codec::command::Capabilities;
use msnp_codec::{CommandError, OwnedCommand};
use msnp_core::{Account, ErrorCode, TransactionId};

use crate::RequestError;

/// What a switchboard tells a client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SbEvent {
    /// In the room; the members that were there already have been named.
    Entered,
    /// Somebody is in the room.
    Joined {
        /// Who.
        account: Account,
        /// Their friendly name.
        name: String,
        /// What their program can do (MSNP12 and later).
        capabilities: Option<Capabilities>,
        /// They were there before.
        already: bool,
    },
    /// Somebody left the room.
    Left {
        /// Who.
        account: Account,
        /// The room was idle for too long.
        idle: bool,
    },
    /// An invitation is under way, or is refused. Each ends once.
    Invited {
        /// Which invitation.
        transaction: TransactionId,
        /// Whom.
        account: Account,
        /// The session id, once the other side is ringing.
        result: Result<Box<str>, RequestError>,
    },
    /// A message of a member.
    Message {
        /// Who sent it.
        account: Account,
        /// Their friendly name.
        name: String,
        /// The message: headers and body.
        body: Bytes,
    },
    /// What became of a message that asked for an answer. Each ends once.
    MessageEnded {
        /// Which message.
        transaction: TransactionId,
        /// How.
        delivery: Delivery,
    },
    /// A refusal that answers nothing that is known.
    ServerError {
        /// What and why.
        code: ErrorCode,
        /// The transaction it names.
        transaction: Option<TransactionId>,
    },
    /// A command that has no meaning here, or in no source.
    Unknown(OwnedCommand),
    /// A command that is not what its verb asks for. The session goes on.
    Malformed(CommandError),
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The switchboard confirmed it.
    Accepted,
    /// It was refused, or never sent.
    Failed,
    /// It was sent, but the connection was lost, or the time was up, before an answer came. It may
    /// have arrived, so it is never sent again by itself.
    Unknown,
}
