//! Programs of other people, recorded with another server, played against both of our machines.
//!
//! The recordings are no part of the project, and nothing of them is here. `MSNP_CAPTURES` names
//! their folder; without it `../shared/captures/real-clients` beside the workspace is taken. Where
//! there is none, the tests say so and pass.

#![allow(
    clippy::expect_used,
    clippy::explicit_write,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that finds something wrong panics"
)]

mod accounts;
mod asked;
mod client_side;
mod driven;
mod heard;
mod recording;
mod script;
mod server_side;
mod told;

/// Declares a test for each recording that plays its client half against our server.
macro_rules! server_plays {
    ($($(#[$attribute:meta])* $name:ident: $recording:literal,)*) => {
        mod server {
            $($(#[$attribute])* #[test] fn $name() { crate::server_side::play($recording); })*
        }
    };
}

server_plays! {
    amsn_signs_in_with_md5: "amsn-v2003-p7-signin",
    pidgin_signs_in_at_msnp9: "purple-20-signin-v2.4.3-msnp9",
    pidgins_chat_at_msnp9: "purple-21-msnp9-chat",
    pidgins_fetch_their_pictures_at_msnp9: "purple-21-msnp9-dp-sb",
    pidgin_blocks_somebody_at_msnp9: "purple-63-msnp9-block",
    pidgin_answers_two_challenges_in_a_row: "purple-70-chl-v2.4.3-msnp9",
    pecan_signs_in_at_msnp12: "purple-11-pecan-signin",
    pecans_chat_at_msnp12: "purple-12-pecan-chat",
    pecans_fetch_their_pictures_at_msnp12: "purple-13-pecan-dp-sb",
    pecan_sends_an_emoticon: "purple-14-pecan-emoticon",
    pecan_declines_a_file: "purple-53-pecan-file-declined",
    pecan_answers_two_challenges_in_a_row_with_zeros_behind: "purple-70-chl-pecan",
    pecan_follows_a_redirection: "purple-71-xfr-old-pecan",
}

#[test]
fn the_other_padding_of_an_answer_is_accepted_too() {
    server_side::play_with_other_padding("purple-70-chl-pecan");
}

/// Declares a test for each recording that plays its server half against our client.
macro_rules! client_plays {
    ($($(#[$attribute:meta])* $name:ident: $script:ident,)*) => {
        mod client {
            $($(#[$attribute])* #[test] fn $name() {
                crate::client_side::play(&crate::script::$script);
            })*
        }
    };
}

client_plays! {
    it_signs_in_with_md5_as_amsn_did: AMSN_SIGNS_IN,
    it_signs_in_at_msnp9_as_pidgin_did: PIDGIN_SIGNS_IN,
    it_chats_at_msnp9_as_pidgins_did: PIDGINS_CHAT,
    it_carries_pictures_at_msnp9_as_pidgins_did: PIDGINS_FETCH_PICTURES,
    it_blocks_somebody_at_msnp9_as_pidgin_did: PIDGIN_BLOCKS,
    it_answers_two_challenges_in_a_row_as_pidgin_did: PIDGIN_IS_CHALLENGED,
    it_signs_in_at_msnp12_as_pecan_did: PECAN_SIGNS_IN,
    it_chats_at_msnp12_as_pecans_did: PECANS_CHAT,
    it_carries_pictures_at_msnp12_as_pecans_did: PECANS_FETCH_PICTURES,
    it_carries_an_emoticon_as_pecan_did: PECAN_SENDS_AN_EMOTICON,
    it_carries_a_declined_file_as_pecan_did: PECAN_DECLINES_A_FILE,
    it_answers_two_challenges_in_a_row_as_pecan_did: PECAN_IS_CHALLENGED,
    it_follows_a_redirection_as_pecan_did: PECAN_IS_SENT_ON,
}
