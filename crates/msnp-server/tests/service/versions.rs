//! What differs from version to version, MSNP2 to MSNP12.

use msnp_core::{Guid, LinkId, Version};

use crate::world::{NOTIFICATION, World};

/// MSNP2 to MSNP12.
fn versions() -> impl Iterator<Item = Version> {
    (2..=12).filter_map(Version::from_number)
}

/// Alice has Bob in a group, on the allow and the reverse list, and blocks Carol; she and Bob have
/// told telephone numbers. Her lists have changed six times.
fn with_lists() -> World {
    let mut world = World::new();
    let alice = world.sign_in("alice", Version::MSNP9);
    let answer = world.ask(
        alice,
        "ADG 10 Friends%20x 0\r\nADD 11 FL bob@example.com Bob 1\r\n\
         ADD 12 AL bob@example.com Bob\r\nADD 13 BL carol@example.com Carol\r\n\
         PRP 14 PHH 1%202\r\n",
    );
    assert!(answer.ends_with("PRP 14 6 PHH 1%202\r\n"), "{answer}");
    let bob = world.sign_in("bob", Version::MSNP9);
    world.ask(bob, "PRP 15 PHW 555\r\n");
    world.befriend(bob, Version::MSNP9, "alice");
    world
}

#[test]
fn the_lists_come_in_the_form_of_every_version() {
    for version in versions() {
        let mut world = with_lists();
        let alice = world.sign_in("alice", version);
        let syn = if version.has_guids() { "SYN 5 0 0\r\n" } else { "SYN 5 0\r\n" };
        let answer = world.ask(alice, syn);
        let number = version.number();
        let expected = match number {
            ..=7 => {
                let settings = if number >= 5 { "PRP 7 PHH 1%202\r\n" } else { "" };
                let groups = if number == 7 {
                    "LSG 5 7 1 2 0 Other%20Contacts 0\r\nLSG 5 7 2 2 1 Friends%20x 0\r\n"
                } else {
                    ""
                };
                let group = if number == 7 { " 1" } else { "" };
                let about = if number >= 5 { "BPR 7 bob@example.com PHW 555\r\n" } else { "" };
                format!(
                    "SYN 5 7\r\nGTC 5 7 A\r\nBLP 5 7 AL\r\n{settings}{groups}\
                     LST 5 FL 7 1 1 bob@example.com Bob{group}\r\n{about}\
                     LST 5 AL 7 1 1 bob@example.com Bob\r\n\
                     LST 5 BL 7 1 1 carol@example.com Carol\r\n\
                     LST 5 RL 7 1 1 bob@example.com Bob\r\n"
                )
            }
            8 | 9 => "SYN 5 7 2 2\r\nGTC A\r\nBLP AL\r\nPRP PHH 1%202\r\n\
                      LSG 0 Other%20Contacts 0\r\nLSG 1 Friends%20x 0\r\n\
                      LST bob@example.com Bob 11 1\r\nBPR PHW 555\r\n\
                      LST carol@example.com Carol 4\r\n"
                .to_string(),
            _ => {
                let [group, contact] = ["LSG Friends%20x ", "F=Bob C="].map(|before| {
                    let guid = answer.split(before).nth(1).unwrap().get(..36).unwrap();
                    assert!(guid.parse::<Guid>().is_ok(), "{answer}");
                    guid
                });
                let network = if number == 12 { " 1" } else { "" };
                let stamp = "2001-09-09T01:46:40.0000007Z";
                format!(
                    "SYN 5 {stamp} {stamp} 2 1\r\nGTC A\r\nBLP AL\r\n\
                     PRP MFN Alice%20A\r\nPRP PHH 1%202\r\nLSG Friends%20x {group}\r\n\
                     LST N=bob@example.com F=Bob C={contact} 11{network} {group}\r\n\
                     BPR PHW 555\r\nLST N=carol@example.com F=Carol 4{network}\r\n"
                )
            }
        };
        assert_eq!(answer, expected, "{version}");
        let known = answer.lines().next().unwrap();
        let known: Vec<&str> = known.split(' ').skip(2).take(syn.matches(" 0").count()).collect();
        let bare = format!("SYN 5 {}\r\n", known.join(" "));
        // Only what Bob has set is his, and may have changed.
        let about = match number {
            ..=4 => "",
            5..=9 => "BPR 7 bob@example.com PHW 555\r\n",
            _ => "BPR bob@example.com PHW 555\r\n",
        };
        let expected = format!("{bare}{about}");
        assert_eq!(world.ask(alice, &bare), expected, "nothing has changed in {version}");
    }
}

