//! Every message as official clients write it, and read again.

use std::net::{IpAddr, Ipv4Addr};

use msnp_codec::message::BodyField;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::Guid;
use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::{CloseCode, Context};
use msnp_p2p::slp::{
    AddressGroup, Body, Bridge, ConnectionType, Method, NatTraversal, SessionBody, SessionEnd,
    SlpAddress, SlpMessage, StatusCode, TransportAddresses, TransportRequest, TransportResponse,
    TransportUpdate,
};

use crate::messages::{alice, guid, invitation, printed, read, request};

const NONCE: &str = "{2B95F56D-9CA0-9A64-82CE-ADC1F3C55845}";

fn head(start: &str, to: &str, from: &str, sequence: u32, content: &str, len: usize) -> String {
    format!(
        "{start}\r\nTo: <msnmsgr:{to}>\r\nFrom: <msnmsgr:{from}>\r\n\
         Via: MSNSLP/1.0/TLP ;branch={{33517CE4-02FC-4428-B6F4-39927229B722}}\r\n\
         CSeq: {sequence} \r\nCall-ID: {{9D79AE57-1BD5-444B-B14E-3FC9BB2B5D58}}\r\n\
         Max-Forwards: 0\r\nContent-Type: {content}\r\nContent-Length: {len}\r\n\r\n"
    )
}

/// The message prints as that, and that reads as the message, with nothing to overlook.
fn is_written(message: &SlpMessage, head: &str, body: &str) {
    assert_eq!(printed(message), format!("{head}{body}"));
    assert_eq!(read(&printed(message), &[]), *message);
}

#[test]
fn an_invitation_to_send_a_picture() {
    let object = MsnObject::new(
        "alice@example.com",
        ObjectType::DISPLAY_PICTURE,
        "TFR2C2.tmp",
        "",
        b"hello msn object\n",
    );
    let message = invitation(Context::of_object(&object));
    let Body::Session(SessionBody { context: Some(context), .. }) = &message.body else { panic!() };
    let body = format!(
        "EUF-GUID: {{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}}\r\nSessionID: 953206827\r\n\
         SChannelState: 0\r\nCapabilities-Flags: 1\r\nAppID: 1\r\nContext: {context}\r\n\r\n\0"
    );
    let start = "INVITE MSNMSGR:alice@example.com MSNSLP/1.0";
    let content = "application/x-msnmsgr-sessionreqbody";
    let head = head(start, "alice@example.com", "bob@example.com", 0, content, body.len());
    is_written(&message, &head, &body);
    assert_eq!(context.object(), Ok(object));
}

#[test]
fn the_answers_to_an_invitation() {
    let invitation = invitation(Context::encode(b""));
    let accepted = SessionBody::accepted(953_206_827);
    let refused = SessionBody::refused(953_206_827);
    let more = "SessionID: 953206827\r\nSChannelState: 0\r\nCapabilities-Flags: 1\r\n\r\n\0";
    let less = "SessionID: 953206827\r\n\r\n\0";
    for (code, body, line, text) in [
        (StatusCode::OK, &accepted, "MSNSLP/1.0 200 OK", more),
        (StatusCode::NOT_FOUND, &refused, "MSNSLP/1.0 404 Not Found", less),
        (StatusCode::INTERNAL_ERROR, &refused, "MSNSLP/1.0 500 Internal Error", less),
        (StatusCode::DECLINE, &refused, "MSNSLP/1.0 603 Decline", less),
        (StatusCode::UNACCEPTABLE, &refused, "MSNSLP/1.0 606 Unacceptable", less),
    ] {
        let answer = invitation.answer(code, Body::Session(body.clone()));
        let content = "application/x-msnmsgr-sessionreqbody";
        let head = head(line, "bob@example.com", "alice@example.com", 1, content, text.len());
        is_written(&answer, &head, text);
        assert_eq!((answer.code(), answer.method()), (Some(code), None));
    }
}

