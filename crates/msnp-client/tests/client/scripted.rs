//! A client machine, and a server that says exactly what the test makes it say.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::script;
use msnp_client::{Client, ClientError, Config, Event};
use msnp_core::{
    Account, Answer, Effect, EffectId, HttpRequest, HttpResponse, LinkEnd, LinkId, Machine, Now,
    Opened, Output, Secret, Version,
};

/// The client, what it has sent, and what it has asked for.
pub(crate) struct Scripted {
    pub(crate) client: Client,
    pub(crate) now: Now,
    pub(crate) events: Vec<Event>,
    pub(crate) end: Option<Result<(), ClientError>>,
    pub(crate) connects: Vec<(LinkId, String)>,
    pub(crate) http: Vec<(EffectId, HttpRequest)>,
    pub(crate) closed: Vec<LinkId>,
    sent: BTreeMap<LinkId, Vec<u8>>,
    pub(crate) deadline: Option<Duration>,
}

pub(crate) fn account(text: &str) -> Account {
    Account::new(text).unwrap()
}

pub(crate) fn config(version: Version) -> Config {
    let server = "ds.example.com:1863".parse().unwrap();
    let mut config = Config::new(account("alice@example.com"), Secret::from("secret"), server);
    config.versions = vec![version];
    config.nexus = "https://nexus.example.com/rdr/pprdr.asp".into();
    config
}

impl Scripted {
    pub(crate) fn new(config: Config) -> Self {
        let now = Now { monotonic: Duration::from_secs(1000), unix: Duration::from_secs(1 << 30) };
        let mut scripted = Self {
            client: Client::new(config),
            now,
            events: Vec::new(),
            end: None,
            connects: Vec::new(),
            http: Vec::new(),
            closed: Vec::new(),
            sent: BTreeMap::new(),
            deadline: None,
        };
        scripted.drain();
        scripted
    }

    /// The link that was asked for last comes up.
    pub(crate) fn open(&mut self) -> LinkId {
        let (link, _) = self.connects.last().cloned().unwrap();
        self.client.link_opened(self.now, link, Opened::Connected);
        self.drain();
        link
    }

    /// The server says this. Everything must be taken.
    pub(crate) fn server(&mut self, link: LinkId, text: &str) {
        self.server_bytes(link, text.as_bytes());
    }

    /// The server says this, in reads of these sizes, again and again. What is not taken is
    /// offered again in front of the next.
    pub(crate) fn server_in_pieces(&mut self, link: LinkId, bytes: &[u8], pieces: &[usize]) {
        let (mut from, mut arrived) = (0, 0_usize);
        for piece in pieces.iter().cycle() {
            arrived = arrived.saturating_add(*piece).min(bytes.len());
            loop {
                let taken = self.client.input(self.now, link, &bytes[from..arrived]);
                self.drain();
                from += taken;
                if taken == 0 {
                    break;
                }
            }
            if arrived == bytes.len() {
                break;
            }
        }
        assert!(self.end.is_some() || from == bytes.len(), "left over");
    }

    pub(crate) fn server_bytes(&mut self, link: LinkId, mut bytes: &[u8]) {
        loop {
            let taken = self.client.input(self.now, link, bytes);
            self.drain();
            bytes = &bytes[taken..];
            if taken == 0 {
                break;
            }
        }
        assert!(self.end.is_some() || bytes.is_empty(), "left over: {}", bytes.escape_ascii());
    }

    pub(crate) fn lose(&mut self, link: LinkId, why: LinkEnd) {
        self.client.link_closed(self.now, link, why);
        self.drain();
    }

    pub(crate) fn answer_http(&mut self, answer: HttpResponse) -> HttpRequest {
        let (id, request) = self.http.remove(0);
        self.client.answer(self.now, id, Answer::Http(Ok(answer)));
        self.drain();
        request
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now.monotonic += Duration::from_secs(seconds);
        self.client.timeout(self.now);
        self.drain();
    }

