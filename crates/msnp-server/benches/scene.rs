//! A server that is measured, and what its clients say to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use msnp_core::{
    Account, Answer, Effect, LinkId, ListenerId, Machine, Now, Opened, Output, Performer, Secret,
};
use msnp_server::{ChallengePolicy, Config, InMemory, Server};

const NOW: Now = Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_000_000_000) };
const NOTIFICATION: ListenerId = ListenerId::new(2);
const SWITCHBOARD: ListenerId = ListenerId::new(3);

/// A server, and what each client has received.
pub(crate) struct Scene {
    server: Server,
    performer: InMemory,
    received: BTreeMap<LinkId, String>,
    /// Bytes that went out to anybody.
    sent: usize,
    next_link: u64,
}

/// A server with a room of three, and the link of the one who talks.
pub(crate) struct Room {
    scene: Scene,
    talks: LinkId,
}

impl Room {
    pub(crate) fn of_three() -> Self {
        let names = ["alice", "bob", "carol"];
        let mut config = Config::new([7; 32]);
        config.challenge = ChallengePolicy::Never;
        for name in names {
            config = config.account(account(name), name);
            config.scripted.tickets.push((account(name), Secret::from(name)));
        }
        let mut scene = Scene::new(config);
        let [alice, bob, carol] = names.map(|name| scene.sign_in(name));

        let cookie = scene.ask(alice, "XFR 6 SB\r\n");
        let cookie = cookie.split_whitespace().last().unwrap().to_string();
        let talks = scene.connect(SWITCHBOARD);
        scene.ask(talks, &format!("USR 1 alice@example.com {cookie}\r\n"));
        for (name, link) in [("bob", bob), ("carol", carol)] {
            scene.received.clear();
            scene.ask(talks, &format!("CAL 2 {name}@example.com\r\n"));
            let ring = scene.received.remove(&link).unwrap();
            let words: Vec<&str> = ring.split_whitespace().collect();
            let (session, cookie) = (words[1], words[4]);
            let seat = scene.connect(SWITCHBOARD);
            let answer =
                scene.ask(seat, &format!("ANS 1 {name}@example.com {cookie} {session}\r\n"));
            assert!(answer.ends_with("ANS 1 OK\r\n"), "{answer}");
        }
        Self { scene, talks }
    }

    /// One says all this to the two others; says how many bytes went out.
    pub(crate) fn say(&mut self, texts: &[u8]) -> usize {
        self.scene.sent = 0;
        self.scene.hear(self.talks, texts, false);
        self.scene.sent
    }
}

/// So many texts, each to be acknowledged.
pub(crate) fn texts(count: u32) -> Vec<u8> {
    let mut stream = String::new();
    for n in 0..count {
        let text = format!(
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: \
             FN=Segoe%20UI; EF=B; CO=ff; CS=0; PF=22\r\n\r\nThis is message number {n} of many."
        );
        // Writing to a string cannot fail.
        let _ = write!(stream, "MSG {} A {}\r\n{text}", n + 10, text.len());
    }
    stream.into_bytes()
}

impl Scene {
    fn new(config: Config) -> Self {
        let mut scene = Self {
            server: Server::new(config, []).unwrap(),
            performer: InMemory::new(),
            received: BTreeMap::new(),
            sent: 0,
            next_link: LinkId::FIRST_ACCEPTED,
        };
        scene.drain(true);
        scene
    }

    fn connect(&mut self, listener: ListenerId) -> LinkId {
        self.next_link += 1;
        let link = LinkId::new(self.next_link);
        let peer = SocketAddr::from(([192, 0, 2, 1], 4000));
        self.server.link_opened(NOW, link, Opened::Accepted { listener, peer });
        self.drain(true);
        link
    }

    fn sign_in(&mut self, name: &str) -> LinkId {
        let link = self.connect(NOTIFICATION);
        self.ask(link, "VER 1 MSNP12 CVR0\r\n");
        self.ask(
            link,
            &format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 7.0.0816 MSMSGS {name}@example.com\r\n"),
        );
        self.ask(link, &format!("USR 3 TWN I {name}@example.com\r\n"));
        self.ask(link, &format!("USR 4 TWN S {name}\r\n"));
        let answer = self.ask(link, "CHG 5 NLN 0\r\n");
        assert!(answer.starts_with("CHG 5 NLN"), "{answer}");
        link
    }

    /// The client says this; gives what it is answered.
    fn ask(&mut self, link: LinkId, text: &str) -> String {
        self.received.remove(&link);
        self.hear(link, text.as_bytes(), true);
        self.received.remove(&link).unwrap_or_default()
    }

    /// As a driver does it: offers bytes until none are taken, and polls after each time.
    fn hear(&mut self, link: LinkId, mut bytes: &[u8], keeps: bool) {
        loop {
            let taken = self.server.input(NOW, link, bytes);
            self.drain(keeps);
            bytes = bytes.get(taken..).unwrap_or_default();
            if taken == 0 {
                assert!(bytes.is_empty(), "left over: {}", bytes.escape_ascii());
                return;
            }
        }
    }

    /// Does what the machine asks for; keeps what clients receive, or only counts it.
    fn drain(&mut self, keeps: bool) {
        loop {
            match self.server.poll() {
                Output::Link { link, writes: true, .. } => {
                    let bytes = black_box(self.server.output(link));
                    let sent = bytes.len();
                    self.sent += sent;
                    if keeps {
                        let text = String::from_utf8_lossy(bytes);
                        self.received.entry(link).or_default().push_str(&text);
                    }
                    self.server.written(NOW, link, sent);
                }
                Output::Effect(id, Effect::Listen { .. }) => {
                    let at = SocketAddr::from(([127, 0, 0, 1], 1863));
                    self.server.answer(NOW, id, Answer::Listening(Ok(at)));
                }
                Output::Effect(id, effect) => {
                    if let Some(answer) = self.performer.perform(id, effect) {
                        self.server.answer(NOW, id, answer);
                    }
                }
                Output::Event(event) => drop(black_box(event)),
                Output::Link { .. } => {}
                Output::Wait { .. } => return,
                Output::Closed(end) => panic!("{end:?}"),
            }
        }
    }
}

fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}
