//! Texts that go in several parts.

use msnp_client::{ConversationId, Event, NotDoneReason};
use msnp_codec::message::{Content, Datacast, Message, Reassembly, ReassemblyLimits, Text};
use msnp_core::{LinkEnd, LinkId, Version};
use msnp_session::Delivery;

use crate::script::{VERSIONS, next};
use crate::scripted::{Scripted, account, config};

const BOB: &str = "bob@example.com";

fn text(text: &str) -> Text<'static> {
    Text::new(text.to_owned())
}

/// With the transaction of the next message.
struct Room {
    s: Scripted,
    link: LinkId,
    conversation: ConversationId,
    next: u32,
}

/// Alice is in her room with bob.
fn room(mut s: Scripted, ns: LinkId, version: Version) -> Room {
    let conversation = s.client.open(s.now, account(BOB)).unwrap();
    s.drain();
    let t = next(version);
    s.server(ns, &format!("XFR {t} SB 10.0.0.9:1865 CKI 1.2\r\n"));
    let link = s.open();
    s.server(link, &format!("USR {} OK alice@example.com Alice\r\n", t + 1));
    s.server(link, &format!("CAL {} RINGING 1\r\nJOI {BOB} Bob\r\n", t + 2));
    s.take_sent(link);
    Room { s, link, conversation, next: t + 3 }
}

/// The same where so many commands at most may wait for their answers.
fn room_with_few_under_way(most: usize) -> Room {
    let mut config = config(Version::MSNP9);
    config.limits.session.pending = most;
    let (mut s, ns) = Scripted::up_to_lists(config);
    s.server(ns, &crate::script::lists(Version::MSNP9));
    s.server(ns, "CHG 6 NLN\r\n");
    room(s, ns, Version::MSNP9)
}

/// The payloads of these `MSG` commands, whose transactions follow one another.
fn payloads(mut sent: &[u8], mut transaction: u32) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    while !sent.is_empty() {
        let end = sent.windows(2).position(|two| two == b"\r\n").unwrap();
        let line = std::str::from_utf8(&sent[..end]).unwrap();
        let length = line.strip_prefix(&format!("MSG {transaction} A ")).unwrap();
        let length: usize = length.parse().unwrap();
        payloads.push(sent[end + 2..end + 2 + length].to_vec());
        sent = &sent[end + 2 + length..];
        transaction += 1;
    }
    payloads
}

fn ended(s: &Scripted) -> Vec<(u64, Delivery)> {
    let ended = s.events.iter().filter_map(|event| match event {
        Event::MessageEnded { message, delivery, .. } => Some((message.number(), *delivery)),
        _ => None,
    });
    ended.collect()
}

#[test]
fn a_long_text_goes_in_parts_that_make_one_again_or_is_given_back() {
    let long = "long and wide — ".repeat(300);
    for version in VERSIONS {
        let (s, ns) = Scripted::online(version);
        let mut room = room(s, ns, version);
        let sent = room.s.client.send_text(room.s.now, room.conversation, text(&long));
        room.s.drain();
        if !version.has_multi_part_messages() {
            assert_eq!(sent.unwrap_err().reason, NotDoneReason::TooLong, "{version}");
            assert_eq!(room.s.take_sent(room.link), b"", "{version}");
            continue;
        }
        let parts = payloads(&room.s.take_sent(room.link), room.next);
        assert!(parts.len() > 2, "{version}");
        let mut reassembly = Reassembly::new(ReassemblyLimits::default());
        let mut whole = None;
        for part in &parts {
            assert!(part.len() <= 1664);
            let part = Message::parse(part).part().unwrap();
            whole = reassembly.add(room.s.now.monotonic, (), part).unwrap();
        }
        let whole = whole.unwrap();
        let Content::Text(text) = Message::parse(&whole).content() else { panic!("no text") };
        assert_eq!(text.text, long);
        // It ends once, with its last part.
        for t in room.next..room.next + u32::try_from(parts.len()).unwrap() {
            assert_eq!(ended(&room.s), [], "{version}");
            room.s.server(room.link, &format!("ACK {t}\r\n"));
        }
        assert_eq!(ended(&room.s), [(sent.unwrap().number(), Delivery::Accepted)]);
    }
}

