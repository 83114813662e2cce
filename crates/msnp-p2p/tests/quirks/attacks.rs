//! What brought down others, by its number where it has one.

use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::{Context, FileTransferContext};
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::meaning::Meaning;
use msnp_p2p::slp::{Body, StatusCode};
use msnp_p2p::{DeclineReason, P2pEvent, P2pLimits, TransferError};

use crate::negotiation::{answer, is_told};
use crate::serving::{invitation, published};
use crate::stranger::{Stranger, header, picture};

#[test]
fn cve_2004_0891_pieces_that_tell_other_lengths_are_put_where_there_is_room() {
    for (first, second) in [(10, 5000), (5000, 10), (1202, 1203)] {
        let (object, _) = picture(900);
        let mut stranger = Stranger::v1();
        let (_, session) = stranger.agrees_to(&object);
        for (total, offset) in [(first, 0), (second, 0), (second, 1202), (first, 4000)] {
            stranger.data(session, offset, total, &[1; 1202]);
        }
        let came = |event: &P2pEvent| matches!(event, P2pEvent::ObjectReceived { .. });
        assert!(!stranger.events().iter().any(came), "nothing of it is the object");
        // The next transfer is not harmed.
        stranger.packets();
        let (other, content) = picture(901);
        let (_, session) = stranger.agrees_to(&other);
        stranger.data(session, 0, 901, &content);
        assert!(stranger.events().iter().any(came), "{first} {second}");
    }
}

#[test]
fn cve_2005_1262_negotiation_without_a_word_in_it_is_told_and_survived() {
    for nothing in [&b""[..], b"\0", b"\r\n", b"\r\n\r\n", b"\r\n\r\n\0"] {
        let mut stranger = Stranger::v1();
        let (object, _) = published(&mut stranger, 900);
        stranger.negotiates(nothing);
        let events = stranger.events();
        assert!(matches!(events[..], [P2pEvent::MalformedSlp { .. }]), "{nothing:?}: {events:?}");
        stranger.sends(&invitation(ApplicationId::OBJECT, Some(Context::of_object(&object))));
        assert!(matches!(stranger.events()[..], [P2pEvent::Serving { .. }]));
    }
}

#[test]
fn cve_2005_1934_negotiation_of_a_length_below_0_is_refused_before_it_is_kept() {
    for total in [1 << 31, u64::from(u32::MAX), 1 << 63, u64::MAX] {
        let mut stranger = Stranger::v1();
        let (object, _) = published(&mut stranger, 900);
        stranger
            .says(HeaderV1 { identifier: 6, total, length: 9, ..HeaderV1::default() }, &[b'I'; 9]);
        assert_eq!(stranger.said(), []);
        assert_eq!(stranger.machine.deadline(), None, "nothing is waited for");
        stranger.sends(&invitation(ApplicationId::OBJECT, Some(Context::of_object(&object))));
        assert!(matches!(stranger.events()[..], [P2pEvent::Serving { .. }]));
    }
}

#[test]
fn cve_2008_2955_a_file_with_an_endless_name_is_declined_like_any_other() {
    for name in ["A".repeat(5000), "\u{e9}\u{6f22}".repeat(130), "..\\".repeat(90)] {
        let offer = FileTransferContext::new(&name, 7);
        assert!(offer.name.raw().encode_utf16().count() <= 260, "{name}");
        // As the others do it, with no NUL at all.
        let mut bytes = offer.to_bytes();
        bytes[20..540].fill(b'A');
        for context in [offer.encode(), Context::encode(&bytes)] {
            let mut stranger = Stranger::v1();
            let mut invitation = invitation(ApplicationId::FILE_TRANSFER, Some(context));
            let Body::Session(body) = &mut invitation.body else { panic!("{invitation:?}") };
            body.application = Some(EufGuid::FILE_TRANSFER);
            stranger.sends(&invitation);
            let answer = stranger.said().pop().unwrap();
            assert!(answer.data.starts_with(b"MSNSLP/1.0 603 "));
            is_told(&mut stranger, DeclineReason::UnknownApplication);
        }
    }
}

