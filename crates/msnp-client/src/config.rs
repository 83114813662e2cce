use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use msnp_auth::passport;
use msnp_codec::command::Capabilities;
use msnp_core::{Account, Endpoint, Secret, Status, Version};
use msnp_p2p::ObjectCache;
use msnp_session::ClientProgram;

use crate::{Limits, Roster};

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
    /// What was fetched in earlier sessions, as [`Client::objects`](crate::Client::objects) had it.
    pub objects: Option<ObjectCache>,
    /// The seed of what must be different from one message to the next: the ids of long texts, and
    /// those of transfers.
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
            objects: None,
            seed: [0; 32],
            limits: Limits::default(),
        }
    }
}

/// The generation of MSN 7.0 (MSNC4), and messages in several parts.
const MSN_7_0_WITH_CHUNKS: u32 = 0x4000_0020;
