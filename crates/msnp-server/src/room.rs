//! What a room is.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use msnp_core::{Account, LinkId, Version};

/// A switchboard session.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// In the order in which they came.
    pub(crate) members: Vec<Member>,
    /// Who is being invited, and the number of the cookie.
    pub(crate) ringing: BTreeMap<Account, u64>,
    /// When something last happened.
    pub(crate) active: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) account: Account,
    pub(crate) link: LinkId,
}

/// What the cookie of an `XFR` opens: a room of one's own.
#[derive(Clone, Debug)]
pub(crate) struct OwnRoom {
    pub(crate) account: Account,
    /// The session that asked; the cookie dies with it.
    pub(crate) link: LinkId,
    pub(crate) version: Version,
}

/// What the cookie of a `RNG` opens.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub(crate) account: Account,
    /// The session that was rung; the cookie dies with it.
    pub(crate) link: LinkId,
    pub(crate) version: Version,
    pub(crate) room: u32,
}

impl Room {
    pub(crate) fn has(&self, account: &Account) -> bool {
        self.members.iter().any(|member| member.account == *account)
    }

    /// The links of all but one.
    pub(crate) fn others(&self, own: LinkId) -> Vec<LinkId> {
        self.members.iter().map(|member| member.link).filter(|link| *link != own).collect()
    }
}
