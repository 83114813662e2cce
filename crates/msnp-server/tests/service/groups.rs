//! Groups of contacts.

use msnp_core::{Guid, LinkId, Version};

use crate::world::{World, config};

/// The GUID in the answer to an `ADG` from MSNP10.
fn guid_of(answer: &str) -> String {
    let guid = answer.split(' ').nth(3).expect(answer).to_string();
    assert!(guid.parse::<Guid>().is_ok(), "{answer}");
    guid
}

/// The GUID that a contact got.
fn contact_guid(world: &mut World, alice: LinkId, name: &str) -> String {
    let answer = world.ask(alice, format!("ADC 60 FL N={name}@example.com F={name}\r\n"));
    answer.lines().next().unwrap().split("C=").nth(1).expect(&answer).to_string()
}

#[test]
fn a_group_is_added_renamed_and_removed_by_its_number_up_to_msnp9() {
    for version in [Version::MSNP7, Version::MSNP8, Version::MSNP9] {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        for (line, answer) in [
            ("ADG 5 Friends 0", "ADG 5 2 Friends 1 0\r\n"),
            ("ADG 6 Work%20%26%20co 0", "ADG 6 3 Work%20%26%20co 2 0\r\n"),
            ("REG 7 1 Old%20friends 0", "REG 7 4 1 Old%20friends 0\r\n"),
            ("REG 8 1 Old%20friends 0", "REG 8 4 1 Old%20friends 0\r\n"),
            ("RMG 9 1", "RMG 9 5 1\r\n"),
            ("ADG 10 Third 0", "ADG 10 6 Third 3 0\r\n"),
        ] {
            assert_eq!(world.ask(alice, format!("{line}\r\n")), answer, "{version}");
        }
        let lists = world.ask(alice, "SYN 11 0\r\n");
        assert!(
            lists.contains(" Work%20&%20co 0\r\n") && lists.contains(" Third 0\r\n"),
            "{lists}"
        );
        assert!(!lists.contains("friends"), "{lists}");
    }
}

#[test]
fn a_group_is_added_renamed_and_removed_by_its_guid_from_msnp10() {
    for version in [Version::MSNP10, Version::MSNP11, Version::MSNP12] {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        let answer = world.ask(alice, "ADG 5 Friends\r\n");
        let guid = guid_of(&answer);
        assert_eq!(answer, format!("ADG 5 Friends {guid} 0\r\n"));
        let answer = world.ask(alice, format!("REG 6 {guid} Old%20friends\r\n"));
        assert_eq!(answer, format!("REG 6 1 Old%20friends {guid} 0\r\n"));
        let lists = world.ask(alice, "SYN 7 0 0\r\n");
        assert!(lists.contains(&format!("\r\nLSG Old%20friends {guid}\r\n")), "{lists}");
        let answer = world.ask(alice, format!("RMG 8 {guid}\r\n"));
        assert_eq!(answer, format!("RMG 8 1 {guid}\r\n"));
        assert!(!world.ask(alice, "SYN 9 0 0\r\n").contains("LSG"));
    }
}

