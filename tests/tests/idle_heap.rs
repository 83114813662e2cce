//! What somebody costs who is signed in and does nothing: the heap of a client with an empty list,
//! and the share of a service for one link.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test prints what it measured"
)]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use msnp_auth::md5_login;
use msnp_auth::passport::{Authorization, Outcome};
use msnp_client::Client;
use msnp_core::{
    Account, Answer, Effect, EffectId, Endpoint, HttpRequest, HttpResponse, LinkId, ListSync,
    ListenerId, Login, Machine, Now, Opened, Output, Performer, RequestId, Secret, Version,
};
use msnp_server::{InMemory, LOGIN_PATH, Server};
use msnp_testkit::{AllocationCounter, heap_now};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

const VERSIONS: [Version; 4] = [Version::MSNP2, Version::MSNP7, Version::MSNP9, Version::MSNP12];
/// The most, in bytes.
const MOST: isize = 8 * 1024;
const NOW: Now = Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1 << 30) };

/// A machine, what it holds, and what it said and asked for.
struct Metered<M> {
    machine: M,
    held: isize,
    said: String,
    effects: Vec<(EffectId, Effect)>,
}

impl<M: Machine> Metered<M> {
    fn new(new: impl FnOnce() -> M) -> Self {
        let before = heap_now();
        let machine = new();
        let held = heap_now() - before;
        Self { machine, held, said: String::new(), effects: Vec::new() }
    }

    fn call<R>(&mut self, work: impl FnOnce(&mut M) -> R) -> R {
        let before = heap_now();
        let result = work(&mut self.machine);
        self.held += heap_now() - before;
        result
    }

    fn hear(&mut self, link: LinkId, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let taken = self.call(|machine| machine.input(NOW, link, rest));
            assert!(taken > 0, "{text:?} is not taken");
            rest = &rest[taken..];
            self.settle();
        }
    }

    /// Takes everything, and sends what is to go out. What is given away is no longer held.
    fn settle(&mut self) {
        loop {
            match self.call(|machine| machine.poll()) {
                Output::Event(event) => self.call(|_| drop(event)),
                Output::Effect(id, effect) => {
                    self.effects.push((id, effect.clone()));
                    self.call(|_| drop(effect));
                }
                Output::Link { link, .. } => {
                    let output = self.machine.output(link);
                    let len = output.len();
                    if len > 0 {
                        self.said.push_str(&String::from_utf8_lossy(output));
                        self.call(|machine| machine.written(NOW, link, len));
                    }
                }
                Output::Wait { .. } => return,
                Output::Closed(_) => panic!("it ended after {}", self.said),
            }
        }
    }

    fn answer(&mut self, id: EffectId, answer: &Answer) {
        self.call(|machine| machine.answer(NOW, id, answer.clone()));
        self.settle();
    }
}

fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}

/// What a server answers to a line of a client with an empty list.
fn answer(version: Version, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let t = words.get(1).copied().unwrap_or_default();
    match (words[0], words.get(3).copied()) {
        ("VER", _) => format!("VER {t} {version}\r\n"),
        ("INF", _) => format!("INF {t} MD5\r\n"),
        ("CVR", _) => format!("CVR {t} 1.0 1.0 1.0 http://example.com http://example.com\r\n"),
        ("USR", Some("I")) if version.login() == Login::Md5 => format!("USR {t} MD5 S 1.2\r\n"),
        ("USR", Some("I")) => format!("USR {t} TWN S lc=1033,id=507,tw=40,ru=x,ct=1,kpp=1\r\n"),
        ("USR", _) => {
            let name = if version.says_name_at_sign_in() { " Alice" } else { "" };
            let flags = if version.login() == Login::Md5 { "" } else { " 1 0" };
            let verified = if version == Version::MSNP7 { " 1" } else { "" };
            format!("USR {t} OK alice@example.com{name}{flags}{verified}\r\n")
        }
        ("SYN", _) => match version.list_sync() {
            ListSync::Serial => {
                let lists = ["FL", "AL", "BL", "RL"].map(|l| format!("LST {t} {l} 1 0 0\r\n"));
                format!("SYN {t} 1\r\n{}", lists.concat())
            }
            ListSync::Counted => format!("SYN {t} 1 0 0\r\n"),
            _ => format!("SYN {t} 1 1 0 0\r\n"),
        },
        ("CHG", _) => format!("{line}\r\n"),
        _ => String::new(),
    }
}

fn page(request: &HttpRequest) -> HttpResponse {
    match request.find_header("Authorization") {
        None => HttpResponse::new(200)
            .header("PassportURLs", "DARealm=Passport.Net,DALogin=login.example.com/login2.srf"),
        Some(_) => HttpResponse::new(200).header(
            "Authentication-Info",
            "Passport1.4 da-status=success,from-PP='t=1&p=',ru=http://messenger.msn.com",
        ),
    }
}

