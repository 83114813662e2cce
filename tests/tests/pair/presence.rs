use msnp_client::{Action, Event};
use msnp_codec::personal_message::{CurrentMedia, PersonalMessage};
use msnp_core::{Status, Version};
use msnp_session::RequestError;

use crate::world::{VERSIONS, World, account, is_presence};

#[test]
fn each_status_is_seen_by_the_other_side_whatever_both_speak() {
    for of in VERSIONS {
        for and in VERSIONS {
            let mut world = World::new();
            let [alice, bob] = world.friends(of, and);
            for status in [Status::AWAY, Status::BUSY, Status::IDLE, Status::ONLINE] {
                world.done(alice, Action::SetStatus(status));
                world.until(bob, |event| is_presence(event, "alice", status));
                world.forget(bob);
            }
            world.done(alice, Action::SetStatus(Status::HIDDEN));
            world.until(bob, |event| is_presence(event, "alice", Status::OFFLINE));
            assert_eq!(world.network.machine(alice).status(), Status::HIDDEN);
        }
    }
}

#[test]
fn nobody_is_seen_before_the_first_status() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        world.act(bob, Action::SignOut);
        world.until(alice, |event| is_presence(event, "bob", Status::OFFLINE));
        world.forget(alice);
        let mut config = world.config("bob", version);
        config.initial_status = None;
        let bob = world.add(config);
        world.network.run_until(|network| network.machine(bob).is_signed_in());
        world.settle();
        assert!(!world.heard(alice).iter().any(|e| matches!(e, Event::Presence { .. })));
        let alone = world.heard(bob).iter().all(|e| !matches!(e, Event::Presence { .. }));
        assert!(alone, "and sees nobody");
        world.done(bob, Action::SetStatus(Status::AWAY));
        world.until(alice, |event| is_presence(event, "bob", Status::AWAY));
        world.until(bob, |event| is_presence(event, "alice", Status::ONLINE));
    }
}

#[test]
fn a_new_name_is_seen_by_the_other_side_and_is_there_after_the_next_sign_in() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let name = "Älice ♥ 100% & <co>";
        world.done(alice, Action::SetName(name.into()));
        let named = |event: &Event| matches!(event, Event::Presence { account: a, name: n, .. } if *a == account("alice") && n == name);
        world.until(bob, named);
        assert_eq!(world.network.machine(alice).name(), Some(name));
        world.act(alice, Action::SignOut);
        let alice = world.sign_in("alice", version);
        assert_eq!(world.network.machine(alice).name(), Some(name), "{version}");
    }
}

#[test]
fn a_personal_message_and_music_are_seen_from_msnp11_and_not_possible_before() {
    let message = PersonalMessage {
        text: "a < b & \"c\" ♥".to_owned(),
        current_media: Some(CurrentMedia::song("Title", "Artist")),
        machine_guid: None,
    };
    let mut world = World::new();
    let [alice, bob] = world.friends(Version::MSNP11, Version::MSNP11);
    world.done(alice, Action::SetPersonalMessage(message.clone()));
    let seen = world.until(
        bob,
        |event| matches!(event, Event::PersonalMessage { message, .. } if !message.text.is_empty()),
    );
    let Event::PersonalMessage { message: seen, .. } = seen else { panic!() };
    assert_eq!(
        (seen.text, seen.current_media),
        (message.text.clone(), message.current_media.clone())
    );
    // Whoever comes later sees it too.
    world.act(bob, Action::SignOut);
    let bob = world.sign_in("bob", Version::MSNP11);
    world.settle();
    let contact = world.network.machine(bob).roster().contact(&account("alice")).unwrap();
    assert_eq!(contact.personal_message.as_ref().unwrap().text, message.text);

    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    assert!(world.network.act(alice, Action::SetPersonalMessage(message)).is_err());
}

#[test]
fn a_link_that_breaks_makes_its_user_offline() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let link = world.network.links(bob)[0];
        world.network.cut(bob, link, msnp_core::LinkEnd::Reset);
        world.until(alice, |event| is_presence(event, "bob", Status::OFFLINE));
    }
}

#[test]
fn a_request_that_is_never_answered_ends_as_a_timeout() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP11);
    let link = world.network.links(alice)[0];
    world.network.hold(alice, link);
    let ended = world.ended(alice, Action::SetStatus(Status::BUSY));
    assert_eq!(ended, Err(RequestError::TimedOut));
}
