//! Adding, blocking, removing, and what the other side is told.

use msnp_core::Version;

use crate::world::{World, config};

#[test]
fn who_is_added_is_told_and_who_adds_sees_who_is_online() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP11);
    let alice = world.online("alice", Version::MSNP8);
    assert_eq!(
        world.ask(alice, "ADD 7 FL bob@example.com Bobby%20B 0\r\n"),
        "ADD 7 FL 2 bob@example.com Bobby%20B 0\r\n\
         BPR 2 bob@example.com PHH\r\nBPR 2 bob@example.com PHW\r\n\
         BPR 2 bob@example.com PHM\r\nBPR 2 bob@example.com MOB N\r\n\
         ILN 7 NLN bob@example.com Bob 0\r\n"
    );
    assert_eq!(world.received(bob), "ADC 0 RL N=alice@example.com F=Alice%20A\r\n");
    let answer = world.ask(bob, "ADC 7 FL N=alice@example.com F=alice\r\n");
    let (adc, iln) = answer.split_once("\r\n").unwrap();
    assert!(adc.starts_with("ADC 7 FL N=alice@example.com F=alice C="), "{adc}");
    let iln_after = iln.strip_prefix("BPR alice@example.com PHH\r\n").expect(iln);
    assert!(iln_after.ends_with("MOB N\r\nILN 7 NLN alice@example.com Alice%20A 0\r\n"), "{iln}");
    assert_eq!(world.received(alice), "ADD 0 RL 3 bob@example.com Bob\r\n");
    assert_eq!(
        world.ask(bob, "ADC 8 AL N=alice@example.com\r\n"),
        "ADC 8 AL N=alice@example.com\r\n"
    );
}

#[test]
fn a_pending_contact_is_accepted_or_refused_by_its_own_list() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    world.ask(alice, "ADD 7 FL bob@example.com Bob\r\n");
    let bob = world.sign_in("bob", Version::MSNP11);
    assert!(world.ask(bob, "SYN 5 0 0\r\n").contains("LST N=alice@example.com F=Alice%20A 24\r\n"));
    assert_eq!(
        world.ask(bob, "ADC 9 RL N=alice@example.com\r\nREM 10 PL alice@example.com\r\n"),
        "ADC 9 RL N=alice@example.com\r\nREM 10 PL alice@example.com\r\n"
    );
    assert!(world.ask(bob, "SYN 11 0 0\r\n").contains("LST N=alice@example.com F=Alice%20A 8\r\n"));
    assert_eq!(
        world.ask(bob, "ADC 12 RL N=alice@example.com\r\nADC 13 RL N=carol@example.com\r\n"),
        "215 12\r\n201 13\r\n"
    );
    assert_eq!(world.ask(bob, "REM 14 RL alice@example.com\r\n"), "201 14\r\n");
}

#[test]
fn from_msnp10_somebody_may_be_on_both_lists_and_counts_as_blocked() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP11);
    let alice = world.online("alice", Version::MSNP11);
    world.befriend(bob, Version::MSNP11, "alice");
    world.befriend(alice, Version::MSNP11, "bob");
    world.received(bob);
    let blocked = world.ask(alice, "ADC 8 BL N=bob@example.com\r\n");
    assert_eq!(blocked, "ADC 8 BL N=bob@example.com\r\n");
    assert_eq!(world.received(bob), "FLN alice@example.com\r\n");
    world.ask(alice, "REM 9 AL bob@example.com\r\n");
    let allowed = world.ask(alice, "ADC 10 AL N=bob@example.com\r\n");
    assert_eq!(allowed, "ADC 10 AL N=bob@example.com\r\n");
    assert_eq!(world.received(bob), "", "still blocked");
    world.ask(alice, "REM 11 BL bob@example.com\r\n");
    assert!(world.received(bob).starts_with("NLN NLN alice@example.com "));
}

