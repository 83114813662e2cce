//! The target `p2p_pair`: two clients fetch from each other over carriers with faults.
//!
//! Whatever the carriers do, each transfer ends once, on both sides, and what came is what was
//! published. Where nothing was lost without a word, few things were lost at all, nobody
//! cancelled and little time passed, all that was asked for came.

use std::time::Duration;

use msnp_p2p::P2pLimits;
use msnp_p2p::packet::{Carriage, PeerVersion};

use crate::exchange::Exchange;
use crate::input::Input;
use crate::packet::carriage;

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    assert_eq!(play(input), play(input), "the same calls give the same outputs");
}

fn play(input: &[u8]) -> Vec<u64> {
    let mut input = Input::new(input);
    let version = if input.flag() { PeerVersion::V2 } else { PeerVersion::V1 };
    let mut limits = P2pLimits::DEFAULT;
    limits.transfers = MOST_FETCHES;
    limits.object = 32 * 1024;
    limits.cache = 32 * 1024;
    let mut story = Story {
        exchange: Exchange::new(version, limits),
        over: Carriage::Switchboard,
        is_harmed: false,
        fetches: 0,
        faults: 0,
        passed: Duration::ZERO,
    };
    story.exchange.open(Carriage::Switchboard);
    for _ in 0..MOST_DEEDS {
        if input.is_empty() {
            break;
        }
        story.go_on(&mut input);
    }
    story.exchange.rest();
    for side in &story.exchange.sides {
        assert!(side.transfers.are_over(), "every transfer has ended");
        assert!(story.is_harmed || side.transfers.all_came(), "what nothing hinders comes");
    }
    story.exchange.close();
    story.exchange.trace.calls
}

/// How many things happen at most.
const MOST_DEEDS: usize = 400;
/// How much both fetch: neither has ever too much to do.
const MOST_FETCHES: usize = 12;
/// What a transfer bears without failing: nothing runs out within so long.
const HARMLESS: Duration = Duration::from_secs(9);
/// The same: nobody sends for ever what a carrier does not take.
const HARMLESS_FAULTS: usize = 3;

struct Story {
    exchange: Exchange,
    /// The carrier that is used now.
    over: Carriage,
    /// Something happened after which a transfer may fail.
    is_harmed: bool,
    fetches: usize,
    /// How often a carrier made something go again.
    faults: usize,
    passed: Duration,
}

impl Story {
    fn go_on(&mut self, input: &mut Input<'_>) {
        let what = input.byte();
        let at = usize::from(what & 1);
        let exchange = &mut self.exchange;
        match what >> 1 & 31 {
            0..=2 => {
                let len = 1 + usize::from(input.byte()) * 97;
                if self.fetches < MOST_FETCHES {
                    self.fetches += 1;
                    exchange.fetch(at, len);
                }
            }
            3 => exchange.open(carriage(what >= 128)),
            4 => {
                exchange.cut(carriage(what >= 128));
                self.fault();
            }
            5 => {
                self.over = carriage(what >= 128);
                exchange.open(self.over);
            }
            6 => {
                self.is_harmed |= !exchange.lose(at);
                self.fault();
            }
            7 => exchange.repeat(at),
            8 => {
                exchange.overtake(at);
                // Behind what is missing there may be no room.
                self.is_harmed = true;
            }
            9 | 10 => exchange.confirm(at, true),
            11 => {
                exchange.confirm(at, false);
                self.fault();
            }
            12 => exchange.keep_silent(at),
            13 => {
                self.is_harmed = true;
                exchange.sides[at].wire.pop_front();
            }
            14 => {
                self.is_harmed = true;
                if let Some(transfer) = exchange.sides[at].transfers.asked(input.below(4)) {
                    exchange.call(at, |p2p, now| p2p.cancel(now, transfer));
                }
            }
            15 => {
                self.is_harmed = true;
                let other = exchange.sides[1 - at].peer.clone();
                exchange.call(at, |p2p, _| p2p.unreachable(&other));
            }
            16 | 17 => self.pass(Duration::from_millis(u64::from(input.byte()) * 10)),
            18 => self.pass(Duration::from_secs(input.byte().into())),
            19..=22 => drop(exchange.carry(at)),
            23..=26 => drop(exchange.send(at, self.over)),
            _ => self.talk(input.byte()),
        }
    }

    fn fault(&mut self) {
        self.faults += 1;
        self.is_harmed |= self.faults > HARMLESS_FAULTS;
    }

    fn pass(&mut self, by: Duration) {
        self.passed += by;
        self.is_harmed |= self.passed > HARMLESS;
        self.exchange.pass(by);
    }

    /// Everything goes well for a while.
    fn talk(&mut self, rounds: u8) {
        for _ in 0..rounds {
            for at in [0, 1] {
                self.exchange.send(at, self.over);
                self.exchange.carry(at);
                self.exchange.confirm(at, true);
            }
        }
    }
}
