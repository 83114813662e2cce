use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use bytes::Bytes;

use msnp_codec::command::{
    Acknowledge, ClientAns, ClientCal, ClientMsg, ClientOut, ClientUsr, ServerUsr,
};
use msnp_codec::message::MAX_MESSAGE_LEN;
use msnp_codec::{FrameError, FrameLimits, Hidden, RawCommand, Sender, ServerCommand};
use msnp_core::{Account, LinkEnd, Now, Secret, TransactionId, Version};

use crate::connection::{Connection, Session, one_link_machine};
use crate::{
    Delivery, NotSent, NotSentReason, RequestError, SbEvent, SessionError, SessionLimits, SignOut,
    Step,
};

/// What an [`SbClient`] needs to know.
#[derive(Clone, Debug)]
pub struct SbClientConfig {
    /// Who enters.
    pub account: Account,
    /// The version that was negotiated with the notification server.
    pub version: Version,
    /// How it enters.
    pub entrance: Entrance,
    /// The first transaction to use: one counter serves all connections of a client.
    pub first_transaction: TransactionId,
    /// Bounds.
    pub limits: SessionLimits,
}

/// How one enters a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// As the one who asked for it, with the cookie of the `XFR`.
    Own {
        /// The cookie.
        cookie: Secret,
    },
    /// As somebody who was invited, with cookie and session of the `RNG`.
    Invited {
        /// The cookie.
        cookie: Secret,
        /// The session.
        session: Box<str>,
    },
}

/// The client's side of a connection to a switchboard: one room.
pub struct SbClient {
    pub(crate) config: SbClientConfig,
    pub(crate) connection: Connection<SbEvent>,
    state: State,
    entered: bool,
    pub(crate) members: BTreeSet<Account>,
    pub(crate) invitations: BTreeMap<TransactionId, (Account, Duration)>,
    pub(crate) messages: BTreeMap<TransactionId, Message>,
    next_transaction: TransactionId,
    deadline: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Connecting,
    Entering(TransactionId),
    Inside,
    Ended,
}

/// A message that waits for its answer.
pub(crate) struct Message {
    /// Where it begins in all that was ever queued.
    position: u64,
    deadline: Duration,
    /// It is not one of those that a program waits for.
    is_packet: bool,
}

impl SbClient {
    /// The most members that a room may have, oneself apart: more than any room was known to hold.
    pub const MAX_MEMBERS: usize = 256;

    /// A client that enters as soon as its link is up.
    pub fn new(config: SbClientConfig) -> Self {
        Self {
            connection: Connection::new(Sender::Server, config.version, config.limits),
            state: State::Connecting,
            entered: false,
            members: BTreeSet::new(),
            invitations: BTreeMap::new(),
            messages: BTreeMap::new(),
            next_transaction: config.first_transaction,
            deadline: None,
            config,
        }
    }

    /// Whether it is in the room.
    pub fn is_inside(&self) -> bool {
        self.state == State::Inside
    }

    /// Whether it has been in the room at any time, also after the end.
    pub fn has_entered(&self) -> bool {
        self.entered
    }

    /// Whether it enters because somebody has invited it.
    pub fn is_invited(&self) -> bool {
        matches!(self.config.entrance, Entrance::Invited { .. })
    }

    /// Who else is in the room.
    pub fn members(&self) -> impl Iterator<Item = &Account> {
        self.members.iter()
    }

    /// Whether this account is in the room.
    pub fn has_member(&self, account: &Account) -> bool {
        self.members.contains(account)
    }

    /// Uses no transaction below this one from now on.
    pub fn use_transactions_from(&mut self, transaction: TransactionId) {
        self.next_transaction = self.next_transaction.max(transaction);
    }

    /// The first transaction that it has not used.
    pub fn next_transaction(&self) -> TransactionId {
        self.next_transaction
    }

    /// Invites somebody. The answer comes as [`SbEvent::Invited`]; that they came, as
    /// [`SbEvent::Joined`]. Somebody who left may be invited again.
    ///
    /// # Errors
    /// [`NotSent`], with the account, when it is not inside or too much waits.
    pub fn invite(
        &mut self,
        now: Now,
        account: Account,
    ) -> Result<TransactionId, NotSent<Account>> {
        if let Some(reason) = self.obstacle(self.invitations.len()) {
            return Err(NotSent { request: account, reason });
        }
        let transaction = self.next_transaction;
        let command = ClientCal { transaction, account: account.as_str() }.into();
        if self.connection.send_as_client(&command).is_err() {
            return Err(NotSent { request: account, reason: NotSentReason::Full });
        }
        self.next_transaction = transaction.next();
        let deadline = now.after(self.config.limits.answer);
        self.invitations.insert(transaction, (account, deadline));
        Ok(transaction)
    }

