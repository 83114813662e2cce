//! One of each: every action and every event of a client goes through the bridge.

use std::collections::BTreeMap;

use msnp::client::{
    Action, ActionId, ClientError, ConversationId, Event, MessageId, NotDoneReason, Roster,
    Started, TransferError, TransferId,
};
use msnp::codec::message::{
    Datacast, Emoticon, Emoticons, InkFormat, MailData, MailNotification, MovedMail, NewEmail,
    Profile, Text,
};
use msnp::codec::msn_object::{MsnObject, ObjectType};
use msnp::codec::personal_message::{CurrentMedia, PersonalMessage};
use msnp::codec::{CommandError, FrameLimits, Framer, OwnedCommand, Problem, Sender};
use msnp::core::{Account, ErrorCode, List, Secret, Status, Version};
use msnp::p2p::DeclineReason;
use msnp::p2p::application::{ApplicationId, EufGuid};
use msnp::p2p::packet::PacketError;
use msnp::p2p::slp::SlpMessage;
use msnp::session::{Delivery, RequestError, SessionError, SignOut, Step};
use serde_json::{Value, json};

use crate::bridge::command::{Order, Request};
use crate::bridge::told::Told;
use crate::bridge::value::{AccountText, CallerId, ObjectText, StatusText};

const ACTIONS: &str = include_str!("../../../msnp-client/src/action.rs");
const EVENTS: &str = include_str!("../../../msnp-client/src/event.rs");

const SECRET: &str = "t=the-ticket";

/// A command of each kind, in the order of the page; members that may be left out are there.
pub(super) fn commands() -> Vec<Value> {
    let object = "<msnobj Creator=\"alice@example.com\" Size=\"17\" Type=\"3\" \
                  Location=\"TFR2C2.tmp\" Friendly=\"AAA=\" \
                  SHA1D=\"4OKtSPFcJq0+UrK7Jb27hO+K2NU=\" SHA1C=\"dF7kdicmqXOlDC/LRvbPNObI67Y=\"/>";
    let guid = "6b29fc40-ca47-1067-b31d-00dd010662da";
    vec![
        json!({"do": "set_status", "status": "BSY"}),
        json!({"do": "set_name", "name": "Alice ♥"}),
        json!({
            "do": "set_personal_message", "text": "at work", "machine_guid": guid,
            "current_media": {
                "application": "", "kind": "Music", "enabled": true, "format": "{0} - {1}",
                "arguments": ["a title", "an artist"]
            }
        }),
        json!({"do": "add_contact", "account": "bob@example.com"}),
        json!({"do": "remove_contact", "account": "bob@example.com"}),
        json!({"do": "block", "account": "bob@example.com"}),
        json!({"do": "unblock", "account": "bob@example.com"}),
        json!({"do": "add_to_list", "list": "AL", "account": "bob@example.com"}),
        json!({"do": "remove_from_list", "list": "AL", "account": "bob@example.com"}),
        json!({"do": "allow_by_default", "allow": true}),
        json!({"do": "ask_when_added", "ask": true}),
        json!({"do": "name_contact", "account": "bob@example.com", "name": "Bobby"}),
        json!({"do": "add_group", "name": "Friends"}),
        json!({"do": "rename_group", "group": "1", "name": "Best friends"}),
        json!({"do": "remove_group", "group": "1"}),
        json!({"do": "add_to_group", "account": "bob@example.com", "group": guid}),
        json!({"do": "remove_from_group", "account": "bob@example.com", "group": guid}),
        json!({"do": "set_setting", "key": "PHH", "value": "555 0100"}),
        json!({"do": "set_object", "object": object}),
        json!({
            "do": "set_picture",
            "picture": {"creator": "alice@example.com", "kind": 3, "content": "aGVsbG8="}
        }),
        json!({
            "do": "publish",
            "thing": {
                "creator": "alice@example.com", "kind": 2, "content": "aGVsbG8=",
                "location": "TFR1.dat", "friendly": "a cat"
            }
        }),
        json!({"do": "withdraw", "object": object}),
        json!({"do": "fetch_object", "account": "bob@example.com", "object": object}),
        json!({"do": "cancel_transfer", "transfer": 1}),
        json!({
            "do": "send_emoticons", "conversation": 1, "animated": false,
            "emoticons": [{"shortcut": "(cat)", "object": object}]
        }),
        json!({"do": "ask_url", "page": "COMPOSE", "argument": "bob@example.com"}),
        json!({"do": "find", "fields": {"fname": "Bob", "lname": "Example"}}),
        json!({"do": "invite_by_mail", "account": "carol@example.com"}),
        json!({"do": "invite_by_mail_with_text", "account": "carol@example.com", "text": "come"}),
        json!({"do": "page", "account": "bob@example.com", "text": "call me"}),
        json!({"do": "accept_invitations", "accept": true}),
        json!({"do": "ask_document", "name": "Shields.xml"}),
        json!({"do": "open", "account": "bob@example.com"}),
        json!({"do": "invite", "conversation": 1, "account": "carol@example.com"}),
        json!({
            "do": "send_text", "id": 7, "conversation": 1, "text": "hi",
            "format": {"font": "Verdana", "bold": true, "colour": "#ff8000"},
            "user_agent": "my bot", "shown_name": "Alice at work"
        }),
        json!({"do": "send_typing", "conversation": 1}),
        json!({"do": "send_nudge", "id": "shake", "conversation": 1}),
        json!({"do": "send_datacast", "conversation": 1, "datacast": {"action": "waves"}}),
        json!({
            "do": "send_message", "conversation": 1,
            "body": {"text": "MIME-Version: 1.0\r\nContent-Type: text/x-note\r\n\r\nhi"}
        }),
        json!({"do": "leave", "conversation": 1}),
        json!({"do": "sign_out"}),
        json!({"do": "roster"}),
        json!({"do": "status"}),
        json!({"do": "version"}),
    ]
}

