use alloc::vec::Vec;

use super::header::HeaderWriter;

/// Keeps the conversation from being closed for idleness and says nothing: `text/x-keepalive`, or
/// `text/x-keep-alive`. To be passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeepAlive {
    /// Whether it is spelt with a second hyphen.
    pub is_hyphenated: bool,
}

impl KeepAlive {
    pub(super) const MEDIA_TYPE: &'static str = "text/x-keepalive";
    pub(super) const HYPHENATED_MEDIA_TYPE: &'static str = "text/x-keep-alive";

    /// Appends the whole message. Its body is empty.
    pub fn print(self, out: &mut Vec<u8>) {
        let kind = if self.is_hyphenated { Self::HYPHENATED_MEDIA_TYPE } else { Self::MEDIA_TYPE };
        HeaderWriter::new(out).header("Content-Type", kind).end();
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Message};
    use super::*;

    #[test]
    fn both_spellings_are_read_back() {
        for is_hyphenated in [false, true] {
            let keep_alive = KeepAlive { is_hyphenated };
            let mut printed = Vec::new();
            keep_alive.print(&mut printed);
            assert_eq!(Message::parse(&printed).content(), Content::KeepAlive(keep_alive));
        }
        let payload = b"Content-Type: text/x-keepalive\r\n\r\n";
        assert!(matches!(Message::parse(payload).content(), Content::KeepAlive(_)));
    }
}
