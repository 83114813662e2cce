//! Links of the blocking driver, on loopback, with peers that behave badly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::as_conversions)]

#[path = "../../msnp-tokio/tests/toy/mod.rs"]
mod toy;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use msnp_blocking::{Driver, Gone, NotYet, Options};
use msnp_core::{
    AddressPolicy, Answer, Effect, Failure, LinkEnd, LinkId, ListenerId, Machine as _, Opened,
    Origin, Serves,
};
use toy::{Broken, Heard, Toy};

const LINK: LinkId = LinkId::new(1);
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(50);

fn event(driver: &mut Driver<Toy>) -> Heard {
    driver.next_within(LONG).expect("it takes too long").expect("it ended").expect("it failed")
}

/// A driver with one link, and its peer.
fn pair(mut toy: Toy, options: Options) -> (Driver<Toy>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    toy.connect(1, &listener.local_addr().unwrap().to_string(), Origin::Configured);
    let mut driver = Driver::builder(toy).options(options).build().unwrap();
    assert_eq!(event(&mut driver), Heard::Opened(LINK, Opened::Connected));
    let (peer, _) = listener.accept().unwrap();
    peer.set_read_timeout(Some(LONG)).unwrap();
    peer.set_nodelay(true).unwrap();
    (driver, peer)
}

