//! MSNSLP and contexts: what is written, what is read all the same, and what must not do harm.

#![allow(
    clippy::expect_used,
    clippy::explicit_write,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that finds something wrong panics"
)]

mod contexts;
mod file_names;
mod hostile;
mod messages;
mod properties;
mod quirks;
mod values;
mod written;
