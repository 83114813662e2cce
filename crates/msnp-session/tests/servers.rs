//! The two server sessions, each driven by hand: bytes in, bytes and events out.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails says so by panicking"
)]

use std::time::Duration;

use msnp_codec::{Body, COMMANDS, ClientCommand, CommandRow, HasTransactionId, Sender, Service};
use msnp_core::{
    Account, Effect, Endpoint, ErrorCode, LinkEnd, LinkId, Login, Machine, Now, Opened, Output,
    Secret, Version,
};
use msnp_session::{
    NsServer, NsServerConfig, NsServerEvent, Present, SbServer, SbServerConfig, SbServerEvent,
    SessionError, SessionLimits, SignOut, Step,
};

const CVR: &str = "CVR 1 0x0409 winnt 5.1 i386 MSMSGS 5.0.0544 MSMSGS alice@example.com\r\n";
const LINK: LinkId = LinkId::new(1);

fn at(seconds: u64) -> Now {
    let time = Duration::from_secs(seconds);
    Now { monotonic: time, unix: time }
}

/// What came of it: bytes, events, whether it asked to close, and its end.
#[derive(Debug)]
struct Said<E> {
    bytes: String,
    events: Vec<E>,
    closes: bool,
    end: Option<Result<(), SessionError>>,
    deadline: Option<Duration>,
}

fn drain<M: Machine<Error = SessionError>>(machine: &mut M) -> Said<M::Event> {
    let mut said =
        Said { bytes: String::new(), events: Vec::new(), closes: false, end: None, deadline: None };
    loop {
        match machine.poll() {
            Output::Event(event) => said.events.push(event),
            Output::Effect(_, Effect::Close { link: LINK }) => said.closes = true,
            Output::Effect(..) => panic!("an effect that no session asks for"),
            Output::Link { .. } => {}
            Output::Wait { deadline } => {
                said.deadline = deadline;
                break;
            }
            Output::Closed(end) => {
                said.end = Some(end);
                break;
            }
        }
    }
    let bytes = machine.output(LINK).to_vec();
    machine.written(at(0), LINK, bytes.len());
    while !matches!(machine.poll(), Output::Wait { .. } | Output::Closed(_)) {}
    said.bytes = String::from_utf8(bytes).unwrap();
    said
}

fn ask<M: Machine<Error = SessionError>>(machine: &mut M, text: &str) -> Said<M::Event> {
    let mut rest = text.as_bytes();
    loop {
        match machine.input(at(0), LINK, rest) {
            0 => return drain(machine),
            taken => rest = &rest[taken..],
        }
    }
}

fn notification(versions: &[Version]) -> NsServer {
    let mut config = NsServerConfig { versions: versions.into(), ..NsServerConfig::default() };
    config.idle = Some(Duration::from_secs(100));
    let mut server = NsServer::new(config);
    server.link_opened(at(0), LINK, Opened::Connected);
    assert_eq!(drain(&mut server).deadline, Some(Duration::from_secs(60)));
    server
}

fn signed_in(version: Version) -> NsServer {
    let mut server = notification(&[version]);
    let (scheme, challenge) =
        if version <= Version::MSNP7 { ("MD5", "1.2") } else { ("TWN", "ct=1") };
    ask(&mut server, &format!("VER 1 {version}\r\n{CVR}"));
    ask(&mut server, &format!("USR 2 {scheme} I alice@example.com\r\n"));
    server.challenge(challenge);
    assert_eq!(drain(&mut server).bytes, format!("USR 2 {scheme} S {challenge}\r\n"));
    ask(&mut server, &format!("USR 3 {scheme} S proof\r\n"));
    server.accept(at(0), "Alice A", true);
    server
}

fn alice() -> Account {
    Account::new("alice@example.com").unwrap()
}

#[test]
fn the_highest_version_of_both_is_chosen_whatever_the_order() {
    let known = [Version::MSNP11, Version::MSNP7, Version::MSNP8];
    for (offer, chosen) in [
        ("MSNP7 MSNP8 MSNP9", "VER 1 MSNP8\r\n"),
        ("MSNP21 MSNP11 MSNP8", "VER 1 MSNP11\r\n"),
        ("msnp7", "VER 1 MSNP7\r\n"),
    ] {
        let said = ask(&mut notification(&known), &format!("VER 1 {offer}\r\n"));
        assert_eq!((said.bytes.as_str(), said.end), (chosen, None));
    }
    let said = ask(&mut notification(&known), "VER 1 MSNP9\r\n");
    assert_eq!(said.bytes, "VER 1 0\r\n");
    assert!(said.closes);
    assert_eq!(said.end, Some(Err(SessionError::NoCommonVersion)));
}

