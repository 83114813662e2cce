//! From the first byte to the first status.

use msnp_core::Version;
use msnp_server::{Refusal, ServerEvent};

use crate::world::{CVR, DISPATCH, NOTIFICATION, World, account};

#[test]
fn all_services_are_up_before_their_addresses_are_told() {
    let world = World::new();
    let [ServerEvent::Listening(addresses)] = &world.events[..] else { panic!() };
    assert_eq!(addresses.dispatch.to_string(), "127.0.0.1:1861");
    assert_eq!(addresses.http.to_string(), "127.0.0.1:1864");
    assert_eq!(world.server.addresses(), Some(addresses));
}

#[test]
fn msnp7_signs_in_with_a_hash_of_its_password() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    assert_eq!(world.ask(link, "VER 1 MSNP7 MSNP6 CVR0\r\n"), "VER 1 MSNP7 CVR0\r\n");
    assert_eq!(world.ask(link, "INF 2 \r\n"), "INF 2 MD5\r\n");
    let ok = world.prove_by_md5(link, "alice", "alice-pw");
    let (usr, profile) = ok.split_once("\r\n").unwrap();
    assert_eq!(usr, "USR 4 OK alice@example.com Alice%20A 1");
    assert!(profile.starts_with("MSG Hotmail Hotmail "), "{profile}");
    assert!(!profile.contains("ABCHMigrated"));
}

#[test]
fn msnp8_and_msnp11_sign_in_with_a_ticket() {
    for (version, usr) in [
        (Version::MSNP8, "USR 4 OK bob@example.com Bob 1 0\r\nMSG Hotmail Hotmail "),
        (Version::MSNP11, "USR 4 OK bob@example.com 1 0\r\nSBS 0 null\r\nMSG Hotmail Hotmail "),
    ] {
        let mut world = World::new();
        let link = world.connect(NOTIFICATION);
        world.ask(link, format!("VER 1 {version}\r\n"));
        let ticket = world.ticket("bob", "bob-pw");
        let ok = world.prove_by_ticket(link, "bob", &ticket);
        assert!(ok.starts_with(usr), "{ok}");
        assert!(ok.len() < 1200, "the profile message is short");
        assert!(ok.contains("\r\nClientIP: 192.0.2.1\r\n"), "{ok}");
        assert!(ok.contains("sid: 507"), "{ok}");
        let signed_in = ServerEvent::SignedIn { account: account("bob"), version };
        assert!(world.events.contains(&signed_in));
    }
}

#[test]
fn cvr0_is_echoed() {
    let mut world = World::new();
    for (offer, answer) in [
        ("VER 1 MSNP8 CVR0\r\n", "VER 1 MSNP8 CVR0\r\n"),
        ("VER 1 MSNP8\r\n", "VER 1 MSNP8\r\n"),
        ("VER 1 CVR0 MSNP7 MSNP99 MSNP11 MSNP21\r\n", "VER 1 MSNP11 CVR0\r\n"),
    ] {
        let link = world.connect(NOTIFICATION);
        assert_eq!(world.ask(link, offer), answer);
    }
}

#[test]
fn cvr_is_always_answered_with_the_version_of_the_client() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    let six = "CVR 1 0x0409 winnt 5.1 i386 MSMSGS 5.0.0544";
    for words in ["", " MSMSGS", " MSMSGS alice@example.com", " MSMSGS alice@example.com 0"] {
        let answer = world.ask(link, format!("{six}{words}\r\n"));
        assert!(answer.starts_with("CVR 1 5.0.0544 5.0.0544 5.0.0544 http"), "{answer}");
    }
    let link = world.sign_in("alice", Version::MSNP8);
    assert!(world.ask(link, format!("{six}\r\n")).starts_with("CVR 1 5.0.0544 "));
}

#[test]
fn cvr_and_usr_may_come_in_one_piece() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    let answer = world.ask(
        link,
        "VER 1 MSNP8\r\nCVR 2 0x0409 winnt 5.1 i386 MSNMSGR 8.0.0812 msmsgs bob@example.com\r\n\
         USR 3 TWN I bob@example.com\r\n",
    );
    let lines: Vec<&str> = answer.lines().map(|line| &line[..5]).collect();
    assert_eq!(lines, ["VER 1", "CVR 2", "USR 3"]);
}

#[test]
fn no_common_version_ends_the_connection() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    assert_eq!(world.ask(link, "VER 1 MSNP1 MSNP21 CVR0\r\n"), "VER 1 0\r\n");
    assert!(world.is_closed(link));
}

#[test]
fn a_second_version_is_not_expected() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    assert_eq!(world.ask(link, "VER 1 MSNP8\r\nVER 2 MSNP8\r\n"), "VER 1 MSNP8\r\n715 2\r\n");
    assert!(world.is_closed(link));
}

#[test]
fn the_dispatch_server_sends_everybody_on_and_asks_for_no_password() {
    let mut world = World::new();
    for (version, scheme, rest) in [
        ("MSNP2", "MD5", ""),
        ("MSNP3", "MD5", " 0"),
        ("MSNP6", "MD5", " 0"),
        ("MSNP7", "MD5", " 0 127.0.0.1:1861"),
        ("MSNP8", "TWN", " 0 127.0.0.1:1861"),
        ("MSNP12", "TWN", " 0 127.0.0.1:1861"),
    ] {
        let link = world.connect(DISPATCH);
        world.ask(link, format!("VER 1 {version}\r\n{CVR} nobody@example.com\r\n"));
        let answer = world.ask(link, format!("USR 2 {scheme} I nobody@example.com\r\n"));
        assert_eq!(answer, format!("XFR 2 NS 127.0.0.1:1862{rest}\r\n"));
        assert!(world.is_closed(link));
    }
}

