use alloc::string::String;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;

use msnp_core::{Account, Secret, Version};
use msnp_session::SessionLimits;

use crate::connections::ConnectionLimits;
use crate::guesses::GuessLimits;

/// What a [`Server`](crate::Server) needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens.
    pub listen: ListenAddresses,
    /// The host name or address that clients are sent to; none for the address where each
    /// service listens. Where that is unspecified (`0.0.0.0`), clients are sent to loopback.
    pub public_host: Option<String>,
    /// The versions it speaks. It knows MSNP2 to MSNP12; what is later is not offered.
    pub versions: Vec<Version>,
    /// Who may sign in. Passwords are not here: an [`Effect::Verify`](msnp_core::Effect::Verify)
    /// asks for each.
    pub accounts: Vec<AccountConfig>,
    /// Whether clients are challenged, and what follows.
    pub challenge: ChallengePolicy,
    /// How long after one challenge is answered the next one is sent. The first follows the first
    /// status.
    pub challenge_interval: Duration,
    /// How long a client has to answer a challenge.
    pub challenge_deadline: Duration,
    /// Bounds.
    pub limits: Limits,
    /// Where web pages are that clients ask for by `URL`.
    pub pages: WebPages,
    /// What is used instead of random words, to play recordings.
    pub scripted: Scripted,
    /// The seed of all that must be hard to guess: cookies, tickets, challenges, session ids.
    pub seed: [u8; 32],
}

impl Config {
    /// Everything as usual, all services on loopback at ports that the system chooses.
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            listen: ListenAddresses::default(),
            public_host: None,
            versions: Version::all().filter(|version| *version <= LAST_KNOWN).collect(),
            accounts: Vec::new(),
            challenge: ChallengePolicy::default(),
            challenge_interval: Duration::from_secs(300),
            challenge_deadline: Duration::from_secs(50),
            limits: Limits::default(),
            pages: WebPages::default(),
            scripted: Scripted::default(),
            seed,
        }
    }

    /// With one more account.
    #[must_use]
    pub fn account(mut self, account: Account, name: impl Into<String>) -> Self {
        self.accounts.push(AccountConfig { account, name: name.into() });
        self
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountConfig {
    /// The account.
    pub account: Account,
    /// The friendly name, as long as the user has set none.
    pub name: String,
}

/// Where the services listen. Port 0 lets the system choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenAddresses {
    /// The dispatch server, which sends clients on to the notification server.
    pub dispatch: SocketAddr,
    /// The notification server.
    pub notification: SocketAddr,
    /// The switchboard.
    pub switchboard: SocketAddr,
    /// The sign-in pages of Passport.
    pub http: SocketAddr,
}

impl Default for ListenAddresses {
    /// Loopback, at ports that the system chooses.
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { dispatch: any, notification: any, switchboard: any, http: any }
    }
}

/// The last version whose commands are all answered as they should be.
pub(crate) const LAST_KNOWN: Version = Version::MSNP12;

/// Where web pages are that clients ask for by `URL`: `URL t <path> <login> <site>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebPages {
    /// What stands before the name of the page, in lower case, to make its path: `/pages/inbox`.
    pub path: String,
    /// The page that signs in and leads there; none for the sign-in page of this service.
    pub login: Option<String>,
    /// The number of the site.
    pub site: String,
}

impl Default for WebPages {
    fn default() -> Self {
        Self { path: "/pages/".into(), login: None, site: "2".into() }
    }
}

/// What is used instead of random words, so that the client half of a recorded session can be
/// played against a server. Empty for a service that people use.
#[derive(Clone, Debug, Default)]
pub struct Scripted {
    /// The challenges of `USR MD5`, the first sign-in first. When they are used up, or where there
    /// are none, challenges are random.
    pub password_challenges: Vec<String>,
    /// The challenges of `CHL`: each client is sent all of them, in a row, after its first status.
    /// Where there are none, one random challenge is sent. All of them where
    /// [`Config::challenge`] says that clients are challenged.
    pub challenges: Vec<String>,
    /// Tickets that are good for these accounts beside those of the sign-in page, each once. A
    /// ticket is compared as a whole, as it stands in `USR TWN S`.
    pub tickets: Vec<(Account, Secret)>,
}

