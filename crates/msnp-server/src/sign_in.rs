//! From `USR I` to the first words after `USR OK`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use bytes::Bytes;
use msnp_auth::passport::PassportChallenge;
use msnp_codec::command::ServerSbs;
use msnp_codec::message::Profile;
use msnp_core::{
    Account, Effect, ErrorCode, Failure, LinkId, Login, Proof, Secret, TransactionId, Version,
};
use msnp_session::SignOut;

use crate::event::{Ending, Refusal, ServerEvent};
use crate::guesses::Attempt;
use crate::links::{Link, Seat};
use crate::service::{Online, Pending, Service};

impl Service {
    /// Somebody claims an account. Nothing here depends on whether it exists.
    pub(crate) fn claimed(&mut self, link: LinkId, login: Login) {
        let challenge = match login {
            Login::Md5 => self.password_challenge(),
            Login::Passport | Login::Sso => {
                let (short, long) = (self.random.token(8), self.random.token(32));
                match PassportChallenge::new(self.now.unix, &short, &long) {
                    Ok(challenge) => format!("{challenge}"),
                    Err(_) => return,
                }
            }
        };
        let addresses = self.addresses.clone();
        let Some(notification) = self.links.notification(link) else { return };
        match addresses {
            Some(all) if notification.dispatches => {
                notification.server.redirect(&all.notification, &all.dispatch);
            }
            None => notification.server.refuse(ErrorCode::SERVER_UNAVAILABLE),
            Some(_) => {
                notification.server.challenge(&challenge);
                notification.password_challenge = challenge;
            }
        }
    }

    fn password_challenge(&mut self) -> String {
        let scripted = &mut self.config.scripted.password_challenges;
        if scripted.is_empty() {
            return format!("{}.{}", self.now.unix.as_secs(), self.random.digits(9));
        }
        scripted.remove(0)
    }

    /// Somebody proves it.
    pub(crate) fn proved(&mut self, link: LinkId, account: Account, login: Login, proof: Secret) {
        let Some(from) = self.links.get(link).map(Link::from) else { return };
        let Some(attempt) = self.guesses.attempt(self.now.monotonic, from, &account) else {
            return self.turn_away(link, account, Refusal::TooManyAttempts);
        };
        if login == Login::Md5 {
            // Links that have gone leave what they asked behind.
            if self.pending.len() >= self.config.limits.links {
                let full = Refusal::Full(ErrorCode::SERVER_UNAVAILABLE);
                self.guesses.take_back(self.now.monotonic, attempt, &account);
                return self.turn_away(link, account, full);
            }
            let Some(notification) = self.links.notification(link) else { return };
            let challenge = core::mem::take(&mut notification.password_challenge);
            let proof = Proof::Md5 { challenge, response: proof };
            let effect = self.outputs.effect(Effect::Verify { account: account.clone(), proof });
            self.pending.insert(effect, Pending::Proof { link, account, attempt });
            self.wait(link);
            return;
        }
        let word = ticket_word(proof.expose());
        let owner = self.tickets.redeem(self.now.monotonic, word);
        if owner.as_ref() == Some(&account) || self.redeem_scripted(&account, &proof) {
            self.guesses.take_back(self.now.monotonic, attempt, &account);
            self.let_in(link, account);
        } else {
            self.turn_away(link, account, Refusal::WrongTicket);
        }
    }

    fn redeem_scripted(&mut self, account: &Account, proof: &Secret) -> bool {
        let tickets = &mut self.config.scripted.tickets;
        let known = tickets.iter().position(|(owner, ticket)| {
            owner == account && ticket.matches(proof.expose().as_bytes())
        });
        let good = known.is_some() && self.directory.get(account).is_some();
        if let Some(known) = known {
            tickets.remove(known);
        }
        good
    }

    /// What became of a proof that was checked elsewhere.
    pub(crate) fn verified(
        &mut self,
        link: LinkId,
        account: Account,
        attempt: Attempt,
        result: Result<bool, Failure>,
    ) {
        match self.judged(&account, attempt, result) {
            Ok(()) => self.let_in(link, account),
            Err(why) => self.turn_away(link, account, why),
        }
        self.resume(link);
    }

    /// Whether the password was right, after it was checked elsewhere. Only a wrong one counts
    /// against those who try.
    pub(crate) fn judged(
        &mut self,
        account: &Account,
        attempt: Attempt,
        result: Result<bool, Failure>,
    ) -> Result<(), Refusal> {
        let judged = match result {
            Ok(true) if self.directory.get(account).is_some() => Ok(()),
            Ok(_) => return Err(Refusal::WrongPassword),
            Err(failure) => Err(Refusal::NotVerified(failure)),
        };
        self.guesses.take_back(self.now.monotonic, attempt, account);
        judged
    }

