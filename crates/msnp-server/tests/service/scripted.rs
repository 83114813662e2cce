//! What a test gives a server in place of random words.

use std::time::Duration;

use msnp_core::{Secret, Version};
use msnp_server::ChallengePolicy;

use crate::world::{NOTIFICATION, World, account, config};

#[test]
fn password_challenges_are_used_in_order_and_then_random_ones() {
    let mut config = config();
    config.scripted.password_challenges = vec!["first".into(), "second".into()];
    let mut world = World::with(config);
    for (name, challenge) in [("alice", Some("first")), ("bob", Some("second")), ("carol", None)] {
        let link = world.connect(NOTIFICATION);
        world.ask(link, "VER 1 MSNP7\r\n");
        let asked = world.ask(link, format!("USR 2 MD5 I {name}@example.com\r\n"));
        let sent = asked.strip_prefix("USR 2 MD5 S ").unwrap().trim_end();
        match challenge {
            Some(challenge) => assert_eq!(sent, challenge),
            None => assert!(sent.starts_with("1000000000."), "{sent}"),
        }
    }
}

#[test]
fn all_challenges_are_sent_in_a_row_and_answered_in_order() {
    let mut config = config();
    config.challenge = ChallengePolicy::Enforce;
    config.scripted.challenges = vec!["12345".into(), "67890123456789012345".into()];
    let mut world = World::with(config);
    for (name, version) in [("alice", Version::MSNP12), ("bob", Version::MSNP9)] {
        let link = world.sign_in(name, version);
        let told = world.ask_for_lines(link, "CHG 6 NLN 0\r\n");
        assert_eq!(told, "CHG 6 NLN 0\r\nCHL 0 12345\r\nCHL 0 67890123456789012345\r\n");
        let first = World::answer_to("12345", version, 9);
        let second = World::answer_to("67890123456789012345", version, 10);
        assert_eq!(world.ask(link, format!("{first}{second}")), "QRY 9\r\nQRY 10\r\n");
        assert_eq!(world.ask(link, &first), "715 9\r\n", "all are answered");
    }
    let carol = world.sign_in("carol", Version::MSNP12);
    world.ask(carol, "CHG 6 NLN 0\r\n");
    let first = World::answer_to("12345", Version::MSNP12, 9);
    assert_eq!(world.ask(carol, first), "QRY 9\r\n");
    world.pass(Duration::from_secs(50));
    assert_eq!(world.received(carol), "540\r\n", "one answer is missing");
    assert!(world.is_closed(carol));
}

#[test]
fn a_ticket_that_was_given_is_good_once_for_its_account() {
    let ticket = "t=recorded&p=";
    let mut config = config();
    config.scripted.tickets =
        vec![(account("alice"), Secret::from(ticket)), (account("nobody"), Secret::from("x"))];
    let mut world = World::with(config);
    for (name, shown, answer) in [
        ("bob", ticket, "911 4\r\n"),
        ("alice", "t=recorded", "911 4\r\n"),
        ("nobody", "x", "911 4\r\n"),
        ("alice", ticket, "USR 4 OK alice@example.com Alice%20A 1 0\r\n"),
        ("alice", ticket, "911 4\r\n"),
    ] {
        let link = world.connect(NOTIFICATION);
        world.ask(link, "VER 1 MSNP9\r\n");
        let told = world.prove_by_ticket(link, name, shown);
        assert!(told.starts_with(answer), "{name} {shown}: {told}");
    }
}
