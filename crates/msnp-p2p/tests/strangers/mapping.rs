//! What the recorded program called things, and what our machine in its place calls them.

use std::collections::BTreeMap;

use msnp_core::Guid;
use msnp_p2p::TlvBuffer;
use msnp_p2p::header_v1::HeaderV1;
use msnp_p2p::header_v2::{DataHeaderV2, DataKind, HeaderV2};
use msnp_p2p::meaning::{Meaning, of_v1, of_v2};
use msnp_p2p::packet::PacketV1;

use crate::packets::{v1, v2};

/// All names that differ. What the other side chose is the same in both.
#[derive(Default)]
pub(crate) struct Mapping {
    guids: BTreeMap<Guid, Guid>,
    sessions: BTreeMap<u32, u32>,
    /// Texts in messages of MSNSLP that are to be put in place of others.
    texts: Vec<(String, String)>,
    /// The messages of this side in the first version: both headers.
    messages: BTreeMap<u32, (HeaderV1, HeaderV1)>,
    /// Where messages of this side end in the second version.
    ends: BTreeMap<u32, u32>,
    /// Where packets of the other side end, as our machine sees them.
    their_ends: BTreeMap<u32, u32>,
    /// By how much the other side's sequence is another one.
    shift: u32,
}

impl Mapping {
    pub(crate) fn guid(&self, guid: Guid) -> Guid {
        self.guids.get(&guid).copied().unwrap_or(guid)
    }

    pub(crate) fn session(&self, session: u32) -> u32 {
        self.sessions.get(&session).copied().unwrap_or(session)
    }

    pub(crate) fn their_end(&self, end: u32) -> u32 {
        self.their_ends.get(&end).copied().unwrap_or(end)
    }

    pub(crate) fn map_guid(&mut self, recorded: Guid, ours: Guid) {
        self.guids.insert(recorded, ours);
        let text = |guid: Guid| guid.to_string().to_uppercase();
        self.texts.push((text(recorded), text(ours)));
    }

    pub(crate) fn map_session(&mut self, recorded: u32, ours: u32) {
        self.sessions.insert(recorded, ours);
        self.texts.push((format!("SessionID: {recorded}\r"), format!("SessionID: {ours}\r")));
    }

    pub(crate) fn map_text(&mut self, recorded: &str, ours: &str) {
        self.texts.push((recorded.into(), ours.into()));
    }

    /// Two packets are the same message.
    pub(crate) fn map_v1(&mut self, recorded: HeaderV1, ours: HeaderV1) {
        self.messages.insert(recorded.identifier, (recorded, ours));
    }

    /// The same in the second version.
    pub(crate) fn map_v2(&mut self, recorded: HeaderV2<'_>, ours: HeaderV2<'_>) {
        self.ends.insert(recorded.next_sequence(), ours.next_sequence());
    }

    /// Whether the packet of the other side can be said: what it answers has been said.
    pub(crate) fn knows_v1(&self, packet: &[u8]) -> bool {
        let packet = v1(packet);
        of_v1(&packet) != Meaning::Acknowledgement
            || self.messages.contains_key(&packet.header.acknowledged_identifier)
    }

    pub(crate) fn knows_v2(&self, packet: &[u8]) -> bool {
        v2(packet).header.acknowledged().is_none_or(|end| self.ends.contains_key(&end))
    }

    /// A packet of the other side as it would have been said to our machine.
    pub(crate) fn rewrite_v1(&self, packet: &[u8]) -> Vec<u8> {
        let packet = v1(packet);
        let mut header = packet.header;
        header.session = self.session(header.session);
        let mut data = packet.data.to_vec();
        match of_v1(&packet) {
            Meaning::Acknowledgement => {
                let (recorded, ours) = self.messages[&header.acknowledged_identifier];
                // The recorded program answered what was said to it.
                let answer = recorded.acknowledgement(header.identifier);
                assert_eq!(packet.header, answer);
                header =
                    HeaderV1 { session: header.session, ..ours.acknowledgement(header.identifier) };
            }
            Meaning::Slp => {
                data = self.slp(packet.data);
                let (before, after) = (packet.data.len(), data.len());
                header.total = u64::try_from(after).unwrap();
                if header.length == u32::try_from(before).unwrap() {
                    header.length = u32::try_from(after).unwrap();
                }
            }
            _ => {}
        }
        let mut rewritten = vec![];
        PacketV1 { header, data: &data, footer: packet.footer }.write(&mut rewritten);
        rewritten
    }

    pub(crate) fn rewrite_v2(&mut self, packet: &[u8]) -> Vec<u8> {
        let mut packet = v2(packet);
        let recorded_end = packet.header.next_sequence();
        let mut tlvs = TlvBuffer::new();
        for (kind, value) in packet.header.tlvs.iter() {
            tlvs = match (kind, packet.header.acknowledged()) {
                (HeaderV2::ACKNOWLEDGEMENT, Some(end)) => {
                    tlvs.with(kind, &self.ends[&end].to_be_bytes())
                }
                _ => tlvs.with(kind, value),
            };
        }
        packet.header.sequence = packet.header.sequence.wrapping_add(self.shift);
        let mut data = packet.data.to_vec();
        if let Some(header) = &mut packet.data_header {
            header.session = self.session(header.session);
        }
        let is_whole = |header: DataHeaderV2<'_>| {
            header.kind.contains(DataKind::FIRST) && header.remaining() == 0
        };
        if of_v2(&packet) == Meaning::Slp && packet.data_header.is_some_and(is_whole) {
            data = self.slp(packet.data);
            let length = usize::from(packet.header.message_length) + data.len() - packet.data.len();
            packet.header.message_length = length.try_into().unwrap();
        }
        let end = packet.header.next_sequence();
        self.shift = end.wrapping_sub(recorded_end);
        self.their_ends.insert(recorded_end, end);
        packet.data = &data;
        // Zeros that a program adds without need are not said again.
        if packet.header.acknowledged().is_some() {
            packet.header.tlvs = tlvs.tlvs();
        }
        let mut rewritten = vec![];
        packet.write(&mut rewritten);
        rewritten
    }

    fn slp(&self, text: &[u8]) -> Vec<u8> {
        let text = String::from_utf8(text.to_vec()).unwrap();
        let mut rewritten = text.clone();
        for (from, to) in &self.texts {
            rewritten = rewritten.replace(from, to);
        }
        let length = |text: &str| text.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
        let said = |text: &str| format!("Content-Length: {}\r\n", length(text));
        assert!(text.contains(&said(&text)));
        rewritten.replace(&said(&text), &said(&rewritten)).into_bytes()
    }
}
