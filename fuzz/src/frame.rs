//! The target `frame`: where commands begin and end must not depend on how the stream is cut.
//!
//! An input is one header line, ended by a line feed, and then the stream:
//!
//! | byte of the header | meaning |
//! |---|---|
//! | first | `>` the client sent the stream, `<` the server did |
//! | second | the version, an index into [`VERSIONS`] (`0` is the first) |
//! | third | the limits, an index into [`LIMITS`] |
//! | the others | how long the pieces are, in turns: `a` is one byte, `z` 26; see [`Cuts`] |
//!
//! What is missing or strange has a meaning too, so every input is valid.

use msnp_codec::{FrameError, FrameLimits, Framer, OwnedCommand, RawCommand, Sender};
use msnp_core::Version;

/// The versions that an input chooses from: those whose sign-in or framing differs.
pub const VERSIONS: [Version; 8] = [
    Version::MSNP2,
    Version::MSNP7,
    Version::MSNP8,
    Version::MSNP11,
    Version::MSNP12,
    Version::MSNP13,
    Version::MSNP18,
    Version::MSNP21,
];

/// The limits that an input chooses from. The last are so small that short inputs reach them.
pub const LIMITS: [FrameLimits; 4] = [
    FrameLimits::BEFORE_SIGN_IN,
    FrameLimits::TICKET,
    FrameLimits::SIGNED_IN,
    FrameLimits { line: 32, body: 16 },
];

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let input = Input::read(input);
    let whole = input.whole();
    let bytewise = input.in_pieces(&Cuts::EACH_BYTE);
    assert_eq!(whole, bytewise, "byte by byte gives what the whole gives");
    let pieces = input.in_pieces(&input.cuts);
    assert_eq!(whole, pieces, "pieces give what the whole gives");
    input.check_borders(&whole);
}

/// One input, taken apart.
#[derive(Debug)]
pub struct Input<'a> {
    sender: Sender,
    version: Version,
    limits: FrameLimits,
    cuts: Cuts<'a>,
    stream: &'a [u8],
}

impl<'a> Input<'a> {
    /// Reads any bytes as an input.
    pub fn read(bytes: &'a [u8]) -> Self {
        let (header, stream) = match bytes.iter().position(|b| *b == b'\n') {
            Some(end) => (&bytes[..end], &bytes[end + 1..]),
            None => (bytes, &[][..]),
        };
        let at = |index: usize| usize::from(header.get(index).copied().unwrap_or_default());
        Self {
            sender: if at(0) & 2 == 2 { Sender::Client } else { Sender::Server },
            version: VERSIONS[at(1) % VERSIONS.len()],
            limits: LIMITS[at(2) % LIMITS.len()],
            cuts: Cuts(header.get(3..).unwrap_or_default()),
            stream,
        }
    }

    fn framer(&self) -> Framer {
        Framer::new(self.sender, self.version, self.limits)
    }

    /// The stream, all of it offered at once.
    fn whole(&self) -> Framed {
        let mut reader = Reader::new(self);
        reader.offer(self.stream.len());
        reader.finish()
    }

    fn in_pieces(&self, cuts: &Cuts<'_>) -> Framed {
        let mut reader = Reader::new(self);
        let mut arrived = 0;
        for (turn, piece) in cuts.lengths().enumerate() {
            arrived = (arrived + piece).min(self.stream.len());
            reader.offer(arrived);
            if arrived == self.stream.len() || reader.framed.error.is_some() {
                break;
            }
            // Less than last time is tolerated; so is the same once more.
            match turn % 3 {
                1 => reader.offer(arrived - piece.min(2).min(arrived - reader.framed.taken)),
                2 => reader.offer(arrived),
                _ => {}
            }
        }
        reader.finish()
    }

