use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use msnp_codec::command::{ClientOut, ClientPng};
use msnp_codec::{
    ClientCommand, FrameError, FrameLimits, Framer, RawCommand, Sender, ServerCommand,
};
use msnp_core::{Account, LinkEnd, Now, Secret, TransactionId, Version};

use crate::connection::{Connection, Session, one_link_machine};
use crate::ns_lists::ListSynchronization;
use crate::request_command::Asking;
use crate::{
    ClientProgram, NotSent, NotSentReason, NsEvent, NsRequest, RequestError, SessionError,
    SessionLimits, Step,
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
    /// How long after one sign of life to ask for the next: after signing in, and after each answer
    /// to the last question. A server may want to be asked sooner (MSNP9 and later).
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
    pub(crate) config: NsClientConfig,
    pub(crate) connection: Connection<NsEvent>,
    pub(crate) state: State,
    pub(crate) last_step: Step,
    pub(crate) pending: BTreeMap<TransactionId, Pending>,
    pub(crate) lists: Option<ListSynchronization>,
    /// The contact of the last `LST`, for the `BPR` lines that follow it, even after the end.
    pub(crate) last_listed: Option<Account>,
    next_transaction: TransactionId,
    pub(crate) deadline: Option<Duration>,
    pub(crate) ping: Ping,
}

/// Where the session stands. The steps of the sign-in are consumed one by one;
/// [`SIGN_IN`](crate::SIGN_IN) says which reply leads from which to which.
pub(crate) enum State {
    SigningIn(Step),
    Ready,
    Ended,
}

/// A request that waits for its answer.
pub(crate) struct Pending {
    pub(crate) ends_with: Option<&'static [u8; 3]>,
    /// How it ends when nothing is heard of it.
    in_silence: Result<(), RequestError>,
    deadline: Duration,
}

/// The keepalive.
#[derive(Clone, Copy)]
pub(crate) enum Ping {
    /// Ask at this time.
    Due(Duration),
    /// Asked; the answer must come by this time.
    Asked(Duration),
    Off,
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

    /// Asks the server for something. The answer comes as [`NsEvent::Ended`], after the events
    /// that it brings about.
    ///
    /// # Errors
    /// [`NotSent`], with the request, when it is not signed in, when too much waits already, when
    /// the version has no such request, when it is longer than a command may be, or when a word of
    /// it cannot stand on a line.
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
        } else if !request.can_be_sent() {
            Some(NotSentReason::NoWord)
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
        let (own, program) = (&self.config.account, &self.config.program);
        let asking = Asking { transaction, own, program, version };
        let mut printed = Vec::new();
        request.with_command(&asking, |command| command.print(version, &mut printed));
        if !can_be_framed(&printed, version) {
            return Err(NotSent { request, reason: NotSentReason::TooLong });
        }
        if self.connection.print(|out| out.extend_from_slice(&printed)).is_err() {
            return Err(NotSent { request, reason: NotSentReason::Full });
        }
        self.next_transaction = transaction.next();
        let in_silence = match request.is_done_in_silence() {
            true => Ok(()),
            false => Err(RequestError::TimedOut),
        };
        let deadline = now.after(self.config.limits.answer);
        let ends_with = request.ends_with(version);
        self.pending.insert(transaction, Pending { ends_with, in_silence, deadline });
        if let NsRequest::Lists { known } = request {
            self.lists = Some(ListSynchronization::new(transaction, known));
        }
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

    pub(crate) fn send(&mut self, command: &ClientCommand<'_>) -> bool {
        self.connection.send_as_client(command).is_ok()
    }

    /// Sends what the protocol needs; where that does not fit, the server has stopped reading.
    pub(crate) fn must_send(&mut self, command: &ClientCommand<'_>) {
        if self.connection.is_up() && !self.send(command) {
            self.end(Err(SessionError::PeerTooSlow));
        }
    }

    pub(crate) fn end(&mut self, end: Result<(), SessionError>) {
        self.state = State::Ended;
        self.deadline = None;
        self.ping = Ping::Off;
        for (transaction, _) in core::mem::take(&mut self.pending) {
            let result = Err(RequestError::SessionEnded);
            self.connection.event(NsEvent::Ended { transaction, result });
        }
        self.connection.close(end);
    }

    pub(crate) fn finish(
        &mut self,
        transaction: TransactionId,
        result: Result<(), RequestError>,
    ) -> bool {
        if self.pending.remove(&transaction).is_none() {
            return false;
        }
        self.connection.event(NsEvent::Ended { transaction, result });
        true
    }
}

/// Whether a server reads it as one command. What is too long would cost the connection.
fn can_be_framed(printed: &[u8], version: Version) -> bool {
    let mut framer = Framer::new(Sender::Client, version, FrameLimits::SIGNED_IN);
    framer.next(printed).is_ok_and(|command| command.is_some())
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
        if matches!(self.state, State::SigningIn(Step::Connect)) {
            self.offer(now);
        }
    }

    fn command(&mut self, now: Now, raw: RawCommand<'_>) {
        let command = match ServerCommand::parse(raw, self.connection.version()) {
            Ok(command) => command,
            Err(error) => {
                self.connection.event(NsEvent::Malformed(error));
                if let Some(lists) = &mut self.lists {
                    lists.pass_over(error.verb);
                    self.last_listed = None;
                    self.end_lists();
                }
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
        while let Some((transaction, result)) = self
            .pending
            .iter()
            .find(|(_, pending)| late(pending))
            .map(|(id, pending)| (*id, pending.in_silence))
        {
            if self.lists.as_ref().map(ListSynchronization::transaction) == Some(transaction) {
                self.lists = None;
            }
            self.finish(transaction, result);
        }
    }
}

one_link_machine!(NsClient, NsEvent);
