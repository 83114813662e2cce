//! The published crate `msnp11-sdk` against `msnp serve`, and against our client.
//!
//! What it needs and where it fails is in `README.md` of this package.

mod blocking;
mod contacts;
mod groups;
mod inbox;
mod ours;
mod personal;
mod rooms;
mod scene;
mod sdk;
mod service;

use msnp::client::{ConversationId, Event as OurEvent};
use msnp::core::{List, Status, Version};
use msnp::session::Delivery;
use msnp11_sdk::{Event, MsnpList, MsnpStatus, PersonalMessage, SdkError};

use crate::ours::Ours;
use crate::scene::{play, within};
use crate::sdk::{Room, Sdk};
use crate::service::{OURS, PASSWORD, Places, SDK};

#[test]
fn the_sdk_signs_in_where_the_dispatch_server_sends_it() {
    play(async |places| {
        let dispatch = Sdk::connect(&places.ds).await;
        let sent_on = within("sent on", dispatch.login(PASSWORD, &places)).await;
        let Ok(Event::RedirectedTo { server, port }) = sent_on else { panic!("{sent_on:?}") };
        assert_eq!(format!("{server}:{port}"), places.ns);

        let notification = Sdk::connect(&places.ns).await;
        let signed_in = within("signed in", notification.login(PASSWORD, &places)).await;
        assert!(matches!(signed_in, Ok(Event::Authenticated)), "{signed_in:?}");
    });
}

#[test]
fn the_sdk_is_told_that_its_password_is_wrong() {
    play(async |places| {
        let notification = Sdk::connect(&places.ns).await;
        let turned_away = within("turned away", notification.login("guess", &places)).await;
        assert!(
            matches!(turned_away, Err(SdkError::AuthenticationHeaderNotFound)),
            "{turned_away:?}"
        );
    });
}

#[test]
fn the_sdk_finds_what_it_set_when_it_signs_in_again() {
    play(async |places| {
        let first = Sdk::sign_in(&places).await;
        first.add(OURS, "Our Client").await;
        within("a name", first.client.set_display_name("The SDK ♥")).await.expect("a name");
        within("a setting", first.client.set_blp("BL")).await.expect("a setting");
        first.sign_out().await;

        let mut again = Sdk::sign_in(&places).await;
        let name = again.events.find("its name", |event| match event {
            Event::DisplayName(name) => Some(name.clone()),
            _ => None,
        });
        assert_eq!(name.await, "The SDK ♥");
        let setting = again.events.find("its setting", |event| match event {
            Event::Blp(blp) => Some(blp.clone()),
            _ => None,
        });
        assert_eq!(setting.await, "BL");
        let (name, guid, lists) = again.contact(OURS).await;
        assert_eq!(name, "Our Client");
        assert_eq!(guid.len(), 36, "{guid}");
        assert_eq!(lists, [MsnpList::ForwardList, MsnpList::AllowList]);
    });
}

#[test]
fn the_sdk_hears_that_our_client_adds_it_and_the_other_way_round() {
    play(async |places| {
        let mut sdk = Sdk::sign_in(&places).await;
        let mut ours = Ours::sign_in(&places).await;

        ours.add(SDK).await;
        sdk.events
            .find("added by our client", |event| match event {
                Event::AddedBy { email, .. } => (email == OURS).then_some(()),
                _ => None,
            })
            .await;

        sdk.add(OURS, "Our Client").await;
        ours.events
            .find("added by the SDK", |event| match event {
                OurEvent::ListChanged { list: List::Reverse, account, added: true } => {
                    account.is(SDK).then_some(())
                }
                _ => None,
            })
            .await;
        assert!(ours.lists(SDK).await.contains(List::Reverse));
    });
}

#[test]
fn each_sees_the_other_come_change_and_go() {
    play(async |places| {
        let (mut sdk, mut ours) = friends(&places).await;
        sdk.sees(MsnpStatus::Online).await;
        ours.sees(SDK, Status::ONLINE).await;

        sdk.take(MsnpStatus::Busy).await;
        ours.sees(SDK, Status::BUSY).await;
        let lunch = ours.call(|client, now| client.set_status(now, Status::OUT_TO_LUNCH)).await;
        ours.done(lunch.expect("a status")).await;
        sdk.sees(MsnpStatus::OutToLunch).await;

        sdk.sign_out().await;
        ours.sees(SDK, Status::OFFLINE).await;

        let mut sdk = Sdk::sign_in(&places).await;
        let (_, _, lists) = sdk.contact(OURS).await;
        assert_eq!(lists, [MsnpList::ForwardList, MsnpList::AllowList, MsnpList::ReverseList]);
        sdk.take(MsnpStatus::Online).await;
        sdk.sees_at_once(MsnpStatus::OutToLunch).await;

        ours.sign_out().await;
        sdk.sees_gone().await;
    });
}

