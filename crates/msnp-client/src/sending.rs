//! Saying something: at once where somebody is there, or as soon as somebody comes.
//!
//! A long message goes in several parts, one after the other and all in one room.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;

use msnp_codec::command::Acknowledge;
use msnp_codec::message::{MAX_MESSAGE_LEN, Message};
use msnp_core::{LinkId, Now, TransactionId};
use msnp_session::Delivery;

use crate::client::Client;
use crate::conversation::Waiting;
use crate::{ConversationId, Event, MessageId, NotDoneReason};

/// A message that has not ended.
pub(crate) struct Sending {
    conversation: ConversationId,
    /// How many parts have not ended.
    left: usize,
    /// What became of those that have.
    worst: Delivery,
    /// Where the first part went.
    room: Option<LinkId>,
}

impl Client {
    /// Sends a message, or keeps it until somebody is there and sees to that.
    pub(crate) fn say(
        &mut self,
        now: Now,
        id: ConversationId,
        acknowledge: Acknowledge,
        body: Bytes,
    ) -> Result<MessageId, NotDoneReason> {
        if body.len() > MAX_MESSAGE_LEN {
            return Err(NotDoneReason::TooLong);
        }
        self.say_parts(now, id, acknowledge, VecDeque::from([body]))
    }

    /// Says something that may go in several parts, where the version has that.
    pub(crate) fn say_at_length(
        &mut self,
        now: Now,
        id: ConversationId,
        body: Vec<u8>,
    ) -> Result<MessageId, NotDoneReason> {
        let divides = self.version().is_some_and(|version| version.has_multi_part_messages());
        if body.len() <= MAX_MESSAGE_LEN || !divides {
            return self.say(now, id, Acknowledge::Always, body.into());
        }
        let parts = Message::parse(&body).split(self.random.guid());
        let parts = parts.map_err(|_| NotDoneReason::TooLong)?;
        let parts = parts.into_iter().map(Bytes::from).collect();
        self.say_parts(now, id, Acknowledge::Always, parts)
    }

    fn say_parts(
        &mut self,
        now: Now,
        id: ConversationId,
        acknowledge: Acknowledge,
        parts: VecDeque<Bytes>,
    ) -> Result<MessageId, NotDoneReason> {
        let (waiting, limits) = match self.conversations.get(id) {
            Some(conversation) => (conversation.waiting.len(), self.config.limits),
            None => return Err(NotDoneReason::NoConversation),
        };
        let message = MessageId::new(self.last_message + 1);
        let (left, worst) = (parts.len(), Delivery::Accepted);
        let len: usize = parts.iter().map(Bytes::len).sum();
        let sending = Sending { conversation: id, left, worst, room: None };
        // What waits already goes first.
        let room = if waiting == 0 { self.room_for_next(id) } else { None };
        match (room, parts.front()) {
            (Some(link), Some(only)) if parts.len() == 1 => {
                self.messages.insert(message, sending);
                if let Err(reason) = self.send(now, link, message, acknowledge, only.clone()) {
                    self.messages.remove(&message);
                    return Err(reason);
                }
            }
            _ if waiting >= limits.waiting || self.unsent() + len > limits.unsent => {
                return Err(NotDoneReason::Full);
            }
            _ => {
                if room.is_none() {
                    self.open_room(now, id)?;
                }
                let deadline = now.after(limits.patience);
                if let Some(conversation) = self.conversations.get(id) {
                    self.messages.insert(message, sending);
                    let wait = Waiting { message, acknowledge, parts, deadline };
                    conversation.waiting.push_back(wait);
                }
                self.send_waiting(now, id);
            }
        }
        self.last_message += 1;
        Ok(message)
    }

    /// Where the next message is said. What was said in another room has to end first: nobody knows
    /// which of the two would come first.
    fn room_for_next(&mut self, id: ConversationId) -> Option<LinkId> {
        let link = self.rooms_with_anybody(id).next()?;
        let rooms = &self.conversations.get(id)?.rooms;
        let under_way = |room: &LinkId| {
            let all = (*room, TransactionId::new(0))..=(*room, TransactionId::new(u32::MAX));
            self.parts.range(all).next().is_some()
        };
        let elsewhere = rooms.iter().any(|room| *room != link && under_way(room));
        (!elsewhere).then_some(link)
    }

    /// How many bytes wait in all conversations.
    fn unsent(&self) -> usize {
        self.conversations.waiting().flat_map(|waiting| &waiting.parts).map(Bytes::len).sum()
    }

    /// Sends something that needs no answer to those who are there.
    pub(crate) fn say_in_passing(
        &mut self,
        now: Now,
        id: ConversationId,
        body: Bytes,
    ) -> Result<(), NotDoneReason> {
        if self.conversations.get(id).is_none() {
            return Err(NotDoneReason::NoConversation);
        }
        let link = self.rooms_with_anybody(id).next().ok_or(NotDoneReason::NobodyThere)?;
        let Some(session) = self.room(link) else { return Err(NotDoneReason::NobodyThere) };
        let sent = session.send(now, Acknowledge::Nothing, body);
        self.pump(now, link);
        sent.map(|_| ()).map_err(|not_sent| self.reason(not_sent.reason))
    }

    /// Sends one part.
    fn send(
        &mut self,
        now: Now,
        link: LinkId,
        message: MessageId,
        acknowledge: Acknowledge,
        body: Bytes,
    ) -> Result<(), NotDoneReason> {
        let Some(session) = self.room(link) else { return Err(NotDoneReason::NobodyThere) };
        match session.send(now, acknowledge, body) {
            Ok(transaction) => {
                self.parts.insert((link, transaction), message);
                if let Some(sending) = self.messages.get_mut(&message) {
                    sending.room = Some(link);
                }
                self.pump(now, link);
                Ok(())
            }
            Err(not_sent) => Err(self.reason(not_sent.reason)),
        }
    }

