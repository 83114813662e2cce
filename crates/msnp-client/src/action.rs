use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use msnp_codec::message::{Datacast, Emoticons, Text};
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, List, Status, Version};
use msnp_p2p::TransferId;

/// One thing a user does, as a value: each has a method of [`Client`](crate::Client) beside it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Takes a status. Ends as [`Event::ActionEnded`](crate::Event::ActionEnded).
    SetStatus(Status),
    /// Takes a friendly name. Ends likewise.
    SetName(Box<str>),
    /// Takes a personal message (MSNP11 and later). Ends likewise.
    SetPersonalMessage(PersonalMessage),
    /// Puts somebody on the forward list, and on the allow list unless they are blocked. Ends
    /// likewise.
    AddContact(Account),
    /// Takes somebody off the forward list. Ends likewise.
    RemoveContact(Account),
    /// Moves somebody from the allow list to the block list: for them one is offline from now on.
    /// Ends likewise.
    Block(Account),
    /// Moves somebody back. Ends likewise.
    Unblock(Account),
    /// Puts somebody on one list, as it is. Ends likewise.
    AddToList(List, Account),
    /// Takes somebody off one list, as it is. Ends likewise.
    RemoveFromList(List, Account),
    /// Sets whether those who are neither allowed nor blocked may reach one. Ends likewise.
    AllowByDefault(bool),
    /// Sets whether the program should ask when somebody adds one. Ends likewise.
    AskWhenAdded(bool),
    /// Calls a contact by this name in one's own list, to MSNP9 and from MSNP10 for contacts on
    /// the forward list. Ends likewise.
    NameContact(Account, Box<str>),
    /// Makes a group (MSNP7 and later). Ends likewise.
    AddGroup(Box<str>),
    /// Gives the group with this id another name (MSNP7 and later). Ends likewise.
    RenameGroup(Box<str>, Box<str>),
    /// Removes the group with this id; who is in it stays on the forward list (MSNP7 and later).
    /// Ends likewise.
    RemoveGroup(Box<str>),
    /// Puts somebody on the forward list into the group with this id (MSNP7 and later). Ends
    /// likewise.
    AddToGroup(Account, Box<str>),
    /// Takes somebody out of the group with this id (MSNP7 and later). Ends likewise.
    RemoveFromGroup(Account, Box<str>),
    /// Sets something about oneself, such as the telephone number `PHH`; none clears it (MSNP5 and
    /// later). Ends likewise.
    SetSetting(Box<str>, Option<Box<str>>),
    /// Shows this MSN object, the display picture, or none (MSNP9 and later). Ends likewise.
    SetObject(Option<Box<str>>),
    /// Shows a display picture, or none, and serves it to those who want to see it (MSNP9 and
    /// later). The one that was shown before is served no more. Ends likewise.
    SetPicture(Option<OwnObject>),
    /// Serves a picture, an emoticon or another object to whoever asks for it (MSNP9 and later).
    Publish(OwnObject),
    /// Serves an object no more; whoever is getting it gets it to the end (MSNP9 and later).
    Withdraw(Box<MsnObject>),
    /// Fetches the thing that a descriptor means from whoever has it (MSNP9 and later). What has
    /// been fetched before comes at once, and what is under way is the same transfer. Where one is
    /// in no room with them, one is opened. Ends once, as
    /// [`Event::ObjectReceived`](crate::Event::ObjectReceived) or
    /// [`Event::TransferFailed`](crate::Event::TransferFailed).
    FetchObject(Account, Box<MsnObject>),
    /// Ends a transfer, either way; its failure is told.
    CancelTransfer(TransferId),
    /// Says which pictures stand for which letters in the texts that follow (MSNP9 and later).
    /// They are to be [published](Self::Publish). Ends as a text does.
    SendEmoticons(ConversationId, Emoticons<'static>),
    /// Asks for the address of a web page, such as `INBOX`, with its arguments. Ends likewise,
    /// after [`Event::Url`](crate::Event::Url).
    AskUrl(Box<str>, Option<Box<str>>),
    /// Searches the directory by these fields, such as `fname` (MSNP2 to 7). Ends likewise, after
    /// an [`Event::Found`](crate::Event::Found) for each person.
    Find(Vec<(Box<str>, Box<str>)>),
    /// Has the service invite somebody by mail (MSNP2 to 12). Ends likewise.
    InviteByMail(Account),
    /// The same with a text of one's own, of at most 4096 bytes (MSNP5 to 12). Ends likewise.
    InviteByMailWithText(Account, Box<str>),
    /// Sends a page to the telephone of somebody (MSNP5 and later). Ends likewise.
    Page(Account, Box<str>),
    /// Sets whether others may invite one to rooms at all (MSNP3 and later). Ends likewise.
    AcceptInvitations(bool),
    /// Asks for a configuration document, such as `Shields.xml` (MSNP11 and later). Ends likewise,
    /// after [`Event::Document`](crate::Event::Document).
    AskDocument(Box<str>),
    /// Begins to talk to somebody, or finds the conversation there is.
    Open(Account),
    /// Invites one more to a conversation.
    Invite(ConversationId, Account),
    /// Says something; a long text goes in several parts (MSNP9 and later). Ends once, as
    /// [`Event::MessageEnded`](crate::Event::MessageEnded).
    SendText(ConversationId, Text<'static>),
    /// Shows that one is writing; goes only to those who are there.
    SendTyping(ConversationId),
    /// Shakes the window (MSNP9 and later). Ends as a text does.
    SendNudge(ConversationId),
    /// Sends a nudge or another small thing: a wink, a voice clip, an action (MSNP9 and later).
    /// Ends as a text does.
    SendDatacast(ConversationId, Datacast<'static>),
    /// Sends a message of one's own making, headers and body. Ends as a text does.
    SendMessage(ConversationId, Bytes),
    /// Leaves a conversation.
    Leave(ConversationId),
    /// Signs out. The machine ends well.
    SignOut,
}

/// An object of one's own: its descriptor and the thing itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnObject {
    /// What others ask for. It has to [describe](MsnObject::describes) the content.
    pub object: MsnObject,
    /// The thing itself, of at most [`P2pLimits::object`](msnp_p2p::P2pLimits::object) bytes.
    pub content: Bytes,
}

impl OwnObject {
    /// Describes a thing that this account has. Official clients give it the name of a file
    /// (`location`) and show `friendly`, such as the letters of an emoticon, to people.
    pub fn new(
        creator: &Account,
        kind: ObjectType,
        location: &str,
        friendly: &str,
        content: Bytes,
    ) -> Self {
        let object = MsnObject::new(creator.as_str(), kind, location, friendly, &content);
        Self { object, content }
    }
}

/// What an [`Action`] began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// Something that ends as [`Event::ActionEnded`](crate::Event::ActionEnded).
    Action(ActionId),
    /// A conversation.
    Conversation(ConversationId),
    /// A message, which ends as [`Event::MessageEnded`](crate::Event::MessageEnded).
    Message(MessageId),
    /// A transfer, which ends as [`Event::ObjectReceived`](crate::Event::ObjectReceived) or
    /// [`Event::TransferFailed`](crate::Event::TransferFailed).
    Transfer(TransferId),
    /// Nothing that could end.
    Nothing,
}

