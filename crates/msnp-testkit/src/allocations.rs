//! Counting what a test allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

/// The allocator of the system, which counts.
///
/// The numbers are those of the thread that asks, so that tests beside each other do not mix.
/// A test binary installs it once:
///
/// ```
/// use msnp_testkit::{AllocationCounter, measure};
///
/// #[global_allocator]
/// static COUNTER: AllocationCounter = AllocationCounter;
///
/// let (kept, cost) = measure(|| vec![0_u8; 1000]);
/// assert_eq!((kept.len(), cost.allocations, cost.kept), (1000, 1, 1000));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AllocationCounter;

thread_local! {
    // Without destructors and without lazy initialisation, so that the allocator may use them.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// How often this thread has allocated, or made an allocation larger or smaller.
pub fn allocations() -> u64 {
    ALLOCATIONS.get()
}

/// How many bytes this thread holds: allocated less freed. Below 0 where it freed what others
/// allocated.
pub fn heap_now() -> isize {
    NOW.get()
}

/// The largest [`heap_now`] since the thread began, or since [`reset_heap_peak`].
pub fn heap_peak() -> isize {
    PEAK.get()
}

/// Makes the present [`heap_now`] the peak.
pub fn reset_heap_peak() {
    PEAK.set(NOW.get());
}

/// What a piece of a test allocated, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// How often it allocated, or made an allocation larger or smaller.
    pub allocations: u64,
    /// The most that it held at once, beyond what was held before.
    pub peak: usize,
    /// What it still held at its end, beyond what was held before; below 0 where it freed more.
    pub kept: isize,
}

/// Runs `work` and says what it allocated on this thread.
///
/// # Panics
/// Where [`AllocationCounter`] is not the global allocator: nothing would be counted, and every
/// bound would seem to hold.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Measured) {
    let count = allocations();
    drop(black_box(Box::new(0_u8)));
    assert!(allocations() > count, "AllocationCounter is not the global allocator of this test");

    let (count, before) = (allocations(), heap_now());
    reset_heap_peak();
    let result = work();
    let measured = Measured {
        allocations: allocations() - count,
        peak: usize::try_from(heap_peak() - before).unwrap_or_default(),
        kept: heap_now() - before,
    };
    (result, measured)
}

fn count(grown: usize, shrunk: usize) {
    let change = grown.wrapping_sub(shrunk).cast_signed();
    let now = NOW.get().wrapping_add(change);
    NOW.set(now);
    PEAK.set(PEAK.get().max(now));
}

fn count_one(grown: usize, shrunk: usize) {
    ALLOCATIONS.set(ALLOCATIONS.get().wrapping_add(1));
    count(grown, shrunk);
}

// The only unsafe code of the workspace. Every method hands its arguments to `System` unchanged, so
// what the caller promised is what `System` is promised; counting allocates nothing.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for AllocationCounter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count_one(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count_one(size, layout.size());
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { System.dealloc(memory, layout) }
    }
}
