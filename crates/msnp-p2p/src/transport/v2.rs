//! How the second version numbers, marks and acknowledges.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use msnp_core::{Now, Random};

use super::receiving::{Added, Incomer, Key};
use super::sending::{Content, Message, Number, Piece};
use super::{MOST_ANSWERS, Shared, TransportEvent};
use crate::application::ApplicationId;
use crate::header_v2::{DataHeaderV2, DataKind, HeaderV2, Operation, PEER_INFO};
use crate::meaning::{self, Meaning};
use crate::packet::{Carriage, PacketError, PacketV2};
use crate::tlv::TlvBuffer;

/// What the second version keeps.
#[derive(Debug)]
pub(super) struct V2 {
    /// The sequence of one's next packet.
    sequence: u32,
    /// Whether one's first packet has gone.
    introduced: bool,
    /// The package of one's last message.
    package: u16,
    answers: VecDeque<Answer>,
    /// The end of each of one's packets that asked for an acknowledgement, with its message.
    asked: VecDeque<(u32, Number)>,
    /// One's last pieces, in the order of their sequences.
    sent: VecDeque<SentPiece>,
    /// The sequences of the begins of messages that came lately: they may come again.
    seen: VecDeque<u32>,
    /// Messages that have come whole lately.
    finished: VecDeque<Key>,
    /// Messages that are not whole and of which a piece asked for an acknowledgement: where it
    /// ends.
    asking: VecDeque<(Key, u32)>,
    /// Pieces of messages whose begin has not come.
    early: Vec<Early>,
    /// Where the peer's last packet ended.
    heard_to: Option<u32>,
}

/// A piece whose place is not known before the begin of its message has come.
#[derive(Debug)]
struct Early {
    key: Key,
    remaining: u64,
    data: Vec<u8>,
    mark: u32,
}

/// A piece of one's own, so that the peer may say from which sequence on it lacks everything.
#[derive(Clone, Copy, Debug)]
struct SentPiece {
    sequence: u32,
    number: Number,
    piece: Piece,
}

/// What is to be said about a packet of the peer.
#[derive(Clone, Copy, Debug)]
struct Answer {
    tlv: u8,
    sequence: u32,
    operation: Operation,
    info: Option<[u8; 12]>,
}

impl V2 {
    pub(super) fn new(random: &mut Random) -> Self {
        Self {
            sequence: random.number(),
            introduced: false,
            package: 0,
            answers: VecDeque::new(),
            asked: VecDeque::new(),
            sent: VecDeque::new(),
            seen: VecDeque::new(),
            finished: VecDeque::new(),
            asking: VecDeque::new(),
            early: Vec::new(),
            heard_to: None,
        }
    }

    /// A message that needs but one packet has the number 0, if it is one of MSNSLP; two of them
    /// at once are told apart by `unique`, which stays here.
    pub(super) fn number(&mut self, random: &mut Random, one_packet_slp: bool) -> Number {
        let message = if one_packet_slp {
            0
        } else {
            self.package = self.package.wrapping_add(1).max(1);
            self.package.into()
        };
        Number { message, unique: random.number() }
    }

    pub(super) fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    pub(super) fn input(
        &mut self,
        now: Now,
        shared: &mut Shared,
        mut input: &[u8],
        carriage: Carriage,
    ) -> Result<(), PacketError> {
        // A late client puts several packets into one message, and zeros behind them.
        loop {
            let (packet, rest) = PacketV2::parse(input, carriage)?;
            self.packet(now, shared, &packet);
            if rest.iter().all(|byte| *byte == 0) {
                return Ok(());
            }
            input = rest;
        }
    }

    fn packet(&mut self, now: Now, shared: &mut Shared, packet: &PacketV2<'_>) {
        let header = packet.header;
        if let Some(sequence) = header.acknowledged() {
            self.acknowledged(shared, sequence);
        }
        if let Some(sequence) = header.missed() {
            self.missed(shared, sequence);
        }
        let content = match meaning::of_v2(packet) {
            Meaning::Slp => Some(Content::Slp),
            Meaning::Ink => Some(Content::Ink),
            Meaning::DataPreparation => Some(Content::Preparation),
            Meaning::Data | Meaning::FileData => Some(Content::Object),
            _ => None,
        };
        let there = match (content, packet.data_header) {
            (Some(content), Some(data_header)) => {
                self.piece(now, shared, packet, &data_header, content)
            }
            _ => Some(header.next_sequence()),
        };
        if let Some(sequence) = there.filter(|_| wants_acknowledgement(packet)) {
            self.acknowledge(packet, sequence);
        }
        self.heard_to = Some(header.next_sequence());
    }