#[test]
fn usr_ok_has_the_form_of_every_version() {
    for (version, line) in [
        (Version::MSNP5, "USR 3 OK alice@example.com Alice%20A\r\n"),
        (Version::MSNP7, "USR 3 OK alice@example.com Alice%20A 1\r\n"),
        (Version::MSNP9, "USR 3 OK alice@example.com Alice%20A 1 0\r\n"),
        (Version::MSNP10, "USR 3 OK alice@example.com 1 0\r\n"),
    ] {
        let mut server = signed_in(version);
        assert!(server.is_signed_in());
        assert_eq!(drain(&mut server).bytes, line);
    }
}

#[test]
fn a_redirect_has_the_form_of_every_version() {
    let to: Endpoint = "10.0.0.1:1863".parse().unwrap();
    let own: Endpoint = "10.0.0.2:1863".parse().unwrap();
    for (version, scheme, line) in [
        (Version::MSNP2, "MD5", "XFR 2 NS 10.0.0.1:1863\r\n"),
        (Version::MSNP6, "MD5", "XFR 2 NS 10.0.0.1:1863 0\r\n"),
        (Version::MSNP7, "MD5", "XFR 2 NS 10.0.0.1:1863 0 10.0.0.2:1863\r\n"),
        (Version::MSNP12, "TWN", "XFR 2 NS 10.0.0.1:1863 0 10.0.0.2:1863\r\n"),
        (Version::MSNP13, "TWN", "XFR 2 NS 10.0.0.1:1863 U D\r\n"),
    ] {
        let mut server = notification(&[version]);
        ask(&mut server, &format!("VER 1 {version}\r\n{CVR}"));
        let text = format!("USR 2 {scheme} I alice@example.com\r\n");
        let said = ask(&mut server, &text);
        let claimed = NsServerEvent::Account { account: alice(), login: version.login() };
        assert_eq!(said.events, [claimed]);
        server.redirect(&to, &own);
        let said = drain(&mut server);
        assert_eq!(said.bytes, line);
        assert_eq!(said.end, Some(Ok(())));
    }
}

#[test]
fn the_proof_is_handed_over_and_never_shown() {
    let mut server = notification(&[Version::MSNP7]);
    ask(&mut server, "VER 1 MSNP7\r\nUSR 2 MD5 I Alice@Example.com\r\n");
    server.challenge("1.2");
    let said = ask(&mut server, "USR 3 MD5 S c0ffee\r\n");
    let [NsServerEvent::Proof { account, proof, .. }] = &said.events[..] else { panic!() };
    assert_eq!((account, proof), (&alice(), &Secret::from("c0ffee")));
    assert!(!format!("{:?}", said.events).contains("c0ffee"));
    server.refuse(ErrorCode::AUTHENTICATION_FAILED);
    let said = drain(&mut server);
    assert_eq!(said.bytes, "911 3\r\n");
    let (step, code) = (Step::Password, ErrorCode::AUTHENTICATION_FAILED);
    assert_eq!(said.end, Some(Err(SessionError::Refused { step, code })));
    assert_eq!(server.input(at(0), LINK, b"SYN 4 0\r\n"), 0, "nothing is read after the end");
}

#[test]
fn commands_that_are_out_of_turn_do_nothing_but_an_error() {
    let mut server = notification(&[Version::MSNP7]);
    server.challenge("too early");
    server.accept(at(0), "nobody", true);
    server.refuse(ErrorCode::AUTHENTICATION_FAILED);
    assert_eq!(drain(&mut server).bytes, "");
    let said = ask(&mut server, "USR 1 MD5 S x\r\nVER 2 MSNP7\r\nUSR 3 MD5 S x\r\nSYN 4 0\r\n");
    assert_eq!(said.bytes, "302 1\r\nVER 2 MSNP7\r\n715 3\r\n302 4\r\n");
    assert!(!server.is_signed_in());
}

#[test]
fn a_long_ticket_is_read_only_where_one_is_expected() {
    let ticket = "t".repeat(4000);
    let mut server = notification(&[Version::MSNP8]);
    ask(&mut server, &format!("VER 1 MSNP8\r\n{CVR}"));
    ask(&mut server, "USR 2 TWN I alice@example.com\r\n");
    server.challenge("ct=1");
    let said = ask(&mut server, &format!("USR 3 TWN S {ticket}\r\n"));
    assert!(matches!(&said.events[..], [NsServerEvent::Proof { .. }]));
    let mut server = notification(&[Version::MSNP8]);
    let said = ask(&mut server, &format!("VER 1 MSNP8\r\nUSR 2 TWN S {ticket}\r\n"));
    assert!(said.bytes.ends_with("200\r\n"));
    assert!(matches!(said.end, Some(Err(SessionError::Unreadable(_)))));
}

