//! The target `network`: three clients and the server on a network with faults, and a model of what
//! each side must know in the end.
//!
//! An input chooses the version of each client and the conditions, and then what happens: what
//! clients do, links that break or stand still, time that passes, new sign-ins. In the end the
//! network is perfect again, everything comes to rest, and everybody signs in anew. Then:
//!
//! - every message has ended at most once, and has ended unless its client has;
//! - nobody received a message that failed, none twice, and none that was not sent;
//! - where no link broke, those of one sender came in order, and what was accepted was received;
//! - every transfer of a picture has ended once, with that picture or not at all; where the network
//!   was good and nobody hid from anybody, it came;
//! - a confirmed change of a list is what the next sign-in shows, and reverse lists fit forward
//!   lists.

use core::time::Duration;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use msnp_client::{
    Action, ActionId, Client, Config, ConversationId, Event, MessageId, OwnObject, Started,
};
use msnp_codec::message::Text;
use msnp_core::{Account, Endpoint, LinkEnd, List, Performer, Secret, Version};
use msnp_server::{Config as ServerConfig, InMemory, NEXUS_PATH, Server, ServerEvent};
use msnp_session::Delivery;
use msnp_testkit::{Conditions, Cuts, HostId, Network, Performed, Stalls};

use crate::input::Input;
use crate::people::{PEOPLE, VERSIONS, account, any_status};
use crate::transfers::{Transfers, picture};

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    let mut story = Story::new(&mut input);
    for _ in 0..MOST_DEEDS {
        if input.is_empty() {
            break;
        }
        story.go_on(&mut input);
    }
    story.come_to_rest();
    story.check_messages();
    story.check_transfers();
    story.check_lists();
}

/// How many things happen at most.
const MOST_DEEDS: usize = 40;
/// From this byte on, somebody fetches a picture.
const FIRST_FETCH: u8 = 240;
/// Of one of these lengths: in one packet, in one and a bit, in many.
const LENGTHS: [usize; 4] = [1, 1203, 2_500, 9_000];

/// Somebody, at one client after the other.
struct Person {
    account: Account,
    version: Version,
    client: HostId<Client>,
    /// How many clients there were before this one.
    clients: usize,
    conversations: Vec<ConversationId>,
    /// What was sent from this client, by the number that its text is.
    sent: BTreeMap<MessageId, usize>,
    changes: BTreeMap<ActionId, (Key, bool)>,
    transfers: Transfers,
}

/// Whose list, which list, and who is on it.
type Key = (usize, List, usize);

struct Message {
    by: usize,
    delivery: Option<Delivery>,
    /// Its client has ended and can say nothing more.
    orphaned: bool,
    received: Vec<usize>,
}

struct Story {
    network: Network,
    server: Endpoint,
    nexus: String,
    people: Vec<Person>,
    messages: Vec<Message>,
    /// What is known of lists: nothing while a change is under way or not confirmed.
    lists: BTreeMap<Key, Option<bool>>,
    /// The last change of each list; only that one tells.
    last_change: BTreeMap<Key, (usize, ActionId)>,
    /// A link broke, or somebody signed out or in: messages may be lost.
    broken: bool,
    /// Some packets may come too late, or somebody may not be reached by somebody else.
    hindered: bool,
    /// Who has received what from whom last.
    last_received: BTreeMap<(usize, usize), usize>,
}

fn conditions(input: &mut Input<'_>) -> Conditions {
    let latency = Duration::from_millis(u64::from(input.byte()));
    let cuts = *input.pick(&[Cuts::Whole, Cuts::Random, Cuts::Bytewise]);
    let stalls = match input.byte() {
        one_in @ 1..=20 => {
            Some(Stalls { one_in: u32::from(one_in) + 2, lasting: Duration::from_millis(900) })
        }
        _ => None,
    };
    let window = *input.pick(&[64 * 1024, 700, 64]);
    Conditions { latency, cuts, stalls, window, cut_after: None }
}

/// Whether they may end a transfer that nothing else does.
fn are_bad(conditions: &Conditions) -> bool {
    conditions.stalls.is_some() || conditions.window < 64 * 1024
}

