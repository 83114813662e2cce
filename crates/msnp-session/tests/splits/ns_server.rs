use msnp_codec::command::transaction_of;
use msnp_core::{ErrorCode, Version};
use msnp_session::{NsServer, NsServerConfig, NsServerEvent, SessionError};
use proptest::prelude::*;

use crate::hearing::{
    Heard, NOW, VERSIONS, hear, pieces, same_however_cut, some_of, unreadable, with_body,
};

/// Lets everybody in, and answers every command with an error that carries its transaction.
fn service(server: &mut NsServer, event: &NsServerEvent) {
    match event {
        NsServerEvent::Account { .. } => server.challenge("ct=1,rver=2"),
        NsServerEvent::Proof { .. } => server.accept(NOW, "Alice A", true),
        NsServerEvent::Command(command) => {
            let transaction = transaction_of(command.as_raw());
            server.error(ErrorCode::COMMAND_DISABLED, transaction);
        }
        _ => {}
    }
}

/// Lets nobody in.
fn strict(server: &mut NsServer, event: &NsServerEvent) {
    match event {
        NsServerEvent::Account { .. } => server.challenge("ct=1,rver=2"),
        NsServerEvent::Proof { .. } => server.refuse(ErrorCode::AUTHENTICATION_FAILED),
        _ => {}
    }
}

/// What the three kinds of client say, as the recordings show it.
fn sign_in(version: Version) -> String {
    let cvr = "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 8.0.0812 msmsgs alice@example.com\r\n";
    match version.number() {
        7 => "VER 1 MSNP7 MSNP6 MSNP5 MSNP4 CVR0\r\nINF 2\r\nUSR 3 MD5 I alice@example.com\r\n\
              USR 4 MD5 S 0123456789abcdef0123456789abcdef\r\n"
            .to_owned(),
        8 => format!(
            "VER 1 MSNP8 CVR0\r\n{cvr}USR 3 TWN I alice@example.com\r\nUSR 4 TWN S t=1&p=2\r\n"
        ),
        _ => format!(
            "VER 1 MSNP11 MSNP8 CVR0\r\n{cvr}USR 3 TWN I alice@example.com\r\nUSR 4 TWN S t={}&p=\r\n",
            "x".repeat(700)
        ),
    }
}

fn commands(version: Version) -> Vec<String> {
    let mut commands: Vec<String> = [
        "SYN 5 0\r\n",
        "SYN 5 0 0\r\n",
        "CHG 6 NLN\r\n",
        "CHG 6 NLN 32:48\r\n",
        "CHG 6\r\n",
        "CHG x NLN\r\n",
        "CHG 6 XYZ\r\n",
        "PNG\r\n",
        "PNG 7\r\n",
        "XFR 8 SB\r\n",
        "BLP 9 AL\r\n",
        "GTC 10 N\r\n",
        "ADD 11 FL bob@example.com Bob 0\r\n",
        "ADC 12 FL N=bob@example.com F=Bob\r\n",
        "ADC 12\r\n",
        "REM 13 FL bob@example.com\r\n",
        "REA 14 alice@example.com A%20\u{4e2a}\r\n",
        "PRP 15 MFN %ff\r\n",
        "QRY 16 msmsgs@msnmsgr.com 32\r\n8f2f5a91b72102cd28355e9fc9000d6e",
        "QRY 16 x 0\r\n",
        "USR 17\r\n",
        "USR 17 MD5 I alice@example.com\r\n",
        "INF 18\r\n",
        "CAL 19 bob@example.com\r\n",
        "XYZ 20 x\r\n",
        "A1B\r\n",
        "URL 21 INBOX\r\n",
        "CVR 22 0x0409 winnt 5.1 i386 MSNMSGR 7.0.0816 MSMSGS a@b\r\n",
        "PNG\n",
        "SYN\r\n",
        "REA 14 alice@example.com \r\n",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    if version.has_personal_messages() {
        commands.push(with_body("UUX 23"));
        commands.push("UUX 24 0\r\nGCF 25 Shields.xml\r\n".to_owned());
    }
    commands
}

fn endings() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("CHG 30 AW".to_owned()),
        Just("OUT\r\nPNG\r\n".to_owned()),
        Just("VER 30 MSNP8\r\nPNG\r\n".to_owned()),
        Just("XXX\r\n".repeat(40)),
        unreadable("QRY"),
    ]
}

type Service = fn(&mut NsServer, &NsServerEvent);

fn heard(stream: &str, pieces: &[usize], service: Service) -> Heard<NsServerEvent> {
    hear(NsServer::new(NsServerConfig::default()), stream.as_bytes(), pieces, service)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_notification_server_hears_the_same_however_its_input_is_cut(
        (version, commands) in prop::sample::select(&VERSIONS[..])
            .prop_flat_map(|version| (Just(version), some_of(commands(version)))),
        ending in endings(),
        pieces in pieces(),
    ) {
        let stream = format!("{}{commands}{ending}", sign_in(version));
        let whole = same_however_cut(&pieces, |pieces| heard(&stream, pieces, service))?;
        prop_assert!(whole.sent.contains("USR 4 OK alice@example.com"), "{:?}", whole);
    }

    #[test]
    fn a_client_that_is_not_let_in_learns_the_same_however_its_input_is_cut(
        version in prop::sample::select(&VERSIONS[..]),
        steps in 0usize..5,
        wrong in prop_oneof![
            Just("SYN 9 0\r\nPNG\r\nUSR 9 SSO I x\r\nUSR 9 TWN I nobody\r\n".to_owned()),
            Just("VER 9 MSNP2\r\n".to_owned()),
            Just(format!("USR 9 TWN S {}\r\n", "x".repeat(9000))),
            Just(format!("MSG 9 N 65\r\n{}", "x".repeat(65))),
            unreadable("QRY"),
        ],
        pieces in pieces(),
    ) {
        let mut stream: String = sign_in(version).split_inclusive("\r\n").take(steps).collect();
        stream.push_str(&wrong);
        stream.push_str("CHG 50 NLN\r\n");
        let whole = same_however_cut(&pieces, |pieces| heard(&stream, pieces, strict))?;
        let let_in = |event: &NsServerEvent| matches!(event, NsServerEvent::Command(_));
        prop_assert!(!whole.events.iter().any(let_in), "{:?}", whole);
    }
}

#[test]
fn what_cannot_be_read_is_refused_after_all_answers_before_it() {
    for version in VERSIONS {
        let stream = format!("{}PNG\r\nget x\r\nOUT\r\n", sign_in(version));
        let heard = heard(&stream, &[7], service);
        assert!(matches!(heard.end, Some(Err(SessionError::Unreadable(_)))), "{:?}", heard.end);
        assert!(heard.sent.ends_with("200\r\n") && heard.sent.contains("\r\nQNG"));
        assert!(stream.get(heard.taken..).unwrap().starts_with("get x"));
    }
}
