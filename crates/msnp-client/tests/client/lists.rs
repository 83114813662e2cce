//! The lists of every version, kept and read again.

use msnp_client::{ClientError, Event, Roster};
use msnp_core::{HttpResponse, List, Status, Version};

use crate::script::{self, STAMPS, VERSIONS, friends, next};
use crate::scripted::{Scripted, account, config};

const BOB: &str = "bob@example.com";
const EVE: &str = "eve@example.com";

/// What a roster knows, without who is online.
fn known(roster: &Roster) -> Vec<String> {
    let mut known = vec![
        format!("{:?} {:?}", roster.name(), roster.stamps()),
        format!("{:?} {:?}", roster.allows_by_default(), roster.asks_when_added()),
    ];
    known.extend(roster.groups().map(|(id, name)| format!("group {id} {name}")));
    known.extend(roster.settings().map(|(key, value)| format!("setting {key} {value}")));
    for (account, contact) in roster.contacts() {
        let settings: Vec<_> = roster.contact_settings(account).collect();
        let (name, lists, groups) = (&contact.name, contact.lists.bits(), &contact.groups);
        known.push(format!("{account} {name} {lists} {groups:?} {settings:?} {:?}", contact.guid));
    }
    known
}

#[test]
fn every_version_signs_in_in_its_own_words_and_knows_all_that_it_has() {
    let program = "0x0409 winnt 5.1 i386 MSNMSGR 7.0.0816";
    for version in VERSIONS {
        let mut s = Scripted::new(config(version));
        let ns = s.open();
        s.expect(ns, &format!("VER 1 {version} CVR0\r\n"));
        s.server(ns, &script::negotiation(version));
        if version.requires_cvr() {
            s.expect(
                ns,
                &format!(
                    "CVR 2 {program} MSMSGS alice@example.com\r\nUSR 3 TWN I alice@example.com\r\n"
                ),
            );
            s.give_ticket();
            s.expect(ns, "USR 4 TWN S t=a&p=b\r\n");
        } else {
            let hash = msnp_auth::md5_login::response("1.2", &msnp_core::Secret::from("secret"));
            let hash = hash.as_str();
            s.expect(
                ns,
                &format!("INF 2\r\nUSR 3 MD5 I alice@example.com\r\nUSR 4 MD5 S {hash}\r\n"),
            );
        }
        s.server(ns, &script::welcome(version));
        s.expect(ns, if version.has_guids() { "SYN 5 0 0\r\n" } else { "SYN 5 0\r\n" });
        s.server(ns, &script::lists(version));
        let capabilities = if version.has_capabilities() { " 1073741856" } else { "" };
        s.expect(ns, &format!("CHG 6 NLN{capabilities}\r\n"));
        assert_eq!(s.client.status(), Status::OFFLINE);
        s.server(ns, &format!("CHG 6 NLN{capabilities}\r\n"));
        assert!(s.client.is_signed_in(), "{version}");
        match version.number() {
            2..=3 => s.expect(ns, &format!("CVR 7 {program}\r\n")),
            4..=7 => s.expect(ns, &format!("CVR 7 {program} MSMSGS\r\n")),
            _ => s.expect(ns, ""),
        }
        let roster = s.client.roster();
        assert_eq!(s.client.name(), Some("Alice A"), "{version}");
        assert_eq!(roster.lists(&account(BOB)).bits(), 11, "{version}");
        assert_eq!(roster.lists(&account(EVE)).bits(), 8, "{version}");
        assert_eq!(
            (roster.allows_by_default(), roster.asks_when_added()),
            (Some(true), Some(true))
        );
        let named = roster.groups().any(|group| group == (friends(version), "Friends"));
        assert_eq!(named, version.has_groups(), "{version}");
        let in_it = roster.contact(&account(BOB)).unwrap().groups == [friends(version).into()];
        assert_eq!(in_it, version.has_groups(), "{version}");
        let settings: Vec<_> =
            roster.settings().chain(roster.contact_settings(&account(BOB))).collect();
        let expected = [("PHH", "555"), ("PHH", "777")];
        assert_eq!(settings, if version.has_settings() { &expected[..] } else { &[] }, "{version}");
    }
}

