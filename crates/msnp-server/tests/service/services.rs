//! What surrounds the messages: pages, mail, telephones, notices.

use std::time::Duration;

use msnp_codec::message::{MailNotification, NewEmail};
use msnp_core::{Act, Version};
use msnp_server::{Action, MailCounts, ServerEvent, WebPages};
use msnp_session::SignOut;

use crate::world::{World, account, config};

#[test]
fn the_address_of_a_page_has_a_path_a_sign_in_page_and_a_site() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    let inbox = "URL 5 /pages/inbox http://127.0.0.1:1864/login 2\r\n";
    assert_eq!(world.ask(alice, "URL 5 INBOX\r\n"), inbox);
    let answer = world.ask(alice, "URL 6 COMPOSE bob@example.com\r\nURL 7 ../x\r\n");
    assert_eq!(answer, "URL 6 /pages/compose http://127.0.0.1:1864/login 2\r\n201 7\r\n");
    let mut config = config();
    config.pages = WebPages {
        path: "/cgi/".into(),
        login: Some("https://login.example.com/".into()),
        site: "507".into(),
    };
    let mut world = World::with(config);
    let alice = world.sign_in("alice", Version::MSNP2);
    let inbox = "URL 5 /cgi/inbox https://login.example.com/ 507\r\n";
    assert_eq!(world.ask(alice, "URL 5 INBOX\r\n"), inbox);
}

#[test]
fn invitations_by_mail_are_accepted_and_the_directory_is_closed() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP7);
    let answer = world.ask(
        alice,
        "SND 5 x@example.com 0x0409 MSMSGS MSMSGS\r\n\
         SDC 6 x@example.com 0x0409 MSMSGS MSMSGS X X Alice 5\r\nhello\
         FND 7 fname=Bob lname=* city=* state=* country=US\r\n",
    );
    assert_eq!(answer, "SND 5 OK\r\nSDC 6 OK\r\n502 7\r\n");
    let to = msnp_core::Account::new("x@example.com").unwrap();
    let told = ServerEvent::InvitedByMail { by: account("alice"), to };
    assert_eq!(world.events.iter().filter(|event| **event == told).count(), 2);
    assert_eq!(world.ask(alice, "SND 8 1 0x0409 MSMSGS MSMSGS\r\n"), "201 8\r\n");
}

#[test]
fn who_takes_no_invitations_gets_none_and_asks_for_no_room() {
    let mut world = World::new();
    let alice = world.online("alice", Version::MSNP8);
    let bob = world.online("bob", Version::MSNP8);
    let room = world.room("alice", alice);
    assert_eq!(world.ask(bob, "IMS 5 OFF\r\nXFR 6 SB\r\n"), "IMS 5 0 OFF\r\n913 6\r\n");
    assert_eq!(world.ask(room, "CAL 2 bob@example.com\r\n"), "217 2\r\n");
    assert_eq!(world.received(bob), "");
    assert_eq!(world.ask(bob, "IMS 7 ON\r\nIMS 8 MAYBE\r\n"), "IMS 7 0 ON\r\n715 8\r\n");
    world.ring(room, "bob", bob);
    assert!(world.ask(bob, "XFR 9 SB\r\n").starts_with("XFR 9 SB "));
    let bob = world.online("bob", Version::MSNP2);
    assert_eq!(world.ask(bob, "IMS 5 OFF\r\n"), "502 5\r\n");
}

#[test]
fn a_page_to_a_telephone_is_refused_and_says_why() {
    for (version, verb, unknown) in [
        (Version::MSNP5, "PAG", "205"),
        (Version::MSNP9, "PGD", "205"),
        (Version::MSNP12, "PGD", "208"),
    ] {
        let mut world = World::new();
        let bob = world.sign_in("bob", Version::MSNP8);
        let alice = world.sign_in("alice", version);
        let page =
            |world: &mut World, to: &str| world.ask(alice, format!("{verb} 5 {to} 1 3\r\n<p>"));
        assert_eq!(page(&mut world, "tel:+15550100"), "208 5\r\n");
        assert_eq!(page(&mut world, "nobody@example.com"), format!("{unknown} 5\r\n"));
        assert_eq!(page(&mut world, "bob@example.com"), "217 5\r\n", "he has no device");
        world.ask(bob, "PRP 6 MOB Y\r\n");
        assert_eq!(page(&mut world, "bob@example.com"), "502 5\r\n", "nothing can deliver it");
        world.ask(bob, "ADD 7 BL alice@example.com A\r\n");
        assert_eq!(page(&mut world, "bob@example.com"), "217 5\r\n", "she may not know of it");
    }
}

#[test]
fn a_mailbox_is_told_in_numbers_and_from_msnp11_as_a_document() {
    let mut world = World::new();
    let counts = MailCounts { inbox: 7, inbox_unread: 2, folders: 3, folders_unread: 1 };
    world.server.set_mail(account("alice"), counts);
    for version in (2..=12).filter_map(Version::from_number) {
        let link = world.sign_in("alice", version);
        let status = if version.has_capabilities() { "CHG 5 NLN 0\r\n" } else { "CHG 5 NLN\r\n" };
        let told = world.ask(link, status);
        if version.number() >= 11 {
            let (_, told) = told.split_once("MSG Hotmail Hotmail ").unwrap();
            let document = "Mail-Data: <MD><E><I>7</I><IU>2</IU><O>3</O><OU>1</OU></E></MD>\r\n";
            assert!(told.contains("text/x-msmsgsinitialmdatanotification"), "{told}");
            assert!(told.ends_with(document), "{told}");
        } else {
            assert_eq!(told, status, "{version}");
        }
    }
    let mut world = World::new();
    world.server.set_mail(account("alice"), counts);
    let link = world.connect(crate::world::NOTIFICATION);
    world.ask(link, "VER 1 MSNP7\r\n");
    let told = world.prove_by_md5(link, "alice", "alice-pw");
    assert!(told.contains("EmailEnabled: 1\r\n"), "{told}");
    assert!(told.contains("text/x-msmsgsinitialemailnotification"), "{told}");
    assert!(told.ends_with("\r\nInbox-Unread: 2\r\nFolders-Unread: 1\r\n"), "{told}");
}

