//! A server driven by hand: bytes in, bytes out, on a clock that the test moves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use msnp_auth::{Product, challenge, md5_login};
use msnp_core::{
    Account, Answer, Effect, EffectId, Failure, HttpRequest, HttpResponse, LinkEnd, LinkId,
    ListenerId, Machine, Now, Opened, Output, Performer, RequestId, Secret, Version,
};
use msnp_server::{Action, ChallengePolicy, Config, InMemory, Server, ServerError, ServerEvent};

pub(crate) const DISPATCH: u64 = 1;
pub(crate) const NOTIFICATION: u64 = 2;
pub(crate) const SWITCHBOARD: u64 = 3;
pub(crate) const HTTP: u64 = 4;

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) performer: InMemory,
    pub(crate) now: Now,
    pub(crate) events: Vec<ServerEvent>,
    pub(crate) end: Option<Result<(), ServerError>>,
    pub(crate) deadline: Option<Duration>,
    /// What effects are answered with instead, while it is set.
    pub(crate) store_fails: bool,
    /// What is to be stored waits here, while it is set, until [`World::store`].
    pub(crate) held: Option<Vec<(EffectId, Effect)>>,
    /// Links that take nothing.
    pub(crate) deaf: BTreeSet<LinkId>,
    received: BTreeMap<LinkId, Vec<u8>>,
    unread: BTreeMap<LinkId, Vec<u8>>,
    closed: BTreeSet<LinkId>,
    responses: BTreeMap<RequestId, HttpResponse>,
    next: u64,
}

/// What a client must say from MSNP8, but for the account at its end.
pub(crate) const CVR: &str = "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS";

pub(crate) fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}

