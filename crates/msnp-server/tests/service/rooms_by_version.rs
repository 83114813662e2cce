//! What rooms do for members of different versions, and with their sessions.

use msnp_core::Version;

use crate::rooms::{friends, talking_in};
use crate::world::{World, account, config};

/// Peer-to-peer data with so many bytes after its headers.
fn data(len: usize) -> String {
    let headers = "MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\n\
                   P2P-Dest: bob@example.com\r\n\r\n";
    format!("{headers}{}", "\0".repeat(len))
}

#[test]
fn peer_to_peer_data_wants_its_own_letter_from_msnp9() {
    let packet = data(52);
    let len = packet.len();
    let (mut world, alice, bob) = talking_in(Version::MSNP9);
    assert_eq!(world.ask(alice, format!("MSG 5 D {len}\r\n{packet}")), "ACK 5\r\n");
    assert!(world.received(bob).ends_with(&packet));
    let short = data(47);
    let answer = world.ask(alice, format!("MSG 6 D {}\r\n{short}", short.len()));
    assert_eq!(answer, "282 6\r\n", "no packet is that short");
    assert!(!world.is_closed(alice));
    for letter in ["A", "N", "U"] {
        let (mut world, alice, bob) = talking_in(Version::MSNP9);
        assert_eq!(world.ask(alice, format!("MSG 5 {letter} {len}\r\n{packet}")), "");
        assert!(world.is_closed(alice));
        assert_eq!(world.received(bob), "BYE alice@example.com\r\n");
    }
    // Before there is such a letter, it ends the session, and the data is a message like others.
    let (mut world, alice, bob) = talking_in(Version::MSNP8);
    assert_eq!(world.ask(alice, format!("MSG 5 A {len}\r\n{packet}")), "ACK 5\r\n");
    assert!(world.received(bob).ends_with(&packet));
    assert_eq!(world.ask(alice, "MSG 6 D 1\r\nx"), "");
    assert!(world.is_closed(alice));
}

#[test]
fn a_packet_of_the_second_version_may_be_as_short_as_its_header() {
    let (mut world, alice, bob) = talking_in(Version::MSNP12);
    let packet = |len: usize| {
        let headers = "MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\n\
             P2P-Dest: bob@example.com;{33333333-0000-0000-0000-000000000002}\r\n\
             P2P-Src: alice@example.com;{33333333-0000-0000-0000-000000000001}\r\n\r\n";
        format!("{headers}{}", "\u{8}".repeat(len))
    };
    let (shortest, shorter) = (packet(8), packet(7));
    let len = shortest.len();
    assert_eq!(world.ask(alice, format!("MSG 5 D {len}\r\n{shortest}")), "ACK 5\r\n");
    assert!(world.received(bob).ends_with(&shortest));
    let len = shorter.len();
    assert_eq!(world.ask(alice, format!("MSG 6 D {len}\r\n{shorter}")), "282 6\r\n");
}

#[test]
fn a_packet_is_passed_on_byte_for_byte() {
    // Line ends, a command in the midst, nothing that is known: a packet is none of that.
    let headers = "mime-version:1.0\nX-Unknown: é\r\nP2P-Dest:  nobody@example.com\r\n\
         content-type: application/x-msnmsgrp2p\r\n\r\n";
    let data = "\0\r\n\r\nMSG 7 N 2\r\n\u{7f}\u{1}\n".repeat(20);
    let (mut world, alice, bob) = talking_in(Version::MSNP9);
    let message = format!("{headers}{data}");
    let len = message.len();
    assert_eq!(world.ask(alice, format!("MSG 5 D {len}\r\n{message}")), "ACK 5\r\n");
    let expected = format!("{len}\r\n{message}");
    assert!(world.received(bob).ends_with(&expected));
}

#[test]
fn a_second_sign_in_leaves_the_rooms_of_the_first() {
    let (mut world, alice, bob) = friends();
    let room = world.room("alice", alice);
    let guest = world.join(room, "bob", bob);
    let newer = world.online("alice", Version::MSNP9);
    assert!(world.is_closed(room) && world.is_closed(alice));
    assert_eq!(world.received(guest), "BYE alice@example.com\r\n");
    assert!(!world.is_closed(guest));
    let session = world.room("alice", newer);
    assert!(!world.is_closed(session), "the newer one has its own");
}

#[test]
fn who_hides_asks_for_no_room_but_stays_in_the_own_ones() {
    let (mut world, alice, bob) = friends();
    let room = world.room("alice", alice);
    let guest = world.join(room, "bob", bob);
    assert_eq!(world.ask(alice, "CHG 7 HDN 0\r\nXFR 8 SB\r\n"), "CHG 7 HDN 0\r\n913 8\r\n");
    assert_eq!(world.ask(room, "MSG 3 A 2\r\nhi"), "ACK 3\r\n");
    assert!(world.received(guest).ends_with("hi"));
    assert_eq!(world.ask(guest, "MSG 4 A 2\r\nho"), "ACK 4\r\n");
    assert!(world.received(room).ends_with("ho"));
    let carol = world.online("carol", Version::MSNP7);
    world.ring(room, "carol", carol);
    assert_eq!(world.ask(carol, "XFR 9 XX\r\n"), "201 9\r\n");
}

#[test]
fn a_room_of_six_versions_at_once_works_for_all() {
    let mut config = config();
    let numbers = [2, 7, 8, 9, 11, 12];
    for number in numbers {
        config = config.account(account(&format!("v{number}")), format!("V {number}"));
    }
    let mut world = World::with(config);
    let host = world.online("alice", Version::MSNP8);
    let room = world.room("alice", host);
    let mut members = Vec::new();
    for number in numbers {
        let name = format!("v{number}");
        let link = world.online(&name, Version::from_number(number).unwrap());
        members.push((number, world.join(room, &name, link)));
    }
    for (number, link) in &members {
        let joined = world.received(*link);
        let later: Vec<String> = numbers
            .iter()
            .filter(|other| *other > number)
            .map(|other| {
                let capabilities = if *number == 12 { " 0" } else { "" };
                format!("JOI v{other}@example.com V%20{other}{capabilities}\r\n")
            })
            .collect();
        assert_eq!(joined, later.concat(), "{number}");
    }
    for (number, link) in &members {
        assert_eq!(world.ask(*link, "MSG 9 A 2\r\nhi"), "ACK 9\r\n");
        let said = format!("MSG v{number}@example.com V%20{number} 2\r\nhi");
        assert_eq!(world.received(room), said);
        for (_, other) in members.iter().filter(|(_, other)| other != link) {
            assert_eq!(world.received(*other), said);
        }
    }
}
