//! What programs before this one got wrong, on one connection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::time::Duration;

use msnp_codec::command::{Acknowledge, Capabilities};
use msnp_core::{
    Account, ErrorCode, LinkEnd, LinkId, List, Lists, Machine, Now, Opened, Output, Secret, Status,
    TransactionId, Version,
};
use msnp_session::{
    ClientProgram, Delivery, Entrance, NsClient, NsClientConfig, NsEvent, NsRequest, RequestError,
    SbClient, SbClientConfig, SbEvent, ServerMessage, SessionError, SessionLimits,
};

const LINK: LinkId = LinkId::new(1);

fn now(seconds: u64) -> Now {
    Now { monotonic: Duration::from_secs(seconds), unix: Duration::from_secs(1 << 30) }
}

fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}

/// A machine, what it has said so far, and how it ended.
struct Listener<M: Machine> {
    machine: M,
    events: Vec<M::Event>,
    sent: String,
    end: Option<Result<(), M::Error>>,
}

impl<M: Machine> Listener<M> {
    fn new(machine: M) -> Self {
        let mut new = Self { machine, events: Vec::new(), sent: String::new(), end: None };
        new.machine.link_opened(now(0), LINK, Opened::Connected);
        new.drain();
        new
    }

    /// The server says this, and everything is taken.
    fn hear(&mut self, bytes: impl AsRef<[u8]>) {
        let mut rest = bytes.as_ref();
        while !rest.is_empty() && self.end.is_none() {
            let taken = self.machine.input(now(0), LINK, rest);
            self.drain();
            assert!(taken > 0 || self.end.is_some(), "left over: {}", rest.escape_ascii());
            rest = &rest[taken..];
        }
    }

    fn drain(&mut self) {
        loop {
            match self.machine.poll() {
                Output::Event(event) => self.events.push(event),
                Output::Link { link, writes: true, .. } => {
                    let sent = self.machine.output(link).to_vec();
                    self.sent += &String::from_utf8(sent.clone()).unwrap();
                    self.machine.written(now(0), link, sent.len());
                }
                Output::Link { .. } | Output::Effect(..) => {}
                Output::Wait { .. } => return,
                Output::Closed(end) => {
                    self.end = Some(end);
                    return;
                }
            }
        }
    }

    fn time(&mut self, seconds: u64) {
        self.machine.timeout(now(seconds));
        self.drain();
    }
}

/// Signed in; the next transaction is 5.
fn notification(version: Version) -> Listener<NsClient> {
    let mut listener = Listener::new(NsClient::new(NsClientConfig {
        account: account("alice"),
        password: Secret::from("secret"),
        versions: vec![version],
        program: ClientProgram::default(),
        first_transaction: TransactionId::new(1),
        keepalive: Duration::from_secs(3600),
        limits: SessionLimits::default(),
    }));
    if version == Version::MSNP7 {
        listener.hear("VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1.2\r\n");
    } else {
        listener.hear(format!("VER 1 {version}\r\nCVR 2 1 1 1 u u\r\nUSR 3 TWN S ct=1\r\n"));
        listener.machine.provide_ticket(now(0), Secret::from("t=1&p=")).unwrap();
        listener.drain();
    }
    listener.hear(match version.says_name_at_sign_in() {
        true => "USR 4 OK alice@example.com Alice 1\r\n",
        false => "USR 4 OK alice@example.com 1 0\r\n",
    });
    listener.events.clear();
    listener
}

/// Inside a room with bob; the next transaction is 3.
fn room(version: Version) -> Listener<SbClient> {
    let mut listener = Listener::new(SbClient::new(SbClientConfig {
        account: account("alice"),
        version,
        entrance: Entrance::Own { cookie: Secret::from("1.2") },
        first_transaction: TransactionId::new(1),
        limits: SessionLimits::default(),
    }));
    listener.hear("USR 1 OK alice@example.com Alice\r\n");
    listener.machine.invite(now(0), account("bob")).unwrap();
    listener.drain();
    listener
}

const VERSIONS: [Version; 3] = [Version::MSNP7, Version::MSNP8, Version::MSNP11];

