use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use msnp_auth::{challenge, md5_login};
use msnp_codec::command::{
    ClientCvr, ClientInf, ClientOut, ClientPng, ClientQry, ClientUsr, ClientVer, ServerUsr,
    ServerXfr,
};
use msnp_codec::{
    ClientCommand, FrameError, FrameLimits, Hidden, RawCommand, Sender, ServerCommand,
};
use msnp_core::{Account, ChallengeScheme, LinkEnd, Login, Now, Secret, TransactionId, Version};

use crate::connection::{Connection, Session, one_link_machine};
use crate::ns_lists::ListSynchronization;
use crate::{
    ClientProgram, NotSent, NotSentReason, NsEvent, NsRequest, RequestError, SessionError,
    SessionLimits, SignOut, Step, ns_ready,
};

/// What an [`NsClient`] needs to know.
#[derive(Clone, Debug)]
pub struct NsClientConfig {
    /// Who signs in.
    pub account: Account,
    /// The password, for the versions that prove it here (MSNP2 to 7). Later versions ask for a
    /// ticket by [`NsEvent::TicketWanted`].
    pub password: Secret,
    /// The versions to offer, the preferred first.
    pub versions: Vec<Version>,
    /// What the program says of itself.
    pub program: ClientProgram,
    /// The first transaction to use: one counter serves all connections of a client.
    pub first_transaction: TransactionId,
    /// After how much silence to ask whether the connection is alive.
    pub keepalive: Duration,
    /// Bounds.
    pub limits: SessionLimits,
}

/// The client's side of a connection to a notification server.
///
/// It negotiates, signs in, answers challenges and pings by itself. What comes after signing in is
/// asked for by [`request`](Self::request); a change is confirmed when the server says so, as an
/// event.
pub struct NsClient {
    config: NsClientConfig,
    connection: Connection<NsEvent>,
    state: State,
    last_step: Step,
    pending: BTreeMap<TransactionId, Pending>,
    lists: Option<ListSynchronization>,
    /// The contact of the last `LST`, for the `BPR` lines that follow it, even after the end.
    last_listed: Option<Account>,
    next_transaction: TransactionId,
    deadline: Option<Duration>,
    ping: Ping,
}

/// Where the session stands. The steps of the sign-in are consumed one by one; [`SIGN_IN`] says
/// which reply leads from which to which.
enum State {
    SigningIn(Step),
    Ready,
    Ended,
}

/// A request that waits for its answer.
struct Pending {
    ends_with: Option<&'static [u8; 3]>,
    deadline: Duration,
}

