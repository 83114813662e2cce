use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use msnp11_sdk::{
    Client, Event, MessagingError, MsnpList, MsnpStatus, PersonalMessage, PlainText, SdkError,
    Switchboard,
};
use tokio::sync::mpsc::unbounded_channel;

use crate::inbox::Inbox;
use crate::scene::within;
use crate::service::{OURS, PASSWORD, Places, SDK};

/// Somebody who uses the SDK.
pub(crate) struct Sdk {
    account: String,
    pub(crate) client: Client,
    pub(crate) events: Inbox<Event>,
}

/// A room that the SDK is in.
pub(crate) struct Room {
    pub(crate) switchboard: Arc<Switchboard>,
    events: Inbox<Event>,
}

impl Sdk {
    /// Connects, no more.
    pub(crate) async fn connect(to: &str) -> Self {
        Self::connect_as(SDK, to).await
    }

    async fn connect_as(account: &str, to: &str) -> Self {
        let (host, port) = to.rsplit_once(':').expect("host:port");
        let client = Client::new(host, port.parse().expect("a port"));
        let client = within("connected", client).await.expect("connected");
        let (send, events) = unbounded_channel();
        client.add_event_handler_closure(move |event| {
            // It is told more than a scene waits for.
            let _ = send.send(event);
            async {}
        });
        Self { account: account.into(), client, events: Inbox::new(events) }
    }

    /// Signs in, with no deadline of its own.
    pub(crate) async fn login(&self, password: &str, places: &Places) -> Result<Event, SdkError> {
        self.client
            .login(self.account.clone(), password, &places.nexus, "msnp11-sdk", "0.13.0")
            .await
    }

    /// Signs in by way of the dispatch server.
    pub(crate) async fn sign_in(places: &Places) -> Self {
        Self::sign_in_as(SDK, places).await
    }

    pub(crate) async fn sign_in_as(account: &str, places: &Places) -> Self {
        let dispatch = Self::connect_as(account, &places.ds).await;
        let sent_on = within("sent on", dispatch.login(PASSWORD, places)).await;
        let Ok(Event::RedirectedTo { server, port }) = sent_on else { panic!("{sent_on:?}") };
        let sdk = Self::connect_as(account, &format!("{server}:{port}")).await;
        let signed_in = within("signed in", sdk.login(PASSWORD, places)).await;
        assert!(matches!(signed_in, Ok(Event::Authenticated)), "{signed_in:?}");
        sdk
    }

    /// It lives on when it is dropped, so that this must be said.
    pub(crate) async fn sign_out(self) {
        within("signed out", self.client.disconnect()).await.expect("signed out");
    }

    /// Adds a contact on both lists: by itself, the SDK only says that it allows who it adds.
    pub(crate) async fn add(&self, who: &str, name: &str) {
        for list in [MsnpList::ForwardList, MsnpList::AllowList] {
            within("added", self.client.add_contact(who, name, list)).await.expect("added");
        }
    }

    pub(crate) async fn take(&self, status: MsnpStatus) {
        within("a status", self.client.set_presence(status)).await.expect("a status");
    }

    /// Somebody adds it.
    pub(crate) async fn is_added_by(&mut self, who: &str) {
        let added = self.events.find("added", |event| match event {
            Event::AddedBy { email, .. } => (email == who).then_some(()),
            _ => None,
        });
        added.await;
    }

    /// Somebody takes it off their forward list.
    pub(crate) async fn is_removed_by(&mut self, who: &str) {
        let removed = self.events.find("removed", |event| match event {
            Event::RemovedBy(email) => (email == who).then_some(()),
            _ => None,
        });
        removed.await;
    }

    /// The lists of somebody who is not on the forward list, as it was told at sign-in.
    pub(crate) async fn lists_of_a_stranger(&mut self, who: &str) -> Vec<MsnpList> {
        let stranger = self.events.find("somebody on other lists", |event| match event {
            Event::Contact { email, lists, .. } => (email == who).then(|| lists.clone()),
            _ => None,
        });
        stranger.await
    }

    /// The GUID of a group, as it was told at sign-in.
    pub(crate) async fn group(&mut self, wanted: &str) -> String {
        let group = self.events.find("a group", |event| match event {
            Event::Group { name, guid } => (name == wanted).then(|| guid.clone()),
            _ => None,
        });
        group.await
    }

