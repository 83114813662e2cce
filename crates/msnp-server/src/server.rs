use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;
use msnp_codec::message::MailNotification;
use msnp_core::{
    Account, Act, Answer, Effect, EffectId, HttpRequest, LinkEnd, LinkId, ListenerId, Machine, Now,
    Opened, Output, Outputs, Random, RequestId, Serves, Subscriber, Timers,
};
use msnp_session::SignOut;

use crate::config::Config;
use crate::event::{Addresses, Ending, ServerError, ServerEvent, ServiceKind};
use crate::guesses::Guesses;
use crate::links::{LISTENERS, Link, Links, Session};
use crate::mail::MailCounts;
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
    pub(crate) service: Service,
}

/// To call a method of a [`Server`] by a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// [`Server::shut_down`].
    ShutDown,
    /// [`Server::challenge`].
    Challenge(Account),
    /// [`Server::set_mail`].
    SetMail(Account, MailCounts),
    /// [`Server::notify_mail`].
    NotifyMail(Account, Box<MailNotification<'static>>),
    /// [`Server::sign_out`].
    SignOut(Account, SignOut),
    /// [`Server::announce_maintenance`].
    AnnounceMaintenance {
        /// How long until then.
        minutes: u32,
    },
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
            seats: BTreeMap::new(),
            mail: BTreeMap::new(),
            maintenance: None,
            tickets: Tickets::new(config.limits.tickets),
            own_rooms: Tickets::new(config.limits.tickets),
            invitations: Tickets::new(config.limits.tickets),
            guesses: Guesses::new(config.limits.guesses),
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

    /// How much mail waits for somebody, to be told at the next sign-in. A client of somebody for
    /// whom this was never said is told that there is no mailbox, or from MSNP11 an empty one.
    pub fn set_mail(&mut self, account: Account, counts: MailCounts) {
        self.service.mail.insert(account, counts);
    }

    /// Tells the client of somebody about mail: that some came in, or was moved. Nothing happens
    /// where the account is not signed in.
    pub fn notify_mail(&mut self, now: Now, account: &Account, what: &MailNotification<'_>) {
        self.service.now = now;
        if let Some(link) = self.service.online.get(account).map(|online| online.link) {
            self.service.push_mail(link, what);
        }
        self.settle();
    }

    /// Ends the session of somebody and its places in rooms, and tells the client why. Nothing
    /// happens where the account is not signed in; it may sign in again.
    pub fn sign_out(&mut self, now: Now, account: &Account, why: &SignOut) {
        self.service.now = now;
        self.service.end_session(account, why, Ending::SignOut);
        self.settle();
    }

    /// Tells everybody who is signed in, and all who come later, that the service goes down in so
    /// many minutes. It does not go down by that: see [`shut_down`](Self::shut_down).
    pub fn announce_maintenance(&mut self, now: Now, minutes: u32) {
        self.service.now = now;
        self.service.announce_maintenance(minutes);
        self.settle();
    }

    /// How often the state of any link was looked up so far. For tests: what one message costs
    /// must not depend on how many links are idle.
    pub fn visits(&self) -> u64 {
        self.service.links.visits()
    }
}

impl Machine for Server {
    type Event = ServerEvent;
    type Error = ServerError;

    fn link_opened(&mut self, now: Now, link: LinkId, how: Opened) {
        self.service.now = now;
        let Opened::Accepted { listener, peer } = how else { return };
        // A link that ends brings an event, so none begins while the program takes none.
        let takes = !self.service.is_full() && !self.service.outputs.is_closing();
        let session = self.session(listener).filter(|_| takes);
        let from = Subscriber::of(peer.ip());
        let Some(session) = session.filter(|_| self.service.has_room(from)) else {
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
        if known.waiting || known.closing || known.paused {
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
        if taken > 0 {
            self.service.keep_pace(link);
        }
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
            (Some(Pending::Proof { link, account, attempt }), Answer::Verified(result)) => {
                self.service.verified(link, account, attempt, result);
            }
            (Some(Pending::Page { request, account, attempt }), Answer::Verified(result)) => {
                self.service.page_verified(request, account, attempt, result);
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
                Timer::Paused(id) => self.service.go_on(id),
            }
            self.settle();
        }
    }

    fn poll(&mut self) -> Output<ServerEvent, ServerError> {
        while let Some(id) = self.service.outputs.next_dirty() {
            let Some(link) = self.service.links.get_mut(id) else { continue };
            link.dirty = false;
            let reads = link.may_read();
            let writes = !link.output(id).is_empty();
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
        self.service.links.get(link).map_or(&[], |known| known.output(link))
    }

    fn written(&mut self, now: Now, link: LinkId, n: usize) {
        self.service.now = now;
        let Some(known) = self.service.links.touch(link) else { return };
        match &mut known.session {
            Session::Notification(session) => session.server.written(now, link, n),
            Session::Switchboard(session) => session.server.written(now, link, n),
        }
        if known.closing && known.output(link).is_empty() {
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
            Action::SetMail(account, counts) => self.set_mail(account, counts),
            Action::NotifyMail(account, what) => self.notify_mail(now, &account, &what),
            Action::SignOut(account, why) => self.sign_out(now, &account, &why),
            Action::AnnounceMaintenance { minutes } => self.announce_maintenance(now, minutes),
        }
    }
}
