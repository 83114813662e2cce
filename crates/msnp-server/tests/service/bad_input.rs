//! What hostile and broken clients send: nobody is let in, nobody else notices.

use msnp_core::Version;
use msnp_server::ServerEvent;

use crate::world::{DISPATCH, NOTIFICATION, SWITCHBOARD, World, config};

#[test]
fn what_cannot_be_framed_is_refused_and_cut_off_and_nobody_else_notices() {
    let mut world = World::new();
    let bystander = world.online("bob", Version::MSNP8);
    let long = format!("VER 1 {}", "MSNP8 ".repeat(100));
    let cases: [&[u8]; 8] = [
        long.as_bytes(),
        b"\r\n",
        b"\0\xff\xfe binary \n",
        b"ver 1 MSNP8\r\n",
        b"QRY 1 x 99999999999999999999\r\n",
        b"QRY 1 x 65\r\n",
        b"MSG 1 A -1\r\n",
        b"UUX\r\n",
    ];
    for listener in [DISPATCH, NOTIFICATION, SWITCHBOARD] {
        for case in cases {
            let link = world.connect(listener);
            world.send(link, case);
            assert_eq!(world.received(link), "200\r\n", "{}", case.escape_ascii());
            assert!(world.is_closed(link));
            assert!(matches!(world.events.last(), Some(ServerEvent::LinkFailed { .. })));
        }
    }
    assert_eq!(world.received(bystander), "");
    assert_eq!(world.ask(bystander, "PNG\r\n"), "QNG\r\n");
}

#[test]
fn a_line_that_is_too_long_after_the_sign_in_ends_that_session_alone() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP8);
    let alice = world.online("alice", Version::MSNP8);
    world.befriend(bob, Version::MSNP8, "alice");
    world.received(alice);
    world.received(bob);
    world.send(alice, vec![b'A'; 9000]);
    assert_eq!(world.received(alice), "200\r\n");
    assert!(world.is_closed(alice));
    assert_eq!(world.received(bob), "FLN alice@example.com\r\n");
}

#[test]
fn too_many_commands_that_make_no_sense_end_the_session() {
    let mut config = config();
    config.limits.faults = 3;
    let mut world = World::with(config);
    let link = world.connect(NOTIFICATION);
    assert_eq!(world.ask(link, "XYZ 1\r\nXYZ 2\r\nXYZ 3\r\n"), "200 1\r\n200 2\r\n200 3\r\n");
    assert!(!world.is_closed(link));
    assert_eq!(world.ask(link, "XYZ 4\r\nXYZ 5\r\n"), "200 4\r\n");
    assert!(world.is_closed(link));
}

#[test]
fn input_cut_anywhere_gives_the_same_session() {
    let script: &[u8] = b"VER 1 MSNP7 CVR0\r\nINF 2\r\nCVR 3 0x0409 winnt 5.1 i386 MSMSGS 4.6\r\n\
        USR 4 MD5 I alice@example.com\r\nXYZ 5\r\nQRY 6 x 3\r\nabcUSR 7 MD5 S 00\r\n";
    let mut whole = World::new();
    let link = whole.connect(NOTIFICATION);
    let expected = whole.ask(link, script);
    for size in [1, 2, 3, 7, 31] {
        let mut world = World::new();
        let link = world.connect(NOTIFICATION);
        let mut answer = String::new();
        for piece in script.chunks(size) {
            answer += &world.ask(link, piece);
        }
        assert_eq!(answer, expected);
        assert_eq!(world.events, whole.events);
    }
    assert!(expected.ends_with("302 6\r\n911 7\r\n"), "{expected}");
}

#[test]
fn nothing_secret_is_in_the_events() {
    let mut world = World::new();
    let alice = world.online("alice", Version::MSNP8);
    let ticket = world.ticket("bob", "bob-pw");
    let room = world.room_cookie(alice);
    let link = world.connect(NOTIFICATION);
    world.ask(link, "VER 1 MSNP8\r\n");
    world.prove_by_ticket(link, "carol", &ticket);
    let link = world.connect(SWITCHBOARD);
    world.ask(link, format!("USR 1 bob@example.com {room}\r\n"));
    world.log_in("bob", "wrong-pw");
    let text = world.events_text();
    for secret in [ticket.as_str(), &room, "-pw"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(text.matches("Refused").count(), 3);
}

#[test]
fn a_link_too_many_is_closed_at_once() {
    let mut config = config();
    config.limits.links = 2;
    let mut world = World::with(config);
    let first = world.connect(NOTIFICATION);
    world.connect(SWITCHBOARD);
    let third = world.connect(NOTIFICATION);
    assert!(world.is_closed(third));
    world.hang_up(first);
    let fourth = world.connect(NOTIFICATION);
    assert_eq!(world.ask(fourth, "VER 1 MSNP8\r\n"), "VER 1 MSNP8\r\n");
}
