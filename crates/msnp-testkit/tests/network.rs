//! Machines in memory, on virtual time.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use msnp_core::example::{Echo, EchoError, Say};
use msnp_core::{
    Answer, Effect, EffectId, Failure, HttpRequest, HttpResponse, LinkEnd, LinkId, ListenerId,
    Machine, Now, Opened, Origin, Output, Outputs, RequestId, Serves,
};
use msnp_testkit::{Conditions, Cuts, Network, Performed, Stalls};

/// A peer that does what a test tells it, and takes whole blocks of `block` bytes.
struct Puppet {
    outputs: Outputs<Seen, Infallible>,
    unsent: BTreeMap<LinkId, Vec<u8>>,
    dirty: BTreeSet<LinkId>,
    reads: bool,
    block: usize,
    deadline: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Up(LinkId),
    Bytes(Vec<u8>),
    Gone(LinkEnd),
    Answer(Answer),
    Request(RequestId, String, Vec<(String, String)>),
    Timeout,
}

impl Puppet {
    fn new(block: usize) -> Self {
        Self {
            outputs: Outputs::new(),
            unsent: BTreeMap::new(),
            dirty: BTreeSet::new(),
            reads: true,
            block,
            deadline: None,
        }
    }

    fn touch(&mut self, link: LinkId) {
        if self.dirty.insert(link) {
            self.outputs.dirty(link);
        }
    }

    fn send(&mut self, link: LinkId, bytes: &[u8]) {
        self.unsent.entry(link).or_default().extend_from_slice(bytes);
        self.touch(link);
    }

    fn read(&mut self, link: LinkId, reads: bool) {
        self.reads = reads;
        self.touch(link);
    }

    fn ask(&mut self, effect: Effect) {
        self.outputs.effect(effect);
    }

    fn connect(&mut self, link: u64, to: &str) {
        let (link, to) = (LinkId::new(link), to.parse().unwrap());
        self.ask(Effect::Connect { link, to, origin: Origin::Configured });
    }

    fn listen(&mut self, on: &str, serves: Serves) {
        let on = on.parse().unwrap();
        self.ask(Effect::Listen { listener: ListenerId::new(1), on, serves });
    }
}

impl Machine for Puppet {
    type Event = Seen;
    type Error = Infallible;

    fn link_opened(&mut self, _: Now, link: LinkId, _: Opened) {
        self.outputs.event(Seen::Up(link));
        self.touch(link);
    }

    fn input(&mut self, _: Now, _: LinkId, bytes: &[u8]) -> usize {
        if !self.reads || bytes.len() < self.block {
            return 0;
        }
        self.outputs.event(Seen::Bytes(bytes[..self.block].to_vec()));
        self.block
    }

    fn link_closed(&mut self, _: Now, link: LinkId, why: LinkEnd) {
        self.unsent.remove(&link);
        self.outputs.event(Seen::Gone(why));
    }

    fn answer(&mut self, _: Now, _: EffectId, answer: Answer) {
        self.outputs.event(Seen::Answer(answer));
    }

    fn request(&mut self, _: Now, _: ListenerId, id: RequestId, request: HttpRequest) {
        self.outputs.event(Seen::Request(id, request.url, request.headers));
    }

    fn timeout(&mut self, now: Now) {
        if self.deadline.is_some_and(|at| at <= now.monotonic) {
            self.deadline = None;
            self.outputs.event(Seen::Timeout);
        }
    }

    fn poll(&mut self) -> Output<Seen, Infallible> {
        if let Some(link) = self.outputs.next_dirty() {
            self.dirty.remove(&link);
            let writes = !self.output(link).is_empty();
            return Output::Link { link, reads: self.reads, writes };
        }
        self.outputs.next(self.deadline)
    }

    fn output(&self, link: LinkId) -> &[u8] {
        self.unsent.get(&link).map(Vec::as_slice).unwrap_or_default()
    }

    fn written(&mut self, _: Now, link: LinkId, n: usize) {
        if let Some(unsent) = self.unsent.get_mut(&link) {
            unsent.drain(..n);
            self.touch(link);
        }
    }
}

const LINK: LinkId = LinkId::new(1);
const ACCEPTED: LinkId = LinkId::new(LinkId::FIRST_ACCEPTED);

fn seen(network: &Network, host: msnp_testkit::HostId<Puppet>) -> Vec<Seen> {
    network.events(host).iter().map(|(_, event)| event.clone()).collect()
}

