//! The whole service, driven by hand: what the protocol reference and real clients ask of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that fails says so by panicking"
)]

mod bad_input;
mod challenges;
mod contacts;
mod cost;
mod groups;
mod hostile;
mod lists;
mod pages;
mod presence;
mod properties;
mod real_clients;
mod rooms;
mod rooms_by_version;
mod scripted;
mod services;
mod sign_in;
mod splits;
mod versions;
mod world;
