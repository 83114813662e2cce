//! Somebody serves an object in a way of their own.

use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_p2p::application::ApplicationId;
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::meaning::Meaning;
use msnp_p2p::slp::{Body, Method, SessionBody, SessionEnd, SlpMessage, StatusCode};
use msnp_p2p::{P2pEvent, TransferError};

use crate::stranger::{Stranger, header, object, picture, session_of};

#[test]
fn a_length_of_0_or_beyond_the_message_changes_nothing() {
    for length in [0, 1, 5000, u32::MAX] {
        let (object, content) = picture(3000);
        let mut stranger = Stranger::v1();
        let (_, session) = stranger.agrees_to(&object);
        for (at, piece) in content.chunks(1202).enumerate() {
            let header = HeaderV1 { length, ..header(session, at * 1202, 3000, 0) };
            stranger.says(header, piece);
        }
        stranger.has_received(&content);
    }
}

#[test]
fn what_lies_behind_the_end_of_a_message_is_not_of_it() {
    let (object, content) = picture(900);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    let longer = [&content[..], b"more than was said"].concat();
    stranger.data(session, 0, 900, &longer);
    stranger.has_received(&content);
}

#[test]
fn any_footer_will_do() {
    for footer in [0, 1, 2, 11, 12, 0x0100_0000] {
        let (object, content) = picture(900);
        let mut stranger = Stranger::v1();
        let (_, session) = stranger.agrees_to(&object);
        stranger.says_with_footer(header(session, 0, 900, 900), &content, footer);
        stranger.has_received(&content);
    }
}

#[test]
fn the_first_version_asks_for_each_kind_with_the_number_1() {
    for kind in [ObjectType::DISPLAY_PICTURE, ObjectType::CUSTOM_EMOTICON, ObjectType::WINK] {
        let (object, _) = object("bob@example.com", kind, 100);
        let mut stranger = Stranger::v1();
        let invitation = stranger.is_asked_for(&object);
        let Body::Session(body) = &invitation.body else { panic!("{invitation:?}") };
        assert_eq!(body.application_id, Some(ApplicationId::OBJECT));
    }
}

#[test]
fn amsn_2012_cuts_smaller_and_numbers_each_packet() {
    let (object, content) = picture(3000);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    for (at, piece) in (0..).zip(content.chunks(1152)) {
        let offset = usize::try_from(at).unwrap() * 1152;
        let header = header(session, offset, 3000, piece.len());
        stranger.says(HeaderV1 { acknowledged_identifier: 500 + at, ..header }, piece);
    }
    stranger.has_received(&content);
    let answer = stranger.said()[0].header;
    let named = (answer.acknowledged_unique, answer.acknowledged_size, answer.total);
    assert_eq!(named, (502, 3000, 3000), "of the last packet");
}

#[test]
fn late_clients_set_a_bit_that_means_nothing() {
    let (object, content) = picture(2000);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    let late =
        |header: HeaderV1| HeaderV1 { flags: header.flags.with(Flags::LATE_CLIENT), ..header };
    let preparation = HeaderV1 { flags: Flags::NONE, identifier: 4, ..header(session, 0, 4, 4) };
    stranger.says(late(preparation), &[0; 4]);
    assert_eq!(stranger.meanings(), [Meaning::Acknowledgement]);
    stranger.says(late(header(session, 0, 2000, 1202)), &content[..1202]);
    stranger.says(late(header(session, 1202, 2000, 798)), &content[1202..]);
    stranger.has_received(&content);
}

#[test]
fn data_may_come_before_the_answer_and_without_a_preparation() {
    let (object, content) = picture(2000);
    let mut stranger = Stranger::v1();
    let invitation = stranger.is_asked_for(&object);
    let session = session_of(&invitation);
    stranger.data(session, 0, 2000, &content[..1202]);
    let accepted = Body::Session(SessionBody::accepted(session));
    stranger.sends(&invitation.answer(StatusCode::OK, accepted));
    stranger.data(session, 1202, 2000, &content[1202..]);
    stranger.has_received(&content);
}

