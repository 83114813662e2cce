//! What stands inside of lines of output.

use msnp::client::Contact;
use msnp::codec::message::{
    MailData, MailNotification, MailPages, Mailbox, MovedMail, NewEmail, Profile,
};
use msnp::core::ErrorCode;
use msnp::session::RequestError;
use serde::Serialize;

use crate::bridge::value::{AccountText, ListText, Personal, StatusText};

/// One contact.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Person {
    account: AccountText,
    name: String,
    lists: Vec<ListText>,
    status: StatusText,
    /// The groups it is in.
    groups: Vec<String>,
    /// From MSNP10.
    #[serde(skip_serializing_if = "Option::is_none")]
    guid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capabilities: Option<Abilities>,
    /// The display picture, an MSN object.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    personal_message: Option<Personal>,
}

/// What a contact's program can do.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Abilities {
    /// The first number of bits.
    basic: u32,
    /// The second.
    #[serde(skip_serializing_if = "Option::is_none")]
    extended: Option<u32>,
}

/// A group.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Group {
    /// Its number, or its GUID from MSNP10.
    group: String,
    name: String,
}

impl Group {
    pub(crate) fn new(group: &str, name: &str) -> Self {
        Self { group: group.into(), name: name.into() }
    }
}

/// Why a command is not done.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Refusal {
    /// `refused`, `timed_out`, `not_sent` or `session_ended`.
    reason: String,
    /// The number of the server's refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    /// Why, in words for people.
    problem: String,
}

/// What the service knows. What it does not know is missing.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ProfileFields {
    /// In seconds of Unix time.
    #[serde(skip_serializing_if = "Option::is_none")]
    login_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id_high: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id_low: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    preferred_email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    country: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    postal_code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    gender: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<bool>,
    #[serde(skip_serializing_if = "String::is_empty")]
    age: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    birthday_precision: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    birthday: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    wallet: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_version: Option<u32>,
    /// The address of the client as the service sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_book_migrated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    many_places: Option<bool>,
    #[serde(skip_serializing_if = "String::is_empty")]
    nickname: String,
}

/// What happened in the mailbox.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum MailNews {
    /// What is in the mailbox, once after signing in.
    InitialEmail {
        #[serde(skip_serializing_if = "Option::is_none")]
        inbox_unread: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        folders_unread: Option<u32>,
        pages: Pages,
    },
    /// A mail came in.
    Email {
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        from_address: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        message_url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        post_url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        destination_folder: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        site: Option<u32>,
    },
    /// Mails were moved, deleted or read.
    ActiveMail {
        #[serde(skip_serializing_if = "Option::is_none")]
        source_folder: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        destination_folder: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        message_delta: Option<i32>,
    },
    /// What is in the mailbox and which offline messages wait, from MSNP11.
    InitialMailData {
        #[serde(skip_serializing_if = "Option::is_none")]
        mail_data: Option<String>,
        pages: Pages,
    },
    /// An offline message came in.
    OfflineMessage {
        #[serde(skip_serializing_if = "Option::is_none")]
        mail_data: Option<String>,
        pages: Pages,
    },
}

/// Where mail is read.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Pages {
    #[serde(skip_serializing_if = "Option::is_none")]
    inbox: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folders: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post: Option<String>,
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        let (reason, code) = match error {
            RequestError::Refused(code) => ("refused", Some(ErrorCode::number(code))),
            RequestError::TimedOut => ("timed_out", None),
            RequestError::NotSent(_) => ("not_sent", None),
            RequestError::SessionEnded => ("session_ended", None),
        };
        Self { reason: reason.into(), code, problem: error.to_string() }
    }
}

impl Person {
    pub(crate) fn new(account: AccountText, contact: &Contact) -> Self {
        let Contact { name, lists, guid, groups, status, capabilities, object, personal_message } =
            contact.clone();
        Self {
            account,
            name,
            lists: lists.iter().map(ListText).collect(),
            status: StatusText(status),
            groups: groups.into_iter().map(Into::into).collect(),
            guid: guid.map(Into::into),
            capabilities: capabilities.map(|capabilities| Abilities {
                basic: capabilities.basic,
                extended: capabilities.extended,
            }),
            object,
            personal_message: personal_message.map(|message| Personal::from(*message)),
        }
    }
}

impl From<Profile> for ProfileFields {
    fn from(profile: Profile) -> Self {
        Self {
            login_time: profile.login_time,
            email_enabled: profile.email_enabled,
            member_id_high: profile.member_id_high,
            member_id_low: profile.member_id_low,
            language: profile.language,
            preferred_email: profile.preferred_email,
            country: profile.country,
            postal_code: profile.postal_code,
            gender: profile.gender,
            kid: profile.kid,
            age: profile.age,
            birthday_precision: profile.birthday_precision,
            birthday: profile.birthday,
            wallet: profile.wallet,
            flags: profile.flags,
            site_id: profile.site_id,
            key_version: profile.key_version,
            client_address: profile.client_address.map(|address| address.to_string()),
            client_port: profile.client_port,
            address_book_migrated: profile.address_book_migrated,
            many_places: profile.many_places,
            nickname: profile.nickname,
        }
    }
}

impl From<MailNotification<'static>> for MailNews {
    fn from(mail: MailNotification<'static>) -> Self {
        match mail {
            MailNotification::InitialEmail(Mailbox { inbox_unread, folders_unread, pages }) => {
                Self::InitialEmail { inbox_unread, folders_unread, pages: pages.into() }
            }
            MailNotification::Email(NewEmail {
                from,
                message_url,
                post_url,
                subject,
                destination_folder,
                from_address,
                id,
            }) => Self::Email {
                from: from.map(Into::into),
                from_address: from_address.map(Into::into),
                subject: subject.map(Into::into),
                message_url: message_url.map(Into::into),
                post_url: post_url.map(Into::into),
                destination_folder: destination_folder.map(Into::into),
                site: id,
            },
            MailNotification::ActiveMail(moved) => {
                let MovedMail { source_folder, destination_folder, message_delta } = moved;
                Self::ActiveMail {
                    source_folder: source_folder.map(Into::into),
                    destination_folder: destination_folder.map(Into::into),
                    message_delta,
                }
            }
            MailNotification::InitialMailData(MailData { mail_data, pages }) => {
                let mail_data = mail_data.map(Into::into);
                Self::InitialMailData { mail_data, pages: pages.into() }
            }
            MailNotification::OfflineMessage(MailData { mail_data, pages }) => {
                Self::OfflineMessage { mail_data: mail_data.map(Into::into), pages: pages.into() }
            }
        }
    }
}

impl From<MailPages<'static>> for Pages {
    fn from(pages: MailPages<'static>) -> Self {
        let MailPages { inbox, folders, post } = pages;
        Self {
            inbox: inbox.map(Into::into),
            folders: folders.map(Into::into),
            post: post.map(Into::into),
        }
    }
}
