//! What real programs do differently, and is read all the same.

use msnp_codec::message::BodyField;
use msnp_core::Guid;
use msnp_p2p::application::ApplicationId;
use msnp_p2p::context::Context;
use msnp_p2p::slp::{
    Body, ConnectionType, Method, SlpMessage, StartLine, StatusCode, Tolerance, TransportRequest,
    TransportResponse,
};

use crate::messages::{
    CALL_ID, alice, bob, guid, headers, invitation, printed, raw, read, session_of, with_body,
};

fn ordinary() -> (SlpMessage, String) {
    let message = invitation(Context::encode(b"<msnobj/>\0"));
    let text = printed(&message);
    (message, text)
}

fn transport_response(text: &str, tolerances: &[Tolerance]) -> TransportResponse {
    match read(text, tolerances).body {
        Body::TransportResponse(body) => *body,
        other => panic!("{other:?}"),
    }
}

#[test]
fn headers_and_fields_come_in_alphabetical_order_from_msnpsharp() {
    let (message, text) = ordinary();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut head: Vec<_> = head.lines().collect();
    head[1..].sort_unstable();
    let mut body: Vec<_> = body.trim_end_matches(['\0', '\r', '\n']).lines().collect();
    body.sort_unstable();
    let text = format!("{}\r\n\r\n{}\r\n\r\n\0", head.join("\r\n"), body.join("\r\n"));
    assert_eq!(read(&text, &[]), message);
}

#[test]
fn the_space_before_the_branch_and_after_the_sequence_number_may_be_missing() {
    let (message, text) = ordinary();
    let text = text.replace("TLP ;branch", "TLP;branch").replace("CSeq: 0 \r\n", "CSeq: 0\r\n");
    assert_eq!(read(&text, &[]), message);
}

#[test]
fn names_schemes_and_words_may_have_any_letter_case() {
    let (message, text) = ordinary();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    for head in [head.to_uppercase(), head.to_lowercase()] {
        assert_eq!(read(&format!("{head}\r\n\r\n{body}"), &[]), message, "{head}");
    }
    let body = body.replace("AppID", "appid").replace("Context", "CONTEXT");
    assert_eq!(read(&format!("{head}\r\n\r\n{body}"), &[]), message);
}

#[test]
fn angle_brackets_and_braces_may_be_missing() {
    let (message, text) = ordinary();
    for removed in [&['<', '>'][..], &['{', '}'], &['<', '>', '{', '}']] {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let head = head.replace(removed, "");
        assert_eq!(read(&format!("{head}\r\n\r\n{body}"), &[]), message, "{head}");
    }
}

#[test]
fn lines_may_end_in_a_bare_lf() {
    let (message, text) = ordinary();
    let text = text.replace("\r\n", "\n");
    assert_eq!(read(&text, &[Tolerance::WrongContentLength]), message);
}

#[test]
fn a_header_may_be_folded_or_have_no_value() {
    let (message, text) = ordinary();
    let text = text
        .replace("TLP ;branch", "TLP\r\n ;branch")
        .replace("Max-Forwards: 0", "Max-Forwards")
        .replace("Call-ID: ", "Call-ID:\r\n\t");
    assert_eq!(read(&text, &[]), message);
}

#[test]
fn a_folded_context_is_one_context() {
    let (message, text) = ordinary();
    let (before, after) = text.split_at(text.find("Context: ").unwrap() + 13);
    let folded = format!("{before}\r\n {after}");
    let read = read(&folded, &[Tolerance::WrongContentLength]);
    let context = |message: &SlpMessage| session_of(message).context.as_ref().unwrap().decode();
    assert_eq!(context(&read), context(&message));
}

#[test]
fn unknown_headers_are_passed_over_and_of_two_the_first_counts() {
    let (message, text) = ordinary();
    let text = text
        .replace("CSeq: 0 \r\n", "User-Agent: x\r\nCSeq: 0 \r\nCSeq: 5\r\nno colon\r\n")
        .replace(
            "From: ",
            "From: <msnmsgr:bob@example.com>\r\nFrom: <msnmsgr:evil@example.com>\r\nX: ",
        );
    assert_eq!(read(&text, &[]), message);
}

