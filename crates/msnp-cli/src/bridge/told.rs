//! What the bridge writes: the events of a client, answers to commands, and the end.

use std::collections::BTreeMap;

use msnp::client::{Client, ClientError, ConversationId, Event, NotDoneReason, Roster, Started};
use msnp::codec::message::Text;
use msnp::p2p::application::{ApplicationId, EufGuid};
use msnp::session::{Delivery, SessionError, SignOut, Step};
use serde::Serialize;

use crate::bridge::object::{self, EmoticonOf};
use crate::bridge::part::{Group, MailNews, Person, ProfileFields, Refusal};
use crate::bridge::value::{
    AccountText, Base64, Body, CallerId, FormatOfText, GuidText, ListText, ObjectText, Personal,
    StatusText,
};
use crate::mask;

/// One line of output.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Told {
    /// A command has begun, or is done where it has no end of its own.
    Reply {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        /// The command.
        r#do: String,
        /// The number that `action_ended` will name.
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<u64>,
        /// The conversation that was begun or found.
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<u64>,
        /// The number that `message_ended` will name.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<u64>,
        /// The number that `object_received` or `transfer_failed` will name.
        #[serde(skip_serializing_if = "Option::is_none")]
        transfer: Option<u64>,
        /// The descriptor of what was published.
        #[serde(skip_serializing_if = "Option::is_none")]
        object: Option<ObjectText>,
    },
    /// A command could not even begin.
    NotDone {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        /// The command.
        r#do: String,
        /// Why: `not_signed_in`, `not_in_version`, `full`, `no_conversation`, `nobody_there`,
        /// `too_long`, `not_possible` or `other`.
        reason: String,
        /// Why, in words for people.
        problem: String,
    },
    /// A line was no command. The bridge goes on.
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        /// Which line of the input, from 1.
        line: u64,
        /// What is wrong with it, in words for people.
        problem: String,
    },
    /// Answers `roster`.
    Roster {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        contacts: Vec<Person>,
        groups: Vec<Group>,
        #[serde(skip_serializing_if = "Option::is_none")]
        allow_by_default: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        ask_when_added: Option<bool>,
    },
    /// Answers `status`.
    Status {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        account: AccountText,
        signed_in: bool,
        /// As the server confirmed it.
        status: StatusText,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Answers `version`.
    Version {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        /// Missing before one is chosen.
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
    /// The last line: the session is over.
    Ended {
        /// Why: `signed_out`, `wrong_password`, `sign_in_failed`, `too_many_redirects`,
        /// `signed_in_elsewhere`, `server_down`, `signed_out_by_server`, `session_lost` or
        /// `other`.
        reason: String,
        /// Which step of the sign-in failed; the words are those of `signing_in`.
        #[serde(skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// The number of the server's refusal.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<u16>,
        /// Why, in words for people; missing where all is well.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
    /// The sign-in has come to this step.
    SigningIn {
        /// `connect`, `version`, `client_version`, `information`, `account`, `ticket`, `password`,
        /// `lists`, `first_status` or `other`.
        step: String,
    },
    /// Client and server speak this version.
    VersionChosen { version: String },
    /// The lists are there; `roster` asks for them.
    ListsLoaded {},
    /// Signed in. From here on everything can be done.
    SignedIn {},
    /// What the service knows about the user. The ticket is left out.
    Profile {
        #[serde(flatten)]
        profile: Box<ProfileFields>,
    },
    /// A command is done, or is not. Each ends once.
    ActionEnded {
        /// What the program called the command.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        action: u64,
        ok: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<Refusal>,
    },
    /// The server confirms the own status.
    OwnStatus { status: StatusText },
    /// The server confirms the own name.
    OwnName { name: String },
    /// A contact is on a list now, or is not any more.
    ListChanged {
        list: ListText,
        account: AccountText,
        /// Whether it is on the list now.
        added: bool,
    },
    /// There is a group, it has another name, or it is gone.
    GroupChanged {
        group: String,
        /// Missing when it is gone.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A contact is in a group now, or is not any more.
    GroupMember {
        group: String,
        account: AccountText,
        /// Whether it is in the group now.
        added: bool,
    },
    /// The name that the own list has for a contact.
    ContactNamed { account: AccountText, name: String },
    /// A contact is online, offline, or has another status or name.
    Presence {
        account: AccountText,
        status: StatusText,
        name: String,
        /// They were online before: no reason for a sound.
        already: bool,
    },
    /// A contact has another personal message, or plays other music.
    PersonalMessage {
        account: AccountText,
        #[serde(flatten)]
        message: Personal,
    },
    /// A setting, such as a telephone number.
    Setting {
        /// Whose; missing for one's own.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<AccountText>,
        key: String,
        /// Empty where it is cleared.
        value: String,
    },
    /// Somebody invited one, but there are too many conversations already, or their room could not
    /// be entered.
    InvitationMissed { account: AccountText },
    /// There is a new conversation because somebody invited one.
    Invited {
        conversation: u64,
        /// Who invited.
        by: AccountText,
        name: String,
    },
    /// Somebody is in a conversation.
    Joined { conversation: u64, account: AccountText, name: String },
    /// Somebody left a conversation.
    Left {
        conversation: u64,
        account: AccountText,
        /// Nothing was said for long. The next message opens the room again.
        idle: bool,
    },
    /// Somebody could not be invited.
    NotInvited { conversation: u64, account: AccountText, error: Refusal },
    /// Somebody said something.
    Text {
        conversation: u64,
        account: AccountText,
        name: String,
        text: String,
        /// Missing where the sender did not say.
        #[serde(skip_serializing_if = "Option::is_none")]
        format: Option<Box<FormatOfText>>,
        /// The program that it was written with.
        #[serde(skip_serializing_if = "Option::is_none")]
        user_agent: Option<String>,
        /// The name to show in this conversation alone. Nobody checked it.
        #[serde(skip_serializing_if = "Option::is_none")]
        shown_name: Option<String>,
    },
    /// Somebody is writing.
    Typing { conversation: u64, account: AccountText },
    /// Somebody shook the window.
    Nudge { conversation: u64, account: AccountText },
    /// Somebody sent a message of another kind: headers, an empty line and the body.
    Message { conversation: u64, account: AccountText, body: Body },
    /// Somebody says which pictures stand for which letters in their next texts. `fetch_object`
    /// brings them.
    Emoticons {
        conversation: u64,
        account: AccountText,
        emoticons: Vec<EmoticonOf>,
        /// Whether the pictures move.
        animated: bool,
    },
    /// Somebody sends a wink or a voice clip: its descriptor. `fetch_object` brings the thing.
    ObjectOffered { conversation: u64, account: AccountText, object: ObjectText },
    /// Somebody drew something.
    Ink {
        /// Missing where it came by the peer-to-peer layer.
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<u64>,
        account: AccountText,
        /// `gif` or `isf`; missing where nothing says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        format: Option<String>,
        /// The drawing, in base64.
        picture: Base64,
    },
    /// An object has come, and its hash is right.
    ObjectReceived {
        /// What the program called the command.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        transfer: u64,
        account: AccountText,
        object: ObjectText,
        /// The thing itself, in base64, of at most 1 MiB.
        content: Base64,
    },
    /// So much of an object has come.
    ObjectProgress {
        transfer: u64,
        /// Bytes that are there.
        received: u64,
        /// Bytes of the whole, as the peer says.
        total: u64,
    },
    /// Somebody fetches an object of one's own.
    ObjectServing { transfer: u64, account: AccountText, object: ObjectText },
    /// They have it, or at least it was sent whole.
    ObjectServed {
        transfer: u64,
        account: AccountText,
        /// Whether they said that they have it. Some programs never do.
        confirmed: bool,
    },
    /// Nothing came of a transfer, either way.
    TransferFailed {
        /// What the program called the command.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        transfer: u64,
        account: AccountText,
        /// Why: `refused`, `cancelled_by_peer`, `cancelled`, `timed_out`, `unreachable`, `reset`,
        /// `wrong_content`, `too_long` or `other`.
        reason: String,
        /// Why, in words for people.
        problem: String,
    },
    /// Somebody asked for something by the peer-to-peer layer, and was told no.
    InvitationDeclined {
        account: AccountText,
        /// What for, as a GUID; missing where they did not say.
        #[serde(skip_serializing_if = "Option::is_none")]
        application: Option<GuidText>,
        /// The number of it; missing where they did not say.
        #[serde(skip_serializing_if = "Option::is_none")]
        application_id: Option<u32>,
        /// Why not: `unknown_application`, `no_context`, `unknown_object`, `wrong_address`,
        /// `too_many` or `other`.
        reason: String,
    },
    /// A packet of the peer-to-peer layer that cannot be read.
    MalformedPacket { account: AccountText, problem: String },
    /// A message of the peer-to-peer layer that cannot be read.
    MalformedSlp { account: AccountText, problem: String },
    /// A packet that belongs to no transfer, or came when there were too many peers.
    UnexpectedPacket { account: AccountText },
    /// What became of a message of one's own. Each ends once.
    MessageEnded {
        /// What the program called the command.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<CallerId>,
        conversation: u64,
        message: u64,
        /// `accepted` by the switchboard, `failed`, or `unknown`: it may have arrived.
        delivery: String,
    },
    /// What happens in the mailbox of the user.
    Mail { mail: Box<MailNews> },
    /// The service goes down for maintenance.
    Maintenance {
        /// In how many minutes, where it says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        minutes: Option<u32>,
    },
    /// A message of the server that has no other event. Tickets in it are masked.
    ServerMessage { body: Body },
    /// The address of a web page that was asked for.
    Url {
        /// The place on the service's site to go to after signing in.
        path: String,
        /// The address to sign in at.
        login: String,
        /// The number of that site.
        #[serde(skip_serializing_if = "Option::is_none")]
        site: Option<String>,
    },
    /// Somebody whom a search of the directory found.
    Found {
        /// What is known, such as `fname`, `lname` and `city`.
        fields: BTreeMap<String, String>,
    },
    /// A page from a telephone, as document.
    Page { document: Body },
    /// A configuration or notification document.
    Document { document: Body },
    /// A refusal that answers nothing that is known.
    ServerError { code: u16, problem: String },
    /// A contact was passed over because the list has reached its bound, or some of its groups
    /// were because it is in more than there may be.
    ListFull { account: AccountText },
    /// A group was passed over because there are as many as there may be.
    GroupsFull { group: String, name: String },
    /// The server speaks of somebody who is on no list.
    UnknownContact {
        /// An account or a GUID.
        contact: String,
    },
    /// A command of the server that has no meaning here. Secrets in it are masked.
    Unknown {
        line: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<Body>,
    },
    /// A command of the server that is not what its verb asks for. The session goes on.
    Malformed { verb: String, parameter: String, problem: String },
    /// A document of this contact cannot be read.
    MalformedPersonalMessage { account: AccountText },
}

impl Told {
    /// What a command has begun.
    pub(crate) fn reply(
        id: Option<CallerId>,
        name: String,
        started: Started,
        object: Option<ObjectText>,
    ) -> Self {
        let (mut action, mut conversation, mut message, mut transfer) = (None, None, None, None);
        match started {
            Started::Action(id) => action = Some(id.number()),
            Started::Conversation(id) => conversation = Some(id.number()),
            Started::Message(id) => message = Some(id.number()),
            Started::Transfer(id) => transfer = Some(id.number()),
            Started::Nothing => {}
        }
        Self::Reply { id, r#do: name, action, conversation, message, transfer, object }
    }

    /// A command that could not begin.
    pub(crate) fn not_done(id: Option<CallerId>, name: String, why: NotDoneReason) -> Self {
        let reason = match why {
            NotDoneReason::NotSignedIn => "not_signed_in",
            NotDoneReason::NotInVersion(_) => "not_in_version",
            NotDoneReason::Full => "full",
            NotDoneReason::NoConversation => "no_conversation",
            NotDoneReason::NobodyThere => "nobody_there",
            NotDoneReason::TooLong => "too_long",
            NotDoneReason::NotPossible => "not_possible",
            _ => "other",
        };
        Self::NotDone { id, r#do: name, reason: reason.into(), problem: why.to_string() }
    }

    /// The contacts and groups.
    pub(crate) fn roster(id: Option<CallerId>, roster: &Roster) -> Self {
        let groups = roster.groups();
        Self::Roster {
            id,
            contacts: roster
                .contacts()
                .map(|(account, contact)| Person::new(AccountText(account.clone()), contact))
                .collect(),
            groups: groups.map(|(group, name)| Group::new(group, name)).collect(),
            allow_by_default: roster.allows_by_default(),
            ask_when_added: roster.asks_when_added(),
        }
    }

    /// Who one is, and how one is seen.
    pub(crate) fn status(id: Option<CallerId>, client: &Client) -> Self {
        Self::Status {
            id,
            account: AccountText(client.account().clone()),
            signed_in: client.is_signed_in(),
            status: StatusText(client.status()),
            name: client.name().map(Into::into),
        }
    }

    /// The end. `reached` is the step of the sign-in that was under way; none once signed in.
    pub(crate) fn ended(end: &Result<(), ClientError>, reached: Option<Step>) -> Self {
        let Err(error) = end else {
            let reason = "signed_out".into();
            return Self::Ended { reason, step: None, code: None, problem: None };
        };
        let (reason, failed, code) = match error {
            ClientError::WrongPassword(_) => ("wrong_password", reached, None),
            ClientError::SignIn { step, cause } => ("sign_in_failed", Some(*step), code_of(cause)),
            ClientError::Ticket(_) => ("sign_in_failed", Some(Step::Ticket), None),
            ClientError::TooManyRedirects => ("too_many_redirects", reached, None),
            ClientError::SignedOut(why) => (signed_out(why), reached, None),
            ClientError::SessionLost(cause) => ("session_lost", reached, code_of(cause)),
            _ => ("other", reached, None),
        };
        Self::Ended {
            reason: reason.into(),
            step: failed.map(|failed| step(failed).into()),
            code,
            problem: Some(error.to_string()),
        }
    }

    /// What an event says; none for one that this program does not know. There is none such, which
    /// a test shows: the compiler cannot, since events may be added.
    ///
    /// `id` finds what the program called the command that ends.
    pub(crate) fn event(
        event: Event,
        mut id: impl FnMut(Started) -> Option<CallerId>,
    ) -> Option<Self> {
        Some(match event {
            Event::SigningIn(at) => Self::SigningIn { step: step(at).into() },
            Event::VersionChosen(version) => Self::VersionChosen { version: version.to_string() },
            Event::ListsLoaded => Self::ListsLoaded {},
            Event::SignedIn => Self::SignedIn {},
            Event::Profile(profile) => Self::Profile { profile: Box::new((*profile).into()) },
            Event::ActionEnded { action, result } => Self::ActionEnded {
                id: id(Started::Action(action)),
                action: action.number(),
                ok: result.is_ok(),
                error: result.err().map(Into::into),
            },
            Event::OwnStatus(status) => Self::OwnStatus { status: StatusText(status) },
            Event::OwnName(name) => Self::OwnName { name },
            Event::ListChanged { list, account, added } => {
                Self::ListChanged { list: ListText(list), account: AccountText(account), added }
            }
            Event::GroupChanged { id, name } => Self::GroupChanged { group: id.into(), name },
            Event::GroupMember { group, account, added } => {
                Self::GroupMember { group: group.into(), account: AccountText(account), added }
            }
            Event::ContactNamed { account, name } => {
                Self::ContactNamed { account: AccountText(account), name }
            }
            Event::Presence { account, status, name, already } => Self::Presence {
                account: AccountText(account),
                status: StatusText(status),
                name,
                already,
            },
            Event::PersonalMessage { account, message } => {
                Self::PersonalMessage { account: AccountText(account), message: message.into() }
            }
            Event::Setting { account, key, value } => {
                Self::Setting { account: account.map(AccountText), key: key.into(), value }
            }
            Event::InvitationMissed(by) => Self::InvitationMissed { account: AccountText(by) },
            Event::Invited { conversation, by, name } => {
                Self::Invited { conversation: conversation.number(), by: AccountText(by), name }
            }
            Event::Joined { conversation, account, name } => Self::Joined {
                conversation: conversation.number(),
                account: AccountText(account),
                name,
            },
            Event::Left { conversation, account, idle } => Self::Left {
                conversation: conversation.number(),
                account: AccountText(account),
                idle,
            },
            Event::NotInvited { conversation, account, error } => Self::NotInvited {
                conversation: conversation.number(),
                account: AccountText(account),
                error: error.into(),
            },
            Event::Text { conversation, account, name, text } => {
                let Text { text, format, user_agent, shown_name } = text;
                Self::Text {
                    conversation: conversation.number(),
                    account: AccountText(account),
                    name,
                    text: text.into_owned(),
                    format: format.map(|format| Box::new(format.into())),
                    user_agent: user_agent.map(Into::into),
                    shown_name: shown_name.map(Into::into),
                }
            }
            Event::Typing { conversation, account } => {
                Self::Typing { conversation: conversation.number(), account: AccountText(account) }
            }
            Event::Nudge { conversation, account } => {
                Self::Nudge { conversation: conversation.number(), account: AccountText(account) }
            }
            Event::Message { conversation, account, body } => Self::Message {
                conversation: conversation.number(),
                account: AccountText(account),
                body: Body::new(&body),
            },
            Event::Emoticons { conversation, account, emoticons } => Self::Emoticons {
                conversation: conversation.number(),
                account: AccountText(account),
                animated: emoticons.are_animated,
                emoticons: emoticons.list.into_iter().map(Into::into).collect(),
            },
            Event::ObjectOffered { conversation, account, object } => Self::ObjectOffered {
                conversation: conversation.number(),
                account: AccountText(account),
                object: ObjectText(*object),
            },
            Event::Ink { conversation, account, format, picture } => Self::Ink {
                conversation: conversation.map(ConversationId::number),
                account: AccountText(account),
                format: format.map(|format| object::ink(format).into()),
                picture: Base64::new(&picture),
            },
            Event::ObjectReceived { transfer, account, object, content } => Self::ObjectReceived {
                id: id(Started::Transfer(transfer)),
                transfer: transfer.number(),
                account: AccountText(account),
                object: ObjectText(*object),
                content: Base64::new(&content),
            },
            Event::ObjectProgress { transfer, received, total } => {
                Self::ObjectProgress { transfer: transfer.number(), received, total }
            }
            Event::ObjectServing { transfer, account, object } => Self::ObjectServing {
                transfer: transfer.number(),
                account: AccountText(account),
                object: ObjectText(*object),
            },
            Event::ObjectServed { transfer, account, confirmed } => Self::ObjectServed {
                transfer: transfer.number(),
                account: AccountText(account),
                confirmed,
            },
            Event::TransferFailed { transfer, account, error } => Self::TransferFailed {
                id: id(Started::Transfer(transfer)),
                transfer: transfer.number(),
                account: AccountText(account),
                reason: object::failed(error).into(),
                problem: error.to_string(),
            },
            Event::InvitationDeclined { account, application, application_id, reason } => {
                Self::InvitationDeclined {
                    account: AccountText(account),
                    application: application.map(|EufGuid(guid)| GuidText(guid)),
                    application_id: application_id.map(|ApplicationId(number)| number),
                    reason: object::declined(reason).into(),
                }
            }
            Event::MalformedPacket { account, error } => {
                Self::MalformedPacket { account: AccountText(account), problem: error.to_string() }
            }
            Event::MalformedSlp { account, error } => {
                Self::MalformedSlp { account: AccountText(account), problem: error.to_string() }
            }
            Event::UnexpectedPacket(account) => {
                Self::UnexpectedPacket { account: AccountText(account) }
            }
            Event::MessageEnded { conversation, message, delivery } => Self::MessageEnded {
                id: id(Started::Message(message)),
                conversation: conversation.number(),
                message: message.number(),
                delivery: match delivery {
                    Delivery::Accepted => "accepted",
                    Delivery::Failed => "failed",
                    Delivery::Unknown => "unknown",
                }
                .into(),
            },
            Event::Mail(mail) => Self::Mail { mail: Box::new((*mail).into()) },
            Event::Maintenance { minutes } => Self::Maintenance { minutes },
            Event::ServerMessage(body) => Self::ServerMessage { body: without_secrets(&body) },
            Event::Url { path, login, id } => Self::Url { path, login, site: id },
            Event::Found { fields } => Self::Found {
                fields: fields.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            },
            Event::Page(document) => Self::Page { document: without_secrets(&document) },
            Event::Document(document) => Self::Document { document: without_secrets(&document) },
            Event::ServerError(code) => {
                Self::ServerError { code: code.number(), problem: code.to_string() }
            }
            Event::ListFull(account) => Self::ListFull { account: AccountText(account) },
            Event::GroupsFull { id, name } => Self::GroupsFull { group: id.into(), name },
            Event::UnknownContact(contact) => Self::UnknownContact { contact: contact.into() },
            Event::Unknown(command) => {
                let raw = command.as_raw();
                Self::Unknown { line: mask::line(raw), body: raw.body().map(without_secrets) }
            }
            Event::Malformed(error) => Self::Malformed {
                verb: error.verb.to_string(),
                parameter: error.parameter.into(),
                problem: error.to_string(),
            },
            Event::MalformedPersonalMessage(account) => {
                Self::MalformedPersonalMessage { account: AccountText(account) }
            }
            _ => return None,
        })
    }
}

/// The bytes; where they hold tickets, as text with those masked.
fn without_secrets(bytes: &[u8]) -> Body {
    let lines = mask::body(bytes);
    if lines.iter().any(|line| line.ends_with(mask::MASK)) {
        Body::Text(lines.join("\r\n"))
    } else {
        Body::new(bytes)
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Connect => "connect",
        Step::Version => "version",
        Step::ClientVersion => "client_version",
        Step::Information => "information",
        Step::Account => "account",
        Step::Ticket => "ticket",
        Step::Password => "password",
        Step::Lists => "lists",
        Step::FirstStatus => "first_status",
        Step::Room => "room",
        Step::Keepalive => "keepalive",
        Step::Challenge => "challenge",
        _ => "other",
    }
}

fn signed_out(why: &SignOut) -> &'static str {
    match why {
        SignOut::Elsewhere => "signed_in_elsewhere",
        SignOut::ServerDown => "server_down",
        _ => "signed_out_by_server",
    }
}

fn code_of(cause: &SessionError) -> Option<u16> {
    match cause {
        SessionError::Refused { code, .. } => Some(code.number()),
        _ => None,
    }
}
