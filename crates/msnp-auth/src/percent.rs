use alloc::string::String;
use alloc::vec::Vec;

/// `text` with everything but letters, digits, `-`, `.`, `_` and `~` as `%XX`.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(digit(byte >> 4));
            encoded.push(digit(byte & 0x0f));
        }
    }
    encoded
}

/// The bytes that `text` stands for. A `%` without two digits stands for itself.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, after @ ..]) => match value(*high).zip(value(*low)) {
                Some((high, low)) => {
                    decoded.push(high << 4 | low);
                    after
                }
                None => {
                    decoded.push(b'%');
                    tail
                }
            },
            _ => {
                decoded.push(*first);
                tail
            }
        };
    }
    decoded
}

fn digit(half: u8) -> char {
    char::from(match half {
        0..=9 => b'0' + half,
        _ => b'A' + half - 10,
    })
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_header_is_escaped() {
        assert_eq!(encode("a,b='c'%+é\r\n-._~9"), "a%2Cb%3D%27c%27%25%2B%C3%A9%0D%0A-._~9");
    }

    #[test]
    fn escapes_of_either_case_are_read_and_broken_ones_stay() {
        for (text, bytes) in [
            ("a%2cb%2C", &b"a,b,"[..]),
            ("%e9", b"\xe9"),
            ("100%", b"100%"),
            ("%4", b"%4"),
            ("%he%41", b"%heA"),
            ("%%41", b"%A"),
            ("a+b", b"a+b"),
            ("", b""),
        ] {
            assert_eq!(decode(text), bytes, "{text}");
        }
    }
}
