use std::collections::VecDeque;
use std::time::Duration;

use msnp_core::{LinkEnd, LinkId};

/// One connection. Side 0 asked for it, side 1 accepted it.
pub(super) struct Wire {
    pub(super) ends: [End; 2],
    /// Bytes delivered so far, both directions.
    pub(super) carried: u64,
    /// It broke; what is still under way is lost.
    pub(super) broken: bool,
}

/// What one side of a connection knows: its socket, and the driver's leftovers.
pub(super) struct End {
    pub(super) host: usize,
    pub(super) link: LinkId,
    pub(super) state: State,
    /// The machine wants the link closed once its output is sent.
    pub(super) closing: bool,
    /// The machine takes input.
    pub(super) reads: bool,
    /// The leftovers have to be presented again although nothing new has come.
    pub(super) again: bool,
    /// Arrived and not read yet.
    pub(super) unread: VecDeque<u8>,
    /// Read, offered, and not taken yet.
    pub(super) leftovers: Vec<u8>,
    /// What follows the unread bytes.
    pub(super) end: Option<LinkEnd>,
    /// How many bytes are under way to here.
    pub(super) under_way: usize,
    /// When the last piece sent to here arrives; nothing may overtake it.
    pub(super) last_arrival: Duration,
    /// Where arrivals are kept while the test holds them back.
    pub(super) held: Option<VecDeque<Cargo>>,
    /// The other side wants to write, and there is no room here.
    pub(super) writer_waits: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Opening,
    Open,
    Gone,
}

pub(super) enum Cargo {
    Bytes(Vec<u8>),
    End(LinkEnd),
}

impl Wire {
    pub(super) fn new(host: usize, link: LinkId) -> Self {
        // Nobody is at the other end until somebody accepts.
        let nobody = End { state: State::Gone, ..End::new(usize::MAX, LinkId::new(0)) };
        Self { ends: [End::new(host, link), nobody], carried: 0, broken: false }
    }

    pub(super) fn accept(&mut self, host: usize, link: LinkId) {
        self.ends[1] = End { state: State::Open, ..End::new(host, link) };
    }
}

impl End {
    fn new(host: usize, link: LinkId) -> Self {
        Self {
            host,
            link,
            state: State::Opening,
            closing: false,
            reads: false,
            again: false,
            unread: VecDeque::new(),
            leftovers: Vec::new(),
            end: None,
            under_way: 0,
            last_arrival: Duration::ZERO,
            held: None,
            writer_waits: false,
        }
    }

    /// How many more bytes may be sent to here.
    pub(super) fn room(&self, window: usize) -> usize {
        match self.state {
            State::Gone => usize::MAX,
            _ => window.saturating_sub(self.under_way + self.unread.len()),
        }
    }

    /// Whether its driver still reads.
    pub(super) fn listens(&self) -> bool {
        self.state == State::Open && !self.closing
    }
}
