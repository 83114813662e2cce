use std::sync::Arc;

use msnp11_sdk::{
    Client, Event, MessagingError, MsnpList, MsnpStatus, PlainText, SdkError, Switchboard,
};
use tokio::sync::mpsc::unbounded_channel;

use crate::inbox::Inbox;
use crate::scene::within;
use crate::service::{OURS, PASSWORD, Places, SDK};

/// Somebody who uses the SDK.
pub(crate) struct Sdk {
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
        let (host, port) = to.rsplit_once(':').expect("host:port");
        let client = Client::new(host, port.parse().expect("a port"));
        let client = within("connected", client).await.expect("connected");
        let (send, events) = unbounded_channel();
        client.add_event_handler_closure(move |event| {
            // It is told more than a scene waits for.
            let _ = send.send(event);
            async {}
        });
        Self { client, events: Inbox::new(events) }
    }

    /// Signs in, with no deadline of its own.
    pub(crate) async fn login(&self, password: &str, places: &Places) -> Result<Event, SdkError> {
        self.client.login(SDK.into(), password, &places.nexus, "msnp11-sdk", "0.13.0").await
    }

    /// Signs in by way of the dispatch server.
    pub(crate) async fn sign_in(places: &Places) -> Self {
        let dispatch = Self::connect(&places.ds).await;
        let sent_on = within("sent on", dispatch.login(PASSWORD, places)).await;
        let Ok(Event::RedirectedTo { server, port }) = sent_on else { panic!("{sent_on:?}") };
        let sdk = Self::connect(&format!("{server}:{port}")).await;
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
        let heard = self.events.find("a personal message", |event| match event {
            Event::PersonalMessageUpdate { email, personal_message } if email == OURS => {
                (!personal_message.psm.is_empty()).then(|| personal_message.psm.clone())
            }
            _ => None,
        });
        heard.await
    }

    pub(crate) async fn try_open_room(&self) -> Result<Switchboard, SdkError> {
        within("a room", self.client.create_session(OURS)).await
    }

    /// Opens a room with our client, and waits until it is there. The SDK itself is content when
    /// the telephone rings; what it says before anybody has come is lost.
    pub(crate) async fn open_room(&self) -> Room {
        let mut room = Room::new(Arc::new(self.try_open_room().await.expect("a room")));
        room.sees_joined(OURS).await;
        room
    }

    /// The room that our client invited it to.
    pub(crate) async fn answered(&mut self) -> Room {
        let switchboard = self.events.find("an invitation", |event| match event {
            Event::SessionAnswered(switchboard) => Some(switchboard.clone()),
            _ => None,
        });
        let mut room = Room::new(switchboard.await);
        room.sees_joined(OURS).await;
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

    /// The next text of our client.
    pub(crate) async fn hears(&mut self) -> String {
        let heard = self.events.find("a text", |event| match event {
            Event::TextMessage { email, message } => {
                assert_eq!(email, OURS);
                Some(message.text.clone())
            }
            _ => None,
        });
        heard.await
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

    async fn sees_joined(&mut self, who: &str) {
        let seen = self.events.find("joined", |event| match event {
            Event::ParticipantInSwitchboard { email } => (email == who).then_some(()),
            _ => None,
        });
        seen.await;
    }
}