#[test]
fn the_answer_to_what_the_program_is_says_nothing_to_the_user() {
    let (mut s, ns) = Scripted::online(Version::MSNP5);
    s.server(ns, "CVR 7 5.0 5.0 1.0 http://x.example.com http://y.example.com\r\n");
    assert_eq!(s.events, []);
}

#[test]
fn lists_that_have_not_changed_leave_everything_known_and_nobody_online() {
    for version in VERSIONS {
        let (mut s, ns) = Scripted::online(version);
        let capabilities = if version.has_capabilities() { " 32" } else { "" };
        s.server(ns, &format!("NLN AWY {BOB} Bob{capabilities}\r\n"));
        let before = known(s.client.roster());
        let mut config = config(version);
        config.roster = Some(s.client.roster().clone());
        let (mut s, ns) = Scripted::up_to_lists(config);
        let bob = s.client.roster().contact(&account(BOB)).unwrap();
        assert_eq!(bob.status, Status::OFFLINE, "{version}");
        let sent = s.all_sent();
        let stamps = if version.has_guids() { STAMPS } else { "9" };
        assert!(sent[0].1.ends_with(&format!("SYN 5 {stamps}\r\n")), "{version}: {sent:?}");
        s.server(ns, &script::unchanged(version));
        s.server(ns, "CHG 6 NLN\r\n");
        assert!(s.client.is_signed_in(), "{version}: {:?}", s.events);
        assert_eq!(known(s.client.roster()), before, "{version}");
        let named = |event: &&Event| matches!(event, Event::OwnName(name) if name == "Alice A");
        assert_eq!(s.events.iter().filter(named).count(), 1, "{version}");
    }
}

#[test]
fn lists_that_are_sent_although_they_have_not_changed_are_read_all_the_same() {
    for version in [Version::MSNP4, Version::MSNP7] {
        let (s, _) = Scripted::online(version);
        let mut config = config(version);
        config.roster = Some(s.client.roster().clone());
        let before = known(s.client.roster());
        let (mut s, ns) = Scripted::up_to_lists(config);
        s.server(ns, &script::lists(version));
        s.server(ns, "CHG 6 NLN\r\n");
        assert_eq!(known(s.client.roster()), before, "{version}");
        assert!(!s.events.iter().any(|event| matches!(event, Event::Unknown(_))), "{version}");
    }
}

#[test]
fn lists_that_have_changed_replace_what_was_kept() {
    for version in VERSIONS {
        let (mut s, ns) = Scripted::online(version);
        // Nobody else knows of carol.
        let (stamp, rest) = if version.has_guids() { ("", "") } else { ("9 ", " Carol") };
        let (n, verb) = match version.has_guids() {
            true => ("N=", "ADC"),
            false => ("", "ADD"),
        };
        s.server(ns, &format!("{verb} 0 RL {stamp}{n}carol@example.com{rest}\r\n"));
        let mut config = config(version);
        config.roster = Some(s.client.roster().clone());
        let (mut s, ns) = Scripted::up_to_lists(config);
        let changed = script::lists(version).replace("18:57", "19:58").replace(" 9", " 10");
        s.server(ns, &changed);
        s.server(ns, "CHG 6 NLN\r\n");
        assert!(s.client.is_signed_in(), "{version}");
        assert_eq!(s.client.roster().contact(&account("carol@example.com")), None, "{version}");
        assert_eq!(s.client.roster().lists(&account(BOB)).bits(), 11, "{version}");
    }
}

#[test]
fn a_roster_of_another_version_is_asked_for_as_a_whole() {
    for (version, other) in [
        (Version::MSNP6, Version::MSNP7),
        (Version::MSNP9, Version::MSNP10),
        (Version::MSNP10, Version::MSNP9),
    ] {
        let (s, _) = Scripted::online(version);
        let mut config = config(other);
        config.roster = Some(s.client.roster().clone());
        let (s, _) = Scripted::up_to_lists(config);
        let nothing = if other.has_guids() { "SYN 5 0 0\r\n" } else { "SYN 5 0\r\n" };
        assert!(s.all_sent()[0].1.ends_with(nothing), "{version} {other}");
    }
}

