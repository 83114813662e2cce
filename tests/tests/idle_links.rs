//! Ten thousand who are signed in and silent cost nothing when two others talk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use msnp_auth::md5_login;
use msnp_core::{
    Account, Answer, Effect, EffectId, LinkId, ListenerId, Machine, Now, Opened, Output, Performer,
    Secret,
};
use msnp_server::{ChallengePolicy, Config, InMemory, Server};

const NOW: Now = Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1 << 30) };
const NOTIFICATION: ListenerId = ListenerId::new(2);
const SWITCHBOARD: ListenerId = ListenerId::new(3);

/// A server and its links. Everybody speaks MSNP7.
struct Service {
    server: Server,
    performer: InMemory,
    received: BTreeMap<LinkId, Vec<u8>>,
    opened: u64,
    /// When a timeout is due. Nothing that is tested here takes that long.
    deadline: Option<Duration>,
}

impl Service {
    fn new(people: usize) -> Self {
        let mut config = Config::new([7; 32]);
        config.challenge = ChallengePolicy::Never;
        // All of them come from one address.
        config.limits.connections.of_one_address = usize::MAX;
        let mut performer = InMemory::new();
        for number in 0..people {
            config = config.account(account(number), format!("Person {number}"));
            performer = performer.password(account(number), Secret::from("secret"));
        }
        let server = Server::new(config, []).unwrap();
        let received = BTreeMap::new();
        let opened = LinkId::FIRST_ACCEPTED;
        let mut service = Self { server, performer, received, opened, deadline: None };
        service.drain();
        service
    }

    fn connect(&mut self, listener: ListenerId) -> LinkId {
        self.opened += 1;
        let link = LinkId::new(self.opened);
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 4000));
        self.server.link_opened(NOW, link, Opened::Accepted { listener, peer });
        self.drain();
        link
    }

    /// Says this to the server, and gives what it answers there.
    fn ask(&mut self, link: LinkId, text: &str) -> String {
        let mut unread = text.as_bytes();
        while !unread.is_empty() {
            let taken = self.server.input(NOW, link, unread);
            self.drain();
            assert_ne!(taken, 0, "{text:?} is not taken");
            unread = &unread[taken..];
        }
        self.received(link)
    }

    fn received(&mut self, link: LinkId) -> String {
        String::from_utf8(self.received.remove(&link).unwrap_or_default()).unwrap()
    }

    fn drain(&mut self) {
        loop {
            match self.server.poll() {
                Output::Event(_) => {}
                Output::Effect(id, effect) => {
                    if let Some(answer) = self.performed(id, effect) {
                        self.server.answer(NOW, id, answer);
                    }
                }
                Output::Link { link, writes, .. } => {
                    if writes {
                        let bytes = self.server.output(link).to_vec();
                        self.received.entry(link).or_default().extend_from_slice(&bytes);
                        self.server.written(NOW, link, bytes.len());
                    }
                }
                Output::Wait { deadline } => {
                    self.deadline = deadline;
                    return;
                }
                Output::Closed(end) => panic!("{end:?}"),
            }
        }
    }

    fn performed(&mut self, id: EffectId, effect: Effect) -> Option<Answer> {
        match effect {
            Effect::Listen { listener, .. } => {
                let port = 1860 + u16::try_from(listener.number()).unwrap();
                let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                Some(Answer::Listening(Ok(at)))
            }
            Effect::Close { link } => panic!("{link:?} is closed"),
            effect => self.performer.perform(id, effect),
        }
    }

    fn sign_in(&mut self, number: usize) -> LinkId {
        let link = self.connect(NOTIFICATION);
        let account = account(number);
        let answer = self.ask(link, &format!("VER 1 MSNP7 CVR0\r\nUSR 2 MD5 I {account}\r\n"));
        let challenge = answer.lines().nth(1).unwrap().strip_prefix("USR 2 MD5 S ").unwrap();
        let response = md5_login::response(challenge, &Secret::from("secret"));
        let answer = self.ask(link, &format!("USR 3 MD5 S {}\r\n", response.as_str()));
        assert!(answer.starts_with("USR 3 OK"), "{answer}");
        assert!(self.ask(link, "CHG 4 NLN\r\n").starts_with("CHG 4 NLN\r\n"));
        link
    }
}

fn account(number: usize) -> Account {
    Account::new(&format!("person{number}@example.com")).unwrap()
}

/// How often a link was looked up for each of 100 messages, and for a change of status and back,
/// while so many others are signed in and online.
fn visits(idle: usize) -> (u64, u64) {
    let mut service = Service::new(idle + 2);
    let (alice, bob) = (service.sign_in(0), service.sign_in(1));
    for number in 2..idle + 2 {
        service.sign_in(number);
    }
    service.ask(bob, &format!("ADD 5 FL {0} {0}\r\n", account(0)));
    service.ask(alice, &format!("ADD 5 AL {0} {0}\r\n", account(1)));
    let answer = service.ask(alice, "XFR 6 SB\r\n");
    let cookie = answer.trim_end().rsplit(' ').next().unwrap();
    let room = service.connect(SWITCHBOARD);
    assert!(service.ask(room, &format!("USR 7 {} {cookie}\r\n", account(0))).contains(" OK "));
    let answer = service.ask(room, &format!("CAL 8 {}\r\n", account(1)));
    let session = answer.trim_end().rsplit(' ').next().unwrap();
    let ring = service.received(bob);
    let ring = ring.lines().find(|line| line.starts_with("RNG")).unwrap();
    let cookie = ring.split(' ').nth(4).unwrap();
    let guest = service.connect(SWITCHBOARD);
    let answer = service.ask(guest, &format!("ANS 1 {} {cookie} {session}\r\n", account(1)));
    assert!(answer.ends_with("ANS 1 OK\r\n"), "{answer}");
    service.received(room);

    let before = service.server.visits();
    for number in 0..100 {
        assert_eq!(service.ask(room, "MSG 9 A 5\r\nhello"), "ACK 9\r\n", "{number}");
        assert!(service.received(guest).ends_with(" 5\r\nhello"));
    }
    let messages = service.server.visits() - before;
    let before = service.server.visits();
    for status in ["AWY", "NLN"] {
        let answer = format!("CHG 10 {status}\r\n");
        assert!(service.ask(alice, &answer).starts_with(&answer));
        assert!(service.received(bob).starts_with(&format!("NLN {status} ")));
    }
    assert!(service.deadline.is_some());
    (messages, service.server.visits() - before)
}

#[test]
fn a_message_among_ten_thousand_idle_links_visits_as_many_links_as_among_a_hundred() {
    let few = visits(100);
    assert_eq!(visits(10_000), few);
    let (messages, statuses) = few;
    assert!(messages <= 100 * 50 && statuses <= 2 * 50, "{few:?}");
}
