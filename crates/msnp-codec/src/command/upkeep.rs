//! `PNG`, `QNG`, `OUT`, `SBS`, `GCF`, `NOT` and refusals: what keeps a session going and ends it.

use msnp_core::{ErrorCode, TransactionId, Version};

use crate::field::{Command, Line, Reader, command};
use crate::{CommandError, Verb};

command! {
    /// Is the connection alive?
    ClientPng {}
}

command! {
    /// It is.
    ServerQng {
        /// After how many seconds to ask again (MSNP9 and later).
        seconds: Option<u32>,
    }
}

command! {
    /// Ends the session.
    ClientOut {}
}

/// The session has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOut<'a> {
    /// `OTH`: signed in elsewhere; `SSD`: the server goes down; and others.
    pub reason: Option<&'a str>,
    /// The minutes after which to come back (`RCT`, MSNP11 and later); nothing without a reason.
    pub minutes: Option<u32>,
}

command! {
    /// Follows the sign-in; its meaning is not known: `SBS 0 null`.
    ServerSbs<'a> {
        /// 0.
        transaction: TransactionId,
        /// `null`.
        value: Option<&'a str>,
    }
}

command! {
    /// Asks for a configuration document: `GCF 4 Shields.xml`.
    ClientGcf<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The name of the document.
        document: &'a str,
    }
}

command! {
    /// A configuration document.
    ServerGcf<'a> {
        /// The transaction; 0 where nobody asked (MSNP13 and later).
        transaction: TransactionId,
        /// The name of the document (MSNP11 and 12).
        document: Option<&'a str>,
        ;
        /// The document.
        body
    }
}

command! {
    /// A notification document.
    ServerNot<'a> {
        ;
        /// The document.
        body
    }
}

impl<'a> Command<'a> for ServerOut<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self { reason: reader.read("reason")?, minutes: reader.read("minutes")? })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.reason);
        line.put(&self.reason.and(self.minutes));
        line.end();
    }
}

/// A refusal: `913 9`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError<'a> {
    /// What is refused, and why.
    pub code: ErrorCode,
    /// The transaction; none where nobody asked for anything.
    pub transaction: Option<TransactionId>,
    /// The offending document or a text (MSNP13 and later; not printed before).
    pub body: Option<&'a [u8]>,
}

impl<'a> ServerError<'a> {
    pub(super) fn read(code: ErrorCode, reader: &mut Reader<'a>) -> Result<Self, CommandError> {
        Ok(Self { code, transaction: reader.read("transaction id")?, body: reader.optional_body() })
    }
}

impl<'a> Command<'a> for ServerError<'a> {
    fn verb(&self) -> Option<Verb> {
        Some(Verb::of_error(self.code))
    }

    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Err(reader.invalid("error code")) // Reached by no verb: the three digits name the error.
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        match self.body.filter(|_| version.errors_have_bodies()) {
            Some(body) => {
                // Alone on the line, the length would be read as the transaction.
                line.put(&self.transaction.unwrap_or(TransactionId::ASYNCHRONOUS));
                line.end_with(body);
            }
            None => {
                line.put(&self.transaction);
                line.end();
            }
        }
    }
}
