//! How one parameter is read and printed: the building blocks of the typed commands.

use alloc::vec::Vec;
use core::fmt::Write as _;

use msnp_core::{List, NetworkId, Status, TransactionId, Version};

use crate::raw::{Parameters, RawCommand};
use crate::{Encoded, Hidden, Verb};

/// A command is whole, but not what its verb asks for. The sender's fault; the connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{verb}: the {parameter} is {problem}")]
pub struct CommandError {
    /// The verb.
    pub verb: Verb,
    /// The transaction, where it could be read: what a reply must name.
    pub transaction: Option<TransactionId>,
    /// Which parameter.
    pub parameter: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is not there.
    #[error("missing")]
    Missing,
    /// It is not of the form that it must have.
    #[error("not valid")]
    Invalid,
}

/// Reads the parameters of one command in order.
pub(crate) struct Reader<'a> {
    raw: RawCommand<'a>,
    parameters: Parameters<'a>,
    transaction: Option<TransactionId>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(raw: RawCommand<'a>) -> Self {
        Self { raw, parameters: raw.parameters(), transaction: None }
    }

    pub(crate) fn read<F: Field<'a>>(
        &mut self,
        parameter: &'static str,
    ) -> Result<F, CommandError> {
        F::read(self, parameter)
    }

    #[inline]
    pub(crate) fn next(&mut self, parameter: &'static str) -> Result<&'a [u8], CommandError> {
        self.parameters.next().ok_or_else(|| self.error(parameter, Problem::Missing))
    }

    /// The last parameter, or the end of it, as text that stands on a line as it is. A carriage
    /// return may not be in it: other programs end the line there.
    #[inline]
    pub(crate) fn text(&self, bytes: &'a [u8]) -> Option<&'a str> {
        let text = core::str::from_utf8(bytes).ok()?;
        (self.parameters.was_plain() || memchr::memchr(b'\r', bytes).is_none()).then_some(text)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// A parameter that is still to come, where it is there; 0 is the next.
    pub(crate) fn peek(&self, at: usize) -> Option<&'a [u8]> {
        self.parameters.clone().nth(at)
    }

    /// How many parameters are left.
    pub(crate) fn left(&self) -> usize {
        self.parameters.count()
    }

    pub(crate) fn body(&self) -> &'a [u8] {
        self.optional_body().unwrap_or_default()
    }

    pub(crate) fn optional_body(&self) -> Option<&'a [u8]> {
        self.raw.body()
    }

    pub(crate) fn invalid(&self, parameter: &'static str) -> CommandError {
        self.error(parameter, Problem::Invalid)
    }

    #[cold]
    fn error(&self, parameter: &'static str, problem: Problem) -> CommandError {
        let transaction = self.transaction;
        CommandError { verb: self.raw.verb(), transaction, parameter, problem }
    }
}

/// Prints one command.
pub(crate) struct Line<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Line<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>, verb: Verb) -> Self {
        out.extend_from_slice(verb.as_bytes());
        Self { out }
    }

    pub(crate) fn put<'a>(&mut self, field: &impl Field<'a>) {
        field.print(self);
    }

    pub(crate) fn word(&mut self, word: &[u8]) {
        self.out.push(b' ');
        self.out.extend_from_slice(word);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.out.push(b' ');
        self.append(text);
    }

    /// `N=bob@example.com`
    pub(crate) fn field(&mut self, name: &[u8], value: &str) {
        self.word(name);
        self.append(value);
    }

    /// `F=Bob`; may be empty, as the name of the field is there.
    pub(crate) fn encoded_field(&mut self, name: &[u8], value: &Encoded<'_>) {
        self.word(name);
        self.append_encoded(b"", value);
    }

    /// Goes on with the parameter that was put last.
    pub(crate) fn append_encoded(&mut self, sign: &[u8], value: &Encoded<'_>) {
        self.out.extend_from_slice(sign);
        self.out.extend_from_slice(value.as_bytes());
    }

    /// Whatever the text is, it stays one parameter: what an application passes on from somewhere
    /// else must not become a command.
    pub(crate) fn append(&mut self, text: &str) {
        if text.bytes().any(ends_parameter) {
            self.out.extend(Encoded::new(text).as_bytes());
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
    }

    pub(crate) fn display(&mut self, value: impl core::fmt::Display) {
        struct Bytes<'v>(&'v mut Vec<u8>);
        impl core::fmt::Write for Bytes<'_> {
            fn write_str(&mut self, text: &str) -> core::fmt::Result {
                self.0.extend_from_slice(text.as_bytes());
                Ok(())
            }
        }
        self.out.push(b' ');
        // Writing to a vector cannot fail.
        let _ = write!(Bytes(self.out), "{value}");
    }

    pub(crate) fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }

    pub(crate) fn end_with(mut self, body: &[u8]) {
        self.display(body.len());
        self.out.extend_from_slice(b"\r\n");
        self.out.extend_from_slice(body);
    }
}

