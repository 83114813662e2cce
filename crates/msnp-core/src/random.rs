use alloc::string::String;
use core::fmt;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::Guid;

/// The only source of chance in a machine: a ChaCha20 stream from a seed.
///
/// The seed is given at construction. A driver takes it from the system; a test writes it down.
#[derive(Clone)]
pub struct Random(ChaCha20Rng);

impl Random {
    /// The stream of this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// A seed for a machine inside this one.
    pub fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.fill(&mut seed);
        seed
    }

    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// Any 32-bit number.
    pub fn number(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        u32::try_from((u64::from(self.number()) * u64::from(bound)) >> 32).unwrap_or_default()
    }

    /// A GUID of version 4.
    pub fn guid(&mut self) -> Guid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
        *version = (*version & 0x0f) | 0x40;
        *variant = (*variant & 0x3f) | 0x80;
        Guid::from_bytes(bytes)
    }

    /// `count` decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        self.text(count, b"0123456789")
    }

    /// `count` letters and digits: 5.95 bits each, so that 22 of them hold 128.
    pub fn token(&mut self, count: usize) -> String {
        self.text(count, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    }

    fn text(&mut self, count: usize, alphabet: &[u8]) -> String {
        let bound = u32::try_from(alphabet.len()).unwrap_or_default();
        (0..count)
            .filter_map(|_| alphabet.get(usize::try_from(self.below(bound)).ok()?))
            .map(|b| char::from(*b))
            .collect()
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn the_same_seed_gives_the_same_stream() {
        let mut one = Random::from_seed([7; 32]);
        let mut other = Random::from_seed([7; 32]);
        assert_eq!(one.token(40), other.token(40));
        assert_ne!(one.token(40), Random::from_seed([8; 32]).token(40));
        assert!(one.digits(20).bytes().all(|b| b.is_ascii_digit()));
        assert_eq!(one.guid().to_string().as_bytes()[14], b'4');
    }

    #[test]
    fn a_bounded_number_stays_below_its_bound() {
        let mut random = Random::from_seed([1; 32]);
        assert_eq!(random.below(0), 0);
        assert!((0..1000).all(|_| random.below(7) < 7));
    }
}