#[test]
fn parts_have_ids_that_differ_from_text_to_text_and_from_seed_to_seed() {
    let mut ids = Vec::new();
    for seed in [1, 2] {
        let mut config = config(Version::MSNP11);
        config.seed = [seed; 32];
        let (mut s, ns) = Scripted::up_to_lists(config);
        s.server(ns, &crate::script::lists(Version::MSNP11));
        s.server(ns, "CHG 6 NLN\r\n");
        let mut room = room(s, ns, Version::MSNP11);
        for _ in 0..2 {
            let long = text(&"x".repeat(2000));
            room.s.client.send_text(room.s.now, room.conversation, long).unwrap();
        }
        room.s.drain();
        for part in payloads(&room.s.take_sent(room.link), room.next).chunks(2) {
            let [first, second] = part else { panic!("not in two parts") };
            let id = |part: &[u8]| Message::parse(part).part().unwrap().id.to_vec();
            assert_eq!(id(first), id(second));
            ids.push(id(first));
        }
    }
    let different: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(different.len(), 4);
}

#[test]
fn a_text_fails_with_one_of_its_parts_and_is_unknown_with_one_that_is() {
    let three = || text(&"x".repeat(4000));
    for (answers, delivery) in [
        (["ACK", "NAK", "ACK"], Delivery::Failed),
        (["NAK", "ACK", "ACK"], Delivery::Failed),
        (["ACK", "ACK", "NAK"], Delivery::Failed),
        (["ACK", "ACK", ""], Delivery::Unknown),
        (["NAK", "", "ACK"], Delivery::Failed),
    ] {
        let (s, ns) = Scripted::online(Version::MSNP12);
        let mut room = room(s, ns, Version::MSNP12);
        room.s.client.send_text(room.s.now, room.conversation, three()).unwrap();
        room.s.drain();
        assert_eq!(payloads(&room.s.take_sent(room.link), room.next).len(), 3);
        for (t, answer) in (room.next..).zip(answers) {
            if !answer.is_empty() {
                room.s.server(room.link, &format!("{answer} {t}\r\n"));
            }
        }
        room.s.lose(room.link, LinkEnd::Reset);
        assert_eq!(ended(&room.s), [(1, delivery)], "{answers:?}");
    }
}

#[test]
fn once_a_part_of_a_text_has_failed_no_more_of_it_is_sent() {
    let mut room = room_with_few_under_way(1);
    room.s.client.send_text(room.s.now, room.conversation, text(&"x".repeat(4000))).unwrap();
    room.s.client.send_text(room.s.now, room.conversation, text("after")).unwrap();
    room.s.drain();
    assert_eq!(payloads(&room.s.take_sent(room.link), room.next).len(), 1);
    room.s.server(room.link, &format!("NAK {}\r\n", room.next));
    let sent = payloads(&room.s.take_sent(room.link), room.next + 1);
    assert!(sent.len() == 1 && sent[0].ends_with(b"after"));
    assert_eq!(ended(&room.s), [(1, Delivery::Failed)]);
}

#[test]
fn a_text_of_more_parts_than_may_wait_goes_on_with_each_answer_and_in_order() {
    let mut room = room_with_few_under_way(4);
    let long: String = (0..4000).map(|n| format!("{n} ")).collect();
    let message = room.s.client.send_text(room.s.now, room.conversation, text(&long)).unwrap();
    let after = room.s.client.send_text(room.s.now, room.conversation, text("after")).unwrap();
    room.s.drain();
    let first = room.next;
    let transaction = |at: usize| first + u32::try_from(at).unwrap();
    let mut parts = payloads(&room.s.take_sent(room.link), room.next);
    assert_eq!(parts.len(), 4);
    let mut answered = 0;
    while answered < parts.len() {
        room.s.server(room.link, &format!("ACK {}\r\n", transaction(answered)));
        answered += 1;
        let more = payloads(&room.s.take_sent(room.link), transaction(parts.len()));
        assert!(more.len() <= 1);
        parts.extend(more);
    }
    let last = parts.pop().unwrap();
    assert!(last.ends_with(b"after"));
    let body: Vec<u8> =
        parts.iter().flat_map(|part| Message::parse(part).body().to_vec()).collect();
    assert_eq!(String::from_utf8(body).unwrap(), long);
    let accepted = |id: msnp_client::MessageId| (id.number(), Delivery::Accepted);
    assert_eq!(ended(&room.s), [accepted(message), accepted(after)]);
}

