use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use msnp_codec::command::Capabilities;
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, List, Lists, Status, Version};
use msnp_session::ListStamps;

/// The contacts, groups and settings, as the server last described them.
///
/// It changes when the server says so, never when one asks: the server is the model.
///
/// A program may keep it from one session to the next and hand it in as
/// [`Config::roster`](crate::Config::roster): then the server sends it only where it has changed.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    contacts: BTreeMap<Account, Contact>,
    groups: BTreeMap<Box<str>, String>,
    name: Option<String>,
    settings: Settings,
    contact_settings: BTreeMap<Account, Settings>,
    /// What the stamps were given in; those of another version mean nothing.
    version: Option<Version>,
    stamps: Option<ListStamps>,
    /// Something was passed over because there is no room for it.
    passed_over: bool,
    /// What it took when it was last weighed, and what has come since. In bytes.
    weighed: usize,
    grown: usize,
    pub(crate) allow_by_default: Option<bool>,
    pub(crate) ask_when_added: Option<bool>,
}

type Settings = BTreeMap<Box<str>, String>;

/// The most settings of one person: more than there are keys.
const MAX_SETTINGS: usize = 32;

/// What an entry takes beside its text: a pointer or two, and its share of the room around it.
pub(crate) const ENTRY: usize = 64;
/// What the first setting of a contact takes beside its text: a node of a tree, and a place in
/// another.
pub(crate) const SETTINGS: usize = 640;

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
    /// Its personal message; none where it is empty. Most have none, and it is large.
    pub personal_message: Option<Box<PersonalMessage>>,
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

    /// One's own friendly name, as far as the server said.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// One's own settings, such as telephone numbers: key and value (MSNP5 and later).
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.settings)
    }

    /// The settings of a contact, likewise.
    pub fn contact_settings(&self, account: &Account) -> impl Iterator<Item = (&str, &str)> {
        self.contact_settings.get(account).into_iter().flat_map(pairs)
    }

    /// The version of the protocol that it was read in.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// The state of the lists on the server; none while they are under way, and where a part of
    /// them was passed over because of a bound.
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

    /// Forgets all but one's own name, which comes before the lists.
    pub(crate) fn clear(&mut self) {
        *self = Self { name: self.name.take(), ..Self::default() };
    }

    /// Nobody is known to be online.
    pub(crate) fn reset_presence(&mut self) -> Vec<Account> {
        let mut gone = Vec::new();
        for (account, contact) in &mut self.contacts {
            if contact.status != Status::OFFLINE {
                gone.push(account.clone());
            }
            contact.reset_presence();
        }
        gone
    }

    /// The lists are whole, and in this state.
    pub(crate) fn complete(&mut self, version: Version, stamps: ListStamps) {
        self.version = Some(version);
        self.stamps = Some(stamps).filter(|_| !self.passed_over);
    }

    /// A part of the lists is not kept, so this must not pass for the whole of them.
    pub(crate) fn passed_over(&mut self) {
        self.passed_over = true;
        self.stamps = None;
    }

    /// The stamps to name in this version.
    pub(crate) fn stamps_for(&self, version: Version) -> Option<ListStamps> {
        self.stamps.clone().filter(|_| self.version == Some(version))
    }

    /// With the change that follows, the lists have this serial number.
    pub(crate) fn move_on(&mut self, serial: Box<str>) {
        // Servers that do not count repeat one number.
        let number = |text: &str| text.parse::<u64>().ok();
        if let Some(stamps) = &mut self.stamps
            && stamps.settings.is_none()
            && number(&serial) > number(&stamps.lists)
        {
            stamps.lists = serial;
        }
    }

    /// So many bytes of text have come in; says whether all is still within this bound.
    pub(crate) fn grew(&mut self, bytes: usize, limit: usize) -> bool {
        self.grown = self.grown.saturating_add(bytes);
        // Weighing looks at every contact, so it must not be done for each line.
        if self.weighed.saturating_add(self.grown) > limit && self.grown > limit / 4 {
            self.weighed = self.weight();
            self.grown = 0;
        }
        self.weighed <= limit
    }

    fn weight(&self) -> usize {
        let contacts = self.contacts.iter().map(|(account, c)| account.as_str().len() + c.weight());
        let groups = self.groups.iter().map(|(id, name)| ENTRY + id.len() + name.len());
        let others = self.contact_settings.values().chain([&self.settings]).flatten();
        let settings = others.map(|(key, value)| ENTRY + key.len() + value.len());
        let maps = self.contact_settings.keys().map(|account| SETTINGS + account.as_str().len());
        contacts.chain(groups).chain(settings).chain(maps).fold(0, usize::saturating_add)
    }

    pub(crate) fn set_name(&mut self, mut name: String) {
        name.shrink_to_fit();
        self.name = Some(name);
    }

    /// Sets something about oneself, or about a contact.
    pub(crate) fn set(&mut self, contact: Option<&Account>, key: &str, value: &str) {
        let settings = match contact {
            None => &mut self.settings,
            Some(account) if self.contacts.contains_key(account) => {
                self.contact_settings.entry(account.clone()).or_default()
            }
            Some(_) => return,
        };
        if value.is_empty() {
            settings.remove(key);
        } else if settings.len() < MAX_SETTINGS || settings.contains_key(key) {
            settings.insert(key.into(), value.into());
        }
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
            personal_message: None,
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
        self.with_guid(account_or_guid)
    }

    /// The account of the contact with this GUID.
    pub(crate) fn with_guid(&self, guid: &str) -> Option<Account> {
        let has = |contact: &Contact| contact.guid.as_deref() == Some(guid);
        self.contacts.iter().find(|(_, contact)| has(contact)).map(|(account, _)| account.clone())
    }

    pub(crate) fn take_off(&mut self, account: &Account, list: List) {
        let Some(contact) = self.contacts.get_mut(account) else { return };
        contact.lists = contact.lists.without(list);
        if list == List::Forward {
            contact.guid = None;
            contact.groups.clear();
            contact.reset_presence();
            self.contact_settings.remove(account);
        }
        if contact.lists.is_empty() {
            self.contacts.remove(account);
            self.contact_settings.remove(account);
        }
    }

    /// Says whether there was room for it.
    pub(crate) fn set_group(&mut self, id: Box<str>, mut name: String, limit: usize) -> bool {
        name.shrink_to_fit();
        let room = self.groups.len() < limit || self.groups.contains_key(&id);
        if room {
            self.groups.insert(id, name);
        }
        room
    }

    pub(crate) fn remove_group(&mut self, id: &str) {
        self.groups.remove(id);
        for contact in self.contacts.values_mut() {
            contact.groups.retain(|group| **group != *id);
            contact.groups.shrink_to_fit();
        }
    }
}

