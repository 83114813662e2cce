//! Our clients against our server, in memory and on virtual time: every version, both ends, and
//! networks that cut and delay. That both agree proves little about the protocol; what strangers
//! say is tested elsewhere. It proves that nothing is lost, doubled or left hanging.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod conversations;
mod cuts;
mod groups;
mod list_model;
mod lists;
mod mixed_room;
mod objects;
mod presence;
mod recordings;
mod sign_in;
mod weather;
mod world;