/// Whether clients are challenged (`CHL`), and what follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChallengePolicy {
    /// They are, and whoever answers wrong or not in time is told 540 and cut off.
    #[default]
    Enforce,
    /// They are; a wrong or missing answer is only reported.
    Send,
    /// They are not.
    Never,
}

/// The bounds of a [`Server`](crate::Server).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most links at a time; one more is closed at once.
    pub links: usize,
    /// The most rooms at a time.
    pub rooms: usize,
    /// The most rooms that one user is in while asking for another one.
    pub rooms_of_one: usize,
    /// The most people in one room, those who are being invited included.
    pub members: usize,
    /// The most contacts that one user has, on whatever lists.
    pub contacts: usize,
    /// The most groups of contacts that one user has, beside the one for those who are in none.
    pub groups: usize,
    /// The most bytes of the name of a group, percent-encoded.
    pub group_name: usize,
    /// How many changes of status, personal message, own name and settings one session makes in
    /// [`changes_in`](Self::changes_in), and how many invitations by mail; one more is refused
    /// with 800.
    pub changes: u32,
    /// How many changes of contacts and groups one session makes in that time, and how many rooms
    /// it asks for, with the same consequence.
    pub edits: u32,
    /// The time in which changes are counted.
    pub changes_in: Duration,
    /// The most bytes of a personal message document, and of the encoded object in a status. A
    /// longer document is refused with 201; with a longer object, others see none.
    pub personal: usize,
    /// The most bytes of one message in a room, its headers included.
    pub message: usize,
    /// The most events that wait for the program before no input is taken any more.
    pub events: usize,
    /// The most tickets and, each, cookies that wait to be used; the one that would expire first
    /// makes room for a new one.
    pub tickets: usize,
    /// The most sign-in requests at the HTTP listener that wait for an answer.
    pub requests: usize,
    /// The bounds of each connection to dispatch and notification server. Half of its output must
    /// hold the whole contact list, and the presence of everybody on it.
    pub notification: SessionLimits,
    /// The bounds of each connection to the switchboard: a member of a room that does not take
    /// its messages is cut off when its output is full, and the others do not notice.
    pub switchboard: SessionLimits,
    /// What connections may cost.
    pub connections: ConnectionLimits,
    /// How often somebody may try to sign in.
    pub guesses: GuessLimits,
    /// How long a client that is signed in may be silent; none for ever.
    pub idle: Option<Duration>,
    /// How long nothing may happen in a room before everybody is sent away.
    pub room_idle: Duration,
    /// After how many seconds clients are asked to ping again, from MSNP9.
    pub ping_seconds: u32,
    /// How many commands that make no sense are answered on one connection.
    pub faults: u32,
    /// How long a ticket of the sign-in page is good.
    pub ticket: Duration,
    /// How long the cookie of an `XFR` is good.
    pub room_cookie: Duration,
    /// How long the cookie of a `RNG` is good.
    pub invitation_cookie: Duration,
}

impl Default for Limits {
    /// 20,000 links, 5,000 rooms of 30, 300 of them with one user, 600 contacts, 30 groups with
    /// names of 61 bytes, 120 changes and 1,500 edits a minute, 2048 bytes a personal message, 1664
    /// bytes a message, 4,096 events, 20,000 tickets and cookies, 256
    /// requests; 15 minutes for a silent client, 5 for a silent room; 50 seconds; 16 faults;
    /// tickets 5 minutes, cookies 120 and 60 seconds.
    fn default() -> Self {
        Self {
            links: 20_000,
            rooms: 5_000,
            rooms_of_one: 300,
            members: 30,
            contacts: 600,
            groups: 30,
            group_name: 61,
            changes: 120,
            edits: 1_500,
            changes_in: Duration::from_secs(60),
            personal: 2048,
            message: msnp_codec::message::MAX_MESSAGE_LEN,
            events: 4096,
            tickets: 20_000,
            requests: 256,
            notification: SessionLimits { output: 6 * 1024 * 1024, ..SessionLimits::default() },
            switchboard: SessionLimits::default(),
            connections: ConnectionLimits::default(),
            guesses: GuessLimits::default(),
            idle: Some(Duration::from_secs(15 * 60)),
            room_idle: Duration::from_secs(5 * 60),
            ping_seconds: 50,
            faults: 16,
            ticket: Duration::from_secs(300),
            room_cookie: Duration::from_secs(120),
            invitation_cookie: Duration::from_secs(60),
        }
    }
}
