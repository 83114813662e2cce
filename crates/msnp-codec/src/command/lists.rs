//! `SYN`, `LSG`, `LST`, `GTC`, `BLP`, `PRP`, `BPR`, `REA`, `ADD`, `ADC`, `REM`: the lists and the
//! settings.

use msnp_core::{List, ListSync, Lists, NetworkId, TransactionId, Version};

use crate::field::{Command, Field, Line, Reader, command, text};
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

command! {
    /// Sets what happens when somebody adds one: `A` asks, `N` allows silently.
    ClientGtc<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// `A` or `N`.
        setting: &'a str,
    }
}

command! {
    /// Sets who may reach one by default: `AL` all but the blocked, `BL` only the allowed.
    ClientBlp<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// `AL` or `BL`.
        setting: &'a str,
    }
}

/// The setting of `GTC`. Inside the answer to a `SYN` it has no transaction from MSNP8; up to
/// MSNP9 a serial number stands before it everywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerGtc<'a> {
    /// The transaction, outside a list.
    pub transaction: Option<TransactionId>,
    /// The serial number of the lists.
    pub serial: Option<&'a str>,
    /// `A` or `N`.
    pub setting: &'a str,
}

/// The setting of `BLP`, in the forms of [`ServerGtc`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerBlp<'a> {
    /// The transaction, outside a list.
    pub transaction: Option<TransactionId>,
    /// The serial number of the lists.
    pub serial: Option<&'a str>,
    /// `AL` or `BL`.
    pub setting: &'a str,
}

/// Sets something about oneself: `PRP 9 MFN Alice`; without a value it is cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientPrp<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// What: `PHH`, `PHW`, `PHM` telephone numbers, `MFN` the friendly name, and others.
    pub key: &'a str,
    /// The value.
    pub value: Option<Encoded<'a>>,
}

/// Something about oneself: `PRP 9 MFN Alice`, up to MSNP9 `PRP 9 7 PHH 1`, in the answer to a
/// `SYN` `PRP MFN Alice` or, up to MSNP7, `PRP 7 PHH 1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerPrp<'a> {
    /// The transaction, where there is one.
    pub transaction: Option<TransactionId>,
    /// The serial number of the lists, where there is one.
    pub serial: Option<&'a str>,
    /// What.
    pub key: &'a str,
    /// The value.
    pub value: Option<Encoded<'a>>,
}

/// Something about a contact: `BPR 7 bob@example.com PHH 1` (MSNP5 to 9),
/// `BPR bob@example.com PHH 1`, and after an `LST` only `BPR PHH 1`, which is about that contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerBpr<'a> {
    /// The serial number of the lists, where there is one.
    pub serial: Option<&'a str>,
    /// Who; none where the line follows the `LST` of the contact.
    pub account: Option<&'a str>,
    /// What.
    pub key: &'a str,
    /// The value.
    pub value: Option<Encoded<'a>>,
}

command! {
    /// Renames oneself or a contact: `REA 9 alice@example.com Alice` (MSNP2 to 9).
    ClientRea<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// Whom.
        account: &'a str,
        /// The new name.
        name: Encoded<'a>,
    }
}

command! {
    /// Renamed: `REA 9 8 alice@example.com Alice`.
    ServerRea<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The serial number of the lists.
        serial: &'a str,
        /// Whom.
        account: &'a str,
        /// The new name.
        name: Encoded<'a>,
    }
}

/// Puts a contact on a list: `ADD 9 FL bob@example.com Bob 0` (MSNP2 to 9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAdd<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The list.
    pub list: List,
    /// Whom.
    pub account: &'a str,
    /// The name; some programs leave it out.
    pub name: Option<Encoded<'a>>,
    /// The number of a group, for the forward list (MSNP7 and later).
    pub group: Option<&'a str>,
}

/// The contact is on the list: `ADD 9 FL 8 bob@example.com Bob 0`; with transaction 0 and `RL`,
/// somebody added one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAdd<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The list.
    pub list: List,
    /// The serial number of the lists.
    pub serial: &'a str,
    /// Whom.
    pub account: &'a str,
    /// The name.
    pub name: Option<Encoded<'a>>,
    /// The number of a group.
    pub group: Option<&'a str>,
}

/// Puts a contact on a list or into a group (MSNP10 to 12):
/// `ADC 9 FL N=bob@example.com F=Bob`, `ADC 9 FL C=<contact> <group>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAdc<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The list.
    pub list: List,
    /// `N=`, the account.
    pub account: Option<&'a str>,
    /// `F=`, the friendly name.
    pub name: Option<Encoded<'a>>,
    /// `C=`, the GUID of the contact.
    pub guid: Option<&'a str>,
    /// The GUID of a group.
    pub group: Option<&'a str>,
}

