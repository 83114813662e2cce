//! What strangers and guessers can do, and what they cannot.

use std::num::NonZeroU32;
use std::time::Duration;

use msnp_core::{Effect, LinkId, Machine, Output, Version};
use msnp_server::{Ending, GuessLimits, Refusal, ServerEvent, TooMany};
use msnp_session::SessionError;

use crate::world::{DISPATCH, NOTIFICATION, SWITCHBOARD, World, account, config};

const WINDOW: Duration = Duration::from_secs(600);

fn turned_away(world: &World) -> Vec<(String, TooMany)> {
    let such = |event: &ServerEvent| match event {
        ServerEvent::TurnedAway { from, why } => Some((from.to_string(), *why)),
        _ => None,
    };
    world.events.iter().filter_map(such).collect()
}

fn refusals(world: &World, why: Refusal) -> usize {
    let such =
        |event: &&ServerEvent| matches!(event, ServerEvent::Refused { why: w, .. } if *w == why);
    world.events.iter().filter(such).count()
}

#[test]
fn one_address_has_only_so_many_links_on_whatever_listeners_and_others_have_theirs() {
    let mut config = config();
    config.limits.connections.of_one_address = 3;
    let mut world = World::with(config);
    let held: Vec<LinkId> =
        [DISPATCH, NOTIFICATION, SWITCHBOARD].map(|to| world.connect(to)).into();
    for _ in 0..5 {
        let more = world.connect(NOTIFICATION);
        assert!(world.is_closed(more));
    }
    assert_eq!(turned_away(&world), [("192.0.2.1".into(), TooMany::OfOneAddress)], "told once");
    let other = world.connect_from("192.0.2.2", NOTIFICATION);
    assert!(!world.is_closed(other));
    world.hang_up(held[0]);
    let again = world.connect(NOTIFICATION);
    assert!(!world.is_closed(again), "its place is free");
}

#[test]
fn an_ipv6_network_of_64_bits_is_one_address_and_so_is_an_ipv4_address_written_either_way() {
    let mut config = config();
    config.limits.connections.of_one_address = 1;
    let mut world = World::with(config);
    for (first, second, other) in [
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"),
    ] {
        let [first, second, other] =
            [first, second, other].map(|from| world.connect_from(from, NOTIFICATION));
        let closed = [first, second, other].map(|link| world.is_closed(link));
        assert_eq!(closed, [false, true, false]);
    }
    assert_eq!(turned_away(&world)[0], ("2001:db8::/64".into(), TooMany::OfOneAddress));
}

#[test]
fn who_has_signed_in_or_sits_in_a_room_is_no_stranger_and_makes_room_for_others() {
    let mut config = config();
    config.limits.connections.strangers_of_one_address = 1;
    config.limits.connections.strangers = 2;
    let mut world = World::with(config);
    let alice = world.online("alice", Version::MSNP8);
    let bob = world.online("bob", Version::MSNP7);
    let room = world.room("alice", alice);
    world.join(room, "bob", bob);
    let stranger = world.connect(NOTIFICATION);
    let second = world.connect(SWITCHBOARD);
    let other = world.connect_from("192.0.2.2", NOTIFICATION);
    let third = world.connect_from("192.0.2.3", NOTIFICATION);
    let closed = [stranger, second, other, third].map(|link| world.is_closed(link));
    assert_eq!(closed, [false, true, false, true]);
    let told: Vec<TooMany> = turned_away(&world).into_iter().map(|(_, why)| why).collect();
    assert_eq!(told, [TooMany::StrangersOfOneAddress, TooMany::Strangers]);
    world.pass(Duration::from_secs(60));
    assert!(world.is_closed(stranger), "it did not sign in in time");
    let next = world.connect(NOTIFICATION);
    assert!(!world.is_closed(next));
    assert_eq!(world.ask(room, "MSG 5 A 5\r\nhello"), "ACK 5\r\n", "nobody inside noticed");
}

#[test]
fn one_link_too_many_in_all_is_closed_and_told() {
    let mut config = config();
    config.limits.links = 2;
    let mut world = World::with(config);
    let links = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|at| world.connect_from(at, DISPATCH));
    assert_eq!(links.map(|link| world.is_closed(link)), [false, false, true]);
    assert_eq!(turned_away(&world), [("192.0.2.3".into(), TooMany::Links)]);
}

