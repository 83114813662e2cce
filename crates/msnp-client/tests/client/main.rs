//! A client machine against servers that say exactly what the protocol says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod actions;
mod conversations;
mod groups;
mod invitations;
mod list_bounds;
mod lists;
mod long_texts;
mod mistakes;
mod notices;
mod script;
mod scripted;
mod sign_in;
mod splits;
