//! What the tests of more than one crate share. The tests stand in `tests/tests`.

mod client_actions;

pub use client_actions::ClientActions;
