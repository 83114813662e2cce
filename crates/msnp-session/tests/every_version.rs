//! What differs from version to version for a client of a notification server.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use msnp_auth::{Product, challenge};
use msnp_core::{
    Account, ChallengeScheme, LinkId, List, ListSync, Lists, Machine, Now, Opened, Output, Secret,
    TransactionId, Version,
};
use msnp_session::{
    ClientProgram, ListStamps, NotSentReason, NsClient, NsClientConfig, NsEvent, NsRequest,
    RequestError, SessionError, SessionLimits, Step,
};

const LINK: LinkId = LinkId::new(1);
const STAMP: &str = "2005-04-23T18:57:44.8130000-07:00";

fn versions() -> impl Iterator<Item = Version> {
    Version::all().filter(|version| version.list_sync() != ListSync::Web)
}

fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}

fn at(seconds: u64) -> Now {
    Now { monotonic: Duration::from_secs(seconds), unix: Duration::from_secs(1 << 30) }
}

/// A client, and what it has said since that was asked last.
struct Session {
    client: NsClient,
    events: Vec<NsEvent>,
    sent: String,
    end: Option<Result<(), SessionError>>,
    deadline: Option<Duration>,
}

impl Session {
    fn new(version: Version) -> Self {
        let client = NsClient::new(NsClientConfig {
            account: account("alice"),
            password: Secret::from("secret"),
            versions: vec![version],
            program: ClientProgram::default(),
            first_transaction: TransactionId::new(1),
            keepalive: Duration::from_secs(100),
            limits: SessionLimits::default(),
        });
        let mut session =
            Self { client, events: Vec::new(), sent: String::new(), end: None, deadline: None };
        session.client.link_opened(at(0), LINK, Opened::Connected);
        session.drain();
        session
    }

    /// Up to the answer to the account; the next transaction is 4.
    fn claiming(version: Version) -> Self {
        let mut session = Self::new(version);
        session.hear(&match version.requires_cvr() {
            false => format!("VER 1 {version}\r\nINF 2 MD5\r\n"),
            true => format!("VER 1 {version}\r\nCVR 2 1 1 1 u u\r\n"),
        });
        session
    }

    /// Signed in; the next transaction is 5.
    fn ready(version: Version) -> Self {
        let mut session = Self::claiming(version);
        if version.requires_cvr() {
            session.hear("USR 3 TWN S ct=1\r\n");
            session.client.provide_ticket(at(0), Secret::from("t=1&p=")).unwrap();
            session.drain();
        } else {
            session.hear("USR 3 MD5 S 1.2\r\n");
        }
        session.hear(match version.number() {
            ..=5 => "USR 4 OK alice@example.com Alice\r\n",
            6..=7 => "USR 4 OK alice@example.com Alice 1\r\n",
            8..=9 => "USR 4 OK alice@example.com Alice 1 0\r\n",
            _ => "USR 4 OK alice@example.com 1 0\r\n",
        });
        let verified = version.says_verified().then_some(true);
        let name = version.says_name_at_sign_in().then(|| "Alice".to_owned());
        assert_eq!(session.events.last(), Some(&NsEvent::SignedIn { name, verified }), "{version}");
        session.events.clear();
        session.sent.clear();
        session
    }

    /// Every byte comes alone.
    fn hear(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut from = 0;
        for to in 1..=bytes.len() {
            loop {
                let taken = self.client.input(at(0), LINK, &bytes[from..to]);
                from += taken;
                self.drain();
                if taken == 0 {
                    break;
                }
            }
        }
        assert!(from == bytes.len() || self.end.is_some(), "left over in {text}");
    }

    fn ask(&mut self, request: NsRequest) -> TransactionId {
        let transaction = self.client.request(at(0), request).unwrap();
        self.drain();
        transaction
    }

    fn wait(&mut self, until: u64) {
        self.client.timeout(at(until));
        self.drain();
    }

    fn said(&mut self) -> String {
        core::mem::take(&mut self.sent)
    }

    fn drain(&mut self) {
        loop {
            match self.client.poll() {
                Output::Event(event) => self.events.push(event),
                Output::Link { link, writes: true, .. } => {
                    let sent = self.client.output(link).to_vec();
                    self.sent += &String::from_utf8(sent.clone()).unwrap();
                    self.client.written(at(0), link, sent.len());
                }
                Output::Link { .. } | Output::Effect(..) => {}
                Output::Wait { deadline } => {
                    self.deadline = deadline;
                    return;
                }
                Output::Closed(end) => {
                    self.end = Some(end);
                    return;
                }
            }
        }
    }
}

fn stamps(version: Version, lists: &str) -> ListStamps {
    let settings = (version.list_sync() == ListSync::Stamped).then(|| STAMP.into());
    ListStamps { lists: lists.into(), settings }
}

