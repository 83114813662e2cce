//! What hostile servers do to our clients: each session ends, in time, and says how.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use msnp_client::ClientError;
use msnp_core::LinkEnd;
use msnp_session::{SessionError, SignOut, Step};

use crate::peer::{ANSWERS, Peer, answer_times, byte_by_byte, close_after, drip, until_closed};
use crate::session::{ANSWER, DRIVERS, Driver, SIGN_IN, Session, impatient, patient, run};

/// What the deadlines of a session may be late by on a busy machine.
const LATE: Duration = Duration::from_secs(4);

fn is_lost(error: &SessionError) -> bool {
    matches!(error, SessionError::LinkLost(LinkEnd::Eof | LinkEnd::Reset))
}

#[test]
fn a_server_that_reads_and_writes_one_byte_at_a_time_is_served_to_the_end() {
    for driver in DRIVERS {
        let peer = Peer::start(byte_by_byte);
        let session = run(driver, patient(&peer.address), true);
        assert!(session.signed_in, "{driver:?}: {session:?}");
        assert_eq!(session.end, Ok(()), "{driver:?}");
        let heard = peer.join();
        let commands: Vec<&str> =
            heard.lines().map(|line| line.split(' ').next().unwrap()).collect();
        let expected = ["VER", "INF", "USR", "USR", "SYN", "CHG", "CVR", "OUT"];
        assert_eq!(commands, expected, "{driver:?}");
    }
}

#[test]
fn a_server_that_closes_after_any_byte_of_the_sign_in_ends_the_session_at_once() {
    for driver in DRIVERS {
        let enough = 100_000;
        let peer = Peer::start(move |socket| close_after(socket, enough));
        let session = run(driver, patient(&peer.address), true);
        assert!(session.signed_in, "{driver:?}: {session:?}");
        let whole = enough - peer.join();
        assert!(whole > 150, "{whole}");

        for bytes in 0..=whole {
            let peer = Peer::start(move |socket| close_after(socket, bytes));
            // The default deadlines: it is the end of the connection that ends it.
            let session = run(driver, patient(&peer.address), false);
            assert_eq!(session.signed_in, bytes == whole, "{driver:?} {bytes}: {session:?}");
            match &session.end {
                Err(ClientError::SignIn { cause, .. }) if bytes < whole => {
                    assert!(is_lost(cause), "{driver:?} {bytes}: {session:?}");
                }
                Err(ClientError::SessionLost(cause)) if bytes == whole => {
                    assert!(is_lost(cause), "{driver:?} {bytes}: {session:?}");
                }
                _ => panic!("{driver:?} {bytes}: {session:?}"),
            }
            assert_eq!(peer.join(), 0, "{driver:?} {bytes}");
        }
    }
}

#[test]
fn a_server_that_never_reads_or_answers_is_given_up_at_each_step() {
    let steps = [
        Step::Version,
        Step::Information,
        Step::Account,
        Step::Password,
        Step::Lists,
        Step::FirstStatus,
        Step::Keepalive,
    ];
    assert_eq!(steps.len(), ANSWERS + 1);
    at_the_same_time(steps.into_iter().enumerate(), |driver, (answers, step)| {
        let (give_up, given_up) = std::sync::mpsc::channel::<()>();
        let peer = Peer::start(move |socket| {
            answer_times(&socket, answers);
            // Ends when the client has ended, and leaves the connection open till then.
            given_up.recv().unwrap_err();
        });
        let session = run(driver, impatient(&peer.address), false);
        drop(give_up);
        peer.join();
        let timed_out = SessionError::TimedOut { step };
        let expected = match step {
            Step::Keepalive => ClientError::SessionLost(timed_out),
            _ => ClientError::SignIn { step, cause: timed_out },
        };
        assert_eq!(session.end, Err(expected), "{driver:?}");
        assert!(session.took >= ANSWER && session.took < SIGN_IN + LATE, "{session:?}");
    });
}

#[test]
fn a_server_that_drips_one_byte_now_and_then_does_not_outlast_the_deadline() {
    let steps = (0..ANSWERS).flat_map(|answers| {
        // What is no answer, and the beginning of what might become one.
        ["VER 1 MSNP7", "MSG Hotmail Hotmail 400\r\n"].map(|begin| (answers, begin))
    });
    at_the_same_time(steps, |driver, (answers, begin)| {
        let peer = Peer::start(move |socket: TcpStream| {
            answer_times(&socket, answers);
            drip(&socket, begin)
        });
        let session = run(driver, impatient(&peer.address), false);
        let Err(ClientError::SignIn { cause, .. }) = &session.end else {
            panic!("{driver:?} {answers} {begin:?}: {session:?}")
        };
        let timed_out = matches!(cause, SessionError::TimedOut { .. });
        assert!(timed_out, "{driver:?} {answers} {begin:?}: {session:?}");
        assert!(session.took < SIGN_IN + LATE, "{driver:?} {answers} {begin:?}: {session:?}");
        assert!(peer.join() > 1, "{driver:?} {answers} {begin:?}: there was a drip");
    });
}

