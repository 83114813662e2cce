//! Switchboard rooms.

use std::time::Duration;

use msnp_core::{LinkId, Version};
use msnp_server::ServerEvent;

use crate::world::{SWITCHBOARD, World, account, config};

/// Alice (MSNP8) and Bob (MSNP11), online and friends.
pub(crate) fn friends() -> (World, LinkId, LinkId) {
    friends_in(Version::MSNP8)
}

/// The same, with Alice in this version.
fn friends_in(version: Version) -> (World, LinkId, LinkId) {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP11);
    let alice = world.online("alice", version);
    world.befriend(bob, Version::MSNP11, "alice");
    world.befriend(alice, version, "bob");
    world.received(alice);
    world.received(bob);
    (world, alice, bob)
}

/// Both in one room.
fn talking() -> (World, LinkId, LinkId) {
    talking_in(Version::MSNP8)
}

pub(crate) fn talking_in(version: Version) -> (World, LinkId, LinkId) {
    let (mut world, alice, bob) = friends_in(version);
    let own = world.room("alice", alice);
    let guest = world.join(own, "bob", bob);
    (world, own, guest)
}

#[test]
fn a_room_is_asked_for_and_a_guest_is_rung_and_comes() {
    let (mut world, alice, bob) = friends();
    let cookie = world.room_cookie(alice);
    let room = world.connect(SWITCHBOARD);
    let usr = format!("USR 1 alice@example.com {cookie}\r\n");
    assert_eq!(world.ask(room, usr), "USR 1 OK alice@example.com Alice%20A\r\n");
    let answer = world.ask(room, "CAL 2 bob@example.com\r\n");
    let session = answer.strip_prefix("CAL 2 RINGING ").unwrap().trim_end().to_string();
    assert!(session.parse::<i32>().is_ok_and(|id| id > 0), "{session}");
    let rung = world.received(bob);
    let start = format!("RNG {session} 127.0.0.1:1863 CKI ");
    let rest = rung.strip_prefix(&start).expect(&rung);
    let (cookie, rest) = rest.split_once(' ').unwrap();
    assert_eq!(rest, "alice@example.com Alice%20A\r\n");
    let guest = world.connect(SWITCHBOARD);
    assert_eq!(
        world.ask(guest, format!("ANS 1 bob@example.com {cookie} {session}\r\n")),
        "IRO 1 1 1 alice@example.com Alice%20A\r\nANS 1 OK\r\n"
    );
    assert_eq!(world.received(room), "JOI bob@example.com Bob\r\n");
    let session = session.parse().unwrap();
    assert!(world.events.contains(&ServerEvent::RoomOpened { session, by: account("alice") }));
    assert!(world.events.contains(&ServerEvent::Entered { session, account: account("bob") }));
}

#[test]
fn a_message_reaches_all_others_and_is_acknowledged_as_asked() {
    let (mut world, alice, bob) = talking_in(Version::MSNP9);
    for (letter, answer) in [("A", "ACK 5\r\n"), ("D", "ACK 5\r\n"), ("N", ""), ("U", "")] {
        assert_eq!(world.ask(alice, format!("MSG 5 {letter} 5\r\nhello")), answer, "{letter}");
        assert_eq!(world.received(bob), "MSG alice@example.com Alice%20A 5\r\nhello");
    }
    assert_eq!(world.ask(bob, "MSG 6 A 0\r\n"), "ACK 6\r\n");
    assert_eq!(world.received(alice), "MSG bob@example.com Bob 0\r\n");
    assert!(!world.events_text().contains("hello"));
}

#[test]
fn a_message_to_an_empty_room_fails_where_that_was_asked_for() {
    let (mut world, alice, _) = friends_in(Version::MSNP9);
    let room = world.room("alice", alice);
    for (letter, answer) in [("A", "NAK 5\r\n"), ("D", "NAK 5\r\n"), ("N", "NAK 5\r\n"), ("U", "")]
    {
        assert_eq!(world.ask(room, format!("MSG 5 {letter} 1\r\nx")), answer, "{letter}");
    }
}

#[test]
fn leaving_is_told_and_who_left_can_be_invited_again() {
    let (mut world, alice, bob) = friends();
    let room = world.room("alice", alice);
    let guest = world.join(room, "bob", bob);
    world.send(guest, "OUT\r\n");
    assert!(world.is_closed(guest));
    assert_eq!(world.received(room), "BYE bob@example.com\r\n");
    let guest = world.join(room, "bob", bob);
    assert_eq!(world.ask(guest, "MSG 2 A 1\r\nx"), "ACK 2\r\n");
    world.hang_up(guest);
    assert!(world.received(room).ends_with("BYE bob@example.com\r\n"));
    world.send(room, "OUT\r\n");
    assert!(matches!(world.events.last(), Some(ServerEvent::RoomClosed { .. })));
}

