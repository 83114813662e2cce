//! The process that the peers connect to: our server, and the contacts who are online.

mod crowd;
mod relay;

use std::fmt;
use std::io::{BufRead, stdin};
use std::str::FromStr;
use std::thread;

use bytes::Bytes;
use msnp::core::{Account, Guid, Secret};
use msnp::server::{
    Addresses, ChallengePolicy, Config, ConnectionLimits, InMemory, Limits, NEXUS_PATH, Server,
    ServerEvent,
};
use msnp::session::SessionLimits;
use msnp::tokio::Driver;
use serde_json::json;
use tokio::sync::watch;

use crate::outcome;
use crate::work::{self, MEASURED, PASSWORD, Work};

/// How the bytes of the server come to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// As they come.
    Direct,
    /// Whole commands, at most 1,664 bytes of them, and no more before those have been read: what
    /// the SDK reads at once. It loses its way where a read cuts a command.
    Gentle,
}

impl Network {
    /// How many seconds a peer may be told nothing. Our client says only at the end of its list
    /// that there are contacts.
    fn patience(self) -> u64 {
        match self {
            Self::Direct => 5,
            Self::Gentle => 60,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Direct => "direct",
            Self::Gentle => "gentle",
        })
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = [Self::Direct, Self::Gentle].into_iter().find(|one| one.to_string() == text);
        named.ok_or_else(|| format!("{text:?} is no network: direct or gentle"))
    }
}

/// Serves this work until the process is ended.
pub(crate) fn run(work: Work, network: Network) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    let server = Server::new(config(work)?, records(work)).map_err(|error| error.to_string())?;
    let mut performer = InMemory::new();
    for who in (0..work.online()).map(work::account).chain([MEASURED.into()]) {
        performer = performer.password(account(&who)?, Secret::from(PASSWORD));
    }
    let mut driver = Driver::builder(server).performer(performer).build();
    runtime.block_on(async move {
        while let Some(event) = driver.next().await {
            if let ServerEvent::Listening(at) = event.map_err(|error| error.to_string())? {
                thread::spawn(move || {
                    if let Err(why) = populate(work, network, &at) {
                        eprintln!("  the contacts: {why}");
                    }
                });
            }
        }
        Err("the server has ended".into())
    })
}

/// Brings everybody online, says where the server is, and lets them begin when told to.
fn populate(work: Work, network: Network, at: &Addresses) -> Result<(), String> {
    let ns = at.notification.to_string();
    let (go, begin) = watch::channel(false);
    let crowd = crowd::Crowd::sign_in(work, &at.notification, &nexus(at), &begin)?;
    let ns = match network {
        Network::Direct => ns,
        Network::Gentle => {
            relay::before(at.switchboard.port())?;
            relay::before(at.notification.port())?
        }
    };
    outcome::say(
        &json!({ "ns": ns, "nexus": nexus(at), "patience_s": network.patience() }).to_string(),
    );
    thread::spawn(move || {
        let mut line = String::new();
        if matches!(stdin().lock().read_line(&mut line), Ok(1..)) {
            go.send_replace(true);
        }
    });
    crowd.run()
}

fn nexus(at: &Addresses) -> String {
    format!("http://{}{NEXUS_PATH}", at.http)
}

/// Everything as usual, but for limits that are about somebody who does so much.
fn config(work: Work) -> Result<Config, String> {
    let mut config = Config::new([7; 32]);
    config.challenge = ChallengePolicy::Never;
    config = config.account(account(MEASURED)?, MEASURED);
    for number in 0..work.contacts() {
        config = config.account(account(&work::account(number))?, work::name(number));
    }
    let output = 64 * 1024 * 1024;
    let connections = ConnectionLimits {
        of_one_address: 20_000,
        strangers_of_one_address: 5_000,
        notification_commands: None,
        ..config.limits.connections
    };
    config.limits = Limits {
        connections,
        contacts: 20_000,
        changes: u32::MAX,
        edits: u32::MAX,
        notification: SessionLimits { output, ..config.limits.notification },
        switchboard: SessionLimits { output, ..config.limits.switchboard },
        ..config.limits
    };
    Ok(config)
}

/// What an earlier server would have stored: everybody has the one who is measured on the lists,
/// and the other way round.
fn records(work: Work) -> impl Iterator<Item = (String, Bytes)> {
    (0..work.contacts()).flat_map(|number| {
        let contact = work::account(number);
        [(MEASURED, contact.as_str()), (contact.as_str(), MEASURED)].map(|(owner, other)| {
            let name = if owner == MEASURED { work::name(number) } else { MEASURED.into() };
            let mut guid = [7; 16];
            guid[..4].copy_from_slice(&number.to_be_bytes());
            // Forward, allow and reverse list.
            let value = format!("lists=11\nguid={}\nname={name}\n", Guid::from_bytes(guid));
            (format!("contact/{owner},{other}"), value.into())
        })
    })
}

fn account(text: &str) -> Result<Account, String> {
    Account::new(text).map_err(|error| format!("{text}: {error}"))
}
