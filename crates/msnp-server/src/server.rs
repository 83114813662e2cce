use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;

use bytes::Bytes;
use msnp_core::{
    Account, Act, Answer, Effect, EffectId, Endpoint, Failure, HttpRequest, LinkEnd, LinkId,
    ListenerId, Machine, Now, Opened, Output, Outputs, Random, RequestId, Serves, Timers, Version,
};
use msnp_session::{
    NsServer, NsServerConfig, NsServerEvent, SbServer, SbServerConfig, SbServerEvent, SessionError,
    SignOut,
};

use crate::config::Config;
use crate::event::{Addresses, Ending, ServerError, ServerEvent, ServiceKind};
use crate::links::{Link, Links, Notification, Session, Switchboard};
use crate::records::{self, RecordError};
use crate::roster::Directory;
use crate::service::{Pending, Service, Timer};
use crate::tickets::Tickets;

/// A whole service: dispatch server, notification server, switchboard and sign-in pages.
///
/// It listens as soon as it is driven, and says [`ServerEvent::Listening`] once all four are up.
/// It needs a [`Performer`](msnp_core::Performer) for two effects:
/// [`Effect::Verify`] (passwords) and [`Effect::Store`] (lists and settings); [`InMemory`] is one.
///
/// [`InMemory`]: crate::InMemory
pub struct Server {
    service: Service,
}

/// To call a method of a [`Server`] by a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// [`Server::shut_down`].
    ShutDown,
    /// [`Server::challenge`].
    Challenge(Account),
}

impl Server {
    /// A server with the records that an earlier one stored: the keys and values of its
    /// [`Effect::Store`]s. Keys that it does not know are skipped, and so is what is about people
    /// who are not in [`Config::accounts`].
    ///
    /// # Errors
    /// [`RecordError`] when a record is not what such a server stores.
    pub fn new(
        config: Config,
        records: impl IntoIterator<Item = (String, Bytes)>,
    ) -> Result<Self, RecordError> {
        let mut directory = Directory::default();
        for account in &config.accounts {
            directory.insert(account.account.clone(), account.name.clone());
        }
        for (key, value) in records {
            if let Some(row) = records::row(&key, &value)? {
                directory.apply(row);
            }
        }
        let mut service = Service {
            random: Random::from_seed(config.seed),
            now: Now::default(),
            links: Links::default(),
            directory,
            online: BTreeMap::new(),
            rooms: BTreeMap::new(),
            tickets: Tickets::new(config.limits.tickets),
            own_rooms: Tickets::new(config.limits.tickets),
            invitations: Tickets::new(config.limits.tickets),
            timers: Timers::new(),
            outputs: Outputs::new(),
            stalled: VecDeque::new(),
            pending: BTreeMap::new(),
            pages: 0,
            edits: VecDeque::new(),
            storing: false,
            listening: BTreeMap::new(),
            addresses: None,
            config,
        };
        for (kind, listener) in LISTENERS {
            let listen = &service.config.listen;
            let (on, serves) = match kind {
                ServiceKind::Dispatch => (listen.dispatch, Serves::Links),
                ServiceKind::Notification => (listen.notification, Serves::Links),
                ServiceKind::Switchboard => (listen.switchboard, Serves::Links),
                ServiceKind::Http => (listen.http, Serves::Http),
            };
            let listener = ListenerId::new(listener);
            let effect = service.outputs.effect(Effect::Listen { listener, on, serves });
            service.pending.insert(effect, Pending::Listen(kind));
        }
        Ok(Self { service })
    }

    /// Where the services are reached, once all are up.
    pub fn addresses(&self) -> Option<&Addresses> {
        self.service.addresses.as_ref()
    }

    /// Says goodbye to everybody, closes everything, and ends.
    pub fn shut_down(&mut self, now: Now) {
        self.service.now = now;
        if self.service.outputs.is_closing() {
            return;
        }
        for (_, listener) in LISTENERS {
            let listener = ListenerId::new(listener);
            self.service.outputs.effect(Effect::Unlisten { listener });
        }
        let links: Vec<LinkId> = self.service.links.ids().collect();
        for id in links {
            let Some(link) = self.service.links.touch(id) else { continue };
            match &mut link.session {
                Session::Notification(known) => known.server.sign_out(&SignOut::ServerDown),
                Session::Switchboard(known) => known.server.close(Ok(())),
            }
        }
        self.settle();
        self.service.outputs.close(Ok(()));
    }

