//! What programs that people used say, in their own words, and what they insist on.

use msnp_auth::md5_login;
use msnp_core::{LinkId, Secret, Version};
use msnp_server::Config;

use crate::world::{NOTIFICATION, World, config};

/// How one of these programs comes in.
#[derive(Clone, Copy, Debug)]
struct Program {
    version: Version,
    /// Everything before `USR`, and which answers it waits for.
    before: &'static str,
    /// The first words of those answers.
    answers: &'static [&'static str],
    synchronize: &'static str,
    status: &'static str,
}

/// An early aMSN: it offers what it does not speak any more, asks no `CVR`, and sends `SYN` and
/// `CHG` in one go.
const AMSN_0_82: Program = Program {
    version: Version::MSNP7,
    before: "VER 1 MSNP7 MSNP6 MSNP5 MSNP4 CVR0\r\nINF 2\r\n",
    answers: &["VER 1 MSNP7 CVR0", "INF 2 MD5"],
    synchronize: "SYN 5 0\r\n",
    status: "CHG 6 NLN\r\n",
};

/// Pidgin 2.4.3.
const PIDGIN_2_4: Program = Program {
    version: Version::MSNP9,
    before: "VER 1 MSNP9 MSNP8 CVR0\r\n\
             CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com\r\n",
    answers: &["VER 1 MSNP9 CVR0", "CVR 2 6.0.0602 6.0.0602 "],
    synchronize: "SYN 5 0\r\n",
    status: "CHG 6 NLN 1073741856\r\n",
};

/// An aMSN of the time of MSNP11; it sends `CVR` and `USR` without waiting for `VER`.
const AMSN_0_97: Program = Program {
    version: Version::MSNP11,
    before: "VER 1 MSNP11 CVR0\r\n\
             CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 8.0.0812 msmsgs alice@example.com\r\n",
    answers: &["VER 1 MSNP11 CVR0", "CVR 2 8.0.0812 8.0.0812 "],
    synchronize: "SYN 5 0 0\r\n",
    status: "CHG 6 NLN 2147778596:0 %3Cmsnobj%20Creator%3D%22alice%40example.com%22%2F%3E\r\n",
};

const PROGRAMS: [Program; 3] = [AMSN_0_82, PIDGIN_2_4, AMSN_0_97];

/// Alice comes in with this program; what she heard is in the second place.
fn come_in(world: &mut World, program: Program) -> (LinkId, String) {
    let link = world.connect(NOTIFICATION);
    let text = if program.version == Version::MSNP7 {
        let mut heard = world.ask(link, program.before);
        heard += &world.ask(link, "USR 3 MD5 I alice@example.com\r\n");
        let challenge = heard.trim_end().rsplit(' ').next().unwrap();
        let response = md5_login::response(challenge, &Secret::from("alice-pw"));
        heard + &world.ask(link, format!("USR 4 MD5 S {}\r\n", response.as_str()))
    } else {
        let ticket = world.ticket("alice", "alice-pw");
        let heard = world.ask(link, format!("{}USR 3 TWN I alice@example.com\r\n", program.before));
        heard + &world.ask(link, format!("USR 4 TWN S {ticket}\r\n"))
    };
    (link, text)
}

#[test]
fn cvr0_is_echoed_to_every_program_that_offers_it() {
    for program in PROGRAMS {
        let (_, heard) = come_in(&mut World::new(), program);
        for (line, expected) in heard.lines().zip(program.answers) {
            assert!(line.starts_with(expected), "{line} for {expected}");
        }
        assert!(heard.contains("\r\nUSR 4 OK alice@example.com "), "{heard}");
    }
}

#[test]
fn cvr_is_answered_in_every_version_and_at_any_time() {
    for program in PROGRAMS {
        let mut world = World::new();
        let (link, _) = come_in(&mut world, program);
        for cvr in [
            "CVR 7 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com\r\n",
            "CVR 7 0x0409 mac 10.2.0 ppc macmsgs 3.5.1 macmsgs alice@example.com\r\n",
            "CVR 7 0x040c winnt 6.1.1 i386 MSNMSGR 15.4.3538.0513 MSNMSGR alice@example.com 0\r\n",
        ] {
            let version = cvr.split(' ').nth(7).unwrap();
            let answer = world.ask(link, cvr);
            assert!(answer.starts_with(&format!("CVR 7 {version} {version} ")), "{answer}");
            assert_eq!(answer.lines().count(), 1);
        }
    }
}

#[test]
fn the_profile_message_follows_the_sign_in_at_once() {
    for program in PROGRAMS {
        let (_, heard) = come_in(&mut World::new(), program);
        let (_, after) = heard.split_once("USR 4 OK ").unwrap();
        let (line, profile) = after.split_once("MSG Hotmail Hotmail ").unwrap();
        assert!(line.lines().count() <= 2, "the answer, and SBS from MSNP11: {line}");
        let (len, profile) = profile.split_once("\r\n").unwrap();
        assert_eq!(len.parse(), Ok(profile.len()), "{profile}");
        assert!(profile.starts_with("MIME-Version: 1.0\r\n"));
        assert!(profile.contains("\r\nContent-Type: text/x-msmsgsprofile"));
        for field in ["sid: ", "MSPAuth: ", "EmailEnabled: ", "ClientIP: ", "ClientPort: "] {
            assert!(profile.contains(&format!("\r\n{field}")), "{field}: {profile}");
        }
    }
}

