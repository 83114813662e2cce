//! Looking over the shoulder of a machine: traces, recordings and checks see every call.

use core::fmt;

use crate::{
    Answer, EffectId, HttpRequest, LinkEnd, LinkId, ListenerId, Machine, Now, Opened, Output,
    RequestId,
};

/// A machine whose own methods can be named by a value.
///
/// Recordings, bridges and fuzzing need that: a method call cannot be stored, an action can.
pub trait Act: Machine {
    /// One call of one of its own methods, with the arguments.
    type Action;
    /// What such a call returns.
    type Outcome;

    /// Does it. Afterwards drain [`poll`](Machine::poll), as after every other call.
    fn act(&mut self, now: Now, action: Self::Action) -> Self::Outcome;
}

/// One call of a method of [`Machine`] other than [`poll`](Machine::poll), with what it borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call<'c> {
    /// [`Machine::link_opened`].
    LinkOpened {
        /// Which link.
        link: LinkId,
        /// Who opened it.
        how: Opened,
    },
    /// [`Machine::input`].
    Input {
        /// On which link.
        link: LinkId,
        /// All that was offered.
        offered: &'c [u8],
        /// How many bytes of it were taken.
        taken: usize,
    },
    /// [`Machine::link_closed`].
    LinkClosed {
        /// Which link.
        link: LinkId,
        /// Why.
        why: LinkEnd,
    },
    /// [`Machine::answer`].
    Answer {
        /// Which effect.
        effect: EffectId,
        /// What became of it.
        answer: &'c Answer,
    },
    /// [`Machine::request`].
    Request {
        /// Where it arrived.
        listener: ListenerId,
        /// The name of this exchange.
        id: RequestId,
        /// The request itself.
        request: &'c HttpRequest,
    },
    /// [`Machine::timeout`].
    Timeout,
    /// [`Machine::written`].
    Written {
        /// On which link.
        link: LinkId,
        /// How many bytes the driver claims to have sent.
        n: usize,
        /// Those bytes, in order. Fewer than `n` only where the driver claims more than there are.
        bytes: &'c [u8],
    },
}

impl<'c> Call<'c> {
    /// The bytes that this call moved past the machine: taken input, or written output.
    ///
    /// Strung together by link they are the two streams of that link.
    pub fn moved(&self) -> Option<Moved<'c>> {
        match *self {
            Call::Input { link, offered, taken } => {
                let bytes = offered.get(..taken).unwrap_or(offered);
                Some(Moved { link, incoming: true, bytes }).filter(|moved| !moved.bytes.is_empty())
            }
            Call::Written { link, bytes, .. } => {
                Some(Moved { link, incoming: false, bytes }).filter(|moved| !moved.bytes.is_empty())
            }
            _ => None,
        }
    }
}

/// Bytes that crossed the edge of a machine. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<'c> {
    /// On which link.
    pub link: LinkId,
    /// Into the machine; else out of it.
    pub incoming: bool,
    /// The bytes.
    pub bytes: &'c [u8],
}

/// Somebody who is told of everything that goes into a machine and comes out of it.
///
/// What it is told, in this order, is all that a machine knows: the same calls give the same
/// outputs. A watcher may do nothing to the machine.
pub trait Watcher<M: Machine> {
    /// This call has been made, or, where nothing comes back from it, is about to be.
    fn called(&mut self, now: Now, call: Call<'_>);

    /// [`Machine::poll`] said this.
    fn polled(&mut self, said: &Output<M::Event, M::Error>) {
        let _ = said;
    }

    /// [`Act::act`] was called, and returned this.
    fn acted(&mut self, now: Now, action: &M::Action, outcome: &M::Outcome)
    where
        M: Act,
    {
        let _ = (now, action, outcome);
    }
}

impl<M: Machine, W: Watcher<M>> Watcher<M> for &mut W {
    fn called(&mut self, now: Now, call: Call<'_>) {
        W::called(self, now, call);
    }

    fn polled(&mut self, said: &Output<M::Event, M::Error>) {
        W::polled(self, said);
    }

    fn acted(&mut self, now: Now, action: &M::Action, outcome: &M::Outcome)
    where
        M: Act,
    {
        W::acted(self, now, action, outcome);
    }
}

/// Two watchers of one machine; the left one is told first.
impl<M: Machine, A: Watcher<M>, B: Watcher<M>> Watcher<M> for (A, B) {
    fn called(&mut self, now: Now, call: Call<'_>) {
        self.0.called(now, call);
        self.1.called(now, call);
    }

