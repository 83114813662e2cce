use std::time::Duration;

use msnp_client::{Action, Event, NotDoneReason, Started};
use msnp_codec::message::{Colour, Effects, Text, TextFormat};
use msnp_core::{Status, Version};
use msnp_session::Delivery;
use msnp_testkit::Conditions;

use crate::world::{VERSIONS, World, account, texts};

fn say(text: &str) -> Text<'static> {
    Text::new(text.to_owned())
}

#[test]
fn texts_go_both_ways_with_format_and_are_accepted() {
    for of in VERSIONS {
        for and in VERSIONS {
            let mut world = World::new();
            let [alice, bob] = world.friends(of, and);
            let conversation = world.open(alice, "bob");
            let mut text = say("Grüße, 世界 ☃\nsecond line");
            text.format = Some(TextFormat {
                font: "Comic Sans MS".to_owned(),
                effects: Effects { bold: true, ..Effects::default() },
                colour: Colour { red: 255, green: 0, blue: 16 },
                ..TextFormat::default()
            });
            world.act(alice, Action::SendText(conversation, text.clone()));
            let heard = world.until(bob, |event| matches!(event, Event::Text { .. }));
            let Event::Text { conversation: theirs, text: got, account: from, name } = heard else {
                panic!()
            };
            assert_eq!((got.text, got.format), (text.text, text.format));
            assert_eq!((from, name.as_str()), (account("alice"), "alice"));
            world.act(bob, Action::SendTyping(theirs));
            world.act(bob, Action::SendText(theirs, say("back")));
            world.until(alice, |event| matches!(event, Event::Typing { .. }));
            world.until(alice, |event| matches!(event, Event::Text { .. }));
            for client in [alice, bob] {
                world.until(client, |event| {
                    matches!(event, Event::MessageEnded { delivery: Delivery::Accepted, .. })
                });
            }
        }
    }
}

#[test]
fn a_nudge_shakes_the_other_window_from_msnp9() {
    let mut world = World::new();
    let version = Version::MSNP11;
    let [alice, bob] = world.friends(version, version);
    let conversation = world.open(alice, "bob");
    world.act(alice, Action::SendNudge(conversation));
    world.until(bob, |event| matches!(event, Event::Nudge { .. }));
}

#[test]
fn a_thousand_texts_arrive_once_and_in_order() {
    let mut world = World::new();
    let version = Version::MSNP11;
    let [alice, bob] = world.friends(version, version);
    let conversation = world.open(alice, "bob");
    world.until(alice, |event| matches!(event, Event::Joined { .. }));
    let (mut sent, mut ended) = (0, 0);
    let mut heard = Vec::new();
    while sent < 1000 || ended < 1000 {
        while sent < 1000
            && world
                .network
                .act(alice, Action::SendText(conversation, say(&sent.to_string())))
                .is_ok()
        {
            sent += 1;
        }
        world.network.step();
        for (_, event) in world.network.take_events(alice) {
            if let Event::MessageEnded { delivery, .. } = event {
                assert_eq!(delivery, Delivery::Accepted);
                ended += 1;
            }
        }
        heard.extend(world.network.take_events(bob).into_iter().map(|(_, event)| event));
    }
    world.settle();
    heard.extend(world.heard(bob));
    let texts: Vec<String> = texts(&heard).into_iter().map(|(_, text)| text).collect();
    let expected: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    assert_eq!(texts, expected);
}

#[test]
fn both_sides_ringing_each_other_at_once_say_everything_once() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let (a, b) = (world.open(alice, "bob"), world.open(bob, "alice"));
        world.act(alice, Action::SendText(a, say("from alice")));
        world.act(bob, Action::SendText(b, say("from bob")));
        world.settle();
        assert_eq!(texts(&world.heard(bob)), [("alice@example.com".into(), "from alice".into())]);
        assert_eq!(texts(&world.heard(alice)), [("bob@example.com".into(), "from bob".into())]);
        for client in [alice, bob] {
            let joined = |event: &Event| matches!(event, Event::Joined { .. });
            assert_eq!(world.heard(client).iter().filter(|e| joined(e)).count(), 1, "{version}");
        }
    }
}