#[test]
fn every_first_status_is_echoed_word_for_word_and_makes_one_seen() {
    for program in PROGRAMS {
        let mut world = World::new();
        let bob = world.online("bob", Version::MSNP8);
        world.befriend(bob, Version::MSNP8, "alice");
        let (link, _) = come_in(&mut world, program);
        world.received(bob);
        // In one go with the lists, as some do.
        let answer = world.ask(link, format!("{}{}", program.synchronize, program.status));
        assert!(answer.contains(&format!("\r\n{}", program.status)), "{answer}");
        assert!(world.received(bob).starts_with("NLN NLN alice@example.com "), "{program:?}");
    }
}

#[test]
fn a_status_is_always_echoed_with_whatever_capabilities_it_came() {
    for program in PROGRAMS {
        let mut world = World::new();
        let (link, _) = come_in(&mut world, program);
        for status in [
            "CHG 6 NLN\r\n",
            "CHG 7 NLN 1073741856\r\n",
            "CHG 8 NLN 1342472228\r\n",
            "CHG 9 NLN 2147778596:0\r\n",
            "CHG 10 NLN 1074004004 %3Cmsnobj%2F%3E\r\n",
            "CHG 11 BSY 2684387616:2550273312\r\n",
            "CHG 12 BSY 2684387616:2550273312\r\n",
        ] {
            let answer = world.ask(link, status);
            assert!(answer.starts_with(status), "{:?}: {answer}", program.version);
        }
    }
}

#[test]
fn a_blp_that_changes_nothing_is_answered_and_is_no_error() {
    for program in PROGRAMS {
        let mut world = World::new();
        let (link, _) = come_in(&mut world, program);
        let lists = world.ask(link, program.synchronize);
        assert!(lists.contains("AL\r\n"), "{lists}");
        world.ask(link, program.status);
        for transaction in [7, 8] {
            let answer = world.ask(link, format!("BLP {transaction} AL\r\n"));
            let expected = answer.starts_with(&format!("BLP {transaction} "));
            assert!(expected && answer.ends_with(" AL\r\n"), "{answer}");
        }
    }
}

/// Everybody that alice can list, so that there is something to count.
fn with_contacts(version: Version, config: Config) -> World {
    let mut world = World::with(config);
    let alice = world.sign_in("alice", version);
    for name in ["bob", "carol"] {
        world.befriend(alice, version, name);
    }
    world.hang_up(alice);
    world
}

#[test]
fn as_many_lines_follow_a_syn_as_it_announces() {
    for program in PROGRAMS {
        let mut world = with_contacts(Version::MSNP8, config());
        let (link, _) = come_in(&mut world, program);
        let answer = world.ask(link, program.synchronize);
        let of = |verb: &str| answer.lines().filter(|line| line.starts_with(verb)).count();
        if program.version == Version::MSNP7 {
            // Each line says which of how many it is, list by list.
            for (list, count) in [("FL", 2), ("AL", 2), ("BL", 0), ("RL", 0)] {
                let lines: Vec<_> = answer
                    .lines()
                    .filter(|line| line.starts_with(&format!("LST 5 {list}")))
                    .collect();
                assert_eq!(lines.len(), count.max(1), "{answer}");
                for (position, line) in (1..).zip(lines) {
                    let position = if count == 0 { 0 } else { position };
                    let place = line.split(' ').skip(4).take(2).collect::<Vec<_>>();
                    assert_eq!(place, [position.to_string(), count.to_string()], "{line}");
                }
            }
        } else {
            let syn = answer.lines().next().unwrap();
            let announced = format!(" {} {}", of("LST "), of("LSG "));
            assert!(syn.starts_with("SYN 5 ") && syn.ends_with(&announced), "{answer}");
            assert_eq!(of("LST "), 2);
        }
    }
}

#[test]
fn an_account_without_contacts_is_announced_as_such() {
    for program in [PIDGIN_2_4, AMSN_0_97] {
        let mut world = World::new();
        let (link, _) = come_in(&mut world, program);
        let answer = world.ask(link, program.synchronize);
        let groups = answer.lines().filter(|line| line.starts_with("LSG ")).count();
        let syn = answer.lines().next().unwrap();
        assert!(syn.ends_with(&format!(" 0 {groups}")), "{answer}");
        assert!(!answer.contains("\r\nLST "), "{answer}");
    }
}

#[test]
fn a_session_id_is_a_plain_number_that_fits_31_bits() {
    let mut world = World::new();
    let alice = world.online("alice", Version::MSNP8);
    let bob = world.online("bob", Version::MSNP8);
    let mut seen = Vec::new();
    for _ in 0..20 {
        let room = world.room("alice", alice);
        let (session, _) = world.ring(room, "bob", bob);
        assert!(session.parse::<i32>().is_ok_and(|id| id > 0), "{session}");
        assert_eq!(session.parse::<i32>().unwrap().to_string(), session);
        assert!(!seen.contains(&session));
        seen.push(session);
        world.hang_up(room);
    }
}

#[test]
fn transactions_may_go_on_counting_on_the_next_connection() {
    for program in PROGRAMS {
        let mut world = World::new();
        let link = world.connect(NOTIFICATION);
        let offer = program.before.lines().next().unwrap().replace("VER 1 ", "VER 9 ");
        let answer = world.ask(link, format!("{offer}\r\n"));
        assert_eq!(answer, format!("VER 9 {} CVR0\r\n", program.version));
    }
}
