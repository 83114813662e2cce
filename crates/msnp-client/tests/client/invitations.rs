//! Who is called into a conversation, how often, and what is told when they cannot come.

use crate::scripted::{Scripted, account};
use msnp_client::{ConversationId, Event, NotDoneReason};
use msnp_codec::message::Text;
use msnp_core::{ErrorCode, LinkEnd, LinkId};
use msnp_session::{Delivery, RequestError, SbClient};

const BOB: &str = "bob@example.com";
const CAROL: &str = "carol@example.com";
const OFFLINE: ErrorCode = ErrorCode::NOT_ONLINE;

/// Alice, signed in with MSNP7, has asked for a room for a talk with bob.
fn asking() -> (Scripted, LinkId, ConversationId) {
    let (mut s, ns) = Scripted::signed_in();
    let conversation = s.client.open(s.now, account(BOB)).unwrap();
    s.drain();
    s.expect(ns, "XFR 8 SB\r\n");
    (s, ns, conversation)
}

/// Alice is in a room, alone; bob has been called with transaction 10.
fn calling() -> (Scripted, LinkId, LinkId, ConversationId) {
    let (mut s, ns, conversation) = asking();
    s.server(ns, "XFR 8 SB 10.0.0.9:1865 CKI 1.2\r\n");
    let room = s.open();
    s.server(room, "USR 9 OK alice@example.com Alice\r\n");
    s.expect(room, "USR 9 alice@example.com 1.2\r\nCAL 10 bob@example.com\r\n");
    (s, ns, room, conversation)
}

fn say(s: &mut Scripted, conversation: ConversationId) {
    s.client.send_text(s.now, conversation, Text::new("Hi")).unwrap();
    s.drain();
}

fn not_invited(s: &Scripted) -> Vec<(String, RequestError)> {
    let told = s.events.iter().filter_map(|event| match event {
        Event::NotInvited { account, error, .. } => Some((account.to_string(), *error)),
        _ => None,
    });
    told.collect()
}

fn ended(s: &Scripted) -> Vec<Delivery> {
    let ended = s.events.iter().filter_map(|event| match event {
        Event::MessageEnded { delivery, .. } => Some(*delivery),
        _ => None,
    });
    ended.collect()
}

#[test]
fn a_switchboard_that_cannot_be_reached_is_told_and_no_other_is_asked_for() {
    for end in [LinkEnd::Refused, LinkEnd::TimedOut, LinkEnd::Eof] {
        let (mut s, ns, conversation) = asking();
        say(&mut s, conversation);
        s.server(ns, "XFR 8 SB 10.0.0.9:1865 CKI 1.2\r\n");
        let (room, _) = s.connects.last().cloned().unwrap();
        s.lose(room, end);
        assert_eq!(not_invited(&s), [(BOB.into(), RequestError::SessionEnded)]);
        assert_eq!(ended(&s), [Delivery::Failed]);
        s.expect(ns, "");
        say(&mut s, conversation);
        s.expect(ns, "XFR 9 SB\r\n");
    }
}

#[test]
fn a_switchboard_that_lets_nobody_in_is_told_with_its_reason() {
    let (mut s, ns, _) = asking();
    s.server(ns, "XFR 8 SB 10.0.0.9:1865 CKI 1.2\r\n");
    let room = s.open();
    s.server(room, "911 9\r\n");
    let refused = RequestError::Refused(ErrorCode::AUTHENTICATION_FAILED);
    assert_eq!(not_invited(&s), [(BOB.into(), refused)]);
    assert_eq!(s.end, None);
}

#[test]
fn an_invitation_to_a_room_that_cannot_be_entered_is_missed() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "RNG 7 10.0.0.9:1865 CKI 1.2 bob@example.com Bob\r\n");
    let (room, _) = s.connects.last().cloned().unwrap();
    s.lose(room, LinkEnd::Refused);
    assert_eq!(s.events.last(), Some(&Event::InvitationMissed(account(BOB))));
    s.expect(ns, "");
}

#[test]
fn a_text_that_waits_for_the_one_who_rang_in_vain_opens_a_room_of_its_own() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "RNG 7 10.0.0.9:1865 CKI 1.2 bob@example.com Bob\r\n");
    say(&mut s, ConversationId::new(1));
    let (room, _) = s.connects.last().cloned().unwrap();
    s.lose(room, LinkEnd::Refused);
    s.expect(ns, "XFR 8 SB\r\n");
    assert_eq!(ended(&s), []);
}

#[test]
fn somebody_who_cannot_come_is_not_called_again_with_the_next_one() {
    let (mut s, _, room, conversation) = calling();
    s.server(room, "CAL 10 RINGING 1\r\nJOI bob@example.com Bob\r\n");
    s.client.invite(s.now, conversation, account(CAROL)).unwrap();
    s.drain();
    s.expect(room, "CAL 11 carol@example.com\r\n");
    s.server(room, "217 11\r\n");
    assert_eq!(not_invited(&s), [(CAROL.into(), RequestError::Refused(OFFLINE))]);
    s.client.invite(s.now, conversation, account("dave@example.com")).unwrap();
    s.drain();
    s.expect(room, "CAL 12 dave@example.com\r\n");
    s.client.invite(s.now, conversation, account(CAROL)).unwrap();
    s.drain();
    s.expect(room, "CAL 13 carol@example.com\r\n");
}

