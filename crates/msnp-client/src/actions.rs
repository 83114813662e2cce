//! What a user does: each [`Action`] and its method.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

use bytes::Bytes;

use msnp_codec::command::Acknowledge;
use msnp_codec::message::{Datacast, Text, Typing};
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, List, Now, Status, TransactionId};
use msnp_session::{NsRequest, RequestError};

use crate::client::{Client, Running, Stage};
use crate::{Action, ActionId, ConversationId, Event, MessageId, NotDone, NotDoneReason, Started};

/// Declares the method of an action beside the action.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) -> $output:ident = $action:expr;)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`NotDone`], with the action and the reason, when it cannot even begin.
            pub fn $name(&mut self, now: Now $(, $argument: $type)*) -> Result<$output, NotDone> {
                self.perform(now, $action).map($output::of)
            }
        )*
    };
}

impl Client {
    methods! {
        /// [`Action::SetStatus`]
        set_status(status: Status) -> ActionId = Action::SetStatus(status);
        /// [`Action::SetName`]
        set_name(name: &str) -> ActionId = Action::SetName(name.into());
        /// [`Action::SetPersonalMessage`]
        set_personal_message(message: PersonalMessage) -> ActionId
            = Action::SetPersonalMessage(message);
        /// [`Action::AddContact`]
        add_contact(account: Account) -> ActionId = Action::AddContact(account);
        /// [`Action::RemoveContact`]
        remove_contact(account: Account) -> ActionId = Action::RemoveContact(account);
        /// [`Action::Block`]
        block(account: Account) -> ActionId = Action::Block(account);
        /// [`Action::Unblock`]
        unblock(account: Account) -> ActionId = Action::Unblock(account);
        /// [`Action::AddToList`]
        add_to_list(list: List, account: Account) -> ActionId = Action::AddToList(list, account);
        /// [`Action::RemoveFromList`]
        remove_from_list(list: List, account: Account) -> ActionId
            = Action::RemoveFromList(list, account);
        /// [`Action::AllowByDefault`]
        allow_by_default(allow: bool) -> ActionId = Action::AllowByDefault(allow);
        /// [`Action::Open`]
        open(with: Account) -> ConversationId = Action::Open(with);
        /// [`Action::SendText`]
        send_text(conversation: ConversationId, text: Text<'static>) -> MessageId
            = Action::SendText(conversation, text);
        /// [`Action::SendNudge`]
        send_nudge(conversation: ConversationId) -> MessageId = Action::SendNudge(conversation);
        /// [`Action::SendMessage`]
        send_message(conversation: ConversationId, message: Bytes) -> MessageId
            = Action::SendMessage(conversation, message);
    }

    /// [`Action::Invite`]
    ///
    /// # Errors
    /// [`NotDone`], with the action and the reason.
    pub fn invite(
        &mut self,
        now: Now,
        conversation: ConversationId,
        account: Account,
    ) -> Result<(), NotDone> {
        self.perform(now, Action::Invite(conversation, account)).map(|_| ())
    }

    /// [`Action::SendTyping`]
    ///
    /// # Errors
    /// [`NotDone`], with the action and the reason.
    pub fn send_typing(&mut self, now: Now, conversation: ConversationId) -> Result<(), NotDone> {
        self.perform(now, Action::SendTyping(conversation)).map(|_| ())
    }

    /// [`Action::Leave`]
    ///
    /// # Errors
    /// [`NotDone`], with the action and the reason.
    pub fn leave(&mut self, now: Now, conversation: ConversationId) -> Result<(), NotDone> {
        self.perform(now, Action::Leave(conversation)).map(|_| ())
    }

    pub(crate) fn perform(&mut self, now: Now, action: Action) -> Result<Started, NotDone> {
        if let Action::SignOut = action {
            self.sign_out(now);
            return Ok(Started::Nothing);
        }
        let done = match self.stage {
            Stage::Ready => self.begin(now, action.clone()),
            _ => Err(NotDoneReason::NotSignedIn),
        };
        done.map_err(|reason| NotDone { action: Box::new(action), reason })
    }

    fn begin(&mut self, now: Now, action: Action) -> Result<Started, NotDoneReason> {
        match action {
            Action::SetStatus(status) if !status.can_be_chosen() => Err(NotDoneReason::NotPossible),
            Action::SetStatus(status) => {
                let capabilities = self.config.capabilities;
                self.run(now, vec![NsRequest::Status { status, capabilities, object: None }])
            }
            Action::SetName(name) => self.run(now, vec![NsRequest::Name(name)]),
            Action::SetPersonalMessage(message) => {
                let mut document = Vec::new();
                message.print(&mut document);
                self.run(now, vec![NsRequest::PersonalMessage(document.into())])
            }
            Action::AddContact(account) => {
                let steps = self.steps_to_add(self.other(account)?);
                self.run(now, steps)
            }
            Action::RemoveContact(account) => {
                let steps = self.steps_off(List::Forward, &self.other(account)?);
                self.run(now, steps)
            }
            Action::Block(account) => {
                let account = self.other(account)?;
                let mut steps = self.steps_off(List::Allow, &account);
                steps.extend(self.steps_on(List::Block, &account));
                self.run(now, steps)
            }
            Action::Unblock(account) => {
                let account = self.other(account)?;
                let mut steps = self.steps_off(List::Block, &account);
                steps.extend(self.steps_on(List::Allow, &account));
                self.run(now, steps)
            }
            Action::AddToList(list, account) => {
                let step = self.add(list, &self.other(account)?);
                self.run(now, vec![step])
            }
            Action::RemoveFromList(list, account) => {
                let step = self.remove(list, &self.other(account)?);
                self.run(now, vec![step])
            }
            Action::AllowByDefault(allow) => self.run(now, vec![NsRequest::AllowByDefault(allow)]),
            Action::Open(account) => {
                let account = self.other(account)?;
                self.open_with(now, account).map(Started::Conversation)
            }
            Action::Invite(id, account) => {
                let account = self.other(account)?;
                let conversation =
                    self.conversations.get(id).ok_or(NotDoneReason::NoConversation)?;
                conversation.wanted.insert(account);
                self.open_room(now, id)?;
                Ok(Started::Nothing)
            }
            Action::SendText(id, text) => self.say_printed(now, id, |out| text.print(out)),
            Action::SendNudge(id) => match self.version() {
                Some(version) if !version.has_nudges() => Err(NotDoneReason::NotInVersion(version)),
                _ => self.say_printed(now, id, |out| Datacast::Nudge.print(out)),
            },
            Action::SendMessage(id, body) => {
                self.say(now, id, Acknowledge::Always, body).map(Started::Message)
            }
            Action::SendTyping(id) => {
                let mut body = Vec::new();
                Typing::new(self.config.account.as_str()).print(&mut body);
                self.say_in_passing(now, id, body.into()).map(|()| Started::Nothing)
            }
            Action::Leave(id) => {
                self.leave_rooms(now, id)?;
                Ok(Started::Nothing)
            }
            Action::SignOut => Ok(Started::Nothing),
        }
    }

    /// Somebody other than oneself.
    fn other(&self, account: Account) -> Result<Account, NotDoneReason> {
        if account == self.config.account { Err(NotDoneReason::NotPossible) } else { Ok(account) }
    }

    fn open_with(&mut self, now: Now, account: Account) -> Result<ConversationId, NotDoneReason> {
        if let Some(id) = self.conversations.with_only(&account) {
            self.open_room(now, id)?;
            return Ok(id);
        }
        if !self.conversations.make_room(self.config.limits.conversations) {
            return Err(NotDoneReason::Full);
        }
        let id = self.conversations.new_with(account);
        if let Err(reason) = self.open_room(now, id) {
            self.conversations.remove(id);
            return Err(reason);
        }
        Ok(id)
    }

    fn say_printed(
        &mut self,
        now: Now,
        id: ConversationId,
        print: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Started, NotDoneReason> {
        let mut body = Vec::new();
        print(&mut body);
        self.say(now, id, Acknowledge::Always, body.into()).map(Started::Message)
    }

    fn leave_rooms(&mut self, now: Now, id: ConversationId) -> Result<(), NotDoneReason> {
        self.give_up(id);
        let conversation = self.conversations.remove(id).ok_or(NotDoneReason::NoConversation)?;
        for link in conversation.rooms {
            if let Some(session) = self.room(link) {
                session.leave();
            }
            self.pump(now, link);
        }
        Ok(())
    }

    fn steps_to_add(&self, account: Account) -> Vec<NsRequest> {
        let lists = self.roster.lists(&account);
        let mut steps = self.steps_on(List::Forward, &account);
        if !lists.contains(List::Block) {
            steps.extend(self.steps_on(List::Allow, &account));
        }
        if lists.contains(List::Pending) {
            steps.push(self.add(List::Reverse, &account));
            steps.push(self.remove(List::Pending, &account));
        }
        steps
    }

    fn steps_on(&self, list: List, account: &Account) -> Vec<NsRequest> {
        match self.roster.lists(account).contains(list) {
            true => Vec::new(),
            false => vec![self.add(list, account)],
        }
    }

    fn steps_off(&self, list: List, account: &Account) -> Vec<NsRequest> {
        match self.roster.lists(account).contains(list) {
            true => vec![self.remove(list, account)],
            false => Vec::new(),
        }
    }

    fn add(&self, list: List, account: &Account) -> NsRequest {
        let known = self.roster.contact(account);
        let name = known.map_or(account.as_str(), |contact| contact.name.as_str()).into();
        NsRequest::Add { list, account: account.clone(), name }
    }

    fn remove(&self, list: List, account: &Account) -> NsRequest {
        let guid = self.roster.contact(account).and_then(|contact| contact.guid.clone());
        NsRequest::Remove { list, account: account.clone(), guid }
    }

    /// Makes the first of several requests; each next one follows when the one before is done.
    fn run(&mut self, now: Now, steps: Vec<NsRequest>) -> Result<Started, NotDoneReason> {
        let action = ActionId::new(self.last_action + 1);
        let mut steps = VecDeque::from(steps);
        match steps.pop_front() {
            None => self.outputs.event(Event::ActionEnded { action, result: Ok(()) }),
            Some(step) => {
                let asked = self.request(now, step);
                let transaction = asked.map_err(|reason| self.reason(reason))?;
                self.actions.insert(transaction, Running { action, steps });
            }
        }
        self.last_action += 1;
        Ok(Started::Action(action))
    }

    /// A request has ended; says whether it was one of an action.
    pub(crate) fn action_step_ended(
        &mut self,
        now: Now,
        transaction: TransactionId,
        result: Result<(), RequestError>,
    ) -> bool {
        let Some(mut running) = self.actions.remove(&transaction) else { return false };
        let action = running.action;
        let result = match (result, running.steps.pop_front()) {
            (Ok(()), Some(step)) => match self.request(now, step) {
                Ok(transaction) => {
                    self.actions.insert(transaction, running);
                    return true;
                }
                Err(reason) => Err(RequestError::NotSent(reason)),
            },
            (result, _) => result,
        };
        self.outputs.event(Event::ActionEnded { action, result });
        true
    }
}

impl ActionId {
    fn of(started: Started) -> Self {
        match started {
            Started::Action(id) => id,
            _ => Self::new(0),
        }
    }
}

impl ConversationId {
    fn of(started: Started) -> Self {
        match started {
            Started::Conversation(id) => id,
            _ => Self::new(0),
        }
    }
}

impl MessageId {
    fn of(started: Started) -> Self {
        match started {
            Started::Message(id) => id,
            _ => Self::new(0),
        }
    }
}