#[test]
fn blocking_hides_one_and_unblocking_shows_one_again() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP8);
    let alice = world.online("alice", Version::MSNP8);
    world.befriend(bob, Version::MSNP8, "alice");
    world.befriend(alice, Version::MSNP8, "bob");
    world.received(bob);
    assert_eq!(world.ask(alice, "ADD 8 BL bob@example.com Bob\r\n"), "219 8\r\n");
    assert_eq!(world.ask(alice, "REM 9 AL bob@example.com\r\n"), "REM 9 AL 5 bob@example.com\r\n");
    assert_eq!(world.received(bob), "", "strangers may see her");
    assert_eq!(
        world.ask(alice, "ADD 10 BL bob@example.com Bob\r\n"),
        "ADD 10 BL 6 bob@example.com Bob\r\n"
    );
    assert_eq!(world.received(bob), "FLN alice@example.com\r\n");
    world.ask(alice, "CHG 11 BSY 0\r\nREA 12 alice@example.com X\r\n");
    assert_eq!(world.received(bob), "", "the blocked see no change");
    assert_eq!(world.ask(alice, "ADD 13 AL bob@example.com Bob\r\n"), "219 13\r\n");
    world.ask(alice, "REM 14 BL bob@example.com\r\n");
    assert_eq!(world.received(bob), "NLN BSY alice@example.com X 0\r\n");
    world.ask(bob, "CHG 15 AWY 0\r\n");
    assert_eq!(world.received(alice), "NLN AWY bob@example.com Bob 0\r\n");
}

#[test]
fn a_personal_message_comes_with_being_unblocked() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP11);
    let alice = world.online("alice", Version::MSNP11);
    world.befriend(bob, Version::MSNP11, "alice");
    world.ask(alice, "UUX 8 27\r\n<Data><PSM>x</PSM></Data>  ");
    world.ask(alice, "ADC 9 BL N=bob@example.com\r\n");
    world.received(bob);
    world.ask(alice, "REM 10 BL bob@example.com\r\n");
    let seen = world.received(bob);
    let presence = "NLN NLN alice@example.com Alice%20A 0\r\nUBX alice@example.com ";
    assert!(seen.starts_with(presence), "{seen}");
}

#[test]
fn who_is_removed_is_told_and_is_no_longer_seen() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP8);
    let alice = world.online("alice", Version::MSNP11);
    let answer = world.ask(alice, "ADC 7 FL N=bob@example.com F=Bob\r\n");
    let guid = answer.lines().next().unwrap().split("C=").nth(1).unwrap().to_string();
    world.received(bob);
    assert_eq!(world.ask(alice, "REM 8 FL bob@example.com\r\n"), "403 8\r\n");
    let other = "REM 8 FL 00000000-0000-0000-0000-000000000000\r\n";
    assert_eq!(world.ask(alice, other), "216 8\r\n");
    let rem = format!("REM 9 FL {guid}\r\n");
    assert_eq!(world.ask(alice, &rem), rem);
    assert_eq!(world.received(bob), "REM 0 RL 3 alice@example.com\r\n");
    world.ask(bob, "CHG 9 BSY 0\r\n");
    assert_eq!(world.received(alice), "");
    world.ask(bob, "ADD 10 FL alice@example.com Alice\r\nREM 11 FL alice@example.com\r\n");
    assert!(world.received(alice).ends_with("REM 0 RL bob@example.com\r\n"));
    assert!(world.ask(alice, "SYN 12 0 0\r\n").contains(" 0 0\r\nGTC"), "nothing is left");
}

#[test]
fn every_change_that_makes_no_sense_has_its_own_error() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    let mut ask = |line: &str| world.ask(alice, format!("{line}\r\n"));
    assert!(ask("ADD 1 FL bob@example.com Bob").starts_with("ADD 1 FL"));
    for (line, answer) in [
        ("ADD 2 FL bob@example.com Bob", "215 2\r\n"),
        ("ADD 3 FL bob Bob", "201 3\r\n"),
        ("ADD 4 FL nobody@example.com No", "205 4\r\n"),
        ("ADD 5 RL carol@example.com Carol", "201 5\r\n"),
        ("ADD 6 PL carol@example.com Carol", "201 6\r\n"),
        ("ADD 7 XX carol@example.com Carol", "201 7\r\n"),
        ("ADD 8 FL", "200 8\r\n"),
        ("ADD 9 FL carol@example.com Carol 7", "224 9\r\n"),
        ("ADD 10 FL alice@example.com Me", "201 10\r\n"),
        ("ADD x FL bob@example.com Bob", "200\r\n"),
        ("REM 11 AL bob@example.com", "216 11\r\n"),
        ("REM 12 FL carol@example.com", "216 12\r\n"),
        ("REM 13 RL bob@example.com", "201 13\r\n"),
        ("REM 14 FL bob@example.com 0", "230 14\r\n"),
    ] {
        assert_eq!(ask(line), answer, "{line}");
    }
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP11);
    let answer = world.ask(
        alice,
        "ADC 1 FL N=nobody@example.com F=x\r\nADC 2 FL C=x\r\nADC 3 FL N=bob@example.com F=x g\r\n",
    );
    assert_eq!(answer, "208 1\r\n201 2\r\n224 3\r\n");
}

