//! The binary headers: vectors, and the tables that the documentation prints.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use bytes::BufMut;
use proptest::prelude::*;

use msnp_p2p::application::ApplicationId;
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::header_v2::{DataHeaderV2, DataKind, HeaderV2, Operation, PEER_INFO};
use msnp_p2p::meaning::{self, Meaning};
use msnp_p2p::packet::{Carriage, PacketError, PacketV1, PacketV2};
use msnp_p2p::{ByteOrder, Field, TlvBuffer, wire_guid};

/// Five headers of the official client, from its own connection.
const OFFICIAL: [(&str, HeaderV1); 5] = [
    (
        "000000004774c40a0000000000000000fa04000000000000b204000000000000776ec50a000000000000000000000000",
        HeaderV1 {
            identifier: 0x0ac4_7447,
            total: 0x4fa,
            length: 1202,
            acknowledged_identifier: 0x0ac5_6e77,
            ..EMPTY
        },
    ),
    (
        "000000004774c40ab204000000000000fa040000000000004800000000000000776ec50a000000000000000000000000",
        HeaderV1 {
            identifier: 0x0ac4_7447,
            offset: 1202,
            total: 0x4fa,
            length: 0x48,
            acknowledged_identifier: 0x0ac5_6e77,
            ..EMPTY
        },
    ),
    (
        "000000005774c40a0000000000000000fa0400000000000000000000020000004774c40a776ec50afa04000000000000",
        HeaderV1 {
            identifier: 0x0ac4_7457,
            total: 0x4fa,
            flags: Flags::ACKNOWLEDGEMENT,
            acknowledged_identifier: 0x0ac4_7447,
            acknowledged_unique: 0x0ac5_6e77,
            acknowledged_size: 0x4fa,
            ..EMPTY
        },
    ),
    (
        "000000005874c40a00000000000000004b010000000000004b010000000000004e0bc70a000000000000000000000000",
        HeaderV1 {
            identifier: 0x0ac4_7458,
            total: 331,
            length: 331,
            acknowledged_identifier: 0x0ac7_0b4e,
            ..EMPTY
        },
    ),
    (
        "000000004874c40a00000000000000004b0100000000000000000000020000005874c40a4e0bc70a4b01000000000000",
        HeaderV1 {
            identifier: 0x0ac4_7448,
            total: 331,
            flags: Flags::ACKNOWLEDGEMENT,
            acknowledged_identifier: 0x0ac4_7458,
            acknowledged_unique: 0x0ac7_0b4e,
            acknowledged_size: 331,
            ..EMPTY
        },
    ),
];

const EMPTY: HeaderV1 = HeaderV1 {
    session: 0,
    identifier: 0,
    offset: 0,
    total: 0,
    length: 0,
    flags: Flags::NONE,
    acknowledged_identifier: 0,
    acknowledged_unique: 0,
    acknowledged_size: 0,
};

#[test]
fn the_headers_of_the_official_client_mean_what_they_say_and_print_as_they_were() {
    for (hex, header) in OFFICIAL {
        let bytes = bytes_of(hex);
        assert_eq!(HeaderV1::parse(&bytes).unwrap(), (header, [].as_slice()));
        assert_eq!(written(|into| header.write(into)), bytes);
    }
}

#[test]
fn an_acknowledgement_is_made_as_the_official_client_makes_it() {
    let [(_, first), _, (_, acknowledgement), (_, decline), (_, other)] = OFFICIAL;
    assert_eq!(first.acknowledgement(0x0ac4_7457), acknowledgement);
    assert_eq!(decline.acknowledgement(0x0ac4_7448), other);
}

#[test]
fn a_data_preparation_is_four_zeros_and_a_big_endian_footer() {
    let bytes = bytes_of(
        "04030201640000000000000000000000040000000000000004000000000000005500000000000000\
         00000000000000000000000000000001",
    );
    let packet = PacketV1::parse(&bytes, Carriage::Switchboard).unwrap();
    assert_eq!((packet.header.session, packet.header.identifier), (0x0102_0304, 100));
    assert_eq!((packet.data, packet.footer), ([0; 4].as_slice(), Some(ApplicationId(1))));
    assert_eq!(meaning::of_v1(&packet), Meaning::DataPreparation);
    assert_eq!(written(|into| packet.write(into)), bytes);
}