    /// Takes a piece of a message. Gives up to where everything is there, if that may be said about
    /// this packet: none where the end of a message has come, but not all before it, and where
    /// nobody wants it.
    fn piece(
        &mut self,
        now: Now,
        shared: &mut Shared,
        packet: &PacketV2<'_>,
        data_header: &DataHeaderV2<'_>,
        content: Content,
    ) -> Option<u32> {
        let session = data_header.session;
        let end = packet.header.next_sequence();
        let is_first = data_header.kind.contains(DataKind::FIRST);
        let remaining = data_header.remaining();
        let len = u64::try_from(packet.data.len()).unwrap_or(u64::MAX);
        let key = Key { session, number: data_header.package.into() };
        let is_one_packet = is_first && remaining == 0;
        let is_repeated = !is_first || self.seen.contains(&packet.header.sequence);
        if is_repeated && (is_one_packet || self.finished.contains(&key)) {
            return Some(end);
        }
        let Some(most) = shared.most(session, content) else {
            if shared.is_new_stranger(session) {
                shared.event(TransportEvent::Stranger { session });
            }
            return None;
        };
        if is_first {
            // Some give each message of a session the same number.
            self.finished.retain(|finished| *finished != key);
            remember(&mut self.seen, packet.header.sequence);
        }
        if is_one_packet && packet.data.len() > most {
            shared.event(TransportEvent::TooLong { session, total: len });
            return None;
        }
        if is_one_packet {
            shared.whole(session, content, packet.data.to_vec());
            return Some(end);
        }
        if wants_acknowledgement(packet) {
            remember(&mut self.asking, (key, end));
        }
        let there = Some(end).filter(|_| remaining > 0);
        // Where a piece belongs is not said, but how much follows it.
        let total = match is_first {
            true => len.checked_add(remaining),
            false => shared.receiving.total(key),
        };
        let Some(total) = total else {
            self.keep_early(
                shared,
                Early { key, remaining, data: packet.data.to_vec(), mark: end },
            );
            return there;
        };
        let mut place = |remaining: u64, data: &[u8], mark: u32| {
            let len = u64::try_from(data.len()).unwrap_or(u64::MAX);
            let offset = total.saturating_sub(remaining).saturating_sub(len);
            shared.receiving.add(now, key, Incomer { total, offset, data, mark }, most)
        };
        let mut added = place(remaining, packet.data, end);
        while matches!(added, Added::More { .. })
            && let Some(at) = self.early.iter().position(|early| early.key == key)
        {
            let early = self.early.swap_remove(at);
            added = place(early.remaining, &early.data, early.mark);
        }
        match added {
            Added::Whole(bytes) => {
                remember(&mut self.finished, key);
                let end = self.whole(key, packet);
                shared.whole(session, content, bytes);
                return Some(end);
            }
            Added::More { received, total } => shared.progress(session, content, received, total),
            Added::Missing(gap) => self.ask(gap.mark),
            Added::TooLong => {
                shared.event(TransportEvent::TooLong { session, total });
                return None;
            }
        }
        there
    }

    /// The begin was lost by a carrier: it comes again, or is asked for.
    fn keep_early(&mut self, shared: &Shared, early: Early) {
        let is_known = self.early.iter().any(|known| known.key == early.key);
        if let Some(heard_to) = self.heard_to.filter(|_| !is_known) {
            self.ask(heard_to);
        }
        let held: usize = self.early.iter().map(|early| early.data.len()).sum();
        let is_there = held.saturating_add(early.data.len()) <= shared.limits.ahead;
        if is_there && self.early.len() < MOST_EARLY {
            self.early.push(early);
        }
    }

