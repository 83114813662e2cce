use alloc::vec::Vec;
use core::time::Duration;

use msnp_codec::command::{
    ClientCvq, ServerCvq, ServerError, ServerInf, ServerOut, ServerQng, transaction_of,
};
use msnp_codec::{
    ClientCommand, CommandError, CommandRow, FrameError, OwnedCommand, RawCommand, Sender,
    ServerCommand, Service, Verb,
};
use msnp_core::{
    Account, ErrorCode, LinkEnd, ListSync, Login, Now, Secret, TransactionId, Version,
};

use crate::connection::{Connection, Session, one_link_machine};
use crate::refusal::refusal_of;
use crate::{SessionError, SessionLimits, SignOut, Step};

mod sign_in;

use sign_in::{recommendation, scheme};

/// What an [`NsServer`] needs to know.
#[derive(Clone, Debug)]
pub struct NsServerConfig {
    /// The versions it speaks, in any order. The highest one that the client offers is chosen.
    pub versions: Vec<Version>,
    /// After how many seconds the client is asked to ping again, from MSNP9.
    pub ping_seconds: u32,
    /// How long a client that is signed in may be silent; none for ever.
    pub idle: Option<Duration>,
    /// How many commands that make no sense are answered before the connection is closed.
    pub faults: u32,
    /// Bounds.
    pub limits: SessionLimits,
}

impl Default for NsServerConfig {
    /// MSNP2 to MSNP12; 50 seconds; 15 minutes; 16 faults.
    fn default() -> Self {
        let on_connection = |version: &Version| version.list_sync() != ListSync::Web;
        Self {
            versions: Version::all().filter(on_connection).collect(),
            ping_seconds: 50,
            idle: Some(Duration::from_secs(15 * 60)),
            faults: 16,
            limits: SessionLimits::default(),
        }
    }
}

/// What an [`NsServer`] tells the service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NsServerEvent {
    /// The client claims to be this account. Answered by [`NsServer::redirect`],
    /// [`NsServer::challenge`] or [`NsServer::refuse`].
    Account {
        /// Who.
        account: Account,
        /// How it will prove it.
        login: Login,
    },
    /// The client proves it. Answered by [`NsServer::accept`] or [`NsServer::refuse`].
    Proof {
        /// Who.
        account: Account,
        /// How.
        login: Login,
        /// The hash or the ticket.
        proof: Secret,
    },
    /// A command of the session, which the service answers. It can be parsed in the version of
    /// the session.
    Command(OwnedCommand),
    /// A command did not make sense and was refused.
    Malformed(CommandError),
    /// A command that nobody knows, or that this version, this connection or this state does not
    /// have. It was refused.
    Unknown(OwnedCommand),
}

/// The server's side of a connection to a notification or dispatch server.
///
/// It negotiates, and answers by itself what needs no service behind it. Who offers `CVR0` alone is
/// answered the same, and then `CVR` and `CVQ`. What it refuses, and how:
///
/// | the client sends | answer |
/// |---|---|
/// | no version that is spoken here | `VER t 0`, then the end |
/// | `VER` a second time | 715, then the end |
/// | a command that belongs after the sign-in, before it | 302 |
/// | a parameter that is missing; one that is not valid | 200; 201 |
/// | the same in `CVR` | 710 |
/// | a verb that nobody knows | 200 |
/// | a verb that the [table](msnp_codec::COMMANDS) does not have in this version, or has on the switchboard | 502 |
/// | `USR` with the way of another version to sign in | 502 |
/// | `USR` before `CVR`, from MSNP8 | 715 |
/// | an account that is none | 911, then the end |
/// | `USR` once it is signed in | 207 |
/// | a step of the sign-in out of turn | 715 |
/// | what cannot be framed | 200, then the end |
///
/// Each refusal carries the transaction where there is one, and counts; too many end the session.
pub struct NsServer {
    config: NsServerConfig,
    connection: Connection<NsServerEvent>,
    state: State,
    /// The client has described itself by `CVR`.
    described: bool,
    deadline: Option<Duration>,
    faults: u32,
}

enum State {
    /// Nothing is agreed yet.
    Version,
    /// A version is agreed.
    Account,
    /// The service decides what to do with the account.
    Deciding {
        account: Account,
        transaction: TransactionId,
    },
    /// The client was asked for a proof.
    Challenged {
        account: Account,
    },
    /// The service looks at the proof.
    Proving {
        account: Account,
        transaction: TransactionId,
    },
    /// Signed in.
    Ready,
    Ended,
}

impl NsServer {
    /// A session that waits for its link.
    pub fn new(config: NsServerConfig) -> Self {
        let connection = Connection::new(Sender::Client, Version::FIRST, config.limits);
        Self {
            config,
            connection,
            state: State::Version,
            described: false,
            deadline: None,
            faults: 0,
        }
    }

    /// The version agreed on; the first of all before that.
    pub fn version(&self) -> Version {
        self.connection.version()
    }

    /// Whether the client has signed in and the session goes on.
    pub fn is_signed_in(&self) -> bool {
        matches!(self.state, State::Ready) && self.connection.is_up()
    }

    /// Queues a command. A client that leaves more unread than
    /// [`SessionLimits::output`] is cut off with [`SessionError::PeerTooSlow`].
    pub fn send(&mut self, command: &ServerCommand<'_>) {
        if self.connection.is_up() && self.connection.send_as_server(command).is_err() {
            self.end(Err(SessionError::PeerTooSlow));
        }
    }

