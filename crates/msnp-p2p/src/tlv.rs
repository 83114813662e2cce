use core::fmt;

/// The tail of a header of the second version: values with a type and a length, each a byte, and
/// zeros to the next multiple of 4.
///
/// It is kept as it came and prints so. A value that runs over the end is as good as absent.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Tlvs<'a>(&'a [u8]);

impl<'a> Tlvs<'a> {
    /// The most bytes: the header's own length, of which 8 are fixed, is a byte.
    pub const MAX_LEN: usize = 247;

    /// What lies behind the fixed part of a header.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The value of this type; the first, where there are several.
    pub fn get(self, kind: u8) -> Option<&'a [u8]> {
        self.iter().find(|(found, _)| *found == kind).map(|(_, value)| value)
    }

    /// Each type with its value.
    pub fn iter(self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            loop {
                let (&kind, after) = rest.split_first()?;
                if kind == 0 {
                    rest = after;
                    continue;
                }
                let (&len, after) = after.split_first()?;
                let (value, after) = after.split_at_checked(usize::from(len))?;
                rest = after;
                return Some((kind, value));
            }
        })
    }

    /// As they stand, with their padding.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The length of a header with these, as its first byte says it.
    pub(crate) fn header_length(self) -> u8 {
        // Nothing longer is read or built.
        u8::try_from(self.0.len().saturating_add(8)).unwrap_or(u8::MAX)
    }
}

impl fmt::Debug for Tlvs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Room to write [`Tlvs`] into: enough for all that is known at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct TlvBuffer {
    bytes: [u8; 32],
    len: usize,
}

impl TlvBuffer {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this value too, unless there is no room left for it: there are 32 bytes.
    #[must_use]
    pub fn with(mut self, kind: u8, value: &[u8]) -> Self {
        let Ok(len) = u8::try_from(value.len()) else { return self };
        let end = self.len.saturating_add(2).saturating_add(value.len());
        let Some([into_kind, into_len, into_value @ ..]) = self.bytes.get_mut(self.len..end) else {
            return self;
        };
        (*into_kind, *into_len) = (kind, len);
        into_value.copy_from_slice(value);
        self.len = end;
        self
    }

    /// What was written, padded.
    pub fn tlvs(&self) -> Tlvs<'_> {
        Tlvs(self.bytes.get(..self.len.next_multiple_of(4)).unwrap_or_default())
    }
}