#[test]
fn several_lines_with_one_transaction_id_all_count_and_end_one_request() {
    for version in VERSIONS {
        let mut client = notification(version);
        let status = NsRequest::Status {
            status: Status::ONLINE,
            capabilities: Capabilities::new(32),
            object: None,
        };
        let transaction = client.machine.request(now(0), status).unwrap();
        assert_eq!(transaction, TransactionId::new(5));
        client.drain();
        // The confirmation comes first, last or in the middle.
        client.hear(
            "ILN 5 AWY bob@example.com Bob 0\r\nCHG 5 NLN 32\r\nILN 5 BSY eve@example.com Eve 0\r\n\
             ILN 5 NLN carol@example.com Carol 0\r\n",
        );
        let online = |event: &&NsEvent| matches!(event, NsEvent::Online { already: true, .. });
        assert_eq!(client.events.iter().filter(online).count(), 3, "{version}");
        let ended = |event: &&NsEvent| matches!(event, NsEvent::Ended { result: Ok(()), .. });
        assert_eq!(client.events.iter().filter(ended).count(), 1, "{version}");
        assert_eq!(client.end, None);
    }
}

#[test]
fn the_lines_of_a_list_share_one_transaction_id_and_none_is_lost() {
    let mut client = notification(Version::MSNP7);
    client.machine.request(now(0), NsRequest::Lists { known: None }).unwrap();
    client.drain();
    client.hear(
        "SYN 5 9\r\nLST 5 FL 9 1 2 bob@example.com Bob 0\r\nLST 5 FL 9 2 2 eve@example.com Eve 0\r\n\
         LST 5 AL 9 1 1 bob@example.com Bob\r\nLST 5 BL 9 1 1 eve@example.com Eve\r\n\
         LST 5 RL 9 1 1 bob@example.com Bob\r\n",
    );
    let listed: Vec<(&str, Lists)> = client
        .events
        .iter()
        .filter_map(|event| match event {
            NsEvent::Contact { contact, lists } => Some((contact.account.as_str(), *lists)),
            _ => None,
        })
        .collect();
    let (bob, eve) = ("bob@example.com", "eve@example.com");
    let expected = [
        (bob, List::Forward),
        (eve, List::Forward),
        (bob, List::Allow),
        (eve, List::Block),
        (bob, List::Reverse),
    ];
    assert_eq!(listed, expected.map(|(account, list)| (account, Lists::from(list))));
    let transaction = TransactionId::new(5);
    assert_eq!(client.events.last(), Some(&NsEvent::Ended { transaction, result: Ok(()) }));
}

