use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A parameter that may hold any text, as its bytes stand on the line.
///
/// Spaces and the percent sign are escaped (`%20`, `%25`), usually little else: real servers send
/// names in raw UTF-8, and sometimes bytes that are no UTF-8 at all. Nothing is decoded before
/// [`decode`](Self::decode), so a relay passes it on as it came.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Encoded<'a>(Cow<'a, [u8]>);

impl<'a> Encoded<'a> {
    /// Encodes text as servers do: controls, space and percent sign are escaped, everything else
    /// stays. Allocates only where something is escaped.
    pub fn new(text: &'a str) -> Self {
        match text.bytes().any(needs_escape) {
            false => Self(Cow::Borrowed(text.as_bytes())),
            true => Self(Cow::Owned(escape(text.as_bytes(), needs_escape))),
        }
    }

    /// Encodes text as clients encode an MSN object: everything but ASCII letters and digits,
    /// hyphen, dot, underscore and tilde is escaped.
    pub fn new_strict(text: &str) -> Self {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        Self(Cow::Owned(escape(text.as_bytes(), |b| !plain(b))))
    }

    /// The parameter as it stands on the line; `bytes` hold no white space.
    pub(crate) const fn from_wire(bytes: &'a [u8]) -> Self {
        Self(Cow::Borrowed(bytes))
    }

    /// The bytes as they stand on the line.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text. Escapes that are none stay as they are, and bytes that are no UTF-8 become
    /// U+FFFD; nothing fails. Allocates only where there is something to replace.
    pub fn decode(&self) -> Cow<'_, str> {
        if !self.0.contains(&b'%') {
            return String::from_utf8_lossy(&self.0);
        }
        Cow::Owned(String::from_utf8_lossy(&unescape(&self.0)).into_owned())
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Encoded<'static> {
        Encoded(Cow::Owned(self.0.into_owned()))
    }
}

impl fmt::Debug for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({})", self.0.escape_ascii())
    }
}

fn needs_escape(b: u8) -> bool {
    b <= b' ' || b == b'%' || b == 0x7f
}

fn escape(bytes: &[u8], needed: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    for &b in bytes {
        if needed(b) {
            let digit = |d: u8| if d < 10 { b'0' + d } else { b'A' + d - 10 };
            out.extend_from_slice(&[b'%', digit(b >> 4), digit(b & 15)]);
        } else {
            out.push(b);
        }
    }
    out
}

fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&b, after)) = rest.split_first() {
        rest = after;
        match (b, hex(after)) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => out.push(b),
        }
    }
    out
}

fn hex(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn raw_utf8_and_broken_names_decode_without_failing() {
        assert_eq!(Encoded::from_wire("个人%20x".as_bytes()).decode(), "个人 x");
        assert_eq!(Encoded::from_wire(b"\xff%41").decode(), "\u{fffd}A");
        assert_eq!(Encoded::from_wire(b"100%25%").decode(), "100%%");
        assert_eq!(Encoded::from_wire(b"%he%2").decode(), "%he%2");
    }

    #[test]
    fn an_msn_object_is_escaped_with_upper_case_hex() {
        let encoded = Encoded::new_strict("<msnobj a=\"b\"/>");
        assert_eq!(encoded.as_bytes(), b"%3Cmsnobj%20a%3D%22b%22%2F%3E");
    }

    #[test]
    fn white_space_control_characters_and_percent_signs_are_all_that_is_escaped_in_a_name() {
        let encoded = Encoded::new("a b%c\u{1f}\u{7f}!~é");
        assert_eq!(encoded.as_bytes(), "a%20b%25c%1F%7F!~é".as_bytes());
    }

    #[test]
    fn a_copy_is_the_same_and_is_shown_as_it_stands_on_the_wire() {
        let copy = Encoded::from_wire(b"a%20\xff").into_owned();
        assert_eq!(copy.as_bytes(), b"a%20\xff");
        assert_eq!(alloc::format!("{copy:?}"), "Encoded(a%20\\xff)");
    }

    proptest! {
        #[test]
        fn any_text_survives_and_never_holds_white_space(text in ".*") {
            for encoded in [Encoded::new(&text), Encoded::new_strict(&text)] {
                prop_assert_eq!(encoded.decode(), text.as_str());
                prop_assert!(!encoded.as_bytes().iter().any(|b| *b <= b' '));
            }
        }
    }
}
