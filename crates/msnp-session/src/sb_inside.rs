//! What a client does about each command of a switchboard.

use alloc::string::String;

use bytes::Bytes;

use msnp_codec::command::Capabilities;
use msnp_codec::{RawCommand, ServerCommand};
use msnp_core::{Account, ErrorCode, TransactionId};

use crate::sb_client::SbClient;
use crate::{Delivery, RequestError, SbEvent, SessionError, SignOut};

impl SbClient {
    pub(crate) fn event(&mut self, raw: RawCommand<'_>, command: ServerCommand<'_>) {
        match command {
            ServerCommand::Iro(iro) => {
                let name = iro.name.decode().into_owned();
                self.joined(raw, iro.account, name, iro.capabilities, true);
            }
            ServerCommand::Joi(joi) => {
                let name = joi.name.decode().into_owned();
                self.joined(raw, joi.account, name, joi.capabilities, false);
            }
            ServerCommand::Bye(bye) => match member(bye.account) {
                Some((account, whole)) => {
                    // From MSNP16 a member has several places; the bare account leaves last.
                    if whole && self.members.remove(&account) {
                        let idle = bye.idle == Some("1");
                        self.connection.event(SbEvent::Left { account, idle });
                    } else if whole {
                        self.connection.event(SbEvent::Unknown(raw.to_owned()));
                    }
                }
                None => self.connection.event(SbEvent::Unknown(raw.to_owned())),
            },
            ServerCommand::Cal(cal) => {
                if let Some((account, _)) = self.invitations.remove(&cal.transaction) {
                    let (transaction, result) = (cal.transaction, Ok(cal.session.into()));
                    self.connection.event(SbEvent::Invited { transaction, account, result });
                } else {
                    self.connection.event(SbEvent::Unknown(raw.to_owned()));
                }
            }
            ServerCommand::Msg(msg) => match Account::new(msg.account) {
                Ok(account) => self.connection.event(SbEvent::Message {
                    account,
                    name: msg.name.decode().into_owned(),
                    body: Bytes::copy_from_slice(msg.body),
                }),
                Err(_) => self.connection.event(SbEvent::Unknown(raw.to_owned())),
            },
            ServerCommand::Ack(ack) => self.message_ended(raw, ack.transaction, Delivery::Accepted),
            ServerCommand::Nak(nak) => self.message_ended(raw, nak.transaction, Delivery::Failed),
            ServerCommand::Error(error) => self.refused(error.code, error.transaction),
            ServerCommand::Out(out) => {
                let reason = SignOut::parse(out.reason, out.minutes);
                self.end(Err(SessionError::SignedOut(reason)));
            }
            ServerCommand::Qng(_) => {}
            _ => self.connection.event(SbEvent::Unknown(raw.to_owned())),
        }
    }

    fn joined(
        &mut self,
        raw: RawCommand<'_>,
        name_on_line: &str,
        name: String,
        capabilities: Option<Capabilities>,
        already: bool,
    ) {
        match member(name_on_line) {
            None => self.connection.event(SbEvent::Unknown(raw.to_owned())),
            Some((account, _)) if account == self.config.account => {}
            Some((account, _)) if self.members.contains(&account) => {}
            Some(_) if self.members.len() >= Self::MAX_MEMBERS => {
                self.connection.event(SbEvent::Unknown(raw.to_owned()));
            }
            Some((account, _)) => {
                self.members.insert(account.clone());
                self.connection.event(SbEvent::Joined { account, name, capabilities, already });
            }
        }
    }

    fn message_ended(
        &mut self,
        raw: RawCommand<'_>,
        transaction: TransactionId,
        delivery: Delivery,
    ) {
        match self.messages.remove(&transaction) {
            Some(_) => self.connection.event(SbEvent::MessageEnded { transaction, delivery }),
            None => self.connection.event(SbEvent::Unknown(raw.to_owned())),
        }
    }

    fn refused(&mut self, code: ErrorCode, transaction: Option<TransactionId>) {
        if let Some(transaction) = transaction {
            if let Some((account, _)) = self.invitations.remove(&transaction) {
                let result = Err(RequestError::Refused(code));
                return self.connection.event(SbEvent::Invited { transaction, account, result });
            }
            if self.messages.remove(&transaction).is_some() {
                let delivery = Delivery::Failed;
                return self.connection.event(SbEvent::MessageEnded { transaction, delivery });
            }
        }
        self.connection.event(SbEvent::ServerError { code, transaction });
    }
}

/// The account of a member, and whether the name means it as a whole rather than one of its
/// places.
fn member(text: &str) -> Option<(Account, bool)> {
    let (account, place) = text.split_once(';').map_or((text, None), |(a, p)| (a, Some(p)));
    Some((Account::new(account).ok()?, place.is_none()))
}
