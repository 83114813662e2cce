use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use msnp_codec::command::Capabilities;
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, List, Lists, Status};
use msnp_session::ListStamps;

/// The contacts, as the server last described them.
///
/// It changes when the server says so, never when one asks: the server is the model.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    contacts: BTreeMap<Account, Contact>,
    groups: BTreeMap<Box<str>, String>,
    pub(crate) stamps: Option<ListStamps>,
    pub(crate) allow_by_default: Option<bool>,
    pub(crate) ask_when_added: Option<bool>,
}

/// One contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// The friendly name; the account where none is known.
    pub name: String,
    /// The lists it is on.
    pub lists: Lists,
    /// Its GUID (MSNP10 and later).
    pub guid: Option<Box<str>>,
    /// The groups it is in.
    pub groups: Vec<Box<str>>,
    /// Its status.
    pub status: Status,
    /// What its program can do.
    pub capabilities: Option<Capabilities>,
    /// Its display picture, as MSN object text.
    pub object: Option<String>,
    /// Its personal message.
    pub personal_message: PersonalMessage,
}

impl Roster {
    /// All contacts on any list, by account.
    pub fn contacts(&self) -> impl Iterator<Item = (&Account, &Contact)> {
        self.contacts.iter()
    }

    /// One contact.
    pub fn contact(&self, account: &Account) -> Option<&Contact> {
        self.contacts.get(account)
    }

    /// The lists that somebody is on; none where they are not known.
    pub fn lists(&self, account: &Account) -> Lists {
        self.contact(account).map_or(Lists::NONE, |contact| contact.lists)
    }

    /// The groups: number or GUID, and name.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &str)> {
        self.groups.iter().map(|(id, name)| (&**id, name.as_str()))
    }

    /// The state of the lists on the server.
    pub fn stamps(&self) -> Option<&ListStamps> {
        self.stamps.as_ref()
    }

    /// Whether those who are neither allowed nor blocked may reach one, as far as the server said.
    pub fn allows_by_default(&self) -> Option<bool> {
        self.allow_by_default
    }

    /// Whether the program should ask when somebody adds one, as far as the server said.
    pub fn asks_when_added(&self) -> Option<bool> {
        self.ask_when_added
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The contact, made where there is room for one more.
    pub(crate) fn entry(&mut self, account: &Account, limit: usize) -> Option<&mut Contact> {
        if !self.contacts.contains_key(account) && self.contacts.len() >= limit {
            return None;
        }
        let new = || Contact {
            name: String::from(account.as_str()),
            lists: Lists::NONE,
            guid: None,
            groups: Vec::new(),
            status: Status::OFFLINE,
            capabilities: None,
            object: None,
            personal_message: PersonalMessage::default(),
        };
        Some(self.contacts.entry(account.clone()).or_insert_with(new))
    }

    pub(crate) fn known(&mut self, account: &Account) -> Option<&mut Contact> {
        self.contacts.get_mut(account)
    }

    /// The contact that an account or a GUID means.
    pub(crate) fn find(&self, account_or_guid: &str) -> Option<Account> {
        if let Ok(account) = Account::new(account_or_guid) {
            return self.contacts.contains_key(&account).then_some(account);
        }
        let has = |contact: &Contact| contact.guid.as_deref() == Some(account_or_guid);
        self.contacts.iter().find(|(_, contact)| has(contact)).map(|(account, _)| account.clone())
    }

    pub(crate) fn take_off(&mut self, account: &Account, list: List) {
        let Some(contact) = self.contacts.get_mut(account) else { return };
        contact.lists = contact.lists.without(list);
        if list == List::Forward {
            contact.guid = None;
            contact.groups.clear();
            contact.status = Status::OFFLINE;
        }
        if contact.lists.is_empty() {
            self.contacts.remove(account);
        }
    }

    pub(crate) fn add_group(&mut self, id: Box<str>, name: String, limit: usize) {
        if self.groups.len() < limit || self.groups.contains_key(&id) {
            self.groups.insert(id, name);
        }
    }
}