#[test]
fn a_program_can_tell_somebody_of_a_mail() {
    let mut world = World::new();
    let alice = world.online("alice", Version::MSNP8);
    let bob = world.online("bob", Version::MSNP8);
    let mail = NewEmail { from: Some("Carol".into()), ..NewEmail::default() };
    for who in ["alice", "carol"] {
        let mail = Box::new(MailNotification::Email(mail.clone()));
        world.server.act(world.now, Action::NotifyMail(account(who), mail));
        world.run();
    }
    let told = world.received(alice);
    assert!(told.starts_with("MSG Hotmail Hotmail "), "{told}");
    assert!(told.ends_with("\r\n\r\nFrom: Carol\r\n"), "{told}");
    assert_eq!(world.received(bob), "");
}

#[test]
fn maintenance_is_announced_to_all_and_to_who_comes_later() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP7);
    let bob = world.online("bob", Version::MSNP11);
    world.received(alice);
    world.server.act(world.now, Action::AnnounceMaintenance { minutes: 5 });
    world.run();
    let notice = |minutes: u32| {
        format!(
            "MIME-Version: 1.0\r\nContent-Type: application/x-msmsgssystemmessage\r\n\r\n\
             Type: 1\r\nArg1: {minutes}\r\n"
        )
    };
    for link in [alice, bob] {
        let told = world.received(link);
        assert!(told.starts_with("MSG Hotmail Hotmail ") && told.ends_with(&notice(5)), "{told}");
    }
    world.pass(Duration::from_secs(61));
    let carol = world.sign_in("carol", Version::MSNP8);
    assert!(world.ask(carol, "CHG 5 NLN 0\r\n").ends_with(&notice(4)));
    assert!(!world.ask(carol, "CHG 6 BSY 0\r\n").contains("MSG"), "once is enough");
}

#[test]
fn whoever_changes_too_fast_is_refused_for_a_while() {
    let mut config = config();
    config.limits.changes = 3;
    let mut world = World::with(config);
    let alice = world.sign_in("alice", Version::MSNP9);
    let lines = "CHG 5 NLN 0\r\nREA 6 alice@example.com A\r\nCHG 7 BSY 0\r\n";
    let answer = world.ask(alice, format!("{lines}CHG 8 NLN 0\r\nREA 9 alice@example.com B\r\n"));
    assert!(answer.ends_with("CHG 7 BSY 0\r\n800 8\r\n800 9\r\n"), "{answer}");
    assert!(!world.is_closed(alice));
    world.pass(Duration::from_secs(60));
    assert_eq!(world.ask(alice, "CHG 10 AWY 0\r\n"), "CHG 10 AWY 0\r\n");
    let bob = world.sign_in("bob", Version::MSNP11);
    world.ask(bob, "CHG 5 NLN 0\r\nUUX 6 0\r\nPRP 7 MFN B\r\n");
    assert_eq!(world.ask(bob, "UUX 8 0\r\nPRP 9 MFN C\r\n"), "800 8\r\n800 9\r\n");
}

#[test]
fn a_program_can_sign_somebody_out_for_a_reason_that_the_version_knows() {
    for (why, words) in [
        (SignOut::Plain, ["OUT", "OUT", "OUT"]),
        (SignOut::ServerDown, ["OUT SSD", "OUT SSD", "OUT SSD"]),
        (SignOut::Migrating, ["OUT", "OUT MIG", "OUT MIG"]),
        (SignOut::TermsOfUse, ["OUT", "OUT TOU", "OUT TOU"]),
        (SignOut::ReconnectAfter(5), ["OUT SSD", "OUT SSD", "OUT RCT 5"]),
    ] {
        for (version, word) in [Version::MSNP9, Version::MSNP10, Version::MSNP11].iter().zip(words)
        {
            let mut world = World::new();
            let alice = world.online("alice", *version);
            let room = world.room("alice", alice);
            let action = Action::SignOut(account("alice"), why.clone());
            world.server.act(world.now, action);
            world.run();
            assert_eq!(world.received(alice), format!("{word}\r\n"), "{version}");
            assert!(world.is_closed(alice) && world.is_closed(room));
            world.online("alice", *version);
        }
    }
}

#[test]
fn who_asks_for_rooms_too_fast_is_refused_for_a_while() {
    let mut config = config();
    config.limits.edits = 2;
    let mut world = World::with(config);
    let alice = world.online("alice", Version::MSNP9);
    let answer = world.ask(alice, "XFR 5 SB\r\nXFR 6 SB\r\nXFR 7 SB\r\n");
    assert!(answer.ends_with("\r\n800 7\r\n"), "{answer}");
}
