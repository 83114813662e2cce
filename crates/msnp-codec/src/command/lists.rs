//! `SYN`, `LSG`, `LST`: the lists, and asking for them.

use msnp_core::{List, ListSync, Lists, NetworkId, TransactionId, Version};

use crate::command::contact_fields::{Fields, print_fields, print_named};
use crate::field::{Command, Field, Line, Reader, command};
use crate::{CommandError, Encoded};

/// Asks for the lists: `SYN 5 0`, from MSNP10 `SYN 5 0 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSyn<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The serial number, or the time stamp of the lists, that the client has; 0 for none.
    pub lists: &'a str,
    /// The time stamp of the settings (MSNP10 and later).
    pub settings: Option<&'a str>,
}

/// The lists follow, or are unchanged: `SYN 5 7`, `SYN 5 7 2 1`, `SYN 5 <stamp> <stamp> 2 1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSyn<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The serial number or time stamp of the lists.
    pub lists: &'a str,
    /// The time stamp of the settings (MSNP10 and later).
    pub settings: Option<&'a str>,
    /// How many contacts and groups follow (MSNP8 and later); none where nothing has changed.
    pub counts: Option<Counts>,
}

command! {
    /// Asks for one list: `LST 6 FL` (MSNP2 to 7). The answer is that of a `SYN`.
    ClientLst {
        /// The transaction.
        transaction: TransactionId,
        /// The list.
        list: List,
    }
}

command! {
    /// Asks for the groups: `LSG 6` (MSNP7). The answer is that of a `SYN`.
    ClientLsg {
        /// The transaction.
        transaction: TransactionId,
    }
}

/// How many contacts and groups follow a `SYN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Contacts.
    pub contacts: u32,
    /// Groups.
    pub groups: u32,
}

/// Where a line stands in a list (MSNP7 and earlier): the serial number of the lists, the position
/// from 1, and how many there are. An empty list is one line with position and total 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The transaction of the `SYN`.
    pub transaction: TransactionId,
    /// The serial number.
    pub serial: &'a str,
    /// The position.
    pub position: u32,
    /// How many lines there are.
    pub total: u32,
}

/// A group: `LSG 5 7 1 2 0 Friends 0` (MSNP7), `LSG 0 Friends 0` (8, 9),
/// `LSG Friends <guid>` (10 to 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLsg<'a> {
    /// Where it stands (MSNP7).
    pub place: Option<Place<'a>>,
    /// Its number, or its GUID from MSNP10.
    pub id: &'a str,
    /// Its name.
    pub name: Encoded<'a>,
}

/// One contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerLst<'a> {
    /// On one list, MSNP2 to 7: `LST 5 FL 7 1 2 bob@example.com Bob 0`, or `LST 5 BL 7 0 0` for an
    /// empty list.
    Listed {
        /// The list.
        list: List,
        /// Where it stands.
        place: Place<'a>,
        /// The contact; none where the list is empty.
        contact: Option<Contact<'a>>,
    },
    /// On all its lists, MSNP8 to 12.
    Everywhere {
        /// The contact.
        contact: Contact<'a>,
        /// The lists.
        lists: Lists,
    },
}

/// A contact as `LST` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact<'a> {
    /// The account.
    pub account: &'a str,
    /// The friendly name; a contact that was never seen may have none (MSNP10 and later).
    pub name: Option<Encoded<'a>>,
    /// Its GUID, where it is on the forward list (MSNP10 and later).
    pub guid: Option<&'a str>,
    /// Its network (MSNP12).
    pub network: Option<NetworkId>,
    /// The groups it is in, numbers or GUIDs with commas between (MSNP7 and later).
    pub groups: Option<&'a str>,
}

impl<'a> Command<'a> for ClientSyn<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            lists: reader.read("lists")?,
            settings: reader.read("settings")?,
        })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.lists);
        line.put(&self.settings);
        line.end();
    }
}

impl<'a> Command<'a> for ServerSyn<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let lists = reader.read("lists")?;
        let stamped = version.list_sync() == ListSync::Stamped;
        let settings = if stamped { reader.read("settings")? } else { None };
        let counts = match reader.left() {
            0 => None,
            _ => {
                Some(Counts { contacts: reader.read("contacts")?, groups: reader.read("groups")? })
            }
        };
        Ok(Self { transaction, lists, settings, counts })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        line.put(&self.lists);
        if version.list_sync() == ListSync::Stamped {
            line.put(&self.settings.or(self.counts.map(|_| self.lists)));
        }
        if let Some(counts) = &self.counts {
            line.put(&counts.contacts);
            line.put(&counts.groups);
        }
        line.end();
    }
}

