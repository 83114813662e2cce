//! Lists of a server that says too much, too often, or what cannot be read.

use msnp_client::{ClientError, Event};
use msnp_core::Version;

use crate::script::{self, VERSIONS};
use crate::scripted::{Scripted, account, config};

#[test]
fn lists_of_which_a_part_is_passed_over_do_not_pass_for_whole() {
    for version in VERSIONS {
        for (contacts, groups) in [(1, 100), (100, 0), (100, 1)] {
            let mut config = config(version);
            (config.limits.contacts, config.limits.groups) = (contacts, groups);
            let (mut s, ns) = Scripted::up_to_lists(config);
            s.server(ns, &script::lists(version));
            let full =
                |event: &Event| matches!(event, Event::ListFull(_) | Event::GroupsFull { .. });
            let whole = !s.events.iter().any(full);
            assert_eq!(s.client.roster().stamps().is_some(), whole, "{version}");
            assert!(!whole || contacts > 1, "{version}");
        }
        let mut config = config(version);
        config.limits.contacts = 2;
        let (mut s, ns) = Scripted::up_to_lists(config);
        s.server(ns, &script::lists(version));
        s.server(ns, "CHG 6 NLN\r\n");
        assert!(s.client.roster().stamps().is_some());
        let added = match version.has_guids() {
            true => "ADC 0 RL N=carol@example.com F=Carol\r\n",
            false => "ADD 0 RL 10 carol@example.com Carol\r\n",
        };
        s.server(ns, added);
        assert_eq!(s.events.last(), Some(&Event::ListFull(account("carol@example.com"))));
        assert_eq!(s.client.roster().stamps(), None, "{version}");
    }
}

#[test]
fn a_server_that_tells_more_than_can_be_kept_is_left() {
    let long = "x".repeat(8000);
    let bob = "bob@example.com";
    // Each says something new, which is kept, or says it again, which takes no more room.
    for (grows, line) in [
        (true, "BPR bob@example.com K# LONG\r\n"),
        (true, "PRP K# LONG\r\n"),
        (true, "ADG 0 LONG #-1 0\r\n"),
        (true, "ADC 0 RL N=user#@example.com F=LONG\r\n"),
        (true, "ADC 0 FL C=GUID #LONG\r\n"),
        (false, "NLN NLN bob@example.com LONG\r\n"),
        (false, "SBP 0 GUID MFN LONG\r\n"),
        (false, "BPR bob@example.com PHH LONG\r\n"),
        (false, "UBX bob@example.com 4\r\nLONG"),
    ] {
        let mut config = config(Version::MSNP11);
        config.limits.roster = 100_000;
        let (mut s, ns) = Scripted::up_to_lists(config);
        s.server(ns, &script::lists(Version::MSNP11));
        s.server(ns, "CHG 6 NLN\r\n");
        for n in 0..100 {
            let line = line.replace('#', &n.to_string()).replace("GUID", script::BOB_GUID);
            let text = if line.starts_with("UBX") { "xxxx" } else { &*long };
            s.server(ns, &line.replace("LONG", text));
            if s.end.is_some() {
                break;
            }
        }
        let end = grows.then_some(Err(ClientError::RosterTooLarge));
        assert_eq!(s.end, end, "{line}");
        let about = account(bob);
        assert!(s.client.roster().contact(&about).is_some());
    }
}

#[test]
fn a_contact_is_in_no_more_groups_than_the_bound() {
    let ids: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    for (version, line) in [
        (Version::MSNP7, "SYN 5 9\r\nLST 5 FL 9 1 1 bob@example.com Bob "),
        (Version::MSNP8, "SYN 5 9 1 0\r\nLST bob@example.com Bob 1 "),
    ] {
        let (mut s, ns) = Scripted::up_to_lists(config(version));
        s.server(ns, &format!("{line}{}\r\n", ids.join(",")));
        let bob = account("bob@example.com");
        assert_eq!(s.client.roster().contact(&bob).unwrap().groups.len(), 100);
        assert!(s.events.contains(&Event::ListFull(bob.clone())), "{:?}", s.events);
        s.forget();
        s.server(ns, "ADD 0 FL 10 bob@example.com Bob 5000\r\n");
        assert_eq!(s.client.roster().contact(&bob).unwrap().groups.len(), 100);
        assert_eq!(s.events, [Event::ListFull(bob)]);
    }
}

#[test]
fn a_line_of_the_lists_that_cannot_be_read_does_not_keep_the_others_out() {
    for version in VERSIONS.into_iter().filter(|version| version.number() >= 8) {
        let (broken, groups) = match version.has_guids() {
            true => ("LST N=carol@example.com F=Carol many", "LSG Broken"),
            false => ("LST carol@example.com Carol many", "LSG 7"),
        };
        let lists = script::lists(version);
        let counts = if version.has_guids() { (" 2 1\r", " 3 2\r") } else { (" 2 2\r", " 3 3\r") };
        let more = lists.replacen(counts.0, counts.1, 1);
        let (first, second) = more.split_at(more.find("LST").unwrap());
        for lines in [
            format!("{first}{groups}\r\n{broken}\r\n{second}"),
            format!("{first}{groups}\r\n{second}{broken}\r\n"),
        ] {
            let (mut s, ns) = Scripted::up_to_lists(config(version));
            s.server(ns, &lines);
            assert!(s.events.contains(&Event::ListsLoaded), "{version} {:?}", s.events);
            assert_eq!(s.client.roster().contacts().count(), 2, "{version}");
            let malformed = |event: &&Event| matches!(event, Event::Malformed(_));
            assert_eq!(s.events.iter().filter(malformed).count(), 2, "{version}");
            assert_eq!(s.client.roster().stamps(), None, "{version}: not the whole of it");
        }
    }
}

#[test]
fn lists_that_begin_again_in_the_middle_do_not_take_back_what_was_said() {
    for version in VERSIONS {
        let whole = script::lists(version);
        let begin = whole.split_inclusive("\r\n").next().unwrap();
        let (mut s, ns) = Scripted::up_to_lists(config(version));
        let (most, last) = whole.rsplit_once("LST").unwrap();
        s.server(ns, &format!("{most}{begin}LST{last}"));
        assert!(s.events.contains(&Event::ListsLoaded), "{version} {:?}", s.events);
        assert_eq!(s.client.roster().contacts().count(), 2, "{version}");
        let unknown = |event: &&Event| matches!(event, Event::Unknown(_));
        assert_eq!(s.events.iter().filter(unknown).count(), 1, "{version}");
    }
}
