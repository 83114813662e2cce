//! `SYN` and the settings.

use msnp_core::{Guid, Version};

use crate::world::{World, account, config};

#[test]
fn msnp7_lists_every_list_with_places_and_says_so_where_one_is_empty() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP7);
    assert_eq!(
        world.ask(alice, "SYN 5 0\r\n"),
        "SYN 5 1\r\nGTC 5 1 A\r\nBLP 5 1 AL\r\nLSG 5 1 1 1 0 Other%20Contacts 0\r\n\
         LST 5 FL 1 0 0\r\nLST 5 AL 1 0 0\r\nLST 5 BL 1 0 0\r\nLST 5 RL 1 0 0\r\n"
    );
    world.befriend(alice, Version::MSNP7, "bob");
    world.ask(alice, "ADD 72 FL carol@example.com Carol%20C 0\r\n");
    assert_eq!(
        world.ask(alice, "SYN 6 1\r\n"),
        "SYN 6 4\r\nGTC 6 4 A\r\nBLP 6 4 AL\r\nLSG 6 4 1 1 0 Other%20Contacts 0\r\n\
         LST 6 FL 4 1 2 bob@example.com bob 0\r\nLST 6 FL 4 2 2 carol@example.com Carol%20C 0\r\n\
         LST 6 AL 4 1 1 bob@example.com bob\r\nLST 6 BL 4 0 0\r\nLST 6 RL 4 0 0\r\n"
    );
}

#[test]
fn msnp8_lists_each_contact_once_with_the_sum_of_its_lists() {
    let mut world = World::new();
    let bob = world.sign_in("bob", Version::MSNP8);
    world.befriend(bob, Version::MSNP8, "alice");
    let alice = world.sign_in("alice", Version::MSNP8);
    world.befriend(alice, Version::MSNP8, "bob");
    world.ask(alice, "ADD 72 BL carol@example.com Carol\r\n");
    assert_eq!(
        world.ask(alice, "SYN 5 0\r\n"),
        "SYN 5 5 2 1\r\nGTC A\r\nBLP AL\r\nLSG 0 Other%20Contacts 0\r\n\
         LST bob@example.com bob 11 0\r\nLST carol@example.com Carol 4\r\n"
    );
}

#[test]
fn msnp11_lists_with_time_stamps_and_guids() {
    let mut world = World::new();
    let bob = world.sign_in("bob", Version::MSNP8);
    world.befriend(bob, Version::MSNP8, "alice");
    let alice = world.sign_in("alice", Version::MSNP11);
    world.ask(alice, "ADC 70 FL N=carol@example.com F=Carol%20C\r\n");
    let answer = world.ask(alice, "SYN 5 0 0\r\n");
    let lines: Vec<&str> = answer.lines().collect();
    let stamp = "2001-09-09T01:46:40.0000003Z";
    assert_eq!(
        lines[..5],
        [
            &format!("SYN 5 {stamp} {stamp} 2 0"),
            "GTC A",
            "BLP AL",
            "PRP MFN Alice%20A",
            // Bob waits for a decision.
            "LST N=bob@example.com F=Bob 24",
        ]
    );
    let rest = lines[5].strip_prefix("LST N=carol@example.com F=Carol%20C C=").unwrap();
    let (guid, lists) = rest.split_once(' ').unwrap();
    assert!(guid.parse::<Guid>().is_ok() && lists == "1", "{rest}");
    assert_eq!(lines.len(), 6);
}

#[test]
fn lst_counts_match_syn() {
    let mut world = World::new();
    let bob = world.sign_in("bob", Version::MSNP8);
    world.befriend(bob, Version::MSNP8, "alice");
    for version in [Version::MSNP8, Version::MSNP11] {
        let alice = world.sign_in("alice", version);
        let answer =
            world.ask(alice, if version.has_guids() { "SYN 5 0 0\r\n" } else { "SYN 5 0\r\n" });
        let syn: Vec<&str> = answer.lines().next().unwrap().split(' ').rev().take(2).collect();
        let counted = |verb: &str| answer.lines().filter(|line| line.starts_with(verb)).count();
        assert_eq!(syn, [counted("LSG").to_string(), counted("LST").to_string()], "{answer}");
        assert_eq!(counted("LST"), 1);
    }
}

#[test]
fn lists_that_have_not_changed_are_not_sent_again() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP7);
    assert_eq!(world.ask(alice, "SYN 5 1\r\n"), "SYN 5 1\r\n");
    let alice = world.sign_in("alice", Version::MSNP8);
    assert_eq!(world.ask(alice, "SYN 5 1\r\n"), "SYN 5 1\r\n");
    let alice = world.sign_in("alice", Version::MSNP11);
    let stamp = "1970-01-01T00:00:00.0000001Z";
    let bare = format!("SYN 5 {stamp} {stamp}\r\n");
    assert_eq!(world.ask(alice, &bare), bare);
    world.ask(alice, "PRP 6 PHH 1\r\n");
    assert!(world.ask(alice, &bare).contains("\r\nPRP PHH 1\r\n"));
}

