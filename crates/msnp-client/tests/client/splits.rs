//! Cutting the input of a whole client anywhere changes nothing.

use msnp_client::{ClientError, Event};
use msnp_core::{HttpResponse, LinkId, Version};
use msnp_session::SessionError;
use proptest::prelude::*;

use crate::scripted::{Scripted, config};

const VERSIONS: [Version; 3] = [Version::MSNP7, Version::MSNP8, Version::MSNP11];

const BODY: &str =
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nHällo\r\nOUT OTH\r\n";

/// A command with a body that looks like commands.
fn with_body(line: &str) -> String {
    format!("{line} {}\r\n{BODY}", BODY.len())
}

/// What a notification server says up to the challenge for the password.
fn negotiation(version: Version) -> &'static str {
    match version.number() {
        7 => "VER 1 MSNP7 CVR0\r\nINF 2 MD5\r\nUSR 3 MD5 S 1.2\r\n",
        8 => "VER 1 MSNP8 CVR0\r\nCVR 2 1 1 1 u u\r\nUSR 3 TWN S ct=1,rver=2\r\n",
        _ => {
            "VER 1 MSNP11 CVR0\r\nCVR 2 1 1 1 u u\r\nGCF 0 Shields.xml 6\r\n<a/>\r\n\
             USR 3 TWN S ct=1,rver=2\r\n"
        }
    }
}

/// What it says then, up to a ring.
fn session(version: Version) -> String {
    let common = "CHL 0 15570131571988941333\r\nNLN NLN bob@example.com \u{4e2a}\u{4eba} 0\r\nXYZ 1\r\nNLN\r\n\
         NLN AWY nobody Name 0\r\nPRP PHH \r\nBPR\r\nRNG x-7 10.0.0.9:1865 CKI 1.2 bob@example.com Bob\r\n";
    let profile = with_body("MSG Hotmail Hotmail");
    match version.number() {
        7 => format!(
            "USR 4 OK alice@example.com Alice 1\r\n{profile}SYN 5 9\r\n\
             LSG 5 9 1 1 0 Other%20Contacts 0\r\nLST 5 FL 9 1 1 bob@example.com Bob 0\r\nBPR PHH 1\r\n\
             LST 5 AL 9 1 1 bob@example.com Bob\r\nLST 5 BL 9 0 0\r\nLST 5 RL 9 0 0\r\nCHG 6 NLN\r\n\
             ILN 6 AWY bob@example.com B%c3%b6b\r\n{common}"
        ),
        8 => format!(
            "USR 4 OK alice@example.com Alice 1 0\r\n{profile}SYN 5 3 2 1\r\nGTC A\r\nBLP AL\r\n\
             PRP PHH 123\r\nLSG 0 Other%20Contacts 0\r\nLST bob@example.com Bob 11 0\r\nBPR PHH 4\r\n\
             LST eve@example.com E%20ve 8\r\nBPR MOB Y\r\nCHG 6 NLN 1073741856\r\n\
             ILN 6 AWY bob@example.com B%ffb 32\r\n{common}"
        ),
        _ => format!(
            "USR 4 OK alice@example.com 1 0\r\nSBS 0 null\r\n{profile}\
             SYN 5 2005-04-23T18:57:44.813-07:00 2005-04-23T18:57:44.813-07:00 2 1\r\nGTC A\r\n\
             BLP AL\r\nPRP MFN Alice%20A\r\nLSG Friends 11111111-2222-3333-4444-555555555555\r\n\
             LST N=bob@example.com F=Bob C=99999999-2222-3333-4444-555555555555 11 1111\r\n\
             LST N=eve@example.com F=Eve 8\r\nCHG 6 NLN 1073741856\r\n\
             ILN 0 AWY bob@example.com Bob 32 %3Cmsnobj%2F%3E\r\n\
             UBX bob@example.com 51\r\n<Data><PSM>hi &amp; bye</PSM><CurrentMedia/></Data>\
             UBX bob@example.com 0\r\nUBX eve@example.com 5\r\n<Dat>{common}"
        ),
    }
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
    if version != Version::MSNP7 {
        let urls = "DARealm=Passport.Net,DALogin=login.example.com/login2.srf";
        s.answer_http(HttpResponse::new(200).header("PassportURLs", urls));
        let ok = "Passport1.4 da-status=success,from-PP='t=a&p=b'";
        s.answer_http(HttpResponse::new(200).header("Authentication-Info", ok));
    }
    s.server_in_pieces(ns, session(version).as_bytes(), pieces);
    let link = s.open();
    assert_ne!(link, ns, "it has not rung: {:?}", s.events);
    s.server_in_pieces(link, room(8).as_bytes(), pieces);
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
