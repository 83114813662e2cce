//! Rooms: getting into one, who is there, and what they say.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;

use msnp_codec::message::{Content, Datacast, Message};
use msnp_core::{Account, Endpoint, LinkId, Now, Secret, TransactionId, Version};
use msnp_session::{
    Entrance, Invitation, NotSentReason, NsRequest, RequestError, SbClient, SbClientConfig,
    SbEvent, SessionError,
};

use crate::client::Client;
use crate::conversation::Call;
use crate::links::Session;
use crate::{ConversationId, Event, NotDoneReason};

impl Client {
    /// The room that was asked for.
    pub(crate) fn room_granted(
        &mut self,
        transaction: TransactionId,
        address: Endpoint,
        cookie: Secret,
    ) {
        if self.links.len() > self.config.limits.conversations {
            // Rooms that have ended do not take their last bytes.
            return self.room_refused(transaction, RequestError::NotSent(NotSentReason::Full));
        }
        if let Some(id) = self.conversations.of_request(transaction) {
            self.enter(id, address, Entrance::Own { cookie });
        }
    }

    /// The room that was asked for is refused.
    pub(crate) fn room_refused(&mut self, transaction: TransactionId, error: RequestError) {
        let Some(id) = self.conversations.of_request(transaction) else { return };
        let Some(conversation) = self.conversations.get(id) else { return };
        conversation.requested = None;
        let wanted: Vec<Account> = conversation.wanted.iter().cloned().collect();
        for account in wanted {
            self.peer_not_there(&account);
            self.outputs.event(Event::NotInvited { conversation: id, account, error });
        }
        self.give_up(id);
    }

    /// Somebody invites.
    pub(crate) fn ringing(&mut self, invitation: Invitation) {
        let Invitation { session, address, cookie, account, name } = invitation;
        let known =
            self.conversations.with_only(&account).filter(|id| !self.is_there(*id, &account));
        let limit = self.config.limits.conversations;
        let id = match known {
            // Somebody may ring again and again, and never be there.
            _ if self.links.len() > limit => {
                return self.outputs.event(Event::InvitationMissed(account));
            }
            Some(id) => id,
            None if !self.conversations.make_room(limit) => {
                return self.outputs.event(Event::InvitationMissed(account));
            }
            None => {
                let conversation = self.conversations.new_with(account.clone());
                self.outputs.event(Event::Invited { conversation, by: account, name });
                conversation
            }
        };
        self.enter(id, address, Entrance::Invited { cookie, session });
    }

    fn enter(&mut self, id: ConversationId, address: Endpoint, entrance: Entrance) {
        let session = SbClient::new(SbClientConfig {
            account: self.config.account.clone(),
            version: self.version().unwrap_or(Version::FIRST),
            entrance,
            first_transaction: self.next_transaction,
            limits: self.config.limits.session,
        });
        let link = self.connect(address, Session::Switchboard(Box::new(session), id));
        if let Some(conversation) = self.conversations.get(id) {
            conversation.requested = None;
            conversation.rooms.push(link);
        }
    }

    pub(crate) fn switchboard_event(
        &mut self,
        now: Now,
        link: LinkId,
        conversation: ConversationId,
        event: SbEvent,
    ) {
        match event {
            SbEvent::Entered => {
                self.carriers.stir(link);
                self.call_wanted(now, conversation);
                self.send_waiting(now, conversation);
            }
            SbEvent::Joined { account, name, .. } => {
                self.joined(now, link, conversation, account, name);
            }
            SbEvent::Left { account, idle } => {
                self.peers_left(now, link, Some(&account));
                self.left(conversation, account, idle);
            }
            SbEvent::Invited { account, result: Err(error), .. } => {
                self.not_invited(now, link, conversation, account, error);
            }
            SbEvent::Message { account, name, body } => {
                self.message(now, link, conversation, account, name, body);
            }
            SbEvent::MessageEnded { transaction, delivery } => {
                if self.packet_ended(now, link, transaction, delivery) {
                    return;
                }
                if let Some(message) = self.parts.remove(&(link, transaction)) {
                    self.part_ended(message, delivery);
                }
                // There is room for one more.
                self.send_waiting(now, conversation);
            }
            SbEvent::ServerError { code, .. } => self.outputs.event(Event::ServerError(code)),
            SbEvent::Unknown(command) => self.outputs.event(Event::Unknown(command)),
            SbEvent::Malformed(error) => self.outputs.event(Event::Malformed(error)),
            _ => {}
        }
    }

