//! What hostile and broken clients do while two people talk.

use msnp_client::Event;
use msnp_core::{Account, Endpoint, Version};
use msnp_server::{Refusal, Server, ServerEvent};
use msnp_testkit::replay;

use crate::scene::{ALICE, BOB, Scene};
use crate::secrets::secrets;
use crate::service::{ServerActions, Service, account, config};
use crate::stranger::{CVR, CVR_ANSWERED, Stranger, log_in};

type Attack<'a> = (&'a str, &'a dyn Fn(&Service));

/// A proof that nobody gave out.
const GUESS: &str = "t=0123456789guess&p=";

/// What cannot be read, before and after the sign-in. The server says 200 and closes.
fn unreadable() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a line that is too long", format!("VER 1 {}\r\n", "x".repeat(8200)).into()),
        ("a line without an end", vec![b'A'; 10_000]),
        ("a body that is too long", b"QRY 1 x 99999\r\n".into()),
        ("a length that is none", b"MSG 1 A -1\r\n".into()),
        ("no length at all", b"UUX\r\n".into()),
        ("small letters", b"ver 1 MSNP8\r\n".into()),
        ("nothing", b"\r\n".into()),
        ("noise", b"\x16\x03\x01\x00\xff\xfe\x00\n\x80\n".into()),
        ("a web browser", b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n".into()),
    ]
}

/// Before the sign-in, on each service.
fn outside(service: &Service) {
    let at = &service.addresses;
    for to in [&at.dispatch, &at.notification, &at.switchboard] {
        for (what, bytes) in unreadable() {
            let heard = Stranger::connect(to).last_words(bytes);
            assert!(heard.ends_with("200\r\n"), "{what}: {heard:?}");
        }
        let heard = Stranger::connect(to).last_words("XYZ 1 2\r\n".repeat(40));
        assert_eq!(heard, "200 1\r\n".repeat(17), "unknown commands");
        // Nobody has to be polite.
        drop(Stranger::connect(to));
        Stranger::connect(to).say("VER 1 MS");
    }
    let mut early = Stranger::connect(&at.notification);
    let answer = early.ask("SYN 1 0\r\nXFR 2 SB\r\nCHG 3 NLN\r\n", "302 3\r\n");
    assert_eq!(answer, "302 1\r\n302 2\r\n302 3\r\n");
    let mut early = Stranger::connect(&at.switchboard);
    let answer = early.ask("CAL 1 bob@example.com\r\nMSG 2 A 2\r\nhi", "302 2\r\n");
    assert_eq!(answer, "302 1\r\n302 2\r\n");
}

/// With passwords, tickets and cookies that are wrong.
fn pretending(service: &Service) {
    let at = &service.addresses;
    for name in ["alice", "nobody"] {
        let mut md5 = Stranger::connect(&at.notification);
        let proof = md5.answer_md5(name, "guessed-password");
        assert_eq!(md5.last_words(proof), "911 3\r\n");
        for version in ["MSNP8", "MSNP11"] {
            let mut twn = Stranger::connect(&at.notification);
            twn.ask(&format!("VER 1 {version}\r\n{CVR}"), CVR_ANSWERED);
            twn.ask(&format!("USR 2 TWN I {name}@example.com\r\n"), "USR 2 TWN S ");
            assert_eq!(twn.last_words(format!("USR 3 TWN S {GUESS}\r\n")), "911 3\r\n");
        }
        let page = log_in(&at.http, name, "guessed-password");
        assert!(page.starts_with("HTTP/1.1 401 ") && !page.contains("from-PP"), "{page}");
        for entrance in [
            format!("USR 1 {name}@example.com {GUESS}"),
            format!("ANS 1 {name}@example.com {GUESS} 1"),
        ] {
            let room = Stranger::connect(&at.switchboard);
            assert_eq!(
                room.last_words(format!("{entrance}\r\nCAL 2 alice@example.com\r\n")),
                "911 1\r\n"
            );
        }
    }
}

/// Signed in: each of these costs eve her session, and nobody else anything.
fn inside(service: &Service, version: Version) {
    for (what, bytes) in unreadable() {
        let heard = Stranger::sign_in(service, "eve", version).last_words(bytes);
        assert!(heard.ends_with("200\r\n"), "{what}: {heard:?}");
    }
    let mut eve = Stranger::sign_in(service, "eve", version);
    let answer = eve.ask("XYZ 5\r\nCAL 6 bob@example.com\r\nCHG 7\r\nADD 8\r\nPNG\r\n", "QNG");
    for refused in ["200 5\r\n", "502 6\r\n", "200 7\r\n"] {
        assert!(answer.contains(refused), "{refused}: {answer}");
    }
    let heard = eve.last_words("XYZ 9\r\n".repeat(40));
    assert!(heard.ends_with("200 9\r\n"), "{heard}");
}

