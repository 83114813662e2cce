use core::fmt;
use core::str::FromStr;

/// A GUID: contacts and groups from MSNP10, peer-to-peer calls, machines.
///
/// Held in the order in which its text reads. It prints in lower case without braces; text may
/// have either case, with or without braces.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Guid([u8; 16]);

impl Guid {
    /// All zero.
    pub const NIL: Self = Self([0; 16]);

    /// From its bytes in text order.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes in text order.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl FromStr for Guid {
    type Err = GuidError;

    fn from_str(text: &str) -> Result<Self, GuidError> {
        let text = match text.strip_prefix('{') {
            Some(inner) => inner.strip_suffix('}').ok_or(GuidError)?,
            None => text,
        };
        let mut bytes = [0; 16];
        let mut digits = 0;
        if text.len() != 36 {
            return Err(GuidError);
        }
        for (at, c) in text.chars().enumerate() {
            if matches!(at, 8 | 13 | 18 | 23) {
                if c != '-' {
                    return Err(GuidError);
                }
                continue;
            }
            let digit = c.to_digit(16).and_then(|d| u8::try_from(d).ok()).ok_or(GuidError)?;
            let byte = bytes.get_mut(digits / 2).ok_or(GuidError)?;
            *byte = (*byte << 4) | digit;
            digits += 1;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID, such as a4268eec-fec5-49e5-95c3-f126696bdbf6")]
pub struct GuidError;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_guid_reads_in_every_form_and_prints_in_one() {
        let text = "a4268eec-fec5-49e5-95c3-f126696bdbf6";
        for form in [text, "{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}"] {
            assert_eq!(form.parse::<Guid>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "{}",
            "a4268eec",
            "a4268eec-fec5-49e5-95c3-f126696bdbf",
            "{a4268eec-fec5-49e5-95c3-f126696bdbf6",
        ] {
            assert_eq!(wrong.parse::<Guid>(), Err(GuidError), "{wrong}");
        }
    }
}
