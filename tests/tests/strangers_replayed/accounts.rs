//! Who there is, as the recorded answers to `SYN` have it.

use std::collections::BTreeMap;

use msnp_codec::Sender;
use msnp_core::{Account, Secret, Version};

use crate::recording::{Command, Read, Recording, decoded};

/// One account and what the service knows about it.
pub(crate) struct Person {
    pub(crate) account: Account,
    pub(crate) name: String,
    /// `BLP`
    strangers: bool,
    /// `GTC`
    asks: bool,
    /// Id on the wire, name.
    groups: Vec<(String, String)>,
    contacts: BTreeMap<Account, Contact>,
}

#[derive(Default)]
struct Contact {
    lists: u8,
    guid: Option<String>,
    name: String,
    /// Ids on the wire.
    groups: Vec<String>,
}

impl Person {
    /// Everybody who signs in, in the order in which they do.
    pub(crate) fn all(recording: &Recording) -> Vec<Self> {
        let mut keys: Vec<(String, Self)> = Vec::new();
        for (read, command) in recording.commands(Sender::Client) {
            let claims = read.is_notification() && command.verb() == "USR";
            let known = keys.iter().any(|(key, _)| key == read.person());
            if claims && command.word(3) == "I" && !known {
                keys.push((read.person().to_owned(), Self::new(command.word(4))));
            }
        }
        for (read, command) in recording.commands(Sender::Server) {
            if read.is_notification()
                && let Some((_, person)) = keys.iter_mut().find(|(key, _)| key == read.person())
            {
                person.learn(read, command, recording.version);
            }
        }
        keys.into_iter().map(|(_, person)| person).collect()
    }

    /// Everybody who is on a list and does not sign in, with a name.
    pub(crate) fn only_listed(everybody: &[Self]) -> BTreeMap<Account, String> {
        let contacts = everybody.iter().flat_map(|person| &person.contacts);
        contacts
            .filter(|(account, _)| everybody.iter().all(|person| person.account != **account))
            .map(|(account, contact)| (account.clone(), contact.name.clone()))
            .collect()
    }

    fn new(account: &str) -> Self {
        Self {
            account: Account::new(account).unwrap(),
            name: String::new(),
            strangers: true,
            asks: true,
            groups: Vec::new(),
            contacts: BTreeMap::new(),
        }
    }

    /// Takes what one command says about the time of the `SYN`; what follows later is a change.
    fn learn(&mut self, read: &Read, command: &Command, version: Version) {
        // Up to MSNP7 each line repeats transaction and serial; the place of a line follows.
        let serial = version < Version::MSNP8;
        let first = if serial { 3 } else { 1 };
        match command.verb() {
            "USR" if command.word(2) == "OK" && version.says_name_at_sign_in() => {
                self.name = command.text(4);
            }
            "PRP" if command.word(1) == "MFN" => self.name = command.text(2),
            "GTC" if serial || command.words.len() == 2 => self.asks = command.word(first) == "A",
            "BLP" if serial || command.words.len() == 2 => {
                self.strangers = command.word(first) == "AL";
            }
            "LSG" if serial => self.groups.push((command.word(5).to_owned(), command.text(6))),
            "LSG" if version.has_guids() => {
                self.groups.push((command.word(2).to_owned(), command.text(1)));
            }
            "LSG" => self.groups.push((command.word(1).to_owned(), command.text(2))),
            "LST" if serial => {
                let list = match command.word(2) {
                    "FL" => 1,
                    "AL" => 2,
                    "BL" => 4,
                    "RL" => 8,
                    other => panic!("line {}: a list {other}", read.line),
                };
                if command.words.len() > 6 {
                    let contact = self.contact(command.word(6));
                    contact.lists |= list;
                    contact.name = command.text(7);
                    contact.groups.extend(split(command.word(8)));
                }
            }
            "LST" if version.has_guids() => {
                let account = command.word(1).strip_prefix("N=").expect("N=");
                let plain = command.words.iter().skip(2).find(|word| !word[1..].starts_with('='));
                let at = command.words.iter().position(|word| Some(word) == plain).unwrap();
                let contact = self.contact(account);
                contact.lists = command.word(at).parse().unwrap();
                // A network stands between the lists and the groups from MSNP12.
                let groups = at + 1 + usize::from(version.has_network_ids());
                contact.groups.extend(split(command.word(groups)));
                for word in &command.words[2..at] {
                    match word.split_once('=').unwrap() {
                        ("F", name) => contact.name = decoded(name),
                        ("C", guid) => contact.guid = Some(guid.to_owned()),
                        _ => panic!("line {}: {word}", read.line),
                    }
                }
            }
            "LST" => {
                let contact = self.contact(command.word(1));
                contact.name = command.text(2);
                contact.lists = command.word(3).parse().unwrap();
                contact.groups.extend(split(command.word(4)));
            }
            _ => {}
        }
    }

