use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::header::HeaderWriter;
use crate::base64_text;

/// Handwriting, as a picture: `image/gif` or `application/x-ms-ink` with a body that begins with
/// `base64:`.
///
/// It rarely fits into one message: see [`Message::split`](super::Message::split).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ink<'a> {
    /// What kind of picture it is.
    pub format: InkFormat,
    /// The picture in base64, as it stands after `base64:`. Broken bytes became U+FFFD.
    pub encoded: Cow<'a, str>,
}

/// How handwriting is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InkFormat {
    /// A GIF picture: `image/gif`.
    Gif,
    /// Ink Serialized Format, the strokes themselves: `application/x-ms-ink`.
    Isf,
}

impl InkFormat {
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Gif => "image/gif",
            Self::Isf => "application/x-ms-ink",
        }
    }
}

impl<'a> Ink<'a> {
    const PREFIX: &'static [u8] = b"base64:";

    /// That picture.
    pub fn new(format: InkFormat, picture: &[u8]) -> Self {
        Self { format, encoded: Cow::Owned(base64_text::encode(picture)) }
    }

    /// None for a body without the prefix.
    pub(super) fn parse(format: InkFormat, body: &'a [u8]) -> Option<Self> {
        let (prefix, encoded) = body.split_at_checked(Self::PREFIX.len())?;
        prefix
            .eq_ignore_ascii_case(Self::PREFIX)
            .then(|| Self { format, encoded: String::from_utf8_lossy(encoded) })
    }

    /// The picture; none where it is no base64, as in a lone part of a message.
    pub fn decode(&self) -> Option<Vec<u8>> {
        base64_text::decode(self.encoded.trim_end_matches('\0').as_bytes())
    }

    /// Appends the whole message.
    pub fn print(&self, out: &mut Vec<u8>) {
        let out = HeaderWriter::new(out).header("Content-Type", self.format.media_type()).end();
        out.extend_from_slice(Self::PREFIX);
        out.extend_from_slice(self.encoded.as_bytes());
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> Ink<'static> {
        Ink { format: self.format, encoded: Cow::Owned(self.encoded.into_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Content, Message};
    use super::*;

    #[test]
    fn a_body_without_the_prefix_is_no_ink() {
        for payload in [&b"Content-Type: image/gif\r\n\r\nGIF89a"[..], b"Content-Type: image/gif"] {
            assert_eq!(Message::parse(payload).content(), Content::Other);
        }
    }

    #[test]
    fn broken_base64_is_ink_without_a_picture() {
        let payload = b"Content-Type: application/x-ms-ink\r\n\r\nbase64:no!";
        let Content::Ink(ink) = Message::parse(payload).content() else { panic!("no ink") };
        assert_eq!((ink.format, ink.decode()), (InkFormat::Isf, None));
    }

    proptest! {
        #[test]
        fn a_printed_picture_is_read_back(
            picture in proptest::collection::vec(any::<u8>(), 0..60),
            format in proptest::sample::select(alloc::vec![InkFormat::Gif, InkFormat::Isf]),
        ) {
            let ink = Ink::new(format, &picture);
            let mut printed = Vec::new();
            ink.print(&mut printed);
            prop_assert_eq!(ink.decode(), Some(picture));
            prop_assert_eq!(Message::parse(&printed).content(), Content::Ink(ink));
        }
    }
}
