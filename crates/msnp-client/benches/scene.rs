//! A client that is measured, and what a server says to it.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use msnp_client::{Client, Config, ConversationId, Event};
use msnp_codec::message::Text;
use msnp_core::{
    Account, Answer, Effect, HttpResponse, LinkId, Machine, Now, Opened, Output, Secret,
    TransactionId, Version,
};
use msnp_session::{ClientProgram, NsClient, NsClientConfig, NsEvent, SessionLimits};

const VERSION: Version = Version::MSNP12;
pub(crate) const NOW: Now =
    Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_000_000_000) };
/// The links of a client have numbers from 1 on.
const NOTIFICATION: LinkId = LinkId::new(1);
const ROOM: LinkId = LinkId::new(2);

/// A client, and whom it talks to.
pub(crate) struct Scene {
    client: Client,
    conversation: Option<ConversationId>,
}

/// What a server says to somebody with so many contacts who signs in.
pub(crate) struct SignIn {
    up_to_ticket: String,
    lists: String,
}

impl SignIn {
    pub(crate) fn new(contacts: u32) -> Self {
        let stamps = "2005-04-23T18:57:44.8130000-07:00 2005-04-23T18:57:44.8130000-07:00";
        let mut lists = format!(
            "USR 4 OK alice@example.com 1 0\r\nSYN 5 {stamps} {contacts} 0\r\nGTC A\r\nBLP AL\r\n\
             PRP MFN Alice\r\n"
        );
        for n in 0..contacts {
            // Writing to a string cannot fail.
            let _ = write!(
                lists,
                "LST N=user{n}@example.com F=User%20{n} C=00000000-0000-0000-0000-{n:012} 11 1\r\n"
            );
        }
        lists += "CHG 6 NLN 1073741824\r\n";
        let up_to_ticket = format!("VER 1 {VERSION}\r\nCVR 2 1 1 1 u u\r\nUSR 3 TWN S ct=1\r\n");
        Self { up_to_ticket, lists }
    }

    /// From the first byte until everything can be done.
    pub(crate) fn run(&self) -> Scene {
        let server = "127.0.0.1:1863".parse().unwrap();
        let mut config = Config::new(alice(), Secret::from("swordfish"), server);
        config.versions = vec![VERSION];
        let mut scene = Scene { client: Client::new(config), conversation: None };
        scene.drain();
        scene.hear(NOTIFICATION, self.up_to_ticket.as_bytes());
        scene.hear(NOTIFICATION, self.lists.as_bytes());
        assert!(scene.client.is_signed_in());
        scene
    }
}

impl Scene {
    pub(crate) fn signed_in(contacts: u32) -> Self {
        SignIn::new(contacts).run()
    }

    /// Signed in, and in a room with somebody.
    pub(crate) fn in_a_room() -> Self {
        let mut scene = Self::signed_in(10);
        let ring = "RNG 17 127.0.0.1:1863 CKI 849.52 user1@example.com User%201\r\n";
        scene.hear(NOTIFICATION, ring.as_bytes());
        scene.hear(ROOM, b"IRO 7 1 1 user1@example.com User%201\r\nANS 7 OK\r\n");
        assert!(scene.conversation.is_some());
        scene
    }

    /// Says how many contacts changed their presence.
    pub(crate) fn hear_presence(&mut self, burst: &[u8]) -> usize {
        self.hear(NOTIFICATION, burst)
    }

    /// Says how many texts arrived.
    pub(crate) fn hear_texts(&mut self, texts: &[u8]) -> usize {
        self.hear(ROOM, texts)
    }

    /// Sends a text, and hears that it was accepted; says how many messages have ended.
    pub(crate) fn say(&mut self, text: &str, transaction: u32) -> usize {
        let Some(conversation) = self.conversation else { return 0 };
        self.client.send_text(NOW, conversation, Text::new(text.to_owned())).unwrap();
        self.drain();
        self.hear(ROOM, format!("ACK {transaction}\r\n").as_bytes())
    }

    /// The client itself, for what it does with others.
    #[allow(dead_code, reason = "no benchmark needs it")]
    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// The same as a driver sees it: hears something in the room, and gives what goes out there.
    #[allow(dead_code, reason = "no benchmark needs it")]
    pub(crate) fn exchange(&mut self, said: &[u8], out: &mut Vec<u8>) {
        assert_eq!(self.client.input(NOW, ROOM, said), said.len());
        loop {
            match self.client.poll() {
                Output::Link { link, writes: true, .. } => {
                    out.extend_from_slice(self.client.output(link));
                    let sent = self.client.output(link).len();
                    self.client.written(NOW, link, sent);
                }
                Output::Wait { .. } => return,
                other => drop(black_box(other)),
            }
        }
    }

