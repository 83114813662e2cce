//! Pictures, emoticons and other objects: from one client to another, by way of the server's rooms.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use msnp_client::{
    Action, Client, Event, NotDoneReason, OwnObject, Started, TransferError, TransferId,
};
use msnp_codec::message::{Datacast, Emoticon, Emoticons, Text};
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::{Machine, Status, Version};
use msnp_testkit::{Conditions, Cuts, HostId, Stalls};
use proptest::prelude::*;

use crate::world::{World, account, is_presence};

/// One of each kind that has objects: with numbers, with GUIDs, with network ids.
const SPOKEN: [Version; 3] = [Version::MSNP9, Version::MSNP11, Version::MSNP12];

fn object(owner: &str, kind: ObjectType, len: usize) -> OwnObject {
    let seed = owner.len() + len;
    let byte = |at: usize| u8::try_from((at * 7 + seed) % 251).unwrap();
    let content: Vec<u8> = (0..len).map(byte).collect();
    OwnObject::new(&account(owner), kind, "TFR1.dat", owner, content.into())
}

fn picture(owner: &str, len: usize) -> OwnObject {
    object(owner, ObjectType::DISPLAY_PICTURE, len)
}

impl World {
    /// Shows a picture, and waits until the other one knows of it.
    fn show(&mut self, client: HostId<Client>, name: &str, own: &OwnObject, to: HostId<Client>) {
        self.done(client, Action::SetPicture(Some(own.clone())));
        let text = own.object.to_string();
        self.network.run_until(|network| {
            let contact = network.machine(to).roster().contact(&account(name));
            contact.is_some_and(|contact| contact.object.as_deref() == Some(&text))
        });
    }

    fn fetch(&mut self, client: HostId<Client>, from: &str, object: &MsnObject) -> TransferId {
        match self.act(client, Action::FetchObject(account(from), Box::new(object.clone()))) {
            Started::Transfer(transfer) => transfer,
            other => panic!("{other:?}"),
        }
    }

    /// Runs until this transfer of this client has ended.
    #[track_caller]
    fn ends(&mut self, client: HostId<Client>, of: TransferId) -> Result<Content, TransferError> {
        let is_end = |event: &Event| match event {
            Event::ObjectReceived { transfer, .. } | Event::TransferFailed { transfer, .. } => {
                *transfer == of
            }
            _ => false,
        };
        match self.until(client, is_end) {
            Event::ObjectReceived { content, .. } => Ok(Content(content)),
            Event::TransferFailed { error, .. } => Err(error),
            other => panic!("{other:?}"),
        }
    }

    fn is_under_way(&mut self, client: HostId<Client>, transfer: TransferId) {
        let is = |event: &Event| matches!(event, Event::ObjectProgress { transfer: of, .. } if *of == transfer);
        self.until(client, is);
    }
}

/// The content of an object, which nobody wants to see when a test fails.
#[derive(PartialEq)]
struct Content(Bytes);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

fn confirmed(event: &Event) -> bool {
    matches!(event, Event::ObjectServed { confirmed: true, .. })
}

#[test]
fn a_picture_goes_each_way_and_both_sides_know_it() {
    for version in SPOKEN {
        let mut world = World::new();
        let clients = world.friends(version, version);
        let own = [picture("alice", 5_000), picture("bob", 23_456)];
        for (at, name) in ["alice", "bob"].into_iter().enumerate() {
            world.show(clients[at], name, &own[at], clients[1 - at]);
            let fetched = world.fetch(clients[1 - at], name, &own[at].object);
            assert_eq!(world.ends(clients[1 - at], fetched), Ok(Content(own[at].content.clone())));
            world.until(clients[at], confirmed);
            world.until(clients[at], |e| matches!(e, Event::ObjectServing { .. }));
        }
    }
}

