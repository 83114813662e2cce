//! Who sees whom, and as what.

use msnp_core::{LinkId, Version};

use crate::world::{World, config};

/// Bob, who has Alice on his list, and Alice, who has Bob on hers; both have signed in.
fn friends(bob: Version, alice: Version) -> (World, LinkId, LinkId) {
    let mut world = World::new();
    let b = world.sign_in("bob", bob);
    world.befriend(b, bob, "alice");
    let a = world.sign_in("alice", alice);
    world.befriend(a, alice, "bob");
    world.received(b);
    (world, b, a)
}

#[test]
fn nobody_is_seen_before_the_first_status() {
    let (mut world, bob, alice) = friends(Version::MSNP8, Version::MSNP8);
    assert_eq!(world.ask(bob, "CHG 6 NLN 0\r\n"), "CHG 6 NLN 0\r\n");
    assert_eq!(world.received(alice), "", "who has no status is not told either");
    let answer = world.ask(alice, "CHG 6 BSY 32\r\n");
    assert_eq!(answer, "CHG 6 BSY 32\r\nILN 6 NLN bob@example.com Bob 0\r\n");
    assert_eq!(world.received(bob), "NLN BSY alice@example.com Alice%20A 32\r\n");
}

#[test]
fn each_sees_the_others_in_the_form_of_the_own_version() {
    let (mut world, bob, alice) = friends(Version::MSNP11, Version::MSNP7);
    assert_eq!(world.ask(alice, "CHG 6 NLN\r\n"), "CHG 6 NLN\r\n");
    let uux = "<Data><PSM>hi &amp; ho</PSM><CurrentMedia></CurrentMedia></Data>";
    let set = format!("UUX 7 {}\r\n{uux}", uux.len());
    assert_eq!(world.ask(bob, set), "UUX 7 0\r\n");
    let chg = "CHG 8 NLN 1073741824 %3Cmsnobj%20x%2F%3E\r\n";
    let iln = "ILN 8 NLN alice@example.com Alice%20A 0\r\n";
    assert_eq!(world.ask_for_lines(bob, chg), format!("{chg}{iln}"));
    assert_eq!(world.received(alice), "NLN NLN bob@example.com Bob\r\n");
    let carol = world.sign_in("carol", Version::MSNP11);
    world.ask(carol, "ADC 70 FL N=bob@example.com F=b\r\n");
    world.received(bob);
    let answer = world.ask(carol, "CHG 6 NLN 0\r\n");
    let (answer, _) = answer.split_once("MSG Hotmail ").unwrap();
    assert_eq!(
        answer,
        format!(
            "CHG 6 NLN 0\r\nILN 6 NLN bob@example.com Bob 1073741824 %3Cmsnobj%20x%2F%3E\r\n\
             UBX bob@example.com {}\r\n{uux}",
            uux.len()
        )
    );
}

#[test]
fn a_personal_message_reaches_who_may_see_it_and_is_cleared() {
    let (mut world, bob, alice) = friends(Version::MSNP11, Version::MSNP11);
    world.ask(bob, "CHG 6 NLN 0\r\n");
    world.ask(alice, "CHG 6 NLN 0\r\n");
    world.received(bob);
    let data = "<Data><PSM>x</PSM><CurrentMedia></CurrentMedia></Data>";
    world.ask(bob, format!("UUX 7 {}\r\n{data}", data.len()));
    assert_eq!(world.received(alice), format!("UBX bob@example.com {}\r\n{data}", data.len()));
    world.ask(bob, "UUX 8 0\r\n");
    assert_eq!(world.received(alice), "UBX bob@example.com 0\r\n");
    assert_eq!(world.ask(bob, "UUX 9 5\r\n<Data"), "201 9\r\n");
    assert_eq!(world.received(alice), "");
}

