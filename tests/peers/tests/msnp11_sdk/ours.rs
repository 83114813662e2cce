use msnp::client::{ActionId, Client, Config, ConversationId, Event, MessageId};
use msnp::codec::message::Text;
use msnp::codec::personal_message::PersonalMessage;
use msnp::core::{List, Lists, Now, Secret, Status, Version};
use msnp::session::{Delivery, RequestError};
use msnp::tokio::{Driver, Handle};
use tokio::sync::mpsc::unbounded_channel;

use crate::inbox::Inbox;
use crate::scene::within;
use crate::service::{OURS, PASSWORD, Places, SDK, account};

/// Somebody who uses our client.
pub(crate) struct Ours {
    handle: Handle<Client>,
    pub(crate) events: Inbox<Event>,
}

impl Ours {
    /// Signs in and goes online.
    pub(crate) async fn sign_in(places: &Places) -> Self {
        Self::sign_in_as(OURS, places).await
    }

    pub(crate) async fn sign_in_as(who: &str, places: &Places) -> Self {
        let server = places.ds.parse().expect("host:port");
        let mut config = Config::new(account(who), Secret::from(PASSWORD), server);
        config.nexus = places.nexus.clone();
        let mut driver = Driver::new(Client::new(config));
        let handle = driver.handle();
        let (send, events) = unbounded_channel();
        tokio::spawn(async move {
            while let Some(event) = driver.next().await {
                match event {
                    // It is told more than a scene waits for.
                    Ok(event) => drop(send.send(event)),
                    Err(fault) => eprintln!("our client: {fault}"),
                }
            }
        });
        let mut ours = Self { handle, events: Inbox::new(events) };
        let signed_in = |event: &Event| matches!(event, Event::SignedIn).then_some(());
        ours.events.find("signed in", signed_in).await;
        ours
    }

