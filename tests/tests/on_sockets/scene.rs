//! Alice on the blocking driver and bob on the tokio driver, both on this thread.

use std::time::{Duration, Instant};

use msnp_client::{Action, Client, ClientError, Config, ConversationId, Event, Started};
use msnp_codec::Sender;
use msnp_codec::message::Text;
use msnp_core::{Act, Status, Version, Watched};
use msnp_tests::ClientActions;

use crate::driver::Driver;
use crate::service::{Recorded, Recorders, Service, account, finished, password, recorders};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

type Machine = Watched<Client, Recorders<ClientActions>>;

struct Person {
    driver: Driver<Machine>,
    config: Config,
    events: Vec<Event>,
    end: Option<Result<(), ClientError>>,
}

/// Two people and their server.
pub(crate) struct Scene {
    pub(crate) service: Service,
    people: [Person; 2],
}

pub(crate) const ALICE: usize = 0;
pub(crate) const BOB: usize = 1;

/// All that was recorded and told, after everything has ended.
pub(crate) struct Aftermath {
    /// The server's.
    pub(crate) service: Recorded,
    /// Alice's and bob's, with what their machines were made of.
    pub(crate) people: [(Config, Recorded); 2],
    /// All events and ends of all three as `Debug` shows them.
    pub(crate) told: String,
}

impl Person {
    fn new(config: Config, driver: impl FnOnce(Machine) -> Driver<Machine>) -> Self {
        let recorders = recorders(config.account.as_str(), Sender::Client, ClientActions);
        let machine = Watched::new(Client::new(config.clone()), recorders);
        Self { driver: driver(machine), config, events: Vec::new(), end: None }
    }

    /// Lets the driver work until there is an event, but not for long.
    fn turn(&mut self) {
        if self.end.is_some() {
            return;
        }
        match self.driver.turn() {
            Some(Some(Ok(event))) => self.events.push(event),
            Some(Some(Err(error))) => self.end = Some(Err(error)),
            Some(None) => self.end = Some(Ok(())),
            None => {}
        }
    }

    fn machine(&self) -> &Client {
        self.driver.machine().machine()
    }
}

impl Scene {
    /// Both are signed in and on each other's lists.
    pub(crate) fn new(version: Version) -> Self {
        let service = Service::start();
        let config = |name| {
            let to = service.addresses.dispatch.clone();
            let mut config = Config::new(account(name), password(name), to);
            config.nexus = service.nexus();
            config.versions = vec![version];
            config
        };
        let alice = Person::new(config("alice"), Driver::blocking);
        let bob = Person::new(config("bob"), Driver::tokio);
        let mut scene = Self { service, people: [alice, bob] };
        scene.wait("both to sign in", |scene| {
            scene.people.iter().all(|person| person.machine().is_signed_in())
        });
        scene.act(ALICE, Action::AddContact(account("bob")));
        scene.act(BOB, Action::AddContact(account("alice")));
        for (who, other) in [(ALICE, "bob"), (BOB, "alice")] {
            scene.until(who, |event| {
                matches!(event, Event::Presence { account: a, status: Status::ONLINE, .. } if *a == account(other))
            });
        }
        scene
    }

    #[track_caller]
    pub(crate) fn act(&mut self, who: usize, action: Action) -> Started {
        self.people[who].driver.call(|machine, now| machine.act(now, action)).unwrap()
    }

    /// A conversation of alice with bob, in which both are.
    pub(crate) fn conversation(&mut self) -> ConversationId {
        let Started::Conversation(conversation) = self.act(ALICE, Action::Open(account("bob")))
        else {
            panic!("no conversation")
        };
        self.until(ALICE, |event| matches!(event, Event::Joined { .. }));
        conversation
    }

    /// Says this in that conversation, and waits until the other side has heard it.
    #[track_caller]
    pub(crate) fn say(&mut self, who: usize, conversation: ConversationId, text: &str) -> Event {
        self.act(who, Action::SendText(conversation, Text::new(text.to_owned())));
        self.until(1 - who, |event| matches!(event, Event::Text { text: t, .. } if t.text == text))
    }

    /// Waits until this person has been told such a thing.
    #[track_caller]
    pub(crate) fn until(&mut self, who: usize, such: impl Fn(&Event) -> bool) -> Event {
        self.wait("an event", |scene| scene.people[who].events.iter().any(&such));
        self.people[who].events.iter().find(|event| such(event)).unwrap().clone()
    }

    pub(crate) fn events(&self, who: usize) -> &[Event] {
        &self.people[who].events
    }

    /// How the session of this person ended, if it has.
    pub(crate) fn end(&self, who: usize) -> Option<&Result<(), ClientError>> {
        self.people[who].end.as_ref()
    }

    #[track_caller]
    pub(crate) fn wait(&mut self, what: &str, is_true: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_true(self) {
            let told = || self.people.each_ref().map(|person| (&person.events, &person.end));
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}: {:?}", told());
            for person in &mut self.people {
                person.turn();
            }
        }
    }

    /// Everybody signs out, and the server stops.
    pub(crate) fn end_all(mut self) -> Aftermath {
        for who in [ALICE, BOB] {
            self.act(who, Action::SignOut);
        }
        self.wait("both to end", |scene| scene.people.iter().all(|p| p.end.is_some()));
        let mut told = format!("{:?}", self.service.events());
        let people = self.people.map(|mut person| {
            told += &format!("{:?} {:?}", person.events, person.end);
            let recorded =
                person.driver.call(|machine, _| finished(machine.watcher_mut(), ClientActions));
            (person.config, recorded)
        });
        Aftermath { service: self.service.stop(), people, told }
    }
}