    /// Challenges the client of somebody now, whether it is time or not. Nothing happens where
    /// challenges are switched off, a challenge waits already, or the account is not signed in.
    pub fn challenge(&mut self, now: Now, account: &Account) {
        self.service.now = now;
        if let Some(link) = self.service.online.get(account).map(|online| online.link) {
            self.service.challenge(link);
        }
        self.settle();
    }

    /// How often the state of any link was looked up so far. For tests: what one message costs
    /// must not depend on how many links are idle.
    pub fn visits(&self) -> u64 {
        self.service.links.visits()
    }

    /// Takes what each session that was touched has to say, until none has any more.
    fn settle(&mut self) {
        while let Some(id) = self.service.links.next_touched() {
            self.drain(id);
        }
    }

    fn drain(&mut self, id: LinkId) {
        loop {
            let Some(link) = self.service.links.get_mut(id) else { return };
            match &mut link.session {
                Session::Notification(known) => match known.server.poll() {
                    Output::Event(event) => self.notification_event(id, event),
                    other => {
                        if self.session_output(id, other) {
                            return;
                        }
                    }
                },
                Session::Switchboard(known) => match known.server.poll() {
                    Output::Event(event) => self.switchboard_event(id, event),
                    other => {
                        if self.session_output(id, other) {
                            return;
                        }
                    }
                },
            }
        }
    }

    /// Whether that was the last thing that the session has to say for now.
    fn session_output<E>(&mut self, id: LinkId, output: Output<E, SessionError>) -> bool {
        match output {
            Output::Event(_) => false,
            Output::Link { reads, .. } => {
                if let Some(link) = self.service.links.get_mut(id) {
                    link.reads = reads;
                }
                self.service.dirty(id);
                false
            }
            // Closing is the only effect that a session asks for.
            Output::Effect(_, effect) => {
                if let Some(link) = self.service.links.get_mut(id) {
                    link.closing = true;
                }
                self.service.outputs.effect(effect);
                false
            }
            Output::Wait { deadline } => {
                self.set_deadline(id, deadline);
                true
            }
            Output::Closed(end) => {
                self.ended(id, end);
                true
            }
        }
    }

    fn set_deadline(&mut self, id: LinkId, deadline: Option<Duration>) {
        let Some(link) = self.service.links.get_mut(id) else { return };
        if link.deadline == deadline {
            return;
        }
        link.deadline = deadline;
        match deadline {
            Some(at) => self.service.timers.set(Timer::Session(id), at),
            None => self.service.timers.clear(&Timer::Session(id)),
        }
    }

    /// The session is over. The link is kept while its last words go out.
    fn ended(&mut self, id: LinkId, end: Result<(), SessionError>) {
        for timer in [Timer::Session(id), Timer::Challenge(id), Timer::Unanswered(id)] {
            self.service.timers.clear(&timer);
        }
        let Some(link) = self.service.links.get_mut(id) else { return };
        link.deadline = None;
        let gone = !link.closing || output_of(link, id).is_empty();
        let over = core::mem::replace(&mut link.over, true);
        match &mut link.session {
            _ if over => {}
            Session::Notification(known) => match (known.account.take(), end) {
                (Some(account), Ok(())) => self.service.sign_off(id, &account, Ending::SignOut),
                (Some(account), Err(error)) => {
                    self.service.sign_off(id, &account, Ending::Failed(error));
                }
                (None, Err(error)) => self.link_failed(id, error),
                (None, Ok(())) => {}
            },
            Session::Switchboard(known) => match (known.seat.take(), end) {
                (Some(seat), _) => self.service.leave(id, &seat, false),
                (None, Err(error)) => self.link_failed(id, error),
                (None, Ok(())) => {}
            },
        }
        if gone {
            self.service.links.remove(id);
        }
    }

    fn link_failed(&mut self, link: LinkId, error: SessionError) {
        // A refusal has been reported where it was decided.
        if !matches!(error, SessionError::Refused { .. }) {
            self.service.event(ServerEvent::LinkFailed { link, error });
        }
    }

    fn notification_event(&mut self, id: LinkId, event: NsServerEvent) {
        match event {
            NsServerEvent::Account { login, .. } => self.service.claimed(id, login),
            NsServerEvent::Proof { account, login, proof } => {
                self.service.proved(id, account, login, proof);
            }
            NsServerEvent::Command(command) => self.service.notification_command(id, &command),
            _ => {}
        }
    }

