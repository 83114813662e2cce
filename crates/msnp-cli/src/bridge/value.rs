//! Values that commands and events share, as JSON has them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use msnp::codec::message::{Colour, Datacast, DatacastId, Effects, TextFormat};
use msnp::codec::msn_object::MsnObject;
use msnp::codec::personal_message::{CurrentMedia, PersonalMessage};
use msnp::core::{Account, Guid, List, Status};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Declares a value that is a text of a certain form.
macro_rules! text_of_a_form {
    (
        $(#[doc = $doc:literal])* $name:ident($inner:ty), $pattern:literal,
        read: $read:expr, print: $print:expr, wrong: $wrong:literal;
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $name(pub(crate) $inner);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let print: fn(&$inner) -> String = $print;
                serializer.serialize_str(&print(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read: fn(&str) -> Option<$inner> = $read;
                let text = String::deserialize(deserializer)?;
                read(&text).map(Self).ok_or_else(|| Error::custom($wrong))
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let description = [$($doc),*].map(str::trim).join(" ");
                schemars::json_schema!({
                    "type": "string",
                    "description": description,
                    "pattern": $pattern,
                })
            }
        }
    };
}

text_of_a_form! {
    /// An account, such as `alice@example.com`.
    AccountText(Account), "^[!-~]+@[!-~]+$",
    read: |text| Account::new(text).ok(), print: |account| account.to_string(),
    wrong: "an account looks like alice@example.com";
}
text_of_a_form! {
    /// A status: its three letters.
    StatusText(Status), "^[A-Z]{3}$",
    read: |text| Status::parse(text.as_bytes()), print: |status| status.to_string(),
    wrong: "a status is three capital letters, such as NLN";
}
text_of_a_form! {
    /// A list: its two letters.
    ListText(List), "^(FL|AL|BL|RL|PL)$",
    read: |text| List::parse(text.as_bytes()), print: |list| list.to_string(),
    wrong: "a list is FL, AL, BL, RL or PL";
}
text_of_a_form! {
    /// One word of visible ASCII, as it stands in a command of the protocol.
    Word(Box<str>), "^[!-~]+$",
    read: word, print: |word| word.to_string(),
    wrong: "it must be one word of visible ASCII characters, without spaces";
}
text_of_a_form! {
    /// A GUID.
    GuidText(Guid), "^[{]?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}[}]?$",
    read: |text| text.parse().ok(), print: |guid| guid.to_string(),
    wrong: "a GUID looks like 6b29fc40-ca47-1067-b31d-00dd010662da";
}
text_of_a_form! {
    /// A colour: `#`, and two hexadecimal digits each of red, green and blue.
    ColourText(Colour), "^#[0-9A-Fa-f]{6}$",
    read: colour, print: |of| format!("#{:02x}{:02x}{:02x}", of.red, of.green, of.blue),
    wrong: "a colour looks like #ff8000";
}
text_of_a_form! {
    /// An MSN object, as the text that begins with `<msnobj`.
    ObjectText(MsnObject), "^<msnobj ",
    read: |text| MsnObject::parse(text).ok(), print: |object| object.to_string(),
    wrong: "it is not the text of an MSN object";
}

fn word(text: &str) -> Option<Box<str>> {
    let holds = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    holds.then(|| text.into())
}

fn colour(text: &str) -> Option<Colour> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some(Colour { red, green, blue })
}

/// What the program calls a command: a text or a whole number of its own choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum CallerId {
    Number(i64),
    Text(String),
}

impl CallerId {
    pub(crate) const FORM: &'static str = "id must be a text or a whole number";
}

/// Bytes: as text where they are UTF-8, and otherwise as base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(crate) enum Body {
    /// The text. Line breaks are as they were sent, mostly CRLF.
    Text(String),
    /// The bytes in base64.
    Base64(Base64),
}

impl Body {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(Base64(bytes.to_vec())),
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Base64(Base64(bytes)) => bytes,
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Body({} bytes)", text.len()),
            Self::Base64(Base64(bytes)) => write!(f, "Body({} bytes)", bytes.len()),
        }
    }
}

/// Bytes that JSON has as base64.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Base64(Vec<u8>);

impl Base64 {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Base64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64({} bytes)", self.0.len())
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(|_| Error::custom("it is not base64"))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Base64 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Base64".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$" })
    }
}

/// How a text looks. What a command leaves out is as in `MS Sans Serif`, black, plain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FormatOfText {
    /// The name of the font.
    font: String,
    bold: bool,
    italic: bool,
    underline: bool,
    strikeout: bool,
    colour: ColourText,
    /// The Windows charset of the font.
    charset: u8,
    /// The family of the font.
    #[cfg_attr(test, schemars(range(max = 15)))]
    family: u8,
    /// The pitch of the font.
    #[cfg_attr(test, schemars(range(max = 15)))]
    pitch: u8,
    right_to_left: bool,
}

