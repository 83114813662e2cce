//! Strangers that speak the second version.

use msnp_codec::msn_object::ObjectType;
use msnp_core::Guid;
use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::Context;
use msnp_p2p::header_v2::{DataHeaderV2, DataKind, HeaderV2, Operation, PEER_INFO};
use msnp_p2p::meaning::{Meaning, of_v2};
use msnp_p2p::packet::{Carriage, PacketV2};
use msnp_p2p::slp::{Body, Method, SessionBody, SlpAddress, SlpMessage, StatusCode};
use msnp_p2p::{P2pEvent, TlvBuffer};

use crate::serving::published;
use crate::stranger::{Stranger, account, object, picture, session_of};

const NONE: Operation = Operation::NONE;
const WANTED: Operation = Operation::ACKNOWLEDGEMENT_WANTED;
const INTRODUCTION: Operation = Operation(3);

/// A packet of the stranger.
fn packet(operation: Operation, sequence: u32, tlvs: TlvBuffer, data: Option<Data<'_>>) -> Vec<u8> {
    let mut header = HeaderV2 { operation, message_length: 0, sequence, tlvs: tlvs.tlvs() };
    let mut data_tlvs = TlvBuffer::new();
    let data_header = data.map(|data| {
        if data.remaining > 0 {
            data_tlvs = data_tlvs.with(DataHeaderV2::REMAINING, &data.remaining.to_be_bytes());
        }
        let Data { kind, package, session, .. } = data;
        DataHeaderV2 { kind: DataKind(kind), package, session, tlvs: data_tlvs.tlvs() }
    });
    let data = data.map_or(&[][..], |data| data.bytes);
    if let Some(data_header) = data_header {
        let len = 8 + data_header.tlvs.as_bytes().len() + data.len();
        header.message_length = len.try_into().unwrap();
    }
    let mut written = vec![];
    PacketV2 { header, data_header, data, footer: Some(ApplicationId(0)) }.write(&mut written);
    written
}

#[derive(Clone, Copy)]
struct Data<'a> {
    kind: u8,
    package: u16,
    session: u32,
    remaining: u64,
    bytes: &'a [u8],
}

fn slp(bytes: &[u8]) -> Option<Data<'_>> {
    Some(Data { kind: 1, package: 0, session: 0, remaining: 0, bytes })
}

/// Our machine asks for an object and the stranger agrees; the invitation and the session.
fn agreed(
    stranger: &mut Stranger,
    object: &msnp_codec::msn_object::MsnObject,
) -> (SlpMessage, u32) {
    stranger.machine.fetch(stranger.now, &stranger.peer, object).unwrap();
    let said = stranger.packets();
    let (ours, _) = PacketV2::parse(&said[0], Carriage::Switchboard).unwrap();
    let invitation = SlpMessage::parse(ours.data).unwrap();
    let end = ours.header.next_sequence().to_be_bytes();
    let tlvs = TlvBuffer::new().with(HeaderV2::ACKNOWLEDGEMENT, &end);
    stranger.input(&packet(INTRODUCTION, 100, tlvs.with(HeaderV2::PEER_INFO, &PEER_INFO), None));
    let session = session_of(&invitation);
    let accepted = Body::Session(SessionBody::accepted(session));
    let mut text = vec![];
    invitation.answer(StatusCode::OK, accepted).print(&mut text);
    stranger.input(&packet(NONE, 100, TlvBuffer::new(), slp(&text)));
    stranger.packets();
    (invitation, session)
}

/// The stranger asks for an object: the text of it.
fn invitation(stranger: &Stranger, context: Option<Context>) -> Vec<u8> {
    let body = SessionBody::invitation(EufGuid::OBJECT, ApplicationId(11), 1234, context);
    let mut text = vec![];
    SlpMessage::request(
        Method::INVITE,
        SlpAddress::on_machine(account("alice@example.com"), Guid::from_bytes([1; 16])),
        SlpAddress::on_machine(account("bob@example.com"), stranger.peer.machine.unwrap()),
        Guid::from_bytes([7; 16]),
        Guid::from_bytes([8; 16]),
        Body::Session(body),
    )
    .print(&mut text);
    text
}