fn echoing(line_count: usize, chunk: usize) {
    let toy = Toy { echoes: true, quiet: true, ..Toy::default() };
    let (mut driver, peer) = pair(toy, Options::default());
    let text: String = (0..line_count).map(|n| format!("line {n}\n")).collect();
    let (expected, mut writer, mut reader) = (text.clone(), peer.try_clone().unwrap(), peer);
    let sending = thread::spawn(move || {
        for part in text.as_bytes().chunks(chunk) {
            writer.write_all(part).unwrap();
        }
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let reading = thread::spawn(move || {
        let mut back = String::new();
        reader.read_to_string(&mut back).map(|_| back)
    });
    // What came before the end is answered although the peer has ended its side.
    assert_eq!(event(&mut driver), Heard::Closed(LINK, LinkEnd::Eof));
    drop(driver);
    sending.join().unwrap();
    assert!(reading.join().unwrap().unwrap() == expected);
}

#[test]
fn lines_cut_anywhere_come_back_whole() {
    echoing(50, 1);
    echoing(50, 3);
    echoing(200_000, 50_000);
}

#[test]
fn an_end_after_every_byte_leaves_no_doubt() {
    let text = b"one\ntwo\nthree\n";
    for cut in 0..=text.len() {
        let (mut driver, mut peer) = pair(Toy::default(), Options::default());
        peer.write_all(&text[..cut]).unwrap();
        drop(peer);
        let mut lines = 0;
        loop {
            match event(&mut driver) {
                Heard::Line(..) => lines += 1,
                Heard::Closed(LINK, LinkEnd::Eof) => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(lines, text[..cut].iter().filter(|b| **b == b'\n').count(), "{cut}");
    }
}

/// The system may tell of the connection, of what was said and of the end at one time.
#[test]
fn a_peer_that_is_gone_as_soon_as_it_was_there_is_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap().to_string();
    let rounds = 200;
    let peers = thread::spawn(move || {
        for _ in 0..rounds {
            listener.accept().unwrap().0.write_all(b"bye\n").unwrap();
        }
    });
    for _ in 0..rounds {
        let mut toy = Toy::default();
        toy.connect(1, &at, Origin::Configured);
        let mut driver = Driver::new(toy).unwrap();
        assert_eq!(event(&mut driver), Heard::Opened(LINK, Opened::Connected));
        assert!(matches!(event(&mut driver), Heard::Line(..)));
        assert_eq!(event(&mut driver), Heard::Closed(LINK, LinkEnd::Eof));
    }
    peers.join().unwrap();
}

#[test]
fn a_full_machine_gets_its_leftovers_again_even_from_a_silent_or_ended_peer() {
    for ended in [false, true] {
        let toy = Toy { room: Some(1), ..Toy::default() };
        let (mut driver, mut peer) = pair(toy, Options::default());
        peer.write_all(b"a\nb\nc\n").unwrap();
        if ended {
            peer.shutdown(Shutdown::Write).unwrap();
        }
        assert_eq!(event(&mut driver), Heard::Line(LINK, "a".into()));
        for line in ["b", "c"] {
            assert_eq!(driver.next_within(SHORT), Err(NotYet));
            driver.call(|toy, _| toy.resume(LINK, 1));
            assert_eq!(event(&mut driver), Heard::Line(LINK, line.into()));
        }
        driver.call(|toy, _| toy.resume(LINK, 1));
        drop(peer);
        assert_eq!(event(&mut driver), Heard::Closed(LINK, LinkEnd::Eof));
    }
}

#[test]
fn nothing_of_ended_peers_is_lost_where_one_takes_the_room_of_the_other() {
    let mut toy = Toy { room: Some(0), ..Toy::default() };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap().to_string();
    toy.connect(1, &at, Origin::Configured);
    toy.connect(2, &at, Origin::Configured);
    let mut driver = Driver::builder(toy).build().unwrap();
    for _ in 0..2 {
        assert!(matches!(event(&mut driver), Heard::Opened(..)));
        listener.accept().unwrap().0.write_all(b"a\nb\n").unwrap();
    }
    let (mut lines, mut closed) = (Vec::new(), 0);
    while closed < 2 {
        driver.call(|toy, _| [1, 2].map(|link| toy.resume(LinkId::new(link), 1)));
        while let Ok(next) = driver.next_within(SHORT) {
            match next.expect("it ended").expect("it failed") {
                Heard::Line(link, line) => lines.push((link.number(), line)),
                Heard::Closed(_, LinkEnd::Eof) => closed += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    lines.sort();
    assert_eq!(lines, [(1, "a"), (1, "b"), (2, "a"), (2, "b")].map(|(n, l)| (n, l.to_owned())));
}

#[test]
fn a_paused_link_is_not_read() {
    let (mut driver, mut peer) = pair(Toy::default(), Options::default());
    driver.call(|toy, _| toy.pause(LINK, true));
    peer.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    let flood = thread::spawn(move || {
        let mut sent = 0;
        while let Ok(n) = peer.write(&[b'x'; 65536]) {
            sent += n;
            assert!(sent < 64 << 20, "nothing stops the peer");
        }
    });
    while !flood.is_finished() {
        assert_eq!(driver.next_within(SHORT), Err(NotYet));
    }
    flood.join().unwrap();
}

#[test]
fn closing_sends_a_large_output_to_a_slow_reader_first() {
    let (mut driver, mut peer) = pair(Toy::default(), Options::default());
    let sent: Vec<u8> = (0..1_000_003_u32).map(|n| n as u8).collect();
    // What the peer still sends must not turn the end into a reset.
    peer.write_all(b"unread\n").unwrap();
    driver.call(|toy, _| {
        toy.send(LINK, &sent);
        toy.ask(Effect::Close { link: LINK });
        toy.end(Ok(()));
    });
    let reader = thread::spawn(move || {
        let (mut all, mut part) = (Vec::new(), vec![0; 1000]);
        loop {
            match peer.read(&mut part).unwrap() {
                0 => return all,
                n => all.extend_from_slice(&part[..n]),
            }
        }
    });
    assert_eq!(driver.next_within(LONG), Ok(None), "no link_closed follows a close");
    assert!(reader.join().unwrap() == sent);
}

#[test]
fn what_a_closed_link_can_send_no_more_is_not_kept() {
    let mut options = Options::default();
    options.write_timeout = Duration::from_millis(100);
    let (mut driver, peer) = pair(Toy::default(), options);
    driver.call(|toy, _| {
        toy.send(LINK, &vec![0; 16 << 20]);
        toy.ask(Effect::Close { link: LINK });
    });
    let mut waits = 0;
    while !driver.machine().output(LINK).is_empty() {
        assert!(driver.next_within(Duration::from_millis(20)).is_err());
        waits += 1;
        assert!(waits < 1000, "still kept");
    }
    drop(peer);
}

#[test]
fn a_peer_that_takes_nothing_loses_its_link() {
    let mut options = Options::default();
    options.write_timeout = Duration::from_millis(100);
    let (mut driver, peer) = pair(Toy::default(), options.clone());
    driver.call(|toy, _| toy.send(LINK, &vec![0; 16 << 20]));
    assert_eq!(event(&mut driver), Heard::Closed(LINK, LinkEnd::TimedOut));
    drop(peer);

    let (mut driver, peer) = pair(Toy::default(), options);
    driver.call(|toy, _| {
        toy.send(LINK, &vec![0; 16 << 20]);
        toy.end(Err(Broken));
    });
    assert_eq!(driver.next_within(LONG), Ok(Some(Err(Broken))));
    assert_eq!(driver.next(), None);
    drop(peer);
}

#[test]
fn connections_that_do_not_come_up_say_why() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut driver = Driver::new(Toy::default()).unwrap();
    for (to, origin) in [
        (closed.to_string(), Origin::Configured),
        ("no-such-host.invalid:1863".to_owned(), Origin::Configured),
        ("127.0.0.1:1863".to_owned(), Origin::Peer),
        ("localhost:1863".to_owned(), Origin::Peer),
    ] {
        driver.call(|toy, _| toy.connect(7, &to, origin));
        let end = Heard::Closed(LinkId::new(7), LinkEnd::Refused);
        assert_eq!(event(&mut driver), end, "{to}");
    }
}

#[test]
fn a_name_is_resolved_and_a_peer_may_give_it_where_the_options_allow_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = Options::default();
    options.addresses = AddressPolicy::allow_all();
    let mut driver = Driver::builder(Toy::default()).options(options).build().unwrap();
    let to = format!("localhost:{}", listener.local_addr().unwrap().port());
    driver.call(|toy, _| toy.connect(7, &to, Origin::Peer));
    assert_eq!(event(&mut driver), Heard::Opened(LinkId::new(7), Opened::Connected));
}

#[test]
fn the_deadline_is_kept_and_others_are_served_while_input_floods() {
    let toy = Toy { quiet: true, ..Toy::default() };
    let (mut driver, mut peer) = pair(toy, Options::default());
    let flood = thread::spawn(move || {
        let block = b"x\n".repeat(50_000);
        while peer.write_all(&block).is_ok() {}
    });
    driver.call(|toy, now| toy.deadline = Some(now.after(SHORT)));
    assert_eq!(event(&mut driver), Heard::Timeout);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap().to_string();
    driver.call(|toy, _| toy.connect(2, &to, Origin::Configured));
    assert_eq!(event(&mut driver), Heard::Opened(LinkId::new(2), Opened::Connected));
    let handle = driver.handle();
    let told = thread::spawn(move || {
        let bytes = handle.call(|toy, _| toy.bytes).unwrap();
        handle.tell(|toy, _| toy.end(Ok(()))).unwrap();
        bytes
    });
    assert_eq!(driver.next_within(LONG), Ok(None));
    assert!(told.join().unwrap() > 100_000);
    drop(driver);
    flood.join().unwrap();
}

#[test]
fn machines_that_take_nothing_or_too_much_do_no_harm() {
    let toy = Toy { stubborn: true, ..Toy::default() };
    let mut options = Options::default();
    options.leftover_limit = 100_000;
    let (mut driver, mut peer) = pair(toy, options);
    peer.write_all(b"hello\n").unwrap();
    assert_eq!(driver.next_within(Duration::from_millis(200)), Err(NotYet));
    assert!(driver.machine().offers < 10, "it spins: {}", driver.machine().offers);
    peer.write_all(&[0; 200_000]).unwrap();
    assert_eq!(event(&mut driver), Heard::Closed(LINK, LinkEnd::Reset));

    let toy = Toy { greedy: true, ..Toy::default() };
    let (mut driver, mut peer) = pair(toy, Options::default());
    peer.write_all(b"hello\n").unwrap();
    drop(peer);
    assert_eq!(event(&mut driver), Heard::Closed(LINK, LinkEnd::Eof));
    assert_eq!(driver.machine().bytes, 6);
}

#[test]
fn a_handle_wakes_a_waiting_driver_and_learns_of_its_end() {
    let (mut driver, mut peer) = pair(Toy::default(), Options::default());
    let handle = driver.handle();
    let other = thread::spawn(move || {
        handle.call(move |toy, _| toy.send(LINK, b"from elsewhere\n")).unwrap();
        let mut got = [0; 15];
        peer.read_exact(&mut got).unwrap();
        handle.tell(|toy, _| toy.end(Ok(()))).unwrap();
        while handle.call(|_, _| ()).is_ok() {}
        assert_eq!(handle.call(|_, _| ()), Err(Gone));
        // Not before: its end must not be news before the end of the machine.
        drop(peer);
        got
    });
    assert_eq!(driver.next(), None);
    assert_eq!(&other.join().unwrap(), b"from elsewhere\n");
}

#[test]
fn a_program_that_polls_loses_nothing_and_waits_for_nothing() {
    let (mut driver, mut peer) = pair(Toy::default(), Options::default());
    let writer = thread::spawn(move || {
        for n in 0..2000 {
            peer.write_all(format!("{n}\n").as_bytes()).unwrap();
        }
        peer
    });
    let mut heard = Vec::new();
    while heard.len() < 2000 {
        match driver.next_within(Duration::ZERO) {
            Ok(event) => heard.push(event.unwrap().unwrap()),
            Err(NotYet) => thread::yield_now(),
        }
    }
    let expected: Vec<_> = (0..2000).map(|n| Heard::Line(LINK, n.to_string())).collect();
    assert_eq!(heard, expected);
    drop(writer.join().unwrap());
}

#[test]
fn what_it_cannot_do_is_answered_as_unsupported() {
    let mut driver = Driver::new(Toy::default()).unwrap();
    let on: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let listen = Effect::Listen { listener: ListenerId::new(1), on, serves: Serves::Links };
    for (effect, answer) in [
        (listen, Answer::Listening(Err(Failure::Unsupported))),
        (Effect::Store(Vec::new()), Answer::Stored(Err(Failure::Unsupported))),
    ] {
        let id = driver.call(|toy, _| toy.ask(effect));
        assert_eq!(event(&mut driver), Heard::Answered(id, answer));
    }
}

#[test]
fn a_driver_can_move_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Driver::new(Toy::default()).unwrap());
}
