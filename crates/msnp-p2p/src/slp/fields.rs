use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Display;
use core::str::FromStr;

use msnp_codec::message::BodyField;
use msnp_core::Guid;

use super::error::Tolerance;
use super::guid_text::{self, Braced};

/// How many lines of a body are read; what follows is left out.
pub(super) const MAX_FIELDS: usize = 64;

/// The `Name: value` lines of a body, of which each that is understood is taken out.
pub(super) struct FieldReader<'n> {
    fields: Vec<BodyField<'static>>,
    noted: &'n mut Vec<Tolerance>,
}

impl<'n> FieldReader<'n> {
    pub(super) fn new(body: &[u8], noted: &'n mut Vec<Tolerance>) -> Self {
        let fields = BodyField::read(body).take(MAX_FIELDS).map(BodyField::into_owned).collect();
        Self { fields, noted }
    }

    /// The first line that `read` understands.
    pub(super) fn take_with<T>(
        &mut self,
        mut read: impl FnMut(&BodyField<'_>, &mut Vec<Tolerance>) -> Option<T>,
    ) -> Option<T> {
        let noted = &mut *self.noted;
        let found = self
            .fields
            .iter()
            .enumerate()
            .find_map(|(at, field)| read(field, noted).map(|value| (at, value)));
        let (at, value) = found?;
        self.fields.remove(at);
        Some(value)
    }

    pub(super) fn text<T>(&mut self, name: &str, read: impl Fn(&str) -> T) -> Option<T> {
        self.take_with(|field, _| field.is(name).then(|| read(&field.value)))
    }

    pub(super) fn number<N: FromStr>(&mut self, name: &str) -> Option<N> {
        self.take_with(|field, _| field.is(name).then(|| field.value.parse().ok())?)
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.take_with(|field, _| {
            let is = |word: &str| field.value.eq_ignore_ascii_case(word);
            field.is(name).then(|| is("true").then_some(true).or(is("false").then_some(false)))?
        })
    }

    pub(super) fn guid(&mut self, name: &str) -> Option<Guid> {
        self.take_with(|field, _| field.is(name).then(|| guid_text::read(&field.value))?)
    }

    /// Decimal; of a number that is wider the low 32 bits.
    pub(super) fn session_id(&mut self) -> Option<u32> {
        self.take_with(|field, noted| {
            if !field.is(SESSION_ID) {
                return None;
            }
            let (id, is_wide) = low_32_bits(&field.value)?;
            if is_wide {
                Tolerance::WideSessionId.note(noted);
            }
            Some(id)
        })
    }

    /// What nobody took.
    pub(super) fn others(self) -> Vec<BodyField<'static>> {
        self.fields
    }
}

/// Writes the lines of a body, and its end.
pub(super) struct FieldWriter<'o>(pub(super) &'o mut Vec<u8>);

impl FieldWriter<'_> {
    pub(super) fn field(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            BodyField::new(name, value.to_string()).print(self.0);
        }
    }

    pub(super) fn guid(&mut self, name: &str, guid: Option<Guid>) {
        self.field(name, guid.map(Braced));
    }

    pub(super) fn session_id(&mut self, id: Option<u32>) {
        self.field(SESSION_ID, id);
    }

    /// The lines that have no place of their own, an empty line, and the NUL that official clients
    /// count in.
    pub(super) fn end(self, others: &[BodyField<'_>]) {
        others.iter().for_each(|field| field.print(self.0));
        self.0.extend_from_slice(b"\r\n\0");
    }
}

const SESSION_ID: &str = "SessionID";

/// The low bits of a decimal number, and whether there are others.
fn low_32_bits(digits: &str) -> Option<(u32, bool)> {
    if digits.is_empty() {
        return None;
    }
    let mut low = 0_u32;
    let mut is_wide = false;
    for digit in digits.chars() {
        let digit = digit.to_digit(10)?;
        let next = low.checked_mul(10).and_then(|low| low.checked_add(digit));
        is_wide |= next.is_none();
        low = low.wrapping_mul(10).wrapping_add(digit);
    }
    Some((low, is_wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_number_of_any_width_the_low_bits_count() {
        assert_eq!(low_32_bits("0"), Some((0, false)));
        assert_eq!(low_32_bits("4294967295"), Some((u32::MAX, false)));
        assert_eq!(low_32_bits("4294967296"), Some((0, true)));
        assert_eq!(low_32_bits("18446744073709551615"), Some((u32::MAX, true)));
        assert_eq!(low_32_bits("79228162514264337593543950337"), Some((1, true)));
        for none in ["", "-1", "0x10", "1 2"] {
            assert_eq!(low_32_bits(none), None, "{none}");
        }
    }
}