    /// What the client has sent on this link since this was asked last.
    #[track_caller]
    pub(crate) fn expect(&mut self, link: LinkId, text: &str) {
        let sent = self.sent.remove(&link).unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(&sent), text);
    }

    /// What the client has sent on this link since this was asked last, as it is.
    pub(crate) fn take_sent(&mut self, link: LinkId) -> Vec<u8> {
        self.sent.remove(&link).unwrap_or_default()
    }

    /// Everything that the client has sent and that was not asked for yet.
    pub(crate) fn all_sent(&self) -> Vec<(LinkId, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.sent.iter().map(|(link, bytes)| (*link, text(bytes))).collect()
    }

    pub(crate) fn drain(&mut self) {
        loop {
            match self.client.poll() {
                Output::Event(event) => self.events.push(event),
                Output::Effect(id, effect) => match effect {
                    Effect::Connect { link, to, .. } => self.connects.push((link, to.to_string())),
                    Effect::Http(request) => self.http.push((id, request)),
                    Effect::Close { link } => self.closed.push(link),
                    other => panic!("{other:?}"),
                },
                Output::Link { link, writes, .. } => {
                    if writes {
                        let bytes = self.client.output(link).to_vec();
                        self.sent.entry(link).or_default().extend_from_slice(&bytes);
                        self.client.written(self.now, link, bytes.len());
                    }
                }
                Output::Wait { deadline } => {
                    self.deadline = deadline;
                    return;
                }
                Output::Closed(end) => {
                    self.end = Some(end);
                    return;
                }
            }
        }
    }

    /// Forgets the events so far.
    pub(crate) fn forget(&mut self) {
        self.events.clear();
    }

    /// The Passport pages give a ticket.
    pub(crate) fn give_ticket(&mut self) {
        let urls = "DARealm=Passport.Net,DALogin=login.example.com/login2.srf";
        self.answer_http(HttpResponse::new(200).header("PassportURLs", urls));
        let ok = "Passport1.4 da-status=success,from-PP='t=a&p=b'";
        self.answer_http(HttpResponse::new(200).header("Authentication-Info", ok));
    }

    /// Brings a client of this version up to the question for its lists.
    pub(crate) fn up_to_lists(config: Config) -> (Self, LinkId) {
        let version = config.versions[0];
        let mut s = Self::new(config);
        let ns = s.open();
        s.server(ns, &script::negotiation(version));
        if version.requires_cvr() {
            s.give_ticket();
        }
        s.server(ns, &script::welcome(version));
        (s, ns)
    }

    /// A client that has signed in with this version, has bob on its lists in the group of
    /// friends, and is online. Its next transaction is [`script::next`].
    pub(crate) fn online(version: Version) -> (Self, LinkId) {
        let (mut s, ns) = Self::up_to_lists(config(version));
        s.server(ns, &script::lists(version));
        s.server(ns, "CHG 6 NLN\r\n");
        assert!(s.client.is_signed_in(), "{version}: {:?}", s.events);
        s.sent.clear();
        s.forget();
        (s, ns)
    }

    /// A client that has signed in with MSNP7, has bob on its lists, and is online.
    pub(crate) fn signed_in() -> (Self, LinkId) {
        let mut config = config(Version::MSNP7);
        config.keepalive = Duration::from_secs(50);
        let mut s = Self::new(config);
        let ns = s.open();
        s.server(ns, "VER 1 MSNP7 CVR0\r\nINF 2 MD5\r\nUSR 3 MD5 S 1.2\r\n");
        s.server(ns, "USR 4 OK alice@example.com Alice 1\r\n");
        s.server(ns, "SYN 5 9\r\nLST 5 FL 9 1 1 bob@example.com Bob 0\r\n");
        s.server(ns, "LST 5 AL 9 1 1 bob@example.com Bob\r\nLST 5 BL 9 0 0\r\nLST 5 RL 9 0 0\r\n");
        s.server(ns, "CHG 6 NLN\r\n");
        assert!(s.client.is_signed_in());
        s.sent.clear();
        s.forget();
        (s, ns)
    }
}
