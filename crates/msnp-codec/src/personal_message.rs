//! The document that `UUX` and `UBX` carry from MSNP11 on: the personal message and what its
//! author listens to.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use msnp_core::Guid;
use quick_xml::Reader;
use quick_xml::events::Event;

/// The personal message of a user, with the media that goes with it.
///
/// ```
/// use msnp_codec::personal_message::PersonalMessage;
///
/// let read = PersonalMessage::parse(b"<Data><PSM>rock &amp; roll</PSM><CurrentMedia/></Data>")?;
/// assert_eq!(read.text, "rock & roll");
///
/// let mut printed = Vec::new();
/// read.print(&mut printed);
/// assert_eq!(printed, b"<Data><PSM>rock &amp; roll</PSM><CurrentMedia></CurrentMedia></Data>");
/// # Ok::<(), msnp_codec::personal_message::PersonalMessageError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonalMessage {
    /// The words (`PSM`); empty where there are none.
    pub text: String,
    /// The song, game or document (`CurrentMedia`).
    pub current_media: Option<CurrentMedia>,
    /// The machine that the user sits at (`MachineGuid`), from MSNP13.
    pub machine_guid: Option<Guid>,
}

impl PersonalMessage {
    /// The longest payload that is read, in bytes. Official clients stay below one thousand.
    pub const MAX_LEN: usize = 16 * 1024;

    /// How deep elements may be nested.
    pub const MAX_DEPTH: usize = 16;

    /// Reads the payload of `UUX` or `UBX`.
    ///
    /// An empty payload means that the message was cleared. Elements come in any order; unknown
    /// ones and all attributes are passed over, and of two with one name the first counts.
    /// Taken as they are, because real programs send them: a lone `&`, an entity with an unknown
    /// name (no other is ever expanded), bytes that are not UTF-8 (they become U+FFFD), anything
    /// after the document. Characters that XML does not allow are left out.
    ///
    /// # Errors
    /// Where it is not such a document; the connection has no part in it.
    pub fn parse(payload: &[u8]) -> Result<Self, PersonalMessageError> {
        if payload.len() > Self::MAX_LEN {
            return Err(PersonalMessageError::TooLong { len: payload.len() });
        }
        if payload.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let document = String::from_utf8_lossy(payload);
        let fields = Fields::read(&document)?;
        Ok(Self {
            text: fields.text.unwrap_or_default(),
            current_media: fields.current_media.as_deref().and_then(CurrentMedia::parse),
            machine_guid: fields.machine_guid.and_then(|guid| guid.trim().parse().ok()),
        })
    }

    /// Appends the document, without spaces between its elements.
    ///
    /// Characters that XML does not allow are left out.
    pub fn print(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<Data><PSM>");
        escape(&self.text, out);
        out.extend_from_slice(b"</PSM><CurrentMedia>");
        if let Some(media) = &self.current_media {
            escape(&media.to_wire(), out);
        }
        out.extend_from_slice(b"</CurrentMedia>");
        if let Some(guid) = &self.machine_guid {
            let braced = format!("{{{guid}}}").to_ascii_uppercase();
            out.extend_from_slice(b"<MachineGuid>");
            out.extend_from_slice(braced.as_bytes());
            out.extend_from_slice(b"</MachineGuid>");
        }
        out.extend_from_slice(b"</Data>");
    }
}

/// Why a payload is no personal message. Positions are bytes from its start (after broken UTF-8
/// was replaced).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PersonalMessageError {
    /// Longer than [`PersonalMessage::MAX_LEN`].
    #[error("the personal message has {len} bytes, more than {}", PersonalMessage::MAX_LEN)]
    TooLong {
        /// How long it is, in bytes.
        len: usize,
    },
    /// Nested deeper than [`PersonalMessage::MAX_DEPTH`].
    #[error("the personal message is nested too deep at byte {at}")]
    TooDeep {
        /// Where the element begins or ends that is one too many.
        at: usize,
    },
    /// It brings a document type of its own; such are never read.
    #[error("the personal message declares a document type at byte {at}")]
    DocumentType {
        /// Where the declaration ends.
        at: usize,
    },
    /// Well formed so far, but its outermost element is not `Data`: some other document, such as
    /// `EndpointData`.
    #[error("the document does not begin with a Data element")]
    NotData,
    /// Not well-formed XML.
    #[error("the personal message is not well-formed at byte {at}")]
    Malformed {
        /// Where reading had to stop.
        at: usize,
    },
}