#[test]
fn somebody_who_is_offline_is_called_once_for_all_that_is_said_before_that_is_known() {
    let (mut s, _, room, conversation) = calling();
    for _ in 0..3 {
        say(&mut s, conversation);
    }
    s.expect(room, "");
    s.server(room, "217 10\r\n");
    s.expect(room, "");
    assert_eq!(not_invited(&s), [(BOB.into(), RequestError::Refused(OFFLINE))]);
    assert_eq!(ended(&s), [Delivery::Failed; 3]);
}

#[test]
fn a_room_that_ends_leaves_the_calls_from_another_alone() {
    let (mut s, ns, room, conversation) = calling();
    s.server(ns, "RNG 7 10.0.0.9:1865 CKI 3.4 bob@example.com Bob\r\n");
    let theirs = s.open();
    s.server(theirs, "ANS 11 OK\r\n");
    s.lose(theirs, LinkEnd::Eof);
    say(&mut s, conversation);
    s.expect(room, "");
}

#[test]
fn a_refusal_about_somebody_who_is_there_by_another_way_is_nothing_to_tell() {
    let (mut s, ns, room, _) = calling();
    s.server(ns, "RNG 7 10.0.0.9:1865 CKI 3.4 bob@example.com Bob\r\n");
    let theirs = s.open();
    s.server(theirs, "IRO 11 1 1 bob@example.com Bob\r\nANS 11 OK\r\n");
    s.server(room, "217 10\r\n");
    assert_eq!(not_invited(&s), []);
}

#[test]
fn more_people_than_a_room_holds_are_not_wanted() {
    let (mut s, _, room, conversation) = calling();
    for n in 1..SbClient::MAX_MEMBERS {
        s.server(room, &format!("JOI user{n}@example.com U\r\nBYE user{n}@example.com\r\n"));
    }
    let error = s.client.invite(s.now, conversation, account(CAROL)).unwrap_err();
    assert_eq!(error.reason, NotDoneReason::Full);
    s.server(room, "JOI carol@example.com Carol\r\n");
    let joined = Event::Joined { conversation, account: account(CAROL), name: "Carol".into() };
    assert_eq!(s.events.last(), Some(&joined));
}

#[test]
fn an_invitation_that_cannot_be_sent_is_told() {
    let (mut s, _, room, conversation) = calling();
    s.server(room, "CAL 10 RINGING 1\r\nJOI bob@example.com Bob\r\n");
    let most = 64;
    for n in 0..=most {
        s.client.invite(s.now, conversation, account(&format!("user{n}@example.com"))).unwrap();
        s.drain();
    }
    let [(who, RequestError::NotSent(_))] = &not_invited(&s)[..] else { panic!("{:?}", s.events) };
    assert_eq!(*who, format!("user{most}@example.com"));
}

#[test]
fn signing_out_tells_no_more_than_leaving_that_the_others_are_gone() {
    let (mut s, ns, room, conversation) = calling();
    s.server(room, "CAL 10 RINGING 1\r\nJOI bob@example.com Bob\r\n");
    say(&mut s, conversation);
    s.forget();
    s.client.sign_out(s.now);
    s.drain();
    s.expect(ns, "OUT\r\n");
    let [Event::MessageEnded { delivery: Delivery::Unknown, .. }] = &s.events[..] else {
        panic!("{:?}", s.events)
    };
}

#[test]
fn signing_out_asks_a_server_that_one_was_sent_to_for_no_more_rooms() {
    let (mut s, ns, room, conversation) = calling();
    s.server(room, "CAL 10 RINGING 1\r\n");
    s.server(ns, "XFR 0 NS 10.0.0.2:1863 0 10.0.0.1:1863\r\n");
    let ns = s.open();
    s.server(ns, "VER 11 MSNP7 CVR0\r\nINF 12 MD5\r\nUSR 13 MD5 S 1.2\r\n");
    s.server(ns, "USR 14 OK alice@example.com Alice 1\r\nSYN 15 9\r\nCHG 16 NLN\r\n");
    assert!(s.client.is_signed_in(), "{:?}", s.all_sent());
    say(&mut s, conversation);
    s.take_sent(ns);
    s.client.sign_out(s.now);
    s.drain();
    s.expect(ns, "OUT\r\n");
    s.expect(room, "OUT\r\n");
    assert_eq!(s.end, Some(Ok(())));
}

#[test]
fn a_room_whose_address_cannot_be_read_is_asked_for_again_by_a_later_text() {
    let (mut s, ns, conversation) = asking();
    s.server(ns, "XFR 8 SB nowhere:else CKI 1.2\r\n");
    s.wait(30);
    assert_eq!(not_invited(&s), [(BOB.into(), RequestError::TimedOut)]);
    s.take_sent(ns);
    say(&mut s, conversation);
    s.expect(ns, "XFR 9 SB\r\n");
}
