//! The peer-to-peer packets of other people's programs, as recorded: read and printed again, and
//! either side of their dialogues played against our machine.
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

mod declined;
mod dialogues;
mod difference;
mod mapping;
mod negotiation;
mod objects;
mod packets;
mod recording;
mod replay;
mod same;
