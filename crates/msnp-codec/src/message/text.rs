use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::content_type::ContentType;
use super::format::TextFormat;
use super::header::{HeaderWriter, Headers};

/// A chat text: `text/plain`.
///
/// Lines are separated by `\n` here, by CRLF on the wire.
///
/// ```
/// use msnp_codec::message::{Content, Message, Text};
///
/// let mut bytes = Vec::new();
/// Text::new("good morning,\nbob ♥").print(&mut bytes);
/// assert_eq!(
///     String::from_utf8_lossy(&bytes),
///     "MIME-Version: 1.0\r\n\
///      Content-Type: text/plain; charset=UTF-8\r\n\
///      X-MMS-IM-Format: FN=MS%20Sans%20Serif; EF=; CO=0; CS=0; PF=22\r\n\
///      \r\n\
///      good morning,\r\nbob ♥"
/// );
///
/// let Content::Text(text) = Message::parse(&bytes).content() else { panic!("not a text") };
/// assert_eq!(text.text, "good morning,\nbob ♥");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a> {
    /// What was written.
    pub text: Cow<'a, str>,
    /// How it is to look; none where the sender did not say.
    pub format: Option<TextFormat>,
    /// The program that it was written with, where it names itself (`User-Agent`).
    pub user_agent: Option<Cow<'a, str>>,
    /// The name to show for the sender in this conversation alone (`P4-Context`), where there is
    /// one. Nobody checked it.
    pub shown_name: Option<Cow<'a, str>>,
}

impl<'a> Text<'a> {
    pub(super) const MEDIA_TYPE: &'static str = "text/plain";

    /// That text in the default format.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), format: Some(TextFormat::default()), ..Self::default() }
    }

    /// Reads a message of this type.
    ///
    /// Without a charset, or with one that is neither UTF-8 nor a part of it, the body is
    /// ISO-8859-1, as the official client has it. Broken UTF-8 becomes U+FFFD.
    pub(super) fn parse(headers: &Headers<'a>, kind: &ContentType<'a>, body: &'a [u8]) -> Self {
        let text = match kind.charset {
            Some(charset) if is_utf8(charset) => String::from_utf8_lossy(body),
            _ => from_latin1(body),
        };
        Self {
            text: with_line_feeds(text),
            format: headers.get("X-MMS-IM-Format").map(TextFormat::parse),
            user_agent: headers.text("User-Agent"),
            shown_name: headers.text("P4-Context"),
        }
    }

    /// Appends the whole message, header block and body, in UTF-8.
    ///
    /// Nothing is cut here: one that is longer than [`MAX_MESSAGE_LEN`](super::MAX_MESSAGE_LEN)
    /// has to be [split](super::Message::split).
    pub fn print(&self, out: &mut Vec<u8>) {
        out.reserve(USUAL_HEADERS + self.text.len());
        let mut writer = HeaderWriter::new(out)
            .header("Content-Type", "text/plain; charset=UTF-8")
            .optional("User-Agent", self.user_agent.as_deref())
            .optional("P4-Context", self.shown_name.as_deref());
        if let Some(format) = &self.format {
            let mut value = String::with_capacity(USUAL_HEADERS);
            // Writing to a string cannot fail.
            let _ = write!(value, "{format}");
            writer = writer.header("X-MMS-IM-Format", &value);
        }
        let out = writer.end();
        let text = with_line_feeds(Cow::Borrowed(&*self.text));
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(line.as_bytes());
        }
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> Text<'static> {
        Text {
            text: Cow::Owned(self.text.into_owned()),
            format: self.format,
            user_agent: self.user_agent.map(|agent| Cow::Owned(agent.into_owned())),
            shown_name: self.shown_name.map(|name| Cow::Owned(name.into_owned())),
        }
    }
}

/// More bytes than the headers of a message need that somebody has typed.
const USUAL_HEADERS: usize = 192;

fn is_utf8(charset: &[u8]) -> bool {
    [&b"UTF-8"[..], b"UTF8", b"US-ASCII"].iter().any(|name| charset.eq_ignore_ascii_case(name))
}

fn from_latin1(bytes: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

fn with_line_feeds(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Content, Message};
    use super::*;

    fn read(payload: &[u8]) -> Text<'_> {
        match Message::parse(payload).content() {
            Content::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_charset_says_how_the_body_is_read() {
        for (charset, body, expected) in [
            ("; charset=UTF-8", &b"caf\xc3\xa9"[..], "café"),
            ("; charset=utf8", b"caf\xc3\xa9", "café"),
            ("; charset=UTF-8", b"caf\xe9 \xf0\x9f", "caf\u{fffd} \u{fffd}"),
            ("", b"caf\xe9", "café"),
            ("; charset=ISO-8859-1", b"caf\xe9", "café"),
            ("; charset=ISO-8859-1", b"caf\xc3\xa9", "cafÃ©"),
            ("; charset=no-such", b"caf\xe9", "café"),
        ] {
            let head = alloc::format!("Content-Type: text/plain{charset}\r\n\r\n");
            let payload = [head.as_bytes(), body].concat();
            assert_eq!(read(&payload).text, expected, "{charset}");
        }
    }

    #[test]
    fn a_text_of_another_program_is_read_with_its_name_and_format() {
        let payload = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
            User-Agent: some-client/1.2\r\n\
            P4-Context: Alice at work\r\n\
            X-MMS-IM-Format: FN=Segoe%20UI; EF=U; CO=0;CS=1;PF=0; RL=1\r\n\r\n\
            two\r\nlines\r\n";
        let text = read(payload);
        assert_eq!(text.text, "two\nlines\n");
        assert_eq!(text.user_agent.as_deref(), Some("some-client/1.2"));
        assert_eq!(text.shown_name.as_deref(), Some("Alice at work"));
        let format = text.format.clone().unwrap();
        assert!(format.effects.underline && format.right_to_left);
        let mut printed = Vec::new();
        text.print(&mut printed);
        assert!(printed.ends_with(b"PF=0; RL=1\r\n\r\ntwo\r\nlines\r\n"));
    }

    #[test]
    fn an_ascii_or_utf8_text_borrows_the_body() {
        let text = read(b"Content-Type: text/plain; charset=UTF-8\r\n\r\nhi \xe2\x99\xa5");
        assert!(matches!(text.text, Cow::Borrowed("hi ♥")));
    }

    #[test]
    fn a_text_may_be_empty() {
        assert_eq!(read(b"Content-Type: text/plain\r\n\r\n").text, "");
        assert_eq!(read(b"Content-Type: text/plain\r\n").text, "");
    }

    proptest! {
        #[test]
        fn a_printed_text_is_read_back(
            text in "[^\r]{0,80}",
            format in proptest::option::of(Just(TextFormat::default())),
            names in proptest::array::uniform2(
                proptest::option::of("[!-~é]([ -~é]{0,20}[!-~é])?"),
            ),
        ) {
            let [user_agent, shown_name] = names.map(|name| name.map(Into::into));
            let text = Text { text: text.into(), format, user_agent, shown_name };
            let mut printed = Vec::new();
            text.print(&mut printed);
            prop_assert_eq!(read(&printed), text);
        }

        #[test]
        fn every_line_break_is_printed_as_crlf(text in "[a\r\n]{0,12}") {
            let mut printed = Vec::new();
            Text { text: text.into(), ..Text::default() }.print(&mut printed);
            let printed = String::from_utf8(printed).unwrap();
            prop_assert!(!printed.replace("\r\n", "").contains(['\r', '\n']));
        }
    }
}