/// Alice, Bob and Carol, whose password is their name and `-pw`; nobody is challenged.
pub(crate) fn config() -> Config {
    let mut config = Config::new([7; 32]);
    for (name, shown) in [("alice", "Alice A"), ("bob", "Bob"), ("carol", "Carol ♥")] {
        config = config.account(account(name), shown);
    }
    config.challenge = ChallengePolicy::Never;
    config
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: Config) -> Self {
        let mut performer = InMemory::new();
        for known in &config.accounts {
            let name = known.account.as_str().split('@').next().unwrap();
            let password = Secret::new(format!("{name}-pw"));
            performer = performer.password(known.account.clone(), password);
        }
        Self::start(config, performer)
    }

    /// A server that goes on from the records of the performer.
    pub(crate) fn start(config: Config, performer: InMemory) -> Self {
        let records: Vec<_> =
            performer.records().map(|(key, value)| (key.to_string(), value.clone())).collect();
        let mut world = Self {
            server: Server::new(config, records).unwrap(),
            performer,
            now: Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_000_000_000) },
            events: Vec::new(),
            end: None,
            deadline: None,
            store_fails: false,
            held: None,
            deaf: BTreeSet::new(),
            received: BTreeMap::new(),
            unread: BTreeMap::new(),
            closed: BTreeSet::new(),
            responses: BTreeMap::new(),
            next: LinkId::FIRST_ACCEPTED,
        };
        world.run();
        world
    }

    pub(crate) fn connect(&mut self, listener: u64) -> LinkId {
        self.connect_from("192.0.2.1", listener)
    }

    pub(crate) fn connect_from(&mut self, address: &str, listener: u64) -> LinkId {
        self.next += 1;
        let link = LinkId::new(self.next);
        let peer = SocketAddr::new(address.parse().unwrap(), 4000);
        let listener = ListenerId::new(listener);
        self.server.link_opened(self.now, link, Opened::Accepted { listener, peer });
        self.run();
        link
    }

    /// The client writes; everything that comes of it happens.
    pub(crate) fn send(&mut self, link: LinkId, bytes: impl AsRef<[u8]>) {
        self.unread.entry(link).or_default().extend_from_slice(bytes.as_ref());
        self.offer(link);
    }

    /// The client writes, and what it reads next is given back.
    pub(crate) fn ask(&mut self, link: LinkId, bytes: impl AsRef<[u8]>) -> String {
        self.send(link, bytes);
        self.received(link)
    }

    /// As [`ask`](Self::ask), without messages of the service, such as those about mail.
    pub(crate) fn ask_for_lines(&mut self, link: LinkId, bytes: impl AsRef<[u8]>) -> String {
        let answer = self.ask(link, bytes);
        let mut parts = answer.split("MSG Hotmail Hotmail ");
        let mut lines = parts.next().unwrap().to_string();
        for part in parts {
            let (len, after) = part.split_once("\r\n").unwrap();
            lines += &after[len.parse().unwrap()..];
        }
        lines
    }

    /// What the client has received since it was last asked.
    pub(crate) fn received(&mut self, link: LinkId) -> String {
        let bytes = self.received.remove(&link).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(crate) fn is_closed(&self, link: LinkId) -> bool {
        self.closed.contains(&link)
    }

    /// The client closes.
    pub(crate) fn hang_up(&mut self, link: LinkId) {
        self.server.link_closed(self.now, link, LinkEnd::Eof);
        self.run();
    }

    pub(crate) fn get(&mut self, url: &str, headers: &[(&str, &str)]) -> HttpResponse {
        let mut request = HttpRequest::get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.request(request)
    }

    pub(crate) fn request(&mut self, request: HttpRequest) -> HttpResponse {
        self.next += 1;
        let id = RequestId::new(self.next);
        self.server.request(self.now, ListenerId::new(HTTP), id, request);
        self.run();
        self.responses.remove(&id).expect("a response")
    }

    /// What was held is stored, and what follows is not held any more.
    pub(crate) fn store(&mut self) {
        for (id, effect) in self.held.take().unwrap_or_default() {
            let answer = self.performer.perform(id, effect).unwrap();
            self.server.answer(self.now, id, answer);
        }
        self.run();
    }

    /// Time passes, deadline by deadline.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now.monotonic + time;
        while let Some(at) = self.deadline.filter(|at| *at <= end) {
            self.set_clock(at.max(self.now.monotonic));
            self.server.timeout(self.now);
            self.run();
        }
        self.set_clock(end);
    }

    pub(crate) fn shut_down(&mut self) {
        msnp_core::Act::act(&mut self.server, self.now, Action::ShutDown);
        self.run();
    }

    /// Everything that has been said so far, links and events, in one text.
    pub(crate) fn events_text(&self) -> String {
        format!("{:?}", self.events)
    }

    fn set_clock(&mut self, at: Duration) {
        let passed = at - self.now.monotonic;
        self.now = Now { monotonic: at, unix: self.now.unix + passed };
    }

    fn offer(&mut self, link: LinkId) {
        loop {
            let Some(bytes) = self.unread.get(&link).filter(|_| !self.is_closed(link)) else {
                return;
            };
            let taken = self.server.input(self.now, link, &bytes.clone());
            self.unread.get_mut(&link).unwrap().drain(..taken);
            self.run();
            if taken == 0 {
                return;
            }
        }
    }

    pub(crate) fn run(&mut self) {
        let mut resume = VecDeque::new();
        loop {
            match self.server.poll() {
                Output::Event(event) => self.events.push(event),
                Output::Effect(id, effect) => {
                    let answer = match effect {
                        Effect::Listen { listener, .. } => {
                            let port = 1860 + u16::try_from(listener.number()).unwrap();
                            let at = SocketAddr::from(([127, 0, 0, 1], port));
                            Some(Answer::Listening(Ok(at)))
                        }
                        Effect::Close { link } => {
                            self.closed.insert(link);
                            None
                        }
                        Effect::Respond { request, response } => {
                            self.responses.insert(request, response);
                            None
                        }
                        Effect::Store(_) if self.held.is_some() => {
                            self.held.as_mut().unwrap().push((id, effect));
                            None
                        }
                        Effect::Store(_) if self.store_fails => {
                            Some(Answer::Stored(Err(Failure::Broken)))
                        }
                        effect => self.performer.perform(id, effect),
                    };
                    if let Some(answer) = answer {
                        self.server.answer(self.now, id, answer);
                    }
                }
                Output::Link { link, reads, writes } => {
                    if writes && !self.deaf.contains(&link) {
                        let bytes = self.server.output(link).to_vec();
                        self.received.entry(link).or_default().extend_from_slice(&bytes);
                        self.server.written(self.now, link, bytes.len());
                    }
                    if reads && self.unread.get(&link).is_some_and(|bytes| !bytes.is_empty()) {
                        resume.push_back(link);
                    }
                }
                Output::Wait { deadline } => {
                    self.deadline = deadline;
                    let Some(link) = resume.pop_front() else { return };
                    let bytes = self.unread.get(&link).cloned().unwrap_or_default();
                    let taken = self.server.input(self.now, link, &bytes);
                    self.unread.get_mut(&link).unwrap().drain(..taken);
                    if taken > 0 {
                        resume.push_back(link);
                    }
                }
                Output::Closed(end) => {
                    self.end = Some(end);
                    self.deadline = None;
                    return;
                }
            }
        }
    }
}