#[test]
fn a_chg_with_two_capability_numbers_is_echoed_below_msnp16() {
    for version in [Version::MSNP8, Version::MSNP11] {
        let (mut world, bob, alice) = friends(version, version);
        world.ask(bob, "CHG 6 NLN 0\r\n");
        let answer = world.ask(alice, "CHG 6 NLN 2147778596:32\r\n");
        assert!(answer.starts_with("CHG 6 NLN 2147778596:32\r\n"), "{answer}");
        let seen = world.received(bob);
        assert_eq!(seen, "NLN NLN alice@example.com Alice%20A 2147778596\r\n");
    }
}

#[test]
fn a_chg_without_capabilities_is_echoed() {
    for version in [Version::MSNP7, Version::MSNP8, Version::MSNP11] {
        let (mut world, bob, alice) = friends(Version::MSNP8, version);
        world.ask(bob, "CHG 6 NLN 0\r\n");
        assert!(world.ask(alice, "CHG 6 NLN\r\n").starts_with("CHG 6 NLN\r\nILN 6 "));
        assert_eq!(world.received(bob), "NLN NLN alice@example.com Alice%20A 0\r\n");
    }
}

#[test]
fn a_chg_that_changes_nothing_is_echoed_and_told_to_nobody() {
    let (mut world, bob, alice) = friends(Version::MSNP8, Version::MSNP8);
    world.ask(bob, "CHG 6 NLN 0\r\n");
    world.ask(alice, "CHG 6 NLN 0\r\n");
    world.received(bob);
    assert_eq!(world.ask(alice, "CHG 7 NLN 0\r\n"), "CHG 7 NLN 0\r\n");
    assert_eq!(world.received(bob), "");
    assert_eq!(world.ask(alice, "CHG 8 AWY 0\r\n"), "CHG 8 AWY 0\r\n");
    assert_eq!(world.received(bob), "NLN AWY alice@example.com Alice%20A 0\r\n");
}

#[test]
fn a_status_that_cannot_be_chosen_is_refused() {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP8);
    let answer = world.ask(alice, "CHG 6 FLN 0\r\nCHG 7 XYZ 0\r\nCHG 8 nln 0\r\nCHG 9 NLN x\r\n");
    assert_eq!(answer, "201 6\r\n201 7\r\n201 8\r\n201 9\r\n");
    assert_eq!(world.ask(alice, "XFR 10 SB\r\n"), "913 10\r\n");
}

#[test]
fn hidden_looks_like_offline() {
    let (mut world, bob, alice) = friends(Version::MSNP11, Version::MSNP8);
    world.ask(bob, "CHG 6 NLN 0\r\n");
    assert_eq!(world.ask(alice, "CHG 6 HDN 0\r\n").lines().next(), Some("CHG 6 HDN 0"));
    assert_eq!(world.received(bob), "");
    world.ask(alice, "CHG 7 NLN 0\r\n");
    assert_eq!(world.received(bob), "NLN NLN alice@example.com Alice%20A 0\r\n");
    world.ask(alice, "CHG 8 HDN 0\r\n");
    assert_eq!(world.received(bob), "FLN alice@example.com\r\n");
    assert_eq!(world.ask(alice, "XFR 9 SB\r\n"), "913 9\r\n");
    world.ask(alice, "REA 10 alice@example.com Secret\r\nOUT\r\n");
    assert_eq!(world.received(bob), "", "what a hidden user does is not seen");
}

#[test]
fn who_signs_out_or_is_lost_is_offline_for_others() {
    let (mut world, bob, alice) = friends(Version::MSNP8, Version::MSNP8);
    world.ask(bob, "CHG 6 NLN 0\r\n");
    world.ask(alice, "CHG 6 NLN 0\r\n");
    world.received(bob);
    world.send(alice, "OUT\r\n");
    assert!(world.is_closed(alice));
    assert_eq!(world.received(bob), "FLN alice@example.com\r\n");
    let alice = world.online("alice", Version::MSNP8);
    assert!(world.received(bob).starts_with("NLN"));
    world.hang_up(alice);
    assert_eq!(world.received(bob), "FLN alice@example.com\r\n");
    let alice = world.online("alice", Version::MSNP8);
    world.received(bob);
    world.sign_in("alice", Version::MSNP8);
    assert_eq!(world.received(bob), "FLN alice@example.com\r\n", "the newer one has no status");
    assert!(world.is_closed(alice));
}

