//! Changes that must be durable before they are promised: `ADD`, `ADC`, `REM`, `REA`, `PRP`,
//! `GTC`, `BLP`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use msnp_codec::Encoded;
use msnp_codec::command::{
    ServerAdc, ServerAdd, ServerBlp, ServerGtc, ServerPrp, ServerRea, ServerRem,
};
use msnp_core::{
    Account, Effect, ErrorCode, Failure, Guid, LinkId, List, Lists, TransactionId, Version,
};

use crate::event::ServerEvent;
use crate::records;
use crate::roster::{About, Contact, Person, Row};
use crate::service::{Online, Pending, Service};

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
    /// Put a contact on a list; `group` is repeated in the answer.
    Put { list: List, contact: Account, name: Option<String>, group: Option<String> },
    /// Take a contact off a list; `named` is how the client named it.
    Take { list: List, contact: Account, named: String },
    /// The friendly name, by `PRP MFN` or by `REA`; `said` is how the client wrote it, because some
    /// wait for just that in the answer.
    Name { name: String, said: Encoded<'static>, by_setting: bool },
    /// What the user calls a contact.
    NameContact { contact: Account, name: String, said: Encoded<'static> },
    /// `GTC`.
    Asks(bool),
    /// `BLP`.
    Open(bool),
    /// `PRP`; without a value it is cleared.
    Setting { key: String, value: Option<String> },
}

impl Service {
    /// Queues a change. No input is taken from its link until it has been answered.
    pub(crate) fn submit(&mut self, edit: Edit) {
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
        let Edit { owner, version, .. } = edit;
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        let mut about = person.about.clone();
        match &edit.wish {
            Wish::Put { list, contact, name, .. } => {
                return self.prepare_put(owner, *version, *list, contact, name.as_deref());
            }
            Wish::Take { list, contact, .. } => return self.prepare_take(owner, *list, contact),
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
            Wish::Setting { key, value } => match value {
                Some(value) => drop(about.settings.insert(key.clone(), value.clone())),
                None => drop(about.settings.remove(key)),
            },
        }
        if about == person.about {
            return Ok(Vec::new());
        }
        Ok([self.changed(owner, about)].into())
    }

    fn prepare_put(
        &mut self,
        owner: &Account,
        version: Version,
        list: List,
        contact: &Account,
        name: Option<&str>,
    ) -> Result<Vec<Row>, ErrorCode> {
        let unknown = match version.has_guids() {
            true => ErrorCode::INVALID_ACCOUNT,
            false => ErrorCode::INVALID_USER,
        };
        let guids = [self.random.guid(), self.random.guid()];
        let [own_guid, other_guid] = guids;
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        let other = self.directory.get(contact).ok_or(unknown)?;
        if contact == owner {
            return Err(ErrorCode::INVALID_PARAMETER);
        }
        let lists = person.lists(contact);
        match list {
            // The server alone says who has added one; the client says that it has seen it.
            List::Reverse if lists.contains(List::Pending) => return Ok(Vec::new()),
            List::Pending => return Err(ErrorCode::INVALID_PARAMETER),
            _ if lists.contains(list) => return Err(ErrorCode::ALREADY_THERE),
            List::Reverse => return Err(ErrorCode::INVALID_PARAMETER),
            List::Allow if lists.contains(List::Block) => {
                return Err(ErrorCode::ALREADY_IN_OPPOSITE_LIST);
            }
            List::Block if lists.contains(List::Allow) => {
                return Err(ErrorCode::ALREADY_IN_OPPOSITE_LIST);
            }
            List::Forward | List::Allow | List::Block => {}
        }
        let mut entry = self.entry(person, contact, own_guid, &other.about.name)?;
        entry.lists |= list;
        if let Some(name) = name {
            entry.name = name.into();
        }
        if list != List::Forward && !version.has_pending_list() {
            // A client that knows no pending list decides in this way.
            entry.lists = entry.lists.without(List::Pending);
        }
        let mut rows = Vec::from([
            Row::Contact { owner: owner.clone(), contact: contact.clone(), entry: Some(entry) },
            self.changed(owner, person.about.clone()),
        ]);
        if list == List::Forward {
            let mut entry = self.entry(other, owner, other_guid, &person.about.name)?;
            entry.lists |= List::Reverse;
            if !entry.lists.contains(List::Allow) && !entry.lists.contains(List::Block) {
                entry.lists |= List::Pending;
            }
            let (owner, contact) = (contact.clone(), owner.clone());
            rows.push(self.changed(&owner, other.about.clone()));
            rows.push(Row::Contact { owner, contact, entry: Some(entry) });
        }
        Ok(rows)
    }

    fn prepare_take(
        &self,
        owner: &Account,
        list: List,
        contact: &Account,
    ) -> Result<Vec<Row>, ErrorCode> {
        if list == List::Reverse {
            return Err(ErrorCode::INVALID_PARAMETER);
        }
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        let entry = person.contacts.get(contact).filter(|entry| entry.lists.contains(list));
        let entry = entry.ok_or(ErrorCode::NOT_ON_LIST)?.clone();
        let mut rows = Vec::from([
            without(owner, contact, entry, &[list]),
            self.changed(owner, person.about.clone()),
        ]);
        if list == List::Forward
            && let Some(other) = self.directory.get(contact)
            && let Some(entry) = other.contacts.get(owner)
        {
            rows.push(without(contact, owner, entry.clone(), &[List::Reverse, List::Pending]));
            rows.push(self.changed(contact, other.about.clone()));
        }
        Ok(rows)
    }

    /// The entry as it is, or a new one.
    fn entry(
        &self,
        person: &Person,
        contact: &Account,
        guid: Guid,
        name: &str,
    ) -> Result<Contact, ErrorCode> {
        match person.contacts.get(contact) {
            Some(entry) => Ok(entry.clone()),
            None if person.contacts.len() >= self.config.limits.contacts => {
                Err(ErrorCode::LIST_FULL)
            }
            None => Ok(Contact { lists: Lists::NONE, guid, name: name.into() }),
        }
    }

    fn changed(&self, account: &Account, mut about: About) -> Row {
        about.serial = about.serial.wrapping_add(1).max(1);
        about.changed = self.now.unix.as_secs();
        Row::About { account: account.clone(), about }
    }

    /// Makes the change true, answers it, and tells others what follows from it.
    fn complete(&mut self, edit: &Edit, rows: Vec<Row>) {
        let owner = &edit.owner;
        let before = self.viewers(owner);
        self.directory.apply_all(rows);
        self.confirm(edit);
        match &edit.wish {
            Wish::Put { list: List::Forward, contact, .. } => {
                self.tell_listed(contact, owner, true);
                if self.directory.permission(owner, contact).see {
                    self.tell_presence(edit.link, contact, Some(edit.transaction));
                    self.tell_personal(edit.link, contact, false);
                }
            }
            Wish::Take { list: List::Forward, contact, .. } => {
                self.tell_listed(contact, owner, false);
            }
            Wish::Name { .. } if self.is_shown(owner) => self.announce(owner, false),
            _ => {}
        }
        if self.is_shown(owner) {
            let after = self.viewers(owner);
            for viewer in before.iter().filter(|viewer| !after.contains(viewer)) {
                self.tell_gone(*viewer, owner);
            }
            for viewer in after.iter().filter(|viewer| !before.contains(viewer)) {
                self.tell_presence(*viewer, owner, None);
                self.tell_personal(*viewer, owner, false);
            }
        }
    }

    fn is_shown(&self, account: &Account) -> bool {
        self.online.get(account).is_some_and(|online| online.shown().is_some())
    }

    fn confirm(&mut self, edit: &Edit) {
        let Edit { link, owner, version, transaction, wish } = edit;
        let (link, transaction, version) = (*link, *transaction, *version);
        let serial = self.serial(owner, version);
        let serials = version.has_list_serials();
        let optional = serials.then_some(serial.as_str());
        match wish {
            Wish::Put { list, contact, name, group } => {
                let entry = self.directory.get(owner).and_then(|p| p.contacts.get(contact));
                let known = entry.map(|entry| entry.name.clone()).unwrap_or_default();
                if serials {
                    let name = name.clone().unwrap_or(known);
                    let (list, serial) = (*list, serial.as_str());
                    let (account, group) = (contact.as_str(), group.as_deref());
                    let name = Some(Encoded::new(&name));
                    let add = ServerAdd { transaction, list, serial, account, name, group };
                    return self.tell(link, add);
                }
                let forward = *list == List::Forward;
                let guid = entry.filter(|_| forward).map(|entry| entry.guid.to_string());
                let name = forward.then(|| Encoded::new(&known));
                let (account, guid) = (Some(contact.as_str()), guid.as_deref());
                let adc = ServerAdc { transaction, list: *list, account, name, guid, group: None };
                self.tell(link, adc);
            }
            Wish::Take { list, named, .. } => {
                let (list, contact) = (*list, named.as_str());
                let rem = ServerRem { transaction, list, serial: optional, contact, group: None };
                self.tell(link, rem);
            }
            Wish::Name { said, by_setting: true, .. } => {
                let (transaction, value) = (Some(transaction), Some(said.clone()));
                self.tell(link, ServerPrp { transaction, serial: optional, key: NAME, value });
            }
            Wish::Name { said, by_setting: false, .. } => {
                let (account, name) = (owner.as_str(), said.clone());
                self.tell(link, ServerRea { transaction, serial: &serial, account, name });
            }
            Wish::NameContact { contact, said, .. } => {
                let (account, name) = (contact.as_str(), said.clone());
                self.tell(link, ServerRea { transaction, serial: &serial, account, name });
            }
            Wish::Asks(asks) => {
                let (transaction, setting) = (Some(transaction), asks_setting(*asks));
                self.tell(link, ServerGtc { transaction, serial: optional, setting });
            }
            Wish::Open(open) => {
                let (transaction, setting) = (Some(transaction), open_setting(*open));
                self.tell(link, ServerBlp { transaction, serial: optional, setting });
            }
            Wish::Setting { key, value } => {
                let transaction = Some(transaction);
                let value = value.as_deref().map(Encoded::new);
                self.tell(link, ServerPrp { transaction, serial: optional, key, value });
            }
        }
    }

    /// Tells somebody that they are on another's forward list, or no longer.
    fn tell_listed(&mut self, to: &Account, by: &Account, added: bool) {
        let Some(Online { link, version, .. }) = self.online.get(to).cloned() else { return };
        let transaction = TransactionId::ASYNCHRONOUS;
        let list = List::Reverse;
        let serial = self.serial(to, version);
        let name = self.directory.name(by).to_string();
        let name = Some(Encoded::new(&name));
        match (added, version.has_list_serials()) {
            (true, true) => {
                let (account, group) = (by.as_str(), None);
                let serial = serial.as_str();
                self.tell(link, ServerAdd { transaction, list, serial, account, name, group });
            }
            (true, false) => {
                let (account, guid, group) = (Some(by.as_str()), None, None);
                self.tell(link, ServerAdc { transaction, list, account, name, guid, group });
            }
            (false, serials) => {
                let serial = serials.then_some(serial.as_str());
                let (contact, group) = (by.as_str(), None);
                self.tell(link, ServerRem { transaction, list, serial, contact, group });
            }
        }
    }
}

/// The key of the friendly name among the settings.
pub(crate) const NAME: &str = "MFN";

pub(crate) fn asks_setting(asks: bool) -> &'static str {
    if asks { "A" } else { "N" }
}

pub(crate) fn open_setting(open: bool) -> &'static str {
    if open { "AL" } else { "BL" }
}

fn without(owner: &Account, contact: &Account, entry: Contact, lists: &[List]) -> Row {
    let left = lists.iter().fold(entry.lists, |left, list| left.without(*list));
    let entry = (!left.is_empty()).then_some(Contact { lists: left, ..entry });
    Row::Contact { owner: owner.clone(), contact: contact.clone(), entry }
}
