//! Messages of MSNSLP that are not what one would expect.

use msnp_core::Guid;
use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::Context;
use msnp_p2p::meaning::Meaning;
use msnp_p2p::slp::{
    Body, Method, SessionBody, SlpMessage, StatusCode, TransportRequest, TransportResponse,
};
use msnp_p2p::{DeclineReason, P2pEvent};

use crate::serving::{invitation, published};
use crate::stranger::{Stranger, picture};

#[test]
fn a_connection_that_is_asked_for_or_offered_is_declined_and_the_session_goes_on() {
    let bodies = [
        Body::TransportRequest(Box::<TransportRequest>::default()),
        Body::TransportResponse(Box::<TransportResponse>::default()),
    ];
    for body in bodies {
        let (object, content) = picture(900);
        let mut stranger = Stranger::v1();
        let (ours, session) = stranger.agrees_to(&object);
        // aMSN keeps the branch of the session for it, and both keep its call.
        let mut offer = ours.clone();
        std::mem::swap(&mut offer.to, &mut offer.from);
        offer.body = body;
        stranger.sends(&offer);
        let said = stranger.said();
        assert_eq!(said[1].meaning, Meaning::Slp);
        let answer = SlpMessage::parse(&said[1].data).unwrap();
        assert_eq!(answer.code(), Some(StatusCode::DECLINE));
        assert_eq!((answer.branch, answer.call_id), (offer.branch, offer.call_id));
        stranger.acknowledges(&said[1]);
        stranger.data(session, 0, 900, &content);
        stranger.has_received(&content);
    }
}

#[test]
fn an_answer_about_a_connection_says_nothing_of_the_session() {
    let bodies = [
        Body::TransportRequest(Box::<TransportRequest>::default()),
        Body::TransportResponse(Box::<TransportResponse>::default()),
    ];
    for body in bodies {
        for code in [StatusCode::OK, StatusCode::DECLINE, StatusCode::INTERNAL_ERROR] {
            let (object, content) = picture(900);
            let mut stranger = Stranger::v1();
            let (ours, session) = stranger.agrees_to(&object);
            stranger.sends(&ours.answer(code, body.clone()));
            assert_eq!(stranger.events(), []);
            stranger.data(session, 0, 900, &content);
            stranger.has_received(&content);
        }
    }
}

#[test]
fn news_of_an_address_in_a_call_of_zeros_changes_nothing() {
    let (object, content) = picture(900);
    let mut stranger = Stranger::v1();
    let (ours, session) = stranger.agrees_to(&object);
    // MSNPSharp says it so, and expects no answer.
    let body = Body::TransportUpdate(Box::default());
    let (to, from) = (ours.from.clone(), ours.to.clone());
    stranger.sends(&SlpMessage::request(Method::ACK, to, from, ours.branch, Guid::NIL, body));
    assert_eq!(stranger.meanings(), [Meaning::Acknowledgement]);
    stranger.data(session, 0, 900, &content);
    stranger.has_received(&content);
}

#[test]
fn a_header_without_a_value_is_passed_over() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    let mut text = vec![];
    invitation(ApplicationId::OBJECT, Some(Context::of_object(&object))).print(&mut text);
    let text = String::from_utf8(text).unwrap();
    let text = text.replace("Max-Forwards: 0\r\n", "Max-Forwards:\r\nX\r\n: \r\n");
    stranger.negotiates(text.as_bytes());
    assert!(matches!(stranger.events()[..], [P2pEvent::Serving { .. }]));
}

#[test]
fn what_nobody_does_here_is_declined_and_told() {
    let photo = EufGuid::PHOTO_SHARING;
    for application in [EufGuid(Guid::from_bytes([9; 16])), EufGuid::WEBCAM_VIEWER, photo] {
        let mut stranger = Stranger::v1();
        let mut invitation = invitation(ApplicationId::WEBCAM, None);
        let Body::Session(body) = &mut invitation.body else { panic!("{invitation:?}") };
        body.application = Some(application);
        stranger.sends(&invitation);
        assert_eq!(answer(&mut stranger).code(), Some(StatusCode::DECLINE));
        let reason = DeclineReason::UnknownApplication;
        is_told(&mut stranger, reason);
    }
}

#[test]
fn an_invitation_to_somebody_else_is_not_found() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    let mut invitation = invitation(ApplicationId::OBJECT, Some(Context::of_object(&object)));
    invitation.to = crate::stranger::account("carol@example.com").into();
    stranger.sends(&invitation);
    assert_eq!(answer(&mut stranger).code(), Some(StatusCode::NOT_FOUND));
    is_told(&mut stranger, DeclineReason::WrongAddress);
}

#[test]
fn an_answer_to_nothing_is_acknowledged_and_forgotten() {
    let mut stranger = Stranger::v1();
    let invitation = invitation(ApplicationId::OBJECT, None);
    for code in [StatusCode::OK, StatusCode::DECLINE, StatusCode(700)] {
        stranger.sends(&invitation.answer(code, Body::Session(SessionBody::accepted(1234))));
        assert_eq!(stranger.meanings(), [Meaning::Acknowledgement]);
    }
    assert_eq!(stranger.events(), []);
    assert_eq!(stranger.machine.deadline(), None);
}

/// What our machine said beside its acknowledgement.
pub(crate) fn answer(stranger: &mut Stranger) -> SlpMessage {
    let said = stranger.said();
    assert_eq!(said[0].meaning, Meaning::Acknowledgement);
    assert_eq!(said.len(), 2, "{said:?}");
    SlpMessage::parse(&said[1].data).unwrap()
}

#[track_caller]
pub(crate) fn is_told(stranger: &mut Stranger, expected: DeclineReason) {
    let events = stranger.events();
    assert!(
        matches!(&events[..], [P2pEvent::InvitationDeclined { reason, .. }] if *reason == expected),
        "{events:?}"
    );
}