fn ended(transaction: TransactionId) -> NsEvent {
    NsEvent::Ended { transaction, result: Ok(()) }
}

#[test]
fn a_redirect_in_the_form_of_every_version_is_followed() {
    for version in versions() {
        let tail = match version.number() {
            2 => "",
            3..=6 => " 0",
            _ => " 0 10.0.0.1:1863",
        };
        let to = NsEvent::Redirected("10.0.0.7:1864".parse().unwrap());
        let mut signing_in = Session::claiming(version);
        signing_in.hear(&format!("XFR 3 NS 10.0.0.7:1864{tail}\r\n"));
        assert_eq!(signing_in.events.last(), Some(&to), "{version}");
        assert_eq!(signing_in.end, Some(Ok(())));
        let mut ready = Session::ready(version);
        let transaction = ready.ask(NsRequest::Switchboard);
        ready.hear(&format!("XFR 0 NS 10.0.0.7:1864{tail}\r\n"));
        let result = Err(RequestError::SessionEnded);
        assert_eq!(ready.events, [to, NsEvent::Ended { transaction, result }], "{version}");
        assert_eq!(ready.end, Some(Ok(())));
    }
}

#[test]
fn the_lists_are_asked_for_with_what_is_known_and_nothing_new_ends_at_once() {
    for version in versions() {
        let stamped = version.list_sync() == ListSync::Stamped;
        let mut session = Session::ready(version);
        let known = stamps(version, if stamped { STAMP } else { "9" });
        let transaction = session.ask(NsRequest::Lists { known: Some(known.clone()) });
        let line = match stamped {
            true => format!("SYN 5 {STAMP} {STAMP}\r\n"),
            false => "SYN 5 9\r\n".to_owned(),
        };
        assert_eq!(session.said(), line, "{version}");
        session.hear(&line);
        let begin = NsEvent::ListsBegin { stamps: known, unchanged: true };
        assert_eq!(session.events, [begin, NsEvent::ListsEnd, ended(transaction)], "{version}");
        // There is nothing left to wait for, and the next question may come.
        session.ask(NsRequest::Lists { known: None });
        assert_eq!(session.said(), if stamped { "SYN 6 0 0\r\n" } else { "SYN 6 0\r\n" });
    }
}

#[test]
fn another_serial_number_means_that_four_lists_follow() {
    for version in versions().filter(|version| version.list_sync() == ListSync::Serial) {
        let mut session = Session::ready(version);
        session.ask(NsRequest::Lists { known: Some(stamps(version, "8")) });
        session.hear("SYN 5 9\r\nLST 5 FL 9 0 0\r\nLST 5 AL 9 0 0\r\nLST 5 BL 9 0 0\r\n");
        let begin = NsEvent::ListsBegin { stamps: stamps(version, "9"), unchanged: false };
        assert_eq!(session.events, [begin]);
        session.hear("LST 5 RL 9 0 0\r\n");
        assert_eq!(session.events.last(), Some(&ended(TransactionId::new(5))));
    }
}

#[test]
fn stamps_of_another_kind_are_not_sent() {
    for (version, other, nothing) in [
        (Version::MSNP9, Version::MSNP10, "SYN 5 0\r\n"),
        (Version::MSNP10, Version::MSNP9, "SYN 5 0 0\r\n"),
    ] {
        let mut session = Session::ready(version);
        session.ask(NsRequest::Lists { known: Some(stamps(other, "9")) });
        assert_eq!(session.said(), nothing);
    }
}

#[test]
fn one_list_alone_is_read_too() {
    let mut session = Session::ready(Version::MSNP7);
    session
        .hear("LST 9 FL 9 1 1 bob@example.com Bob 0\r\nBPR 9 PHH 1\r\nLSG 9 9 1 1 0 Friends 0\r\n");
    let [
        NsEvent::Contact { lists, .. },
        NsEvent::ContactSetting { account: of, .. },
        NsEvent::Group { .. },
    ] = &session.events[..]
    else {
        panic!("{:?}", session.events)
    };
    assert_eq!((*lists, of), (Lists::from(List::Forward), &account("bob")));
}