impl Default for FormatOfText {
    fn default() -> Self {
        TextFormat::default().into()
    }
}

impl From<TextFormat> for FormatOfText {
    fn from(format: TextFormat) -> Self {
        let TextFormat { font, effects, colour, charset, family, pitch, right_to_left } = format;
        let Effects { bold, italic, underline, strikeout } = effects;
        let colour = ColourText(colour);
        Self {
            font,
            bold,
            italic,
            underline,
            strikeout,
            colour,
            charset,
            family,
            pitch,
            right_to_left,
        }
    }
}

impl From<FormatOfText> for TextFormat {
    fn from(format: FormatOfText) -> Self {
        let FormatOfText { bold, italic, underline, strikeout, .. } = format;
        Self {
            font: format.font,
            effects: Effects { bold, italic, underline, strikeout },
            colour: format.colour.0,
            charset: format.charset,
            // The protocol has four bits for each.
            family: format.family & 15,
            pitch: format.pitch & 15,
            right_to_left: format.right_to_left,
        }
    }
}

/// What somebody listens to, plays or works on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Media {
    /// The program; empty for those of the system.
    #[serde(default)]
    application: String,
    /// `Music`, `Games` or `Office`.
    kind: String,
    /// Whether it is to be shown.
    #[serde(default = "yes")]
    enabled: bool,
    /// How the arguments are put together, such as `{0} - {1}`.
    format: String,
    /// Title, artist, album and the like.
    #[serde(default)]
    arguments: Vec<String>,
}

fn yes() -> bool {
    true
}

/// A personal message.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Personal {
    /// The words; empty where there are none.
    text: String,
    /// What the person listens to, plays or works on.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_media: Option<Media>,
    /// The machine that the person sits at.
    #[serde(skip_serializing_if = "Option::is_none")]
    machine_guid: Option<GuidText>,
}

impl From<CurrentMedia> for Media {
    fn from(media: CurrentMedia) -> Self {
        let CurrentMedia { application, kind, enabled, format, arguments } = media;
        Self { application, kind, enabled, format, arguments }
    }
}

impl From<Media> for CurrentMedia {
    fn from(media: Media) -> Self {
        let Media { application, kind, enabled, format, arguments } = media;
        Self { application, kind, enabled, format, arguments }
    }
}

impl From<PersonalMessage> for Personal {
    fn from(message: PersonalMessage) -> Self {
        Self {
            text: message.text,
            current_media: message.current_media.map(Into::into),
            machine_guid: message.machine_guid.map(GuidText),
        }
    }
}

/// A small thing that everybody in a conversation sees.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum SmallThing {
    /// An animation: its MSN object.
    Wink(ObjectText),
    /// A short recording: its MSN object.
    VoiceClip(ObjectText),
    /// A line of text in grey italics.
    Action(String),
    /// Any kind, by its number.
    Other {
        /// 1 is a nudge, 2 a wink, 3 a voice clip, 4 an action.
        number: u32,
        /// What goes with it.
        data: Option<String>,
    },
}

impl From<SmallThing> for Datacast<'static> {
    fn from(thing: SmallThing) -> Self {
        match thing {
            SmallThing::Wink(object) => Self::Wink(object.0),
            SmallThing::VoiceClip(object) => Self::VoiceClip(object.0),
            SmallThing::Action(text) => Self::Action(text.into()),
            SmallThing::Other { number, data } => {
                Self::Other { id: DatacastId(number), data: data.map(Into::into) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_become_base64_and_come_back() {
        for (bytes, json) in
            [(&b"a\r\n"[..], r#"{"text":"a\r\n"}"#), (b"\xff\x00", r#"{"base64":"/wA="}"#)]
        {
            let body = Body::new(bytes);
            assert_eq!(serde_json::to_string(&body).unwrap(), json);
            let read: Body = serde_json::from_str(json).unwrap();
            assert_eq!(read.into_bytes(), bytes);
        }
    }

    #[test]
    fn a_format_in_part_has_the_usual_rest() {
        let read: FormatOfText =
            serde_json::from_str(r##"{"bold":true,"colour":"#ff8000"}"##).unwrap();
        let format = TextFormat::from(read.clone());
        assert!(format.effects.bold && !format.effects.italic);
        assert_eq!(format.colour, Colour { red: 255, green: 128, blue: 0 });
        assert_eq!(format.font, TextFormat::default().font);
        assert_eq!(FormatOfText::from(format), read);
    }

    #[test]
    fn what_would_break_a_command_of_the_protocol_is_no_word() {
        for text in ["", "a b", "1\r\nOUT", "é", "\0"] {
            assert_eq!(word(text), None, "{text:?}");
        }
        assert!(word("PHH").is_some());
    }
}
