use alloc::boxed::Box;
use core::time::Duration;

use msnp_codec::command::{
    Capabilities, ClientUsr, ServerAns, ServerError, ServerIro, ServerQng, ServerUsr, SignedIn,
    transaction_of,
};
use msnp_codec::{
    ClientCommand, CommandError, CommandRow, Encoded, FrameError, FrameLimits, OwnedCommand,
    RawCommand, Sender, ServerCommand, Service,
};
use msnp_core::{Account, ErrorCode, LinkEnd, Now, Secret, TransactionId, Version};

use crate::connection::{Connection, Session, one_link_machine};
use crate::refusal::refusal_of;
use crate::{SessionError, SessionLimits, Step};

/// What an [`SbServer`] needs to know.
#[derive(Clone, Copy, Debug)]
pub struct SbServerConfig {
    /// After how many seconds a client that pings is asked to ping again, from MSNP9.
    pub ping_seconds: u32,
    /// How many commands that make no sense are answered before the connection is closed.
    pub faults: u32,
    /// Bounds.
    pub limits: SessionLimits,
}

impl Default for SbServerConfig {
    /// 50 seconds, 16 faults.
    fn default() -> Self {
        Self { ping_seconds: 50, faults: 16, limits: SessionLimits::default() }
    }
}

/// What an [`SbServer`] tells the service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SbServerEvent {
    /// Somebody wants to enter. Answered by [`SbServer::admit_own`] or [`SbServer::admit_guest`],
    /// or by [`SbServer::refuse`].
    Enter {
        /// Who it claims to be.
        account: Account,
        /// With what.
        cookie: Secret,
        /// The session that it was invited to; none where it asked for a room itself.
        session: Option<Box<str>>,
    },
    /// `CAL` or `MSG`, which the service answers. It can be parsed in the version of the session.
    Command(OwnedCommand),
    /// A command did not make sense and was refused.
    Malformed(CommandError),
    /// A command that nobody knows, or that has no place here. It was refused.
    Unknown(OwnedCommand),
}

/// Somebody who is in the room already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present<'a> {
    /// The account.
    pub account: &'a Account,
    /// The friendly name.
    pub name: &'a str,
    /// The capabilities, shown from MSNP12.
    pub capabilities: Option<Capabilities>,
}

/// The server's side of a connection to a switchboard.
///
/// `OUT` ends it. It refuses as [`NsServer`](crate::NsServer) does: 302 for a command before the
/// entrance, 200 for a missing parameter or an unknown verb, 201 for a parameter that is not valid,
/// 502 for a verb that the [table](msnp_codec::COMMANDS) does not have here in this version, 715 for a second entrance.
pub struct SbServer {
    config: SbServerConfig,
    connection: Connection<SbServerEvent>,
    state: State,
    deadline: Option<Duration>,
    faults: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Outside,
    /// The service looks at the cookie.
    Entering {
        account: Account,
        transaction: TransactionId,
    },
    Inside,
    Ended,
}

impl SbServer {
    /// A session that waits for its link.
    pub fn new(config: SbServerConfig) -> Self {
        Self {
            config,
            connection: Connection::new(Sender::Client, Version::FIRST, config.limits),
            state: State::Outside,
            deadline: None,
            faults: 0,
        }
    }

    /// The version of the member, once it is admitted.
    pub fn version(&self) -> Version {
        self.connection.version()
    }

    /// Whether it has been admitted and the session goes on.
    pub fn is_inside(&self) -> bool {
        self.state == State::Inside && self.connection.is_up()
    }

    /// Answers [`SbServerEvent::Enter`] of the one who asked for the room.
    pub fn admit_own(&mut self, version: Version, name: &str) {
        let Some((account, transaction)) = self.admitted(version) else { return };
        let who = SignedIn {
            account: account.as_str(),
            name: Some(Encoded::new(name)),
            verified: None,
            restricted: None,
        };
        self.send(&ServerUsr::Ok { transaction, who }.into());
    }