#[test]
fn cve_2008_2927_a_total_that_no_memory_holds_is_refused_before_it_is_kept() {
    for total in [u64::MAX, u64::from(u32::MAX), 1 << 31] {
        let (object, _) = picture(900);
        let mut stranger = Stranger::v1();
        let (_, session) = stranger.agrees_to(&object);
        stranger.says(HeaderV1 { total, ..header(session, 0, 0, 900) }, &[1; 900]);
        let events = stranger.events();
        let too_long = TransferError::TooLong { len: total };
        assert!(
            matches!(&events[..], [P2pEvent::TransferFailed { error, .. }] if *error == too_long),
            "{events:?}"
        );
    }
}

#[test]
fn cve_2009_1376_an_offset_that_overflows_is_not_of_the_message() {
    for offset in [u64::MAX, u64::MAX - 899, 1 << 63, 0xffff_ffff, 2000] {
        let (object, content) = picture(2000);
        let mut stranger = Stranger::v1();
        let (_, session) = stranger.agrees_to(&object);
        stranger.says(HeaderV1 { offset, ..header(session, 0, 2000, 900) }, &[1; 900]);
        stranger.data(session, 0, 2000, &content[..1202]);
        stranger.data(session, 1202, 2000, &content[1202..]);
        stranger.has_received(&content);
    }
}

#[test]
fn cve_2009_2694_data_of_a_message_that_said_no_size_goes_nowhere() {
    let (object, content) = picture(900);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    // First a message without a size, then more of it far behind its end.
    stranger.says(HeaderV1 { identifier: 6, ..header(session, 0, 0, 0) }, &[]);
    stranger
        .says(HeaderV1 { identifier: 6, offset: 1 << 40, ..header(session, 0, 0, 900) }, &[1; 900]);
    let failed = stranger.events();
    assert!(
        failed.is_empty()
            || matches!(
                failed[..],
                [P2pEvent::TransferFailed { error: TransferError::WrongContent, .. }]
            ),
        "{failed:?}"
    );
    let came = |event: &P2pEvent| matches!(event, P2pEvent::ObjectReceived { .. });
    stranger.data(session, 0, 900, &content);
    assert!(stranger.events().iter().filter(|event| came(event)).count() <= 1);
    // A length is said, and nothing is there.
    for flags in [0, 0x0100_0000, 0x20, 0x0100_0020, 0x0100_0030] {
        for session in [0, session] {
            let header = HeaderV1 { flags: Flags(flags), ..header(session, 0, 900, 900) };
            stranger.says(HeaderV1 { identifier: 7 + flags, ..header }, &[]);
        }
    }
    assert!(!stranger.events().iter().any(came));
    // And of a session that there is not.
    stranger.says(header(99, 0, 0, 900), &[1; 900]);
    assert!(!stranger.events().iter().any(came));
}

#[test]
fn cve_2009_3083_an_invitation_that_lacks_what_it_needs_is_told_and_survived() {
    let mut text = vec![];
    invitation(ApplicationId::OBJECT, None).print(&mut text);
    let text = String::from_utf8(text).unwrap();
    for header in ["To:", "From:", "Via:", "CSeq:", "Call-ID:", "Content-Type:", "SessionID:"] {
        let mut stranger = Stranger::v1();
        let without: Vec<_> = text.split("\r\n").filter(|line| !line.starts_with(header)).collect();
        stranger.negotiates(without.join("\r\n").as_bytes());
        let events = stranger.events();
        assert!(
            !events.iter().any(|event| matches!(event, P2pEvent::Serving { .. })),
            "{header} {events:?}"
        );
    }
}

#[test]
fn cve_2009_3084_ink_of_any_bytes_is_handed_out_as_it_is() {
    for ink in [&b"\0"[..], b"base64:", b"\xff\xfe", b"base64:!!!!"] {
        let mut stranger = Stranger::v1();
        stranger.says(HeaderV1 { flags: Flags::NONE, ..header(64, 0, ink.len(), ink.len()) }, ink);
        let events = stranger.events();
        assert!(matches!(&events[..], [P2pEvent::Ink { bytes, .. }] if bytes == ink), "{events:?}");
    }
}

