use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::header::{HeaderWriter, Headers};

/// Somebody is writing: `text/x-msmsgscontrol` with `TypingUser`.
///
/// Sent every four or five seconds while it lasts; it goes stale after about six.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing<'a> {
    /// The account that the notice names. Nobody checked it: the sender of the message is who the
    /// command says.
    pub account: Cow<'a, str>,
}

impl<'a> Typing<'a> {
    pub(super) const MEDIA_TYPE: &'static str = "text/x-msmsgscontrol";

    /// The notice that this account is writing.
    pub fn new(account: impl Into<Cow<'a, str>>) -> Self {
        Self { account: account.into() }
    }

    /// None for a control message of another kind.
    pub(super) fn parse(headers: &Headers<'a>) -> Option<Self> {
        headers.text("TypingUser").map(Self::new)
    }

    /// Appends the whole message. Its body is one empty line, as everybody sends it.
    pub fn print(&self, out: &mut Vec<u8>) {
        HeaderWriter::new(out)
            .header("Content-Type", Self::MEDIA_TYPE)
            .header("TypingUser", &self.account)
            .end()
            .extend_from_slice(b"\r\n");
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> Typing<'static> {
        Typing { account: Cow::Owned(self.account.into_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Message};
    use super::*;

    #[test]
    fn a_typing_notice_has_one_empty_line_for_a_body() {
        let mut printed = Vec::new();
        let typing = Typing::new("alice@example.com");
        typing.print(&mut printed);
        assert_eq!(
            printed,
            b"MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\n\
              TypingUser: alice@example.com\r\n\r\n\r\n"
        );
        let message = Message::parse(&printed);
        assert_eq!(message.body(), b"\r\n");
        assert_eq!(message.content(), Content::Typing(typing));
    }

    #[test]
    fn a_control_message_of_another_kind_is_not_a_typing_notice() {
        let payload = b"Content-Type: text/x-msmsgscontrol\r\nX-User: a@example.com\r\n\r\n";
        assert_eq!(Message::parse(payload).content(), Content::Other);
    }
}
