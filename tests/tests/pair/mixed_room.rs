//! One room, many ages of the protocol.

use msnp_client::{Action, Client, Event};
use msnp_codec::message::Text;
use msnp_core::{Status, Version};
use msnp_testkit::HostId;

use crate::world::{World, account, is_presence};

/// Who speaks what.
const MEMBERS: [(&str, Version); 6] = [
    ("alice", Version::MSNP2),
    ("bob", Version::MSNP7),
    ("carol", Version::MSNP8),
    ("dave", Version::MSNP9),
    ("eve", Version::MSNP11),
    ("frank", Version::MSNP12),
];

/// Everybody with everybody on the forward list, and under a name that needs encoding.
fn acquainted() -> (World, Vec<HostId<Client>>) {
    let mut world = World::new();
    let clients: Vec<_> =
        MEMBERS.iter().map(|(name, version)| world.sign_in(name, *version)).collect();
    for (client, (own, _)) in clients.iter().zip(MEMBERS) {
        world.done(*client, Action::SetName(full_name(own).into()));
        for (other, _) in MEMBERS.iter().filter(|(other, _)| *other != own) {
            world.done(*client, Action::AddContact(account(other)));
        }
    }
    world.settle();
    (world, clients)
}

fn full_name(name: &str) -> String {
    format!("{name} ♥ 100% & \"co\"")
}

#[test]
fn names_and_presence_are_right_on_every_side_whatever_each_speaks() {
    let (mut world, clients) = acquainted();
    for (changes, (name, _)) in clients.iter().zip(MEMBERS) {
        clients.iter().for_each(|client| world.forget(*client));
        world.done(*changes, Action::SetStatus(Status::BUSY));
        world.settle();
        for (sees, (viewer, version)) in clients.iter().zip(MEMBERS) {
            if viewer == name {
                continue;
            }
            let told = |event: &Event| is_presence(event, name, Status::BUSY);
            assert!(world.heard(*sees).iter().any(told), "{viewer} ({version}) of {name}");
            let contact = world.network.machine(*sees).roster().contact(&account(name)).unwrap();
            let shown = (contact.name.clone(), contact.status);
            assert_eq!(shown, (full_name(name), Status::BUSY), "{viewer} ({version}) of {name}");
            let capable = version.has_capabilities();
            assert_eq!(contact.capabilities.is_some(), capable, "{viewer} ({version}) of {name}");
        }
    }
}

#[test]
fn everybody_in_the_room_hears_everybody_under_the_right_name() {
    for opener in 0..MEMBERS.len() {
        let (mut world, clients) = acquainted();
        let others: Vec<&str> =
            MEMBERS.iter().map(|(name, _)| *name).filter(|n| *n != MEMBERS[opener].0).collect();
        let conversation = world.open(clients[opener], others[0]);
        for other in &others[1..] {
            world.act(clients[opener], Action::Invite(conversation, account(other)));
        }
        world.settle();
        let conversations: Vec<_> = clients
            .iter()
            .map(|client| {
                let joined = world.heard(*client).into_iter().filter_map(|event| match event {
                    Event::Joined { conversation, account, name } => {
                        Some((conversation, account, name))
                    }
                    _ => None,
                });
                let mut joined: Vec<_> = joined.collect();
                assert_eq!(joined.len(), MEMBERS.len() - 1, "opened by {}", MEMBERS[opener].0);
                joined.dedup_by_key(|(conversation, ..)| *conversation);
                assert_eq!(joined.len(), 1, "one conversation");
                joined[0].0
            })
            .collect();
        for (speaker, (name, _)) in MEMBERS.iter().enumerate() {
            clients.iter().for_each(|client| world.forget(*client));
            let said = Text::new(format!("{name} says ☃"));
            world.act(clients[speaker], Action::SendText(conversations[speaker], said.clone()));
            world.settle();
            for (listener, (other, version)) in MEMBERS.iter().enumerate() {
                let heard: Vec<_> = world
                    .heard(clients[listener])
                    .into_iter()
                    .filter_map(|event| match event {
                        Event::Text { account, name, text, .. } => Some((account, name, text)),
                        _ => None,
                    })
                    .collect();
                let expected = match listener == speaker {
                    true => Vec::new(),
                    false => vec![(account(name), full_name(name), said.clone())],
                };
                assert_eq!(heard, expected, "{other} ({version}) hears {name}");
            }
        }
    }
}