#[test]
fn who_stays_when_the_host_leaves_can_invite_others() {
    let (mut world, host, guest) = talking();
    world.send(host, "OUT\r\n");
    assert_eq!(world.received(guest), "BYE alice@example.com\r\n");
    let carol = world.online("carol", Version::MSNP7);
    world.join(guest, "carol", carol);
}

#[test]
fn three_in_a_room_learn_of_each_other() {
    let (mut world, alice, bob) = talking();
    let carol = world.online("carol", Version::MSNP7);
    let (session, cookie) = world.ring(bob, "carol", carol);
    let third = world.connect(SWITCHBOARD);
    assert_eq!(
        world.ask(third, format!("ANS 9 carol@example.com {cookie} {session}\r\n")),
        "IRO 9 1 2 alice@example.com Alice%20A\r\nIRO 9 2 2 bob@example.com Bob\r\nANS 9 OK\r\n"
    );
    for other in [alice, bob] {
        assert_eq!(world.received(other), "JOI carol@example.com Carol%20♥\r\n");
    }
    world.ask(third, "MSG 10 A 2\r\nhi");
    for other in [alice, bob] {
        assert_eq!(world.received(other), "MSG carol@example.com Carol%20♥ 2\r\nhi");
    }
}

#[test]
fn every_call_that_cannot_be_made_has_its_own_error() {
    let (mut world, alice, bob) = friends();
    let carol = world.sign_in("carol", Version::MSNP8);
    let room = world.room("alice", alice);
    let call = |world: &mut World, name: &str| world.ask(room, format!("CAL 2 {name}\r\n"));
    assert_eq!(call(&mut world, "bob"), "208 2\r\n");
    assert_eq!(call(&mut world, "nobody@example.com"), "217 2\r\n");
    assert_eq!(call(&mut world, "carol@example.com"), "217 2\r\n", "she has no status yet");
    world.ask(carol, "CHG 5 HDN 0\r\n");
    assert_eq!(call(&mut world, "carol@example.com"), "217 2\r\n", "she hides");
    world.ask(carol, "CHG 5 NLN 0\r\nADD 6 BL alice@example.com A\r\n");
    assert_eq!(call(&mut world, "carol@example.com"), "216 2\r\n", "she blocks");
    assert_eq!(call(&mut world, "alice@example.com"), "215 2\r\n", "it is oneself");
    assert!(call(&mut world, "bob@example.com").starts_with("CAL 2 RINGING "));
    assert_eq!(call(&mut world, "bob@example.com"), "215 2\r\n", "it is ringing");
    world.received(bob);
    world.pass(Duration::from_secs(60));
    assert!(call(&mut world, "BOB@example.com").starts_with("CAL 2 RINGING "), "it rang in vain");
    assert!(!world.is_closed(room));
}

#[test]
fn both_may_ring_each_other_at_once() {
    let (mut world, alice, bob) = friends();
    let of_alice = world.room("alice", alice);
    let of_bob = world.room("bob", bob);
    let to_bob = world.ring(of_alice, "bob", bob);
    let to_alice = world.ring(of_bob, "alice", alice);
    assert_ne!(to_bob.0, to_alice.0);
    for (name, (session, cookie)) in [("bob", to_bob), ("alice", to_alice)] {
        let link = world.connect(SWITCHBOARD);
        let answer = world.ask(link, format!("ANS 1 {name}@example.com {cookie} {session}\r\n"));
        assert!(answer.ends_with("ANS 1 OK\r\n"), "{answer}");
    }
}

#[test]
fn a_cookie_for_a_room_opens_once_for_its_account_and_for_a_time() {
    let (mut world, alice, _) = friends();
    let used = world.room_cookie(alice);
    let others = world.room_cookie(alice);
    let late = world.room_cookie(alice);
    let first = world.connect(SWITCHBOARD);
    assert!(
        world.ask(first, format!("USR 1 alice@example.com {used}\r\n")).starts_with("USR 1 OK")
    );
    for (name, cookie) in [
        ("alice", used.as_str()),
        ("bob", &others),
        ("alice", "1.x"),
        ("alice", "x"),
        ("alice", &late),
    ] {
        if cookie == late {
            world.pass(Duration::from_secs(120));
        }
        let link = world.connect(SWITCHBOARD);
        let answer = world.ask(link, format!("USR 1 {name}@example.com {cookie}\r\n"));
        assert_eq!(answer, "911 1\r\n", "{name} {cookie}");
        assert!(world.is_closed(link));
    }
    assert_eq!(world.received(first), "", "nobody else notices");
}

