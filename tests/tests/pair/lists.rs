use msnp_client::{Action, Event};
use msnp_core::{List, Lists, Status};
use msnp_session::RequestError;

use crate::world::{VERSIONS, World, account, is_presence};

#[test]
fn who_is_added_is_told_and_who_adds_sees_the_other_online() {
    for of in VERSIONS {
        for and in VERSIONS {
            let mut world = World::new();
            let (alice, bob) = (world.sign_in("alice", of), world.sign_in("bob", and));
            world.done(alice, Action::AddContact(account("bob")));
            let added = |event: &Event| matches!(event, Event::ListChanged { list: List::Reverse | List::Pending, account: a, added: true } if *a == account("alice"));
            world.until(bob, added);
            world.until(alice, |event| is_presence(event, "bob", Status::ONLINE));
            let lists = world.network.machine(alice).roster().lists(&account("bob"));
            assert_eq!(lists, Lists::from(List::Forward) | List::Allow, "{of} {and}");
        }
    }
}

#[test]
fn a_blocked_contact_sees_one_offline_and_cannot_ring_until_it_is_unblocked() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        world.done(alice, Action::Block(account("bob")));
        world.until(bob, |event| is_presence(event, "alice", Status::OFFLINE));
        world.forget(bob);
        let conversation = world.open(bob, "alice");
        let refused = world.until(bob, |event| matches!(event, Event::NotInvited { .. }));
        let Event::NotInvited { conversation: c, error, .. } = refused else { panic!() };
        assert_eq!(c, conversation);
        assert!(matches!(error, RequestError::Refused(_)), "{version}: {error:?}");
        assert!(!world.heard(alice).iter().any(|event| matches!(event, Event::Invited { .. })));
        world.done(alice, Action::SetStatus(Status::AWAY));
        world.settle();
        assert!(!world.heard(bob).iter().any(|event| matches!(event, Event::Presence { .. })));
        world.done(alice, Action::Unblock(account("bob")));
        world.until(bob, |event| is_presence(event, "alice", Status::AWAY));
    }
}

#[test]
fn lists_are_the_same_after_the_next_sign_in() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, _] = world.friends(version, version);
        world.done(alice, Action::AddContact(account("carol")));
        world.done(alice, Action::Block(account("carol")));
        world.done(alice, Action::RemoveContact(account("bob")));
        let before: Vec<_> = lists(&world, alice);
        world.act(alice, Action::SignOut);
        let alice = world.sign_in("alice", version);
        assert_eq!(lists(&world, alice), before, "{version}");
        let carol = world.network.machine(alice).roster().lists(&account("carol"));
        assert_eq!(carol, Lists::from(List::Forward) | List::Block);
    }
}

#[test]
fn who_does_not_exist_cannot_be_added() {
    for version in VERSIONS {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        let ended = world.ended(alice, Action::AddContact(account("nobody")));
        let Err(RequestError::Refused(code)) = ended else { panic!("{version}: {ended:?}") };
        let expected = if version.has_guids() { 208 } else { 205 };
        assert_eq!(code.number(), expected, "{version}");
    }
}

fn lists(world: &World, client: msnp_testkit::HostId<msnp_client::Client>) -> Vec<(String, Lists)> {
    let roster = world.network.machine(client).roster();
    roster.contacts().map(|(account, contact)| (account.to_string(), contact.lists)).collect()
}
