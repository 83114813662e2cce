//! How much heap follows from what bounds a server.

use alloc::collections::BTreeSet;
use alloc::string::String;

use msnp_codec::FrameLimits;
use msnp_core::{Account, LinkId, Outbox};
use msnp_session::SessionLimits;

use crate::Limits;
use crate::edit::Edit;
use crate::event::ServerEvent;
use crate::links::{Link, Notification, Switchboard};
use crate::mail::MailCounts;
use crate::room::{Invitation, Member, Room};
use crate::roster::{About, Contact, Group, Person};
use crate::service::{Online, Pending, Timer};
use crate::settings::{NAME_LEN, SETTING_LEN, SETTINGS};

impl Limits {
    /// The most heap that a [`Server`](crate::Server) with so many accounts holds, in bytes,
    /// whatever its clients do.
    ///
    /// It follows from the limits alone. Records that it is given, and what the program says about
    /// mail and puts into [`Scripted`](crate::Scripted), count as far as they are within the
    /// limits and about these accounts.
    ///
    /// By default it is [`of_accounts`](Self::of_accounts) and about 1.6 GiB: the greater part are
    /// the buffers of [`ConnectionLimits::output`](crate::ConnectionLimits::output), of which each
    /// byte may take four.
    pub const fn heap_bound(&self, accounts: usize) -> usize {
        self.of_accounts(accounts)
            .saturating_add(self.of_links())
            .saturating_add(self.of_output())
            .saturating_add(self.of_rooms())
            .saturating_add(self.of_tickets())
            .saturating_add(self.of_edits(accounts))
            .saturating_add(self.of_events(accounts))
            .saturating_add(self.connections.heap_bound(self.links))
            .saturating_add(self.guesses.heap_bound())
            .saturating_add(SessionLimits::WORK + REST)
    }

    /// The part of [`heap_bound`](Self::heap_bound) that is what people have set, their lists, and
    /// their presence.
    pub const fn of_accounts(&self, accounts: usize) -> usize {
        self.of_one_account(accounts).saturating_mul(accounts)
    }

    /// What is kept about one of so many.
    const fn of_one_account(&self, accounts: usize) -> usize {
        // Nobody else can be on a list.
        let contacts = if self.contacts < accounts { self.contacts } else { accounts };
        let contacts = contacts.saturating_mul(self.of_one_contact());
        let groups =
            self.groups.saturating_mul(in_map(size_of::<(u32, Group)>()) + self.group_name);
        // The object, and the document in a buffer that has grown.
        let shown = self.personal.saturating_mul(3);
        contacts.saturating_add(groups).saturating_add(shown).saturating_add(PERSON)
    }

    const fn of_one_contact(&self) -> usize {
        let groups = self.groups.saturating_mul(in_map(size_of::<u32>()));
        groups.saturating_add(CONTACT)
    }

    const fn of_links(&self) -> usize {
        self.links.saturating_mul(LINK)
    }

    /// What waits to be sent. A call may add to it before somebody is cut off.
    const fn of_output(&self) -> usize {
        let one = if self.notification.output > self.switchboard.output {
            self.notification.output
        } else {
            self.switchboard.output
        };
        let each = self.links.saturating_mul(one);
        let all = if each < self.connections.output { each } else { self.connections.output };
        let told = FrameLimits::SIGNED_IN.line.saturating_add(self.personal);
        let told = self.contacts.saturating_mul(told);
        let said = self.members.saturating_mul(self.message.saturating_add(1024));
        let call = one.saturating_add(told).saturating_add(said);
        Outbox::heap_bound(all.saturating_add(call), one)
    }

    const fn of_rooms(&self) -> usize {
        let members = self.members.saturating_add(1).saturating_mul(MEMBER);
        self.rooms.saturating_mul(members.saturating_add(in_map(size_of::<(u32, Room)>()) + NODE))
    }

    const fn of_tickets(&self) -> usize {
        self.tickets.saturating_add(1).saturating_mul(3 * TICKET)
    }

