//! The ten rules of the crate page, each shown on the example machine.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::Duration;

use msnp_core::example::{Echo, EchoError, NotSaid, Say};
use msnp_core::{
    Act, Answer, Call, Effect, EffectId, LinkEnd, LinkId, Machine, Now, Opened, Output, Outputs,
    Random, Timers, Watched, Watcher,
};
use msnp_testkit::{AllocationCounter, measure};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

type Said = Output<String, EchoError>;

const LINK: LinkId = LinkId::new(1);

fn at(seconds: u64) -> Now {
    let monotonic = Duration::from_secs(seconds);
    Now { monotonic, unix: Duration::from_secs(1_000_000_000) + monotonic }
}

fn connected() -> Echo {
    let mut machine = Echo::new();
    machine.link_opened(at(0), LINK, Opened::Connected);
    let open = Output::Link { link: LINK, reads: true, writes: false };
    assert_eq!(drain(&mut machine), [open, waits(60)]);
    machine
}

/// All that `poll` says, up to and with the `Wait` or `Closed` at its end.
fn drain<M: Machine>(machine: &mut M) -> Vec<Output<M::Event, M::Error>> {
    let mut said = Vec::new();
    loop {
        assert!(said.len() < 1000, "poll never waits");
        let next = machine.poll();
        let last = matches!(next, Output::Wait { .. } | Output::Closed(_));
        said.push(next);
        if last {
            return said;
        }
    }
}

fn waits(seconds: u64) -> Said {
    Output::Wait { deadline: Some(Duration::from_secs(seconds)) }
}

fn link(reads: bool, writes: bool) -> Said {
    Output::Link { link: LINK, reads, writes }
}

fn event(line: &str) -> Said {
    Output::Event(line.to_owned())
}

/// A driver by the rules, which reads `input` in pieces of the sizes that `sizes` gives.
fn drive(input: &[u8], mut sizes: impl FnMut() -> usize) -> (Vec<String>, Vec<u8>, Said, usize) {
    let mut machine = Echo::new();
    let (mut events, mut sent) = (Vec::new(), Vec::new());
    let (mut unread, mut leftovers, mut reads) = (input, Vec::new(), false);
    machine.link_opened(at(0), LINK, Opened::Connected);
    loop {
        let end = loop {
            match machine.poll() {
                Output::Link { reads: now_reads, writes, .. } => {
                    reads = now_reads;
                    if writes {
                        let n = sizes().min(machine.output(LINK).len());
                        sent.extend_from_slice(&machine.output(LINK)[..n]);
                        machine.written(at(0), LINK, n);
                    }
                }
                Output::Event(line) => events.push(line),
                Output::Effect(..) => {}
                end => break end,
            }
        };
        if matches!(end, Output::Closed(_)) {
            return (events, sent, end, leftovers.len() + unread.len());
        }
        assert!(reads, "nothing waits, and yet it does not read");
        let (piece, rest) = unread.split_at(sizes().min(unread.len()));
        unread = rest;
        leftovers.extend_from_slice(piece);
        let mut taken_at_all = false;
        while let taken @ 1.. = machine.input(at(0), LINK, &leftovers) {
            leftovers.drain(..taken);
            taken_at_all = true;
        }
        if piece.is_empty() && !taken_at_all {
            machine.link_closed(at(0), LINK, LinkEnd::Eof);
        }
    }
}

#[test]
fn rule_1_after_each_call_poll_ends_in_wait_and_names_the_deadline() {
    let mut machine = connected();
    assert_eq!(machine.input(at(5), LINK, b"hi\n"), 3);
    assert_eq!(drain(&mut machine), [link(true, true), event("hi"), waits(65)]);
    assert_eq!(drain(&mut machine), [waits(65)]);
    machine.timeout(at(64));
    assert_eq!(drain(&mut machine), [waits(65)]);
}

