//! Somebody fetches an object in a way of their own.

use bytes::Bytes;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::Guid;
use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::Context;
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::meaning::Meaning;
use msnp_p2p::slp::{Body, Method, SessionBody, SessionEnd, SlpMessage, StatusCode};
use msnp_p2p::{P2pEvent, TransferError};

use crate::stranger::{Said, Stranger, account, object};

/// An object of our machine's own.
pub(crate) fn published(stranger: &mut Stranger, len: usize) -> (MsnObject, Bytes) {
    let (object, content) = object("alice@example.com", ObjectType::DISPLAY_PICTURE, len);
    assert!(stranger.machine.publish(object.clone(), content.clone()));
    (object, content)
}

/// The stranger's invitation.
pub(crate) fn invitation(id: ApplicationId, context: Option<Context>) -> SlpMessage {
    let body = SessionBody::invitation(EufGuid::OBJECT, id, 1234, context);
    SlpMessage::request(
        Method::INVITE,
        account("alice@example.com").into(),
        account("bob@example.com").into(),
        Guid::from_bytes([7; 16]),
        Guid::from_bytes([8; 16]),
        Body::Session(body),
    )
}

/// The stranger asks, and our machine has prepared its data: the preparation.
fn prepared(stranger: &mut Stranger, object: &MsnObject) -> (SlpMessage, Said) {
    let invitation = invitation(ApplicationId::OBJECT, Some(Context::of_object(object)));
    stranger.sends(&invitation);
    let said = stranger.said();
    let meanings: Vec<_> = said.iter().map(|said| said.meaning).collect();
    assert_eq!(meanings, [Meaning::Acknowledgement, Meaning::Slp, Meaning::DataPreparation]);
    stranger.acknowledges(&said[1]);
    assert!(matches!(stranger.events()[..], [P2pEvent::Serving { .. }]));
    (invitation, said[2].clone())
}

#[test]
fn an_acknowledgement_may_copy_the_total_or_leave_it_0() {
    for copies in [true, false] {
        let mut stranger = Stranger::v1();
        let (object, content) = published(&mut stranger, 900);
        let (_, preparation) = prepared(&mut stranger, &object);
        let answer = |header: HeaderV1| HeaderV1 {
            total: if copies { header.total } else { 0 },
            ..header.acknowledgement(42)
        };
        stranger.says(answer(preparation.header), &[]);
        let said = stranger.said();
        assert_eq!((said[0].meaning, &said[0].data[..]), (Meaning::Data, &content[..]));
        stranger.says(answer(said[0].header), &[]);
        assert!(matches!(stranger.events()[..], [P2pEvent::Served { confirmed: true, .. }]));
    }
}

#[test]
fn nobody_has_to_acknowledge_the_preparation_or_the_data() {
    let mut stranger = Stranger::v1();
    let (object, content) = published(&mut stranger, 900);
    prepared(&mut stranger, &object);
    assert_eq!(stranger.said(), []);
    stranger.wait();
    let said = stranger.said();
    assert_eq!((said.len(), &said[0].data[..]), (1, &content[..]));
    let mut events = vec![];
    while events.is_empty() {
        stranger.wait();
        events = stranger.events();
    }
    assert!(matches!(events[..], [P2pEvent::Served { confirmed: false, .. }]), "{events:?}");
}

#[test]
fn acknowledgements_are_not_acknowledged() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    let invitation = invitation(ApplicationId::OBJECT, Some(Context::of_object(&object)));
    stranger.sends(&invitation);
    let said = stranger.said();
    for _ in 0..100 {
        // Of our acknowledgement, and again of the answer that it belongs to.
        stranger.acknowledges(&said[0]);
        stranger.acknowledges(&said[1]);
    }
    assert_eq!(stranger.said(), []);
}

#[test]
fn a_negative_acknowledgement_says_where_to_go_on() {
    let mut stranger = Stranger::v1();
    let (object, content) = published(&mut stranger, 5000);
    let (_, preparation) = prepared(&mut stranger, &object);
    stranger.acknowledges(&preparation);
    let said = stranger.said();
    assert_eq!(said.len(), 5);
    stranger.says(said[4].header.negative_acknowledgement(43, 2404), &[]);
    let again = stranger.said();
    let offsets: Vec<_> = again.iter().map(|said| said.header.offset).collect();
    assert_eq!(offsets, [2404, 3606, 4808]);
    assert_eq!(again[0].data, &content[2404..3606]);
    stranger.acknowledges(&again[2]);
    assert!(matches!(stranger.events()[..], [P2pEvent::Served { confirmed: true, .. }]));
}

