//! What a signed-in client asks its notification server for: one value, whatever the version calls
//! it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;

use msnp_codec::command::Capabilities;
use msnp_codec::{CommandRow, Sender, Verb};
use msnp_core::{Account, List, ListSync, Status, Version};

/// A request of [`NsClient`](crate::NsClient).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NsRequest {
    /// The lists and settings, all of them or only if they have changed.
    Lists {
        /// The stamps of the last answer in the same version; none asks for everything.
        known: Option<ListStamps>,
    },
    /// What is newer than this program; it says what it is. From MSNP8 the session does that by
    /// itself before it signs in, to MSNP7 programs did it once they were online.
    ClientVersion,
    /// A status. Nobody sees one before the first.
    Status {
        /// The status.
        status: Status,
        /// What the program can do (sent from MSNP8).
        capabilities: Capabilities,
        /// The display picture as MSN object text (sent from MSNP9).
        object: Option<Box<str>>,
    },
    /// One's own friendly name.
    Name(Box<str>),
    /// The document with the personal message and current media (MSNP11 and later).
    PersonalMessage(Bytes),
    /// A contact onto a list.
    Add {
        /// The list.
        list: List,
        /// Whom.
        account: Account,
        /// Under which name.
        name: Box<str>,
    },
    /// A contact off a list.
    Remove {
        /// The list.
        list: List,
        /// Whom.
        account: Account,
        /// Its GUID, which the forward list wants from MSNP10.
        guid: Option<Box<str>>,
    },
    /// Another name for a contact in one's own list.
    NameContact {
        /// Whom.
        account: Account,
        /// Its GUID, which is what counts from MSNP10.
        guid: Option<Box<str>>,
        /// The name.
        name: Box<str>,
    },
    /// A new group (MSNP7 and later).
    AddGroup(Box<str>),
    /// Another name for a group (MSNP7 and later).
    RenameGroup {
        /// Its number or GUID.
        id: Box<str>,
        /// The name.
        name: Box<str>,
    },
    /// A group, by its number or GUID, away (MSNP7 and later).
    RemoveGroup(Box<str>),
    /// A contact on the forward list into a group (MSNP7 and later).
    AddToGroup {
        /// Whom.
        account: Account,
        /// Its GUID, which is what counts from MSNP10.
        guid: Option<Box<str>>,
        /// Under which name, to MSNP9.
        name: Box<str>,
        /// The number or GUID of the group.
        group: Box<str>,
    },
    /// A contact out of a group; it stays on the forward list (MSNP7 and later).
    RemoveFromGroup {
        /// Whom.
        account: Account,
        /// Its GUID, which is what counts from MSNP10.
        guid: Option<Box<str>>,
        /// The number or GUID of the group.
        group: Box<str>,
    },
    /// A setting of one's own, such as a telephone number (MSNP5 and later).
    Setting {
        /// Which.
        key: Box<str>,
        /// Its value; none clears it.
        value: Option<Box<str>>,
    },
    /// Who may reach one by default: all but the blocked, or only the allowed.
    AllowByDefault(bool),
    /// Whether the program asks when somebody adds one, or allows silently.
    AskWhenAdded(bool),
    /// Whether one can be invited to switchboards at all (MSNP3 and later).
    AcceptInvitations(bool),
    /// A switchboard for a new room.
    Switchboard,
    /// A configuration document (MSNP11 and later).
    Document(Box<str>),
    /// The address of a web page.
    Url {
        /// What for, such as `INBOX`.
        service: Box<str>,
        /// More about it.
        arguments: Option<Box<str>>,
    },
    /// Those whom the directory knows by these fields (MSNP2 to 7).
    Find(Vec<(Box<str>, Box<str>)>),
    /// A mail that invites somebody to the service (MSNP2 to 12).
    InviteByMail(Account),
    /// A mail that invites somebody to the service, with a text of one's own (MSNP5 to 12).
    InviteByMailWithText {
        /// Whom.
        account: Account,
        /// The name of the one who invites.
        name: Box<str>,
        /// The text, of at most 4096 bytes.
        text: Box<str>,
    },
    /// A page to a telephone (MSNP5 and later). Where nothing is heard of it, it has gone out:
    /// servers answer only what they refuse.
    Page {
        /// To whom.
        account: Account,
        /// The page, an XML document.
        document: Bytes,
    },
}

