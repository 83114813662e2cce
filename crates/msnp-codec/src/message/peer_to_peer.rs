use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::header::{HeaderWriter, Headers};

/// A packet of the peer-to-peer layer: `application/x-msnmsgrp2p`. It is not read any further
/// here.
///
/// Everybody in the room receives it; it is for one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerToPeer<'a> {
    /// `P2P-Dest`: the account it is for, in late versions with `;{GUID}` of the machine; empty
    /// where it is missing.
    pub destination: Cow<'a, str>,
    /// `P2P-Src`: who it is from, in the same form. The first version of the layer lacks it.
    /// Nobody checked it.
    pub source: Option<Cow<'a, str>>,
    /// The packet with its footer: binary.
    pub packet: Cow<'a, [u8]>,
}

impl<'a> PeerToPeer<'a> {
    pub(super) const MEDIA_TYPE: &'static str = "application/x-msnmsgrp2p";

    pub(super) fn parse(headers: &Headers<'a>, body: &'a [u8]) -> Self {
        Self {
            destination: headers.text("P2P-Dest").unwrap_or_default(),
            source: headers.text("P2P-Src"),
            packet: Cow::Borrowed(body),
        }
    }

    /// Appends the whole message.
    pub fn print(&self, out: &mut Vec<u8>) {
        HeaderWriter::new(out)
            .header("Content-Type", Self::MEDIA_TYPE)
            .header("P2P-Dest", &self.destination)
            .optional("P2P-Src", self.source.as_deref())
            .end()
            .extend_from_slice(&self.packet);
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> PeerToPeer<'static> {
        PeerToPeer {
            destination: Cow::Owned(self.destination.into_owned()),
            source: self.source.map(|source| Cow::Owned(source.into_owned())),
            packet: Cow::Owned(self.packet.into_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Message};
    use super::*;

    #[test]
    fn the_packet_is_handed_out_as_it_is_whatever_the_order_of_the_headers() {
        let payload = b"MIME-Version: 1.0\r\nP2P-Dest: a@example.com;{GUID}\r\n\
            P2P-Src: b@example.com\r\nContent-Type: application/x-msnmsgrp2p\r\n\r\n\0\r\n\r\n\xff";
        let Content::PeerToPeer(packet) = Message::parse(payload).content() else {
            panic!("no packet")
        };
        assert_eq!(packet.destination, "a@example.com;{GUID}");
        assert_eq!(packet.source.as_deref(), Some("b@example.com"));
        assert_eq!(packet.packet[..], b"\0\r\n\r\n\xff"[..]);
        let mut printed = Vec::new();
        packet.print(&mut printed);
        assert_eq!(Message::parse(&printed).content(), Content::PeerToPeer(packet));
    }
}
