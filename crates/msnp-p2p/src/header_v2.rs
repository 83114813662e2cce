//! The headers of the second version of the layer: big-endian, of variable length.
//!
//! The transport header begins every packet:
//!
//! | offset | size | field | meaning |
//! |---|---|---|---|
//! | 0 | 1 | header length | of this header with its TLVs, at least 8, a multiple of 4 |
//! | 1 | 1 | operation | [`Operation`] |
//! | 2 | 2 | message length | bytes after this header: data header and data |
//! | 4 | 4 | sequence | counts bytes: the next packet has this and the message length |
//! | 8 | | TLVs | [`Tlvs`], padded with zeros to a multiple of 4 |
//!
//! Where the message length is not 0, a data header follows:
//!
//! | offset | size | field | meaning |
//! |---|---|---|---|
//! | 0 | 1 | header length | of this header with its TLVs, at least 8 |
//! | 1 | 1 | kind | [`DataKind`] |
//! | 2 | 2 | package | of the message; all its packets have the same, 0 for one in one packet |
//! | 4 | 4 | session | 0 while two clients negotiate |
//! | 8 | | TLVs | 1: bytes of the message that follow this packet, 8 bytes; absent in the last |
//!
//! Sources: MSNPSharp, libpurple, papyon and aMSN; MSNPSharp on the wire. aMSN writes the headers
//! wrongly, which is read as far as it makes sense.

use core::fmt;

use bytes::BufMut;
use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32};
use nom::{IResult, Parser};

use crate::field::{ByteOrder, Field};
use crate::header_v1::HeaderTooShort;
use crate::tlv::Tlvs;

/// The transport header. See the [module](self) for its layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderV2<'a> {
    /// What is asked for beside the data.
    pub operation: Operation,
    /// Bytes after this header: data header and data. 0 where there is neither.
    pub message_length: u16,
    /// The sender's count of bytes before this packet. It begins anywhere and wraps.
    pub sequence: u32,
    /// What else is said.
    pub tlvs: Tlvs<'a>,
}

impl<'a> HeaderV2<'a> {
    /// The shortest header, in bytes.
    pub const MIN_LEN: usize = 8;

    /// The layout of the fixed part, as data.
    pub const FIELDS: &'static [Field] = &[
        field(0, 1, "header length", "of this header with its TLVs"),
        field(1, 1, "operation", "1 introduces, 2 wants an acknowledgement"),
        field(2, 2, "message length", "bytes after this header"),
        field(4, 4, "sequence", "the sender's count of bytes before this packet"),
    ];

    /// TLV 1: [`PEER_INFO`].
    pub const PEER_INFO: u8 = 1;
    /// TLV 2: everything before this sequence has arrived.
    pub const ACKNOWLEDGEMENT: u8 = 2;
    /// TLV 3: what follows this sequence is to be sent again.
    pub const NEGATIVE_ACKNOWLEDGEMENT: u8 = 3;

    /// Reads a header from the front of `input`, and gives what follows it.
    ///
    /// # Errors
    /// Where there is less than the header says it has.
    pub fn parse(input: &'a [u8]) -> Result<(Self, &'a [u8]), HeaderTooShort> {
        let (&len, _) = input.split_first().ok_or(too_short(Self::MIN_LEN, input))?;
        let needed = usize::from(len).max(Self::MIN_LEN);
        match header(input) {
            Ok((rest, header)) => Ok((header, rest)),
            Err(_) => Err(too_short(needed, input)),
        }
    }

    /// Writes the header with its TLVs, as they are.
    pub fn write(&self, into: &mut impl BufMut) {
        into.put_u8(self.tlvs.header_length());
        into.put_u8(self.operation.0);
        into.put_u16(self.message_length);
        into.put_u32(self.sequence);
        into.put_slice(self.tlvs.as_bytes());
    }

    /// The sequence of the packet that follows this one.
    pub const fn next_sequence(&self) -> u32 {
        // Widening; `From` is not const.
        #[allow(clippy::as_conversions)]
        self.sequence.wrapping_add(self.message_length as u32)
    }

    /// Up to where the sender of this packet has received everything.
    pub fn acknowledged(&self) -> Option<u32> {
        number(self.tlvs.get(Self::ACKNOWLEDGEMENT)?)
    }

    /// From where on the sender of this packet wants everything again.
    pub fn missed(&self) -> Option<u32> {
        number(self.tlvs.get(Self::NEGATIVE_ACKNOWLEDGEMENT)?)
    }

    /// What the sender says of itself. It is copied into the answer and means nothing here.
    pub fn peer_info(&self) -> Option<&'a [u8]> {
        self.tlvs.get(Self::PEER_INFO)
    }
}