    /// Forgets what came for a session.
    pub(super) fn forget(&mut self, session: u32) {
        self.early.retain(|early| early.key.session != session);
        self.asking.retain(|(key, _)| key.session != session);
    }

    /// Asks for all that was sent from this sequence on.
    pub(super) fn ask(&mut self, sequence: u32) {
        self.answer(Answer {
            tlv: HeaderV2::NEGATIVE_ACKNOWLEDGEMENT,
            sequence,
            operation: Operation::NONE,
            info: None,
        });
    }

    /// Answers only what asks for it: otherwise two clients could acknowledge each other's
    /// acknowledgements for ever.
    fn acknowledge(&mut self, packet: &PacketV2<'_>, sequence: u32) {
        let header = packet.header;
        let introduces = header.operation.contains(Operation::INTRODUCTION);
        let fresh = introduces && packet.data_header.is_some() && header.acknowledged().is_none();
        let info = header.peer_info().and_then(|info| info.try_into().ok()).filter(|_| fresh);
        let operation = match (fresh, info) {
            (false, _) => Operation::NONE,
            (true, None) => Operation::ACKNOWLEDGEMENT_WANTED,
            (true, Some(_)) => Operation::INTRODUCTION.with(Operation::ACKNOWLEDGEMENT_WANTED),
        };
        self.introduced |= operation.contains(Operation::INTRODUCTION);
        self.answer(Answer { tlv: HeaderV2::ACKNOWLEDGEMENT, sequence, operation, info });
    }

    /// A message is whole. Gives up to where it was sent, as far as that was asked about.
    ///
    /// Some ask in the first piece and mean the whole message (MSNPSharp on the wire).
    fn whole(&mut self, key: Key, completing: &PacketV2<'_>) -> u32 {
        let ends = self.asking.iter().filter(|(of, _)| *of == key).map(|(_, end)| *end);
        let asked = ends.reduce(later);
        self.asking.retain(|(of, _)| *of != key);
        let end = completing.header.next_sequence();
        let end = asked.map_or(end, |asked| later(asked, end));
        if asked.is_some() && !wants_acknowledgement(completing) {
            self.answer(Answer {
                tlv: HeaderV2::ACKNOWLEDGEMENT,
                sequence: end,
                operation: Operation::NONE,
                info: None,
            });
        }
        end
    }

    fn acknowledged(&mut self, shared: &mut Shared, sequence: u32) {
        let Some(at) = self.asked.iter().position(|(end, _)| *end == sequence) else { return };
        let Some((_, number)) = self.asked.remove(at) else { return };
        let is = |message: &Message| message.number == number;
        if let Some(id) = shared.sending.acknowledged(is) {
            shared.event(TransportEvent::Acknowledged(id));
        }
    }

    /// The peer lacks everything from this sequence on.
    fn missed(&mut self, shared: &mut Shared, sequence: u32) {
        let is_missed = |sent: &SentPiece| later(sent.sequence, sequence) == sent.sequence;
        let Some(from) = self.sent.iter().position(is_missed) else { return };
        if let Some(first) =
            self.sent.front().filter(|first| from == 0 && first.sequence != sequence)
        {
            // It lacks more than is remembered.
            return shared.sending.wanted_again(|message| message.number == first.number, 0);
        }
        for sent in self.sent.range(from..) {
            shared.sending.piece_wanted_again(|message| message.number == sent.number, sent.piece);
        }
    }

    /// Writes the next answer.
    pub(super) fn write_answer(&mut self, into: &mut Vec<u8>, carriage: Carriage) -> bool {
        let Some(answer) = self.answers.pop_front() else { return false };
        let mut tlvs = TlvBuffer::new().with(answer.tlv, &answer.sequence.to_be_bytes());
        if let Some(info) = answer.info {
            tlvs = tlvs.with(HeaderV2::PEER_INFO, &info);
        }
        let header = HeaderV2 {
            operation: answer.operation,
            message_length: 0,
            sequence: self.sequence,
            tlvs: tlvs.tlvs(),
        };
        let footer = footer(carriage, ApplicationId::NEGOTIATION);
        PacketV2 { header, data_header: None, data: &[], footer }.write(into);
        true
    }