/// An event of each kind.
fn events() -> Vec<Event> {
    let (bob, name) = (bob(), || String::from("Bob"));
    let conversation = ConversationId::new(1);
    let (action, message) = (ActionId::new(3), MessageId::new(5));
    let transfer = TransferId::new(2);
    let mut profile = Profile::default();
    profile.login_time = Some(1_077_000_000);
    profile.ticket = Secret::from(SECRET);
    profile.client_address = "127.0.0.1".parse().ok();
    profile.preferred_email = "alice@example.com".into();
    vec![
        Event::SigningIn(Step::Version),
        Event::VersionChosen(Version::MSNP11),
        Event::ListsLoaded,
        Event::SignedIn,
        Event::Profile(Box::new(profile)),
        Event::ActionEnded { action, result: Ok(()) },
        Event::ActionEnded { action, result: Err(RequestError::Refused(ErrorCode::NOT_ON_LIST)) },
        Event::OwnStatus(Status::BUSY),
        Event::OwnName("Alice".into()),
        Event::ListChanged { list: List::Forward, account: bob.clone(), added: true },
        Event::GroupChanged { id: "1".into(), name: Some("Friends".into()) },
        Event::GroupChanged { id: "1".into(), name: None },
        Event::GroupMember { group: "1".into(), account: bob.clone(), added: false },
        Event::ContactNamed { account: bob.clone(), name: "Bobby".into() },
        Event::Presence {
            account: bob.clone(),
            status: Status::ONLINE,
            name: name(),
            already: true,
        },
        Event::PersonalMessage {
            account: bob.clone(),
            message: PersonalMessage {
                text: "listening".into(),
                current_media: Some(CurrentMedia::song("a title", "an artist")),
                machine_guid: "6b29fc40-ca47-1067-b31d-00dd010662da".parse().ok(),
            },
        },
        Event::Setting { account: None, key: "PHH".into(), value: "555 0100".into() },
        Event::Setting { account: Some(bob.clone()), key: "PHH".into(), value: String::new() },
        Event::InvitationMissed(bob.clone()),
        Event::Invited { conversation, by: bob.clone(), name: name() },
        Event::Joined { conversation, account: bob.clone(), name: name() },
        Event::Left { conversation, account: bob.clone(), idle: false },
        Event::NotInvited {
            conversation,
            account: bob.clone(),
            error: RequestError::Refused(ErrorCode::NOT_ONLINE),
        },
        Event::Text {
            conversation,
            account: bob.clone(),
            name: name(),
            text: Text {
                user_agent: Some("a client".into()),
                shown_name: Some("Bob at work".into()),
                ..Text::new("hi")
            },
        },
        Event::Text {
            conversation,
            account: bob.clone(),
            name: name(),
            text: Text { text: "plain".into(), ..Text::default() },
        },
        Event::Typing { conversation, account: bob.clone() },
        Event::Nudge { conversation, account: bob.clone() },
        Event::Message { conversation, account: bob.clone(), body: b"\xff\0"[..].into() },
        Event::Emoticons {
            conversation,
            account: bob.clone(),
            emoticons: Emoticons { are_animated: false, list: vec![Emoticon::new("(cat)", cat())] },
        },
        Event::ObjectOffered { conversation, account: bob.clone(), object: Box::new(cat()) },
        Event::Ink {
            conversation: Some(conversation),
            account: bob.clone(),
            format: Some(InkFormat::Gif),
            picture: b"\xff\0"[..].into(),
        },
        Event::Ink {
            conversation: None,
            account: bob.clone(),
            format: None,
            picture: b"\xff\0"[..].into(),
        },
        Event::ObjectReceived {
            transfer,
            account: bob.clone(),
            object: Box::new(cat()),
            content: b"cat"[..].into(),
        },
        Event::ObjectProgress { transfer, received: 1202, total: 25_927 },
        Event::ObjectServing { transfer, account: bob.clone(), object: Box::new(cat()) },
        Event::ObjectServed { transfer, account: bob.clone(), confirmed: true },
        Event::TransferFailed { transfer, account: bob.clone(), error: TransferError::Unreachable },
        Event::InvitationDeclined {
            account: bob.clone(),
            application: Some(EufGuid::OBJECT),
            application_id: Some(ApplicationId::OBJECT),
            reason: DeclineReason::UnknownObject,
        },
        Event::MalformedPacket {
            account: bob.clone(),
            error: PacketError::DataMissing { needed: 4, found: 3 },
        },
        Event::MalformedSlp {
            account: bob.clone(),
            error: SlpMessage::parse(b"no slp").unwrap_err(),
        },
        Event::UnexpectedPacket(bob.clone()),
        Event::MessageEnded { conversation, message, delivery: Delivery::Accepted },
        Event::Mail(Box::new(MailNotification::InitialEmail(Default::default()))),
        Event::Mail(Box::new(MailNotification::Email(NewEmail {
            subject: Some("hello".into()),
            id: Some(2),
            ..NewEmail::default()
        }))),
        Event::Mail(Box::new(MailNotification::ActiveMail(MovedMail::default()))),
        Event::Mail(Box::new(MailNotification::InitialMailData(MailData {
            mail_data: Some("<MD></MD>".into()),
            ..MailData::default()
        }))),
        Event::Mail(Box::new(MailNotification::OfflineMessage(MailData::default()))),
        Event::Maintenance { minutes: Some(5) },
        Event::ServerMessage(format!("MSPAuth: {SECRET}\r\nsid: 7\r\n\r\n").into()),
        Event::Url {
            path: "/inbox".into(),
            login: "http://127.0.0.1/".into(),
            id: Some("2".into()),
        },
        Event::Found { fields: vec![("fname".into(), "Bob".into())] },
        Event::Page(b"<NOTIFICATION/>"[..].into()),
        Event::Document(b"<Policies></Policies>"[..].into()),
        Event::ServerError(ErrorCode::SERVER_BUSY),
        Event::ListFull(bob.clone()),
        Event::GroupsFull { id: "101".into(), name: "One more".into() },
        Event::UnknownContact("dave@example.com".into()),
        Event::Unknown(command(&format!("XFR 9 SB 127.0.0.1:1863 CKI {SECRET}\r\n"))),
        Event::Unknown(command("MSG Hotmail Hotmail 2\r\nhi")),
        Event::Malformed(CommandError {
            verb: command("NLN\r\n").as_raw().verb(),
            transaction: None,
            parameter: "status",
            problem: Problem::Missing,
        }),
        Event::MalformedPersonalMessage(bob),
    ]
}

