//! Links of the tokio driver, on loopback, with peers that behave badly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::as_conversions)]

mod toy;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use msnp_core::example::{Echo, EchoError};
use msnp_core::{
    AddressPolicy, Answer, Effect, EffectId, Failure, LinkEnd, LinkId, ListenerId, Machine, Now,
    Opened, Origin, Output, Serves,
};
use msnp_tokio::{Driver, Gone, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use toy::{Broken, Heard, Toy};

const LISTENER: ListenerId = ListenerId::new(1);

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("it takes too long")
}

async fn event(driver: &mut Driver<Toy>) -> Heard {
    within(driver.next()).await.expect("it ended").expect("it failed")
}

fn any_port() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

async fn listening(toy: Toy, options: Options) -> (Driver<Toy>, SocketAddr) {
    let mut driver = Driver::builder(toy).options(options).build();
    driver.call(|toy, _| {
        toy.ask(Effect::Listen { listener: LISTENER, on: any_port(), serves: Serves::Links })
    });
    match event(&mut driver).await {
        Heard::Answered(_, Answer::Listening(Ok(at))) => (driver, at),
        other => panic!("{other:?}"),
    }
}

/// A driver with one accepted link, and its peer.
async fn pair(toy: Toy, options: Options) -> (Driver<Toy>, LinkId, TcpStream) {
    let (mut driver, at) = listening(toy, options).await;
    let peer = TcpStream::connect(at).await.unwrap();
    match event(&mut driver).await {
        Heard::Opened(link, Opened::Accepted { listener: LISTENER, .. }) => (driver, link, peer),
        other => panic!("{other:?}"),
    }
}

async fn echoing(line_count: usize, chunk: usize) {
    let toy = Toy { echoes: true, quiet: true, ..Toy::default() };
    let (mut driver, link, mut peer) = pair(toy, Options::default()).await;
    let text: String = (0..line_count).map(|n| format!("line {n}\n")).collect();
    let expected = text.clone();
    let client = tokio::spawn(async move {
        for part in text.as_bytes().chunks(chunk) {
            peer.write_all(part).await.unwrap();
            tokio::task::yield_now().await;
        }
        peer.shutdown().await.unwrap();
        let mut back = String::new();
        peer.read_to_string(&mut back).await.map(|_| back)
    });
    // What came before the end is answered although the peer has ended its side.
    assert_eq!(event(&mut driver).await, Heard::Closed(link, LinkEnd::Eof));
    drop(driver);
    assert_eq!(within(client).await.unwrap().unwrap(), expected);
}

#[tokio::test]
async fn lines_cut_anywhere_come_back_whole() {
    echoing(50, 1).await;
    echoing(50, 3).await;
    echoing(20_000, 5000).await;
}

