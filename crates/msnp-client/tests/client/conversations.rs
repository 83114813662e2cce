//! Rooms and messages, against switchboards that say what the protocol says.

use crate::scripted::{Scripted, account};
use msnp_client::{ConversationId, Event, MessageId, NotDoneReason};
use msnp_codec::message::Text;
use msnp_core::{ErrorCode, LinkEnd, LinkId, Version};
use msnp_session::{Delivery, RequestError};

const BOB: &str = "bob@example.com";

fn text(text: &str) -> Text<'static> {
    Text::new(text.to_owned())
}

/// A text as it is sent, with the format of a program that has set none.
fn printed(text: &str) -> String {
    format!(
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
         X-MMS-IM-Format: FN=MS%20Sans%20Serif; EF=; CO=0; CS=0; PF=22\r\n\r\n{text}"
    )
}

/// Alice has opened a conversation and is in her own room; bob has been called.
fn calling() -> (Scripted, LinkId, LinkId, ConversationId) {
    let (mut s, ns) = Scripted::signed_in();
    let conversation = s.client.open(s.now, account(BOB)).unwrap();
    s.drain();
    s.expect(ns, "XFR 8 SB\r\n");
    s.server(ns, "XFR 8 SB 10.0.0.9:1865 CKI 17262740.1050826919.32308\r\n");
    let room = s.open();
    s.expect(room, "USR 9 alice@example.com 17262740.1050826919.32308\r\n");
    s.server(room, "USR 9 OK alice@example.com Alice\r\n");
    s.expect(room, "CAL 10 bob@example.com\r\n");
    (s, ns, room, conversation)
}

fn ended(events: &[Event]) -> Vec<(u64, Delivery)> {
    let ended = events.iter().filter_map(|event| match event {
        Event::MessageEnded { message, delivery, .. } => Some((message.number(), *delivery)),
        _ => None,
    });
    ended.collect()
}

#[test]
fn a_text_waits_for_the_other_side_and_is_accepted_when_the_switchboard_says_so() {
    let (mut s, _, room, conversation) = calling();
    let message = s.client.send_text(s.now, conversation, text("Hi")).unwrap();
    s.drain();
    s.expect(room, "");
    s.server(room, "CAL 10 RINGING abc-not-a-number\r\nJOI bob@example.com Bob\r\n");
    let body = printed("Hi");
    s.expect(room, &format!("MSG 11 A {}\r\n{body}", body.len()));
    assert_eq!(ended(&s.events), []);
    s.server(room, "ACK 11\r\n");
    assert_eq!(ended(&s.events), [(message.number(), Delivery::Accepted)]);
    assert!(s.events.contains(&Event::Joined {
        conversation,
        account: account(BOB),
        name: "Bob".into()
    }));
}

#[test]
fn a_nak_fails_a_text_and_a_lost_link_leaves_it_unknown() {
    let (mut s, _, room, conversation) = calling();
    s.server(room, "CAL 10 RINGING 1\r\nJOI bob@example.com Bob\r\n");
    for _ in 0..2 {
        s.client.send_text(s.now, conversation, text("x")).unwrap();
        s.drain();
    }
    s.server(room, "NAK 11\r\n");
    s.lose(room, LinkEnd::Reset);
    assert_eq!(ended(&s.events), [(1, Delivery::Failed), (2, Delivery::Unknown)]);
    assert_eq!(s.end, None);
}

#[test]
fn a_text_that_is_never_answered_ends_as_unknown() {
    let (mut s, _, room, conversation) = calling();
    s.server(room, "CAL 10 RINGING 1\r\nJOI bob@example.com Bob\r\n");
    s.client.send_text(s.now, conversation, text("x")).unwrap();
    s.drain();
    s.wait(30);
    assert_eq!(ended(&s.events), [(1, Delivery::Unknown)]);
}

#[test]
fn nobody_comes_and_the_text_fails() {
    let (mut s, _, room, conversation) = calling();
    s.client.send_text(s.now, conversation, text("x")).unwrap();
    s.server(room, "217 10\r\n");
    assert_eq!(ended(&s.events), [(1, Delivery::Failed)]);
    let error = RequestError::Refused(ErrorCode::NOT_ONLINE);
    let refused = Event::NotInvited { conversation, account: account(BOB), error };
    assert!(s.events.contains(&refused));
}

#[test]
fn a_hidden_user_gets_no_room_and_the_text_fails() {
    let (mut s, ns) = Scripted::signed_in();
    let conversation = s.client.open(s.now, account(BOB)).unwrap();
    s.client.send_text(s.now, conversation, text("x")).unwrap();
    s.drain();
    s.server(ns, "913 8\r\n");
    assert_eq!(ended(&s.events), [(1, Delivery::Failed)]);
}

