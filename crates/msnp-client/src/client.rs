use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

use msnp_codec::message::Reassembly;
use msnp_codec::msn_object::MsnObject;
use msnp_core::{
    Account, Effect, EffectId, Endpoint, LinkId, Now, Origin, Outputs, Random, Status, Timers,
    TransactionId, Version,
};
use msnp_p2p::{P2p, P2pConfig, Peer};
use msnp_session::{ListStamps, NsClient, NsClientConfig, NsRequest, SessionError, Step};

use crate::conversation::Conversations;
use crate::links::{Link, Session};
use crate::passport::{Next, PassportSignIn};
use crate::peers::Carriers;
use crate::roster::Roster;
use crate::sending::Sending;
use crate::{ActionId, ClientError, Config, ConversationId, Event, MessageId};

/// A whole MSN Messenger client: sign-in, contact list, presence and conversations.
///
/// It connects by itself as soon as it is driven. Everything that a user does is a method here;
/// changes are confirmed by events when the server says so. It ends when the session ends; a
/// program that wants to come back makes a new one.
pub struct Client {
    pub(crate) config: Config,
    pub(crate) outputs: Outputs<Event, ClientError>,
    /// How many bytes have come in whose events wait.
    pub(crate) heard: usize,
    pub(crate) links: BTreeMap<LinkId, Link>,
    pub(crate) timers: Timers<LinkId>,
    next_link: u64,
    /// The link of the notification server.
    pub(crate) notification: Option<LinkId>,
    pub(crate) stage: Stage,
    redirects: u8,
    pub(crate) signed_in_at: Option<Duration>,
    /// One counter for all connections.
    pub(crate) next_transaction: TransactionId,
    version: Option<Version>,
    pub(crate) passport: Option<(EffectId, PassportSignIn)>,
    pub(crate) roster: Roster,
    pub(crate) actions: BTreeMap<TransactionId, Running>,
    pub(crate) last_action: u64,
    pub(crate) conversations: Conversations,
    /// The parts of messages that wait for an answer.
    pub(crate) parts: BTreeMap<(LinkId, TransactionId), MessageId>,
    /// The messages that have not ended.
    pub(crate) messages: BTreeMap<MessageId, Sending>,
    pub(crate) last_message: u64,
    /// Messages that come in several parts.
    pub(crate) reassembly: Reassembly<(ConversationId, Account)>,
    pub(crate) random: Random,
    /// The stamps of the lists that are under way.
    pub(crate) stamps: Option<ListStamps>,
    pub(crate) status: Status,
    /// The status that was asked for last.
    pub(crate) chosen: Option<Status>,
    /// The display picture, as MSN object text.
    pub(crate) object: Option<Box<str>>,
    /// The display picture that is published because it is shown.
    pub(crate) picture: Option<Box<MsnObject>>,
    /// Objects between this client and others.
    pub(crate) p2p: P2p,
    pub(crate) carriers: Carriers,
    /// Oneself, as others name one.
    pub(crate) own_peer: Peer,
    /// The personal message that was asked for last, as document.
    pub(crate) document: Option<Bytes>,
    /// The last step of the sign-in.
    pub(crate) reached: Step,
}

/// Two clients that talk to each other must not draw the same numbers, even where their programs
/// give both the same seed.
fn seed_of(config: &Config) -> [u8; 32] {
    let mut seed = config.seed;
    let places = seed.len();
    for (at, byte) in config.account.as_str().bytes().enumerate() {
        if let Some(place) = seed.get_mut(at % places) {
            *place ^= byte;
        }
    }
    seed
}

/// Whoever has stayed for so long was not sent there in a circle.
const SETTLED: Duration = Duration::from_secs(60);

/// How far the client has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The notification session signs in.
    SigningIn,
    /// The lists are under way.
    Lists(TransactionId),
    /// The first status is under way.
    FirstStatus(TransactionId),
    /// Everything can be done.
    Ready,
    Ended,
}

/// An action that takes several requests, one after the other.
pub(crate) struct Running {
    pub(crate) action: ActionId,
    pub(crate) steps: VecDeque<NsRequest>,
}

