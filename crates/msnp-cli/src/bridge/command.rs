//! The commands that a program sends, one for each [`Action`], and questions about state.

use std::collections::BTreeMap;

use msnp::client::{Action, ConversationId, TransferId};
use msnp::codec::message::{Emoticons, Text};
use msnp::codec::personal_message::PersonalMessage;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::bridge::object::{EmoticonOf, OwnThing};
use crate::bridge::value::{
    AccountText, Body, CallerId, FormatOfText, GuidText, ListText, Media, ObjectText, SmallThing,
    StatusText, Word,
};

/// A line that was read, and what the program calls it.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) id: Option<CallerId>,
    /// The name of the command, as it was given.
    pub(crate) name: String,
    pub(crate) request: Request,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Request {
    Act(Action),
    Ask(Question),
}

/// Something about the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Roster,
    Status,
    Version,
}

/// Why a line is no command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// What the program calls the command, where that could be read.
    pub(crate) id: Option<CallerId>,
    pub(crate) problem: String,
}

/// A command. The name stands in the member `do`, which this type does not show.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(tag = "do"))]
pub(crate) enum Command {
    /// Takes a status.
    SetStatus { status: StatusText },
    /// Takes a friendly name.
    SetName { name: String },
    /// Takes a personal message (MSNP11 and later).
    SetPersonalMessage {
        #[serde(default)]
        text: String,
        current_media: Option<Media>,
        machine_guid: Option<GuidText>,
    },
    /// Puts somebody on the forward list, and on the allow list unless they are blocked.
    AddContact { account: AccountText },
    /// Takes somebody off the forward list.
    RemoveContact { account: AccountText },
    /// Moves somebody from the allow list to the block list: for them one is offline from now on.
    Block { account: AccountText },
    /// Moves somebody back.
    Unblock { account: AccountText },
    /// Puts somebody on one list, as it is.
    AddToList { list: ListText, account: AccountText },
    /// Takes somebody off one list, as it is.
    RemoveFromList { list: ListText, account: AccountText },
    /// Sets whether those who are neither allowed nor blocked may reach one.
    AllowByDefault { allow: bool },
    /// Sets whether the program should ask when somebody adds one.
    AskWhenAdded { ask: bool },
    /// Calls a contact by this name in one's own list.
    NameContact { account: AccountText, name: String },
    /// Makes a group (MSNP7 and later).
    AddGroup { name: String },
    /// Gives a group another name (MSNP7 and later).
    RenameGroup { group: Word, name: String },
    /// Removes a group; who is in it stays on the forward list (MSNP7 and later).
    RemoveGroup { group: Word },
    /// Puts somebody on the forward list into a group (MSNP7 and later).
    AddToGroup { account: AccountText, group: Word },
    /// Takes somebody out of a group (MSNP7 and later).
    RemoveFromGroup { account: AccountText, group: Word },
    /// Sets something about oneself, such as the telephone number `PHH`; without a value it is
    /// cleared (MSNP5 and later).
    SetSetting { key: Word, value: Option<String> },
    /// Shows this MSN object as display picture, or none (MSNP9 and later).
    SetObject { object: Option<ObjectText> },
    /// Shows a display picture, or none, and serves it to those who want to see it (MSNP9 and
    /// later). The one before it is served no more. `reply` names its descriptor.
    SetPicture { picture: Option<OwnThing> },
    /// Serves a picture, an emoticon or another object to whoever asks for it (MSNP9 and later).
    /// `reply` names its descriptor.
    Publish { thing: OwnThing },
    /// Serves an object no more (MSNP9 and later).
    Withdraw { object: ObjectText },
    /// Fetches an object from whoever has it (MSNP9 and later). Ends once, as `object_received` or
    /// `transfer_failed`.
    FetchObject { account: AccountText, object: ObjectText },
    /// Ends a transfer, either way. `transfer_failed` follows where it was under way.
    CancelTransfer { transfer: u64 },
    /// Says which pictures stand for which letters in the texts that follow (MSNP9 and later).
    /// They are to be published.
    SendEmoticons {
        conversation: u64,
        emoticons: Vec<EmoticonOf>,
        /// Whether the pictures move.
        #[serde(default)]
        animated: bool,
    },
    /// Asks for the address of a web page, such as `INBOX`. `url` comes first.
    AskUrl { page: Word, argument: Option<Word> },
    /// Searches the directory by fields such as `fname` (MSNP2 to 7). A `found` for each person
    /// comes first.
    Find { fields: BTreeMap<Box<str>, Box<str>> },
    /// Has the service invite somebody by mail.
    InviteByMail { account: AccountText },
    /// The same with a text of one's own (MSNP5 and later).
    InviteByMailWithText { account: AccountText, text: String },
    /// Sends a page to the telephone of somebody (MSNP5 and later).
    Page { account: AccountText, text: String },
    /// Sets whether others may invite one to conversations at all (MSNP3 and later).
    AcceptInvitations { accept: bool },
    /// Asks for a configuration document, such as `Shields.xml` (MSNP11 and later). `document`
    /// comes first.
    AskDocument { name: Word },
    /// Begins to talk to somebody, or finds the conversation there is.
    Open { account: AccountText },
    /// Invites one more to a conversation.
    Invite { conversation: u64, account: AccountText },
    /// Says something. A long text goes in several parts (MSNP9 and later).
    SendText {
        conversation: u64,
        text: String,
        format: Option<FormatOfText>,
        /// The program that it was written with.
        user_agent: Option<String>,
        /// The name to show for oneself in this conversation alone.
        shown_name: Option<String>,
    },
    /// Shows that one is writing; goes only to those who are there.
    SendTyping { conversation: u64 },
    /// Shakes the window (MSNP9 and later).
    SendNudge { conversation: u64 },
    /// Sends a small thing: a wink, a voice clip, an action (MSNP9 and later).
    SendDatacast { conversation: u64, datacast: SmallThing },
    /// Sends a message of one's own making: headers, an empty line and the body.
    SendMessage { conversation: u64, body: Body },
    /// Leaves a conversation.
    Leave { conversation: u64 },
    /// Signs out, and ends the bridge.
    SignOut {},
    /// Asks for contacts and groups, as the server last described them.
    Roster {},
    /// Asks for the own account, name and status.
    Status {},
    /// Asks which version is spoken.
    Version {},
}