#[test]
fn an_invitation_opens_once_for_its_guest_its_room_and_for_a_time() {
    let (mut world, alice, bob) = friends();
    let room = world.room("alice", alice);
    let try_in = |world: &mut World, name: &str, cookie: &str, session: &str| {
        let link = world.connect(SWITCHBOARD);
        world.ask(link, format!("ANS 1 {name}@example.com {cookie} {session}\r\n"))
    };
    let (session, cookie) = world.ring(room, "bob", bob);
    assert_eq!(try_in(&mut world, "bob", "9.x", &session), "911 1\r\n");
    assert_eq!(try_in(&mut world, "carol", &cookie, &session), "911 1\r\n");
    let (_, cookie) = world.ring(room, "bob", bob);
    assert_eq!(try_in(&mut world, "bob", &cookie, "1"), "911 1\r\n");
    let (session, cookie) = world.ring(room, "bob", bob);
    world.pass(Duration::from_secs(60));
    assert_eq!(try_in(&mut world, "bob", &cookie, &session), "911 1\r\n");
    let (session, cookie) = world.ring(room, "bob", bob);
    assert!(try_in(&mut world, "bob", &cookie, &session).ends_with("ANS 1 OK\r\n"));
    assert_eq!(try_in(&mut world, "bob", &cookie, &session), "911 1\r\n");
    assert_eq!(world.received(room), "JOI bob@example.com Bob\r\n", "only one came in");
}

#[test]
fn one_user_cannot_use_up_the_cookies_of_others() {
    let mut config = config();
    config.limits.tickets = 40;
    let mut world = World::with(config);
    let alice = world.online("alice", Version::MSNP8);
    let bob = world.online("bob", Version::MSNP8);
    let of_bob = world.room_cookie(bob);
    for _ in 0..100 {
        world.room_cookie(alice);
    }
    let link = world.connect(SWITCHBOARD);
    let answer = world.ask(link, format!("USR 1 bob@example.com {of_bob}\r\n"));
    assert_eq!(answer, "USR 1 OK bob@example.com Bob\r\n");
}

#[test]
fn a_cookie_dies_with_the_session_that_it_was_given_to() {
    let (mut world, alice, bob) = friends();
    let cookie = world.room_cookie(alice);
    let room = world.room("alice", alice);
    let (session, invitation) = world.ring(room, "bob", bob);
    world.send(alice, "OUT\r\n");
    world.sign_in("bob", Version::MSNP8);
    let link = world.connect(SWITCHBOARD);
    assert_eq!(world.ask(link, format!("USR 1 alice@example.com {cookie}\r\n")), "911 1\r\n");
    let link = world.connect(SWITCHBOARD);
    let answer = world.ask(link, format!("ANS 1 bob@example.com {invitation} {session}\r\n"));
    assert_eq!(answer, "911 1\r\n");
}

#[test]
fn commands_before_the_entrance_and_a_second_entrance_are_refused() {
    let (mut world, alice, _) = friends();
    let link = world.connect(SWITCHBOARD);
    assert_eq!(world.ask(link, "CAL 1 bob@example.com\r\nMSG 2 A 1\r\nx"), "302 1\r\n302 2\r\n");
    let room = world.room("alice", alice);
    let cookie = world.room_cookie(alice);
    let again =
        format!("USR 3 alice@example.com {cookie}\r\nSYN 4 0\r\nXYZ 5\r\nMSG 6 X 0\r\nPNG\r\n");
    assert_eq!(world.ask(room, again), "715 3\r\n502 4\r\n200 5\r\n201 6\r\nQNG\r\n");
}

#[test]
fn whoever_does_not_enter_in_time_is_cut_off() {
    let mut world = World::new();
    let link = world.connect(SWITCHBOARD);
    world.pass(Duration::from_secs(60));
    assert!(world.is_closed(link));
}

#[test]
fn a_message_that_is_too_long_cuts_off_its_sender_alone() {
    let (mut world, alice, bob) = talking();
    let longest = "x".repeat(1664);
    assert_eq!(world.ask(alice, format!("MSG 5 A 1664\r\n{longest}")), "ACK 5\r\n");
    assert!(world.received(bob).ends_with(&longest));
    assert_eq!(world.ask(alice, format!("MSG 6 A 1665\r\n{longest}x")), "201 6\r\n");
    assert!(world.is_closed(alice) && !world.is_closed(bob));
    assert_eq!(world.received(bob), "BYE alice@example.com\r\n");
}