/// The contact is on the list: repeats the command, and gives a new contact its GUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAdc<'a> {
    /// The transaction; 0 where somebody added one.
    pub transaction: TransactionId,
    /// The list.
    pub list: List,
    /// `N=`, the account.
    pub account: Option<&'a str>,
    /// `F=`, the friendly name.
    pub name: Option<Encoded<'a>>,
    /// `C=`, the GUID of the contact.
    pub guid: Option<&'a str>,
    /// The GUID of a group.
    pub group: Option<&'a str>,
}

command! {
    /// Takes a contact off a list or out of a group: `REM 9 FL bob@example.com`; from MSNP10 the
    /// forward list wants the GUID of the contact.
    ClientRem<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The list.
        list: List,
        /// The account or the GUID.
        contact: &'a str,
        /// The group to leave; the contact stays on the list.
        group: Option<&'a str>,
    }
}

/// The contact is off the list: `REM 9 FL 8 bob@example.com`, from MSNP10 without serial number;
/// with transaction 0 and `RL`, somebody removed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerRem<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The list.
    pub list: List,
    /// The serial number of the lists (MSNP2 to 9).
    pub serial: Option<&'a str>,
    /// The account or the GUID.
    pub contact: &'a str,
    /// The group it left.
    pub group: Option<&'a str>,
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
                let contact = Contact {
                    account: reader.read("account")?,
                    name: reader.read("name")?,
                    guid: None,
                    network: None,
                    groups: reader.read("groups")?,
                };
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

impl<'a> Command<'a> for ServerGtc<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        let (transaction, serial, setting) = read_setting(reader)?;
        Ok(Self { transaction, serial, setting })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.serial);
        line.put(&self.setting);
        line.end();
    }
}

impl<'a> Command<'a> for ServerBlp<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        let (transaction, serial, setting) = read_setting(reader)?;
        Ok(Self { transaction, serial, setting })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.serial);
        line.put(&self.setting);
        line.end();
    }
}

impl<'a> Command<'a> for ClientPrp<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            key: reader.read("key")?,
            value: reader.read("value")?,
        })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.key);
        print_value(&self.value, &mut line);
        line.end();
    }
}

impl<'a> Command<'a> for ServerPrp<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        // Keys begin with a letter, transactions and serials are digits.
        let mut numbers = [None, None];
        let mut key: &str = reader.read("key")?;
        for number in &mut numbers {
            if !key.bytes().all(|b| b.is_ascii_digit()) {
                break;
            }
            *number = Some(key);
            key = reader.read("key")?;
        }
        let value = reader.read("value")?;
        let (transaction, serial) = match numbers {
            [Some(first), Some(second)] => (Some(first), Some(second)),
            // Alone inside the answer to a SYN it is the serial, in a reply the transaction.
            [Some(first), None] if version.has_list_serials() => (None, Some(first)),
            [first, _] => (first, None),
        };
        let transaction = match transaction.map(str::parse) {
            None => None,
            Some(Ok(number)) => Some(TransactionId::new(number)),
            Some(Err(_)) => return Err(reader.invalid("transaction id")),
        };
        Ok(Self { transaction, serial, key, value })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        if version.has_list_serials() {
            line.put(&self.serial.or(self.transaction.map(|_| "0")));
        }
        line.put(&self.key);
        print_value(&self.value, &mut line);
        line.end();
    }
}

impl<'a> Command<'a> for ServerBpr<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        let mut key: &str = reader.read("key")?;
        let mut serial = None;
        let mut account = None;
        if key.bytes().all(|b| b.is_ascii_digit()) {
            serial = Some(key);
            key = reader.read("key")?;
        }
        if key.contains('@') {
            account = Some(key);
            key = reader.read("key")?;
        }
        Ok(Self { serial, account, key, value: reader.read("value")? })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.serial);
        line.put(&self.account);
        line.put(&self.key);
        print_value(&self.value, &mut line);
        line.end();
    }
}

impl<'a> Command<'a> for ClientAdd<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            list: reader.read("list")?,
            account: reader.read("account")?,
            name: reader.read("name")?,
            group: reader.read("group")?,
        })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.list);
        print_named(self.account, &self.name, self.group.is_some(), &mut line);
        line.put(&self.group);
        line.end();
    }
}