    /// Answers [`SbServerEvent::Enter`] of an invited guest, who learns who is there already.
    pub fn admit_guest(&mut self, version: Version, present: &[Present<'_>]) {
        let Some((_, transaction)) = self.admitted(version) else { return };
        let total = u32::try_from(present.len()).unwrap_or(u32::MAX);
        for (position, member) in (1..).zip(present) {
            let line = ServerIro {
                transaction,
                position,
                total,
                account: member.account.as_str(),
                name: Encoded::new(member.name),
                capabilities: member.capabilities.filter(|_| version.members_have_capabilities()),
            };
            self.send(&line.into());
        }
        self.send(&ServerAns { transaction, state: "OK" }.into());
    }

    /// Answers [`SbServerEvent::Enter`]: it stays outside, and the session ends.
    pub fn refuse(&mut self, code: ErrorCode) {
        let State::Entering { transaction, .. } = self.state else { return };
        self.error(code, Some(transaction));
        self.end(Err(SessionError::Refused { step: Step::Room, code }));
    }

    /// Queues a command. A member that leaves more unread than [`SessionLimits::output`] is cut
    /// off with [`SessionError::PeerTooSlow`]; whether it was queued is returned.
    pub fn send(&mut self, command: &ServerCommand<'_>) -> bool {
        if !self.connection.is_up() {
            return false;
        }
        let queued = self.connection.send_as_server(command).is_ok();
        if !queued {
            self.end(Err(SessionError::PeerTooSlow));
        }
        queued
    }

    /// Queues an error.
    pub fn error(&mut self, code: ErrorCode, transaction: Option<TransactionId>) {
        self.send(&ServerError { code, transaction, body: None }.into());
    }

    /// Ends the session; what is queued still goes out.
    pub fn close(&mut self, end: Result<(), SessionError>) {
        self.end(end);
    }

    fn admitted(&mut self, version: Version) -> Option<(Account, TransactionId)> {
        let State::Entering { account, transaction } = &self.state else { return None };
        let admitted = (account.clone(), *transaction);
        self.connection.set_version(version);
        self.connection.set_frame_limits(FrameLimits::SIGNED_IN);
        self.state = State::Inside;
        self.deadline = None;
        Some(admitted)
    }

    fn known(&mut self, raw: RawCommand<'_>, command: &ClientCommand<'_>) {
        let inside = self.state == State::Inside;
        match command {
            _ if self.state == State::Ended => {}
            ClientCommand::Out(_) => self.end(Ok(())),
            ClientCommand::Png(_) if inside => {
                let seconds = self.version().qng_has_seconds().then_some(self.config.ping_seconds);
                self.send(&ServerQng { seconds }.into());
            }
            ClientCommand::Usr(ClientUsr::Switchboard { transaction, account, cookie }) => {
                self.enter(raw, *transaction, account, cookie.0, None);
            }
            ClientCommand::Ans(ans) => {
                self.enter(raw, ans.transaction, ans.account, ans.cookie.0, Some(ans.session));
            }
            ClientCommand::Usr(_) => self.refuse_command(ErrorCode::NOT_EXPECTED, raw),
            _ if inside => self.connection.event(SbServerEvent::Command(raw.to_owned())),
            _ => self.refuse_command(ErrorCode::NOT_SIGNED_IN, raw),
        }
    }

    fn enter(
        &mut self,
        raw: RawCommand<'_>,
        transaction: TransactionId,
        account: &str,
        cookie: &str,
        session: Option<&str>,
    ) {
        if self.state != State::Outside {
            return self.refuse_command(ErrorCode::NOT_EXPECTED, raw);
        }
        // From MSNP16 the machine follows the account.
        let account = account.split(';').next().unwrap_or_default();
        let Ok(account) = Account::new(account) else {
            let code = ErrorCode::AUTHENTICATION_FAILED;
            self.error(code, Some(transaction));
            return self.end(Err(SessionError::Refused { step: Step::Room, code }));
        };
        self.state = State::Entering { account: account.clone(), transaction };
        let (cookie, session) = (Secret::from(cookie), session.map(Box::from));
        self.connection.event(SbServerEvent::Enter { account, cookie, session });
    }

    fn refuse_command(&mut self, code: ErrorCode, raw: RawCommand<'_>) {
        self.connection.event(SbServerEvent::Unknown(raw.to_owned()));
        self.error(code, transaction_of(raw));
        self.fault();
    }

    fn fault(&mut self) {
        self.faults = self.faults.saturating_add(1);
        if self.faults > self.config.faults {
            self.end(Err(SessionError::TooManyFaults));
        }
    }

    fn end(&mut self, end: Result<(), SessionError>) {
        self.state = State::Ended;
        self.deadline = None;
        self.connection.close(end);
    }
}

impl Session for SbServer {
    type Event = SbServerEvent;

    fn connection(&self) -> &Connection<SbServerEvent> {
        &self.connection
    }

    fn connection_mut(&mut self) -> &mut Connection<SbServerEvent> {
        &mut self.connection
    }

    fn opened(&mut self, now: Now) {
        self.deadline = Some(now.after(self.config.limits.sign_in));
    }

    fn command(&mut self, _: Now, raw: RawCommand<'_>) {
        match CommandRow::find(Sender::Client, raw.verb()) {
            None => return self.refuse_command(ErrorCode::SYNTAX_ERROR, raw),
            Some(row) if row.service == Service::Notification || !row.is_in(self.version()) => {
                return self.refuse_command(ErrorCode::COMMAND_DISABLED, raw);
            }
            Some(_) => {}
        }
        match ClientCommand::parse(raw, self.version()) {
            Ok(command) => self.known(raw, &command),
            Err(error) => {
                let code = refusal_of(&error);
                self.connection.event(SbServerEvent::Malformed(error));
                self.error(code, error.transaction);
                self.fault();
            }
        }
    }

    fn unreadable(&mut self, _: Now, error: FrameError) {
        self.error(ErrorCode::SYNTAX_ERROR, None);
        self.end(Err(error.into()));
    }

    fn lost(&mut self, _: Now, _: LinkEnd) {
        self.state = State::Ended;
        self.deadline = None;
    }

    fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    fn expired(&mut self, _: Now) {
        self.end(Err(SessionError::TimedOut { step: Step::Room }));
    }
}

one_link_machine!(SbServer, SbServerEvent);