    fn switchboard_event(&mut self, id: LinkId, event: SbServerEvent) {
        match event {
            SbServerEvent::Enter { account, cookie, session } => {
                self.service.enter(id, account, &cookie, session.as_deref());
            }
            SbServerEvent::Command(command) => self.service.room_command(id, &command),
            _ => {}
        }
    }

    fn listening(&mut self, kind: ServiceKind, result: Result<SocketAddr, Failure>) {
        let service = &mut self.service;
        match result {
            Err(failure) => {
                service.outputs.close(Err(ServerError::CannotListen { service: kind, failure }));
            }
            Ok(at) => {
                let endpoint = public(service.config.public_host.as_deref(), at);
                service.listening.insert(kind, endpoint);
            }
        }
        let at = |kind| service.listening.get(&kind).cloned();
        if let (Some(dispatch), Some(notification), Some(switchboard), Some(http)) = (
            at(ServiceKind::Dispatch),
            at(ServiceKind::Notification),
            at(ServiceKind::Switchboard),
            at(ServiceKind::Http),
        ) {
            let addresses = Addresses { dispatch, notification, switchboard, http };
            service.addresses = Some(addresses.clone());
            service.event(ServerEvent::Listening(addresses));
        }
    }

    fn session(&self, listener: ListenerId) -> Option<Session> {
        let kind = LISTENERS.iter().find(|(_, number)| *number == listener.number())?.0;
        let limits = &self.service.config.limits;
        match kind {
            ServiceKind::Dispatch | ServiceKind::Notification => {
                let versions = &self.service.config.versions;
                let config = NsServerConfig {
                    versions: versions.iter().copied().filter(|v| *v <= LAST_KNOWN).collect(),
                    ping_seconds: limits.ping_seconds,
                    idle: limits.idle,
                    faults: limits.faults,
                    limits: limits.notification,
                };
                Some(Session::Notification(Box::new(Notification {
                    server: NsServer::new(config),
                    dispatches: kind == ServiceKind::Dispatch,
                    password_challenge: String::new(),
                    account: None,
                    challenge: None,
                })))
            }
            ServiceKind::Switchboard => {
                let config = SbServerConfig {
                    ping_seconds: limits.ping_seconds,
                    faults: limits.faults,
                    limits: limits.switchboard,
                };
                let server = SbServer::new(config);
                Some(Session::Switchboard(Box::new(Switchboard { server, seat: None })))
            }
            ServiceKind::Http => None,
        }
    }
}

impl Machine for Server {
    type Event = ServerEvent;
    type Error = ServerError;

    fn link_opened(&mut self, now: Now, link: LinkId, how: Opened) {
        self.service.now = now;
        let Opened::Accepted { listener, peer } = how else { return };
        let room = self.service.links.len() < self.service.config.limits.links;
        let session = self.session(listener).filter(|_| room);
        let Some(session) = session.filter(|_| !self.service.outputs.is_closing()) else {
            self.service.outputs.effect(Effect::Close { link });
            return;
        };
        self.service.links.insert(link, Link::new(session, peer));
        if let Some(known) = self.service.links.touch(link) {
            match &mut known.session {
                Session::Notification(known) => known.server.link_opened(now, link, how),
                Session::Switchboard(known) => known.server.link_opened(now, link, how),
            }
        }
        self.settle();
    }

    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize {
        self.service.now = now;
        let full = self.service.is_full();
        let Some(known) = self.service.links.touch(link) else { return 0 };
        if known.waiting || known.closing {
            return 0;
        }
        if full {
            if !known.stalled {
                known.stalled = true;
                self.service.stalled.push_back(link);
            }
            return 0;
        }
        let taken = match &mut known.session {
            Session::Notification(known) => known.server.input(now, link, bytes),
            Session::Switchboard(known) => known.server.input(now, link, bytes),
        };
        self.settle();
        taken
    }

    fn link_closed(&mut self, now: Now, link: LinkId, why: LinkEnd) {
        self.service.now = now;
        if let Some(known) = self.service.links.touch(link) {
            match &mut known.session {
                Session::Notification(known) => known.server.link_closed(now, link, why),
                Session::Switchboard(known) => known.server.link_closed(now, link, why),
            }
        }
        self.settle();
    }