#[test]
fn rule_1_written_changes_the_machine_too() {
    let mut machine = connected();
    machine.input(at(0), LINK, b"hi\n");
    drain(&mut machine);
    machine.written(at(1), LINK, 2);
    assert_eq!(machine.output(LINK), b"\n");
    assert_eq!(drain(&mut machine), [link(true, true), waits(60)]);
    machine.written(at(1), LINK, 1);
    assert_eq!(drain(&mut machine), [link(true, false), waits(60)]);
}

#[test]
fn rule_2_a_fault_comes_after_the_events_before_it_and_leaves_the_goodbye() {
    let mut machine = connected();
    assert_eq!(machine.input(at(0), LINK, b"one\nquit\n"), 4);
    assert_eq!(machine.input(at(0), LINK, b"quit\n"), 5);
    let said = drain(&mut machine);
    let close = Output::Effect(EffectId::new(1), Effect::Close { link: LINK });
    assert_eq!(said, [link(false, true), close, event("one"), Output::Closed(Ok(()))]);
    assert_eq!(machine.output(LINK), b"one\nbye\n");
}

#[test]
fn rule_2_the_end_is_said_again_whatever_happens_after_it() {
    let mut machine = connected();
    machine.input(at(0), LINK, &[b'x'; Echo::MAX_LINE + 1]);
    let end = Output::Closed(Err(EchoError::LineTooLong));
    assert_eq!(drain(&mut machine).last(), Some(&end));
    let calls: [fn(&mut Echo); 5] = [
        |machine| assert_eq!(machine.input(at(1), LINK, b"more\n"), 0),
        |machine| machine.timeout(at(1000)),
        |machine| machine.written(at(1), LINK, 5),
        |machine| machine.link_closed(at(1), LINK, LinkEnd::Reset),
        |machine| machine.link_opened(at(1), LINK, Opened::Connected),
    ];
    for (number, call) in calls.iter().enumerate() {
        call(&mut machine);
        let said = drain(&mut machine);
        assert_eq!(said.last(), Some(&end), "after call {number}");
        assert!(!said.iter().any(|said| matches!(said, Output::Event(_))), "after call {number}");
        assert_eq!(machine.poll(), end);
    }
}

#[test]
fn rule_2_nothing_comes_after_the_end_and_the_first_end_stands() {
    let mut outputs = Outputs::<u8, EchoError>::new();
    outputs.event(1);
    outputs.close(Err(EchoError::Silence));
    outputs.event(2);
    outputs.close(Ok(()));
    let end = Output::Closed(Err(EchoError::Silence));
    assert_eq!([outputs.next(None), outputs.next(None)], [Output::Event(1), end.clone()]);
    assert_eq!(outputs.next(None), end);
}

#[test]
fn rule_2_a_machine_that_wants_no_input_now_is_not_finished() {
    let mut machine = connected();
    while machine.input(at(0), LINK, b"line\n") > 0 {}
    let said = drain(&mut machine);
    assert_eq!(said.first(), Some(&link(false, true)));
    assert_eq!(said.last(), Some(&waits(60)));
}

#[test]
fn rule_6_a_second_link_is_closed_and_the_first_one_lives() {
    let mut machine = connected();
    let second = LinkId::new(2);
    machine.link_opened(at(0), second, Opened::Connected);
    let close = Output::Effect(EffectId::new(1), Effect::Close { link: second });
    assert_eq!(drain(&mut machine), [close, waits(60)]);
    assert_eq!(machine.input(at(0), LINK, b"hi\n"), 3);
}

#[test]
fn rule_3_the_links_to_write_are_named_before_any_event() {
    let mut machine = connected();
    for line in [b"one\n", b"two\n"] {
        machine.input(at(0), LINK, line);
    }
    assert_eq!(drain(&mut machine), [link(true, true), event("one"), event("two"), waits(60)]);

    // Nor does output that comes up later wait behind events that nobody has taken yet.
    machine.written(at(0), LINK, 8);
    machine.input(at(0), LINK, b"three\n");
    machine.input(at(0), LINK, b"four\n");
    assert_eq!(machine.poll(), link(true, true));
    assert_eq!(machine.poll(), event("three"));
    machine.say("mine".to_owned()).unwrap();
    assert_eq!(drain(&mut machine), [link(true, true), event("four"), waits(60)]);
}

