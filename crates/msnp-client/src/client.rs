use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;

use msnp_codec::message::Reassembly;
use msnp_core::{
    Account, Act, Answer, Effect, EffectId, Endpoint, LinkEnd, LinkId, Machine, Now, Opened,
    Origin, Output, Outputs, Status, Timers, TransactionId, Version,
};
use msnp_session::{NsClient, NsClientConfig, NsRequest, SbClient, SessionError, Step};

use crate::conversation::Conversations;
use crate::passport::{Next, PassportSignIn};
use crate::roster::Roster;
use crate::{
    Action, ActionId, ClientError, Config, ConversationId, Event, MessageId, NotDone, Started,
};

/// A whole MSN Messenger client: sign-in, contact list, presence and conversations.
///
/// It connects by itself as soon as it is driven. Everything that a user does is a method here;
/// changes are confirmed by events when the server says so. It ends when the session ends; a
/// program that wants to come back makes a new one.
pub struct Client {
    pub(crate) config: Config,
    pub(crate) outputs: Outputs<Event, ClientError>,
    pub(crate) links: BTreeMap<LinkId, Link>,
    timers: Timers<LinkId>,
    next_link: u64,
    /// The link of the notification server.
    pub(crate) notification: Option<LinkId>,
    pub(crate) stage: Stage,
    redirects: u8,
    /// One counter for all connections.
    pub(crate) next_transaction: TransactionId,
    version: Option<Version>,
    passport: Option<(EffectId, PassportSignIn)>,
    pub(crate) roster: Roster,
    pub(crate) actions: BTreeMap<TransactionId, Running>,
    pub(crate) last_action: u64,
    pub(crate) conversations: Conversations,
    pub(crate) messages: BTreeMap<(LinkId, TransactionId), (ConversationId, MessageId)>,
    pub(crate) last_message: u64,
    /// Messages that come in several parts.
    pub(crate) reassembly: Reassembly<(ConversationId, Account)>,
    pub(crate) name: Option<String>,
    pub(crate) status: Status,
    /// The last step of the sign-in.
    reached: Step,
}

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

/// One connection.
pub(crate) struct Link {
    pub(crate) session: Session,
    /// It waits for its last bytes to be sent.
    closing: bool,
    reads: bool,
    dirty: bool,
}

pub(crate) enum Session {
    Notification(Box<NsClient>),
    Switchboard(Box<SbClient>, ConversationId),
}

/// An action that takes several requests, one after the other.
pub(crate) struct Running {
    pub(crate) action: ActionId,
    pub(crate) steps: VecDeque<NsRequest>,
}