#[test]
fn a_long_text_that_waits_for_somebody_goes_as_a_whole_when_they_come() {
    let (mut s, ns) = Scripted::online(Version::MSNP10);
    let conversation = s.client.open(s.now, account(BOB)).unwrap();
    s.client.send_text(s.now, conversation, text(&"x".repeat(3000))).unwrap();
    s.drain();
    s.server(ns, "XFR 7 SB 10.0.0.9:1865 CKI 1.2\r\n");
    let link = s.open();
    s.server(link, "USR 8 OK alice@example.com Alice\r\nCAL 9 RINGING 1\r\n");
    s.take_sent(link);
    s.server(link, &format!("JOI {BOB} Bob\r\n"));
    assert_eq!(payloads(&s.take_sent(link), 10).len(), 2);
    s.server(link, "ACK 10\r\nACK 11\r\n");
    assert_eq!(ended(&s), [(1, Delivery::Accepted)]);
}

#[test]
fn the_rest_of_a_text_is_not_said_to_somebody_who_has_missed_its_beginning() {
    let mut room = room_with_few_under_way(1);
    room.s.client.send_text(room.s.now, room.conversation, text(&"x".repeat(4000))).unwrap();
    room.s.drain();
    assert_eq!(payloads(&room.s.take_sent(room.link), room.next).len(), 1);
    room.s.server(room.link, &format!("BYE {BOB}\r\nJOI {BOB} Bob\r\nACK {}\r\n", room.next));
    assert_eq!(room.s.take_sent(room.link), b"");
    assert_eq!(ended(&room.s), [(1, Delivery::Failed)]);
}

#[test]
fn a_text_that_no_number_of_parts_can_hold_is_given_back() {
    let (s, ns) = Scripted::online(Version::MSNP12);
    let mut room = room(s, ns, Version::MSNP12);
    let long = text(&"x".repeat(300_000));
    let error = room.s.client.send_text(room.s.now, room.conversation, long).unwrap_err();
    assert_eq!(error.reason, NotDoneReason::TooLong);
}

#[test]
fn small_things_are_shown_to_everybody_from_msnp9() {
    for version in VERSIONS {
        let (s, ns) = Scripted::online(version);
        let mut room = room(s, ns, version);
        let wave = Datacast::Action("waves".into());
        let sent = room.s.client.send_datacast(room.s.now, room.conversation, wave.clone());
        room.s.drain();
        if !version.has_nudges() {
            assert_eq!(sent.unwrap_err().reason, NotDoneReason::NotInVersion(version));
            continue;
        }
        let said = payloads(&room.s.take_sent(room.link), room.next);
        assert_eq!(Message::parse(&said[0]).content(), Content::Datacast(wave));
    }
}

#[test]
fn peer_to_peer_data_asks_for_the_answer_that_it_must_ask_for() {
    let (s, ns) = Scripted::online(Version::MSNP9);
    let mut room = room(s, ns, Version::MSNP9);
    let body = "MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\n\
                P2P-Dest: bob@example.com\r\n\r\n0123";
    room.s.client.send_message(room.s.now, room.conversation, body.into()).unwrap();
    room.s.drain();
    let sent = String::from_utf8(room.s.take_sent(room.link)).unwrap();
    assert_eq!(sent, format!("MSG {} D {}\r\n{body}", room.next, body.len()));
}
