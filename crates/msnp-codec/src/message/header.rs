use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use memchr::memchr;
use nom::bytes::complete::{tag, take_till};
use nom::combinator::{opt, rest};
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// A block of `Name: value` lines, up to and with the empty line that ends it.
///
/// It borrows the bytes it came from and prints them again as they were. Lines end in CRLF or in
/// a lone LF. The block ends at an empty line, at a line that holds a single NUL (some programs
/// end it so), or with the input.
///
/// ```
/// use msnp_codec::message::Headers;
///
/// let (headers, rest) = Headers::parse(b"MIME-Version: 1.0\r\nTypingUser: alice@example.com\r\n\r\nrest");
/// assert_eq!(headers.get("typinguser"), Some(&b"alice@example.com"[..]));
/// assert_eq!(rest, b"rest");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    raw: &'a [u8],
}

impl<'a> Headers<'a> {
    /// Takes the block from the front of `input`; gives it and what follows it.
    ///
    /// Every input has a block: without an empty line it is the whole input.
    pub fn parse(input: &'a [u8]) -> (Self, &'a [u8]) {
        let mut after = input;
        while !after.is_empty() {
            let (line, next) = split_line(after);
            after = next;
            if ends_block(line) {
                break;
            }
        }
        let (raw, body) = input.split_at_checked(input.len() - after.len()).unwrap_or((input, &[]));
        (Self { raw }, body)
    }

    /// The block as it was written, with its last, empty line if it had one.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// The headers in their order, repeated ones too.
    pub const fn iter(&self) -> HeaderIter<'a> {
        HeaderIter { left: self.raw }
    }

    /// The value of the first header of that name, in any letter case.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.iter().find(|header| header.is(name)).map(|header| header.value)
    }

    /// The same as text. Bytes that are not UTF-8 become U+FFFD, line breaks become spaces.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).map(on_one_line)
    }

    /// The line that ends the block; empty where the input ended it.
    pub(super) fn end(&self) -> &'a [u8] {
        let mut headers = self.iter();
        loop {
            let left = headers.left;
            if headers.next().is_none() {
                return left;
            }
        }
    }

    /// The block as it was written, but for the headers of those names.
    pub(super) fn without(&self, names: &[&str]) -> Vec<u8> {
        let mut kept = Vec::with_capacity(self.raw.len());
        let mut headers = self.iter();
        loop {
            let left = headers.left;
            let header = headers.next();
            let len = left.len() - if header.is_some() { headers.left.len() } else { 0 };
            if !header.is_some_and(|header| names.iter().any(|name| header.is(name))) {
                kept.extend_from_slice(left.get(..len).unwrap_or_default());
            }
            if header.is_none() {
                return kept;
            }
        }
    }
}

impl<'a> IntoIterator for &Headers<'a> {
    type Item = Header<'a>;
    type IntoIter = HeaderIter<'a>;

    fn into_iter(self) -> HeaderIter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// One header line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// What stands before the first colon; the whole line where there is none.
    pub name: &'a [u8],
    /// What follows the colon, without the white space around it; may be empty. A value that is
    /// continued on further lines, which begin with a space or tab, keeps their line breaks.
    pub value: &'a [u8],
}

impl Header<'_> {
    /// Whether it has that name, in any letter case.
    pub const fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = String::from_utf8_lossy(self.name);
        // The one header that signs its bearer in somewhere.
        if self.is("MSPAuth") {
            return write!(f, "{name}: …");
        }
        write!(f, "{name}: {:?}", String::from_utf8_lossy(self.value))
    }
}

/// The headers of a block in their order; see [`Headers::iter`].
#[derive(Clone)]
pub struct HeaderIter<'a> {
    left: &'a [u8],
}

