use alloc::string::String;
use alloc::vec::Vec;

/// Little-endian, with a NUL at its end.
pub(super) fn encode(text: &str) -> Vec<u8> {
    text.encode_utf16().filter(|unit| *unit != 0).chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// The text before the first NUL. Half a character at the end is left out.
pub(super) fn decode(bytes: &[u8]) -> String {
    decode_units(&units(bytes))
}

/// The units before the first NUL. Half of one at the end is left out.
pub(super) fn units(bytes: &[u8]) -> Vec<u16> {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs.iter().map(|pair| u16::from_le_bytes(*pair)).take_while(|unit| *unit != 0).collect()
}

/// A lone surrogate becomes U+FFFD.
pub(super) fn decode_units(units: &[u16]) -> String {
    char::decode_utf16(units.iter().copied())
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
