//! The header of the first version of the layer: 48 bytes, little-endian.
//!
//! | offset | size | field | meaning |
//! |---|---|---|---|
//! | 0 | 4 | session | 0 while two clients negotiate, 64 for ink, else the `SessionID` of MSNSLP |
//! | 4 | 4 | identifier | of the message; all its packets have the same |
//! | 8 | 8 | offset | of this packet's data in the message |
//! | 16 | 8 | total | bytes of the whole message; of the acknowledged one in an acknowledgement |
//! | 24 | 4 | length | data bytes of this packet; some clients say it wrong |
//! | 28 | 4 | flags | [`Flags`] |
//! | 32 | 4 | acknowledged identifier | of the acknowledged message; else random |
//! | 36 | 4 | acknowledged unique | the field at 32 of the acknowledged packet; else 0 |
//! | 40 | 8 | acknowledged size | the total of the acknowledged message; else 0 |
//!
//! In the handshake of a direct connection the last 16 bytes are a nonce
//! ([`HeaderV1::nonce`]).
//!
//! Sources: MSNPSharp, libpurple, papyon, the MSNC pages of the MSN protocol wiki; five headers of
//! the official client agree byte by byte.

use core::fmt;

use bytes::BufMut;
use msnp_core::Guid;
use nom::number::complete::{le_u32, le_u64};
use nom::{IResult, Parser};

use crate::field::{ByteOrder, Field};
use crate::wire_guid;

/// The header of a packet of the first version. See the [module](self) for its layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderV1 {
    /// Which session; 0 while two clients negotiate.
    pub session: u32,
    /// Which message. Each side counts its own from a random base, acknowledgements included.
    pub identifier: u32,
    /// Where in the message the data of this packet stands, in bytes.
    pub offset: u64,
    /// How long the whole message is, in bytes.
    pub total: u64,
    /// How much data the packet says to hold, in bytes. Believe the packet, not this: one family of
    /// clients tells the length of the packet before.
    pub length: u32,
    /// What the packet is.
    pub flags: Flags,
    /// In an acknowledgement: of which message. Else a random number.
    pub acknowledged_identifier: u32,
    /// In an acknowledgement: the `acknowledged_identifier` of the packet it answers.
    pub acknowledged_unique: u32,
    /// In an acknowledgement: the length of the message it answers, in bytes; where the answer is
    /// negative, the offset to go on from.
    pub acknowledged_size: u64,
}

impl HeaderV1 {
    /// How long a header is, in bytes.
    pub const LEN: usize = 48;

    /// The layout, as data.
    pub const FIELDS: &[Field] = &[
        field(0, 4, "session", "0 while two clients negotiate, 64 for ink, else the SessionID"),
        field(4, 4, "identifier", "of the message; all its packets have the same"),
        field(8, 8, "offset", "of this packet's data in the message"),
        field(16, 8, "total", "bytes of the whole message, or of the acknowledged one"),
        field(24, 4, "length", "data bytes of this packet"),
        field(28, 4, "flags", "what the packet is"),
        field(32, 4, "acknowledged identifier", "of the acknowledged message; else random"),
        field(36, 4, "acknowledged unique", "the field at 32 of the acknowledged packet; else 0"),
        field(40, 8, "acknowledged size", "the total of the acknowledged message; else 0"),
    ];

    /// Reads a header from the front of `input`, and gives what follows it.
    ///
    /// # Errors
    /// Where there are not 48 bytes.
    pub fn parse(input: &[u8]) -> Result<(Self, &[u8]), HeaderTooShort> {
        match header(input) {
            Ok((rest, header)) => Ok((header, rest)),
            Err(_) => Err(HeaderTooShort { needed: Self::LEN, found: input.len() }),
        }
    }

    /// Writes the 48 bytes.
    pub fn write(&self, into: &mut impl BufMut) {
        into.put_u32_le(self.session);
        into.put_u32_le(self.identifier);
        into.put_u64_le(self.offset);
        into.put_u64_le(self.total);
        into.put_u32_le(self.length);
        into.put_u32_le(self.flags.0);
        into.put_u32_le(self.acknowledged_identifier);
        into.put_u32_le(self.acknowledged_unique);
        into.put_u64_le(self.acknowledged_size);
    }

    /// The acknowledgement of the message that this is the header of, under an identifier of the
    /// answering side. The total is copied, as official clients do.
    #[must_use]
    pub fn acknowledgement(&self, identifier: u32) -> Self {
        Self {
            session: self.session,
            identifier,
            offset: 0,
            total: self.total,
            length: 0,
            flags: Flags::ACKNOWLEDGEMENT,
            acknowledged_identifier: self.identifier,
            acknowledged_unique: self.acknowledged_identifier,
            acknowledged_size: self.total,
        }
    }