#[test]
fn after_too_many_wrong_passwords_an_address_is_refused_unheard_until_the_window_has_passed() {
    let mut world = World::new();
    for _ in 0..30 {
        assert_eq!(world.guess_from("192.0.2.66", "alice", "wrong"), "911 4\r\n");
    }
    let before = world.events.len();
    for (name, password) in [("alice", "wrong"), ("alice", "alice-pw"), ("bob", "bob-pw")] {
        assert_eq!(world.guess_from("192.0.2.66", name, password), "910 4\r\n");
        let response = world.log_in_from("192.0.2.66", name, password);
        assert_eq!(response.status, 503);
        assert_eq!(response.find_header("Retry-After"), Some("600"));
    }
    assert_eq!(refusals(&world, Refusal::TooManyAttempts), 6);
    assert_eq!(world.events.len() - before, 6, "nothing was checked");
    world.pass(WINDOW);
    let ok = world.guess_from("192.0.2.66", "alice", "alice-pw");
    assert!(ok.starts_with("USR 4 OK"), "{ok}");
}

#[test]
fn who_guesses_cannot_lock_the_owner_out_at_another_address() {
    let mut world = World::new();
    // Four hosts guess until nobody listens to them any more, and more with one guess each.
    for host in 1..=4 {
        for _ in 0..30 {
            world.guess_from(&format!("192.0.2.{host}"), "alice", "wrong");
        }
    }
    for host in 10..200 {
        assert_eq!(world.guess_from(&format!("192.0.2.{host}"), "alice", "wrong"), "911 4\r\n");
        let again = world.guess_from(&format!("192.0.2.{host}"), "alice", "alice-pw");
        assert_eq!(again, "910 4\r\n", "one guess a host");
    }
    let ok = world.guess_from("198.51.100.1", "alice", "alice-pw");
    assert!(ok.starts_with("USR 4 OK"), "{ok}");
    assert_eq!(world.log_in_from("198.51.100.2", "alice", "alice-pw").status, 200);
    let ok = world.guess_from("192.0.2.10", "bob", "bob-pw");
    assert!(ok.starts_with("USR 4 OK"), "other accounts are open there: {ok}");
}

#[test]
fn an_account_of_ones_own_buys_no_guesses_at_others() {
    let mut world = World::new();
    let mut guesses = 0;
    loop {
        let ok = world.guess_from("192.0.2.66", "carol", "carol-pw");
        if ok == "910 4\r\n" || guesses > 100 {
            break;
        }
        world.guess_from("192.0.2.66", "alice", "wrong");
        guesses += 1;
    }
    assert_eq!(guesses, 30);
}

#[test]
fn tickets_that_are_guessed_count_as_passwords_do() {
    let mut world = World::new();
    let real = world.ticket("alice", "alice-pw");
    let mut answers = Vec::new();
    for guess in 0..31 {
        let link = world.connect(NOTIFICATION);
        world.ask(link, "VER 1 MSNP8\r\n");
        let ticket = if guess == 30 { real.clone() } else { format!("t=1.{guess}&p=") };
        answers.push(world.prove_by_ticket(link, "alice", &ticket));
        assert!(world.is_closed(link));
    }
    assert!(answers[..30].iter().all(|answer| answer == "911 4\r\n"), "{answers:?}");
    assert_eq!(answers[30], "910 4\r\n");
    assert_eq!(world.log_in_from("192.0.2.1", "alice", "alice-pw").status, 503);
}

#[test]
fn whoever_signs_in_with_a_right_ticket_again_and_again_does_not_guess() {
    let mut config = config();
    config.limits.guesses.failures_of_one_address = 2;
    let mut world = World::with(config);
    for _ in 0..5 {
        let ticket = world.ticket("alice", "alice-pw");
        let link = world.connect(NOTIFICATION);
        world.ask(link, "VER 1 MSNP8\r\n");
        let ok = world.prove_by_ticket(link, "alice", &ticket);
        assert!(ok.starts_with("USR 4 OK"), "{ok}");
    }
}

#[test]
fn a_refusal_does_not_tell_whether_the_account_exists() {
    let mut config = config();
    config.limits.guesses.failures_of_one_account = 3;
    let mut world = World::with(config);
    let mut heard = |name: &str, net: u8| {
        let guess = |host| (format!("192.0.{net}.{host}"), name.to_owned());
        let hosts = [1, 2, 3, 3, 4, 4].map(guess);
        hosts.map(|(host, name)| world.guess_from(&host, &name, "wrong"))
    };
    let real = heard("alice", 2);
    assert_eq!(real, heard("nobody", 3));
    assert_eq!(real[5], "910 4\r\n");
}