#[test]
fn an_empty_packet_may_announce_the_data() {
    let (object, content) = picture(900);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    stranger.data(session, 0, 900, &[]);
    assert_eq!(stranger.said(), []);
    stranger.data(session, 0, 900, &content);
    stranger.has_received(&content);
}

#[test]
fn pieces_are_put_where_their_offset_says() {
    let (object, content) = picture(6000);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    for (at, piece) in content.chunks(1202).enumerate().rev() {
        stranger.data(session, at * 1202, 6000, piece);
    }
    stranger.has_received(&content);
}

#[test]
fn pieces_that_come_twice_or_overlap_are_there_once() {
    let (object, content) = picture(3000);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    for (from, to) in [(0, 1202), (0, 1202), (600, 1802), (1000, 2404), (1202, 2404), (2404, 3000)]
    {
        stranger.data(session, from, 3000, &content[from..to]);
    }
    stranger.has_received(&content);
}

#[test]
fn sessions_that_are_mixed_stay_apart() {
    let (one, first) = picture(3000);
    let (two, second) = object("bob@example.com", ObjectType::CUSTOM_EMOTICON, 2900);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&one);
    let (_, other) = stranger.agrees_to(&two);
    for at in [0, 1202, 2404] {
        // The same identifier in both: only the session tells them apart.
        for (session, content) in [(session, &first), (other, &second)] {
            let piece = &content[at..content.len().min(at + 1202)];
            let header = header(session, at, content.len(), piece.len());
            stranger.says(HeaderV1 { identifier: 31, ..header }, piece);
        }
    }
    let came: Vec<_> = stranger
        .events()
        .into_iter()
        .map(|event| match event {
            P2pEvent::ObjectReceived { content, .. } => content,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(came, [first, second]);
}

#[test]
fn both_directions_may_use_the_same_identifiers() {
    let (object, content) = picture(900);
    let mut stranger = Stranger::v1();
    stranger.machine.fetch(stranger.now, &stranger.peer, &object).unwrap();
    let said = stranger.said();
    let ours = said[0].header.identifier;
    stranger.acknowledges(&said[0]);
    let invitation = SlpMessage::parse(&said[0].data).unwrap();
    let session = session_of(&invitation);
    stranger.next = ours - 1;
    stranger
        .sends(&invitation.answer(StatusCode::OK, Body::Session(SessionBody::accepted(session))));
    let answers = stranger.said();
    assert_eq!(answers[0].header.acknowledged_identifier, ours);
    let taken = answers[0].header.identifier;
    stranger.says(HeaderV1 { identifier: taken, ..header(session, 0, 900, 900) }, &content);
    stranger.has_received(&content);
}

#[test]
fn an_object_may_lack_all_but_its_type_size_and_hash() {
    let (object, content) = picture(900);
    let bare = object.without("SHA1C").without("Location").without("Friendly");
    let bare = MsnObject::parse(&bare.to_string()).unwrap();
    assert_eq!((bare.hash(), bare.location()), (None, None));
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&bare);
    stranger.data(session, 0, 900, &content);
    stranger.has_received(&content);
}

#[test]
fn a_peer_that_asks_whether_all_is_there_is_told() {
    let (object, content) = picture(2000);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    let asks = HeaderV1 { flags: Flags::ACKNOWLEDGEMENT_WANTED, ..header(session, 0, 2000, 0) };
    stranger.data(session, 0, 2000, &content[..1202]);
    stranger.says(asks, &[]);
    let answer = &stranger.said()[0];
    assert_eq!(answer.meaning, Meaning::NegativeAcknowledgement);
    assert_eq!(answer.header.acknowledged_size, 1202, "from where to go on");
    // The wish may also stand beside the data.
    let last = header(session, 1202, 2000, 798);
    let flags = last.flags.with(Flags::ACKNOWLEDGEMENT_WANTED);
    stranger.says(HeaderV1 { flags, ..last }, &content[1202..]);
    stranger.has_received(&content);
    assert_eq!(stranger.meanings(), [Meaning::Acknowledgement, Meaning::Slp]);
    stranger.says(asks, &[]);
    assert_eq!(stranger.meanings(), [Meaning::Acknowledgement]);
}

