use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use msnp_codec::command::Capabilities;
use msnp_codec::{CommandError, OwnedCommand};
use msnp_core::{
    Account, Endpoint, ErrorCode, List, Lists, NetworkId, Secret, Status, TransactionId, Version,
};

use crate::ListStamps;

/// What a notification server tells a client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NsEvent {
    /// Both sides speak this version from now on.
    VersionChosen(Version),
    /// Go to another notification server; this session ends.
    Redirected(Endpoint),
    /// Get a ticket from the web pages of Passport and hand it in with
    /// [`provide_ticket`](crate::NsClient::provide_ticket).
    TicketWanted {
        /// The parameters for those pages, to be passed on as they are.
        challenge: Box<str>,
    },
    /// Signed in. The program is not seen by anybody before its first status.
    SignedIn {
        /// The friendly name (MSNP2 to 9; later it comes with the lists).
        name: Option<String>,
        /// Whether the account is verified (MSNP6 and later).
        verified: Option<bool>,
    },
    /// A request is done, or is not. Each ends once.
    Ended {
        /// Which request.
        transaction: TransactionId,
        /// How.
        result: Result<(), RequestError>,
    },
    /// The lists follow, up to [`ListsEnd`](Self::ListsEnd).
    ListsBegin {
        /// Their state on the server.
        stamps: ListStamps,
        /// They are as the client knows them, and nothing follows.
        unchanged: bool,
    },
    /// A contact is on these lists, besides those it was named for before.
    Contact {
        /// Who.
        contact: ListedContact,
        /// Which lists.
        lists: Lists,
    },
    /// There is a group.
    Group {
        /// Its number or GUID.
        id: Box<str>,
        /// Its name.
        name: String,
    },
    /// All lists are there.
    ListsEnd,
    /// With the change that the next event tells, the lists on the server have this serial number
    /// (MSNP2 to 9).
    ListsChanged {
        /// The number.
        serial: Box<str>,
    },
    /// There is a new group.
    GroupAdded {
        /// Its number or GUID.
        id: Box<str>,
        /// Its name.
        name: String,
    },
    /// A group has another name.
    GroupRenamed {
        /// Its number or GUID.
        id: Box<str>,
        /// Its name.
        name: String,
    },
    /// The group with this number or GUID is gone.
    GroupRemoved(Box<str>),
    /// A contact was put on a list: because one asked for it, or on [`List::Reverse`] and
    /// [`List::Pending`] because somebody else did.
    Added {
        /// The list.
        list: List,
        /// Who; an answer about a group names the GUID alone.
        account: Option<Account>,
        /// Under which name.
        name: Option<String>,
        /// Its GUID (MSNP10 and later).
        guid: Option<Box<str>>,
        /// The group it is in now.
        group: Option<Box<str>>,
    },
    /// A contact was taken off a list, or out of a group.
    Removed {
        /// The list.
        list: List,
        /// Its account or GUID.
        contact: Box<str>,
        /// The group; then it stays on the list.
        group: Option<Box<str>>,
    },
    /// Who may reach one by default.
    AllowedByDefault(bool),
    /// Whether the program should ask when somebody adds one.
    AsksWhenAdded(bool),
    /// One's own friendly name.
    Named(String),
    /// The name of a contact.
    ContactNamed {
        /// Who.
        account: Account,
        /// The name.
        name: String,
    },
    /// A setting of one's own, such as a telephone number.
    Setting {
        /// Which.
        key: Box<str>,
        /// Its value; empty where it is cleared.
        value: String,
    },
    /// A setting of a contact.
    ContactSetting {
        /// Who.
        account: Account,
        /// Which.
        key: Box<str>,
        /// Its value; empty where it is cleared.
        value: String,
    },
    /// Something about a contact in one's own list, such as its name, `MFN` (MSNP10 to 12).
    ContactDetail {
        /// Its GUID.
        guid: Box<str>,
        /// What.
        key: Box<str>,
        /// The value; empty where it is cleared.
        value: String,
    },
    /// The address of a web page that was asked for.
    Url {
        /// The page, on the host that the sign-in page leads to.
        path: String,
        /// The page that signs in and leads to it.
        login: String,
        /// The number of the site.
        id: Option<String>,
    },
    /// Somebody whom the directory knows.
    Found {
        /// What is known, such as `fname`.
        fields: Vec<(Box<str>, String)>,
    },
    /// A page from a telephone, an XML document.
    Page(Bytes),
    /// One's own status.
    StatusSet(Status),
    /// A contact is online.
    Online {
        /// Who.
        account: Account,
        /// Its status.
        status: Status,
        /// Its friendly name.
        name: String,
        /// What its program can do (MSNP8 and later).
        capabilities: Option<Capabilities>,
        /// Its display picture, as MSN object text (MSNP9 and later).
        object: Option<String>,
        /// It was online before one saw it: no reason for a sound.
        already: bool,
    },
    /// A contact is offline.
    Offline(Account),
    /// The document with the personal message and current media of a contact; empty where it is
    /// cleared.
    PersonalMessage {
        /// Who.
        account: Account,
        /// The document.
        document: Bytes,
    },
    /// The room that was asked for.
    Switchboard {
        /// The request.
        transaction: TransactionId,
        /// Where.
        address: Endpoint,
        /// What to show there.
        cookie: Secret,
    },
    /// Somebody invites to a room.
    Ringing(Invitation),
    /// A message of the server: the profile, mail, an announcement.
    ServerMessage(ServerMessage),
    /// A configuration document.
    Document {
        /// Its name.
        name: Option<Box<str>>,
        /// The document.
        document: Bytes,
    },
    /// A notification document.
    Notification(Bytes),
    /// A refusal that answers nothing that is known.
    ServerError {
        /// What and why.
        code: ErrorCode,
        /// The transaction it names.
        transaction: Option<TransactionId>,
    },
    /// A command that has no meaning here, or in no source.
    Unknown(OwnedCommand),
    /// A command that is not what its verb asks for. The session goes on.
    Malformed(CommandError),
}

