//! Links of a driver on sockets that do what a test says: no system, no threads, no time of day.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../../msnp-tokio/tests/toy/mod.rs"]
mod toy;

use std::collections::VecDeque;
use std::time::Duration;

use msnp_core::links::{Ended, LinkLimits, Links, Received, Sent, Socket};
use msnp_core::{LinkEnd, LinkId, Machine as _, Now, Opened, Output};
use toy::{Heard, Toy};

const LINK: LinkId = LinkId::new(1);
const LIMITS: LinkLimits = LinkLimits {
    write_timeout: Duration::from_secs(30),
    linger: Duration::from_secs(2),
    leftover: 64,
};

#[derive(Clone, Debug)]
enum Given {
    Bytes(Vec<u8>),
    /// The system has nothing, and tells when there is the next.
    Later,
    End(LinkEnd),
}

/// What the peer says in the end, and how much it takes.
#[derive(Debug, Default)]
struct Script {
    gives: VecDeque<Given>,
    takes: usize,
    breaks: bool,
    sent: Vec<u8>,
    finished: bool,
    wants_turn: bool,
}

impl Socket for Script {
    fn send(&mut self, bytes: &[u8]) -> Sent {
        if self.breaks {
            return Sent::Broken;
        }
        let taken = bytes.len().min(self.takes);
        self.takes -= taken;
        self.sent.extend_from_slice(&bytes[..taken]);
        if taken == 0 { Sent::Later } else { Sent::Some(taken) }
    }

    fn receive(&mut self, room: &mut [u8], last: bool) -> Received {
        while last && matches!(self.gives.front(), Some(Given::Later)) {
            self.gives.pop_front();
        }
        let given = self.gives.pop_front();
        self.wants_turn |= !self.gives.is_empty();
        match given {
            Some(Given::Bytes(bytes)) => {
                room[..bytes.len()].copy_from_slice(&bytes);
                Received::Some(bytes.len())
            }
            Some(Given::End(end)) => Received::End(end),
            Some(Given::Later) | None => Received::Later,
        }
    }

    fn finish(&mut self) -> bool {
        self.finished = true;
        !self.breaks
    }

    fn want_turn(&mut self) {
        self.wants_turn = true;
    }
}

/// A driver of one link.
struct World {
    toy: Toy,
    links: Links<Script>,
    heard: Vec<Heard>,
    ended: Option<Ended<Script>>,
    at: Duration,
    /// In so many turns, others have taken the machine's room before this link is heard.
    crowded: usize,
    /// And have left it again when the machine is asked.
    left_again: bool,
}

impl World {
    fn new(toy: Toy, script: Script) -> Self {
        let links = Links::new(LIMITS);
        let mut world = Self {
            toy,
            links,
            heard: vec![],
            ended: None,
            at: Duration::ZERO,
            crowded: 0,
            left_again: false,
        };
        let now = world.now();
        world.links.open(&mut world.toy, now, LINK, script, Opened::Connected);
        world.settle();
        assert_eq!(world.heard.remove(0), Heard::Opened(LINK, Opened::Connected));
        world
    }

    fn now(&self) -> Now {
        Now { monotonic: self.at, unix: self.at }
    }

    fn script(&mut self) -> &mut Script {
        self.links.socket(LINK).expect("the link has ended")
    }

    fn told(&self) -> Option<LinkEnd> {
        self.ended.as_ref().expect("the link has not ended").told
    }

    /// Until nobody wants anything.
    fn settle(&mut self) {
        for _ in 0..1000 {
            let now = self.now();
            loop {
                match self.toy.poll() {
                    Output::Link { link, reads, writes } => {
                        if writes {
                            self.links.write(&mut self.toy, now, link);
                        }
                        self.links.set_reads(link, reads);
                    }
                    Output::Event(heard) => self.heard.push(heard),
                    Output::Wait { .. } => break,
                    other => panic!("{other:?}"),
                }
            }
            let Some(script) = self.links.socket(LINK) else { return };
            if !std::mem::take(&mut script.wants_turn) {
                return;
            }
            let room = self.toy.room;
            let crowded = self.crowded > 0;
            self.crowded -= usize::from(crowded);
            self.toy.room = if crowded { Some(0) } else { room };
            let ended = self.links.turn(&mut self.toy, now, LINK, &mut [0; 256]);
            self.toy.room = if crowded && self.left_again { room } else { self.toy.room };
            self.ended = ended.or(self.ended.take());
        }
        panic!("it never rests");
    }

    fn turn(&mut self) {
        self.script().wants_turn = true;
        self.settle();
    }

    /// So much time passes.
    fn pass(&mut self, seconds: u64) {
        self.at += Duration::from_secs(seconds);
        let now = self.now();
        while let Some((link, ended)) = self.links.expire(&mut self.toy, now) {
            assert_eq!(link, LINK);
            self.ended = Some(ended);
        }
        self.settle();
    }

    fn close(&mut self) {
        let now = self.now();
        self.links.close(&mut self.toy, now, LINK);
        self.settle();
    }
}

