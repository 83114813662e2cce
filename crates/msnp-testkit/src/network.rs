//! Machines that talk to each other in memory, on virtual time.

mod addresses;
mod conditions;
mod engine;
mod host;
mod web;
mod wire;

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::time::Duration;

use msnp_core::{Act, Answer, Effect, Failure, LinkEnd, LinkId, Machine, Now};

pub use conditions::{Conditions, Cuts, Performed, Stalls};
use engine::Engine;
use host::Hosted;

/// A network without sockets, and the driver of every machine on it.
///
/// It keeps the contract of [`msnp_core`] to the letter: what one machine does not take is kept in
/// front of what comes next, presented again when `reads` turns true, and offered before
/// `link_closed`; output goes out before events are looked at; each call is followed by a drain.
/// A new link counts as `reads: false` until its machine says otherwise.
///
/// All machines share one address space. Time passes only in the methods that say so, and never
/// for real. The same seed, conditions and calls give the same run.
///
/// ```
/// use msnp_core::LinkId;
/// use msnp_core::example::{Echo, Say};
/// use msnp_testkit::{Conditions, Cuts, Network};
///
/// let conditions = Conditions { cuts: Cuts::Random, ..Conditions::default() };
/// let mut network = Network::with_conditions(7, conditions);
/// let alice = network.add("alice", Echo::new());
/// let bob = network.add("bob", Echo::new());
/// network.join((alice, LinkId::new(1)), (bob, LinkId::new(1)));
/// network.act(alice, Say("quit".into()))?;
/// network.settle();
/// assert_eq!(network.end(bob), Some(&Ok(())));
/// # Ok::<(), msnp_core::example::NotSaid>(())
/// ```
pub struct Network {
    engine: Engine,
    patience: u64,
}

/// A machine on a [`Network`]. Good for the network that gave it, and no other.
pub struct HostId<M> {
    seat: usize,
    machine: PhantomData<fn() -> M>,
}

impl<M> Clone for HostId<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for HostId<M> {}

impl<M> fmt::Debug for HostId<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostId({})", self.seat)
    }
}

impl Network {
    /// How many steps [`settle`](Self::settle), [`advance`](Self::advance) and
    /// [`run_until`](Self::run_until) take before they suspect a livelock.
    pub const PATIENCE: u64 = 1_000_000;

    /// A perfect network.
    pub fn new(seed: u64) -> Self {
        Self::with_conditions(seed, Conditions::default())
    }

    /// A network under these conditions; all chance in it comes from `seed`.
    pub fn with_conditions(seed: u64, conditions: Conditions) -> Self {
        Self { engine: Engine::new(seed, conditions), patience: Self::PATIENCE }
    }

    /// Takes fewer, or more, steps before it suspects a livelock.
    pub fn set_patience(&mut self, steps: u64) {
        self.patience = steps;
    }

    /// The conditions, to change them.
    pub fn conditions_mut(&mut self) -> &mut Conditions {
        &mut self.engine.conditions
    }

    /// Lets a host name mean an address. `localhost` and addresses need no entry.
    pub fn name(&mut self, name: &str, address: IpAddr) {
        self.engine.addresses.names.insert(name.to_ascii_lowercase(), address);
    }

