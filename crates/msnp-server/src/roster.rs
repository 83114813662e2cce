//! Who there is, and the lists that each of them keeps.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use msnp_core::{Account, Guid, List, Lists};

use crate::privacy::{Permission, permission};

/// What a user has set, contacts aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About {
    /// The friendly name.
    pub(crate) name: String,
    /// Goes up with every change of lists and settings.
    pub(crate) serial: u32,
    /// When that was, in seconds since 1970.
    pub(crate) changed: u64,
    /// Who is neither allowed nor blocked may see and ring (`BLP AL`), or may not (`BL`).
    pub(crate) open: bool,
    /// The client asks when somebody adds the user (`GTC A`).
    pub(crate) asks: bool,
    /// `PHH` and the like.
    pub(crate) settings: BTreeMap<String, String>,
}

/// One contact of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) lists: Lists,
    /// As MSNP10 and later name it.
    pub(crate) guid: Guid,
    /// As the user calls it, or as it called itself when it added the user.
    pub(crate) name: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) about: About,
    pub(crate) contacts: BTreeMap<Account, Contact>,
}

/// One durable row: the unit in which people change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    About { account: Account, about: About },
    Contact { owner: Account, contact: Account, entry: Option<Contact> },
}

/// Everybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory(BTreeMap<Account, Person>);

impl About {
    pub(crate) fn new(name: String) -> Self {
        let settings = BTreeMap::new();
        Self { name, serial: 1, changed: 0, open: true, asks: true, settings }
    }
}

impl Person {
    /// The lists that somebody is on.
    pub(crate) fn lists(&self, contact: &Account) -> Lists {
        self.contacts.get(contact).map_or(Lists::NONE, |entry| entry.lists)
    }

    /// Who has this person on the forward list.
    pub(crate) fn reverse(&self) -> impl Iterator<Item = &Account> {
        let listed = |entry: &Contact| entry.lists.contains(List::Reverse);
        self.contacts.iter().filter(move |(_, entry)| listed(entry)).map(|(account, _)| account)
    }
}

impl Directory {
    pub(crate) fn insert(&mut self, account: Account, name: String) {
        let person = || Person { about: About::new(name), contacts: BTreeMap::new() };
        self.0.entry(account).or_insert_with(person);
    }

    pub(crate) fn get(&self, account: &Account) -> Option<&Person> {
        self.0.get(account)
    }

    pub(crate) fn name(&self, account: &Account) -> &str {
        self.get(account).map_or("", |person| person.about.name.as_str())
    }

    /// What `viewer` may do about `subject`; nothing, where either is unknown.
    pub(crate) fn permission(&self, viewer: &Account, subject: &Account) -> Permission {
        match (self.get(viewer), self.get(subject)) {
            (Some(one), Some(other)) => {
                permission(one.lists(subject), other.lists(viewer), other.about.open)
            }
            _ => Permission::default(),
        }
    }

    /// Makes a row true. Rows about unknown people are ignored.
    pub(crate) fn apply(&mut self, row: Row) {
        match row {
            Row::About { account, about } => {
                if let Some(person) = self.0.get_mut(&account) {
                    person.about = about;
                }
            }
            Row::Contact { owner, contact, entry } => {
                let Some(person) = self.0.get_mut(&owner) else { return };
                match entry {
                    Some(entry) => person.contacts.insert(contact, entry),
                    None => person.contacts.remove(&contact),
                };
            }
        }
    }

    pub(crate) fn apply_all(&mut self, rows: Vec<Row>) {
        rows.into_iter().for_each(|row| self.apply(row));
    }
}