#[test]
fn a_program_says_what_it_is_before_it_signs_in_from_msnp8_and_when_asked_before() {
    let program = "0x0409 winnt 5.1 i386 MSNMSGR 7.0.0816";
    for version in versions() {
        if version.requires_cvr() {
            let mut session = Session::new(version);
            session.hear(&format!("VER 1 {version}\r\n"));
            let cvr = format!("CVR 2 {program} MSMSGS alice@example.com\r\n");
            assert_eq!(session.said(), format!("VER 1 {version} CVR0\r\n{cvr}"));
            assert_eq!(session.client.step(), Some(Step::ClientVersion));
            continue;
        }
        let mut session = Session::ready(version);
        let transaction = session.ask(NsRequest::ClientVersion);
        let code_base = if version.cvr_has_code_base() { " MSMSGS" } else { "" };
        assert_eq!(session.said(), format!("CVR 5 {program}{code_base}\r\n"));
        // Some servers answer with the other verb.
        let verb = if version.number() % 2 == 0 { "CVR" } else { "CVQ" };
        session.hear(&format!("{verb} 5 1 1 1 u u\r\n"));
        assert_eq!(session.events, [ended(transaction)], "{version}");
    }
}

#[test]
fn challenges_are_answered_in_the_way_of_the_version() {
    let text = "15570131571988941333";
    for version in versions().filter(|version| version.number() >= 6) {
        let (scheme, product) = match version.number() {
            ..=10 => (ChallengeScheme::Md5, &Product::MSMSGS),
            _ => (ChallengeScheme::Mixed, &Product::MSN_7_0),
        };
        let answer = challenge::answer(scheme, text, product);
        let answer = std::str::from_utf8(&answer.as_bytes()[..]).unwrap();
        let mut session = Session::ready(version);
        session.hear(&format!("CHL 0 {text}\r\n"));
        assert_eq!(session.said(), format!("QRY 5 {} 32\r\n{answer}", product.id), "{version}");
        session.hear("QRY 5\r\n");
        assert_eq!(session.events, []);
    }
}

#[test]
fn the_next_ping_is_due_when_the_server_says_or_when_the_program_wants() {
    for (version, answer, next) in [
        (Version::MSNP2, "QNG", 200),
        (Version::MSNP8, "QNG", 200),
        (Version::MSNP9, "QNG 45", 145),
        (Version::MSNP12, "QNG 60", 160),
        (Version::MSNP12, "QNG", 200),
        // Not at once, and not later than the program wants.
        (Version::MSNP12, "QNG 0", 200),
        (Version::MSNP12, "QNG 4294967295", 200),
    ] {
        let mut session = Session::ready(version);
        assert_eq!(session.deadline, Some(Duration::from_secs(100)));
        session.wait(100);
        assert_eq!(session.said(), "PNG\r\n");
        let line = format!("{answer}\r\n");
        assert_eq!(session.client.input(at(100), LINK, line.as_bytes()), line.len());
        session.drain();
        assert_eq!(session.deadline, Some(Duration::from_secs(next)), "{version} {answer}");
    }
}

#[test]
fn the_serial_number_is_told_before_the_change_and_not_while_the_lists_come() {
    for version in versions().filter(|version| version.has_list_serials()) {
        let mut session = Session::ready(version);
        session.hear("ADD 0 RL 12 bob@example.com Bob\r\n");
        let serial = NsEvent::ListsChanged { serial: "12".into() };
        assert_eq!(session.events[0], serial, "{version}");
        assert!(matches!(session.events[1], NsEvent::Added { .. }));
        session.hear("REM 0 RL 13 bob@example.com\r\n");
        let serial = NsEvent::ListsChanged { serial: "13".into() };
        assert_eq!(session.events[2], serial, "{version}");
        assert!(matches!(session.events[3], NsEvent::Removed { .. }));
        session.ask(NsRequest::Lists { known: None });
        session.events.clear();
        match version.list_sync() {
            ListSync::Serial => session.hear("SYN 5 14\r\nGTC 5 14 A\r\nBLP 5 14 AL\r\n"),
            _ => session.hear("SYN 5 14 1 0\r\nGTC 5 14 A\r\nBLP 5 14 AL\r\n"),
        }
        let told = |event: &NsEvent| matches!(event, NsEvent::ListsChanged { .. });
        assert!(!session.events.iter().any(told), "{version} {:?}", session.events);
    }
}

#[test]
fn a_search_ends_with_its_last_result() {
    let mut session = Session::ready(Version::MSNP6);
    let transaction = session.ask(NsRequest::Find(vec![("fname".into(), "Bob".into())]));
    session.hear("FND 5 1 2 fname=Bob lname=One\r\n");
    assert_eq!(session.events.len(), 1);
    session.hear("FND 5 2 2 fname=Bob lname=Two\r\n");
    let [NsEvent::Found { .. }, NsEvent::Found { fields }, last] = &session.events[..] else {
        panic!("{:?}", session.events)
    };
    assert_eq!(fields[1], ("lname".into(), "Two".to_owned()));
    assert_eq!(*last, ended(transaction));
}

