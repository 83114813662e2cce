//! The durable form of people: one key and a few lines of text for each row.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;

use bytes::Bytes;
use msnp_core::{Account, Change, Guid, Lists};

use crate::roster::{About, Contact, Group, NO_GROUP, Row};

/// A record of the snapshot cannot be read. It is not one that this crate stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record {key} cannot be read")]
pub struct RecordError {
    /// The key.
    pub key: String,
}

/// The change that makes a row durable.
///
/// Keys are `person/<account>`, `contact/<owner>,<account>` and `group/<owner>,<number>`: an
/// account holds no comma. A value is lines `name=value`; in a value only `%`, CR and LF are escaped. Unknown lines are ignored,
/// so that a later version can add some.
pub(crate) fn change(row: &Row) -> Change {
    match row {
        Row::About { account, about } => {
            let mut text = String::new();
            line(&mut text, "name", &about.name);
            line(&mut text, "serial", &about.serial.to_string());
            line(&mut text, "changed", &about.changed.to_string());
            line(&mut text, "strangers", if about.open { "allow" } else { "block" });
            line(&mut text, "asks", if about.asks { "yes" } else { "no" });
            for (key, value) in &about.settings {
                line(&mut text, &format!("{SETTING}{key}"), value);
            }
            Change { key: format!("{PERSON}{account}"), value: Some(text.into()) }
        }
        Row::Contact { owner, contact, entry } => {
            let value = entry.as_ref().map(|entry| {
                let mut text = String::new();
                line(&mut text, "lists", &entry.lists.bits().to_string());
                line(&mut text, "guid", &entry.guid.to_string());
                line(&mut text, "name", &entry.name);
                if !entry.groups.is_empty() {
                    let groups: Vec<String> = entry.groups.iter().map(u32::to_string).collect();
                    line(&mut text, "groups", &groups.join(","));
                }
                text.into()
            });
            Change { key: format!("{CONTACT}{owner},{contact}"), value }
        }
        Row::Group { owner, number, group } => {
            let value = group.as_ref().map(|group| {
                let mut text = String::new();
                line(&mut text, "guid", &group.guid.to_string());
                line(&mut text, "name", &group.name);
                text.into()
            });
            Change { key: format!("{GROUP}{owner},{number}"), value }
        }
    }
}

/// Reads a record back; none for a key that is not of this crate.
pub(crate) fn row(key: &str, value: &Bytes) -> Result<Option<Row>, RecordError> {
    let error = || RecordError { key: key.into() };
    if let Some(account) = key.strip_prefix(PERSON) {
        let account = Account::new(account).map_err(|_| error())?;
        let about = about(value).ok_or_else(error)?;
        return Ok(Some(Row::About { account, about }));
    }
    if let Some(pair) = key.strip_prefix(GROUP) {
        let (owner, number) = pair.split_once(',').ok_or_else(error)?;
        let owner = Account::new(owner).map_err(|_| error())?;
        let number = number.parse().ok().filter(|number| *number != NO_GROUP);
        let number = number.ok_or_else(error)?;
        let group = Some(group(value).ok_or_else(error)?);
        return Ok(Some(Row::Group { owner, number, group }));
    }
    let Some(pair) = key.strip_prefix(CONTACT) else { return Ok(None) };
    let (owner, contact) = pair.split_once(',').ok_or_else(error)?;
    let owner = Account::new(owner).map_err(|_| error())?;
    let contact = Account::new(contact).map_err(|_| error())?;
    let entry = Some(contact_of(value).ok_or_else(error)?);
    Ok(Some(Row::Contact { owner, contact, entry }))
}

const PERSON: &str = "person/";
const CONTACT: &str = "contact/";
const GROUP: &str = "group/";
const SETTING: &str = "setting.";

fn about(value: &[u8]) -> Option<About> {
    let fields = fields(value)?;
    let mut about = About::new(fields.get("name")?.clone());
    about.serial = fields.get("serial")?.parse().ok()?;
    about.changed = fields.get("changed")?.parse().ok()?;
    about.open = fields.get("strangers")? == "allow";
    about.asks = fields.get("asks")? == "yes";
    let settings = fields
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(SETTING)?.to_string(), value.clone())));
    about.settings = settings.collect();
    Some(about)
}

fn contact_of(value: &[u8]) -> Option<Contact> {
    let fields = fields(value)?;
    Some(Contact {
        lists: Lists::from_bits(fields.get("lists")?.parse().ok()?),
        guid: fields.get("guid")?.parse::<Guid>().ok()?,
        name: fields.get("name")?.clone(),
        groups: match fields.get("groups") {
            Some(numbers) => numbers.split(',').map(|number| number.parse().ok()).collect(),
            None => Some(BTreeSet::new()),
        }?,
    })
}

fn group(value: &[u8]) -> Option<Group> {
    let fields = fields(value)?;
    Some(Group { guid: fields.get("guid")?.parse().ok()?, name: fields.get("name")?.clone() })
}

fn line(out: &mut String, name: &str, value: &str) {
    let value = value.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{name}={value}");
}

fn fields(value: &[u8]) -> Option<BTreeMap<String, String>> {
    let text = core::str::from_utf8(value).ok()?;
    let field = |line: &str| {
        let (name, value) = line.split_once('=')?;
        let value = value.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
        Some((name.to_string(), value))
    };
    text.lines().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use msnp_core::List;

    #[test]
    fn every_row_reads_back_from_what_was_stored() {
        let alice = Account::new("alice@example.com").unwrap();
        let bob = Account::new("bob/b@example.com").unwrap();
        let mut about = About::new("100% Alice\r\n♥ =x %0A".into());
        about.serial = 7;
        about.changed = 1_000_000_000;
        about.open = false;
        about.asks = false;
        about.settings.insert("PHH".into(), "1 2".into());
        let entry = Contact {
            lists: Lists::from(List::Forward).with(List::Block),
            guid: Guid::from_bytes([7; 16]),
            name: String::new(),
            groups: [1, 7].into(),
        };
        let group = Group { guid: Guid::from_bytes([9; 16]), name: "100% %0D\n=".into() };
        for original in [
            Row::About { account: alice.clone(), about },
            Row::Group { owner: alice.clone(), number: 7, group: Some(group) },
            Row::Contact { owner: alice, contact: bob, entry: Some(entry) },
        ] {
            let change = change(&original);
            assert_eq!(row(&change.key, &change.value.unwrap()), Ok(Some(original)));
        }
    }

    #[test]
    fn a_record_that_is_not_ours_is_skipped_and_a_broken_one_is_an_error() {
        assert_eq!(row("other/x", &Bytes::new()), Ok(None));
        for key in [
            "person/x",
            "person/a@b",
            "contact/a@b",
            "contact/a@b,c@d",
            "contact/a,b",
            "group/a@b",
            "group/a@b,0",
            "group/a@b,x",
            "group/a@b,1",
        ] {
            assert_eq!(row(key, &Bytes::from("x")), Err(RecordError { key: key.into() }), "{key}");
        }
    }
}
