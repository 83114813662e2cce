//! What the service has to say, and how it ends a session or a room.

use msnp_client::{ClientError, ConversationId, Event};
use msnp_codec::message::{MailNotification, Text};
use msnp_core::{ErrorCode, LinkEnd, LinkId, Version};
use msnp_session::{Delivery, RequestError, SignOut};

use crate::script::{VERSIONS, next};
use crate::scripted::{Scripted, account};

const BOB: &str = "bob@example.com";

fn message(kind: &str, fields: &str) -> String {
    let body = format!("MIME-Version: 1.0\r\nContent-Type: {kind}; charset=UTF-8\r\n\r\n{fields}");
    format!("MSG Hotmail Hotmail {}\r\n{body}", body.len())
}

#[test]
fn what_happens_in_the_mailbox_is_told() {
    let (mut s, ns) = Scripted::online(Version::MSNP10);
    let inbox = "Inbox-Unread: 3\r\nFolders-Unread: 0\r\nInbox-URL: /inbox\r\n";
    s.server(ns, &message("text/x-msmsgsinitialemailnotification", inbox));
    let new = "From: Bob\r\nSubject: Hi\r\nFrom-Addr: bob@example.com\r\n";
    s.server(ns, &message("text/x-msmsgsemailnotification", new));
    let moved = "Src-Folder: ACTIVE\r\nDest-Folder: trash\r\nMessage-Delta: 2\r\n";
    s.server(ns, &message("text/x-msmsgsactivemailnotification", moved));
    let waits = "Mail-Data: <MD></MD>\r\n";
    s.server(ns, &message("text/x-msmsgsinitialmdatanotification", waits));
    let mails: Vec<&MailNotification<'_>> = s
        .events
        .iter()
        .map(|event| match event {
            Event::Mail(mail) => &**mail,
            other => panic!("{other:?}"),
        })
        .collect();
    let [
        MailNotification::InitialEmail(mailbox),
        MailNotification::Email(mail),
        MailNotification::ActiveMail(moved),
        MailNotification::InitialMailData(data),
    ] = &mails[..]
    else {
        panic!("{mails:?}")
    };
    assert_eq!((mailbox.inbox_unread, mailbox.pages.inbox.as_deref()), (Some(3), Some("/inbox")));
    assert_eq!(mail.subject.as_deref(), Some("Hi"));
    assert_eq!(moved.message_delta, Some(2));
    assert_eq!(data.mail_data.as_deref(), Some("<MD></MD>"));
}

#[test]
fn a_service_that_goes_down_says_when_and_other_notices_are_passed_on() {
    let (mut s, ns) = Scripted::online(Version::MSNP8);
    let kind = "application/x-msmsgssystemmessage";
    s.server(ns, &message(kind, "Type: 1\r\nArg1: 5\r\n"));
    s.server(ns, &message(kind, "Type: 1\r\n"));
    s.server(ns, &message(kind, "Type: 17\r\nArg1: Hello\r\n"));
    s.server(ns, &message("text/x-other", ""));
    let down = |minutes| Event::Maintenance { minutes };
    assert_eq!(s.events[..2], [down(Some(5)), down(None)]);
    assert!(s.events[2..].iter().all(|event| matches!(event, Event::ServerMessage(_))));
    assert_eq!(s.events.len(), 4);
}

#[test]
fn a_page_from_a_telephone_is_told() {
    for version in VERSIONS.into_iter().filter(|version| version.has_pages()) {
        let (mut s, ns) = Scripted::online(version);
        s.server(ns, "IPG 13\r\n<TEXT></TEXT>");
        assert_eq!(s.events, [Event::Page("<TEXT></TEXT>".into())], "{version}");
    }
}

#[test]
fn the_reason_for_which_a_server_ends_the_session_is_told() {
    for (said, reason) in [
        ("OUT", SignOut::Plain),
        ("OUT OTH", SignOut::Elsewhere),
        ("OUT SSD", SignOut::ServerDown),
        ("OUT MIG", SignOut::Migrating),
        ("OUT TOU", SignOut::TermsOfUse),
        ("OUT RCT 3", SignOut::ReconnectAfter(3)),
        ("OUT XYZ", SignOut::Other("XYZ".into())),
    ] {
        for version in VERSIONS {
            let (mut s, ns) = Scripted::online(version);
            s.server(ns, &format!("{said}\r\n"));
            assert_eq!(s.end, Some(Err(ClientError::SignedOut(reason.clone()))), "{version}");
            assert_eq!(s.closed, [ns]);
        }
    }
}

