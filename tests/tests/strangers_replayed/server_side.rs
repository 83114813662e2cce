//! The client halves of the recordings, played against our server machine.
//!
//! Each recorded client read is given only when our server has said all that stands before it in
//! the file; what that means is written in [`heard`](crate::heard).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;

use msnp_auth::{Product, challenge};
use msnp_codec::Sender;
use msnp_core::{Account, Answer, Effect, LinkId, ListenerId, Opened, Performer, Secret, Version};
use msnp_server::{ChallengePolicy, Config, InMemory, ListenAddresses, Server, ServerEvent};

use crate::accounts::{Person, password};
use crate::driven::Driven;
use crate::heard::{Heard, Mapping};
use crate::recording::{Command, Commands, Read, Recording};

/// Plays the client half of a recording against our server.
pub(crate) fn play(name: &'static str) {
    if let Some(recording) = Recording::open(name) {
        let mut play = Play::new(&recording);
        recording.reads.iter().for_each(|read| play.read(read));
        play.finish();
    }
}

/// Plays it with the answers to challenges that come of the other way to pad.
pub(crate) fn play_with_other_padding(name: &'static str) {
    if let Some(mut recording) = Recording::open(name) {
        let asked = recording.commands(Sender::Server);
        let asked = asked.filter(|(_, command)| command.verb() == "CHL");
        let asked: Vec<String> = asked.map(|(_, chl)| chl.word(2).to_owned()).collect();
        let changed = pad_otherwise(&mut recording, asked);
        assert!(changed, "{name}: no answer depends on the padding");
        let mut play = Play::new(&recording);
        recording.reads.iter().for_each(|read| play.read(read));
        play.finish();
    }
}

/// Answers these challenges in the place of the client; says whether any answer is another then.
fn pad_otherwise(recording: &mut Recording, asked: Vec<String>) -> bool {
    let scheme = recording.version.challenge().expect("a version with challenges");
    let (mut asked, mut changed) = (asked.into_iter(), false);
    for read in recording.reads.iter_mut().filter(|read| read.by == Sender::Client) {
        for qry in read.commands.iter_mut().filter(|command| command.verb() == "QRY") {
            let product = Product::find(qry.word(2)).expect("a product whose key is known");
            let text = asked.next().expect("a challenge for each answer");
            let answer = challenge::answer(scheme, text, product).as_bytes().to_vec();
            let before = qry.body.replace(answer.clone()).expect("an answer");
            let at = read.bytes.windows(before.len()).position(|bytes| bytes == before);
            let at = at.expect("it is whole in its read");
            read.bytes[at..at + answer.len()].copy_from_slice(&answer);
            changed |= before != answer;
        }
    }
    changed
}

struct Play<'r> {
    recording: &'r Recording,
    server: Driven<Server>,
    /// By the port of each.
    listeners: BTreeMap<u16, ListenerId>,
    links: BTreeMap<&'r str, Link>,
    /// Who has signed out.
    gone: BTreeSet<&'r str>,
    mapping: Mapping,
}

struct Link {
    id: LinkId,
    stream: Commands,
    heard: Heard,
}

const DISPATCH: u16 = 1;
const NOTIFICATION: u16 = 2;
const SWITCHBOARD: u16 = 3;
const HTTP: u16 = 4;

impl<'r> Play<'r> {
    fn new(recording: &'r Recording) -> Self {
        let people = Person::all(recording);
        let mut config = Config::new([3; 32]);
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        config.listen = ListenAddresses {
            dispatch: at(DISPATCH),
            notification: at(NOTIFICATION),
            switchboard: at(SWITCHBOARD),
            http: at(HTTP),
        };
        let mut performer = InMemory::new();
        for person in &people {
            config = config.account(person.account.clone(), person.name.clone());
            performer = performer.password(person.account.clone(), password(&person.account));
        }
        for (account, name) in Person::only_listed(&people) {
            config = config.account(account, name);
        }
        inject(recording, &mut config);
        let records = people.iter().flat_map(Person::records);
        let records = records.map(|(key, value)| (key, value.into()));
        let server = Server::new(config, records).expect("the records of the lists");
        let listeners = Rc::new(RefCell::new(BTreeMap::new()));
        let seen = Rc::clone(&listeners);
        let server = Driven::new(server, move |id, effect| match effect {
            Effect::Listen { listener, on, .. } => {
                seen.borrow_mut().insert(on.port(), *listener);
                Some(Answer::Listening(Ok(*on)))
            }
            other => performer.perform(id, other.clone()),
        });
        let listeners = listeners.borrow().clone();
        let (links, gone, mapping) = (BTreeMap::new(), BTreeSet::new(), Mapping::default());
        Self { recording, server, listeners, links, gone, mapping }
    }

