//! Cutting the input of a session anywhere changes nothing: the same events, the same bytes sent,
//! the same end, and the same bytes left over.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod hearing;
mod ns_client;
mod ns_server;
mod sb_client;
mod sb_server;
