//! One row of one peer, in a process of its own.

mod ours;
mod sdk;
mod tally;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use crate::peer::tally::Tally;
use crate::work::Work;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// `msnp11-sdk` on one thread.
    Sdk,
    /// `msnp11-sdk` on as many threads as there are processors.
    SdkThreads,
    /// Our client on tokio, on one thread.
    Tokio,
    /// Our client on a plain thread.
    Blocking,
}

/// Where the server is.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The host of the notification server, and its port.
    pub(crate) ns: (String, u16),
    /// The page that names the sign-in page.
    pub(crate) nexus: String,
    /// How long nothing may happen there before the peer is taken to have lost its way.
    pub(crate) patience: Duration,
}

/// Does this work as this peer; the process ends when it is done.
pub(crate) fn run(peer: Peer, work: Work, places: &Places) -> Result<(), String> {
    let tally: &'static Tally = Box::leak(Box::new(Tally::new(work)));
    tally.watch(places.patience);
    match peer {
        Peer::Sdk => sdk::run(tokio::runtime::Builder::new_current_thread(), tally, work, places),
        Peer::SdkThreads => {
            sdk::run(tokio::runtime::Builder::new_multi_thread(), tally, work, places)
        }
        Peer::Tokio => ours::on_tokio(tally, work, places),
        Peer::Blocking => ours::on_a_thread(tally, work, places),
    }
}

impl Peer {
    /// All, in the order of the table.
    pub(crate) const ALL: [Self; 4] = [Self::Sdk, Self::SdkThreads, Self::Tokio, Self::Blocking];

    /// Whether it is ours.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Tokio | Self::Blocking)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sdk => "msnp11-sdk",
            Self::SdkThreads => "msnp11-sdk-threads",
            Self::Tokio => "msnp-tokio",
            Self::Blocking => "msnp-blocking",
        })
    }
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|peer| peer.to_string() == text);
        named.ok_or_else(|| format!("{text:?} is no peer, such as msnp-tokio"))
    }
}

impl Places {
    /// What the process of the server has said.
    pub(crate) fn read(line: &str) -> Result<Self, String> {
        let said: Value = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
        let text = |key: &str| said[key].as_str().ok_or_else(|| format!("{line}: no {key}"));
        let ns = text("ns")?.rsplit_once(':').ok_or("no port")?;
        let port = ns.1.parse().map_err(|_| "no port")?;
        let patience = said["patience_s"].as_u64().ok_or("no patience_s")?;
        Ok(Self {
            ns: (ns.0.into(), port),
            nexus: text("nexus")?.into(),
            patience: Duration::from_secs(patience),
        })
    }
}