impl<'a> Iterator for HeaderIter<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        let start = self.left;
        if start.is_empty() {
            return None;
        }
        let (line, mut after) = split_line(start);
        if ends_block(line) {
            self.left = &[];
            return None;
        }
        while matches!(after.first(), Some(b' ' | b'\t')) {
            (_, after) = split_line(after);
        }
        self.left = after;
        let field = start.get(..start.len() - after.len()).unwrap_or(line);
        let (_, (name, value)) = name_and_value(field).ok()?;
        Some(Header { name: name.trim_ascii(), value: value.trim_ascii() })
    }
}

/// Writes a header block that begins with `MIME-Version: 1.0`.
#[derive(Debug)]
pub struct HeaderWriter<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> HeaderWriter<'o> {
    /// Begins a block at the end of `out`.
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        Self { out }
    }

    /// Adds a header. Line breaks in the value become spaces: it cannot add a header or end the
    /// block.
    #[must_use]
    pub fn header(self, name: &'static str, value: &str) -> Self {
        write_line(self.out, name, value);
        self
    }

    /// Adds a header where there is a value.
    #[must_use]
    pub(super) fn optional(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// Ends the block; the body comes next.
    pub fn end(self) -> &'o mut Vec<u8> {
        self.out.extend_from_slice(b"\r\n");
        self.out
    }
}

const LINE_BREAKS: [char; 2] = ['\r', '\n'];

/// `Name: value`, with spaces for the line breaks in it.
pub(super) fn write_line(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    let breaks = |b: u8| b == b'\r' || b == b'\n';
    out.extend(value.bytes().map(|b| if breaks(b) { b' ' } else { b }));
    out.extend_from_slice(b"\r\n");
}

/// As text, with spaces for its line breaks.
pub(super) fn on_one_line(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    match text.contains(LINE_BREAKS) {
        true => Cow::Owned(text.replace(LINE_BREAKS, " ")),
        false => text,
    }
}

fn ends_block(line: &[u8]) -> bool {
    matches!(line, [] | [0])
}