#[derive(Clone, Copy)]
enum Ping {
    /// Ask at this time.
    Due(Duration),
    /// Asked; the answer must come by this time.
    Asked(Duration),
    Off,
}

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
    /// A client that begins as soon as its link is up.
    pub fn new(config: NsClientConfig) -> Self {
        let version = config.versions.first().copied().unwrap_or(Version::FIRST);
        Self {
            connection: Connection::new(Sender::Server, version, config.limits),
            state: State::SigningIn(Step::Connect),
            last_step: Step::Connect,
            pending: BTreeMap::new(),
            lists: None,
            last_listed: None,
            next_transaction: config.first_transaction,
            deadline: None,
            ping: Ping::Off,
            config,
        }
    }

    /// The version that was negotiated; before that, the one that is preferred.
    pub fn version(&self) -> Version {
        self.connection.version()
    }

    /// Whether it is signed in.
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready)
    }

    /// The step of the sign-in it is in; none when that is over.
    pub fn step(&self) -> Option<Step> {
        match self.state {
            State::SigningIn(step) => Some(step),
            State::Ready | State::Ended => None,
        }
    }

    /// The last step of the sign-in that it has come to.
    pub fn last_step(&self) -> Step {
        self.last_step
    }

    /// Uses no transaction below this one from now on.
    pub fn use_transactions_from(&mut self, transaction: TransactionId) {
        self.next_transaction = self.next_transaction.max(transaction);
    }

    /// The first transaction that it has not used.
    pub fn next_transaction(&self) -> TransactionId {
        self.next_transaction
    }

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

    /// Asks the server for something. The answer comes as [`NsEvent::Ended`], after the events
    /// that it brings about.
    ///
    /// # Errors
    /// [`NotSent`], with the request, when it is not signed in, when too much waits already, or
    /// when the version has no such request.
    pub fn request(
        &mut self,
        now: Now,
        request: NsRequest,
    ) -> Result<TransactionId, NotSent<NsRequest>> {
        let version = self.version();
        let reason = if !self.is_ready() || !self.connection.is_up() {
            Some(NotSentReason::NotReady)
        } else if !request.is_in(version) {
            Some(NotSentReason::NotInVersion(version))
        } else if self.pending.len() >= self.config.limits.pending
            || (self.lists.is_some() && matches!(request, NsRequest::Lists { .. }))
        {
            Some(NotSentReason::Full)
        } else {
            None
        };
        if let Some(reason) = reason {
            return Err(NotSent { request, reason });
        }
        let transaction = self.next_transaction;
        let (connection, account) = (&mut self.connection, &self.config.account);
        let sent = request.with_command(transaction, account, version, |command| {
            connection.send_as_client(command)
        });
        if sent.is_err() {
            return Err(NotSent { request, reason: NotSentReason::Full });
        }
        self.next_transaction = transaction.next();
        if matches!(request, NsRequest::Lists { .. }) {
            self.lists = Some(ListSynchronization::new(transaction));
        }
        let deadline = now.after(self.config.limits.answer);
        let ends_with = request.ends_with(version);
        self.pending.insert(transaction, Pending { ends_with, deadline });
        Ok(transaction)
    }

    /// A transaction for another connection of the same client.
    pub fn transaction(&mut self) -> TransactionId {
        let transaction = self.next_transaction;
        self.next_transaction = transaction.next();
        transaction
    }

    /// Signs out: `OUT`, then the link closes. No answer is waited for.
    pub fn sign_out(&mut self) {
        self.send(&ClientOut {}.into());
        self.end(Ok(()));
    }

    fn send(&mut self, command: &ClientCommand<'_>) -> bool {
        self.connection.send_as_client(command).is_ok()
    }

    /// Sends what the protocol needs; where that does not fit, the server has stopped reading.
    fn must_send(&mut self, command: &ClientCommand<'_>) {
        if self.connection.is_up() && !self.send(command) {
            self.end(Err(SessionError::PeerTooSlow));
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

    fn end(&mut self, end: Result<(), SessionError>) {
        self.state = State::Ended;
        self.deadline = None;
        self.ping = Ping::Off;
        for (transaction, _) in core::mem::take(&mut self.pending) {
            let result = Err(RequestError::SessionEnded);
            self.connection.event(NsEvent::Ended { transaction, result });
        }
        self.connection.close(end);
    }

    fn finish(&mut self, transaction: TransactionId, result: Result<(), RequestError>) -> bool {
        if self.pending.remove(&transaction).is_none() {
            return false;
        }
        self.connection.event(NsEvent::Ended { transaction, result });
        true
    }

    /// One reply while signing in.
    fn signing_in(
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
            ServerCommand::Cvr(_) | ServerCommand::Inf(_) if known => self.claim(now),
            ServerCommand::Raw(_) if known => self.claim(now), // CVQ
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
            | ServerCommand::Not(_) => self.report(raw, command),
            ServerCommand::Raw(raw) => self.connection.event(NsEvent::Unknown(raw.to_owned())),
            _ => self.end(Err(SessionError::Unexpected { step })),
        }
    }

    fn version_chosen(&mut self, now: Now, version: Version) {
        self.connection.set_version(version);
        self.connection.event(NsEvent::VersionChosen(version));
        let transaction = self.transaction();
        if version.requires_cvr() {
            let program = self.config.program.clone();
            let account = self.config.account.clone();
            self.must_send(
                &ClientCvr {
                    transaction,
                    locale: &program.locale,
                    system: &program.system,
                    system_version: &program.system_version,
                    architecture: &program.architecture,
                    client: &program.client,
                    client_version: &program.client_version,
                    code_base: Some(&program.code_base),
                    account: Some(account.as_str()),
                    hops: None,
                }
                .into(),
            );
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

    /// One command after signing in.
    fn ready(&mut self, now: Now, raw: RawCommand<'_>, command: ServerCommand<'_>) {
        if let Some(lists) = &mut self.lists
            && lists.take(&command, &mut self.connection)
        {
            self.last_listed = lists.last_contact().cloned();
            if lists.is_complete() {
                let transaction = lists.transaction();
                self.lists = None;
                self.connection.event(NsEvent::ListsEnd);
                self.finish(transaction, Ok(()));
            }
            return;
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
            command => {
                self.report(raw, command);
                self.end_of(raw);
            }
        }
    }

    fn report(&mut self, raw: RawCommand<'_>, command: ServerCommand<'_>) {
        ns_ready::report(&mut self.connection, &self.config.account, raw, command);
    }

    /// Ends the request that this command answers, if it answers one.
    fn end_of(&mut self, raw: RawCommand<'_>) {
        let Some(transaction) = msnp_codec::command::transaction_of(raw) else { return };
        let verb = raw.verb();
        let answers = self.pending.get(&transaction).is_some_and(|pending| {
            pending.ends_with.is_some_and(|ends_with| ends_with == verb.as_bytes())
        });
        if answers {
            self.finish(transaction, Ok(()));
        }
    }

    fn refused(&mut self, code: msnp_core::ErrorCode, transaction: Option<TransactionId>) {
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

impl Session for NsClient {
    type Event = NsEvent;

    fn connection(&self) -> &Connection<NsEvent> {
        &self.connection
    }

    fn connection_mut(&mut self) -> &mut Connection<NsEvent> {
        &mut self.connection
    }

    fn opened(&mut self, now: Now) {
        if !matches!(self.state, State::SigningIn(Step::Connect)) {
            return;
        }
        // A server may send long parameters with its challenge, and documents before the end.
        self.connection.set_frame_limits(FrameLimits { body: 16 * 1024, ..FrameLimits::TICKET });
        let transaction = self.transaction();
        let names: Vec<Box<str>> =
            self.config.versions.iter().map(|v| alloc::format!("{v}").into_boxed_str()).collect();
        let offers = names.iter().map(|name| &**name).chain(["CVR0"]).collect();
        self.must_send(&ClientVer { transaction, offers }.into());
        self.enter_if_alive(now, Step::Version);
    }

    fn command(&mut self, now: Now, raw: RawCommand<'_>) {
        let command = match ServerCommand::parse(raw, self.connection.version()) {
            Ok(command) => command,
            Err(error) => {
                self.connection.event(NsEvent::Malformed(error));
                if let State::SigningIn(step) = self.state {
                    self.end(Err(SessionError::Unexpected { step }));
                }
                return;
            }
        };
        match self.state {
            State::SigningIn(step) => self.signing_in(now, step, raw, command),
            State::Ready => self.ready(now, raw, command),
            State::Ended => {}
        }
    }

    fn unreadable(&mut self, _: Now, error: FrameError) {
        self.end(Err(error.into()));
    }

    fn lost(&mut self, _: Now, why: LinkEnd) {
        self.end(Err(SessionError::LinkLost(why)));
    }

    fn deadline(&self) -> Option<Duration> {
        let ping = match self.ping {
            Ping::Due(at) | Ping::Asked(at) => Some(at),
            Ping::Off => None,
        };
        let pending = self.pending.values().map(|pending| pending.deadline).min();
        [self.deadline, ping, pending].into_iter().flatten().min()
    }

    fn expired(&mut self, now: Now) {
        if self.deadline.is_some_and(|at| at <= now.monotonic)
            && let State::SigningIn(step) = self.state
        {
            return self.end(Err(SessionError::TimedOut { step }));
        }
        match self.ping {
            Ping::Due(at) if at <= now.monotonic => {
                self.ping = Ping::Asked(now.after(self.config.limits.answer));
                self.must_send(&ClientPng {}.into());
            }
            Ping::Asked(at) if at <= now.monotonic => {
                return self.end(Err(SessionError::TimedOut { step: Step::Keepalive }));
            }
            _ => {}
        }
        let late = |pending: &Pending| pending.deadline <= now.monotonic;
        while let Some(transaction) =
            self.pending.iter().find(|(_, pending)| late(pending)).map(|(id, _)| *id)
        {
            if self.lists.as_ref().map(ListSynchronization::transaction) == Some(transaction) {
                self.lists = None;
            }
            self.finish(transaction, Err(RequestError::TimedOut));
        }
    }
}

one_link_machine!(NsClient, NsEvent);
