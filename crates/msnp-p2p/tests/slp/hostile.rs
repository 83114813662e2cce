//! What crashed others, or was meant to.

use msnp_codec::msn_object::ObjectType;
use msnp_p2p::context::{Context, ContextError, safe_file_name};
use msnp_p2p::slp::{
    Body, Bridge, Method, SlpError, SlpMessage, StartLine, StatusCode, Tolerance,
    TransportAddresses, TransportRequest,
};

use crate::messages::{headers, invitation, printed, raw, read, request, session_of, with_body};

fn error(text: &str) -> SlpError {
    SlpMessage::parse(text.as_bytes()).expect_err(text)
}

#[test]
fn a_message_longer_than_any_real_one_is_refused_before_it_is_read() {
    let text = with_body("sessionreqbody", &"A: 1\r\n".repeat(11_000));
    assert_eq!(error(&text), SlpError::TooLong { len: text.len() });
}

#[test]
fn cve_2005_1262_a_message_with_an_empty_body_is_a_value() {
    for start in ["ACK MSNMSGR:alice@example.com MSNSLP/1.0", "MSNSLP/1.0 200 OK"] {
        let message = read(&raw(start, &headers(), ""), &[Tolerance::NoContentLength]);
        let body = Body::Unknown { content_type: "".into(), bytes: vec![] };
        assert_eq!(message.body, body);
    }
}

#[test]
fn cve_2010_3711_a_context_of_no_length_describes_nothing() {
    for context in ["", "=", "==", "\0", "AA=="] {
        let context = Context::from_text(context);
        assert!(matches!(context.object(), Err(ContextError::Object(_))), "{context:?}");
    }
}

#[test]
fn cve_2010_0013_the_location_of_an_object_is_not_a_place_to_open() {
    let context = Context::encode(
        b"<msnobj Creator=\"alice@example.com\" Size=\"1\" Type=\"2\" \
          Location=\"../../../../etc/passwd\" Friendly=\"AAA=\" SHA1D=\"4OKtSPFcJq0+UrK7Jb27hO+K2NU=\"/>",
    );
    let message = read(&printed(&invitation(context)), &[]);
    let object = session_of(&message).context.as_ref().unwrap().object().unwrap();
    assert_eq!(object.kind(), Some(ObjectType::CUSTOM_EMOTICON));
    assert_eq!(safe_file_name(object.location().unwrap()), "passwd");
}

#[test]
fn cve_2010_0277_a_header_block_without_its_end_is_a_value_or_an_error() {
    let text = printed(&invitation(Context::encode(b"<msnobj/>\0")));
    for len in 0..text.len() {
        if let Ok(message) = SlpMessage::parse(&text.as_bytes()[..len]) {
            assert_eq!(message.method(), Some(&Method::INVITE), "{len}");
        }
    }
}

#[test]
fn cve_2010_1624_an_invitation_without_context_application_or_session_is_a_value() {
    for body in ["", "\0", "\r\n\0", "Context\r\n\r\n\0", "Context:\r\nAppID:\r\nSessionID:\r\n"] {
        let message = read(&with_body("sessionreqbody", body), &[]);
        let body = session_of(&message);
        assert_eq!((body.application, body.application_id, body.session_id), (None, None, None));
        assert!(body.context.as_ref().is_none_or(|context| context.object().is_err()));
    }
}

#[test]
fn cve_2013_6482_a_header_without_a_value_is_one_that_is_not_understood() {
    for header in ["To", "From", "Call-ID"] {
        let text = raw(
            "INVITE MSNMSGR:alice@example.com MSNSLP/1.0",
            &headers().replace(&format!("{header}: "), &format!("{header}\r\nX: ")),
            "",
        );
        assert_eq!(error(&text), SlpError::Unreadable { header });
        let text = text.replace(&format!("\r\n{header}\r\n"), "\r\n");
        assert_eq!(error(&text), SlpError::Missing { header });
    }
}

#[test]
fn a_first_line_that_is_none_says_where() {
    for (line, at) in [
        ("", 0),
        ("\0\0\0\0", 0),
        ("INVITE", 6),
        ("INVITE MSNMSGR:alice@example.com", 32),
        ("INVITE MSNMSGR:alice@example.com HTTP/1.0", 33),
        ("MSNSLP/1.0", 6),
        ("MSNSLP/1.0 OK", 6),
        ("MSNSLP/1.0 70000 OK", 6),
        (&"A".repeat(33), 0),
    ] {
        let text = raw(line, &headers(), "");
        assert_eq!(error(&text), SlpError::StartLine { at }, "{line}");
    }
}

#[test]
fn an_account_that_could_not_sign_in_is_refused() {
    for account in ["", "alice", &format!("{}@example.com", "a".repeat(200)), "a\u{7f}b@c"] {
        let text = raw(
            "BYE MSNMSGR:alice@example.com MSNSLP/1.0",
            &headers().replace("bob@example.com", account),
            "",
        );
        assert_eq!(error(&text), SlpError::Unreadable { header: "From" });
    }
}

#[test]
fn fields_addresses_and_bridges_are_bounded() {
    let many = "A: 1\r\n".repeat(5000);
    let message = read(&with_body("sessionreqbody", &many), &[]);
    assert_eq!(session_of(&message).others.len(), Body::MAX_FIELDS);

    let addresses = "10.0.0.1 ".repeat(1000);
    let text = format!("IPv4Internal-Addrs: {addresses}\r\nIPv4Internal-Port: 1\r\n\r\n\0");
    let Body::TransportResponse(body) = read(&with_body("transrespbody", &text), &[]).body else {
        panic!()
    };
    assert_eq!(body.addresses.candidates().count(), TransportAddresses::MAX_ADDRESSES);

    let bridges = "TCPv1 ".repeat(1000);
    let text = format!("Bridges: {bridges}\r\n\r\n\0");
    let Body::TransportRequest(body) = read(&with_body("transreqbody", &text), &[]).body else {
        panic!()
    };
    assert_eq!(body.bridges.len(), 16);
}

#[test]
fn no_value_can_add_a_line() {
    let evil = "x\r\nFrom: <msnmsgr:evil@example.com>\r\n\r\n\0";
    let mut message = request(
        Method::new(evil),
        Body::TransportRequest(Box::new(TransportRequest {
            bridges: vec![Bridge::new(evil)],
            ipv6_global: Some(evil.into()),
            ..TransportRequest::default()
        })),
    );
    for _ in 0..2 {
        let text = printed(&message);
        let read = read(&text, &[]);
        assert_eq!(text.matches("\r\n").count(), 13, "{text}");
        assert_eq!((&read.from, &read.to), (&message.from, &message.to));
        message.start = StartLine::Response { code: StatusCode::OK, reason: evil.into() };
    }
    message.body = Body::Unknown { content_type: evil.into(), bytes: vec![] };
    assert_eq!(printed(&message).matches("\r\n").count(), 10);
}
