//! The answer to a `SYN`: many lines, whose end each form of it tells in another way.

use msnp_codec::command::{Counts, ServerLsg, ServerLst, ServerSyn};
use msnp_codec::{CommandError, Problem, ServerCommand, Verb};
use msnp_core::{Account, List, ListSync, Lists, TransactionId};

use crate::connection::Connection;
use crate::{ListStamps, ListedContact, NsEvent};

/// How far the lists have come.
pub(crate) struct ListSynchronization {
    transaction: TransactionId,
    /// The stamps that the request named.
    known: Option<ListStamps>,
    begun: Option<Remaining>,
    last_contact: Option<Account>,
}

/// What has yet to come.
enum Remaining {
    /// So many lines (MSNP8 and later).
    Lines { contacts: u32, groups: u32 },
    /// The ends of these lists (MSNP7 and earlier).
    Lists(Lists),
}

impl ListSynchronization {
    pub(crate) fn new(transaction: TransactionId, known: Option<ListStamps>) -> Self {
        Self { transaction, known, begun: None, last_contact: None }
    }

    pub(crate) fn transaction(&self) -> TransactionId {
        self.transaction
    }

    /// The contact that the last line named: a `BPR` that follows is about it.
    pub(crate) fn last_contact(&self) -> Option<&Account> {
        self.last_contact.as_ref()
    }

    pub(crate) fn is_complete(&self) -> bool {
        match &self.begun {
            None => false,
            Some(Remaining::Lines { contacts, groups }) => *contacts == 0 && *groups == 0,
            Some(Remaining::Lists(lists)) => lists.is_empty(),
        }
    }

    /// Takes a line that belongs to the answer; says whether it was one.
    pub(crate) fn take(
        &mut self,
        command: &ServerCommand<'_>,
        connection: &mut Connection<NsEvent>,
    ) -> bool {
        match command {
            // Lists begin once: one that begins again would never end.
            ServerCommand::Syn(syn)
                if syn.transaction == self.transaction && self.begun.is_none() =>
            {
                self.begin(syn, connection);
                true
            }
            ServerCommand::Lsg(group) if self.begun.is_some() => {
                report_group(group, connection);
                if let Some(Remaining::Lines { groups, .. }) = &mut self.begun {
                    *groups = groups.saturating_sub(1);
                }
                true
            }
            ServerCommand::Lst(line) if self.begun.is_some() => {
                self.line(line, connection);
                true
            }
            _ => false,
        }
    }

    /// Counts a line that cannot be read: those after it are still of the answer, and it ends.
    pub(crate) fn pass_over(&mut self, verb: Verb) {
        if let Some(Remaining::Lines { contacts, groups }) = &mut self.begun {
            let lines = match verb.as_bytes() {
                b"LST" => contacts,
                b"LSG" => groups,
                _ => return,
            };
            *lines = lines.saturating_sub(1);
        }
    }

    fn begin(&mut self, syn: &ServerSyn<'_>, connection: &mut Connection<NsEvent>) {
        let stamps = ListStamps { lists: syn.lists.into(), settings: syn.settings.map(Into::into) };
        let counted = connection.version().list_sync() != ListSync::Serial;
        // A server that counts says so by counting nothing; earlier ones repeat the number.
        let unchanged = match &self.known {
            None => false,
            Some(_) if counted => syn.counts.is_none(),
            Some(known) => *known.lists == *syn.lists,
        };
        let nothing = Remaining::Lines { contacts: 0, groups: 0 };
        self.begun = Some(match syn.counts {
            _ if unchanged => nothing,
            Some(Counts { contacts, groups }) => Remaining::Lines { contacts, groups },
            None if counted => nothing,
            None => Remaining::Lists(
                Lists::from(List::Forward) | List::Allow | List::Block | List::Reverse,
            ),
        });
        connection.event(NsEvent::ListsBegin { stamps, unchanged });
    }

    fn line(&mut self, line: &ServerLst<'_>, connection: &mut Connection<NsEvent>) {
        match (line, &mut self.begun) {
            (ServerLst::Everywhere { .. }, Some(Remaining::Lines { contacts, .. })) => {
                *contacts = contacts.saturating_sub(1);
            }
            (ServerLst::Listed { list, place, .. }, Some(Remaining::Lists(lists)))
                if place.position >= place.total =>
            {
                *lists = lists.without(*list);
            }
            _ => {}
        }
        self.last_contact = report_line(line, connection);
    }
}

/// Tells of a group.
pub(crate) fn report_group(group: &ServerLsg<'_>, connection: &mut Connection<NsEvent>) {
    let (id, name) = (group.id.into(), group.name.decode().into_owned());
    connection.event(NsEvent::Group { id, name });
}

/// Tells of the contact on a line, and gives its account.
pub(crate) fn report_line(
    line: &ServerLst<'_>,
    connection: &mut Connection<NsEvent>,
) -> Option<Account> {
    let (contact, lists) = match line {
        ServerLst::Everywhere { contact, lists } => (contact, *lists),
        ServerLst::Listed { list, contact, .. } => (contact.as_ref()?, Lists::from(*list)),
    };
    let Ok(account) = Account::new(contact.account) else {
        connection.event(NsEvent::Malformed(CommandError {
            verb: Verb::new(*b"LST"),
            transaction: None,
            parameter: "account",
            problem: Problem::Invalid,
        }));
        return None;
    };
    let groups = contact.groups.unwrap_or_default().split(',').filter(|id| !id.is_empty());
    let listed = ListedContact {
        account: account.clone(),
        name: contact.name.as_ref().map(|name| name.decode().into_owned()),
        guid: contact.guid.map(Into::into),
        network: contact.network,
        groups: groups.map(Into::into).collect(),
    };
    connection.event(NsEvent::Contact { contact: listed, lists });
    Some(account)
}