#[test]
fn one_list_and_the_groups_can_be_asked_for_up_to_msnp7() {
    let mut world = with_lists();
    for version in versions() {
        let alice = world.sign_in("alice", version);
        let answer = world.ask(alice, "LST 6 BL\r\nLST 7 AL\r\nLSG 8\r\n");
        let lists = "LST 6 BL 7 1 1 carol@example.com Carol\r\n\
                     LST 7 AL 7 1 1 bob@example.com Bob\r\n";
        let expected = match version.number() {
            ..=6 => format!("{lists}502 8\r\n"),
            7 => format!(
                "{lists}LSG 8 7 1 2 0 Other%20Contacts 0\r\nLSG 8 7 2 2 1 Friends%20x 0\r\n"
            ),
            _ => "502 6\r\n502 7\r\n502 8\r\n".to_string(),
        };
        assert_eq!(answer, expected, "{version}");
    }
    let alice = world.sign_in("alice", Version::MSNP6);
    assert_eq!(world.ask(alice, "LST 9 PL\r\n"), "201 9\r\n", "there is none yet");
}

#[test]
fn what_follows_the_sign_in_differs() {
    for version in versions() {
        let mut world = World::new();
        let link = world.connect(NOTIFICATION);
        world.ask(link, format!("VER 1 {version}\r\n"));
        let answer = match version.number() {
            ..=7 => {
                assert_eq!(world.ask(link, "INF 2\r\n"), "INF 2 MD5\r\n");
                world.prove_by_md5(link, "alice", "alice-pw")
            }
            _ => {
                assert_eq!(world.ask(link, "INF 2\r\n"), "502 2\r\n");
                let ticket = world.ticket("alice", "alice-pw");
                world.prove_by_ticket(link, "alice", &ticket)
            }
        };
        let ok = match version.number() {
            ..=5 => "USR 4 OK alice@example.com Alice%20A\r\n",
            6 | 7 => "USR 4 OK alice@example.com Alice%20A 1\r\n",
            8 | 9 => "USR 4 OK alice@example.com Alice%20A 1 0\r\n",
            10 => "USR 4 OK alice@example.com 1 0\r\n",
            _ => "USR 4 OK alice@example.com 1 0\r\nSBS 0 null\r\n",
        };
        assert!(answer.starts_with(&format!("{ok}MSG Hotmail Hotmail ")), "{version}: {answer}");
        let ping = if version.number() >= 9 { "QNG 50\r\n" } else { "QNG\r\n" };
        assert_eq!(world.ask(link, "PNG\r\n"), ping);
    }
}

/// Bob in this version, who sees Alice.
fn viewer(world: &mut World, version: Version) -> LinkId {
    let bob = world.online("bob", version);
    world.befriend(bob, version, "alice");
    world.received(bob);
    bob
}

#[test]
fn presence_is_told_in_the_form_of_the_viewer() {
    for version in versions() {
        let mut world = World::new();
        let bob = viewer(&mut world, version);
        let alice = world.sign_in("alice", Version::MSNP12);
        let media =
            "<Data><PSM>x</PSM><CurrentMedia>\\0Music\\01\\0{0}\\0T\\0</CurrentMedia></Data>";
        world.ask(alice, format!("UUX 6 {}\r\n{media}", media.len()));
        world.ask(alice, "CHG 7 NLN 268435492:5 %3Cmsnobj%2F%3E\r\n");
        let equipment = match version.number() {
            ..=7 => "",
            8 => " 268435492",
            _ => " 268435492 %3Cmsnobj%2F%3E",
        };
        let personal = match version.number() {
            11.. => format!("UBX alice@example.com {}\r\n{media}", media.len()),
            _ => String::new(),
        };
        let nln = format!("NLN alice@example.com Alice%20A{equipment}\r\n{personal}");
        assert_eq!(world.received(bob), format!("NLN {nln}"), "{version}");
        let again = world.sign_in("bob", version);
        let chg = if version.has_capabilities() { "CHG 8 NLN 0\r\n" } else { "CHG 8 NLN\r\n" };
        let answer = world.ask_for_lines(again, chg);
        assert_eq!(answer, format!("{chg}ILN 8 {nln}"), "{version}");
        world.ask(alice, "CHG 9 HDN 0\r\n");
        assert_eq!(world.received(again), "FLN alice@example.com\r\n");
    }
}

