//! The table of the sign-in is the sign-in: every reply at every step does what its row says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use msnp_core::{Account, LinkId, Machine, Now, Opened, Output, Secret, TransactionId, Version};
use msnp_session::{
    ClientProgram, NsClient, NsClientConfig, NsEvent, SIGN_IN, SessionError, SessionLimits, Step,
};

const LINK: LinkId = LinkId::new(1);

/// What a server says to bring a client of this version from the beginning to a step.
const WAYS: [(Step, Version, &str); 6] = [
    (Step::Version, Version::MSNP7, ""),
    (Step::Information, Version::MSNP7, "VER 1 MSNP7\r\n"),
    (Step::ClientVersion, Version::MSNP8, "VER 1 MSNP8\r\n"),
    (Step::Account, Version::MSNP7, "VER 1 MSNP7\r\nINF 2 MD5\r\n"),
    (Step::Account, Version::MSNP8, "VER 1 MSNP8\r\nCVR 2 1 1 1 u u\r\n"),
    (Step::Password, Version::MSNP7, "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1.2\r\n"),
];

const REPLIES: [(&str, &str); 10] = [
    ("VER", "VER 9 {version}\r\n"),
    ("INF", "INF 9 MD5\r\n"),
    ("CVR", "CVR 9 1 1 1 u u\r\n"),
    ("CVQ", "CVQ 9 1 1 1 u u\r\n"),
    ("USR", "USR 9 {scheme} S 1.2\r\n"),
    ("USR", "USR 9 OK alice@example.com Alice 1\r\n"),
    ("XFR", "XFR 9 NS 10.0.0.1:1863 0\r\n"),
    ("SYN", "SYN 9 1\r\n"),
    ("CHG", "CHG 9 NLN\r\n"),
    ("RNG", "RNG 1 10.0.0.1:1863 CKI 1 bob@example.com Bob\r\n"),
];

type End = Option<Result<(), SessionError>>;

fn at(version: Version, way: &str) -> NsClient {
    let mut client = NsClient::new(NsClientConfig {
        account: Account::new("alice@example.com").unwrap(),
        password: Secret::from("secret"),
        versions: vec![version],
        program: ClientProgram::default(),
        first_transaction: TransactionId::new(1),
        keepalive: Duration::from_secs(50),
        limits: SessionLimits::default(),
    });
    client.link_opened(Now::default(), LINK, Opened::Connected);
    say(&mut client, way);
    client
}

fn say(client: &mut NsClient, mut text: &str) -> (Vec<NsEvent>, End) {
    let mut events = Vec::new();
    loop {
        let taken = client.input(Now::default(), LINK, text.as_bytes());
        loop {
            match client.poll() {
                Output::Event(event) => events.push(event),
                Output::Closed(end) => return (events, Some(end)),
                Output::Wait { .. } => break,
                Output::Link { .. } | Output::Effect(..) => {}
            }
        }
        match taken {
            0 => return (events, None),
            n => text = text.split_at(n).1,
        }
    }
}

#[test]
fn every_reply_at_every_step_does_what_the_table_says() {
    for (step, version, way) in WAYS {
        for (verb, reply) in REPLIES {
            let mut client = at(version, way);
            assert_eq!(client.step(), Some(step));
            let scheme = if version == Version::MSNP7 { "MD5" } else { "TWN" };
            let reply =
                reply.replace("{version}", &version.to_string()).replace("{scheme}", scheme);
            let (events, end) = say(&mut client, &reply);
            let row = SIGN_IN.iter().find(|row| row.from == step && row.on == verb);
            let unexpected: End = Some(Err(SessionError::Unexpected { step }));
            match (row, client.step()) {
                (None, _) => assert_eq!(end, unexpected, "{step:?} {reply}"),
                (Some(row), Some(next)) => assert!(row.to.contains(&next), "{step:?} {reply}"),
                (Some(_), None) => {
                    let redirected = matches!(events.first(), Some(NsEvent::Redirected(_)));
                    let good = client.is_ready() || (redirected && end == Some(Ok(())));
                    // A challenge where the proof was due, or the other way round.
                    let wrong_kind = verb == "USR" && end == unexpected;
                    assert!(good || wrong_kind, "{step:?} {reply} {end:?}");
                }
            }
        }
    }
}

#[test]
fn every_row_of_the_table_is_walked() {
    for row in SIGN_IN {
        assert!(WAYS.iter().any(|(step, ..)| *step == row.from), "{row:?}");
        assert!(REPLIES.iter().any(|(verb, _)| *verb == row.on), "{row:?}");
    }
}