fn line(text: &str) -> Heard {
    Heard::Line(LINK, text.into())
}

fn saying(gives: impl IntoIterator<Item = Given>) -> Script {
    Script { gives: gives.into_iter().collect(), takes: 1 << 20, ..Script::default() }
}

fn bytes(text: &[u8]) -> Given {
    Given::Bytes(text.to_vec())
}

/// All ways to cut the text in three, with and without a rest between the parts.
fn cut(text: &[u8]) -> Vec<Vec<Given>> {
    let mut all = vec![];
    for first in 0..=text.len() {
        for second in first..=text.len() {
            let parts = [&text[..first], &text[first..second], &text[second..]];
            let parts = parts.into_iter().filter(|part| !part.is_empty()).map(bytes);
            all.push(parts.clone().collect());
            all.push(parts.flat_map(|part| [part, Given::Later]).collect());
        }
    }
    all
}

#[test]
fn all_that_a_peer_said_is_heard_before_its_end_wherever_it_is_cut_and_however_full_one_is() {
    for end in [LinkEnd::Eof, LinkEnd::Reset] {
        for mut gives in cut(b"one\ntwo\nthree\nfo") {
            gives.push(Given::End(end));
            for room in [None, Some(1), Some(2)] {
                let toy = Toy { room, ..Toy::default() };
                let mut world = World::new(toy, saying(gives.clone()));
                for _ in 0..3 {
                    if let (Some(room), true) = (room, world.toy.room == Some(0)) {
                        world.toy.resume(LINK, room);
                    }
                    world.settle();
                }
                let expected = [line("one"), line("two"), line("three"), Heard::Closed(LINK, end)];
                assert_eq!(world.heard, expected, "{gives:?}, room for {room:?}");
                assert_eq!(world.told(), Some(end));
            }
        }
    }
}

#[test]
fn an_ended_peer_is_heard_to_the_end_though_others_take_the_room_again_and_again() {
    let mut world = World::new(Toy::default(), Script::default());
    *world.script() = saying([bytes(b"one\n"), Given::End(LinkEnd::Eof)]);
    for _ in 0..3 {
        world.crowded = 1;
        world.turn();
        assert_eq!(world.heard, []);
        world.toy.resume(LINK, 1);
    }
    world.settle();
    assert_eq!(world.heard, [line("one"), Heard::Closed(LINK, LinkEnd::Eof)]);
}

#[test]
fn a_machine_that_was_full_only_until_it_was_asked_is_offered_the_same_again() {
    let mut world = World::new(Toy::default(), Script::default());
    *world.script() = saying([bytes(b"one\n")]);
    (world.crowded, world.left_again) = (1, true);
    world.turn();
    assert_eq!(world.heard, [line("one")]);
}

#[test]
fn new_bytes_are_a_reason_to_offer_the_old_ones_again() {
    let mut world = World::new(Toy::default(), Script::default());
    (world.crowded, world.left_again) = (2, true);
    world.script().gives.push_back(bytes(b"one\n"));
    world.turn();
    assert_eq!((&world.heard[..], world.crowded), (&[][..], 0));
    world.crowded = 1;
    world.script().gives.push_back(bytes(b"two\n"));
    world.turn();
    assert_eq!(world.heard, [line("one"), line("two")]);
}

#[test]
fn the_answer_to_the_last_bytes_goes_out_before_the_machine_hears_of_the_end() {
    let toy = Toy { echoes: true, ..Toy::default() };
    let mut world = World::new(toy, saying([]));
    (world.crowded, world.left_again) = (2, true);
    world.script().gives.push_back(bytes(b"one\n"));
    world.turn();
    assert_eq!(world.heard, []);
    world.script().gives.push_back(Given::End(LinkEnd::Eof));
    world.turn();
    assert_eq!(world.heard, [line("one"), Heard::Closed(LINK, LinkEnd::Eof)]);
    assert_eq!(world.ended.unwrap().socket.sent, b"one\n");
}

#[test]
fn a_peer_that_is_gone_is_not_waited_for_though_something_waits_for_it() {
    let mut world = World::new(Toy::default(), Script::default());
    world.toy.send(LINK, b"hello\n");
    world.script().gives.push_back(Given::End(LinkEnd::Reset));
    world.turn();
    assert_eq!(world.heard, [Heard::Closed(LINK, LinkEnd::Reset)]);
    assert_eq!(world.toy.sent, 0);
}

#[test]
fn a_closed_link_does_not_wait_for_a_peer_that_has_ended() {
    let mut world = World::new(Toy::default(), Script::default());
    world.toy.send(LINK, b"hello\n");
    world.script().gives.push_back(Given::End(LinkEnd::Eof));
    world.turn();
    world.close();
    assert!(!world.links.is_empty());
    world.script().takes = 100;
    world.turn();
    assert!(world.links.is_empty() && !world.ended.as_ref().unwrap().socket.finished);
    assert_eq!((world.told(), world.toy.sent), (None, 6));
}