    /// Sends a message to all members. Where it asks for an answer, that comes as
    /// [`SbEvent::MessageEnded`].
    ///
    /// # Errors
    /// [`NotSent`], with the message, when it is not inside, when too much waits, or when the
    /// message has more than 1664 bytes.
    pub fn send(
        &mut self,
        now: Now,
        acknowledge: Acknowledge,
        message: Bytes,
    ) -> Result<TransactionId, NotSent<Bytes>> {
        let messages = self.messages.values().filter(|message| !message.is_packet).count();
        let sent = match self.obstacle(messages) {
            Some(reason) => Err(reason),
            None => self.put(now, acknowledge, &message, false),
        };
        sent.map_err(|reason| NotSent { request: message, reason })
    }

    /// Sends a packet of the peer-to-peer layer, headers and all. What becomes of it comes as
    /// [`SbEvent::MessageEnded`] too, but it takes no place of a message: where as many wait for
    /// an answer as may, the oldest ends as [`Delivery::Unknown`], because some servers never
    /// answer.
    ///
    /// # Errors
    /// When it is not inside, when there is no room for its bytes, or when it has more than 1664.
    pub fn send_packet(&mut self, now: Now, packet: &[u8]) -> Result<TransactionId, NotSentReason> {
        if let Some(reason) = self.obstacle(0) {
            return Err(reason);
        }
        self.connection.keep_output(PACKETS_KEPT);
        let sent = self.put(now, Acknowledge::Data, packet, true)?;
        let packets = || self.messages.iter().filter(|(_, message)| message.is_packet);
        let most = self.config.limits.pending;
        if self.messages.len() > most
            && packets().count() > most
            && let Some(oldest) = packets().next().map(|(transaction, _)| *transaction)
        {
            self.messages.remove(&oldest);
            let delivery = Delivery::Unknown;
            self.connection.event(SbEvent::MessageEnded { transaction: oldest, delivery });
        }
        Ok(sent)
    }

    /// Queues a message, and remembers what waits for an answer.
    fn put(
        &mut self,
        now: Now,
        acknowledge: Acknowledge,
        message: &[u8],
        is_packet: bool,
    ) -> Result<TransactionId, NotSentReason> {
        if message.len() > MAX_MESSAGE_LEN {
            return Err(NotSentReason::TooLong);
        }
        let transaction = self.next_transaction;
        let position = self.connection.queued();
        let command = ClientMsg { transaction, acknowledge, body: message }.into();
        if self.connection.send_as_client(&command).is_err() {
            return Err(NotSentReason::Full);
        }
        self.next_transaction = transaction.next();
        if acknowledge.reports_failure() {
            let deadline = now.after(self.config.limits.answer);
            self.messages.insert(transaction, Message { position, deadline, is_packet });
        }
        Ok(transaction)
    }

    /// Leaves: `OUT`, then the link closes.
    pub fn leave(&mut self) {
        // Where it does not fit, the closed link says the same.
        let _ = self.connection.send_as_client(&ClientOut {}.into());
        self.end(Ok(()));
    }

    fn obstacle(&self, waiting: usize) -> Option<NotSentReason> {
        if !self.is_inside() || !self.connection.is_up() {
            Some(NotSentReason::NotReady)
        } else if waiting >= self.config.limits.pending {
            Some(NotSentReason::Full)
        } else {
            None
        }
    }

    /// Ends the session. What is in the output still goes out before the link closes, unless the
    /// link is gone.
    pub(crate) fn end(&mut self, end: Result<(), SessionError>) {
        let lost = matches!(end, Err(SessionError::LinkLost(_)));
        self.state = State::Ended;
        self.deadline = None;
        for (transaction, (account, _)) in core::mem::take(&mut self.invitations) {
            let result = Err(RequestError::SessionEnded);
            self.connection.event(SbEvent::Invited { transaction, account, result });
        }
        for (transaction, message) in core::mem::take(&mut self.messages) {
            let delivery = match lost && !self.connection.may_have_sent(message.position) {
                true => Delivery::Failed,
                false => Delivery::Unknown,
            };
            self.connection.event(SbEvent::MessageEnded { transaction, delivery });
        }
        self.connection.close(end);
    }