    fn answer(&mut self, now: Now, effect: EffectId, answer: Answer) {
        self.service.now = now;
        match (self.service.pending.remove(&effect), answer) {
            (Some(Pending::Listen(kind)), Answer::Listening(result)) => {
                self.listening(kind, result);
            }
            (Some(Pending::Proof { link, account }), Answer::Verified(result)) => {
                self.service.verified(link, account, result);
            }
            (Some(Pending::Page { request, account }), Answer::Verified(result)) => {
                self.service.page_verified(request, account, result);
            }
            (Some(Pending::Store { edit, rows }), Answer::Stored(result)) => {
                self.service.stored(edit, rows, result);
            }
            (Some(pending), _) => {
                // An answer of another kind is none.
                self.service.pending.insert(effect, pending);
            }
            (None, _) => {}
        }
        self.settle();
    }

    fn request(&mut self, now: Now, _: ListenerId, id: RequestId, request: HttpRequest) {
        self.service.now = now;
        self.service.page(id, &request);
        self.settle();
    }

    fn timeout(&mut self, now: Now) {
        self.service.now = now;
        while let Some(timer) = self.service.timers.expired(now.monotonic) {
            match timer {
                Timer::Session(id) => {
                    if let Some(link) = self.service.links.touch(id) {
                        link.deadline = None;
                        match &mut link.session {
                            Session::Notification(known) => known.server.timeout(now),
                            Session::Switchboard(known) => known.server.timeout(now),
                        }
                    }
                }
                Timer::Challenge(id) => self.service.challenge(id),
                Timer::Unanswered(id) => self.service.challenge_unanswered(id),
                Timer::Room(id) => self.service.check_room(id),
            }
            self.settle();
        }
    }

    fn poll(&mut self) -> Output<ServerEvent, ServerError> {
        while let Some(id) = self.service.outputs.next_dirty() {
            let Some(link) = self.service.links.get_mut(id) else { continue };
            link.dirty = false;
            let reads = link.reads && !link.waiting && !link.stalled && !link.closing;
            let writes = !output_of(link, id).is_empty();
            return Output::Link { link: id, reads, writes };
        }
        let full = self.service.is_full();
        let next = self.service.outputs.next(self.service.timers.next());
        if full && !self.service.is_full() {
            // The program took an event, so there is room for input again.
            while let Some(id) = self.service.stalled.pop_front() {
                if let Some(link) = self.service.links.get_mut(id) {
                    link.stalled = false;
                }
                self.service.dirty(id);
            }
        }
        next
    }

    fn output(&self, link: LinkId) -> &[u8] {
        self.service.links.get(link).map_or(&[], |known| output_of(known, link))
    }

    fn written(&mut self, now: Now, link: LinkId, n: usize) {
        self.service.now = now;
        let Some(known) = self.service.links.touch(link) else { return };
        match &mut known.session {
            Session::Notification(session) => session.server.written(now, link, n),
            Session::Switchboard(session) => session.server.written(now, link, n),
        }
        if known.closing && output_of(known, link).is_empty() {
            self.service.links.remove(link);
        }
        self.settle();
    }
}

impl Act for Server {
    type Action = Action;
    type Outcome = ();

    fn act(&mut self, now: Now, action: Action) {
        match action {
            Action::ShutDown => self.shut_down(now),
            Action::Challenge(account) => self.challenge(now, &account),
        }
    }
}

/// The listeners and their ids.
const LISTENERS: [(ServiceKind, u64); 4] = [
    (ServiceKind::Dispatch, 1),
    (ServiceKind::Notification, 2),
    (ServiceKind::Switchboard, 3),
    (ServiceKind::Http, 4),
];

/// The last version whose commands are all answered as they should be.
const LAST_KNOWN: Version = Version::MSNP12;

fn output_of(link: &Link, id: LinkId) -> &[u8] {
    match &link.session {
        Session::Notification(known) => known.server.output(id),
        Session::Switchboard(known) => known.server.output(id),
    }
}

/// Where clients are sent that are to come to this address.
fn public(host: Option<&str>, at: SocketAddr) -> Endpoint {
    if let Some(endpoint) = host.and_then(|host| Endpoint::new(host, at.port()).ok()) {
        return endpoint;
    }
    let ip = match at.ip() {
        ip if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, at.port()).into()
}
