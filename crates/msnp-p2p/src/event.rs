use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use msnp_codec::msn_object::MsnObject;
use msnp_core::{Account, Guid};

use crate::application::{ApplicationId, EufGuid};
use crate::packet::{PacketError, PeerVersion};
use crate::slp::{SlpError, StatusCode};

/// Another client: an account, and from the second version on one of its machines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer {
    /// Who.
    pub account: Account,
    /// Which of their machines. One that is named speaks the second version, which both sides say
    /// by extended capability 0x20; where none is, the first is spoken.
    pub machine: Option<Guid>,
}

impl Peer {
    /// A peer that speaks the first version.
    pub const fn v1(account: Account) -> Self {
        Self { account, machine: None }
    }

    /// A peer that speaks the second version.
    pub const fn v2(account: Account, machine: Guid) -> Self {
        Self { account, machine: Some(machine) }
    }

    /// Which version is spoken with it.
    pub const fn version(&self) -> PeerVersion {
        match self.machine {
            None => PeerVersion::V1,
            Some(_) => PeerVersion::V2,
        }
    }
}

/// `alice@example.com`, or `alice@example.com;{GUID}`: what `P2P-Dest` and `P2P-Src` hold.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.machine {
            None => self.account.fmt(f),
            Some(machine) => write!(f, "{};{{{machine}}}", self.account),
        }
    }
}

/// One object on its way, either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(u64);

impl TransferId {
    /// The transfer with this number; they count from 1.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number it was made of.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What a [`P2p`](crate::P2p) tells.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum P2pEvent {
    /// There is something to say to this peer, and no carrier to it. Said again when one is lost.
    CarrierWanted(Peer),
    /// An object has come, and its hash is right. The end of its transfer.
    ObjectReceived {
        /// Which.
        transfer: TransferId,
        /// From whom.
        peer: Peer,
        /// Its descriptor, as it was asked for.
        object: Box<MsnObject>,
        /// Its content.
        content: Bytes,
    },
    /// So much of an object has come.
    Progress {
        /// Which transfer.
        transfer: TransferId,
        /// Bytes that are there.
        received: u64,
        /// Bytes of the whole, as the peer says.
        total: u64,
    },
    /// Somebody fetches an object of one's own.
    Serving {
        /// Which transfer.
        transfer: TransferId,
        /// Who.
        peer: Peer,
        /// What.
        object: Box<MsnObject>,
    },
    /// They have it, or at least it was sent whole. The end of its transfer.
    Served {
        /// Which transfer.
        transfer: TransferId,
        /// Who.
        peer: Peer,
        /// Whether they said that they have it. Some programs never do.
        confirmed: bool,
    },
    /// Nothing came of a transfer. Its end.
    TransferFailed {
        /// Which.
        transfer: TransferId,
        /// With whom.
        peer: Peer,
        /// Why.
        error: TransferError,
    },
    /// Somebody invited to something, and was told no.
    InvitationDeclined {
        /// Who.
        peer: Peer,
        /// What to; none where they did not say.
        application: Option<EufGuid>,
        /// The number of it; none where they did not say.
        application_id: Option<ApplicationId>,
        /// Why.
        reason: DeclineReason,
    },
    /// Somebody drew something.
    Ink {
        /// Who.
        peer: Peer,
        /// What they sent; its form is theirs.
        bytes: Vec<u8>,
    },
    /// A packet cannot be read.
    MalformedPacket {
        /// Whose.
        peer: Peer,
        /// What is wrong.
        error: PacketError,
    },
    /// A message of MSNSLP cannot be read.
    MalformedSlp {
        /// Whose.
        peer: Peer,
        /// What is wrong.
        error: SlpError,
    },
    /// A message of MSNSLP or data that belongs to no transfer.
    Unexpected {
        /// Whose.
        peer: Peer,
    },
}

/// Why an object did not come, or was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The peer said no, or has it no more.
    #[error("the other side refused ({})", .0.0)]
    Refused(StatusCode),
    /// The peer ended it before it was done.
    #[error("the other side cancelled")]
    CancelledByPeer,
    /// This side ended it.
    #[error("cancelled")]
    Cancelled,
    /// The peer fell silent.
    #[error("the other side does not answer")]
    TimedOut,
    /// No carrier to the peer came up.
    #[error("the other side cannot be reached")]
    Unreachable,
    /// The peer has lost the session, or reports an error of it.
    #[error("the other side does not know the session")]
    Reset,
    /// What came is not what was asked for.
    #[error("what came is not the object that was asked for")]
    WrongContent,
    /// The object is longer than one may be here.
    #[error("{len} bytes are more than an object may have here")]
    TooLong {
        /// How long it is said to be, in bytes.
        len: u64,
    },
}

/// Why an invitation was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeclineReason {
    /// Nothing here does that.
    UnknownApplication,
    /// It does not say what it wants, or nothing readable.
    NoContext,
    /// The object is not one of one's own.
    UnknownObject,
    /// It is for somebody else.
    WrongAddress,
    /// There are too many transfers with this peer.
    TooMany,
}

/// Why a transfer cannot be begun. The caller's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The descriptor has no type or no hash that could be checked.
    #[error("the object says no type or no hash")]
    NoHash,
    /// The object is longer than one may be here.
    #[error("{len} bytes are more than an object may have here")]
    TooLong {
        /// How long it says to be, in bytes.
        len: u64,
    },
    /// There are too many transfers with this peer, or too many peers.
    #[error("too many transfers are under way")]
    TooMany,
}
