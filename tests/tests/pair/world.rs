//! A small world: the server, and as many clients as a test wants.

use std::time::Duration;

use msnp_client::{Action, Client, ClientError, Config, ConversationId, Event, Started};
use msnp_core::{Account, Endpoint, Performer, Secret, Status, Version};
use msnp_server::{Config as ServerConfig, InMemory, Server, ServerEvent};
use msnp_testkit::{Conditions, HostId, Network, Performed};

/// All that our client speaks, the newest first.
pub(crate) const VERSIONS: [Version; 11] = Config::VERSIONS;

const PEOPLE: [&str; 6] = ["alice", "bob", "carol", "dave", "eve", "frank"];

pub(crate) struct World {
    pub(crate) network: Network,
    pub(crate) server: HostId<Server>,
    dispatch: Endpoint,
    nexus: String,
}

pub(crate) fn account(text: &str) -> Account {
    Account::new(&format!("{text}@example.com")).unwrap()
}

impl World {
    /// A server with alice, bob, carol, dave, eve and frank, whose passwords are `alice-secret` and
    /// so on.
    pub(crate) fn new() -> Self {
        Self::with(Conditions::default(), |config| config)
    }

    pub(crate) fn with(
        conditions: Conditions,
        configure: impl FnOnce(ServerConfig) -> ServerConfig,
    ) -> Self {
        let mut config = ServerConfig::new([7; 32]);
        let mut performer = InMemory::new();
        for name in PEOPLE {
            config = config.account(account(name), name);
            let password = Secret::from(format!("{name}-secret"));
            performer = performer.password(account(name), password);
        }
        let mut network = Network::with_conditions(11, conditions);
        let mut next = 0;
        let server = network.add_with(
            "server",
            Server::new(configure(config), []).unwrap(),
            move |_, effect| {
                next += 1;
                let id = msnp_core::EffectId::new(next);
                Performed::now(performer.perform(id, effect.clone()).unwrap())
            },
        );
        network.run_until(|network| !network.events(server).is_empty());
        let (_, ServerEvent::Listening(at)) = network.events(server)[0].clone() else {
            panic!("{:?}", network.events(server))
        };
        let nexus = format!("http://{}{}", at.http, msnp_server::NEXUS_PATH);
        Self { network, server, dispatch: at.dispatch, nexus }
    }

    pub(crate) fn config(&self, name: &str, version: Version) -> Config {
        let password = Secret::from(format!("{name}-secret"));
        let mut config = Config::new(account(name), password, self.dispatch.clone());
        config.nexus.clone_from(&self.nexus);
        config.versions = vec![version];
        config
    }

    pub(crate) fn add(&mut self, config: Config) -> HostId<Client> {
        let name = config.account.to_string();
        self.network.add(&name, Client::new(config))
    }

    /// A client that has signed in.
    pub(crate) fn sign_in(&mut self, name: &str, version: Version) -> HostId<Client> {
        let client = self.add(self.config(name, version));
        self.network.run_until(|network| {
            network.machine(client).is_signed_in() || network.end(client).is_some()
        });
        assert_eq!(self.network.end(client), None, "{name} with {version}");
        client
    }

    /// Alice and bob, signed in and on each other's lists.
    pub(crate) fn friends(&mut self, of: Version, and: Version) -> [HostId<Client>; 2] {
        let (alice, bob) = (self.sign_in("alice", of), self.sign_in("bob", and));
        self.done(alice, Action::AddContact(account("bob")));
        self.done(bob, Action::AddContact(account("alice")));
        self.until(alice, |event| is_presence(event, "bob", Status::ONLINE));
        self.forget(alice);
        self.forget(bob);
        [alice, bob]
    }

    /// Does something that the server must confirm.
    #[track_caller]
    pub(crate) fn done(&mut self, client: HostId<Client>, action: Action) {
        assert_eq!(self.ended(client, action), Ok(()));
    }

    /// Does something, and says how it ended.
    #[track_caller]
    pub(crate) fn ended(
        &mut self,
        client: HostId<Client>,
        action: Action,
    ) -> Result<(), msnp_session::RequestError> {
        let Started::Action(asked) = self.network.act(client, action).unwrap() else {
            panic!("nothing that ends")
        };
        let mut ended = None;
        self.network.run_until(|network| {
            ended = network.events(client).iter().find_map(|(_, event)| match event {
                Event::ActionEnded { action, result } if *action == asked => Some(*result),
                _ => None,
            });
            ended.is_some()
        });
        ended.unwrap()
    }

    /// Runs until this client has been told such a thing, and gives it.
    #[track_caller]
    pub(crate) fn until(&mut self, client: HostId<Client>, such: impl Fn(&Event) -> bool) -> Event {
        self.network.run_until(|network| network.events(client).iter().any(|(_, e)| such(e)));
        self.heard(client).into_iter().find(such).unwrap()
    }

    pub(crate) fn heard(&self, client: HostId<Client>) -> Vec<Event> {
        self.network.events(client).iter().map(|(_, event)| event.clone()).collect()
    }

    pub(crate) fn forget(&mut self, client: HostId<Client>) {
        self.network.take_events(client);
    }

    pub(crate) fn act(&mut self, client: HostId<Client>, action: Action) -> Started {
        self.network.act(client, action).unwrap()
    }

    pub(crate) fn open(&mut self, client: HostId<Client>, with: &str) -> ConversationId {
        match self.act(client, Action::Open(account(with))) {
            Started::Conversation(conversation) => conversation,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn end(&self, client: HostId<Client>) -> Option<Result<(), ClientError>> {
        self.network.end(client).cloned()
    }

    /// Lets the world go on until nothing is under way, and then some time.
    pub(crate) fn settle(&mut self) {
        self.network.settle();
    }

    pub(crate) fn seconds(&mut self, seconds: u64) {
        self.network.advance(Duration::from_secs(seconds));
    }
}

pub(crate) fn is_presence(event: &Event, who: &str, which: Status) -> bool {
    matches!(event, Event::Presence { account: a, status, .. } if *a == account(who) && *status == which)
}

/// The texts in these events: who said what.
pub(crate) fn texts(events: &[Event]) -> Vec<(String, String)> {
    let text = |event: &Event| match event {
        Event::Text { account, text, .. } => Some((account.to_string(), text.text.to_string())),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}
