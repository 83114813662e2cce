use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use msnp_codec::message::{Emoticons, InkFormat, MailNotification, Profile, Text};
use msnp_codec::msn_object::MsnObject;
use msnp_codec::personal_message::PersonalMessage;
use msnp_codec::{CommandError, OwnedCommand};
use msnp_core::{Account, ErrorCode, List, Status, Version};
use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::packet::PacketError;
use msnp_p2p::slp::SlpError;
use msnp_p2p::{DeclineReason, TransferError, TransferId};
use msnp_session::{Delivery, RequestError, Step};

use crate::{ActionId, ConversationId, MessageId};

/// What a [`Client`](crate::Client) tells the program.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The sign-in has come to this step.
    SigningIn(Step),
    /// Client and server speak this version.
    VersionChosen(Version),
    /// The lists are there; see [`Client::roster`](crate::Client::roster).
    ListsLoaded,
    /// Signed in, with lists and, where the configuration has one, the first status. From here on
    /// everything can be done. A server that sends the client to another one while it is signed in
    /// makes it sign in anew, and all of this is said again.
    ///
    /// One's own name is known by now, but for one case: from MSNP10 it stands among the settings
    /// after the lists, so where there is neither a contact nor a first status to wait for, it
    /// follows as [`OwnName`](Self::OwnName).
    SignedIn,
    /// What the service knows about the user.
    Profile(Box<Profile>),
    /// An action is done, or is not. Each ends once.
    ActionEnded {
        /// Which.
        action: ActionId,
        /// How.
        result: Result<(), RequestError>,
    },
    /// The server confirms one's own status.
    OwnStatus(Status),
    /// The server confirms one's own name.
    OwnName(String),
    /// A contact is on a list now, or is not any more: because one asked for it, or on
    /// [`List::Reverse`] and [`List::Pending`] because the other side did.
    ListChanged {
        /// The list.
        list: List,
        /// Who.
        account: Account,
        /// Whether it is on the list now.
        added: bool,
    },
    /// There is a group, it has another name, or it is gone.
    GroupChanged {
        /// Its number, or its GUID from MSNP10.
        id: Box<str>,
        /// Its name; none when it is gone.
        name: Option<String>,
    },
    /// A contact is in a group now, or is not any more.
    GroupMember {
        /// The id of the group.
        group: Box<str>,
        /// Who.
        account: Account,
        /// Whether it is in the group now.
        added: bool,
    },
    /// The name that one's own list has for a contact.
    ContactNamed {
        /// Who.
        account: Account,
        /// The name.
        name: String,
    },
    /// A contact is online, offline, or has another status or name.
    Presence {
        /// Who.
        account: Account,
        /// The status; [`Status::OFFLINE`] when they left.
        status: Status,
        /// Their friendly name.
        name: String,
        /// They were online before: no reason for a sound.
        already: bool,
    },
    /// A contact has another personal message, or plays other music.
    PersonalMessage {
        /// Who.
        account: Account,
        /// The message; empty where it is cleared.
        message: PersonalMessage,
    },
    /// A setting, such as a telephone number.
    Setting {
        /// Whose; none for one's own.
        account: Option<Account>,
        /// Which.
        key: Box<str>,
        /// Its value; empty where it is cleared.
        value: String,
    },
    /// Somebody invited one, but there are too many conversations already, or their room could not
    /// be entered.
    InvitationMissed(Account),
    /// There is a new conversation because somebody invited one.
    Invited {
        /// The conversation.
        conversation: ConversationId,
        /// Who invited.
        by: Account,
        /// Their friendly name.
        name: String,
    },
    /// Somebody is in a conversation.
    Joined {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
        /// Their friendly name.
        name: String,
    },
    /// Somebody left a conversation.
    Left {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
        /// The switchboard closed the room because nothing was said for long. The next message
        /// opens another.
        idle: bool,
    },
    /// Somebody could not be invited.
    NotInvited {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
        /// Why.
        error: RequestError,
    },
    /// Somebody said something.
    Text {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
        /// Their friendly name.
        name: String,
        /// What, and how it looks.
        text: Text<'static>,
    },
    /// Somebody is writing.
    Typing {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
    },
    /// Somebody shook the window.
    Nudge {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
    },
    /// Somebody sent a message of another kind.
    Message {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
        /// The message: headers and body.
        body: Bytes,
    },
    /// Somebody says which pictures stand for which letters in their next texts.
    /// [`Client::fetch_object`](crate::Client::fetch_object) brings them.
    Emoticons {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
        /// Letters and pictures, and whether these move.
        emoticons: Emoticons<'static>,
    },
    /// Somebody sends a wink or a voice clip: its descriptor. The thing itself is to be fetched.
    ObjectOffered {
        /// The conversation.
        conversation: ConversationId,
        /// Who.
        account: Account,
        /// What; [`kind`](MsnObject::kind) says which of the two it is.
        object: Box<MsnObject>,
    },
    /// Somebody drew something.
    Ink {
        /// The conversation; none where it came by the peer-to-peer layer.
        conversation: Option<ConversationId>,
        /// Who.
        account: Account,
        /// How it is drawn; none where nothing says so.
        format: Option<InkFormat>,
        /// The drawing.
        picture: Bytes,
    },
    /// An object that was asked for has come, and its hash is right. The end of its transfer.
    ObjectReceived {
        /// Which transfer.
        transfer: TransferId,
        /// From whom.
        account: Account,
        /// What, as it was asked for. Its texts are the peer's: nothing in them names a file here.
        object: Box<MsnObject>,
        /// The thing itself.
        content: Bytes,
    },
    /// So much of an object has come.
    ObjectProgress {
        /// Which transfer.
        transfer: TransferId,
        /// Bytes that are there.
        received: u64,
        /// Bytes of the whole, as the peer says.
        total: u64,
    },
    /// Somebody fetches an object of one's own.
    ObjectServing {
        /// Which transfer.
        transfer: TransferId,
        /// Who.
        account: Account,
        /// What.
        object: Box<MsnObject>,
    },
    /// They have it, or at least it was sent whole. The end of its transfer.
    ObjectServed {
        /// Which transfer.
        transfer: TransferId,
        /// Who.
        account: Account,
        /// Whether they said that they have it. Some programs never do.
        confirmed: bool,
    },
    /// Nothing came of a transfer, either way. Its end.
    TransferFailed {
        /// Which.
        transfer: TransferId,
        /// With whom.
        account: Account,
        /// Why.
        error: TransferError,
    },
    /// Somebody asked for something by the peer-to-peer layer, and was told no.
    InvitationDeclined {
        /// Who.
        account: Account,
        /// What for; none where they did not say.
        application: Option<EufGuid>,
        /// The number of it; none where they did not say.
        application_id: Option<ApplicationId>,
        /// Why not.
        reason: DeclineReason,
    },
    /// A packet of the peer-to-peer layer that cannot be read.
    MalformedPacket {
        /// Whose.
        account: Account,
        /// What is wrong.
        error: PacketError,
    },
    /// A message of MSNSLP that cannot be read.
    MalformedSlp {
        /// Whose.
        account: Account,
        /// What is wrong.
        error: SlpError,
    },
    /// A packet of this account that belongs to no transfer, or came when there were too many peers.
    UnexpectedPacket(Account),
    /// What became of a message of one's own. Each ends once.
    MessageEnded {
        /// The conversation.
        conversation: ConversationId,
        /// Which.
        message: MessageId,
        /// How.
        delivery: Delivery,
    },
    /// What happens in the mailbox of the user.
    Mail(Box<MailNotification<'static>>),
    /// The service goes down for maintenance, in this many minutes where it says so.
    Maintenance {
        /// Minutes.
        minutes: Option<u32>,
    },
    /// A message of the server that has no other event.
    ServerMessage(Bytes),
    /// The address of a web page that was asked for.
    Url {
        /// The place on the service's site to go to after signing in.
        path: String,
        /// The address to sign in at.
        login: String,
        /// The number of that site.
        id: Option<String>,
    },
    /// Somebody whom a search of the directory found.
    Found {
        /// What is known, such as `fname`, `lname` and `city`.
        fields: Vec<(Box<str>, String)>,
    },
    /// A page from a telephone, as document.
    Page(Bytes),
    /// A configuration or notification document.
    Document(Bytes),
    /// A refusal that answers nothing that is known.
    ServerError(ErrorCode),
    /// A contact was passed over because the list has reached its bound, or some of its groups
    /// were because it is in more than there may be.
    ListFull(Account),
    /// A group was passed over because there are as many as there may be.
    GroupsFull {
        /// Its number, or its GUID from MSNP10.
        id: Box<str>,
        /// Its name.
        name: String,
    },
    /// The server speaks of somebody, by this account or GUID, who is on no list.
    UnknownContact(Box<str>),
    /// A command that has no meaning here, or in no source.
    Unknown(OwnedCommand),
    /// A command that is not what its verb asks for. The session goes on.
    Malformed(CommandError),
    /// A document of this contact cannot be read.
    MalformedPersonalMessage(Account),
}
