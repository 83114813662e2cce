//! Every link and the session on it, found by its id.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use core::net::SocketAddr;
use core::time::Duration;

use msnp_core::{Account, LinkId, Machine, Subscriber};
use msnp_session::{NsServer, SbServer};

use crate::connections::{ConnectionLimits, Connections, Crowded, Pace};
use crate::event::ServiceKind;
use crate::rate::Rate;

/// The listeners and their ids.
pub(crate) const LISTENERS: [(ServiceKind, u64); 4] = [
    (ServiceKind::Dispatch, 1),
    (ServiceKind::Notification, 2),
    (ServiceKind::Switchboard, 3),
    (ServiceKind::Http, 4),
];

/// One link.
pub(crate) struct Link {
    pub(crate) session: Session,
    pub(crate) peer: SocketAddr,
    /// It is in the queue of links whose interest changed.
    pub(crate) dirty: bool,
    /// Its session takes input.
    pub(crate) reads: bool,
    /// It waits for the world: a proof is being checked, or a change stored.
    pub(crate) waiting: bool,
    /// Input was refused because the program does not take events.
    pub(crate) stalled: bool,
    /// Its commands came too fast, and none is taken for a while.
    pub(crate) paused: bool,
    pub(crate) pace: Pace,
    /// It has been closed, and is forgotten when its output has gone out.
    pub(crate) closing: bool,
    /// Its session has ended, and what follows from that has been done.
    pub(crate) over: bool,
    /// When its session wants to be called.
    pub(crate) deadline: Option<Duration>,
    touched: bool,
    /// Nobody has signed in or entered a room on it yet.
    stranger: bool,
    /// How much of its output is counted among all that waits.
    weight: usize,
}

/// What speaks on a link.
pub(crate) enum Session {
    Notification(Box<Notification>),
    Switchboard(Box<Switchboard>),
}

/// A connection to the dispatch or notification server.
pub(crate) struct Notification {
    pub(crate) server: NsServer,
    /// It only sends clients on.
    pub(crate) dispatches: bool,
    /// The challenge of a sign-in by MD5.
    pub(crate) password_challenge: String,
    /// Who signed in.
    pub(crate) account: Option<Account>,
    /// The client has asked for the lists.
    pub(crate) synchronized: bool,
    /// Each `CHL` that waits for its `QRY`, the oldest first.
    pub(crate) challenges: VecDeque<String>,
    /// Of what others are told, and of settings.
    pub(crate) changes: Rate,
    /// Of contacts and groups, and requests for rooms.
    pub(crate) edits: Rate,
}

/// A connection to the switchboard.
pub(crate) struct Switchboard {
    pub(crate) server: SbServer,
    pub(crate) seat: Option<Seat>,
}

/// A place in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) account: Account,
    pub(crate) room: u32,
    /// The link to the notification server of the session that it belongs to.
    pub(crate) origin: LinkId,
}

/// All links. Whoever looks a session up may change it, so it is named in a queue until what came
/// of that has been taken from it. Nothing here goes through all links but
/// [`weights`](Self::weights) and [`ids`](Self::ids), which are for emergencies.
#[derive(Default)]
pub(crate) struct Links {
    links: BTreeMap<LinkId, Link>,
    touched: VecDeque<LinkId>,
    connections: Connections,
    /// The bytes that wait to be sent on all.
    waiting: usize,
    visits: u64,
}

impl Link {
    pub(crate) fn new(session: Session, peer: SocketAddr) -> Self {
        Self {
            session,
            peer,
            dirty: false,
            reads: false,
            waiting: false,
            stalled: false,
            paused: false,
            pace: Pace::default(),
            closing: false,
            over: false,
            deadline: None,
            touched: false,
            stranger: true,
            weight: 0,
        }
    }

    /// Who is counted for it.
    pub(crate) fn from(&self) -> Subscriber {
        Subscriber::of(self.peer.ip())
    }

    /// Whether more input is taken.
    pub(crate) fn may_read(&self) -> bool {
        self.reads && !self.waiting && !self.stalled && !self.paused && !self.closing
    }

    /// What is to go out.
    pub(crate) fn output(&self, id: LinkId) -> &[u8] {
        match &self.session {
            Session::Notification(known) => known.server.output(id),
            Session::Switchboard(known) => known.server.output(id),
        }
    }
}

impl Links {
    /// Whether one more may begin from there, of so many in all.
    pub(crate) fn admit(
        &mut self,
        now: Duration,
        from: Subscriber,
        links: usize,
        limits: &ConnectionLimits,
    ) -> Result<(), Crowded> {
        self.connections.admit(now, from, links, limits)
    }

    pub(crate) fn insert(&mut self, id: LinkId, link: Link) {
        self.connections.came(link.from());
        self.links.insert(id, link);
    }

    /// Somebody has signed in or entered a room on it.
    pub(crate) fn recognize(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(&id)
            && core::mem::take(&mut link.stranger)
        {
            self.connections.known(link.from());
        }
    }

    pub(crate) fn remove(&mut self, id: LinkId) {
        self.recognize(id);
        if let Some(link) = self.links.remove(&id) {
            self.connections.gone(link.from());
            self.waiting = self.waiting.saturating_sub(link.weight);
        }
    }

    /// Counts the output of a link anew.
    pub(crate) fn weigh(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(&id) {
            let weight = link.output(id).len();
            self.waiting = self.waiting.saturating_sub(link.weight).saturating_add(weight);
            link.weight = weight;
        }
    }

    /// How many bytes wait to be sent on all.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// How many bytes wait on each on which some do.
    pub(crate) fn weights(&self) -> impl Iterator<Item = (usize, LinkId)> {
        let weights = self.links.iter().map(|(id, link)| (link.weight, *id));
        weights.filter(|(weight, _)| *weight > 0)
    }

    /// To read alone.
    pub(crate) fn get(&self, id: LinkId) -> Option<&Link> {
        self.links.get(&id)
    }

    /// To change anything but the session.
    pub(crate) fn get_mut(&mut self, id: LinkId) -> Option<&mut Link> {
        self.visits = self.visits.wrapping_add(1);
        self.links.get_mut(&id)
    }

    /// To change the session.
    pub(crate) fn touch(&mut self, id: LinkId) -> Option<&mut Link> {
        self.visits = self.visits.wrapping_add(1);
        let link = self.links.get_mut(&id)?;
        if !link.touched {
            link.touched = true;
            self.touched.push_back(id);
        }
        Some(link)
    }

    /// The notification session on this link.
    pub(crate) fn notification(&mut self, id: LinkId) -> Option<&mut Notification> {
        match &mut self.touch(id)?.session {
            Session::Notification(notification) => Some(notification),
            Session::Switchboard(_) => None,
        }
    }

    /// The switchboard session on this link.
    pub(crate) fn switchboard(&mut self, id: LinkId) -> Option<&mut Switchboard> {
        match &mut self.touch(id)?.session {
            Session::Switchboard(switchboard) => Some(switchboard),
            Session::Notification(_) => None,
        }
    }

    /// The next link whose session may have something to say.
    pub(crate) fn next_touched(&mut self) -> Option<LinkId> {
        let id = self.touched.pop_front()?;
        if let Some(link) = self.links.get_mut(&id) {
            link.touched = false;
        }
        Some(id)
    }

    /// All ids, for the end of everything.
    pub(crate) fn ids(&self) -> impl Iterator<Item = LinkId> {
        self.links.keys().copied()
    }

    /// How often any link was looked up.
    pub(crate) fn visits(&self) -> u64 {
        self.visits
    }
}
