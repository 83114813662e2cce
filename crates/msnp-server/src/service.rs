//! The state that all services share, and the steps that all of them take.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;
use msnp_codec::command::Capabilities;
use msnp_codec::{Encoded, ServerCommand};
use msnp_core::{
    Account, EffectId, Endpoint, ErrorCode, LinkId, Now, Outputs, Random, RequestId, Status,
    Timers, TransactionId, Version,
};

use crate::config::Config;
use crate::edit::Edit;
use crate::event::{Addresses, Ending, Refusal, ServerError, ServerEvent, ServiceKind};
use crate::guesses::{Attempt, Guesses};
use crate::links::Links;
use crate::mail::MailCounts;
use crate::room::{Invitation, OwnRoom, Room};
use crate::roster::{Directory, Row};
use crate::stamp;
use crate::tickets::Tickets;

pub(crate) struct Service {
    pub(crate) config: Config,
    /// The time of the current call.
    pub(crate) now: Now,
    pub(crate) random: Random,
    pub(crate) links: Links,
    pub(crate) directory: Directory,
    pub(crate) online: BTreeMap<Account, Online>,
    pub(crate) rooms: BTreeMap<u32, Room>,
    /// The links to the switchboard of everybody who is in a room, signed in or not.
    pub(crate) seats: BTreeMap<Account, BTreeSet<LinkId>>,
    /// What the program says about mail.
    pub(crate) mail: BTreeMap<Account, MailCounts>,
    /// When the service goes down, where that has been announced.
    pub(crate) maintenance: Option<Duration>,
    /// Tickets of the sign-in page.
    pub(crate) tickets: Tickets<Account>,
    /// Cookies of `XFR`.
    pub(crate) own_rooms: Tickets<OwnRoom>,
    /// Cookies of `RNG`.
    pub(crate) invitations: Tickets<Invitation>,
    pub(crate) guesses: Guesses,
    pub(crate) timers: Timers<Timer>,
    pub(crate) outputs: Outputs<ServerEvent, ServerError>,
    /// Links whose input was refused because the program does not take events.
    pub(crate) stalled: VecDeque<LinkId>,
    pub(crate) pending: BTreeMap<EffectId, Pending>,
    /// How many of the pending are sign-in pages.
    pub(crate) pages: usize,
    /// Changes that wait for their turn: one is stored at a time, so that each is decided upon
    /// what all before it made true.
    pub(crate) edits: VecDeque<Edit>,
    pub(crate) storing: bool,
    pub(crate) listening: BTreeMap<ServiceKind, Endpoint>,
    pub(crate) addresses: Option<Addresses>,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Online {
    pub(crate) link: LinkId,
    pub(crate) version: Version,
    /// None before the first `CHG`.
    pub(crate) presence: Option<Presence>,
    /// The personal message document; empty where there is none.
    pub(crate) personal: Bytes,
    /// Whether rooms may be asked for and invitations come (`IMS`).
    pub(crate) takes_invitations: bool,
}

/// What `CHG` set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Presence {
    pub(crate) status: Status,
    pub(crate) capabilities: Option<Capabilities>,
    pub(crate) object: Option<Encoded<'static>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The session on a link wants to be called.
    Session(LinkId),
    /// A client is to be challenged.
    Challenge(LinkId),
    /// A challenge has not been answered.
    Unanswered(LinkId),
    /// A room may have been idle for too long.
    Room(u32),
    /// Commands of a link are taken again.
    Paused(LinkId),
}

/// What waits for the answer to an effect.
pub(crate) enum Pending {
    Listen(ServiceKind),
    /// A proof on a link.
    Proof {
        link: LinkId,
        account: Account,
        attempt: Attempt,
    },
    /// A password at the sign-in page.
    Page {
        request: RequestId,
        account: Account,
        attempt: Attempt,
    },
    Store {
        edit: Edit,
        rows: Vec<Row>,
    },
}

impl Online {
    /// The presence, where others may know of it.
    pub(crate) fn shown(&self) -> Option<&Presence> {
        let hidden = |presence: &&Presence| presence.status.as_seen_by_others() == Status::OFFLINE;
        self.presence.as_ref().filter(|presence| !hidden(presence))
    }
}

impl Service {
    /// Sends something to the client on a link to the notification server.
    pub(crate) fn tell<'c>(&mut self, link: LinkId, command: impl Into<ServerCommand<'c>>) {
        if let Some(notification) = self.links.notification(link) {
            notification.server.send(&command.into());
        }
    }

    /// Refuses a command on a link to the notification server.
    pub(crate) fn refuse(&mut self, link: LinkId, code: ErrorCode, transaction: TransactionId) {
        if let Some(notification) = self.links.notification(link) {
            notification.server.error(code, Some(transaction));
        }
    }

    /// Input from this link is not taken until [`resume`](Self::resume).
    pub(crate) fn wait(&mut self, link: LinkId) {
        if let Some(known) = self.links.touch(link) {
            known.waiting = true;
        }
        self.dirty(link);
    }

    pub(crate) fn resume(&mut self, link: LinkId) {
        if let Some(known) = self.links.touch(link) {
            known.waiting = false;
        }
        self.dirty(link);
    }

    /// The driver must ask again what the link waits for.
    pub(crate) fn dirty(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(id)
            && !link.dirty
        {
            link.dirty = true;
            self.outputs.dirty(id);
        }
    }

    /// Whether so many events wait for the program that no input is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.outputs.events_waiting() >= self.config.limits.events
    }

    pub(crate) fn event(&mut self, event: ServerEvent) {
        self.outputs.event(event);
    }

    pub(crate) fn report_refusal(&mut self, account: Account, why: Refusal) {
        self.event(ServerEvent::Refused { account, why });
    }

    pub(crate) fn signed_out(&mut self, account: Account, why: Ending) {
        self.event(ServerEvent::SignedOut { account, why });
    }

    pub(crate) fn address(&self, of: impl Fn(&Addresses) -> &Endpoint) -> String {
        self.addresses.as_ref().map(|all| of(all).to_string()).unwrap_or_default()
    }

    /// The serial number of somebody's lists as this version writes it.
    pub(crate) fn serial(&self, account: &Account, version: Version) -> String {
        let Some(person) = self.directory.get(account) else { return "0".into() };
        stamp::serial(&person.about, version)
    }
}