    /// Ends the session of an account, where there is one, and its places in rooms.
    pub(crate) fn end_session(&mut self, account: &Account, why: &SignOut, ending: Ending) {
        let Some(online) = self.online.get(account) else { return };
        let link = online.link;
        let seats: Vec<LinkId> = self.seats.get(account).into_iter().flatten().copied().collect();
        self.sign_off(link, account, ending);
        if let Some(notification) = self.links.notification(link) {
            notification.account = None;
            notification.server.sign_out(why);
        }
        for seat in seats {
            let of_session = |seat: &Seat| seat.origin == link;
            if let Some(switchboard) = self.links.switchboard(seat)
                && switchboard.seat.as_ref().is_some_and(of_session)
            {
                switchboard.server.close(Ok(()));
            }
        }
    }

    fn turn_away(&mut self, link: LinkId, account: Account, why: Refusal) {
        let code = match why {
            Refusal::NotVerified(_) => ErrorCode::SERVER_UNAVAILABLE,
            Refusal::Full(code) => code,
            Refusal::TooManyAttempts => TOO_BUSY,
            _ => ErrorCode::AUTHENTICATION_FAILED,
        };
        if let Some(notification) = self.links.notification(link) {
            notification.server.refuse(code);
        }
        self.report_refusal(account, why);
    }

    fn let_in(&mut self, link: LinkId, account: Account) {
        // The link may have gone while the proof was checked.
        let Some(peer) = self.links.get(link).filter(|link| !link.closing).map(|link| link.peer)
        else {
            return;
        };
        // An account is signed in once.
        self.end_session(&account, &SignOut::Elsewhere, Ending::Elsewhere);
        let name = self.directory.name(&account);
        let Some(notification) = self.links.notification(link) else { return };
        notification.server.accept(self.now, name, true);
        if !notification.server.is_signed_in() {
            return;
        }
        notification.account = Some(account.clone());
        let version = notification.server.version();
        let online = Online {
            link,
            version,
            presence: None,
            personal: Bytes::new(),
            takes_invitations: true,
        };
        self.online.insert(account.clone(), online);
        self.links.recognize(link);
        self.guesses.signed_in(self.now.monotonic, &account);
        if version.sends_sbs() {
            let (transaction, value) = (TransactionId::ASYNCHRONOUS, Some("null"));
            self.tell(link, ServerSbs { transaction, value });
        }
        let mut profile = profile(&account, version, self.now.unix.as_secs(), peer);
        profile.email_enabled = Some(self.mail.contains_key(&account));
        let mut body = Vec::new();
        profile.print(&mut body);
        self.say_as_service(link, &body);
        if !version.mailbox_is_a_document() {
            self.tell_mailbox(link, &account);
        }
        self.event(ServerEvent::SignedIn { account, version });
    }
}

/// 910: who guesses too often is not told that the password is wrong, since it may be right.
const TOO_BUSY: ErrorCode = match ErrorCode::from_number(910) {
    Some(code) => code,
    None => ErrorCode::SERVER_BUSY,
};

/// A ticket as the sign-in page prints it, and the word in it. Some clients give back less.
pub(crate) fn ticket(word: &str) -> Secret {
    Secret::new(format!("t={word}&p="))
}

fn ticket_word(ticket: &str) -> &str {
    let ticket = ticket.strip_prefix("t=").unwrap_or(ticket);
    ticket.split('&').next().unwrap_or_default()
}

fn profile(account: &Account, version: Version, unix: u64, peer: SocketAddr) -> Profile {
    let mut profile = Profile::default();
    profile.login_time = Some(unix);
    profile.member_id_high = Some(0);
    profile.member_id_low = Some(0);
    profile.language = Some(1033);
    profile.preferred_email = account.as_str().into();
    profile.kid = Some(false);
    profile.flags = Some(0);
    profile.site_id = Some(507);
    profile.key_version = Some(0);
    profile.client_address = Some(peer.ip());
    profile.client_port = Some(peer.port());
    profile.address_book_migrated = version.has_guids().then_some(true);
    profile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_read_in_every_form_in_which_clients_give_it_back() {
        for text in [ticket("1.abc").expose(), "1.abc", "t=1.abc", "1.abc&p="] {
            assert_eq!(ticket_word(text), "1.abc", "{text}");
        }
    }
}