    /// What can be said of the result without knowing how the framer works.
    fn check_borders(&self, framed: &Framed) {
        let joined: Vec<u8> =
            framed.commands.iter().flat_map(|command| command.as_raw().wire().to_vec()).collect();
        assert_eq!(joined, &self.stream[..framed.taken], "the commands join to what was taken");
        for command in &framed.commands {
            self.check_command(&command.as_raw());
        }
        match framed.error {
            Some(error) => {
                assert_eq!(error.sender, self.sender);
                let taken = u64::try_from(framed.taken).expect("a stream fits in 64 bits");
                assert_eq!(error.offset, taken, "the fault is where the reading stopped");
            }
            None => {
                let waiting = self.stream.len() - framed.taken;
                let most = self.limits.line + b"\r\n".len() + self.limits.body;
                assert!(waiting <= most, "{waiting} bytes wait, {most} are the most");
            }
        }
    }

    fn check_command(&self, command: &RawCommand<'_>) {
        let (wire, line) = (command.wire(), command.line());
        assert!(wire.starts_with(line), "the line is the front of the command");
        assert!(line.starts_with(command.verb().as_bytes()), "the verb is the front of the line");
        assert!(!line.contains(&b'\n'), "a line ends at its first line feed");
        assert!(line.len() <= self.limits.line, "the limit of the line holds");
        assert_eq!(command.sender(), self.sender);
        let body = command.body().unwrap_or_default();
        assert!(body.len() <= self.limits.body, "the limit of the body holds");
        assert!(wire.ends_with(body), "the body is the back of the command");
        let end = &wire[line.len()..wire.len() - body.len()];
        assert!(end == b"\r\n" || end == b"\n", "nothing stands between line and body");
        for parameter in command.parameters() {
            assert!(!parameter.is_empty() && !parameter.contains(&b' '), "a parameter is a word");
        }
        let alone = self.framer().next(wire).expect("a command alone is well framed");
        assert_eq!(alone.as_ref(), Some(command), "a command alone reads the same");
    }
}

/// How a stream is cut: a list of lengths that begins again when it is used up.
#[derive(Clone, Copy, Debug)]
pub struct Cuts<'a>(&'a [u8]);

impl Cuts<'_> {
    const EACH_BYTE: Cuts<'static> = Cuts(b"a");

    /// The lengths, without end. The low five bits of a byte are the length, none of them 32; the
    /// highest bit makes it 64 times as long.
    fn lengths(&self) -> impl Iterator<Item = usize> {
        let cuts = if self.0.is_empty() { Self::EACH_BYTE.0 } else { self.0 };
        cuts.iter().cycle().map(|cut| {
            let low = usize::from(cut & 0x1f);
            let length = if low == 0 { 32 } else { low };
            if cut & 0x80 == 0 { length } else { length * 64 }
        })
    }
}

/// What came of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Framed {
    commands: Vec<OwnedCommand>,
    taken: usize,
    error: Option<FrameError>,
}

struct Reader<'a> {
    stream: &'a [u8],
    framer: Framer,
    framed: Framed,
}

impl<'a> Reader<'a> {
    fn new(input: &Input<'a>) -> Self {
        Self { stream: input.stream, framer: input.framer(), framed: Framed::default() }
    }

    /// The stream up to `arrived` is there: takes every command it holds.
    fn offer(&mut self, arrived: usize) {
        while self.framed.error.is_none() {
            let unread = &self.stream[self.framed.taken..arrived];
            match self.framer.next(unread) {
                Ok(Some(command)) => {
                    let wire = command.wire();
                    assert!(!wire.is_empty(), "a command has bytes, else reading never ends");
                    assert!(unread.starts_with(wire), "a command is the front of what was offered");
                    self.framed.taken += wire.len();
                    self.framed.commands.push(command.to_owned());
                }
                Ok(None) => break,
                Err(error) => self.framed.error = Some(error),
            }
        }
    }

    fn finish(mut self) -> Framed {
        let unread = &self.stream[self.framed.taken..];
        match self.framed.error {
            Some(error) => {
                for later in [unread, b"", b"PNG\r\n", b"QNG 50\r\n"] {
                    assert_eq!(self.framer.next(later), Err(error), "a fault is final");
                }
            }
            None => assert_eq!(self.framer.next(unread), Ok(None), "asking again changes nothing"),
        }
        self.framed
    }
}