#[test]
fn an_unchanged_blp_is_no_error() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    assert_eq!(world.ask(alice, "BLP 7 AL\r\n"), "BLP 7 1 AL\r\n");
    assert_eq!(world.ask(alice, "BLP 8 BL\r\nBLP 9 BL\r\n"), "BLP 8 2 BL\r\nBLP 9 2 BL\r\n");
    let alice = world.sign_in("alice", Version::MSNP11);
    assert_eq!(world.ask(alice, "BLP 7 BL\r\nGTC 8 A\r\n"), "BLP 7 BL\r\nGTC 8 A\r\n");
    assert_eq!(world.ask(alice, "BLP 9 XX\r\nGTC 10 XX\r\n"), "201 9\r\n201 10\r\n");
}

#[test]
fn settings_are_answered_in_the_form_of_the_version_and_kept() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP7);
    assert_eq!(world.ask(alice, "PRP 6 PHH 1%202\r\n"), "PRP 6 2 PHH 1%202\r\n");
    assert!(world.ask(alice, "SYN 7 0\r\n").contains("\r\nPRP 2 PHH 1%202\r\n"));
    assert_eq!(world.ask(alice, "PRP 8 MFN x\r\nPRP 9 XYZ x\r\n"), "715 8\r\n201 9\r\n");
    let long = format!("PRP 9 PHW {}\r\n", "1".repeat(96));
    assert_eq!(world.ask(alice, long), "201 9\r\n");
    let alice = world.sign_in("alice", Version::MSNP11);
    assert_eq!(world.ask(alice, "PRP 6 PHH\r\n"), "PRP 6 PHH\r\n");
    assert!(!world.ask(alice, "SYN 7 0 0\r\n").contains("PHH"));
}

#[test]
fn shields_are_sent_to_who_asks_for_them() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP11);
    assert_eq!(world.ask(alice, "GCF 4 Shields.xml\r\n"), "715 4\r\n", "the lists come first");
    world.ask(alice, "SYN 4 0 0\r\n");
    let answer = world.ask(alice, "GCF 5 Shields.xml\r\n");
    let (line, document) = answer.split_once("\r\n").unwrap();
    assert_eq!(line, format!("GCF 5 Shields.xml {}", document.len()));
    assert!(document.starts_with("<?xml") && document.ends_with("</config>"));
    assert_eq!(world.ask(alice, "GCF 6 Other.xml\r\n"), "201 6\r\n");
}

#[test]
fn what_one_server_stored_the_next_one_knows() {
    let mut world = World::new();
    let bob = world.sign_in("bob", Version::MSNP8);
    world.befriend(bob, Version::MSNP8, "alice");
    let alice = world.sign_in("alice", Version::MSNP11);
    world.ask(alice, "PRP 6 MFN New%20%25\r\nADC 7 FL N=carol@example.com F=C\r\nBLP 8 BL\r\n");
    let before = world.ask(alice, "SYN 9 0 0\r\n");
    let mut world = World::start(config(), world.performer);
    let alice = world.sign_in("alice", Version::MSNP11);
    assert_eq!(world.ask(alice, "SYN 9 0 0\r\n"), before);
    assert!(before.contains("PRP MFN New%20%25\r\n"), "{before}");
}

#[test]
fn a_change_that_cannot_be_stored_is_refused_and_not_made() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP8);
    let alice = world.online("alice", Version::MSNP8);
    let before = world.ask(alice, "SYN 6 0\r\n");
    world.store_fails = true;
    let answer = world.ask(alice, "ADD 7 FL bob@example.com Bob\r\nREA 8 alice@example.com X\r\n");
    assert_eq!(answer, "603 7\r\n603 8\r\n");
    world.store_fails = false;
    assert_eq!(world.ask(alice, "SYN 6 0\r\n"), before);
    assert_eq!(world.received(bob), "");
    assert!(world.events_text().contains("NotStored"));
}

#[test]
fn commands_that_are_not_done_here_are_refused_with_their_transaction() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    let answer = world.ask(alice, "SBP 5 x MFN y\r\nADC 6 FL N=bob@example.com\r\nXYZ 7\r\n");
    assert_eq!(answer, "502 5\r\n502 6\r\n200 7\r\n");
    assert_eq!(world.ask(alice, "CAL 8 bob@example.com\r\n"), "502 8\r\n");
    assert!(world.ask(alice, "URL 9 INBOX\r\n").starts_with("URL 9 /"));
    let alice = world.sign_in("alice", Version::MSNP11);
    assert_eq!(world.ask(alice, "ADD 5 FL bob@example.com\r\nREA 6 x y\r\n"), "502 5\r\n502 6\r\n");
}

#[test]
fn a_ping_is_answered_with_seconds_from_msnp9_on() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    assert_eq!(world.ask(alice, "PNG\r\n"), "QNG\r\n");
    let alice = world.sign_in("alice", Version::MSNP11);
    assert_eq!(world.ask(alice, "PNG\r\n"), "QNG 50\r\n");
}