/// The sequences that our machine acknowledges.
fn acknowledged(stranger: &mut Stranger) -> Vec<u32> {
    let parsed = |packet: &Vec<u8>| {
        PacketV2::parse(packet, Carriage::Switchboard).unwrap().0.header.acknowledged()
    };
    stranger.packets().iter().filter_map(parsed).collect()
}

#[test]
fn the_second_version_asks_for_emoticons_with_11_and_pictures_with_12() {
    for (kind, number) in [
        (ObjectType::CUSTOM_EMOTICON, 11),
        (ObjectType::DISPLAY_PICTURE, 12),
        (ObjectType::WINK, 1),
        (ObjectType::VOICE_CLIP, 1),
    ] {
        let (object, _) = object("bob@example.com", kind, 100);
        let mut stranger = Stranger::v2();
        let (invitation, _) = agreed(&mut stranger, &object);
        let Body::Session(body) = invitation.body else { panic!("{invitation:?}") };
        assert_eq!(body.application_id, Some(ApplicationId(number)));
    }
}

#[test]
fn pieces_of_another_size_make_the_object_all_the_same() {
    for size in [1, 100, 1024, 1048, 1202] {
        let (object, content) = picture(3000);
        let mut stranger = Stranger::v2();
        let (_, session) = agreed(&mut stranger, &object);
        let (mut sequence, mut remaining) = (9000, 3000);
        for (at, bytes) in content.chunks(size).enumerate() {
            remaining -= u64::try_from(bytes.len()).unwrap();
            let kind = if at == 0 { 5 } else { 4 };
            let data = Data { kind, package: 1, session, remaining, bytes };
            stranger.input(&packet(NONE, sequence, TlvBuffer::new(), Some(data)));
            sequence += 100_000;
        }
        stranger.has_received(&content);
    }
}

#[test]
fn several_packets_and_zeros_may_stand_in_one_message() {
    let (object, content) = picture(3000);
    let mut stranger = Stranger::v2();
    let (_, session) = agreed(&mut stranger, &object);
    let pieces =
        [(5, 1976, &content[..1024]), (4, 952, &content[1024..2048]), (4, 0, &content[2048..])];
    let mut message = vec![];
    for (sequence, (kind, remaining, bytes)) in (0..).zip(pieces) {
        let data = Data { kind, package: 3, session, remaining, bytes };
        message.extend(packet(NONE, 5000 + sequence * 2000, TlvBuffer::new(), Some(data)));
    }
    message.extend([0; 4]);
    stranger.input(&message);
    stranger.has_received(&content);
}

#[test]
fn a_wish_in_the_first_piece_is_answered_for_the_whole() {
    let mut stranger = Stranger::v2();
    let (object, _) = published(&mut stranger, 900);
    let text = invitation(&stranger, Some(Context::of_object(&object)));
    // MSNPSharp splits what it asked about and asks in the first piece only.
    let (one, two) = text.split_at(300);
    let remaining = u64::try_from(two.len()).unwrap();
    let first = Data { kind: 1, package: 2, session: 0, remaining, bytes: one };
    let tlvs = TlvBuffer::new().with(HeaderV2::PEER_INFO, &PEER_INFO);
    stranger.input(&packet(INTRODUCTION, 1000, tlvs, Some(first)));
    let after_first = 1000 + 20 + 300;
    assert_eq!(acknowledged(&mut stranger), [after_first]);
    let second = Data { kind: 0, remaining: 0, bytes: two, ..first };
    stranger.input(&packet(NONE, after_first, TlvBuffer::new(), Some(second)));
    let whole = after_first + 8 + u32::try_from(two.len()).unwrap();
    assert_eq!(acknowledged(&mut stranger), [whole]);
    assert!(matches!(stranger.events()[..], [P2pEvent::Serving { .. }]));
}