fn bytes(network: &Network, host: msnp_testkit::HostId<Puppet>) -> Vec<u8> {
    let bytes = |(_, event): &(Duration, Seen)| match event {
        Seen::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    };
    network.events(host).iter().filter_map(bytes).flatten().collect()
}

/// Alice is connected to bob, who listens.
fn pair(
    network: &mut Network,
    block: usize,
) -> (msnp_testkit::HostId<Puppet>, msnp_testkit::HostId<Puppet>) {
    let alice = network.add("alice", Puppet::new(block));
    let bob = network.add("bob", Puppet::new(block));
    network.call(bob, |bob, _| bob.listen("127.0.0.1:1863", Serves::Links));
    network.call(alice, |alice, _| alice.connect(1, "127.0.0.1:1863"));
    network.settle();
    network.take_events(alice);
    network.take_events(bob);
    (alice, bob)
}

fn conditions(cuts: Cuts) -> Conditions {
    Conditions { cuts, ..Conditions::default() }
}

#[test]
fn a_connection_comes_up_after_one_way_here_and_two_there() {
    let latency = Duration::from_millis(30);
    let mut network = Network::with_conditions(1, Conditions { latency, ..Conditions::default() });
    network.name("messenger.example.com", IpAddr::V4(Ipv4Addr::LOCALHOST));
    let alice = network.add("alice", Puppet::new(1));
    let bob = network.add("bob", Puppet::new(1));
    network.call(bob, |bob, _| bob.listen("0.0.0.0:1863", Serves::Links));
    network.call(alice, |alice, _| alice.connect(1, "Messenger.Example.com"));
    network.settle();
    let listening = Answer::Listening(Ok("0.0.0.0:1863".parse().unwrap()));
    assert_eq!(
        network.events(bob),
        [(Duration::ZERO, Seen::Answer(listening)), (latency, Seen::Up(ACCEPTED))]
    );
    assert_eq!(network.events(alice), [(2 * latency, Seen::Up(LINK))]);
    assert_eq!((network.links(alice), network.links(bob)), (vec![LINK], vec![ACCEPTED]));
}

#[test]
fn a_connection_to_nobody_is_refused_and_one_given_up_disturbs_nobody() {
    let mut network = Network::new(1);
    let (alice, bob) = pair(&mut network, 1);
    network.call(alice, |alice, _| alice.connect(2, "127.0.0.1:1864"));
    network.call(alice, |alice, _| alice.connect(3, "nowhere.example.com"));
    network.call(alice, |alice, _| {
        alice.connect(4, "127.0.0.1:1863");
        alice.ask(Effect::Close { link: LinkId::new(4) });
    });
    network.settle();
    assert_eq!(seen(&network, alice), [Seen::Gone(LinkEnd::Refused), Seen::Gone(LinkEnd::Refused)]);
    assert_eq!(seen(&network, bob), []);
}

#[test]
fn port_0_becomes_a_port_of_its_own_and_one_in_use_is_refused() {
    let mut network = Network::new(1);
    let host = network.add("host", Puppet::new(1));
    for on in ["127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:80", "127.0.0.1:80"] {
        network.call(host, |host, _| host.listen(on, Serves::Links));
    }
    network.settle();
    let ports: Vec<_> = seen(&network, host)
        .into_iter()
        .map(|seen| match seen {
            Seen::Answer(Answer::Listening(on)) => on.map(|on: SocketAddr| on.port()),
            other => panic!("{other:?}"),
        })
        .collect();
    let [Ok(one), Ok(other), Ok(80), Err(Failure::Refused)] = ports[..] else {
        panic!("{ports:?}")
    };
    assert!(one != 0 && other != 0 && one != other);
}

#[test]
fn however_it_is_cut_the_same_bytes_arrive_in_order() {
    let text: Vec<u8> = (0..3000_u32).flat_map(|n| n.to_be_bytes()).collect();
    for cuts in [Cuts::Whole, Cuts::Bytewise, Cuts::Random] {
        for seed in 0..10 {
            let stalls = Some(Stalls { one_in: 4, lasting: Duration::from_secs(1) });
            let network_conditions = Conditions { stalls, window: 700, ..conditions(cuts) };
            let mut network = Network::with_conditions(seed, network_conditions);
            let (alice, bob) = pair(&mut network, 3);
            network.call(alice, |alice, _| alice.send(LINK, &text));
            network.call(bob, |bob, _| bob.send(ACCEPTED, &text));
            network.settle();
            assert!(bytes(&network, bob) == text && bytes(&network, alice) == text, "{cuts:?}");
        }
    }
}

