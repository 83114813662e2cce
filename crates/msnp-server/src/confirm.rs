//! What follows from a change that was made: its answer, and what others are told.

use alloc::string::ToString;
use alloc::vec::Vec;

use msnp_codec::Encoded;
use msnp_codec::command::{
    ServerAdc, ServerAdd, ServerAdg, ServerBlp, ServerGtc, ServerPrp, ServerRea, ServerReg,
    ServerRem, ServerRmg, ServerSbp,
};
use msnp_core::{Account, List, TransactionId};

use crate::edit::{Edit, NAME, NamedGroup, Wish};
use crate::roster::{Row, SHOWN_SETTINGS};
use crate::service::{Online, Service};
use crate::settings::{asks_setting, open_setting};

impl Service {
    /// Makes the change true, answers it, and tells others what follows from it.
    pub(crate) fn complete(&mut self, edit: &Edit, rows: Vec<Row>) {
        let owner = &edit.owner;
        let before = self.viewers(owner);
        let told = !rows.is_empty() && self.is_shown(owner);
        let on_forward = |contact: &Account| {
            let person = self.directory.get(owner);
            person.is_some_and(|person| person.lists(contact).contains(List::Forward))
        };
        let added = match &edit.wish {
            Wish::Put { list: List::Forward, contact, .. } if !on_forward(contact) => Some(contact),
            _ => None,
        };
        self.directory.apply_all(rows);
        self.confirm(edit);
        if let Some(contact) = added {
            self.tell_listed(contact, owner, true);
            self.tell_settings(edit.link, contact, &SHOWN_SETTINGS);
            if self.directory.permission(owner, contact).see {
                self.tell_presence(edit.link, contact, Some(edit.transaction));
                self.tell_personal(edit.link, contact, false);
            }
        }
        match &edit.wish {
            Wish::Take { list: List::Forward, contact, group: None, .. } => {
                self.tell_listed(contact, owner, false);
            }
            Wish::Name { .. } if told => self.announce(owner, false),
            Wish::Setting { key, .. } if told => {
                let shown = SHOWN_SETTINGS.contains(&key.as_str());
                for viewer in before.iter().filter(|_| shown) {
                    self.tell_settings(*viewer, owner, &[key]);
                }
            }
            _ => {}
        }
        if told {
            let after = self.viewers(owner);
            for viewer in before.iter().filter(|viewer| !after.contains(viewer)) {
                self.tell_gone(*viewer, owner);
            }
            for viewer in after.iter().filter(|viewer| !before.contains(viewer)) {
                self.tell_settings_made(*viewer, owner);
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
            Wish::Put { .. } => self.confirm_put(edit),
            Wish::Take { list, named, group, .. } => {
                let (list, contact) = (*list, named.as_str());
                let group = group.as_ref().map(|group| group.id.as_str());
                self.tell(link, ServerRem { transaction, list, serial: optional, contact, group });
            }
            Wish::AddGroup { name, said } => {
                let person = self.directory.get(owner);
                let id = person.and_then(|person| {
                    let number = person.group_named(name)?;
                    Some(person.groups.get(&number)?.id(number, version))
                });
                let id = id.unwrap_or_default();
                let (name, serial) = (said.clone(), optional);
                self.tell(link, ServerAdg { transaction, serial, name, id: &id });
            }
            Wish::RenameGroup { group: NamedGroup { id, .. }, said, .. } => {
                let (name, serial) = (said.clone(), optional);
                self.tell(link, ServerReg { transaction, serial, id, name });
            }
            Wish::RemoveGroup { group: NamedGroup { id, .. } } => {
                self.tell(link, ServerRmg { transaction, serial: optional, id });
            }
            Wish::Name { said, by_setting: true, .. } => {
                let (transaction, value) = (Some(transaction), Some(said.clone()));
                self.tell(link, ServerPrp { transaction, serial: optional, key: NAME, value });
            }
            Wish::Name { said, .. } => {
                let (account, name) = (owner.as_str(), said.clone());
                self.tell(link, ServerRea { transaction, serial: &serial, account, name });
            }
            Wish::NameContact { said, guid: Some(contact), .. } => {
                let value = Some(said.clone());
                self.tell(link, ServerSbp { transaction, contact, key: NAME, value });
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

    fn confirm_put(&mut self, edit: &Edit) {
        let Wish::Put { list, contact, name, group, guid } = &edit.wish else { return };
        let (link, list, transaction) = (edit.link, *list, edit.transaction);
        let group = group.as_ref().map(|group| group.id.as_str());
        if let Some(guid) = guid {
            let (account, name, guid) = (None, None, Some(guid.as_str()));
            let adc = ServerAdc { transaction, list, account, name, guid, group };
            return self.tell(link, adc);
        }
        let person = self.directory.get(&edit.owner);
        let entry = person.and_then(|person| person.contacts.get(contact));
        let known = entry.map(|entry| entry.name.clone()).unwrap_or_default();
        let forward = list == List::Forward;
        let guid = entry.filter(|_| forward).map(|entry| entry.guid.to_string());
        if edit.version.has_list_serials() {
            let serial = self.serial(&edit.owner, edit.version);
            let (serial, account) = (serial.as_str(), contact.as_str());
            let name = name.clone().unwrap_or(known);
            let name = Some(Encoded::new(&name));
            let add = ServerAdd { transaction, list, serial, account, name, group };
            return self.tell(link, add);
        }
        let name = forward.then(|| Encoded::new(&known));
        let (account, guid) = (Some(contact.as_str()), guid.as_deref());
        self.tell(link, ServerAdc { transaction, list, account, name, guid, group });
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