    fn read(&mut self, read: &'r Read) {
        match read.by {
            Sender::Client => {
                self.open(read);
                let bytes = self.mapped(read);
                let id = self.links[read.link.as_str()].id;
                self.server.give(id, &bytes);
                self.hear();
                let signs_out = read.commands.iter().any(|command| command.verb() == "OUT");
                if signs_out && read.is_notification() {
                    self.gone.insert(read.person());
                }
                self.close_what_is_over(read.line);
            }
            Sender::Server => {
                let Some(link) = self.links.get_mut(read.link.as_str()) else {
                    self.recording.fail(read.line, "a link", "none")
                };
                for command in &read.commands {
                    let version = self.recording.version;
                    let claimed = link.heard.claim(command, version, &mut self.mapping);
                    if let Err(ours) = claimed {
                        self.recording.fail(read.line, format!("{}: {command}", read.link), ours);
                    }
                }
            }
        }
    }

    fn open(&mut self, read: &'r Read) {
        if self.links.contains_key(read.link.as_str()) {
            return;
        }
        let number = LinkId::FIRST_ACCEPTED + u64::try_from(self.links.len()).unwrap();
        let id = LinkId::new(number);
        let sent_on = self.recording.commands(Sender::Server).any(|(other, command)| {
            other.link == read.link && command.verb() == "XFR" && command.word(2) == "NS"
        });
        let port = match read.is_notification() {
            true if sent_on => DISPATCH,
            true => NOTIFICATION,
            false => SWITCHBOARD,
        };
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
        self.server.open(id, Opened::Accepted { listener: self.listeners[&port], peer });
        let stream = Commands::new(Sender::Server, self.recording.version);
        let link = Link { id, stream, heard: Heard::default() };
        self.links.insert(&read.link, link);
    }

    /// The bytes of a client, with our cookies and session ids in place of the recorded ones.
    fn mapped(&self, read: &Read) -> Vec<u8> {
        if read.is_notification() {
            return read.bytes.clone();
        }
        let mut bytes = Vec::new();
        // A command that is mapped is whole in its read; the others may be cut anywhere.
        let first = read.bytes.iter().position(|b| *b == b'\n').map_or(0, |end| end + 1);
        let (line, rest) = read.bytes.split_at(first);
        let words: Vec<&str> = std::str::from_utf8(line).unwrap_or_default().split(' ').collect();
        match words.first() {
            Some(&("USR" | "ANS")) => {
                let word = |word: &&str| {
                    let (word, end) = match word.strip_suffix("\r\n") {
                        Some(word) => (word, "\r\n"),
                        None => (*word, ""),
                    };
                    format!("{}{end}", self.mapping.ours(word).unwrap_or(word))
                };
                let line: Vec<String> = words.iter().map(word).collect();
                bytes.extend_from_slice(line.join(" ").as_bytes());
            }
            _ => bytes.extend_from_slice(line),
        }
        bytes.extend_from_slice(rest);
        bytes
    }

    fn hear(&mut self) {
        for link in self.links.values_mut() {
            for command in link.stream.add(&self.server.take_sent(link.id)) {
                link.heard.add(command);
            }
        }
    }

    /// The recordings do not say when a connection ends: whoever signs out closes those in which
    /// nothing more is read.
    fn close_what_is_over(&mut self, line: usize) {
        let later = self.recording.reads.iter().filter(|read| read.line > line);
        let needed: BTreeSet<&str> = later.map(|read| read.link.as_str()).collect();
        let over = self.recording.reads.iter().filter(|read| self.gone.contains(read.person()));
        let over: BTreeSet<&str> = over.map(|read| read.link.as_str()).collect();
        for link in over.difference(&needed) {
            if let Some(link) = self.links.get(link) {
                self.server.cut(link.id);
            }
        }
        self.hear();
    }