#[test]
fn stalls_hold_up_what_follows_and_the_clock_shows_it() {
    let stalls = Some(Stalls { one_in: 1, lasting: Duration::from_secs(3) });
    let mut network = Network::with_conditions(1, Conditions { stalls, ..Conditions::default() });
    let (alice, bob) = pair(&mut network, 2);
    network.call(alice, |alice, _| alice.send(LINK, b"ab"));
    network.settle();
    assert_eq!(network.events(bob), [(Duration::from_secs(3), Seen::Bytes(b"ab".to_vec()))]);
}

#[test]
fn leftovers_wait_in_front_and_are_presented_again_when_reads_turns_true() {
    let mut network = Network::new(1);
    let (alice, bob) = pair(&mut network, 4);
    network.call(alice, |alice, _| alice.send(LINK, b"abcdef"));
    network.settle();
    network.call(bob, |bob, _| bob.read(ACCEPTED, false));
    network.call(alice, |alice, _| alice.send(LINK, b"ghijkl"));
    network.settle();
    assert_eq!(bytes(&network, bob), b"abcd");
    network.call(bob, |bob, _| bob.read(ACCEPTED, true));
    network.settle();
    assert_eq!(bytes(&network, bob), b"abcdefghijkl");

    // Nothing new has to come for that.
    network.call(alice, |alice, _| alice.send(LINK, b"mn"));
    network.settle();
    network.call(bob, |bob, _| {
        bob.read(ACCEPTED, false);
        bob.block = 2;
    });
    network.settle();
    network.call(bob, |bob, _| bob.read(ACCEPTED, true));
    network.settle();
    assert_eq!(bytes(&network, bob), b"abcdefghijklmn");
}

#[test]
fn a_writer_waits_when_its_peer_does_not_read() {
    let mut network = Network::with_conditions(1, Conditions { window: 100, ..Default::default() });
    let (alice, bob) = pair(&mut network, 1);
    network.call(bob, |bob, _| bob.read(ACCEPTED, false));
    network.call(alice, |alice, _| alice.send(LINK, &[7; 250]));
    network.settle();
    assert_eq!(network.machine(alice).output(LINK).len(), 150);
    network.call(bob, |bob, _| bob.read(ACCEPTED, true));
    network.settle();
    assert_eq!(network.machine(alice).output(LINK).len(), 0);
    assert_eq!(bytes(&network, bob).len(), 250);
}

#[test]
fn a_closed_link_ends_for_the_other_side_after_all_that_was_sent() {
    let mut network = Network::with_conditions(1, Conditions { window: 4, ..Default::default() });
    let (alice, bob) = pair(&mut network, 3);
    network.call(bob, |bob, _| bob.read(ACCEPTED, false));
    network.call(alice, |alice, _| {
        alice.send(LINK, b"goodbyes!");
        alice.ask(Effect::Close { link: LINK });
    });
    network.settle();
    assert_eq!((seen(&network, bob), network.links(alice)), (vec![], vec![LINK]));
    network.call(bob, |bob, _| bob.read(ACCEPTED, true));
    network.settle();
    let said = |bytes: &[u8]| Seen::Bytes(bytes.to_vec());
    let expected = [said(b"goo"), said(b"dby"), said(b"es!"), Seen::Gone(LinkEnd::Eof)];
    assert_eq!((seen(&network, bob), seen(&network, alice)), (expected.to_vec(), vec![]));
    assert_eq!((network.links(alice), network.links(bob)), (vec![], vec![]));
}

#[test]
fn a_link_cut_after_any_number_of_bytes_ends_for_both_sides() {
    for limit in 0..=8 {
        let cut_after = Some((limit, LinkEnd::Reset));
        let mut network =
            Network::with_conditions(1, Conditions { cut_after, ..conditions(Cuts::Bytewise) });
        let (alice, bob) = pair(&mut network, 1);
        network.call(alice, |alice, _| alice.send(LINK, b"abcdefgh"));
        network.settle();
        let length = usize::try_from(limit).unwrap();
        assert_eq!(bytes(&network, bob), b"abcdefgh"[..length]);
        assert_eq!(seen(&network, bob).last(), Some(&Seen::Gone(LinkEnd::Reset)));
        assert_eq!(seen(&network, alice), [Seen::Gone(LinkEnd::Reset)]);
    }
}

#[test]
fn what_is_held_arrives_when_it_is_released() {
    let mut network = Network::new(1);
    let (alice, bob) = pair(&mut network, 2);
    network.hold(bob, ACCEPTED);
    network.call(alice, |alice, _| alice.send(LINK, b"abcd"));
    network.settle();
    assert_eq!(bytes(&network, bob), b"");
    network.release(bob, ACCEPTED);
    network.settle();
    assert_eq!(bytes(&network, bob), b"abcd");
}

