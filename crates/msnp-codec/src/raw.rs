use core::fmt;

use bytes::Bytes;

use crate::secrets::Masked;
use crate::table::Key;
use crate::{Sender, Verb};

/// One whole command as it came: a line, and the body that it announced.
///
/// Nothing in it is interpreted but its borders, so any command passes, known or not, and
/// [`wire`](Self::wire) is byte for byte what was received.
///
/// `Debug` shows the line without its [secrets](crate::secrets), and of the body only its length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawCommand<'a> {
    wire: &'a [u8],
    /// The bytes of the line, without its end.
    line: u32,
    /// The bytes of the line before the length of the body.
    parameters: u32,
    /// Where the body begins; beyond the end where there is none.
    body: u32,
    key: Key,
}

/// Where the body of a command begins that has none.
const NO_BODY: u32 = u32::MAX;

impl<'a> RawCommand<'a> {
    /// The first `line` bytes of `wire` are the line without its end, all of them parameters but
    /// the verb; no body follows.
    #[inline]
    pub(crate) fn new(key: Key, wire: &'a [u8], line: usize) -> Self {
        let line = place(line);
        Self { wire, line, parameters: line, body: NO_BODY, key }
    }

    /// The same with a body: its length is what the line holds behind `parameters` bytes, and it
    /// begins at `body`.
    #[inline]
    #[must_use]
    pub(crate) fn with_body(mut self, parameters: usize, body: usize) -> Self {
        self.parameters = place(parameters);
        self.body = place(body);
        self
    }

    /// All its bytes, line ends and body included: what to take off the front of the input.
    pub const fn wire(&self) -> &'a [u8] {
        self.wire
    }

    /// The line, without its end.
    #[inline]
    pub fn line(&self) -> &'a [u8] {
        usize::try_from(self.line).ok().and_then(|end| self.wire.get(..end)).unwrap_or_default()
    }

    /// The body; none where none was announced, empty where one of no bytes was.
    #[inline]
    pub fn body(&self) -> Option<&'a [u8]> {
        usize::try_from(self.body).ok().and_then(|start| self.wire.get(start..))
    }

    /// The verb.
    pub const fn verb(&self) -> Verb {
        self.key.verb()
    }

    /// Who sent it.
    pub const fn sender(&self) -> Sender {
        self.key.sender()
    }

    /// The parameters in order, without the length of the body.
    ///
    /// An empty parameter cannot be written: white space of any length separates two.
    #[inline]
    pub fn parameters(&self) -> Parameters<'a> {
        let end = usize::try_from(self.parameters).ok();
        Parameters::new(end.and_then(|end| self.wire.get(..end)).unwrap_or_default())
    }

    /// A copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedCommand {
        OwnedCommand {
            wire: Bytes::copy_from_slice(self.wire),
            line: self.line,
            parameters: self.parameters,
            body: self.body,
            key: self.key,
        }
    }
}

/// A [`RawCommand`] that borrows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedCommand {
    wire: Bytes,
    line: u32,
    parameters: u32,
    body: u32,
    key: Key,
}

impl OwnedCommand {
    /// The command.
    pub fn as_raw(&self) -> RawCommand<'_> {
        let Self { ref wire, line, parameters, body, key } = *self;
        RawCommand { wire, line, parameters, body, key }
    }
}

impl fmt::Debug for RawCommand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show("RawCommand", *self, f)
    }
}

impl fmt::Debug for OwnedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show("OwnedCommand", self.as_raw(), f)
    }
}

/// Events hold commands that nobody understood, and events are printed.
fn show(name: &str, command: RawCommand<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    shown.field("sender", &command.sender());
    shown.field("line", &Masked(command));
    shown.field("body", &command.body().map(<[u8]>::len)).finish()
}

/// A place in a line, for which 32 bits are more than enough.
#[inline]
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NO_BODY)
}

/// The parameters of a command.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    /// The line, as far as its parameters go.
    line: &'a [u8],
    /// Where the verb or the last parameter ends: white space follows, or nothing.
    at: usize,
    /// Whether the last one is known to hold no control character.
    plain: bool,
}

impl<'a> Parameters<'a> {
    #[inline]
    pub(crate) const fn new(line: &'a [u8]) -> Self {
        Self { line, at: VERB, plain: false }
    }

    /// Whether none is left.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        match self.line.get(self.at + 1..) {
            None => true,
            Some([first, ..]) if !is_space(*first) => false,
            Some(ahead) => ahead.iter().all(|b| is_space(*b)),
        }
    }

    /// Whether the last one is known to hold no control character.
    #[inline]
    pub(crate) const fn was_plain(&self) -> bool {
        self.plain
    }

    /// The next one where it holds control characters, or more white space than one is before it,
    /// or none is left.
    #[cold]
    #[inline(never)]
    fn next_odd(&mut self) -> Option<&'a [u8]> {
        let ahead = self.line.get(self.at..)?;
        let start = ahead.iter().position(|b| !is_space(*b))?;
        let text = ahead.get(start..)?;
        let len = text.iter().position(|b| is_space(*b)).unwrap_or(text.len());
        self.at += start + len;
        self.plain = false;
        text.get(..len)
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let ahead = self.line.get(self.at + 1..)?;
        let len = plain_word(self.line, ahead);
        match ahead.get(len) {
            None | Some(b' ' | b'\t') if len > 0 => {
                self.at += 1 + len;
                self.plain = true;
                ahead.get(..len)
            }
            _ => self.next_odd(),
        }
    }
}