    /// What waits to be checked and stored, and what is being stored: everything about two people
    /// at most, as rows and as text.
    const fn of_edits(&self, accounts: usize) -> usize {
        let waiting = self.links.saturating_mul(EDIT + PENDING);
        let pages = self.requests.saturating_mul(PENDING);
        let rows = self.of_one_account(accounts).saturating_mul(2 * 4);
        waiting.saturating_add(pages).saturating_add(rows)
    }

    /// A link that ends is told of whether there is room for it or not, and may end a session and
    /// a room with it; so may a password that was checked.
    const fn of_events(&self, accounts: usize) -> usize {
        let ends = self.links.saturating_mul(6).saturating_add(self.requests);
        self.events.saturating_add(ends).saturating_add(accounts).saturating_mul(EVENT)
    }
}

/// What an entry takes in a tree whose nodes may be half empty.
pub(crate) const fn in_map(entry: usize) -> usize {
    3 * entry + 8
}

/// The first node of a tree, beside what its entries take.
const NODE: usize = 64;
/// The first node of a tree with entries of this size.
const fn first_node(entry: usize) -> usize {
    11 * entry + NODE
}

/// Somebody with no contact and no group, who is online.
const PERSON: usize = in_map(size_of::<(Account, Person)>())
    + in_map(size_of::<(Account, Online)>())
    + in_map(size_of::<(Account, MailCounts)>())
    + in_map(size_of::<(Account, BTreeSet<LinkId>)>())
    + size_of::<About>()
    + 6 * Account::MAX_LEN
    // The name as it was given, and as it is now, in a buffer that has grown.
    + 3 * NAME_LEN
    + first_node(size_of::<(Account, Contact)>())
    + first_node(size_of::<(u32, Group)>())
    + first_node(size_of::<(String, String)>())
    + first_node(size_of::<LinkId>())
    + SETTINGS.len() * (2 * SETTING_LEN + 8)
    + 256;
const CONTACT: usize = in_map(size_of::<(Account, Contact)>())
    + Account::MAX_LEN
    + NAME_LEN
    + first_node(size_of::<u32>());
/// A link with the session on it, its timers, and its places in queues; nothing waits on it.
const LINK: usize = in_map(size_of::<(LinkId, Link)>())
    + if size_of::<Notification>() > size_of::<Switchboard>() {
        size_of::<Notification>()
    } else {
        size_of::<Switchboard>()
    }
    + 4 * 2 * in_map(size_of::<(core::time::Duration, Timer)>())
    + 4 * 2 * size_of::<LinkId>()
    + in_map(size_of::<LinkId>())
    + 4 * Account::MAX_LEN
    + Outbox::heap_bound(0, 0)
    + 3 * 1024;
/// Somebody in a room, or rung.
const MEMBER: usize = 2 * size_of::<Member>()
    + in_map(size_of::<(Account, u64)>())
    + 2 * Account::MAX_LEN
    + in_map(size_of::<(u32, Timer)>());
/// A word that opens a door, its deadline, and its place among those of its user.
const TICKET: usize = in_map(size_of::<(u64, Invitation)>())
    + in_map(128)
    + 2 * in_map(size_of::<(core::time::Duration, u64)>())
    + in_map(size_of::<(Account, BTreeSet<u64>)>())
    + first_node(size_of::<u64>())
    + 3 * Account::MAX_LEN
    + 64;
/// A change: its longest word is one that the client named a group or a contact by.
const EDIT: usize =
    2 * size_of::<Edit>() + FrameLimits::SIGNED_IN.line + 3 * NAME_LEN + 3 * Account::MAX_LEN;
const PENDING: usize = in_map(size_of::<(u64, Pending)>()) + Account::MAX_LEN;
const EVENT: usize = 2 * (size_of::<ServerEvent>() + Account::MAX_LEN);
/// Addresses, and queues while they are empty.
const REST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_limits_bound_the_heap_as_their_documentation_says() {
        let bound = Limits::default().heap_bound(0) / (1024 * 1024);
        assert!((1590..1690).contains(&bound), "{bound} MiB");
    }
}
