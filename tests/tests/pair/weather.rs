//! The same story on networks that cut and delay: it must end alike.

use std::time::Duration;

use msnp_client::{Action, Event};
use msnp_codec::message::Text;
use msnp_core::{Status, Version};
use msnp_testkit::{Conditions, Cuts, Stalls};
use proptest::prelude::*;

use crate::world::{VERSIONS, World, account, is_presence, texts};

/// What each side has been told at the end, without what depends on who was faster.
fn story(version: Version, conditions: Conditions) -> [Vec<(String, String)>; 2] {
    let mut world = World::with(conditions, |config| config);
    let [alice, bob] = world.friends(version, version);
    world.done(alice, Action::SetStatus(Status::AWAY));
    world.until(bob, |event| is_presence(event, "alice", Status::AWAY));
    let conversation = world.open(alice, "bob");
    for n in 0..20 {
        world.act(alice, Action::SendText(conversation, Text::new(format!("Nr. {n} ☃"))));
    }
    let last = |event: &Event| matches!(event, Event::Text { text, .. } if text.text == "Nr. 19 ☃");
    let Event::Text { conversation: theirs, .. } = world.until(bob, last) else { panic!() };
    world.act(bob, Action::SendText(theirs, Text::new("all there")));
    world.until(alice, |event| matches!(event, Event::Text { .. }));
    world.done(bob, Action::Block(account("alice")));
    world.until(alice, |event| is_presence(event, "bob", Status::OFFLINE));
    let told = [alice, bob].map(|client| texts(&world.heard(client)));
    world.act(alice, Action::SignOut);
    world.act(bob, Action::SignOut);
    world.settle();
    assert_eq!([world.end(alice), world.end(bob)], [Some(Ok(())), Some(Ok(()))]);
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn cuts_delays_and_stalls_change_nothing(
        version in prop::sample::select(&VERSIONS[..]),
        latency in 0u64..400,
        cuts in prop::sample::select(vec![Cuts::Whole, Cuts::Bytewise, Cuts::Random]),
        stall in prop::option::of((2u32..20, 1u64..2000)),
        window in prop::sample::select(vec![64usize, 700, 64 * 1024]),
    ) {
        let stalls = stall.map(|(one_in, millis)| Stalls { one_in, lasting: Duration::from_millis(millis) });
        let latency = Duration::from_millis(latency);
        let conditions = Conditions { latency, cuts, stalls, window, ..Conditions::default() };
        let calm = story(version, Conditions::default());
        prop_assert_eq!(calm[1].len(), 20);
        prop_assert_eq!(story(version, conditions), calm);
    }
}
