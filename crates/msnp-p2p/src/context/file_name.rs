use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::utf16_text;

/// The name under which a file is offered, as the peer wrote it.
///
/// It may be anything: a whole path, `..`, a name that a system reserves. Nothing is to be opened
/// under [`raw`](Self::raw); [`file_name`](Self::file_name) is what a program may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OfferedName(Vec<u16>);

impl OfferedName {
    /// How many units of UTF-16 there is room for.
    pub const MAX_UNITS: usize = 260;

    /// A name to offer a file under: its own, without the path to it. It is cut where there is no
    /// more room but for a NUL.
    pub fn new(name: &str) -> Self {
        let mut units = Vec::new();
        for letter in name.chars().filter(|letter| *letter != '\0') {
            if units.len() + letter.len_utf16() >= Self::MAX_UNITS {
                break;
            }
            units.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
        }
        Self(units)
    }

    /// Reads what stands in its place, up to the first NUL.
    pub(super) fn read(place: &[u8]) -> Self {
        let mut units = utf16_text::units(place);
        units.truncate(Self::MAX_UNITS);
        Self(units)
    }

    /// Its bytes, of which there are at most 520.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> {
        self.0.iter().flat_map(|unit| unit.to_le_bytes())
    }

    /// What the peer wrote, to show and never to open. A lone surrogate becomes U+FFFD.
    pub fn raw(&self) -> String {
        utf16_text::decode_units(&self.0)
    }

    /// A name to keep the file under; see [`safe_file_name`].
    pub fn file_name(&self) -> String {
        safe_file_name(&self.raw())
    }
}

/// A name for a file in a folder that the user chose, made from what a peer wrote.
///
/// It is the last component that is not empty, of a path of Windows or another system, of which
///
/// * control characters and those that turn the direction of writing are left out,
/// * `< > : " | ? *` and a dot at the front become `_`,
/// * dots and blanks at the end are left out, blanks at the front too,
/// * a name that Windows reserves (`CON`, `com1.txt`) gets a `_` in front,
/// * at most 255 bytes are kept, the extension with them.
///
/// Where nothing is left, it is `file`. Whether such a file exists already is for the caller to
/// find out.
pub fn safe_file_name(raw: &str) -> String {
    let mut components = raw.split(['/', '\\']).rev().map(cleaned);
    let name = components.find(|component| !component.is_empty());
    let name = name.unwrap_or_else(|| "file".into());
    let name = if is_reserved(&name) { format!("_{name}") } else { name };
    shortened(name)
}

/// What Linux, macOS and Windows take.
const MAX_LEN: usize = 255;

/// Longer endings are no extensions.
const MAX_EXTENSION: usize = 16;

fn cleaned(component: &str) -> String {
    let kept: String = component
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| if "<>:\"|?*".contains(letter) { '_' } else { letter })
        .collect();
    let kept = kept.trim_start().trim_end_matches(is_dot_or_blank);
    match kept.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None => kept.into(),
    }
}

fn is_dot_or_blank(letter: char) -> bool {
    letter == '.' || letter.is_whitespace()
}

/// Controls, marks of direction and of byte order, line and paragraph ends.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let is = |word: &&str| stem.eq_ignore_ascii_case(word);
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].iter().any(is) {
        return true;
    }
    let mut letters = stem.chars();
    let number = letters.next_back();
    let port = letters.as_str();
    ["COM", "LPT"].iter().any(|word| port.eq_ignore_ascii_case(word))
        && number.is_some_and(|letter| letter.is_ascii_digit() || "¹²³".contains(letter))
}

fn shortened(mut name: String) -> String {
    if name.len() <= MAX_LEN {
        return name;
    }
    let extension: String = match name.rsplit_once('.') {
        Some((_, extension)) if extension.len() <= MAX_EXTENSION => format!(".{extension}"),
        _ => String::new(),
    };
    name.truncate(name.floor_char_boundary(MAX_LEN - extension.len()));
    name.truncate(name.trim_end_matches(is_dot_or_blank).len());
    name + &extension
}
