//! Signing in, step by step, against a server that says what the protocol says.

use crate::scripted::{Scripted, account, config};
use msnp_auth::md5_login;
use msnp_client::{ClientError, Event, Page, TicketError};
use msnp_core::{ErrorCode, HttpResponse, LinkEnd, List, Secret, Status, Version};
use msnp_session::{SessionError, SignOut, Step};

#[test]
fn msnp7_signs_in_with_a_hash_and_reads_its_lists_to_the_end() {
    let mut s = Scripted::new(config(Version::MSNP7));
    assert_eq!(s.connects[0].1, "ds.example.com:1863");
    let ns = s.open();
    s.expect(ns, "VER 1 MSNP7 CVR0\r\n");
    s.server(ns, "VER 1 MSNP7 CVR0\r\n");
    s.expect(ns, "INF 2\r\n");
    s.server(ns, "INF 2 MD5\r\n");
    s.expect(ns, "USR 3 MD5 I alice@example.com\r\n");
    s.server(ns, "USR 3 MD5 S 1013928519.693957190\r\n");
    let hash = md5_login::response("1013928519.693957190", &Secret::from("secret"));
    s.expect(ns, &format!("USR 4 MD5 S {}\r\n", hash.as_str()));
    s.server(ns, "USR 4 OK alice@example.com Alice%20A 1\r\n");
    s.expect(ns, "SYN 5 0\r\n");
    assert_eq!(s.client.name(), Some("Alice A"));
    s.server(ns, "SYN 5 7\r\nGTC 5 7 A\r\nBLP 5 7 AL\r\nLSG 5 7 1 1 0 Other%20Contacts 0\r\n");
    s.server(
        ns,
        "LST 5 FL 7 1 2 bob@example.com Bob 0\r\nLST 5 FL 7 2 2 eve@example.com Eve 0\r\n",
    );
    s.server(ns, "LST 5 AL 7 1 1 bob@example.com Bob\r\nLST 5 BL 7 0 0\r\n");
    s.expect(ns, "");
    s.server(ns, "LST 5 RL 7 1 1 bob@example.com Bob\r\n");
    s.expect(ns, "CHG 6 NLN\r\n");
    assert!(!s.client.is_signed_in());
    s.server(ns, "CHG 6 NLN\r\n");
    assert!(s.client.is_signed_in());
    let lists = s.client.roster().lists(&account("bob@example.com"));
    assert_eq!(lists.bits(), 1 + 2 + 8);
    assert_eq!(s.client.roster().groups().next(), Some(("0", "Other Contacts")));
    assert_eq!(s.events.last(), Some(&Event::SignedIn));
}

#[test]
fn msnp8_gets_its_ticket_from_the_web_and_counts_its_lists() {
    let mut s = Scripted::new(config(Version::MSNP8));
    let ns = s.open();
    s.server(ns, "VER 1 MSNP8\r\n");
    s.expect(
        ns,
        "VER 1 MSNP8 CVR0\r\n\
         CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 7.0.0816 MSMSGS alice@example.com\r\n",
    );
    s.server(ns, "CVR 2 7.0.0816 7.0.0816 6.0.0602 http://x.example.com http://x.example.com\r\n");
    s.expect(ns, "USR 3 TWN I alice@example.com\r\n");
    s.server(ns, "USR 3 TWN S ct=1,rver=2,lc=1033\r\n");
    let urls = "DARealm=Passport.Net,DALogin=login.example.com/login2.srf,DAReg=x";
    let nexus = s.answer_http(HttpResponse::new(200).header("PassportURLs", urls));
    assert_eq!(nexus.url, "https://nexus.example.com/rdr/pprdr.asp");
    let to = "https://other.example.com/login2.srf";
    let redirect = HttpResponse::new(302)
        .header("Location", to)
        .header("WWW-Authenticate", "Passport1.4 da-status=redir");
    let first = s.answer_http(redirect);
    assert_eq!(first.url, "https://login.example.com/login2.srf");
    let credentials = first.find_header("Authorization").unwrap();
    assert!(credentials.ends_with(",sign-in=alice%40example.com,pwd=secret,ct=1,rver=2,lc=1033"));
    let ok = "Passport1.4 da-status=success,tname=MSPAuth,from-PP='t=abc&p=',ru=http://x";
    let second = s.answer_http(HttpResponse::new(200).header("Authentication-Info", ok));
    assert_eq!((second.url.as_str(), second.headers), (to, first.headers));
    s.expect(ns, "USR 4 TWN S t=abc&p=\r\n");
    s.server(ns, "USR 4 OK alice@example.com Alice 1 0\r\n");
    s.expect(ns, "SYN 5 0\r\n");
    s.server(ns, "SYN 5 3 1 1\r\nGTC A\r\nBLP AL\r\nPRP PHH 123\r\nLSG 0 Other%20Contacts 0\r\n");
    s.server(ns, "LST bob@example.com Bob 11 0\r\nBPR PHH 456\r\n");
    s.expect(ns, "CHG 6 NLN 1073741856\r\n");
    let bob = Some(account("bob@example.com"));
    let setting = Event::Setting { account: bob, key: "PHH".into(), value: "456".into() };
    assert!(s.events.contains(&setting));
    s.server(ns, "CHG 6 NLN 1073741856\r\nILN 0 AWY bob@example.com Bob 32\r\n");
    let presence = Event::Presence {
        account: account("bob@example.com"),
        status: Status::AWAY,
        name: "Bob".into(),
        already: true,
    };
    assert_eq!(s.events.last(), Some(&presence));
}