#[test]
fn lists_that_were_cut_off_in_the_middle_do_not_pass_for_whole() {
    for version in VERSIONS {
        let whole = script::lists(version);
        let lines: Vec<&str> = whole.split_inclusive("\r\n").collect();
        // Without the last two, since a setting of the last contact may follow it.
        for lines in (1..lines.len() - 1).map(|n| &lines[..n]) {
            let (mut s, ns) = Scripted::up_to_lists(config(version));
            s.server(ns, &lines.concat());
            assert_eq!(s.client.roster().stamps(), None, "{version} {lines:?}");
        }
    }
}

#[test]
fn every_change_moves_the_serial_number_on_where_there_is_one() {
    for version in VERSIONS.into_iter().filter(|version| version.has_list_serials()) {
        let (mut s, ns) = Scripted::online(version);
        let stamp = |s: &Scripted| s.client.roster().stamps().unwrap().lists.clone();
        assert_eq!(&*stamp(&s), "9");
        for (serial, line) in [
            ("10", "ADD 0 RL 10 carol@example.com Carol"),
            ("11", "REM 0 RL 11 carol@example.com"),
            ("12", "REA 8 12 alice@example.com Alice"),
            ("13", "BLP 8 13 BL"),
            ("14", "GTC 8 14 N"),
            ("15", "PRP 8 15 PHH 1"),
            ("16", "ADG 8 16 Work 2 0"),
            ("17", "REG 8 17 2 Job 0"),
            ("18", "RMG 8 18 2"),
            // Servers that do not count say one number again and again.
            ("18", "ADD 0 RL 1 carol@example.com Carol"),
            ("18", "REM 0 RL 0 carol@example.com"),
        ] {
            s.server(ns, &format!("{line}\r\n"));
            assert_eq!(&*stamp(&s), serial, "{version} {line}");
        }
    }
}

#[test]
fn a_change_leaves_the_time_stamps_as_they_were() {
    for version in VERSIONS.into_iter().filter(|version| version.has_guids()) {
        let (mut s, ns) = Scripted::online(version);
        let before = s.client.roster().stamps().cloned();
        s.server(ns, "ADC 0 RL N=carol@example.com F=Carol\r\nREM 0 RL carol@example.com\r\n");
        assert_eq!(s.client.roster().stamps().cloned(), before);
    }
}

#[test]
fn who_adds_one_waits_for_a_decision_where_there_is_a_list_for_that() {
    for version in VERSIONS.into_iter().filter(|version| version.has_guids()) {
        let (mut s, ns) = Scripted::online(version);
        s.server(ns, "ADC 0 RL N=carol@example.com F=Carol\r\n");
        let carol = account("carol@example.com");
        let both = [List::Reverse, List::Pending];
        let change = |list, added| Event::ListChanged { list, account: carol.clone(), added };
        assert_eq!(s.events, both.map(|list| change(list, true)), "{version}");
        s.forget();
        let action = s.client.block(s.now, carol.clone()).unwrap();
        s.drain();
        let t = next(version);
        let mut steps = vec![format!("ADC {t} BL N=carol@example.com")];
        if version.accepts_by_reverse_list() {
            steps.push(format!("ADC {} RL N=carol@example.com", t + 1));
        }
        steps.push(format!("REM {} PL carol@example.com", u32::try_from(steps.len()).unwrap() + t));
        for step in steps {
            s.expect(ns, &format!("{step}\r\n"));
            s.server(ns, &format!("{step}\r\n"));
        }
        assert_eq!(s.client.roster().lists(&carol).bits(), 4 + 8, "{version}");
        assert_eq!(s.events.last(), Some(&Event::ActionEnded { action, result: Ok(()) }));
    }
}

