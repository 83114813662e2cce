//! The target `packet`: the binary headers of both versions of the peer-to-peer layer.
//!
//! The first byte of an input says what the rest of it is: bytes of a packet, or choices of which
//! one is made.

use msnp_core::Guid;
use msnp_p2p::TlvBuffer;
use msnp_p2p::application::ApplicationId;
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::header_v2::{DataHeaderV2, DataKind, HeaderV2, Operation, PEER_INFO};
use msnp_p2p::meaning::{self, INK_SESSION, Meaning, PREPARATION};
use msnp_p2p::packet::{Carriage, PacketV1, PacketV2};
use msnp_p2p::wire_guid;

use crate::input::Input;

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    let kind = input.byte();
    let carriage = carriage(kind >= 128);
    match kind % 4 {
        0 => read_v1(input.rest(), carriage),
        1 => read_v2(input.rest(), carriage),
        2 => with_any_v1(&mut input, carriage, |packet| {
            let bytes = written_v1(packet);
            assert_eq!(PacketV1::parse(&bytes, carriage).as_ref(), Ok(packet));
            read_v1(&bytes, carriage);
        }),
        _ => with_any_v2(&mut input, carriage, |packet| {
            let bytes = written_v2(packet);
            assert_eq!(PacketV2::parse(&bytes, carriage), Ok((*packet, &[][..])));
            read_v2(&bytes, carriage);
        }),
    }
}

pub(crate) const fn carriage(direct: bool) -> Carriage {
    if direct { Carriage::Direct } else { Carriage::Switchboard }
}

/// Hands over a packet of the first version that the input chooses.
pub(crate) fn with_any_v1<R>(
    input: &mut Input<'_>,
    carriage: Carriage,
    work: impl FnOnce(&PacketV1<'_>) -> R,
) -> R {
    let header = HeaderV1 {
        session: any_session(input),
        identifier: input.below(8).try_into().unwrap_or_default(),
        offset: any_len(input),
        total: any_len(input),
        length: input.byte().into(),
        flags: *input.pick(&ANY_FLAGS),
        acknowledged_identifier: input.byte().into(),
        acknowledged_unique: input.byte().into(),
        acknowledged_size: any_len(input),
    };
    let header = match input.byte() {
        255 => header.with_nonce(any_guid(input)),
        _ => header,
    };
    let footer = any_footer(input, carriage);
    work(&PacketV1 { header, data: any_data(input), footer })
}

/// Hands over a packet of the second version that the input chooses.
pub(crate) fn with_any_v2<R>(
    input: &mut Input<'_>,
    carriage: Carriage,
    work: impl FnOnce(&PacketV2<'_>) -> R,
) -> R {
    let said = input.byte();
    let mut tlvs = TlvBuffer::new();
    for (bit, kind) in
        [(1, HeaderV2::ACKNOWLEDGEMENT), (2, HeaderV2::NEGATIVE_ACKNOWLEDGEMENT), (4, 9)]
    {
        if said & bit != 0 {
            tlvs = tlvs.with(kind, &u32::from(input.byte()).to_be_bytes());
        }
    }
    if said & 8 != 0 {
        tlvs = tlvs.with(HeaderV2::PEER_INFO, &PEER_INFO);
    }
    let mut data_tlvs = TlvBuffer::new();
    if said & 16 != 0 {
        data_tlvs = data_tlvs.with(DataHeaderV2::REMAINING, &any_len(input).to_be_bytes());
    }
    let data_header = (said & 32 == 0).then(|| DataHeaderV2 {
        kind: DataKind(input.byte() & 7),
        package: input.below(4).try_into().unwrap_or_default(),
        session: any_session(input),
        tlvs: data_tlvs.tlvs(),
    });
    let data = if data_header.is_some() { any_data(input) } else { &[] };
    let header_len = data_header.map_or(0, |header| 8 + header.tlvs.as_bytes().len());
    let header = HeaderV2 {
        operation: Operation(input.byte() & 3),
        message_length: u16::try_from(header_len + data.len()).expect("pieces are short"),
        sequence: any_sequence(input),
        tlvs: tlvs.tlvs(),
    };
    work(&PacketV2 { header, data_header, data, footer: any_footer(input, carriage) })
}

/// The bytes of a packet.
pub(crate) fn written_v1(packet: &PacketV1<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.write(&mut bytes);
    bytes
}

/// The bytes of a packet.
pub(crate) fn written_v2(packet: &PacketV2<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.write(&mut bytes);
    bytes
}

const ANY_FLAGS: [Flags; 13] = [
    Flags::NONE,
    Flags::DATA,
    Flags::ACKNOWLEDGEMENT,
    Flags::NEGATIVE_ACKNOWLEDGEMENT,
    Flags::ACKNOWLEDGEMENT_WANTED,
    Flags::RESET,
    Flags::FILE.with(Flags::DATA),
    Flags::CLOSING,
    Flags::CLOSING.with(Flags::ACKNOWLEDGEMENT),
    Flags::ERROR,
    Flags::HANDSHAKE,
    Flags::LATE_CLIENT.with(Flags::DATA),
    Flags(u32::MAX),
];

fn any_session(input: &mut Input<'_>) -> u32 {
    match input.byte() {
        0..=99 => 0,
        100 => INK_SESSION,
        101 => u32::MAX,
        small => (small - 102).into(),
    }
}

/// Most often a length that a message may have, sometimes one that none has.
fn any_len(input: &mut Input<'_>) -> u64 {
    match input.byte() {
        small @ 0..=200 => small.into(),
        201..=230 => u64::from(input.byte()) * 1202,
        231..=240 => u64::from(input.number()),
        241.. => u64::MAX - u64::from(input.byte()),
    }
}

/// Near to where it wraps.
fn any_sequence(input: &mut Input<'_>) -> u32 {
    u32::from(input.byte()).wrapping_sub(128)
}

fn any_footer(input: &mut Input<'_>, carriage: Carriage) -> Option<ApplicationId> {
    let footer = ApplicationId(input.byte().into());
    (carriage == Carriage::Switchboard).then_some(footer)
}

fn any_data<'a>(input: &mut Input<'a>) -> &'a [u8] {
    match input.byte() {
        0 => &PREPARATION,
        1..=4 => &[7; 1202],
        _ => input.piece(),
    }
}

