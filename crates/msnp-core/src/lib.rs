//! The vocabulary of the MSN Messenger protocols, and the one contract between their
//! [machines](Machine) and the [drivers](#driving-a-machine) that give them a network.
//!
//! This page is for the engineer who embeds a machine.
//!
//! # A machine
//!
//! Every protocol part of this workspace is a [`Machine`]: a value that takes bytes, time and
//! answers in, and gives bytes, events and requests for effects out. It opens no socket, reads no
//! clock, draws no random number, touches no disk and never waits. A single connection is a
//! machine with one link; a whole messenger or a whole service is a machine with many.
//!
//! | you call | when |
//! |---|---|
//! | [`link_opened`](Machine::link_opened) | a connection it asked for is up, or a listener accepted one |
//! | [`input`](Machine::input) | bytes came in; it says how many it took |
//! | [`written`](Machine::written) | you wrote bytes of its [`output`](Machine::output) |
//! | [`link_closed`](Machine::link_closed) | a connection ended, or never came up |
//! | [`answer`](Machine::answer) | an [`Effect`] has been performed, or has failed |
//! | [`request`](Machine::request) | an HTTP listener it asked for received a request |
//! | [`timeout`](Machine::timeout) | its deadline has passed |
//! | any method of its own | your user did something: sent a text, changed the status |
//!
//! After each of them, call [`poll`](Machine::poll) until it says [`Output::Wait`].
//!
//! # Driving a machine
//!
//! `msnp-blocking` and `msnp-tokio` are finished drivers, and [`links`] is what they share. One
//! written by hand is this loop:
//!
//! ```
//! use msnp_core::example::Echo;
//! use msnp_core::{LinkId, Machine, Now, Opened, Output};
//! use core::time::Duration;
//!
//! let now = Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_000_000_000) };
//! let link = LinkId::new(1);
//! let mut machine = Echo::new();
//! machine.link_opened(now, link, Opened::Connected);
//!
//! let mut unread: &[u8] = b"hello\nwor";
//! let mut sent = Vec::new();
//! // Offer input until nothing more is taken; the machine owns none of it.
//! loop {
//!     match machine.input(now, link, unread) {
//!         0 => break,
//!         taken => unread = &unread[taken..],
//!     }
//! }
//! // Drain what came of it. Output goes out before an event is shown to anyone slow.
//! loop {
//!     match machine.poll() {
//!         Output::Link { link, writes: true, .. } => {
//!             let bytes = machine.output(link).to_vec(); // socket.write(machine.output(link))
//!             sent.extend_from_slice(&bytes);
//!             machine.written(now, link, bytes.len());
//!         }
//!         Output::Link { .. } => {}
//!         Output::Event(line) => assert_eq!(line, "hello"),
//!         Output::Effect(id, effect) => unreachable!("{id:?} {effect:?}"),
//!         Output::Wait { deadline } => break assert_eq!(deadline, Some(Echo::PATIENCE)),
//!         Output::Closed(end) => break assert_eq!(end, Ok(())),
//!     }
//! }
//! assert_eq!(unread, b"wor"); // Presented again, in front of the next bytes.
//! assert_eq!(sent, b"hello\n");
//! ```
//!
//! # The ten rules
//!
//! Each is kept by every machine of this workspace, and tested here on [`example::Echo`].
//!
//! 1. **Mutate, drain, wait.** After every call that changes the machine, drain `poll` to
//!    [`Output::Wait`], write what `output` holds, then wait for the world or the deadline.
//!    `written` changes the machine too.
//! 2. **Faults leave by `poll`**, after the events that preceded them, and `output` still holds the
//!    goodbye. [`Output::Closed`] is the only end and is said again to whoever asks again: a
//!    machine that wants no input now is not finished.
//! 3. **Output before events.** `poll` names the links to write before it hands out an event, so
//!    that the answer to a challenge never waits for a user interface.
//! 4. **Input that was not taken is presented again**, in front of new bytes, until the machine
//!    takes nothing. A link takes no input before the machine has said `reads: true` of it. One
//!    that is full says `reads: false`, and `reads: true` when it wants the leftovers. At end of file leftovers are offered before `link_closed`. A shorter slice than
//!    before is tolerated. Cutting the input anywhere gives the same events.
//! 5. **Local misuse and full queues** are errors of the call that made them; they leave the
//!    machine alive and give the value back.
//! 6. **Everything is bounded**: queues, lines, bodies, lists and tables, by the state the
//!    connection is in. Nothing is allocated from an announced length. Where limits are fixed,
//!    `heap_bound()` states the worst case.
//! 7. **An unknown or malformed command that is well framed is an event**, never the end of the
//!    connection. A framing error is fatal, and nothing after it is read as a command.
//! 8. **No answer is normal.** Every request has a deadline and ends in a result, a refusal or a
//!    typed timeout.
//! 9. **Idle links cost nothing.** Nothing scans all links, and a busy one yields its turn.
//! 10. **Same calls, same times, same seed: same outputs**, byte for byte. Any session can
//!     therefore be recorded and replayed.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod account;
mod address_policy;
mod effect;
mod error_code;
pub mod example;
mod guid;
mod http;
mod link;
pub mod links;
mod list;
mod machine;
mod network;
mod now;
mod outputs;
mod performer;
mod random;
mod secret;
mod status;
mod subscriber;
mod timers;
mod transaction;
mod version;
mod watch;

pub use account::{Account, AccountError};
pub use address_policy::AddressPolicy;
pub use effect::{
    Answer, Change, Effect, EffectId, Endpoint, EndpointError, Failure, Origin, Proof, Serves,
};
pub use error_code::ErrorCode;
pub use guid::{Guid, GuidError};
pub use http::{HttpRequest, HttpResponse, Method, RequestId};
pub use link::{Full, LinkEnd, LinkId, ListenerId, Opened, Outbox};
pub use list::{List, Lists};
pub use machine::{Machine, Output};
pub use network::NetworkId;
pub use now::Now;
pub use outputs::Outputs;
pub use performer::{NoPerformer, Performer};
pub use random::Random;
pub use secret::Secret;
pub use status::Status;
pub use subscriber::Subscriber;
pub use timers::Timers;
pub use transaction::TransactionId;
pub use version::{ChallengeScheme, ListSync, Login, NetworkPlace, Version, VersionError};
pub use watch::{Act, Call, Moved, Watched, Watcher};