#[test]
fn who_closed_the_window_is_invited_again_while_the_room_lives() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let conversation = world.open(alice, "bob");
        let Event::Invited { conversation: theirs, .. } =
            world.until(bob, |event| matches!(event, Event::Invited { .. }))
        else {
            panic!()
        };
        world.until(bob, |event| matches!(event, Event::Joined { .. }));
        world.act(bob, Action::Leave(theirs));
        world.until(alice, |event| matches!(event, Event::Left { .. }));
        world.forget(bob);
        let links = world.network.links(alice).len();
        world.act(alice, Action::SendText(conversation, say("again")));
        world.until(bob, |event| matches!(event, Event::Text { .. }));
        assert_eq!(world.network.links(alice).len(), links, "{version}: the same room");
    }
}

#[test]
fn a_room_of_three_hears_everything_and_one_who_leaves_is_missed() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let carol = world.sign_in("carol", version);
        world.done(carol, Action::AddContact(account("alice")));
        let conversation = world.open(alice, "bob");
        world.act(alice, Action::Invite(conversation, account("carol")));
        for client in [bob, carol] {
            world.network.run_until(|network| {
                let joined = |e: &Event| matches!(e, Event::Joined { .. });
                network.events(client).iter().filter(|(_, e)| joined(e)).count() == 2
            });
        }
        world.act(alice, Action::SendText(conversation, say("to both")));
        for client in [bob, carol] {
            world.until(client, |event| matches!(event, Event::Text { .. }));
        }
        let link = *world.network.links(carol).last().unwrap();
        world.network.cut(carol, link, msnp_core::LinkEnd::Reset);
        for client in [alice, bob] {
            world.until(client, |event| {
                matches!(event, Event::Left { account: who, .. } if *who == account("carol"))
            });
        }
    }
}

#[test]
fn a_hidden_user_cannot_open_a_room_and_goes_on_in_the_one_there_is() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, _] = world.friends(version, version);
        let carol = world.sign_in("carol", version);
        let open = world.open(alice, "carol");
        world.until(alice, |event| matches!(event, Event::Joined { .. }));
        world.done(alice, Action::SetStatus(Status::HIDDEN));
        let refused = world.open(alice, "bob");
        let Started::Message(lost) = world.act(alice, Action::SendText(refused, say("x"))) else {
            panic!()
        };
        let ended = world.until(alice, |event| matches!(event, Event::MessageEnded { .. }));
        let delivery = Delivery::Failed;
        let expected = Event::MessageEnded { conversation: refused, message: lost, delivery };
        assert_eq!(ended, expected, "{version}");
        world.act(alice, Action::SendText(open, say("still here")));
        world.until(carol, |event| matches!(event, Event::Text { .. }));
    }
}

#[test]
fn a_text_that_follows_the_opening_at_once_rings_once_and_arrives() {
    for version in VERSIONS {
        for latency in [0, 7, 80] {
            let latency = Duration::from_millis(latency);
            let conditions = Conditions { latency, ..Conditions::default() };
            let mut world = World::with(conditions, |config| config);
            let [alice, bob] = world.friends(version, version);
            for millis in 0..40 {
                let conversation = world.open(alice, "bob");
                world.network.advance(Duration::from_millis(millis * 10));
                world.act(alice, Action::SendText(conversation, say("hello")));
                world.settle();
                assert_eq!(texts(&world.heard(bob)).len(), 1, "{version} {millis}");
                let refused = |event: &Event| matches!(event, Event::NotInvited { .. });
                assert!(!world.heard(alice).iter().any(refused), "{version} {millis}");
                world.act(alice, Action::Leave(conversation));
                world.settle();
                world.forget(alice);
                world.forget(bob);
            }
        }
    }
}