#[test]
fn a_request_reaches_the_machine_that_serves_its_address() {
    let latency = Duration::from_millis(10);
    let mut network = Network::with_conditions(1, Conditions { latency, ..Conditions::default() });
    network.name("login.example.com", IpAddr::V4(Ipv4Addr::LOCALHOST));
    let (alice, bob) = (network.add("alice", Puppet::new(1)), network.add("bob", Puppet::new(1)));
    network.call(bob, |bob, _| bob.listen("127.0.0.1:443", Serves::Http));
    network.settle();
    network.take_events(bob);
    let begun = network.now().monotonic;
    network.call(alice, |alice, _| {
        let request = HttpRequest::get("https://login.example.com/a?b").header("x", "y");
        alice.ask(Effect::Http(request));
    });
    network.run_until(|network| !network.events(bob).is_empty());
    let id = RequestId::new(1);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![pair("Host", "login.example.com"), pair("x", "y")];
    assert_eq!(network.events(bob), [(begun + latency, Seen::Request(id, "/a?b".into(), headers))]);
    let response = HttpResponse::new(302).header("Location", "https://example.com/");
    network.call(bob, |bob, _| {
        bob.ask(Effect::Respond { request: id, response: response.clone() });
        bob.ask(Effect::Respond { request: id, response: HttpResponse::new(500) });
    });
    network.settle();
    let answer = Seen::Answer(Answer::Http(Ok(response)));
    assert_eq!(network.events(alice), [(begun + 2 * latency, answer)]);
}

#[test]
fn a_request_that_cannot_be_answered_fails_with_its_reason() {
    let mut network = Network::new(1);
    let (alice, bob) = pair(&mut network, 1);
    network.call(bob, |bob, _| bob.listen("127.0.0.1:80", Serves::Http));
    let large = HttpRequest { response_limit: 9, ..HttpRequest::get("http://127.0.0.1/large") };
    network.call(alice, |alice, _| {
        for url in ["http://127.0.0.1:81/", "http://127.0.0.1:1863/", "http://x.example.com/"] {
            alice.ask(Effect::Http(HttpRequest::get(url)));
        }
        alice.ask(Effect::Http(large));
        alice.ask(Effect::Http(HttpRequest::get("http://127.0.0.1/never")));
    });
    network.settle();
    network.call(bob, |bob, _| {
        let response = HttpResponse { body: Bytes::from(vec![0; 10]), ..HttpResponse::new(200) };
        bob.ask(Effect::Respond { request: RequestId::new(1), response });
    });
    network.settle();
    assert_eq!(network.now().monotonic, Duration::ZERO);
    network.advance(Duration::from_secs(60));
    let failed = |why| Seen::Answer(Answer::Http(Err(why)));
    let answers = network.events(alice);
    let expected = [Failure::Refused, Failure::Broken, Failure::UnknownHost, Failure::TooLarge];
    assert_eq!(answers[..4], expected.map(|why| (Duration::ZERO, failed(why))));
    assert_eq!(answers[4..], [(Duration::from_secs(30), failed(Failure::TimedOut))]);
}

#[test]
fn other_effects_are_performed_by_whoever_was_given_with_the_machine() {
    let mut network = Network::new(1);
    let mut count = 0;
    let host = network.add_with("host", Puppet::new(1), move |_, _| {
        count += 1;
        match count {
            1 => Performed::After(Duration::from_secs(2), Answer::Stored(Err(Failure::Denied))),
            _ => Performed::Never,
        }
    });
    network.call(host, |host, _| {
        host.ask(Effect::Store(Vec::new()));
        host.ask(Effect::Store(Vec::new()));
    });
    network.settle();
    let answer = Seen::Answer(Answer::Stored(Err(Failure::Denied)));
    assert_eq!(network.events(host), [(Duration::from_secs(2), answer)]);
}

#[test]
fn settling_leaves_far_deadlines_alone_and_running_on_jumps_to_them() {
    let mut network = Network::new(1);
    let host = network.add("host", Puppet::new(1));
    network.call(host, |host, _| host.deadline = Some(Duration::from_secs(3600)));
    network.settle();
    assert_eq!(network.now().monotonic, Duration::ZERO);
    assert_eq!(network.next_deadline(), Some(Duration::from_secs(3600)));
    network.advance(Duration::from_secs(3599));
    assert_eq!(network.events(host), []);
    network.run_until(|network| !network.events(host).is_empty());
    assert_eq!(network.events(host), [(Duration::from_secs(3600), Seen::Timeout)]);
}

