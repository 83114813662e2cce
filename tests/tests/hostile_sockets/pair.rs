//! Alice and bob, who talk while others attack their server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use msnp_client::{Action, Client, Config, ConversationId, Event, Started};
use msnp_codec::message::Text;
use msnp_core::{Act, Now, Version};
use msnp_tokio::{Driver, Options};
use tokio::runtime::Runtime;

use crate::PATIENCE;
use crate::service::{Service, account, password};

/// The fewest texts that go over.
const TEXTS: usize = 200;

struct Person {
    driver: Driver<Client>,
    events: Vec<Event>,
    ended: bool,
}

struct Pair {
    runtime: Runtime,
    people: [Person; 2],
}

const ALICE: usize = 0;
const BOB: usize = 1;

/// Does this to the server. All the while, and for 200 texts at least, alice and bob talk: each of
/// their texts must arrive once and in order, and they must notice nothing else.
#[track_caller]
pub(crate) fn talk_during(service: &Service, attack: impl FnOnce(&Service) + Send) {
    let mut pair = Pair::sign_in(service);
    let Started::Conversation(hers) = pair.act(ALICE, Action::Open(account("bob"))) else {
        panic!("no conversation")
    };
    pair.until(ALICE, |event| matches!(event, Event::Joined { .. }));
    let his = pair.until(BOB, |event| matches!(event, Event::Invited { .. }));
    let Event::Invited { conversation: his, .. } = his else { panic!("{his:?}") };
    let before = [ALICE, BOB].map(|who| pair.people[who].events.len());

    let over = AtomicBool::new(false);
    let said = std::thread::scope(|scope| {
        let attacker = scope.spawn(|| {
            // Told when it panics, too.
            let _over = Over(&over);
            attack(service);
        });
        let mut said = 0;
        while said < TEXTS || !over.load(Ordering::Acquire) {
            pair.say(ALICE, hers, said);
            pair.say(BOB, his, said + 1);
            said += 2;
        }
        attacker.join().expect("the attack fails");
        said
    });

    for who in [ALICE, BOB] {
        let ended = |event: &Event| matches!(event, Event::MessageEnded { .. });
        pair.wait("all messages to end", |people| {
            people[who].events.iter().filter(|event| ended(event)).count() == said / 2
        });
    }
    let after = [ALICE, BOB].map(|who| pair.people[who].events.len());
    for who in [ALICE, BOB] {
        pair.act(who, Action::SignOut);
    }
    pair.wait("both to sign out", |people| people.iter().all(|person| person.ended));
    for (who, heard_from) in [(ALICE, 1), (BOB, 0)] {
        let mut heard = Vec::new();
        for (number, event) in pair.people[who].events.iter().enumerate().skip(before[who]) {
            match event {
                Event::Text { text, .. } => heard.push(text.text.to_string()),
                Event::MessageEnded { .. } | Event::Joined { .. } => {}
                // They sign out one after the other.
                Event::Left { .. } if number >= after[who] => {}
                other => panic!("{who}: {other:?}"),
            }
        }
        let expected: Vec<String> =
            (heard_from..said).step_by(2).map(|number| number.to_string()).collect();
        assert_eq!(heard, expected);
    }
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Person {
    fn new(service: &Service, name: &str) -> Self {
        let to = service.addresses.dispatch.clone();
        let mut config = Config::new(account(name), password(name), to);
        config.versions = vec![Version::MSNP7];
        let mut options = Options::default();
        options.addresses.loopback = true;
        let driver = Driver::builder(Client::new(config)).options(options).build();
        Self { driver, events: Vec::new(), ended: false }
    }

    /// Waits for the next event; for ever when there are no more.
    async fn turn(&mut self) {
        if self.ended {
            return std::future::pending().await;
        }
        match self.driver.next().await {
            Some(event) => self.events.push(event.expect("a session ends")),
            None => self.ended = true,
        }
    }
}

impl Pair {
    #[track_caller]
    fn sign_in(service: &Service) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let people = ["alice", "bob"].map(|name| Person::new(service, name));
        let mut pair = Self { runtime, people };
        for who in [ALICE, BOB] {
            pair.until(who, |event| matches!(event, Event::SignedIn));
        }
        pair
    }

    #[track_caller]
    fn act(&mut self, who: usize, action: Action) -> Started {
        let call = |client: &mut Client, now: Now| client.act(now, action);
        self.people[who].driver.call(call).unwrap()
    }

    /// Says this number, and waits until the other side has heard it.
    #[track_caller]
    fn say(&mut self, who: usize, conversation: ConversationId, number: usize) {
        let text = number.to_string();
        self.act(who, Action::SendText(conversation, Text::new(text.clone())));
        let from = self.people[1 - who].events.len();
        self.wait(&text, |people| {
            let mut new = people[1 - who].events[from..].iter();
            new.any(|event| matches!(event, Event::Text { text: t, .. } if t.text == text))
        });
    }

    #[track_caller]
    fn until(&mut self, who: usize, such: impl Fn(&Event) -> bool) -> Event {
        self.wait("an event", |people| people[who].events.iter().any(&such));
        self.people[who].events.iter().find(|event| such(event)).unwrap().clone()
    }

    #[track_caller]
    fn wait(&mut self, what: &str, is_true: impl Fn(&[Person; 2]) -> bool) {
        let begun = Instant::now();
        while !is_true(&self.people) {
            let left = PATIENCE.checked_sub(begun.elapsed());
            let [alice, bob] = &mut self.people;
            let turn = async {
                tokio::time::timeout(left.unwrap_or_default(), async {
                    tokio::select! { () = alice.turn() => {}, () = bob.turn() => {} }
                })
                .await
            };
            if self.runtime.block_on(turn).is_err() {
                let told = self.people.each_ref().map(|person| person.events.last());
                panic!("waited in vain for {what}: {told:?}");
            }
        }
    }
}
