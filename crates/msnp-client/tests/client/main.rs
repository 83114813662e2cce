//! A client machine against servers that say exactly what the protocol says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod conversations;
mod mistakes;
mod scripted;
mod sign_in;
mod splits;
