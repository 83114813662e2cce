//! `ADD`, `ADC`, `REM`, `SBP`: putting contacts on lists, taking them off, and naming them.

use msnp_core::{Account, List, TransactionId, Version};

use crate::command::contact_fields::{Fields, print_fields, print_named};
use crate::command::groups::is_guid;
use crate::field::{Command, Line, Reader, command};
use crate::{CommandError, Encoded};

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

/// A contact on a list or in a group (MSNP10 to 12): `ADC 9 FL N=bob@example.com F=Bob`,
/// `ADC 9 FL C=<contact> <group>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adc<'a> {
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

/// Puts a contact on a list or into a group.
pub type ClientAdc<'a> = Adc<'a>;

/// The contact is on the list: repeats the command, and gives a new contact its GUID.
pub type ServerAdc<'a> = Adc<'a>;

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

command! {
    /// Something about a contact, mostly its name (MSNP10 to 12): `SBP 9 <contact> MFN Bob`.
    Sbp<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The GUID of the contact.
        contact: &'a str,
        /// What: `MFN` is the friendly name.
        key: &'a str,
        /// The value; without one it is cleared.
        value: Option<Encoded<'a>>,
    }
}

/// Sets something about a contact.
pub type ClientSbp<'a> = Sbp<'a>;

/// It is set: repeats the command.
pub type ServerSbp<'a> = Sbp<'a>;

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

impl<'a> Command<'a> for Adc<'a> {
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

impl<'a> Command<'a> for ServerRem<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let list = reader.read("list")?;
        let mut serial = None;
        if version.has_list_serials() {
            serial = Some(reader.read("serial")?);
        } else if reader.peek(0).is_some_and(|word| word.iter().all(u8::is_ascii_digit))
            && reader.peek(1).is_some_and(names_somebody)
        {
            // A server that still counts is understood, but the number says nothing.
            reader.next("serial")?;
        }
        let contact = reader.read("contact")?;
        Ok(Self { transaction, list, serial, contact, group: reader.read("group")? })
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

/// Whether it is a GUID or an account.
fn names_somebody(word: &[u8]) -> bool {
    is_guid(word) || core::str::from_utf8(word).is_ok_and(|text| Account::new(text).is_ok())
}
