//! `URL`, `FND`, `SND`, `SDC`, `IMS`, `PAG`, `PGD`, `IPG`: what surrounds the messages: web pages,
//! the directory, mail and telephones.

use alloc::vec::Vec;

use msnp_core::{TransactionId, Version};

use crate::field::{Command, Field, Line, Reader, command};
use crate::{CommandError, Encoded};

command! {
    /// Asks for the address of a web page: `URL 9 INBOX`, `URL 9 COMPOSE bob@example.com`.
    ClientUrl<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// What the page is for: `INBOX`, `COMPOSE`, `PERSON`, `PROFILE` and others.
        service: &'a str,
        /// More about it, such as an account or a language.
        arguments: Option<&'a str>,
    }
}

command! {
    /// The address of a web page: `URL 9 /cgi-bin/HoTMaiL https://login.example.com/ 2`.
    ServerUrl<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The page, on the host that the sign-in page leads to.
        path: &'a str,
        /// The page that signs in and leads to it.
        login: &'a str,
        /// The number of the site, which the sign-in page asks for.
        id: Option<&'a str>,
    }
}

/// One field of a search, or of its result: `fname=Bob`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryField<'a> {
    /// `fname`, `lname`, `city`, `state`, `country`.
    pub key: &'a str,
    /// The value; in a search `*` means any. May be empty.
    pub value: Encoded<'a>,
}

/// Searches the directory (MSNP2 to 7):
/// `FND 9 fname=Bob lname=Example city=* state=* country=US`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFnd<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// What to search for.
    pub fields: Vec<DirectoryField<'a>>,
}

/// One result of a search: `FND 9 1 2 fname=Bob lname=Example city=Salem state=OR country=US`;
/// `FND 9 0 0` where nobody was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFnd<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The position of this result, from 1; 0 where there are none.
    pub position: u32,
    /// How many results there are.
    pub total: u32,
    /// Who was found.
    pub fields: Vec<DirectoryField<'a>>,
}

/// Invites somebody by mail: `SND 9 bob@example.com` (MSNP2), `SND 9 bob@example.com 0x0409 MSMSGS`
/// (3), `SND 9 bob@example.com 0x0409 MSMSGS MSMSGS` (4 and later).
///
/// A part is printed only where all before it are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSnd<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The mail address, or the position of somebody in the results of the last [`ClientFnd`].
    pub address: &'a str,
    /// The language of the mail, a Windows locale in hexadecimal (MSNP3 and later).
    pub locale: Option<&'a str>,
    /// The client program (MSNP3 and later).
    pub client: Option<&'a str>,
    /// Its code base (MSNP4 and later).
    pub code_base: Option<&'a str>,
}

command! {
    /// The mail is sent: `SND 9 OK`.
    ServerSnd<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// `OK`.
        result: &'a str,
    }
}

/// Invites somebody by mail, with a text (MSNP5 to 12):
/// `SDC 9 bob@example.com 0x0409 MSMSGS MSMSGS X X Alice 5`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSdc<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The mail address, or the position of somebody in the results of the last [`ClientFnd`].
    pub address: &'a str,
    /// The language of the mail, a Windows locale in hexadecimal.
    pub locale: &'a str,
    /// The client program.
    pub client: &'a str,
    /// Its code base.
    pub code_base: &'a str,
    /// The name of the one who invites.
    pub name: Encoded<'a>,
    /// The text; may be empty.
    pub body: &'a [u8],
}

command! {
    /// The mail is sent: `SDC 9 OK`.
    ServerSdc<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// `OK`.
        result: &'a str,
    }
}

command! {
    /// Switches invitations to switchboards on or off: `IMS 9 OFF`.
    ClientIms<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// `ON` or `OFF`.
        setting: &'a str,
    }
}

command! {
    /// Invitations are on or off: `IMS 9 0 OFF`.
    ServerIms<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// 0, as far as known.
        serial: &'a str,
        /// `ON` or `OFF`.
        setting: &'a str,
    }
}

command! {
    /// A page to a telephone (MSNP5 to 8): `PAG 9 bob@example.com 48`.
    ClientPag<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// Whom: an account, or `tel:` and a number.
        account: &'a str,
        /// The kind of device.
        kind: Option<&'a str>,
        ;
        /// The page, an XML document.
        body
    }
}

command! {
    /// A page to a telephone (MSNP9 and later): `PGD 9 tel:+15550100 1 48`.
    ClientPgd<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// Whom: an account, or `tel:` and a number.
        account: &'a str,
        /// The kind of device: 1 for a telephone, 2 for a watch.
        kind: Option<&'a str>,
        ;
        /// The page, an XML document.
        body
    }
}

command! {
    /// The page is sent. One source says that only refusals come.
    ServerPgd<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// `OK`, as far as known.
        result: Option<&'a str>,
    }
}

command! {
    /// A page from a telephone.
    ServerIpg<'a> {
        ;
        /// The page, an XML document.
        body
    }
}

impl<'a> Command<'a> for ClientFnd<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self { transaction: reader.read("transaction id")?, fields: read_fields(reader)? })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        self.fields.iter().for_each(|field| line.put(field));
        line.end();
    }
}

impl<'a> Command<'a> for ServerFnd<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            position: reader.read("position")?,
            total: reader.read("total")?,
            fields: read_fields(reader)?,
        })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.position);
        line.put(&self.total);
        self.fields.iter().for_each(|field| line.put(field));
        line.end();
    }
}

impl<'a> Command<'a> for ClientSnd<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self {
            transaction: reader.read("transaction id")?,
            address: reader.read("address")?,
            locale: reader.read("locale")?,
            client: reader.read("client")?,
            code_base: reader.read("code base")?,
        })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        let client = self.locale.and(self.client);
        line.put(&self.transaction);
        line.put(&self.address);
        line.put(&self.locale);
        line.put(&client);
        line.put(&client.and(self.code_base));
        line.end();
    }
}

impl<'a> Command<'a> for ClientSdc<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let address = reader.read("address")?;
        let locale = reader.read("locale")?;
        let client = reader.read("client")?;
        let code_base = reader.read("code base")?;
        for _ in SDC_UNUSED {
            reader.next("unused")?;
        }
        let name = reader.read("name")?;
        let body = reader.body();
        Ok(Self { transaction, address, locale, client, code_base, name, body })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.address);
        line.put(&self.locale);
        line.put(&self.client);
        line.put(&self.code_base);
        SDC_UNUSED.iter().for_each(|word| line.word(word));
        line.put(&self.name);
        line.end_with(self.body);
    }
}

/// What stands where nobody knows what would.
const SDC_UNUSED: [&[u8]; 2] = [b"X", b"X"];

fn read_fields<'a>(reader: &mut Reader<'a>) -> Result<Vec<DirectoryField<'a>>, CommandError> {
    let mut fields = Vec::new();
    while !reader.is_empty() {
        fields.push(reader.read("field")?);
    }
    Ok(fields)
}

impl<'a> Field<'a> for DirectoryField<'a> {
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        let bytes = reader.next(parameter)?;
        let (key, value) = bytes
            .iter()
            .position(|b| *b == b'=')
            .and_then(|end| bytes.split_at_checked(end))
            .ok_or_else(|| reader.invalid(parameter))?;
        let key = reader.text(key).filter(|key| !key.is_empty());
        Ok(Self {
            key: key.ok_or_else(|| reader.invalid(parameter))?,
            value: Encoded::from_wire(value.get(1..).unwrap_or_default()),
        })
    }

    fn print(&self, line: &mut Line<'_>) {
        line.text(self.key);
        line.append_encoded(b"=", &self.value);
    }
}
