//! Who there is, and the lists that each of them keeps.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use msnp_core::{Account, Guid, List, Lists, Version};

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
    /// `PHH` and the like; one that was cleared is empty.
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
    /// The groups it is in, by number; none where it is not on the forward list.
    pub(crate) groups: BTreeSet<u32>,
}

/// A group of contacts. Its number names it up to MSNP9 and its GUID after that; both stay, so
/// that a user may come in another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) guid: Guid,
    pub(crate) name: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) about: About,
    pub(crate) contacts: BTreeMap<Account, Contact>,
    /// By number, from 1.
    pub(crate) groups: BTreeMap<u32, Group>,
}

/// One durable row: the unit in which people change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    About { account: Account, about: About },
    Contact { owner: Account, contact: Account, entry: Option<Contact> },
    Group { owner: Account, number: u32, group: Option<Group> },
}

/// Everybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory(BTreeMap<Account, Person>);

/// What of the settings others see: three telephone numbers, and whether the mobile one may be
/// paged.
pub(crate) const SHOWN_SETTINGS: [&str; 4] = ["PHH", "PHW", "PHM", MOBILE];
/// Whether somebody may be paged.
pub(crate) const MOBILE: &str = "MOB";

/// The number of the group of contacts that are in none, which there is up to MSNP9.
pub(crate) const NO_GROUP: u32 = 0;

impl About {
    pub(crate) fn new(name: String) -> Self {
        let settings = BTreeMap::new();
        Self { name, serial: 1, changed: 0, open: true, asks: true, settings }
    }

    /// A setting that has a value.
    pub(crate) fn setting(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The settings that others see and that were ever made, cleared or not.
    pub(crate) fn settings_made(&self) -> impl Iterator<Item = &'static str> {
        SHOWN_SETTINGS.into_iter().filter(|key| self.settings.contains_key(*key))
    }
}

impl Group {
    /// How this version names the group of this number.
    pub(crate) fn id(&self, number: u32, version: Version) -> String {
        if version.has_guids() { self.guid.to_string() } else { number.to_string() }
    }
}

impl Person {
    /// The number of the group that this version names so; that of [`NO_GROUP`] too, where the
    /// version has such a group.
    pub(crate) fn group(&self, id: &str, version: Version) -> Option<u32> {
        if version.has_guids() {
            let guid: Guid = id.parse().ok()?;
            return self.groups.iter().find(|(_, group)| group.guid == guid).map(|(n, _)| *n);
        }
        let number = id.parse().ok()?;
        (number == NO_GROUP || self.groups.contains_key(&number)).then_some(number)
    }

    /// The group of this name.
    pub(crate) fn group_named(&self, name: &str) -> Option<u32> {
        self.groups.iter().find(|(_, group)| group.name == name).map(|(number, _)| *number)
    }

    /// A contact on the forward list, by its GUID.
    pub(crate) fn contact(&self, guid: Guid) -> Option<(&Account, &Contact)> {
        let listed = |entry: &Contact| entry.guid == guid && entry.lists.contains(List::Forward);
        self.contacts.iter().find(|(_, entry)| listed(entry))
    }

    /// The lists that somebody is on.
    pub(crate) fn lists(&self, contact: &Account) -> Lists {
        self.contacts.get(contact).map_or(Lists::NONE, |entry| entry.lists)
    }

    /// Who has this person on the forward list.
    pub(crate) fn reverse(&self) -> impl Iterator<Item = &Account> {
        // Who is still waited for may be on the pending list alone.
        let listed = |entry: &Contact| {
            entry.lists.contains(List::Reverse) || entry.lists.contains(List::Pending)
        };
        self.contacts.iter().filter(move |(_, entry)| listed(entry)).map(|(account, _)| account)
    }
}

impl Directory {
    pub(crate) fn insert(&mut self, account: Account, name: String) {
        let person = || Person {
            about: About::new(name),
            contacts: BTreeMap::new(),
            groups: BTreeMap::new(),
        };
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
            Row::Group { owner, number, group } => {
                let Some(person) = self.0.get_mut(&owner) else { return };
                match group {
                    Some(group) => person.groups.insert(number, group),
                    None => person.groups.remove(&number),
                };
            }
        }
    }

    pub(crate) fn apply_all(&mut self, rows: Vec<Row>) {
        rows.into_iter().for_each(|row| self.apply(row));
    }
}
