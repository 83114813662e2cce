//! The way into a session with a notification server, step by step.

use alloc::boxed::Box;
use alloc::vec::Vec;

use msnp_auth::md5_login;
use msnp_codec::command::{ClientInf, ClientUsr, ClientVer, ServerUsr, ServerXfr};
use msnp_codec::{FrameLimits, Hidden, RawCommand, ServerCommand};
use msnp_core::{Login, Now, Secret, Version};

use crate::ns_client::{NsClient, Ping, State};
use crate::{NotSent, NotSentReason, NsEvent, SessionError, SignOut, Step};

/// One reply of the sign-in.
#[derive(Clone, Copy, Debug)]
pub struct SignInTransition {
    /// The step that the client is in.
    pub from: Step,
    /// The verb that the server answers with.
    pub on: &'static str,
    /// The steps that it can lead to; none where it ends the sign-in, well or by a redirection.
    pub to: &'static [Step],
}

/// The way through the sign-in. A reply that does not stand here ends the session; pushed messages
/// and documents, and verbs that nobody knows, are events.
pub const SIGN_IN: &[SignInTransition] = &[
    row(Step::Version, "VER", &[Step::ClientVersion, Step::Information]),
    row(Step::ClientVersion, "CVR", &[Step::Account]),
    row(Step::ClientVersion, "CVQ", &[Step::Account]),
    row(Step::Information, "INF", &[Step::Account]),
    row(Step::Account, "USR", &[Step::Password, Step::Ticket]),
    row(Step::Account, "XFR", &[]),
    row(Step::Password, "USR", &[]),
    row(Step::Password, "XFR", &[]),
];

const fn row(from: Step, on: &'static str, to: &'static [Step]) -> SignInTransition {
    SignInTransition { from, on, to }
}

impl NsClient {
    /// Hands in the ticket that [`NsEvent::TicketWanted`] asked for.
    ///
    /// # Errors
    /// [`NotSent`], with the ticket, when none is wanted now.
    pub fn provide_ticket(&mut self, now: Now, ticket: Secret) -> Result<(), NotSent<Secret>> {
        if !matches!(self.state, State::SigningIn(Step::Ticket)) {
            return Err(NotSent { request: ticket, reason: NotSentReason::NotReady });
        }
        let transaction = self.transaction();
        let sent = self.send(
            &ClientUsr::Prove {
                transaction,
                login: Login::Passport,
                proof: Hidden(ticket.expose()),
                blob: None,
                machine: None,
            }
            .into(),
        );
        if !sent {
            return Err(NotSent { request: ticket, reason: NotSentReason::Full });
        }
        self.enter(now, Step::Password);
        Ok(())
    }

    /// Says which versions it speaks.
    pub(crate) fn offer(&mut self, now: Now) {
        // A server may send long parameters with its challenge, and documents before the end.
        self.connection.set_frame_limits(FrameLimits { body: 16 * 1024, ..FrameLimits::TICKET });
        let transaction = self.transaction();
        let names: Vec<Box<str>> =
            self.config.versions.iter().map(|v| alloc::format!("{v}").into_boxed_str()).collect();
        let offers = names.iter().map(|name| &**name).chain(["CVR0"]).collect();
        self.must_send(&ClientVer { transaction, offers }.into());
        self.enter_if_alive(now, Step::Version);
    }

