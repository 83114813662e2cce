//! Each machine, and how it is brought to where it can be flooded. Everybody speaks MSNP7, which
//! needs no web page.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use msnp_client::{Client, Config, Limits};
use msnp_core::{
    Account, Answer, Effect, EffectId, Endpoint, LinkId, ListenerId, Opened, Performer, Secret,
    TransactionId, Version,
};
use msnp_server::{InMemory, Server};
use msnp_session::{
    ClientProgram, Entrance, NsClient, NsClientConfig, NsServer, NsServerConfig, SbClient,
    SbClientConfig, SbServer, SbServerConfig, SessionLimits,
};

use crate::run::{Run, Victim};

const LINK: LinkId = LinkId::new(1);
const SIGNED_IN: &str =
    "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1\r\nUSR 4 OK alice@example.com A 1\r\n";

fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}

/// A client's connection to a notification server.
pub(crate) struct Notification;

impl Victim for Notification {
    type Machine = NsClient;
    const NAME: &'static str = "NsClient";

    fn machine(&mut self) -> NsClient {
        NsClient::new(NsClientConfig {
            account: account("alice"),
            password: Secret::from("secret"),
            versions: vec![Version::MSNP7],
            program: ClientProgram::default(),
            first_transaction: TransactionId::new(1),
            keepalive: Duration::from_secs(50),
            limits: SessionLimits::default(),
        })
    }

    fn bound(&self) -> usize {
        SessionLimits::default().heap_bound()
    }

    fn begin(&mut self, run: &mut Run<NsClient>) -> LinkId {
        run.open(LINK, Opened::Connected);
        run.say(self, LINK, SIGNED_IN);
        LINK
    }

    fn answer(&mut self, _: EffectId, _: Effect) -> Option<Answer> {
        None
    }
}

/// A client's connection to a switchboard.
pub(crate) struct Room;

impl Victim for Room {
    type Machine = SbClient;
    const NAME: &'static str = "SbClient";

    fn machine(&mut self) -> SbClient {
        SbClient::new(SbClientConfig {
            account: account("alice"),
            version: Version::MSNP7,
            entrance: Entrance::Own { cookie: Secret::from("1") },
            first_transaction: TransactionId::new(1),
            limits: SessionLimits::default(),
        })
    }

    fn bound(&self) -> usize {
        SessionLimits::default().heap_bound()
    }

    fn begin(&mut self, run: &mut Run<SbClient>) -> LinkId {
        run.open(LINK, Opened::Connected);
        run.say(self, LINK, "USR 1 OK alice@example.com A\r\n");
        LINK
    }

    fn answer(&mut self, _: EffectId, _: Effect) -> Option<Answer> {
        None
    }
}

/// A connection to a notification server, as that has it. Nobody decides about accounts.
pub(crate) struct NotificationServer;

impl Victim for NotificationServer {
    type Machine = NsServer;
    const NAME: &'static str = "NsServer";

    fn machine(&mut self) -> NsServer {
        NsServer::new(NsServerConfig::default())
    }

    fn bound(&self) -> usize {
        SessionLimits::default().heap_bound()
    }

    fn begin(&mut self, run: &mut Run<NsServer>) -> LinkId {
        run.open(LINK, Opened::Connected);
        run.say(self, LINK, "VER 1 MSNP7\r\nUSR 2 MD5 I alice@example.com\r\n");
        run.with(|server, _| server.challenge("1.2"));
        run.say(self, LINK, "USR 3 MD5 S 0\r\n");
        run.with(|server, now| server.accept(now, "Alice", true));
        run.settle(self);
        LINK
    }

    fn answer(&mut self, _: EffectId, _: Effect) -> Option<Answer> {
        None
    }
}

/// A connection to a switchboard, as that has it.
pub(crate) struct RoomServer;

impl Victim for RoomServer {
    type Machine = SbServer;
    const NAME: &'static str = "SbServer";

    fn machine(&mut self) -> SbServer {
        SbServer::new(SbServerConfig::default())
    }

    fn bound(&self) -> usize {
        SessionLimits::default().heap_bound()
    }