fn ends_parameter(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

/// A command that can be read and printed in every version that has it.
pub(crate) trait Command<'a>: Sized {
    /// The verb, where the one of the table is only a placeholder.
    fn verb(&self) -> Option<Verb> {
        None
    }

    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError>;
    fn print(&self, line: Line<'_>, version: Version);
}

/// A parameter.
pub(crate) trait Field<'a>: Sized {
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError>;
    fn print(&self, line: &mut Line<'_>);
}

impl<'a> Field<'a> for TransactionId {
    #[inline]
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        let number = u32::read(reader, parameter)?;
        reader.transaction = Some(Self::new(number));
        Ok(Self::new(number))
    }

    fn print(&self, line: &mut Line<'_>) {
        line.display(self);
    }
}

impl<'a> Field<'a> for u32 {
    #[inline]
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        let digits = reader.next(parameter)?;
        number(digits).ok_or_else(|| reader.invalid(parameter))
    }

    fn print(&self, line: &mut Line<'_>) {
        line.display(self);
    }
}

impl<'a> Field<'a> for &'a str {
    #[inline]
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        let bytes = reader.next(parameter)?;
        reader.text(bytes).ok_or_else(|| reader.invalid(parameter))
    }

    fn print(&self, line: &mut Line<'_>) {
        line.text(self);
    }
}

/// A number in decimal digits and nothing else.
#[inline]
pub(crate) fn number(digits: &[u8]) -> Option<u32> {
    // So many digits fit a u64, whatever they are.
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let (mut number, mut rest) = (0u64, digits);
    while let Some((eight, after)) = rest.split_first_chunk() {
        number = number.wrapping_mul(100_000_000).wrapping_add(eight_digits(*eight)?);
        rest = after;
    }
    for digit in rest {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    u32::try_from(number).ok()
}

/// The number that a line ends with, after a space, and where it begins; none where it has more
/// than seven digits, or something else is uncommon.
#[inline]
pub(crate) fn last_number(line: &[u8]) -> Option<(usize, u32)> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let eight = u64::from_le_bytes(*line.last_chunk()?);
    // The highest bit of each byte that is no space.
    let differ = eight ^ (0x20 * ONES);
    let others = (differ & (0x7f * ONES)).wrapping_add(0x7f * ONES) | differ;
    let digits = (!others & (0x80 * ONES)).leading_zeros() / 8;
    // With eight of them no space was found, and without any there is no number.
    let before = u64::MAX.checked_shr(8 * digits).filter(|_| digits > 0)?;
    let padded = eight & !before | u64::from_le_bytes([b'0'; 8]) & before;
    let number = u32::try_from(eight_digits(padded.to_le_bytes())?).ok()?;
    Some((line.len() - usize::try_from(digits).ok()?, number))
}

/// The number that eight digits are: each two beside each other become one number, three times.
#[inline]
const fn eight_digits(eight: [u8; 8]) -> Option<u64> {
    let digits = u64::from_le_bytes(eight) ^ u64::from_le_bytes([b'0'; 8]);
    // What is more than nine has the highest bit, or gets it by this.
    let above_nine = digits | digits.wrapping_add(u64::from_le_bytes([0x76; 8]));
    if above_nine & u64::from_le_bytes([0x80; 8]) != 0 {
        return None;
    }
    let twos = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = twos.wrapping_mul(100).wrapping_add(twos >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff)
}

impl<'a> Field<'a> for Hidden<'a> {
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        reader.read(parameter).map(Self)
    }

    fn print(&self, line: &mut Line<'_>) {
        line.put(&self.0);
    }
}

impl<'a> Field<'a> for Encoded<'a> {
    #[inline]
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        Ok(Self::from_wire(reader.next(parameter)?))
    }

    /// No text at all is printed as a space, so that the parameters after it keep their places.
    fn print(&self, line: &mut Line<'_>) {
        line.word(if self.as_bytes().is_empty() { b"%20" } else { self.as_bytes() });
    }
}

impl<'a> Field<'a> for Status {
    #[inline]
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        Self::parse(reader.next(parameter)?).ok_or_else(|| reader.invalid(parameter))
    }

    fn print(&self, line: &mut Line<'_>) {
        line.word(self.as_str().as_bytes());
    }
}