#[test]
fn rule_4_input_that_was_not_taken_is_taken_when_presented_again() {
    let mut machine = connected();
    assert_eq!(machine.input(at(0), LINK, b"hel"), 0);
    assert_eq!(machine.input(at(0), LINK, b"hello\nwor"), 6);
    assert_eq!(machine.input(at(0), LINK, b"wor"), 0);
    assert_eq!(machine.input(at(0), LINK, b"world\n"), 6);
    assert_eq!(drain(&mut machine)[1..], [event("hello"), event("world"), waits(60)]);
}

#[test]
fn rule_4_a_full_machine_says_so_and_says_when_it_wants_the_leftovers() {
    let mut machine = connected();
    for _ in 0..Echo::MAX_EVENTS {
        assert_eq!(machine.input(at(0), LINK, b"a\n"), 2);
    }
    assert_eq!(machine.input(at(0), LINK, b"b\n"), 0);
    let mut said = drain(&mut machine).into_iter();
    assert_eq!(said.next(), Some(link(false, true)));
    assert_eq!(said.next(), Some(event("a")));
    assert_eq!(said.next(), Some(link(true, true)));
    assert_eq!(machine.input(at(0), LINK, b"b\n"), 2);
}

#[test]
fn rule_4_a_machine_whose_output_is_full_wants_the_leftovers_once_it_drained() {
    let mut machine = connected();
    let line = [&[b'x'; 63][..], b"\n"].concat();
    while machine.input(at(0), LINK, &line) > 0 {
        drain(&mut machine);
    }
    machine.say("y".repeat(20)).unwrap();
    assert_eq!(drain(&mut machine), [link(false, true), waits(60)]);
    machine.written(at(0), LINK, 1);
    assert_eq!(drain(&mut machine), [link(false, true), waits(60)]);
    machine.written(at(0), LINK, 64);
    assert_eq!(drain(&mut machine), [link(true, true), waits(60)]);
    assert_eq!(machine.input(at(0), LINK, &line), 64);
}

#[test]
fn rule_4_leftovers_offered_at_the_end_of_file_are_still_taken() {
    let mut machine = connected();
    for _ in 0..Echo::MAX_EVENTS {
        machine.input(at(0), LINK, b"a\n");
    }
    assert_eq!(machine.input(at(0), LINK, b"last\n"), 0);
    drain(&mut machine);
    assert_eq!(machine.input(at(0), LINK, b"last\n"), 5);
    machine.link_closed(at(0), LINK, LinkEnd::Eof);
    let end = Output::Closed(Err(EchoError::LinkLost(LinkEnd::Eof)));
    assert_eq!(drain(&mut machine), [event("last"), end]);
}

#[test]
fn rule_4_a_shorter_slice_than_before_is_tolerated() {
    let mut machine = connected();
    assert_eq!(machine.input(at(0), LINK, b"a long beginning of a li"), 0);
    assert_eq!(machine.input(at(0), LINK, b"a lo"), 0);
    assert_eq!(machine.input(at(0), LINK, b""), 0);
    assert_eq!(machine.input(at(0), LINK, b"a\n"), 2);
    assert_eq!(drain(&mut machine)[1..], [event("a"), waits(60)]);
}

