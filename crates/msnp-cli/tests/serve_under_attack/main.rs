//! `msnp serve` as a process, attacked from other addresses of the loopback network while two
//! people talk and a third one signs in. It must live, stay small, and end well.

// Other systems have one loopback address, and tell the memory of a process in other ways.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod attacker;
mod attacks;
mod people;
mod served;