#[test]
fn a_contact_goes_into_groups_and_out_of_them_by_number() {
    for version in [Version::MSNP7, Version::MSNP8, Version::MSNP9] {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        world.ask(alice, "ADG 5 One 0\r\nADG 6 Two 0\r\nADD 7 FL bob@example.com Bob\r\n");
        for (line, answer) in [
            ("ADD 8 FL bob@example.com Bob 1", "ADD 8 FL 5 bob@example.com Bob 1\r\n"),
            ("ADD 9 FL bob@example.com Bob 2", "ADD 9 FL 6 bob@example.com Bob 2\r\n"),
            ("ADD 10 FL bob@example.com Bob 2", "215 10\r\n"),
            ("ADD 11 FL bob@example.com Bob 0", "215 11\r\n"),
            ("ADD 12 FL bob@example.com Bob 3", "224 12\r\n"),
            ("REM 13 FL bob@example.com 0", "REM 13 FL 6 bob@example.com 0\r\n"),
            ("REM 14 FL bob@example.com 1", "REM 14 FL 7 bob@example.com 1\r\n"),
            ("REM 15 FL bob@example.com 1", "225 15\r\n"),
            ("REM 16 FL bob@example.com 3", "224 16\r\n"),
            ("REM 17 FL carol@example.com 1", "205 17\r\n"),
            ("ADD 18 FL nobody@example.com x 1", "205 18\r\n"),
        ] {
            assert_eq!(world.ask(alice, format!("{line}\r\n")), answer, "{version}");
        }
        let lists = world.ask(alice, "SYN 19 0\r\n");
        let end = if version == Version::MSNP7 { "Bob 2\r\n" } else { "Bob 1 2\r\n" };
        assert!(lists.contains(&format!("bob@example.com {end}")), "{lists}");
        let answer = world.ask(alice, "REM 20 FL bob@example.com 2\r\n");
        assert_eq!(answer, "REM 20 FL 8 bob@example.com 2\r\n");
        assert_eq!(world.ask(alice, "REM 21 FL bob@example.com 0\r\n"), "230 21\r\n");
        assert!(world.ask(alice, "SYN 22 0\r\n").contains(" 0\r\n"), "still a contact");
    }
}

#[test]
fn a_contact_goes_into_groups_and_out_of_them_by_guid() {
    for version in [Version::MSNP10, Version::MSNP11, Version::MSNP12] {
        let mut world = World::new();
        let alice = world.sign_in("alice", version);
        let one = guid_of(&world.ask(alice, "ADG 5 One\r\n"));
        let bob = contact_guid(&mut world, alice, "bob");
        let nil = Guid::NIL;
        let add = format!("ADC 8 FL C={bob} {one}\r\n");
        assert_eq!(world.ask(alice, &add), add);
        let network = if version == Version::MSNP12 { " 1" } else { "" };
        let line = format!("LST N=bob@example.com F=bob C={bob} 1{network} {one}\r\n");
        assert!(world.ask(alice, "SYN 9 0 0\r\n").contains(&line));
        for (line, answer) in [
            (add, "215 8\r\n"),
            (format!("ADC 10 FL C={nil} {one}\r\n"), "208 10\r\n"),
            (format!("ADC 11 FL C=x {one}\r\n"), "208 11\r\n"),
            (format!("ADC 12 FL C={bob} {nil}\r\n"), "224 12\r\n"),
            (format!("ADC 13 FL C={bob} 0\r\n"), "224 13\r\n"),
            (format!("ADC 14 FL C={bob}\r\n"), "201 14\r\n"),
            (format!("REM 15 FL {bob} {nil}\r\n"), "224 15\r\n"),
            (format!("REM 16 FL {nil} {one}\r\n"), "208 16\r\n"),
            (format!("REM 17 FL bob@example.com {one}\r\n"), "403 17\r\n"),
        ] {
            assert_eq!(world.ask(alice, &line), answer, "{line}");
        }
        let rem = format!("REM 18 FL {bob} {one}\r\n");
        assert_eq!(world.ask(alice, &rem), rem);
        assert_eq!(world.ask(alice, &rem), "225 18\r\n");
        let line = format!(" C={bob} 1{network}\r\n");
        assert!(world.ask(alice, "SYN 19 0 0\r\n").contains(&line), "still a contact");
    }
}