    /// Sends what waits, as far as somebody is there and takes it.
    pub(crate) fn send_waiting(&mut self, now: Now, id: ConversationId) {
        while let Some(link) = self.room_for_next(id) {
            let Some(conversation) = self.conversations.get(id) else { return };
            let Some(mut waiting) = conversation.waiting.pop_front() else { return };
            let Some(part) = waiting.parts.pop_front() else { continue };
            let (message, acknowledge) = (waiting.message, waiting.acknowledge);
            let begun = self.messages.get(&message).and_then(|sending| sending.room);
            let sent = self.send(now, begun.unwrap_or(link), message, acknowledge, part.clone());
            let is_full = sent == Err(NotDoneReason::Full);
            if is_full {
                waiting.parts.push_front(part);
            }
            if !waiting.parts.is_empty()
                && let Some(conversation) = self.conversations.get(id)
            {
                conversation.waiting.push_front(waiting);
            }
            match sent {
                Ok(()) => {}
                // It goes on when one of those that are under way has ended.
                Err(_) if is_full => return,
                Err(_) => self.part_ended(message, Delivery::Failed),
            }
        }
    }

    /// One part of a message has ended; the message ends with its last one, and once.
    pub(crate) fn part_ended(&mut self, message: MessageId, delivery: Delivery) {
        let Some(sending) = self.messages.get_mut(&message) else { return };
        let conversation = sending.conversation;
        sending.left = sending.left.saturating_sub(1);
        sending.worst = worse(sending.worst, delivery);
        if delivery != Delivery::Accepted {
            self.drop_waiting(message);
        }
        let Some(sending) = self.messages.get(&message) else { return };
        if sending.left == 0 {
            let delivery = sending.worst;
            self.messages.remove(&message);
            self.outputs.event(Event::MessageEnded { conversation, message, delivery });
        }
    }

    /// The parts of a message that are not sent yet are never sent: without the others they are
    /// nothing.
    fn drop_waiting(&mut self, message: MessageId) {
        let Some(sending) = self.messages.get_mut(&message) else { return };
        let Some(conversation) = self.conversations.get(sending.conversation) else { return };
        for waiting in conversation.waiting.iter().filter(|waiting| waiting.message == message) {
            if !waiting.parts.is_empty() {
                sending.left = sending.left.saturating_sub(waiting.parts.len());
                sending.worst = Delivery::Failed;
            }
        }
        conversation.waiting.retain(|waiting| waiting.message != message);
    }

    /// Fails a message that waits.
    fn fail(&mut self, message: MessageId) {
        self.drop_waiting(message);
        let Some(sending) = self.messages.get(&message) else { return };
        let (conversation, delivery) = (sending.conversation, sending.worst);
        // Where parts of it are under way, the last of them ends it.
        if sending.left == 0 {
            self.messages.remove(&message);
            self.outputs.event(Event::MessageEnded { conversation, message, delivery });
        }
    }

    /// Whoever waits for somebody to come has waited in vain, unless somebody is called still.
    pub(crate) fn give_up_if_alone(&mut self, now: Now, id: ConversationId) {
        let alone = self.rooms_with_anybody(id).next().is_none();
        let called = self.conversations.get(id).is_some_and(|c| c.is_calling_anybody(now));
        if alone && !called {
            self.give_up(id);
        }
    }

    /// Fails the messages that wait.
    pub(crate) fn give_up(&mut self, id: ConversationId) {
        self.give_up_where(id, |_, _| true);
    }

    /// Fails the messages of which only a part was sent: whoever comes later has missed that.
    pub(crate) fn give_up_divided(&mut self, id: ConversationId) {
        self.give_up_where(id, |_, sending| sending.room.is_some());
    }

    /// Fails the messages that have waited for too long.
    pub(crate) fn expire_messages(&mut self, now: Now, id: ConversationId) {
        self.give_up_where(id, |waiting, _| waiting.deadline <= now.monotonic);
    }

    fn give_up_where(&mut self, id: ConversationId, which: impl Fn(&Waiting, &Sending) -> bool) {
        let Some(conversation) = self.conversations.get(id) else { return };
        let given_up: Vec<MessageId> = conversation
            .waiting
            .iter()
            .filter(|waiting| {
                self.messages.get(&waiting.message).is_some_and(|sending| which(waiting, sending))
            })
            .map(|waiting| waiting.message)
            .collect();
        given_up.into_iter().for_each(|message| self.fail(message));
    }

    /// Ends messages whose session can say nothing about them any more.
    pub(crate) fn fail_messages(&mut self) {
        self.parts.clear();
        for (message, sending) in core::mem::take(&mut self.messages) {
            let (conversation, delivery) = (sending.conversation, Delivery::Unknown);
            let delivery = worse(sending.worst, delivery);
            self.outputs.event(Event::MessageEnded { conversation, message, delivery });
        }
    }
}

/// What becomes of a message of which this became of two parts.
fn worse(one: Delivery, other: Delivery) -> Delivery {
    match (one, other) {
        (Delivery::Failed, _) | (_, Delivery::Failed) => Delivery::Failed,
        (Delivery::Unknown, _) | (_, Delivery::Unknown) => Delivery::Unknown,
        (Delivery::Accepted, Delivery::Accepted) => Delivery::Accepted,
    }
}