impl Client {
    /// A client that connects as soon as it is driven.
    pub fn new(mut config: Config) -> Self {
        let mut roster = config.roster.take().unwrap_or_default();
        roster.reset_presence();
        let mut random = Random::from_seed(seed_of(&config));
        let machine = random.guid();
        let mut p2p = P2p::new(P2pConfig {
            account: config.account.clone(),
            machine,
            seed: random.seed(),
            limits: config.limits.p2p,
        });
        if let Some(objects) = config.objects.take() {
            *p2p.cache() = objects.limited(config.limits.p2p.cache);
        }
        let mut client = Self {
            outputs: Outputs::new(),
            heard: 0,
            links: BTreeMap::new(),
            timers: Timers::new(),
            next_link: 1,
            notification: None,
            stage: Stage::SigningIn,
            redirects: config.limits.redirects,
            signed_in_at: None,
            next_transaction: TransactionId::new(1),
            version: None,
            passport: None,
            roster,
            actions: BTreeMap::new(),
            last_action: 0,
            conversations: Conversations::default(),
            parts: BTreeMap::new(),
            messages: BTreeMap::new(),
            last_message: 0,
            reassembly: Reassembly::new(config.limits.reassembly),
            random,
            stamps: None,
            status: Status::OFFLINE,
            chosen: config.initial_status,
            object: None,
            picture: None,
            p2p,
            carriers: Carriers::default(),
            own_peer: Peer::v2(config.account.clone(), machine),
            document: None,
            reached: Step::Connect,
            config,
        };
        let server = client.config.server.clone();
        client.outputs.event(Event::SigningIn(Step::Connect));
        client.connect_notification(server);
        client
    }

    /// Who signs in, or has signed in.
    pub fn account(&self) -> &Account {
        &self.config.account
    }

    /// The version that client and server speak; none before they have chosen one.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// One's own friendly name, as far as the server said.
    pub fn name(&self) -> Option<&str> {
        self.roster.name()
    }

    /// One's own status, as the server confirmed it.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The contacts.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Whether everything can be done: after [`Event::SignedIn`], until the end.
    pub fn is_signed_in(&self) -> bool {
        self.stage == Stage::Ready
    }

    /// Signs out: every room is left, and the machine ends well.
    pub fn sign_out(&mut self, now: Now) {
        for conversation in self.conversations.ids() {
            // It is there, so there is nothing to go wrong.
            let _ = self.leave_rooms(now, conversation);
        }
        if let Some(link) = self.notification {
            if let Some(session) = self.notification_session() {
                session.sign_out();
            }
            self.pump(now, link);
        }
        self.end(Ok(()));
    }

    pub(crate) fn set_version(&mut self, version: Version) {
        self.version = Some(version);
        self.outputs.event(Event::VersionChosen(version));
    }

    fn connect_notification(&mut self, to: Endpoint) {
        let session = NsClient::new(NsClientConfig {
            account: self.config.account.clone(),
            password: self.config.password.clone(),
            versions: self.config.versions.clone(),
            program: self.config.program.clone(),
            first_transaction: self.next_transaction,
            keepalive: self.config.keepalive,
            limits: self.config.limits.session,
        });
        let link = self.connect(to, Session::Notification(Box::new(session)));
        self.notification = Some(link);
    }

    /// Asks for a connection for this session.
    pub(crate) fn connect(&mut self, to: Endpoint, session: Session) -> LinkId {
        let id = LinkId::new(self.next_link);
        self.next_link += 1;
        self.links.insert(id, Link { session, closing: false, reads: false, dirty: false });
        self.outputs.effect(Effect::Connect { link: id, to, origin: Origin::Configured });
        id
    }

    /// Sent elsewhere by the notification server.
    pub(crate) fn redirected(&mut self, now: Now, to: Endpoint) {
        self.notification = None;
        let stayed = self.signed_in_at.take().map(|at| now.monotonic.saturating_sub(at));
        if stayed.is_some_and(|stayed| stayed >= SETTLED) {
            self.redirects = self.config.limits.redirects;
        }
        match self.redirects.checked_sub(1) {
            _ if self.stage == Stage::Ended => {}
            // Those that one was sent away from do not take their last bytes.
            _ if self.links.len() >= self.config.limits.links() => {
                self.end(Err(ClientError::TooManyRedirects));
            }
            None => self.end(Err(ClientError::TooManyRedirects)),
            Some(left) => {
                self.redirects = left;
                self.stage = Stage::SigningIn;
                self.status = Status::OFFLINE;
                // The next server tells who is online.
                for account in self.roster.reset_presence() {
                    self.offline(account);
                }
                self.connect_notification(to);
            }
        }
    }