    fn polled(&mut self, said: &Output<M::Event, M::Error>) {
        self.0.polled(said);
        self.1.polled(said);
    }

    fn acted(&mut self, now: Now, action: &M::Action, outcome: &M::Outcome)
    where
        M: Act,
    {
        self.0.acted(now, action, outcome);
        self.1.acted(now, action, outcome);
    }
}

/// A machine that tells a [`Watcher`] of every call, and is otherwise the machine inside.
///
/// The machine inside can be read, but changed only through calls that the watcher sees: the
/// methods of [`Machine`], and [`Act::act`].
///
/// ```
/// use msnp_core::example::{Echo, Say};
/// use msnp_core::{Act, Call, LinkId, Machine, Now, Opened, Watched, Watcher};
///
/// #[derive(Default)]
/// struct Received(Vec<u8>);
///
/// impl<M: Machine> Watcher<M> for Received {
///     fn called(&mut self, _: Now, call: Call<'_>) {
///         if let Some(moved) = call.moved().filter(|moved| moved.incoming) {
///             self.0.extend_from_slice(moved.bytes);
///         }
///     }
/// }
///
/// let mut machine = Watched::new(Echo::new(), Received::default());
/// machine.link_opened(Now::default(), LinkId::new(1), Opened::Connected);
/// machine.input(Now::default(), LinkId::new(1), b"one\ntw");
/// machine.act(Now::default(), Say("mine".into()))?;
/// assert_eq!(machine.watcher().0, b"one\n");
/// # Ok::<(), msnp_core::example::NotSaid>(())
/// ```
pub struct Watched<M, W> {
    machine: M,
    watcher: W,
}

impl<M, W> Watched<M, W> {
    /// Lets `watcher` watch `machine` from now on.
    pub fn new(machine: M, watcher: W) -> Self {
        Self { machine, watcher }
    }

    /// The machine inside, to read.
    pub fn machine(&self) -> &M {
        &self.machine
    }

    /// The watcher.
    pub fn watcher(&self) -> &W {
        &self.watcher
    }

    /// The watcher, to be emptied or told something.
    pub fn watcher_mut(&mut self) -> &mut W {
        &mut self.watcher
    }

    /// Ends the watch.
    pub fn into_parts(self) -> (M, W) {
        (self.machine, self.watcher)
    }
}

impl<M: fmt::Debug, W> fmt::Debug for Watched<M, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("machine", &self.machine).finish_non_exhaustive()
    }
}

impl<M: Machine, W: Watcher<M>> Machine for Watched<M, W> {
    type Event = M::Event;
    type Error = M::Error;

    fn link_opened(&mut self, now: Now, link: LinkId, how: Opened) {
        self.watcher.called(now, Call::LinkOpened { link, how });
        self.machine.link_opened(now, link, how);
    }

    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize {
        let taken = self.machine.input(now, link, bytes);
        self.watcher.called(now, Call::Input { link, offered: bytes, taken });
        taken
    }

    fn link_closed(&mut self, now: Now, link: LinkId, why: LinkEnd) {
        self.watcher.called(now, Call::LinkClosed { link, why });
        self.machine.link_closed(now, link, why);
    }

    fn answer(&mut self, now: Now, effect: EffectId, answer: Answer) {
        self.watcher.called(now, Call::Answer { effect, answer: &answer });
        self.machine.answer(now, effect, answer);
    }

    fn request(&mut self, now: Now, listener: ListenerId, id: RequestId, request: HttpRequest) {
        self.watcher.called(now, Call::Request { listener, id, request: &request });
        self.machine.request(now, listener, id, request);
    }

    fn timeout(&mut self, now: Now) {
        self.watcher.called(now, Call::Timeout);
        self.machine.timeout(now);
    }

    fn poll(&mut self) -> Output<M::Event, M::Error> {
        let said = self.machine.poll();
        self.watcher.polled(&said);
        said
    }

    fn output(&self, link: LinkId) -> &[u8] {
        self.machine.output(link)
    }

    fn written(&mut self, now: Now, link: LinkId, n: usize) {
        let unsent = self.machine.output(link);
        let bytes = unsent.get(..n).unwrap_or(unsent);
        self.watcher.called(now, Call::Written { link, n, bytes });
        self.machine.written(now, link, n);
    }
}