/// The bytes of a verb.
const VERB: usize = 3;

/// How many bytes the rest of a line begins with that are neither control character nor space.
#[inline]
fn plain_word(line: &[u8], ahead: &[u8]) -> usize {
    // Most words are short: to look at eight bytes at once costs less than to call a search.
    let mut rest = ahead;
    while let Some((eight, after)) = rest.split_first_chunk() {
        if let Some(end) = control_or_space(u64::from_le_bytes(*eight)) {
            return ahead.len() - rest.len() + end;
        }
        rest = after;
    }
    let end = match line.last_chunk() {
        // What stands before is moved out, and zeros in behind.
        Some(eight) => {
            let before = u32::try_from(8 * (eight.len() - rest.len())).unwrap_or(u64::BITS);
            control_or_space(u64::from_le_bytes(*eight).checked_shr(before).unwrap_or_default())
        }
        None => rest.iter().position(|b| *b <= b' '),
    };
    ahead.len() - rest.len() + end.unwrap_or(rest.len())
}

/// The first of eight bytes that is a space or less.
#[inline]
fn control_or_space(eight: u64) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    // The highest bit of the first such byte; bits after it mean nothing.
    let found = eight.wrapping_sub(0x21 * ONES) & !eight & (0x80 * ONES);
    if found == 0 { None } else { usize::try_from(found.trailing_zeros() / 8).ok() }
}

/// Splits off the last parameter of a line.
#[inline]
pub(crate) fn split_last(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = line.iter().rposition(|b| !is_space(*b))? + 1;
    let text = line.get(..end)?;
    let start = text.iter().rposition(|b| is_space(*b)).map_or(0, |at| at + 1);
    text.split_at_checked(start)
}

fn is_space(b: u8) -> bool {
    b == b' ' || b == b'\t'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_last_field_is_no_parameter() {
        let line = b"BPR 6 alice@example.com PHW ";
        let raw = RawCommand::new(Key::new(Sender::Server, Verb::new(*b"BPR")), line, line.len());
        let parameters: alloc::vec::Vec<_> = raw.parameters().collect();
        assert_eq!(parameters, [&b"6"[..], b"alice@example.com", b"PHW"]);
    }

    proptest! {
        #[test]
        fn parameters_are_what_stands_between_white_space(
            line in prop::collection::vec(prop_oneof![Just(b' '), b'\x07'..b'\x0f', any::<u8>()], 0..60),
        ) {
            let line = [b"XYZ ", &line[..]].concat();
            let mut parameters = Parameters::new(&line);
            for expected in line[3..].split(|b| is_space(*b)).filter(|word| !word.is_empty()) {
                prop_assert!(!parameters.is_empty());
                prop_assert_eq!(parameters.next(), Some(expected));
                prop_assert!(!parameters.was_plain() || !expected.contains(&b'\r'));
            }
            prop_assert!(parameters.is_empty());
            prop_assert_eq!(parameters.next(), None);
        }
    }

    #[test]
    fn an_owned_command_reads_as_the_one_it_was_made_of() {
        let wire = b"UBX alice@example.com 3\r\nabc";
        let verb = Verb::new(*b"UBX");
        let raw = RawCommand::new(Key::new(Sender::Server, verb), wire, 23).with_body(22, 25);
        assert_eq!(raw.to_owned().as_raw(), raw);
        assert_eq!(raw.parameters().count(), 1);
    }

    #[test]
    fn debug_shows_no_body_and_no_line_that_may_hold_a_ticket_or_a_cookie() {
        let wire = b"UBX a@example.com\t 6\r\nsecret";
        let verb = Verb::new(*b"UBX");
        let raw = RawCommand::new(Key::new(Sender::Server, verb), wire, 20).with_body(19, 22);
        let shown = alloc::format!("{raw:?}");
        let expected = "sender: Server, line: \"UBX a@example.com\\t 6\", body: Some(6) }";
        assert_eq!(shown, alloc::format!("RawCommand {{ {expected}"));
        assert_eq!(alloc::format!("{:?}", raw.to_owned()), shown.replace("Raw", "Owned"));
        for (sender, verb) in [
            (Sender::Client, b"USR"),
            (Sender::Client, b"ANS"),
            (Sender::Server, b"XFR"),
            (Sender::Server, b"RNG"),
        ] {
            let line = [verb, &b" 3 secret secret"[..]].concat();
            let raw = RawCommand::new(Key::new(sender, Verb::new(*verb)), &line, line.len());
            let shown = alloc::format!("{raw:?} {:?}", raw.to_owned());
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
