use core::fmt;

use md5::{Digest, Md5};

/// Sixteen bytes as 32 lower-case hexadecimal digits: the form of every proof that is a hash.
///
/// A response to a password's challenge can be replayed or guessed from, so `Debug` hides it.
#[derive(Clone, Copy)]
pub struct HexDigest([u8; 32]);

impl HexDigest {
    /// The digits of these bytes, the first byte first.
    pub(crate) fn new(bytes: [u8; 16]) -> Self {
        let mut digits = [0; 32];
        let (pairs, _) = digits.as_chunks_mut::<2>();
        for ([high, low], byte) in pairs.iter_mut().zip(bytes) {
            *high = digit(byte >> 4);
            *low = digit(byte & 0x0f);
        }
        Self(digits)
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The 32 digits as ASCII.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `sent` is exactly these digits, in a time that depends on its length alone.
    ///
    /// Upper-case digits do not match: every known client sends lower-case ones.
    pub fn matches(&self, sent: impl AsRef<[u8]>) -> bool {
        let sent = sent.as_ref();
        let differing = self.0.iter().zip(sent).fold(0, |acc, (a, b)| acc | (a ^ b));
        sent.len() == self.0.len() && differing == 0
    }
}

impl AsRef<str> for HexDigest {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<[u8]> for HexDigest {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for HexDigest {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.0)
    }
}

impl Eq for HexDigest {}

impl fmt::Debug for HexDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HexDigest(…)")
    }
}

/// MD5 of one text followed by another.
pub(crate) fn md5(first: &[u8], second: &[u8]) -> [u8; 16] {
    Md5::new().chain_update(first).chain_update(second).finalize().into()
}

fn digit(half: u8) -> u8 {
    match half {
        0..=9 => b'0' + half,
        _ => b'a' + half - 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_lower_case_and_the_first_byte_comes_first() {
        let digest = HexDigest::new([
            0x0f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78, 0x87, 0x96, 0xa5, 0xb4, 0xc3, 0xd2,
            0xe1, 0xf0,
        ]);
        assert_eq!(digest.as_str(), "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    }

    #[test]
    fn only_the_same_digits_in_the_same_case_match() {
        let digest = HexDigest::new([0xab; 16]);
        assert!(digest.matches("abababababababababababababababab"));
        for wrong in [
            "",
            "ab",
            "abababababababababababababababac",
            "bbababababababababababababababab",
            "ABABABABABABABABABABABABABABABAB",
            "abababababababababababababababab0",
        ] {
            assert!(!digest.matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn digests_are_equal_where_their_digits_are() {
        assert_eq!(HexDigest::new([0xab; 16]), HexDigest::new([0xab; 16]));
        assert_ne!(HexDigest::new([0xab; 16]), HexDigest::new([0xac; 16]));
    }

    #[test]
    fn the_digits_can_be_written_as_text_and_as_bytes() {
        let digest = HexDigest::new([0xab; 16]);
        assert_eq!(AsRef::<str>::as_ref(&digest), "ab".repeat(16));
        assert_eq!(AsRef::<[u8]>::as_ref(&digest), "ab".repeat(16).as_bytes());
    }

    #[test]
    fn debug_output_does_not_show_the_digits() {
        assert_eq!(alloc::format!("{:?}", HexDigest::new([0xab; 16])), "HexDigest(…)");
    }
}