impl<M, W> Act for Watched<M, W>
where
    M: Act,
    M::Action: Clone,
    W: Watcher<M>,
{
    type Action = M::Action;
    type Outcome = M::Outcome;

    fn act(&mut self, now: Now, action: M::Action) -> M::Outcome {
        // The action goes into the machine, but what came of it is known only afterwards.
        let outcome = self.machine.act(now, action.clone());
        self.watcher.acted(now, &action, &outcome);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec;
    use alloc::vec::Vec;
    use core::time::Duration;

    use super::*;
    use crate::example::{Echo, NotSaid, Say};
    use crate::{Failure, Method};

    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Watcher<Echo> for Notes {
        fn called(&mut self, now: Now, call: Call<'_>) {
            self.0.push(alloc::format!("{:?} {call:?}", now.monotonic));
        }

        fn polled(&mut self, said: &Output<String, crate::example::EchoError>) {
            self.0.push(alloc::format!("{said:?}"));
        }

        fn acted(&mut self, _: Now, action: &Say, outcome: &Result<(), NotSaid>) {
            self.0.push(alloc::format!("{action:?} {outcome:?}"));
        }
    }

    const LINK: LinkId = LinkId::new(1);

    fn at(seconds: u64) -> Now {
        Now { monotonic: Duration::from_secs(seconds), unix: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_watcher_is_told_of_every_call_and_of_what_came_of_it() {
        let mut machine = Watched::new(Echo::new(), Notes::default());
        machine.link_opened(at(1), LINK, Opened::Connected);
        assert_eq!(machine.input(at(2), LINK, b"hi\nrest"), 3);
        assert_eq!(machine.act(at(3), Say("me".to_string())), Ok(()));
        machine.written(at(4), LINK, 4);
        machine.timeout(at(5));
        machine.answer(at(6), EffectId::new(9), Answer::Stored(Err(Failure::Denied)));
        let request = HttpRequest { method: Method::Post, ..HttpRequest::get("/") };
        machine.request(at(7), ListenerId::new(1), RequestId::new(2), request);
        let _ = machine.poll();
        machine.link_closed(at(8), LINK, LinkEnd::Eof);

        let expected = [
            "1s LinkOpened { link: LinkId(1), how: Connected }",
            "2s Input { link: LinkId(1), offered: [104, 105, 10, 114, 101, 115, 116], taken: 3 }",
            "Say(\"me\") Ok(())",
            "4s Written { link: LinkId(1), n: 4, bytes: [104, 105, 10, 109] }",
            "5s Timeout",
            "6s Answer { effect: EffectId(9), answer: Stored(Err(Denied)) }",
            "7s Request { listener: ListenerId(1), id: RequestId(2), request: HttpRequest { \
             method: Post, url: \"/\", headers: 0, body: 0, .. } }",
            "Link { link: LinkId(1), reads: true, writes: true }",
            "8s LinkClosed { link: LinkId(1), why: Eof }",
        ];
        let (_, notes) = machine.into_parts();
        assert_eq!(notes.0, expected);
    }

    fn write_half(machine: &mut impl Machine) {
        machine.link_opened(at(1), LINK, Opened::Connected);
        machine.input(at(1), LINK, b"one\n");
        assert_eq!(machine.output(LINK), b"one\n");
        machine.written(at(1), LINK, 2);
        assert_eq!(machine.output(LINK), b"e\n");
    }

    #[test]
    fn a_watched_machine_says_what_it_would_say_unwatched() {
        let mut alone = Echo::new();
        let mut watched = Watched::new(Echo::new(), (Notes::default(), Notes::default()));
        write_half(&mut alone);
        write_half(&mut watched);
        for _ in 0..4 {
            assert_eq!(alone.poll(), watched.poll());
        }
        let (left, right) = watched.watcher();
        assert!(!left.0.is_empty() && left.0 == right.0);
    }

    #[test]
    fn moved_bytes_are_those_taken_or_written_and_no_others() {
        let input = Call::Input { link: LINK, offered: b"one\ntwo", taken: 4 };
        assert_eq!(input.moved(), Some(Moved { link: LINK, incoming: true, bytes: b"one\n" }));
        let nothing = Call::Input { link: LINK, offered: b"one", taken: 0 };
        let written = Call::Written { link: LINK, n: 2, bytes: b"ok" };
        assert_eq!(written.moved(), Some(Moved { link: LINK, incoming: false, bytes: b"ok" }));
        assert_eq!(vec![nothing.moved(), Call::Timeout.moved()], [None, None]);
    }
}