fn told(event: Event) -> Told {
    let unmapped = format!("{event:?} is not told");
    Told::event(event, |_| Some(CallerId::Number(7))).expect(&unmapped)
}

/// A line of output of each kind.
pub(super) fn told_lines() -> Vec<Value> {
    let id = || Some(CallerId::Number(7));
    let do_name = || String::from("send_text");
    let refused = |step| SessionError::Refused { step, code: ErrorCode::SERVER_BUSY };
    let mut lines = vec![
        Told::reply(id(), do_name(), Started::Message(MessageId::new(5)), None),
        Told::reply(None, "open".into(), Started::Conversation(ConversationId::new(1)), None),
        Told::reply(None, "set_name".into(), Started::Action(ActionId::new(3)), None),
        Told::reply(None, "fetch_object".into(), Started::Transfer(TransferId::new(2)), None),
        Told::reply(None, "publish".into(), Started::Nothing, Some(ObjectText(cat()))),
        Told::reply(None, "leave".into(), Started::Nothing, None),
        Told::not_done(id(), do_name(), NotDoneReason::NoConversation),
        Told::Error { id: None, line: 9, problem: "there is no command \"dance\"".into() },
        Told::roster(id(), &Roster::default()),
        Told::Status {
            id: None,
            account: AccountText(bob()),
            signed_in: true,
            status: StatusText(Status::AWAY),
            name: Some("Bob".into()),
        },
        Told::Version { id: None, version: Some(Version::MSNP12.to_string()) },
        Told::ended(&Ok(()), None),
    ];
    for error in [
        ClientError::WrongPassword(String::new()),
        ClientError::SignIn { step: Step::Account, cause: refused(Step::Account) },
        ClientError::TooManyRedirects,
        ClientError::SignedOut(SignOut::Elsewhere),
        ClientError::SessionLost(SessionError::TooManyFaults),
    ] {
        lines.push(Told::ended(&Err(error), Some(Step::Password)));
    }
    lines.extend(events().into_iter().map(told));
    lines.iter().map(|told| serde_json::to_value(told).unwrap()).collect()
}