#[test]
fn who_cannot_be_called_is_said_so_once_and_the_text_fails_once() {
    for version in VERSIONS {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        for _ in 0..2 {
            let conversation = world.open(alice, "bob");
            world.act(alice, Action::SendText(conversation, say("hello")));
            world.settle();
            let heard = world.heard(alice);
            let refused = heard.iter().filter(|e| matches!(e, Event::NotInvited { .. })).count();
            let failed = heard.iter().filter(|e| matches!(e, Event::MessageEnded { .. })).count();
            assert_eq!((refused, failed), (1, 1), "{version}");
            world.forget(alice);
        }
    }
}

#[test]
fn a_long_text_arrives_as_one_from_msnp9_and_is_refused_before() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let conversation = world.open(alice, "bob");
        let long: String = (0..800).map(|n| format!("{n} ☃ ")).collect();
        let sent = world.network.act(alice, Action::SendText(conversation, say(&long)));
        if !version.has_msn_objects() {
            assert_eq!(sent.unwrap_err().reason, NotDoneReason::TooLong, "{version}");
            continue;
        }
        let Ok(Started::Message(sent)) = sent else { panic!("{version}: {sent:?}") };
        world.settle();
        let expected = [("alice@example.com".to_owned(), long)];
        assert_eq!(texts(&world.heard(bob)), expected, "{version}");
        let ends: Vec<Event> = world
            .heard(alice)
            .into_iter()
            .filter(|event| matches!(event, Event::MessageEnded { .. }))
            .collect();
        let delivery = Delivery::Accepted;
        assert_eq!(ends, [Event::MessageEnded { conversation, message: sent, delivery }]);
    }
}

#[test]
fn a_room_that_fell_silent_is_closed_and_the_next_text_opens_another() {
    for version in VERSIONS {
        let mut world = World::new();
        let [alice, bob] = world.friends(version, version);
        let conversation = world.open(alice, "bob");
        world.act(alice, Action::SendText(conversation, say("before")));
        world.until(bob, |event| matches!(event, Event::Text { .. }));
        world.seconds(6 * 60);
        let idle = |event: &Event| matches!(event, Event::Left { idle: true, .. });
        for client in [alice, bob] {
            assert!(world.heard(client).iter().any(idle), "{version}");
            assert_eq!(world.network.links(client).len(), 1, "{version}: the room is closed");
        }
        world.forget(bob);
        world.act(alice, Action::SendText(conversation, say("after")));
        world.until(bob, |event| matches!(event, Event::Text { .. }));
        assert_eq!(texts(&world.heard(bob)), [("alice@example.com".into(), "after".into())]);
    }
}

/// Whatever the moment, each text ends once, and one call that is refused is told once: another
/// call belongs to a text that is said after that was told.
#[test]
fn whoever_is_offline_is_called_once_for_what_is_said_before_that_is_told() {
    for version in VERSIONS {
        let mut moment = 0;
        loop {
            let mut world = World::new();
            let alice = world.sign_in("alice", version);
            world.forget(alice);
            let conversation = world.open(alice, "bob");
            for _ in 0..moment {
                world.network.step();
            }
            let refused = |event: &Event| matches!(event, Event::NotInvited { .. });
            let known = world.heard(alice).iter().filter(|event| refused(event)).count();
            world.act(alice, Action::SendText(conversation, say("Hi")));
            world.settle();
            let heard = world.heard(alice);
            let told = heard.iter().filter(|event| refused(event)).count();
            assert_eq!(told, known + 1, "{version} after {moment} steps: {heard:?}");
            let failed = |event: &Event| {
                matches!(event, Event::MessageEnded { delivery: Delivery::Failed, .. })
            };
            let ended = |event: &Event| matches!(event, Event::MessageEnded { .. });
            assert!(heard.iter().any(failed), "{version} after {moment} steps: {heard:?}");
            assert_eq!(heard.iter().filter(|event| ended(event)).count(), 1);
            if known > 0 {
                break;
            }
            moment += 1;
        }
        assert!(moment > 2, "{version}");
    }
}