#[test]
fn members_of_a_room_have_capabilities_from_msnp12() {
    for version in versions() {
        let mut world = World::new();
        let bob = world.online("bob", version);
        let alice = world.sign_in("alice", Version::MSNP12);
        world.ask(alice, "CHG 7 NLN 1342472228\r\n");
        let room = world.room("alice", alice);
        let (session, cookie) = world.ring(room, "bob", bob);
        let link = world.connect(crate::world::SWITCHBOARD);
        let answer = world.ask(link, format!("ANS 1 bob@example.com {cookie} {session}\r\n"));
        let capabilities = if version == Version::MSNP12 { " 1342472228" } else { "" };
        let iro = format!("IRO 1 1 1 alice@example.com Alice%20A{capabilities}\r\n");
        assert_eq!(answer, format!("{iro}ANS 1 OK\r\n"), "{version}");
        assert_eq!(world.received(room), "JOI bob@example.com Bob 0\r\n");
        let ping = if version.number() >= 9 { "QNG 50\r\n" } else { "QNG\r\n" };
        assert_eq!(world.ask(link, "PNG\r\n"), ping, "on the switchboard too");
    }
}

#[test]
fn who_is_added_is_told_in_the_own_form() {
    for version in versions() {
        let mut world = World::new();
        let alice = world.online("alice", version);
        let bob = world.online("bob", Version::MSNP8);
        world.ask(bob, "ADD 6 FL alice@example.com A\r\n");
        let told = world.received(alice);
        let removed = world.ask(bob, "REM 7 FL alice@example.com\r\n");
        assert!(removed.starts_with("REM 7 FL "), "{removed}");
        let told = told + &world.received(alice);
        let expected = match version.has_guids() {
            true => "ADC 0 RL N=bob@example.com F=Bob\r\nREM 0 RL bob@example.com\r\n",
            false => "ADD 0 RL 2 bob@example.com Bob\r\nREM 0 RL 3 bob@example.com\r\n",
        };
        assert!(told.ends_with(expected), "{version}: {told}");
    }
}

#[test]
fn what_comes_with_an_added_contact_differs() {
    for version in versions() {
        let mut world = World::new();
        let bob = world.online("bob", Version::MSNP9);
        world.ask(bob, "PRP 6 PHM 5%205\r\nPRP 7 MOB Y\r\n");
        let alice = world.online("alice", version);
        let (line, serial) = match version.has_guids() {
            true => ("ADC 8 FL N=bob@example.com F=Bob\r\n", ""),
            false => ("ADD 8 FL bob@example.com Bob\r\n", " 2"),
        };
        let answer = world.ask_for_lines(alice, line);
        let (first, rest) = answer.split_once("\r\n").unwrap();
        assert!(first.starts_with(if version.has_guids() { "ADC 8 FL N=" } else { "ADD 8 FL 2 " }));
        let about = match version.number() {
            ..=4 => String::new(),
            _ => [" PHH", " PHW", " PHM 5%205", " MOB Y"]
                .map(|setting| format!("BPR{serial} bob@example.com{setting}\r\n"))
                .concat(),
        };
        let capabilities = if version.has_capabilities() { " 0" } else { "" };
        let iln = format!("ILN 8 NLN bob@example.com Bob{capabilities}\r\n");
        assert_eq!(rest, format!("{about}{iln}"), "{version}");
        // And what changes later.
        world.ask(bob, "PRP 9 PHM 6\r\nPRP 10 HSB 1\r\nPRP 11 PHM\r\n");
        let later = world.received(alice);
        let expected = match version.number() {
            ..=4 => String::new(),
            _ => {
                format!("BPR{serial} bob@example.com PHM 6\r\nBPR{serial} bob@example.com PHM\r\n")
            }
        };
        assert_eq!(later, expected, "{version}");
        world.ask(bob, "CHG 12 HDN 0\r\n");
        world.received(alice);
        world.ask(bob, "PRP 13 PHW 7\r\n");
        assert_eq!(world.received(alice), "", "what the hidden do is not seen");
    }
}
