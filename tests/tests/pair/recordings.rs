//! Any of our machines can be recorded, and replays bit for bit.

use msnp_client::{Action, Client, ConversationId, Event};
use msnp_codec::message::Text;
use msnp_core::{Act, Machine, Watched};
use msnp_testkit::{Header, Recorder, Recording, replay};
use msnp_tests::ClientActions;
use serde_json::Value;

use crate::world::{VERSIONS, World, account};

#[test]
fn a_recorded_client_replays_bit_for_bit() {
    for version in VERSIONS {
        let mut world = World::new();
        let bob = world.sign_in("bob", version);
        let config = world.config("alice", version);
        let header = Header::new("alice's client", Value::from(version.to_string()));
        let recorder = Recorder::new(Vec::new(), header, ClientActions).unwrap();
        let alice = Client::new(config.clone());
        let alice = world.network.add("alice", Watched::new(alice, recorder));
        world.network.run_until(|network| network.machine(alice).machine().is_signed_in());
        world.network.act(alice, Action::AddContact(account("bob"))).unwrap();
        world.settle();
        world.network.act(alice, Action::Open(account("bob"))).unwrap();
        let text = Action::SendText(ConversationId::new(1), Text::new("recorded ☃".to_owned()));
        world.network.act(alice, text).unwrap();
        world.until(bob, |event| matches!(event, Event::Text { .. }));
        world.network.act(alice, Action::SignOut).unwrap();
        world.settle();

        let recording = take(&mut world, alice);
        let replayed = replay(Client::new(config.clone()), &recording, &ClientActions).unwrap();
        assert!(!replayed.is_signed_in());

        let mut other = config;
        other.capabilities = msnp_codec::command::Capabilities::new(1);
        other.account = account("carol");
        assert!(replay(Client::new(other), &recording, &ClientActions).is_err());
    }
}

type Recorded = Watched<Client, Recorder<Vec<u8>, ClientActions>>;

fn take(world: &mut World, host: msnp_testkit::HostId<Recorded>) -> Recording {
    let spare = Recorder::new(Vec::new(), Header::new("nothing", Value::Null), ClientActions);
    let recorder = world
        .network
        .call(host, |machine, _| core::mem::replace(machine.watcher_mut(), spare.unwrap()));
    String::from_utf8(recorder.finish().unwrap()).unwrap().parse().unwrap()
}

const _: fn() = || {
    fn is<M: Machine + Act>() {}
    is::<Client>();
};