#[test]
fn an_emoticon_is_announced_before_the_text_and_fetched() {
    for version in SPOKEN {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let cat = object("alice", ObjectType::CUSTOM_EMOTICON, 3_000);
        world.act(alice, Action::Publish(cat.clone()));
        let talk = world.open(alice, "bob");
        let list = vec![Emoticon::new("(cat)", cat.object.clone())];
        let emoticons = Emoticons { are_animated: false, list };
        world.act(alice, Action::SendEmoticons(talk, emoticons.clone()));
        world.act(alice, Action::SendText(talk, Text::new("look: (cat)")));
        world.until(bob, |event| matches!(event, Event::Text { .. }));
        let told: Vec<Event> = world.heard(bob);
        let announced = |event: &Event| {
            matches!(event, Event::Emoticons { account: from, emoticons: of, .. }
                if *from == account("alice") && *of == emoticons)
        };
        let announced = told.iter().position(announced).unwrap();
        assert!(told[announced..].iter().any(|event| matches!(event, Event::Text { .. })));
        let fetched = world.fetch(bob, "alice", &cat.object);
        assert_eq!(world.ends(bob, fetched), Ok(Content(cat.content)));
        // The next time it is there at once.
        let again = world.fetch(bob, "alice", &cat.object);
        assert!(world.ends(bob, again).is_ok());
        let served = world.heard(alice);
        let served = served.iter().filter(|e| matches!(e, Event::ObjectServing { .. }));
        assert_eq!(served.count(), 1);
    }
}

#[test]
fn a_wink_is_offered_and_fetched() {
    let mut world = World::new();
    let [alice, bob] = world.friends(Version::MSNP11, Version::MSNP11);
    let wink = object("alice", ObjectType::WINK, 40_000);
    world.act(alice, Action::Publish(wink.clone()));
    let talk = world.open(alice, "bob");
    world.act(alice, Action::SendDatacast(talk, Datacast::Wink(wink.object.clone())));
    let offered = world.until(bob, |event| matches!(event, Event::ObjectOffered { .. }));
    let Event::ObjectOffered { account: from, object, .. } = offered else { panic!() };
    assert_eq!((from, *object), (account("alice"), wink.object.clone()));
    let fetched = world.fetch(bob, "alice", &wink.object);
    assert_eq!(world.ends(bob, fetched), Ok(Content(wink.content)));
}

#[test]
fn in_a_room_of_three_only_the_one_who_was_asked_answers() {
    for version in SPOKEN {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let carol = world.sign_in("carol", version);
        let own = picture("alice", 9_000);
        for client in [alice, carol] {
            world.act(client, Action::Publish(own.clone()));
        }
        let talk = world.open(alice, "bob");
        world.until(bob, |event| matches!(event, Event::Joined { .. }));
        world.act(alice, Action::Invite(talk, account("carol")));
        world.until(
            bob,
            |event| matches!(event, Event::Joined { account: who, .. } if *who == account("carol")),
        );
        world.settle();
        world.forget(carol);
        let links = world.network.links(bob).len();
        let fetched = world.fetch(bob, "alice", &own.object);
        assert_eq!(world.ends(bob, fetched), Ok(Content(own.content)));
        world.until(alice, confirmed);
        world.settle();
        assert_eq!(world.heard(carol), []);
        assert_eq!(world.network.links(bob).len(), links, "another room was opened");
    }
}

#[test]
fn both_may_ring_at_once_to_see_the_picture_of_the_other() {
    for version in SPOKEN {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let own = [picture("alice", 30_000), picture("bob", 20_000)];
        world.act(alice, Action::Publish(own[0].clone()));
        world.act(bob, Action::Publish(own[1].clone()));
        let of_bob = world.fetch(alice, "bob", &own[1].object);
        let of_alice = world.fetch(bob, "alice", &own[0].object);
        assert_eq!(world.ends(alice, of_bob), Ok(Content(own[1].content.clone())));
        assert_eq!(world.ends(bob, of_alice), Ok(Content(own[0].content.clone())));
    }
}

#[test]
fn a_transfer_goes_on_in_another_room_when_its_room_dies() {
    for version in SPOKEN {
        for leaver in [0, 1] {
            let mut world = World::new();
            let clients = world.friends(version, version);
            let [alice, bob] = clients;
            let own = picture("alice", 200_000);
            world.act(alice, Action::Publish(own.clone()));
            let fetched = world.fetch(bob, "alice", &own.object);
            world.is_under_way(bob, fetched);
            let before = world.network.links(clients[leaver]);
            world.network.cut(clients[leaver], *before.last().unwrap(), msnp_core::LinkEnd::Reset);
            assert_eq!(world.ends(bob, fetched), Ok(Content(own.content)));
            assert!(!before.contains(world.network.links(clients[leaver]).last().unwrap()));
            world.until(alice, |e| matches!(e, Event::ObjectServed { .. }));
        }
    }
}

