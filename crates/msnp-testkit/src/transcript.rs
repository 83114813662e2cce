//! Dialogues in the notation of the field.
//!
//! ```text
//! <o> alice has just connected
//! >>> VER 1 MSNP8 CVR0
//! <<< VER 1 MSNP8 CVR0
//! >>> MSG 2 N 5
//! hello
//! ```
//!
//! * `>>> ` begins a line that the client sends, `<<< ` one that the server sends. On the wire it
//!   ends with CR LF, whatever ends it in the file.
//! * `<o> ` begins a remark. The first line of a file that is not blank has one of the three.
//! * Other lines are the body of the command above them. They are joined by CR LF, without one at
//!   the end: a body that ends with CR LF shows as an empty last line. The number at the end of the
//!   command is the length of the body in bytes and must be right; blank lines at the end that it
//!   does not count only set commands apart, and a CR LF that it counts may be left out.
//! * `\xNN`, two hexadecimal digits, is one byte that is not printable UTF-8; a backslash in front
//!   of an `x` is itself written `\x5c`, and so is the first byte of a body line that would look
//!   like a prefix.
//!
//! # Transcripts as tests
//!
//! [`play`] takes one side of a transcript, gives it to a machine on one link, and requires that
//! the machine sends the other side, byte for byte and in order. What a user does in between stands
//! in remarks: the test is asked at each of them. A machine whose time, seed and ids are fixed
//! sends the same bytes each time, so a transcript needs no place holders.

use std::fmt;
use std::str::FromStr;

use msnp_core::{LinkId, Machine, Now, Output};

/// A dialogue: what two sides say, in order, and remarks about it.
///
/// Printing one gives its canonical text, which reads back as the same dialogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

/// One entry of a [`Transcript`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `<o> `, without the prefix.
    Remark(String),
    /// A command.
    Command {
        /// Who sends it.
        from: Side,
        /// The line, without CR LF.
        line: Vec<u8>,
        /// The body; none where no body lines follow, which an announced length of 0 needs too.
        body: Option<Vec<u8>>,
    },
}

/// One of the two that talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// `>>> `
    Client,
    /// `<<< `
    Server,
}

impl Side {
    /// The other side.
    pub fn other(self) -> Self {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }

    /// `>>> ` or `<<< `.
    pub fn prefix(self) -> &'static str {
        match self {
            Side::Client => ">>> ",
            Side::Server => "<<< ",
        }
    }
}

impl Entry {
    const REMARK: &'static str = "<o> ";

    /// The bytes on the wire; empty for a remark.
    pub fn wire(&self) -> Vec<u8> {
        match self {
            Entry::Remark(_) => Vec::new(),
            Entry::Command { line, body, .. } => {
                [line, &b"\r\n"[..], body.as_deref().unwrap_or_default()].concat()
            }
        }
    }

    /// Who sends it; nobody sends a remark.
    pub fn from(&self) -> Option<Side> {
        match self {
            Entry::Remark(_) => None,
            Entry::Command { from, .. } => Some(*from),
        }
    }
}

impl Transcript {
    /// Nothing has been said.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a remark, which is one line.
    pub fn remark(&mut self, text: impl Into<String>) {
        self.entries.push(Entry::Remark(text.into()));
    }

    /// Adds a command: `line` without CR LF, and its body where it has one.
    pub fn command(&mut self, from: Side, line: &[u8], body: Option<&[u8]>) {
        // An empty body and none look alike in a file.
        let body = body.filter(|body| !body.is_empty()).map(<[u8]>::to_vec);
        self.entries.push(Entry::Command { from, line: line.to_vec(), body });
    }