    fn begin(&mut self, run: &mut Run<SbServer>) -> LinkId {
        run.open(LINK, Opened::Connected);
        run.say(self, LINK, "USR 1 alice@example.com 1.2\r\n");
        run.with(|server, _| server.admit_own(Version::MSNP7, "Alice"));
        run.settle(self);
        LINK
    }

    fn answer(&mut self, _: EffectId, _: Effect) -> Option<Answer> {
        None
    }
}

/// Small enough that a flood reaches what it can.
fn messenger_limits() -> Limits {
    Limits { roster: 1024 * 1024, contacts: 1_000, conversations: 8, ..Limits::default() }
}

fn messenger() -> Client {
    let server = Endpoint::new("127.0.0.1", 1863).unwrap();
    let mut config = Config::new(account("alice"), Secret::from("secret"), server);
    config.versions = vec![Version::MSNP7];
    config.limits = messenger_limits();
    Client::new(config)
}

fn sign_in<V: Victim<Machine = Client>>(victim: &mut V, run: &mut Run<Client>) -> LinkId {
    run.settle(victim);
    let link = run.connecting.pop().expect("a client connects by itself");
    run.open(link, Opened::Connected);
    run.say(victim, link, SIGNED_IN);
    run.say(victim, link, "SYN 5 1\r\n");
    for list in ["FL", "AL", "BL", "RL"] {
        run.say(victim, link, &format!("LST 5 {list} 1 0 0\r\n"));
    }
    run.say(victim, link, "CHG 6 NLN\r\n");
    link
}

/// A client whose notification server floods it.
#[derive(Default)]
pub(crate) struct Messenger;

impl Victim for Messenger {
    type Machine = Client;
    const NAME: &'static str = "Client";

    fn machine(&mut self) -> Client {
        messenger()
    }

    fn bound(&self) -> usize {
        messenger_limits().heap_bound()
    }

    fn begin(&mut self, run: &mut Run<Client>) -> LinkId {
        sign_in(self, run)
    }

    fn answer(&mut self, _: EffectId, _: Effect) -> Option<Answer> {
        None
    }
}

/// A client that a room floods.
#[derive(Default)]
pub(crate) struct MessengerRoom;

impl Victim for MessengerRoom {
    type Machine = Client;
    const NAME: &'static str = "Client, in a room";

    fn machine(&mut self) -> Client {
        messenger()
    }

    fn bound(&self) -> usize {
        messenger_limits().heap_bound()
    }

    fn begin(&mut self, run: &mut Run<Client>) -> LinkId {
        let link = sign_in(self, run);
        run.say(self, link, "RNG 11 127.0.0.1:1864 CKI 1.2 bob@example.com Bob\r\n");
        let room = run.connecting.pop().expect("a client goes to where it is invited");
        run.open(room, Opened::Connected);
        run.settle(self);
        let transaction = run.heard(room, "ANS")[1].clone();
        run.say(self, room, &format!("IRO {transaction} 1 1 bob@example.com Bob\r\n"));
        run.say(self, room, &format!("ANS {transaction} OK\r\n"));
        room
    }

    fn answer(&mut self, _: EffectId, _: Effect) -> Option<Answer> {
        None
    }
}

const PEOPLE: [&str; 2] = ["alice", "bob"];
const NOTIFICATION: ListenerId = ListenerId::new(2);
const SWITCHBOARD: ListenerId = ListenerId::new(3);

/// A whole service. Whoever floods it signs in anew on it.
pub(crate) struct World {
    performer: InMemory,
    links: u64,
}

impl Default for World {
    fn default() -> Self {
        let passwords = PEOPLE.iter().fold(InMemory::new(), |performer, name| {
            performer.password(account(name), Secret::from("secret"))
        });
        Self { performer: passwords, links: LinkId::FIRST_ACCEPTED }
    }
}

impl World {
    fn limits() -> msnp_server::Limits {
        msnp_server::Limits {
            links: 16,
            rooms: 8,
            tickets: 64,
            events: 256,
            requests: 16,
            // A flood signs in more often than a person may.
            guesses: msnp_server::GuessLimits {
                sign_ins_of_one_account: u32::MAX,
                addresses: 16,
                accounts: 16,
                ..msnp_server::GuessLimits::default()
            },
            connections: msnp_server::ConnectionLimits {
                output: 2 * 1024 * 1024,
                ..msnp_server::ConnectionLimits::default()
            },
            ..msnp_server::Limits::default()
        }
    }

