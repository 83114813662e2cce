//! The payload of `MSG`: a header block and a body.
//!
//! [`Message::parse`] takes any payload and prints it again byte for byte. What the message is
//! about is asked for with [`Message::content`]; each kind prints itself as a whole message.
//!
//! | `Content-Type` | [`Content`] | file |
//! |---|---|---|
//! | `text/plain` | [`Text`], with a [`TextFormat`] | `text.rs`, `format.rs` |
//! | `text/x-msmsgscontrol` with `TypingUser` | [`Typing`] | `typing.rs` |
//! | `text/x-msmsgscontrol` with `RecordingUser` | [`Recording`] | `recording.rs` |
//! | `text/x-msnmsgr-datacast` | [`Datacast`]: nudge, wink, voice clip, action | `datacast.rs` |
//! | `text/x-mms-emoticon`, `text/x-mms-animemoticon` | [`Emoticons`] | `emoticons.rs` |
//! | `text/x-clientcaps`, `text/x-clientinfo` | [`ClientCapabilities`] | `client_capabilities.rs` |
//! | `text/x-keepalive`, `text/x-keep-alive` | [`KeepAlive`] | `keep_alive.rs` |
//! | `text/x-msmsgsinvite` | [`Invitation`] | `invitation.rs` |
//! | `image/gif`, `application/x-ms-ink`, in base64 | [`Ink`] | `ink.rs` |
//! | `application/x-msnmsgrp2p` | [`PeerToPeer`]: the packet is not read | `peer_to_peer.rs` |
//! | `text/x-msmsgsprofile` | [`Profile`] | `profile.rs` |
//! | `text/x-msmsgs…notification`, five of them | [`MailNotification`] | `mail.rs` |
//! | `application/x-msmsgssystemmessage` | [`SystemMessage`] | `system.rs` |
//! | anything else | [`Content::Other`]: headers and body as they are | |
//!
//! A message that is too long for one is [split](Message::split) into [parts](Part), from MSNP9;
//! [`Reassembly`] puts them together again.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use msnp_core::Guid;

mod body_field;
mod client_capabilities;
mod content_type;
mod datacast;
mod emoticons;
mod format;
mod header;
mod ink;
mod invitation;
mod keep_alive;
mod mail;
mod multi_part;
mod peer_to_peer;
mod profile;
mod reassembly;
mod recording;
mod system;
mod text;
mod typing;