    /// All bytes that one side sends.
    pub fn stream(&self, from: Side) -> Vec<u8> {
        self.entries
            .iter()
            .filter(|entry| entry.from() == Some(from))
            .flat_map(Entry::wire)
            .collect()
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.entries {
            match entry {
                Entry::Remark(text) => writeln!(f, "{}{text}", Entry::REMARK)?,
                Entry::Command { from, line, body } => {
                    writeln!(f, "{}{}", from.prefix(), shown(line))?;
                    if let Some(body) = body {
                        body_lines(body).iter().try_for_each(|line| writeln!(f, "{line}"))?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Transcript {
    type Err = TranscriptError;

    fn from_str(text: &str) -> Result<Self, TranscriptError> {
        let mut entries = Vec::new();
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
        while let Some((number, text)) = lines.next() {
            let mut body = Vec::new();
            while let Some((_, line)) = lines.next_if(|(_, line)| kind(line).is_none()) {
                body.push(line);
            }
            let blank = body.iter().all(|line| line.is_empty());
            match kind(text) {
                None if text.is_empty() && blank => {}
                None => return Err(TranscriptError::NoPrefix { line: number }),
                Some((None, _)) if !blank => {
                    return Err(TranscriptError::BodyOfRemark { line: number });
                }
                Some((None, text)) => entries.push(Entry::Remark(text.to_owned())),
                Some((Some(from), text)) => {
                    let line = bytes(text);
                    let body = if blank { None } else { Some(counted(number, &line, &body)?) };
                    entries.push(Entry::Command { from, line, body });
                }
            }
        }
        Ok(Self { entries })
    }
}

/// Why a text is no transcript.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// It begins with something that belongs to nothing.
    #[error("line {line} begins with neither `>>> ` nor `<<< ` nor `<o> `")]
    NoPrefix {
        /// Which line, from 1.
        line: usize,
    },
    /// Lines follow a remark as if they were its body.
    #[error("the remark in line {line} goes on without its prefix")]
    BodyOfRemark {
        /// Which line, from 1.
        line: usize,
    },
    /// Body lines follow a command that does not end in a number.
    #[error("the command in line {line} announces no body, and one follows")]
    NotAnnounced {
        /// Which line, from 1.
        line: usize,
    },
    /// The body is not as long as announced.
    #[error("the command in line {line} announces {announced} bytes, and {length} follow")]
    Length {
        /// Which line, from 1.
        line: usize,
        /// What the command says.
        announced: usize,
        /// What the body lines make, without blank lines at their end.
        length: usize,
    },
}

fn kind(line: &str) -> Option<(Option<Side>, &str)> {
    let side = |side: Side| Some((Some(side), line.strip_prefix(side.prefix())?));
    let remark = || Some((None, line.strip_prefix(Entry::REMARK)?));
    // Editors strip the blank of an empty remark.
    let empty = || (line == Entry::REMARK.trim_end()).then_some((None, ""));
    side(Side::Client).or_else(|| side(Side::Server)).or_else(remark).or_else(empty)
}

/// The body that these lines stand for: as many of the blank lines at the end as were announced.
fn counted(number: usize, command: &[u8], lines: &[&str]) -> Result<Vec<u8>, TranscriptError> {
    let last = command.rsplit(|b| *b == b' ').next().unwrap_or_default();
    let announced = std::str::from_utf8(last).ok().and_then(|last| last.parse::<usize>().ok());
    let announced = announced.ok_or(TranscriptError::NotAnnounced { line: number })?;
    let solid = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let lines: Vec<_> = lines.iter().map(|line| bytes(line)).collect();
    let mut body = lines[..solid].join(&b"\r\n"[..]);
    let length = body.len();
    // The body may count one CR LF more than there are lines.
    for _ in solid..=lines.len() {
        if body.len() >= announced {
            break;
        }
        body.extend_from_slice(b"\r\n");
    }
    match body.len() == announced {
        true => Ok(body),
        false => Err(TranscriptError::Length { line: number, announced, length }),
    }
}

fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\x") {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..2).filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.extend_from_slice(b"\\x");
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

fn shown(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        let mut characters = chunk.valid().chars().peekable();
        while let Some(character) = characters.next() {
            let escaped = character == '\\' && characters.peek() == Some(&'x');
            if character.is_control() || escaped {
                let mut buffer = [0; 4];
                text.extend(character.encode_utf8(&mut buffer).bytes().map(escape));
            } else {
                text.push(character);
            }
        }
        text.extend(chunk.invalid().iter().copied().map(escape));
    }
    text
}

fn escape(byte: u8) -> String {
    format!("\\x{byte:02x}")
}

fn body_lines(body: &[u8]) -> Vec<String> {
    let mut lines: Vec<Vec<u8>> = vec![Vec::new()];
    let mut rest = body;
    while let Some((first, after)) = rest.split_first() {
        if rest.starts_with(b"\r\n") {
            lines.push(Vec::new());
            rest = &rest[2..];
        } else if let Some(line) = lines.last_mut() {
            line.push(*first);
            rest = after;
        }
    }
    if lines.iter().all(Vec::is_empty) {
        // Blank lines alone would be no body.
        return vec![body.iter().copied().map(escape).collect()];
    }
    let line = |bytes: &Vec<u8>| match (shown(bytes), bytes.first()) {
        (text, Some(first)) if kind(&text).is_some() => {
            format!("{}{}", escape(*first), shown(&bytes[1..]))
        }
        (text, _) => text,
    };
    lines.iter().map(line).collect()
}

/// Lets a machine play one side of a transcript on a link that it knows already, and gives the
/// events that came of it.
///
/// `ours` is the side of the machine. What the other side says is offered as it stands; after each
/// entry the machine is drained. `act` is called for each remark and may call the machine's own
/// methods. Effects are dropped: a machine that cannot go on without an answer needs a
/// [`Network`](crate::Network).
///
/// # Errors
/// [`Mismatch`] where the machine sends something else, or more, or less.
pub fn play<M: Machine>(
    machine: &mut M,
    now: Now,
    link: LinkId,
    ours: Side,
    transcript: &Transcript,
    mut act: impl FnMut(&mut M, &str),
) -> Result<Vec<M::Event>, Mismatch> {
    let mut player = Player { machine, now, link, sent: Vec::new(), events: Vec::new() };
    let mut unread = Vec::new();
    for (index, entry) in transcript.entries.iter().enumerate() {
        player.drain();
        match entry {
            Entry::Remark(text) => act(player.machine, text),
            Entry::Command { from, .. } if *from == ours => {
                let expected = entry.wire();
                if !player.sent.starts_with(&expected) {
                    return Err(Mismatch::new(index, &expected, &player.sent));
                }
                player.sent.drain(..expected.len());
            }
            Entry::Command { .. } => {
                unread.extend_from_slice(&entry.wire());
                while let taken @ 1.. = player.machine.input(now, link, &unread) {
                    unread.drain(..taken.min(unread.len()));
                    player.drain();
                }
            }
        }
    }
    player.drain();
    match player.sent.is_empty() {
        true => Ok(player.events),
        false => Err(Mismatch::new(transcript.entries.len(), b"", &player.sent)),
    }
}

struct Player<'m, M: Machine> {
    machine: &'m mut M,
    now: Now,
    link: LinkId,
    sent: Vec<u8>,
    events: Vec<M::Event>,
}

impl<M: Machine> Player<'_, M> {
    fn drain(&mut self) {
        loop {
            let waiting = self.machine.output(self.link);
            let n = waiting.len();
            self.sent.extend_from_slice(waiting);
            if n > 0 {
                self.machine.written(self.now, self.link, n);
            }
            match self.machine.poll() {
                Output::Event(event) => self.events.push(event),
                Output::Effect(..) | Output::Link { .. } => {}
                Output::Wait { .. } | Output::Closed(_) => {
                    if self.machine.output(self.link).is_empty() {
                        return;
                    }
                }
            }
        }
    }
}

/// The machine did not send what the transcript says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry}: expected {expected:?}, and what it sent begins {sent:?}")]
pub struct Mismatch {
    /// The index of the entry; the number of entries where more was sent after the last one.
    pub entry: usize,
    /// What it should have sent, in the notation of transcripts; empty where nothing.
    pub expected: String,
    /// What it had sent and no entry before had asked for, in the same notation.
    pub sent: String,
}

impl Mismatch {
    fn new(entry: usize, expected: &[u8], sent: &[u8]) -> Self {
        Self { entry, expected: shown(expected), sent: shown(sent) }
    }
}