#[test]
fn a_full_list_takes_nobody_else() {
    let mut config = config();
    config.limits.contacts = 1;
    let mut world = World::with(config);
    let alice = world.sign_in("alice", Version::MSNP8);
    world.befriend(alice, Version::MSNP8, "bob");
    assert_eq!(world.ask(alice, "ADD 7 FL carol@example.com C\r\n"), "210 7\r\n");
    let carol = world.sign_in("carol", Version::MSNP8);
    assert_eq!(world.ask(carol, "ADD 7 FL bob@example.com B\r\n"), "210 7\r\n");
}

#[test]
fn who_is_blocked_notices_nothing_but_an_absence() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP11);
    let alice = world.online("alice", Version::MSNP11);
    world.befriend(bob, Version::MSNP11, "alice");
    world.befriend(alice, Version::MSNP11, "bob");
    world.received(bob);
    let room = world.room("bob", bob);
    world.ask(alice, "REM 8 AL bob@example.com\r\nADC 9 BL N=bob@example.com\r\n");
    assert_eq!(world.received(bob), "FLN alice@example.com\r\n");
    world.ask(
        alice,
        "CHG 10 BSY 0\r\nPRP 11 MFN X\r\nPRP 12 PHH 1\r\nUUX 13 30\r\n<Data><PSM>secret</PSM></Data>\r\n",
    );
    assert_eq!(world.received(bob), "");
    let lists = world.ask(bob, "SYN 14 0 0\r\n");
    assert!(lists.contains("LST N=alice@example.com F=alice C=") && !lists.contains("BPR"));
    // Whether she is there or not, a call says the same.
    assert_eq!(world.ask(room, "CAL 2 alice@example.com\r\n"), "216 2\r\n");
    world.ask(alice, "CHG 15 HDN 0\r\n");
    assert_eq!(world.ask(room, "CAL 3 alice@example.com\r\n"), "216 3\r\n");
    world.send(alice, "OUT\r\n");
    assert_eq!(world.ask(room, "CAL 4 alice@example.com\r\n"), "216 4\r\n");
    assert_eq!(world.received(bob), "");
    // And who is listed again by the blocked one learns no more.
    let guid = lists.split("C=").nth(1).unwrap().get(..36).unwrap().to_string();
    world.online("alice", Version::MSNP9);
    world.ask(bob, format!("REM 16 FL {guid}\r\n"));
    let answer = world.ask(bob, "ADC 17 FL N=alice@example.com F=A\r\n");
    assert_eq!(answer.lines().count(), 1, "{answer}");
}

#[test]
fn msnp12_accepts_by_the_reverse_list_and_msnp10_does_not_know_that_yet() {
    for version in [Version::MSNP10, Version::MSNP11, Version::MSNP12] {
        let mut world = World::new();
        let alice = world.sign_in("alice", Version::MSNP7);
        world.ask(alice, "ADD 7 FL bob@example.com Bob\r\n");
        let bob = world.sign_in("bob", version);
        let answer = world.ask(
            bob,
            "ADC 8 RL N=alice@example.com\r\nREM 9 PL alice@example.com\r\n\
             ADC 10 AL N=alice@example.com\r\n",
        );
        let first = match version {
            Version::MSNP10 => "201 8\r\n",
            _ => "ADC 8 RL N=alice@example.com\r\n",
        };
        let rest = "REM 9 PL alice@example.com\r\nADC 10 AL N=alice@example.com\r\n";
        assert_eq!(answer, format!("{first}{rest}"), "{version}");
        let network = if version == Version::MSNP12 { " 1" } else { "" };
        let line = format!("LST N=alice@example.com F=Alice%20A 10{network}\r\n");
        assert!(world.ask(bob, "SYN 11 0 0\r\n").ends_with(&line), "{version}");
    }
}

#[test]
fn a_contact_is_named_by_its_guid_from_msnp10() {
    for version in [Version::MSNP10, Version::MSNP11, Version::MSNP12] {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        let added = world.ask(alice, "ADC 7 FL N=bob@example.com F=Bob\r\n");
        let guid = added.lines().next().unwrap().split("C=").nth(1).unwrap();
        let sbp = format!("SBP 8 {guid} MFN My%20%42ob\r\n");
        assert_eq!(world.ask(alice, &sbp), sbp);
        assert!(world.ask(alice, "SYN 9 0 0\r\n").contains(" F=My%20Bob "));
        let long = "x".repeat(388);
        for (line, answer) in [
            ("SBP 10 bob@example.com MFN x".to_string(), "403 10\r\n"),
            ("SBP 11 00000000-0000-0000-0000-000000000000 MFN x".to_string(), "208 11\r\n"),
            (format!("SBP 12 {guid} XYZ x"), "201 12\r\n"),
            (format!("SBP 13 {guid} MFN"), "201 13\r\n"),
            (format!("SBP 14 {guid} MFN {long}"), "209 14\r\n"),
            ("PRP 15 PHX 1".to_string(), "715 15\r\n"),
            (format!("PRP 16 MFN {long}"), "209 16\r\n"),
        ] {
            assert_eq!(world.ask(alice, format!("{line}\r\n")), answer, "{line}");
        }
    }
}