#[test]
fn a_nonce_stands_in_the_last_sixteen_bytes_in_mixed_order() {
    let nonce = "122d2937-5c86-4c7b-81f5-0e05017880c2".parse().unwrap();
    let header = HeaderV1 { identifier: 7, flags: Flags::HANDSHAKE, ..EMPTY }.with_nonce(nonce);
    let bytes = bytes_of(
        "00000000070000000000000000000000000000000000000000000000000100003729 2d12865c7b4c81f50e05017880c2",
    );
    assert_eq!(written(|into| header.write(into)), bytes);
    assert_eq!(HeaderV1::parse(&bytes).unwrap().0.nonce(), nonce);
    assert_eq!(wire_guid::to_wire(nonce).as_slice(), &bytes[32..]);
}

#[test]
fn a_first_packet_of_the_second_version_introduces_its_sender() {
    let bytes = bytes_of(
        "1803001011223344010c00020000000e00000f0100000000 0801000000000000 494e564954452078 00000000",
    );
    let (packet, rest) = PacketV2::parse(&bytes, Carriage::Switchboard).unwrap();
    assert!(rest.is_empty());
    let both = Operation::INTRODUCTION.with(Operation::ACKNOWLEDGEMENT_WANTED);
    assert_eq!((packet.header.operation, packet.header.sequence), (both, 0x1122_3344));
    assert_eq!(packet.header.peer_info(), Some(PEER_INFO.as_slice()));
    assert_eq!(packet.header.next_sequence(), 0x1122_3354);
    assert_eq!(packet.data_header.unwrap().kind, DataKind::FIRST);
    assert_eq!((packet.data, packet.footer), (b"INVITE x".as_slice(), Some(ApplicationId(0))));
    assert_eq!(meaning::of_v2(&packet), Meaning::Slp);
    assert_eq!(written(|into| packet.write(into)), bytes);

    let tlvs = TlvBuffer::new().with(HeaderV2::PEER_INFO, &PEER_INFO);
    let header = HeaderV2 { tlvs: tlvs.tlvs(), ..packet.header };
    assert_eq!(written(|into| header.write(into)), bytes[..24]);
}

#[test]
fn an_acknowledgement_of_the_second_version_names_the_next_sequence() {
    let bytes = bytes_of("1000000055667788 02041122335400 00");
    let (packet, rest) = PacketV2::parse(&bytes, Carriage::Direct).unwrap();
    assert!(rest.is_empty());
    assert_eq!(packet.header.acknowledged(), Some(0x1122_3354));
    assert_eq!(meaning::of_v2(&packet), Meaning::Acknowledgement);
    let tlvs = TlvBuffer::new().with(HeaderV2::ACKNOWLEDGEMENT, &0x1122_3354_u32.to_be_bytes());
    let header = HeaderV2 { sequence: 0x5566_7788, tlvs: tlvs.tlvs(), ..HeaderV2::default() };
    assert_eq!(written(|into| header.write(into)), bytes);
}

#[test]
fn a_data_header_says_how_much_is_left() {
    let bytes = bytes_of("140500030a0b0c0d 01080000000000001388 0000");
    let (header, rest) = DataHeaderV2::parse(&bytes).unwrap();
    assert!(rest.is_empty());
    assert_eq!((header.package, header.session, header.remaining()), (3, 0x0a0b_0c0d, 5000));
    assert_eq!(header.kind, DataKind::FIRST.with(DataKind::OBJECT));
    assert_eq!(written(|into| header.write(into)), bytes);
    let tlvs = TlvBuffer::new().with(DataHeaderV2::REMAINING, &5000_u64.to_be_bytes());
    assert_eq!(written(|into| DataHeaderV2 { tlvs: tlvs.tlvs(), ..header }.write(into)), bytes);
}

