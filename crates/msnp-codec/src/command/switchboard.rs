//! `RNG`, `CAL`, `ANS`, `IRO`, `JOI`, `BYE`, `MSG`, `ACK`, `NAK`: rooms. See
//! [`message`](crate::message) for what a `MSG` carries.

use msnp_core::{TransactionId, Version};

use crate::command::presence::Capabilities;
use crate::command::sign_in::switchboard_tail;
use crate::field::{Command, Field, Line, Reader, command};
use crate::{CommandError, Encoded, Hidden};

/// Somebody invites to a switchboard:
/// `RNG 11752013 10.0.0.1:1863 CKI 849102291.520491113 alice@example.com Alice`.
///
/// The session id is opaque text: not every server writes a number. From MSNP13 more follows,
/// which is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerRng<'a> {
    /// The session, to be named by the `ANS`.
    pub session: &'a str,
    /// The address of the switchboard.
    pub address: &'a str,
    /// What to show there.
    pub cookie: Hidden<'a>,
    /// Who invites.
    pub account: &'a str,
    /// Their friendly name.
    pub name: Encoded<'a>,
}

command! {
    /// Invites somebody: `CAL 2 bob@example.com`.
    ClientCal<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// Whom.
        account: &'a str,
    }
}

command! {
    /// The invitation is under way: `CAL 2 RINGING 11752013`.
    ServerCal<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// `RINGING`.
        state: &'a str,
        /// The session id, opaque text.
        session: &'a str,
    }
}

command! {
    /// Joins the session one was invited to: `ANS 1 bob@example.com <cookie> 11752013`.
    ClientAns<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// Who joins.
        account: &'a str,
        /// The cookie of the `RNG`.
        cookie: Hidden<'a>,
        /// The session of the `RNG`.
        session: &'a str,
    }
}

command! {
    /// Joined: `ANS 1 OK`.
    ServerAns<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// `OK`.
        state: &'a str,
    }
}

command! {
    /// Who is here already, one line each: `IRO 1 1 2 alice@example.com Alice`.
    ServerIro<'a> {
        /// The transaction of the `ANS`.
        transaction: TransactionId,
        /// The position of this line, from 1.
        position: u32,
        /// How many lines there are.
        total: u32,
        /// Who; from MSNP16 also `account;{machine}`.
        account: &'a str,
        /// Their friendly name.
        name: Encoded<'a>,
        /// Their capabilities (MSNP12 and later).
        capabilities: Option<Capabilities>,
    }
}

command! {
    /// Somebody joined: `JOI bob@example.com Bob`.
    ServerJoi<'a> {
        /// Who; from MSNP16 also `account;{machine}`.
        account: &'a str,
        /// Their friendly name.
        name: Encoded<'a>,
        /// Their capabilities (MSNP12 and later).
        capabilities: Option<Capabilities>,
    }
}

command! {
    /// Somebody left: `BYE bob@example.com`.
    ServerBye<'a> {
        /// Who.
        account: &'a str,
        /// `1` where they left because the room was idle.
        idle: Option<&'a str>,
    }
}

/// Which answer a message asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledge {
    /// `U`: none.
    Nothing,
    /// `N`: a `NAK` where it fails.
    Failure,
    /// `A`: an `ACK`, or a `NAK`.
    Always,
    /// `D`: as `A`, for peer-to-peer data (MSNP9 and later).
    Data,
}

command! {
    /// A message to all in the room: `MSG 3 N 133`.
    ClientMsg<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// Which answer it asks for.
        acknowledge: Acknowledge,
        ;
        /// The message.
        body
    }
}

command! {
    /// A message: `MSG alice@example.com Alice 133`, from the server itself
    /// `MSG Hotmail Hotmail 460`.
    ServerMsg<'a> {
        /// Who sent it.
        account: &'a str,
        /// Their friendly name.
        name: Encoded<'a>,
        ;
        /// The message.
        body
    }
}

command! {
    /// The message has reached the room.
    ServerAck {
        /// The transaction of the `MSG`.
        transaction: TransactionId,
    }
}

command! {
    /// The message has not reached everybody.
    ServerNak {
        /// The transaction of the `MSG`.
        transaction: TransactionId,
    }
}

impl<'a> Command<'a> for ServerRng<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        let session = reader.read("session")?;
        let address = reader.read("address")?;
        if reader.next("cookie marker")? != b"CKI" {
            return Err(reader.invalid("cookie marker"));
        }
        Ok(Self {
            session,
            address,
            cookie: reader.read("cookie")?,
            account: reader.read("account")?,
            name: reader.read("name")?,
        })
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        line.put(&self.session);
        line.put(&self.address);
        line.word(b"CKI");
        line.put(&self.cookie);
        line.put(&self.account);
        line.put(&self.name);
        switchboard_tail(&mut line, version);
        line.end();
    }
}

impl Acknowledge {
    const LETTERS: [(Self, &'static str); 4] =
        [(Self::Nothing, "U"), (Self::Failure, "N"), (Self::Always, "A"), (Self::Data, "D")];

    /// Whether the switchboard answers a message that has arrived.
    pub const fn confirms(self) -> bool {
        matches!(self, Self::Always | Self::Data)
    }

    /// Whether the switchboard answers a message that has failed.
    pub const fn reports_failure(self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

impl<'a> Field<'a> for Acknowledge {
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        let letter: &str = reader.read(parameter)?;
        let known = Self::LETTERS.iter().find(|(_, known)| *known == letter);
        known.map(|(kind, _)| *kind).ok_or_else(|| reader.invalid(parameter))
    }

    fn print(&self, line: &mut Line<'_>) {
        let known = Self::LETTERS.iter().find(|(kind, _)| kind == self);
        line.word(known.map_or(b"", |(_, letter)| letter.as_bytes()));
    }
}
