//! Runs any [`Machine`](msnp_core::Machine) on tokio: sockets, listeners, timers, and HTTP in both
//! directions. It knows the contract of `msnp-core` and no protocol.
//!
//! ```
//! use msnp_core::example::Echo;
//! use msnp_tokio::Driver;
//!
//! # async fn run() {
//! let mut driver = Driver::new(Echo::new());
//! while let Some(event) = driver.next().await {
//!     match event {
//!         Ok(line) => drop(line),
//!         Err(fault) => drop(fault), // Said once; then comes `None`.
//!     }
//! }
//! # }
//! ```
//!
//! [`Driver::next`] is the only thing to wait for. Within it, output is written before an event is
//! returned, and one busy link yields to the others. Other tasks call the machine through a
//! [`Handle`].

#![forbid(unsafe_code)]

mod clock;
mod connect;
mod driver;
mod handle;
mod http_client;
mod http_head;
mod http_server;
mod options;
mod ready;
mod socket;
mod tls;
mod trace;
mod visitors;

pub use driver::{Builder, Driver};
pub use handle::{Gone, Handle, NotTold};
pub use options::{HttpLimits, Options};
pub use tls::{NoCertificate, Roots};