#[test]
fn a_header_that_is_cut_short_says_how_much_is_missing() {
    let cut = HeaderV1::parse(&[0; 47]).unwrap_err();
    assert_eq!((cut.needed, cut.found), (48, 47));
    for (bytes, needed) in [
        (bytes_of(""), 8),
        (bytes_of("08030000112233"), 8),
        (bytes_of("1803001011223344010c0002"), 24),
    ] {
        let PacketError::Header(cut) = PacketV2::parse(&bytes, Carriage::Direct).unwrap_err()
        else {
            panic!("another error");
        };
        assert_eq!((cut.needed, cut.found), (needed, bytes.len()));
    }
    let data_missing = bytes_of("080000100000000008010000");
    assert_eq!(
        PacketV2::parse(&data_missing, Carriage::Switchboard).unwrap_err(),
        PacketError::DataMissing { needed: 16, found: 4 }
    );
}

#[test]
fn a_value_that_runs_over_its_header_is_as_good_as_absent() {
    let bytes = bytes_of("0c0000001122334402041122");
    let (packet, _) = PacketV2::parse(&bytes, Carriage::Direct).unwrap();
    assert_eq!(packet.header.acknowledged(), None);
    assert_eq!(meaning::of_v2(&packet), Meaning::Empty);
    assert_eq!(written(|into| packet.write(into)), bytes);
}

#[test]
fn what_a_packet_is_follows_the_table() {
    let of = |session: u32, flags: u32, total: u64, data: &[u8]| {
        let header = HeaderV1 { session, flags: Flags(flags), total, ..EMPTY };
        meaning::of_v1(&PacketV1 { header, data, footer: None })
    };
    for (session, flags, total, data, meaning) in [
        (0, 0x100, 0, b"".as_slice(), Meaning::Handshake),
        (7, 0x2, 9, b"", Meaning::Acknowledgement),
        (0, 0x42, 9, b"", Meaning::Acknowledgement),
        (7, 0x1, 9, b"", Meaning::NegativeAcknowledgement),
        (7, 0x8, 0, b"", Meaning::Reset),
        (7, 0x80, 0, b"", Meaning::Error),
        (7, 0x40, 0, b"", Meaning::Closing),
        (7, 0x4, 9, b"", Meaning::AcknowledgementWanted),
        (7, 0x24, 9, b"x", Meaning::Data),
        (0, 0, 9, b"INVITE", Meaning::Slp),
        (0, 0x0100_0000, 9, b"INVITE", Meaning::Slp),
        (7, 0x0100_0030, 9, b"", Meaning::Empty),
        (64, 0, 9, b"x", Meaning::Ink),
        (7, 0x30, 4, &[0; 4], Meaning::FileData),
        (7, 0x0100_0030, 9, b"x", Meaning::FileData),
        (7, 0x20, 4, &[0; 4], Meaning::Data),
        (7, 0x0100_0020, 9, b"x", Meaning::Data),
        (7, 0, 4, &[0; 4], Meaning::DataPreparation),
        (7, 0x0100_0000, 4, &[0; 4], Meaning::DataPreparation),
        (7, 0, 4, b"text", Meaning::Data),
        (7, 0, 8, &[0; 4], Meaning::Data),
    ] {
        assert_eq!(of(session, flags, total, data), meaning, "{session} {flags:#x} {data:?}");
    }
}

#[test]
fn what_a_packet_of_the_second_version_is_follows_the_table() {
    let of = |session: u32, kind: u8, data: &[u8]| {
        let data_header = DataHeaderV2 { kind: DataKind(kind), session, ..Default::default() };
        let header = HeaderV2::default();
        meaning::of_v2(&PacketV2 { header, data_header: Some(data_header), data, footer: None })
    };
    for (session, kind, data, meaning) in [
        (0, 1, b"INVITE".as_slice(), Meaning::Slp),
        (0, 0, b"tail", Meaning::Slp),
        (64, 1, b"x", Meaning::Ink),
        (7, 7, b"x", Meaning::FileData),
        (7, 6, &[0; 4], Meaning::FileData),
        (7, 5, &[0; 4], Meaning::Data),
        (7, 4, b"x", Meaning::Data),
        (7, 1, &[0; 4], Meaning::DataPreparation),
        (7, 0, &[0; 4], Meaning::Data),
        (7, 1, b"x", Meaning::Data),
    ] {
        assert_eq!(of(session, kind, data), meaning, "{session} {kind} {data:?}");
    }
    let empty = |operation: u8, tlvs: &TlvBuffer| {
        let header =
            HeaderV2 { operation: Operation(operation), tlvs: tlvs.tlvs(), ..HeaderV2::default() };
        meaning::of_v2(&PacketV2 { header, data_header: None, data: b"", footer: None })
    };
    let with = |kind| TlvBuffer::new().with(kind, &[0; 4]);
    assert_eq!(empty(0, &with(2)), Meaning::Acknowledgement);
    assert_eq!(empty(3, &with(2)), Meaning::Acknowledgement);
    assert_eq!(empty(0, &with(3)), Meaning::NegativeAcknowledgement);
    assert_eq!(empty(2, &TlvBuffer::new()), Meaning::AcknowledgementWanted);
    assert_eq!(empty(0, &TlvBuffer::new()), Meaning::Empty);
}

