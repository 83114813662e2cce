//! The allocator that counts.

use std::hint::black_box;

use msnp_testkit::{AllocationCounter, Measured, measure};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

#[test]
fn what_is_freed_again_shows_in_the_peak_and_not_in_what_is_kept() {
    let (_, measured) = measure(|| drop(black_box(vec![1_u8; 4096])));
    assert_eq!(measured, Measured { allocations: 1, peak: 4096, kept: 0 });
}

#[test]
fn growing_counts_as_an_allocation_and_as_its_difference() {
    let mut bytes = Vec::<u8>::with_capacity(16);
    let (_, measured) = measure(|| bytes.reserve_exact(64));
    assert_eq!(measured, Measured { allocations: 1, peak: 48, kept: 48 });
}

#[test]
fn another_thread_is_not_counted_here() {
    let (_, measured) = measure(|| {
        std::thread::scope(|scope| {
            scope.spawn(|| drop(black_box(vec![1_u8; 1 << 20]))).join().unwrap();
        });
    });
    assert!(measured.peak < 1 << 16, "{measured:?}");
}
