//! How the first version numbers, marks and acknowledges.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use msnp_core::{Now, Random};

use super::receiving::{Added, Gap, Incomer, Key};
use super::sending::{Content, Message, Number, Piece};
use super::{MOST_ANSWERS, Shared, TransportEvent};
use crate::application::ApplicationId;
use crate::header_v1::{Flags, HeaderV1};
use crate::meaning::{self, Meaning};
use crate::packet::{Carriage, PacketError, PacketV1};

/// What the first version keeps.
#[derive(Debug)]
pub(super) struct V1 {
    /// The identifier of one's next message.
    next: u32,
    /// Acknowledgements and the like that have to go.
    answers: VecDeque<HeaderV1>,
    /// What has been received whole lately: it may come again.
    finished: VecDeque<Key>,
}

impl V1 {
    pub(super) fn new(random: &mut Random) -> Self {
        // Sources: at least 4, or at least 1000, and below 2^31.
        let next = random.below(0x3fff_ffff).saturating_add(0x1000);
        Self { next, answers: VecDeque::new(), finished: VecDeque::new() }
    }

    pub(super) fn number(&mut self, random: &mut Random) -> Number {
        Number { message: self.identifier(), unique: random.number() }
    }

    pub(super) fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    pub(super) fn input(
        &mut self,
        now: Now,
        shared: &mut Shared,
        packet: &[u8],
        carriage: Carriage,
    ) -> Result<(), PacketError> {
        let packet = PacketV1::parse(packet, carriage)?;
        let header = packet.header;
        let of = |message: &Message| message.number.message == header.acknowledged_identifier;
        match meaning::of_v1(&packet) {
            Meaning::Acknowledgement => {
                if let Some(id) = shared.sending.acknowledged(of) {
                    shared.event(TransportEvent::Acknowledged(id));
                }
            }
            Meaning::NegativeAcknowledgement => {
                shared.sending.wanted_again(of, header.acknowledged_size);
            }
            Meaning::AcknowledgementWanted => self.wanted(shared, &header),
            Meaning::Reset | Meaning::Error => {
                shared.event(TransportEvent::Reset { session: header.session });
            }
            Meaning::Closing => {
                shared.event(TransportEvent::Closing { session: header.session });
            }
            Meaning::Slp => self.piece(now, shared, &packet, Content::Slp),
            Meaning::Ink => self.piece(now, shared, &packet, Content::Ink),
            Meaning::DataPreparation => self.piece(now, shared, &packet, Content::Preparation),
            Meaning::FileData | Meaning::Data => {
                self.piece(now, shared, &packet, Content::Object);
            }
            Meaning::Handshake | Meaning::Empty => {}
        }
        Ok(())
    }

    fn piece(&mut self, now: Now, shared: &mut Shared, packet: &PacketV1<'_>, content: Content) {
        let header = packet.header;
        let key = Key { session: header.session, number: header.identifier };
        if self.finished.contains(&key) {
            // Only an acknowledgement that was lost makes it come again.
            if is_last(packet) {
                let identifier = self.identifier();
                self.answer(header.acknowledgement(identifier));
            }
            return;
        }
        let Some(most) = shared.most(header.session, content) else {
            return self.unknown_session(shared, &header);
        };
        // Some say no total where there is but one packet.
        let len = u64::try_from(packet.data.len()).unwrap_or(u64::MAX);
        let total = if header.total == 0 { len } else { header.total };
        let piece = Incomer { total, offset: header.offset, data: packet.data, mark: 0 };
        let added = shared.receiving.add(now, key, piece, most);
        match added {
            Added::Whole(bytes) => {
                self.finish(key);
                let identifier = self.identifier();
                self.answer(HeaderV1 { total, ..header }.acknowledgement(identifier));
                shared.whole(header.session, content, bytes);
            }
            Added::More { received, total } => {
                shared.progress(header.session, content, received, total);
            }
            Added::Missing(gap) => {
                let identifier = self.identifier();
                self.answer(header.negative_acknowledgement(identifier, gap.from));
            }
            Added::TooLong => {
                shared.event(TransportEvent::TooLong { session: header.session, total });
            }
        }
    }

    /// The peer asks what has become of a message.
    fn wanted(&mut self, shared: &Shared, header: &HeaderV1) {
        let key = Key { session: header.session, number: header.identifier };
        let identifier = self.identifier();
        if self.finished.contains(&key) {
            self.answer(header.acknowledgement(identifier));
        } else if let Some(received) = shared.receiving.received(key) {
            self.answer(header.negative_acknowledgement(identifier, received));
        }
    }

    fn unknown_session(&mut self, shared: &mut Shared, header: &HeaderV1) {
        if shared.is_new_stranger(header.session) {
            let identifier = self.identifier();
            self.answer(HeaderV1 {
                flags: Flags::RESET,
                total: 0,
                ..header.acknowledgement(identifier)
            });
        }
    }

    /// Asks for what is missing of a message.
    pub(super) fn ask(&mut self, gap: Gap) {
        let of = HeaderV1 {
            session: gap.key.session,
            identifier: gap.key.number,
            total: gap.total,
            ..HeaderV1::default()
        };
        let identifier = self.identifier();
        self.answer(of.negative_acknowledgement(identifier, gap.from));
    }

    /// Writes the next answer.
    pub(super) fn write_answer(&mut self, into: &mut Vec<u8>, carriage: Carriage) -> bool {
        let Some(header) = self.answers.pop_front() else { return false };
        PacketV1 { header, data: &[], footer: footer(carriage, ApplicationId::NEGOTIATION) }
            .write(into);
        true
    }

    /// Writes a piece of a message.
    pub(super) fn write(message: &Message, piece: Piece, into: &mut Vec<u8>, carriage: Carriage) {
        let data = message.data(piece);
        let flags = match message.content {
            Content::Slp | Content::Preparation | Content::Ink => Flags::NONE,
            Content::Object => Flags::DATA,
        };
        let header = HeaderV1 {
            session: message.session,
            identifier: message.number.message,
            offset: piece.offset,
            total: u64::try_from(message.bytes.len()).unwrap_or(u64::MAX),
            length: u32::try_from(piece.len).unwrap_or(u32::MAX),
            flags,
            acknowledged_identifier: message.number.unique,
            ..HeaderV1::default()
        };
        PacketV1 { header, data, footer: footer(carriage, message.footer) }.write(into);
    }

    fn finish(&mut self, key: Key) {
        if self.finished.len() >= MOST_FINISHED {
            self.finished.pop_front();
        }
        self.finished.push_back(key);
    }

    fn answer(&mut self, header: HeaderV1) {
        // Whoever never takes an answer gets no more of them; what is lost is asked for again.
        if self.answers.len() < MOST_ANSWERS {
            self.answers.push_back(header);
        }
    }

    fn identifier(&mut self) -> u32 {
        let identifier = self.next;
        self.next = identifier.wrapping_add(1).max(1);
        identifier
    }
}

/// So many messages are remembered after they have come.
const MOST_FINISHED: usize = 32;

fn footer(carriage: Carriage, footer: ApplicationId) -> Option<ApplicationId> {
    (carriage == Carriage::Switchboard).then_some(footer)
}

/// Whether a packet is the last of its message.
fn is_last(packet: &PacketV1<'_>) -> bool {
    let len = u64::try_from(packet.data.len()).unwrap_or(u64::MAX);
    packet.header.offset.saturating_add(len) >= packet.header.total
}
