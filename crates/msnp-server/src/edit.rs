//! Changes that must be durable before they are promised: one is stored after the other.

use alloc::string::String;
use alloc::vec::Vec;

use msnp_codec::Encoded;
use msnp_core::{Account, Effect, ErrorCode, Failure, LinkId, List, TransactionId, Version};

use crate::event::ServerEvent;
use crate::records;
use crate::roster::{About, Contact, Row};
use crate::service::{Pending, Service};

/// One change that somebody asked for.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) link: LinkId,
    pub(crate) owner: Account,
    pub(crate) version: Version,
    pub(crate) transaction: TransactionId,
    pub(crate) wish: Wish,
}

/// What is to be changed.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// Put a contact on a list, or into a group. With `guid` the client named it by that.
    Put {
        list: List,
        contact: Account,
        name: Option<String>,
        group: Option<NamedGroup>,
        guid: Option<String>,
    },
    /// Take a contact off a list or out of a group; `named` is how the client named it.
    Take { list: List, contact: Account, named: String, group: Option<NamedGroup> },
    /// A new group; `said` is how the client wrote its name.
    AddGroup { name: String, said: Encoded<'static> },
    /// Another name for a group.
    RenameGroup { group: NamedGroup, name: String, said: Encoded<'static> },
    /// Remove a group; who is in it stays on the lists.
    RemoveGroup { group: NamedGroup },
    /// The friendly name, by `PRP MFN` or by `REA`; `said` is how the client wrote it, because some
    /// wait for just that in the answer.
    Name { name: String, said: Encoded<'static>, by_setting: bool },
    /// What the user calls a contact, by `REA`, or by `SBP` with this GUID.
    NameContact { contact: Account, name: String, said: Encoded<'static>, guid: Option<String> },
    /// `GTC`.
    Asks(bool),
    /// `BLP`.
    Open(bool),
    /// `PRP`; without a value it is cleared.
    Setting { key: String, value: Option<String> },
}

/// A group, and how the client named it.
#[derive(Clone, Debug)]
pub(crate) struct NamedGroup {
    pub(crate) number: u32,
    pub(crate) id: String,
}

/// Which bound counts what a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// [`Limits::changes`](crate::Limits::changes): everybody who watches may be told.
    Changes,
    /// [`Limits::edits`](crate::Limits::edits): at most one other is told.
    Edits,
}

impl Wish {
    pub(crate) fn pace(&self) -> Pace {
        match self {
            Self::Name { .. } | Self::Asks(_) | Self::Open(_) | Self::Setting { .. } => {
                Pace::Changes
            }
            _ => Pace::Edits,
        }
    }
}

impl Service {
    /// Queues a change. No input is taken from its link until it has been answered.
    pub(crate) fn submit(&mut self, edit: Edit) {
        // Links that have gone leave their changes behind; more of them than links means that
        // nothing is being stored.
        if self.edits.len() >= self.config.limits.links {
            let code = ErrorCode::DATABASE_CONNECTION_FAILED;
            return self.refuse(edit.link, code, edit.transaction);
        }
        self.wait(edit.link);
        self.edits.push_back(edit);
        self.pump();
    }

    /// What became of the change that was being stored.
    pub(crate) fn stored(&mut self, edit: Edit, rows: Vec<Row>, result: Result<(), Failure>) {
        self.storing = false;
        match result {
            Ok(()) => self.complete(&edit, rows),
            Err(failure) => {
                let code = ErrorCode::DATABASE_CONNECTION_FAILED;
                self.refuse(edit.link, code, edit.transaction);
                self.event(ServerEvent::NotStored { account: edit.owner, failure });
            }
        }
        self.resume(edit.link);
        self.pump();
    }

    fn pump(&mut self) {
        while !self.storing
            && let Some(edit) = self.edits.pop_front()
        {
            match self.prepare(&edit) {
                Ok(rows) if rows.is_empty() => {
                    self.complete(&edit, rows);
                    self.resume(edit.link);
                }
                Ok(rows) => {
                    let changes = rows.iter().map(records::change).collect();
                    let effect = self.outputs.effect(Effect::Store(changes));
                    self.pending.insert(effect, Pending::Store { edit, rows });
                    self.storing = true;
                }
                Err(code) => {
                    self.refuse(edit.link, code, edit.transaction);
                    self.resume(edit.link);
                }
            }
        }
    }

    /// The rows that the change makes different; none where everything is as it should be.
    fn prepare(&mut self, edit: &Edit) -> Result<Vec<Row>, ErrorCode> {
        let Edit { owner, version, wish, .. } = edit;
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        let mut about = person.about.clone();
        match wish {
            Wish::Put { list, contact, name, group, .. } => {
                let (name, group) = (name.as_deref(), group.as_ref());
                return self.prepare_put(owner, *version, *list, contact, name, group);
            }
            Wish::Take { list, contact, group, .. } => {
                return self.prepare_take(owner, *version, *list, contact, group.as_ref());
            }
            Wish::AddGroup { name, .. } => return self.prepare_group(owner, name),
            Wish::RenameGroup { group, name, .. } => {
                return self.prepare_group_name(owner, group.number, name);
            }
            Wish::RemoveGroup { group } => return self.prepare_no_group(owner, group.number),
            Wish::NameContact { contact, name, .. } => {
                let entry = person.contacts.get(contact).ok_or(ErrorCode::NOT_ON_LIST)?;
                let entry = Some(Contact { name: name.clone(), ..entry.clone() });
                let (owner, contact) = (owner.clone(), contact.clone());
                let row = Row::Contact { owner: owner.clone(), contact, entry };
                return Ok([row, self.changed(&owner, about)].into());
            }
            Wish::Name { name, .. } => about.name.clone_from(name),
            Wish::Asks(asks) => about.asks = *asks,
            Wish::Open(open) => about.open = *open,
            Wish::Setting { key, value: Some(value) } => {
                drop(about.settings.insert(key.clone(), value.clone()));
            }
            // That it was set once is kept, for those who remember what it was.
            Wish::Setting { key, value: None } => {
                if let Some(value) = about.settings.get_mut(key) {
                    value.clear();
                }
            }
        }
        match about == person.about {
            true => Ok(Vec::new()),
            false => Ok([self.changed(owner, about)].into()),
        }
    }

    /// That something about these lists has changed.
    pub(crate) fn changed(&self, account: &Account, mut about: About) -> Row {
        about.serial = about.serial.wrapping_add(1).max(1);
        about.changed = self.now.unix.as_secs();
        Row::About { account: account.clone(), about }
    }
}

/// The key of the friendly name among the settings.
pub(crate) const NAME: &str = "MFN";
