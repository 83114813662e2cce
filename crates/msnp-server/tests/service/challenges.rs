//! `CHL` and `QRY`.

use std::time::Duration;

use msnp_core::{LinkId, Version};
use msnp_server::{Action, ChallengePolicy, ServerEvent};

use crate::world::{World, account, config};

fn challenged(policy: ChallengePolicy, version: Version) -> (World, LinkId, String) {
    let mut config = config();
    config.challenge = policy;
    let mut world = World::with(config);
    let alice = world.sign_in("alice", version);
    let answer = world.ask_for_lines(alice, "CHG 6 NLN 0\r\n");
    (world, alice, answer)
}

#[test]
fn the_first_status_brings_a_challenge_and_its_answer_is_acknowledged() {
    for version in [Version::MSNP7, Version::MSNP8, Version::MSNP11] {
        let (mut world, alice, answer) = challenged(ChallengePolicy::Enforce, version);
        assert!(answer.starts_with("CHG 6 NLN 0\r\nCHL 0 "), "{answer}");
        let right = World::answer(&answer, version, 7);
        assert_eq!(world.ask(alice, &right), "QRY 7\r\n");
        assert_eq!(world.ask(alice, &right), "715 7\r\n", "nothing was asked");
        world.pass(Duration::from_secs(299));
        assert_eq!(world.received(alice), "");
        world.pass(Duration::from_secs(1));
        let again = world.received(alice);
        assert_eq!(world.ask(alice, World::answer(&again, version, 8)), "QRY 8\r\n");
    }
}

#[test]
fn a_wrong_answer_to_a_challenge_ends_the_session() {
    for wrong in [
        "QRY 7 PROD0090YUAUV{2B 32\r\n00000000000000000000000000000000",
        "QRY 7 nobody 32\r\n00000000000000000000000000000000",
        "QRY 7 PROD0090YUAUV{2B 0\r\n",
    ] {
        let (mut world, alice, _) = challenged(ChallengePolicy::Enforce, Version::MSNP11);
        assert_eq!(world.ask(alice, wrong), "540 7\r\n");
        assert!(world.is_closed(alice));
        let failed = ServerEvent::ChallengeFailed { account: account("alice") };
        assert!(world.events.contains(&failed));
    }
}

#[test]
fn an_unanswered_challenge_ends_the_session() {
    let (mut world, alice, _) = challenged(ChallengePolicy::Enforce, Version::MSNP8);
    world.pass(Duration::from_secs(49));
    assert!(!world.is_closed(alice));
    world.pass(Duration::from_secs(1));
    assert_eq!(world.received(alice), "540\r\n");
    assert!(world.is_closed(alice));
}

#[test]
fn a_challenge_that_is_only_sent_has_no_consequences() {
    let (mut world, alice, answer) = challenged(ChallengePolicy::Send, Version::MSNP8);
    assert!(answer.contains("CHL 0 "));
    world.pass(Duration::from_secs(60));
    assert_eq!(world.received(alice), "");
    assert!(!world.is_closed(alice));
    let failed = ServerEvent::ChallengeFailed { account: account("alice") };
    assert!(world.events.contains(&failed));
}

#[test]
fn nobody_is_challenged_where_that_is_switched_off() {
    let (mut world, alice, answer) = challenged(ChallengePolicy::Never, Version::MSNP11);
    assert_eq!(answer, "CHG 6 NLN 0\r\n");
    world.pass(Duration::from_secs(600));
    assert_eq!(world.received(alice), "");
}

#[test]
fn a_program_can_have_somebody_challenged_now() {
    let (mut world, alice, answer) = challenged(ChallengePolicy::Enforce, Version::MSNP8);
    world.ask(alice, World::answer(&answer, Version::MSNP8, 7));
    let action = Action::Challenge(account("alice"));
    msnp_core::Act::act(&mut world.server, world.now, action);
    world.run();
    let again = world.received(alice);
    assert_eq!(world.ask(alice, World::answer(&again, Version::MSNP8, 8)), "QRY 8\r\n");
}