/// A message of the server: headers and body.
///
/// `Debug` shows only how long it is, since the profile holds a ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerMessage(pub Bytes);

impl fmt::Debug for ServerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerMessage({} bytes)", self.0.len())
    }
}

/// A contact as the lists name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedContact {
    /// The account.
    pub account: Account,
    /// The friendly name.
    pub name: Option<String>,
    /// Its GUID (MSNP10 and later).
    pub guid: Option<Box<str>>,
    /// Its network (MSNP12).
    pub network: Option<NetworkId>,
    /// The groups it is in.
    pub groups: Vec<Box<str>>,
}

/// What one needs to answer a ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The session, to be named when answering.
    pub session: Box<str>,
    /// Where.
    pub address: Endpoint,
    /// What to show there.
    pub cookie: Secret,
    /// Who invites.
    pub account: Account,
    /// Their friendly name.
    pub name: String,
}

/// Why a request is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The server refused.
    #[error("refused: {0}")]
    Refused(ErrorCode),
    /// There was no answer in time. The server may have done it all the same.
    #[error("no answer in time")]
    TimedOut,
    /// It was never sent.
    #[error("not sent: {0}")]
    NotSent(NotSentReason),
    /// The session ended before an answer came. The server may have done it all the same.
    #[error("the session ended before an answer came")]
    SessionEnded,
}

/// A request that was not sent, with the reason; it is the caller's again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct NotSent<R> {
    /// What was to be sent.
    pub request: R,
    /// Why it was not.
    pub reason: NotSentReason,
}

/// Why something was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSentReason {
    /// Not signed in, or not in the room, or not any more.
    #[error("the session is not ready for that")]
    NotReady,
    /// Too much waits already.
    #[error("too much waits for an answer or to be sent")]
    Full,
    /// This version of the protocol has no such thing.
    #[error("{0} cannot do that")]
    NotInVersion(Version),
    /// It is longer than may be sent.
    #[error("too long")]
    TooLong,
    /// A word of it is empty or has white space, so it cannot stand on a line.
    #[error("a word of it is empty or has white space")]
    NoWord,
}
