//! One connection breaks, after every number of bytes: whatever was under way, nothing is doubled,
//! nothing is said to be what it is not, lists agree again, and no room keeps a ghost.
//!
//! An ordinary run takes one byte in [`STRIDE`]; with `MSNP_EVERY_BYTE` set, as in `.ci/run cuts`,
//! none is left out.

use std::collections::BTreeMap;

use msnp_client::{Action, Client, ConversationId, Event, MessageId, Started};
use msnp_codec::message::Text;
use msnp_core::{LinkEnd, List, Status, Version};
use msnp_server::ServerEvent;
use msnp_session::Delivery;
use msnp_testkit::HostId;

use crate::world::{World, account};

const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

/// Each way to sign in, and each form of the lists.
const SPOKEN: [Version; 3] = [Version::MSNP7, Version::MSNP9, Version::MSNP12];

/// What people do, on a network that may break anywhere.
struct Story {
    name: &'static str,
    prepare: fn(&mut Play),
    tell: fn(&mut Play),
}

const STORIES: [Story; 5] = [
    Story { name: "sign-in", prepare: |_| {}, tell: |play| play.everybody_signs_in() },
    Story {
        name: "chat",
        prepare: Play::make_friends,
        tell: |play| {
            play.say(0, 1, "one");
            play.world.settle();
            play.say(1, 0, "two");
            play.say(0, 1, "three");
            play.world.settle();
        },
    },
    Story {
        name: "add",
        prepare: |play| play.everybody_signs_in(),
        tell: |play| {
            play.act(0, Action::AddContact(account("bob")));
            play.act(1, Action::AddContact(account("alice")));
            play.world.settle();
        },
    },
    Story {
        name: "block",
        prepare: Play::make_friends,
        tell: |play| {
            play.act(0, Action::Block(account("bob")));
            play.world.settle();
            play.act(0, Action::SetStatus(Status::BUSY));
            play.act(0, Action::Unblock(account("bob")));
            play.world.settle();
        },
    },
    Story {
        name: "room of three",
        prepare: Play::make_friends,
        tell: |play| {
            play.say(0, 1, "one");
            if let Some(conversation) = play.talks.get(&(0, 1)).copied() {
                play.act(0, Action::Invite(conversation, account("carol")));
            }
            play.world.settle();
            play.say(0, 1, "to both");
            play.say(1, 0, "from bob");
            play.world.settle();
        },
    },
];

struct Play {
    version: Version,
    world: World,
    /// The client that each of them uses now.
    clients: Vec<HostId<Client>>,
    /// All that were ever started, and whose they are.
    all: Vec<(usize, HostId<Client>)>,
    talks: BTreeMap<(usize, usize), ConversationId>,
    /// What was said: by which client, under which number.
    said: Vec<(HostId<Client>, usize, MessageId, &'static str)>,
}

impl Play {
    fn new(version: Version) -> Self {
        let world = World::new();
        let (clients, all) = (Vec::new(), Vec::new());
        Self { version, world, clients, all, talks: BTreeMap::new(), said: Vec::new() }
    }

    fn start(&mut self, who: usize) -> HostId<Client> {
        let client = self.world.add(self.world.config(PEOPLE[who], self.version));
        self.all.push((who, client));
        client
    }

    fn everybody_signs_in(&mut self) {
        for who in 0..PEOPLE.len() {
            let client = self.start(who);
            self.clients.push(client);
            self.world.settle();
        }
    }

    fn make_friends(&mut self) {
        self.everybody_signs_in();
        for (who, whom) in [(0, 1), (1, 0), (0, 2), (2, 0)] {
            self.act(who, Action::AddContact(account(PEOPLE[whom])));
            self.world.settle();
        }
    }

    fn act(&mut self, who: usize, action: Action) -> Option<Started> {
        // Where the session is gone, nothing can be done: the client says so.
        self.world.network.act(self.clients[who], action).ok()
    }

    fn say(&mut self, who: usize, whom: usize, text: &'static str) {
        if let Some(Started::Conversation(id)) = self.act(who, Action::Open(account(PEOPLE[whom])))
        {
            self.talks.entry((who, whom)).or_insert(id);
        }
        let Some(conversation) = self.talks.get(&(who, whom)).copied() else { return };
        let said = self.act(who, Action::SendText(conversation, Text::new(text)));
        if let Some(Started::Message(message)) = said {
            self.said.push((self.clients[who], who, message, text));
        }
    }

    /// How often somebody heard this, over all clients of theirs.
    fn heard(&self, who: usize, wanted: &str) -> usize {
        let is = |event: &Event| matches!(event, Event::Text { text, .. } if text.text == wanted);
        let clients = self.all.iter().filter(|(whose, _)| *whose == who);
        clients.map(|(_, c)| self.world.heard(*c).iter().filter(|e| is(e)).count()).sum()
    }

    fn deliveries(&self, client: HostId<Client>, wanted: MessageId) -> Vec<Delivery> {
        let delivery = |event: Event| match event {
            Event::MessageEnded { message, delivery, .. } if message == wanted => Some(delivery),
            _ => None,
        };
        self.world.heard(client).into_iter().filter_map(delivery).collect()
    }

