//! What attackers do, and what comes of it.

use std::time::Duration;

use crate::attacker::Attacker;
use crate::people::{PATIENCE, talk_during};
use crate::served::password;

const SERVICES: [&str; 4] = ["ds", "ns", "sb", "nexus"];

fn times(news: &str, sentence: &str) -> usize {
    news.lines().filter(|line| line.contains(sentence)).count()
}

#[test]
fn five_hundred_slow_ones_hold_what_one_address_may_and_everybody_else_gets_in() {
    let limits = ["--max-strangers-per-address", "60"];
    let news = talk_during(&limits, "TERM", async |served| {
        let mut slow = Vec::new();
        for host in 2..=6 {
            for number in 0..100 {
                let to = served.socket(SERVICES[number % SERVICES.len()]);
                slow.push(Attacker::connect(host, to).await);
            }
        }
        // A beginning that every service waits for the rest of.
        for byte in "GET /login H".chars() {
            for one in &mut slow {
                one.say(byte.to_string()).await;
            }
            // The pace is the attack, and alice and bob talk meanwhile.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // 25 of each host are at the web pages, which have a bound of their own.
        let expected = 5 * (60 + 25);
        let fewer = async {
            loop {
                let left = slow.iter().filter(|one| one.is_open()).count();
                assert!(left >= expected, "{left} are left");
                if left == expected {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, fewer).await.expect("too many are left");
    });
    for host in 2..=6 {
        let told = format!(
            "Connections from 127.0.0.{host} are turned away: on too many of its own nobody has \
             signed in yet."
        );
        assert_eq!(times(&news, &told), 1, "{news}");
    }
}

#[test]
fn noise_and_lines_without_an_end_are_cut_off() {
    let noise: Vec<u8> =
        (0_u32..65_536).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    talk_during(&[], "INT", async |served| {
        for round in 0..40 {
            for service in SERVICES {
                let mut noisy = Attacker::connect(2, served.socket(service)).await;
                match round % 2 {
                    0 => noisy.say(&noise).await,
                    _ => noisy.say("A".repeat(1024 * 1024)).await,
                };
                noisy.last_words().await;
            }
        }
    });
}

#[test]
fn who_floods_with_good_commands_and_never_reads_costs_little() {
    talk_during(&["--max-unread", "1"], "TERM", async |served| {
        let mut floods = Vec::new();
        for name in ["dave", "eve"] {
            let mut flood = Attacker::connect(3, served.socket("ns")).await;
            let answer = flood.prove(name, &password(name)).await;
            assert!(answer.unwrap().starts_with("USR 3 OK"));
            flood.say("CHG 4 NLN\r\n").await;
            floods.push(flood);
        }
        let each = async |mut flood: Attacker, command: &str| {
            let many = command.repeat(10_000);
            let flooding = async { while flood.say(&many).await {} };
            // It is not read as fast as it sends, so that its socket fills.
            let _ = tokio::time::timeout(Duration::from_secs(5), flooding).await;
            flood
        };
        let eve = floods.pop().unwrap();
        let dave = floods.pop().unwrap();
        let url = "URL 9 INBOX\r\n";
        let _held = tokio::join!(each(dave, "PNG\r\n"), each(eve, url));
    });
}

#[test]
fn a_storm_of_sign_ins_ends_at_the_limit_of_the_account() {
    let limits = ["--max-sign-ins-per-account", "100"];
    let news = talk_during(&limits, "INT", async |served| {
        let mut answers = Vec::new();
        for _ in 0..30 {
            let mut storm = Vec::new();
            for _ in 0..5 {
                storm.push(Attacker::connect(4, served.socket("ns")).await);
            }
            for one in &mut storm {
                answers.push(one.prove("dave", &password("dave")).await.unwrap());
            }
        }
        let let_in = answers.iter().filter(|answer| answer.starts_with("USR 3 OK")).count();
        let refused = answers.iter().filter(|answer| *answer == "910 3").count();
        assert_eq!((let_in, refused), (100, 50), "{answers:?}");
    });
    let refused = "dave@example.com was not let in: too many attempts, so nothing was checked.";
    assert_eq!(times(&news, refused), 50, "{news}");
}

#[test]
fn guessing_passwords_and_tickets_ends_soon_and_locks_nobody_out() {
    let limits = ["--max-failures-per-address", "10", "--max-failures-per-account", "30"];
    let news = talk_during(&limits, "TERM", async |served| {
        // Carol is who is guessed, and signs in afterwards from where she always does.
        let mut looked_at = 0;
        for host in 10..40 {
            for number in 0..15 {
                let guess = format!("guess{number}");
                let status = match number % 3 {
                    0 => Attacker::ask_for_ticket(host, served, "carol", &guess).await,
                    1 => {
                        let mut guessing = Attacker::connect(host, served.socket("ns")).await;
                        guessing.prove("carol", &guess).await.unwrap()
                    }
                    _ => {
                        let mut guessing = Attacker::connect(host, served.socket("ns")).await;
                        guessing
                            .say(
                                "VER 1 MSNP8\r\n\
                                 CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS \
                                 carol@example.com\r\nUSR 3 TWN I carol@example.com\r\n",
                            )
                            .await;
                        guessing.line_with("USR 3 TWN S").await.unwrap();
                        guessing.say(format!("USR 4 TWN S t=1.{guess}&p=\r\n")).await;
                        guessing.line().await.unwrap()
                    }
                };
                match status.as_str() {
                    "401" | "911 3" | "911 4" => looked_at += 1,
                    "503" | "910 3" | "910 4" => {}
                    other => panic!("{other}"),
                }
            }
        }
        // Three hosts find out that ten are too many; each of the others has one guess.
        assert_eq!(looked_at, 3 * 10 + 27);
    });
    assert_eq!(times(&news, "carol@example.com was not let in"), 30 * 15, "{news}");
}

#[test]
fn three_thousand_connections_opened_and_dropped_at_once_leave_nothing_behind() {
    talk_during(&[], "INT", async |served| {
        for round in 0..30 {
            let mut open = Vec::new();
            for number in 0..100 {
                let to = served.socket(SERVICES[number % SERVICES.len()]);
                open.push(Attacker::connect(5, to).await);
            }
            if round % 2 == 0 {
                for one in &open {
                    // Closes by a reset.
                    one.socket.set_zero_linger().unwrap();
                }
            }
        }
    });
}
