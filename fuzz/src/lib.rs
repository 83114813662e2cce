//! What the fuzz targets check.
//!
//! Each target is an ordinary function that takes the bytes of one input and panics when an
//! invariant does not hold. libFuzzer calls it from `fuzz_targets/`; the tests call it with every
//! file of its corpus, on stable Rust and without libFuzzer.

use msnp_testkit::AllocationCounter;

pub mod auth;
pub mod client;
pub mod command_bytes;
pub mod command_values;
pub mod driver;
pub mod frame;
pub mod input;
pub mod message;
pub mod network;
pub mod ns_client;
pub mod ns_server;
pub mod objects;
pub mod p2p;
pub mod p2p_pair;
pub mod packet;
pub mod sb_client;
pub mod sb_server;
pub mod server;
pub mod slp;
pub mod xml;

mod caller;
mod command;
mod drawn;
mod exchange;
mod meter;
mod peer;
mod people;
mod trace;
mod transfers;

#[path = "../../crates/msnp-codec/tests/values/mod.rs"]
#[allow(dead_code, reason = "the tests beside it use more of it")]
mod values;

#[path = "../../crates/msnp-p2p/tests/slp/values.rs"]
#[allow(dead_code, reason = "the tests beside it use more of it")]
mod slp_values;

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

/// What checks one input.
pub type Check = fn(&[u8]);

/// Each target by its name.
pub const TARGETS: &[(&str, Check)] = &[
    ("auth", auth::check),
    ("client", client::check),
    ("command_bytes", command_bytes::check),
    ("command_values", command_values::check),
    ("frame", frame::check),
    ("message", message::check),
    ("network", network::check),
    ("ns_client", ns_client::check),
    ("ns_server", ns_server::check),
    ("objects", objects::check),
    ("p2p", p2p::check),
    ("p2p_pair", p2p_pair::check),
    ("packet", packet::check),
    ("sb_client", sb_client::check),
    ("sb_server", sb_server::check),
    ("server", server::check),
    ("slp", slp::check),
    ("xml", xml::check),
];

/// Checks the files that the arguments of the program name.
///
/// # Errors
/// Where one cannot be read.
pub fn check_files(check: Check) -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        check(&std::fs::read(path)?);
    }
    Ok(())
}