#[test]
fn rule_4_cutting_the_input_anywhere_gives_the_same_events() {
    let mut random = Random::from_seed([4; 32]);
    let mut ends = BTreeSet::new();
    for _ in 0..200 {
        let mut input = Vec::new();
        for _ in 0..random.below(40) {
            let longest = if random.below(40) == 0 { 80 } else { 64 };
            input.extend((0..random.below(longest)).map(|_| b'a'));
            input.push(b'\n');
        }
        match random.below(3) {
            0 => input.extend_from_slice(b"quit\nnot read"),
            1 => input.extend_from_slice(b"incomplete"),
            _ => {}
        }
        let whole = drive(&input, || usize::MAX);
        ends.insert(format!("{:?}", whole.2));
        assert_eq!(drive(&input, || 1), whole);
        assert_eq!(drive(&input, || 1 + usize::try_from(random.below(90)).unwrap()), whole);
    }
    assert_eq!(ends.len(), 3, "the lines must reach every end: {ends:?}");
}

#[test]
fn rule_5_a_full_queue_refuses_gives_the_value_back_and_changes_nothing() {
    let mut machine = connected();
    let mut said = 0;
    let refused = loop {
        match machine.say("x".repeat(99)) {
            Ok(()) => said += 1,
            Err(refused) => break refused,
        }
    };
    assert_eq!((said, refused), (2, NotSaid("x".repeat(99))));
    assert_eq!(machine.output(LINK).len(), 200);
    assert_eq!(drain(&mut machine), [link(false, true), waits(60)]);
    machine.written(at(0), LINK, 200);
    assert_eq!(machine.say("again".to_owned()), Ok(()));
}

#[test]
fn rule_5_what_cannot_be_said_now_is_given_back_and_the_machine_lives_on() {
    let mut machine = Echo::new();
    assert_eq!(machine.say("early".to_owned()), Err(NotSaid("early".to_owned())));
    assert_eq!(drain(&mut machine), [Output::Wait { deadline: None }]);
    machine.link_opened(at(0), LINK, Opened::Connected);
    assert_eq!(machine.say("now".to_owned()), Ok(()));
    machine.link_closed(at(0), LINK, LinkEnd::Eof);
    assert_eq!(machine.say("late".to_owned()), Err(NotSaid("late".to_owned())));
}

#[test]
fn rule_6_no_peer_and_no_user_drives_the_heap_over_its_bound() {
    let mut random = Random::from_seed([6; 32]);
    let mut worst = 0;
    for round in 0..300 {
        let mut bytes = [0_u8; 70];
        let (_, cost) = measure(|| {
            let mut machine = Echo::new();
            machine.link_opened(at(0), LINK, Opened::Connected);
            for _ in 0..300 {
                match random.below(9) {
                    0..=4 => {
                        // Broken UTF-8 grows threefold when it becomes text.
                        let (fill, n) = ([b'x', 0xff][round % 2], 65 - random.below(9).min(5));
                        let n = usize::try_from(n).unwrap();
                        bytes.fill(fill);
                        bytes[n - 1] = b'\n';
                        while machine.input(at(1), LINK, &bytes[..n]) > 0 {}
                    }
                    5 => while machine.say("word".to_owned()).is_ok() {},
                    6 => machine.written(at(1), LINK, usize::try_from(random.below(200)).unwrap()),
                    7 => drop(machine.poll()),
                    _ => machine.timeout(at(1)),
                }
            }
            machine
        });
        worst = worst.max(cost.peak);
    }
    assert!(worst <= Echo::heap_bound(), "{worst} > {}", Echo::heap_bound());
    assert!(worst * 3 > Echo::heap_bound(), "the bound says nothing: {worst}");
}

#[test]
fn rule_6_a_huge_refused_line_leaves_no_memory_behind() {
    let mut machine = connected();
    machine.say("small".to_owned()).unwrap();
    let huge = "x".repeat(1 << 20);
    let (refused, cost) = measure(|| machine.say(huge));
    assert_eq!(refused.unwrap_err().0.len(), 1 << 20);
    assert!(cost.kept < 1024, "{cost:?}");
}

#[test]
fn rule_6_input_that_is_no_whole_line_is_not_copied() {
    let mut machine = connected();
    let (taken, cost) = measure(|| machine.input(at(0), LINK, &[b'x'; Echo::MAX_LINE]));
    assert_eq!((taken, cost.allocations), (0, 0));
}