/// An action was not begun, with the reason; it is the caller's again.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct NotDone {
    /// What was to be done.
    pub action: Box<Action>,
    /// Why it was not.
    pub reason: NotDoneReason,
}

/// Why an action was not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotDoneReason {
    /// Not signed in yet, or not any more.
    #[error("not signed in")]
    NotSignedIn,
    /// This version of the protocol has no such thing.
    #[error("{0} cannot do that")]
    NotInVersion(Version),
    /// Too much waits already.
    #[error("too much waits already")]
    Full,
    /// There is no such conversation.
    #[error("there is no such conversation")]
    NoConversation,
    /// Nobody is there.
    #[error("nobody is there")]
    NobodyThere,
    /// A message may have 1664 bytes with its headers; a text or a small thing may have 128 parts
    /// of that size from MSNP9. What is asked of the notification server may have 8192 bytes on its
    /// line, with names as they are encoded, and as many in a document as its command allows. An
    /// object may have [`P2pLimits::object`](msnp_p2p::P2pLimits::object) bytes.
    #[error("that is too long")]
    TooLong,
    /// One cannot do that to oneself, or not with that status, list or word: a word that is sent as
    /// it is, such as the id of a group, has no white space. An object has a type, and a hash that
    /// fits its content.
    #[error("that is not possible")]
    NotPossible,
}

/// Declares the number of something.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// The one with this number.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// Its number, from 1.
            pub const fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

number! {
    /// One action.
    ActionId
}
number! {
    /// One conversation. It lives on when everybody has left, and when a connection is lost; where
    /// there are more than [`Limits::conversations`](crate::Limits::conversations), the oldest that
    /// nobody is in is forgotten.
    ConversationId
}
number! {
    /// One message that one sent.
    MessageId
}