#[test]
fn whoever_signs_off_fails_the_transfer_on_both_sides() {
    for leaver in [0, 1] {
        let mut world = World::new();
        let clients = world.friends(Version::MSNP12, Version::MSNP12);
        let [alice, bob] = clients;
        let own = picture("alice", 200_000);
        world.act(alice, Action::Publish(own.clone()));
        let fetched = world.fetch(bob, "alice", &own.object);
        world.is_under_way(bob, fetched);
        world.act(clients[leaver], Action::SignOut);
        let failed = |event: &Event| {
            matches!(event, Event::TransferFailed { error: TransferError::Unreachable, .. })
        };
        for client in clients {
            world.until(client, failed);
        }
        assert_eq!(world.end(clients[leaver]), Some(Ok(())));
    }
}

#[test]
fn an_object_of_somebody_who_is_not_there_fails_at_once() {
    let mut world = World::new();
    let [alice, bob] = world.friends(Version::MSNP12, Version::MSNP12);
    let own = picture("bob", 3_000);
    // Who blocks is offline for the one who is blocked.
    world.done(bob, Action::Block(account("alice")));
    world.until(alice, |event| is_presence(event, "bob", Status::OFFLINE));
    let before = world.network.now().monotonic;
    for nobody in ["bob", "carol"] {
        let fetched = world.fetch(alice, nobody, &own.object);
        assert_eq!(world.ends(alice, fetched), Err(TransferError::Unreachable));
    }
    assert!(world.network.now().monotonic - before < Duration::from_secs(5));
}

#[test]
fn a_picture_that_is_shown_no_more_is_served_no_more() {
    let mut world = World::new();
    let [alice, bob] = world.friends(Version::MSNP12, Version::MSNP12);
    let (old, new) = (picture("alice", 3_000), picture("alice", 4_000));
    world.show(alice, "alice", &old, bob);
    world.show(alice, "alice", &new, bob);
    let fetched = world.fetch(bob, "alice", &old.object);
    assert!(matches!(world.ends(bob, fetched), Err(TransferError::Refused(_))));
    world.until(alice, |event| matches!(event, Event::InvitationDeclined { .. }));
    let fetched = world.fetch(bob, "alice", &new.object);
    assert_eq!(world.ends(bob, fetched), Ok(Content(new.content)));
}

#[test]
fn either_side_can_end_a_transfer() {
    for side in [0, 1] {
        let mut world = World::new();
        let clients = world.friends(Version::MSNP12, Version::MSNP12);
        let [alice, bob] = clients;
        let own = picture("alice", 200_000);
        world.act(alice, Action::Publish(own.clone()));
        let fetched = world.fetch(bob, "alice", &own.object);
        world.is_under_way(bob, fetched);
        let serving = world.until(alice, |event| matches!(event, Event::ObjectServing { .. }));
        let Event::ObjectServing { transfer: served, .. } = serving else { panic!() };
        world.act(clients[side], Action::CancelTransfer([served, fetched][side]));
        for (at, client) in clients.into_iter().enumerate() {
            let expected = match at == side {
                true => TransferError::Cancelled,
                false => TransferError::CancelledByPeer,
            };
            world.until(
                client,
                |event| matches!(event, Event::TransferFailed { error, .. } if *error == expected),
            );
        }
    }
}

#[test]
fn a_text_does_not_wait_for_an_object() {
    let mut world = World::new();
    let [alice, bob] = world.friends(Version::MSNP12, Version::MSNP12);
    let own = picture("alice", 200_000);
    world.act(alice, Action::Publish(own.clone()));
    let talk = world.open(alice, "bob");
    world.until(alice, |event| matches!(event, Event::Joined { .. }));
    world.settle();
    let fetched = world.fetch(bob, "alice", &own.object);
    world.is_under_way(bob, fetched);
    let waiting = |world: &World| {
        let machine = world.network.machine(alice);
        let links = world.network.links(alice);
        links.into_iter().map(|link| machine.output(link).len()).max().unwrap()
    };
    let mut most = 0;
    let received = |world: &World| {
        let heard = world.heard(bob);
        let progress = heard.iter().rev().find_map(|event| match event {
            Event::ObjectProgress { received, .. } => Some(*received),
            _ => None,
        });
        progress.unwrap()
    };
    let before = received(&world);
    world.act(alice, Action::SendText(talk, Text::new("meanwhile")));
    while !world.heard(bob).iter().any(|event| matches!(event, Event::Text { .. })) {
        most = most.max(waiting(&world));
        assert!(world.network.step());
    }
    // What a window of packets holds, and what was in the link.
    assert!(received(&world) - before < 20_000, "{} before the text", received(&world) - before);
    assert!(most < 8_000, "{most} bytes wait in a link");
    assert_eq!(world.ends(bob, fetched), Ok(Content(own.content)));
}

