//! Hostile peers on real sockets: what they do to our clients, and to two who talk on our server.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test panics where something is wrong, and gives up after some time"
)]

mod attacks;
mod hostile_servers;
mod pair;
mod peer;
mod service;
mod session;
mod stranger;

use std::time::Duration;

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(8);