#[test]
fn a_group_keeps_its_number_and_its_guid_when_its_owner_changes_versions() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP12);
    world.ask(alice, "ADG 4 First\r\n");
    let guid = guid_of(&world.ask(alice, "ADG 5 Friends%20%25\r\n"));
    let bob = contact_guid(&mut world, alice, "bob");
    world.ask(alice, format!("ADC 6 FL C={bob} {guid}\r\n"));
    // Another server that knows what this one stored.
    let mut world = World::start(config(), world.performer);
    let alice = world.sign_in("alice", Version::MSNP7);
    let lists = world.ask(alice, "SYN 7 0\r\n");
    assert!(lists.contains(" 3 3 2 Friends%20%25 0\r\n"), "{lists}");
    assert!(lists.contains(" bob@example.com bob 2\r\n"), "{lists}");
    assert!(world.ask(alice, "REG 8 2 Renamed 0\r\n").ends_with(" 2 Renamed 0\r\n"));
    let alice = world.sign_in("alice", Version::MSNP10);
    let lists = world.ask(alice, "SYN 9 0 0\r\n");
    assert!(lists.contains(&format!("\r\nLSG Renamed {guid}\r\n")), "{lists}");
    assert!(lists.contains(&format!(" C={bob} 1 {guid}\r\n")), "{lists}");
}

#[test]
fn who_was_in_a_group_that_is_removed_stays_a_contact() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP9);
    world.ask(alice, "ADG 5 One 0\r\nADD 6 FL bob@example.com Bob 1\r\nRMG 7 1\r\n");
    assert!(world.ask(alice, "SYN 8 0\r\n").ends_with("LST bob@example.com Bob 1 0\r\n"));
    // And who was removed and comes back is in none.
    world.ask(alice, "ADG 9 Two 0\r\nADD 10 FL bob@example.com Bob 1\r\n");
    world.ask(alice, "ADD 11 AL bob@example.com Bob\r\nREM 12 FL bob@example.com\r\n");
    world.ask(alice, "ADD 13 FL bob@example.com Bob\r\n");
    assert!(world.ask(alice, "SYN 14 0\r\n").ends_with("LST bob@example.com Bob 3 0\r\n"));
}

#[test]
fn msn_7_removes_a_group_by_its_name() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP11);
    world.ask(alice, "ADG 5 New%20Group\r\nADG 6 A%20%26%20B\r\n");
    assert_eq!(world.ask(alice, "RMG 7 New%20Group\r\n"), "RMG 7 1 New%20Group\r\n");
    assert_eq!(world.ask(alice, "RMG 8 A%20%26%20B\r\n"), "RMG 8 1 A%20%26%20B\r\n");
    assert_eq!(world.ask(alice, "RMG 9 New%20Group\r\n"), "224 9\r\n");
    assert!(!world.ask(alice, "SYN 10 0 0\r\n").contains("LSG"));
}

#[test]
fn every_change_of_a_group_that_makes_no_sense_has_its_own_error() {
    let mut config = config();
    config.limits.groups = 2;
    let mut world = World::with(config);
    let alice = world.sign_in("alice", Version::MSNP9);
    world.ask(alice, "ADG 1 One 0\r\nADG 2 Two 0\r\n");
    let long = "x".repeat(62);
    for (line, answer) in [
        ("ADG 3 One 0".to_string(), "228 3\r\n"),
        ("ADG 4 Three 0".to_string(), "223 4\r\n"),
        (format!("ADG 5 {long} 0"), "229 5\r\n"),
        (format!("REG 6 1 {long} 0"), "229 6\r\n"),
        ("REG 7 1 Two 0".to_string(), "228 7\r\n"),
        ("REG 8 7 X 0".to_string(), "224 8\r\n"),
        ("REG 9 0 X 0".to_string(), "230 9\r\n"),
        ("RMG 10 0".to_string(), "230 10\r\n"),
        ("RMG 11 7".to_string(), "224 11\r\n"),
        ("ADG 12".to_string(), "200 12\r\n"),
    ] {
        assert_eq!(world.ask(alice, format!("{line}\r\n")), answer, "{line}");
    }
    let alice = world.sign_in("alice", Version::MSNP10);
    let answer = world.ask(alice, "RMG 10 0\r\nREG 11 0 X\r\n");
    assert_eq!(answer, "224 10\r\n224 11\r\n", "there is no such group any more");
}