    /// What must hold once everything has come to its end.
    fn check(&mut self, at: &str) {
        // Longer than every deadline of a client, and than a silent room lives.
        self.world.seconds(7 * 60);
        for (client, who, message, text) in &self.said {
            let deliveries = self.deliveries(*client, *message);
            let [delivery] = deliveries[..] else {
                panic!("{at}: \"{text}\" ended {deliveries:?}")
            };
            for other in (0..PEOPLE.len()).filter(|other| other != who) {
                let heard = self.heard(other, text);
                assert!(heard <= 1, "{at}: {} heard \"{text}\" {heard} times", PEOPLE[other]);
                let wrongly = delivery == Delivery::Failed && heard > 0;
                assert!(!wrongly, "{at}: \"{text}\" failed, and {} heard it", PEOPLE[other]);
            }
        }
        self.everybody_is_there_again(at);
        self.lists_agree(at);
        self.rooms_are_empty(at);
    }

    fn everybody_is_there_again(&mut self, at: &str) {
        for who in 0..PEOPLE.len() {
            let there = self.clients.get(who).copied();
            if let Some(client) = there.filter(|c| self.world.network.end(*c).is_none()) {
                self.world.act(client, Action::SignOut);
            }
        }
        self.world.settle();
        self.clients.clear();
        self.everybody_signs_in();
        for (who, client) in self.clients.iter().enumerate() {
            assert!(self.world.network.machine(*client).is_signed_in(), "{at}: {}", PEOPLE[who]);
        }
    }

    /// Whoever has somebody on the forward list is on the reverse list there, sees them online
    /// unless they are blocked, and nobody is on the allow list and the block list at once.
    fn lists_agree(&self, at: &str) {
        let roster = |who: usize| self.world.network.machine(self.clients[who]).roster();
        let people = || PEOPLE.into_iter().enumerate();
        for (who, own) in people() {
            for (whom, theirs) in people().filter(|(whom, _)| *whom != who) {
                let pair = format!("{at}: {own} and {theirs}");
                let (own, theirs) = (account(own), account(theirs));
                let forward = roster(who).lists(&theirs).contains(List::Forward);
                let back = roster(whom).lists(&own);
                assert_eq!(forward, back.contains(List::Reverse), "{pair}");
                assert!(!(back.contains(List::Allow) && back.contains(List::Block)), "{pair}");
                let status = roster(who).contact(&theirs).map(|contact| contact.status);
                let seen = status.is_some_and(|status| status != Status::OFFLINE);
                assert_eq!(seen, forward && !back.contains(List::Block), "{pair}: {status:?}");
            }
        }
    }

    /// Whoever entered a room has left it: all sessions from before are over.
    fn rooms_are_empty(&self, at: &str) {
        let mut inside = BTreeMap::new();
        for (_, event) in self.world.network.events(self.world.server) {
            match event {
                ServerEvent::Entered { session, account }
                | ServerEvent::RoomOpened { session, by: account } => {
                    *inside.entry((*session, account.clone())).or_insert(0) += 1;
                }
                ServerEvent::Left { session, account } => {
                    *inside.entry((*session, account.clone())).or_insert(0) -= 1;
                }
                _ => {}
            }
        }
        let ghosts: Vec<_> = inside.into_iter().filter(|(_, count)| *count != 0).collect();
        assert!(ghosts.is_empty(), "{at}: {ghosts:?}");
    }
}

/// Plays a story, with a connection that breaks or with none. Gives what each connection carried
/// before the story and at its end.
fn play(story: &Story, version: Version, cut: Option<(u64, u64, LinkEnd)>) -> [Vec<u64>; 2] {
    let mut play = Play::new(version);
    (story.prepare)(&mut play);
    let before = play.world.network.carried().to_vec();
    if let Some((connection, bytes, why)) = cut {
        play.world.network.cut_after(connection, bytes, why);
    }
    (story.tell)(&mut play);
    let after = play.world.network.carried().to_vec();
    play.check(&format!("{} in {version}, {cut:?}", story.name));
    [before, after]
}

/// Bytes from one cut to the next, where not every one is asked for; a prime, so that the cuts of
/// the versions fall on different places of their lines.
const STRIDE: usize = 13;

fn play_with_every_cut(name: &str) {
    let stride = if std::env::var_os("MSNP_EVERY_BYTE").is_some() { 1 } else { STRIDE };
    let story = STORIES.iter().find(|story| story.name == name).unwrap();
    for version in SPOKEN {
        let [before, after] = play(story, version, None);
        for (connection, carried) in (0..).zip(&after) {
            let from = usize::try_from(connection).ok().and_then(|at| before.get(at)).copied();
            for bytes in (from.unwrap_or(0)..=*carried).step_by(stride) {
                let why = if bytes % 2 == 0 { LinkEnd::Reset } else { LinkEnd::Eof };
                play(story, version, Some((connection, bytes, why)));
            }
        }
    }
}

#[test]
fn a_sign_in_that_is_cut_after_any_byte_leaves_nothing_behind() {
    play_with_every_cut("sign-in");
}

#[test]
fn a_chat_that_is_cut_after_any_byte_loses_nothing_in_silence_and_doubles_nothing() {
    play_with_every_cut("chat");
}

#[test]
fn adding_that_is_cut_after_any_byte_leaves_lists_that_agree() {
    play_with_every_cut("add");
}

#[test]
fn blocking_that_is_cut_after_any_byte_leaves_lists_that_agree() {
    play_with_every_cut("block");
}

#[test]
fn a_room_of_three_that_is_cut_after_any_byte_keeps_no_ghost() {
    play_with_every_cut("room of three");
}