/// What a client says of itself in its first packet: protocol version 512, implementation 0, version
/// 3584, reserved, capabilities 271; little-endian, in spite of the header around it.
///
/// aMSN writes it big-endian; it is read by nobody. (MSNPSharp on the wire; libpurple has the same
/// numbers.)
pub const PEER_INFO: [u8; 12] = [0x00, 0x02, 0, 0, 0x00, 0x0e, 0, 0, 0x0f, 0x01, 0, 0];

/// The data header. See the [module](self) for its layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataHeaderV2<'a> {
    /// What the data is.
    pub kind: DataKind,
    /// Which message of the session; all its packets have the same.
    pub package: u16,
    /// Which session; 0 while two clients negotiate.
    pub session: u32,
    /// What else is said.
    pub tlvs: Tlvs<'a>,
}

impl<'a> DataHeaderV2<'a> {
    /// The shortest header, in bytes.
    pub const MIN_LEN: usize = 8;

    /// The layout of the fixed part, as data.
    pub const FIELDS: &'static [Field] = &[
        field(0, 1, "header length", "of this header with its TLVs"),
        field(1, 1, "kind", "1 begins a message, 4 object, 6 file"),
        field(2, 2, "package", "of the message; all its packets have the same"),
        field(4, 4, "session", "0 while two clients negotiate, else the SessionID"),
    ];

    /// TLV 1: how many bytes of the message follow this packet.
    pub const REMAINING: u8 = 1;

    /// Reads a header from the front of `input`, and gives what follows it.
    ///
    /// # Errors
    /// Where there is less than the header says it has.
    pub fn parse(input: &'a [u8]) -> Result<(Self, &'a [u8]), HeaderTooShort> {
        let (&len, _) = input.split_first().ok_or(too_short(Self::MIN_LEN, input))?;
        let needed = usize::from(len).max(Self::MIN_LEN);
        match data_header(input) {
            Ok((rest, header)) => Ok((header, rest)),
            Err(_) => Err(too_short(needed, input)),
        }
    }

    /// Writes the header with its TLVs, as they are.
    pub fn write(&self, into: &mut impl BufMut) {
        into.put_u8(self.tlvs.header_length());
        into.put_u8(self.kind.0);
        into.put_u16(self.package);
        into.put_u32(self.session);
        into.put_slice(self.tlvs.as_bytes());
    }

    /// How many bytes of the message follow this packet.
    pub fn remaining(&self) -> u64 {
        let value = self.tlvs.get(Self::REMAINING).unwrap_or_default();
        // One that is too long keeps its low bytes, one that is too short has them all.
        value.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

/// What a packet of the second version asks for beside its data. Unknown bits stay as they are.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Operation(pub u8);

impl Operation {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The first packet to this peer (SYN).
    pub const INTRODUCTION: Self = Self(0x1);
    /// An acknowledgement is wanted (RAK).
    pub const ACKNOWLEDGEMENT_WANTED: Self = Self(0x2);

    /// Whether all of these bits are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With these bits set too.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// What the data of a packet of the second version is. Unknown bits stay as they are.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct DataKind(pub u8);

impl DataKind {
    /// Text of MSNSLP, or the preparation of data; not the first packet of its message.
    pub const NONE: Self = Self(0);
    /// The first packet of a message.
    pub const FIRST: Self = Self(0x1);
    /// Data of an object.
    pub const OBJECT: Self = Self(0x4);
    /// Data of a file.
    pub const FILE: Self = Self(0x6);

    /// Whether all of these bits are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With these bits set too.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for DataKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

fn header(input: &[u8]) -> IResult<&[u8], HeaderV2<'_>> {
    let (input, (len, operation, message_length, sequence)) =
        (be_u8, be_u8, be_u16, be_u32).parse(input)?;
    let (input, tlvs) = take(usize::from(len).saturating_sub(HeaderV2::MIN_LEN)).parse(input)?;
    let operation = Operation(operation);
    Ok((input, HeaderV2 { operation, message_length, sequence, tlvs: Tlvs::new(tlvs) }))
}

fn data_header(input: &[u8]) -> IResult<&[u8], DataHeaderV2<'_>> {
    let (input, (len, kind, package, session)) = (be_u8, be_u8, be_u16, be_u32).parse(input)?;
    let (input, tlvs) =
        take(usize::from(len).saturating_sub(DataHeaderV2::MIN_LEN)).parse(input)?;
    Ok((input, DataHeaderV2 { kind: DataKind(kind), package, session, tlvs: Tlvs::new(tlvs) }))
}

fn number(value: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(value.try_into().ok()?))
}

const fn too_short(needed: usize, input: &[u8]) -> HeaderTooShort {
    HeaderTooShort { needed, found: input.len() }
}

const fn field(offset: usize, size: usize, name: &'static str, meaning: &'static str) -> Field {
    Field { offset, size, order: ByteOrder::BigEndian, name, meaning }
}