    /// One reply while signing in.
    pub(crate) fn signing_in(
        &mut self,
        now: Now,
        step: Step,
        raw: RawCommand<'_>,
        command: ServerCommand<'_>,
    ) {
        if let ServerCommand::Error(error) = &command {
            return self.end(Err(SessionError::Refused { step, code: error.code }));
        }
        let verb = raw.verb();
        let known = SIGN_IN.iter().any(|row| row.from == step && row.on == verb.as_str());
        match command {
            ServerCommand::Out(out) => {
                let reason = SignOut::parse(out.reason, out.minutes);
                self.end(Err(SessionError::SignedOut(reason)));
            }
            ServerCommand::Ver(ver) if known => {
                let chosen = ver.chosen.iter().find_map(|name| name.parse::<Version>().ok());
                match chosen.filter(|version| self.config.versions.contains(version)) {
                    Some(version) => self.version_chosen(now, version),
                    None => self.end(Err(SessionError::NoCommonVersion)),
                }
            }
            ServerCommand::Cvr(_) | ServerCommand::Cvq(_) | ServerCommand::Inf(_) if known => {
                self.claim(now);
            }
            ServerCommand::Usr(usr) if known => self.user(now, step, usr),
            ServerCommand::Xfr(ServerXfr::Notification { address, .. }) if known => {
                match address.parse() {
                    Ok(to) => {
                        self.connection.event(NsEvent::Redirected(to));
                        self.end(Ok(()));
                    }
                    Err(_) => self.end(Err(SessionError::Unexpected { step })),
                }
            }
            // Servers push configuration and messages at any point.
            ServerCommand::Gcf(_)
            | ServerCommand::Msg(_)
            | ServerCommand::Sbs(_)
            | ServerCommand::Not(_) => {
                self.report(raw, command);
            }
            ServerCommand::Raw(raw) => self.connection.event(NsEvent::Unknown(raw.to_owned())),
            _ => self.end(Err(SessionError::Unexpected { step })),
        }
    }

    fn version_chosen(&mut self, now: Now, version: Version) {
        self.connection.set_version(version);
        self.connection.event(NsEvent::VersionChosen(version));
        let transaction = self.transaction();
        if version.requires_cvr() {
            let (program, account) = (self.config.program.clone(), self.config.account.clone());
            self.must_send(&program.describe(transaction, &account, version).into());
            self.enter_if_alive(now, Step::ClientVersion);
        } else {
            self.must_send(&ClientInf { transaction }.into());
            self.enter_if_alive(now, Step::Information);
        }
    }

    fn claim(&mut self, now: Now) {
        let transaction = self.transaction();
        let login = self.version().login();
        let account = self.config.account.clone();
        let account = account.as_str();
        self.must_send(&ClientUsr::Initiate { transaction, login, account }.into());
        self.enter_if_alive(now, Step::Account);
    }

    fn user(&mut self, now: Now, step: Step, usr: ServerUsr<'_>) {
        match (step, usr) {
            (Step::Account, ServerUsr::Challenge { login, challenge, .. })
                if login == self.version().login() =>
            {
                match login {
                    Login::Md5 => self.prove(now, challenge),
                    Login::Passport => {
                        self.connection
                            .event(NsEvent::TicketWanted { challenge: challenge.into() });
                        self.enter(now, Step::Ticket);
                    }
                    Login::Sso => self.end(Err(SessionError::Unexpected { step })),
                }
            }
            (Step::Password, ServerUsr::Ok { who, .. }) => {
                let name = who.name.as_ref().map(|name| name.decode().into_owned());
                let verified = who.verified.map(|flag| flag != "0");
                self.state = State::Ready;
                self.deadline = None;
                self.ping = Ping::Due(now.after(self.config.keepalive));
                self.connection.set_frame_limits(FrameLimits::SIGNED_IN);
                self.connection.event(NsEvent::SignedIn { name, verified });
            }
            _ => self.end(Err(SessionError::Unexpected { step })),
        }
    }

    fn prove(&mut self, now: Now, challenge: &str) {
        let transaction = self.transaction();
        let response = md5_login::response(challenge, &self.config.password);
        self.must_send(
            &ClientUsr::Prove {
                transaction,
                login: Login::Md5,
                proof: Hidden(response.as_str()),
                blob: None,
                machine: None,
            }
            .into(),
        );
        self.enter_if_alive(now, Step::Password);
    }

    fn enter_if_alive(&mut self, now: Now, step: Step) {
        if !matches!(self.state, State::Ended) {
            self.enter(now, step);
        }
    }

    fn enter(&mut self, now: Now, step: Step) {
        self.state = State::SigningIn(step);
        self.last_step = step;
        if step == Step::Ticket {
            // The web has its own time limits.
            self.deadline = None;
        } else {
            self.deadline = Some(now.after(self.config.limits.sign_in));
        }
    }
}