impl<'a> Command<'a> for ServerAdd<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            list: reader.read("list")?,
            serial: reader.read("serial")?,
            account: reader.read("account")?,
            name: reader.read("name")?,
            group: reader.read("group")?,
        })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.list);
        line.put(&self.serial);
        print_named(self.account, &self.name, self.group.is_some(), &mut line);
        line.put(&self.group);
        line.end();
    }
}

impl<'a> Command<'a> for ClientAdc<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let list = reader.read("list")?;
        let mut fields = Fields::default();
        let group = fields.read(reader)?;
        let Fields { account, name, guid } = fields;
        Ok(Self { transaction, list, account, name, guid, group })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.list);
        print_fields(self.account, &self.name, self.guid, &mut line);
        line.put(&self.group);
        line.end();
    }
}

impl<'a> Command<'a> for ServerAdc<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let ClientAdc { transaction, list, account, name, guid, group } =
            ClientAdc::read(reader, version)?;
        Ok(Self { transaction, list, account, name, guid, group })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.list);
        print_fields(self.account, &self.name, self.guid, &mut line);
        line.put(&self.group);
        line.end();
    }
}

impl<'a> Command<'a> for ServerRem<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            list: reader.read("list")?,
            serial: if version.has_list_serials() { Some(reader.read("serial")?) } else { None },
            contact: reader.read("contact")?,
            group: reader.read("group")?,
        })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        line.put(&self.list);
        if version.has_list_serials() {
            line.put(&self.serial.unwrap_or("0"));
        }
        line.put(&self.contact);
        line.put(&self.group);
        line.end();
    }
}

/// The fields `N=`, `F=`, `C=`, in any order; an address or name may hold more equals signs.
#[derive(Default)]
struct Fields<'a> {
    account: Option<&'a str>,
    name: Option<Encoded<'a>>,
    guid: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// Reads fields up to the first parameter that is none, and gives that back.
    fn read(&mut self, reader: &mut Reader<'a>) -> Result<Option<&'a str>, CommandError> {
        let text = |reader: &Reader<'a>, bytes: &'a [u8], what: &'static str| {
            text(bytes).filter(|text| !text.is_empty()).ok_or_else(|| reader.invalid(what))
        };
        while !reader.is_empty() {
            match reader.next("field")? {
                [b'N', b'=', value @ ..] => self.account = Some(text(reader, value, "account")?),
                [b'F', b'=', value @ ..] => self.name = Some(Encoded::from_wire(value)),
                [b'C', b'=', value @ ..] => self.guid = Some(text(reader, value, "guid")?),
                other => return text(reader, other, "field").map(Some),
            }
        }
        Ok(None)
    }
}

fn print_fields(
    account: Option<&str>,
    name: &Option<Encoded<'_>>,
    guid: Option<&str>,
    line: &mut Line<'_>,
) {
    if let Some(account) = account {
        line.field(b"N=", account);
    }
    if let Some(name) = name {
        line.encoded_field(b"F=", name);
    }
    if let Some(guid) = guid {
        line.field(b"C=", guid);
    }
}

/// `<account> <name>`; where something must stand for a name that nobody knows, the account does.
fn print_named(account: &str, name: &Option<Encoded<'_>>, needed: bool, line: &mut Line<'_>) {
    line.text(account);
    match name {
        Some(name) => line.put(name),
        None if needed => line.text(account),
        None => {}
    }
}

/// A value of no text is none.
fn print_value(value: &Option<Encoded<'_>>, line: &mut Line<'_>) {
    if let Some(value) = value.as_ref().filter(|value| !value.as_bytes().is_empty()) {
        line.put(value);
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

/// `{<transaction> {<serial>}} <setting>`
type Setting<'a> = (Option<TransactionId>, Option<&'a str>, &'a str);

fn read_setting<'a>(reader: &mut Reader<'a>) -> Result<Setting<'a>, CommandError> {
    Ok(match reader.left() {
        ..=1 => (None, None, reader.read("setting")?),
        2 => (Some(reader.read("transaction id")?), None, reader.read("setting")?),
        _ => (
            Some(reader.read("transaction id")?),
            Some(reader.read("serial")?),
            reader.read("setting")?,
        ),
    })
}

fn read_lists(reader: &mut Reader<'_>) -> Result<Lists, CommandError> {
    let bits = u32::read(reader, "lists")?;
    u8::try_from(bits).map(Lists::from_bits).map_err(|_| reader.invalid("lists"))
}

fn parse_lists(text: &str) -> Option<Lists> {
    text.parse().ok().map(Lists::from_bits)
}
