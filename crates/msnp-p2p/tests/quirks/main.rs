//! What strangers do, said by hand: our machine has to bear it, and to finish what can be finished.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that finds something wrong panics"
)]

mod attacks;
mod fetching;
mod negotiation;
mod second_version;
mod serving;
mod stranger;
