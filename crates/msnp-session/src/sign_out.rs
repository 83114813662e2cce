use core::fmt;

use alloc::boxed::Box;

/// Why a server ended the session: what follows `OUT`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignOut {
    /// No reason given.
    Plain,
    /// `OTH`: the account signed in elsewhere. Signing in again by itself would start a fight.
    Elsewhere,
    /// `SSD`: the server goes down.
    ServerDown,
    /// `MIG`: the account moves to another server; begin again at the first one (MSNP10 and
    /// later).
    Migrating,
    /// `TOU`: the user has not accepted the terms of use (MSNP10 and later).
    TermsOfUse,
    /// `RCT`: come back after this many minutes (MSNP11 and later).
    ReconnectAfter(u32),
    /// Another word.
    Other(Box<str>),
}

impl SignOut {
    /// Reads what follows `OUT`.
    pub fn parse(reason: Option<&str>, minutes: Option<u32>) -> Self {
        match (reason, minutes) {
            (None, _) => Self::Plain,
            (Some("OTH"), _) => Self::Elsewhere,
            (Some("SSD"), _) => Self::ServerDown,
            (Some("MIG"), _) => Self::Migrating,
            (Some("TOU"), _) => Self::TermsOfUse,
            (Some("RCT"), minutes) => Self::ReconnectAfter(minutes.unwrap_or_default()),
            (Some(other), _) => Self::Other(other.into()),
        }
    }
}

impl fmt::Display for SignOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => f.write_str("no reason given"),
            Self::Elsewhere => f.write_str("the account signed in elsewhere"),
            Self::ServerDown => f.write_str("the server goes down"),
            Self::Migrating => f.write_str("the account moves to another server"),
            Self::TermsOfUse => f.write_str("the terms of use are not accepted"),
            Self::ReconnectAfter(minutes) => write!(f, "come back after {minutes} minutes"),
            Self::Other(word) => write!(f, "{word}"),
        }
    }
}
