use core::time::Duration;

use crate::{
    Answer, Effect, EffectId, HttpRequest, LinkEnd, LinkId, ListenerId, Now, Opened, RequestId,
};

/// A protocol part that does no input or output itself. See the [crate page](crate) for the rules.
pub trait Machine {
    /// What it tells the program. Owned, and open to new variants.
    type Event;
    /// How it can end badly.
    type Error: core::error::Error + Clone + Send + Sync + 'static;

    /// A link is up: the answer to [`Effect::Connect`], or a listener accepted it.
    fn link_opened(&mut self, now: Now, link: LinkId, how: Opened);

    /// Takes whole commands off the front of `bytes` and says how many bytes those were.
    ///
    /// Offer the rest again until it takes 0, and whatever is left again with the next bytes in
    /// its back. Never fails: a fault leaves by [`poll`](Self::poll).
    fn input(&mut self, now: Now, link: LinkId, bytes: &[u8]) -> usize;

    /// A link is gone, or never came up. Not called after [`Effect::Close`].
    fn link_closed(&mut self, now: Now, link: LinkId, why: LinkEnd);

    /// What became of an effect. An unknown or repeated id is ignored.
    fn answer(&mut self, now: Now, effect: EffectId, answer: Answer);

    /// A request reached a listener that [serves HTTP](crate::Serves::Http); it is answered by one
    /// [`Effect::Respond`].
    ///
    /// A machine that never asks for such a listener never receives this.
    fn request(&mut self, now: Now, listener: ListenerId, id: RequestId, request: HttpRequest) {
        let _ = (now, listener, id, request);
    }

    /// The deadline of the last [`Output::Wait`] has passed. An early call does nothing.
    fn timeout(&mut self, now: Now);

    /// What to do next. Call until it says [`Output::Wait`] or [`Output::Closed`].
    fn poll(&mut self) -> Output<Self::Event, Self::Error>;

    /// The bytes to send on a link; empty for a link it does not know.
    fn output(&self, link: LinkId) -> &[u8];

    /// The first `n` bytes of that link's [`output`](Self::output) have been sent.
    fn written(&mut self, now: Now, link: LinkId, n: usize);
}

/// One answer of [`Machine::poll`].
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output<E, X> {
    /// Something for the program.
    Event(E),
    /// Something only the world can do; answered as its description says.
    Effect(EffectId, Effect),
    /// What this link waits for has changed. Each changed link is named once.
    Link {
        /// The link.
        link: LinkId,
        /// It takes input. When this turns true, present the leftovers first.
        reads: bool,
        /// Its output is not empty.
        writes: bool,
    },
    /// Drained: there is nothing to do before the world says something, or before the deadline
    /// (on the scale of [`Now::monotonic`]).
    Wait {
        /// When to call [`Machine::timeout`]; never, where there is none.
        deadline: Option<Duration>,
    },
    /// The end, after every event that came before it. Said again on every later call.
    Closed(Result<(), X>),
}
