use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::body_field::BodyField;
use super::header::{HeaderWriter, write_line};

/// Which program somebody uses: `text/x-clientcaps`, or `text/x-clientinfo` by another name.
///
/// Programs of third parties tell it to whoever joins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientCapabilities<'a> {
    /// Whether it goes by the name of `text/x-clientinfo`.
    pub is_client_info: bool,
    /// `Client-Name`: the program and its version.
    pub client_name: Option<Cow<'a, str>>,
    /// `Chat-Logging`: `Y` where the conversation is kept, `N` where it is not. Some programs say
    /// `S`.
    pub chat_logging: Option<Cow<'a, str>>,
    /// Other fields, in their order.
    pub fields: Vec<BodyField<'a>>,
}

impl<'a> ClientCapabilities<'a> {
    pub(super) const MEDIA_TYPE: &'static str = "text/x-clientcaps";
    pub(super) const OTHER_MEDIA_TYPE: &'static str = "text/x-clientinfo";

    /// How many other fields are read; what follows is left out.
    pub const MAX_FIELDS: usize = 32;

    pub(super) fn parse(body: &'a [u8], is_client_info: bool) -> Self {
        let mut read = Self { is_client_info, ..Self::default() };
        for field in BodyField::read(body) {
            if field.is("Client-Name") && read.client_name.is_none() {
                read.client_name = Some(field.value);
            } else if field.is("Chat-Logging") && read.chat_logging.is_none() {
                read.chat_logging = Some(field.value);
            } else if read.fields.len() < Self::MAX_FIELDS {
                read.fields.push(field);
            }
        }
        read
    }

    /// Appends the whole message.
    pub fn print(&self, out: &mut Vec<u8>) {
        let kind = if self.is_client_info { Self::OTHER_MEDIA_TYPE } else { Self::MEDIA_TYPE };
        let out = HeaderWriter::new(out).header("Content-Type", kind).end();
        if let Some(name) = &self.client_name {
            write_line(out, "Client-Name", name);
        }
        if let Some(logging) = &self.chat_logging {
            write_line(out, "Chat-Logging", logging);
        }
        self.fields.iter().for_each(|field| field.print(out));
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> ClientCapabilities<'static> {
        let own = |text: Option<Cow<'a, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        ClientCapabilities {
            is_client_info: self.is_client_info,
            client_name: own(self.client_name),
            chat_logging: own(self.chat_logging),
            fields: self.fields.into_iter().map(BodyField::into_owned).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Message};
    use super::*;

    #[test]
    fn a_program_names_itself_under_either_type() {
        for (kind, is_client_info) in [("text/x-clientcaps", false), ("text/x-clientinfo", true)] {
            let payload = alloc::format!(
                "MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n\
                 Client-Name: some-client/1.2\r\nChat-Logging: Y\r\nX-Mood: fine\r\n"
            );
            let content = Message::parse(payload.as_bytes()).content();
            let expected = ClientCapabilities {
                is_client_info,
                client_name: Some("some-client/1.2".into()),
                chat_logging: Some("Y".into()),
                fields: alloc::vec![BodyField::new("X-Mood", "fine")],
            };
            let mut printed = Vec::new();
            expected.print(&mut printed);
            assert_eq!(content, Content::ClientCapabilities(expected));
            assert_eq!(printed, payload.as_bytes());
        }
    }

    #[test]
    fn the_first_of_several_names_counts_and_others_are_kept_as_they_are() {
        let body = b"Client-Name: a\r\nChat-Logging: Y\r\nClient-Name: b\r\nChat-Logging: N\r\n";
        let read = ClientCapabilities::parse(body, false);
        assert_eq!(read.client_name.as_deref(), Some("a"));
        assert_eq!(read.chat_logging.as_deref(), Some("Y"));
        let others = [BodyField::new("Client-Name", "b"), BodyField::new("Chat-Logging", "N")];
        assert_eq!(read.fields, others);
    }

    #[test]
    fn the_number_of_other_fields_is_bounded() {
        let body = "a: b\r\n".repeat(ClientCapabilities::MAX_FIELDS + 5);
        let read = ClientCapabilities::parse(body.as_bytes(), false);
        assert_eq!(read.fields.len(), ClientCapabilities::MAX_FIELDS);
    }
}
