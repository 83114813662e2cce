//! `UUX`, `UBX`: the personal message and what somebody listens to. See
//! [`personal_message`](crate::personal_message) for the bodies.

use msnp_core::{TransactionId, Version};

use crate::CommandError;
use crate::command::presence::ContactName;
use crate::field::{Command, Line, Reader, command};

command! {
    /// Sets the personal message and current media, or other parts of the presence document.
    ClientUux<'a> {
        /// The transaction.
        transaction: TransactionId,
        ;
        /// The document.
        body
    }
}

/// The document is set: `UUX 7 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUux {
    /// The transaction.
    pub transaction: TransactionId,
}

/// The personal message and current media of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUbx<'a> {
    /// Who.
    pub contact: ContactName<'a>,
    /// The document; empty where it is cleared.
    pub body: &'a [u8],
}

impl<'a> Command<'a> for ServerUux {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self { transaction: reader.read("transaction id")? })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.word(b"0");
        line.end();
    }
}

impl<'a> Command<'a> for ServerUbx<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        Ok(Self { contact: ContactName::read(reader, version)?, body: reader.body() })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        self.contact.print(&mut line, version);
        line.end_with(self.body);
    }
}