    fn contact(&mut self, account: &str) -> &mut Contact {
        self.contacts.entry(Account::new(account).unwrap()).or_default()
    }

    /// Groups and contacts, one line each, as a client should know them after its `SYN`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let groups = self.groups.iter().map(|(id, name)| group_line(id, name));
        let contacts = self.contacts.iter().map(|(account, contact)| {
            let Contact { lists, guid, name, groups } = contact;
            contact_line(account, *lists, name, guid.as_deref(), &groups.join(","))
        });
        groups.chain(contacts).collect()
    }

    /// The keys and values that a server is started with.
    pub(crate) fn records(&self) -> Vec<(String, String)> {
        let strangers = if self.strangers { "allow" } else { "block" };
        let asks = if self.asks { "yes" } else { "no" };
        let mut value = lines("name", &self.name);
        value += &format!("serial=1\nchanged=946684800\nstrangers={strangers}\nasks={asks}\n");
        let mut records = vec![(format!("person/{}", self.account), value)];
        let mut numbers = BTreeMap::from([("0".to_owned(), 0)]);
        for (id, name) in &self.groups {
            let next = numbers.len();
            let number = *numbers.entry(id.clone()).or_insert(next);
            // Group 0 is there by itself.
            if number > 0 {
                let guid = guid_or(Some(id).filter(|id| id.len() > 30), number);
                let value = format!("guid={guid}\n{}", lines("name", name));
                records.push((format!("group/{},{number}", self.account), value));
            }
        }
        for (index, (account, contact)) in self.contacts.iter().enumerate() {
            let guid = guid_or(contact.guid.as_ref(), 100 + index);
            let groups = contact.groups.iter().map(|id| numbers[id]).filter(|number| *number > 0);
            let groups: Vec<String> = groups.map(|number| number.to_string()).collect();
            let mut value = format!("lists={}\nguid={guid}\n", contact.lists);
            value += &lines("name", &contact.name);
            if !groups.is_empty() {
                value += &lines("groups", &groups.join(","));
            }
            records.push((format!("contact/{},{account}", self.account), value));
        }
        records
    }
}

pub(crate) fn group_line(id: &str, name: &str) -> String {
    format!("group {id}: {name}")
}

pub(crate) fn contact_line(
    account: &Account,
    lists: u8,
    name: &str,
    guid: Option<&str>,
    groups: &str,
) -> String {
    let guid = guid.unwrap_or("none");
    format!("{account}: lists {lists}, name {name}, GUID {guid}, groups {groups}")
}

/// The password that the recorder gave to an account of the sign-in by MD5.
pub(crate) fn password(account: &Account) -> Secret {
    let user = account.as_str().split('@').next().unwrap_or_default();
    Secret::new(format!("{user}pw"))
}

fn lines(name: &str, value: &str) -> String {
    let value = value.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    format!("{name}={value}\n")
}

/// This GUID, or where the version has none, some other.
fn guid_or(known: Option<&String>, number: usize) -> String {
    known.cloned().unwrap_or_else(|| format!("00000000-0000-4000-8000-{number:012x}"))
}

fn split(groups: &str) -> impl Iterator<Item = String> {
    groups.split(',').filter(|group| !group.is_empty()).map(str::to_owned)
}
