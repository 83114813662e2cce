//! A client as its driver sees it.

use alloc::collections::BTreeSet;

use msnp_core::{Act, Answer, Effect, EffectId, LinkEnd, LinkId, Machine, Now, Opened, Output};

use crate::client::Client;
use crate::{Action, ClientError, Event, NotDone, Started};

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
                self.carry(now);
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
        self.carry(now);
        if self.outputs.events_waiting() > 0 {
            self.heard = self.heard.saturating_add(taken);
        }
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
            self.carry(now);
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
        self.peers_due(now);
        self.carry(now);
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
        let deadline = self.outputs.is_drained().then(|| self.deadline()).flatten();
        let next = self.outputs.next(deadline);
        if self.outputs.events_waiting() == 0 {
            self.heard = 0;
        }
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
                self.carriers.stir(id);
                self.carry(now);
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