#[test]
fn versions_without_objects_say_so() {
    let mut world = World::new();
    let [alice, _] = world.friends(Version::MSNP8, Version::MSNP8);
    let own = picture("alice", 100);
    let actions = [
        Action::SetPicture(Some(own.clone())),
        Action::Publish(own.clone()),
        Action::FetchObject(account("bob"), Box::new(own.object)),
    ];
    for action in actions {
        let refused = world.network.act(alice, action).unwrap_err();
        assert_eq!(refused.reason, NotDoneReason::NotInVersion(Version::MSNP8));
    }
}

#[test]
fn what_was_fetched_is_kept_for_the_next_client() {
    let mut world = World::new();
    let [alice, bob] = world.friends(Version::MSNP12, Version::MSNP12);
    let own = picture("alice", 3_000);
    world.act(alice, Action::Publish(own.clone()));
    let fetched = world.fetch(bob, "alice", &own.object);
    assert!(world.ends(bob, fetched).is_ok());
    let objects = world.network.call(bob, |client, _| client.objects().clone());
    world.act(bob, Action::SignOut);
    world.act(alice, Action::SignOut);
    world.settle();
    let mut config = world.config("bob", Version::MSNP12);
    config.objects = Some(objects);
    let bob = world.add(config);
    world.network.run_until(|network| network.machine(bob).is_signed_in());
    let again = world.fetch(bob, "alice", &own.object);
    assert_eq!(world.ends(bob, again), Ok(Content(own.content)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whoever asked is told once, and what came is what was asked for; so is whoever serves.
    #[test]
    fn whatever_a_network_does_each_object_comes_whole_or_is_known_to_have_failed(
        version in prop::sample::select(&SPOKEN[..]),
        objects in prop::collection::vec((0_usize..2, 1_usize..20_000), 1..9),
        rooms_cut in prop::collection::vec((0_usize..2, 1_usize..400), 0..5),
        latency in 0_u64..200,
        cuts in prop::sample::select(vec![Cuts::Whole, Cuts::Random]),
        stall in prop::option::of((2_u32..20, 1_u64..2000)),
    ) {
        let stalls = stall
            .map(|(one_in, millis)| Stalls { one_in, lasting: Duration::from_millis(millis) });
        let latency = Duration::from_millis(latency);
        let conditions = Conditions { latency, cuts, stalls, ..Conditions::default() };
        let mut world = World::with(conditions, |config| config);
        let clients = world.friends(version, version);
        let mut asked = Vec::new();
        for (owner, len) in objects {
            let name = ["alice", "bob"][owner];
            let own = picture(name, len);
            world.act(clients[owner], Action::Publish(own.clone()));
            asked.push((1 - owner, world.fetch(clients[1 - owner], name, &own.object), own.content));
        }
        for (who, steps) in rooms_cut {
            for _ in 0..steps {
                world.network.step();
            }
            // The first link is that of the notification server.
            if let [_, .., room] = world.network.links(clients[who])[..] {
                world.network.cut(clients[who], room, msnp_core::LinkEnd::Reset);
            }
        }
        for (requester, transfer, content) in &asked {
            match world.ends(clients[*requester], *transfer) {
                Ok(came) => prop_assert!(came.0 == *content),
                Err(error) => prop_assert!(error != TransferError::WrongContent),
            }
        }
        // Whoever serves may have to wait until its patience ends.
        world.seconds(180);
        for client in clients {
            let heard = world.heard(client);
            let began = heard.iter().filter_map(|event| match event {
                Event::ObjectServing { transfer, .. } => Some(*transfer),
                _ => None,
            });
            for served in began {
                let is_end = |event: &&Event| matches!(event,
                    Event::ObjectServed { transfer, .. } | Event::TransferFailed { transfer, .. }
                        if *transfer == served);
                prop_assert_eq!(heard.iter().filter(is_end).count(), 1);
            }
        }
    }
}
