//! The connections of a client, and hearing what their sessions have to say.

use alloc::boxed::Box;

use msnp_core::{Effect, LinkId, Machine, Now, Output};
use msnp_session::{NsClient, SbClient, SessionError};

use crate::client::Client;
use crate::{ConversationId, Event};

/// One connection.
pub(crate) struct Link {
    pub(crate) session: Session,
    /// It waits for its last bytes to be sent.
    pub(crate) closing: bool,
    pub(crate) reads: bool,
    pub(crate) dirty: bool,
}

pub(crate) enum Session {
    Notification(Box<NsClient>),
    Switchboard(Box<SbClient>, ConversationId),
}

impl Client {
    /// A link sends its last bytes and is then forgotten.
    pub(crate) fn closing(&mut self, id: LinkId) {
        self.timers.clear(&id);
        if let Some(link) = self.links.get_mut(&id) {
            link.closing = true;
            link.reads = false;
        }
        self.forget_when_sent(id);
        self.touch(id);
    }

    pub(crate) fn forget_when_sent(&mut self, id: LinkId) {
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
                    // What a server that one was sent away from has to say is history.
                    if step != self.reached && self.notification == Some(id) {
                        self.reached = step;
                        self.outputs.event(Event::SigningIn(step));
                    }
                    match next {
                        Output::Event(event) => self.notification_event(now, event),
                        other => match self.common(id, other) {
                            Pumped::More => {}
                            Pumped::Drained => return self.drained(id),
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
                            Pumped::Drained => return self.drained(id),
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

    /// A session has nothing more to say; what it has said may be all that there is room for.
    fn drained(&mut self, id: LinkId) {
        if !self.has_room() {
            self.touch(id);
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
}

enum Pumped {
    More,
    Drained,
    Ended(Result<(), SessionError>),
}

impl Session {
    pub(crate) fn output(&self, link: LinkId) -> &[u8] {
        match self {
            Self::Notification(session) => session.output(link),
            Self::Switchboard(session, _) => session.output(link),
        }
    }

    /// The same call, whichever machine it is.
    pub(crate) fn as_machine<R>(
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