#[test]
fn of_two_fields_the_first_counts_and_the_second_is_kept() {
    let text = with_body("sessionreqbody", "SessionID: 1\r\nsessionid: 2\r\n\r\n\0");
    let message = read(&text, &[]);
    let body = session_of(&message);
    assert_eq!(body.session_id, Some(1));
    assert_eq!(body.others, [BodyField::new("sessionid", "2")]);
}

#[test]
fn unknown_fields_and_unreadable_values_survive() {
    let text = with_body("sessionreqbody", "AppID: x\r\nNew: é\r\nEUF-GUID: {1}\r\n\r\n\0");
    let message = read(&text, &[]);
    let body = session_of(&message);
    assert_eq!((body.application_id, body.application), (None, None));
    let kept = [("AppID", "x"), ("New", "é"), ("EUF-GUID", "{1}")];
    assert_eq!(body.others, kept.map(|(name, value)| BodyField::new(name, value)));
    assert_eq!(printed(&message), text);
}

#[test]
fn nuls_may_be_missing_or_many() {
    let (message, text) = ordinary();
    let bare = text.trim_end_matches('\0');
    for count in [0, 2, 5] {
        let text = format!("{bare}{}", "\0".repeat(count));
        assert_eq!(read(&text, &[Tolerance::WrongContentLength]), message, "{count}");
    }
    let bare = text.trim_end_matches(['\0', '\r', '\n']);
    for end in ["", "\0", "\r\n", "\r\n\0", "\r\n\0\0\0"] {
        let (read, _) = SlpMessage::inspect(format!("{bare}{end}").as_bytes()).unwrap();
        let context = session_of(&read).context.as_ref().unwrap();
        assert_eq!(context.decode().unwrap(), b"<msnobj/>\0", "{end:?}");
    }
}

#[test]
fn content_length_may_be_missing_unreadable_too_small_or_too_large() {
    let (message, text) = ordinary();
    let at = text.find("Content-Length: ").unwrap();
    let (line, rest) = text[at..].split_once("\r\n").unwrap();
    for (changed, tolerance) in [
        ("", Tolerance::NoContentLength),
        ("Content-Length:\r\n", Tolerance::NoContentLength),
        ("Content-Length: x\r\n", Tolerance::NoContentLength),
        ("Content-Length: -1\r\n", Tolerance::NoContentLength),
        ("Content-Length: 99999999999999999999\r\n", Tolerance::NoContentLength),
        ("Content-Length: 0\r\n", Tolerance::WrongContentLength),
        ("Content-Length: 65535\r\n", Tolerance::WrongContentLength),
        ("Content-Length: 18446744073709551615\r\n", Tolerance::WrongContentLength),
    ] {
        let changed = format!("{}{changed}{rest}", &text[..at]);
        assert_eq!(read(&changed, &[tolerance]), message, "{line}: {changed}");
    }
}

#[test]
fn a_session_id_of_64_bits_counts_with_its_low_32() {
    for (written, id) in [("4294967297", 1), ("18446744073709551615", u32::MAX)] {
        let text = with_body("sessionreqbody", &format!("SessionID: {written}\r\n\r\n\0"));
        let message = read(&text, &[Tolerance::WideSessionId]);
        assert_eq!(session_of(&message).session_id, Some(id));
    }
}

#[test]
fn a_bye_may_name_its_sender_in_the_first_line() {
    let text = printed(&crate::messages::request(Method::BYE, Body::Null)).replacen(
        "MSNMSGR:alice",
        "MSNMSGR:bob",
        1,
    );
    let message = read(&text, &[]);
    assert_eq!((message.to, message.from), (alice(), bob()));
    assert_eq!(message.start, StartLine::Request { method: Method::BYE, target: bob() });
}

