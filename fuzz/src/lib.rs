//! What the fuzz targets check.
//!
//! Each target is an ordinary function that takes the bytes of one input and panics when an
//! invariant does not hold. libFuzzer calls it from `fuzz_targets/`; the tests call it with every
//! file of its corpus, on stable Rust and without libFuzzer.

#![forbid(unsafe_code)]

pub mod frame;