impl Order {
    /// Reads a line that is not blank.
    pub(crate) fn read(line: &str) -> Result<Self, Unreadable> {
        let value: Value = serde_json::from_str(line)
            .map_err(|error| Unreadable { id: None, problem: not_json(&error) })?;
        let Value::Object(mut members) = value else {
            return Err(Unreadable { id: None, problem: NO_OBJECT.into() });
        };
        let id = match members.remove("id").map(serde_json::from_value::<Option<CallerId>>) {
            None => None,
            Some(Ok(id)) => id,
            Some(Err(_)) => return Err(Unreadable { id: None, problem: CallerId::FORM.into() }),
        };
        match command(members) {
            Ok((name, command)) => Ok(Self { id, name, request: command.into() }),
            Err(problem) => Err(Unreadable { id, problem }),
        }
    }
}

const NO_OBJECT: &str = "a command is a JSON object, such as {\"do\":\"status\"}";

fn command(mut members: Map<String, Value>) -> Result<(String, Command), String> {
    let name = match members.remove("do") {
        Some(Value::String(name)) => name,
        Some(_) => return Err("the member \"do\" must be a text, the name of a command".into()),
        None => return Err("there is no member \"do\" that says what to do".into()),
    };
    // The other way to write an enum: with it, an error knows the place of what is wrong.
    let tagged: Map<_, _> = [(name.clone(), Value::Object(members))].into_iter().collect();
    match serde_path_to_error::deserialize(Value::Object(tagged)) {
        Ok(command) => Ok((name, command)),
        Err(error) => Err(wrong(&name, &error)),
    }
}

