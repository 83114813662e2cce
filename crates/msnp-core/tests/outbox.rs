//! How much room an `Outbox` keeps while nothing waits in it.
#![allow(clippy::unwrap_used)]

use msnp_core::Outbox;
use msnp_testkit::{AllocationCounter, Measured, measure};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

/// Sends so many bytes, and then as many again; what the second time cost.
fn again(outbox: &mut Outbox, bytes: usize) -> Measured {
    let send = |outbox: &mut Outbox| {
        let printed = outbox.print(|out| out.extend(std::iter::repeat_n(b'x', bytes)));
        assert_eq!(printed, Ok(()));
        outbox.written(bytes);
    };
    send(outbox);
    measure(|| send(outbox)).1
}

#[test]
fn what_was_large_is_not_kept_unless_that_was_asked_for() {
    let mut outbox = Outbox::new(64 * 1024);
    let (_, held) = measure(|| again(&mut outbox, 5000));
    assert_eq!(held.kept, 0);
    outbox.keep(8 * 1024);
    assert_eq!(again(&mut outbox, 5000).allocations, 0);
    let (_, held) = measure(|| again(&mut outbox, 50_000));
    assert!(held.kept <= 0, "{held:?}");
}

#[test]
fn whatever_it_keeps_its_bound_is_the_same() {
    let mut outbox = Outbox::new(2000);
    outbox.keep(usize::MAX);
    let held = measure(|| again(&mut outbox, 2000)).1;
    let bound = isize::try_from(Outbox::heap_bound(2000, 2000)).unwrap();
    assert!((2000..=bound).contains(&held.kept), "{held:?}");
}
