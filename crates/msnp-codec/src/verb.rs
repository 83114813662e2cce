use core::fmt;

use msnp_core::ErrorCode;

/// The first word of a command: three upper-case letters, or the three digits of an error.
///
/// Open: a verb that the [table](crate::COMMANDS) does not know survives a round trip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verb([u8; 3]);

impl Verb {
    /// The verb of these three bytes.
    pub const fn new(bytes: [u8; 3]) -> Self {
        Self(bytes)
    }

    /// Its three bytes.
    pub const fn as_bytes(&self) -> &[u8; 3] {
        &self.0
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The number of the error, where it is three digits.
    pub fn error_code(self) -> Option<ErrorCode> {
        let digit = |b: u8| b.is_ascii_digit().then(|| u16::from(b - b'0'));
        let [hundreds, tens, ones] = self.0;
        ErrorCode::from_number(digit(hundreds)? * 100 + digit(tens)? * 10 + digit(ones)?)
    }

    /// The verb that reports an error: its three digits.
    pub fn of_error(code: ErrorCode) -> Self {
        let digit = |n: u16| b'0' + u8::try_from(n % 10).unwrap_or_default();
        let number = code.number();
        Self([digit(number / 100), digit(number / 10), digit(number)])
    }

    /// Whether it has the form of a verb: letters of upper case and digits.
    pub(crate) fn is_well_formed(self) -> bool {
        self.0.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
