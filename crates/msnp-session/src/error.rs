use msnp_codec::FrameError;
use msnp_core::{ErrorCode, LinkEnd};

/// How a session can end badly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The peer sent what cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FrameError),
    /// The peer has no version in common with us.
    #[error("no protocol version in common")]
    NoCommonVersion,
    /// The server refused a step of the sign-in.
    #[error("the server refused {step}: {code}")]
    Refused {
        /// Which step.
        step: Step,
        /// Why.
        code: ErrorCode,
    },
    /// The peer sent something that the current step does not allow.
    #[error("the peer answered {step} with something else")]
    Unexpected {
        /// Which step.
        step: Step,
    },
    /// The peer sent too many commands that make no sense.
    #[error("the peer sent too many commands that make no sense")]
    TooManyFaults,
    /// The peer does not take what is sent to it.
    #[error("the peer does not take what is sent to it")]
    PeerTooSlow,
    /// The peer did not answer in time.
    #[error("no answer in time to {step}")]
    TimedOut {
        /// Which step.
        step: Step,
    },
    /// The server ended the session.
    #[error("the server ended the session: {0}")]
    SignedOut(crate::SignOut),
    /// The connection ended.
    #[error("{}", lost(*.0))]
    LinkLost(LinkEnd),
}

/// A step on the way into a session, in words that finish «while …».
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Step {
    /// Connecting.
    #[error("the connection")]
    Connect,
    /// `VER`.
    #[error("the choice of a version (VER)")]
    Version,
    /// `CVR`.
    #[error("the description of the client (CVR)")]
    ClientVersion,
    /// `INF`.
    #[error("the question for ways to sign in (INF)")]
    Information,
    /// `USR … I`.
    #[error("the account (USR I)")]
    Account,
    /// The web pages of Passport.
    #[error("the ticket (Passport)")]
    Ticket,
    /// `USR … S`.
    #[error("the password (USR S)")]
    Password,
    /// `SYN`.
    #[error("the contact list (SYN)")]
    Lists,
    /// The first `CHG`.
    #[error("the first status (CHG)")]
    FirstStatus,
    /// `USR` or `ANS` on a switchboard.
    #[error("the entrance to the room (USR or ANS)")]
    Room,
    /// The keepalive, `PNG`.
    #[error("the keepalive (PNG)")]
    Keepalive,
    /// A challenge, `CHL`.
    #[error("the challenge (CHL)")]
    Challenge,
}

fn lost(why: LinkEnd) -> &'static str {
    match why {
        LinkEnd::Eof => "the peer closed the connection",
        LinkEnd::Refused => "the connection was refused",
        LinkEnd::Reset => "the connection broke",
        LinkEnd::TimedOut => "the connection timed out",
    }
}
