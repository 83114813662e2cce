//! What is done when there is too much: of links, of commands, of output.

use alloc::vec::Vec;
use core::cmp::Reverse;

use msnp_core::{LinkId, Subscriber};
use msnp_session::SessionError;

use crate::connections::Crowded;
use crate::event::ServerEvent;
use crate::links::Session;
use crate::server::Server;
use crate::service::{Service, Timer};

impl Service {
    /// Whether one more link may come from there.
    pub(crate) fn has_room(&mut self, from: Subscriber) -> bool {
        let limits = &self.config.limits;
        let admitted =
            self.links.admit(self.now.monotonic, from, limits.links, &limits.connections);
        if let Err(Crowded { why, is_news: true }) = admitted {
            self.event(ServerEvent::TurnedAway { from, why });
        }
        admitted.is_ok()
    }

    /// One more command was taken from this link.
    pub(crate) fn keep_pace(&mut self, id: LinkId) {
        let limits = &self.config.limits.connections;
        let Some(link) = self.links.get_mut(id) else { return };
        let a_second = match &link.session {
            Session::Notification(_) => limits.notification_commands,
            Session::Switchboard(_) => limits.switchboard_commands,
        };
        let Some(until) = link.pace.took(self.now.monotonic, a_second) else { return };
        link.paused = true;
        self.timers.set(Timer::Paused(id), until);
        self.dirty(id);
    }

    /// Commands of this link are taken again.
    pub(crate) fn go_on(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(id) {
            link.paused = false;
        }
        self.dirty(id);
    }
}

impl Server {
    /// Cuts off those who leave most unread, when all together leave too much. Whether it did.
    pub(crate) fn relieve(&mut self) -> bool {
        let most = self.service.config.limits.connections.output;
        if self.service.links.waiting() <= most {
            return false;
        }
        // So much at once that it is not gone through all links for each byte.
        let enough = most - most / 4;
        let mut heavy: Vec<(usize, LinkId)> = self.service.links.weights().collect();
        heavy.sort_unstable_by_key(|(weight, _)| Reverse(*weight));
        for (_, id) in heavy {
            if self.service.links.waiting() <= enough {
                break;
            }
            if let Some(link) = self.service.links.touch(id) {
                let too_slow = Err(SessionError::PeerTooSlow);
                match &mut link.session {
                    Session::Notification(known) => known.server.close(too_slow),
                    Session::Switchboard(known) => known.server.close(too_slow),
                }
            }
            self.drain(id);
            self.service.links.remove(id);
        }
        true
    }
}
