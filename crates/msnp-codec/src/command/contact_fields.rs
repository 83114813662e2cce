//! How a contact is written: `N=`, `F=`, `C=` from MSNP10, account and name before.

use crate::field::{Line, Reader};
use crate::{CommandError, Encoded};

/// The fields `N=`, `F=`, `C=`, in any order; an address or name may hold more equals signs.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) account: Option<&'a str>,
    pub(super) name: Option<Encoded<'a>>,
    pub(super) guid: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// Reads fields up to the first parameter that is none, and gives that back.
    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'a>,
    ) -> Result<Option<&'a str>, CommandError> {
        let text = |reader: &Reader<'a>, bytes: &'a [u8], what: &'static str| {
            reader.text(bytes).filter(|text| !text.is_empty()).ok_or_else(|| reader.invalid(what))
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

pub(super) fn print_fields(
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
pub(super) fn print_named(
    account: &str,
    name: &Option<Encoded<'_>>,
    needed: bool,
    line: &mut Line<'_>,
) {
    line.text(account);
    match name {
        Some(name) => line.put(name),
        None if needed => line.text(account),
        None => {}
    }
}