#[test]
fn the_tables_of_fields_are_the_layout() {
    // Each byte of a header has another value, so that a field in the wrong place shows.
    let bytes: Vec<u8> = (1..=48).collect();
    let (v1, _) = HeaderV1::parse(&bytes).unwrap();
    let read = [
        v1.session.into(),
        v1.identifier.into(),
        v1.offset,
        v1.total,
        v1.length.into(),
        v1.flags.0.into(),
        v1.acknowledged_identifier.into(),
        v1.acknowledged_unique.into(),
        v1.acknowledged_size,
    ];
    fields_are(HeaderV1::FIELDS, &bytes, &read);
    let bytes = bytes_of("0802030405060708");
    let (v2, _) = HeaderV2::parse(&bytes).unwrap();
    let read = [8, v2.operation.0.into(), v2.message_length.into(), v2.sequence.into()];
    fields_are(HeaderV2::FIELDS, &bytes, &read);
    let (data, _) = DataHeaderV2::parse(&bytes).unwrap();
    let read = [8, data.kind.0.into(), data.package.into(), data.session.into()];
    fields_are(DataHeaderV2::FIELDS, &bytes, &read);
}

#[test]
fn the_documentation_prints_the_tables_of_fields() {
    let rows = |fields: &[Field]| -> String {
        let row = |Field { offset, size, name, meaning, .. }: &Field| {
            format!("| {offset} | {size} | {name} | {meaning} |\n")
        };
        let head = "| offset | size | field | meaning |\n|---|---|---|---|\n";
        head.to_owned() + &fields.iter().map(row).collect::<String>() + "\n"
    };
    let page = include_str!("../../../docs/p2p.md");
    for fields in [HeaderV1::FIELDS, HeaderV2::FIELDS, DataHeaderV2::FIELDS] {
        let rows = rows(fields);
        assert!(page.contains(&rows), "docs/p2p.md lacks\n{rows}");
    }
}

fn fields_are(fields: &[Field], bytes: &[u8], read: &[u64]) {
    let mut end = 0;
    for (field, read) in fields.iter().zip(read) {
        assert_eq!(field.offset, end, "{}", field.name);
        end += field.size;
        let mut value = bytes[field.offset..end].to_vec();
        if field.order == ByteOrder::LittleEndian {
            value.reverse();
        }
        let value = value.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        assert_eq!(value, *read, "{}", field.name);
    }
    assert_eq!((end, fields.len()), (bytes.len(), read.len()));
}

proptest! {
    #[test]
    fn every_packet_that_can_be_read_prints_as_it_came(bytes: Vec<u8>, direct: bool) {
        let carriage = if direct { Carriage::Direct } else { Carriage::Switchboard };
        if let Ok(packet) = PacketV1::parse(&bytes, carriage) {
            prop_assert_eq!(&written(|into| packet.write(into)), &bytes);
            let _ = meaning::of_v1(&packet);
        }
        if let Ok((packet, rest)) = PacketV2::parse(&bytes, carriage) {
            let mut again = written(|into| packet.write(into));
            again.extend(rest);
            // A length below the shortest header is read as that.
            let mut bytes = bytes.clone();
            bytes[0] = bytes[0].max(8);
            if let Some(at) = packet.data_header.map(|_| usize::from(bytes[0])) {
                bytes[at] = bytes[at].max(8);
            }
            prop_assert_eq!(again, bytes);
            let _ = meaning::of_v2(&packet);
        }
    }
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes);
    bytes
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    let mut bytes = Vec::new();
    for pair in digits.chunks(2) {
        bytes.put_u8(u8::from_str_radix(&String::from_iter(pair), 16).unwrap());
    }
    bytes
}
