//! Names, personal messages and what somebody listens to.

use msnp::codec::personal_message::{CurrentMedia, PersonalMessage};
use msnp11_sdk::MsnpStatus;

use crate::friends;
use crate::ours::Ours;
use crate::scene::{play, within};
use crate::sdk::Sdk;
use crate::service::{OURS, SDK};

#[test]
fn what_one_says_personally_is_heard_changed_and_cleared_by_the_other() {
    play(async |places| {
        let (mut sdk, mut ours) = friends(&places).await;
        for text in ["one", "<two> & \"zwei\" ♥"] {
            sdk.say_personally(text, "").await;
            assert_eq!(ours.hears_personal_message(SDK).await, text);
            ours.say_personally(text).await;
            assert_eq!(sdk.hears_personal_message().await, text);
        }
        sdk.say_personally("", "").await;
        ours.hears_more_personal(SDK, |message| {
            (*message == PersonalMessage::default()).then_some(())
        })
        .await;
        ours.say_personally("").await;
        sdk.hears_more_personal(|message| message.psm.is_empty().then_some(())).await;
    });
}

#[test]
fn what_one_listens_to_is_seen_by_the_other() {
    play(async |places| {
        let (mut sdk, mut ours) = friends(&places).await;
        let song = CurrentMedia::song("Für Elise", "Beethoven & co");
        sdk.say_personally("playing", &song.to_wire()).await;
        let heard = ours.hears_more_personal(SDK, |message| {
            message.current_media.clone().map(|media| (message.text.clone(), media))
        });
        assert_eq!(heard.await, ("playing".to_owned(), song.clone()));

        let said =
            PersonalMessage { current_media: Some(song.clone()), ..PersonalMessage::default() };
        ours.say_more_personally(said).await;
        let heard = sdk.hears_more_personal(|message| {
            let media = &message.current_media;
            (!media.is_empty()).then(|| media.clone())
        });
        assert_eq!(heard.await, song.to_wire());
    });
}

#[test]
fn names_and_personal_messages_are_there_for_who_signs_in_later() {
    play(async |places| {
        let (sdk, mut ours) = friends(&places).await;
        within("a name", sdk.client.set_display_name("Sam Ω")).await.expect("a name");
        sdk.say_personally("of the SDK", "").await;
        let name = ours.call(|client, now| client.set_name(now, "Olive Ω")).await;
        ours.done(name.expect("a name")).await;
        ours.say_personally("of our client").await;

        ours.sign_out().await;
        let mut ours = Ours::sign_in(&places).await;
        assert_eq!(ours.sees_a_name_other_than(SDK).await, "Sam Ω");
        assert_eq!(ours.hears_personal_message(SDK).await, "of the SDK");
        ours.say_personally("of our client, again").await;

        sdk.sign_out().await;
        let mut sdk = Sdk::sign_in(&places).await;
        sdk.take(MsnpStatus::Online).await;
        assert_eq!(sdk.saw_the_name(OURS).await, "Olive Ω");
        assert_eq!(sdk.hears_personal_message().await, "of our client, again");
    });
}
