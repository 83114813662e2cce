//! `CHL` and `QRY`: is this a client program that the service knows?

use msnp_auth::challenge;
use msnp_codec::command::{ClientQry, ServerChl, ServerQry};
use msnp_core::{ErrorCode, LinkId, TransactionId};
use msnp_session::{SessionError, Step};

use crate::config::ChallengePolicy;
use crate::event::ServerEvent;
use crate::service::{Service, Timer};

impl Service {
    /// Challenges the client, unless a challenge waits already.
    pub(crate) fn challenge(&mut self, link: LinkId) {
        if self.config.challenge == ChallengePolicy::Never {
            return;
        }
        let scripted = &self.config.scripted.challenges;
        let texts = if scripted.is_empty() {
            // Twenty digits: programs that pad longer ones in different ways agree on these.
            [self.random.digits(20)].into()
        } else {
            scripted.clone()
        };
        let Some(notification) = self.links.notification(link) else { return };
        let challenged = notification.server.version().challenge().is_some();
        if !challenged || !notification.challenges.is_empty() {
            return;
        }
        let transaction = TransactionId::ASYNCHRONOUS;
        for text in texts {
            notification.server.send(&ServerChl { transaction, challenge: &text }.into());
            notification.challenges.push_back(text);
        }
        self.timers.set(Timer::Unanswered(link), self.now.after(self.config.challenge_deadline));
    }

    pub(crate) fn check_challenge(&mut self, link: LinkId, qry: &ClientQry<'_>) {
        let Some(notification) = self.links.notification(link) else { return };
        let version = notification.server.version();
        let (Some(sent), Some(scheme)) = (notification.challenges.pop_front(), version.challenge())
        else {
            return self.refuse(link, ErrorCode::NOT_EXPECTED, qry.transaction);
        };
        if notification.challenges.is_empty() {
            self.timers.clear(&Timer::Unanswered(link));
            self.timers.set(Timer::Challenge(link), self.now.after(self.config.challenge_interval));
        }
        match challenge::check(scheme, sent, qry.product, qry.response) {
            Ok(_) => self.tell(link, ServerQry { transaction: qry.transaction }),
            Err(_) => self.challenge_failed(link, Some(qry.transaction)),
        }
    }

    /// The time to answer has passed.
    pub(crate) fn challenge_unanswered(&mut self, link: LinkId) {
        let Some(notification) = self.links.notification(link) else { return };
        if !core::mem::take(&mut notification.challenges).is_empty() {
            self.challenge_failed(link, None);
        }
    }

    fn challenge_failed(&mut self, link: LinkId, transaction: Option<TransactionId>) {
        let enforced = self.config.challenge == ChallengePolicy::Enforce;
        let Some(notification) = self.links.notification(link) else { return };
        let account = notification.account.clone();
        if enforced {
            let code = ErrorCode::CHALLENGE_FAILED;
            notification.server.error(code, transaction);
            let step = Step::Challenge;
            notification.server.close(Err(SessionError::Refused { step, code }));
        }
        if let Some(account) = account {
            self.event(ServerEvent::ChallengeFailed { account });
        }
    }
}