#[test]
fn a_new_name_is_confirmed_as_the_client_wrote_it() {
    let (mut world, bob, alice) = friends(Version::MSNP8, Version::MSNP11);
    for line in ["PRP 7 MFN %41%20%E2%99%A5%3c\r\n", "PRP 8 MFN A%20♥<\r\n"] {
        assert_eq!(world.ask(alice, line), line);
        assert!(world.ask(alice, "SYN 9 0 0\r\n").contains("PRP MFN A%20♥<\r\n"));
    }
    assert_eq!(
        world.ask(bob, "REA 7 bob@example.com %42%e2%99%a5\r\n"),
        "REA 7 5 bob@example.com %42%e2%99%a5\r\n"
    );
    assert_eq!(
        world.ask(bob, "REA 8 alice@example.com %41lly\r\n"),
        "REA 8 6 alice@example.com %41lly\r\n"
    );
    assert!(world.ask(bob, "SYN 9 0\r\n").contains("LST alice@example.com Ally 11 0\r\n"));
}

#[test]
fn a_new_name_is_told_to_who_sees_one() {
    let (mut world, bob, alice) = friends(Version::MSNP8, Version::MSNP11);
    world.ask(bob, "CHG 6 NLN 0\r\n");
    world.ask(alice, "CHG 6 NLN 0\r\n");
    world.received(bob);
    assert_eq!(world.ask(alice, "PRP 7 MFN N%20♥\r\n"), "PRP 7 MFN N%20♥\r\n");
    assert_eq!(world.received(bob), "NLN NLN alice@example.com N%20♥ 0\r\n");
    assert_eq!(
        world.ask(bob, "REA 7 bob@example.com B%20%25\r\n"),
        "REA 7 5 bob@example.com B%20%25\r\n"
    );
    assert_eq!(world.received(alice), "NLN NLN bob@example.com B%20%25 0\r\n");
    assert_eq!(
        world.ask(bob, "REA 8 alice@example.com Ally\r\n"),
        "REA 8 6 alice@example.com Ally\r\n"
    );
    assert!(world.ask(bob, "SYN 9 0\r\n").contains("LST alice@example.com Ally 11 0\r\n"));
    assert_eq!(world.received(alice), "");
    let long = format!("REA 9 bob@example.com {}\r\n", "x".repeat(388));
    assert_eq!(world.ask(bob, long), "209 9\r\n");
    assert_eq!(world.ask(bob, "REA 10 carol@example.com x\r\n"), "216 10\r\n");
}

#[test]
fn strangers_see_nothing_where_only_the_allowed_may() {
    let (mut world, bob, alice) = friends(Version::MSNP8, Version::MSNP8);
    let carol = world.online("carol", Version::MSNP8);
    world.ask(carol, "ADD 7 FL alice@example.com Alice 0\r\n");
    world.ask(bob, "CHG 6 NLN 0\r\n");
    world.ask(alice, "CHG 6 NLN 0\r\n");
    assert!(world.received(carol).starts_with("NLN"));
    world.received(bob);
    world.ask(alice, "BLP 7 BL\r\n");
    assert_eq!(world.received(carol), "FLN alice@example.com\r\n");
    assert_eq!(world.received(bob), "", "Bob is allowed");
    world.ask(alice, "CHG 8 BSY 0\r\n");
    assert_eq!(world.received(carol), "");
    world.ask(alice, "BLP 9 AL\r\n");
    assert_eq!(world.received(carol), "NLN BSY alice@example.com Alice%20A 0\r\n");
}