#[test]
fn a_request_for_a_connection() {
    let body = TransportRequest {
        bridges: vec![Bridge::TCP, Bridge::SWITCHBOARD],
        net_id: Some(-1_388_627_126),
        connection_type: Some(ConnectionType::PORT_RESTRICTED),
        upnp: Some(true),
        firewall: Some(false),
        hashed_nonce: Some(guid(NONCE)),
        session_id: Some(7),
        channel_state: Some(0),
        capabilities_flags: Some(1),
        tcp_connection_type: Some(ConnectionType::SYMMETRIC),
        ipv6_global: Some(String::new()),
        nat_traversal: Some(NatTraversal::REQUEST),
        ..TransportRequest::default()
    };
    let text = format!(
        "Bridges: TCPv1 SBBridge\r\nNetID: -1388627126\r\nConn-Type: Port-Restrict-NAT\r\n\
         UPnPNat: true\r\nICF: false\r\nHashed-Nonce: {NONCE}\r\nSessionID: 7\r\n\
         SChannelState: 0\r\nCapabilities-Flags: 1\r\nTCP-Conn-Type: Symmetric-NAT\r\n\
         IPv6-global: \r\nNat-Trav-Msg-Type: WLX-Nat-Trav-Msg-Direct-Connect-Req\r\n\r\n\0"
    );
    let message = request(Method::INVITE, Body::TransportRequest(Box::new(body)));
    let start = "INVITE MSNMSGR:alice@example.com MSNSLP/1.0";
    let content = "application/x-msnmsgr-transreqbody";
    let head = head(start, "alice@example.com", "bob@example.com", 0, content, text.len());
    is_written(&message, &head, &text);
}

#[test]
fn the_answer_with_addresses_also_as_a_counter_offer() {
    let group = |address, port| AddressGroup { addresses: vec![address], port: Some(port) };
    let body = TransportResponse {
        bridge: Some(Bridge::TCP),
        listening: Some(true),
        nonce: Some(guid(NONCE)),
        addresses: TransportAddresses {
            internal: AddressGroup {
                addresses: vec![[192, 168, 0, 1].into(), [10, 0, 0, 1].into()],
                port: Some(6891),
            },
            external: group(IpAddr::from([192, 0, 2, 1]), 6892),
            ipv6: group("2001:db8::1".parse().unwrap(), 6893),
            ..TransportAddresses::default()
        },
        needs_connecting_endpoint: Some(true),
        session_id: Some(7),
        ..TransportResponse::default()
    };
    let text = format!(
        "Bridge: TCPv1\r\nListening: true\r\nNonce: {NONCE}\r\n\
         IPv4Internal-Addrs: 192.168.0.1 10.0.0.1\r\nIPv4Internal-Port: 6891\r\n\
         IPv4External-Addrs: 192.0.2.1\r\nIPv4External-Port: 6892\r\nIPv6-Addrs: 2001:db8::1\r\n\
         IPv6-Port: 6893\r\nNeedConnectingEndpointInfo: true\r\nSessionID: 7\r\n\r\n\0"
    );
    let tried: Vec<_> = body.addresses.candidates().map(|socket| socket.to_string()).collect();
    let expected = ["192.168.0.1:6891", "10.0.0.1:6891", "192.0.2.1:6892", "[2001:db8::1]:6893"];
    assert_eq!(tried, expected);
    let content = "application/x-msnmsgr-transrespbody";
    let body = Body::TransportResponse(Box::new(body));
    let start = "INVITE MSNMSGR:alice@example.com MSNSLP/1.0";
    let offer = request(Method::INVITE, body.clone());
    let offered = head(start, "alice@example.com", "bob@example.com", 0, content, text.len());
    is_written(&offer, &offered, &text);
    let start = "MSNSLP/1.0 200 OK";
    let answered = head(start, "bob@example.com", "alice@example.com", 1, content, text.len());
    is_written(&offer.answer(StatusCode::OK, body), &answered, &text);
}

#[test]
fn that_nobody_listens() {
    let body = Body::TransportResponse(Box::new(TransportResponse::not_listening()));
    let text = "Bridge: TCPv1\r\nListening: false\r\n\
         Nonce: {00000000-0000-0000-0000-000000000000}\r\n\r\n\0";
    let content = "application/x-msnmsgr-transrespbody";
    let answer = invitation(Context::encode(b"")).answer(StatusCode::OK, body);
    let start = "MSNSLP/1.0 200 OK";
    let head = head(start, "bob@example.com", "alice@example.com", 1, content, text.len());
    is_written(&answer, &head, text);
}

#[test]
fn a_connection_is_declined_without_a_body() {
    let answer = invitation(Context::encode(b"")).answer(StatusCode::DECLINE, Body::Null);
    let start = "MSNSLP/1.0 603 Decline";
    is_written(&answer, &head(start, "bob@example.com", "alice@example.com", 1, "null", 0), "");
}