/// A cookie works once, for one person, while that person is signed in.
fn cookies(service: &Service, version: Version) {
    let to = &service.addresses.switchboard;
    let refused = |account: &str, cookie: &str| {
        let enter = format!("USR 1 {account}@example.com {cookie}\r\n");
        assert_eq!(Stranger::connect(to).last_words(enter), "911 1\r\n");
        let enter = format!("ANS 1 {account}@example.com {cookie} 1\r\n");
        assert_eq!(Stranger::connect(to).last_words(enter), "911 1\r\n");
    };
    let mut eve = Stranger::sign_in(service, "eve", version);
    let cookie = eve.cookie();
    let mut room = enter(to, "eve", &cookie);
    refused("eve", &cookie);
    let others = eve.cookie();
    refused("bob", &others);
    let late = eve.cookie();
    let invited = eve.cookie();
    let enter = format!("ANS 1 eve@example.com {invited} 1\r\n");
    assert_eq!(Stranger::connect(to).last_words(enter), "911 1\r\n", "not one to answer with");

    let answer = room.ask("SYN 2 0\r\nUSR 3 eve@example.com x\r\nMSG 4 A 2\r\nhi", "NAK 4\r\n");
    assert!(answer.starts_with("502 2\r\n715 3\r\n"), "{answer}");
    let heard = room.last_words(format!("MSG 5 A 9999\r\n{}", "x".repeat(9999)));
    assert!(!heard.contains("ACK"), "{heard}");
    eve.last_words("OUT\r\n");
    refused("eve", &late);
}

fn enter(to: &Endpoint, name: &str, cookie: &str) -> Stranger {
    let mut room = Stranger::connect(to);
    room.ask(&format!("USR 1 {name}@example.com {cookie}\r\n"), "USR 1 OK ");
    room
}

#[test]
fn two_who_talk_notice_nothing_of_what_others_do_to_the_server() {
    for version in [Version::MSNP7, Version::MSNP8, Version::MSNP11] {
        let mut scene = Scene::new(version);
        let conversation = scene.conversation();
        let Event::Text { conversation: theirs, .. } = scene.say(ALICE, conversation, "hello")
        else {
            panic!()
        };
        scene.say(BOB, theirs, "hello alice");
        let before = [ALICE, BOB].map(|who| scene.events(who).len());

        let attacks: [Attack<'_>; 4] = [
            ("outside", &outside),
            ("pretending", &pretending),
            ("inside", &|service| inside(service, version)),
            ("cookies", &|service| cookies(service, version)),
        ];
        for (name, attack) in attacks {
            attack(&scene.service);
            scene.say(ALICE, conversation, name);
            scene.say(BOB, theirs, &format!("{name}?"));
        }

        for (who, before) in [ALICE, BOB].into_iter().zip(before) {
            assert_eq!(scene.end(who), None, "{version}");
            for event in &scene.events(who)[before..] {
                let expected = matches!(event, Event::Text { .. } | Event::MessageEnded { .. });
                assert!(expected, "{version}: {event:?}");
            }
        }
        nobody_was_let_in(&scene.service.events());
        let after = scene.end_all();
        let server = Server::new(config(), []).unwrap();
        replay(server, &after.service.whole, &ServerActions).expect("the same again");
        let mut secret = secrets(&after.service.whole);
        assert!(secret.len() > 20, "{secret:?}");
        secret.extend(["-secret", "guessed-password", "0123456789guess"].map(str::to_owned));
        for secret in secret {
            assert!(!after.told.contains(&secret), "{version}: {secret} is told: {}", after.told);
        }
    }
}

/// Only those who gave the right password are signed in, and only they enter rooms.
fn nobody_was_let_in(events: &[ServerEvent]) {
    let [alice, bob, eve] = ["alice", "bob", "eve"].map(account);
    let count = |who: &Account| {
        let signed_in = events.iter().filter(
            |event| matches!(event, ServerEvent::SignedIn { account, .. } if account == who),
        );
        signed_in.count()
    };
    assert_eq!([count(&alice), count(&bob)], [1, 1]);
    assert_eq!(count(&eve), unreadable().len() + 2);
    let rooms: Vec<&Account> = events
        .iter()
        .filter_map(|event| match event {
            ServerEvent::SignedIn { account, .. } => {
                assert!([&alice, &bob, &eve].contains(&account), "{account}");
                None
            }
            ServerEvent::RoomOpened { by: account, .. } | ServerEvent::Entered { account, .. } => {
                Some(account)
            }
            _ => None,
        })
        .collect();
    assert_eq!(rooms, [&alice, &bob, &eve]);
    for why in [Refusal::WrongPassword, Refusal::WrongTicket, Refusal::WrongCookie] {
        let refused = |event: &&ServerEvent| matches!(event, ServerEvent::Refused { why: w, .. } if *w == why);
        assert!(events.iter().filter(refused).count() >= 2, "{why:?}");
    }
}
