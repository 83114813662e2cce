//! What a user does: each [`Action`] and its method.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use bytes::Bytes;

use msnp_codec::command::Acknowledge;
use msnp_codec::message::{Content, Datacast, Emoticons, Message, Text, Typing};
use msnp_codec::msn_object::MsnObject;
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, List, Now, Status};
use msnp_p2p::TransferId;
use msnp_session::NsRequest;

use crate::client::{Client, Stage};
use crate::{
    Action, ActionId, ConversationId, MessageId, NotDone, NotDoneReason, OwnObject, Started,
};

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
        /// [`Action::AskWhenAdded`]
        ask_when_added(ask: bool) -> ActionId = Action::AskWhenAdded(ask);
        /// [`Action::NameContact`]
        name_contact(account: Account, name: &str) -> ActionId
            = Action::NameContact(account, name.into());
        /// [`Action::AddGroup`]
        add_group(name: &str) -> ActionId = Action::AddGroup(name.into());
        /// [`Action::RenameGroup`]
        rename_group(id: &str, name: &str) -> ActionId
            = Action::RenameGroup(id.into(), name.into());
        /// [`Action::RemoveGroup`]
        remove_group(id: &str) -> ActionId = Action::RemoveGroup(id.into());
        /// [`Action::AddToGroup`]
        add_to_group(account: Account, id: &str) -> ActionId
            = Action::AddToGroup(account, id.into());
        /// [`Action::RemoveFromGroup`]
        remove_from_group(account: Account, id: &str) -> ActionId
            = Action::RemoveFromGroup(account, id.into());
        /// [`Action::SetSetting`]
        set_setting(key: &str, value: Option<&str>) -> ActionId
            = Action::SetSetting(key.into(), value.map(Into::into));
        /// [`Action::SetObject`]
        set_object(object: Option<&str>) -> ActionId = Action::SetObject(object.map(Into::into));
        /// [`Action::SetPicture`]
        set_picture(picture: Option<OwnObject>) -> ActionId = Action::SetPicture(picture);
        /// [`Action::FetchObject`]
        fetch_object(from: Account, object: &MsnObject) -> TransferId
            = Action::FetchObject(from, Box::new(object.clone()));
        /// [`Action::SendEmoticons`]
        send_emoticons(conversation: ConversationId, emoticons: Emoticons<'static>) -> MessageId
            = Action::SendEmoticons(conversation, emoticons);
        /// [`Action::AskUrl`]
        ask_url(service: &str, arguments: Option<&str>) -> ActionId
            = Action::AskUrl(service.into(), arguments.map(Into::into));
        /// [`Action::Find`]
        find(fields: Vec<(Box<str>, Box<str>)>) -> ActionId = Action::Find(fields);
        /// [`Action::InviteByMail`]
        invite_by_mail(account: Account) -> ActionId = Action::InviteByMail(account);
        /// [`Action::InviteByMailWithText`]
        invite_by_mail_with_text(account: Account, text: &str) -> ActionId
            = Action::InviteByMailWithText(account, text.into());
        /// [`Action::Page`]
        page(account: Account, text: &str) -> ActionId = Action::Page(account, text.into());
        /// [`Action::AcceptInvitations`]
        accept_invitations(accept: bool) -> ActionId = Action::AcceptInvitations(accept);
        /// [`Action::AskDocument`]
        ask_document(name: &str) -> ActionId = Action::AskDocument(name.into());
        /// [`Action::Open`]
        open(with: Account) -> ConversationId = Action::Open(with);
        /// [`Action::SendText`]
        send_text(conversation: ConversationId, text: Text<'static>) -> MessageId
            = Action::SendText(conversation, text);
        /// [`Action::SendNudge`]
        send_nudge(conversation: ConversationId) -> MessageId = Action::SendNudge(conversation);
        /// [`Action::SendDatacast`]
        send_datacast(conversation: ConversationId, datacast: Datacast<'static>) -> MessageId
            = Action::SendDatacast(conversation, datacast);
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

    /// [`Action::Publish`]
    ///
    /// # Errors
    /// [`NotDone`], with the action and the reason.
    pub fn publish(&mut self, now: Now, own: OwnObject) -> Result<(), NotDone> {
        self.perform(now, Action::Publish(own)).map(|_| ())
    }

    /// [`Action::Withdraw`]
    ///
    /// # Errors
    /// [`NotDone`], with the action and the reason.
    pub fn withdraw(&mut self, now: Now, object: &MsnObject) -> Result<(), NotDone> {
        self.perform(now, Action::Withdraw(Box::new(object.clone()))).map(|_| ())
    }

    /// [`Action::CancelTransfer`]
    ///
    /// # Errors
    /// [`NotDone`], with the action and the reason.
    pub fn cancel_transfer(&mut self, now: Now, transfer: TransferId) -> Result<(), NotDone> {
        self.perform(now, Action::CancelTransfer(transfer)).map(|_| ())
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
        self.carry(now);
        done.map_err(|reason| NotDone { action: Box::new(action), reason })
    }

    fn begin(&mut self, now: Now, action: Action) -> Result<Started, NotDoneReason> {
        match action {
            Action::SetStatus(status) if !status.can_be_chosen() => Err(NotDoneReason::NotPossible),
            Action::SetStatus(status) => {
                let begun = self.run(now, vec![self.status_request(status)])?;
                self.chosen = Some(status);
                Ok(begun)
            }
            Action::SetObject(object) => self.show(now, object),
            Action::SetPicture(picture) => self.show_picture(now, picture),
            Action::Publish(own) => self.offer(own).map(|()| Started::Nothing),
            Action::Withdraw(object) => self.take_back(&object).map(|()| Started::Nothing),
            Action::FetchObject(account, object) => {
                let account = self.other(account)?;
                self.fetch(now, account, &object).map(Started::Transfer)
            }
            Action::CancelTransfer(transfer) => {
                self.p2p.cancel(now, transfer);
                self.stir_peers();
                Ok(Started::Nothing)
            }
            Action::SendEmoticons(id, emoticons) => {
                self.has_objects()?;
                self.say_printed(now, id, |out| emoticons.print(out))
            }
            Action::SetName(name) => self.run(now, vec![NsRequest::Name(name)]),
            Action::SetPersonalMessage(message) => {
                let mut document = Vec::new();
                message.print(&mut document);
                let document = Bytes::from(document);
                let begun = self.run(now, vec![NsRequest::PersonalMessage(document.clone())])?;
                self.document = Some(document);
                Ok(begun)
            }
            Action::AddContact(account) => {
                let steps = self.steps_to_add(&self.other(account)?);
                self.run(now, steps)
            }
            Action::RemoveContact(account) => {
                let steps = self.steps_off(List::Forward, &self.other(account)?);
                self.run(now, steps)
            }
            Action::Block(account) => {
                let steps = self.steps_to_block(&self.other(account)?);
                self.run(now, steps)
            }
            Action::Unblock(account) => {
                let steps = self.steps_to_unblock(&self.other(account)?);
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
            Action::AskWhenAdded(ask) => self.run(now, vec![NsRequest::AskWhenAdded(ask)]),
            Action::NameContact(account, name) => {
                let step = self.step_to_name(self.other(account)?, name)?;
                self.run(now, vec![step])
            }
            Action::AddGroup(name) => self.run(now, vec![NsRequest::AddGroup(name)]),
            Action::RenameGroup(id, name) => {
                self.run(now, vec![NsRequest::RenameGroup { id, name }])
            }
            Action::RemoveGroup(id) => self.run(now, vec![NsRequest::RemoveGroup(id)]),
            Action::AddToGroup(account, group) => {
                let step = self.step_into_group(self.other(account)?, group)?;
                self.run(now, vec![step])
            }
            Action::RemoveFromGroup(account, group) => {
                let step = self.step_out_of_group(self.other(account)?, group)?;
                self.run(now, vec![step])
            }
            Action::SetSetting(key, value) => {
                self.run(now, vec![NsRequest::Setting { key, value }])
            }
            Action::AskUrl(service, arguments) => {
                self.run(now, vec![NsRequest::Url { service, arguments }])
            }
            Action::Find(fields) => self.run(now, vec![NsRequest::Find(fields)]),
            Action::InviteByMail(account) => self.run(now, vec![NsRequest::InviteByMail(account)]),
            Action::InviteByMailWithText(account, text) => {
                let name = self.name().unwrap_or_default().into();
                self.run(now, vec![NsRequest::InviteByMailWithText { account, name, text }])
            }
            Action::Page(account, text) => {
                let document = page(&text).into();
                self.run(now, vec![NsRequest::Page { account, document }])
            }
            Action::AcceptInvitations(accept) => {
                self.run(now, vec![NsRequest::AcceptInvitations(accept)])
            }
            Action::AskDocument(name) => self.run(now, vec![NsRequest::Document(name)]),
            Action::Open(account) => {
                let account = self.other(account)?;
                self.open_with(now, account).map(Started::Conversation)
            }
            Action::Invite(id, account) => {
                let account = self.other(account)?;
                self.invite_to(now, id, account).map(|()| Started::Nothing)
            }
            Action::SendText(id, text) => self.say_printed(now, id, |out| text.print(out)),
            Action::SendNudge(id) => self.cast(now, id, &Datacast::Nudge),
            Action::SendDatacast(id, datacast) => self.cast(now, id, &datacast),
            Action::SendMessage(id, body) => {
                let acknowledge = match Message::parse(&body).content() {
                    // The switchboard takes these in no other way.
                    Content::PeerToPeer(_) => Acknowledge::Data,
                    _ => Acknowledge::Always,
                };
                self.say(now, id, acknowledge, body).map(Started::Message)
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

    pub(crate) fn open_with(
        &mut self,
        now: Now,
        account: Account,
    ) -> Result<ConversationId, NotDoneReason> {
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

    fn invite_to(
        &mut self,
        now: Now,
        id: ConversationId,
        account: Account,
    ) -> Result<(), NotDoneReason> {
        let conversation = self.conversations.get(id).ok_or(NotDoneReason::NoConversation)?;
        let is_new = !conversation.wanted.contains(&account);
        if !conversation.want(account.clone()) {
            return Err(NotDoneReason::Full);
        }
        let opened = self.open_room(now, id);
        if opened.is_err()
            && is_new
            && let Some(conversation) = self.conversations.get(id)
        {
            conversation.wanted.remove(&account);
        }
        opened
    }

    fn say_printed(
        &mut self,
        now: Now,
        id: ConversationId,
        print: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Started, NotDoneReason> {
        let mut body = Vec::new();
        print(&mut body);
        self.say_at_length(now, id, body).map(Started::Message)
    }

    fn cast(
        &mut self,
        now: Now,
        id: ConversationId,
        datacast: &Datacast<'_>,
    ) -> Result<Started, NotDoneReason> {
        match self.version() {
            Some(version) if !version.has_nudges() => Err(NotDoneReason::NotInVersion(version)),
            _ => self.say_printed(now, id, |out| datacast.print(out)),
        }
    }

    pub(crate) fn leave_rooms(
        &mut self,
        now: Now,
        id: ConversationId,
    ) -> Result<(), NotDoneReason> {
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
}

/// A page, as telephones get it.
fn page(text: &str) -> Vec<u8> {
    let mut document = Vec::from(b"<TEXT xml:space=\"preserve\" enc=\"utf-8\">");
    for letter in text.chars() {
        match letter {
            '<' => document.extend_from_slice(b"&lt;"),
            '>' => document.extend_from_slice(b"&gt;"),
            '&' => document.extend_from_slice(b"&amp;"),
            letter => document.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    document.extend_from_slice(b"</TEXT>");
    document
}

/// What a method gives of what its action began.
trait Of {
    fn of(started: Started) -> Self;
}

impl Of for ActionId {
    fn of(started: Started) -> Self {
        match started {
            Started::Action(id) => id,
            _ => Self::new(0),
        }
    }
}

impl Of for ConversationId {
    fn of(started: Started) -> Self {
        match started {
            Started::Conversation(id) => id,
            _ => Self::new(0),
        }
    }
}

impl Of for MessageId {
    fn of(started: Started) -> Self {
        match started {
            Started::Message(id) => id,
            _ => Self::new(0),
        }
    }
}

impl Of for TransferId {
    fn of(started: Started) -> Self {
        match started {
            Started::Transfer(id) => id,
            _ => Self::new(0),
        }
    }
}
