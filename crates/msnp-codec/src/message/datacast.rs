use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::header::{HeaderWriter, Headers, write_line};
use crate::msn_object::MsnObject;

/// A small thing shown to everybody in the room: `text/x-msnmsgr-datacast`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datacast<'a> {
    /// `ID: 1`: the window shakes.
    Nudge,
    /// `ID: 2`: an animation that plays over the window, to be fetched.
    Wink(MsnObject),
    /// `ID: 3`: a short recording, to be fetched.
    VoiceClip(MsnObject),
    /// `ID: 4`: a line of text in grey italics.
    Action(Cow<'a, str>),
    /// Any other number, or one of those above without what belongs to it. One that has it is
    /// read back as what it is.
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
        let Some(id) = id else { return Self::Malformed };
        let data = fields.text("Data");
        let object = || data.as_deref().and_then(|data| MsnObject::parse(data).ok());
        let known = match id {
            DatacastId::NUDGE => Some(Self::Nudge),
            DatacastId::WINK => object().map(Self::Wink),
            DatacastId::VOICE_CLIP => object().map(Self::VoiceClip),
            DatacastId::ACTION => data.clone().map(Self::Action),
            _ => None,
        };
        known.unwrap_or(Self::Other { id, data })
    }

    /// Appends the whole message. The body of a nudge is `ID: 1` and two line breaks, to the
    /// byte: a third-party client compares it with exactly that.
    pub fn print(&self, out: &mut Vec<u8>) {
        let out = HeaderWriter::new(out).header("Content-Type", Self::MEDIA_TYPE).end();
        let (id, data) = match self {
            Self::Nudge => (DatacastId::NUDGE, None),
            Self::Wink(object) => (DatacastId::WINK, Some(object.to_string())),
            Self::VoiceClip(object) => (DatacastId::VOICE_CLIP, Some(object.to_string())),
            Self::Action(text) => (DatacastId::ACTION, Some(text.to_string())),
            Self::Other { id, data } => (*id, data.as_ref().map(|data| data.to_string())),
            Self::Malformed => return,
        };
        write_line(out, "ID", &id.0.to_string());
        if let Some(data) = data {
            write_line(out, "Data", &data);
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> Datacast<'static> {
        match self {
            Self::Nudge => Datacast::Nudge,
            Self::Wink(object) => Datacast::Wink(object),
            Self::VoiceClip(object) => Datacast::VoiceClip(object),
            Self::Action(text) => Datacast::Action(Cow::Owned(text.into_owned())),
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
    use crate::msn_object::ObjectType;

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

    #[test]
    fn a_wink_and_a_voice_clip_have_their_objects() {
        let body =
            b"ID: 2\r\nData: <msnobj Creator=\"a@example.com\" Type=\"8\" stamp=\"x\"/>\r\n\r\n";
        let Datacast::Wink(object) = Datacast::parse(body) else { panic!("not a wink") };
        assert_eq!(object.kind(), Some(ObjectType::WINK));
        let clip = Datacast::VoiceClip(object);
        let mut printed = Vec::new();
        clip.print(&mut printed);
        assert_eq!(Message::parse(&printed).body()[5..], body[5..]);
        assert_eq!(Message::parse(&printed).content(), Content::Datacast(clip));
    }

    #[test]
    fn an_action_is_its_text() {
        let body = b"ID: 4\r\nData: waves: hello\r\n";
        assert_eq!(Datacast::parse(body), Datacast::Action("waves: hello".into()));
    }

    #[test]
    fn a_known_number_without_what_belongs_to_it_is_no_more_than_a_number() {
        let id = DatacastId::WINK;
        assert_eq!(Datacast::parse(b"ID: 2\r\n"), Datacast::Other { id, data: None });
        let data = Some("no object".into());
        assert_eq!(Datacast::parse(b"ID: 2\nData: no object"), Datacast::Other { id, data });
        let id = DatacastId::ACTION;
        assert_eq!(Datacast::parse(b"ID: 4"), Datacast::Other { id, data: None });
    }

    proptest! {
        #[test]
        fn a_printed_datacast_is_read_back(
            id in 5_u32..,
            data in proptest::option::of("[!-~é♥]([ -~é♥]{0,30}[!-~é♥])?"),
        ) {
            let datacast = Datacast::Other { id: DatacastId(id), data: data.map(Cow::Owned) };
            let mut printed = Vec::new();
            datacast.print(&mut printed);
            prop_assert_eq!(Message::parse(&printed).content(), Content::Datacast(datacast));
        }
    }
}
