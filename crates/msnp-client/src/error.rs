use alloc::string::String;

use msnp_auth::RedirectRefused;
use msnp_core::Failure;
use msnp_session::{SessionError, SignOut, Step};

/// How a [`Client`](crate::Client) can end badly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The account or the password is wrong.
    #[error("the account or the password is wrong{}", said(.0))]
    WrongPassword(
        /// What the sign-in page says to that; empty where it says nothing.
        String,
    ),
    /// The sign-in failed at this step.
    #[error("sign-in failed at {step}: {cause}")]
    SignIn {
        /// Which step.
        step: Step,
        /// Why.
        cause: SessionError,
    },
    /// No ticket came from the web pages.
    #[error("sign-in failed at the ticket: {0}")]
    Ticket(TicketError),
    /// The server sent the client elsewhere too often.
    #[error("the servers send the client from one to the other")]
    TooManyRedirects,
    /// The server told more about contacts, groups and settings than
    /// [`Limits::roster`](crate::Limits::roster) allows.
    #[error("the contact list is too large to be kept")]
    RosterTooLarge,
    /// The server ended the session.
    #[error("signed out by the server: {0}")]
    SignedOut(SignOut),
    /// The session ended after the sign-in.
    #[error("the session ended: {0}")]
    SessionLost(SessionError),
}

/// Why no ticket came from the web pages of Passport.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// The page did not answer.
    #[error("{page} cannot be reached: {failure}")]
    Unreachable {
        /// Which page.
        page: Page,
        /// Why.
        failure: Failure,
    },
    /// The page answered with something else.
    #[error("{page} answers with something else (status {status})")]
    Unexpected {
        /// Which page.
        page: Page,
        /// The HTTP status.
        status: u16,
    },
    /// The page sent the client to a place where a password must not go.
    #[error("{page} sends the client to a place where a password must not go: {reason}")]
    Redirect {
        /// Which page.
        page: Page,
        /// Why not.
        reason: RedirectRefused,
    },
    /// The page sent the client from one place to the next.
    #[error("{0} sends the client from one place to the next")]
    TooManyRedirects(Page),
    /// The parameters of the server cannot be passed on.
    #[error("the parameters of the server cannot be passed on")]
    Challenge,
}

/// One of the web pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Page {
    /// The one that names the sign-in page.
    #[error("the nexus")]
    Nexus,
    /// The one that takes the password.
    #[error("the sign-in page")]
    SignIn,
}

fn said(text: &str) -> String {
    if text.is_empty() { String::new() } else { alloc::format!(": {text}") }
}