#[test]
fn msnp11_learns_its_name_and_the_guids_of_contacts_from_the_lists() {
    let mut s = Scripted::new(config(Version::MSNP11));
    let ns = s.open();
    s.server(ns, "VER 1 MSNP11\r\nCVR 2 1 1 1 u u\r\nUSR 3 TWN S ct=1\r\n");
    s.answer_http(HttpResponse::new(200).header("PassportURLs", "DALogin=https://l.example.com/"));
    let ok = "Passport1.4 da-status=success,from-PP='t=a&p=b'";
    s.answer_http(HttpResponse::new(200).header("Authentication-Info", ok));
    s.server(ns, "USR 4 OK alice@example.com 1 0\r\nSBS 0 null\r\n");
    s.server(ns, "SYN 5 2005-04-23T18:57:44.8130000-07:00 2005 2 1\r\nGTC A\r\nBLP AL\r\n");
    s.server(ns, "PRP MFN Alice%20A\r\nLSG Friends 11111111-2222-3333-4444-555555555555\r\n");
    let guid = "99999999-2222-3333-4444-555555555555";
    s.server(ns, &format!("LST N=bob@example.com F=Bob C={guid} 11 11111111-2222\r\n"));
    s.server(ns, "LST N=eve@example.com F=Eve 8\r\nCHG 6 NLN 1073741856\r\n");
    let document = "<Data><PSM>hi &amp; bye</PSM><CurrentMedia/></Data>";
    s.server(ns, &format!("UBX bob@example.com {}\r\n{document}", document.len()));
    assert_eq!(s.client.name(), Some("Alice A"));
    let bob = s.client.roster().contact(&account("bob@example.com")).unwrap();
    assert_eq!((bob.guid.as_deref(), bob.lists.bits()), (Some(guid), 11));
    assert_eq!(bob.personal_message.as_ref().unwrap().text, "hi & bye");
}

#[test]
fn a_dispatch_server_sends_the_client_elsewhere_and_the_counter_goes_on() {
    let mut s = Scripted::new(config(Version::MSNP7));
    let ds = s.open();
    s.server(ds, "VER 1 MSNP7\r\nINF 2 MD5\r\nXFR 3 NS 10.0.0.7:1864 0 10.0.0.1:1863\r\n");
    assert_eq!(s.closed, [ds]);
    assert_eq!(s.connects.last().unwrap().1, "10.0.0.7:1864");
    let ns = s.open();
    assert_ne!(ds, ns);
    s.expect(ns, "VER 4 MSNP7 CVR0\r\n");
}

#[test]
fn servers_that_send_the_client_in_circles_are_given_up() {
    let mut s = Scripted::new(config(Version::MSNP7));
    for _ in 0..20 {
        let ns = s.open();
        let sent: u32 = 3 * u32::try_from(s.connects.len()).unwrap();
        let (a, b, c) = (sent - 2, sent - 1, sent);
        s.server(ns, &format!("VER {a} MSNP7\r\nINF {b} MD5\r\nXFR {c} NS 10.0.0.7 0 x\r\n"));
        if s.end.is_some() {
            break;
        }
    }
    assert_eq!(s.end, Some(Err(ClientError::TooManyRedirects)));
}

