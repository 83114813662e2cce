use msnp::client::{ActionId, Client, Config, ConversationId, Event, MessageId};
use msnp::codec::message::Text;
use msnp::codec::personal_message::PersonalMessage;
use msnp::core::{Lists, Now, Secret, Status, Version};
use msnp::session::Delivery;
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
        let server = places.ds.parse().expect("host:port");
        let mut config = Config::new(account(OURS), Secret::from(PASSWORD), server);
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
        let message = PersonalMessage { text: text.into(), ..PersonalMessage::default() };
        let saying = self.call(|client, now| client.set_personal_message(now, message)).await;
        self.done(saying.expect("signed in")).await;
    }

    /// The first personal message of this contact that is not empty.
    pub(crate) async fn hears_personal_message(&mut self, who: &str) -> String {
        let heard = self.events.find("a personal message", |event| match event {
            Event::PersonalMessage { account, message } => {
                (account.is(who) && !message.text.is_empty()).then(|| message.text.clone())
            }
            _ => None,
        });
        heard.await
    }

    pub(crate) async fn open(&self, with: &'static str) -> ConversationId {
        self.call(move |client, now| client.open(now, account(with))).await.expect("signed in")
    }

    /// The conversation that the SDK invited to.
    pub(crate) async fn invited(&mut self) -> ConversationId {
        let invited = self.events.find("an invitation", |event| match event {
            Event::Invited { conversation, by, .. } => by.is(SDK).then_some(*conversation),
            _ => None,
        });
        invited.await
    }

    pub(crate) async fn send(&self, to: ConversationId, text: &'static str) -> MessageId {
        let sending = self.call(move |client, now| client.send_text(now, to, Text::new(text)));
        sending.await.expect("signed in")
    }

    /// Sends, and waits until it is delivered.
    pub(crate) async fn say(&mut self, to: ConversationId, text: &'static str) {
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

    /// The next text of the SDK.
    pub(crate) async fn hears(&mut self) -> (ConversationId, String) {
        let heard = self.events.find("a text", |event| match event {
            Event::Text { conversation, account, text, .. } => {
                assert!(account.is(SDK), "{account}");
                Some((*conversation, text.text.to_string()))
            }
            _ => None,
        });
        heard.await
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
            Event::Left { conversation, account } => {
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
