//! Passport 1.4: the sign-in of MSNP8 to MSNP12, as text of HTTP headers.
//!
//! 1. `USR TWN S` brings a [`PassportChallenge`] to the client.
//! 2. The client gets the nexus page; its header [`PASSPORT_URLS`] is [`PassportUrls`].
//! 3. It gets the login page with a header [`AUTHORIZATION`], an [`Authorization`].
//! 4. The page answers with an [`Outcome`]: a ticket, a redirect (see
//!    [`may_follow`](crate::may_follow)), or a refusal.
//! 5. The ticket goes verbatim into the next `USR TWN S`.
//!
//! Nothing here sends anything; whoever has the connection puts the values into headers.

mod authorization;
mod challenge;
mod fields;
mod outcome;
mod urls;

pub use authorization::{Authorization, AuthorizationError};
pub use challenge::{ChallengeUnprintable, PassportChallenge};
pub use outcome::{Outcome, OutcomeError};
pub use urls::{PassportUrls, PassportUrlsError, login_path};

/// The address of the nexus page of the official service.
pub const NEXUS: &str = "https://nexus.passport.com/rdr/pprdr.asp";

/// The name of the header with the addresses, in the one case that all clients read.
pub const PASSPORT_URLS: &str = "PassportURLs";

/// The name of the header with account and password.
pub const AUTHORIZATION: &str = "Authorization";