fn any_guid(input: &mut Input<'_>) -> Guid {
    let mut bytes = [0; 16];
    for (byte, chosen) in bytes.iter_mut().zip(input.take(16)) {
        *byte = *chosen;
    }
    Guid::from_bytes(bytes)
}

fn read_v1(bytes: &[u8], carriage: Carriage) {
    let Ok(packet) = PacketV1::parse(bytes, carriage) else {
        return assert!(bytes.len() < HeaderV1::LEN, "whatever is long enough is a packet");
    };
    assert_eq!(written_v1(&packet), bytes, "it prints as it came");
    let header = packet.header;
    let nonce = header.nonce();
    assert_eq!(header.with_nonce(nonce), header, "a nonce is the last 16 bytes");
    assert_eq!(wire_guid::from_wire(wire_guid::to_wire(nonce)), nonce);
    assert_eq!(wire_guid::to_wire(nonce), bytes[HeaderV1::LEN - 16..HeaderV1::LEN]);
    let meaning = meaning::of_v1(&packet);
    if header.session == 0 {
        assert_ne!(meaning, Meaning::Data, "data has a session");
        assert_ne!(meaning, Meaning::DataPreparation, "so has its preparation");
    }
    check_answer(&header.acknowledgement(9), &header, Meaning::Acknowledgement, header.total);
    let negative = header.negative_acknowledgement(9, 5);
    check_answer(&negative, &header, Meaning::NegativeAcknowledgement, 5);
}

/// An answer is read as what it is, and says which message it means.
fn check_answer(answer: &HeaderV1, to: &HeaderV1, meaning: Meaning, size: u64) {
    let packet = PacketV1 { header: *answer, data: &[], footer: None };
    assert_eq!(meaning::of_v1(&packet), meaning);
    assert_eq!(answer.acknowledged_identifier, to.identifier);
    assert_eq!((answer.acknowledged_size, answer.session), (size, to.session));
}

fn read_v2(bytes: &[u8], carriage: Carriage) {
    let Ok((packet, rest)) = PacketV2::parse(bytes, carriage) else { return };
    let read = bytes.len() - rest.len();
    let again = written_v2(&packet);
    let (reread, nothing) = PacketV2::parse(&again, carriage).expect("what is written can be read");
    assert_eq!((reread, nothing.len()), (packet, 0), "it reads back");
    // A length below the least is read as the least.
    if bytes[0] >= 8 && packet.data_header.is_none_or(|_| bytes[usize::from(bytes[0])] >= 8) {
        assert_eq!(again, bytes[..read], "it prints as it came");
    }
    assert_eq!(again.len(), read, "nothing is lost");
    let header = packet.header;
    let of = u32::from(header.message_length);
    assert_eq!(header.next_sequence().wrapping_sub(header.sequence), of, "sequences count bytes");
    for (kind, value) in header.tlvs.iter() {
        assert!(kind != 0 && header.tlvs.get(kind).is_some(), "each is found");
        assert!(value.len() <= header.tlvs.as_bytes().len());
    }
    let has_data = packet.data_header.is_some();
    let is_control = matches!(
        meaning::of_v2(&packet),
        Meaning::Acknowledgement
            | Meaning::NegativeAcknowledgement
            | Meaning::AcknowledgementWanted
            | Meaning::Empty
    );
    assert_ne!(has_data, is_control, "data is data, whatever else the header says");
}
