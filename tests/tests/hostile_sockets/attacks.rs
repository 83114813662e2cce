//! What hostile clients do to our server while two people talk.

use std::time::{Duration, Instant};

use msnp_core::Endpoint;
use msnp_server::{ChallengePolicy, Config, Refusal, ServerEvent};
use msnp_tokio::Options;

use crate::pair::talk_during;
use crate::service::{Service, account};
use crate::stranger::Stranger;

/// A server whose clients are not challenged: a bare socket does not answer.
fn config() -> Config {
    let mut config = Config::new([7; 32]);
    config.challenge = ChallengePolicy::Never;
    // Everybody is at one address here.
    config.limits.connections.strangers_of_one_address = 1_000;
    // Who floods is answered as fast as it goes.
    config.limits.connections.notification_commands = None;
    config
}

#[test]
fn two_hundred_who_say_one_byte_and_stop_are_sent_away_while_two_talk() {
    let deadline = Duration::from_secs(2);
    let mut config = config();
    config.limits.notification.sign_in = deadline;
    config.limits.switchboard.sign_in = deadline;
    let mut options = Options::default();
    options.http.receive = deadline;
    let service = Service::start(&[], config, options);
    talk_during(&service, |service| {
        let at = &service.addresses;
        let services = [&at.dispatch, &at.notification, &at.switchboard, &at.http];
        let mut slow = Vec::new();
        for number in 0..200 {
            let mut stranger = Stranger::connect(services[number % services.len()]);
            assert!(stranger.say("V"));
            slow.push(stranger);
        }
        let begun = Instant::now();
        for stranger in slow {
            stranger.last_words();
        }
        assert!(begun.elapsed() > deadline / 2, "they were sent away for another reason");
    });
    service.stop();
}