#[test]
fn a_peer_waits_and_loses_nothing_where_the_machine_takes_a_line_now_and_then() {
    let chunk = b"line ab\n".repeat(5);
    let toy = Toy { room: Some(1), ..Toy::default() };
    let mut world = World::new(toy, saying(vec![Given::Bytes(chunk); 10]));
    for _ in 0..50 {
        world.toy.resume(LINK, 1);
        world.settle();
    }
    assert_eq!(world.heard, vec![line("line ab"); 50]);
}

#[test]
fn a_peer_that_says_no_more_still_gets_what_waits_for_it() {
    let toy = Toy { echoes: true, ..Toy::default() };
    let script = Script { takes: 2, ..saying([bytes(b"one\n"), Given::End(LinkEnd::Eof)]) };
    let mut world = World::new(toy, script);
    assert_eq!(world.heard, [line("one")]);
    assert_eq!(world.script().sent, b"on");
    world.script().takes = 2;
    world.turn();
    assert_eq!(world.ended.as_ref().unwrap().socket.sent, b"one\n");
    assert_eq!(world.told(), Some(LinkEnd::Eof));
}

#[test]
fn what_a_peer_said_before_sending_to_it_failed_is_heard_and_then_that_it_failed() {
    for gives in cut(b"one\ntwo\n") {
        let script = Script { breaks: true, ..saying([Given::Later].into_iter().chain(gives)) };
        // So that nothing is received before.
        let mut world = World::new(Toy::default(), Script::default());
        *world.script() = script;
        world.toy.send(LINK, b"hello\n");
        world.settle();
        let expected = [line("one"), line("two"), Heard::Closed(LINK, LinkEnd::Reset)];
        assert_eq!(world.heard, expected);
    }
}

#[test]
fn a_peer_that_takes_a_little_has_time_anew_and_one_that_takes_nothing_is_given_up() {
    let mut world = World::new(Toy::default(), Script::default());
    world.toy.send(LINK, b"hello\n");
    world.settle();
    assert_eq!(world.links.deadline(), Some(LIMITS.write_timeout));
    world.pass(29);
    world.script().takes = 1;
    world.turn();
    world.pass(29);
    world.turn();
    assert_eq!(world.heard, []);
    world.pass(1);
    assert_eq!(world.heard, [Heard::Closed(LINK, LinkEnd::TimedOut)]);
    assert_eq!((world.told(), world.links.deadline()), (Some(LinkEnd::TimedOut), None));
}

#[test]
fn a_closed_link_sends_all_says_that_it_ends_and_waits_until_the_peer_does() {
    for peer_ends in [true, false] {
        let mut world = World::new(Toy::default(), Script::default());
        world.toy.send(LINK, b"hello\n");
        world.close();
        assert!(!world.script().finished);
        world.script().takes = 100;
        world.turn();
        assert_eq!(world.script().sent, b"hello\n");
        assert!(world.script().finished);
        // It is not for the machine any more.
        world.script().gives.push_back(bytes(b"late\n"));
        world.turn();
        match peer_ends {
            true => {
                world.script().gives.push_back(Given::End(LinkEnd::Eof));
                world.turn();
            }
            false => world.pass(2),
        }
        assert_eq!((world.told(), world.heard), (None, vec![]));
        assert!(world.links.is_empty());
    }
}

#[test]
fn what_a_closed_link_can_send_no_more_is_taken_from_the_machine() {
    for breaks in [false, true] {
        let mut world = World::new(Toy::default(), Script::default());
        world.toy.send(LINK, b"hello\n");
        world.close();
        assert_eq!(world.toy.output(LINK), b"hello\n");
        if breaks {
            world.script().breaks = true;
            world.turn();
        } else {
            world.pass(30);
        }
        assert_eq!((world.toy.output(LINK), world.told()), (&b""[..], None));
    }
}

#[test]
fn a_peer_that_sends_more_than_may_be_held_back_loses_its_link() {
    for (held_back, lost) in [(LIMITS.leftover, false), (LIMITS.leftover + 1, true)] {
        let no_line = vec![b'x'; held_back];
        let world = World::new(Toy::default(), saying([Given::Bytes(no_line)]));
        let told = lost.then_some(LinkEnd::Reset);
        assert_eq!(world.ended.as_ref().and_then(|ended| ended.told), told);
    }
}

#[test]
fn a_machine_that_takes_nothing_and_does_not_say_so_is_not_asked_for_ever() {
    let toy = Toy { stubborn: true, ..Toy::default() };
    let world = World::new(toy, saying([bytes(b"one\n")]));
    assert!(world.toy.offers <= 3, "{}", world.toy.offers);
}

#[test]
fn a_machine_that_takes_more_than_there_is_takes_what_there_is() {
    let toy = Toy { greedy: true, ..Toy::default() };
    let world = World::new(toy, saying([bytes(b"one\n"), Given::End(LinkEnd::Eof)]));
    assert_eq!((world.toy.bytes, world.told()), (4, Some(LinkEnd::Eof)));
}
