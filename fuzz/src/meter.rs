//! The heap of a machine, counted byte by byte by the allocator.

use msnp_testkit::{heap_now, heap_peak, reset_heap_peak};

/// Counts what the machine holds on the heap, and what was given to it or taken from it.
pub(crate) struct Meter {
    held: isize,
    pub(crate) bound: usize,
}

impl Meter {
    /// Nothing is held yet, and at most so many bytes may be.
    pub(crate) const fn new(bound: usize) -> Self {
        Self { held: 0, bound }
    }

    /// Work of the machine.
    pub(crate) fn around<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let before = heap_now();
        reset_heap_peak();
        let result = work();
        let peak = usize::try_from(self.held + heap_peak() - before).unwrap_or_default();
        assert!(peak <= self.bound, "{peak} bytes of heap, {} are the most", self.bound);
        self.held += heap_now() - before;
        result
    }

    /// What is held now, in bytes.
    pub(crate) fn held(&self) -> usize {
        usize::try_from(self.held).unwrap_or_default()
    }
}
