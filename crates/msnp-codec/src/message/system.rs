use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::body_field::Fields;
use super::header::{HeaderWriter, Headers, write_line};

/// A notice of the service to its users: `application/x-msmsgssystemmessage`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemMessage<'a> {
    /// `Type`: what it is about; none where it is missing or no number.
    pub kind: Option<SystemMessageType>,
    /// `Arg1`: minutes for a maintenance; some services put an announcement there.
    pub argument: Option<Cow<'a, str>>,
}

/// What a notice of the service is about. Open: only one number is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemMessageType(pub u32);

impl SystemMessageType {
    /// 1: the service will go down.
    pub const MAINTENANCE: Self = Self(1);
}

impl<'a> SystemMessage<'a> {
    pub(super) const MEDIA_TYPE: &'static str = "application/x-msmsgssystemmessage";

    /// The notice that the service goes down in so many minutes.
    pub fn maintenance(minutes: u32) -> Self {
        Self {
            kind: Some(SystemMessageType::MAINTENANCE),
            argument: Some(Cow::Owned(minutes.to_string())),
        }
    }

    /// The fields are in the body, or else among the headers.
    pub(super) fn parse(headers: &Headers<'a>, body: &'a [u8]) -> Self {
        let fields = Fields::new(headers, body);
        Self { kind: fields.number("Type").map(SystemMessageType), argument: fields.text("Arg1") }
    }

    /// In how many minutes the service goes down; none for a notice of another kind.
    pub fn minutes(&self) -> Option<u32> {
        match self.kind {
            Some(SystemMessageType::MAINTENANCE) => self.argument.as_deref()?.parse().ok(),
            _ => None,
        }
    }

    /// Appends the whole message.
    pub fn print(&self, out: &mut Vec<u8>) {
        let out = HeaderWriter::new(out).header("Content-Type", Self::MEDIA_TYPE).end();
        if let Some(kind) = self.kind {
            write_line(out, "Type", &kind.0.to_string());
        }
        if let Some(argument) = &self.argument {
            write_line(out, "Arg1", argument);
        }
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> SystemMessage<'static> {
        let argument = self.argument.map(|argument| Cow::Owned(argument.into_owned()));
        SystemMessage { kind: self.kind, argument }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Message};
    use super::*;

    #[test]
    fn a_maintenance_says_in_how_many_minutes() {
        let mut printed = Vec::new();
        SystemMessage::maintenance(5).print(&mut printed);
        assert_eq!(
            printed,
            b"MIME-Version: 1.0\r\nContent-Type: application/x-msmsgssystemmessage\r\n\r\n\
              Type: 1\r\nArg1: 5\r\n"
        );
        let content = Message::parse(&printed).content();
        assert_eq!(content, Content::System(SystemMessage::maintenance(5)));
        assert_eq!(SystemMessage::maintenance(5).minutes(), Some(5));
    }

    #[test]
    fn fields_among_the_headers_count_too_and_an_announcement_has_no_minutes() {
        let payload = b"Content-Type: application/x-msmsgssystemmessage\r\n\
            Type: 17\r\nArg1: hello: all\r\n\r\n";
        let Content::System(message) = Message::parse(payload).content() else { panic!() };
        assert_eq!(message.kind, Some(SystemMessageType(17)));
        assert_eq!(message.argument.as_deref(), Some("hello: all"));
        assert_eq!(message.minutes(), None);
        assert_eq!(SystemMessage::default().minutes(), None);
    }
}
