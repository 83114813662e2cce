//! What a client does about each command once it is signed in.

use core::time::Duration;

use msnp_auth::challenge;
use msnp_codec::command::{ClientQry, ServerXfr};
use msnp_codec::{RawCommand, ServerCommand};
use msnp_core::{ChallengeScheme, ErrorCode, Now, TransactionId};

use crate::ns_client::{NsClient, Ping};
use crate::ns_lists::{ListSynchronization, report_group, report_line};
use crate::{NsEvent, RequestError, SessionError, SignOut, ns_ready};

impl NsClient {
    /// One command after signing in.
    pub(crate) fn ready(&mut self, now: Now, raw: RawCommand<'_>, command: ServerCommand<'_>) {
        if let Some(lists) = &mut self.lists
            && lists.take(&command, &mut self.connection)
        {
            self.last_listed = lists.last_contact().cloned();
            return self.end_lists();
        }
        if !matches!(command, ServerCommand::Bpr(_)) {
            self.last_listed = None;
        }
        match command {
            ServerCommand::Bpr(bpr) if bpr.account.is_none() && self.last_listed.is_some() => {
                if let Some(account) = self.last_listed.clone() {
                    let value = bpr.value.map(|value| value.decode().into_owned());
                    let (key, value) = (bpr.key.into(), value.unwrap_or_default());
                    self.connection.event(NsEvent::ContactSetting { account, key, value });
                }
            }
            ServerCommand::Chl(chl) => self.answer_challenge(chl.challenge),
            ServerCommand::Qry(_) => {}
            ServerCommand::Qng(qng) => {
                let wait = qng
                    .seconds
                    .filter(|seconds| *seconds > 0)
                    .map_or(self.config.keepalive, |seconds| {
                        Duration::from_secs(seconds.into()).min(self.config.keepalive)
                    });
                self.ping = Ping::Due(now.after(wait));
            }
            ServerCommand::Out(out) => {
                let reason = SignOut::parse(out.reason, out.minutes);
                self.end(Err(SessionError::SignedOut(reason)));
            }
            ServerCommand::Error(error) => self.refused(error.code, error.transaction),
            ServerCommand::Xfr(ServerXfr::Notification { address, .. }) => match address.parse() {
                Ok(to) => {
                    self.connection.event(NsEvent::Redirected(to));
                    self.end(Ok(()));
                }
                Err(_) => self.connection.event(NsEvent::Unknown(raw.to_owned())),
            },
            // One list that was asked for, or one that is sent although nothing in it is new.
            ServerCommand::Lst(line) => {
                self.last_listed = report_line(&line, &mut self.connection);
            }
            ServerCommand::Lsg(group) => report_group(&group, &mut self.connection),
            // These come in bursts, and answer nothing.
            ServerCommand::Iln(iln) => {
                ns_ready::report_online(&mut self.connection, &iln.presence, true);
            }
            ServerCommand::Nln(nln) => {
                ns_ready::report_online(&mut self.connection, &nln, false);
            }
            command => {
                let more =
                    matches!(&command, ServerCommand::Fnd(found) if found.position < found.total);
                // An answer that cannot be read brings about nothing, so it is none.
                if self.report(raw, command) && !more {
                    self.end_of(raw);
                }
            }
        }
    }

    /// Ends the lists where all of them are there.
    pub(crate) fn end_lists(&mut self) {
        if let Some(lists) = self.lists.take_if(|lists| lists.is_complete()) {
            self.connection.event(NsEvent::ListsEnd);
            self.finish(lists.transaction(), Ok(()));
        }
    }

    pub(crate) fn report(&mut self, raw: RawCommand<'_>, command: ServerCommand<'_>) -> bool {
        // While the lists are under way, the stamp that began them says where they stand.
        let (own, moves_on) = (&self.config.account, self.lists.is_none());
        ns_ready::report(&mut self.connection, own, moves_on, raw, command)
    }

    /// Ends the request that this command answers, if it answers one.
    fn end_of(&mut self, raw: RawCommand<'_>) {
        let Some(transaction) = msnp_codec::command::transaction_of(raw) else { return };
        let verb = match raw.verb().as_bytes() {
            b"CVQ" => *b"CVR",
            verb => *verb,
        };
        let answers =
            self.pending.get(&transaction).is_some_and(|pending| pending.ends_with == Some(&verb));
        if answers {
            self.finish(transaction, Ok(()));
        }
    }

    fn refused(&mut self, code: ErrorCode, transaction: Option<TransactionId>) {
        if self.lists.as_ref().map(ListSynchronization::transaction) == transaction
            && transaction.is_some()
        {
            self.lists = None;
        }
        let ended = transaction
            .is_some_and(|transaction| self.finish(transaction, Err(RequestError::Refused(code))));
        if !ended {
            self.connection.event(NsEvent::ServerError { code, transaction });
        }
    }

    fn answer_challenge(&mut self, text: &str) {
        let scheme = self.version().challenge().unwrap_or(ChallengeScheme::Mixed);
        let product = match scheme {
            ChallengeScheme::Md5 => self.config.program.early_product,
            ChallengeScheme::Mixed => self.config.program.product,
        };
        let answer = challenge::answer(scheme, text, product);
        let transaction = self.transaction();
        let response = &answer.as_bytes()[..];
        self.must_send(&ClientQry { transaction, product: product.id, response }.into());
    }
}
