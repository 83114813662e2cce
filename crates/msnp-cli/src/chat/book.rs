//! The contacts, as they are shown.

use std::collections::BTreeMap;

use msnp::client::{Contact, Roster};
use msnp::codec::personal_message::{CurrentMedia, PersonalMessage};
use msnp::core::{Account, List, Lists, Status};

use crate::chat::harmless;

/// Everybody on a list, and the groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub(crate) people: BTreeMap<Account, Person>,
    pub(crate) groups: BTreeMap<Box<str>, String>,
    /// The names of those who are on no list, as they were heard last.
    pub(crate) strangers: BTreeMap<Account, String>,
}

/// The group of those who are in no other. Up to MSNP9 the server has one and names it, but says
/// nothing when somebody comes into it.
const NO_GROUP: &str = "0";
/// How many strangers are known by name.
const STRANGERS: usize = 500;

/// One contact. All text is safe to show.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) lists: Lists,
    pub(crate) groups: Vec<Box<str>>,
    pub(crate) status: Status,
    pub(crate) message: String,
}

/// People under one heading.
#[derive(Debug)]
pub(crate) struct Section<'b> {
    pub(crate) title: String,
    pub(crate) kind: Kind,
    pub(crate) people: Vec<(&'b Account, &'b Person)>,
}

/// What a heading says about the people under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They have added one, and wait for a decision.
    Waiting,
    Group,
    Blocked,
}

impl Book {
    pub(crate) fn of(roster: &Roster) -> Self {
        let person = |(account, contact): (&Account, &Contact)| {
            let person = Person {
                name: harmless::name(&contact.name).unwrap_or_else(|| account.to_string()),
                lists: contact.lists,
                groups: contact.groups.clone(),
                status: contact.status,
                message: contact.personal_message.as_deref().map(message).unwrap_or_default(),
            };
            (account.clone(), person)
        };
        let group = |(id, name): (&str, &str)| (id.into(), harmless::line(name));
        Self {
            people: roster.contacts().map(person).collect(),
            groups: roster.groups().map(group).collect(),
            strangers: BTreeMap::new(),
        }
    }

    /// What to call somebody.
    pub(crate) fn name(&self, account: &Account) -> String {
        let known = self.people.get(account).map(|person| &person.name);
        match known.or_else(|| self.strangers.get(account)) {
            Some(name) => name.clone(),
            None => harmless::line(account.as_str()),
        }
    }

    /// Somebody is heard by this name. Gives what to call them.
    pub(crate) fn meet(&mut self, account: &Account, name: &str) -> String {
        let Some(name) = harmless::name(name) else { return self.name(account) };
        let room = self.strangers.len() < STRANGERS || self.strangers.contains_key(account);
        if !self.people.contains_key(account) && room {
            self.strangers.insert(account.clone(), name.clone());
        }
        name
    }

    pub(crate) fn status(&self, account: &Account) -> Option<Status> {
        let person = self.people.get(account)?;
        person.lists.contains(List::Forward).then_some(person.status)
    }

    /// Everybody, under headings: who waits, the groups by name, who is in none, who is blocked.
    pub(crate) fn sections(&self) -> Vec<Section<'_>> {
        let mut sections = Vec::new();
        let waiting = self.under("Waiting for you".into(), Kind::Waiting, Person::waits);
        sections.extend(Some(waiting).filter(|section| !section.people.is_empty()));
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(_, name)| name.to_lowercase());
        let alone = |person: &Person| !person.groups.iter().any(|id| self.groups.contains_key(id));
        for (id, name) in groups {
            sections.push(self.under(name.clone(), Kind::Group, |person| {
                let member = person.groups.contains(id) || (**id == *NO_GROUP && alone(person));
                person.lists.contains(List::Forward) && member
            }));
        }
        let title = if self.groups.is_empty() { "Contacts" } else { "In no group" };
        let rest = self.under(title.into(), Kind::Group, |person| {
            let named = self.groups.contains_key(NO_GROUP);
            person.lists.contains(List::Forward) && alone(person) && !named
        });
        let any = !rest.people.is_empty() || self.groups.is_empty();
        sections.extend(Some(rest).filter(|_| any));
        let blocked = self.under("Blocked".into(), Kind::Blocked, |person| {
            person.is_blocked() && !person.lists.contains(List::Forward)
        });
        sections.extend(Some(blocked).filter(|section| !section.people.is_empty()));
        sections
    }

    /// Who is meant by an account, a name, or the beginning of one.
    pub(crate) fn find(&self, text: &str) -> Result<Account, String> {
        let wanted = text.trim().to_lowercase();
        if wanted.is_empty() {
            return Err("say who: an account or a name".into());
        }
        if let Ok(account) = Account::new(&wanted) {
            return Ok(account);
        }
        let exact = self.matching(|account, name| name == wanted || local(account) == wanted);
        let found = match exact.is_empty() {
            true => self.matching(|account, name| {
                name.starts_with(&wanted) || account.starts_with(&wanted)
            }),
            false => exact,
        };
        match found.as_slice() {
            [] => {
                Err(format!("\"{text}\" is nobody you know; an account looks like a@example.com"))
            }
            [one] => Ok((*one).clone()),
            [one, other, ..] => {
                Err(format!("\"{text}\" could be {one} or {other}: say which account"))
            }
        }
    }

    /// The id of the group with this name.
    pub(crate) fn find_group(&self, name: &str) -> Result<Box<str>, String> {
        let wanted = name.trim().to_lowercase();
        let mut found = self.groups.iter().filter(|(_, name)| name.to_lowercase() == wanted);
        match (found.next(), found.next()) {
            (Some((id, _)), None) => Ok(id.clone()),
            (Some(_), Some(_)) => Err(format!("there are several groups \"{name}\"")),
            (None, _) => Err(format!("there is no group \"{name}\"")),
        }
    }

    fn matching(&self, what: impl Fn(&str, &str) -> bool) -> Vec<&Account> {
        let matches = |(account, person): &(&Account, &Person)| {
            what(account.as_str(), &person.name.to_lowercase())
        };
        self.people.iter().filter(matches).map(|(account, _)| account).collect()
    }

    fn under(&self, title: String, kind: Kind, who: impl Fn(&Person) -> bool) -> Section<'_> {
        let mut people: Vec<_> = self.people.iter().filter(|(_, person)| who(person)).collect();
        people.sort_by_cached_key(|(_, person)| (!person.is_online(), person.name.to_lowercase()));
        Section { title, kind, people }
    }
}

