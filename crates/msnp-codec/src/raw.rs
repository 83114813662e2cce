use core::fmt;

use bytes::Bytes;

use crate::secrets::Masked;
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
    /// Where the body begins; beyond the end where there is none.
    body: u32,
    verb: Verb,
    sender: Sender,
}

/// Where the body of a command begins that has none.
const NO_BODY: u32 = u32::MAX;

impl<'a> RawCommand<'a> {
    /// The first `line` bytes of `wire` are the line without its end; the body begins at `body`,
    /// where there is one.
    #[inline]
    pub(crate) fn new(
        sender: Sender,
        verb: Verb,
        wire: &'a [u8],
        line: usize,
        body: Option<usize>,
    ) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(NO_BODY);
        Self { wire, line: place(line), body: body.map_or(NO_BODY, place), verb, sender }
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
        self.verb
    }

    /// Who sent it.
    pub const fn sender(&self) -> Sender {
        self.sender
    }

    /// The parameters in order, without the length of the body.
    ///
    /// An empty parameter cannot be written: white space of any length separates two.
    #[inline]
    pub fn parameters(&self) -> Parameters<'a> {
        let rest = self.line().get(3..).unwrap_or_default();
        match self.body {
            NO_BODY => Parameters::new(rest),
            _ => Parameters::new(split_last(rest).map_or(&[][..], |(before, _)| before)),
        }
    }

    /// A copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedCommand {
        OwnedCommand {
            wire: Bytes::copy_from_slice(self.wire),
            line: self.line,
            body: self.body,
            verb: self.verb,
            sender: self.sender,
        }
    }
}

/// A [`RawCommand`] that borrows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedCommand {
    wire: Bytes,
    line: u32,
    body: u32,
    verb: Verb,
    sender: Sender,
}

impl OwnedCommand {
    /// The command.
    pub fn as_raw(&self) -> RawCommand<'_> {
        let Self { wire, line, body, verb, sender } = self;
        RawCommand { wire, line: *line, body: *body, verb: *verb, sender: *sender }
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
    shown.field("sender", &command.sender);
    shown.field("line", &Masked(command));
    shown.field("body", &command.body().map(<[u8]>::len)).finish()
}

/// The parameters of a command.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    rest: &'a [u8],
    /// Whether the last one is known to hold no control character.
    plain: bool,
}

impl<'a> Parameters<'a> {
    const fn new(rest: &'a [u8]) -> Self {
        Self { rest, plain: false }
    }

    /// Whether none is left.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.ahead().is_empty()
    }

    /// Whether the last one is known to hold no control character.
    #[inline]
    pub(crate) const fn was_plain(&self) -> bool {
        self.plain
    }

    /// What is left, from the next parameter on.
    #[inline]
    fn ahead(&self) -> &'a [u8] {
        let mut text = self.rest;
        while let Some((first, rest)) = text.split_first()
            && is_space(*first)
        {
            text = rest;
        }
        text
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.ahead();
        if text.is_empty() {
            return None;
        }
        let (end, plain) = end_of_word(text);
        let (parameter, rest) = text.split_at_checked(end)?;
        *self = Self { rest, plain };
        Some(parameter)
    }
}

/// Where the first white space is, or the end; and whether it is known that no control character
/// stands before it.
#[inline]
fn end_of_word(text: &[u8]) -> (usize, bool) {
    // Most words are short: to look at eight bytes at once costs less than to call a search.
    let (mut ahead, mut plain) = (text, true);
    while let Some((eight, after)) = ahead.split_first_chunk() {
        let controls = controls_and_spaces(u64::from_le_bytes(*eight));
        if controls == 0 {
            ahead = after;
            continue;
        }
        let at = usize::try_from(controls.trailing_zeros() / 8).unwrap_or(eight.len());
        if let Some(b' ' | b'\t') = eight.get(at) {
            return (text.len() - ahead.len() + at, plain);
        }
        plain = false;
        ahead = ahead.get(at + 1..).unwrap_or_default();
    }
    let end = ahead.iter().position(|b| is_space(*b)).unwrap_or(ahead.len());
    (text.len() - ahead.len() + end, false)
}

/// The highest bit of the first of eight bytes that is a space or less; bits after it mean nothing.
#[inline]
const fn controls_and_spaces(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    eight.wrapping_sub(0x21 * ONES) & !eight & (0x80 * ONES)
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
        let raw = RawCommand::new(Sender::Server, Verb::new(*b"BPR"), line, line.len(), None);
        let parameters: alloc::vec::Vec<_> = raw.parameters().collect();
        assert_eq!(parameters, [&b"6"[..], b"alice@example.com", b"PHW"]);
    }

    proptest! {
        #[test]
        fn parameters_are_what_stands_between_white_space(
            line in prop::collection::vec(prop_oneof![Just(b' '), b'\x07'..b'\x0f', any::<u8>()], 0..60),
        ) {
            let mut parameters = Parameters::new(&line);
            for expected in line.split(|b| is_space(*b)).filter(|word| !word.is_empty()) {
                prop_assert_eq!(parameters.next(), Some(expected));
                prop_assert!(!parameters.was_plain() || !expected.contains(&b'\r'));
            }
            prop_assert_eq!(parameters.next(), None);
        }
    }

    #[test]
    fn an_owned_command_reads_as_the_one_it_was_made_of() {
        let wire = b"UBX alice@example.com 3\r\nabc";
        let verb = Verb::new(*b"UBX");
        let raw = RawCommand::new(Sender::Server, verb, wire, 23, Some(25));
        assert_eq!(raw.to_owned().as_raw(), raw);
        assert_eq!(raw.parameters().count(), 1);
    }

    #[test]
    fn debug_shows_no_body_and_no_line_that_may_hold_a_ticket_or_a_cookie() {
        let wire = b"UBX a@example.com\t 6\r\nsecret";
        let verb = Verb::new(*b"UBX");
        let raw = RawCommand::new(Sender::Server, verb, wire, 20, Some(22));
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
            let raw = RawCommand::new(sender, Verb::new(*verb), &line, line.len(), None);
            let shown = alloc::format!("{raw:?} {:?}", raw.to_owned());
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
