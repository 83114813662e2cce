use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use super::header::{HeaderWriter, Headers};

/// A small thing shown to everybody in the room: `text/x-msnmsgr-datacast`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datacast<'a> {
    /// `ID: 1`: the window shakes.
    Nudge,
    /// Any other number. One with [`DatacastId::NUDGE`] is read back as a nudge.
    Other {
        /// What it is.
        id: DatacastId,
        /// The `Data` line, where there is one: an object descriptor, or a text.
        data: Option<Cow<'a, str>>,
    },
    /// Without a number, as some web messengers sent it. To be passed over; it prints an empty
    /// body.
    Malformed,
}

/// The number of a datacast. Open: one without a name survives a round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatacastId(pub u32);

impl DatacastId {
    /// 1: a nudge.
    pub const NUDGE: Self = Self(1);
    /// 2: a wink; its data is an object descriptor.
    pub const WINK: Self = Self(2);
    /// 3: a voice clip; its data is an object descriptor.
    pub const VOICE_CLIP: Self = Self(3);
    /// 4: an action, a line of text in grey italics.
    pub const ACTION: Self = Self(4);
}

impl<'a> Datacast<'a> {
    pub(super) const MEDIA_TYPE: &'static str = "text/x-msnmsgr-datacast";

    /// Reads the body: it is a header block itself, with no, one or two empty lines after it.
    pub(super) fn parse(body: &'a [u8]) -> Self {
        let (fields, _) = Headers::parse(body);
        let id = fields
            .get("ID")
            .and_then(|digits| core::str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok())
            .map(DatacastId);
        match id {
            Some(DatacastId::NUDGE) => Self::Nudge,
            Some(id) => Self::Other { id, data: fields.text("Data") },
            None => Self::Malformed,
        }
    }

    /// Appends the whole message. The body of a nudge is `ID: 1` and two line breaks, to the
    /// byte: a third-party client compares it with exactly that.
    pub fn print(&self, out: &mut Vec<u8>) {
        let out = HeaderWriter::new(out).header("Content-Type", Self::MEDIA_TYPE).end();
        let (id, data) = match self {
            Self::Nudge => (DatacastId::NUDGE, None),
            Self::Other { id, data } => (*id, data.as_deref()),
            Self::Malformed => return,
        };
        out.extend_from_slice(format!("ID: {}\r\n", id.0).as_bytes());
        if let Some(data) = data {
            out.extend_from_slice(b"Data: ");
            out.extend_from_slice(data.replace(['\r', '\n'], " ").as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> Datacast<'static> {
        match self {
            Self::Nudge => Datacast::Nudge,
            Self::Other { id, data } => {
                Datacast::Other { id, data: data.map(|data| Cow::Owned(data.into_owned())) }
            }
            Self::Malformed => Datacast::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Content, Message};
    use super::*;

    #[test]
    fn a_nudge_is_printed_with_exactly_two_line_breaks_after_its_number() {
        let mut printed = Vec::new();
        Datacast::Nudge.print(&mut printed);
        assert_eq!(Message::parse(&printed).body(), b"ID: 1\r\n\r\n");
        assert_eq!(Message::parse(&printed).content(), Content::Datacast(Datacast::Nudge));
    }

    #[test]
    fn a_nudge_is_read_with_any_number_of_line_breaks() {
        for body in [&b"ID: 1"[..], b"ID: 1\r\n", b"ID: 1\r\n\r\n", b"ID: 1\r\n\r\n\r\n", b"id:1\n"]
        {
            assert_eq!(Datacast::parse(body), Datacast::Nudge, "{body:?}");
        }
    }

    #[test]
    fn a_datacast_without_a_number_is_malformed_and_no_more() {
        for body in [&b""[..], b"\r\n", b"ID:\r\n\r\n", b"ID: one", b"Data: x", b"ID: 4294967296"] {
            assert_eq!(Datacast::parse(body), Datacast::Malformed, "{body:?}");
        }
    }

    #[test]
    fn an_unknown_datacast_keeps_its_data() {
        let data = Some("x: <msnobj/>".into());
        let body = b"ID: 77\r\nData: x: <msnobj/>\r\n\r\n";
        assert_eq!(Datacast::parse(body), Datacast::Other { id: DatacastId(77), data });
    }

    proptest! {
        #[test]
        fn a_printed_datacast_is_read_back(
            id in any::<u32>().prop_filter("a nudge has its own name", |id| *id != 1),
            data in proptest::option::of("[!-~é♥]([ -~é♥]{0,30}[!-~é♥])?"),
        ) {
            let datacast = Datacast::Other { id: DatacastId(id), data: data.map(Cow::Owned) };
            let mut printed = Vec::new();
            datacast.print(&mut printed);
            prop_assert_eq!(Message::parse(&printed).content(), Content::Datacast(datacast));
        }
    }
}