impl<'a> Field<'a> for List {
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        Self::parse(reader.next(parameter)?).ok_or_else(|| reader.invalid(parameter))
    }

    fn print(&self, line: &mut Line<'_>) {
        line.word(self.as_str().as_bytes());
    }
}

impl<'a> Field<'a> for NetworkId {
    #[inline]
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        u32::read(reader, parameter).map(Self)
    }

    fn print(&self, line: &mut Line<'_>) {
        line.display(self);
    }
}

impl<'a, F: Field<'a>> Field<'a> for Option<F> {
    #[inline]
    fn read(reader: &mut Reader<'a>, parameter: &'static str) -> Result<Self, CommandError> {
        if reader.is_empty() { Ok(None) } else { F::read(reader, parameter).map(Some) }
    }

    fn print(&self, line: &mut Line<'_>) {
        if let Some(field) = self {
            field.print(line);
        }
    }
}

/// Declares a command whose parameters are the same in every version: its documentation, its
/// structure, how it is read and how it is printed.
macro_rules! command {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
        $(; $(#[$body_doc:meta])* $body:ident)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name $(<$life>)? {
            $($(#[$field_doc])* pub $field: $type,)*
            $($(#[$body_doc])* pub $body: &'a [u8],)?
        }

        impl<'a> $crate::field::Command<'a> for $name $(<$life>)? {
            #[allow(unused_variables, reason = "a command may have no parameters")]
            fn read(
                reader: &mut $crate::field::Reader<'a>,
                _: msnp_core::Version,
            ) -> Result<Self, $crate::CommandError> {
                Ok(Self {
                    $($field: reader.read(stringify!($field))?,)*
                    $($body: reader.body(),)?
                })
            }

            #[allow(unused_mut, reason = "a command may have no parameters")]
            fn print(&self, mut line: $crate::field::Line<'_>, _: msnp_core::Version) {
                $(line.put(&self.$field);)*
                $crate::field::finish!(line $(, self.$body)?);
            }
        }
    };
}

macro_rules! finish {
    ($line:ident) => {
        $line.end()
    };
    ($line:ident, $body:expr) => {
        $line.end_with($body)
    };
}

pub(crate) use {command, finish};

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_nothing_but_digits_wherever_something_else_stands() {
        for len in 1..19 {
            for (at, other) in (0..len).flat_map(|at| (0..=u8::MAX).map(move |b| (at, b))) {
                let mut digits = vec![b'0'; len];
                digits[at] = other;
                let expected = digits.iter().all(u8::is_ascii_digit).then_some(&digits);
                let expected =
                    expected.map(|d| d.iter().fold(0, |n, d| n * 10 + u64::from(d - b'0')));
                let expected = expected.and_then(|number| u32::try_from(number).ok());
                assert_eq!(number(&digits), expected, "{digits:?}");
            }
        }
    }

    #[test]
    fn a_number_has_one_digit_to_nineteen() {
        assert_eq!(number(b""), None);
        assert_eq!(number(&[b'0'; 19]), Some(0));
        assert_eq!(number(&[b'0'; 20]), None);
        assert_eq!(number(b"18446744073709551617"), None);
    }

    proptest! {
        #[test]
        fn the_last_number_is_what_stands_behind_the_last_space(
            line in prop::collection::vec(prop_oneof![Just(b' '), b'0'..=b'9', any::<u8>()], 0..12),
            digits in "[0-9]{0,9}",
        ) {
            let line = [&line[..], b" ", digits.as_bytes()].concat();
            let expected = (line.len() >= 8 && matches!(digits.len(), 1..=7))
                .then(|| (line.len() - digits.len(), digits.parse().unwrap()));
            prop_assert_eq!(last_number(&line), expected);
        }

        #[test]
        fn there_is_no_last_number_but_of_digits(line in prop::collection::vec(any::<u8>(), 0..12)) {
            if let Some((start, number)) = last_number(&line) {
                prop_assert_eq!(line[start - 1], b' ');
                prop_assert_eq!(core::str::from_utf8(&line[start..]).unwrap().parse(), Ok(number));
            }
        }

        #[test]
        fn a_number_is_read_if_it_fits(n in prop_oneof![any::<u64>(), 0..1u64 << 33], zeros in 0..9usize) {
            let text = "0".repeat(zeros) + &n.to_string();
            let expected = u32::try_from(n).ok().filter(|_| text.len() <= 19);
            prop_assert_eq!(number(text.as_bytes()), expected);
        }
    }
}
