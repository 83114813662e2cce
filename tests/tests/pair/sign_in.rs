use msnp_client::{Action, ClientError, Event};
use msnp_core::{Secret, Status, Version};
use msnp_server::ServerEvent;
use msnp_session::{SignOut, Step};

use crate::world::{VERSIONS, World, account};

#[test]
fn every_version_signs_in_through_the_dispatch_server() {
    for version in VERSIONS {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        let events = world.heard(alice);
        assert_eq!(world.network.machine(alice).version(), Some(version));
        let connects = events.iter().filter(|e| **e == Event::SigningIn(Step::Version)).count();
        assert_eq!(connects, 2, "{version}: once at the dispatch server, once behind it");
        assert_eq!(events.iter().filter(|e| **e == Event::SignedIn).count(), 1);
        assert_eq!(world.network.machine(alice).status(), Status::ONLINE);
        assert_eq!(world.network.machine(alice).name(), Some("alice"));
        let profile = events.iter().any(|event| matches!(event, Event::Profile(_)));
        assert!(profile, "{version}");
    }
}

#[test]
fn the_newest_version_that_both_sides_speak_is_chosen() {
    for (client, server, chosen) in [
        (&[11, 8, 7][..], &[7, 8, 11][..], 11),
        (&[11, 8, 7], &[7, 8], 8),
        (&[11, 8, 7], &[7], 7),
        (&[8, 7], &[7, 8, 11], 8),
        (&[7, 8], &[7, 8, 11], 8),
    ] {
        let versions = |numbers: &[u8]| -> Vec<Version> {
            numbers.iter().map(|n| Version::from_number(*n).unwrap()).collect()
        };
        let mut world = World::with(Default::default(), |mut config| {
            config.versions = versions(server);
            config
        });
        let mut config = world.config("alice", Version::MSNP7);
        config.versions = versions(client);
        let alice = world.add(config);
        world.network.run_until(|network| network.machine(alice).is_signed_in());
        let spoken = world.network.machine(alice).version().map(Version::number);
        assert_eq!(spoken, Some(chosen), "{client:?} at {server:?}");
    }
}

#[test]
fn a_wrong_password_or_account_lets_nobody_in_and_says_the_same_of_both() {
    for version in VERSIONS {
        let mut world = World::new();
        let bystander = world.sign_in("bob", version);
        world.forget(bystander);
        let mut wrong = world.config("alice", version);
        wrong.password = Secret::from("wrong-secret");
        let mut nobody = world.config("nobody", version);
        nobody.password = Secret::from("wrong-secret");
        for config in [wrong, nobody] {
            let client = world.add(config);
            world.network.run_until(|network| network.end(client).is_some());
            let Some(Err(ClientError::WrongPassword(_))) = world.end(client) else {
                panic!("{version}: {:?}", world.end(client))
            };
        }
        assert!(world.heard(bystander).is_empty());
        let signed_in = |event: &ServerEvent| matches!(event, ServerEvent::SignedIn { .. });
        let server = world.server;
        let count = world.network.events(server).iter().filter(|(_, e)| signed_in(e)).count();
        assert_eq!(count, 1, "{version}");
    }
}

#[test]
fn a_second_sign_in_ends_the_first_with_the_reason() {
    for version in VERSIONS {
        let mut world = World::new();
        let first = world.sign_in("alice", version);
        let second = world.sign_in("alice", version);
        world.settle();
        let elsewhere = ClientError::SignedOut(SignOut::Elsewhere);
        assert_eq!(world.end(first), Some(Err(elsewhere)));
        assert_eq!(world.end(second), None);
    }
}

#[test]
fn a_challenge_that_is_enforced_is_answered_for_hours() {
    for version in VERSIONS {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        world.seconds(2 * 60 * 60);
        assert_eq!(world.end(alice), None, "{version}");
    }
}

#[test]
fn signing_out_ends_both_sides_well() {
    for version in VERSIONS {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        world.act(alice, Action::SignOut);
        world.settle();
        assert_eq!(world.end(alice), Some(Ok(())));
        let server = world.server;
        let gone = world.network.events(server).iter().any(|(_, event)| {
            matches!(event, ServerEvent::SignedOut { account: who, .. } if *who == account("alice"))
        });
        assert!(gone, "{version}");
    }
}