#[test]
fn the_end_of_a_session_with_and_without_a_reason() {
    let end = SessionEnd {
        session_id: Some(7),
        context: Some(CloseCode::WEBCAM.encode()),
        ..SessionEnd::default()
    };
    for (body, content, text) in [
        (Body::SessionClose(SessionEnd::default()), "sessionclosebody", "\r\n\0"),
        (
            Body::SessionClose(end.clone()),
            "sessionclosebody",
            "SessionID: 7\r\nContext: dAMAgQ==\r\n\r\n\0",
        ),
        (
            Body::SessionFailure(end),
            "session-failure-respbody",
            "SessionID: 7\r\nContext: dAMAgQ==\r\n\r\n\0",
        ),
        (
            Body::UdpSwitch(vec![BodyField::new("Anything", "1")]),
            "transudpswitch",
            "Anything: 1\r\n\r\n\0",
        ),
    ] {
        let content = format!("application/x-msnmsgr-{content}");
        let start = "BYE MSNMSGR:alice@example.com MSNSLP/1.0";
        let head = head(start, "alice@example.com", "bob@example.com", 0, &content, text.len());
        is_written(&request(Method::BYE, body), &head, text);
    }
}

#[test]
fn a_new_address_is_told_in_an_ack_written_backwards() {
    let body = TransportUpdate {
        addresses: TransportAddresses {
            internal_sockets: vec!["192.168.2.100:5340".parse().unwrap()],
            mirrored: true,
            ..TransportAddresses::default()
        },
        nat_traversal: Some(NatTraversal::UPDATED_PORT),
        others: vec![],
    };
    let mut message = request(Method::ACK, Body::TransportUpdate(Box::new(body)));
    message.call_id = Guid::NIL;
    let text = printed(&message);
    assert!(text.contains(
        "stroPdnAsrddAlanretnI4vPI: 0435:001.2.861.291\r\n\
         Nat-Trav-Msg-Type: WLX-Nat-Trav-Msg-Updated-Connecting-Port\r\n\r\n\0"
    ));
    assert_eq!(read(&text, &[msnp_p2p::slp::Tolerance::MirroredAddresses]), message);
}

#[test]
fn a_machine_is_named_in_the_request_line_and_both_addresses() {
    let at = |account: SlpAddress, machine| SlpAddress::on_machine(account.account, guid(machine));
    let mut message = SlpMessage::request(
        Method::BYE,
        at(alice(), "c1d06c65-c90f-4419-bb8e-a03389043a8e"),
        at(crate::messages::bob(), "f7b9f955-382f-4f01-866b-f8655e1e4974"),
        Guid::NIL,
        Guid::NIL,
        Body::SessionClose(SessionEnd::default()),
    );
    message.max_forwards = 70;
    let text = printed(&message);
    assert!(text.starts_with(
        "BYE MSNMSGR:alice@example.com;{c1d06c65-c90f-4419-bb8e-a03389043a8e} MSNSLP/1.0\r\n\
         To: <msnmsgr:alice@example.com;{c1d06c65-c90f-4419-bb8e-a03389043a8e}>\r\n\
         From: <msnmsgr:bob@example.com;{f7b9f955-382f-4f01-866b-f8655e1e4974}>\r\n"
    ));
    assert_eq!(read(&text, &[]), message);
}

#[test]
fn every_known_application_survives_and_an_unknown_one_too() {
    let unknown = EufGuid(guid("{01020304-0506-0708-090A-0B0C0D0E0F10}"));
    let known = msnp_p2p::application::APPLICATIONS.iter();
    let applications = known.map(|row| row.guid).chain([unknown]);
    for (application, id) in applications.zip([1, 2, 4, 8, 11, 12, 0, 3, 77, u32::MAX]) {
        let body = SessionBody::invitation(application, ApplicationId(id), 1, None);
        let message = request(Method::INVITE, Body::Session(body));
        assert_eq!(read(&printed(&message), &[]), message);
    }
    assert_eq!(unknown.application(), None);
}

#[test]
fn no_port_or_port_zero_is_nothing_to_try() {
    let localhost = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut addresses = TransportAddresses::default();
    addresses.internal.addresses = vec![localhost];
    addresses.external = AddressGroup { addresses: vec![localhost], port: Some(0) };
    addresses.ipv6_sockets = vec!["[::1]:0".parse().unwrap()];
    assert_eq!(addresses.candidates().count(), 0);
}
