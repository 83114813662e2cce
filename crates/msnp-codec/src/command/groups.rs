//! `ADG`, `REG`, `RMG`: the groups of the forward list, from MSNP7.

use msnp_core::{TransactionId, Version};

use crate::field::{Command, Line, Reader, command};
use crate::{CommandError, Encoded};

/// Adds a group: `ADG 9 Friends 0` (MSNP7 to 9), `ADG 9 Friends` (10 to 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAdg<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The name of the new group.
    pub name: Encoded<'a>,
}

/// The group is added: `ADG 9 8 Friends 3 0` (MSNP7 to 9), `ADG 9 Friends <guid> 0` (10 to 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAdg<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The serial number of the lists; up to MSNP9 printed as 0 where there is none.
    pub serial: Option<&'a str>,
    /// The name of the group.
    pub name: Encoded<'a>,
    /// Its number, or its GUID from MSNP10.
    pub id: &'a str,
}

/// Renames a group: `REG 9 3 Friends 0` (MSNP7 to 9), `REG 9 <guid> Friends` (10 to 12).
///
/// From MSNP10 the name may come before the GUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientReg<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The number of the group, or its GUID.
    pub id: &'a str,
    /// The new name.
    pub name: Encoded<'a>,
}

/// The group is renamed: `REG 9 8 3 Friends 0` (MSNP7 to 9), `REG 9 1 Friends <guid> 0`
/// (10 to 12).
///
/// From MSNP10 the GUID may come before the name, and the number before both may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerReg<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The serial number of the lists. Where there is none, it is printed as 0 up to MSNP9; from
    /// MSNP10 a 1 is printed, and a 1 is read as none.
    pub serial: Option<&'a str>,
    /// The number of the group, or its GUID.
    pub id: &'a str,
    /// The new name.
    pub name: Encoded<'a>,
}

command! {
    /// Removes a group: `RMG 9 3`.
    ClientRmg<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The number of the group, or its GUID from MSNP10. MSN 7.0 has sent its encoded name.
        id: &'a str,
    }
}

/// The group is removed: `RMG 9 8 3`, from MSNP10 `RMG 9 1 <guid>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerRmg<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The serial number of the lists, as in [`ServerReg`].
    pub serial: Option<&'a str>,
    /// The number of the group, or its GUID.
    pub id: &'a str,
}

impl<'a> Command<'a> for ClientAdg<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self { transaction: reader.read("transaction id")?, name: reader.read("name")? })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        line.put(&self.name);
        print_end(version, &mut line);
        line.end();
    }
}

impl<'a> Command<'a> for ServerAdg<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        // From MSNP10 a server that still counts is understood.
        let counts = version.has_list_serials() || reader.left() > 3;
        let serial = if counts { Some(reader.read("serial")?) } else { None };
        Ok(Self { transaction, serial, name: reader.read("name")?, id: reader.read("id")? })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        line.put(&self.serial.or(version.has_list_serials().then_some("0")));
        line.put(&self.name);
        line.put(&self.id);
        line.word(b"0");
        line.end();
    }
}

impl<'a> Command<'a> for ClientReg<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let swapped = version.has_guids()
            && !reader.peek(0).is_some_and(is_guid)
            && reader.peek(1).is_some_and(is_guid);
        let (id, name) = read_names(reader, swapped)?;
        Ok(Self { transaction, id, name })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        line.put(&self.id);
        line.put(&self.name);
        print_end(version, &mut line);
        line.end();
    }
}

impl<'a> Command<'a> for ServerReg<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        if !version.has_guids() {
            let serial = Some(reader.read("serial")?);
            let (id, name) = read_names(reader, false)?;
            return Ok(Self { transaction, serial, id, name });
        }
        let [first, second, third] = [0, 1, 2].map(|at| reader.peek(at).is_some_and(is_guid));
        let (counts, name_first) = match reader.left() {
            _ if third => (true, true),
            ..=2 => (false, !first && second),
            3 if second && reader.peek(2) == Some(b"0") => (false, true),
            3 if first && !second => (false, false),
            _ => (true, !second),
        };
        let serial = if counts { read_serial(reader, version)? } else { None };
        let (id, name) = read_names(reader, name_first)?;
        Ok(Self { transaction, serial, id, name })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        print_serial(self.serial, version, &mut line);
        if version.has_guids() {
            line.put(&self.name);
            line.put(&self.id);
        } else {
            line.put(&self.id);
            line.put(&self.name);
        }
        line.word(b"0");
        line.end();
    }
}

impl<'a> Command<'a> for ServerRmg<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let counts = version.has_list_serials() || reader.left() > 1;
        let serial = if counts { read_serial(reader, version)? } else { None };
        Ok(Self { transaction, serial, id: reader.read("id")? })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        print_serial(self.serial, version, &mut line);
        line.put(&self.id);
        line.end();
    }
}

/// The number of the group and its name, in this order or swapped.
fn read_names<'a>(
    reader: &mut Reader<'a>,
    swapped: bool,
) -> Result<(&'a str, Encoded<'a>), CommandError> {
    if swapped {
        let name = reader.read("name")?;
        return Ok((reader.read("id")?, name));
    }
    Ok((reader.read("id")?, reader.read("name")?))
}

const NO_SERIAL: &str = "1";

fn read_serial<'a>(
    reader: &mut Reader<'a>,
    version: Version,
) -> Result<Option<&'a str>, CommandError> {
    let serial: &str = reader.read("serial")?;
    Ok(Some(serial).filter(|serial| version.has_list_serials() || *serial != NO_SERIAL))
}

fn print_serial(serial: Option<&str>, version: Version, line: &mut Line<'_>) {
    let none = if version.has_list_serials() { "0" } else { NO_SERIAL };
    line.text(serial.unwrap_or(none));
}

/// Up to MSNP9 a 0 that says nothing ends what a client says about groups.
fn print_end(version: Version, line: &mut Line<'_>) {
    if !version.has_guids() {
        line.word(b"0");
    }
}

/// Whether it is a GUID, with or without braces.
pub(super) fn is_guid(text: &[u8]) -> bool {
    let bare = text.strip_prefix(b"{").and_then(|text| text.strip_suffix(b"}")).unwrap_or(text);
    bare.len() == 36
        && bare.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}