#[test]
fn a_wish_in_the_last_piece_too_is_answered_once() {
    let mut stranger = Stranger::v2();
    let (object, _) = published(&mut stranger, 900);
    let text = invitation(&stranger, Some(Context::of_object(&object)));
    let (one, two) = text.split_at(300);
    let remaining = u64::try_from(two.len()).unwrap();
    let first = Data { kind: 1, package: 2, session: 0, remaining, bytes: one };
    stranger.input(&packet(WANTED, 1000, TlvBuffer::new(), Some(first)));
    stranger.packets();
    let second = Data { kind: 0, remaining: 0, bytes: two, ..first };
    stranger.input(&packet(WANTED, 1320, TlvBuffer::new(), Some(second)));
    assert_eq!(acknowledged(&mut stranger).len(), 1);
}

#[test]
fn data_that_nobody_wants_is_not_acknowledged() {
    let mut stranger = Stranger::v2();
    let data = Data { kind: 5, package: 1, session: 77, remaining: 0, bytes: &[1; 900] };
    stranger.input(&packet(WANTED, 500, TlvBuffer::new(), Some(data)));
    assert_eq!(acknowledged(&mut stranger), [], "who hears that it has come believes it");
    // Of a longer object, its end alone has come.
    let (object, _) = picture(3000);
    let (_, session) = agreed(&mut stranger, &object);
    let end = Data { kind: 4, session, bytes: &[1; 596], ..data };
    stranger.input(&packet(WANTED, 9000, TlvBuffer::new(), Some(end)));
    assert_eq!(acknowledged(&mut stranger), []);
}

#[test]
fn acknowledgements_that_want_none_get_none_for_ever() {
    let mut stranger = Stranger::v2();
    for number in 0..1000_u32 {
        let tlvs = TlvBuffer::new().with(HeaderV2::ACKNOWLEDGEMENT, &number.to_be_bytes());
        // aMSN 2013 introduces itself in each of them.
        let operation = if number % 2 == 0 { NONE } else { Operation::INTRODUCTION };
        stranger.input(&packet(operation, number, tlvs, None));
    }
    assert_eq!(stranger.packets(), Vec::<Vec<u8>>::new());
    assert_eq!(stranger.machine.deadline(), None);
}

#[test]
fn an_acknowledgement_that_wants_one_gets_one_that_wants_none() {
    let mut stranger = Stranger::v2();
    let tlvs = TlvBuffer::new()
        .with(HeaderV2::ACKNOWLEDGEMENT, &7_u32.to_be_bytes())
        .with(HeaderV2::PEER_INFO, &PEER_INFO);
    stranger.input(&packet(INTRODUCTION, 500, tlvs, None));
    let said = stranger.packets();
    let (answer, _) = PacketV2::parse(&said[0], Carriage::Switchboard).unwrap();
    assert_eq!((said.len(), of_v2(&answer)), (1, Meaning::Acknowledgement));
    assert_eq!((answer.header.operation, answer.header.acknowledged()), (NONE, Some(500)));
}

#[test]
fn what_amsn_2013_writes_wrongly_does_no_harm() {
    let mut stranger = Stranger::v2();
    let (object, _) = published(&mut stranger, 900);
    let text = invitation(&stranger, Some(Context::of_object(&object)));
    // A session too many behind the data header, another form of peer information, and letters in
    // the place of a sequence.
    let shifted = [&[0; 4][..], &text].concat();
    let info = [0x02, 0, 0, 0, 0x0e, 0, 0, 0, 0, 0, 1, 0x0f];
    let tlvs = TlvBuffer::new().with(HeaderV2::PEER_INFO, &info).with(2, b"1051");
    stranger.input(&packet(INTRODUCTION, 8, tlvs, slp(&shifted)));
    assert!(matches!(stranger.events()[..], [P2pEvent::MalformedSlp { .. }]));
    assert!(stranger.packets().len() <= 1);
    // The next one, well written, is heard.
    stranger.input(&packet(WANTED, 900, TlvBuffer::new(), slp(&text)));
    assert!(matches!(stranger.events()[..], [P2pEvent::Serving { .. }]));
}

