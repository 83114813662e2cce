//! `VER`, `INF`, `CVR`, `CVQ`: agreeing on a version before anybody has a name.

use alloc::vec::Vec;

use msnp_core::{TransactionId, Version};

use crate::CommandError;
use crate::field::{Command, Line, Reader, command};

/// Offers versions: `VER 1 MSNP11 MSNP8 CVR0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientVer<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The names offered, the preferred first. `CVR0` is no version: it says that the client wants
    /// to know about newer ones.
    pub offers: Vec<&'a str>,
}

/// Chooses a version: `VER 1 MSNP8`, or 0 where no offer suits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerVer<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The version chosen comes first; some servers repeat `CVR0` or more.
    pub chosen: Vec<&'a str>,
}

command! {
    /// Asks for the ways to sign in: `INF 2`.
    ClientInf {
        /// The transaction.
        transaction: TransactionId,
    }
}

command! {
    /// The ways to sign in: `INF 2 MD5`, a list with commas.
    ServerInf<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The ways.
        schemes: &'a str,
    }
}

command! {
    /// Describes system and client program:
    /// `CVR 2 0x0409 winnt 5.1 i386 MSMSGS 5.0.0544 MSMSGS alice@example.com`.
    ClientCvr<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The language, a Windows locale in hexadecimal.
        locale: &'a str,
        /// The operating system.
        system: &'a str,
        /// Its version.
        system_version: &'a str,
        /// The processor.
        architecture: &'a str,
        /// The client program.
        client: &'a str,
        /// Its version.
        client_version: &'a str,
        /// The code base (MSNP4 and later).
        code_base: Option<&'a str>,
        /// The account (MSNP8 and later).
        account: Option<&'a str>,
        /// How often the client was sent to another server, in base64 (MSNP21).
        hops: Option<&'a str>,
    }
}

command! {
    /// Names the versions of the client program that are recommended and required, and where to
    /// get them.
    ServerCvr<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// Recommended.
        recommended: &'a str,
        /// Recommended, again.
        recommended_again: &'a str,
        /// Required.
        minimum: &'a str,
        /// Where to get it.
        download: &'a str,
        /// Where to read about it.
        information: &'a str,
    }
}

/// What [`ClientCvr`] says, with the verb `CVQ`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCvq<'a>(pub ClientCvr<'a>);

/// What [`ServerCvr`] says, with the verb `CVQ`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerCvq<'a>(pub ServerCvr<'a>);

impl<'a> Command<'a> for ClientCvq<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        ClientCvr::read(reader, version).map(Self)
    }

    fn print(&self, line: Line<'_>, version: Version) {
        self.0.print(line, version);
    }
}

impl<'a> Command<'a> for ServerCvq<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        ServerCvr::read(reader, version).map(Self)
    }

    fn print(&self, line: Line<'_>, version: Version) {
        self.0.print(line, version);
    }
}

impl<'a> Command<'a> for ClientVer<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self { transaction: reader.read("transaction id")?, offers: read_rest(reader)? })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        self.offers.iter().for_each(|offer| line.put(offer));
        line.end();
    }
}

impl<'a> Command<'a> for ServerVer<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self { transaction: reader.read("transaction id")?, chosen: read_rest(reader)? })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        self.chosen.iter().for_each(|name| line.put(name));
        line.end();
    }
}

fn read_rest<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a str>, CommandError> {
    let mut names = Vec::new();
    while !reader.is_empty() {
        names.push(reader.read("version")?);
    }
    Ok(names)
}