#[test]
fn a_negative_acknowledgement_beyond_the_end_changes_nothing() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    let (_, preparation) = prepared(&mut stranger, &object);
    stranger.acknowledges(&preparation);
    let said = stranger.said();
    stranger.says(said[0].header.negative_acknowledgement(43, u64::MAX), &[]);
    assert_eq!(stranger.said(), []);
}

#[test]
fn an_invitation_that_comes_twice_is_one() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    let (invitation, _) = prepared(&mut stranger, &object);
    stranger.sends(&invitation);
    assert_eq!(stranger.meanings(), [Meaning::Acknowledgement]);
    assert_eq!(stranger.events(), []);
}

#[test]
fn a_session_id_of_64_bits_is_served_with_its_low_32() {
    let mut stranger = Stranger::v1();
    let (object, content) = published(&mut stranger, 900);
    let mut text = vec![];
    invitation(ApplicationId::OBJECT, Some(Context::of_object(&object))).print(&mut text);
    let text = String::from_utf8(text).unwrap();
    let wide = text.replace("SessionID: 1234\r", "SessionID: 4294968530\r");
    stranger.negotiates(wide.as_bytes());
    let said = stranger.said();
    assert_eq!((said[2].meaning, said[2].header.session), (Meaning::DataPreparation, 1234));
    stranger.acknowledges(&said[2]);
    let said = stranger.said();
    assert_eq!((said[0].header.session, &said[0].data[..]), (1234, &content[..]));
}

#[test]
fn the_footer_is_the_number_of_the_invitation() {
    for (asked, footer) in [(0, 1), (1, 1), (11, 11), (12, 12)] {
        let mut stranger = Stranger::v1();
        let (object, _) = published(&mut stranger, 900);
        stranger.sends(&invitation(ApplicationId(asked), Some(Context::of_object(&object))));
        assert_eq!(stranger.said()[2].footer, ApplicationId(footer));
    }
}

#[test]
fn an_object_is_known_by_its_hash_and_not_by_the_words_around_it() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    // aMSN leaves out what it does not need, others write names anew.
    let asked = object.without("SHA1C").without("Friendly").with("Location", "other.tmp");
    prepared(&mut stranger, &asked);
}

#[test]
fn a_603_in_the_midst_of_the_data_stops_it() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 100_000);
    let (invitation, preparation) = prepared(&mut stranger, &object);
    stranger.acknowledges(&preparation);
    let mut packet = vec![];
    let carriage = msnp_p2p::packet::Carriage::Switchboard;
    stranger.machine.transmit(stranger.now, &stranger.peer, carriage, &mut packet).unwrap();
    // Pidgin 2.7.5 declines its own invitation where others say goodbye.
    let body = Body::Session(SessionBody::refused(1234));
    let mut decline = invitation.answer(StatusCode::DECLINE, body);
    std::mem::swap(&mut decline.to, &mut decline.from);
    stranger.sends(&decline);
    assert_eq!(stranger.meanings(), [Meaning::Acknowledgement], "no more data");
    let events = stranger.events();
    let cancelled = TransferError::CancelledByPeer;
    assert!(
        matches!(&events[..], [P2pEvent::TransferFailed { error, .. }] if *error == cancelled),
        "{events:?}"
    );
}

#[test]
fn a_goodbye_after_the_data_ends_it_well_but_confirms_nothing() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    let (invitation, preparation) = prepared(&mut stranger, &object);
    stranger.acknowledges(&preparation);
    assert_eq!(stranger.meanings(), [Meaning::Data]);
    let bye = SlpMessage::request(
        Method::BYE,
        invitation.to.clone(),
        invitation.from.clone(),
        Guid::from_bytes([5; 16]),
        invitation.call_id,
        Body::SessionClose(SessionEnd::default()),
    );
    stranger.sends(&bye);
    let events = stranger.events();
    assert!(matches!(events[..], [P2pEvent::Served { confirmed: false, .. }]), "{events:?}");
}

#[test]
fn a_reset_ends_the_session() {
    for flags in [Flags::RESET, Flags::ERROR] {
        let mut stranger = Stranger::v1();
        let (object, _) = published(&mut stranger, 900);
        let (_, preparation) = prepared(&mut stranger, &object);
        stranger.says(HeaderV1 { flags, ..preparation.header.acknowledgement(44) }, &[]);
        let events = stranger.events();
        assert!(
            matches!(events[..], [P2pEvent::TransferFailed { error: TransferError::Reset, .. }]),
            "{events:?}"
        );
    }
}