#[test]
fn rule_7_a_malformed_line_is_an_event_and_the_connection_lives() {
    let mut machine = connected();
    assert_eq!(machine.input(at(0), LINK, b"\xff\xfe broken\n"), 10);
    assert_eq!(machine.input(at(0), LINK, b"\n"), 1);
    assert_eq!(machine.input(at(0), LINK, b"fine\n"), 5);
    let expected = [event("\u{fffd}\u{fffd} broken"), event(""), event("fine"), waits(60)];
    assert_eq!(drain(&mut machine)[1..], expected);
    assert_eq!(machine.output(LINK), b"\xff\xfe broken\n\nfine\n");
}

#[test]
fn rule_7_nothing_after_a_framing_error_is_read() {
    let long = [b"x".repeat(Echo::MAX_LINE + 1), b"\nquit\nhello\n".to_vec()].concat();
    for offered in [&long[..], &long[..Echo::MAX_LINE + 1]] {
        let mut machine = connected();
        assert_eq!(machine.input(at(0), LINK, offered), 0);
        assert_eq!(machine.input(at(0), LINK, b"hello\n"), 0);
        let said = drain(&mut machine);
        assert_eq!(said.last(), Some(&Output::Closed(Err(EchoError::LineTooLong))));
        assert!(!said.iter().any(|said| matches!(said, Output::Event(_))));
        assert_eq!(machine.output(LINK), b"");
    }
}

#[test]
fn rule_8_silence_ends_in_a_typed_timeout_and_not_before_its_time() {
    let mut machine = connected();
    machine.input(at(10), LINK, b"hi\n");
    machine.input(at(20), LINK, b"half a li");
    machine.timeout(at(69));
    assert_eq!(drain(&mut machine).last(), Some(&waits(70)));
    machine.timeout(at(70));
    assert_eq!(drain(&mut machine).last(), Some(&Output::Closed(Err(EchoError::Silence))));
}

#[test]
fn rule_8_an_answer_to_a_question_never_asked_is_ignored() {
    let mut machine = connected();
    machine.answer(at(0), EffectId::new(77), Answer::Stored(Ok(())));
    assert_eq!(drain(&mut machine), [waits(60)]);
}

#[test]
fn rule_9_idle_links_are_not_visited_when_one_is_busy() {
    let visits_with = |links: u64| {
        let mut machine = Crowd::default();
        for number in 0..links {
            machine.link_opened(at(number % 7), LinkId::new(number), Opened::Connected);
        }
        assert_eq!(drain(&mut machine).len(), usize::try_from(links).unwrap() + 1);
        machine.visits = 0;
        let mut named = Vec::new();
        for _ in 0..100 {
            machine.input(at(8), LinkId::new(3), b"12345678");
            named.extend(drain(&mut machine).into_iter().filter_map(|said| match said {
                Output::Link { link, .. } => Some(link.number()),
                _ => None,
            }));
        }
        assert_eq!(named, [3; 100]);
        machine.visits
    };
    assert_eq!(visits_with(200), visits_with(2 * 200));
    assert_eq!(visits_with(200), 100 * 2);
}

#[test]
fn rule_9_an_expired_deadline_visits_its_own_link_alone() {
    let mut machine = Crowd::default();
    for number in 0..200 {
        machine.link_opened(at(number), LinkId::new(number), Opened::Connected);
    }
    drain(&mut machine);
    machine.visits = 0;
    machine.timeout(at(60));
    let link = Output::Link { link: LinkId::new(0), reads: true, writes: false };
    assert_eq!(drain(&mut machine), [link, Output::Wait { deadline: Some(at(61).monotonic) }]);
    assert_eq!(machine.visits, 2);
}