    /// The transaction of the first text in [`in_a_room`](Self::in_a_room).
    pub(crate) const FIRST_TEXT: u32 = 8;

    /// As a driver does it: offers bytes until none are taken, and polls after each time.
    fn hear(&mut self, link: LinkId, mut bytes: &[u8]) -> usize {
        let mut counted = 0;
        loop {
            let taken = self.client.input(NOW, link, bytes);
            counted += self.drain();
            bytes = bytes.get(taken..).unwrap_or_default();
            if taken == 0 {
                assert!(bytes.is_empty(), "left over: {}", bytes.escape_ascii());
                return counted;
            }
        }
    }

    /// Does what the machine asks for; says how many events were about somebody else.
    fn drain(&mut self) -> usize {
        let mut counted = 0;
        loop {
            match self.client.poll() {
                Output::Event(event) => match black_box(event) {
                    Event::Presence { .. } | Event::Text { .. } | Event::MessageEnded { .. } => {
                        counted += 1;
                    }
                    Event::Invited { conversation, .. } => self.conversation = Some(conversation),
                    _ => {}
                },
                Output::Effect(_, Effect::Connect { link, .. }) => {
                    self.client.link_opened(NOW, link, Opened::Connected);
                }
                Output::Effect(id, Effect::Http(request)) => {
                    let urls = "DARealm=Passport.Net,DALogin=login.example.com/login2.srf";
                    let ok = "Passport1.4 da-status=success,from-PP='t=a&p=b'";
                    let response = match request.url.contains("login.example.com") {
                        false => HttpResponse::new(200).header("PassportURLs", urls),
                        true => HttpResponse::new(200).header("Authentication-Info", ok),
                    };
                    self.client.answer(NOW, id, Answer::Http(Ok(response)));
                }
                Output::Link { link, writes: true, .. } => {
                    let sent = black_box(self.client.output(link)).len();
                    self.client.written(NOW, link, sent);
                }
                Output::Link { .. } | Output::Effect(..) => {}
                Output::Wait { .. } => return counted,
                Output::Closed(end) => panic!("{end:?}"),
            }
        }
    }
}

/// The session below a client, signed in.
pub(crate) fn session() -> NsClient {
    let mut session = NsClient::new(NsClientConfig {
        account: alice(),
        password: Secret::from("swordfish"),
        versions: vec![VERSION],
        program: ClientProgram::default(),
        first_transaction: TransactionId::new(1),
        keepalive: Duration::from_secs(45),
        limits: SessionLimits::default(),
    });
    session.link_opened(NOW, NOTIFICATION, Opened::Connected);
    let sign_in = SignIn::new(0);
    hear_presence(&mut session, sign_in.up_to_ticket.as_bytes());
    session.provide_ticket(NOW, Secret::from("t=a&p=b")).unwrap();
    hear_presence(&mut session, b"USR 4 OK alice@example.com 1 0\r\n");
    assert!(session.is_ready());
    session
}

/// Says how many contacts are online.
pub(crate) fn hear_presence(session: &mut NsClient, mut bytes: &[u8]) -> usize {
    let mut counted = 0;
    loop {
        let taken = session.input(NOW, NOTIFICATION, bytes);
        loop {
            match session.poll() {
                Output::Event(event) => {
                    counted += usize::from(matches!(black_box(event), NsEvent::Online { .. }));
                }
                Output::Link { link, writes: true, .. } => {
                    let sent = black_box(session.output(link)).len();
                    session.written(NOW, link, sent);
                }
                Output::Link { .. } | Output::Effect(..) => {}
                Output::Wait { .. } => break,
                Output::Closed(end) => panic!("{end:?}"),
            }
        }
        bytes = bytes.get(taken..).unwrap_or_default();
        if taken == 0 {
            assert!(bytes.is_empty(), "left over: {}", bytes.escape_ascii());
            return counted;
        }
    }
}

/// What a switchboard says when somebody says something so many times.
pub(crate) fn texts(count: u32) -> Vec<u8> {
    let mut stream = String::new();
    for n in 0..count {
        let text = format!(
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: \
             FN=Segoe%20UI; EF=B; CO=ff; CS=0; PF=22\r\n\r\nThis is message number {n} of many."
        );
        let _ = write!(stream, "MSG user1@example.com User%201 {}\r\n{text}", text.len());
    }
    stream.into_bytes()
}

fn alice() -> Account {
    Account::new("alice@example.com").unwrap()
}