    /// A room is gone. The conversation is not: the next message opens another.
    pub(crate) fn room_ended(
        &mut self,
        now: Now,
        link: LinkId,
        id: ConversationId,
        end: Result<(), SessionError>,
    ) {
        self.peers_left(now, link, None);
        let Some(Session::Switchboard(session, _)) = self.links.get(&link).map(|l| &l.session)
        else {
            return;
        };
        let members: Vec<Account> = session.members().cloned().collect();
        let (entered, invited) = (session.has_entered(), session.is_invited());
        let Some(conversation) = self.conversations.get(id) else { return };
        conversation.rooms.retain(|room| *room != link);
        conversation.calling.retain(|_, call| call.room != link);
        for account in members {
            self.left(id, account, false);
        }
        self.give_up_divided(id);
        if !entered && !invited {
            // Another one would hardly be better, and the server would be asked again at once.
            return self.no_room(id, end);
        }
        let Some(conversation) = self.conversations.get(id) else { return };
        if !entered && conversation.rooms.is_empty() {
            let missed: Vec<Account> = conversation.wanted.iter().cloned().collect();
            missed.into_iter().for_each(|by| self.outputs.event(Event::InvitationMissed(by)));
        }
        let waits = self.conversations.get(id).is_some_and(|c| !c.waiting.is_empty());
        if waits && self.open_room(now, id).is_err() {
            self.give_up(id);
        }
    }

    /// One's own room could not be entered. Where there is another one, those who are wanted may
    /// come there.
    fn no_room(&mut self, id: ConversationId, end: Result<(), SessionError>) {
        let Some(conversation) = self.conversations.get(id) else { return };
        if !conversation.rooms.is_empty() {
            return;
        }
        let wanted: Vec<Account> = conversation.wanted.iter().cloned().collect();
        let error = match end {
            Err(SessionError::Refused { code, .. }) => RequestError::Refused(code),
            Err(SessionError::TimedOut { .. }) => RequestError::TimedOut,
            _ => RequestError::SessionEnded,
        };
        for account in wanted {
            self.peer_not_there(&account);
            self.outputs.event(Event::NotInvited { conversation: id, account, error });
        }
        self.give_up(id);
    }

    /// Somebody who was called does not come.
    fn not_invited(
        &mut self,
        now: Now,
        link: LinkId,
        id: ConversationId,
        account: Account,
        error: RequestError,
    ) {
        let others = self.rooms_with_anybody(id).next().is_some();
        let there = self.is_there(id, &account);
        let Some(conversation) = self.conversations.get(id) else { return };
        if conversation.calling.get(&account).is_some_and(|call| call.room == link) {
            conversation.calling.remove(&account);
        }
        if there {
            return; // In another room of this conversation, or by another call.
        }
        if others {
            // Whoever is called later is called alone.
            conversation.wanted.remove(&account);
        }
        self.peer_not_there(&account);
        self.outputs.event(Event::NotInvited { conversation: id, account, error });
        self.give_up_if_alone(now, id);
    }

    fn joined(
        &mut self,
        now: Now,
        link: LinkId,
        id: ConversationId,
        account: Account,
        name: alloc::string::String,
    ) {
        self.peer_joined(link, &account);
        let elsewhere = self.rooms_with(id, &account).iter().any(|room| *room != link);
        if let Some(conversation) = self.conversations.get(id) {
            conversation.calling.remove(&account);
            // Whoever is too many is there all the same, and not called back.
            conversation.want(account.clone());
        }
        if !elsewhere {
            self.outputs.event(Event::Joined { conversation: id, account, name });
        }
        self.send_waiting(now, id);
    }

    fn left(&mut self, id: ConversationId, account: Account, idle: bool) {
        if self.is_there(id, &account) {
            return; // Still in another room of this conversation.
        }
        let others = self.rooms_with_anybody(id).next().is_some();
        if let Some(conversation) = self.conversations.get(id)
            && others
            && !idle
        {
            // Who leaves a group does not want to be called back; who closes a window of two does.
            conversation.wanted.remove(&account);
        }
        if !others {
            self.give_up_divided(id);
        }
        self.outputs.event(Event::Left { conversation: id, account, idle });
    }

    /// A message of a member, or a part of one.
    fn message(
        &mut self,
        now: Now,
        link: LinkId,
        conversation: ConversationId,
        account: Account,
        name: alloc::string::String,
        body: Bytes,
    ) {
        let Some(part) = Message::parse(&body).part() else {
            return self.whole_message(now, link, conversation, account, name, body);
        };
        let sender = (conversation, account.clone());
        match self.reassembly.add(now.monotonic, sender, part) {
            Ok(Some(whole)) => {
                self.heard = self.heard.saturating_add(whole.len());
                self.whole_message(now, link, conversation, account, name, whole.into());
            }
            Ok(None) => {}
            // The program may make more of it.
            Err(_) => self.outputs.event(Event::Message { conversation, account, body }),
        }
    }