#[test]
fn somebody_who_closed_the_window_is_called_again_in_the_same_room() {
    let (mut s, _, room, conversation) = calling();
    s.server(room, "CAL 10 RINGING 1\r\nJOI bob@example.com Bob\r\nBYE bob@example.com\r\n");
    assert_eq!(
        s.events.last(),
        Some(&Event::Left { conversation, account: account(BOB), idle: false })
    );
    s.client.send_text(s.now, conversation, text("x")).unwrap();
    s.drain();
    s.expect(room, "CAL 11 bob@example.com\r\n");
    s.server(room, "CAL 11 RINGING 1\r\nJOI bob@example.com Bob\r\nACK 12\r\n");
    assert_eq!(ended(&s.events), [(1, Delivery::Accepted)]);
}

#[test]
fn a_ring_is_answered_and_what_is_said_there_arrives() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "RNG x17 10.0.0.9:1865 CKI 849.52 bob@example.com Bob\r\n");
    let room = s.open();
    s.expect(room, "ANS 8 alice@example.com 849.52 x17\r\n");
    s.server(room, "IRO 8 1 1 bob@example.com Bob\r\nANS 8 OK\r\n");
    let typing = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\n\
                  TypingUser: bob@example.com\r\n\r\n\r\n";
    s.server(room, &format!("MSG bob@example.com Bob {}\r\n{typing}", typing.len()));
    let hi = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nHällo";
    s.server(room, &format!("MSG bob@example.com Bob {}\r\n{hi}", hi.len()));
    let [Event::Invited { conversation, .. }, .., Event::Text { text, .. }] = &s.events[..] else {
        panic!("{:?}", s.events)
    };
    assert_eq!(text.text, "Hällo");
    let (conversation, account) = (*conversation, account(BOB));
    assert!(s.events.contains(&Event::Typing { conversation, account }));
}

#[test]
fn a_text_in_several_parts_is_one_text_in_whatever_order_they_come() {
    let (mut s, _, room, _) = calling();
    s.server(room, "CAL 10 RINGING 1\r\nJOI bob@example.com Bob\r\n");
    let mut whole = Vec::new();
    text(&"long ".repeat(1000)).print(&mut whole);
    let id = msnp_core::Guid::from_bytes([7; 16]);
    let parts = msnp_codec::message::Message::parse(&whole).split(id).unwrap();
    assert!(parts.len() > 2);
    for part in parts.iter().rev() {
        assert!(!s.events.iter().any(|event| matches!(event, Event::Text { .. })));
        let head = format!("MSG bob@example.com Bob {}\r\n", part.len()).into_bytes();
        s.server_bytes(room, &[&head[..], part].concat());
    }
    let Some(Event::Text { text, .. }) = s.events.last() else { panic!("{:?}", s.events) };
    assert_eq!(text.text, "long ".repeat(1000));
}

#[test]
fn parts_whose_rest_never_comes_are_forgotten() {
    let (mut s, _, room, _) = calling();
    s.server(room, "CAL 10 RINGING 1\r\nJOI bob@example.com Bob\r\n");
    let part =
        "MIME-Version: 1.0\r\nContent-Type: text/plain\r\nMessage-ID: {1}\r\nChunks: 2\r\n\r\nx";
    s.server(room, &format!("MSG bob@example.com Bob {}\r\n{part}", part.len()));
    let waits_for_it = s.deadline.unwrap();
    assert!(waits_for_it <= s.now.after(std::time::Duration::from_secs(120)));
    s.wait(120);
    assert!(s.deadline.is_none_or(|at| at > s.now.monotonic));
    assert!(!s.events.iter().any(|event| matches!(event, Event::Text { .. })));
}

#[test]
fn both_sides_ringing_each_other_at_once_is_one_conversation_and_one_copy_of_each_text() {
    let (mut s, ns, own, conversation) = calling();
    s.server(ns, "RNG 5 10.0.0.9:1865 CKI c bob@example.com Bob\r\n");
    let theirs = s.open();
    s.server(theirs, "IRO 11 1 1 bob@example.com Bob\r\nANS 11 OK\r\n");
    s.expect(theirs, "ANS 11 alice@example.com c 5\r\n");
    s.server(own, "CAL 10 RINGING 4\r\nJOI bob@example.com Bob\r\n");
    s.client.send_text(s.now, conversation, text("once")).unwrap();
    s.drain();
    let body = printed("once");
    s.expect(own, &format!("MSG 12 A {}\r\n{body}", body.len()));
    s.expect(theirs, "");
    let joined = s.events.iter().filter(|event| matches!(event, Event::Joined { .. })).count();
    let invited = s.events.iter().any(|event| matches!(event, Event::Invited { .. }));
    assert_eq!((joined, invited), (1, false));
    s.server(theirs, "BYE bob@example.com\r\n");
    assert!(!s.events.iter().any(|event| matches!(event, Event::Left { .. })));
    s.server(own, "BYE bob@example.com\r\n");
    assert!(s.events.iter().any(|event| matches!(event, Event::Left { .. })));
}

