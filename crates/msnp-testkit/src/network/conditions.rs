use std::time::Duration;

use msnp_core::{Answer, LinkEnd, Random};

/// How a [`Network`](crate::Network) treats what it carries. The default is a perfect network.
///
/// May be changed while the network runs; what is under way already is not affected.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// How long bytes, connection attempts and HTTP messages are under way, one way.
    pub latency: Duration,
    /// How the bytes of a link are cut when they are read and written.
    pub cuts: Cuts,
    /// Some pieces stand still for a while, and all that follows on that link with them.
    pub stalls: Option<Stalls>,
    /// Each link breaks in this way once it has carried so many bytes, both directions counted.
    pub cut_after: Option<(u64, LinkEnd)>,
    /// The most bytes under way or unread in one direction of a link; a writer waits at that.
    pub window: usize,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            cuts: Cuts::Whole,
            stalls: None,
            cut_after: None,
            window: 64 * 1024,
        }
    }
}

/// Where bytes are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cuts {
    /// All that is there is written, and read, at once.
    Whole,
    /// All is written at once, and read one byte at a time.
    Bytewise,
    /// Written and read in pieces of random sizes, many of them a single byte. The machine is
    /// sometimes drained between two commands of one piece, and sometimes only after the last.
    Random,
}

/// How often, and how long, pieces stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stalls {
    /// One in so many pieces stalls, on average. 0 counts as 1.
    pub one_in: u32,
    /// For so long.
    pub lasting: Duration,
}

/// What somebody outside the network does with an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Performed {
    /// This comes of it, after so long.
    After(Duration, Answer),
    /// Nothing ever comes of it.
    Never,
}

impl Performed {
    /// This comes of it, at once.
    pub fn now(answer: Answer) -> Self {
        Self::After(Duration::ZERO, answer)
    }
}

/// The size of the next piece of `n` bytes, 1 to `n`; 0 where `n` is 0.
pub(super) fn piece(random: &mut Random, n: usize) -> usize {
    let below = |random: &mut Random, bound: usize| {
        let bound = u32::try_from(bound).unwrap_or(u32::MAX);
        usize::try_from(random.below(bound)).unwrap_or_default()
    };
    let size = match random.below(4) {
        0 => 1,
        1 => 1 + below(random, 8),
        2 => 1 + below(random, n),
        _ => n,
    };
    size.min(n)
}
