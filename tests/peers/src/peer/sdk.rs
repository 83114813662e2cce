use std::sync::{Arc, Mutex, PoisonError};

use msnp11_sdk::{Client, Event, MsnpStatus, PlainText, Switchboard};
use tokio::runtime::Builder;
use tokio::sync::Notify;

use crate::peer::Places;
use crate::peer::tally::Tally;
use crate::work::{self, MEASURED, PASSWORD, Work};

/// Does this work with the SDK, on this runtime.
pub(crate) fn run(
    mut runtime: Builder,
    tally: &'static Tally,
    work: Work,
    places: &Places,
) -> Result<(), String> {
    let runtime = runtime.enable_all().build().map_err(|error| format!("no runtime: {error}"))?;
    let Err(why) = runtime.block_on(play(tally, work, places));
    Err(why)
}

async fn play(
    tally: &'static Tally,
    work: Work,
    places: &Places,
) -> Result<std::convert::Infallible, String> {
    let (host, port) = &places.ns;
    let client = Client::new(host, *port).await.map_err(|error| format!("connect: {error}"))?;
    let kept = Kept::default();
    let keep = kept.clone();
    client.add_event_handler_closure(move |event| {
        hear(tally, &keep, event);
        async {}
    });
    let login = client.login(MEASURED.into(), PASSWORD, &places.nexus, "msnp11-sdk", "0.13.0");
    match login.await {
        Ok(Event::Authenticated) => {}
        other => tally.fail(&format!("does not sign in: {other:?}")),
    }
    if let Err(error) = client.set_presence(MsnpStatus::Online).await {
        tally.fail(&format!("takes no status: {error}"));
    }
    tally.signed_in();
    if matches!(work, Work::Sent(_)) {
        say_all(tally, &client).await;
    }
    std::future::pending().await
}

async fn say_all(tally: &'static Tally, client: &Client) {
    let room = match client.create_session(&work::account(0)).await {
        Ok(room) => room,
        Err(error) => tally.fail(&format!("opens no room: {error}")),
    };
    let joined = Arc::new(Notify::new());
    let tell = joined.clone();
    room.add_event_handler_closure(move |event| {
        if let Event::ParticipantInSwitchboard { .. } = event {
            tell.notify_one();
        }
        async {}
    });
    joined.notified().await;
    let mut next = Some(0);
    while let Some(number) = next {
        let text = PlainText {
            bold: false,
            italic: false,
            underline: false,
            strikethrough: false,
            color: "000000".into(),
            text: work::text(number),
        };
        match room.send_text_message(&text).await {
            Ok(()) => next = tally.accepted(),
            Err(error) => tally.fail(&format!("text {number} is not accepted: {error}")),
        }
    }
}

/// The contacts, which a program has to keep for itself, and the rooms.
#[derive(Clone, Default)]
struct Kept {
    contacts: Arc<Mutex<Vec<Event>>>,
    rooms: Arc<Mutex<Vec<Arc<Switchboard>>>>,
}

fn hear(tally: &'static Tally, kept: &Kept, event: Event) {
    match event {
        Event::ContactInForwardList { ref email, ref display_name, .. } => {
            tally.contact(email, display_name);
            kept.contacts.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        }
        Event::InitialPresenceUpdate { email, display_name, .. } => {
            tally.online(&email, &display_name);
        }
        Event::PresenceUpdate { email, display_name, .. } => tally.change(&email, &display_name),
        Event::SessionAnswered(room) => {
            room.add_event_handler_closure(move |event| {
                match event {
                    Event::TextMessage { message, .. } => tally.text(&message.text),
                    Event::Disconnected => tally.fail("lost the room"),
                    _ => {}
                }
                async {}
            });
            kept.rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
        }
        Event::Disconnected | Event::LoggedInAnotherDevice => tally.fail("lost the server"),
        _ => {}
    }
}
