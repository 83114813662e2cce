//! `CHG`, `ILN`, `NLN`, `FLN`: who is there.

use core::fmt;

use msnp_core::{NetworkId, NetworkPlace, Status, TransactionId, Version};

use crate::field::{Command, Field, Line, Reader, number};
use crate::{CommandError, Encoded};

/// What a client program can do: one number from MSNP8, two from MSNP16 (`2788999228:48`).
///
/// Some programs send both numbers in any version, so both are read in any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The first number: bits, and in the top four the generation of the client.
    pub basic: u32,
    /// The second number.
    pub extended: Option<u32>,
}

/// A contact as presence names it: `alice@example.com`, from MSNP14
/// `alice@example.com 1`, from MSNP18 `1:alice@example.com`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactName<'a> {
    /// The account.
    pub account: &'a str,
    /// Its network, where the version says it; printed as [`NetworkId::MSN`] where it must stand
    /// and is not given.
    pub network: Option<NetworkId>,
}

/// Sets the status: `CHG 6 NLN 1073741824 {<msnobj>}`.
///
/// Capabilities belong to it from MSNP8, the object from MSNP9; programs leave out either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientChg<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The new status.
    pub status: Status,
    /// The capabilities; printed as 0 where there are none but an object.
    pub capabilities: Option<Capabilities>,
    /// The display picture, an encoded MSN object; `0` means none.
    pub object: Option<Encoded<'a>>,
}

/// The status is set; repeats the command, sometimes with other capabilities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerChg<'a> {
    /// The transaction; 0 where the server changed it.
    pub transaction: TransactionId,
    /// The new status.
    pub status: Status,
    /// The capabilities; printed as 0 where there are none but an object.
    pub capabilities: Option<Capabilities>,
    /// The display picture.
    pub object: Option<Encoded<'a>>,
}

/// A contact is online already: follows the first `CHG`, or a contact that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerIln<'a> {
    /// The transaction of the `CHG` or `ADD`; servers have sent 0, so it proves nothing.
    pub transaction: TransactionId,
    /// The presence.
    pub presence: ServerNln<'a>,
}

/// A contact is online, or something about it has changed:
/// `NLN AWY alice@example.com Alice 1073741824 {<msnobj>}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerNln<'a> {
    /// The status.
    pub status: Status,
    /// Who.
    pub contact: ContactName<'a>,
    /// The friendly name.
    pub name: Encoded<'a>,
    /// The capabilities (MSNP8 and later); printed as 0 where there are none but an object.
    pub capabilities: Option<Capabilities>,
    /// The display picture (MSNP9 and later); `0` means none.
    pub object: Option<Encoded<'a>>,
}

/// A contact is offline: `FLN alice@example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFln<'a> {
    /// Who.
    pub contact: ContactName<'a>,
    /// Capabilities (MSNP14 and later), zeros as far as known.
    pub capabilities: Option<Capabilities>,
}

impl<'a> Command<'a> for ClientChg<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            status: reader.read("status")?,
            capabilities: reader.read("capabilities")?,
            object: reader.read("object")?,
        })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.status);
        print_equipment(self.capabilities, &self.object, &mut line);
        line.end();
    }
}

impl<'a> Command<'a> for ServerChg<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let ClientChg { transaction, status, capabilities, object } =
            ClientChg::read(reader, version)?;
        Ok(Self { transaction, status, capabilities, object })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.status);
        print_equipment(self.capabilities, &self.object, &mut line);
        line.end();
    }
}

impl<'a> Command<'a> for ServerIln<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            presence: ServerNln::read(reader, version)?,
        })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.transaction);
        self.presence.print(line, version);
    }
}

impl<'a> Command<'a> for ServerNln<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        Ok(Self {
            status: reader.read("status")?,
            contact: ContactName::read(reader, version)?,
            name: reader.read("name")?,
            capabilities: reader.read("capabilities")?,
            object: reader.read("object")?,
        })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.status);
        self.contact.print(&mut line, version);
        line.put(&self.name);
        print_equipment(self.capabilities, &self.object, &mut line);
        line.end();
    }
}

impl<'a> Command<'a> for ServerFln<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let contact = ContactName::read(reader, version)?;
        Ok(Self { contact, capabilities: reader.read("capabilities")? })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        self.contact.print(&mut line, version);
        line.put(&self.capabilities);
        line.end();
    }
}

/// Capabilities and object keep their places.
fn print_equipment(
    capabilities: Option<Capabilities>,
    object: &Option<Encoded<'_>>,
    line: &mut Line<'_>,
) {
    line.put(&capabilities.or(object.as_ref().map(|_| Capabilities::new(0))));
    line.put(object);
}

impl<'a> ContactName<'a> {
    /// A contact without a network.
    pub const fn new(account: &'a str) -> Self {
        Self { account, network: None }
    }

    #[inline]
    pub(super) fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let text: &str = reader.read("account")?;
        let place = version.network_in_presence();
        if place == NetworkPlace::BeforeAccount
            && let Some((network, account)) = text.split_once(':')
            && network.bytes().all(|b| b.is_ascii_digit())
            && !account.is_empty()
        {
            let network = network.parse().map_err(|_| reader.invalid("network"))?;
            return Ok(Self { account, network: Some(NetworkId(network)) });
        }
        let network =
            if place == NetworkPlace::AfterAccount { Some(reader.read("network")?) } else { None };
        Ok(Self { account: text, network })
    }

    pub(super) fn print(&self, line: &mut Line<'_>, version: Version) {
        let place = version.network_in_presence();
        match self.network {
            Some(network) if place == NetworkPlace::BeforeAccount => {
                line.display(format_args!("{network}:"));
                line.append(self.account);
            }
            network => {
                line.put(&self.account);
                if place == NetworkPlace::AfterAccount {
                    line.put(&network.unwrap_or(NetworkId::MSN));
                }
            }
        }
    }
}

impl Capabilities {
    /// One number.
    pub const fn new(basic: u32) -> Self {
        Self { basic, extended: None }
    }

    /// Reads `1073741824` or `2788999228:48`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Some(basic) = number(bytes) {
            return Some(Self::new(basic));
        }
        let colon = bytes.iter().position(|b| *b == b':')?;
        // A program that was built in haste sends `2416181284:00`.
        let (basic, extended) = bytes.split_at_checked(colon)?;
        Some(Self { basic: number(basic)?, extended: Some(number(extended.get(1..)?)?) })
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.extended {
            None => write!(f, "{}", self.basic),
            Some(extended) => write!(f, "{}:{extended}", self.basic),
        }
    }
}

impl<'a> Field<'a> for Capabilities {
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        let bytes = reader.next(parameter)?;
        Self::from_bytes(bytes).ok_or_else(|| reader.invalid(parameter))
    }

    fn print(&self, line: &mut Line<'_>) {
        line.display(self);
    }
}