    /// The negative acknowledgement of the message that this is a header of: it is to be sent again
    /// from this offset on, in bytes.
    #[must_use]
    pub fn negative_acknowledgement(&self, identifier: u32, resume: u64) -> Self {
        Self {
            flags: Flags::NEGATIVE_ACKNOWLEDGEMENT,
            acknowledged_size: resume,
            ..self.acknowledgement(identifier)
        }
    }

    /// The last 16 bytes as the nonce of a direct connection's handshake.
    pub fn nonce(&self) -> Guid {
        let mut wire = [0; 16];
        let mut into = wire.as_mut_slice();
        into.put_u32_le(self.acknowledged_identifier);
        into.put_u32_le(self.acknowledged_unique);
        into.put_u64_le(self.acknowledged_size);
        wire_guid::from_wire(wire)
    }

    /// The header with this nonce in its last 16 bytes.
    #[must_use]
    pub fn with_nonce(self, nonce: Guid) -> Self {
        let [a, b, c, d, e, f, g, h, size @ ..] = wire_guid::to_wire(nonce);
        Self {
            acknowledged_identifier: u32::from_le_bytes([a, b, c, d]),
            acknowledged_unique: u32::from_le_bytes([e, f, g, h]),
            acknowledged_size: u64::from_le_bytes(size),
            ..self
        }
    }
}

/// Fewer bytes than the header has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a header has {needed} bytes, here are {found}")]
pub struct HeaderTooShort {
    /// How many bytes it has, as far as is known.
    pub needed: usize,
    /// How many there are.
    pub found: usize,
}

/// What a packet of the first version is. Unknown bits stay as they are.
///
/// | value | name | meaning |
/// |---|---|---|
/// | 0x1 | [`NEGATIVE_ACKNOWLEDGEMENT`](Self::NEGATIVE_ACKNOWLEDGEMENT) | a piece is missing |
/// | 0x2 | [`ACKNOWLEDGEMENT`](Self::ACKNOWLEDGEMENT) | the whole message is there |
/// | 0x4 | [`ACKNOWLEDGEMENT_WANTED`](Self::ACKNOWLEDGEMENT_WANTED) | the sender waits for an answer |
/// | 0x8 | [`RESET`](Self::RESET) | an error of the layer |
/// | 0x10 | [`FILE`](Self::FILE) | data of a file, beside `DATA` |
/// | 0x20 | [`DATA`](Self::DATA) | data of an object |
/// | 0x40 | [`CLOSING`](Self::CLOSING) | the session ends; on the acknowledgement of a `BYE` |
/// | 0x80 | [`ERROR`](Self::ERROR) | an error of the session |
/// | 0x100 | [`HANDSHAKE`](Self::HANDSHAKE) | the nonce of a direct connection |
/// | 0x200 | [`ENCRYPTED`](Self::ENCRYPTED) | never seen |
/// | 0x0100_0000 | [`LATE_CLIENT`](Self::LATE_CLIENT) | set by clients of 2009 on everything |
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u32);

impl Flags {
    /// Nothing: a message of MSNSLP, or the preparation of data.
    pub const NONE: Self = Self(0);
    /// A piece is missing; the acknowledged size says where to go on.
    pub const NEGATIVE_ACKNOWLEDGEMENT: Self = Self(0x1);
    /// The whole message has arrived.
    pub const ACKNOWLEDGEMENT: Self = Self(0x2);
    /// The sender waits for an acknowledgement, or for data: sent when a peer stalls.
    pub const ACKNOWLEDGEMENT_WANTED: Self = Self(0x4);
    /// An error of the layer: forget the session.
    pub const RESET: Self = Self(0x8);
    /// Beside [`DATA`](Self::DATA): of a file.
    pub const FILE: Self = Self(0x10);
    /// Data of a session.
    pub const DATA: Self = Self(0x20);
    /// The session is closing.
    pub const CLOSING: Self = Self(0x40);
    /// An error of the session.
    pub const ERROR: Self = Self(0x80);
    /// The handshake of a direct connection.
    pub const HANDSHAKE: Self = Self(0x100);
    /// Encrypted data.
    pub const ENCRYPTED: Self = Self(0x200);
    /// Set by clients of 2009 and later on everything. It changes nothing.
    pub const LATE_CLIENT: Self = Self(0x0100_0000);

    /// Whether all of these bits are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether one of these bits is set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// With these bits set too.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

fn header(input: &[u8]) -> IResult<&[u8], HeaderV1> {
    let ids = (le_u32, le_u32, le_u64, le_u64, le_u32, le_u32);
    let acknowledged = (le_u32, le_u32, le_u64);
    (ids, acknowledged)
        .map(|((session, identifier, offset, total, length, flags), (id, unique, size))| HeaderV1 {
            session,
            identifier,
            offset,
            total,
            length,
            flags: Flags(flags),
            acknowledged_identifier: id,
            acknowledged_unique: unique,
            acknowledged_size: size,
        })
        .parse(input)
}

const fn field(offset: usize, size: usize, name: &'static str, meaning: &'static str) -> Field {
    Field { offset, size, order: ByteOrder::LittleEndian, name, meaning }
}