    pub(crate) async fn call<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Client, Now) -> R + Send + 'static,
    ) -> R {
        within("a call", self.handle.call(call)).await.expect("the client has not ended")
    }

    /// Waits for the end of this action, which must be a good one.
    pub(crate) async fn done(&mut self, what: ActionId) {
        let done = self.events.find("done", |event| match event {
            Event::ActionEnded { action, result } => (*action == what).then_some(*result),
            _ => None,
        });
        done.await.expect("done");
    }

    pub(crate) async fn add(&mut self, who: &'static str) {
        let adding = self.call(move |client, now| client.add_contact(now, account(who))).await;
        self.done(adding.expect("signed in")).await;
    }

    pub(crate) async fn remove(&mut self, who: &'static str) {
        let removing = self.call(move |client, now| client.remove_contact(now, account(who))).await;
        self.done(removing.expect("signed in")).await;
    }

    pub(crate) async fn block(&mut self, who: &'static str) {
        let blocking = self.call(move |client, now| client.block(now, account(who))).await;
        self.done(blocking.expect("signed in")).await;
    }

    pub(crate) async fn unblock(&mut self, who: &'static str) {
        let unblocking = self.call(move |client, now| client.unblock(now, account(who))).await;
        self.done(unblocking.expect("signed in")).await;
    }

    pub(crate) async fn take(&mut self, status: Status) {
        let taking = self.call(move |client, now| client.set_status(now, status)).await;
        self.done(taking.expect("signed in")).await;
    }

    /// Somebody puts it on their forward list, or takes it off.
    pub(crate) async fn is_added_by(&mut self, who: &str, wanted: bool) {
        let told = self.events.find("on a reverse list", |event| match event {
            Event::ListChanged { list: List::Reverse, account, added } => {
                (account.is(who) && *added == wanted).then_some(())
            }
            _ => None,
        });
        told.await;
    }

    pub(crate) async fn lists(&self, who: &'static str) -> Lists {
        self.call(move |client, _| client.roster().lists(&account(who))).await
    }

    pub(crate) async fn version(&self) -> Option<Version> {
        self.call(|client, _| client.version()).await
    }

    /// Waits until this contact has this status.
    pub(crate) async fn sees(&mut self, who: &str, wanted: Status) {
        let seen = self.events.find("presence", |event| match event {
            Event::Presence { account, status, .. } => {
                (account.is(who) && *status == wanted).then_some(())
            }
            _ => None,
        });
        seen.await;
    }

    /// The next status of this contact.
    pub(crate) async fn next_status(&mut self, who: &str) -> Status {
        let seen = self.events.find("presence", |event| match event {
            Event::Presence { account, status, .. } => account.is(who).then_some(*status),
            _ => None,
        });
        seen.await
    }

    /// The first name of this contact that is not its account.
    pub(crate) async fn sees_a_name_other_than(&mut self, who: &str) -> String {
        let seen = self.events.find("a name", |event| match event {
            Event::Presence { account, name, .. } => {
                (account.is(who) && name != who).then(|| name.clone())
            }
            _ => None,
        });
        seen.await
    }

    pub(crate) async fn say_personally(&mut self, text: &'static str) {
        self.say_more_personally(PersonalMessage {
            text: text.into(),
            ..PersonalMessage::default()
        })
        .await;
    }

    pub(crate) async fn say_more_personally(&mut self, message: PersonalMessage) {
        let saying = self.call(|client, now| client.set_personal_message(now, message)).await;
        self.done(saying.expect("signed in")).await;
    }

    /// The first personal message of this contact that is not empty.
    pub(crate) async fn hears_personal_message(&mut self, who: &str) -> String {
        self.hears_more_personal(who, |message| {
            (!message.text.is_empty()).then(|| message.text.clone())
        })
        .await
    }

    /// The first personal message of this contact of which `pick` makes something.
    pub(crate) async fn hears_more_personal<T>(
        &mut self,
        who: &str,
        pick: impl Fn(&PersonalMessage) -> Option<T>,
    ) -> T {
        let heard = self.events.find("a personal message", |event| match event {
            Event::PersonalMessage { account, message } if account.is(who) => pick(message),
            _ => None,
        });
        heard.await
    }

    pub(crate) async fn open(&self, with: &'static str) -> ConversationId {
        self.call(move |client, now| client.open(now, account(with))).await.expect("signed in")
    }

    pub(crate) async fn invite(&self, to: ConversationId, who: &'static str) {
        let inviting = self.call(move |client, now| client.invite(now, to, account(who))).await;
        inviting.expect("signed in");
    }

    pub(crate) async fn leave(&self, conversation: ConversationId) {
        self.call(move |client, now| client.leave(now, conversation)).await.expect("there");
    }

    /// The conversation that the SDK invited to.
    pub(crate) async fn invited(&mut self) -> ConversationId {
        self.invited_by(SDK).await
    }

    pub(crate) async fn invited_by(&mut self, who: &str) -> ConversationId {
        let invited = self.events.find("an invitation", |event| match event {
            Event::Invited { conversation, by, .. } => by.is(who).then_some(*conversation),
            _ => None,
        });
        invited.await
    }

    pub(crate) async fn send(&self, to: ConversationId, text: impl Into<String>) -> MessageId {
        let text = text.into();
        let sending = self.call(move |client, now| client.send_text(now, to, Text::new(text)));
        sending.await.expect("signed in")
    }

    /// Sends, and waits until it is delivered.
    pub(crate) async fn say(&mut self, to: ConversationId, text: impl Into<String>) {
        let message = self.send(to, text).await;
        assert_eq!(self.end_of(message).await, Delivery::Accepted);
    }

    pub(crate) async fn end_of(&mut self, which: MessageId) -> Delivery {
        let end = self.events.find("the end of a message", |event| match event {
            Event::MessageEnded { message, delivery, .. } => {
                (*message == which).then_some(*delivery)
            }
            _ => None,
        });
        end.await
    }

    /// The next text, which must be one of the SDK.
    pub(crate) async fn hears(&mut self) -> (ConversationId, String) {
        let (conversation, who, text) = self.hears_somebody().await;
        assert_eq!(who, SDK);
        (conversation, text)
    }

    /// The next text, where it was said, and by whom.
    pub(crate) async fn hears_somebody(&mut self) -> (ConversationId, String, String) {
        let heard = self.events.find("a text", |event| match event {
            Event::Text { conversation, account, text, .. } => {
                Some((*conversation, account.to_string(), text.text.to_string()))
            }
            _ => None,
        });
        heard.await
    }

    /// Waits until this person is in this conversation.
    pub(crate) async fn sees_joined(&mut self, there: ConversationId, who: &str) {
        let seen = self.events.find("joined", |event| match event {
            Event::Joined { conversation, account, .. } => {
                (*conversation == there && account.is(who)).then_some(())
            }
            _ => None,
        });
        seen.await;
    }

    /// This person cannot be invited.
    pub(crate) async fn cannot_invite(&mut self, who: &str) -> RequestError {
        let refused = self.events.find("a refusal", |event| match event {
            Event::NotInvited { account, error, .. } => account.is(who).then_some(*error),
            _ => None,
        });
        refused.await
    }

    pub(crate) async fn is_nudged(&mut self, there: ConversationId) {
        let nudged = self.events.find("a nudge", |event| match event {
            Event::Nudge { conversation, account } => {
                (*conversation == there && account.is(SDK)).then_some(())
            }
            _ => None,
        });
        nudged.await;
    }

    pub(crate) async fn sees_typing(&mut self, there: ConversationId) {
        let seen = self.events.find("typing", |event| match event {
            Event::Typing { conversation, account } => {
                (*conversation == there && account.is(SDK)).then_some(())
            }
            _ => None,
        });
        seen.await;
    }

    pub(crate) async fn sees_left(&mut self, there: ConversationId) {
        let seen = self.events.find("left", |event| match event {
            Event::Left { conversation, account, .. } => {
                (*conversation == there && account.is(SDK)).then_some(())
            }
            _ => None,
        });
        seen.await;
    }

    pub(crate) async fn sign_out(&self) {
        self.call(|client, now| client.sign_out(now)).await;
    }
}
