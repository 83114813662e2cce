use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::header::{HeaderWriter, Headers};
use super::typing::Typing;

/// Somebody is recording a voice clip: `text/x-msmsgscontrol` with `RecordingUser`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording<'a> {
    /// The account that the notice names. Nobody checked it: the sender of the message is who the
    /// command says.
    pub account: Cow<'a, str>,
}

impl<'a> Recording<'a> {
    /// The notice that this account is recording.
    pub fn new(account: impl Into<Cow<'a, str>>) -> Self {
        Self { account: account.into() }
    }

    /// None for a control message of another kind.
    pub(super) fn parse(headers: &Headers<'a>) -> Option<Self> {
        headers.text("RecordingUser").map(Self::new)
    }

    /// Appends the whole message. Its body is one empty line, as that of a typing notice.
    pub fn print(&self, out: &mut Vec<u8>) {
        HeaderWriter::new(out)
            .header("Content-Type", Typing::MEDIA_TYPE)
            .header("RecordingUser", &self.account)
            .end()
            .extend_from_slice(b"\r\n");
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> Recording<'static> {
        Recording { account: Cow::Owned(self.account.into_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Message};
    use super::*;

    #[test]
    fn a_recording_notice_is_read_back() {
        let mut printed = Vec::new();
        let recording = Recording::new("alice@example.com");
        recording.print(&mut printed);
        assert_eq!(
            printed,
            b"MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\n\
              RecordingUser: alice@example.com\r\n\r\n\r\n"
        );
        assert_eq!(Message::parse(&printed).content(), Content::Recording(recording));
    }
}