    /// The server wants a ticket.
    pub(crate) fn want_ticket(&mut self, now: Now, challenge: &str) {
        let sign_in = PassportSignIn::new(
            self.config.account.clone(),
            self.config.password.clone(),
            challenge,
            &self.config.nexus,
            self.config.limits.redirects,
        );
        let next = sign_in.ask();
        self.ticket(now, sign_in, next);
    }

    pub(crate) fn ticket(&mut self, now: Now, sign_in: PassportSignIn, next: Next) {
        match next {
            Next::Ask(request) => {
                let effect = self.outputs.effect(Effect::Http(request));
                self.passport = Some((effect, sign_in));
            }
            Next::Ticket(ticket) => {
                let Some(link) = self.notification else { return };
                if let Some(ns) = self.notification_session() {
                    // Where the session wants none any more, its own end says why.
                    let _ = ns.provide_ticket(now, ticket);
                }
                self.pump(now, link);
            }
            Next::Failed(error) => self.end(Err(error)),
        }
    }

    pub(crate) fn notification_session(&mut self) -> Option<&mut NsClient> {
        match &mut self.links.get_mut(&self.notification?)?.session {
            Session::Notification(ns) => Some(ns),
            Session::Switchboard(..) => None,
        }
    }

    /// Asks the notification server for something, and remembers what for.
    pub(crate) fn request(
        &mut self,
        now: Now,
        request: NsRequest,
    ) -> Result<TransactionId, msnp_session::NotSentReason> {
        let next = self.next_transaction;
        let Some(ns) = self.notification_session() else {
            return Err(msnp_session::NotSentReason::NotReady);
        };
        ns.use_transactions_from(next);
        let sent = ns.request(now, request).map_err(|not_sent| not_sent.reason);
        if let Some(link) = self.notification {
            self.pump(now, link);
        }
        sent
    }

    /// The notification session is over.
    pub(crate) fn notification_ended(&mut self, end: Result<(), SessionError>) {
        let ready = self.stage == Stage::Ready;
        let reached = match self.stage {
            Stage::Lists(_) => Step::Lists,
            Stage::FirstStatus(_) => Step::FirstStatus,
            _ => self.reached,
        };
        match end {
            // Redirected, or signed out by oneself: whoever did it has seen to the rest.
            Ok(()) => {}
            Err(SessionError::SignedOut(reason)) => self.end(Err(ClientError::SignedOut(reason))),
            Err(cause) if ready => self.end(Err(ClientError::SessionLost(cause))),
            Err(SessionError::Refused { step: Step::Password, code })
                if code == msnp_core::ErrorCode::AUTHENTICATION_FAILED =>
            {
                self.end(Err(ClientError::WrongPassword(Default::default())));
            }
            Err(cause) => {
                let step = match cause {
                    SessionError::Refused { step, .. }
                    | SessionError::Unexpected { step }
                    | SessionError::TimedOut { step } => step,
                    _ => reached,
                };
                self.end(Err(ClientError::SignIn { step, cause }));
            }
        }
    }

    /// Ends everything that is under way, and the machine.
    pub(crate) fn end(&mut self, end: Result<(), ClientError>) {
        if self.stage == Stage::Ended {
            return;
        }
        self.stage = Stage::Ended;
        self.notification = None;
        self.passport = None;
        for conversation in self.conversations.ids() {
            self.give_up(conversation);
        }
        let open: Vec<LinkId> =
            self.links.iter().filter(|(_, link)| !link.closing).map(|(id, _)| *id).collect();
        for id in open {
            self.outputs.effect(Effect::Close { link: id });
            self.closing(id);
        }
        self.fail_messages();
        self.end_peers();
        for (_, running) in core::mem::take(&mut self.actions) {
            let result = Err(msnp_session::RequestError::SessionEnded);
            self.outputs.event(Event::ActionEnded { action: running.action, result });
        }
        self.outputs.close(end);
    }

    pub(crate) fn has_room(&self) -> bool {
        self.outputs.events_waiting() < self.config.limits.events
            && self.heard <= self.config.limits.heard
    }

    /// When time alone changes something.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let deadlines = [
            self.timers.next(),
            self.conversations.deadline(),
            self.reassembly.deadline(),
            self.p2p.deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// Drops what answered nothing in time.
    pub(crate) fn expire_waiting(&mut self, now: Now) {
        for id in self.conversations.ids() {
            self.expire_messages(now, id);
        }
    }
}