pub use body_field::BodyField;
pub use client_capabilities::ClientCapabilities;
pub use content_type::ContentType;
pub use datacast::{Datacast, DatacastId};
pub use emoticons::{Emoticon, Emoticons};
pub use format::{Colour, Effects, TextFormat};
pub use header::{Header, HeaderIter, HeaderWriter, Headers};
pub use ink::{Ink, InkFormat};
pub use invitation::{Invitation, InvitationCommand};
pub use keep_alive::KeepAlive;
pub use mail::{MailData, MailNotification, MailPages, Mailbox, MovedMail, NewEmail};
pub use multi_part::{MAX_PARTS, Part, PartPlace, SplitError};
pub use peer_to_peer::PeerToPeer;
pub use profile::Profile;
pub use reassembly::{Reassembly, ReassemblyError, ReassemblyLimits};
pub use recording::Recording;
pub use system::{SystemMessage, SystemMessageType};
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

    /// Which part of a longer message it is; none for a whole one.
    pub fn part(&self) -> Option<Part<'a>> {
        Part::parse(&self.headers, self.body)
    }

    /// The parts to send it in, each at most [`MAX_MESSAGE_LEN`] bytes long, under a fresh `id`.
    /// A message that is not too long is its only part, and unchanged.
    ///
    /// Only texts, ink and datacasts are ever split, and only for peers that understand it.
    ///
    /// # Errors
    /// Where that cannot be done.
    pub fn split(&self, id: Guid) -> Result<Vec<Vec<u8>>, SplitError> {
        multi_part::split(&self.headers, self.body, id, MAX_MESSAGE_LEN)
    }

    /// What the message is about.
    ///
    /// The first [part](Self::part) of a longer message looks like a shorter one; ask for it
    /// before.
    pub fn content(&self) -> Content<'a> {
        let Some(kind) = self.content_type() else { return Content::Other };
        let (headers, body) = (&self.headers, self.body);
        if kind.is(Text::MEDIA_TYPE) {
            Content::Text(Text::parse(headers, &kind, body))
        } else if kind.is(Typing::MEDIA_TYPE) {
            let recording = || Recording::parse(headers).map(Content::Recording);
            let control = Typing::parse(headers).map(Content::Typing).or_else(recording);
            control.unwrap_or(Content::Other)
        } else if kind.is(PeerToPeer::MEDIA_TYPE) {
            Content::PeerToPeer(PeerToPeer::parse(headers, body))
        } else if kind.is(Datacast::MEDIA_TYPE) {
            Content::Datacast(Datacast::parse(body))
        } else if kind.is(Emoticons::MEDIA_TYPE) {
            Content::Emoticons(Emoticons::parse(body, false))
        } else if kind.is(Emoticons::ANIMATED_MEDIA_TYPE) {
            Content::Emoticons(Emoticons::parse(body, true))
        } else if kind.is(ClientCapabilities::MEDIA_TYPE) {
            Content::ClientCapabilities(ClientCapabilities::parse(body, false))
        } else if kind.is(ClientCapabilities::OTHER_MEDIA_TYPE) {
            Content::ClientCapabilities(ClientCapabilities::parse(body, true))
        } else if kind.is(KeepAlive::MEDIA_TYPE) {
            Content::KeepAlive(KeepAlive { is_hyphenated: false })
        } else if kind.is(KeepAlive::HYPHENATED_MEDIA_TYPE) {
            Content::KeepAlive(KeepAlive { is_hyphenated: true })
        } else if kind.is(Invitation::MEDIA_TYPE) {
            Content::Invitation(Invitation::parse(body))
        } else if kind.is(InkFormat::Gif.media_type()) {
            Ink::parse(InkFormat::Gif, body).map_or(Content::Other, Content::Ink)
        } else if kind.is(InkFormat::Isf.media_type()) {
            Ink::parse(InkFormat::Isf, body).map_or(Content::Other, Content::Ink)
        } else if kind.is(Profile::MEDIA_TYPE) {
            Content::Profile(Box::new(Profile::parse(headers)))
        } else if kind.is(SystemMessage::MEDIA_TYPE) {
            Content::System(SystemMessage::parse(headers, body))
        } else {
            let mail = MailNotification::parse(&kind, headers, body);
            mail.map_or(Content::Other, |mail| Content::Mail(Box::new(mail)))
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
    /// Somebody is recording a voice clip.
    Recording(Recording<'a>),
    /// A nudge, or another small thing.
    Datacast(Datacast<'a>),
    /// Pictures for letters in the texts that follow.
    Emoticons(Emoticons<'a>),
    /// Which program somebody uses.
    ClientCapabilities(ClientCapabilities<'a>),
    /// Nothing, so that the conversation stays open.
    KeepAlive(KeepAlive),
    /// A step of an invitation to use another program together.
    Invitation(Invitation<'a>),
    /// Handwriting.
    Ink(Ink<'a>),
    /// A packet of the peer-to-peer layer.
    PeerToPeer(PeerToPeer<'a>),
    /// What the service knows about the user.
    Profile(Box<Profile>),
    /// What happens in the user's mailbox.
    Mail(Box<MailNotification<'a>>),
    /// A notice of the service.
    System(SystemMessage<'a>),
    /// None of these: look at the headers and the body.
    Other,
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_unknown_message_stays_as_it_is() {
        let payload =
            b"MIME-Version: 1.0\nContent-Type: text/x-something\r\n\r\nClient-Name: x\r\n";
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

    #[test]
    fn debug_output_shows_the_headers_and_how_long_the_body_is() {
        let shown = alloc::format!("{:?}", Message::parse(b"TypingUser: x\r\n\r\nsecret"));
        assert!(shown.contains("TypingUser") && shown.contains("6 bytes"), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }

    fn owned(content: Content<'_>) -> Content<'static> {
        match content {
            Content::Text(text) => Content::Text(text.into_owned()),
            Content::Datacast(datacast) => Content::Datacast(datacast.into_owned()),
            Content::Recording(recording) => Content::Recording(recording.into_owned()),
            Content::Emoticons(emoticons) => Content::Emoticons(emoticons.into_owned()),
            Content::ClientCapabilities(capabilities) => {
                Content::ClientCapabilities(capabilities.into_owned())
            }
            Content::Invitation(invitation) => Content::Invitation(invitation.into_owned()),
            Content::Ink(ink) => Content::Ink(ink.into_owned()),
            Content::PeerToPeer(packet) => Content::PeerToPeer(packet.into_owned()),
            Content::Mail(mail) => Content::Mail(Box::new(mail.into_owned())),
            Content::System(message) => Content::System(message.into_owned()),
            Content::Typing(_) | Content::Profile(_) | Content::KeepAlive(_) | Content::Other => {
                Content::Other
            }
        }
    }

    #[test]
    fn what_is_independent_of_the_bytes_says_the_same() {
        let object = "<msnobj Creator=\"a@example.com\" Size=\"3\" Type=\"2\" Location=\"0\" \
            SHA1D=\"2jmj7l5rSw0yVb/vlWAYkK/YBwk=\"/>";
        for (kind, body) in [
            ("text/plain; charset=UTF-8\r\nUser-Agent: x/1\r\nP4-Context: Al", "hello"),
            ("text/x-msnmsgr-datacast", "ID: 4\r\nData: waves\r\n"),
            ("text/x-msmsgscontrol\r\nRecordingUser: a@example.com", "\r\n"),
            ("text/x-mms-animemoticon", &alloc::format!("(cat)\t{object}\t")),
            ("text/x-clientcaps", "Client-Name: x/1\r\nChat-Logging: Y\r\nX-Mood: fine\r\n"),
            ("text/x-msmsgsinvite", "Invitation-Command: CANCEL\r\nCancel-Code: REJECT\r\n"),
            ("application/x-ms-ink", "base64:AAEC"),
            ("application/x-msnmsgrp2p\r\nP2P-Dest: a@example.com", "packet"),
            (
                "text/x-msmsgsinitialmdatanotification",
                "Mail-Data: <MD/>\r\nInbox-URL: /in\r\nFolders-URL: /all\r\nPost-URL: /post\r\n",
            ),
            ("application/x-msmsgssystemmessage", "Type: 1\r\nArg1: 5\r\n"),
        ] {
            let payload = alloc::format!("Content-Type: {kind}\r\n\r\n{body}");
            let content = Message::parse(payload.as_bytes()).content();
            assert_ne!(content, Content::Other, "{kind}");
            assert_eq!(owned(content.clone()), content, "{kind}");
        }
    }

    fn any_payload() -> impl Strategy<Value = Vec<u8>> {
        let kinds = proptest::sample::select(alloc::vec![
            "text/plain; charset=UTF-8",
            "text/plain",
            "text/x-msmsgscontrol",
            "text/x-msnmsgr-datacast",
            "text/x-msmsgsprofile",
            "application/x-msnmsgrp2p",
            "text/x-mms-emoticon",
            "text/x-mms-animemoticon",
            "text/x-clientcaps",
            "text/x-clientinfo",
            "text/x-keepalive",
            "text/x-msmsgsinvite; charset=UTF-8",
            "image/gif",
            "application/x-ms-ink",
            "application/x-msmsgssystemmessage",
            "text/x-msmsgsinitialemailnotification",
            "text/x-msmsgsemailnotification",
            "text/x-msmsgsactivemailnotification",
            "text/x-msmsgsinitialmdatanotification",
            "text/x-msmsgsoimnotification",
        ]);
        let fields = "((TypingUser|RecordingUser|P4-Context|X-MMS-IM-Format|MemberIdLow|ClientPort|kv|P2P-Dest|P2P-Src|Type|Subject): ?[ -~\0é]{0,20}(\n [a-z]?)?\r?\n){0,4}";
        let body = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..60),
            "((ID|Data|Type|Arg1|Client-Name|Invitation-(Command|Cookie)|Application-GUID|Mail-Data|Inbox-Unread|From|id|\0|): ?[ -~é]{0,12}(\n [a-z]?)?\r?\n){0,6}"
                .prop_map(String::into_bytes),
            "(ID: [1-5]\r\nData: |[a-z(]{0,3}\t)(<msnobj( (Type|Size|x)=[\"'][0-9&;]{0,3}[\"']){0,3} ?/>)?(\t[a-z]?)?"
                .prop_map(String::into_bytes),
            "base64:[A-Za-z0-9+/=\r\n]{0,20}".prop_map(String::into_bytes),
        ];
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
            message.part();
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
                Content::Recording(recording) => recording.print(&mut printed),
                Content::Emoticons(emoticons) => emoticons.print(&mut printed),
                Content::ClientCapabilities(capabilities) => capabilities.print(&mut printed),
                Content::KeepAlive(keep_alive) => keep_alive.print(&mut printed),
                Content::Invitation(invitation) => invitation.print(&mut printed),
                Content::Ink(ink) => ink.print(&mut printed),
                Content::PeerToPeer(packet) => packet.print(&mut printed),
                Content::Mail(mail) => mail.print(&mut printed),
                Content::System(message) => message.print(&mut printed),
                Content::Other => return Ok(()),
            }
            prop_assert_eq!(Message::parse(&printed).content(), content);
        }
    }
}