#[test]
fn a_wrong_password_is_called_by_its_name() {
    let mut s = Scripted::new(config(Version::MSNP7));
    let ns = s.open();
    s.server(ns, "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1\r\n911 4\r\n");
    assert_eq!(s.end, Some(Err(ClientError::WrongPassword(String::new()))));

    let mut s = web(Version::MSNP8);
    s.answer_http(HttpResponse::new(200).header("PassportURLs", "DALogin=https://l.example.com/"));
    let no = "Passport1.4 da-status=failed,srealm=Passport.NET,cbtxt=Sign-in%20failed";
    s.answer_http(HttpResponse::new(401).header("WWW-Authenticate", no));
    assert_eq!(s.end, Some(Err(ClientError::WrongPassword("Sign-in failed".into()))));
}

#[test]
fn a_password_never_goes_from_https_to_http() {
    for (nexus, login) in [
        (HttpResponse::new(302).header("Location", "http://nexus.example.com/"), None),
        (HttpResponse::new(200).header("PassportURLs", "DALogin=http://l.example.com/"), None),
        (
            HttpResponse::new(200).header("PassportURLs", "DALogin=https://l.example.com/"),
            Some(
                HttpResponse::new(302)
                    .header("Location", "http://l.example.com/")
                    .header("WWW-Authenticate", "Passport1.4 da-status=redir"),
            ),
        ),
    ] {
        let mut s = web(Version::MSNP8);
        s.answer_http(nexus);
        if let Some(login) = login {
            s.answer_http(login);
        }
        assert!(s.http.is_empty(), "it asked {:?}", s.http);
        let Some(Err(ClientError::Ticket(TicketError::Redirect { .. }))) = s.end else {
            panic!("{:?}", s.end)
        };
    }
}

#[test]
fn pages_that_send_the_client_in_circles_are_given_up() {
    let mut s = web(Version::MSNP11);
    let mut pages = 0;
    while s.end.is_none() {
        assert!(pages < 100, "it is never given up");
        pages += 1;
        let to = "https://nexus.example.com/again";
        s.answer_http(HttpResponse::new(302).header("Location", to));
    }
    let error = TicketError::TooManyRedirects(Page::Nexus);
    assert_eq!(s.end, Some(Err(ClientError::Ticket(error))));
}

#[test]
fn a_sign_in_that_fails_says_at_which_step() {
    let refused = |step, code| SessionError::Refused { step, code };
    let busy = ErrorCode::SERVER_BUSY;
    for (lines, step, cause) in [
        ("600 1\r\n", Step::Version, refused(Step::Version, busy)),
        ("VER 1 0\r\n", Step::Version, SessionError::NoCommonVersion),
        ("VER 1 MSNP18\r\n", Step::Version, SessionError::NoCommonVersion),
        ("VER 1 MSNP7\r\n600 2\r\n", Step::Information, refused(Step::Information, busy)),
        ("VER 1 MSNP7\r\nINF 2 MD5\r\n600\r\n", Step::Account, refused(Step::Account, busy)),
        (
            "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 OK a@b A 1\r\n",
            Step::Account,
            SessionError::Unexpected { step: Step::Account },
        ),
        (
            "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1\r\nUSR 4 OK a@b A 1\r\n600 5\r\n",
            Step::Lists,
            refused(Step::Lists, busy),
        ),
    ] {
        let mut s = Scripted::new(config(Version::MSNP7));
        let ns = s.open();
        s.server(ns, lines);
        assert_eq!(s.end, Some(Err(ClientError::SignIn { step, cause })), "{lines}");
    }
    let mut s = Scripted::new(config(Version::MSNP7));
    let (link, _) = s.connects[0].clone();
    s.lose(link, LinkEnd::Refused);
    let cause = SessionError::LinkLost(LinkEnd::Refused);
    assert_eq!(s.end, Some(Err(ClientError::SignIn { step: Step::Connect, cause })));
}