    fn entering(
        &mut self,
        transaction: TransactionId,
        raw: RawCommand<'_>,
        command: ServerCommand<'_>,
    ) {
        match command {
            ServerCommand::Usr(ServerUsr::Ok { transaction: t, .. }) if t == transaction => {
                self.inside();
            }
            ServerCommand::Ans(ans) if ans.transaction == transaction && ans.state == "OK" => {
                self.inside();
            }
            ServerCommand::Error(error) => {
                self.end(Err(SessionError::Refused { step: Step::Room, code: error.code }));
            }
            // The draft lets a joiner see its own JOI, before its ANS is answered.
            ServerCommand::Iro(_) | ServerCommand::Joi(_) => self.event(raw, command),
            ServerCommand::Out(out) => {
                let reason = SignOut::parse(out.reason, out.minutes);
                self.end(Err(SessionError::SignedOut(reason)));
            }
            ServerCommand::Usr(_) | ServerCommand::Ans(_) => {
                self.end(Err(SessionError::Unexpected { step: Step::Room }));
            }
            _ => self.event(raw, command),
        }
    }

    fn inside(&mut self) {
        self.state = State::Inside;
        self.entered = true;
        self.deadline = None;
        self.connection.set_frame_limits(FrameLimits::SIGNED_IN);
        self.connection.event(SbEvent::Entered);
    }
}

/// Where packets are sent, room for so many bytes of them stays: one follows another, and a buffer
/// that is made anew for each costs more than they do.
const PACKETS_KEPT: usize = 16 * 1024;

impl Session for SbClient {
    type Event = SbEvent;

    fn connection(&self) -> &Connection<SbEvent> {
        &self.connection
    }

    fn connection_mut(&mut self) -> &mut Connection<SbEvent> {
        &mut self.connection
    }

    fn opened(&mut self, now: Now) {
        if self.state != State::Connecting {
            return;
        }
        let transaction = self.next_transaction;
        self.next_transaction = transaction.next();
        let account = self.config.account.as_str();
        let command = match &self.config.entrance {
            Entrance::Own { cookie } => {
                ClientUsr::Switchboard { transaction, account, cookie: Hidden(cookie.expose()) }
                    .into()
            }
            Entrance::Invited { cookie, session } => {
                ClientAns { transaction, account, cookie: Hidden(cookie.expose()), session }.into()
            }
        };
        match self.connection.send_as_client(&command) {
            Ok(()) => {
                self.state = State::Entering(transaction);
                self.deadline = Some(now.after(self.config.limits.sign_in));
                self.connection.set_frame_limits(FrameLimits::TICKET);
            }
            Err(_) => self.end(Err(SessionError::PeerTooSlow)),
        }
    }

    fn command(&mut self, _: Now, raw: RawCommand<'_>) {
        match (ServerCommand::parse(raw, self.config.version), self.state) {
            (_, State::Ended | State::Connecting) => {}
            (Err(error), _) => self.connection.event(SbEvent::Malformed(error)),
            (Ok(command), State::Entering(transaction)) => self.entering(transaction, raw, command),
            (Ok(command), State::Inside) => self.event(raw, command),
        }
    }

    fn unreadable(&mut self, _: Now, error: FrameError) {
        self.end(Err(error.into()));
    }

    fn lost(&mut self, _: Now, why: LinkEnd) {
        self.end(Err(SessionError::LinkLost(why)));
    }

    fn deadline(&self) -> Option<Duration> {
        let invitations = self.invitations.values().map(|(_, deadline)| *deadline).min();
        let messages = self.messages.values().map(|message| message.deadline).min();
        [self.deadline, invitations, messages].into_iter().flatten().min()
    }

    fn expired(&mut self, now: Now) {
        if self.deadline.is_some_and(|at| at <= now.monotonic) {
            return self.end(Err(SessionError::TimedOut { step: Step::Room }));
        }
        let late = |at: Duration| at <= now.monotonic;
        while let Some((transaction, account)) = self
            .invitations
            .iter()
            .find(|(_, (_, deadline))| late(*deadline))
            .map(|(id, (account, _))| (*id, account.clone()))
        {
            self.invitations.remove(&transaction);
            let result = Err(RequestError::TimedOut);
            self.connection.event(SbEvent::Invited { transaction, account, result });
        }
        while let Some(transaction) =
            self.messages.iter().find(|(_, message)| late(message.deadline)).map(|(id, _)| *id)
        {
            self.messages.remove(&transaction);
            let delivery = Delivery::Unknown;
            self.connection.event(SbEvent::MessageEnded { transaction, delivery });
        }
    }
}

one_link_machine!(SbClient, SbEvent);