    fn server() -> Server {
        let mut config = msnp_server::Config::new([7; 32]);
        for name in PEOPLE {
            config = config.account(account(name), name);
        }
        config.limits = Self::limits();
        config.challenge = msnp_server::ChallengePolicy::Never;
        Server::new(config, []).unwrap()
    }

    fn bound() -> usize {
        Self::limits().heap_bound(PEOPLE.len())
    }

    fn open(&mut self, run: &mut Run<Server>, listener: ListenerId) -> LinkId {
        self.links += 1;
        let link = LinkId::new(self.links);
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000));
        run.open(link, Opened::Accepted { listener, peer });
        link
    }

    fn answer(&mut self, id: EffectId, effect: Effect) -> Option<Answer> {
        match effect {
            Effect::Listen { listener, .. } => {
                let port = 1800 + u16::try_from(listener.number()).unwrap();
                Some(Answer::Listening(Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))))
            }
            effect => self.performer.perform(id, effect),
        }
    }
}

/// Signs somebody in to the service.
fn enter<V: Victim<Machine = Server>>(
    victim: &mut V,
    run: &mut Run<Server>,
    link: LinkId,
    name: &str,
) {
    let who = account(name);
    run.say(victim, link, &format!("VER 1 MSNP7\r\nUSR 2 MD5 I {who}\r\n"));
    let challenge = run.heard(link, "USR")[4].clone();
    let response = msnp_auth::md5_login::response(&challenge, &Secret::from("secret"));
    run.say(victim, link, &format!("USR 3 MD5 S {}\r\n", response.as_str()));
    run.say(victim, link, "SYN 4 0\r\nCHG 5 NLN\r\n");
    assert_eq!(run.heard(link, "CHG")[2], "NLN");
}

/// A service that somebody floods who is signed in.
#[derive(Default)]
pub(crate) struct Service(World);

impl Victim for Service {
    type Machine = Server;
    const NAME: &'static str = "Server";
    const LIVES_ON: bool = true;

    fn machine(&mut self) -> Server {
        World::server()
    }

    fn bound(&self) -> usize {
        World::bound()
    }

    fn begin(&mut self, run: &mut Run<Server>) -> LinkId {
        run.settle(self);
        let link = self.0.open(run, NOTIFICATION);
        enter(self, run, link, "alice");
        link
    }

    fn answer(&mut self, id: EffectId, effect: Effect) -> Option<Answer> {
        self.0.answer(id, effect)
    }
}

/// A service that a member of a room floods. The other member reads whatever comes.
#[derive(Default)]
pub(crate) struct ServiceRoom(World);

impl Victim for ServiceRoom {
    type Machine = Server;
    const NAME: &'static str = "Server, in a room";
    const LIVES_ON: bool = true;

    fn machine(&mut self) -> Server {
        World::server()
    }

    fn bound(&self) -> usize {
        World::bound()
    }

    fn begin(&mut self, run: &mut Run<Server>) -> LinkId {
        run.settle(self);
        let [alice, bob] = PEOPLE.map(|name| {
            let link = self.0.open(run, NOTIFICATION);
            enter(self, run, link, name);
            link
        });
        run.say(self, alice, "XFR 6 SB\r\n");
        let cookie = run.heard(alice, "XFR")[5].clone();
        let room = self.0.open(run, SWITCHBOARD);
        run.say(self, room, &format!("USR 1 alice@example.com {cookie}\r\n"));
        run.say(self, room, "CAL 2 bob@example.com\r\n");
        let ring = run.heard(bob, "RNG");
        let guest = self.0.open(run, SWITCHBOARD);
        let (session, cookie) = (&ring[1], &ring[4]);
        run.say(self, guest, &format!("ANS 1 bob@example.com {cookie} {session}\r\n"));
        room
    }

    fn answer(&mut self, id: EffectId, effect: Effect) -> Option<Answer> {
        self.0.answer(id, effect)
    }
}
