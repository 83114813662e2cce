//! `GTC`, `BLP`, `PRP`, `BPR`, `REA`: settings and names, one's own and those of contacts.

use msnp_core::{TransactionId, Version};

use crate::field::{Command, Line, Reader, command};
use crate::{CommandError, Encoded};

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

macro_rules! read_and_print_settings {
    ($($name:ident)*) => {$(
        impl<'a> Command<'a> for $name<'a> {
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
    )*};
}

read_and_print_settings!(ServerGtc ServerBlp);

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
        if key.bytes().all(|b| b.is_ascii_digit()) {
            return Err(reader.invalid("key"));
        }
        let value = reader.read("value")?;
        let (transaction, serial) = match numbers {
            [Some(first), Some(second)] if version.has_list_serials() => {
                (Some(first), Some(second))
            }
            // From MSNP10 a server that still counts is understood, but the number says nothing.
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

/// A value of no text is none.
fn print_value(value: &Option<Encoded<'_>>, line: &mut Line<'_>) {
    if let Some(value) = value.as_ref().filter(|value| !value.as_bytes().is_empty()) {
        line.put(value);
    }
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