impl Client {
    /// A client that connects as soon as it is driven.
    pub fn new(config: Config) -> Self {
        let mut client = Self {
            outputs: Outputs::new(),
            links: BTreeMap::new(),
            timers: Timers::new(),
            next_link: 1,
            notification: None,
            stage: Stage::SigningIn,
            redirects: config.limits.redirects,
            next_transaction: TransactionId::new(1),
            version: None,
            passport: None,
            roster: Roster::default(),
            actions: BTreeMap::new(),
            last_action: 0,
            conversations: Conversations::default(),
            messages: BTreeMap::new(),
            last_message: 0,
            reassembly: Reassembly::new(config.limits.reassembly),
            name: None,
            status: Status::OFFLINE,
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
        self.name.as_deref()
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
        let rooms: Vec<LinkId> = self.links.keys().copied().collect();
        for link in rooms {
            match self.links.get_mut(&link).map(|link| &mut link.session) {
                Some(Session::Notification(ns)) => ns.sign_out(),
                Some(Session::Switchboard(sb, _)) => sb.leave(),
                None => {}
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
    pub(crate) fn redirected(&mut self, to: Endpoint) {
        self.notification = None;
        match self.redirects.checked_sub(1) {
            _ if self.stage == Stage::Ended => {}
            None => self.end(Err(ClientError::TooManyRedirects)),
            Some(left) => {
                self.redirects = left;
                self.stage = Stage::SigningIn;
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

    fn ticket(&mut self, now: Now, sign_in: PassportSignIn, next: Next) {
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
    fn notification_ended(&mut self, end: Result<(), SessionError>) {
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
        self.fail_messages(|_| true);
        for (_, running) in core::mem::take(&mut self.actions) {
            let result = Err(msnp_session::RequestError::SessionEnded);
            self.outputs.event(Event::ActionEnded { action: running.action, result });
        }
        self.outputs.close(end);
    }

    /// A link sends its last bytes and is then forgotten.
    fn closing(&mut self, id: LinkId) {
        self.timers.clear(&id);
        if let Some(link) = self.links.get_mut(&id) {
            link.closing = true;
            link.reads = false;
        }
        self.forget_when_sent(id);
        self.touch(id);
    }

    fn forget_when_sent(&mut self, id: LinkId) {
        let sent = self
            .links
            .get(&id)
            .is_some_and(|link| link.closing && link.session.output(id).is_empty());
        if sent {
            self.links.remove(&id);
        }
    }

    pub(crate) fn touch(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(&id)
            && !link.dirty
        {
            link.dirty = true;
            self.outputs.dirty(id);
        }
    }

    /// Hears what a session has to say, until it has nothing more to say.
    pub(crate) fn pump(&mut self, now: Now, id: LinkId) {
        loop {
            let Some(link) = self.links.get_mut(&id) else { return };
            match &mut link.session {
                Session::Notification(session) => {
                    let next = session.poll();
                    self.next_transaction = self.next_transaction.max(session.next_transaction());
                    let step = session.last_step();
                    if step != self.reached {
                        self.reached = step;
                        self.outputs.event(Event::SigningIn(step));
                    }
                    match next {
                        Output::Event(event) => self.notification_event(now, event),
                        other => match self.common(id, other) {
                            Pumped::More => {}
                            Pumped::Drained => return,
                            Pumped::Ended(end) => {
                                self.notification_ended(end);
                                return self.closing(id);
                            }
                        },
                    }
                }
                Session::Switchboard(session, conversation) => {
                    let (conversation, next) = (*conversation, session.poll());
                    self.next_transaction = self.next_transaction.max(session.next_transaction());
                    match next {
                        Output::Event(event) => {
                            self.switchboard_event(now, id, conversation, event);
                        }
                        other => match self.common(id, other) {
                            Pumped::More => {}
                            Pumped::Drained => return,
                            Pumped::Ended(end) => {
                                self.room_ended(now, id, conversation, end);
                                return self.closing(id);
                            }
                        },
                    }
                }
            }
        }
    }

    /// What both kinds of session can say.
    fn common<E>(&mut self, id: LinkId, output: Output<E, SessionError>) -> Pumped {
        match output {
            Output::Link { reads, .. } => {
                if let Some(link) = self.links.get_mut(&id) {
                    link.reads = reads;
                }
                self.touch(id);
                Pumped::More
            }
            Output::Effect(_, Effect::Close { link }) => {
                self.outputs.effect(Effect::Close { link });
                if let Some(link) = self.links.get_mut(&id) {
                    link.closing = true;
                }
                Pumped::More
            }
            // A session asks for nothing else.
            Output::Effect(..) | Output::Event(_) => Pumped::More,
            Output::Wait { deadline } => {
                match deadline {
                    Some(at) => self.timers.set(id, at),
                    None => self.timers.clear(&id),
                }
                Pumped::Drained
            }
            Output::Closed(end) => Pumped::Ended(end),
        }
    }

    fn has_room(&self) -> bool {
        self.outputs.events_waiting() < self.config.limits.events
    }

    /// Drops what answered nothing in time.
    fn expire_waiting(&mut self, now: Now) {
        for id in self.conversations.ids() {
            self.expire_messages(now, id);
        }
    }
}

enum Pumped {
    More,
    Drained,
    Ended(Result<(), SessionError>),
}

impl Session {
    fn output(&self, link: LinkId) -> &[u8] {
        match self {
            Self::Notification(session) => session.output(link),
            Self::Switchboard(session, _) => session.output(link),
        }
    }

    /// The same call, whichever machine it is.
    fn as_machine<R>(
        &mut self,
        notification: impl FnOnce(&mut NsClient) -> R,
        switchboard: impl FnOnce(&mut SbClient) -> R,
    ) -> R {
        match self {
            Self::Notification(session) => notification(session),
            Self::Switchboard(session, _) => switchboard(session),
        }
    }
}

impl Machine for Client {
    type Event = Event;
    type Error = ClientError;

    fn link_opened(&mut self, now: Now, id: LinkId, how: Opened) {
        match self.links.get_mut(&id).filter(|link| !link.closing) {
            Some(link) => {
                link.session.as_machine(
                    |ns| ns.link_opened(now, id, how),
                    |sb| sb.link_opened(now, id, how),
                );
                self.pump(now, id);
            }
            // It came up after nobody wanted it any more.
            None => {
                self.outputs.effect(Effect::Close { link: id });
            }
        }
    }

    fn input(&mut self, now: Now, id: LinkId, bytes: &[u8]) -> usize {
        if !self.has_room() {
            return 0;
        }
        let Some(link) = self.links.get_mut(&id).filter(|link| !link.closing) else { return 0 };
        let taken =
            link.session.as_machine(|ns| ns.input(now, id, bytes), |sb| sb.input(now, id, bytes));
        self.pump(now, id);
        taken
    }

    fn link_closed(&mut self, now: Now, id: LinkId, why: LinkEnd) {
        if let Some(link) = self.links.get_mut(&id) {
            link.session
                .as_machine(|ns| ns.link_closed(now, id, why), |sb| sb.link_closed(now, id, why));
            link.closing = true;
            self.pump(now, id);
            self.timers.clear(&id);
            self.links.remove(&id);
        }
    }

    fn answer(&mut self, now: Now, effect: EffectId, answer: Answer) {
        let Answer::Http(answer) = answer else { return };
        if let Some((asked, mut sign_in)) = self.passport.take() {
            if asked == effect {
                let next = sign_in.answered(answer);
                self.ticket(now, sign_in, next);
            } else {
                self.passport = Some((asked, sign_in));
            }
        }
    }

    fn timeout(&mut self, now: Now) {
        while let Some(id) = self.timers.expired(now.monotonic) {
            if let Some(link) = self.links.get_mut(&id) {
                link.session.as_machine(|ns| ns.timeout(now), |sb| sb.timeout(now));
                self.pump(now, id);
            }
        }
        self.expire_waiting(now);
        self.reassembly.expire(now.monotonic);
    }

    fn poll(&mut self) -> Output<Event, ClientError> {
        while let Some(id) = self.outputs.next_dirty() {
            let room = self.has_room();
            if let Some(link) = self.links.get_mut(&id) {
                link.dirty = false;
                let writes = !link.session.output(id).is_empty();
                return Output::Link {
                    link: id,
                    reads: link.reads && !link.closing && room,
                    writes,
                };
            }
        }
        let full = !self.has_room();
        let deadlines =
            [self.timers.next(), self.conversations.deadline(), self.reassembly.deadline()];
        let deadline = deadlines.into_iter().flatten().min();
        let next = self.outputs.next(deadline);
        if full && self.has_room() {
            let ids: BTreeSet<LinkId> = self.links.keys().copied().collect();
            ids.into_iter().for_each(|id| self.touch(id));
        }
        next
    }

    fn output(&self, id: LinkId) -> &[u8] {
        self.links.get(&id).map_or(&[], |link| link.session.output(id))
    }

    fn written(&mut self, now: Now, id: LinkId, n: usize) {
        if let Some(link) = self.links.get_mut(&id) {
            link.session.as_machine(|ns| ns.written(now, id, n), |sb| sb.written(now, id, n));
            if link.closing {
                self.forget_when_sent(id);
                self.touch(id);
            } else {
                self.pump(now, id);
            }
        }
    }
}

impl Act for Client {
    type Action = Action;
    type Outcome = Result<Started, NotDone>;

    fn act(&mut self, now: Now, action: Action) -> Self::Outcome {
        self.perform(now, action)
    }
}