#[test]
fn whoever_is_silent_for_too_long_is_cut_off() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    for _ in 0..3 {
        world.pass(std::time::Duration::from_secs(14 * 60));
        assert_eq!(world.ask(alice, "PNG\r\n").lines().last(), Some("QNG"));
    }
    world.pass(std::time::Duration::from_secs(15 * 60));
    assert!(world.is_closed(alice));
}

#[test]
fn a_change_whose_owner_goes_before_it_is_stored_is_made_once_and_promised_to_nobody_else() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP9);
    let older = world.online("alice", Version::MSNP9);
    world.held = Some(Vec::new());
    let lines = "ADD 5 FL bob@example.com B\r\nADD 6 AL bob@example.com B\r\nPNG\r\n";
    assert_eq!(world.ask(older, lines), "", "nothing is read before the first is durable");
    world.hang_up(older);
    let alice = world.online("alice", Version::MSNP9);
    assert_eq!(world.ask(alice, "ADD 7 BL bob@example.com B\r\n"), "");
    assert_eq!(world.received(bob), "", "nor is anybody told");
    assert_eq!(world.held.as_ref().unwrap().len(), 1, "one after the other");
    world.store();
    assert_eq!(world.received(older), "");
    assert_eq!(world.received(bob), "ADD 0 RL 2 alice@example.com Alice%20A\r\n");
    assert_eq!(world.received(alice), "ADD 7 BL 3 bob@example.com B\r\n");
    assert!(world.ask(alice, "SYN 8 0\r\n").contains("LST bob@example.com B 5 0\r\n"));
}

/// As many contacts of Alice as there can be, each with as much about it as there can be.
fn longest() -> (World, Vec<String>) {
    let mut config = config();
    let limits = config.limits;
    let guid = |number: usize| format!("00000000-0000-0000-0000-{number:012}");
    let name = "%".repeat(129);
    let escaped = name.replace('%', "%25");
    let telephone = "1".repeat(95);
    let mut records = Vec::new();
    for number in 1..=limits.groups {
        let text = format!("guid={}\nname={number:x<61}\n", guid(number));
        records.push((format!("group/alice@example.com,{number}"), text));
    }
    let groups: Vec<String> = (1..=limits.groups).map(|number| number.to_string()).collect();
    let groups = groups.join(",");
    let contacts: Vec<String> = (0..limits.contacts).map(|n| format!("{n:x<117}")).collect();
    for (number, contact) in contacts.iter().enumerate() {
        config = config.account(account(contact), name.as_str());
        let guid = guid(number);
        let entry = format!("lists=15\nguid={guid}\nname={escaped}\ngroups={groups}\n");
        records.push((format!("contact/alice@example.com,{contact}@example.com"), entry));
        let settings = ["PHH", "PHW", "PHM", "MOB"].map(|key| format!("setting.{key}={telephone}"));
        let settings = settings.join("\n");
        let about = format!("name={escaped}\nserial=1\nchanged=0\nstrangers=allow\nasks=yes\n");
        records.push((format!("person/{contact}@example.com"), format!("{about}{settings}\n")));
    }
    let records = records.into_iter().map(|(key, text)| (key, text.into()));
    let performer = World::with(config.clone()).performer.with_records(records);
    (World::start(config, performer), contacts)
}

#[test]
fn the_longest_lists_that_there_can_be_fit_into_half_of_the_output() {
    let (mut world, _) = longest();
    for (version, line) in [
        (Version::MSNP7, "SYN 5 0\r\n"),
        (Version::MSNP9, "SYN 5 0\r\n"),
        (Version::MSNP12, "SYN 5 0 0\r\n"),
    ] {
        let alice = world.sign_in("alice", version);
        let answer = world.ask(alice, line);
        assert_eq!(answer.matches("\r\nBPR ").count(), 2400, "{version}");
        let len = answer.len();
        assert!(len <= config().limits.notification.output / 2, "{version}: {len}");
    }
}

#[test]
fn the_presence_of_as_many_as_there_can_be_fits_into_half_of_the_output() {
    let (mut world, contacts) = longest();
    let limit = config().limits.personal;
    let object = "o".repeat(limit);
    let frame = "<Data><PSM></PSM><CurrentMedia></CurrentMedia></Data>".len();
    let document = format!("<Data><PSM>{}</PSM></Data>", "x".repeat(limit - frame));
    for contact in &contacts {
        let link = world.sign_in(contact, Version::MSNP11);
        let chg = format!("CHG 5 NLN 4294967295 {object}\r\n");
        let answer = world.ask(link, format!("{chg}UUX 6 {}\r\n{document}", document.len()));
        assert!(answer.ends_with("UUX 6 0\r\n"), "{answer}");
    }
    let alice = world.sign_in("alice", Version::MSNP11);
    let answer = world.ask(alice, "CHG 5 NLN 0\r\n");
    assert_eq!(answer.matches("ILN 5 ").count(), contacts.len());
    assert_eq!(answer.matches("UBX ").count(), contacts.len());
    let len = answer.len();
    assert!(len <= config().limits.notification.output / 2, "{len}");
}