#[test]
fn who_was_only_pending_is_on_the_reverse_list_once_that_is_said() {
    let row = |lists: u8, name: &str| {
        let guid = "11111111-2222-3333-4444-555555555555";
        bytes::Bytes::from(format!("lists={lists}\nguid={guid}\nname={name}\n"))
    };
    let records = [
        ("contact/alice@example.com,bob@example.com".to_string(), row(19, "Bob")),
        ("contact/bob@example.com,alice@example.com".to_string(), row(3, "Alice")),
    ];
    let performer = World::new().performer.with_records(records);
    let mut world = World::start(config(), performer);
    let alice = world.online("alice", Version::MSNP12);
    let bob = world.online("bob", Version::MSNP12);
    // He sees her meanwhile, as everybody may who is not blocked.
    world.ask(alice, "CHG 8 BSY 0\r\n");
    assert_eq!(world.received(bob), "NLN BSY alice@example.com Alice%20A 0\r\n");
    world.ask(alice, "ADC 9 RL N=bob@example.com\r\nREM 10 PL bob@example.com\r\n");
    assert_eq!(world.received(bob), "", "nothing has changed for him");
    assert!(world.ask(alice, "SYN 11 0 0\r\n").contains(" 11 1\r\n"));
}

#[test]
fn who_keeps_somebody_away_tells_them_no_new_name() {
    for (privacy, line) in [
        ("ADC 6 BL N=bob@example.com\r\n", "ADC 9 FL N=alice@example.com\r\n"),
        ("ADC 6 BL N=bob@example.com\r\n", "ADC 9 AL N=alice@example.com\r\n"),
        ("BLP 6 BL\r\n", "ADC 9 FL N=alice@example.com\r\n"),
        ("BLP 6 BL\r\n", "ADC 9 BL N=alice@example.com\r\n"),
    ] {
        let mut world = World::new();
        let alice = world.online("alice", Version::MSNP11);
        world.ask(alice, format!("{privacy}PRP 7 MFN Secret\r\n"));
        let bob = world.online("bob", Version::MSNP11);
        let answer = world.ask(bob, line) + &world.ask(bob, "SYN 10 0 0\r\n");
        assert!(answer.contains("LST N=alice@example.com F=alice@example.com "), "{answer}");
        assert!(!answer.contains("Secret"), "{answer}");
    }
}

#[test]
fn who_adds_somebody_hidden_gets_no_personal_message() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP11);
    let uux = "UUX 5 27\r\n<Data><PSM>x</PSM></Data>  ";
    let bob = world.online("bob", Version::MSNP11);
    for (number, status) in [(6, ""), (7, "CHG 6 HDN 0\r\n")] {
        world.ask(alice, format!("{status}{uux}"));
        let line = format!("ADC {number} FL N=alice@example.com F=A\r\n");
        let added = world.ask(bob, line);
        assert!(!added.contains("UBX") && !added.contains("ILN"), "{added}");
        let guid = added.split("C=").nth(1).unwrap().get(..36).unwrap();
        world.ask(bob, format!("REM 8 FL {guid}\r\n"));
    }
}

#[test]
fn who_edits_lists_too_fast_is_refused_for_a_while() {
    let mut config = config();
    config.limits.edits = 3;
    let mut world = World::with(config);
    let alice = world.online("alice", Version::MSNP9);
    let bob = world.online("bob", Version::MSNP9);
    let add = "ADD 5 FL bob@example.com B\r\n";
    let answer = world.ask(alice, format!("{add}REM 6 FL bob@example.com\r\n").repeat(3));
    assert!(answer.ends_with("800 6\r\n800 5\r\n800 6\r\n"), "{answer}");
    assert_eq!(world.received(bob).lines().count(), 3);
    world.pass(std::time::Duration::from_secs(60));
    assert!(world.ask(alice, "REM 7 FL bob@example.com\r\n").starts_with("REM 7 FL "));
}