#[test]
fn a_new_telephone_number_changes_the_lists_of_nobody_else() {
    let (mut world, bob, alice) = friends(Version::MSNP11, Version::MSNP9);
    let lists = |world: &mut World| -> Vec<_> {
        let rows = world.performer.records();
        let rows = rows.filter(|(key, _)| *key != "person/alice@example.com");
        rows.map(|(key, value)| (key.to_string(), value.clone())).collect()
    };
    let before = lists(&mut world);
    let synchronized = world.ask(bob, "SYN 6 0 0\r\n");
    let stamp = synchronized.split(' ').nth(2).unwrap();
    world.ask(alice, "PRP 7 PHH 1\r\nPRP 8 PHW 2\r\nPRP 9 PHW\r\n");
    assert_eq!(lists(&mut world), before);
    assert_eq!(
        world.ask(bob, format!("SYN 7 {stamp} {stamp}\r\n")),
        format!(
            "SYN 7 {stamp} {stamp}\r\nBPR alice@example.com PHH 1\r\n\
             BPR alice@example.com PHW\r\n"
        )
    );
    // One that keeps Bob away tells him nothing of that.
    world.ask(alice, "REM 10 AL bob@example.com\r\nADD 11 BL bob@example.com B\r\n");
    let bare = format!("SYN 8 {stamp} {stamp}\r\n");
    assert_eq!(world.ask(bob, &bare), bare);
}

#[test]
fn telephone_numbers_come_with_being_unblocked() {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP11);
    let alice = world.online("alice", Version::MSNP11);
    world.ask(alice, "ADC 9 BL N=bob@example.com\r\nPRP 10 PHH 1\r\n");
    world.befriend(bob, Version::MSNP11, "alice");
    world.received(bob);
    world.ask(alice, "REM 11 BL bob@example.com\r\n");
    assert_eq!(
        world.received(bob),
        "BPR alice@example.com PHH 1\r\nNLN NLN alice@example.com Alice%20A 0\r\n"
    );
}

#[test]
fn a_name_or_setting_that_is_the_same_as_before_is_told_to_nobody() {
    let (mut world, bob, alice) = friends(Version::MSNP11, Version::MSNP11);
    world.ask(bob, "CHG 6 NLN 0\r\n");
    world.ask(alice, "CHG 6 NLN 0\r\n");
    world.ask(alice, "PRP 7 MFN N\r\nPRP 8 MOB Y\r\n");
    world.received(bob);
    let again = "PRP 9 MFN N\r\nPRP 10 MOB Y\r\nPRP 11 PHH\r\n";
    assert_eq!(world.ask(alice, again), again);
    assert_eq!(world.received(bob), "");
}

#[test]
fn settings_that_change_too_fast_are_refused() {
    let mut config = config();
    config.limits.changes = 2;
    let mut world = World::with(config);
    let alice = world.sign_in("alice", Version::MSNP11);
    assert_eq!(
        world.ask(alice, "PRP 5 MOB Y\r\nBLP 6 BL\r\nPRP 7 MOB N\r\nBLP 8 AL\r\n"),
        "PRP 5 MOB Y\r\nBLP 6 BL\r\n800 7\r\n800 8\r\n"
    );
}

#[test]
fn what_is_too_long_about_a_status_is_not_passed_on() {
    let (mut world, bob, alice) = friends(Version::MSNP11, Version::MSNP11);
    world.ask(bob, "CHG 6 NLN 0\r\n");
    let chg = format!("CHG 6 NLN 0 {}\r\n", "o".repeat(2049));
    assert!(world.ask(alice, &chg).starts_with(&chg), "it is echoed");
    assert_eq!(world.received(bob), "NLN NLN alice@example.com Alice%20A 0\r\n");
    for text in ["x".repeat(2048), "\"'>".repeat(600)] {
        let document = format!("<Data><PSM>{text}</PSM></Data>");
        let uux = format!("UUX 7 {}\r\n{document}", document.len());
        assert_eq!(world.ask(alice, uux), "201 7\r\n");
    }
    assert_eq!(world.received(bob), "");
}