    fn whole_message(
        &mut self,
        now: Now,
        link: LinkId,
        conversation: ConversationId,
        account: Account,
        name: alloc::string::String,
        body: Bytes,
    ) {
        let event = match Message::parse(&body).content() {
            Content::Text(text) => {
                Event::Text { conversation, account, name, text: text.into_owned() }
            }
            Content::Typing(_) => Event::Typing { conversation, account },
            Content::PeerToPeer(packet) if self.packet(now, link, &account, &packet) => return,
            Content::Datacast(Datacast::Nudge) => Event::Nudge { conversation, account },
            Content::Datacast(Datacast::Wink(object) | Datacast::VoiceClip(object)) => {
                Event::ObjectOffered { conversation, account, object: Box::new(object) }
            }
            Content::Emoticons(emoticons) => {
                Event::Emoticons { conversation, account, emoticons: emoticons.into_owned() }
            }
            Content::Ink(ink) if let Some(picture) = ink.decode() => {
                let (conversation, format) = (Some(conversation), Some(ink.format));
                Event::Ink { conversation, account, format, picture: picture.into() }
            }
            _ => Event::Message { conversation, account, body },
        };
        self.outputs.event(event);
    }

    /// Sees to it that there is a room, and that those who are wanted are called.
    pub(crate) fn open_room(&mut self, now: Now, id: ConversationId) -> Result<(), NotDoneReason> {
        let Some(conversation) = self.conversations.get(id) else {
            return Err(NotDoneReason::NoConversation);
        };
        if !conversation.rooms.is_empty() {
            self.call_wanted(now, id);
            return Ok(());
        }
        if conversation.requested.is_none() {
            let asked = self.request(now, NsRequest::Switchboard);
            let transaction = asked.map_err(|reason| self.reason(reason))?;
            if let Some(conversation) = self.conversations.get(id) {
                conversation.requested = Some(transaction);
            }
        }
        Ok(())
    }

    /// Calls those who are wanted and neither there nor called already, in the first room that one
    /// is inside of.
    fn call_wanted(&mut self, now: Now, id: ConversationId) {
        let inside = |client: &mut Self, link: &LinkId| {
            client.room(*link).is_some_and(|session| session.is_inside())
        };
        let Some(conversation) = self.conversations.get(id) else { return };
        let rooms = conversation.rooms.clone();
        let not_called = |account: &&Account| !conversation.is_calling(now, account);
        let wanted: Vec<Account> = conversation.wanted.iter().filter(not_called).cloned().collect();
        let Some(link) = rooms.into_iter().find(|link| inside(self, link)) else { return };
        let patience = self.config.limits.patience;
        for account in wanted {
            if self.is_there(id, &account) {
                continue;
            }
            let Some(session) = self.room(link) else { return };
            let invited = session.invite(now, account.clone());
            let Some(conversation) = self.conversations.get(id) else { return };
            match invited {
                Ok(_) => {
                    let call = Call { room: link, until: now.after(patience) };
                    conversation.calling.insert(account, call);
                }
                Err(not_sent) => {
                    let error = RequestError::NotSent(not_sent.reason);
                    self.not_invited(now, link, id, account, error);
                }
            }
        }
        self.pump(now, link);
    }

    /// Whether somebody is in a room of this conversation.
    pub(crate) fn is_there(&mut self, id: ConversationId, account: &Account) -> bool {
        !self.rooms_with(id, account).is_empty()
    }

    fn rooms_with(&mut self, id: ConversationId, account: &Account) -> Vec<LinkId> {
        let rooms = self.conversations.get(id).map(|c| c.rooms.clone()).unwrap_or_default();
        rooms
            .into_iter()
            .filter(|link| self.room(*link).is_some_and(|session| session.has_member(account)))
            .collect()
    }

    pub(crate) fn rooms_with_anybody(
        &mut self,
        id: ConversationId,
    ) -> impl Iterator<Item = LinkId> + use<> {
        let rooms = self.conversations.get(id).map(|c| c.rooms.clone()).unwrap_or_default();
        let occupied: Vec<LinkId> = rooms
            .into_iter()
            .filter(|link| {
                self.room(*link).is_some_and(|session| {
                    session.is_inside() && session.members().next().is_some()
                })
            })
            .collect();
        occupied.into_iter()
    }

    pub(crate) fn room(&mut self, link: LinkId) -> Option<&mut SbClient> {
        match &mut self.links.get_mut(&link)?.session {
            Session::Switchboard(session, _) => {
                session.use_transactions_from(self.next_transaction);
                Some(session)
            }
            Session::Notification(_) => None,
        }
    }

    pub(crate) fn reason(&self, reason: NotSentReason) -> NotDoneReason {
        match reason {
            NotSentReason::NotReady => NotDoneReason::NotSignedIn,
            NotSentReason::Full => NotDoneReason::Full,
            NotSentReason::NotInVersion(version) => NotDoneReason::NotInVersion(version),
            NotSentReason::TooLong => NotDoneReason::TooLong,
            NotSentReason::NoWord => NotDoneReason::NotPossible,
        }
    }
}
