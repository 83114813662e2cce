//! Whatever can be parsed prints, and parses back to the same value, in every version.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use msnp_codec::{COMMANDS, ClientCommand, FrameLimits, Framer, RawCommand, Sender, ServerCommand};
use msnp_core::Version;
use proptest::prelude::*;

fn frame(sender: Sender, version: Version, bytes: &[u8]) -> Option<RawCommand<'_>> {
    Framer::new(sender, version, FrameLimits::SIGNED_IN).next(bytes).unwrap()
}

/// Parses, prints and parses again; says whether the first parse gave a type of its own.
fn round_trip(sender: Sender, version: Version, bytes: &[u8]) -> bool {
    let raw = frame(sender, version, bytes).unwrap();
    let mut printed = Vec::new();
    let text = String::from_utf8_lossy(bytes);
    macro_rules! check {
        ($command:ident) => {{
            let Ok(value) = $command::parse(raw, version) else { return false };
            value.print(version, &mut printed);
            let again = frame(sender, version, &printed).unwrap();
            assert_eq!(again.wire(), &printed[..], "{version} {text}");
            if let $command::Raw(raw) = value {
                assert_eq!(printed, raw.wire());
                return false;
            }
            assert_eq!($command::parse(again, version).as_ref(), Ok(&value), "{version} {text}");
            true
        }};
    }
    match sender {
        Sender::Client => check!(ClientCommand),
        Sender::Server => check!(ServerCommand),
    }
}

/// Parameters as they occur, so that many lines are what their verb asks for.
fn parameter() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[0-9]{1,3}",
        3 => Just("alice@example.com".to_owned()),
        1 => Just("1:alice@example.com".to_owned()),
        2 => prop::sample::select(vec![
            "OK", "NS", "SB", "CKI", "MD5", "TWN", "SSO", "SHA", "I", "S", "A", "U", "N", "D", "FL",
            "AL", "BL", "RL", "PL", "NLN", "BSY", "HDN", "RINGING", "OTH", "MSNP8", "CVR0", "MFN",
        ]).prop_map(str::to_owned),
        2 => "[NFC]=[a-z%0-9@.]{0,8}",
        1 => "[0-9]{1,9}:[0-9]{1,3}",
        1 => "(127\\.0\\.0\\.1|\\[::1\\]):[0-9]{1,5}",
        1 => "[a-f0-9]{8}-[a-f0-9]{4}",
        2 => "[^ \t\r\n]{1,6}",
    ]
}

