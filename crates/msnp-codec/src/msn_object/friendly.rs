use alloc::string::String;
use alloc::vec::Vec;

use crate::base64_text;

/// Base64 of the text in UTF-16, little-endian, with a NUL at its end: `AAA=` for an empty one.
pub(super) fn encode(text: &str) -> String {
    let units = text.encode_utf16().filter(|unit| *unit != 0).chain([0]);
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    base64_text::encode(&bytes)
}

/// The text before the first NUL. Half a character at the end is left out; a lone surrogate
/// becomes U+FFFD.
pub(super) fn decode(encoded: &str) -> Option<String> {
    let bytes = base64_text::decode(encoded.as_bytes())?;
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).take_while(|unit| *unit != 0);
    Some(
        char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_text_is_a_lone_nul() {
        assert_eq!(encode(""), "AAA=");
        assert_eq!(decode("AAA=").as_deref(), Some(""));
        assert_eq!(decode("").as_deref(), Some(""));
    }

    #[test]
    fn a_text_may_lack_its_nul_or_end_in_half_a_character() {
        assert_eq!(decode("aABpAA==").as_deref(), Some("hi"));
        assert_eq!(decode("aABpAA").as_deref(), Some("hi"));
        assert_eq!(decode("aABpAHg=").as_deref(), Some("hi"));
        assert_eq!(decode("aAA92A==").as_deref(), Some("h\u{fffd}"));
        assert_eq!(decode("no-base64"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in "[^\0]{0,20}") {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
        }
    }
}
