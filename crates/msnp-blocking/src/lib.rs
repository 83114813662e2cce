//! Runs any [`Machine`](msnp_core::Machine) on one plain thread: sockets, timers and HTTP
//! requests. It knows the contract of `msnp-core` and no protocol. It does not listen: servers run
//! on `msnp-tokio`.
//!
//! ```
//! use msnp_blocking::Driver;
//! use msnp_core::example::Echo;
//!
//! # fn run() -> std::io::Result<()> {
//! let mut driver = Driver::new(Echo::new())?;
//! while let Some(event) = driver.next() {
//!     match event {
//!         Ok(line) => drop(line),
//!         Err(fault) => drop(fault), // Said once; then comes `None`.
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Driver::next`] is the only thing to wait for. Within it, output is written before an event is
//! returned, and one busy link yields to the others. Other threads call the machine through a
//! [`Handle`], also while it waits.

#![forbid(unsafe_code)]

mod clock;
mod connect;
mod driver;
mod handle;
mod http_client;
mod http_threads;
mod options;
mod socket;
mod tls;
mod trace;

pub use driver::{Builder, Driver, NotYet};
pub use handle::{Gone, Handle, NotTold};
pub use options::Options;
pub use tls::{NoCertificate, Roots};