impl Story {
    fn new(input: &mut Input<'_>) -> Self {
        let mut config = ServerConfig::new([7; 32]);
        let mut performer = InMemory::new();
        for name in PEOPLE {
            config = config.account(account(name), name);
            performer = performer.password(account(name), Secret::from(name));
        }
        let performer = Rc::new(RefCell::new(performer));
        let seed = u64::from(input.byte());
        let conditions = conditions(input);
        let hindered = are_bad(&conditions);
        let mut network = Network::with_conditions(seed, conditions);
        network.set_patience(4_000_000);
        let server = Server::new(config, []).expect("there are no records");
        let mut effects = 0;
        let server = network.add_with("server", server, move |_, effect| {
            effects += 1;
            let id = msnp_core::EffectId::new(effects);
            match performer.borrow_mut().perform(id, effect.clone()) {
                Some(answer) => Performed::now(answer),
                None => Performed::Never,
            }
        });
        network.run_until(|network| !network.events(server).is_empty());
        let (_, ServerEvent::Listening(at)) = network.events(server)[0].clone() else {
            panic!("the server says where it listens first")
        };
        let nexus = format!("http://{}{NEXUS_PATH}", at.http);
        let mut story = Self {
            network,
            server: at.dispatch,
            nexus,
            people: Vec::new(),
            messages: Vec::new(),
            lists: BTreeMap::new(),
            last_change: BTreeMap::new(),
            broken: false,
            hindered,
            last_received: BTreeMap::new(),
        };
        for name in PEOPLE {
            let version = *input.pick(&VERSIONS);
            let client = story.client(name, version);
            story.people.push(Person {
                account: account(name),
                version,
                client,
                clients: 0,
                conversations: Vec::new(),
                sent: BTreeMap::new(),
                changes: BTreeMap::new(),
                transfers: Transfers::default(),
            });
        }
        story.network.advance(Duration::from_secs(20));
        story
    }

    fn client(&mut self, name: &str, version: Version) -> HostId<Client> {
        let mut config = Config::new(account(name), Secret::from(name), self.server.clone());
        config.nexus.clone_from(&self.nexus);
        config.versions = vec![version];
        self.network.add(name, Client::new(config))
    }

    fn go_on(&mut self, input: &mut Input<'_>) {
        let who = input.below(PEOPLE.len());
        let whom = (who + 1 + input.below(PEOPLE.len() - 1)) % PEOPLE.len();
        match input.byte() {
            deed @ FIRST_FETCH.. => self.fetch(who, whom, LENGTHS[usize::from(deed % 4)]),
            deed => self.other_deed(deed % 20, who, whom, input),
        }
        self.hear();
    }

    fn other_deed(&mut self, deed: u8, who: usize, whom: usize, input: &mut Input<'_>) {
        match deed {
            0..=2 => self.open(who, whom),
            3..=7 => self.say(who, input),
            8 => self.invite(who, whom, input),
            9 | 10 => self.change(who, whom, input),
            11 => {
                self.hindered = true;
                let status = Action::SetStatus(any_status(input));
                drop(self.network.act(self.people[who].client, status));
            }
            12 => self.cut(who, input),
            13 => self.hold(who, input),
            14 => self.release_all(who),
            15 => self.advance(Duration::from_secs(u64::from(input.byte()))),
            16 => self.sign_in_anew(who, *input.pick(&VERSIONS)),
            17 => {
                self.broken = true;
                drop(self.network.act(self.people[who].client, Action::SignOut));
            }
            18 => {
                let conditions = conditions(input);
                self.hindered |= are_bad(&conditions);
                *self.network.conditions_mut() = conditions;
            }
            _ => {
                for _ in 0..input.byte() {
                    self.network.step();
                }
            }
        }
    }

    fn advance(&mut self, by: Duration) {
        self.network.advance(by);
        // A link that is silent for long is given up.
        if by > Duration::from_secs(20)
            && self.people.iter().any(|p| self.network.end(p.client).is_some())
        {
            self.broken = true;
        }
    }

    fn open(&mut self, who: usize, whom: usize) {
        let with = self.people[whom].account.clone();
        let person = &mut self.people[who];
        let started = self.network.act(person.client, Action::Open(with));
        if let Ok(Started::Conversation(id)) = started
            && !person.conversations.contains(&id)
        {
            person.conversations.push(id);
        }
    }