#[test]
fn garbage_instead_of_any_answer_ends_the_sign_in_with_an_error() {
    let garbage: [&[u8]; 9] = [
        b"\x16\x03\x01\x00\xff\xfe\x00\n\x80\n",
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"MSG Hotmail Hotmail -1\r\n",
        b"MSG Hotmail Hotmail 99999999999999999999\r\n",
        b"SYN 5 9 99999999 99999999\r\nLST 5 FL 9 1 9\r\n",
        b"USR 4 OK\r\nVER\r\nCHG\r\nXFR 1 NS\r\n",
        b"\0\0\0\0\0\0\0\0",
        b"USR 99 OK alice@example.com Alice 1\r\n",
    ];
    let cases = (0..ANSWERS).flat_map(|answers| garbage.map(|garbage| (answers, garbage)));
    at_the_same_time(cases, |driver, (answers, garbage)| {
        let peer = Peer::start(move |socket| {
            answer_times(&socket, answers);
            (&socket).write_all(garbage).unwrap();
            until_closed(&socket);
        });
        let session = run(driver, impatient(&peer.address), false);
        let what = garbage.escape_ascii();
        let ended = matches!(session.end, Err(ClientError::SignIn { .. }));
        assert!(ended && !session.signed_in, "{driver:?} {answers} {what}: {session:?}");
        assert!(session.took < SIGN_IN + LATE, "{driver:?} {answers} {what}: {session:?}");
        peer.join();
    });
}

/// What floods, and whether only a deadline can end it.
const FLOODS: [(&str, bool); 5] = [
    ("\x07\x07\x07\x07\x07\x07\x07\x07", false),
    ("XYZ 1 2\r\n", false),
    ("NLN NLN bob@example.com Bob\r\n", true),
    ("MSG Hotmail Hotmail 30\r\nContent-Type: text/unknown\r\n\r\n", true),
    ("LST 5 FL 9 1 1 bob@example.com Bob 0\r\n", true),
];

#[test]
fn an_endless_flood_instead_of_the_answer_does_not_outlast_the_deadline() {
    at_the_same_time(FLOODS.into_iter(), |driver, (what, _)| {
        let session = flooded(driver, 1, what);
        let ended = matches!(session.end, Err(ClientError::SignIn { .. }));
        assert!(ended && !session.signed_in, "{driver:?} {what:?}: {session:?}");
        assert!(session.took < SIGN_IN + LATE, "{driver:?} {what:?}: {session:?}");
    });
}

#[test]
fn an_endless_flood_without_an_answer_to_the_keepalive_ends_the_session() {
    at_the_same_time(FLOODS.into_iter(), |driver, (what, readable)| {
        let session = flooded(driver, ANSWERS, what);
        assert!(session.signed_in, "{driver:?} {what:?}: {session:?}");
        let Err(ClientError::SessionLost(cause)) = &session.end else {
            panic!("{driver:?} {what:?}: {session:?}")
        };
        let timed_out = *cause == SessionError::TimedOut { step: Step::Keepalive };
        assert!(timed_out || !readable, "{driver:?} {what:?}: {session:?}");
        assert!(session.took < SIGN_IN + ANSWER + LATE, "{driver:?} {what:?}: {session:?}");
    });
}

#[test]
fn a_burst_that_comes_faster_than_it_is_heard_is_heard_to_its_end() {
    at_the_same_time([4_000, 200_000].into_iter(), |driver, lines| {
        let peer = Peer::start(move |socket: TcpStream| {
            answer_times(&socket, ANSWERS);
            let burst = "NLN NLN bob@example.com Bob\r\n".repeat(lines);
            let said = (&socket).write_all(burst.as_bytes());
            said.and_then(|()| (&socket).write_all(b"OUT SSD\r\n")).unwrap();
            until_closed(&socket);
        });
        let session = run(driver, patient(&peer.address), false);
        peer.join();
        let told = Err(ClientError::SignedOut(SignOut::ServerDown));
        assert_eq!(session.end, told, "{driver:?} {lines}");
    });
}

/// A session with a server that answers so often, and then says this as long as it is heard.
fn flooded(driver: Driver, answers: usize, what: &'static str) -> Session {
    let peer = Peer::start(move |socket: TcpStream| {
        answer_times(&socket, answers);
        let flood = what.repeat(200);
        while (&socket).write_all(flood.as_bytes()).is_ok() {}
    });
    let session = run(driver, impatient(&peer.address), false);
    peer.join();
    session
}

/// Each case under each driver; most of them wait.
fn at_the_same_time<C: Copy + Send>(
    cases: impl Iterator<Item = C>,
    try_one: impl Fn(Driver, C) + Sync,
) {
    let try_one = &try_one;
    std::thread::scope(|scope| {
        for case in cases {
            for driver in DRIVERS {
                scope.spawn(move || try_one(driver, case));
            }
        }
    });
}
