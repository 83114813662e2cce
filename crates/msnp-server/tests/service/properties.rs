//! What holds for any input.

use msnp_core::Version;
use msnp_server::ServerEvent;
use proptest::prelude::*;

use crate::world::{NOTIFICATION, World};

/// All that a client may say once it is signed in, well formed and in order.
const SCRIPT: &str = "SYN 5 0\r\nCHG 6 NLN 0\r\nADD 7 FL bob@example.com Bob\r\nPNG\r\n\
    QRY 8 x 32\r\n0123456789abcdef0123456789abcdefREA 9 alice@example.com N%20N\r\n\
    BLP 10 BL\r\nADD 11 AL bob@example.com Bob\r\nXFR 12 XX\r\nXYZ\r\nCHG 13 BSY 5:6\r\n\
    REM 14 FL bob@example.com\r\nPRP 15 PHH\r\nURL 16 INBOX\r\nCHG 17 HDN\r\nOUT\r\n";

/// What Alice and Bob read while Alice says the script in pieces of these sizes.
fn told_in_pieces(sizes: &[usize]) -> (String, String, Vec<ServerEvent>) {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP11);
    world.befriend(bob, Version::MSNP11, "alice");
    let alice = world.sign_in("alice", Version::MSNP8);
    world.received(bob);
    let mut rest = SCRIPT.as_bytes();
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at((*sizes.next().unwrap()).clamp(1, rest.len()));
        world.send(alice, piece);
        rest = after;
    }
    assert!(world.is_closed(alice));
    (world.received(alice), world.received(bob), world.events)
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z]{3}",
        "[0-9]{1,5}",
        "(alice|bob|nobody)@example\\.com",
        "(FL|AL|BL|RL|PL|NLN|HDN|FLN|SB|MFN|PHH|A|N|U)",
        "[NFC]=[ -~]{0,10}",
        "[!-~]{1,40}",
        "[♥é%]{1,3}",
    ]
}

fn line() -> impl Strategy<Value = String> {
    let verb = prop_oneof![
        "(VER|CVR|USR|INF|SYN|CHG|ADD|ADC|REM|REA|PRP|BLP|GTC|GCF|URL|XFR|PNG|CAL|ANS|ADG|REG|RMG|\
         SBP|LST|LSG|IMS|SND|FND|XYZ)"
    ];
    (verb, 0_u32..99, prop::collection::vec(word(), 0..6))
        .prop_map(|(verb, number, words)| format!("{verb} {number} {}\r\n", words.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_whole_session_is_the_same_however_its_input_is_cut(
        sizes in prop::collection::vec(1_usize..40, 1..20),
    ) {
        prop_assert_eq!(told_in_pieces(&sizes), told_in_pieces(&[SCRIPT.len()]));
    }

    #[test]
    fn whatever_one_client_says_another_keeps_its_session(
        lines in prop::collection::vec(line(), 1..40),
        version in (2_u8..=12).prop_map(|number| Version::from_number(number).unwrap()),
    ) {
        let mut world = World::new();
        let bob = world.online("bob", Version::MSNP11);
        let alice = world.online("alice", version);
        for line in lines {
            world.send(alice, line);
        }
        world.received(bob);
        prop_assert_eq!(world.ask(bob, "PNG\r\n"), "QNG 50\r\n");
        let rows = world.ask(bob, "SYN 9 0 0\r\n");
        let counted = rows.lines().filter(|line| line.starts_with("LST")).count();
        prop_assert!(rows.lines().next().unwrap().ends_with(&format!(" {counted} 0")), "{rows}");
    }

    #[test]
    fn whatever_comes_before_the_sign_in_nobody_is_let_in(
        lines in prop::collection::vec(line(), 1..40),
    ) {
        let mut world = World::new();
        let link = world.connect(NOTIFICATION);
        world.send(link, "VER 1 MSNP7 MSNP8\r\n");
        for line in lines {
            world.send(link, line);
        }
        prop_assert!(!world.received(link).contains(" OK "));
        let in_at_all = world.events.iter().any(|e| matches!(e, ServerEvent::SignedIn { .. }));
        prop_assert!(!in_at_all);
    }
}
