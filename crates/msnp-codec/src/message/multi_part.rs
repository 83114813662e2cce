use alloc::format;
use alloc::vec::Vec;

use msnp_core::Guid;

use super::header::Headers;

/// A part of a message that was too long for one.
///
/// The first part has the headers of the whole and says how many parts there are; the others have
/// a number and nothing else. [`Reassembly`](super::Reassembly) puts them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// `Message-ID`: the same in all parts of a message, usually a GUID in braces.
    pub id: &'a [u8],
    /// Which part it is.
    pub place: PartPlace,
    pub(super) headers: Headers<'a>,
    pub(super) body: &'a [u8],
}

/// Which part of a message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartPlace {
    /// `Chunks`: the first of so many.
    First {
        /// How many parts there are, this one too. It may lie.
        total: u32,
    },
    /// `Chunk`: the one with that number; the first part is number 0.
    Following {
        /// Its number, from 1. It may lie.
        index: u32,
    },
}

impl<'a> Part<'a> {
    pub(super) fn parse(headers: &Headers<'a>, body: &'a [u8]) -> Option<Self> {
        let id = headers.get(MESSAGE_ID).filter(|id| !id.is_empty())?;
        let number = |name| headers.text(name)?.parse().ok();
        let place = match number(CHUNKS) {
            Some(total) => PartPlace::First { total },
            None => PartPlace::Following { index: number(CHUNK)? },
        };
        Some(Self { id, place, headers: *headers, body })
    }
}

/// Why a message cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// It has a `Message-ID`, `Chunks` or `Chunk` header: it is a part itself, or could not be
    /// told from one.
    #[error("the message has the header of a part already")]
    Numbered,
    /// Its headers leave no room for a body.
    #[error("the header block has {len} bytes and leaves no room for a body")]
    HeadersTooLong {
        /// How long the header block is, in bytes.
        len: usize,
    },
    /// It would take more than [`MAX_PARTS`] parts.
    #[error("the message needs {parts} parts, more than {MAX_PARTS}")]
    TooManyParts {
        /// How many parts it needs.
        parts: usize,
    },
}

/// The most parts that a message is split into.
pub const MAX_PARTS: usize = 128;

const MESSAGE_ID: &str = "Message-ID";
const CHUNKS: &str = "Chunks";
const CHUNK: &str = "Chunk";

/// The headers that make a message the first part of one.
pub(super) const OF_FIRST_PART: [&str; 2] = [MESSAGE_ID, CHUNKS];

/// Room for the number in `Chunks` and `Chunk`.
const DIGITS: usize = 3;

/// The parts of a message, each at most `max_len` bytes long; one that fits is its only part, and
/// unchanged.
pub(super) fn split(
    headers: &Headers<'_>,
    body: &[u8],
    id: Guid,
    max_len: usize,
) -> Result<Vec<Vec<u8>>, SplitError> {
    let block = headers.as_bytes();
    if block.len() + body.len() <= max_len {
        return Ok(alloc::vec![[block, body].concat()]);
    }
    if [MESSAGE_ID, CHUNKS, CHUNK].iter().any(|name| headers.get(name).is_some()) {
        return Err(SplitError::Numbered);
    }
    let end = headers.end();
    let lines = block.strip_suffix(end).unwrap_or(block);
    let id = format!("{MESSAGE_ID}: {{{}}}\r\n", format!("{id}").to_ascii_uppercase());
    let number = CHUNKS.len() + ": \r\n".len() + DIGITS;
    let too_long = SplitError::HeadersTooLong { len: block.len() };
    let room = |used: usize| max_len.checked_sub(used + id.len() + number);
    let room_in_first = room(block.len()).ok_or(too_long)?;
    let room_in_others =
        room("\r\n".len()).filter(|room| *room >= LONGEST_LETTER).ok_or(too_long)?;

    let (first, mut left) = cut(body, room_in_first);
    let mut pieces = alloc::vec![first];
    while !left.is_empty() {
        let (piece, after) = cut(left, room_in_others);
        pieces.push(piece);
        left = after;
    }
    if pieces.len() > MAX_PARTS {
        return Err(SplitError::TooManyParts { parts: pieces.len() });
    }
    let total = pieces.len();
    let part = |(index, piece): (usize, &[u8])| match index {
        0 => [lines, format!("{id}{CHUNKS}: {total}\r\n").as_bytes(), end, piece].concat(),
        _ => [format!("{id}{CHUNK}: {index}\r\n\r\n").as_bytes(), piece].concat(),
    };
    Ok(pieces.into_iter().enumerate().map(part).collect())
}

/// Of UTF-8, in bytes.
const LONGEST_LETTER: usize = 4;