#[test]
fn cookies_that_are_good_no_more_do_not_keep_their_owner_out() {
    let mut world = World::new();
    for _ in 0..200 {
        let link = world.connect(SWITCHBOARD);
        assert_eq!(world.ask(link, "ANS 1 alice@example.com 1.stale 7\r\n"), "911 1\r\n");
    }
    let ok = world.guess_from("192.0.2.1", "alice", "alice-pw");
    assert!(ok.starts_with("USR 4 OK"), "{ok}");
}

#[test]
fn a_password_that_could_not_be_checked_is_no_failure() {
    let mut config = config();
    config.limits.guesses.failures_of_one_address = 1;
    let mut world = World::with(config);
    let link = world.connect(NOTIFICATION);
    world.ask(link, "VER 1 MSNP7\r\nUSR 2 MD5 I alice@example.com\r\n");
    world.server.input(world.now, link, b"USR 3 MD5 S 00\r\n");
    let verify = loop {
        match world.server.poll() {
            Output::Effect(id, Effect::Verify { .. }) => break id,
            Output::Wait { .. } => panic!("nothing is checked"),
            _ => {}
        }
    };
    let broken = msnp_core::Answer::Verified(Err(msnp_core::Failure::Broken));
    world.server.answer(world.now, verify, broken);
    world.run();
    assert_eq!(world.received(link), "601 3\r\n");
    let ok = world.guess_from("192.0.2.1", "alice", "alice-pw");
    assert!(ok.starts_with("USR 4 OK"), "{ok}");
}

#[test]
fn one_account_signs_in_only_so_often_and_is_left_alone_where_it_is() {
    let mut config = config();
    let limits = GuessLimits { sign_ins_of_one_account: 3, ..GuessLimits::default() };
    config.limits.guesses = limits;
    let mut world = World::with(config);
    for _ in 0..3 {
        world.sign_in("alice", Version::MSNP7);
    }
    assert_eq!(world.guess_from("192.0.2.9", "alice", "alice-pw"), "910 4\r\n");
    let out = world
        .events
        .iter()
        .filter(|event| matches!(event, ServerEvent::SignedOut { why: Ending::Elsewhere, .. }));
    assert_eq!(out.count(), 2, "the last one stays");
    world.sign_in("bob", Version::MSNP7);
    world.pass(WINDOW);
    world.sign_in("alice", Version::MSNP7);
}

#[test]
fn commands_that_come_too_fast_wait_and_none_is_lost() {
    let mut config = config();
    config.limits.connections.notification_commands = NonZeroU32::new(10);
    let mut world = World::with(config);
    let alice = world.sign_in("alice", Version::MSNP7);
    let bob = world.sign_in("bob", Version::MSNP7);
    world.received(alice);
    world.pass(Duration::from_secs(2));
    let count = |text: String| text.matches("QNG").count();
    assert_eq!(count(world.ask(alice, "PNG\r\n".repeat(100))), 10, "a second's worth at once");
    assert_eq!(count(world.ask(bob, "PNG\r\n")), 1, "another link does not wait for it");
    world.pass(Duration::from_secs(3));
    let slowly = count(world.received(alice));
    assert!((25..=35).contains(&slowly), "{slowly}");
    world.pass(Duration::from_secs(10));
    assert_eq!(10 + slowly + count(world.received(alice)), 100);
}

#[test]
fn when_too_much_waits_to_be_sent_those_who_read_least_are_cut_off() {
    let mut config = config();
    config.limits.connections.output = 8_000;
    let mut world = World::with(config);
    let [alice, bob, carol] =
        ["alice", "bob", "carol"].map(|name| world.online(name, Version::MSNP8));
    let room = world.room("alice", alice);
    let slow = world.join(room, "bob", bob);
    let fast = world.join(room, "carol", carol);
    world.received(fast);
    world.deaf.insert(slow);
    let message = format!("MSG 5 U 1000\r\n{}", "x".repeat(1000));
    for _ in 0..20 {
        world.send(room, &message);
    }
    assert!(world.is_closed(slow) && !world.is_closed(fast) && !world.is_closed(room));
    assert!(world.server.output(slow).is_empty(), "what waited is gone");
    assert_eq!(world.received(fast).matches("MSG alice").count(), 20);
    assert!(world.received(room).contains("BYE bob@example.com"));
    // The same on the notification server.
    world.deaf.insert(bob);
    world.send(bob, "PNG\r\n".repeat(4_000));
    world.pass(Duration::from_secs(10));
    let cut = ServerEvent::SignedOut {
        account: account("bob"),
        why: Ending::Failed(SessionError::PeerTooSlow),
    };
    assert!(world.events.contains(&cut), "{}", world.events_text());
}
