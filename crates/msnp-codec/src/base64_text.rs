//! Base64 as it stands in headers and attributes: on one line when written, read leniently.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Real programs leave the padding out or cut a text short of its last bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// With padding, on one line.
pub fn encode(bytes: &[u8]) -> String {
    LENIENT.encode(bytes)
}

/// With or without padding; white space is passed over. None for anything else.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.iter().any(u8::is_ascii_whitespace) {
        let dense: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        return LENIENT.decode(dense).ok();
    }
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn padding_may_be_missing_and_lines_may_be_broken() {
        for text in ["AAA=", "AAA", " AA\r\nA= "] {
            assert_eq!(decode(text.as_bytes()), Some(alloc::vec![0, 0]), "{text}");
        }
        assert_eq!(decode(b"A!"), None);
        assert_eq!(decode(b""), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes));
        }

        #[test]
        fn no_text_makes_it_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            decode(&text);
        }
    }
}