#[test]
fn a_text_waits_for_the_one_before_it_where_that_was_said_in_another_room() {
    let (mut s, ns, own, conversation) = calling();
    s.server(ns, "RNG 5 10.0.0.9:1865 CKI c bob@example.com Bob\r\n");
    let theirs = s.open();
    s.server(theirs, "IRO 11 1 1 bob@example.com Bob\r\nANS 11 OK\r\n");
    s.expect(theirs, "ANS 11 alice@example.com c 5\r\n");
    s.client.send_text(s.now, conversation, text("first")).unwrap();
    s.drain();
    s.expect(theirs, &format!("MSG 12 A {}\r\n{}", printed("first").len(), printed("first")));
    s.server(own, "CAL 10 RINGING 4\r\nJOI bob@example.com Bob\r\n");
    s.client.send_text(s.now, conversation, text("second")).unwrap();
    s.drain();
    s.expect(own, "");
    s.expect(theirs, "");
    s.server(theirs, "ACK 12\r\n");
    s.expect(own, &format!("MSG 13 A {}\r\n{}", printed("second").len(), printed("second")));
    s.server(own, "ACK 13\r\n");
    assert_eq!(ended(&s.events), [(1, Delivery::Accepted), (2, Delivery::Accepted)]);
}

#[test]
fn a_message_that_is_too_long_is_given_back() {
    let (mut s, _, _, conversation) = calling();
    let error = s.client.send_text(s.now, conversation, text(&"x".repeat(1664))).unwrap_err();
    assert_eq!(error.reason, NotDoneReason::TooLong);
    let error = s.client.send_nudge(s.now, conversation).unwrap_err();
    assert_eq!(error.reason, NotDoneReason::NotInVersion(Version::MSNP7));
    let error = s.client.open(s.now, account("alice@example.com")).unwrap_err();
    assert_eq!(error.reason, NotDoneReason::NotPossible);
}

#[test]
fn messages_that_wait_are_bounded_and_give_up() {
    let (mut s, _, _, conversation) = calling();
    for n in 1..=32 {
        let sent = s.client.send_text(s.now, conversation, text("x")).unwrap();
        assert_eq!(sent, MessageId::new(n));
    }
    let error = s.client.send_text(s.now, conversation, text("x")).unwrap_err();
    assert_eq!(error.reason, NotDoneReason::Full);
    s.drain();
    s.wait(60);
    assert_eq!(ended(&s.events).len(), 32);
    assert!(ended(&s.events).iter().all(|(_, delivery)| *delivery == Delivery::Failed));
}

#[test]
fn leaving_says_out_and_forgets_the_conversation() {
    let (mut s, _, room, conversation) = calling();
    s.client.leave(s.now, conversation).unwrap();
    s.drain();
    s.expect(room, "OUT\r\n");
    assert_eq!(s.closed, [room]);
    let error = s.client.send_text(s.now, conversation, text("x")).unwrap_err();
    assert_eq!(error.reason, NotDoneReason::NoConversation);
}

#[test]
fn signing_out_leaves_every_room_and_ends_well() {
    let (mut s, ns, room, _) = calling();
    s.client.sign_out(s.now);
    s.drain();
    s.expect(ns, "OUT\r\n");
    s.expect(room, "OUT\r\n");
    assert_eq!(s.end, Some(Ok(())));
}

#[test]
fn somebody_who_rings_again_and_again_opens_no_more_rooms_than_the_limit() {
    let (mut s, ns) = Scripted::signed_in();
    for n in 0..200 {
        s.server(ns, &format!("RNG {n} 10.0.0.9:1865 CKI 1.{n} bob@example.com Bob\r\n"));
    }
    assert_eq!(s.connects.len(), 1 + 64);
    let missed = |event: &&Event| matches!(event, Event::InvitationMissed(_));
    assert_eq!(s.events.iter().filter(missed).count(), 200 - 64);
    s.server(ns, "CHL 0 1\r\n");
    assert_eq!(s.end, None);
}

#[test]
fn conversations_that_nobody_is_in_make_room_for_new_ones() {
    let (mut s, ns) = Scripted::signed_in();
    for n in 0..200 {
        let ring = format!("RNG {n} 10.0.0.9:1865 CKI 1.{n} user{n}@example.com User\r\n");
        s.server(ns, &ring);
        let room = s.open();
        let Some((_, answer)) = s.all_sent().into_iter().find(|(link, _)| *link == room) else {
            panic!("{n}")
        };
        let transaction = answer.split(' ').nth(1).unwrap();
        s.server(room, &format!("ANS {transaction} OK\r\n"));
        s.lose(room, LinkEnd::Eof);
    }
    let missed = |event: &Event| matches!(event, Event::InvitationMissed(_));
    assert!(!s.events.iter().any(missed));
}