/// At most `room` bytes, and the rest. No letter is cut in two, because some programs decode each
/// part for itself.
fn cut(body: &[u8], room: usize) -> (&[u8], &[u8]) {
    let continues = |at: usize| body.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let whole = |back: &usize| room.checked_sub(*back).is_some_and(|at| !continues(at));
    let at = (0..LONGEST_LETTER).find(whole).map_or(room, |back| room - back);
    body.split_at_checked(at).unwrap_or((body, &[]))
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::super::{MAX_MESSAGE_LEN, Message, Text};
    use super::*;

    fn id() -> Guid {
        "a4268eec-fec5-49e5-95c3-f126696bdbf6".parse().unwrap()
    }

    fn printed(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        Text { text: text.into(), ..Text::default() }.print(&mut out);
        out
    }

    #[test]
    fn a_short_message_stays_as_it_is() {
        let payload = printed("hello");
        assert_eq!(Message::parse(&payload).split(id()), Ok(alloc::vec![payload.clone()]));
        assert_eq!(Message::parse(&payload).part(), None);
    }

    #[test]
    fn a_message_that_just_fits_is_not_split_and_one_byte_more_is() {
        let head = printed("").len();
        let fits = printed(&"x".repeat(MAX_MESSAGE_LEN - head));
        assert_eq!(Message::parse(&fits).split(id()).unwrap().len(), 1);
        let longer = printed(&"x".repeat(MAX_MESSAGE_LEN - head + 1));
        assert_eq!(Message::parse(&longer).split(id()).unwrap().len(), 2);
    }

    #[test]
    fn as_many_parts_as_there_may_be_are_full_and_one_letter_more_is_too_long() {
        let split = |len: usize| Message::parse(&printed(&"x".repeat(len))).split(id());
        let (mut fits, mut too_long) = (0, MAX_PARTS * MAX_MESSAGE_LEN);
        while too_long - fits > 1 {
            let middle = usize::midpoint(fits, too_long);
            match split(middle) {
                Ok(_) => fits = middle,
                Err(_) => too_long = middle,
            }
        }
        let parts = split(fits).unwrap();
        assert_eq!((parts.len(), parts[0].len()), (MAX_PARTS, MAX_MESSAGE_LEN));
        assert_eq!(split(too_long), Err(SplitError::TooManyParts { parts: MAX_PARTS + 1 }));
    }

    #[test]
    fn the_first_part_counts_them_and_the_others_are_numbered() {
        let payload = printed(&"x".repeat(4000));
        let parts = Message::parse(&payload).split(id()).unwrap();
        assert_eq!(parts.len(), 3);
        assert!(parts[0].starts_with(
            b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
              Message-ID: {A4268EEC-FEC5-49E5-95C3-F126696BDBF6}\r\nChunks: 3\r\n\r\nxxx"
        ));
        assert!(parts[2].starts_with(
            b"Message-ID: {A4268EEC-FEC5-49E5-95C3-F126696BDBF6}\r\nChunk: 2\r\n\r\nxxx"
        ));
        let place = |part: &[u8]| Message::parse(part).part().unwrap().place;
        assert_eq!(place(&parts[0]), PartPlace::First { total: 3 });
        assert_eq!(place(&parts[2]), PartPlace::Following { index: 2 });
    }

    #[test]
    fn no_letter_is_cut_in_two() {
        for lead in ["", "x", "xx", "xxx"] {
            let payload = printed(&(String::from(lead) + &"♥🐈".repeat(700)));
            for part in Message::parse(&payload).split(id()).unwrap() {
                assert!(part.len() <= MAX_MESSAGE_LEN);
                assert!(core::str::from_utf8(Message::parse(&part).body()).is_ok());
            }
        }
    }

    #[test]
    fn what_cannot_be_split_says_why() {
        let refused = |payload: &[u8]| Message::parse(payload).split(id()).unwrap_err();
        let body = "x".repeat(MAX_MESSAGE_LEN);
        let numbered = format!("chunk: 1\r\n\r\n{body}");
        assert_eq!(refused(numbered.as_bytes()), SplitError::Numbered);
        let block = format!("A: {}\r\n\r\n", "x".repeat(MAX_MESSAGE_LEN - 50));
        let long = format!("{block}{body}");
        assert_eq!(refused(long.as_bytes()), SplitError::HeadersTooLong { len: block.len() });
        let huge = printed(&"x".repeat(MAX_PARTS * MAX_MESSAGE_LEN));
        assert!(matches!(refused(&huge), SplitError::TooManyParts { .. }));
        let largest = printed(&"x".repeat(MAX_PARTS * (MAX_MESSAGE_LEN - 150)));
        let parts = Message::parse(&largest).split(id()).unwrap();
        assert!(parts.len() > 100 && parts.iter().all(|part| part.len() <= MAX_MESSAGE_LEN));
    }

    #[test]
    fn a_message_with_an_id_alone_or_a_broken_number_is_no_part() {
        for headers in [
            "Message-ID: {1}\r\n",
            "Chunks: 2\r\n",
            "Message-ID:\r\nChunks: 2\r\n",
            "Message-ID: {1}\r\nChunks: two\r\n",
            "Message-ID: {1}\r\nChunk: -1\r\n",
        ] {
            assert_eq!(Message::parse(headers.as_bytes()).part(), None, "{headers}");
        }
    }
}