    /// The groups of a contact, as it was told at sign-in.
    pub(crate) async fn groups_of(&mut self, who: &str) -> Vec<String> {
        let groups = self.events.find("a contact", |event| match event {
            Event::ContactInForwardList { email, groups, .. } => {
                (email == who).then(|| groups.clone())
            }
            _ => None,
        });
        groups.await
    }

    /// The names of all groups that it was told of, and nobody has asked for.
    pub(crate) fn groups_so_far(&mut self) -> Vec<String> {
        self.events.all_so_far(|event| match event {
            Event::Group { name, .. } => Some(name.clone()),
            _ => None,
        })
    }

    /// Blocks in the order that servers demand. Its own call does it the other way round.
    pub(crate) async fn block(&self, who: &str) {
        within("blocked", self.client.block_contact(who)).await.expect("blocked");
    }

    pub(crate) async fn unblock(&self, who: &str) {
        within("unblocked", self.client.unblock_contact(who)).await.expect("unblocked");
    }

    /// What comes of this call before the server has answered a command that follows it. The SDK
    /// waits for ever for an answer that it does not know.
    pub(crate) async fn before_the_next_answer<T>(
        &self,
        call: impl Future<Output = T>,
    ) -> Option<T> {
        let (mut call, mut next) = (pin!(call), pin!(self.take(MsnpStatus::Online)));
        let mut ended = None;
        poll_fn(|context| {
            if ended.is_none()
                && let Poll::Ready(end) = call.as_mut().poll(context)
            {
                ended = Some(end);
            }
            next.as_mut().poll(context)
        })
        .await;
        ended
    }

    /// Name, GUID and lists of a contact, as it was told at sign-in.
    pub(crate) async fn contact(&mut self, who: &str) -> (String, String, Vec<MsnpList>) {
        let contact = self.events.find("a contact", |event| match event {
            Event::ContactInForwardList { email, display_name, guid, lists, .. } => {
                (email == who).then(|| (display_name.clone(), guid.clone(), lists.clone()))
            }
            _ => None,
        });
        contact.await
    }

    /// The next presence of our client is this one.
    pub(crate) async fn sees(&mut self, status: MsnpStatus) {
        let seen = self.events.find("presence", |event| match event {
            Event::PresenceUpdate { email, presence, .. } if email == OURS => {
                Some(presence.status.clone())
            }
            _ => None,
        });
        assert_eq!(seen.await, status);
    }

    /// Our client was there before.
    pub(crate) async fn sees_at_once(&mut self, status: MsnpStatus) {
        let seen = self.events.find("initial presence", |event| match event {
            Event::InitialPresenceUpdate { email, presence, .. } if email == OURS => {
                Some(presence.status.clone())
            }
            _ => None,
        });
        assert_eq!(seen.await, status);
    }

    /// Whether it was told, so far, that our client had been there before.
    pub(crate) fn saw_at_once(&mut self) -> bool {
        let seen = self.events.all_so_far(|event| match event {
            Event::InitialPresenceUpdate { email, .. } => (email == OURS).then_some(()),
            _ => None,
        });
        !seen.is_empty()
    }

    /// The name of somebody who was there before.
    pub(crate) async fn saw_the_name(&mut self, who: &str) -> String {
        let seen = self.events.find("initial presence", |event| match event {
            Event::InitialPresenceUpdate { email, display_name, .. } => {
                (email == who).then(|| display_name.clone())
            }
            _ => None,
        });
        seen.await
    }

    pub(crate) async fn sees_gone(&mut self) {
        let seen = self.events.find("gone", |event| match event {
            Event::ContactOffline { email } => (email == OURS).then_some(()),
            _ => None,
        });
        seen.await;
    }

    /// The first name of this contact that is not its account.
    pub(crate) async fn sees_a_name_other_than(&mut self, who: &str) -> String {
        let seen = self.events.find("a name", |event| match event {
            Event::PresenceUpdate { email, display_name, .. } if email == who => {
                (display_name != who).then(|| display_name.clone())
            }
            _ => None,
        });
        seen.await
    }

    /// The first personal message of our client that is not empty.
    pub(crate) async fn hears_personal_message(&mut self) -> String {
        self.hears_more_personal(|message| (!message.psm.is_empty()).then(|| message.psm.clone()))
            .await
    }