    /// Nothing may be left over but what follows from the end.
    fn finish(mut self) {
        let end = self.recording.reads.last().map_or(0, |read| read.line);
        let answers = self.recording.commands(Sender::Client).filter(|(_, c)| c.verb() == "QRY");
        let answers: Vec<(&Read, &Command)> = answers.collect();
        for (read, qry) in &answers {
            // The recorder asked, so that the recorded server had no answer to that.
            let link = self.links.get_mut(read.link.as_str()).expect("it was opened");
            let answer = Command {
                words: vec!["QRY".into(), qry.word(1).into()],
                body: None,
                wire: Vec::new(),
            };
            let claimed = link.heard.claim(&answer, self.recording.version, &mut self.mapping);
            if let Err(ours) = claimed {
                self.recording.fail(read.line, answer, ours);
            }
        }
        for (name, link) in &mut self.links {
            let status = self
                .recording
                .commands(Sender::Client)
                .filter(|(read, command)| read.link == *name && command.verb() == "CHG");
            let status: BTreeSet<&str> = status.map(|(_, command)| command.word(1)).collect();
            if let Some(of) = link.heard.initial.iter().find(|of| !status.contains(of.as_str())) {
                self.recording.fail(end, format!("ILN for a CHG of {name}"), format!("ILN {of}"));
            }
            // Both may have left a room at once, and the recording ends before the last news.
            link.heard.forgive("BYE");
            let mut left = link.heard.left_over();
            left.retain(|left| !left.starts_with("FLN "));
            if !left.is_empty() {
                self.recording.fail(end, format!("no more on {name}"), format!("{left:#?}"));
            }
            if self.server.left_over(link.id) > 0 {
                self.recording.fail(end, format!("all of {name} is read"), "bytes left over");
            }
        }
        let bad = self.server.events.iter().find(|event| {
            matches!(
                event,
                ServerEvent::Refused { .. }
                    | ServerEvent::ChallengeFailed { .. }
                    | ServerEvent::NotStored { .. }
                    | ServerEvent::LinkFailed { .. }
            )
        });
        if let Some(bad) = bad {
            self.recording.fail(end, "nobody is refused", format!("{bad:?}"));
        }
        let signed_in = self.server.events.iter().filter_map(|event| match event {
            ServerEvent::SignedIn { account, version } => Some((account.clone(), *version)),
            _ => None,
        });
        let signed_in: Vec<(Account, Version)> = signed_in.collect();
        let people = Person::all(self.recording);
        for person in &people {
            let expected = (person.account.clone(), self.recording.version);
            assert!(signed_in.contains(&expected), "{expected:?} is not in {signed_in:?}");
        }
        assert_eq!(signed_in.len(), people.len());
    }
}

/// Takes what the recorded server made up: challenges, and the tickets of its sign-in page.
fn inject(recording: &Recording, config: &mut Config) {
    config.challenge = ChallengePolicy::Never;
    for (_, command) in recording.commands(Sender::Server) {
        match command.verb() {
            "USR" if command.word(2) == "MD5" => {
                config.scripted.password_challenges.push(command.word(4).to_owned());
            }
            "CHL" => {
                config.challenge = ChallengePolicy::Enforce;
                config.scripted.challenges.push(command.word(2).to_owned());
            }
            _ => {}
        }
    }
    let mut claimed: BTreeMap<&str, Account> = BTreeMap::new();
    for (read, command) in recording.commands(Sender::Client) {
        if read.is_notification() && command.verb() == "USR" && command.word(2) == "TWN" {
            match command.word(3) {
                "I" => drop(claimed.insert(&read.link, Account::new(command.word(4)).unwrap())),
                _ => {
                    let account = claimed[read.link.as_str()].clone();
                    config.scripted.tickets.push((account, Secret::from(command.word(4))));
                }
            }
        }
    }
}