#[test]
fn a_command_of_the_session_is_handed_over_whole() {
    let mut server = signed_in(Version::MSNP11);
    drain(&mut server);
    let said = ask(&mut server, "UUX 9 3\r\nabc");
    let [NsServerEvent::Command(command)] = &said.events[..] else { panic!() };
    let parsed = ClientCommand::parse(command.as_raw(), server.version()).unwrap();
    let ClientCommand::Uux(uux) = parsed else { panic!() };
    assert_eq!(uux.body, b"abc");
    assert_eq!(said.bytes, "");
}

#[test]
fn silence_ends_the_session_and_every_command_starts_it_anew() {
    let mut server = signed_in(Version::MSNP8);
    assert_eq!(drain(&mut server).deadline, Some(Duration::from_secs(100)));
    server.input(at(50), LINK, b"PNG\r\n");
    assert_eq!(drain(&mut server).deadline, Some(Duration::from_secs(150)));
    server.timeout(at(149));
    assert_eq!(drain(&mut server).end, None);
    server.timeout(at(150));
    let timed_out = SessionError::TimedOut { step: Step::Keepalive };
    assert_eq!(drain(&mut server).end, Some(Err(timed_out)));
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let limits = SessionLimits { output: 100, ..SessionLimits::default() };
    let mut server = NsServer::new(NsServerConfig { limits, ..NsServerConfig::default() });
    server.link_opened(at(0), LINK, Opened::Connected);
    for transaction in 0..20 {
        server.error(ErrorCode::SYNTAX_ERROR, Some(msnp_core::TransactionId::new(transaction)));
    }
    let said = drain(&mut server);
    assert!(said.closes && said.bytes.len() <= 100);
    assert_eq!(said.end, Some(Err(SessionError::PeerTooSlow)));
}

#[test]
fn no_command_is_taken_while_too_many_answers_have_not_gone() {
    let limits = SessionLimits { output: 100, ..SessionLimits::default() };
    let mut server = NsServer::new(NsServerConfig { limits, ..NsServerConfig::default() });
    server.link_opened(at(0), LINK, Opened::Connected);
    let answered = (0..100).take_while(|_| server.input(at(0), LINK, b"SYN 4 0\r\n") > 0).count();
    let said = drain(&mut server);
    assert_eq!((said.bytes, said.end), ("302 4\r\n".repeat(answered), None));
    assert!((50..100).contains(&(answered * "302 4\r\n".len())), "{answered}");
    assert_eq!(ask(&mut server, "SYN 5 0\r\n").bytes, "302 5\r\n");
}

#[test]
fn a_sign_out_says_why_and_a_lost_link_is_reported() {
    for (reason, line) in [
        (SignOut::Plain, "OUT\r\n"),
        (SignOut::Elsewhere, "OUT OTH\r\n"),
        (SignOut::ServerDown, "OUT SSD\r\n"),
        (SignOut::ReconnectAfter(5), "OUT RCT 5\r\n"),
    ] {
        let mut server = signed_in(Version::MSNP11);
        drain(&mut server);
        server.sign_out(&reason);
        let said = drain(&mut server);
        assert_eq!((said.bytes.as_str(), said.end), (line, Some(Ok(()))));
    }
    let mut server = signed_in(Version::MSNP8);
    server.link_closed(at(0), LINK, LinkEnd::Reset);
    let said = drain(&mut server);
    assert_eq!(said.end, Some(Err(SessionError::LinkLost(LinkEnd::Reset))));
}

/// A command with this verb as it is framed, with a body where the table says that there is one.
fn framed(row: &CommandRow) -> String {
    let transaction = row.transaction_id != HasTransactionId::Never;
    let words = match row.body {
        Body::Never => "",
        Body::FromParameter(_) => " a b c d e f g 0",
        Body::Always | Body::IfNumber => " x 0",
    };
    format!("{}{}{words}\r\n", row.verb, if transaction { " 9" } else { "" })
}

#[test]
fn every_command_is_refused_in_every_version_that_the_table_does_not_give_it() {
    let mut refused = 0;
    for version in (2..=21).filter_map(Version::from_number) {
        if version.login() == Login::Sso {
            continue;
        }
        for row in COMMANDS.iter().filter(|row| row.sender == Sender::Client) {
            let here = row.service != Service::Switchboard && row.is_in(version);
            if here {
                continue;
            }
            let mut server = signed_in(version);
            drain(&mut server);
            let said = ask(&mut server, &framed(row));
            assert_eq!(said.bytes, "502 9\r\n", "{} in {version}", row.verb);
            assert!(matches!(&said.events[..], [NsServerEvent::Unknown(_)]), "{}", row.verb);
            refused += 1;
        }
    }
    assert!(refused > 200, "{refused}");
}

