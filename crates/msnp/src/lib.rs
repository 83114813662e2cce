//! The MSN Messenger protocols for programs that embed them.
//!
//! Everything that speaks a protocol here is a [`Machine`](core::Machine): a value that takes
//! bytes and the time, and gives bytes and events. It does no input or output itself. A driver
//! gives it a network; two are ready, and one of your own is a short loop.
//!
//! | module | feature | what it is |
//! |---|---|---|
//! | [`core`] | always | the words that all share, and the contract between machines and drivers |
//! | [`codec`] | always | commands and message bodies, to bytes and back |
//! | `client` | `client` (default) | one user's messenger: sign-in, contacts, presence, conversations |
//! | `server` | `server` | a whole service for many users |
//! | `p2p` | `client` | what two clients say to each other inside of that: pictures and other objects |
//! | `session` | `client` or `server` | one connection, either role, for what the two above do not do |
//! | `blocking` | `blocking` (default) | runs a client on a plain thread |
//! | `tokio` | `tokio` | runs clients and servers on tokio |
//!
//! The default features are a client and the blocking driver, because those need no runtime and
//! suit most programs. Turn them off to choose for yourself:
//! `msnp = { version = "0.1", default-features = false, features = ["client", "tokio"] }`.
//!
//! # Begin here
//!
//! A program makes a `client::Client` from a `client::Config`, hands it to a driver, and loops over
//! its events. What the user does are methods of the client, called through the driver. A change is
//! confirmed by an event when the server says so.
//!
//! `msnp serve --user alice@example.com:swordfish --user bob@example.com:swordfish` of the package
//! `msnp-cli` is a server to try all this with. It says where its pages are, for
//! `client::Config::nexus`; MSNP7 needs none.
#![cfg_attr(
    all(feature = "client", feature = "blocking"),
    doc = "# On a plain thread\n",
    doc = concat!("```no_run\n", include_str!("../examples/bot_blocking.rs"), "```\n")
)]
#![cfg_attr(
    all(feature = "client", feature = "tokio"),
    doc = "# On tokio\n",
    doc = concat!("```no_run\n", include_str!("../examples/bot_tokio.rs"), "```\n")
)]
#![cfg_attr(
    feature = "client",
    doc = "# By hand\n",
    doc = "A machine needs no driver. This one talks to a script, in memory; a loop of your own \
           has the same arms, and a socket where the script is.\n",
    doc = concat!("```\n", include_str!("../examples/by_hand.rs"), "```\n")
)]
#![cfg_attr(
    any(feature = "client", feature = "server"),
    doc = "# One connection alone\n",
    doc = "Below the messenger lies one machine for each kind of connection, in either role.\n",
    doc = concat!("```\n", include_str!("../examples/switchboard_alone.rs"), "```\n")
)]
//! What a driver must keep to is written at [`core`], as ten rules.

#![forbid(unsafe_code)]

pub use msnp_codec as codec;
pub use msnp_core as core;

#[cfg(feature = "blocking")]
pub use msnp_blocking as blocking;
#[cfg(feature = "client")]
pub use msnp_client as client;
#[cfg(feature = "client")]
pub use msnp_p2p as p2p;
#[cfg(feature = "server")]
pub use msnp_server as server;
#[cfg(any(feature = "client", feature = "server"))]
pub use msnp_session as session;
#[cfg(feature = "tokio")]
pub use msnp_tokio as tokio;