impl Person {
    pub(crate) fn is_online(&self) -> bool {
        self.status != Status::OFFLINE
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.lists.contains(List::Block)
    }

    /// Before MSNP10 there is no list for it: who has added one and is on no other list waits.
    fn waits(&self) -> bool {
        self.lists.contains(List::Pending) || self.lists == Lists::from(List::Reverse)
    }
}

impl Section<'_> {
    pub(crate) fn online(&self) -> usize {
        self.people.iter().filter(|(_, person)| person.is_online()).count()
    }
}

/// What is shown of a personal message.
pub(crate) fn message(message: &PersonalMessage) -> String {
    let media = message.current_media.as_ref().and_then(CurrentMedia::display);
    let media = media.map(|media| format!("♪ {}", harmless::line(&media)));
    let text = Some(harmless::line(&message.text)).filter(|text| !text.trim().is_empty());
    text.into_iter().chain(media).collect::<Vec<_>>().join("  ")
}

fn local(account: &str) -> &str {
    account.split('@').next().unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Account, name, lists, groups, status, message.
    type Row<'r> = (&'r str, &'r str, &'r [List], &'r [&'r str], Status, &'r str);

    pub(crate) fn book(rows: &[Row<'_>], groups: &[(&str, &str)]) -> Book {
        let person = |(account, name, lists, groups, status, message): &Row<'_>| {
            let person = Person {
                name: (*name).into(),
                lists: lists.iter().fold(Lists::NONE, |lists, list| lists.with(*list)),
                groups: groups.iter().map(|id| (*id).into()).collect(),
                status: *status,
                message: (*message).into(),
            };
            (Account::new(account).unwrap(), person)
        };
        Book {
            people: rows.iter().map(person).collect(),
            groups: groups.iter().map(|(id, name)| ((*id).into(), (*name).into())).collect(),
            strangers: BTreeMap::new(),
        }
    }

    pub(crate) fn some() -> Book {
        let seen = &[List::Forward, List::Allow, List::Reverse][..];
        book(
            &[
                ("bob@example.com", "Bob", seen, &["1"], Status::BUSY, "deep in work"),
                ("carol@example.com", "Carol", seen, &["1"], Status::OFFLINE, ""),
                ("dave@example.com", "Dave", &[List::Reverse], &[], Status::OFFLINE, ""),
                ("erin@example.com", "Erin", seen, &[], Status::ONLINE, "♪ Song - Artist"),
                ("mallory@example.com", "M", &[List::Block], &[], Status::OFFLINE, ""),
                ("bobby@example.com", "Bobby", seen, &[], Status::AWAY, ""),
            ],
            &[("1", "Friends"), ("2", "work")],
        )
    }

    #[test]
    fn people_stand_under_headings_and_who_is_online_comes_first() {
        let book = some();
        let shown: Vec<_> = book
            .sections()
            .iter()
            .map(|section| {
                let names: Vec<_> = section.people.iter().map(|(_, p)| p.name.as_str()).collect();
                format!("{} {}: {}", section.title, section.online(), names.join(" "))
            })
            .collect();
        let expected = [
            "Waiting for you 0: Dave",
            "Friends 1: Bob Carol",
            "work 0: ",
            "In no group 2: Bobby Erin",
            "Blocked 0: M",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn who_is_in_no_group_is_in_the_one_that_the_server_has_for_them() {
        let seen = &[List::Forward][..];
        let rows = [
            ("bob@example.com", "Bob", seen, &["1"][..], Status::ONLINE, ""),
            ("carol@example.com", "Carol", seen, &["0"], Status::ONLINE, ""),
            ("erin@example.com", "Erin", seen, &[], Status::ONLINE, ""),
        ];
        let book = book(&rows, &[("0", "Other Contacts"), ("1", "Friends")]);
        let shown: Vec<_> =
            book.sections().iter().map(|s| (s.title.clone(), s.people.len())).collect();
        assert_eq!(shown, [("Friends".into(), 1), ("Other Contacts".into(), 2)]);
    }

    #[test]
    fn somebody_is_found_by_account_name_and_beginning() {
        let book = some();
        for (text, account) in [
            ("Zoe@example.com", "zoe@example.com"),
            ("bob", "bob@example.com"),
            ("CAR", "carol@example.com"),
            ("m", "mallory@example.com"),
        ] {
            assert_eq!(book.find(text).unwrap().as_str(), account);
        }
        assert!(book.find("bo").unwrap_err().contains("bob@example.com or bobby@example.com"));
        assert!(book.find("zoe").unwrap_err().contains("nobody you know"));
        assert!(book.find(" ").is_err());
        assert_eq!(&*book.find_group("WORK").unwrap(), "2");
        assert!(book.find_group("wor").is_err());
    }
}
