//! MSNSLP: the text in which two clients negotiate sessions, a small relative of SIP.
//!
//! ```text
//! INVITE MSNMSGR:alice@example.com MSNSLP/1.0          StartLine: Method or StatusCode
//! To: <msnmsgr:alice@example.com>                      SlpAddress
//! From: <msnmsgr:bob@example.com>
//! Via: MSNSLP/1.0/TLP ;branch={…}
//! CSeq: 0
//! Call-ID: {…}
//! Max-Forwards: 0
//! Content-Type: application/x-msnmsgr-sessionreqbody   which Body it is
//! Content-Length: 326
//!
//! EUF-GUID: {A4268EEC-FEC5-49E5-95C3-F126696BDBF6}     SessionBody
//! SessionID: 953206827
//! SChannelState: 0
//! Capabilities-Flags: 1
//! AppID: 1
//! Context: PG1zbm9iaiBDcmVhdG9yPS…                      Context
//!
//! ```
//!
//! A NUL ends it. Facts: an official client's messages as recorded by a server, and what libpurple,
//! aMSN, papyon and MSNPSharp send.

mod address;
mod addresses;
mod body;
mod error;
mod fields;
mod guid_text;
mod message;
mod open_text;
mod session;
mod start_line;
mod transport;

pub use address::SlpAddress;
pub use addresses::{AddressGroup, TransportAddresses};
pub use body::Body;
pub use error::{SlpError, Tolerance};
pub use message::SlpMessage;
pub use session::{SessionBody, SessionEnd};
pub use start_line::{Method, StartLine, StatusCode};
pub use transport::{
    Bridge, ConnectionType, NatTraversal, TransportRequest, TransportResponse, TransportUpdate,
};
