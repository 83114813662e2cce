//! What the tests of more than one crate share. The tests stand in `tests/tests`.

mod client_actions;
pub mod load;
mod mask;

pub use client_actions::ClientActions;
pub use mask::mask_secrets;

/// The examples of the README, compiled; those that need no server run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
