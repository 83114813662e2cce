//! How many connections there are, of whom, and what waits to be sent on all of them.

use alloc::collections::BTreeMap;
use core::num::NonZeroU32;
use core::time::Duration;

use msnp_core::Subscriber;

use crate::event::TooMany;
use crate::limits::in_map;

/// The bounds of what connections cost, beside [`Limits::links`](crate::Limits::links).
///
/// Addresses are counted by [`Subscriber`]: an IPv4 address, or an IPv6 network of 64 bits. Where
/// all clients come through one proxy, the bounds of one address must be as large as those of all.
///
/// A connection that is one too many is closed at once and without a word, since nothing is known
/// of its version, and nobody else's makes room for it: who is there already stays. The bounds of
/// one address keep one host from filling those of all. They count connections to the dispatch
/// server, the notification server and the switchboard; the driver bounds those for web pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// The most connections of one address at a time.
    pub of_one_address: usize,
    /// The most connections at a time on which nobody has signed in or entered a room yet. Each
    /// has the time of [`SessionLimits::sign_in`](msnp_session::SessionLimits::sign_in) for that.
    pub strangers: usize,
    /// The most such connections of one address.
    pub strangers_of_one_address: usize,
    /// How many commands a second are taken from a client of the notification server; none for as
    /// many as come. A second's worth may come at once. After that the connection is not read for
    /// half a second at a time: nothing is lost or refused, and the client waits.
    pub notification_commands: Option<NonZeroU32>,
    /// The same for a client of the switchboard. Messages are commands.
    pub switchboard_commands: Option<NonZeroU32>,
    /// The most bytes that wait to be sent on all connections together. When there are more, those
    /// on which most waits are cut off and what waits for them is thrown away, until a quarter is
    /// free again: who reads is not hurt by those who do not.
    pub output: usize,
}

impl ConnectionLimits {
    /// The most heap that the tables of addresses hold, in bytes, with so many links.
    pub const fn heap_bound(&self, links: usize) -> usize {
        // Every address in it has a link.
        links.saturating_mul(in_map(size_of::<(Subscriber, Held)>()))
    }
}

impl Default for ConnectionLimits {
    /// 1,000 connections of one address; 5,000 strangers, 200 of them of one address; 1,000
    /// commands a second to the notification server, any number to the switchboard; 256 MiB.
    fn default() -> Self {
        Self {
            of_one_address: 1_000,
            strangers: 5_000,
            strangers_of_one_address: 200,
            notification_commands: NonZeroU32::new(1_000),
            switchboard_commands: None,
            output: 256 * 1024 * 1024,
        }
    }
}

/// How many links there are of whom. A link counts until it is forgotten, not only until it closes.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    of: BTreeMap<Subscriber, Held>,
    links: usize,
    strangers: usize,
    told: Told,
}

/// What one address holds. It stands in the table while it has a link.
#[derive(Debug, Default)]
struct Held {
    links: usize,
    strangers: usize,
    told: Told,
}

/// When it was last told that there are too many.
#[derive(Debug, Default)]
struct Told(Option<Duration>);

/// One link is too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crowded {
    pub(crate) why: TooMany,
    /// The program has not been told so for a while.
    pub(crate) is_news: bool,
}

impl Connections {
    /// Whether one more link of a stranger from there may begin.
    pub(crate) fn admit(
        &mut self,
        now: Duration,
        from: Subscriber,
        links: usize,
        limits: &ConnectionLimits,
    ) -> Result<(), Crowded> {
        let of_one = self.of.get_mut(&from).and_then(|held| {
            let why = if held.links >= limits.of_one_address {
                TooMany::OfOneAddress
            } else if held.strangers >= limits.strangers_of_one_address {
                TooMany::StrangersOfOneAddress
            } else {
                return None;
            };
            Some(Crowded { why, is_news: held.told.is_news(now) })
        });
        if let Some(crowded) = of_one {
            return Err(crowded);
        }
        let why = if self.links >= links {
            TooMany::Links
        } else if self.strangers >= limits.strangers {
            TooMany::Strangers
        } else {
            return Ok(());
        };
        Err(Crowded { why, is_news: self.told.is_news(now) })
    }

