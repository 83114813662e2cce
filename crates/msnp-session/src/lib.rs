//! One MSN Messenger connection as a sans-IO [`Machine`](msnp_core::Machine): to a notification
//! server or a switchboard, in either role.
//!
//! | | notification server | switchboard |
//! |---|---|---|
//! | client | [`NsClient`] | [`SbClient`] |
//! | server | [`NsServer`] | [`SbServer`] |
//!
//! Each knows the commands of its connection and nothing beyond it: no other connection, no web
//! page, no roster. `msnp-client` makes a whole messenger of them, `msnp-server` a whole service.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod connection;
mod error;
mod limits;
mod ns_client;
mod ns_event;
mod ns_lists;
mod ns_ready;
mod ns_server;
mod ns_sign_in;
mod ns_signed_in;
mod program;
mod refusal;
mod request;
mod request_command;
mod sb_client;
mod sb_event;
mod sb_inside;
mod sb_server;
mod sign_out;

pub use error::{SessionError, Step};
pub use limits::SessionLimits;
pub use ns_client::{NsClient, NsClientConfig};
pub use ns_event::{
    Invitation, ListedContact, NotSent, NotSentReason, NsEvent, RequestError, ServerMessage,
};
pub use ns_server::{NsServer, NsServerConfig, NsServerEvent};
pub use ns_sign_in::{SIGN_IN, SignInTransition};
pub use program::ClientProgram;
pub use request::{ListStamps, NsRequest};
pub use sb_client::{Entrance, SbClient, SbClientConfig};
pub use sb_event::{Delivery, SbEvent};
pub use sb_server::{Present, SbServer, SbServerConfig, SbServerEvent};
pub use sign_out::SignOut;
