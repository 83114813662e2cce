//! The groups of the SDK's forward list, and its own names for contacts.

use msnp11_sdk::{Event, MsnpList};

use crate::scene::{play, within};
use crate::sdk::Sdk;
use crate::service::{OURS, Places};

#[test]
fn a_group_that_the_sdk_made_is_there_is_renamed_and_deleted() {
    play(async |places| {
        let mut sdk = with_group("Friends ♥ & co", &places).await;
        let guid = sdk.group("Friends ♥ & co").await;
        assert_eq!(guid.len(), 36, "{guid}");
        let renamed = sdk.client.rename_group(&guid, "Old friends");
        within("renamed", renamed).await.expect("renamed");
        sdk.sign_out().await;

        let mut sdk = Sdk::sign_in(&places).await;
        assert_eq!(sdk.group("Old friends").await, guid);
        within("deleted", sdk.client.delete_group(&guid)).await.expect("deleted");
        let again = within("refused", sdk.client.delete_group(&guid)).await;
        assert!(again.is_err());
        sdk.sign_out().await;

        let mut sdk = Sdk::sign_in(&places).await;
        sdk.add(OURS, "Our Client").await;
        assert_eq!(sdk.groups_so_far(), Vec::<String>::new());
    });
}

#[test]
fn a_contact_is_in_a_group_as_long_as_the_sdk_wants() {
    play(async |places| {
        let mut sdk = with_group("Friends", &places).await;
        let group = sdk.group("Friends").await;
        let added = sdk.client.add_contact(OURS, "Our Client", MsnpList::ForwardList);
        let added = within("added", added).await;
        let Ok(Event::ContactInForwardList { guid, .. }) = added else { panic!("{added:?}") };
        let grouped = sdk.client.add_contact_to_group(&guid, &group);
        within("in the group", grouped).await.expect("in the group");
        sdk.sign_out().await;

        let mut sdk = Sdk::sign_in(&places).await;
        assert_eq!(sdk.groups_of(OURS).await, std::slice::from_ref(&group));
        let taken_out = sdk.client.remove_contact_from_group(&guid, &group);
        within("out of the group", taken_out).await.expect("out of the group");
        sdk.sign_out().await;

        let mut sdk = Sdk::sign_in(&places).await;
        assert_eq!(sdk.groups_of(OURS).await, Vec::<String>::new());
    });
}

#[test]
fn the_sdk_finds_its_own_name_for_a_contact_when_it_signs_in_again() {
    play(async |places| {
        let sdk = Sdk::sign_in(&places).await;
        let added = sdk.client.add_contact(OURS, "Our Client", MsnpList::ForwardList);
        let added = within("added", added).await;
        let Ok(Event::ContactInForwardList { guid, .. }) = added else { panic!("{added:?}") };
        let named = sdk.client.set_contact_display_name(&guid, "Dear Olive ♥");
        within("named", named).await.expect("named");
        sdk.sign_out().await;

        let mut sdk = Sdk::sign_in(&places).await;
        let (name, same, _) = sdk.contact(OURS).await;
        assert_eq!((name.as_str(), same), ("Dear Olive ♥", guid));
    });
}

/// Signed in again with a group that it made before: it never sees the answer, because it looks
/// for the name one field further.
async fn with_group(name: &str, places: &Places) -> Sdk {
    let sdk = Sdk::sign_in(places).await;
    // Whether it understands the answer or not, the server has dealt with it.
    let _ = sdk.before_the_next_answer(sdk.client.create_group(name)).await;
    sdk.sign_out().await;
    Sdk::sign_in(places).await
}