#[test]
fn an_initial_presence_with_transaction_0_is_one_like_any_other() {
    for version in VERSIONS {
        let mut client = notification(version);
        client.hear("ILN 0 AWY bob@example.com Bob 0\r\nILN 7 AWY eve@example.com Eve 0\r\n");
        let already: Vec<bool> = client
            .events
            .iter()
            .map(|event| match event {
                NsEvent::Online { already, .. } => *already,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(already, [true, true], "{version}");
    }
}

#[test]
fn raw_and_broken_utf8_in_a_name_is_shown_as_far_as_it_goes() {
    for version in VERSIONS {
        for (wire, shown) in [
            (&b"B%c3%b6b"[..], "B\u{f6}b"),
            ("B\u{f6}b".as_bytes(), "B\u{f6}b"),
            (b"B\xf6b", "B\u{fffd}b"),
            (b"B%f6b", "B\u{fffd}b"),
            (b"100%", "100%"),
            (b"%zz", "%zz"),
            (b"%c3", "\u{fffd}"),
        ] {
            let mut client = notification(version);
            client.hear([b"NLN NLN bob@example.com ", wire, b" 0\r\n"].concat());
            let [NsEvent::Online { name, .. }] = &client.events[..] else {
                panic!("{version}: {:?}", client.events)
            };
            assert_eq!(name, shown, "{}", wire.escape_ascii());
            assert_eq!(client.end, None);
        }
    }
}

#[test]
fn an_empty_last_field_is_a_missing_one() {
    let mut client = notification(Version::MSNP11);
    client.hear("PRP PHH \r\nNLN NLN bob@example.com Bob 0 \r\nQNG \r\nFLN bob@example.com \r\n");
    let setting = NsEvent::Setting { key: "PHH".into(), value: String::new() };
    assert_eq!(client.events[0], setting);
    let NsEvent::Online { object: None, .. } = &client.events[1] else {
        panic!("{:?}", client.events)
    };
    assert_eq!(client.events[2..], [NsEvent::Offline(account("bob"))]);
}

#[test]
fn an_error_is_no_announcement_of_a_body_and_ends_the_request_it_names() {
    for version in VERSIONS {
        let mut client = notification(version);
        for _ in 0..6 {
            client.machine.request(now(0), NsRequest::Switchboard).unwrap();
        }
        client.drain();
        client.hear("913 10\r\nFLN bob@example.com\r\n913\r\n");
        let error = |transaction| NsEvent::ServerError {
            code: ErrorCode::NOT_ALLOWED_WHILE_HIDDEN,
            transaction,
        };
        let result = Err(RequestError::Refused(ErrorCode::NOT_ALLOWED_WHILE_HIDDEN));
        let ended = NsEvent::Ended { transaction: TransactionId::new(10), result };
        assert_eq!(client.events, [ended, NsEvent::Offline(account("bob")), error(None)]);
    }
}

#[test]
fn a_request_that_is_never_answered_ends_once_and_a_late_answer_ends_nothing() {
    for version in VERSIONS {
        let mut client = notification(version);
        let transaction = client.machine.request(now(0), NsRequest::Switchboard).unwrap();
        client.drain();
        client.time(29);
        assert_eq!(client.events, []);
        client.time(30);
        let timed_out = NsEvent::Ended { transaction, result: Err(RequestError::TimedOut) };
        assert_eq!(client.events, [timed_out], "{version}");
        client.hear("XFR 5 SB 10.0.0.9:1865 CKI 1.2\r\n913 5\r\n");
        let ended = |event: &&NsEvent| matches!(event, NsEvent::Ended { .. });
        assert_eq!(client.events.iter().filter(ended).count(), 1, "{version}");
        let code = ErrorCode::NOT_ALLOWED_WHILE_HIDDEN;
        let error = NsEvent::ServerError { code, transaction: Some(transaction) };
        assert_eq!(client.events.last(), Some(&error), "{version}");
        assert_eq!(client.end, None);
    }
}

#[test]
fn an_invitation_and_a_message_that_are_never_answered_end_once() {
    let mut room = room(Version::MSNP8);
    room.hear("JOI bob@example.com Bob\r\n");
    room.machine.send(now(0), Acknowledge::Always, "\r\n\r\nHi".into()).unwrap();
    room.drain();
    room.events.clear();
    room.time(30);
    let [
        SbEvent::Invited { result: Err(RequestError::TimedOut), .. },
        SbEvent::MessageEnded { delivery: Delivery::Unknown, .. },
    ] = &room.events[..]
    else {
        panic!("{:?}", room.events)
    };
    room.hear("ACK 3\r\n");
    assert!(matches!(room.events[2..], [SbEvent::Unknown(_)]));
}

#[test]
fn session_ids_that_are_not_numbers_are_passed_on_as_they_are() {
    for session in ["11752013", "0c3f2a", "not-a-number", "{A-1}"] {
        let mut room = room(Version::MSNP8);
        room.hear(format!("CAL 2 RINGING {session}\r\n"));
        let Some(SbEvent::Invited { result: Ok(told), .. }) = room.events.last() else {
            panic!("{:?}", room.events)
        };
        assert_eq!(&**told, session);

        let mut client = notification(Version::MSNP8);
        let ring = format!("RNG {session} 10.0.0.9:1865 CKI 1.2 bob@example.com Bob\r\n");
        client.hear(ring);
        let [NsEvent::Ringing(invitation)] = &client.events[..] else {
            panic!("{:?}", client.events)
        };
        let guest = Listener::new(SbClient::new(SbClientConfig {
            account: account("alice"),
            version: Version::MSNP8,
            entrance: Entrance::Invited {
                cookie: invitation.cookie.clone(),
                session: invitation.session.clone(),
            },
            first_transaction: TransactionId::new(7),
            limits: SessionLimits::default(),
        }));
        assert_eq!(guest.sent, format!("ANS 7 alice@example.com 1.2 {session}\r\n"));
    }
}

#[test]
fn a_body_is_never_read_as_commands_and_what_follows_it_is() {
    for version in VERSIONS {
        let mut client = notification(version);
        let body = "OUT OTH\r\nFLN bob@example.com\r\n";
        client
            .hear(format!("NOT {0}\r\n{body}MSG Hotmail Hotmail {0}\r\n{body}QNG\r\n", body.len()));
        let expected = [
            NsEvent::Notification(body.into()),
            NsEvent::ServerMessage(ServerMessage(body.into())),
        ];
        assert_eq!(client.events, expected, "{version}");
        assert_eq!(client.end, None);
    }
}

#[test]
fn a_ubx_without_a_length_ends_the_session_and_nothing_after_it_is_heard() {
    let mut client = notification(Version::MSNP11);
    client.hear("FLN eve@example.com\r\nUBX bob@example.com\r\nFLN bob@example.com\r\n");
    assert_eq!(client.events, [NsEvent::Offline(account("eve"))]);
    assert!(matches!(client.end, Some(Err(SessionError::Unreadable(_)))), "{:?}", client.end);
}

#[test]
fn a_challenge_is_answered_before_the_program_hears_of_anything() {
    for version in VERSIONS {
        let mut client = notification(version);
        client.machine.input(now(0), LINK, b"FLN bob@example.com\r\n");
        client.machine.input(now(0), LINK, b"CHL 0 15570131571988941333\r\n");
        let first = client.machine.poll();
        assert!(matches!(first, Output::Link { writes: true, .. }), "{first:?}");
        assert!(client.machine.output(LINK).starts_with(b"QRY 5 "));
    }
}

#[test]
fn somebody_who_leaves_a_room_without_having_been_there_is_not_passed_over_in_silence() {
    let mut room = room(Version::MSNP8);
    room.events.clear();
    room.hear("BYE nobody@example.com\r\nBYE nobody@example.com 1\r\n");
    let [SbEvent::Unknown(_), SbEvent::Unknown(_)] = &room.events[..] else {
        panic!("{:?}", room.events)
    };
}

#[test]
fn an_answer_that_cannot_be_read_is_none() {
    for version in VERSIONS {
        let mut client = notification(version);
        let transaction = client.machine.request(now(0), NsRequest::Switchboard).unwrap();
        client.hear("XFR 5 SB nowhere:else CKI 1.2\r\n");
        let [NsEvent::Malformed(_)] = &client.events[..] else { panic!("{:?}", client.events) };
        client.machine.timeout(now(30));
        client.drain();
        let result = Err(RequestError::TimedOut);
        assert_eq!(client.events.last(), Some(&NsEvent::Ended { transaction, result }));
    }
}

#[test]
fn the_end_of_another_link_is_not_the_end_of_this_one() {
    let mut room = room(Version::MSNP8);
    room.machine.link_closed(now(0), LinkId::new(2), LinkEnd::Eof);
    room.drain();
    assert_eq!(room.end, None);
    room.machine.link_closed(now(0), LINK, LinkEnd::Eof);
    room.drain();
    assert_eq!(room.end, Some(Err(SessionError::LinkLost(LinkEnd::Eof))));
}

#[test]
fn a_link_that_is_lost_is_not_said_to_have_anything_to_send() {
    let mut room = room(Version::MSNP8);
    room.machine.invite(now(0), account("carol")).unwrap();
    assert!(!room.machine.output(LINK).is_empty());
    room.machine.link_closed(now(0), LINK, LinkEnd::Reset);
    loop {
        match room.machine.poll() {
            Output::Link { writes, .. } => assert!(!writes),
            Output::Closed(_) => break,
            _ => {}
        }
    }
    assert!(room.machine.output(LINK).is_empty());
}

#[test]
fn a_message_that_still_goes_out_when_one_leaves_is_not_called_failed() {
    for leaves in [true, false] {
        let mut room = room(Version::MSNP9);
        room.hear("CAL 2 RINGING 17\r\nJOI bob@example.com Bob\r\n");
        let sent = room.machine.send(now(0), Acknowledge::Always, "\r\n\r\nhello".into()).unwrap();
        if leaves {
            room.machine.leave();
        } else {
            room.machine.link_closed(now(0), LINK, LinkEnd::Reset);
        }
        let goes_out = !room.machine.output(LINK).is_empty();
        assert_eq!(goes_out, leaves);
        room.drain();
        let delivery = if leaves { Delivery::Unknown } else { Delivery::Failed };
        let ended = SbEvent::MessageEnded { transaction: sent, delivery };
        assert!(room.events.contains(&ended), "{:?}", room.events);
    }
}