#[test]
fn rule_9_a_busy_link_yields_its_turn() {
    let mut machine = Crowd::default();
    for number in 0..2 {
        machine.link_opened(at(0), LinkId::new(number), Opened::Connected);
    }
    drain(&mut machine);
    assert_eq!(machine.input(at(0), LinkId::new(0), &[0; 1000]), Crowd::TURN);
    machine.input(at(0), LinkId::new(1), &[0; 3]);
    let named: Vec<_> = drain(&mut machine)
        .into_iter()
        .filter_map(|said| match said {
            Output::Link { link, .. } => Some(link.number()),
            _ => None,
        })
        .collect();
    assert_eq!(named, [0, 1]);
}

#[test]
fn rule_10_the_same_calls_give_the_same_outputs() {
    let run = |seed: u8| {
        let mut random = Random::from_seed([seed; 32]);
        let mut machine = Watched::new(Echo::new(), Diary::default());
        machine.link_opened(at(0), LINK, Opened::Connected);
        for second in 0..400 {
            let now = at(second);
            match random.below(6) {
                0..=1 => {
                    let line = format!("{}\n", random.token(5));
                    machine.input(now, LINK, line.as_bytes());
                }
                2 => drop(machine.act(now, Say(random.token(30)))),
                3 => machine.written(now, LINK, usize::try_from(random.below(300)).unwrap()),
                4 => machine.timeout(now),
                _ => drop(drain(&mut machine)),
            }
        }
        machine.into_parts().1.0
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert!(run(1).iter().filter(|line| line.starts_with("Event")).count() > 50);
}

/// Everything that went in and came out, as text.
#[derive(Default)]
struct Diary(Vec<String>);

impl Watcher<Echo> for Diary {
    fn called(&mut self, _: Now, call: Call<'_>) {
        self.0.push(format!("{call:?}"));
    }

    fn polled(&mut self, said: &Said) {
        self.0.push(format!("{said:?}"));
    }

    fn acted(&mut self, _: Now, action: &Say, outcome: &Result<(), NotSaid>) {
        self.0.push(format!("{action:?} {outcome:?}"));
    }
}

/// A machine of many links, built of `Outputs` and `Timers`, which counts how often it looks at a
/// link. It swallows what comes and gives each link 60 seconds.
#[derive(Default)]
struct Crowd {
    links: BTreeMap<LinkId, bool>,
    outputs: Outputs<(), Infallible>,
    timers: Timers<LinkId>,
    visits: usize,
}

impl Crowd {
    const TURN: usize = 16;

    fn touch(&mut self, link: LinkId) {
        self.visits += 1;
        if let Some(dirty) = self.links.get_mut(&link)
            && !std::mem::replace(dirty, true)
        {
            self.outputs.dirty(link);
        }
    }
}

impl Machine for Crowd {
    type Event = ();
    type Error = Infallible;

    fn link_opened(&mut self, now: Now, link: LinkId, _: Opened) {
        self.links.insert(link, false);
        self.timers.set(link, now.after(Echo::PATIENCE));
        self.touch(link);
    }

    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize {
        self.timers.set(link, now.after(Echo::PATIENCE));
        self.touch(link);
        bytes.len().min(Self::TURN)
    }

    fn link_closed(&mut self, _: Now, link: LinkId, _: LinkEnd) {
        self.timers.clear(&link);
        self.links.remove(&link);
    }

    fn answer(&mut self, _: Now, _: EffectId, _: Answer) {}

    fn timeout(&mut self, now: Now) {
        while let Some(link) = self.timers.expired(now.monotonic) {
            self.touch(link);
        }
    }

    fn poll(&mut self) -> Output<(), Infallible> {
        if let Some(link) = self.outputs.next_dirty() {
            self.visits += 1;
            self.links.insert(link, false);
            return Output::Link { link, reads: true, writes: false };
        }
        self.outputs.next(self.timers.next())
    }

    fn output(&self, _: LinkId) -> &[u8] {
        &[]
    }

    fn written(&mut self, _: Now, _: LinkId, _: usize) {}
}