    /// A stranger has come.
    pub(crate) fn came(&mut self, from: Subscriber) {
        self.links = self.links.saturating_add(1);
        self.strangers = self.strangers.saturating_add(1);
        let held = self.of.entry(from).or_default();
        held.links = held.links.saturating_add(1);
        held.strangers = held.strangers.saturating_add(1);
    }

    /// One of the strangers is none any more.
    pub(crate) fn known(&mut self, from: Subscriber) {
        self.strangers = self.strangers.saturating_sub(1);
        if let Some(held) = self.of.get_mut(&from) {
            held.strangers = held.strangers.saturating_sub(1);
        }
    }

    /// A link is forgotten; that of a stranger is [`known`](Self::known) first.
    pub(crate) fn gone(&mut self, from: Subscriber) {
        self.links = self.links.saturating_sub(1);
        if let Some(held) = self.of.get_mut(&from) {
            held.links = held.links.saturating_sub(1);
            if held.links == 0 {
                self.of.remove(&from);
            }
        }
    }
}

impl Told {
    fn is_news(&mut self, now: Duration) -> bool {
        let is_news = self.0.is_none_or(|at| now.saturating_sub(at) >= TOLD_AGAIN);
        if is_news {
            self.0 = Some(now);
        }
        is_news
    }
}

/// How long the program is not told again that there are too many.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// How fast the commands of one link come.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When all commands so far would have come at the pace that is allowed.
    due: Duration,
}

impl Pace {
    /// One more command was taken; until when none is, where that was too fast.
    pub(crate) fn took(&mut self, now: Duration, a_second: Option<NonZeroU32>) -> Option<Duration> {
        let each = SECOND.checked_div(a_second?.get())?;
        self.due = self.due.max(now).saturating_add(each);
        let ahead = self.due.saturating_sub(now);
        (ahead >= SECOND).then(|| self.due.saturating_sub(SECOND / 2))
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Subscriber {
        Subscriber::of(address.parse().unwrap())
    }

    #[test]
    fn the_table_holds_only_addresses_that_have_a_link() {
        let mut connections = Connections::default();
        for number in 0..100_u8 {
            let from = Subscriber::of([192, 0, 2, number].into());
            connections.came(from);
            connections.known(from);
            connections.gone(from);
        }
        assert_eq!((connections.of.len(), connections.links, connections.strangers), (0, 0, 0));
    }

    #[test]
    fn a_crowd_is_told_once_a_minute() {
        let mut connections = Connections::default();
        let limits = ConnectionLimits { of_one_address: 1, ..ConnectionLimits::default() };
        connections.came(from("192.0.2.1"));
        let mut told = |seconds| {
            let now = Duration::from_secs(seconds);
            connections.admit(now, from("192.0.2.1"), 9, &limits).unwrap_err().is_news
        };
        assert_eq!([0, 1, 59, 60, 61].map(&mut told), [true, false, false, true, false]);
    }

    #[test]
    fn a_second_of_commands_may_come_at_once_and_then_the_pace_holds() {
        let mut pace = Pace::default();
        let ten = NonZeroU32::new(10);
        let mut now = Duration::from_secs(100);
        let first = (1..).find_map(|count| Some((count, pace.took(now, ten)?)));
        assert_eq!(first, Some((10, now + SECOND / 2)));
        let mut taken = 0;
        let end = now + SECOND * 10;
        while now < end {
            if let Some(until) = pace.took(now, ten) {
                now = until;
            }
            taken += 1;
        }
        assert!((95..=105).contains(&taken), "{taken}");
        assert_eq!(pace.took(now, None), None);
    }
}
