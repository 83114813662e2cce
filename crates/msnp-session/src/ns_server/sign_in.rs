//! The steps of a sign-in, from `VER` to `USR OK`.

use alloc::string::ToString;
use alloc::vec::Vec;

use msnp_codec::command::{
    ClientCvr, ClientUsr, ClientVer, ServerCvr, ServerUsr, ServerVer, ServerXfr, SignedIn,
};
use msnp_codec::{Encoded, FrameLimits, RawCommand};
use msnp_core::{Account, Endpoint, ErrorCode, Login, Now, Secret};

use super::{NsServer, NsServerEvent, State};
use crate::{SessionError, Step};

impl NsServer {
    /// Answers [`NsServerEvent::Account`]: sends the client to the notification server `to`, in
    /// the name of the server at `own`, and ends the session.
    pub fn redirect(&mut self, to: &Endpoint, own: &Endpoint) {
        let State::Deciding { transaction, .. } = self.state else { return };
        let version = self.version();
        let (address, own) = (to.to_string(), own.to_string());
        let (marker, from) = if version.redirects_name_the_domain() {
            (Some("U"), Some("D"))
        } else {
            (
                version.redirect_has_zero().then_some("0"),
                version.redirect_names_its_sender().then_some(own.as_str()),
            )
        };
        let redirect = ServerXfr::Notification { transaction, address: &address, marker, from };
        self.send(&redirect.into());
        self.end(Ok(()));
    }

    /// Answers [`NsServerEvent::Account`]: asks for a proof. The challenge is one word.
    pub fn challenge(&mut self, challenge: &str) {
        let State::Deciding { account, transaction } = &self.state else { return };
        let (account, transaction) = (account.clone(), *transaction);
        let login = self.version().login();
        self.send(&ServerUsr::Challenge { transaction, login, challenge, nonce: None }.into());
        if login != Login::Md5 {
            self.connection.set_frame_limits(FrameLimits::TICKET);
        }
        self.state = State::Challenged { account };
    }

    /// Answers [`NsServerEvent::Proof`]: the client is signed in under this friendly name.
    pub fn accept(&mut self, now: Now, name: &str, verified: bool) {
        let State::Proving { account, transaction } = &self.state else { return };
        let (account, transaction) = (account.clone(), *transaction);
        let version = self.version();
        let who = SignedIn {
            account: account.as_str(),
            name: version.says_name_at_sign_in().then(|| Encoded::new(name)),
            verified: version.says_verified().then_some(if verified { "1" } else { "0" }),
            restricted: (version.login() != Login::Md5).then_some("0"),
        };
        self.send(&ServerUsr::Ok { transaction, who }.into());
        if self.connection.is_up() {
            self.connection.set_frame_limits(FrameLimits::SIGNED_IN);
            self.state = State::Ready;
            self.heard(now);
        }
    }

    /// Answers [`NsServerEvent::Account`] or [`NsServerEvent::Proof`]: the client is not let in,
    /// and the session ends.
    pub fn refuse(&mut self, code: ErrorCode) {
        let (transaction, step) = match self.state {
            State::Deciding { transaction, .. } => (transaction, Step::Account),
            State::Proving { transaction, .. } => (transaction, Step::Password),
            _ => return,
        };
        self.error(code, Some(transaction));
        self.end(Err(SessionError::Refused { step, code }));
    }

    pub(super) fn choose(&mut self, offer: &ClientVer<'_>) {
        let transaction = offer.transaction;
        let spoken = |name: &&str| {
            name.parse().ok().filter(|version| self.config.versions.contains(version))
        };
        let updates = |name: &str| name.eq_ignore_ascii_case(UPDATES);
        if !offer.offers.is_empty() && offer.offers.iter().all(|name| updates(name)) {
            // It only wants to know about newer programs.
            self.send(&ServerVer { transaction, chosen: [UPDATES].into() }.into());
            return;
        }
        let Some(version) = offer.offers.iter().filter_map(spoken).max() else {
            self.send(&ServerVer { transaction, chosen: ["0"].into() }.into());
            self.end(Err(SessionError::NoCommonVersion));
            return;
        };
        let name = version.to_string();
        let mut chosen = Vec::from([name.as_str()]);
        // Old programs wait for it: they want to know that they may ask for newer versions.
        chosen.extend(offer.offers.iter().copied().find(|name| updates(name)));
        self.connection.set_version(version);
        self.state = State::Account;
        self.send(&ServerVer { transaction, chosen }.into());
    }

    pub(super) fn identify(&mut self, raw: RawCommand<'_>, usr: &ClientUsr<'_>) {
        let expected = self.version().login();
        match (usr, &self.state) {
            (ClientUsr::Initiate { login, .. } | ClientUsr::Prove { login, .. }, _)
                if *login != expected =>
            {
                self.refuse_command(ErrorCode::COMMAND_DISABLED, raw);
            }
            (ClientUsr::Initiate { transaction, account, .. }, State::Account)
                if self.described || !self.version().requires_cvr() =>
            {
                let transaction = *transaction;
                let Ok(account) = Account::new(account) else {
                    self.error(ErrorCode::AUTHENTICATION_FAILED, Some(transaction));
                    let code = ErrorCode::AUTHENTICATION_FAILED;
                    self.end(Err(SessionError::Refused { step: Step::Account, code }));
                    return;
                };
                self.state = State::Deciding { account: account.clone(), transaction };
                self.connection.event(NsServerEvent::Account { account, login: expected });
            }
            (ClientUsr::Prove { transaction, proof, .. }, State::Challenged { account }) => {
                let account = account.clone();
                let (transaction, proof) = (*transaction, Secret::from(proof.0));
                self.state = State::Proving { account: account.clone(), transaction };
                self.connection.event(NsServerEvent::Proof { account, login: expected, proof });
            }
            (ClientUsr::Initiate { .. } | ClientUsr::Prove { .. }, _) => {
                self.refuse_command(ErrorCode::NOT_EXPECTED, raw);
            }
            _ => self.refuse_command(ErrorCode::COMMAND_DISABLED, raw),
        }
    }
}

/// Whatever the program is, it is the newest.
pub(super) fn recommendation<'a>(cvr: &ClientCvr<'a>) -> ServerCvr<'a> {
    ServerCvr {
        transaction: cvr.transaction,
        recommended: cvr.client_version,
        recommended_again: cvr.client_version,
        minimum: cvr.client_version,
        download: NO_PAGE,
        information: NO_PAGE,
    }
}

/// What `CVR` names where there is no page to name.
const NO_PAGE: &str = "http://messenger.msn.com";

pub(super) fn scheme(login: Login) -> &'static str {
    match login {
        Login::Md5 => "MD5",
        Login::Passport => "TWN",
        Login::Sso => "SSO",
    }
}

/// What is offered among the versions by who wants to know about newer programs.
const UPDATES: &str = "CVR0";
