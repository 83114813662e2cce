use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::header::{Headers, on_one_line, write_line};

/// One line of a body that is made of `Name: value` lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyField<'a> {
    /// What stands before the first colon. A colon or line break in it is printed as a hyphen.
    pub name: Cow<'a, str>,
    /// What follows the colon, without the white space around it. A line break in it is printed
    /// as a space.
    pub value: Cow<'a, str>,
}

impl<'a> BodyField<'a> {
    /// A line of that name and value.
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// The lines at the front of a body, up to an empty one.
    pub fn read(body: &'a [u8]) -> impl Iterator<Item = Self> {
        let (fields, _) = Headers::parse(body);
        fields
            .iter()
            .map(|field| Self { name: on_one_line(field.name), value: on_one_line(field.value) })
    }

    /// Whether it has that name, in any letter case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Appends the line.
    pub fn print(&self, out: &mut Vec<u8>) {
        write_line(out, &self.name.replace([':', '\r', '\n'], "-"), &self.value);
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> BodyField<'static> {
        BodyField {
            name: Cow::Owned(self.name.into_owned()),
            value: Cow::Owned(self.value.into_owned()),
        }
    }
}

/// Where the fields of a notice are: in its body, as the official service has them, or else among
/// its headers, as some programs do.
pub(super) struct Fields<'a> {
    body: Headers<'a>,
    headers: Headers<'a>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(headers: &Headers<'a>, body: &'a [u8]) -> Self {
        Self { body: Headers::parse(body).0, headers: *headers }
    }

    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.body.text(name).or_else(|| self.headers.text(name))
    }

    /// None where it is missing or no number.
    pub(super) fn number<N: core::str::FromStr>(&self, name: &str) -> Option<N> {
        self.text(name)?.parse().ok()
    }
}