/// What a user listens to, plays or works on.
///
/// On the wire its fields stand one after the other, each followed by the two characters `\0`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentMedia {
    /// The program; empty for the ones that came with the system.
    pub application: String,
    /// What it is: `Music`, `Games` or `Office`.
    pub kind: String,
    /// Whether it is to be shown.
    pub enabled: bool,
    /// How the arguments are put together: `{0} - {1}`.
    pub format: String,
    /// Title, artist, album and the like.
    pub arguments: Vec<String>,
}

impl CurrentMedia {
    /// How many arguments are read; what follows is left out.
    pub const MAX_ARGUMENTS: usize = 32;

    /// The longest text that [`display`](Self::display) gives, in bytes.
    pub const MAX_DISPLAY_LEN: usize = 4096;

    const SEPARATOR: &'static str = "\\0";

    /// A song with its title and artist, to be shown as `title - artist`.
    pub fn song(title: impl Into<String>, artist: impl Into<String>) -> Self {
        Self {
            kind: "Music".into(),
            enabled: true,
            format: "{0} - {1}".into(),
            arguments: alloc::vec![title.into(), artist.into()],
            ..Self::default()
        }
    }

    /// Reads the text of the element. Missing fields are empty; a text that is empty as a whole is
    /// no media.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let text = text.strip_suffix(Self::SEPARATOR).unwrap_or(text);
        let mut fields = text.split(Self::SEPARATOR);
        let mut field = || fields.next().unwrap_or_default();
        let (application, kind, enabled, format) = (field(), field(), field(), field());
        Some(Self {
            application: application.into(),
            kind: kind.into(),
            enabled: enabled == "1",
            format: format.into(),
            arguments: fields.take(Self::MAX_ARGUMENTS).map(String::from).collect(),
        })
    }

    /// The text of the element. A `\0` inside a field gets a space in between.
    pub fn to_wire(&self) -> String {
        let enabled = if self.enabled { "1" } else { "0" };
        let fixed = [&*self.application, &*self.kind, enabled, &*self.format];
        let mut text = String::new();
        for field in fixed.into_iter().chain(self.arguments.iter().map(String::as_str)) {
            text.push_str(&field.replace(Self::SEPARATOR, "\\ 0"));
            text.push_str(Self::SEPARATOR);
        }
        text
    }

    /// The words to show: the format with its arguments in place; none where they are to be
    /// hidden.
    ///
    /// A placeholder without an argument, such as `{WMContentID}`, stays as it is.
    pub fn display(&self) -> Option<String> {
        if !self.enabled {
            return None;
        }
        let mut shown = String::new();
        let mut left = &*self.format;
        while let Some((before, after)) = left.split_once('{') {
            shown.push_str(before);
            match self.placeholder(after) {
                Some((argument, after)) => {
                    shown.push_str(argument);
                    left = after;
                }
                None => {
                    shown.push('{');
                    left = after;
                }
            }
            if shown.len() > Self::MAX_DISPLAY_LEN {
                left = "";
            }
        }
        shown.push_str(left);
        shown.truncate(shown.floor_char_boundary(Self::MAX_DISPLAY_LEN));
        Some(shown)
    }

    /// The argument that `0} - {1}` begins with, and what follows it.
    fn placeholder<'a>(&'a self, text: &'a str) -> Option<(&'a str, &'a str)> {
        let after = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let number = text.get(..text.len() - after.len())?;
        let argument = self.arguments.get(number.parse::<usize>().ok()?)?;
        let after = after.strip_prefix('}')?;
        Some((argument, after))
    }
}

