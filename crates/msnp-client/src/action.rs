use alloc::boxed::Box;
use core::fmt;

use bytes::Bytes;

use msnp_codec::message::Text;
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, List, Status, Version};

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
    /// Begins to talk to somebody, or finds the conversation there is.
    Open(Account),
    /// Invites one more to a conversation.
    Invite(ConversationId, Account),
    /// Says something. Ends as [`Event::MessageEnded`](crate::Event::MessageEnded).
    SendText(ConversationId, Text<'static>),
    /// Shows that one is writing; goes only to those who are there.
    SendTyping(ConversationId),
    /// Shakes the window (MSNP9 and later). Ends as a text does.
    SendNudge(ConversationId),
    /// Sends a message of one's own making, headers and body. Ends as a text does.
    SendMessage(ConversationId, Bytes),
    /// Leaves a conversation.
    Leave(ConversationId),
    /// Signs out. The machine ends well.
    SignOut,
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
    /// A message may have 1664 bytes with its headers.
    #[error("the message is too long")]
    TooLong,
    /// One cannot do that to oneself, or not with that status or list.
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