#[test]
#[should_panic(expected = "a livelock is suspected: still busy after 500 steps, at 0ns")]
fn two_machines_that_never_rest_are_found_out() {
    let mut network = Network::new(1);
    let (alice, bob) = (network.add("alice", Echo::new()), network.add("bob", Echo::new()));
    network.join((alice, LINK), (bob, LINK));
    network.act(alice, Say("ping".into())).unwrap();
    network.run_bounded(500);
}

#[test]
#[should_panic(expected = "nothing can happen any more")]
fn waiting_for_what_cannot_come_is_found_out() {
    let mut network = Network::new(1);
    let host = network.add("host", Puppet::new(1));
    network.run_until(|network| !network.events(host).is_empty());
}

#[test]
fn a_machine_that_ended_still_sends_its_goodbye_and_then_loses_its_links() {
    let mut network = Network::with_conditions(5, conditions(Cuts::Random));
    let (echo, peer) = (network.add("echo", Echo::new()), network.add("peer", Puppet::new(1)));
    network.join((peer, LINK), (echo, LINK));
    network.call(peer, |peer, _| peer.send(LINK, b"one\nquit\nlost\n"));
    network.settle();
    assert_eq!(bytes(&network, peer), b"one\nbye\n");
    assert_eq!(seen(&network, peer).last(), Some(&Seen::Gone(LinkEnd::Eof)));
    assert_eq!(network.end(echo), Some(&Ok(())));
    assert_eq!(network.links(echo), []);
}

#[test]
fn the_end_of_a_stream_waits_for_a_paused_reader_and_a_break_does_not() {
    for (why, while_paused) in [(LinkEnd::Eof, 0), (LinkEnd::Reset, 1)] {
        let mut network = Network::new(1);
        let (alice, bob) = pair(&mut network, 2);
        network.call(bob, |bob, _| bob.read(ACCEPTED, false));
        network.call(alice, |alice, _| alice.send(LINK, b"abcd"));
        network.settle();
        network.cut(alice, LINK, why);
        network.settle();
        assert_eq!(network.events(bob).len(), while_paused, "{why:?}");
        network.call(bob, |bob, _| bob.read(ACCEPTED, true));
        network.settle();
        assert_eq!(seen(&network, bob).last(), Some(&Seen::Gone(why)));
        let read: &[u8] = if why == LinkEnd::Eof { b"abcd" } else { b"" };
        assert_eq!(bytes(&network, bob), read);
    }
}

#[test]
fn a_machine_that_ends_without_closing_its_links_loses_them_all_the_same() {
    let mut network = Network::new(1);
    let (alice, bob) = pair(&mut network, 1);
    network.call(bob, |bob, _| {
        bob.send(ACCEPTED, b"bye");
        bob.outputs.close(Ok(()));
    });
    network.settle();
    assert_eq!((bytes(&network, alice), network.links(bob)), (b"bye".to_vec(), vec![]));
    assert_eq!(seen(&network, alice).last(), Some(&Seen::Gone(LinkEnd::Eof)));
    network.call(alice, |alice, _| alice.connect(2, "127.0.0.1:1863"));
    network.settle();
    assert_eq!(seen(&network, alice).last(), Some(&Seen::Gone(LinkEnd::Refused)));
}

#[test]
fn silence_ends_an_echo_at_its_deadline() {
    let mut network = Network::new(1);
    let (echo, peer) = (network.add("echo", Echo::new()), network.add("peer", Puppet::new(1)));
    network.join((peer, LINK), (echo, LINK));
    network.run_until(|network| network.end(echo).is_some());
    assert_eq!(network.end(echo), Some(&Err(EchoError::Silence)));
    assert_eq!(network.ended_at(echo), Some(Echo::PATIENCE));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let stalls = Some(Stalls { one_in: 3, lasting: Duration::from_millis(70) });
        let latency = Duration::from_millis(5);
        let cut_after = Some((900, LinkEnd::Eof));
        let network_conditions =
            Conditions { stalls, latency, cut_after, ..conditions(Cuts::Random) };
        let mut network = Network::with_conditions(seed, network_conditions);
        let (alice, bob) = pair(&mut network, 7);
        network.call(alice, |alice, _| alice.send(LINK, &[1; 1000]));
        network.call(bob, |bob, _| bob.send(ACCEPTED, &[2; 1000]));
        network.settle();
        (network.take_events(alice), network.take_events(bob), network.steps())
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}