impl<'a> Command<'a> for ServerLsg<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        if version.has_guids() {
            let name = reader.read("name")?;
            return Ok(Self { place: None, id: reader.read("id")?, name });
        }
        let placed = version.list_sync() == ListSync::Serial;
        let place = if placed { Some(read_place(reader, None)?.0) } else { None };
        Ok(Self { place, id: reader.read("id")?, name: reader.read("name")? })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        if version.has_guids() {
            line.put(&self.name);
            line.put(&self.id);
        } else {
            if let Some(place) = &self.place
                && version.list_sync() == ListSync::Serial
            {
                print_place(place, None, &mut line);
            }
            line.put(&self.id);
            line.put(&self.name);
            line.word(b"0");
        }
        line.end();
    }
}

impl<'a> Command<'a> for ServerLst<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        match version.list_sync() {
            ListSync::Serial => {
                let (place, list) = read_place(reader, Some("list"))?;
                let list = list.ok_or_else(|| reader.invalid("list"))?;
                if reader.is_empty() {
                    return Ok(Self::Listed { list, place, contact: None });
                }
                let account: &str = reader.read("account")?;
                // A name is not optional here: without one, the account stands for it.
                let name: Option<Encoded<'_>> = reader.read("name")?;
                let name = name.or_else(|| Some(Encoded::from_wire(account.as_bytes())));
                let groups = reader.read("groups")?;
                let contact = Contact { account, name, guid: None, network: None, groups };
                Ok(Self::Listed { list, place, contact: Some(contact) })
            }
            ListSync::Counted => {
                let account = reader.read("account")?;
                let name = reader.read("name")?;
                let lists = read_lists(reader)?;
                let groups = reader.read("groups")?;
                let contact = Contact { account, name, guid: None, network: None, groups };
                Ok(Self::Everywhere { contact, lists })
            }
            ListSync::Stamped | ListSync::Web => {
                let mut fields = Fields::default();
                let first = fields.read(reader)?;
                let lists = match first {
                    Some(text) => parse_lists(text).ok_or_else(|| reader.invalid("lists"))?,
                    None => return Err(reader.invalid("lists")),
                };
                let network = match version.has_network_ids() {
                    true => reader.read("network")?,
                    false => None,
                };
                let account = fields.account.ok_or_else(|| reader.invalid("account"))?;
                let contact = Contact {
                    account,
                    name: fields.name,
                    guid: fields.guid,
                    network,
                    groups: reader.read("groups")?,
                };
                Ok(Self::Everywhere { contact, lists })
            }
        }
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        match self {
            Self::Listed { list, place, contact } => {
                print_place(place, Some(*list), &mut line);
                if let Some(contact) = contact {
                    print_named(contact.account, &contact.name, true, &mut line);
                    line.put(&contact.groups);
                }
            }
            Self::Everywhere { contact, lists } if version.has_guids() => {
                print_fields(Some(contact.account), &contact.name, contact.guid, &mut line);
                line.display(lists.bits());
                if version.has_network_ids() {
                    let network = contact.groups.map(|_| NetworkId::MSN);
                    line.put(&contact.network.or(network));
                }
                line.put(&contact.groups);
            }
            Self::Everywhere { contact, lists } => {
                print_named(contact.account, &contact.name, true, &mut line);
                line.display(lists.bits());
                line.put(&contact.groups);
            }
        }
        line.end();
    }
}

/// `<transaction> {<list>} <serial> <position> <total>`
fn read_place<'a>(
    reader: &mut Reader<'a>,
    list: Option<&'static str>,
) -> Result<(Place<'a>, Option<List>), CommandError> {
    let transaction = reader.read("transaction id")?;
    let list = list.map(|name| reader.read(name)).transpose()?;
    let serial = reader.read("serial")?;
    let position = reader.read("position")?;
    let total = reader.read("total")?;
    Ok((Place { transaction, serial, position, total }, list))
}

fn print_place<'a>(place: &Place<'a>, list: Option<List>, line: &mut Line<'_>) {
    line.put(&place.transaction);
    line.put(&list);
    line.put(&place.serial);
    line.put(&place.position);
    line.put(&place.total);
}

fn read_lists(reader: &mut Reader<'_>) -> Result<Lists, CommandError> {
    let bits = u32::read(reader, "lists")?;
    u8::try_from(bits).map(Lists::from_bits).map_err(|_| reader.invalid("lists"))
}

fn parse_lists(text: &str) -> Option<Lists> {
    text.parse().ok().map(Lists::from_bits)
}
