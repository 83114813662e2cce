//! Values that the tests of a crate draw by chance, drawn from the bytes of an input instead.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The value that these bytes stand for.
pub(crate) fn drawn<S: Strategy>(any: &S, bytes: &[u8]) -> Option<S::Value> {
    let chance = TestRng::from_seed(RngAlgorithm::PassThrough, &continued(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), chance);
    any.new_tree(&mut runner).ok().map(|tree| tree.current())
}

/// A value that these bytes are but the seed of: strategies that choose between many others split
/// their stream so often that one of bytes would be used up.
pub(crate) fn sampled<S: Strategy>(any: &S, bytes: &[u8]) -> Option<S::Value> {
    let mut seed = [0; 32];
    for (at, byte) in bytes.iter().enumerate() {
        let place: &mut u8 = &mut seed[at % 32];
        *place = place.rotate_left(3) ^ byte;
    }
    let chance = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), chance);
    any.new_tree(&mut runner).ok().map(|tree| tree.current())
}

/// The bytes, and after them noise that they alone decide: drawing from a stream of zeros may never
/// come to an end.
fn continued(bytes: &[u8]) -> Vec<u8> {
    const ENOUGH: usize = 16 * 1024;
    let mut state = bytes.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut stream = bytes.to_vec();
    while stream.len() < ENOUGH {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        stream.extend_from_slice(&state.to_le_bytes());
    }
    stream
}