#[test]
fn cve_2010_0013_no_object_is_found_by_a_path() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    for path in ["../../../../etc/passwd", "TFR2C.dat", "..\\accounts.xml", "/etc/passwd"] {
        for asked in [
            object.clone().without("SHA1D").with("Location", path),
            picture(901).0.with("Location", path),
        ] {
            stranger.sends(&invitation(ApplicationId::OBJECT, Some(Context::of_object(&asked))));
            assert_eq!(answer(&mut stranger).code(), Some(StatusCode::DECLINE), "{path}");
            is_told(&mut stranger, DeclineReason::UnknownObject);
        }
    }
}

#[test]
fn cve_2010_0277_every_beginning_of_an_invitation_is_survived() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    let mut text = vec![];
    invitation(ApplicationId::OBJECT, Some(Context::of_object(&object))).print(&mut text);
    let body = text.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    for len in 1..body {
        stranger.negotiates(&text[..len]);
        stranger.packets();
        let events = stranger.events();
        assert!(!events.iter().any(|event| matches!(event, P2pEvent::Serving { .. })), "{len}");
    }
}

#[test]
fn cve_2010_1624_an_invitation_without_a_context_is_an_error_of_theirs() {
    let mut stranger = Stranger::v1();
    stranger.sends(&invitation(ApplicationId::CUSTOM_EMOTICON, None));
    assert_eq!(answer(&mut stranger).code(), Some(StatusCode::INTERNAL_ERROR));
    is_told(&mut stranger, DeclineReason::NoContext);
}

#[test]
fn cve_2010_3711_a_context_that_is_not_base64_is_no_context() {
    for context in ["", "!!!!", "====", "\u{e9}\u{e9}", "YWJj"] {
        let mut stranger = Stranger::v1();
        let context = Some(Context::from_text(context));
        stranger.sends(&invitation(ApplicationId::OBJECT, context));
        assert_eq!(answer(&mut stranger).code(), Some(StatusCode::INTERNAL_ERROR));
        is_told(&mut stranger, DeclineReason::NoContext);
    }
}

#[test]
fn many_messages_that_never_end_are_bounded_and_one_more_still_comes() {
    let (object, content) = picture(900);
    let mut stranger = Stranger::v1();
    let (_, session) = stranger.agrees_to(&object);
    for identifier in 0..10_000 {
        stranger.says(HeaderV1 { identifier, ..header(session, 0, 1 << 20, 1202) }, &[1; 1202]);
        stranger.says(HeaderV1 { identifier, ..header(identifier | 1 << 31, 0, 9, 9) }, &[1; 9]);
    }
    assert!(stranger.packets().len() < 200, "answers are bounded");
    stranger.events();
    stranger.data(session, 0, 900, &content);
    stranger.has_received(&content);
}

#[test]
fn sessions_of_a_stranger_are_answered_once_and_never_kept() {
    let mut stranger = Stranger::v1();
    for _ in 0..100 {
        stranger.data(77, 0, 5000, &[1; 1202]);
    }
    assert_eq!(stranger.meanings(), [Meaning::Reset]);
    assert_eq!(stranger.machine.deadline(), None);
}

#[test]
fn more_invitations_than_there_may_be_are_declined() {
    let mut stranger = Stranger::v1();
    let (object, _) = published(&mut stranger, 900);
    let mut declined = 0;
    for number in 0..100_u8 {
        let mut invitation = invitation(ApplicationId::OBJECT, Some(Context::of_object(&object)));
        invitation.call_id = msnp_core::Guid::from_bytes([number; 16]);
        if let Body::Session(body) = &mut invitation.body {
            body.session_id = Some(1000 + u32::from(number));
        }
        stranger.sends(&invitation);
        let events = stranger.events();
        let too_many = DeclineReason::TooMany;
        declined += usize::from(
            matches!(&events[..], [P2pEvent::InvitationDeclined { reason, .. }] if *reason == too_many),
        );
    }
    assert_eq!(declined, 100 - P2pLimits::DEFAULT.transfers);
}