#[test]
fn a_page_of_which_nothing_is_heard_has_gone_out() {
    for version in versions().filter(|version| version.has_pages()) {
        let mut session = Session::ready(version);
        let document = "<P/>".into();
        let transaction = session.ask(NsRequest::Page { account: account("bob"), document });
        let line = match version.pages_name_the_device() {
            true => "PGD 5 bob@example.com 1 4\r\n<P/>",
            false => "PAG 5 bob@example.com 4\r\n<P/>",
        };
        assert_eq!(session.said(), line);
        session.wait(29);
        assert_eq!(session.events, []);
        session.wait(30);
        assert_eq!(session.events, [ended(transaction)], "{version}");
    }
}

#[test]
fn what_a_version_does_not_have_is_given_back() {
    let bob = || account("bob");
    let requests = |version: Version| {
        let group = || "1".into();
        let (guid, name) = (None::<Box<str>>, "x".into());
        [
            (NsRequest::AddGroup("x".into()), version.number() >= 7),
            (NsRequest::RenameGroup { id: group(), name: "x".into() }, version.number() >= 7),
            (NsRequest::RemoveGroup(group()), version.number() >= 7),
            (
                NsRequest::AddToGroup { account: bob(), guid: guid.clone(), name, group: group() },
                version.number() >= 7,
            ),
            (
                NsRequest::RemoveFromGroup { account: bob(), guid, group: group() },
                version.number() >= 7,
            ),
            (NsRequest::Setting { key: "PHH".into(), value: None }, version.number() >= 5),
            (NsRequest::AcceptInvitations(true), version.number() >= 3),
            (NsRequest::Find(vec![("fname".into(), "x".into())]), version.number() <= 7),
            (NsRequest::Page { account: bob(), document: "x".into() }, version.number() >= 5),
            (NsRequest::Document("x".into()), version.number() >= 11),
            (NsRequest::PersonalMessage("x".into()), version.number() >= 11),
            (NsRequest::Url { service: "INBOX".into(), arguments: None }, true),
            (NsRequest::InviteByMail(bob()), true),
            (
                NsRequest::InviteByMailWithText {
                    account: bob(),
                    name: "x".into(),
                    text: "x".into(),
                },
                version.number() >= 5,
            ),
            (NsRequest::AskWhenAdded(true), true),
        ]
    };
    for version in versions() {
        for (request, has) in requests(version) {
            let mut session = Session::ready(version);
            let sent = session.client.request(at(0), request.clone());
            match has {
                true => assert!(sent.is_ok(), "{version} {request:?}"),
                false => {
                    let refused = sent.unwrap_err();
                    assert_eq!(refused.reason, NotSentReason::NotInVersion(version));
                    assert_eq!(refused.request, request);
                }
            }
        }
    }
}

#[test]
fn a_word_that_cannot_stand_on_a_line_is_given_back_and_nothing_is_sent() {
    let mut session = Session::ready(Version::MSNP12);
    for wrong in ["", " ", "a b", "a\r\nOUT", "\u{7f}"] {
        for request in [
            NsRequest::RemoveGroup(wrong.into()),
            NsRequest::Document(wrong.into()),
            NsRequest::Setting { key: wrong.into(), value: None },
            NsRequest::Url { service: wrong.into(), arguments: None },
        ] {
            let refused = session.client.request(at(0), request).unwrap_err();
            assert_eq!(refused.reason, NotSentReason::NoWord, "{wrong:?}");
        }
    }
    session.drain();
    assert_eq!(session.said(), "");
}

#[test]
fn what_is_longer_than_a_command_may_be_is_given_back_and_nothing_is_sent() {
    let long = || "x".repeat(70_000);
    for version in versions() {
        let mut session = Session::ready(version);
        let add = |name: String| {
            let (list, account) = (List::Forward, account("bob"));
            NsRequest::Add { list, account, name: name.into() }
        };
        let text = |text: String| NsRequest::InviteByMailWithText {
            account: account("bob"),
            name: "x".into(),
            text: text.into(),
        };
        // As it is encoded, each letter of the name takes three times as many bytes.
        for request in [
            NsRequest::Name("\u{7f}".repeat(2800).into()),
            add(long()),
            NsRequest::AddGroup(long().into()),
            NsRequest::Setting { key: "PHH".into(), value: Some(long().into()) },
            NsRequest::PersonalMessage(long().into()),
            NsRequest::Page { account: account("bob"), document: long().into() },
            text("x".repeat(4097)),
        ] {
            if !request.is_in(version) {
                continue;
            }
            let refused = session.client.request(at(0), request.clone()).unwrap_err();
            assert_eq!(refused.reason, NotSentReason::TooLong, "{version}");
            assert_eq!(refused.request, request);
        }
        session.drain();
        assert_eq!(session.said(), "");
        if text(String::new()).is_in(version) {
            assert!(session.client.request(at(0), text("x".repeat(4096))).is_ok());
        }
    }
}