    /// Puts a machine on the network. `name` stands for it in panics.
    ///
    /// Each `Store` it asks for succeeds at once; `Verify` is answered with
    /// [`Failure::Unsupported`].
    pub fn add<M>(&mut self, name: &str, machine: M) -> HostId<M>
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        self.add_with(name, machine, |_, effect| match effect {
            Effect::Store(_) => Performed::now(Answer::Stored(Ok(()))),
            Effect::Verify { .. } => Performed::now(Answer::Verified(Err(Failure::Unsupported))),
            _ => Performed::Never,
        })
    }

    /// The same; `perform` is asked for each effect that is not the network's own: `Store` and
    /// `Verify`.
    pub fn add_with<M>(
        &mut self,
        name: &str,
        machine: M,
        perform: impl FnMut(Now, &Effect) -> Performed + 'static,
    ) -> HostId<M>
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        let host = Box::new(Hosted::new(machine));
        let seat = self.engine.add(name.to_owned(), host, Box::new(perform));
        HostId { seat, machine: PhantomData }
    }

    /// Connects two machines of which neither asks for connections. The first one is `Connected`,
    /// the second `Accepted` by a listener with the number 0.
    ///
    /// # Panics
    /// Where one of them has a link of that id.
    pub fn join<A, B>(&mut self, one: (HostId<A>, LinkId), other: (HostId<B>, LinkId)) {
        self.engine.join((one.0.seat, one.1), (other.0.seat, other.1));
    }

    /// The machine, to read.
    pub fn machine<M>(&self, host: HostId<M>) -> &M
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        &self.hosted(host).machine
    }

    /// Calls methods of the machine itself, and drains it afterwards.
    pub fn call<M, R>(&mut self, host: HostId<M>, call: impl FnOnce(&mut M, Now) -> R) -> R
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        let now = self.now();
        let result = call(&mut self.hosted_mut(host).machine, now);
        self.engine.drain(host.seat);
        result
    }

    /// Performs an action of the machine, and drains it afterwards.
    pub fn act<M>(&mut self, host: HostId<M>, action: M::Action) -> M::Outcome
    where
        M: Act + 'static,
        M::Event: 'static,
    {
        self.call(host, |machine, now| machine.act(now, action))
    }

    /// The events of this machine so far, each with the [`Now::monotonic`] at which it was given.
    pub fn events<M>(&self, host: HostId<M>) -> &[(Duration, M::Event)]
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        &self.hosted(host).events
    }

    /// The same, and forgets them.
    pub fn take_events<M>(&mut self, host: HostId<M>) -> Vec<(Duration, M::Event)>
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        std::mem::take(&mut self.hosted_mut(host).events)
    }

    /// How this machine ended, if it did.
    pub fn end<M>(&self, host: HostId<M>) -> Option<&Result<(), M::Error>>
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        self.hosted(host).end.as_ref().map(|(_, end)| end)
    }

    /// When this machine ended, as [`Now::monotonic`], if it did.
    pub fn ended_at<M>(&self, host: HostId<M>) -> Option<Duration>
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        self.hosted(host).end.as_ref().map(|(at, _)| *at)
    }

    /// The links that the network still carries for this machine, in order.
    pub fn links<M>(&self, host: HostId<M>) -> Vec<LinkId> {
        self.engine.links(host.seat)
    }

    /// Keeps back all that arrives for this machine on this link, as if the network stood still.
    pub fn hold<M>(&mut self, host: HostId<M>, link: LinkId) {
        self.engine.hold(host.seat, link);
    }

    /// Lets in what [`hold`](Self::hold) kept back.
    pub fn release<M>(&mut self, host: HostId<M>, link: LinkId) {
        self.engine.release(host.seat, link);
    }

    /// Breaks a link now. Both sides get what has arrived, then `link_closed` with `why`.
    pub fn cut<M>(&mut self, host: HostId<M>, link: LinkId, why: LinkEnd) {
        self.engine.cut(host.seat, link, why);
    }

    /// Breaks one connection once it has carried so many bytes, both directions counted. They are
    /// numbered from 0 in the order in which they were asked for.
    pub fn cut_after(&mut self, connection: u64, bytes: u64, why: LinkEnd) {
        self.engine.planned = Some((connection, bytes, why));
    }

    /// How many bytes each connection has carried, in both directions together, those that are gone
    /// included. They stand in the order in which they were asked for.
    pub fn carried(&self) -> &[u64] {
        &self.engine.carried
    }

    /// The virtual time: `monotonic` began at 0, `unix` at 2004-01-10 13:37:04 UTC.
    pub fn now(&self) -> Now {
        self.engine.now()
    }

    /// How many steps have been made.
    pub fn steps(&self) -> u64 {
        self.engine.steps
    }

    /// The earliest deadline of all machines and HTTP requests.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.engine.next_deadline()
    }

    /// Does the next thing: reads one piece, writes one, delivers one, or, where nothing is under
    /// way, jumps to the next deadline. Says whether there was anything to do.
    pub fn step(&mut self) -> bool {
        self.engine.step()
    }

    /// Goes on until nothing is under way. Time passes as far as that takes; deadlines beyond it
    /// are left alone.
    ///
    /// # Panics
    /// When it takes more than [`PATIENCE`](Self::PATIENCE) steps.
    #[track_caller]
    pub fn settle(&mut self) {
        self.run_bounded(self.patience);
    }

    /// The same, in at most `steps` steps.
    ///
    /// # Panics
    /// When something is still under way after that.
    #[track_caller]
    pub fn run_bounded(&mut self, steps: u64) {
        let limit = self.engine.steps + steps;
        while self.engine.busy() {
            if self.engine.steps >= limit {
                self.livelock(steps);
            }
            self.engine.step();
        }
    }

    /// Goes on, over deadlines too, until `done` holds.
    ///
    /// # Panics
    /// When it takes more than [`PATIENCE`](Self::PATIENCE) steps, or nothing can happen any more.
    #[track_caller]
    pub fn run_until(&mut self, mut done: impl FnMut(&Self) -> bool) {
        let limit = self.engine.steps + self.patience;
        while !done(self) {
            if self.engine.steps >= limit {
                self.livelock(self.patience);
            }
            if !self.engine.step() {
                let (at, last) = (self.engine.time, self.engine.last_steps());
                let waits = self.engine.deadlines();
                panic!("nothing can happen any more at {at:?}; the last steps were:{last}{waits}");
            }
        }
    }

    /// Lets so much time pass, with all that happens in it.
    ///
    /// # Panics
    /// When it takes more than [`PATIENCE`](Self::PATIENCE) steps.
    #[track_caller]
    pub fn advance(&mut self, by: Duration) {
        let until = self.engine.time.saturating_add(by);
        let limit = self.engine.steps + self.patience;
        while self.engine.next_time().is_some_and(|at| at <= until) {
            if self.engine.steps >= limit {
                self.livelock(self.patience);
            }
            self.engine.step();
        }
        self.engine.time = until;
    }

    #[track_caller]
    fn livelock(&self, steps: u64) -> ! {
        let (at, last) = (self.engine.time, self.engine.last_steps());
        let waits = self.engine.deadlines();
        panic!(
            "a livelock is suspected: still busy after {steps} steps, at {at:?}; the last steps \
             were:{last}{waits}"
        );
    }

    fn hosted<M>(&self, host: HostId<M>) -> &Hosted<M>
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        let host: &dyn Any = self.engine.host(host.seat).as_any();
        host.downcast_ref().expect("a host id of another network")
    }

    fn hosted_mut<M>(&mut self, host: HostId<M>) -> &mut Hosted<M>
    where
        M: Machine + 'static,
        M::Event: 'static,
    {
        let host: &mut dyn Any = self.engine.host_mut(host.seat).as_any_mut();
        host.downcast_mut().expect("a host id of another network")
    }
}