impl Contact {
    fn weight(&self) -> usize {
        let message = self.personal_message.as_deref().map_or(0, weight_of);
        let groups = self.groups.iter().map(|id| ENTRY + id.len()).sum::<usize>();
        let texts = self.name.len() + message + groups;
        let object = self.object.as_ref().map_or(0, String::len);
        size_of::<Self>() + ENTRY + texts + object + self.guid.as_ref().map_or(0, |id| id.len())
    }

    /// Takes a name. What stays must hold no more than its text, or its weight means nothing.
    pub(crate) fn rename(&mut self, mut name: String) {
        name.shrink_to_fit();
        self.name = name;
    }

    /// Takes a display picture, likewise.
    pub(crate) fn show(&mut self, object: Option<String>) {
        self.object = object.map(|object| object.into_boxed_str().into_string());
    }

    /// Takes a personal message.
    pub(crate) fn say(&mut self, message: PersonalMessage) {
        self.personal_message = (message != PersonalMessage::default()).then(|| Box::new(message));
    }

    /// It is not known to be online.
    pub(crate) fn reset_presence(&mut self) {
        self.status = Status::OFFLINE;
        self.capabilities = None;
        self.object = None;
        self.personal_message = None;
    }
}

fn weight_of(message: &PersonalMessage) -> usize {
    let media = message.current_media.as_ref().map_or(0, |media| {
        let arguments = media.arguments.iter().map(|argument| ENTRY + argument.len());
        media.application.len() + media.kind.len() + media.format.len() + arguments.sum::<usize>()
    });
    size_of::<PersonalMessage>() + ENTRY + message.text.len() + media
}

fn pairs(settings: &Settings) -> impl Iterator<Item = (&str, &str)> {
    settings.iter().map(|(key, value)| (&**key, value.as_str()))
}