#[test]
fn a_target_that_is_no_account_is_replaced_by_the_header() {
    let (message, text) = ordinary();
    let text = text.replacen("MSNMSGR:alice@example.com", "MSNMSGR:", 1);
    assert_eq!(read(&text, &[Tolerance::UnreadableTarget]), message);
}

#[test]
fn an_empty_machine_is_none() {
    let (message, text) = ordinary();
    let text = text.replace("<msnmsgr:bob@example.com>", "<msnmsgr:bob@example.com;>");
    assert_eq!(read(&text, &[Tolerance::UnreadableMachine]), message);
}

#[test]
fn branch_and_sequence_number_may_be_missing_or_empty() {
    let (message, text) = ordinary();
    let expected = SlpMessage { branch: Guid::NIL, sequence: 0, ..message };
    let at = text.find("Via").unwrap();
    let end = text.find("Call-ID").unwrap();
    for (headers, tolerances) in [
        ("", &[Tolerance::NoBranch, Tolerance::NoSequenceNumber][..]),
        ("Via\r\nCSeq:\r\n", &[Tolerance::NoBranch, Tolerance::NoSequenceNumber]),
        ("Via: MSNSLP/1.0/TLP ;branch=\r\nCSeq: 0\r\n", &[Tolerance::NoBranch]),
        ("Via: MSNSLP/1.0/TLP ;branch={}\r\nCSeq: 0\r\n", &[Tolerance::NoBranch]),
        ("Via: ;;;branch\r\nCSeq: 0 INVITE\r\n", &[Tolerance::NoBranch]),
    ] {
        let text = format!("{}{headers}{}", &text[..at], &text[end..]);
        assert_eq!(read(&text, tolerances), expected, "{headers}");
    }
}

#[test]
fn addresses_written_backwards_by_wlm_2009_are_read() {
    let body = "Bridge: TCPv1\r\nListening: true\r\nHashed-Nonce: {2B95F56D-9CA0-9A64-82CE-ADC1F3C55845}\r\n\
        srddA-lanretnI4vPI: 1.0.0.01 1.0.861.291\r\ntroP-lanretnI4vPI: 1986\r\n\
        srddA-lanretxE4vPI: 1.2.0.291\r\ntroP-lanretxE4vPI: 2986\r\n\
        stroPdnAsrddA6vPI: 1986:]1::8bd:1002[\r\n\r\n\0";
    let text = with_body("transrespbody", body);
    let read = transport_response(&text, &[Tolerance::MirroredAddresses]);
    let tried: Vec<_> = read.addresses.candidates().map(|socket| socket.to_string()).collect();
    let expected = ["192.168.0.1:6891", "10.0.0.1:6891", "192.0.2.1:6892", "[2001:db8::1]:6891"];
    assert_eq!(tried, expected);
    assert!(read.addresses.mirrored && read.others.is_empty());
}

#[test]
fn addresses_in_both_orders_count_in_the_usual_one() {
    let body = "srddA-lanretnI4vPI: 9.9.9.9\r\nIPv4Internal-Addrs: 10.0.0.1\r\n\
        IPv4Internal-Port: 6891\r\n\r\n\0";
    let (message, _) = SlpMessage::inspect(with_body("transrespbody", body).as_bytes()).unwrap();
    let Body::TransportResponse(read) = message.body else { panic!() };
    let tried: Vec<_> = read.addresses.candidates().map(|socket| socket.to_string()).collect();
    assert!(tried.len() == 1 && tried[0].ends_with(":6891"), "{tried:?}");
}

#[test]
fn what_is_no_address_is_passed_over() {
    let body = "IPv4Internal-Addrs: 10.0.0.1 , x 999.1.1.1\r\nIPv4Internal-Port: 70000\r\n\
        IPv4External-Addrs:\r\nIPv4External-Port: x\r\nIPv4InternalAddrsAndPorts: 10.0.0.2:1 10.0.0.3\r\n\r\n\0";
    let read = transport_response(&with_body("transrespbody", body), &[]);
    let tried: Vec<_> = read.addresses.candidates().map(|socket| socket.to_string()).collect();
    assert_eq!(tried, ["10.0.0.2:1"]);
}

