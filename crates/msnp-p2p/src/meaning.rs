//! What a packet is.
//!
//! No single field says it. The tables below do, from top to bottom: the first line that fits
//! counts. Where sources differ, the line says which one it follows.

use crate::header_v1::Flags;
use crate::header_v2::{DataKind, Operation};
use crate::packet::{PacketV1, PacketV2};

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// The nonce of a direct connection.
    Handshake,
    /// A message has arrived. In the second version it may come with data, and is then read apart
    /// from this.
    Acknowledgement,
    /// A piece of a message is missing.
    NegativeAcknowledgement,
    /// Nothing but the wish for an acknowledgement.
    AcknowledgementWanted,
    /// The peer has lost the session.
    Reset,
    /// The peer reports an error of the session.
    Error,
    /// The peer has closed the session: its answer to a `BYE`.
    Closing,
    /// A part of a message of MSNSLP.
    Slp,
    /// Ink.
    Ink,
    /// Four zeros: data of this session follows.
    DataPreparation,
    /// Data of a file.
    FileData,
    /// Data of an object, or of a webcam.
    Data,
    /// Nothing: an empty packet that announces data, as some clients send.
    Empty,
}

/// The session that ink has.
pub const INK_SESSION: u32 = 64;

/// What a packet of the first version is.
///
/// ```text
/// flags 0x100                          handshake
/// flags 0x2                            acknowledgement, also of a BYE (0x42)
/// flags 0x1                            negative acknowledgement
/// flags 0x8                            reset
/// flags 0x80                           error
/// flags 0x40                           closing
/// flags 0x4, no data                   acknowledgement wanted (with data, a wish beside it)
/// session 0                            MSNSLP, with 0x0100_0000 or without
/// no data, but the message has some    empty
/// session 64                           ink
/// flags 0x10                           file data, never a preparation, however short the file is
/// flags 0x20                           data
/// a message of 4 bytes, all zero       data preparation
/// else                                 data: some send it without a flag
/// ```
pub fn of_v1(packet: &PacketV1<'_>) -> Meaning {
    let PacketV1 { header, data, .. } = packet;
    let flags = header.flags;
    let has = |wanted: Flags| flags.intersects(wanted);
    match header.session {
        _ if has(Flags::HANDSHAKE) => Meaning::Handshake,
        _ if has(Flags::ACKNOWLEDGEMENT) => Meaning::Acknowledgement,
        _ if has(Flags::NEGATIVE_ACKNOWLEDGEMENT) => Meaning::NegativeAcknowledgement,
        _ if has(Flags::RESET) => Meaning::Reset,
        _ if has(Flags::ERROR) => Meaning::Error,
        _ if has(Flags::CLOSING) => Meaning::Closing,
        _ if has(Flags::ACKNOWLEDGEMENT_WANTED) && data.is_empty() => {
            Meaning::AcknowledgementWanted
        }
        0 => Meaning::Slp,
        _ if data.is_empty() && header.total > 0 => Meaning::Empty,
        INK_SESSION => Meaning::Ink,
        _ if has(Flags::FILE) => Meaning::FileData,
        _ if has(Flags::DATA) => Meaning::Data,
        _ if header.total == 4 && *data == PREPARATION => Meaning::DataPreparation,
        _ => Meaning::Data,
    }
}

/// What a packet of the second version is.
///
/// ```text
/// no data, TLV 3                       negative acknowledgement
/// no data, TLV 2                       acknowledgement
/// no data, operation 2                 acknowledgement wanted
/// no data                              empty
/// session 0                            MSNSLP
/// session 64                           ink
/// kind 6, 7                            file data
/// kind 4, 5                            data
/// kind 1, 4 bytes, all zero            data preparation
/// else                                 data
/// ```
pub fn of_v2(packet: &PacketV2<'_>) -> Meaning {
    let Some(data_header) = packet.data_header else {
        let header = packet.header;
        return match () {
            () if header.missed().is_some() => Meaning::NegativeAcknowledgement,
            () if header.acknowledged().is_some() => Meaning::Acknowledgement,
            () if header.operation.contains(Operation::ACKNOWLEDGEMENT_WANTED) => {
                Meaning::AcknowledgementWanted
            }
            () => Meaning::Empty,
        };
    };
    let kind = data_header.kind;
    match data_header.session {
        0 => Meaning::Slp,
        INK_SESSION => Meaning::Ink,
        _ if kind.contains(DataKind::FILE) => Meaning::FileData,
        _ if kind.contains(DataKind::OBJECT) => Meaning::Data,
        _ if kind.contains(DataKind::FIRST) && packet.data == PREPARATION => {
            Meaning::DataPreparation
        }
        _ => Meaning::Data,
    }
}

/// What a data preparation holds.
pub const PREPARATION: [u8; 4] = [0; 4];
