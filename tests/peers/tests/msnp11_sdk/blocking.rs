//! What somebody notices who is blocked, and what they may not do.

use msnp::core::Status;
use msnp11_sdk::{MsnpList, MsnpStatus, SdkError};

use crate::friends;
use crate::scene::play;
use crate::sdk::Sdk;
use crate::service::{OURS, SDK};

#[test]
fn the_sdk_notices_only_that_our_client_left_while_that_blocks_it() {
    play(async |places| {
        let (mut sdk, mut ours) = friends(&places).await;
        sdk.sees(MsnpStatus::Online).await;
        ours.block(SDK).await;
        sdk.sees_gone().await;

        ours.take(Status::BUSY).await;
        ours.say_personally("behind your back").await;
        ours.take(Status::OUT_TO_LUNCH).await;
        ours.say_personally("in your face").await;
        assert!(matches!(sdk.try_open_room().await, Err(SdkError::ContactIsOffline)));

        ours.unblock(SDK).await;
        // Presence and personal messages come in order: of these, only the last was for the SDK.
        sdk.sees(MsnpStatus::OutToLunch).await;
        assert_eq!(sdk.hears_personal_message().await, "in your face");
        let mut room = sdk.open_room().await;
        let conversation = ours.invited().await;
        ours.say(conversation, "no offence").await;
        assert_eq!(room.hears().await, "no offence");
    });
}

#[test]
fn the_sdk_that_signs_in_while_it_is_blocked_sees_nobody() {
    play(async |places| {
        let (sdk, mut ours) = friends(&places).await;
        sdk.sign_out().await;
        ours.block(SDK).await;
        let mut sdk = Sdk::sign_in(&places).await;
        sdk.take(MsnpStatus::Online).await;
        assert!(matches!(sdk.try_open_room().await, Err(SdkError::ContactIsOffline)));
        ours.take(Status::AWAY).await;
        ours.unblock(SDK).await;
        // It would have been told at once, and then again.
        sdk.sees(MsnpStatus::Away).await;
        assert!(!sdk.saw_at_once());
    });
}

#[test]
fn our_client_notices_only_that_the_sdk_left_while_that_blocks_it() {
    play(async |places| {
        let (mut sdk, mut ours) = friends(&places).await;
        ours.sees(SDK, Status::ONLINE).await;
        sdk.block(OURS).await;
        assert_eq!(ours.next_status(SDK).await, Status::OFFLINE);

        sdk.take(MsnpStatus::Busy).await;
        sdk.say_personally("behind your back", "").await;
        sdk.take(MsnpStatus::OnThePhone).await;
        sdk.say_personally("in your face", "").await;
        ours.open(SDK).await;
        ours.cannot_invite(SDK).await;

        sdk.unblock(OURS).await;
        assert_eq!(ours.next_status(SDK).await, Status::ON_THE_PHONE);
        assert_eq!(ours.hears_personal_message(SDK).await, "in your face");
        let conversation = ours.open(SDK).await;
        let text = ours.send(conversation, "no offence").await;
        let mut room = sdk.answered().await;
        assert_eq!(room.hears().await, "no offence");
        assert_eq!(ours.end_of(text).await, msnp::session::Delivery::Accepted);
    });
}

#[test]
fn the_sdk_finds_its_block_list_when_it_signs_in_again() {
    play(async |places| {
        let (sdk, mut ours) = friends(&places).await;
        sdk.block(OURS).await;
        sdk.sign_out().await;
        let mut sdk = Sdk::sign_in(&places).await;
        let (_, _, lists) = sdk.contact(OURS).await;
        assert_eq!(lists, [MsnpList::ForwardList, MsnpList::BlockList, MsnpList::ReverseList]);
        sdk.take(MsnpStatus::Online).await;
        ours.open(SDK).await;
        ours.cannot_invite(SDK).await;
    });
}
