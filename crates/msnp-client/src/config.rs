use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use msnp_auth::passport;
use msnp_codec::command::Capabilities;
use msnp_codec::message::ReassemblyLimits;
use msnp_core::{Account, Endpoint, Secret, Status, Version};
use msnp_session::{ClientProgram, SessionLimits};

use crate::Roster;

/// Everything a [`Client`](crate::Client) needs to know before it begins.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who signs in.
    pub account: Account,
    /// With which password.
    pub password: Secret,
    /// The dispatch or notification server to begin with.
    pub server: Endpoint,
    /// The web page that names the sign-in page (MSNP8 to 12), an `http:` or `https:` address.
    pub nexus: String,
    /// The versions to offer, the preferred first. The server chooses.
    pub versions: Vec<Version>,
    /// The status to take at once. Nobody sees the user online, and no room can be opened, before
    /// the first one; none leaves that to the program.
    pub initial_status: Option<Status>,
    /// What the program says that it can do.
    pub capabilities: Capabilities,
    /// What the program says that it is.
    pub program: ClientProgram,
    /// How long after one sign of life to ask for the next: after signing in, and after each answer
    /// to the last question. A server may want to be asked sooner (MSNP9 and later).
    pub keepalive: Duration,
    /// The lists as [`Client::roster`](crate::Client::roster) had them at the end of an earlier
    /// session: the server sends only what is newer.
    pub roster: Option<Roster>,
    /// The seed of what must be different from one message to the next: the ids of long texts.
    pub seed: [u8; 32],
    /// Bounds.
    pub limits: Limits,
}

impl Config {
    /// The versions that this client speaks, the newest first.
    pub const VERSIONS: [Version; 11] = [
        Version::MSNP12,
        Version::MSNP11,
        Version::MSNP10,
        Version::MSNP9,
        Version::MSNP8,
        Version::MSNP7,
        Version::MSNP6,
        Version::MSNP5,
        Version::MSNP4,
        Version::MSNP3,
        Version::MSNP2,
    ];

    /// A client of this server, that goes online at once and offers every version it speaks.
    pub fn new(account: Account, password: Secret, server: Endpoint) -> Self {
        Self {
            account,
            password,
            server,
            nexus: String::from(passport::NEXUS),
            versions: Self::VERSIONS.to_vec(),
            initial_status: Some(Status::ONLINE),
            capabilities: Capabilities::new(MSN_7_0_WITH_CHUNKS),
            program: ClientProgram::default(),
            keepalive: Duration::from_secs(45),
            roster: None,
            seed: [0; 32],
            limits: Limits::default(),
        }
    }
}

/// The generation of MSN 7.0 (MSNC4), and messages in several parts.
const MSN_7_0_WITH_CHUNKS: u32 = 0x4000_0020;

/// The bounds of a [`Client`](crate::Client).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of each connection.
    pub session: SessionLimits,
    /// The most events that wait for the program before input is no longer taken.
    pub events: usize,
    /// The most contacts.
    pub contacts: usize,
    /// The most groups.
    pub groups: usize,
    /// The most bytes that contacts, groups and settings together may take, with names, pictures
    /// and all else that is known of them. It is an estimate, and may be passed by a quarter.
    pub roster: usize,
    /// The most conversations, and the most rooms.
    pub conversations: usize,
    /// The most messages of one conversation that wait for somebody to come.
    pub waiting: usize,
    /// How long such a message waits, and how long somebody who is rung may take to come.
    pub patience: Duration,
    /// Of messages that come in several parts.
    pub reassembly: ReassemblyLimits,
    /// How often the server may send the client elsewhere, and a web page to another.
    pub redirects: u8,
}

impl Default for Limits {
    /// 256 events, 20,000 contacts, 100 groups, 64 MiB of both, 64 conversations, 32 messages for 60
    /// seconds, 5 redirections.
    fn default() -> Self {
        Self {
            session: SessionLimits::default(),
            events: 256,
            contacts: 20_000,
            groups: 100,
            roster: 64 * 1024 * 1024,
            conversations: 64,
            waiting: 32,
            patience: Duration::from_secs(60),
            reassembly: ReassemblyLimits::default(),
            redirects: 5,
        }
    }
}