#[test]
fn the_one_who_serves_may_say_goodbye_too() {
    let (object, content) = picture(900);
    let mut stranger = Stranger::v1();
    let (invitation, session) = stranger.agrees_to(&object);
    stranger.data(session, 0, 900, &content);
    stranger.has_received(&content);
    let own_goodbye = stranger.said().pop().unwrap();
    assert!(own_goodbye.data.starts_with(b"BYE"));
    stranger.acknowledges(&own_goodbye);
    stranger.sends(&bye(&invitation, None));
    assert_eq!(stranger.meanings(), [Meaning::Acknowledgement], "and no goodbye to a goodbye");
    assert_eq!(stranger.events(), []);
}

#[test]
fn nobody_has_to_acknowledge_or_say_anything_after_the_data() {
    let (object, content) = picture(900);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    stranger.data(session, 0, 900, &content);
    stranger.has_received(&content);
    while stranger.machine.deadline().is_some() {
        stranger.packets();
        stranger.wait();
    }
    assert_eq!(stranger.events(), []);
}

#[test]
fn a_603_in_the_midst_of_the_data_ends_it() {
    let (object, content) = picture(2000);
    let mut stranger = Stranger::v1();
    let (invitation, session) = stranger.agrees_to(&object);
    stranger.data(session, 0, 2000, &content[..1202]);
    let refused = Body::Session(SessionBody::refused(session));
    stranger.sends(&invitation.answer(StatusCode::DECLINE, refused));
    let events = stranger.events();
    assert!(
        matches!(
            events[..],
            [P2pEvent::TransferFailed { error: TransferError::Refused(StatusCode::DECLINE), .. }]
        ),
        "{events:?}"
    );
}

#[test]
fn a_goodbye_with_another_call_is_known_by_its_session() {
    let (object, _) = picture(2000);
    let mut stranger = Stranger::v1();
    let (mut invitation, session) = stranger.agrees_to(&object);
    invitation.call_id = msnp_core::Guid::from_bytes([0x55; 16]);
    stranger.sends(&bye(&invitation, None));
    assert_eq!(stranger.events(), [], "neither its call nor its session is known");
    stranger.sends(&bye(&invitation, Some(session)));
    let events = stranger.events();
    let cancelled = TransferError::CancelledByPeer;
    assert!(
        matches!(&events[..], [P2pEvent::TransferFailed { error, .. }] if *error == cancelled),
        "{events:?}"
    );
}

#[test]
fn a_goodbye_may_name_its_sender() {
    let (object, _) = picture(2000);
    let mut stranger = Stranger::v1();
    let (invitation, _) = stranger.agrees_to(&object);
    let mut text = vec![];
    bye(&invitation, None).print(&mut text);
    let text = String::from_utf8(text).unwrap();
    let named = text.replace("BYE MSNMSGR:alice@", "BYE MSNMSGR:bob@");
    assert_ne!(text, named);
    stranger.negotiates(named.as_bytes());
    let events = stranger.events();
    assert!(matches!(events[..], [P2pEvent::TransferFailed { .. }]), "{events:?}");
}

/// The goodbye of the one who was invited.
fn bye(invitation: &SlpMessage, session_id: Option<u32>) -> SlpMessage {
    let end = SessionEnd { session_id, ..SessionEnd::default() };
    SlpMessage::request(
        Method::BYE,
        invitation.from.clone(),
        invitation.to.clone(),
        msnp_core::Guid::from_bytes([3; 16]),
        invitation.call_id,
        Body::SessionClose(end),
    )
}
