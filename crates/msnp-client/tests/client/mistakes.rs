//! What programs before this one got wrong, as their users would have seen it.

use crate::scripted::{Scripted, account, config};
use msnp_client::{ClientError, Event};
use msnp_core::{LinkEnd, Machine, Status, Version};
use msnp_session::{RequestError, SessionError, Step};

fn presence(name: &str, already: bool) -> Event {
    Event::Presence {
        account: account("bob@example.com"),
        status: Status::AWAY,
        name: name.to_owned(),
        already,
    }
}

#[test]
fn an_initial_presence_with_transaction_0_makes_no_sound_either() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "ILN 0 AWY bob@example.com Bob\r\n");
    assert_eq!(s.events, [presence("Bob", true)]);
}

#[test]
fn broken_utf8_in_a_name_is_shown_as_far_as_it_goes() {
    for (wire, shown) in [
        ("B\u{f6}b ☃".replace(' ', "%20").as_bytes(), "B\u{f6}b ☃"),
        (b"B\xf6b", "B\u{fffd}b"),
        (b"B%f6b%", "B\u{fffd}b%"),
        (b"\xff\xfe\xff", "\u{fffd}\u{fffd}\u{fffd}"),
    ] {
        let (mut s, ns) = Scripted::signed_in();
        s.server_bytes(ns, &[b"NLN AWY bob@example.com ", wire, b"\r\n"].concat());
        assert_eq!(s.events, [presence(shown, false)], "{}", wire.escape_ascii());
        let known = s.client.roster().contact(&account("bob@example.com")).unwrap();
        assert_eq!(known.name, shown);
    }
}

#[test]
fn broken_utf8_in_a_name_on_a_list_or_in_a_room_is_no_loss() {
    let mut s = Scripted::new(config(Version::MSNP7));
    let ns = s.open();
    s.server(ns, "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1.2\r\n");
    s.server_bytes(ns, b"USR 4 OK alice@example.com Al\xefce 1\r\nSYN 5 9\r\n");
    assert_eq!(s.client.name(), Some("Al\u{fffd}ce"));
    s.server_bytes(ns, b"LST 5 FL 9 1 1 bob@example.com B%f6b 0\r\n");
    s.server(ns, "LST 5 AL 9 0 0\r\nLST 5 BL 9 0 0\r\nLST 5 RL 9 0 0\r\nCHG 6 NLN\r\n");
    assert!(s.client.is_signed_in());
    s.server_bytes(ns, b"RNG 7 10.0.0.9:1865 CKI 1.2 bob@example.com B\xf6b\r\n");
    let room = s.open();
    s.server_bytes(room, b"IRO 8 1 1 bob@example.com B\xf6b\r\nANS 8 OK\r\n");
    let named = |event: &Event| matches!(event, Event::Invited { name, .. } | Event::Joined { name, .. } if name == "B\u{fffd}b");
    assert_eq!(s.events.iter().filter(|event| named(event)).count(), 2, "{:?}", s.events);
}

#[test]
fn a_session_id_that_is_no_number_is_answered_as_it_is() {
    for session in ["0c3f2a", "not-a-number", "{A-1}"] {
        let (mut s, ns) = Scripted::signed_in();
        s.server(ns, &format!("RNG {session} 10.0.0.9:1865 CKI 1.2 bob@example.com Bob\r\n"));
        let room = s.open();
        s.expect(room, &format!("ANS 8 alice@example.com 1.2 {session}\r\n"));
    }
}

#[test]
fn several_lines_with_one_transaction_id_do_not_end_two_actions() {
    let (mut s, ns) = Scripted::signed_in();
    let action = s.client.set_status(s.now, Status::BUSY).unwrap();
    s.drain();
    s.expect(ns, "CHG 8 BSY\r\n");
    s.server(ns, "CHG 8 BSY\r\nILN 8 AWY bob@example.com Bob\r\nCHG 8 BSY\r\n715 8\r\n");
    let ended = |event: &&Event| matches!(event, Event::ActionEnded { .. });
    assert_eq!(s.events.iter().filter(ended).count(), 1, "{:?}", s.events);
    assert!(s.events.contains(&Event::ActionEnded { action, result: Ok(()) }));
    assert!(s.events.contains(&presence("Bob", true)));
}

#[test]
fn an_action_that_is_never_answered_ends_as_a_timeout_and_the_session_goes_on() {
    let (mut s, ns) = Scripted::signed_in();
    let action = s.client.set_status(s.now, Status::BUSY).unwrap();
    s.drain();
    s.wait(30);
    let result = Err(RequestError::TimedOut);
    assert!(s.events.contains(&Event::ActionEnded { action, result }), "{:?}", s.events);
    assert_eq!(s.end, None);
    s.server(ns, "CHG 8 BSY\r\n");
    let ended = |event: &&Event| matches!(event, Event::ActionEnded { .. });
    assert_eq!(s.events.iter().filter(ended).count(), 1);
}

#[test]
fn an_action_that_is_refused_without_a_body_leaves_the_next_command_alone() {
    let (mut s, ns) = Scripted::signed_in();
    let action = s.client.set_status(s.now, Status::BUSY).unwrap();
    s.drain();
    s.server(ns, "201 8\r\nNLN AWY bob@example.com Bob\r\n");
    let [Event::ActionEnded { action: which, result: Err(RequestError::Refused(_)) }, after] =
        &s.events[..]
    else {
        panic!("{:?}", s.events)
    };
    assert_eq!((*which, after), (action, &presence("Bob", false)));
}

#[test]
fn a_notification_with_a_body_is_a_document_and_none_of_it_a_command() {
    let (mut s, ns) = Scripted::signed_in();
    let body = "<NOTIFICATION/>\r\nOUT OTH\r\n";
    s.server(ns, &format!("NOT {}\r\n{body}NLN AWY bob@example.com Bob\r\n", body.len()));
    assert_eq!(s.events, [Event::Document(body.into()), presence("Bob", false)]);
    assert_eq!(s.end, None);
}

#[test]
fn a_line_cut_by_the_end_of_the_connection_is_not_heard_and_not_made_up() {
    let (mut s, ns) = Scripted::signed_in();
    let cut = b"NLN AWY bob@example.com Bob";
    assert_eq!(s.client.input(s.now, ns, cut), 0);
    s.drain();
    s.lose(ns, LinkEnd::Eof);
    assert_eq!(s.events, []);
    let lost = SessionError::LinkLost(LinkEnd::Eof);
    assert_eq!(s.end, Some(Err(ClientError::SessionLost(lost))));
}

#[test]
fn a_server_that_never_answers_syn_is_given_up_at_that_step() {
    let mut s = Scripted::new(config(Version::MSNP7));
    let ns = s.open();
    s.server(ns, "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1\r\nUSR 4 OK alice@example.com A 1\r\n");
    s.wait(30);
    let Some(Err(ClientError::SignIn { step: Step::Lists, .. })) = s.end else {
        panic!("{:?} {:?}", s.end, s.events)
    };
}