    fn say(&mut self, who: usize, input: &mut Input<'_>) {
        let person = &mut self.people[who];
        if person.conversations.is_empty() {
            return;
        }
        let conversation = *input.pick(&person.conversations);
        for _ in 0..=input.below(4) {
            let number = self.messages.len();
            let text = Text::new(number.to_string());
            let started = self.network.act(person.client, Action::SendText(conversation, text));
            if let Ok(Started::Message(id)) = started {
                person.sent.insert(id, number);
                let received = Vec::new();
                let message = Message { by: who, delivery: None, orphaned: false, received };
                self.messages.push(message);
            }
        }
    }

    fn invite(&mut self, who: usize, whom: usize, input: &mut Input<'_>) {
        let account = self.people[whom].account.clone();
        let person = &self.people[who];
        if !person.conversations.is_empty() {
            let conversation = *input.pick(&person.conversations);
            drop(self.network.act(person.client, Action::Invite(conversation, account)));
        }
    }

    /// One has a picture of this length, and another wants it.
    fn fetch(&mut self, who: usize, whom: usize, len: usize) {
        let owner = self.people[whom].account.clone();
        let (object, content) = picture(owner.as_str(), len);
        let own = OwnObject { object: object.clone(), content: content.clone() };
        if self.network.act(self.people[whom].client, Action::Publish(own)).is_err() {
            return;
        }
        let person = &mut self.people[who];
        let fetch = Action::FetchObject(owner, Box::new(object));
        if let Ok(Started::Transfer(id)) = self.network.act(person.client, fetch) {
            person.transfers.ask(id, &content);
        }
    }

    fn change(&mut self, who: usize, whom: usize, input: &mut Input<'_>) {
        self.hindered = true;
        let list = *input.pick(&[List::Forward, List::Allow, List::Block]);
        let added = input.below(3) != 0;
        let account = self.people[whom].account.clone();
        let action = match added {
            true => Action::AddToList(list, account),
            false => Action::RemoveFromList(list, account),
        };
        let person = &mut self.people[who];
        if let Ok(Started::Action(id)) = self.network.act(person.client, action) {
            let key = (who, list, whom);
            person.changes.insert(id, (key, added));
            self.last_change.insert(key, (person.clients, id));
            self.lists.insert(key, None);
        }
    }

    fn cut(&mut self, who: usize, input: &mut Input<'_>) {
        let client = self.people[who].client;
        let links = self.network.links(client);
        if !links.is_empty() {
            self.broken = true;
            let why = *input.pick(&[LinkEnd::Reset, LinkEnd::Eof, LinkEnd::TimedOut]);
            self.network.cut(client, *input.pick(&links), why);
        }
    }

    fn hold(&mut self, who: usize, input: &mut Input<'_>) {
        let client = self.people[who].client;
        let links = self.network.links(client);
        if !links.is_empty() {
            // What is held for too long is given up by whoever waits for it.
            self.broken = true;
            self.network.hold(client, *input.pick(&links));
        }
    }

    fn release_all(&mut self, who: usize) {
        let client = self.people[who].client;
        for link in self.network.links(client) {
            self.network.release(client, link);
        }
    }

    fn sign_in_anew(&mut self, who: usize, version: Version) {
        self.broken = true;
        self.hear();
        let client = self.client(PEOPLE[who], version);
        let person = &mut self.people[who];
        for number in person.sent.values() {
            self.messages[*number].orphaned = true;
        }
        person.sent.clear();
        person.changes.clear();
        person.conversations.clear();
        person.transfers = Transfers::default();
        (person.client, person.version) = (client, version);
        person.clients += 1;
    }

    /// Hears what everybody has been told since the last time.
    fn hear(&mut self) {
        for who in 0..self.people.len() {
            for (_, event) in self.network.take_events(self.people[who].client) {
                self.heard(who, event);
            }
        }
    }

    fn heard(&mut self, who: usize, event: Event) {
        let person = &mut self.people[who];
        person.transfers.hear_of_client(&event);
        match event {
            Event::Invited { conversation, .. } => person.conversations.push(conversation),
            Event::MessageEnded { message, delivery, .. } => {
                let number = person.sent[&message];
                let before = self.messages[number].delivery.replace(delivery);
                assert_eq!(before, None, "message {number} ends once");
            }
            Event::ActionEnded { action, result } => {
                let number = person.clients;
                if let Some((key, added)) = person.changes.remove(&action)
                    && self.last_change.get(&key) == Some(&(number, action))
                    && result.is_ok()
                {
                    self.lists.insert(key, Some(added));
                }
            }
            Event::Text { account: from, text, .. } => self.received(who, &from, &text.text),
            _ => {}
        }
    }

