//! What a signed-in client asks its notification server for: one value, whatever the version calls
//! it.

use alloc::boxed::Box;

use bytes::Bytes;

use msnp_codec::command::{
    Capabilities, ClientAdc, ClientAdd, ClientBlp, ClientChg, ClientGcf, ClientGtc, ClientPrp,
    ClientRea, ClientRem, ClientSyn, ClientUux, ClientXfr,
};
use msnp_codec::{ClientCommand, Encoded};
use msnp_core::{Account, List, ListSync, Status, TransactionId, Version};

/// A request of [`NsClient`](crate::NsClient).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NsRequest {
    /// The lists and settings, all of them or only if they have changed.
    Lists {
        /// The stamps of the last answer; none asks for everything.
        known: Option<ListStamps>,
    },
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
    /// Who may reach one by default: all but the blocked, or only the allowed.
    AllowByDefault(bool),
    /// Whether the program asks when somebody adds one, or allows silently.
    AskWhenAdded(bool),
    /// A switchboard for a new room.
    Switchboard,
    /// A configuration document (MSNP11 and later).
    Document(Box<str>),
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
        match self {
            Self::PersonalMessage(_) | Self::Document(_) => version.has_personal_messages(),
            _ => version.list_sync() != ListSync::Web,
        }
    }

    /// Hands the command of this request to `print`. `own` is the account that asks.
    pub(crate) fn with_command<R>(
        &self,
        transaction: TransactionId,
        own: &Account,
        version: Version,
        print: impl FnOnce(&ClientCommand<'_>) -> R,
    ) -> R {
        match self {
            Self::Lists { known } => {
                let stamped = version.list_sync() == ListSync::Stamped;
                let lists = known.as_ref().map_or("0", |known| &known.lists);
                let settings = known.as_ref().and_then(|known| known.settings.as_deref());
                let settings = stamped.then(|| settings.unwrap_or("0"));
                print(&ClientSyn { transaction, lists, settings }.into())
            }
            Self::Status { status, capabilities, object } => {
                let object = object.as_deref().filter(|_| version.has_msn_objects());
                let command = ClientChg {
                    transaction,
                    status: *status,
                    capabilities: version.has_capabilities().then_some(*capabilities),
                    object: object.map(Encoded::new_strict),
                };
                print(&command.into())
            }
            Self::Name(name) if version.says_name_at_sign_in() => {
                let account = own.as_str();
                print(&ClientRea { transaction, account, name: sendable(name, own) }.into())
            }
            Self::Name(name) => {
                let value = Some(sendable(name, own));
                print(&ClientPrp { transaction, key: "MFN", value }.into())
            }
            Self::PersonalMessage(document) => {
                print(&ClientUux { transaction, body: document }.into())
            }
            Self::Add { list, account, name } if version.has_guids() => {
                let command = ClientAdc {
                    transaction,
                    list: *list,
                    account: Some(account.as_str()),
                    name: (*list == List::Forward).then(|| sendable(name, account)),
                    guid: None,
                    group: None,
                };
                print(&command.into())
            }
            Self::Add { list, account, name } => {
                let command = ClientAdd {
                    transaction,
                    list: *list,
                    account: account.as_str(),
                    name: Some(sendable(name, account)),
                    group: None,
                };
                print(&command.into())
            }
            Self::Remove { list, account, guid } => {
                let guid =
                    guid.as_deref().filter(|_| version.has_guids() && *list == List::Forward);
                let contact = guid.unwrap_or(account.as_str());
                print(&ClientRem { transaction, list: *list, contact, group: None }.into())
            }
            Self::AllowByDefault(allow) => {
                let setting = if *allow { "AL" } else { "BL" };
                print(&ClientBlp { transaction, setting }.into())
            }
            Self::AskWhenAdded(ask) => {
                let setting = if *ask { "A" } else { "N" };
                print(&ClientGtc { transaction, setting }.into())
            }
            Self::Switchboard => print(&ClientXfr { transaction, service: "SB" }.into()),
            Self::Document(document) => print(&ClientGcf { transaction, document }.into()),
        }
    }

    /// The verb of the reply that ends it; none where more than one line does.
    pub(crate) fn ends_with(&self, version: Version) -> Option<&'static [u8; 3]> {
        Some(match self {
            Self::Lists { .. } => return None,
            Self::Status { .. } => b"CHG",
            Self::Name(_) if version.says_name_at_sign_in() => b"REA",
            Self::Name(_) => b"PRP",
            Self::PersonalMessage(_) => b"UUX",
            Self::Add { .. } if version.has_guids() => b"ADC",
            Self::Add { .. } => b"ADD",
            Self::Remove { .. } => b"REM",
            Self::AllowByDefault(_) => b"BLP",
            Self::AskWhenAdded(_) => b"GTC",
            Self::Switchboard => b"XFR",
            Self::Document(_) => b"GCF",
        })
    }
}

/// A name as it may be sent: a blank one becomes the account, since a parameter cannot be empty.
fn sendable<'n>(name: &'n str, account: &'n Account) -> Encoded<'n> {
    Encoded::new(if name.trim().is_empty() { account.as_str() } else { name })
}