fn cat() -> MsnObject {
    MsnObject::new("bob@example.com", ObjectType::CUSTOM_EMOTICON, "TFR1.dat", "a cat", b"cat")
}

fn bob() -> Account {
    Account::new("bob@example.com").unwrap()
}

fn command(wire: &str) -> OwnedCommand {
    let mut framer = Framer::new(Sender::Server, Version::MSNP8, FrameLimits::SIGNED_IN);
    framer.next(wire.as_bytes()).unwrap().unwrap().to_owned()
}

/// The variants of an enum, from its source as rustfmt lays it out: with four spaces before each.
fn variants<'s>(source: &'s str, of: &str) -> Vec<&'s str> {
    let head = format!("pub enum {of} {{\n");
    let body = source.split_once(&head).unwrap().1.split_once("\n}").unwrap().0;
    let name = |line: &'s str| {
        let line = line.strip_prefix("    ")?;
        let end = line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len());
        line.starts_with(|c: char| c.is_ascii_uppercase()).then(|| line.split_at(end).0)
    };
    body.lines().filter_map(name).collect()
}

/// `SetStatus` as `set_status`.
fn snake_case(variant: &str) -> String {
    let mut name = String::new();
    for c in variant.chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

fn variant_of(value: &impl std::fmt::Debug) -> String {
    let shown = format!("{value:?}");
    shown.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned()
}

#[test]
fn every_action_of_a_client_has_a_command_of_its_name() {
    let mut actions = Vec::new();
    for command in commands() {
        let order = Order::read(&command.to_string()).unwrap();
        match order.request {
            Request::Act(action) => {
                assert_eq!(snake_case(&variant_of(&action)), order.name);
                actions.push(variant_of(&action));
            }
            Request::Ask(question) => assert_eq!(snake_case(&variant_of(&question)), order.name),
        }
    }
    let known = variants(ACTIONS, "Action");
    assert!(known.len() > 30, "{known:?}");
    assert_eq!(actions, known);
}

#[test]
fn every_event_of_a_client_is_told_under_its_name() {
    let mut told_variants: Vec<String> = Vec::new();
    for event in events() {
        let variant = variant_of(&event);
        let line = serde_json::to_value(told(event)).unwrap();
        assert_eq!(line["event"], snake_case(&variant));
        told_variants.push(variant);
    }
    told_variants.dedup();
    let known = variants(EVENTS, "Event");
    assert!(known.len() > 35, "{known:?}");
    assert_eq!(told_variants, known);
}

#[test]
fn what_a_command_says_is_in_its_action() {
    let mut actions = BTreeMap::new();
    for command in commands() {
        let order = Order::read(&command.to_string()).unwrap();
        if let Request::Act(action) = order.request {
            actions.insert(order.name, action);
        }
    }
    let conversation = ConversationId::new(1);
    for (name, expected) in [
        ("set_status", Action::SetStatus(Status::BUSY)),
        ("add_to_list", Action::AddToList(List::Allow, bob())),
        ("rename_group", Action::RenameGroup("1".into(), "Best friends".into())),
        ("set_setting", Action::SetSetting("PHH".into(), Some("555 0100".into()))),
        (
            "find",
            Action::Find(vec![("fname".into(), "Bob".into()), ("lname".into(), "Example".into())]),
        ),
        ("send_datacast", Action::SendDatacast(conversation, Datacast::Action("waves".into()))),
    ] {
        assert_eq!(actions[name], expected);
    }
    let Action::SendText(_, text) = &actions["send_text"] else { panic!() };
    let format = text.format.as_ref().unwrap();
    assert_eq!((&*text.text, &*format.font), ("hi", "Verdana"));
    assert!(format.effects.bold && !format.effects.italic);
    assert_eq!((format.colour.red, format.colour.green, format.colour.blue), (255, 128, 0));
    assert_eq!(text.shown_name.as_deref(), Some("Alice at work"));
}

#[test]
fn no_ticket_is_told() {
    for event in events() {
        let line = serde_json::to_string(&told(event)).unwrap();
        assert!(!line.contains(SECRET), "{line}");
    }
}