/// Alice and bob are in the first room of a conversation; gives the next transaction too.
fn talking(version: Version) -> (Scripted, LinkId, LinkId, u32) {
    let (mut s, ns) = Scripted::online(version);
    let conversation = s.client.open(s.now, account(BOB)).unwrap();
    s.drain();
    assert_eq!(conversation.number(), 1);
    let t = next(version);
    s.server(ns, &format!("XFR {t} SB 10.0.0.9:1865 CKI 1.2\r\n"));
    let room = s.open();
    s.server(room, &format!("USR {} OK alice@example.com Alice\r\n", t + 1));
    let capabilities = if version.members_have_capabilities() { " 32" } else { "" };
    s.server(room, &format!("CAL {} RINGING 1\r\nJOI {BOB} Bob{capabilities}\r\n", t + 2));
    s.take_sent(room);
    s.take_sent(ns);
    s.forget();
    (s, ns, room, t + 3)
}

#[test]
fn a_room_that_fell_silent_is_closed_and_the_next_text_opens_another() {
    for version in VERSIONS {
        let (mut s, ns, room, t) = talking(version);
        s.server(room, &format!("BYE {BOB} 1\r\n"));
        let conversation = ConversationId::new(1);
        let left = Event::Left { conversation, account: account(BOB), idle: true };
        assert_eq!(s.events, [left], "{version}");
        s.lose(room, LinkEnd::Eof);
        assert_eq!(s.events.len(), 1);
        s.client.send_text(s.now, conversation, Text::new("again")).unwrap();
        s.drain();
        s.expect(ns, &format!("XFR {t} SB\r\n"));
        s.server(ns, &format!("XFR {t} SB 10.0.0.10:1865 CKI 3.4\r\n"));
        let room = s.open();
        s.server(room, &format!("USR {} OK alice@example.com Alice\r\n", t + 1));
        s.server(room, &format!("CAL {} RINGING 2\r\nJOI {BOB} Bob\r\n", t + 2));
        s.server(room, &format!("ACK {}\r\n", t + 3));
        let Some(Event::MessageEnded { delivery, .. }) = s.events.last() else {
            panic!("{version} {:?}", s.events)
        };
        assert_eq!(*delivery, Delivery::Accepted, "{version}");
    }
}

#[test]
fn a_room_that_everybody_has_left_is_used_again_while_it_lives_and_replaced_afterwards() {
    for version in VERSIONS {
        for lives in [true, false] {
            let (mut s, ns, room, t) = talking(version);
            let conversation = ConversationId::new(1);
            s.server(room, &format!("BYE {BOB}\r\n"));
            assert!(matches!(s.events[0], Event::Left { idle: false, .. }));
            if !lives {
                s.lose(room, LinkEnd::Eof);
            }
            s.client.send_text(s.now, conversation, Text::new("again")).unwrap();
            s.drain();
            match lives {
                true => s.expect(room, &format!("CAL {t} {BOB}\r\n")),
                false => s.expect(ns, &format!("XFR {t} SB\r\n")),
            }
        }
    }
}

#[test]
fn who_left_a_room_of_three_because_it_fell_silent_is_called_back() {
    let (mut s, ns, room, t) = talking(Version::MSNP9);
    let conversation = ConversationId::new(1);
    s.client.invite(s.now, conversation, account("carol@example.com")).unwrap();
    s.server(room, &format!("CAL {t} RINGING 1\r\nJOI carol@example.com Carol\r\n"));
    s.server(room, &format!("BYE {BOB} 1\r\nBYE carol@example.com 1\r\n"));
    s.lose(room, LinkEnd::Eof);
    s.client.send_text(s.now, conversation, Text::new("again")).unwrap();
    s.drain();
    s.expect(ns, &format!("XFR {} SB\r\n", t + 1));
    s.server(ns, &format!("XFR {} SB 10.0.0.10:1865 CKI 3.4\r\n", t + 1));
    let room = s.open();
    s.take_sent(room);
    s.server(room, &format!("USR {} OK alice@example.com Alice\r\n", t + 2));
    let calls = format!("CAL {} {BOB}\r\nCAL {} carol@example.com\r\n", t + 3, t + 4);
    s.expect(room, &calls);
}

#[test]
fn a_hidden_user_is_told_that_nobody_can_be_invited_and_the_text_fails() {
    for version in VERSIONS {
        let (mut s, ns) = Scripted::online(version);
        let conversation = s.client.open(s.now, account(BOB)).unwrap();
        s.client.send_text(s.now, conversation, Text::new("x")).unwrap();
        s.drain();
        s.server(ns, &format!("913 {}\r\n", next(version)));
        let error = RequestError::Refused(ErrorCode::NOT_ALLOWED_WHILE_HIDDEN);
        let [Event::NotInvited { error: told, .. }, Event::MessageEnded { delivery, .. }] =
            &s.events[..]
        else {
            panic!("{version}: {:?}", s.events)
        };
        assert_eq!((*told, *delivery), (error, Delivery::Failed));
    }
}