#[test]
fn a_member_that_does_not_read_is_cut_off_and_the_others_go_on() {
    let mut config = config();
    config.limits.switchboard.output = 10_000;
    let mut world = World::with(config);
    let alice = world.online("alice", Version::MSNP8);
    let bob = world.online("bob", Version::MSNP8);
    let carol = world.online("carol", Version::MSNP8);
    let room = world.room("alice", alice);
    let slow = world.join(room, "bob", bob);
    let quick = world.join(room, "carol", carol);
    world.received(room);
    world.deaf.insert(slow);
    let text = "x".repeat(1600);
    let mut answers = String::new();
    for _ in 0..10 {
        answers += &world.ask(room, format!("MSG 5 A 1600\r\n{text}"));
        assert!(world.received(quick).contains(&text));
    }
    assert!(world.is_closed(slow) && !world.is_closed(quick));
    assert_eq!(answers.matches("ACK 5\r\n").count(), 9);
    assert_eq!(answers.matches("NAK 5\r\n").count(), 1, "one message did not fit");
    assert_eq!(answers.matches("BYE bob@example.com\r\n").count(), 1);
}

#[test]
fn an_idle_room_ends_with_a_goodbye_that_says_so() {
    let (mut world, alice, bob) = talking();
    world.pass(Duration::from_secs(200));
    world.ask(alice, "MSG 5 U 1\r\nx");
    world.received(bob);
    world.pass(Duration::from_secs(299));
    assert!(!world.is_closed(alice));
    world.pass(Duration::from_secs(1));
    assert_eq!(world.received(alice), "BYE bob@example.com 1\r\n");
    assert_eq!(world.received(bob), "BYE alice@example.com 1\r\n");
    assert!(world.is_closed(alice) && world.is_closed(bob));
}

#[test]
fn a_room_holds_thirty_and_no_more() {
    let mut config = config();
    for number in 0..30 {
        config = config.account(account(&format!("u{number}")), "U");
    }
    let mut world = World::with(config);
    let alice = world.online("alice", Version::MSNP7);
    let room = world.room("alice", alice);
    for number in 0..29 {
        let name = format!("u{number}");
        let link = world.online(&name, Version::MSNP7);
        world.join(room, &name, link);
    }
    world.online("u29", Version::MSNP7);
    assert_eq!(world.ask(room, "CAL 3 u29@example.com\r\n"), "713 3\r\n");
}

#[test]
fn who_was_rung_and_signed_in_again_is_rung_again() {
    let (mut world, alice, bob) = friends();
    let room = world.room("alice", alice);
    world.ring(room, "bob", bob);
    assert_eq!(world.ask(room, "CAL 3 bob@example.com\r\n"), "215 3\r\n");
    world.hang_up(bob);
    assert_eq!(world.ask(room, "CAL 4 bob@example.com\r\n"), "217 4\r\n");
    let bob = world.online("bob", Version::MSNP8);
    world.join(room, "bob", bob);
}

#[test]
fn one_user_cannot_use_up_the_rooms_of_others() {
    let mut config = config();
    config.limits.rooms_of_one = 2;
    let mut world = World::with(config);
    let mut alice = world.online("alice", Version::MSNP8);
    world.room("alice", alice);
    // Neither by signing out, which leaves rooms alone.
    world.hang_up(alice);
    alice = world.online("alice", Version::MSNP8);
    let last = world.room("alice", alice);
    let usr = |cookie: &str| format!("USR 1 alice@example.com {cookie}\r\n");
    let cookie = world.room_cookie(alice);
    let link = world.connect(SWITCHBOARD);
    assert_eq!(world.ask(link, usr(&cookie)), "714 1\r\n");
    world.hang_up(last);
    world.room("alice", alice);
    let bob = world.online("bob", Version::MSNP8);
    world.room("bob", bob);
}

#[test]
fn who_may_not_ring_does_not_learn_that_another_does() {
    let (mut world, alice, bob) = friends();
    let carol = world.online("carol", Version::MSNP8);
    let room = world.room("alice", alice);
    let other = world.join(room, "carol", carol);
    world.ask(bob, "ADC 9 BL N=carol@example.com\r\n");
    world.ring(room, "bob", bob);
    assert_eq!(world.ask(other, "CAL 3 bob@example.com\r\n"), "216 3\r\n");
}

#[test]
fn who_was_rung_and_hides_looks_like_offline_to_the_caller() {
    let (mut world, alice, bob) = friends();
    let room = world.room("alice", alice);
    world.ring(room, "bob", bob);
    world.ask(bob, "CHG 9 HDN 0\r\n");
    assert_eq!(world.ask(room, "CAL 3 bob@example.com\r\n"), "217 3\r\n");
}