#[tokio::test]
async fn an_end_after_every_byte_leaves_no_doubt() {
    let text = b"one\ntwo\nthree\n";
    for cut in 0..=text.len() {
        let (mut driver, link, mut peer) = pair(Toy::default(), Options::default()).await;
        peer.write_all(&text[..cut]).await.unwrap();
        drop(peer);
        let mut lines = 0;
        loop {
            match event(&mut driver).await {
                Heard::Line(..) => lines += 1,
                Heard::Closed(closed, LinkEnd::Eof) if closed == link => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(lines, text[..cut].iter().filter(|b| **b == b'\n').count(), "{cut}");
    }
}

#[tokio::test]
async fn a_full_machine_gets_its_leftovers_again_even_from_a_silent_or_ended_peer() {
    for ended in [false, true] {
        let toy = Toy { room: Some(1), ..Toy::default() };
        let (mut driver, link, mut peer) = pair(toy, Options::default()).await;
        peer.write_all(b"a\nb\nc\n").await.unwrap();
        if ended {
            peer.shutdown().await.unwrap();
        }
        assert_eq!(event(&mut driver).await, Heard::Line(link, "a".into()));
        for line in ["b", "c"] {
            let nothing = tokio::time::timeout(Duration::from_millis(50), driver.next()).await;
            assert!(nothing.is_err(), "{nothing:?}");
            driver.call(|toy, _| toy.resume(link, 1));
            assert_eq!(event(&mut driver).await, Heard::Line(link, line.into()));
        }
        driver.call(|toy, _| toy.resume(link, 1));
        drop(peer);
        assert_eq!(event(&mut driver).await, Heard::Closed(link, LinkEnd::Eof));
    }
}

#[tokio::test]
async fn nothing_of_ended_peers_is_lost_where_one_takes_the_room_of_the_other() {
    let toy = Toy { room: Some(0), ..Toy::default() };
    let (mut driver, at) = listening(toy, Options::default()).await;
    let mut links = Vec::new();
    for _ in 0..2 {
        TcpStream::connect(at).await.unwrap().write_all(b"a\nb\n").await.unwrap();
        match event(&mut driver).await {
            Heard::Opened(link, _) => links.push(link),
            other => panic!("{other:?}"),
        }
    }
    let (mut lines, mut closed) = (Vec::new(), 0);
    let short = Duration::from_millis(50);
    while closed < 2 {
        driver.call(|toy, _| links.iter().for_each(|link| toy.resume(*link, 1)));
        while let Ok(next) = tokio::time::timeout(short, driver.next()).await {
            match next.expect("it ended").expect("it failed") {
                Heard::Line(link, line) => lines.push((link, line)),
                Heard::Closed(_, LinkEnd::Eof) => closed += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    lines.sort();
    let all = links.iter().flat_map(|link| ["a", "b"].map(|line| (*link, line.to_owned())));
    assert_eq!(lines, all.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_paused_link_is_not_read() {
    let (mut driver, link, mut peer) = pair(Toy::default(), Options::default()).await;
    driver.call(|toy, _| toy.pause(link, true));
    let flood = tokio::spawn(async move {
        let mut sent = 0;
        while let Ok(Ok(n)) =
            tokio::time::timeout(Duration::from_millis(300), peer.write(&[b'x'; 65536])).await
        {
            sent += n;
            assert!(sent < 64 << 20, "nothing stops the peer");
        }
    });
    tokio::select! {
        event = driver.next() => panic!("{event:?}"),
        ended = flood => ended.unwrap(),
    }
}

#[tokio::test]
async fn closing_sends_a_large_output_to_a_slow_reader_first() {
    let (mut driver, link, mut peer) = pair(Toy::default(), Options::default()).await;
    let sent: Vec<u8> = (0..1_000_003_u32).map(|n| n as u8).collect();
    // What the peer still sends must not turn the end into a reset.
    peer.write_all(b"unread\n").await.unwrap();
    driver.call(|toy, _| {
        toy.send(link, &sent);
        toy.ask(Effect::Close { link });
        toy.end(Ok(()));
    });
    let reader = tokio::spawn(async move {
        let (mut all, mut part) = (Vec::new(), vec![0; 10_000]);
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            match peer.read(&mut part).await.unwrap() {
                0 => return all,
                n => all.extend_from_slice(&part[..n]),
            }
        }
    });
    assert!(within(driver.next()).await.is_none(), "no link_closed follows a close");
    assert!(within(reader).await.unwrap() == sent);
}

#[tokio::test]
async fn what_a_closed_link_can_send_no_more_is_not_kept() {
    let mut options = Options::default();
    options.write_timeout = Duration::from_millis(100);
    let (mut driver, link, peer) = pair(Toy::default(), options).await;
    driver.call(|toy, _| {
        toy.send(link, &vec![0; 16 << 20]);
        toy.ask(Effect::Close { link });
    });
    within(async {
        while !driver.machine().output(link).is_empty() {
            let _ = tokio::time::timeout(Duration::from_millis(20), driver.next()).await;
        }
    })
    .await;
    drop(peer);
}

#[tokio::test]
async fn a_peer_that_takes_nothing_loses_its_link() {
    let mut options = Options::default();
    options.write_timeout = Duration::from_millis(100);
    let (mut driver, link, peer) = pair(Toy::default(), options).await;
    driver.call(|toy, _| toy.send(link, &vec![0; 16 << 20]));
    assert_eq!(event(&mut driver).await, Heard::Closed(link, LinkEnd::TimedOut));
    drop(peer);
}

#[tokio::test]
async fn a_machine_that_ends_is_not_held_up_by_a_peer_that_takes_nothing() {
    let mut options = Options::default();
    options.write_timeout = Duration::from_millis(100);
    let (mut driver, link, peer) = pair(Toy::default(), options).await;
    driver.call(|toy, _| {
        toy.send(link, &vec![0; 16 << 20]);
        toy.end(Err(Broken));
    });
    assert_eq!(within(driver.next()).await, Some(Err(Broken)));
    assert_eq!(within(driver.next()).await, None);
    drop(peer);
}

#[tokio::test]
async fn connections_that_do_not_come_up_say_why() {
    let closed = TcpListener::bind(any_port()).await.unwrap().local_addr().unwrap();
    let mut driver = Driver::new(Toy::default());
    for (to, origin) in [
        (closed.to_string(), Origin::Configured),
        ("no-such-host.invalid:1863".to_owned(), Origin::Configured),
        ("127.0.0.1:1863".to_owned(), Origin::Peer),
        ("localhost:1863".to_owned(), Origin::Peer),
    ] {
        driver.call(|toy, _| toy.connect(7, &to, origin));
        let end = Heard::Closed(LinkId::new(7), LinkEnd::Refused);
        assert_eq!(event(&mut driver).await, end, "{to}");
    }
}

#[tokio::test]
async fn a_peer_may_name_this_machine_where_the_options_allow_it() {
    let listener = TcpListener::bind(any_port()).await.unwrap();
    let at = listener.local_addr().unwrap();
    let mut options = Options::default();
    options.addresses = AddressPolicy::allow_all();
    let mut driver = Driver::builder(Toy::default()).options(options).build();
    driver.call(|toy, _| toy.connect(7, &at.to_string(), Origin::Peer));
    assert_eq!(event(&mut driver).await, Heard::Opened(LinkId::new(7), Opened::Connected));
}

#[tokio::test]
async fn the_deadline_is_kept_and_others_are_served_while_input_floods() {
    let toy = Toy { quiet: true, ..Toy::default() };
    let (mut driver, at) = listening(toy, Options::default()).await;
    let flood = std::thread::spawn(move || {
        use std::io::Write;
        let mut peer = std::net::TcpStream::connect(at).unwrap();
        let block = b"x\n".repeat(50_000);
        while peer.write_all(&block).is_ok() {}
    });
    assert!(matches!(event(&mut driver).await, Heard::Opened(..)));
    driver.call(|toy, now| toy.deadline = Some(now.after(Duration::from_millis(50))));
    assert_eq!(event(&mut driver).await, Heard::Timeout);
    let late = TcpStream::connect(at).await.unwrap();
    assert!(matches!(event(&mut driver).await, Heard::Opened(..)));
    let handle = driver.handle();
    let told = tokio::spawn(async move { handle.call(|toy, _| toy.bytes).await });
    let bytes = tokio::select! {
        event = driver.next() => panic!("{event:?}"),
        bytes = told => bytes.unwrap().unwrap(),
    };
    assert!(bytes > 100_000, "{bytes}");
    drop((driver, late));
    flood.join().unwrap();
}

#[tokio::test]
async fn a_deadline_that_comes_nearer_while_it_is_waited_for_is_kept() {
    let (mut driver, _) = listening(Toy::default(), Options::default()).await;
    driver.call(|toy, now| toy.deadline = Some(now.after(Duration::from_secs(3600))));
    let waited = tokio::time::timeout(Duration::from_millis(20), driver.next()).await;
    assert!(waited.is_err(), "{waited:?}");
    driver.call(|toy, now| toy.deadline = Some(now.after(Duration::from_millis(20))));
    assert_eq!(event(&mut driver).await, Heard::Timeout);
}

#[tokio::test]
async fn a_deadline_that_stays_in_the_past_does_not_hold_up_the_rest() {
    struct Stuck(Toy);
    impl Machine for Stuck {
        type Event = Heard;
        type Error = Broken;
        fn link_opened(&mut self, now: Now, link: LinkId, how: Opened) {
            self.0.link_opened(now, link, how);
        }
        fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize {
            self.0.input(now, link, bytes)
        }
        fn link_closed(&mut self, now: Now, link: LinkId, why: LinkEnd) {
            self.0.link_closed(now, link, why);
        }
        fn answer(&mut self, _: Now, _: EffectId, _: Answer) {}
        fn timeout(&mut self, _: Now) {
            self.0.timeouts += 1;
        }
        fn poll(&mut self) -> Output<Heard, Broken> {
            match self.0.poll() {
                Output::Wait { .. } => Output::Wait { deadline: Some(Duration::ZERO) },
                other => other,
            }
        }
        fn output(&self, link: LinkId) -> &[u8] {
            self.0.output(link)
        }
        fn written(&mut self, now: Now, link: LinkId, n: usize) {
            self.0.written(now, link, n);
        }
    }
    let mut driver = Driver::new(Stuck(Toy::default()));
    let handle = driver.handle();
    let asking = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        handle.call(|stuck, _| stuck.0.timeouts).await
    });
    let timeouts = tokio::select! {
        _ = driver.next() => panic!("it has nothing to say"),
        timeouts = within(asking) => timeouts.unwrap().unwrap(),
    };
    assert!(timeouts < 5000, "it spins: {timeouts}");
}

#[tokio::test]
async fn machines_that_take_nothing_or_too_much_do_no_harm() {
    let toy = Toy { stubborn: true, ..Toy::default() };
    let mut options = Options::default();
    options.leftover_limit = 100_000;
    let (mut driver, link, mut peer) = pair(toy, options).await;
    peer.write_all(b"hello\n").await.unwrap();
    let nothing = tokio::time::timeout(Duration::from_millis(200), driver.next()).await;
    assert!(nothing.is_err());
    assert!(driver.machine().offers < 10, "it spins: {}", driver.machine().offers);
    peer.write_all(&[0; 200_000]).await.unwrap();
    assert_eq!(event(&mut driver).await, Heard::Closed(link, LinkEnd::Reset));

    let toy = Toy { greedy: true, ..Toy::default() };
    let (mut driver, link, mut peer) = pair(toy, Options::default()).await;
    peer.write_all(b"hello\n").await.unwrap();
    drop(peer);
    assert_eq!(event(&mut driver).await, Heard::Closed(link, LinkEnd::Eof));
    assert_eq!(driver.machine().bytes, 6);
}

#[tokio::test]
async fn a_handle_wakes_a_waiting_driver_and_learns_of_its_end() {
    let (mut driver, link, mut peer) = pair(Toy::default(), Options::default()).await;
    let handle = driver.handle();
    let other = tokio::spawn(async move {
        handle.call(move |toy, _| toy.send(link, b"from elsewhere\n")).await.unwrap();
        let mut got = [0; 15];
        peer.read_exact(&mut got).await.unwrap();
        handle.tell(|toy, _| toy.end(Ok(()))).await.unwrap();
        while handle.call(|_, _| ()).await.is_ok() {}
        assert_eq!(handle.call(|_, _| ()).await, Err(Gone));
        // Not before: its end must not be news before the end of the machine.
        drop(peer);
        got
    });
    assert!(within(driver.next()).await.is_none());
    assert_eq!(&within(other).await.unwrap(), b"from elsewhere\n");
}

#[tokio::test]
async fn dropping_next_a_thousand_times_loses_nothing() {
    let (mut driver, link, mut peer) = pair(Toy::default(), Options::default()).await;
    let handle = driver.handle();
    let writer = tokio::spawn(async move {
        for n in 0..500 {
            peer.write_all(format!("{n}\n").as_bytes()).await.unwrap();
            handle.tell(|toy, _| toy.bytes += 1_000_000).await.unwrap();
            tokio::task::yield_now().await;
        }
        peer
    });
    let (mut heard, mut dropped) = (Vec::new(), 0);
    while heard.len() < 500 || dropped < 1000 {
        tokio::select! {
            event = driver.next() => heard.push(event.unwrap().unwrap()),
            () = tokio::task::yield_now() => dropped += 1,
        }
    }
    let expected: Vec<_> = (0..500).map(|n| Heard::Line(link, n.to_string())).collect();
    assert_eq!(heard, expected);
    let _peer = within(writer).await.unwrap();
    let calls = driver.machine().bytes / 1_000_000;
    assert!(calls > 400, "{calls}");
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let mut options = Options::default();
    options.connections = 1;
    let (mut driver, link, first) = pair(Toy::default(), options).await;
    let at = first.peer_addr().unwrap();
    let second = tokio::spawn(async move {
        let mut second = TcpStream::connect(at).await.unwrap();
        second.read(&mut [0; 1]).await.map_or(0, |n| n)
    });
    let read = tokio::select! {
        event = driver.next() => panic!("{event:?}"),
        read = within(second) => read.unwrap(),
    };
    assert_eq!((read, driver.turned_away()), (0, 1));
    drop(first);
    assert_eq!(event(&mut driver).await, Heard::Closed(link, LinkEnd::Eof));
    let _third = TcpStream::connect(at).await.unwrap();
    assert!(matches!(event(&mut driver).await, Heard::Opened(..)));
    assert_eq!(driver.turned_away(), 1);
}

#[tokio::test]
async fn what_nobody_performs_is_answered_as_unsupported() {
    let mut driver = Driver::new(Toy::default());
    let id = driver.call(|toy, _| toy.ask(Effect::Store(Vec::new())));
    let answer = Answer::Stored(Err(Failure::Unsupported));
    assert_eq!(event(&mut driver).await, Heard::Answered(id, answer));
}

#[tokio::test]
async fn an_address_in_use_is_refused() {
    let taken = TcpListener::bind(any_port()).await.unwrap();
    let on = taken.local_addr().unwrap();
    let mut driver = Driver::new(Toy::default());
    let id = driver
        .call(|toy, _| toy.ask(Effect::Listen { listener: LISTENER, on, serves: Serves::Links }));
    let answer = Answer::Listening(Err(Failure::Refused));
    assert_eq!(event(&mut driver).await, Heard::Answered(id, answer));
}

/// The example machine, with the wish for its one link in front.
struct Dialling {
    echo: Echo,
    to: Option<SocketAddr>,
}

impl Machine for Dialling {
    type Event = String;
    type Error = EchoError;
    fn link_opened(&mut self, now: Now, link: LinkId, how: Opened) {
        self.echo.link_opened(now, link, how);
    }
    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize {
        self.echo.input(now, link, bytes)
    }
    fn link_closed(&mut self, now: Now, link: LinkId, why: LinkEnd) {
        self.echo.link_closed(now, link, why);
    }
    fn answer(&mut self, now: Now, effect: EffectId, answer: Answer) {
        self.echo.answer(now, effect, answer);
    }
    fn timeout(&mut self, now: Now) {
        self.echo.timeout(now);
    }
    fn poll(&mut self) -> Output<String, EchoError> {
        match self.to.take() {
            Some(to) => Output::Effect(
                EffectId::new(1),
                Effect::Connect { link: LinkId::new(1), to: to.into(), origin: Origin::Configured },
            ),
            None => self.echo.poll(),
        }
    }
    fn output(&self, link: LinkId) -> &[u8] {
        self.echo.output(link)
    }
    fn written(&mut self, now: Now, link: LinkId, n: usize) {
        self.echo.written(now, link, n);
    }
}

#[tokio::test]
async fn the_example_machine_answers_before_its_event_is_shown_and_says_goodbye() {
    let listener = TcpListener::bind(any_port()).await.unwrap();
    let echo = Dialling { echo: Echo::new(), to: Some(listener.local_addr().unwrap()) };
    let mut driver = Driver::new(echo);
    let (event, mut peer) = within(async {
        tokio::join!(driver.next(), async {
            let (mut peer, _) = listener.accept().await.unwrap();
            peer.write_all(b"hello\n").await.unwrap();
            peer
        })
    })
    .await;
    assert_eq!(event, Some(Ok("hello".to_owned())));
    // Nobody polls the driver now.
    let mut answer = [0; 6];
    within(peer.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"hello\n");
    peer.write_all(b"quit\n").await.unwrap();
    let mut goodbye = String::new();
    let (end, _) = within(async {
        tokio::join!(driver.next(), async {
            peer.read_to_string(&mut goodbye).await.unwrap();
            drop(peer);
        })
    })
    .await;
    assert_eq!((end, goodbye.as_str()), (None, "bye\n"));
}

#[test]
fn a_driver_can_move_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Driver::new(Echo::new()));
}