#[test]
fn a_server_that_never_answers_is_given_up_at_a_named_step() {
    let mut s = Scripted::new(config(Version::MSNP7));
    let ns = s.open();
    s.server(ns, "VER 1 MSNP7\r\n");
    s.wait(59);
    assert_eq!(s.end, None);
    s.wait(1);
    let cause = SessionError::TimedOut { step: Step::Information };
    assert_eq!(s.end, Some(Err(ClientError::SignIn { step: Step::Information, cause })));
}

#[test]
fn an_account_that_signs_in_elsewhere_ends_the_session_with_the_reason() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "OUT OTH\r\n");
    assert_eq!(s.end, Some(Err(ClientError::SignedOut(SignOut::Elsewhere))));
    assert_eq!(s.closed, [ns]);
}

#[test]
fn every_challenge_is_answered() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "CHL 0 15570131571988941333\r\nCHL 0 22210219642164014968\r\n");
    s.expect(
        ns,
        "QRY 8 msmsgs@msnmsgr.com 32\r\n8f2f5a91b72102cd28355e9fc9000d6e\
         QRY 9 msmsgs@msnmsgr.com 32\r\needf627f65e76d031255a605f5841204",
    );
}

#[test]
fn a_silent_server_is_pinged_and_then_given_up() {
    let (mut s, ns) = Scripted::signed_in();
    s.wait(50);
    s.expect(ns, "PNG\r\n");
    s.server(ns, "QNG\r\n");
    s.wait(50);
    s.expect(ns, "PNG\r\n");
    s.wait(30);
    let error = SessionError::TimedOut { step: Step::Keepalive };
    assert_eq!(s.end, Some(Err(ClientError::SessionLost(error))));
}

#[test]
fn a_command_that_makes_no_sense_is_an_event_and_the_session_goes_on() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "XYZ 1 2\r\nNLN\r\nNLN NLN nobody Name\r\n215 99\r\nJOI bob@example.com Bob\r\n");
    assert_eq!(s.end, None);
    assert!(matches!(s.events[0], Event::Unknown(_)));
    assert!(matches!(s.events[1], Event::Malformed(_)));
    assert!(matches!(s.events[2], Event::Malformed(_)));
    assert_eq!(s.events[3], Event::ServerError(ErrorCode::ALREADY_THERE));
    assert!(matches!(s.events[4], Event::Unknown(_)));
}

#[test]
fn a_contact_that_is_on_no_list_is_told_and_not_passed_over() {
    let mut s = web(Version::MSNP11);
    s.answer_http(HttpResponse::new(200).header("PassportURLs", "DALogin=https://l.example.com/"));
    let ok = "Passport1.4 da-status=success,from-PP='t=a&p=b'";
    s.answer_http(HttpResponse::new(200).header("Authentication-Info", ok));
    let ns = s.connects[0].0;
    s.server(ns, "USR 4 OK alice@example.com 1 0\r\nSYN 5 1 1 0 0\r\nCHG 6 NLN 1073741856\r\n");
    s.forget();
    s.server(ns, "REM 0 FL 99999999-2222\r\nADC 0 FL C=88888888-2222 77777777\r\n");
    let unknown = |guid: &str| Event::UnknownContact(guid.into());
    assert_eq!(s.events, [unknown("99999999-2222"), unknown("88888888-2222")]);
}

#[test]
fn a_stream_that_cannot_be_read_ends_the_session() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "UBX bob@example.com\r\nOUT OTH\r\n");
    let Some(Err(ClientError::SessionLost(SessionError::Unreadable(error)))) = s.end else {
        panic!("{:?}", s.end)
    };
    assert_eq!(error.verb.unwrap().as_str(), "UBX");
}

#[test]
fn somebody_who_adds_or_removes_one_is_told() {
    let (mut s, ns) = Scripted::signed_in();
    s.server(ns, "ADD 0 RL 10 eve@example.com Eve\r\nREM 0 RL 11 eve@example.com\r\n");
    let (list, account) = (List::Reverse, account("eve@example.com"));
    let change = |added| Event::ListChanged { list, account: account.clone(), added };
    assert_eq!(s.events, [change(true), change(false)]);
}

fn web(version: Version) -> Scripted {
    let mut s = Scripted::new(config(version));
    let ns = s.open();
    s.server(ns, &format!("VER 1 {version}\r\nCVR 2 1 1 1 u u\r\nUSR 3 TWN S ct=1\r\n"));
    s
}