    fn received(&mut self, who: usize, from: &Account, text: &str) {
        let number: usize = text.parse().expect("texts are numbers here");
        let message = self.messages.get_mut(number).expect("it was sent before");
        assert_eq!(self.people[message.by].account, *from, "it says who sent it");
        assert_ne!(message.by, who, "nobody hears what they say themselves");
        assert!(!message.received.contains(&who), "{number} is received once");
        message.received.push(who);
        let last = self.last_received.insert((who, message.by), number);
        let by = message.by;
        let in_order = last.is_none_or(|last| last < number);
        let excused = self.broken || self.has_many_ways(by);
        assert!(in_order || excused, "{number} came after {last:?}");
    }

    /// Whether somebody has more than one way to the others, so that messages may overtake.
    fn has_many_ways(&self, who: usize) -> bool {
        self.people[who].conversations.len() > 1
    }

    /// The network is perfect again, and all that can end ends.
    fn come_to_rest(&mut self) {
        *self.network.conditions_mut() = Conditions::default();
        for who in 0..self.people.len() {
            self.release_all(who);
        }
        for _ in 0..4 {
            self.network.advance(Duration::from_secs(60));
            self.hear();
        }
    }

    fn check_messages(&self) {
        for (number, message) in self.messages.iter().enumerate() {
            match message.delivery {
                None => assert!(message.orphaned, "message {number} ends"),
                Some(Delivery::Failed) => {
                    let received = &message.received;
                    assert!(
                        received.is_empty(),
                        "message {number} failed, but {received:?} have it"
                    );
                }
                Some(Delivery::Accepted) => {
                    let arrived = !message.received.is_empty();
                    assert!(arrived || self.broken, "message {number} was accepted, but is lost");
                }
                Some(_) => {}
            }
        }
    }

    fn check_transfers(&self) {
        for (person, name) in self.people.iter().zip(PEOPLE) {
            assert!(person.transfers.are_over(), "transfers of {name} end");
            let excused = self.broken || self.hindered;
            assert!(excused || person.transfers.all_came(), "{name} gets pictures");
        }
    }

    fn check_lists(&mut self) {
        for who in 0..self.people.len() {
            let version = self.people[who].version;
            self.sign_in_anew(who, version);
        }
        self.network.advance(Duration::from_secs(20));
        let lists = |of: usize, whom: usize| {
            let client = self.network.machine(self.people[of].client);
            assert!(client.is_signed_in(), "{} signs in again", PEOPLE[of]);
            client.roster().lists(&self.people[whom].account)
        };
        for ((who, list, whom), known) in &self.lists {
            let shown = lists(*who, *whom).contains(*list);
            // The opposite list may have been changed in its place.
            if let Some(known) = known {
                assert_eq!(shown, *known, "{} on {list:?} of {}", PEOPLE[*whom], PEOPLE[*who]);
            }
        }
        for (who, name) in PEOPLE.iter().enumerate() {
            for (whom, other) in PEOPLE.iter().enumerate().filter(|(whom, _)| *whom != who) {
                let forward = lists(who, whom).contains(List::Forward);
                let reverse = lists(whom, who).contains(List::Reverse);
                assert_eq!(forward, reverse, "{name} lists {other}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A perfect network; everybody with the newest version.
    const CALM: [u8; 8] = [0; 8];

    #[test]
    fn texts_on_a_perfect_network_are_accepted_and_received() {
        let deeds = [0, 0, 0, 0, 0, 15, 9, 0, 0, 3, 0, 2, 0, 0, 15, 9];
        let input = [&CALM[..], &deeds].concat();
        let mut input = Input::new(&input);
        let mut story = Story::new(&mut input);
        while !input.is_empty() {
            story.go_on(&mut input);
        }
        let ends: Vec<_> = story.messages.iter().map(|m| (m.delivery, m.received.len())).collect();
        assert_eq!(ends, [(Some(Delivery::Accepted), 1); 3]);
    }

    #[test]
    fn a_picture_on_a_perfect_network_is_fetched() {
        let mut input = Input::new(&CALM);
        let mut story = Story::new(&mut input);
        story.go_on(&mut Input::new(&[0, 0, u8::MAX]));
        story.come_to_rest();
        story.check_transfers();
        assert!(story.people[0].transfers.asked(0).is_some());
    }
}