/// The ways in.
impl World {
    /// Signs in and gives the link back; what was received on the way is gone.
    pub(crate) fn sign_in(&mut self, name: &str, version: Version) -> LinkId {
        let link = self.connect(NOTIFICATION);
        let answer = self.ask(link, format!("VER 1 {version} CVR0\r\n"));
        assert_eq!(answer, format!("VER 1 {version} CVR0\r\n"));
        let ok = match version.number() {
            ..=7 => self.prove_by_md5(link, name, &format!("{name}-pw")),
            _ => {
                let ticket = self.ticket(name, &format!("{name}-pw"));
                self.prove_by_ticket(link, name, &ticket)
            }
        };
        assert!(ok.starts_with(&format!("USR 4 OK {name}@example.com")), "{ok}");
        link
    }

    /// Signs in and becomes visible.
    pub(crate) fn online(&mut self, name: &str, version: Version) -> LinkId {
        let link = self.sign_in(name, version);
        let answer = match version.has_capabilities() {
            true => self.ask(link, "CHG 5 NLN 0\r\n"),
            false => self.ask(link, "CHG 5 NLN\r\n"),
        };
        assert!(answer.starts_with("CHG 5 NLN"), "{answer}");
        link
    }

    pub(crate) fn prove_by_md5(&mut self, link: LinkId, name: &str, password: &str) -> String {
        let answer = self.ask(link, format!("USR 3 MD5 I {name}@example.com\r\n"));
        let challenge = answer.strip_prefix("USR 3 MD5 S ").expect(&answer).trim_end();
        let response = md5_login::response(challenge, &Secret::from(password));
        self.ask(link, format!("USR 4 MD5 S {}\r\n", response.as_str()))
    }

    pub(crate) fn prove_by_ticket(&mut self, link: LinkId, name: &str, ticket: &str) -> String {
        self.ask(link, format!("{CVR} {name}@example.com\r\n"));
        let answer = self.ask(link, format!("USR 3 TWN I {name}@example.com\r\n"));
        assert!(answer.starts_with("USR 3 TWN S ct=1000000"), "{answer}");
        self.ask(link, format!("USR 4 TWN S {ticket}\r\n"))
    }

    pub(crate) fn ticket(&mut self, name: &str, password: &str) -> String {
        let response = self.log_in(name, password);
        assert_eq!(response.status, 200);
        let info = response.find_header("Authentication-Info").unwrap();
        info.split('\'').nth(1).unwrap().to_string()
    }

    pub(crate) fn log_in(&mut self, name: &str, password: &str) -> HttpResponse {
        self.log_in_from("192.0.2.1", name, password)
    }