/// The state of the lists on the server: a serial number, or two time stamps from MSNP10.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListStamps {
    /// Of the lists.
    pub lists: Box<str>,
    /// Of the settings (MSNP10 and later).
    pub settings: Option<Box<str>>,
}

impl NsRequest {
    /// Whether this version has such a request.
    pub fn is_in(&self, version: Version) -> bool {
        let on_this_connection = version.list_sync() != ListSync::Web;
        match self {
            Self::PersonalMessage(_) | Self::Document(_) => version.has_personal_messages(),
            Self::ClientVersion | Self::Url { .. } => true,
            Self::AddGroup(_)
            | Self::RenameGroup { .. }
            | Self::RemoveGroup(_)
            | Self::AddToGroup { .. }
            | Self::RemoveFromGroup { .. } => version.has_groups() && on_this_connection,
            Self::Setting { .. } => version.has_settings() && on_this_connection,
            Self::InviteByMailWithText { .. } => {
                CommandRow::find(Sender::Client, SDC).is_some_and(|row| row.is_in(version))
            }
            Self::AcceptInvitations(_) => version.has_invitation_switch() && on_this_connection,
            Self::Find(_) => version.has_directory(),
            Self::Page { .. } => version.has_pages(),
            _ => on_this_connection,
        }
    }

    /// Whether every word of it can stand on a line. Names can always: they are encoded.
    pub(crate) fn can_be_sent(&self) -> bool {
        match self {
            Self::AddGroup(name) => !name.is_empty(),
            Self::RenameGroup { id, name } => is_word(id) && !name.is_empty(),
            Self::RemoveGroup(id) => is_word(id),
            Self::AddToGroup { group, guid, .. } | Self::RemoveFromGroup { group, guid, .. } => {
                is_word(group) && guid.as_deref().is_none_or(is_word)
            }
            Self::Remove { guid, .. } | Self::NameContact { guid, .. } => {
                guid.as_deref().is_none_or(is_word)
            }
            Self::Setting { key, .. } => is_word(key),
            Self::Document(name) => is_word(name),
            Self::Url { service, arguments } => {
                is_word(service) && arguments.as_deref().is_none_or(is_word)
            }
            Self::Find(fields) => {
                !fields.is_empty()
                    && fields.iter().all(|(key, _)| is_word(key) && !key.contains('='))
            }
            Self::Lists { known: Some(known) } => {
                is_word(&known.lists) && known.settings.as_deref().is_none_or(is_word)
            }
            _ => true,
        }
    }

    /// The verb of the reply that ends it; none where more than one line does, or only silence.
    pub(crate) fn ends_with(&self, version: Version) -> Option<&'static [u8; 3]> {
        Some(match self {
            Self::Lists { .. } => return None,
            Self::ClientVersion => b"CVR",
            Self::Status { .. } => b"CHG",
            Self::Name(_) if version.says_name_at_sign_in() => b"REA",
            Self::Name(_) | Self::Setting { .. } => b"PRP",
            Self::PersonalMessage(_) => b"UUX",
            Self::Add { .. } | Self::AddToGroup { .. } if version.has_guids() => b"ADC",
            Self::Add { .. } | Self::AddToGroup { .. } => b"ADD",
            Self::Remove { .. } | Self::RemoveFromGroup { .. } => b"REM",
            Self::NameContact { .. } if version.has_guids() => b"SBP",
            Self::NameContact { .. } => b"REA",
            Self::AddGroup(_) => b"ADG",
            Self::RenameGroup { .. } => b"REG",
            Self::RemoveGroup(_) => b"RMG",
            Self::AllowByDefault(_) => b"BLP",
            Self::AskWhenAdded(_) => b"GTC",
            Self::AcceptInvitations(_) => b"IMS",
            Self::Switchboard => b"XFR",
            Self::Document(_) => b"GCF",
            Self::Url { .. } => b"URL",
            Self::Find(_) => b"FND",
            Self::InviteByMail(_) => b"SND",
            Self::InviteByMailWithText { .. } => b"SDC",
            Self::Page { .. } => b"PGD",
        })
    }

    /// Whether it is done when the server says nothing.
    pub(crate) fn is_done_in_silence(&self) -> bool {
        matches!(self, Self::Page { .. })
    }
}

const SDC: Verb = Verb::new(*b"SDC");

/// Whether it can be a parameter as it stands.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte > b' ' && byte != 0x7f)
}