/// The first line without what ends it, and what follows.
fn split_line(input: &[u8]) -> (&[u8], &[u8]) {
    let (line, after) = match memchr(b'\n', input).and_then(|at| input.split_at_checked(at)) {
        Some((line, after)) => (line, after.get(1..).unwrap_or_default()),
        None => (input, &[][..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), after)
}

fn name_and_value(field: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    // A name ends with its line, even where a line without a colon is continued.
    let name = take_till(|byte| matches!(byte, b':' | b'\r' | b'\n'));
    (name, preceded(opt(tag(&b":"[..])), rest)).parse(field)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    fn pairs<'a>(headers: &Headers<'a>) -> Vec<(&'a [u8], &'a [u8])> {
        headers.iter().map(|header| (header.name, header.value)).collect()
    }

    #[test]
    fn a_block_ends_at_an_empty_line_or_a_lone_nul_or_with_the_input() {
        for (input, body) in [
            (&b"A: 1\r\n\r\nbody"[..], &b"body"[..]),
            (b"A: 1\n\nbody", b"body"),
            (b"A: 1\r\n\0\r\nbody", b"body"),
            (b"A: 1\r\n\0", b""),
            (b"A: 1\r\n", b""),
            (b"A: 1", b""),
        ] {
            let (headers, rest) = Headers::parse(input);
            assert_eq!(rest, body, "{input:?}");
            assert_eq!(pairs(&headers), [(&b"A"[..], &b"1"[..])], "{input:?}");
        }
        assert_eq!(pairs(&Headers::parse(b"\r\nA: 1").0), []);
    }

    #[test]
    fn values_may_hold_colons_be_empty_or_be_missing() {
        let input =
            b"From: MSNMSGR:bob@example.com\r\ncountry: \r\nGender:\r\nWallet\r\nKid:0\r\n\r\n";
        let (headers, _) = Headers::parse(input);
        let expected: [(&[u8], &[u8]); 5] = [
            (b"From", b"MSNMSGR:bob@example.com"),
            (b"country", b""),
            (b"Gender", b""),
            (b"Wallet", b""),
            (b"Kid", b"0"),
        ];
        assert_eq!(pairs(&headers), expected);
        assert_eq!(headers.get("COUNTRY"), Some(&b""[..]));
        assert_eq!(headers.get("Age"), None);
    }

    #[test]
    fn a_value_may_be_continued_on_the_next_line() {
        let (headers, body) = Headers::parse(b"A: x;\r\n y=1\r\nB: 2\r\n\r\nbody");
        let expected: [(&[u8], &[u8]); 2] = [(b"A", b"x;\r\n y=1"), (b"B", b"2")];
        assert_eq!(pairs(&headers), expected);
        assert_eq!(headers.text("A").unwrap(), "x;   y=1");
        assert_eq!(body, b"body");
    }

    #[test]
    fn a_name_ends_with_its_line_where_there_is_no_colon() {
        let (headers, _) = Headers::parse(b"a\r\n b: c\nWallet\r\n\r\n");
        let expected: [(&[u8], &[u8]); 2] = [(b"a", b"b: c"), (b"Wallet", b"")];
        assert_eq!(pairs(&headers), expected);
    }

    #[test]
    fn the_first_of_two_headers_with_one_name_counts() {
        let (headers, _) = Headers::parse(b"A: 1\r\na: 2\r\n\r\n");
        assert_eq!(headers.text("A").unwrap(), "1");
        assert_eq!(headers.iter().count(), 2);
    }

    #[test]
    fn a_printed_value_cannot_add_a_header_or_end_the_block() {
        let mut out = Vec::new();
        HeaderWriter::new(&mut out).header("User-Agent", "x\r\nEvil: 1\r\n\r\nbody").end();
        let (headers, body) = Headers::parse(&out);
        assert_eq!(headers.iter().count(), 2);
        assert_eq!(headers.get("User-Agent"), Some(&b"x  Evil: 1    body"[..]));
        assert_eq!(body, b"");
    }

    #[test]
    fn a_header_is_taken_out_with_its_continuation() {
        let input = b"A: 1\nB: 2;\r\n x\r\nb: 3\r\nC: 4\r\n\0\r\n";
        let (headers, _) = Headers::parse(input);
        assert_eq!(headers.without(&["B"]), b"A: 1\nC: 4\r\n\0\r\n");
        assert_eq!(headers.end(), b"\0\r\n");
        assert_eq!(Headers::parse(b"A: 1").0.end(), b"");
    }

    #[test]
    fn a_ticket_is_not_shown_by_debug() {
        let (headers, _) = Headers::parse(b"sid: 507\r\nMSPAuth: hunter2\r\n\r\n");
        let shown = format!("{headers:?}");
        assert!(shown.contains("507") && !shown.contains("hunter2"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_bytes_split_into_a_block_and_a_body_without_loss(
            input in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                "[ab: \t\r\n\0]{0,60}".prop_map(String::into_bytes),
            ],
        ) {
            let (headers, body) = Headers::parse(&input);
            prop_assert_eq!([headers.as_bytes(), body].concat(), &input[..]);
            for header in &headers {
                prop_assert!(!header.name.contains(&b':'));
            }
            prop_assert_eq!(headers.without(&[]), headers.as_bytes());
            prop_assert!(headers.as_bytes().ends_with(headers.end()));
            let (again, rest) = Headers::parse(headers.as_bytes());
            prop_assert_eq!((again, rest), (headers, &b""[..]));
        }

        #[test]
        fn printed_headers_are_read_back_in_their_order(
            values in proptest::collection::vec("[!-~é♥]([ -~é♥]{0,20}[!-~é♥])?", 0..8),
            body in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            let mut out = Vec::new();
            let mut writer = HeaderWriter::new(&mut out);
            for value in &values {
                writer = writer.header("X-Value", value);
            }
            writer.end().extend_from_slice(&body);
            let (headers, rest) = Headers::parse(&out);
            let read: Vec<_> = headers.iter().skip(1).map(|header| header.value).collect();
            let written: Vec<_> = values.iter().map(String::as_bytes).collect();
            prop_assert_eq!(read, written);
            prop_assert_eq!(rest, &body[..]);
        }
    }
}