#[test]
fn true_may_have_a_capital_and_a_net_id_a_sign_or_none() {
    let body = "NetID: -1580793919\r\nUPnPNat: True\r\nICF: FALSE\r\nConn-Type: port-restrict-nat\r\n\
        TCP-Conn-Type: Something-New\r\n\r\n\0";
    let Body::TransportRequest(read) = read(&with_body("transreqbody", body), &[]).body else {
        panic!()
    };
    let expected = TransportRequest {
        net_id: Some(-1_580_793_919),
        upnp: Some(true),
        firewall: Some(false),
        connection_type: Some(ConnectionType::PORT_RESTRICTED),
        tcp_connection_type: Some(ConnectionType::new("Something-New")),
        ..TransportRequest::default()
    };
    assert_eq!(*read, expected);
}

#[test]
fn a_content_type_may_have_parameters() {
    let text = with_body("sessionreqbody; charset=UTF-8", "AppID: 12\r\n\r\n\0");
    assert_eq!(session_of(&read(&text, &[])).application_id, Some(ApplicationId::DISPLAY_PICTURE));
}

#[test]
fn a_body_of_unknown_type_is_kept_as_it_is() {
    let text = with_body("turnsetup", "Any: thing\r\n\r\nmore\0\0");
    let message = read(&text, &[]);
    assert_eq!(
        message.body,
        Body::Unknown {
            content_type: "application/x-msnmsgr-turnsetup".into(),
            bytes: b"Any: thing\r\n\r\nmore\0\0".into(),
        }
    );
    assert_eq!(printed(&message), text);
}

#[test]
fn a_body_of_unknown_type_is_cut_where_its_length_says() {
    let text = with_body("turnsetup", "abc").replace("Length: 3", "Length: 2");
    let Body::Unknown { bytes, .. } = read(&text, &[Tolerance::WrongContentLength]).body else {
        panic!()
    };
    assert_eq!(bytes, b"ab");
}

#[test]
fn an_answer_may_have_a_number_and_words_of_its_own_or_no_words() {
    for (line, code, reason) in [
        ("MSNSLP/1.0 481 No Such Call", 481, "No Such Call"),
        ("MSNSLP/1.0 200", 200, ""),
        ("msnslp/1.0  200  ok ", 200, "ok"),
        ("MSNSLP/1.1 65535 x", 65535, "x"),
    ] {
        let text = raw(line, &format!("{}Content-Length: 0\r\n", headers()), "");
        let message = read(&text, &[]);
        let start = StartLine::Response { code: StatusCode(code), reason: reason.into() };
        assert_eq!(message.start, start, "{line}");
        assert_eq!(message.call_id, guid(CALL_ID));
    }
}

#[test]
fn a_request_may_have_a_word_of_its_own() {
    let (_, text) = ordinary();
    let message = read(&text.replacen("INVITE", "Subscribe", 1), &[]);
    assert_eq!(message.method().unwrap().as_str(), "Subscribe");
    assert!(printed(&message).starts_with("Subscribe MSNMSGR:alice@example.com MSNSLP/1.0\r\n"));
}

#[test]
fn a_line_of_which_nothing_is_understood_is_kept_and_the_next_of_its_name_counts() {
    let text = "IPv6-Addrs: nonsense\r\nIPv6-Addrs: 2001:db8::1\r\nIPv6-Port: 6893x\r\n\
                IPv6-Port: 6893\r\nBridge: TCPv1\r\n\r\n\0";
    let message = read(&with_body("transrespbody", text), &[]);
    let Body::TransportResponse(body) = &message.body else { panic!("{message:?}") };
    let tried: Vec<_> = body.addresses.candidates().map(|socket| socket.to_string()).collect();
    assert_eq!(tried, ["[2001:db8::1]:6893"]);
    let kept: Vec<_> = body.others.iter().map(|field| field.name.to_string()).collect();
    assert_eq!(kept, ["IPv6-Addrs", "IPv6-Port"]);
    assert_eq!(read(&printed(&message), &[]), message);
}