    /// The first personal message of our client of which `pick` makes something.
    pub(crate) async fn hears_more_personal<T>(
        &mut self,
        pick: impl Fn(&PersonalMessage) -> Option<T>,
    ) -> T {
        let heard = self.events.find("a personal message", |event| match event {
            Event::PersonalMessageUpdate { email, personal_message } if email == OURS => {
                pick(personal_message)
            }
            _ => None,
        });
        heard.await
    }

    pub(crate) async fn say_personally(&self, text: &str, media: &str) {
        let said = PersonalMessage { psm: text.into(), current_media: media.into() };
        within("said", self.client.set_personal_message(&said)).await.expect("said");
    }

    pub(crate) async fn try_open_room(&self) -> Result<Switchboard, SdkError> {
        within("a room", self.client.create_session(OURS)).await
    }

    /// Opens a room with our client.
    pub(crate) async fn open_room(&self) -> Room {
        self.open_room_with(OURS).await
    }

    /// Opens a room, and waits until the other one is there. The SDK itself is content when the
    /// telephone rings; what it says before anybody has come is lost.
    pub(crate) async fn open_room_with(&self, who: &str) -> Room {
        let switchboard = within("a room", self.client.create_session(who)).await;
        let mut room = Room::new(Arc::new(switchboard.expect("a room")));
        room.sees_joined(who).await;
        room
    }

    /// The room that our client invited it to.
    pub(crate) async fn answered(&mut self) -> Room {
        self.answered_to(OURS).await
    }

    /// The next room that it was invited to, which must be one of this person.
    pub(crate) async fn answered_to(&mut self, who: &str) -> Room {
        let switchboard = self.events.find("an invitation", |event| match event {
            Event::SessionAnswered(switchboard) => Some(switchboard.clone()),
            _ => None,
        });
        let mut room = Room::new(switchboard.await);
        room.sees_joined(who).await;
        room
    }
}

impl Room {
    fn new(switchboard: Arc<Switchboard>) -> Self {
        let (send, events) = unbounded_channel();
        switchboard.add_event_handler_closure(move |event| {
            let _ = send.send(event);
            async {}
        });
        Self { switchboard, events: Inbox::new(events) }
    }

    pub(crate) async fn say(&self, text: &str) -> Result<(), MessagingError> {
        let text = PlainText {
            bold: true,
            italic: false,
            underline: false,
            strikethrough: false,
            color: "ff8000".into(),
            text: text.into(),
        };
        within("said", self.switchboard.send_text_message(&text)).await
    }

    pub(crate) async fn invite(&self, who: &str) {
        within("invited", self.switchboard.invite(who)).await.expect("invited");
    }

    /// The next text, which must be one of our client.
    pub(crate) async fn hears(&mut self) -> String {
        let (who, text) = self.hears_somebody().await;
        assert_eq!(who, OURS);
        text
    }

    /// The next text, and who said it.
    pub(crate) async fn hears_somebody(&mut self) -> (String, String) {
        let heard = self.events.find("a text", |event| match event {
            Event::TextMessage { email, message } => Some((email.clone(), message.text.clone())),
            _ => None,
        });
        heard.await
    }

    /// The number of the room.
    pub(crate) async fn session(&self) -> String {
        within("a number", self.switchboard.get_session_id()).await.expect("a number")
    }

    pub(crate) async fn is_nudged(&mut self) {
        let nudged = self.events.find("a nudge", |event| match event {
            Event::Nudge { email } => (email == OURS).then_some(()),
            _ => None,
        });
        nudged.await;
    }

    pub(crate) async fn sees_typing(&mut self) {
        let seen = self.events.find("typing", |event| match event {
            Event::TypingNotification { email } => (email == OURS).then_some(()),
            _ => None,
        });
        seen.await;
    }

    pub(crate) async fn sees_left(&mut self, who: &str) {
        let seen = self.events.find("left", |event| match event {
            Event::ParticipantLeftSwitchboard { email } => (email == who).then_some(()),
            _ => None,
        });
        seen.await;
    }

    pub(crate) async fn sees_joined(&mut self, who: &str) {
        let seen = self.events.find("joined", |event| match event {
            Event::ParticipantInSwitchboard { email } => (email == who).then_some(()),
            _ => None,
        });
        seen.await;
    }
}
