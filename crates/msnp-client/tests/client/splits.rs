//! Cutting the input of a whole client anywhere changes nothing.

use msnp_client::{ClientError, Event};
use msnp_core::{LinkId, Version};
use msnp_session::SessionError;
use proptest::prelude::*;

use crate::script::{self, VERSIONS, next};
use crate::scripted::{Scripted, config};

const BODY: &str =
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nHällo\r\nOUT OTH\r\n";

/// A command with a body that looks like commands.
fn with_body(line: &str) -> String {
    format!("{line} {}\r\n{BODY}", BODY.len())
}

/// What a notification server says up to the challenge for the password.
fn negotiation(version: Version) -> String {
    let document = "GCF 0 Shields.xml 6\r\n<a/>\r\n";
    let pushed = if version.has_personal_messages() { document } else { "" };
    script::negotiation(version).replace("USR 3", &format!("{pushed}USR 3"))
}

/// What it says then, up to a ring.
fn session(version: Version) -> String {
    let (welcome, lists) = (script::welcome(version), script::lists(version));
    let profile = with_body("MSG Hotmail Hotmail");
    let (own, bob) = match version.number() {
        ..=7 => ("", ""),
        8 => (" 1073741856", " 32"),
        _ => (" 1073741856", " 32 %3Cmsnobj%2F%3E"),
    };
    let personal = match version.has_personal_messages() {
        false => "",
        true => {
            "SBS 0 null\r\nUBX bob@example.com 51\r\n\
             <Data><PSM>hi &amp; bye</PSM><CurrentMedia/></Data>\
             UBX bob@example.com 0\r\nUBX eve@example.com 5\r\n<Dat>"
        }
    };
    let changes = match version.has_guids() {
        true => {
            "ADC 0 RL N=carol@example.com F=Carol\r\nADG 0 Work 2222 0\r\nREG 0 1 Job 2222 0\r\n\
             SBP 0 99999999-2222-3333-4444-555555555555 MFN Bobby\r\nRMG 0 1 2222\r\n"
        }
        false => {
            "ADD 0 RL 10 carol@example.com Carol\r\nADG 0 11 Work 2 0\r\nREG 0 12 2 Job 0\r\n\
             REA 0 13 bob@example.com Bobby\r\nRMG 0 14 2\r\nREM 0 RL 15 carol@example.com\r\n"
        }
    };
    format!(
        "{welcome}{profile}{lists}CHG 6 NLN{own}\r\nILN 6 AWY bob@example.com B%c3%b6b{bob}\r\n\
         ILN 0 AWY eve@example.com B%ffb{own}\r\n{personal}{changes}URL 0 /a http://x.example.com/ 2\r\n\
         IPG 5\r\n<P/>\nCHL 0 15570131571988941333\r\nNLN NLN bob@example.com \u{4e2a}\u{4eba} 0\r\n\
         XYZ 1\r\nNLN\r\nNLN AWY nobody Name 0\r\nPRP PHH \r\nBPR\r\n\
         RNG x-7 10.0.0.9:1865 CKI 1.2 bob@example.com Bob\r\n"
    )
}

/// All that a switchboard says to a client that answers a ring.
fn room(transaction: u32) -> String {
    format!(
        "IRO {transaction} 1 1 bob@example.com Bob\r\nANS {transaction} OK\r\n{}\
         JOI eve@example.com Eve\r\nACK 99\r\nMSG eve@example.com Eve 2\r\nhiBYE bob@example.com\r\n{}",
        with_body("MSG bob@example.com Bob"),
        with_body("MSG eve@example.com Eve"),
    )
}

/// The last words of a notification server.
fn endings() -> Vec<String> {
    vec![
        String::new(),
        "OUT SSD\r\nFLN bob@example.com\r\n".to_owned(),
        "UBX bob@example.com\r\nOUT OTH\r\n".to_owned(),
        "NOT x\r\nOUT OTH\r\n".to_owned(),
        "MSG Hotmail Hotmail 99999999999\r\nOUT OTH\r\n".to_owned(),
        "\r\nOUT OTH\r\n".to_owned(),
        "\u{0}\u{1} noise\nOUT OTH\r\n".to_owned(),
        "x".repeat(9000),
    ]
}

#[derive(Debug, PartialEq)]
struct Heard {
    events: Vec<Event>,
    sent: Vec<(LinkId, String)>,
    end: Option<Result<(), ClientError>>,
}

/// Feeds both streams in pieces of these sizes; the room is heard before the ending.
fn hear(version: Version, ending: &str, pieces: &[usize]) -> Heard {
    let mut s = Scripted::new(config(version));
    let ns = s.open();
    s.server_in_pieces(ns, negotiation(version).as_bytes(), pieces);
    if version.requires_cvr() {
        s.give_ticket();
    }
    s.server_in_pieces(ns, session(version).as_bytes(), pieces);
    let link = s.open();
    assert_ne!(link, ns, "it has not rung: {:?}", s.events);
    // After the answer to the challenge.
    s.server_in_pieces(link, room(next(version) + 1).as_bytes(), pieces);
    let rest = format!("FLN bob@example.com\r\n{}913 77\r\n{ending}", with_body("NOT"));
    s.server_in_pieces(ns, rest.as_bytes(), pieces);
    Heard { sent: s.all_sent(), events: s.events, end: s.end }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whole_bytewise_and_random_cuts_are_heard_alike(
        version in prop::sample::select(&VERSIONS[..]),
        ending in prop::sample::select(endings()),
        pieces in prop::collection::vec(1usize..60, 1..12),
    ) {
        let whole = hear(version, &ending, &[usize::MAX]);
        let texts = whole.events.iter().filter(|event| matches!(event, Event::Text { .. }));
        prop_assert_eq!(texts.count(), 2, "{:?}", whole);
        prop_assert!(whole.events.contains(&Event::SignedIn));
        prop_assert_eq!(whole.end.is_none(), ending.is_empty());
        for pieces in [&pieces[..], &[1]] {
            prop_assert_eq!(&hear(version, &ending, pieces), &whole);
        }
    }
}

#[test]
fn what_cannot_be_read_ends_the_session_and_nothing_after_it_is_heard() {
    for version in VERSIONS {
        for ending in endings().iter().filter(|ending| !ending.is_empty()) {
            let heard = hear(version, ending, &[7]);
            match heard.end {
                Some(Err(ClientError::SignedOut(_))) if ending.starts_with("OUT SSD") => {}
                Some(Err(ClientError::SessionLost(SessionError::Unreadable(_)))) => {}
                other => panic!("{version} {ending:?}: {other:?}"),
            }
        }
    }
}
