use core::fmt;

use msnp_core::{Account, Endpoint, ErrorCode, Failure, LinkId, Subscriber, Version};
use msnp_session::SessionError;

/// What a [`Server`](crate::Server) tells the program. Nothing in it is secret, and no message is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// All services are up.
    Listening(Addresses),
    /// Somebody signed in.
    SignedIn {
        /// Who.
        account: Account,
        /// In which version.
        version: Version,
    },
    /// Somebody is no longer signed in.
    SignedOut {
        /// Who.
        account: Account,
        /// How the session ended.
        why: Ending,
    },
    /// Somebody was not let in.
    Refused {
        /// Who they claimed to be.
        account: Account,
        /// Why; the client is not told.
        why: Refusal,
    },
    /// A client answered a challenge wrong, or not in time.
    ChallengeFailed {
        /// Who is signed in there.
        account: Account,
    },
    /// A room was opened.
    RoomOpened {
        /// Its session id.
        session: u32,
        /// By whom.
        by: Account,
    },
    /// A guest entered a room.
    Entered {
        /// The session id.
        session: u32,
        /// Who.
        account: Account,
    },
    /// Somebody left a room.
    Left {
        /// The session id.
        session: u32,
        /// Who.
        account: Account,
    },
    /// A room is empty and gone.
    RoomClosed {
        /// Its session id.
        session: u32,
    },
    /// Somebody wants another to be invited by mail to use the service (`SND`, `SDC`), and was told
    /// that this is done. Only the program can do it.
    InvitedByMail {
        /// Who wants it.
        by: Account,
        /// The mail address.
        to: Account,
    },
    /// A change could not be made durable. It was not made, and the client was told 603.
    NotStored {
        /// Whose.
        account: Account,
        /// Why.
        failure: Failure,
    },
    /// Connections are closed as soon as they come, because there are too many. Told once a minute
    /// for each address, and once for all, however many they are.
    TurnedAway {
        /// Where the first of them came from.
        from: Subscriber,
        /// What there is too much of.
        why: TooMany,
    },
    /// A connection ended badly before anybody was signed in there.
    LinkFailed {
        /// Which.
        link: LinkId,
        /// How.
        error: SessionError,
    },
}

/// Where the services are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The dispatch server.
    pub dispatch: Endpoint,
    /// The notification server.
    pub notification: Endpoint,
    /// The switchboard.
    pub switchboard: Endpoint,
    /// The HTTP listener: [`NEXUS_PATH`](crate::NEXUS_PATH) and [`LOGIN_PATH`](crate::LOGIN_PATH).
    pub http: Endpoint,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The client or the server ended it.
    SignOut,
    /// The account signed in elsewhere.
    Elsewhere,
    /// It broke.
    Failed(SessionError),
}

/// Why somebody was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such account, or the password is wrong.
    WrongPassword,
    /// The ticket is unknown, used, too old, or another account's.
    WrongTicket,
    /// The cookie of a room is unknown, used, too old, or another account's.
    WrongCookie,
    /// The password could not be checked.
    NotVerified(Failure),
    /// There is no room for more.
    Full(ErrorCode),
    /// There were too many attempts: see [`GuessLimits`](crate::GuessLimits). Nothing was checked.
    TooManyAttempts,
}

/// Of which connections there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TooMany {
    /// Of all.
    Links,
    /// Of this address.
    OfOneAddress,
    /// Of those on which nobody has signed in yet.
    Strangers,
    /// Of those, from this address.
    StrangersOfOneAddress,
}

/// One of the four listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceKind {
    /// The dispatch server.
    Dispatch,
    /// The notification server.
    Notification,
    /// The switchboard.
    Switchboard,
    /// The sign-in pages.
    Http,
}

impl fmt::Display for ServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dispatch => "the dispatch server",
            Self::Notification => "the notification server",
            Self::Switchboard => "the switchboard",
            Self::Http => "the sign-in pages",
        })
    }
}

/// How a [`Server`](crate::Server) can end badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// A listener did not come up.
    #[error("{service} cannot listen: {failure}")]
    CannotListen {
        /// Which.
        service: ServiceKind,
        /// Why.
        failure: Failure,
    },
}