#[test]
fn a_wrong_password_and_an_unknown_account_look_the_same() {
    let mut world = World::new();
    for (name, password) in [("alice", "wrong"), ("alice", ""), ("nobody", "alice-pw")] {
        let link = world.connect(NOTIFICATION);
        world.ask(link, "VER 1 MSNP7\r\n");
        assert_eq!(world.prove_by_md5(link, name, password), "911 4\r\n");
        assert!(world.is_closed(link));
        let refused = ServerEvent::Refused { account: account(name), why: Refusal::WrongPassword };
        assert_eq!(world.events.last(), Some(&refused));
        let response = world.log_in(name, "wrong");
        assert_eq!(response.status, 401);
        let header = response.find_header("WWW-Authenticate").unwrap();
        assert!(header.contains("da-status=failed"), "{header}");
    }
    assert!(!world.events.iter().any(|e| matches!(e, ServerEvent::SignedIn { .. })));
}

#[test]
fn a_ticket_opens_once_for_its_account_and_for_a_time() {
    let mut world = World::new();
    let used = world.ticket("alice", "alice-pw");
    let others = world.ticket("bob", "bob-pw");
    let late = world.ticket("alice", "alice-pw");
    let first = world.connect(NOTIFICATION);
    world.ask(first, "VER 1 MSNP8\r\n");
    assert!(world.prove_by_ticket(first, "alice", &used).starts_with("USR 4 OK"));
    for ticket in [used.as_str(), &others, "t=1.abc&p=", "x", "t=&p=", &late] {
        if ticket == late {
            world.pass(std::time::Duration::from_secs(300));
        }
        let link = world.connect(NOTIFICATION);
        world.ask(link, format!("VER 1 MSNP8\r\n{CVR} alice@example.com\r\n"));
        world.ask(link, "USR 3 TWN I alice@example.com\r\n");
        assert_eq!(world.ask(link, format!("USR 4 TWN S {ticket}\r\n")), "911 4\r\n", "{ticket}");
        assert!(world.is_closed(link));
    }
    assert!(!world.is_closed(first), "nobody else notices");
    assert_eq!(world.received(first), "");
}

#[test]
fn an_account_that_is_none_is_refused_at_once() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    assert_eq!(world.ask(link, "VER 1 MSNP7\r\nUSR 2 MD5 I alice\r\n"), "VER 1 MSNP7\r\n911 2\r\n");
    assert!(world.is_closed(link));
}

#[test]
fn a_second_sign_in_ends_the_first() {
    let mut world = World::new();
    let older = world.sign_in("alice", Version::MSNP8);
    world.received(older);
    let newer = world.sign_in("alice", Version::MSNP7);
    assert_eq!(world.received(older), "OUT OTH\r\n");
    assert!(world.is_closed(older) && !world.is_closed(newer));
    assert!(world.ask(newer, "CHG 5 NLN\r\n").starts_with("CHG 5 NLN"));
}

#[test]
fn signing_in_again_while_signed_in_is_refused() {
    let mut world = World::new();
    let link = world.sign_in("alice", Version::MSNP7);
    assert_eq!(world.ask(link, "USR 9 MD5 I alice@example.com\r\n"), "207 9\r\n");
    assert!(!world.is_closed(link));
}

#[test]
fn commands_before_the_sign_in_are_refused() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    assert_eq!(world.ask(link, "SYN 1 0\r\n"), "302 1\r\n");
    world.ask(link, "VER 1 MSNP7\r\n");
    assert_eq!(world.ask(link, "CHG 2 NLN\r\nXFR 3 SB\r\nPNG\r\n"), "302 2\r\n302 3\r\n302\r\n");
    assert_eq!(world.ask(link, "USR 4 MD5 S abc\r\n"), "715 4\r\n");
    assert!(!world.is_closed(link));
}

#[test]
fn the_scheme_of_another_version_is_refused() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    world.ask(link, "VER 1 MSNP8\r\n");
    assert_eq!(world.ask(link, "INF 2\r\nUSR 3 MD5 I alice@example.com\r\n"), "502 2\r\n502 3\r\n");
}

#[test]
fn whoever_does_not_sign_in_in_time_is_cut_off() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    world.ask(link, "VER 1 MSNP8\r\n");
    world.pass(std::time::Duration::from_secs(59));
    assert!(!world.is_closed(link));
    world.pass(std::time::Duration::from_secs(1));
    assert!(world.is_closed(link));
}

#[test]
fn the_goodbye_of_a_closed_link_is_kept_until_it_is_written() {
    let mut world = World::new();
    let link = world.connect(NOTIFICATION);
    world.deaf.insert(link);
    world.send(link, "VER 1 MSNP21\r\n");
    assert!(world.is_closed(link));
    use msnp_core::Machine as _;
    assert_eq!(world.server.output(link), b"VER 1 0\r\n");
    world.server.written(world.now, link, 4);
    assert_eq!(world.server.output(link), b"1 0\r\n");
    world.server.written(world.now, link, 5);
    assert_eq!(world.server.output(link), b"");
}

#[test]
fn a_shutdown_says_so_to_everybody_and_ends() {
    let mut world = World::new();
    let signed_in = world.sign_in("alice", Version::MSNP8);
    let early = world.connect(NOTIFICATION);
    world.received(signed_in);
    world.shut_down();
    assert_eq!(world.received(signed_in), "OUT SSD\r\n");
    assert!(world.is_closed(signed_in) && world.is_closed(early));
    assert_eq!(world.end, Some(Ok(())));
}