#[test]
fn cvr_is_owed_from_msnp8_and_may_come_any_time_before() {
    for version in [Version::MSNP2, Version::MSNP7, Version::MSNP8, Version::MSNP12] {
        let scheme = if version.login() == Login::Md5 { "MD5" } else { "TWN" };
        let mut server = notification(&[version]);
        let text = format!("VER 1 {version}\r\nUSR 2 {scheme} I alice@example.com\r\n");
        let said = ask(&mut server, &text);
        if version.requires_cvr() {
            assert_eq!(said.bytes, format!("VER 1 {version}\r\n715 2\r\n"));
            let said = ask(&mut server, &format!("{CVR}USR 3 {scheme} I alice@example.com\r\n"));
            assert!(matches!(&said.events[..], [NsServerEvent::Account { .. }]), "{version}");
        } else {
            assert!(matches!(&said.events[..], [NsServerEvent::Account { .. }]), "{version}");
        }
    }
}

#[test]
fn who_only_asks_for_newer_programs_needs_no_version() {
    let mut server = notification(&[Version::MSNP7]);
    let said = ask(&mut server, "VER 1 CVR0\r\nCVQ 2 1 2 3 4 5 6.0\r\nVER 3 MSNP7 cvr0\r\n");
    let lines: Vec<&str> = said.bytes.lines().collect();
    assert_eq!([lines[0], lines[2]], ["VER 1 CVR0", "VER 3 MSNP7 cvr0"]);
    assert!(lines[1].starts_with("CVQ 2 6.0 "), "{}", lines[1]);
    assert_eq!(said.end, None);
}

#[test]
fn a_cvr_that_says_too_little_is_refused_as_such_and_cvq_is_answered_like_it() {
    let mut server = notification(&[Version::MSNP7]);
    let said = ask(&mut server, "VER 1 MSNP7\r\nCVR 2 0x0409\r\nCVQ 3 1 2 3 4 5 6.0\r\n");
    let (refused, answered) = said.bytes.split_once("CVQ").unwrap();
    assert_eq!(refused, "VER 1 MSNP7\r\n710 2\r\n");
    assert!(answered.starts_with(" 3 6.0 6.0 6.0 http"), "{answered}");
}

fn switchboard() -> SbServer {
    let mut server = SbServer::new(SbServerConfig::default());
    server.link_opened(at(0), LINK, Opened::Connected);
    drain(&mut server);
    server
}

#[test]
fn a_host_and_a_guest_enter_a_room() {
    let mut host = switchboard();
    let said = ask(&mut host, "USR 1 alice@example.com 1.abc\r\n");
    let [SbServerEvent::Enter { account, cookie, session: None }] = &said.events[..] else {
        panic!()
    };
    assert_eq!((account, cookie.expose()), (&alice(), "1.abc"));
    assert!(!host.is_inside());
    host.admit_own(Version::MSNP8, "Alice A");
    assert_eq!(drain(&mut host).bytes, "USR 1 OK alice@example.com Alice%20A\r\n");
    assert!(host.is_inside());

    let mut guest = switchboard();
    let said = ask(&mut guest, "ANS 1 bob@example.com 2.def 77\r\n");
    assert!(matches!(&said.events[..],
        [SbServerEvent::Enter { session: Some(session), .. }] if &**session == "77"));
    let present = Present {
        account: &alice(),
        name: "Alice A",
        capabilities: Some(msnp_codec::command::Capabilities::new(4)),
    };
    guest.admit_guest(Version::MSNP12, &[present]);
    let iro = "IRO 1 1 1 alice@example.com Alice%20A 4\r\nANS 1 OK\r\n";
    assert_eq!(drain(&mut guest).bytes, iro);
    let said = ask(&mut guest, "CAL 2 carol@example.com\r\nMSG 3 U 2\r\nhi");
    assert_eq!(said.events.len(), 2);
    assert_eq!(ask(&mut guest, "OUT\r\n").end, Some(Ok(())));
}

#[test]
fn whoever_is_kept_out_of_a_room_is_told_and_cut_off() {
    let mut server = switchboard();
    server.admit_own(Version::MSNP8, "too early");
    assert!(!server.is_inside());
    ask(&mut server, "ANS 7 bob@example.com 2.def 77\r\n");
    server.refuse(ErrorCode::AUTHENTICATION_FAILED);
    let said = drain(&mut server);
    assert_eq!(said.bytes, "911 7\r\n");
    assert!(said.closes);
    let mut server = switchboard();
    server.timeout(at(60));
    let timed_out = SessionError::TimedOut { step: Step::Room };
    assert_eq!(drain(&mut server).end, Some(Err(timed_out)));
}
