use msnp_client::{Action, Client, Event, NotDoneReason};
use msnp_core::Version;
use msnp_session::RequestError;
use msnp_testkit::HostId;

use crate::world::{VERSIONS, World, account};

fn with_groups() -> impl Iterator<Item = Version> {
    VERSIONS.into_iter().filter(|version| version.has_groups())
}

/// The groups of one's own making, and who is in each.
pub(crate) fn groups(world: &World, client: HostId<Client>) -> Vec<(String, Vec<String>)> {
    let roster = world.network.machine(client).roster();
    let mut groups: Vec<_> = roster
        .groups()
        .filter(|(id, _)| *id != "0")
        .map(|(id, name)| {
            let inside = roster.contacts().filter(|(_, c)| c.groups.iter().any(|g| **g == *id));
            (name.to_owned(), inside.map(|(account, _)| account.to_string()).collect())
        })
        .collect();
    groups.sort();
    groups
}

pub(crate) fn group_id(world: &World, client: HostId<Client>, name: &str) -> Option<Box<str>> {
    let roster = world.network.machine(client).roster();
    roster.groups().find(|(_, known)| *known == name).map(|(id, _)| id.into())
}

#[test]
fn a_group_is_made_filled_renamed_emptied_and_removed() {
    for version in with_groups() {
        let mut world = World::new();
        let [alice, _] = world.friends(version, version);
        let bob = "bob@example.com".to_owned();
        world.done(alice, Action::AddGroup("Friends & co ♥".into()));
        let id = group_id(&world, alice, "Friends & co ♥").unwrap();
        world.done(alice, Action::AddToGroup(account("bob"), id.clone()));
        assert_eq!(
            groups(&world, alice),
            [("Friends & co ♥".into(), vec![bob.clone()])],
            "{version}"
        );
        world.done(alice, Action::RenameGroup(id.clone(), "Büro".into()));
        assert_eq!(groups(&world, alice), [("Büro".into(), vec![bob.clone()])], "{version}");
        world.act(alice, Action::SignOut);
        let alice = world.sign_in("alice", version);
        assert_eq!(groups(&world, alice), [("Büro".into(), vec![bob])], "{version}: kept");
        world.done(alice, Action::RemoveFromGroup(account("bob"), id.clone()));
        assert_eq!(groups(&world, alice), [("Büro".into(), vec![])], "{version}");
        world.done(alice, Action::RemoveGroup(id));
        assert_eq!(groups(&world, alice), [], "{version}");
        let changes: Vec<_> = world
            .heard(alice)
            .into_iter()
            .filter_map(|event| match event {
                Event::GroupMember { added, .. } => Some(added),
                Event::GroupChanged { name, .. } => Some(name.is_some()),
                _ => None,
            })
            .collect();
        assert_eq!(changes, [false, false], "{version}: bob out, the group gone");
    }
}

#[test]
fn groups_are_the_same_in_every_version_that_has_them() {
    let mut world = World::new();
    let [alice, _] = world.friends(Version::MSNP7, Version::MSNP12);
    world.done(alice, Action::AddGroup("Friends".into()));
    let id = group_id(&world, alice, "Friends").unwrap();
    world.done(alice, Action::AddToGroup(account("bob"), id));
    let expected = [("Friends".to_owned(), vec!["bob@example.com".to_owned()])];
    for version in with_groups() {
        let again = world.sign_in("alice", version);
        assert_eq!(groups(&world, again), expected, "{version}");
    }
}

#[test]
fn a_group_that_exists_already_or_does_not_exist_is_refused_with_the_right_number() {
    for version in with_groups() {
        let mut world = World::new();
        let [alice, _] = world.friends(version, version);
        world.done(alice, Action::AddGroup("Friends".into()));
        let twice = world.ended(alice, Action::AddGroup("Friends".into()));
        assert_eq!(refusal(twice), 228, "{version}");
        let unknown = match version.has_guids() {
            true => "00000000-0000-0000-0000-00000000002a",
            false => "42",
        };
        let gone = world.ended(alice, Action::RemoveGroup(unknown.into()));
        assert_eq!(refusal(gone), 224, "{version}");
    }
}

#[test]
fn there_are_no_groups_before_msnp7() {
    for version in VERSIONS.into_iter().filter(|version| !version.has_groups()) {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        let refused = world.network.act(alice, Action::AddGroup("Friends".into()));
        assert_eq!(refused.unwrap_err().reason, NotDoneReason::NotInVersion(version));
    }
}

fn refusal(ended: Result<(), RequestError>) -> u16 {
    match ended {
        Err(RequestError::Refused(code)) => code.number(),
        other => panic!("{other:?}"),
    }
}