/// The elements of the document that have a meaning here.
#[derive(Default)]
struct Fields {
    text: Option<String>,
    current_media: Option<String>,
    machine_guid: Option<String>,
}

impl Fields {
    fn read(document: &str) -> Result<Self, PersonalMessageError> {
        let mut reader = Reader::from_str(document);
        reader.config_mut().allow_dangling_amp = true;
        let mut fields = Self::default();
        let mut depth = 0_usize;
        // The element below `Data` that is being read; its text goes where `slot` says.
        let mut current: Option<(String, String)> = None;
        loop {
            let event = reader.read_event().map_err(|_| PersonalMessageError::Malformed {
                at: offset(reader.error_position()),
            })?;
            let at = offset(reader.buffer_position());
            match event {
                Event::Start(start) => {
                    depth += 1;
                    match depth {
                        1 if start.local_name().as_ref() != "Data" => {
                            return Err(PersonalMessageError::NotData);
                        }
                        2 => current = Some((start.local_name().as_ref().into(), String::new())),
                        deep if deep > PersonalMessage::MAX_DEPTH => {
                            return Err(PersonalMessageError::TooDeep { at });
                        }
                        _ => {}
                    }
                }
                Event::Empty(empty) => match depth {
                    0 if empty.local_name().as_ref() == "Data" => return Ok(fields),
                    0 => return Err(PersonalMessageError::NotData),
                    1 => fields.set(empty.local_name().as_ref(), String::new()),
                    _ => {}
                },
                Event::End(_) => {
                    depth = depth.saturating_sub(1);
                    match depth {
                        0 => return Ok(fields),
                        1 => {
                            if let Some((name, text)) = current.take() {
                                fields.set(&name, text);
                            }
                        }
                        _ => {}
                    }
                }
                Event::Text(text) if depth == 0 => {
                    if !text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
                        return Err(PersonalMessageError::Malformed { at });
                    }
                }
                Event::CData(_) | Event::GeneralRef(_) if depth == 0 => {
                    return Err(PersonalMessageError::Malformed { at });
                }
                Event::DocType(_) => return Err(PersonalMessageError::DocumentType { at }),
                Event::Eof => return Err(PersonalMessageError::Malformed { at }),
                _ if depth != 2 => {}
                Event::Text(text) => append(&mut current, &text.xml10_content()),
                Event::CData(text) => append(&mut current, &text.xml10_content()),
                Event::GeneralRef(entity) => {
                    match entity.resolve_char_ref() {
                        Ok(Some(letter)) => append(&mut current, letter.encode_utf8(&mut [0; 4])),
                        _ => append(&mut current, &named_entity(&entity)),
                    };
                }
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
    }

    fn set(&mut self, name: &str, text: String) {
        let field = match name {
            "PSM" => &mut self.text,
            "CurrentMedia" => &mut self.current_media,
            "MachineGuid" => &mut self.machine_guid,
            _ => return,
        };
        field.get_or_insert(text);
    }
}

fn append(current: &mut Option<(String, String)>, more: &str) {
    if let Some((_, text)) = current {
        text.extend(more.chars().filter(|letter| is_allowed(*letter)));
    }
}

fn named_entity(name: &str) -> Cow<'static, str> {
    match name {
        "lt" => "<".into(),
        "gt" => ">".into(),
        "amp" => "&".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        other => format!("&{other};").into(),
    }
}

/// A carriage return is spelled out, because a reader turns a bare one into a line feed.
fn escape(text: &str, out: &mut Vec<u8>) {
    for letter in text.chars().filter(|letter| is_allowed(*letter)) {
        match letter {
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '&' => out.extend_from_slice(b"&amp;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '\'' => out.extend_from_slice(b"&apos;"),
            '\r' => out.extend_from_slice(b"&#13;"),
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// The characters of XML 1.0.
const fn is_allowed(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