    pub(crate) fn log_in_from(
        &mut self,
        address: &str,
        name: &str,
        password: &str,
    ) -> HttpResponse {
        let account = format!("{name}%40example.com");
        let header = format!("Passport1.4 OrgVerb=GET,sign-in={account},pwd={password},ct=1");
        let mut request = HttpRequest::get("/login").header("Authorization", header);
        request.peer = Some(SocketAddr::new(address.parse().unwrap(), 4000));
        self.request(request)
    }

    /// Shows a password to the notification server by MSNP7, on a link of its own.
    pub(crate) fn guess_from(&mut self, address: &str, name: &str, password: &str) -> String {
        let link = self.connect_from(address, NOTIFICATION);
        self.ask(link, "VER 1 MSNP7\r\n");
        self.prove_by_md5(link, name, password)
    }

    /// Answers the first challenge in `text`.
    pub(crate) fn answer(text: &str, version: Version, transaction: u32) -> String {
        let challenge = text.split("CHL 0 ").nth(1).expect(text).lines().next().unwrap();
        Self::answer_to(challenge, version, transaction)
    }

    pub(crate) fn answer_to(challenge: &str, version: Version, transaction: u32) -> String {
        let product = Product::MSN_7_0;
        let scheme = version.challenge().unwrap();
        let answer = challenge::answer(scheme, challenge, &product);
        format!("QRY {transaction} {} 32\r\n{}", product.id, answer.as_str())
    }

    /// Adds to the forward and the allow list.
    pub(crate) fn befriend(&mut self, link: LinkId, version: Version, other: &str) {
        let lines = match version.has_guids() {
            true => format!(
                "ADC 70 FL N={other}@example.com F={other}\r\nADC 71 AL N={other}@example.com\r\n"
            ),
            false => {
                let group = if version.has_groups() { " 0" } else { "" };
                format!(
                    "ADD 70 FL {other}@example.com {other}{group}\r\n\
                     ADD 71 AL {other}@example.com {other}\r\n"
                )
            }
        };
        let answer = self.ask(link, lines);
        assert!(answer.contains(" 70 FL ") && answer.contains(" 71 AL "), "{answer}");
    }

    /// Opens a room and gives its link and the session id, after ringing `guest`.
    pub(crate) fn room(&mut self, name: &str, notification: LinkId) -> LinkId {
        let cookie = self.room_cookie(notification);
        let link = self.connect(SWITCHBOARD);
        let answer = self.ask(link, format!("USR 1 {name}@example.com {cookie}\r\n"));
        assert!(answer.starts_with(&format!("USR 1 OK {name}@example.com ")), "{answer}");
        link
    }

    pub(crate) fn room_cookie(&mut self, notification: LinkId) -> String {
        let answer = self.ask(notification, "XFR 60 SB\r\n");
        let cookie = answer.strip_prefix("XFR 60 SB 127.0.0.1:1863 CKI ").expect(&answer);
        cookie.trim_end().to_string()
    }

    /// Invites, and gives session and cookie that the guest was rung with.
    pub(crate) fn ring(
        &mut self,
        room: LinkId,
        guest: &str,
        guest_link: LinkId,
    ) -> (String, String) {
        self.received(guest_link);
        let answer = self.ask(room, format!("CAL 2 {guest}@example.com\r\n"));
        let session = answer.strip_prefix("CAL 2 RINGING ").expect(&answer).trim_end();
        let rung = self.received(guest_link);
        let words: Vec<&str> = rung.split_whitespace().collect();
        assert_eq!(words[..2], ["RNG", session], "{rung}");
        (session.to_string(), words[4].to_string())
    }

    /// Brings a guest in.
    pub(crate) fn join(&mut self, room: LinkId, guest: &str, guest_link: LinkId) -> LinkId {
        let (session, cookie) = self.ring(room, guest, guest_link);
        let link = self.connect(SWITCHBOARD);
        let answer = self.ask(link, format!("ANS 1 {guest}@example.com {cookie} {session}\r\n"));
        assert!(answer.ends_with("ANS 1 OK\r\n"), "{answer}");
        assert!(self.received(room).contains(&format!("JOI {guest}@example.com")));
        link
    }
}