/// What a client with an empty list holds once it is signed in.
fn client(version: Version) -> isize {
    let mut client = Metered::new(|| {
        let server = Endpoint::new("127.0.0.1", 1863).unwrap();
        let mut config = msnp_client::Config::new(account("alice"), Secret::from("secret"), server);
        config.versions = vec![version];
        Client::new(config)
    });
    let link = LinkId::new(1);
    client.settle();
    client.call(|client| client.link_opened(NOW, link, Opened::Connected));
    client.settle();
    loop {
        for (id, effect) in std::mem::take(&mut client.effects) {
            if let Effect::Http(request) = effect {
                client.answer(id, &Answer::Http(Ok(page(&request))));
            }
        }
        let said = std::mem::take(&mut client.said);
        if said.is_empty() && client.effects.is_empty() {
            break;
        }
        for line in said.lines() {
            client.hear(link, &answer(version, line));
        }
    }
    assert!(client.machine.is_signed_in(), "{version}");
    client.held
}

/// A service and those who sign in to it.
struct Service {
    server: Metered<Server>,
    performer: InMemory,
    version: Version,
    requests: u64,
}

impl Service {
    fn new(people: u64, version: Version) -> Self {
        let mut config = msnp_server::Config::new([7; 32]);
        config.limits.connections.of_one_address = usize::MAX;
        config.limits.guesses.failures_of_one_address = u32::MAX;
        let mut performer = InMemory::new();
        for number in 0..people {
            config = config.account(person(number), format!("Person {number}"));
            performer = performer.password(person(number), Secret::from("secret"));
        }
        let server = Metered::new(|| Server::new(config, []).unwrap());
        let mut service = Self { server, performer, version, requests: 0 };
        service.server.settle();
        service.perform();
        service
    }

    /// Answers what the server asked for; gives what it responded to a page.
    fn perform(&mut self) -> Option<HttpResponse> {
        let mut responded = None;
        while let Some((id, effect)) = self.server.effects.pop() {
            let answer = match effect {
                Effect::Listen { listener, .. } => {
                    let port = 1800 + u16::try_from(listener.number()).unwrap();
                    Some(Answer::Listening(Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))))
                }
                Effect::Respond { response, .. } => {
                    responded = Some(response);
                    None
                }
                effect => self.performer.perform(id, effect),
            };
            if let Some(answer) = answer {
                self.server.answer(id, &answer);
            }
        }
        responded
    }

    fn ask(&mut self, link: LinkId, text: &str) -> String {
        self.server.said.clear();
        self.server.hear(link, text);
        self.perform();
        std::mem::take(&mut self.server.said)
    }

    fn ticket(&mut self, who: &Account) -> String {
        let shown = Authorization::print(who.as_str(), &Secret::from("secret"), "ct=1").unwrap();
        let request = HttpRequest::get(LOGIN_PATH).header("Authorization", shown.expose());
        self.requests += 1;
        let (id, http) = (RequestId::new(self.requests), ListenerId::new(4));
        self.server.call(|server| server.request(NOW, http, id, request.clone()));
        self.server.settle();
        match Outcome::of(&self.perform().unwrap()).unwrap() {
            Outcome::Success { ticket } => ticket.expose().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    fn sign_in(&mut self, number: u64) {
        let (who, version) = (person(number), self.version);
        let link = LinkId::new(LinkId::FIRST_ACCEPTED + number);
        let listener = ListenerId::new(2);
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 4000));
        self.server
            .call(|server| server.link_opened(NOW, link, Opened::Accepted { listener, peer }));
        self.server.settle();
        self.ask(link, &format!("VER 1 {version} CVR0\r\n"));
        let said = if version.login() == Login::Md5 {
            let said = self.ask(link, &format!("USR 2 MD5 I {who}\r\n"));
            let challenge = said.trim_end().rsplit(' ').next().unwrap();
            let response = md5_login::response(challenge, &Secret::from("secret"));
            self.ask(link, &format!("USR 3 MD5 S {}\r\n", response.as_str()))
        } else {
            let cvr = "0x0409 winnt 5.1 i386 MSNMSGR 7.0.0816 MSMSGS";
            self.ask(link, &format!("CVR 2 {cvr} {who}\r\nUSR 3 TWN I {who}\r\n"));
            let ticket = self.ticket(&who);
            self.ask(link, &format!("USR 4 TWN S {ticket}\r\n"))
        };
        assert!(said.contains(" OK "), "{said}");
        let stamps = if version.has_guids() { "0 0" } else { "0" };
        let capabilities = if version.has_capabilities() { " 32" } else { "" };
        let said = self.ask(link, &format!("SYN 5 {stamps}\r\nCHG 6 NLN{capabilities}\r\n"));
        assert!(said.contains("CHG 6 NLN"), "{said}");
    }
}

fn person(number: u64) -> Account {
    account(&format!("person{number}"))
}

#[test]
fn a_client_with_an_empty_list_holds_at_most_8_kib() {
    for version in VERSIONS {
        let held = client(version);
        println!("a signed-in client, {version}: {held} bytes");
        assert!((1..=MOST).contains(&held), "{version}: {held} bytes");
    }
}

#[test]
fn one_more_who_is_signed_in_takes_at_most_8_kib_of_a_service() {
    for version in VERSIONS {
        let mut service = Service::new(2_000, version);
        (0..1_000).for_each(|number| service.sign_in(number));
        let half = service.server.held;
        (1_000..2_000).for_each(|number| service.sign_in(number));
        let share = (service.server.held - half) / 1_000;
        println!("one signed-in link of a service, {version}: {share} bytes");
        assert!((1..=MOST).contains(&share), "{version}: {share} bytes");
    }
}