#[test]
fn a_server_that_sends_the_client_elsewhere_is_left_and_only_what_is_new_is_read() {
    for version in VERSIONS {
        let (mut s, ns) = Scripted::online(version);
        s.client.set_status(s.now, Status::BUSY).unwrap();
        s.drain();
        let t = next(version);
        let (capabilities, own) = match version.has_capabilities() {
            true => (" 1073741856", " 32"),
            false => ("", ""),
        };
        s.server(ns, &format!("CHG {t} BSY{capabilities}\r\nNLN AWY {BOB} Bob{own}\r\n"));
        s.forget();
        let tail = match version.number() {
            2 => "",
            3..=6 => " 0",
            _ => " 0 10.0.0.1:1863",
        };
        s.server(ns, &format!("XFR 0 NS 10.0.0.7:1864{tail}\r\n"));
        assert_eq!(s.closed, [ns], "{version}");
        assert_eq!(s.connects.last().unwrap().1, "10.0.0.7:1864");
        assert!(!s.client.is_signed_in());
        let gone = |event: &Event| matches!(event, Event::Presence { status, .. } if *status == Status::OFFLINE);
        assert!(s.events.iter().any(gone), "{version}: {:?}", s.events);
        let ns = s.open();
        // The counter goes on.
        s.expect(ns, &format!("VER {} {version} CVR0\r\n", t + 1));
        let from = |text: String| {
            let numbers = [1, 2, 3, 4, 5, 6];
            numbers.into_iter().rev().fold(text, |text, n| {
                let with = |verb: &str, at| format!("{verb} {at} ");
                let verbs = ["VER", "INF", "CVR", "USR", "SYN", "CHG"];
                verbs
                    .iter()
                    .fold(text, |text, verb| text.replace(&with(verb, n), &with(verb, n + t)))
            })
        };
        s.server(ns, &from(script::negotiation(version)));
        if version.requires_cvr() {
            s.give_ticket();
        }
        s.server(ns, &from(script::welcome(version)));
        let stamps = if version.has_guids() { STAMPS } else { "9" };
        let sent = s.all_sent().last().unwrap().1.clone();
        assert!(sent.ends_with(&format!("SYN {} {stamps}\r\n", t + 5)), "{version}: {sent}");
        s.server(ns, &from(script::unchanged(version)));
        let sent = s.all_sent().last().unwrap().1.clone();
        assert!(sent.ends_with(&format!("CHG {} BSY{capabilities}\r\n", t + 6)), "{sent}");
        s.server(ns, &format!("CHG {} BSY{capabilities}\r\n", t + 6));
        assert!(s.client.is_signed_in());
        assert_eq!(s.client.roster().lists(&account(BOB)).bits(), 11, "{version}");
    }
}

#[test]
fn servers_that_sign_the_client_in_and_send_it_on_in_circles_are_given_up() {
    for (stays, given_up) in [(0, true), (60, false)] {
        let mut config = config(Version::MSNP2);
        config.keepalive = std::time::Duration::from_secs(3600);
        let mut s = Scripted::new(config);
        for n in 0..10 {
            // Six transactions each time, and one for what the program is.
            let [ver, inf, claim, prove, syn, chg] = [1, 2, 3, 4, 5, 6].map(|at| at + 7 * n);
            let ns = s.open();
            s.server(ns, &format!("VER {ver} MSNP2\r\nINF {inf} MD5\r\nUSR {claim} MD5 S 1\r\n"));
            s.server(ns, &format!("USR {prove} OK alice@example.com Alice\r\nSYN {syn} 9\r\n"));
            for list in ["FL", "AL", "BL", "RL"] {
                // The second time, there is nothing left to say.
                if n == 0 {
                    s.server(ns, &format!("LST {syn} {list} 9 0 0\r\n"));
                }
            }
            s.server(ns, &format!("CHG {chg} NLN\r\n"));
            assert!(s.client.is_signed_in(), "{n} {:?}", s.events);
            s.wait(stays);
            s.server(ns, "XFR 0 NS 10.0.0.7:1864\r\n");
            if s.end.is_some() {
                break;
            }
        }
        let too_many = Some(Err(ClientError::TooManyRedirects));
        assert_eq!(s.end, too_many.filter(|_| given_up));
    }
}

#[test]
fn a_ticket_is_asked_for_again_by_the_next_server() {
    let (mut s, ns) = Scripted::online(Version::MSNP11);
    s.server(ns, "XFR 0 NS 10.0.0.7:1864 0 10.0.0.1:1863\r\n");
    let ns = s.open();
    s.server(ns, "VER 7 MSNP11\r\nCVR 8 1 1 1 u u\r\nUSR 9 TWN S ct=1\r\n");
    let asked = s.answer_http(HttpResponse::new(500));
    assert_eq!(asked.url, "https://nexus.example.com/rdr/pprdr.asp");
}