    /// Writes a piece of a message; the piece as it was sent, with its sequence.
    pub(super) fn write(
        &mut self,
        message: &Message,
        piece: Piece,
        into: &mut Vec<u8>,
        carriage: Carriage,
    ) -> Piece {
        let data = message.data(piece);
        let len = u64::try_from(piece.len).unwrap_or(u64::MAX);
        let end = piece.offset.saturating_add(len);
        let remaining = u64::try_from(message.bytes.len()).unwrap_or(u64::MAX).saturating_sub(end);
        let first = if piece.offset == 0 { DataKind::FIRST } else { DataKind::NONE };
        let kind = match message.content {
            Content::Slp | Content::Preparation | Content::Ink => first,
            Content::Object => first.with(DataKind::OBJECT),
        };
        let mut data_tlvs = TlvBuffer::new();
        if remaining > 0 {
            data_tlvs = data_tlvs.with(DataHeaderV2::REMAINING, &remaining.to_be_bytes());
        }
        let data_header = DataHeaderV2 {
            kind,
            package: u16::try_from(message.number.message).unwrap_or_default(),
            session: message.session,
            tlvs: data_tlvs.tlvs(),
        };
        let header_len = DataHeaderV2::MIN_LEN.saturating_add(data_tlvs.tlvs().as_bytes().len());
        // Pieces are cut far shorter than this number can say.
        let message_length =
            u16::try_from(header_len.saturating_add(piece.len)).unwrap_or(u16::MAX);
        let is_new = piece.sequence.is_none();
        let sequence = piece.sequence.unwrap_or(self.sequence);
        let mut tlvs = TlvBuffer::new();
        let mut operation = Operation::NONE;
        if remaining == 0 {
            operation = operation.with(Operation::ACKNOWLEDGEMENT_WANTED);
        }
        if !self.introduced {
            self.introduced = true;
            tlvs = tlvs.with(HeaderV2::PEER_INFO, &PEER_INFO);
            operation = Operation::INTRODUCTION.with(Operation::ACKNOWLEDGEMENT_WANTED);
        }
        let header = HeaderV2 { operation, message_length, sequence, tlvs: tlvs.tlvs() };
        if remaining == 0 {
            remember(&mut self.asked, (header.next_sequence(), message.number));
        }
        if is_new {
            if self.sent.len() >= MOST_SENT {
                self.sent.pop_front();
            }
            let piece = Piece { sequence: Some(sequence), ..piece };
            self.sent.push_back(SentPiece { sequence, number: message.number, piece });
            self.sequence = header.next_sequence();
        }
        let footer = footer(carriage, message.footer);
        PacketV2 { header, data_header: Some(data_header), data, footer }.write(into);
        Piece { sequence: Some(sequence), ..piece }
    }

    fn answer(&mut self, answer: Answer) {
        if self.answers.len() < MOST_ANSWERS {
            self.answers.push_back(answer);
        }
    }
}

fn wants_acknowledgement(packet: &PacketV2<'_>) -> bool {
    packet.header.operation.contains(Operation::ACKNOWLEDGEMENT_WANTED)
}

/// Which of two sequences comes later. They wrap, so it is the one that is less than half of all
/// numbers ahead.
const fn later(one: u32, other: u32) -> u32 {
    if one.wrapping_sub(other) <= u32::MAX / 2 { one } else { other }
}

/// Keeps the last values, each once.
fn remember<T: PartialEq>(values: &mut VecDeque<T>, value: T) {
    if values.contains(&value) {
        return;
    }
    if values.len() >= MOST_REMEMBERED {
        values.pop_front();
    }
    values.push_back(value);
}

/// So many pieces may wait for the begin of their message.
const MOST_EARLY: usize = 64;

/// So many of one's own pieces are remembered: more than wait behind a gap and are under way.
const MOST_SENT: usize = 256;

/// So much is remembered of what has passed.
const MOST_REMEMBERED: usize = 32;

fn footer(carriage: Carriage, footer: ApplicationId) -> Option<ApplicationId> {
    (carriage == Carriage::Switchboard).then_some(footer)
}