fn line() -> impl Strategy<Value = (Sender, Vec<u8>)> {
    let row = prop_oneof![
        9 => prop::sample::select(COMMANDS.iter().collect::<Vec<_>>())
            .prop_map(|row| (row.sender, row.verb.as_str().to_owned(), row.largest_body > 0)),
        1 => "[1-9][0-9]{2}".prop_map(|code| (Sender::Server, code, false)),
    ];
    let body = prop::collection::vec(any::<u8>(), 0..30);
    (row, prop::collection::vec(parameter(), 0..9), body).prop_map(
        |((sender, verb, has_body), parameters, body)| {
            let mut line = verb;
            for parameter in parameters {
                line = line + " " + &parameter;
            }
            let mut bytes = line.into_bytes();
            if has_body {
                bytes.extend(format!(" {}\r\n", body.len()).into_bytes());
                bytes.extend(body);
            } else {
                bytes.extend(b"\r\n");
            }
            (sender, bytes)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_parses_prints_and_parses_back_in_every_version((sender, bytes) in line()) {
        for version in Version::all() {
            let framer = &mut Framer::new(sender, version, FrameLimits::SIGNED_IN);
            if matches!(framer.next(&bytes), Ok(Some(raw)) if raw.wire() == bytes) {
                round_trip(sender, version, &bytes);
            }
        }
    }
}

/// Lines in the form of one version each, most of them from the documents of the protocol.
const LINES: &[(u8, Sender, &str)] = &[
    (7, Sender::Client, "VER 1 MSNP7 MSNP6 CVR0"),
    (7, Sender::Client, "INF 2"),
    (8, Sender::Client, "CVR 2 0x0409 winnt 5.1 i386 MSMSGS 5.0.0544 MSMSGS alice@example.com"),
    (7, Sender::Client, "USR 3 MD5 I alice@example.com"),
    (7, Sender::Client, "USR 4 MD5 S 6f3963009fc8a9d2b2ff137da0905c55"),
    (8, Sender::Client, "USR 4 TWN S t=abc&p="),
    (16, Sender::Client, "USR 4 SSO S t=abc HAAAAAE= {1234}"),
    (8, Sender::Client, "USR 1 alice@example.com 17262740.1050826919.32308"),
    (8, Sender::Client, "XFR 9 SB"),
    (8, Sender::Client, "SYN 5 0"),
    (11, Sender::Client, "SYN 5 0 0"),
    (7, Sender::Client, "CHG 6 NLN"),
    (8, Sender::Client, "CHG 6 NLN 1073741824"),
    (15, Sender::Client, "CHG 8 NLN 2147778596:0 %3Cmsnobj%2F%3E"),
    (8, Sender::Client, "ADD 9 FL bob@example.com Bob 0"),
    (11, Sender::Client, "ADC 9 FL N=bob@example.com F=Bob%20B"),
    (11, Sender::Client, "ADC 9 FL C=99999999 11111111"),
    (11, Sender::Client, "REM 9 AL bob@example.com"),
    (8, Sender::Client, "REA 9 alice@example.com Alice%20A"),
    (11, Sender::Client, "PRP 9 MFN Alice"),
    (8, Sender::Client, "BLP 9 AL"),
    (12, Sender::Client, "SBP 9 f6c3a2b1-1111-2222-3333-444455556666 MFN Bob%20B"),
    (12, Sender::Client, "SBP 9 f6c3a2b1-1111-2222-3333-444455556666 MFN"),
    (2, Sender::Client, "CVQ 2 0x0409 winnt 5.1 i386 MSMSGS 5.0.0544"),
    (8, Sender::Client, "CVQ 2 0x0409 winnt 5.1 i386 MSMSGS 5.0.0544 MSMSGS alice@example.com"),
    (7, Sender::Client, "LST 6 RL"),
    (7, Sender::Client, "LSG 6"),
    (7, Sender::Client, "ADG 9 New%20Group 0"),
    (10, Sender::Client, "ADG 9 New%20Group"),
    (9, Sender::Client, "REG 9 3 Friends 0"),
    (10, Sender::Client, "REG 9 f6c3a2b1-1111-2222-3333-444455556666 Friends"),
    (9, Sender::Client, "RMG 9 3"),
    (10, Sender::Client, "RMG 9 f6c3a2b1-1111-2222-3333-444455556666"),
    (8, Sender::Client, "URL 9 INBOX"),
    (8, Sender::Client, "URL 9 COMPOSE bob@example.com"),
    (7, Sender::Client, "FND 9 fname=Bob lname=Example city=* state=* country=US"),
    (2, Sender::Client, "SND 9 bob@example.com"),
    (3, Sender::Client, "SND 9 bob@example.com 0x0409 MSMSGS"),
    (4, Sender::Client, "SND 9 2 0x0409 MSMSGS MSMSGS"),
    (3, Sender::Client, "IMS 9 OFF"),
    (8, Sender::Client, "PNG"),
    (8, Sender::Client, "CAL 2 bob@example.com"),
    (8, Sender::Client, "ANS 1 bob@example.com 849102291.520491113 not-a-number"),
    (7, Sender::Server, "VER 1 MSNP7 CVR0"),
    (8, Sender::Server, "CVR 2 1.0 1.0 1.0 http://a.example.com http://b.example.com"),
    (2, Sender::Server, "CVQ 2 1.0 1.0 1.0 http://a.example.com http://b.example.com"),
    (7, Sender::Server, "USR 3 MD5 S 1013928519.693957190"),
    (5, Sender::Server, "USR 4 OK alice@example.com Alice"),
    (7, Sender::Server, "USR 4 OK alice@example.com Alice 1"),
    (8, Sender::Server, "USR 4 OK alice@example.com Alice%20A 1 0"),
    (11, Sender::Server, "USR 4 OK alice@example.com 1 0"),
    (11, Sender::Server, "USR 1 OK alice@example.com Alice"),
    (2, Sender::Server, "XFR 3 NS 10.0.0.1:1863"),
    (8, Sender::Server, "XFR 3 NS 10.0.0.1:1863 0 10.0.0.2:1863"),
    (8, Sender::Server, "XFR 9 SB 10.0.0.1:1863 CKI 849102291.520491113"),
    (14, Sender::Server, "XFR 9 SB 10.0.0.1:1863 CKI 849 U messenger.msn.com 1"),
    (8, Sender::Server, "SYN 5 7 2 1"),
    (11, Sender::Server, "SYN 5 2005-04-23T18:57:44.8130000-07:00 2005 2 1"),
    (7, Sender::Server, "LSG 5 7 1 2 0 Friends 0"),
    (8, Sender::Server, "LSG 0 Friends 0"),
    (11, Sender::Server, "LSG Friends 11111111-2222"),
    (7, Sender::Server, "LST 5 FL 7 1 2 bob@example.com Bob 0"),
    (7, Sender::Server, "LST 5 BL 7 0 0"),
    (8, Sender::Server, "LST bob@example.com Bob 11 0,3"),
    (11, Sender::Server, "LST N=bob@example.com F=Bob C=99999999 11 11111111-2222"),
    (12, Sender::Server, "LST N=bob@example.com F=Bob C=99999999 11 1 11111111-2222"),
    (7, Sender::Server, "GTC 5 7 A"),
    (8, Sender::Server, "BLP AL"),
    (8, Sender::Server, "PRP 9 7 PHH 123%20456"),
    (11, Sender::Server, "PRP MFN Alice"),
    (7, Sender::Server, "BPR 7 bob@example.com PHH 1"),
    (8, Sender::Server, "BPR PHH 1"),
    (8, Sender::Server, "ADD 0 RL 8 bob@example.com Bob"),
    (11, Sender::Server, "ADC 0 RL N=bob@example.com F=Bob"),
    (8, Sender::Server, "REM 0 RL 9 bob@example.com"),
    (11, Sender::Server, "REM 9 AL bob@example.com"),
    (10, Sender::Server, "SBP 9 f6c3a2b1-1111-2222-3333-444455556666 MFN Bob"),
    (7, Sender::Server, "ADG 9 8 Friends 3 0"),
    (10, Sender::Server, "ADG 9 Friends f6c3a2b1-1111-2222-3333-444455556666 0"),
    (9, Sender::Server, "REG 9 8 3 Friends 0"),
    (10, Sender::Server, "REG 9 1 Friends f6c3a2b1-1111-2222-3333-444455556666 0"),
    (9, Sender::Server, "RMG 9 8 3"),
    (10, Sender::Server, "RMG 9 1 f6c3a2b1-1111-2222-3333-444455556666"),
    (8, Sender::Server, "URL 9 /cgi-bin/inbox https://login.example.com/ 2"),
    (7, Sender::Server, "FND 9 1 2 fname=Bob lname=Example city=New%20York state=NY country=US"),
    (7, Sender::Server, "FND 9 0 0"),
    (2, Sender::Server, "SND 9 OK"),
    (5, Sender::Server, "SDC 9 OK"),
    (3, Sender::Server, "IMS 9 0 OFF"),
    (9, Sender::Server, "PGD 9 OK"),
    (7, Sender::Server, "ILN 6 NLN bob@example.com Bob"),
    (8, Sender::Server, "ILN 0 AWY bob@example.com Bob 32"),
    (15, Sender::Server, "NLN NLN bob@example.com 1 Bob 2788999228 0"),
    (18, Sender::Server, "NLN NLN 1:bob@example.com Bob 2788999228:48 0"),
    (8, Sender::Server, "FLN bob@example.com"),
    (18, Sender::Server, "FLN 1:bob@example.com 0:0"),
    (11, Sender::Server, "UUX 7 0"),
    (8, Sender::Server, "CHL 0 15570131571988941333"),
    (8, Sender::Server, "QRY 9"),
    (8, Sender::Server, "QNG"),
    (11, Sender::Server, "QNG 50"),
    (8, Sender::Server, "OUT OTH"),
    (11, Sender::Server, "OUT RCT 5"),
    (11, Sender::Server, "SBS 0 null"),
    (8, Sender::Server, "RNG x17 10.0.0.1:1863 CKI 849.52 alice@example.com Alice"),
    (8, Sender::Server, "CAL 2 RINGING not-a-number"),
    (8, Sender::Server, "ANS 1 OK"),
    (8, Sender::Server, "IRO 1 1 2 alice@example.com Alice"),
    (12, Sender::Server, "JOI alice@example.com Alice 1616756780"),
    (8, Sender::Server, "BYE alice@example.com 1"),
    (8, Sender::Server, "ACK 5"),
    (8, Sender::Server, "NAK 5"),
    (8, Sender::Server, "913 10"),
    (8, Sender::Server, "600"),
];

#[test]
fn lines_of_the_documents_have_types_and_print_as_they_came() {
    for (version, sender, line) in LINES {
        let version = Version::from_number(*version).unwrap();
        let bytes = format!("{line}\r\n").into_bytes();
        assert!(round_trip(*sender, version, &bytes), "{line} has no type at {version}");
        let raw = frame(*sender, version, &bytes).unwrap();
        let mut printed = Vec::new();
        match sender {
            Sender::Client => {
                ClientCommand::parse(raw, version).unwrap().print(version, &mut printed)
            }
            Sender::Server => {
                ServerCommand::parse(raw, version).unwrap().print(version, &mut printed)
            }
        }
        assert_eq!(String::from_utf8_lossy(&printed), format!("{line}\r\n"), "{version}");
    }
}

#[test]
fn commands_with_bodies_print_as_they_came() {
    for (version, sender, bytes) in [
        (8, Sender::Client, &b"MSG 3 N 5\r\nhello"[..]),
        (8, Sender::Server, b"MSG alice@example.com Alice 5\r\nhello"),
        (11, Sender::Client, b"UUX 7 4\r\n<x/>"),
        (11, Sender::Server, b"UBX alice@example.com 0\r\n"),
        (15, Sender::Server, b"UBX alice@example.com 1 4\r\n<x/>"),
        (8, Sender::Client, b"QRY 9 msmsgs@msnmsgr.com 32\r\n8f2f5a91b72102cd28355e9fc9000d6e"),
        (11, Sender::Server, b"GCF 4 Shields.xml 4\r\n<x/>"),
        (8, Sender::Server, b"NOT 4\r\n<x/>"),
        (8, Sender::Server, b"IPG 4\r\n<x/>"),
        (8, Sender::Client, b"PAG 9 bob@example.com 4\r\n<x/>"),
        (9, Sender::Client, b"PGD 9 tel:+15550100 1 4\r\n<x/>"),
        (5, Sender::Client, b"SDC 9 bob@example.com 0x0409 MSMSGS MSMSGS X X Alice%20A 2\r\nHi"),
        (5, Sender::Client, b"SDC 9 2 0x0409 MSMSGS MSMSGS X X Alice 0\r\n"),
        (13, Sender::Server, b"241 9 4\r\n<x/>"),
    ] {
        let version = Version::from_number(version).unwrap();
        assert!(round_trip(sender, version, bytes), "{}", bytes.escape_ascii());
        let raw = frame(sender, version, bytes).unwrap();
        let mut printed = Vec::new();
        match sender {
            Sender::Client => {
                ClientCommand::parse(raw, version).unwrap().print(version, &mut printed)
            }
            Sender::Server => {
                ServerCommand::parse(raw, version).unwrap().print(version, &mut printed)
            }
        }
        assert_eq!(printed, bytes);
    }
}
