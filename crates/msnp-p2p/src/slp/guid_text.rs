use core::fmt;

use msnp_core::Guid;

/// A GUID as MSNSLP writes it: `{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}`.
pub(super) struct Braced(pub(super) Guid);

impl fmt::Display for Braced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, byte) in self.0.to_bytes().into_iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02X}")?;
        }
        f.write_str("}")
    }
}

/// Reads one in either case. Either brace may be missing.
pub(super) fn read(text: &str) -> Option<Guid> {
    let text = text.trim();
    let text = text.strip_prefix('{').unwrap_or(text);
    text.strip_suffix('}').unwrap_or(text).trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn braces_may_be_missing_and_letters_small() {
        let printed = "{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}";
        let guid = read(printed).unwrap();
        assert_eq!(Braced(guid).to_string(), printed);
        for form in [
            "a4268eec-fec5-49e5-95c3-f126696bdbf6",
            "{a4268eec-fec5-49e5-95c3-f126696bdbf6",
            " A4268EEC-FEC5-49E5-95C3-F126696BDBF6} ",
        ] {
            assert_eq!(read(form), Some(guid), "{form}");
        }
        for none in ["", "{", "{}", "}{", "a4268eec"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
