//! The payload of `MSG`: a header block and a body.
//!
//! [`Message::parse`] takes any payload and prints it again byte for byte. What the message is
//! about is asked for with [`Message::content`]; each kind prints itself as a whole message.
//!
//! | `Content-Type` | [`Content`] | file |
//! |---|---|---|
//! | `text/plain` | [`Text`], with a [`TextFormat`] | `text.rs`, `format.rs` |
//! | `text/x-msmsgscontrol` with `TypingUser` | [`Typing`] | `typing.rs` |
//! | `text/x-msnmsgr-datacast` | [`Datacast`]: a nudge and others | `datacast.rs` |
//! | `text/x-msmsgsprofile` | [`Profile`] | `profile.rs` |
//! | anything else | [`Content::Other`]: headers and body as they are | |

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

mod content_type;
mod datacast;
mod format;
mod header;
mod profile;
mod text;
mod typing;

pub use content_type::ContentType;
pub use datacast::{Datacast, DatacastId};
pub use format::{Colour, Effects, TextFormat};
pub use header::{Header, HeaderIter, HeaderWriter, Headers};
pub use profile::Profile;
pub use text::Text;
pub use typing::Typing;

/// The longest payload that a switchboard passes on, header block and body together, in bytes.
///
/// Nothing here enforces it: who sends must look.
pub const MAX_MESSAGE_LEN: usize = 1664;

/// A header block and the body after it, borrowed from a payload.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Message<'a> {
    headers: Headers<'a>,
    body: &'a [u8],
}

impl<'a> Message<'a> {
    /// Splits a payload. None is refused: without an empty line it is all headers.
    pub fn parse(payload: &'a [u8]) -> Self {
        let (headers, body) = Headers::parse(payload);
        Self { headers, body }
    }

    /// The header block.
    pub const fn headers(&self) -> Headers<'a> {
        self.headers
    }

    /// What follows the header block.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Appends the message as it was written.
    pub fn print(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.headers.as_bytes());
        out.extend_from_slice(self.body);
    }

    /// What the message says that it is.
    pub fn content_type(&self) -> Option<ContentType<'a>> {
        self.headers.get("Content-Type").map(ContentType::parse)
    }

    /// What the message is about.
    pub fn content(&self) -> Content<'a> {
        let Some(kind) = self.content_type() else { return Content::Other };
        if kind.is(Text::MEDIA_TYPE) {
            Content::Text(Text::parse(&self.headers, &kind, self.body))
        } else if kind.is(Typing::MEDIA_TYPE) {
            Typing::parse(&self.headers).map_or(Content::Other, Content::Typing)
        } else if kind.is(Datacast::MEDIA_TYPE) {
            Content::Datacast(Datacast::parse(self.body))
        } else if kind.is(Profile::MEDIA_TYPE) {
            Content::Profile(Box::new(Profile::parse(&self.headers)))
        } else {
            Content::Other
        }
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// What a message is about; see the [table](self).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content<'a> {
    /// A chat text.
    Text(Text<'a>),
    /// Somebody is writing.
    Typing(Typing<'a>),
    /// A nudge, or another small thing.
    Datacast(Datacast<'a>),
    /// What the service knows about the user.
    Profile(Box<Profile>),
    /// None of these: look at the headers and the body.
    Other,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_unknown_message_stays_as_it_is() {
        let payload =
            b"MIME-Version: 1.0\nContent-Type: text/x-clientcaps\r\n\r\nClient-Name: x\r\n";
        let message = Message::parse(payload);
        assert_eq!(message.content(), Content::Other);
        assert_eq!(message.body(), b"Client-Name: x\r\n");
        let mut printed = Vec::new();
        message.print(&mut printed);
        assert_eq!(printed, payload);
    }

    #[test]
    fn a_message_without_a_content_type_is_other() {
        assert_eq!(Message::parse(b"").content(), Content::Other);
        assert_eq!(Message::parse(b"\r\nhello").content(), Content::Other);
    }

    fn any_payload() -> impl Strategy<Value = Vec<u8>> {
        let kinds = proptest::sample::select(alloc::vec![
            "text/plain; charset=UTF-8",
            "text/plain",
            "text/x-msmsgscontrol",
            "text/x-msnmsgr-datacast",
            "text/x-msmsgsprofile",
            "application/x-msnmsgrp2p",
        ]);
        let fields = "((TypingUser|X-MMS-IM-Format|MemberIdLow|ClientPort|kv): ?[ -~\0é]{0,20}(\n [a-z]?)?\r?\n){0,4}";
        let body = proptest::collection::vec(any::<u8>(), 0..60);
        (kinds, fields, body).prop_map(|(kind, fields, body)| {
            let head = alloc::format!("Content-Type: {kind}\r\n{fields}\r\n");
            [head.as_bytes(), &body].concat()
        })
    }

    proptest! {
        #[test]
        fn any_payload_is_read_and_printed_byte_for_byte(
            payload in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                any_payload(),
            ],
        ) {
            let message = Message::parse(&payload);
            let mut printed = Vec::new();
            message.print(&mut printed);
            prop_assert_eq!(printed, payload.clone());
            message.content();
        }

        #[test]
        fn what_was_read_is_printed_and_read_back(payload in any_payload()) {
            let content = Message::parse(&payload).content();
            let mut printed = Vec::new();
            match &content {
                Content::Text(text) => text.print(&mut printed),
                Content::Typing(typing) => typing.print(&mut printed),
                Content::Datacast(datacast) => datacast.print(&mut printed),
                Content::Profile(profile) => profile.print(&mut printed),
                Content::Other => return Ok(()),
            }
            prop_assert_eq!(Message::parse(&printed).content(), content);
        }
    }
}
