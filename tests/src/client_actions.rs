use msnp_client::{Action, ConversationId};
use msnp_codec::message::{Content, Message, Text};
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, List, Status};
use msnp_testkit::ActionFormat;
use serde_json::{Value, json};

/// How the actions of [`Client`](msnp_client::Client) are written down in a recording: the name of
/// the action, then its arguments, texts and documents in their wire form.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientActions;

impl ActionFormat<Action> for ClientActions {
    fn to_json(&self, action: &Action) -> Value {
        match action {
            Action::SetStatus(status) => json!(["status", status.as_str()]),
            Action::SetName(name) => json!(["name", name]),
            Action::SetPersonalMessage(message) => {
                json!(["personal message", printed(|out| message.print(out))])
            }
            Action::AddContact(account) => json!(["add", account.as_str()]),
            Action::RemoveContact(account) => json!(["remove", account.as_str()]),
            Action::Block(account) => json!(["block", account.as_str()]),
            Action::Unblock(account) => json!(["unblock", account.as_str()]),
            Action::AddToList(list, account) => json!(["on", list.as_str(), account.as_str()]),
            Action::RemoveFromList(list, account) => {
                json!(["off", list.as_str(), account.as_str()])
            }
            Action::AllowByDefault(allow) => json!(["allow by default", allow]),
            Action::Open(account) => json!(["open", account.as_str()]),
            Action::Invite(conversation, account) => {
                json!(["invite", conversation.number(), account.as_str()])
            }
            Action::SendText(conversation, text) => {
                json!(["text", conversation.number(), printed(|out| text.print(out))])
            }
            Action::SendTyping(conversation) => json!(["typing", conversation.number()]),
            Action::SendNudge(conversation) => json!(["nudge", conversation.number()]),
            Action::SendMessage(conversation, body) => {
                json!(["message", conversation.number(), body.to_vec()])
            }
            Action::Leave(conversation) => json!(["leave", conversation.number()]),
            Action::SignOut => json!(["sign out"]),
            other => json!(["unknown", format!("{other:?}")]),
        }
    }

    fn read_json(&self, value: &Value) -> Result<Action, String> {
        read(value).ok_or_else(|| format!("no action of a client: {value}"))
    }
}

fn read(value: &Value) -> Option<Action> {
    let text = |at: usize| value.get(at)?.as_str();
    let account = |at: usize| Account::new(text(at)?).ok();
    let conversation = || value.get(1)?.as_u64().map(ConversationId::new);
    let list = || List::parse(text(1)?.as_bytes());
    Some(match text(0)? {
        "status" => Action::SetStatus(Status::parse(text(1)?.as_bytes())?),
        "name" => Action::SetName(text(1)?.into()),
        "personal message" => {
            Action::SetPersonalMessage(PersonalMessage::parse(text(1)?.as_bytes()).ok()?)
        }
        "add" => Action::AddContact(account(1)?),
        "remove" => Action::RemoveContact(account(1)?),
        "block" => Action::Block(account(1)?),
        "unblock" => Action::Unblock(account(1)?),
        "on" => Action::AddToList(list()?, account(2)?),
        "off" => Action::RemoveFromList(list()?, account(2)?),
        "allow by default" => Action::AllowByDefault(value.get(1)?.as_bool()?),
        "open" => Action::Open(account(1)?),
        "invite" => Action::Invite(conversation()?, account(2)?),
        "text" => Action::SendText(conversation()?, read_text(text(2)?)?),
        "typing" => Action::SendTyping(conversation()?),
        "nudge" => Action::SendNudge(conversation()?),
        "message" => {
            let bytes = value.get(2)?.as_array()?.iter();
            let bytes = bytes.map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok()));
            Action::SendMessage(conversation()?, bytes.collect::<Option<Vec<u8>>>()?.into())
        }
        "leave" => Action::Leave(conversation()?),
        "sign out" => Action::SignOut,
        _ => return None,
    })
}

fn printed(print: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    print(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn read_text(wire: &str) -> Option<Text<'static>> {
    match Message::parse(wire.as_bytes()).content() {
        Content::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}