    /// Queues an error.
    pub fn error(&mut self, code: ErrorCode, transaction: Option<TransactionId>) {
        self.send(&ServerError { code, transaction, body: None }.into());
    }

    /// Ends the session; what is queued still goes out.
    pub fn close(&mut self, end: Result<(), SessionError>) {
        self.end(end);
    }

    /// Ends the session with an `OUT` that says why, as far as the version has a word for it.
    pub fn sign_out(&mut self, reason: &SignOut) {
        let version = self.version();
        let (reason, minutes) = match reason {
            SignOut::Migrating | SignOut::TermsOfUse if !version.out_names_the_account() => {
                (None, None)
            }
            SignOut::ReconnectAfter(_) if !version.out_says_when_to_return() => (Some("SSD"), None),
            SignOut::Plain => (None, None),
            SignOut::Elsewhere => (Some("OTH"), None),
            SignOut::ServerDown => (Some("SSD"), None),
            SignOut::Migrating => (Some("MIG"), None),
            SignOut::TermsOfUse => (Some("TOU"), None),
            SignOut::ReconnectAfter(minutes) => (Some("RCT"), Some(*minutes)),
            SignOut::Other(word) => (Some(&**word), None),
        };
        self.send(&ServerOut { reason, minutes }.into());
        self.end(Ok(()));
    }

    fn known(&mut self, now: Now, raw: RawCommand<'_>, command: &ClientCommand<'_>) {
        match (command, &self.state) {
            (_, State::Ended) => {}
            (ClientCommand::Out(_), _) => self.end(Ok(())),
            (ClientCommand::Cvr(cvr), _) => {
                self.described = true;
                self.send(&recommendation(cvr).into());
            }
            (ClientCommand::Cvq(ClientCvq(cvr)), _) => {
                self.send(&ServerCvq(recommendation(cvr)).into());
            }
            (ClientCommand::Ver(offer), State::Version) => self.choose(offer),
            (ClientCommand::Ver(offer), _) => {
                self.error(ErrorCode::NOT_EXPECTED, Some(offer.transaction));
                self.end(Err(SessionError::Unexpected { step: Step::Version }));
            }
            (_, State::Version) => self.refuse_early(raw),
            (ClientCommand::Inf(inf), State::Account) => {
                let schemes = scheme(self.version().login());
                self.send(&ServerInf { transaction: inf.transaction, schemes }.into());
            }
            (ClientCommand::Inf(_), _) => self.refuse_command(ErrorCode::NOT_EXPECTED, raw),
            (ClientCommand::Usr(_), State::Ready) => {
                self.refuse_command(ErrorCode::ALREADY_SIGNED_IN, raw);
            }
            (ClientCommand::Usr(usr), _) => self.identify(raw, usr),
            (ClientCommand::Png(_), State::Ready) => {
                let seconds = self.version().qng_has_seconds().then_some(self.config.ping_seconds);
                self.send(&ServerQng { seconds }.into());
            }
            (_, State::Ready) => self.connection.event(NsServerEvent::Command(raw.to_owned())),
            (..) => self.refuse_early(raw),
        }
        if matches!(self.state, State::Ready) {
            self.heard(now);
        }
    }

    fn refuse_early(&mut self, raw: RawCommand<'_>) {
        self.refuse_command(ErrorCode::NOT_SIGNED_IN, raw);
    }

    fn refuse_command(&mut self, code: ErrorCode, raw: RawCommand<'_>) {
        self.connection.event(NsServerEvent::Unknown(raw.to_owned()));
        self.error(code, transaction_of(raw));
        self.fault();
    }

    fn fault(&mut self) {
        self.faults = self.faults.saturating_add(1);
        if self.faults > self.config.faults {
            self.end(Err(SessionError::TooManyFaults));
        }
    }

    fn heard(&mut self, now: Now) {
        self.deadline = self.config.idle.map(|idle| now.after(idle));
    }

    fn end(&mut self, end: Result<(), SessionError>) {
        self.state = State::Ended;
        self.deadline = None;
        self.connection.close(end);
    }
}

impl Session for NsServer {
    type Event = NsServerEvent;

    fn connection(&self) -> &Connection<NsServerEvent> {
        &self.connection
    }

    fn connection_mut(&mut self) -> &mut Connection<NsServerEvent> {
        &mut self.connection
    }

    fn opened(&mut self, now: Now) {
        self.deadline = Some(now.after(self.config.limits.sign_in));
    }

    fn command(&mut self, now: Now, raw: RawCommand<'_>) {
        let agreed = !matches!(self.state, State::Version);
        let version = self.version();
        match CommandRow::find(Sender::Client, raw.verb()) {
            None => return self.refuse_command(ErrorCode::SYNTAX_ERROR, raw),
            Some(row) if row.service == Service::Switchboard || agreed && !row.is_in(version) => {
                return self.refuse_command(ErrorCode::COMMAND_DISABLED, raw);
            }
            Some(_) => {}
        }
        match ClientCommand::parse(raw, version) {
            Ok(command) => self.known(now, raw, &command),
            Err(error) => {
                let described = raw.verb() == Verb::new(*b"CVR");
                let code = if described { ErrorCode::BAD_CVR } else { refusal_of(&error) };
                self.connection.event(NsServerEvent::Malformed(error));
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
        let step = match self.state {
            State::Version => Step::Version,
            State::Account | State::Deciding { .. } => Step::Account,
            State::Challenged { .. } | State::Proving { .. } => Step::Password,
            State::Ready | State::Ended => Step::Keepalive,
        };
        self.end(Err(SessionError::TimedOut { step }));
    }
}

one_link_machine!(NsServer, NsServerEvent);