#[test]
fn twenty_five_who_flood_pings_are_answered_and_twenty_five_noisy_ones_closed_while_two_talk() {
    const PINGS: usize = 4000;
    let names: Vec<String> = (0..25).map(|number| format!("flood{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let service = Service::start(&names, config(), Options::default());
    talk_during(&service, |service| {
        std::thread::scope(|scope| {
            for name in &names {
                scope.spawn(move || {
                    let mut pinging = Stranger::sign_in(service, name);
                    // Says all before it reads anything.
                    assert!(pinging.say("PNG\r\n".repeat(PINGS)));
                    pinging.say("OUT\r\n");
                    let heard = pinging.last_words();
                    let answers = heard.lines().filter(|line| line.starts_with("QNG"));
                    assert_eq!(answers.count(), PINGS, "{name}");
                });
            }
            let at = &service.addresses;
            for to in [&at.dispatch, &at.notification, &at.switchboard].into_iter().cycle().take(25)
            {
                scope.spawn(move || noise(to));
            }
        });
    });
    service.stop();
}

/// Says 64 KiB that mean nothing, again and again.
fn noise(to: &Endpoint) {
    let noise: Vec<u8> =
        (0_u32..65_536).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    for _ in 0..20 {
        let mut stranger = Stranger::connect(to);
        stranger.say(&noise);
        stranger.last_words();
    }
}

#[test]
fn three_hundred_sign_ins_of_one_account_at_once_leave_one_of_them_while_two_talk() {
    let service = Service::start(&["carol"], config(), Options::default());
    talk_during(&service, |service| {
        let at = &service.addresses.notification;
        let mut storm: Vec<Stranger> = (0..300).map(|_| Stranger::connect(at)).collect();
        for stranger in &mut storm {
            stranger.ask_for_challenge("carol");
        }
        let responses: Vec<String> =
            storm.iter_mut().map(|stranger| stranger.response("carol")).collect();
        for (stranger, response) in storm.iter_mut().zip(responses) {
            assert!(stranger.say(response));
        }
        for stranger in &mut storm {
            stranger.line_with("USR 3 OK ");
            // All but one have been sent away by now, or will be.
            stranger.say("PNG\r\n");
        }
        let mut left = 0;
        for mut stranger in storm {
            loop {
                let line = stranger.line();
                if line == "OUT OTH" {
                    break;
                }
                if line.starts_with("QNG") {
                    // Answered before somebody else came, or nobody came any more.
                    stranger.say("CHG 9 NLN\r\n");
                }
                if line == "CHG 9 NLN" {
                    left += 1;
                    break;
                }
            }
        }
        assert_eq!(left, 1);
    });
    let carol = account("carol");
    let signed_in = service
        .count(|event| matches!(event, ServerEvent::SignedIn { account, .. } if *account == carol));
    let signed_out = service.count(
        |event| matches!(event, ServerEvent::SignedOut { account, .. } if *account == carol),
    );
    assert_eq!(signed_in, 300);
    assert!(signed_out >= 299, "{signed_out}");
    service.stop();
}

#[test]
fn a_thousand_guessed_cookies_open_no_room_while_two_talk() {
    let service = Service::start(&[], config(), Options::default());
    talk_during(&service, |service| {
        let at = &service.addresses.switchboard;
        for turn in 0..20 {
            let mut guessing: Vec<Stranger> = (0..50).map(|_| Stranger::connect(at)).collect();
            for (number, stranger) in guessing.iter_mut().enumerate() {
                let cookie = format!("17262740.{}.{}", turn * 50 + number, number * 7919);
                // Twenty at once: only the first is looked at.
                let guess = match number % 2 {
                    0 => format!("USR 1 alice@example.com {cookie}\r\n"),
                    _ => format!("ANS 1 bob@example.com {cookie} {}\r\n", turn + 1),
                };
                stranger.say(guess.repeat(20));
            }
            for stranger in guessing {
                assert_eq!(stranger.last_words(), "911 1\r\n");
            }
        }
    });
    let wrong = |event: &ServerEvent| {
        matches!(event, ServerEvent::Refused { why: Refusal::WrongCookie, .. })
    };
    assert_eq!(service.count(wrong), 1000);
    let opened = |event: &ServerEvent| matches!(event, ServerEvent::RoomOpened { .. });
    let entered = |event: &ServerEvent| matches!(event, ServerEvent::Entered { .. });
    assert_eq!([service.count(opened), service.count(entered)], [1, 1], "alice's, and bob in it");
    service.stop();
}

#[test]
fn a_member_that_never_reads_is_sent_away_and_the_room_goes_on_while_two_talk() {
    let service = Service::start(&["carol", "dave", "eve"], config(), Options::default());
    talk_during(&service, |service| {
        let mut mute = Stranger::sign_in(service, "carol");
        let mut dave = Stranger::sign_in(service, "dave");
        let mut eve = Stranger::sign_in(service, "eve");
        let at = &service.addresses.switchboard;
        dave.say("XFR 9 SB\r\n");
        let cookie = last_word(&dave.line_with("XFR 9 SB "));
        let mut room = Stranger::connect(at);
        room.say(format!("USR 1 dave@example.com {cookie}\r\n"));
        room.line_with("USR 1 OK ");
        let mut enter = |name: &str, at_home: &mut Stranger| {
            room.say(format!("CAL 2 {name}@example.com\r\n"));
            let ring = at_home.line_with("RNG ");
            let words: Vec<&str> = ring.split(' ').collect();
            let mut guest = Stranger::connect(at);
            guest.say(format!("ANS 1 {name}@example.com {} {}\r\n", words[4], words[1]));
            room.line_with(&format!("JOI {name}@example.com"));
            guest
        };
        let silent = enter("carol", &mut mute);
        let mut reading = enter("eve", &mut eve);
        reading.line_with("ANS 1 OK");

        let body = format!(
            "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{}\r\n",
            "x".repeat(1400)
        );
        let message = |id: usize| format!("MSG {id} A {}\r\n{body}", body.len());
        let mut sent = 0;
        // Eve hears each at once.
        let gone = loop {
            sent += 1;
            assert!(sent < 20_000, "carol may stay");
            assert!(room.say(message(sent)));
            reading.line_with("MSG dave@example.com");
            let line = room.line();
            if line.starts_with("BYE") {
                break line;
            }
        };
        assert_eq!(gone, "BYE carol@example.com");
        assert!(sent > 20, "{sent}: the room waits for carol");
        room.say(message(sent + 1));
        room.line_with(&format!("ACK {}", sent + 1));
        reading.line_with("MSG dave@example.com");
        drop(silent);
    });
    service.stop();
}

fn last_word(line: &str) -> String {
    line.rsplit(' ').next().unwrap().to_owned()
}
