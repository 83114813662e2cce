//! Our server and our clients over real sockets of the loopback interface, under both drivers.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test panics where something is wrong, and gives up after some time"
)]

mod driver;
mod hostile;
mod member;
mod recorded;
mod scene;
mod second_version;
mod secrets;
mod service;
mod stranger;
