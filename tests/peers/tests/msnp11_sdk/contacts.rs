//! Who is on whose lists, as either side is told.

use msnp::core::List;
use msnp11_sdk::{ContactError, Event, MsnpList};

use crate::friends;
use crate::ours::Ours;
use crate::scene::{play, within};
use crate::sdk::Sdk;
use crate::service::{OURS, SDK};

#[test]
fn our_client_is_told_when_the_sdk_adds_it_and_takes_it_off() {
    play(async |places| {
        let sdk = Sdk::sign_in(&places).await;
        let mut ours = Ours::sign_in(&places).await;
        let added = sdk.client.add_contact(OURS, "Our Client", MsnpList::ForwardList);
        let added = within("added", added).await;
        let Ok(Event::ContactInForwardList { email, guid, .. }) = added else {
            panic!("{added:?}")
        };
        assert_eq!((email.as_str(), guid.len()), (OURS, 36));
        ours.is_added_by(SDK, true).await;
        assert!(ours.lists(SDK).await.contains(List::Reverse));

        let removed = sdk.client.remove_contact_from_forward_list(&guid);
        within("removed", removed).await.expect("removed");
        ours.is_added_by(SDK, false).await;
        assert!(!ours.lists(SDK).await.contains(List::Reverse));
    });
}

#[test]
fn the_sdk_is_told_when_our_client_adds_it_and_takes_it_off() {
    play(async |places| {
        let mut sdk = Sdk::sign_in(&places).await;
        let mut ours = Ours::sign_in(&places).await;
        for _ in 0..2 {
            ours.add(SDK).await;
            sdk.is_added_by(OURS).await;
            ours.remove(SDK).await;
            sdk.is_removed_by(OURS).await;
        }
    });
}

#[test]
fn who_added_the_sdk_while_it_was_away_is_pending_until_it_decides() {
    play(async |places| {
        let mut ours = Ours::sign_in(&places).await;
        ours.add(SDK).await;

        let mut sdk = Sdk::sign_in(&places).await;
        let lists = sdk.lists_of_a_stranger(OURS).await;
        assert_eq!(lists, [MsnpList::ReverseList, MsnpList::PendingList]);
        let allowed = sdk.client.add_contact(OURS, OURS, MsnpList::AllowList);
        within("allowed", allowed).await.expect("allowed");
        let decided = sdk.client.remove_contact(OURS, MsnpList::PendingList);
        within("decided", decided).await.expect("decided");
        sdk.sign_out().await;

        let mut sdk = Sdk::sign_in(&places).await;
        let lists = sdk.lists_of_a_stranger(OURS).await;
        assert_eq!(lists, [MsnpList::AllowList, MsnpList::ReverseList]);
    });
}

#[test]
fn who_the_sdk_added_while_it_was_away_is_told_at_sign_in() {
    play(async |places| {
        let sdk = Sdk::sign_in(&places).await;
        sdk.add(OURS, "Our Client").await;
        let ours = Ours::sign_in(&places).await;
        let lists = ours.lists(SDK).await;
        assert!(lists.contains(List::Reverse) && lists.contains(List::Pending), "{lists:?}");
        assert!(!lists.contains(List::Forward) && !lists.contains(List::Allow), "{lists:?}");
    });
}

#[test]
fn the_sdk_keeps_a_contact_on_its_lists_only_as_long_as_it_wants() {
    play(async |places| {
        let mut sdk = Sdk::sign_in(&places).await;
        sdk.add(OURS, "Our Client").await;
        sdk.sign_out().await;

        sdk = Sdk::sign_in(&places).await;
        let (name, guid, lists) = sdk.contact(OURS).await;
        assert_eq!(name, "Our Client");
        assert_eq!(lists, [MsnpList::ForwardList, MsnpList::AllowList]);
        let removed = sdk.client.remove_contact_from_forward_list(&guid);
        within("removed", removed).await.expect("removed");
        sdk.sign_out().await;

        sdk = Sdk::sign_in(&places).await;
        assert_eq!(sdk.lists_of_a_stranger(OURS).await, [MsnpList::AllowList]);
    });
}

#[test]
fn the_sdk_is_refused_somebody_who_does_not_exist_or_is_there_already() {
    play(async |places| {
        let (sdk, ours) = friends(&places).await;
        let nobody = sdk.client.add_contact("nobody@example.com", "Nobody", MsnpList::AllowList);
        let nobody = within("refused", nobody).await;
        assert!(matches!(nobody, Err(ContactError::InvalidContact)), "{nobody:?}");
        let twice = sdk.client.add_contact(OURS, OURS, MsnpList::AllowList);
        let twice = within("refused", twice).await;
        assert!(matches!(twice, Err(ContactError::InvalidArgument)), "{twice:?}");
        let absent = sdk.client.remove_contact(OURS, MsnpList::BlockList);
        let absent = within("refused", absent).await;
        assert!(matches!(absent, Err(ContactError::InvalidArgument)), "{absent:?}");
        drop(ours);
    });
}