#[test]
fn cve_2010_4528_a_short_packet_is_told_and_survived() {
    let mut stranger = Stranger::v2();
    let (object, _) = published(&mut stranger, 900);
    let text = invitation(&stranger, Some(Context::of_object(&object)));
    let tlvs = TlvBuffer::new().with(HeaderV2::PEER_INFO, &PEER_INFO);
    let whole = packet(INTRODUCTION, 1000, tlvs, slp(&text));
    for carriage in [Carriage::Direct, Carriage::Switchboard] {
        for len in 0..whole.len() - 4 {
            stranger.machine.input(stranger.now, &stranger.peer, carriage, &whole[..len]);
            let events = stranger.events();
            assert!(matches!(events[..], [P2pEvent::MalformedPacket { .. }]), "{len}: {events:?}");
        }
    }
    assert_eq!(stranger.packets(), Vec::<Vec<u8>>::new());
    // Without its footer it is still a packet.
    stranger.input(&whole[..whole.len() - 4]);
    assert!(matches!(stranger.events()[..], [P2pEvent::Serving { .. }]));
}

#[test]
fn lengths_that_lie_are_told_and_survived() {
    let good = packet(NONE, 1, TlvBuffer::new(), slp(b"nothing"));
    for at in 0..12 {
        for value in [0, 1, 7, 9, 0x7f, 0xff] {
            let mut packet = good.clone();
            packet[at] = value;
            let mut stranger = Stranger::v2();
            stranger.input(&packet);
            // What a length leaves over is read as another packet.
            let (events, answers) = (stranger.events(), stranger.packets());
            assert!(events.len() + answers.len() <= 3, "{at} {value}: {events:?}");
        }
    }
}

#[test]
fn a_remainder_that_no_memory_holds_is_refused_before_it_is_kept() {
    for remaining in [u64::MAX, 1 << 40] {
        let (object, _) = picture(900);
        let mut stranger = Stranger::v2();
        let (_, session) = agreed(&mut stranger, &object);
        let data = Data { kind: 5, package: 1, session, remaining, bytes: &[1; 900] };
        stranger.input(&packet(NONE, 5000, TlvBuffer::new(), Some(data)));
        let events = stranger.events();
        assert!(
            events.iter().all(|event| matches!(event, P2pEvent::TransferFailed { .. })),
            "{events:?}"
        );
        // One that overflows cannot be placed at all; the session ends by itself.
        while stranger.machine.deadline().is_some() {
            stranger.packets();
            stranger.wait();
        }
        let more = stranger.events();
        assert_eq!(events.len() + more.len(), 1, "{events:?} {more:?}");
    }
}

#[test]
fn a_sequence_that_wraps_goes_on() {
    let (object, content) = picture(3000);
    let mut stranger = Stranger::v2();
    let (_, session) = agreed(&mut stranger, &object);
    let (mut sequence, mut remaining) = (u32::MAX - 1500, 3000);
    for (at, bytes) in content.chunks(1000).enumerate() {
        remaining -= u64::try_from(bytes.len()).unwrap();
        let operation = if remaining == 0 { WANTED } else { NONE };
        let data =
            Data { kind: if at == 0 { 5 } else { 4 }, package: 1, session, remaining, bytes };
        let sent = packet(operation, sequence, TlvBuffer::new(), Some(data));
        let (parsed, _) = PacketV2::parse(&sent, Carriage::Switchboard).unwrap();
        sequence = parsed.header.next_sequence();
        stranger.input(&sent);
    }
    assert!(sequence < 5000);
    assert!(acknowledged(&mut stranger).contains(&sequence));
    stranger.has_received(&content);
}