#[test]
fn each_sees_the_name_and_the_personal_message_of_the_other() {
    play(async |places| {
        let (mut sdk, mut ours) = friends(&places).await;
        assert_eq!(ours.version().await, Some(Version::MSNP12));

        within("a name", sdk.client.set_display_name("Sam ♥ <50%>")).await.expect("a name");
        assert_eq!(ours.sees_a_name_other_than(SDK).await, "Sam ♥ <50%>");
        let name = ours.call(|client, now| client.set_name(now, "Olive & 橄榄")).await;
        ours.done(name.expect("a name")).await;
        assert_eq!(sdk.sees_a_name_other_than(OURS).await, "Olive & 橄榄");

        let said =
            PersonalMessage { psm: "à bientôt <& co>".into(), current_media: String::new() };
        within("said", sdk.client.set_personal_message(&said)).await.expect("said");
        assert_eq!(ours.hears_personal_message(SDK).await, said.psm);
        ours.say_personally("gone fishing & <more> ♥").await;
        assert_eq!(sdk.hears_personal_message().await, "gone fishing & <more> ♥");
    });
}

#[test]
fn texts_and_nudges_go_both_ways_in_a_room_that_the_sdk_opened() {
    play(async |places| {
        let (sdk, mut ours) = friends(&places).await;
        let mut room = sdk.open_room().await;
        let conversation = ours.invited().await;

        room.say("Hello from the SDK! ♥").await.expect("delivered");
        assert_eq!(ours.hears().await, (conversation, "Hello from the SDK! ♥".into()));
        ours.say(conversation, "And back: grüße, привет, 你好").await;
        assert_eq!(room.hears().await, "And back: grüße, привет, 你好");

        talk_on(&mut room, &mut ours, conversation).await;
    });
}

#[test]
fn texts_and_nudges_go_both_ways_in_a_room_that_our_client_opened() {
    play(async |places| {
        let (mut sdk, mut ours) = friends(&places).await;
        let conversation = ours.open(SDK).await;
        let first = ours.send(conversation, "Hello from our client! ♥").await;
        let mut room = sdk.answered().await;
        assert_eq!(ours.end_of(first).await, Delivery::Accepted);
        assert_eq!(room.hears().await, "Hello from our client! ♥");
        room.say("Got it").await.expect("delivered");
        assert_eq!(ours.hears().await, (conversation, "Got it".into()));

        talk_on(&mut room, &mut ours, conversation).await;
    });
}

#[test]
fn a_text_of_the_sdk_to_nobody_is_not_delivered() {
    play(async |places| {
        let (sdk, mut ours) = friends(&places).await;
        let mut room = sdk.open_room().await;
        let conversation = ours.invited().await;
        ours.call(move |client, now| client.leave(now, conversation)).await.expect("there");
        room.sees_left(OURS).await;
        assert!(room.say("Anybody?").await.is_err());
    });
}

#[test]
fn the_sdk_cannot_ring_somebody_who_is_offline_or_has_blocked_it() {
    play(async |places| {
        let (mut sdk, mut ours) = friends(&places).await;
        let block = ours.call(|client, now| client.block(now, service::account(SDK))).await;
        ours.done(block.expect("blocked")).await;
        sdk.sees_gone().await;
        assert!(matches!(sdk.try_open_room().await, Err(SdkError::ContactIsOffline)));

        let unblock = ours.call(|client, now| client.unblock(now, service::account(SDK))).await;
        ours.done(unblock.expect("unblocked")).await;
        sdk.sees(MsnpStatus::Online).await;
        ours.sign_out().await;
        sdk.sees_gone().await;
        assert!(matches!(sdk.try_open_room().await, Err(SdkError::ContactIsOffline)));
    });
}

/// Both are online and have added each other.
async fn friends(places: &Places) -> (Sdk, Ours) {
    let sdk = Sdk::sign_in(places).await;
    sdk.add(OURS, "Our Client").await;
    sdk.take(MsnpStatus::Online).await;
    let mut ours = Ours::sign_in(places).await;
    ours.add(SDK).await;
    (sdk, ours)
}

/// What is the same whoever opened the room: several texts in order, typing, nudges, leaving.
async fn talk_on(room: &mut Room, ours: &mut Ours, conversation: ConversationId) {
    let texts = ["one", "two\nlines", "", "four"];
    for text in texts {
        room.say(text).await.expect("delivered");
    }
    for text in texts {
        assert_eq!(ours.hears().await, (conversation, text.into()));
    }
    for text in texts {
        ours.say(conversation, text).await;
    }
    for text in texts {
        assert_eq!(room.hears().await, text);
    }

    within("typing", room.switchboard.send_typing_user(SDK)).await.expect("typing");
    ours.sees_typing(conversation).await;
    ours.call(move |client, now| client.send_typing(now, conversation)).await.expect("typing");
    room.sees_typing().await;

    within("a nudge", room.switchboard.send_nudge()).await.expect("delivered");
    ours.is_nudged(conversation).await;
    let nudge = ours.call(move |client, now| client.send_nudge(now, conversation)).await;
    assert_eq!(ours.end_of(nudge.expect("a nudge")).await, Delivery::Accepted);
    room.is_nudged().await;

    within("leaving", room.switchboard.disconnect()).await.expect("left");
    ours.sees_left(conversation).await;
}
