//! The answer to a `SYN`: many lines, whose end each form of it tells in another way.

use msnp_codec::command::{Contact, Counts, ServerLst, ServerSyn};
use msnp_codec::{CommandError, Problem, ServerCommand, Verb};
use msnp_core::{Account, List, ListSync, Lists, TransactionId};

use crate::connection::Connection;
use crate::{ListStamps, ListedContact, NsEvent};

/// How far the lists have come.
pub(crate) struct ListSynchronization {
    transaction: TransactionId,
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
    pub(crate) fn new(transaction: TransactionId) -> Self {
        Self { transaction, begun: None, last_contact: None }
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
            ServerCommand::Syn(syn) if syn.transaction == self.transaction => {
                self.begin(syn, connection);
                true
            }
            ServerCommand::Lsg(group) if self.begun.is_some() => {
                connection.event(NsEvent::Group {
                    id: group.id.into(),
                    name: group.name.decode().into_owned(),
                });
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

    fn begin(&mut self, syn: &ServerSyn<'_>, connection: &mut Connection<NsEvent>) {
        let stamps = ListStamps { lists: syn.lists.into(), settings: syn.settings.map(Into::into) };
        let counted = connection.version().list_sync() != ListSync::Serial;
        let unchanged = counted && syn.counts.is_none();
        self.begun = Some(match syn.counts {
            Some(Counts { contacts, groups }) => Remaining::Lines { contacts, groups },
            None if counted => Remaining::Lines { contacts: 0, groups: 0 },
            None => Remaining::Lists(
                Lists::from(List::Forward) | List::Allow | List::Block | List::Reverse,
            ),
        });
        connection.event(NsEvent::ListsBegin { stamps, unchanged });
    }

    fn line(&mut self, line: &ServerLst<'_>, connection: &mut Connection<NsEvent>) {
        match line {
            ServerLst::Everywhere { contact, lists } => {
                if let Some(Remaining::Lines { contacts, .. }) = &mut self.begun {
                    *contacts = contacts.saturating_sub(1);
                }
                self.contact(contact, *lists, connection);
            }
            ServerLst::Listed { list, place, contact } => {
                if place.position >= place.total
                    && let Some(Remaining::Lists(lists)) = &mut self.begun
                {
                    *lists = lists.without(*list);
                }
                if let Some(contact) = contact {
                    self.contact(contact, Lists::from(*list), connection);
                }
            }
        }
    }

    fn contact(
        &mut self,
        contact: &Contact<'_>,
        lists: Lists,
        connection: &mut Connection<NsEvent>,
    ) {
        let Ok(account) = Account::new(contact.account) else {
            self.last_contact = None;
            return connection.event(NsEvent::Malformed(CommandError {
                verb: Verb::new(*b"LST"),
                transaction: Some(self.transaction),
                parameter: "account",
                problem: Problem::Invalid,
            }));
        };
        self.last_contact = Some(account.clone());
        let groups = contact.groups.unwrap_or_default().split(',').filter(|id| !id.is_empty());
        let contact = ListedContact {
            account,
            name: contact.name.as_ref().map(|name| name.decode().into_owned()),
            guid: contact.guid.map(Into::into),
            network: contact.network,
            groups: groups.map(Into::into).collect(),
        };
        connection.event(NsEvent::Contact { contact, lists });
    }
}