/// What is wrong with a command, and where.
fn wrong(name: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let what = error.inner().to_string();
    if what.starts_with("unknown variant") && !is_name(name) {
        return format!("there is no command {name:?}");
    }
    let path = error.path().to_string();
    let place = path.strip_prefix(name).unwrap_or(&path).trim_start_matches('.');
    match place {
        "" | "." => format!("{name}: {what}"),
        place => format!("{name}: the member {place:?}: {what}"),
    }
}

/// Whether there is a command with this name, whatever else it needs.
fn is_name(name: &str) -> bool {
    let tagged: Map<_, _> = [(name.to_owned(), Value::Null)].into_iter().collect();
    let read: Result<Command, _> = serde_json::from_value(Value::Object(tagged));
    !read.is_err_and(|error| error.to_string().starts_with("unknown variant"))
}

fn not_json(error: &serde_json::Error) -> String {
    let what = error.to_string();
    let end = format!(" at line {} column {}", error.line(), error.column());
    let what = what.strip_suffix(&end).unwrap_or(&what);
    format!("this is not JSON: {what} at column {}", error.column())
}

impl From<Command> for Request {
    fn from(command: Command) -> Self {
        let talk = ConversationId::new;
        Self::Act(match command {
            Command::Roster {} => return Self::Ask(Question::Roster),
            Command::Status {} => return Self::Ask(Question::Status),
            Command::Version {} => return Self::Ask(Question::Version),
            Command::SetStatus { status } => Action::SetStatus(status.0),
            Command::SetName { name } => Action::SetName(name.into()),
            Command::SetPersonalMessage { text, current_media, machine_guid } => {
                Action::SetPersonalMessage(PersonalMessage {
                    text,
                    current_media: current_media.map(Into::into),
                    machine_guid: machine_guid.map(|guid| guid.0),
                })
            }
            Command::AddContact { account } => Action::AddContact(account.0),
            Command::RemoveContact { account } => Action::RemoveContact(account.0),
            Command::Block { account } => Action::Block(account.0),
            Command::Unblock { account } => Action::Unblock(account.0),
            Command::AddToList { list, account } => Action::AddToList(list.0, account.0),
            Command::RemoveFromList { list, account } => Action::RemoveFromList(list.0, account.0),
            Command::AllowByDefault { allow } => Action::AllowByDefault(allow),
            Command::AskWhenAdded { ask } => Action::AskWhenAdded(ask),
            Command::NameContact { account, name } => Action::NameContact(account.0, name.into()),
            Command::AddGroup { name } => Action::AddGroup(name.into()),
            Command::RenameGroup { group, name } => Action::RenameGroup(group.0, name.into()),
            Command::RemoveGroup { group } => Action::RemoveGroup(group.0),
            Command::AddToGroup { account, group } => Action::AddToGroup(account.0, group.0),
            Command::RemoveFromGroup { account, group } => {
                Action::RemoveFromGroup(account.0, group.0)
            }
            Command::SetSetting { key, value } => {
                Action::SetSetting(key.0, value.map(String::into_boxed_str))
            }
            Command::SetObject { object } => {
                Action::SetObject(object.map(|object| object.0.to_string().into()))
            }
            Command::SetPicture { picture } => Action::SetPicture(picture.map(Into::into)),
            Command::Publish { thing } => Action::Publish(thing.into()),
            Command::Withdraw { object } => Action::Withdraw(Box::new(object.0)),
            Command::FetchObject { account, object } => {
                Action::FetchObject(account.0, Box::new(object.0))
            }
            Command::CancelTransfer { transfer } => {
                Action::CancelTransfer(TransferId::new(transfer))
            }
            Command::SendEmoticons { conversation, emoticons, animated } => {
                let list = emoticons.into_iter().map(Into::into).collect();
                let emoticons = Emoticons { are_animated: animated, list };
                Action::SendEmoticons(talk(conversation), emoticons)
            }
            Command::AskUrl { page, argument } => {
                Action::AskUrl(page.0, argument.map(|argument| argument.0))
            }
            Command::Find { fields } => Action::Find(fields.into_iter().collect()),
            Command::InviteByMail { account } => Action::InviteByMail(account.0),
            Command::InviteByMailWithText { account, text } => {
                Action::InviteByMailWithText(account.0, text.into())
            }
            Command::Page { account, text } => Action::Page(account.0, text.into()),
            Command::AcceptInvitations { accept } => Action::AcceptInvitations(accept),
            Command::AskDocument { name } => Action::AskDocument(name.0),
            Command::Open { account } => Action::Open(account.0),
            Command::Invite { conversation, account } => {
                Action::Invite(talk(conversation), account.0)
            }
            Command::SendText { conversation, text, format, user_agent, shown_name } => {
                let text = Text {
                    text: text.into(),
                    format: Some(format.unwrap_or_default().into()),
                    user_agent: user_agent.map(Into::into),
                    shown_name: shown_name.map(Into::into),
                };
                Action::SendText(talk(conversation), text)
            }
            Command::SendTyping { conversation } => Action::SendTyping(talk(conversation)),
            Command::SendNudge { conversation } => Action::SendNudge(talk(conversation)),
            Command::SendDatacast { conversation, datacast } => {
                Action::SendDatacast(talk(conversation), datacast.into())
            }
            Command::SendMessage { conversation, body } => {
                Action::SendMessage(talk(conversation), body.into_bytes().into())
            }
            Command::Leave { conversation } => Action::Leave(talk(conversation)),
            Command::SignOut {} => Action::SignOut,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: &str) -> String {
        Order::read(line).unwrap_err().problem
    }

    #[test]
    fn a_command_that_cannot_be_read_is_answered_with_what_is_wrong_and_where() {
        for (line, expected) in [
            ("{", "this is not JSON: EOF while parsing an object at column 1"),
            ("[1]", NO_OBJECT),
            ("\0", "this is not JSON: expected value at column 1"),
            ("{}", "there is no member \"do\" that says what to do"),
            (r#"{"do":1}"#, "the member \"do\" must be a text, the name of a command"),
            (r#"{"do":"dance"}"#, "there is no command \"dance\""),
            (r#"{"do":"status","id":1.5}"#, "id must be a text or a whole number"),
            (r#"{"do":"leave"}"#, "leave: missing field `conversation`"),
            (
                r#"{"do":"leave","conversation":"1"}"#,
                "leave: the member \"conversation\": invalid type: string \"1\", expected u64",
            ),
            (
                r#"{"do":"leave","conversation":1,"now":true}"#,
                "leave: the member \"now\": unknown field `now`, expected `conversation`",
            ),
            (
                r#"{"do":"block","account":"bob"}"#,
                "block: the member \"account\": an account looks like alice@example.com",
            ),
            (
                r#"{"do":"send_text","conversation":1,"text":"","format":{"colour":"red"}}"#,
                "send_text: the member \"format.colour\": a colour looks like #ff8000",
            ),
        ] {
            assert_eq!(problem(line), expected, "{line}");
        }
    }

    #[test]
    fn the_name_of_a_wrong_command_is_kept_for_its_caller() {
        let unreadable = Order::read(r#"{"do":"dance","id":"seven"}"#).unwrap_err();
        assert_eq!(unreadable.id, Some(CallerId::Text("seven".into())));
    }

    #[test]
    fn null_counts_as_left_out_in_the_id_too() {
        for line in [r#"{"do":"status","id":null}"#, r#"{"do":"status"}"#] {
            assert_eq!(Order::read(line).unwrap().id, None, "{line}");
        }
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let line = "[".repeat(100_000);
        assert!(problem(&line).starts_with("this is not JSON: recursion limit"));
    }
}
