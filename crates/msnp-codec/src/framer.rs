use msnp_core::Version;

use crate::raw::{RawCommand, split_last};
use crate::{Body, CommandRow, Sender, Verb};

/// Finds whole commands, line and body together, at the front of a byte stream.
///
/// It holds no bytes. The caller offers the unread bytes, takes the
/// [`wire`](RawCommand::wire) of each command off the front, and offers the rest again with new
/// bytes in its back. It remembers how far it has searched, so a stream that arrives byte by byte
/// costs no more than one that arrives whole.
///
/// ```
/// use msnp_codec::{FrameLimits, Framer, Sender};
/// use msnp_core::Version;
///
/// let mut framer = Framer::new(Sender::Server, Version::MSNP11, FrameLimits::SIGNED_IN);
/// let mut unread: &[u8] = b"UBX alice@example.com 5\r\nhelloFLN bob@exa";
/// let command = framer.next(unread)?.expect("a whole command");
/// assert_eq!(command.body(), Some(&b"hello"[..]));
/// unread = &unread[command.wire().len()..];
/// assert_eq!(framer.next(unread)?, None);
/// assert_eq!(unread, b"FLN bob@exa");
/// # Ok::<(), msnp_codec::FrameError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Framer {
    sender: Sender,
    version: Version,
    limits: FrameLimits,
    /// Bytes at the front that hold no line end.
    searched: usize,
    /// The command whose body is still on its way.
    announced: Option<Announced>,
    /// Bytes of the stream before the front.
    taken: u64,
    failed: Option<FrameError>,
}

#[derive(Clone, Copy, Debug)]
struct Announced {
    verb: Verb,
    line: usize,
    head: usize,
    body: Option<usize>,
}

impl Framer {
    /// A framer for what `sender` sends.
    ///
    /// The version matters only for numeric errors, which may announce a body from MSNP13; before
    /// it is negotiated, any earlier one serves.
    pub const fn new(sender: Sender, version: Version, limits: FrameLimits) -> Self {
        Self { sender, version, limits, searched: 0, announced: None, taken: 0, failed: None }
    }

    /// The version that was negotiated.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// Other limits, from the next command on.
    pub fn set_limits(&mut self, limits: FrameLimits) {
        self.limits = limits;
    }

    /// The command at the front of `bytes`, if it is whole.
    ///
    /// The next call expects `bytes` without it.
    ///
    /// # Errors
    /// [`FrameError`] when the border of the command cannot be known or is too far away. It is
    /// final: every later call repeats it, and nothing after it is read as a command.
    pub fn next<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<RawCommand<'b>>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let announced = match self.announced.filter(|known| known.head <= bytes.len()) {
            Some(known) => known,
            None => match self.head(bytes) {
                Ok(Some(found)) => found,
                Ok(None) => return Ok(None),
                Err(error) => {
                    self.failed = Some(error);
                    return Err(error);
                }
            },
        };
        let whole = announced.head.saturating_add(announced.body.unwrap_or(0));
        let Some(wire) = bytes.get(..whole) else {
            self.announced = Some(announced);
            return Ok(None);
        };
        self.searched = 0;
        self.announced = None;
        self.taken = self.taken.saturating_add(u64::try_from(whole).unwrap_or(u64::MAX));
        let line = wire.get(..announced.line).unwrap_or_default();
        let body = announced.body.map(|_| wire.get(announced.head..).unwrap_or_default());
        Ok(Some(RawCommand::new(self.sender, announced.verb, wire, line, body)))
    }

    fn head(&mut self, bytes: &[u8]) -> Result<Option<Announced>, FrameError> {
        let searched = self.searched.min(bytes.len());
        let unsearched = bytes.get(searched..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'\n', unsearched) else {
            if bytes.len() > self.limits.line.saturating_add(1) {
                return Err(self.error(verb_of(bytes), FrameFault::LineTooLong));
            }
            self.searched = bytes.len();
            return Ok(None);
        };
        let end = searched + found;
        let line = bytes.get(..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > self.limits.line {
            return Err(self.error(verb_of(bytes), FrameFault::LineTooLong));
        }
        let Some(verb) = verb_of(line) else {
            return Err(self.error(None, FrameFault::NotACommand));
        };
        let body = self.body_len(verb, line).map_err(|fault| self.error(Some(verb), fault))?;
        Ok(Some(Announced { verb, line: line.len(), head: end + 1, body }))
    }

    fn body_len(&self, verb: Verb, line: &[u8]) -> Result<Option<usize>, FrameFault> {
        let (rule, largest) = match CommandRow::find(self.sender, verb) {
            Some(row) => (row.body, row.largest_body),
            None if self.sender == Sender::Server
                && self.version.errors_have_bodies()
                && verb.error_code().is_some() =>
            {
                (Body::IfNumber, ERROR_BODY)
            }
            None => return Ok(None),
        };
        if rule == Body::Never {
            return Ok(None);
        }
        let parameters = line.get(3..).unwrap_or_default();
        let Some((before, last)) = split_last(parameters) else {
            return if rule == Body::Always { Err(FrameFault::NoLength) } else { Ok(None) };
        };
        let expected = match rule {
            Body::Never => return Ok(None),
            Body::Always => true,
            Body::IfNumber => split_last(before).is_some() && last.iter().all(u8::is_ascii_digit),
            Body::FromParameter(n) => {
                let line = RawCommand::new(self.sender, verb, line, line, None);
                line.parameters().count() >= usize::from(n)
            }
        };
        if !expected {
            return Ok(None);
        }
        if last.is_empty() || !last.iter().all(u8::is_ascii_digit) {
            return Err(FrameFault::NoLength);
        }
        let limit = self.limits.body.min(usize::try_from(largest).unwrap_or(usize::MAX));
        let announced = core::str::from_utf8(last).ok().and_then(|text| text.parse().ok());
        match announced {
            Some(len) if len <= limit => Ok(Some(len)),
            _ => Err(FrameFault::BodyTooLong),
        }
    }

    fn error(&self, verb: Option<Verb>, fault: FrameFault) -> FrameError {
        FrameError { fault, verb, sender: self.sender, offset: self.taken }
    }
}

/// How long a line and a body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameLimits {
    /// The most bytes of a line, without its end.
    pub line: usize,
    /// The most bytes of a body. The table may allow a verb less.
    pub body: usize,
}

impl FrameLimits {
    /// Before anybody has proved who they are: no command of that time needs more. Tickets are
    /// the long ones, and they come in the last step.
    pub const BEFORE_SIGN_IN: Self = Self { line: 512, body: 64 };
    /// While a ticket is expected.
    pub const TICKET: Self = Self { line: 8 * 1024, body: 64 };
    /// Signed in.
    pub const SIGNED_IN: Self = Self { line: 8 * 1024, body: 64 * 1024 };
}

/// The stream cannot be read any further. The sender's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {fault}{}, at byte {offset} of the stream", side(*sender), about(*verb))]
pub struct FrameError {
    /// What is wrong.
    pub fault: FrameFault,
    /// In which command, as far as it can be told.
    pub verb: Option<Verb>,
    /// Who sent it.
    pub sender: Sender,
    /// Where the command begins, in bytes since the connection came up.
    pub offset: u64,
}

/// Why a command has no border.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// The line does not end within the limit.
    #[error("the line is too long")]
    LineTooLong,
    /// The line does not begin with a verb of three upper-case letters or digits.
    #[error("the line does not begin with a command")]
    NotACommand,
    /// A body must follow, but the last parameter does not say how long it is.
    #[error("the length of the body is missing")]
    NoLength,
    /// The announced body is longer than the limit.
    #[error("the body is too long")]
    BodyTooLong,
}

const ERROR_BODY: u32 = 16 * 1024;

fn verb_of(line: &[u8]) -> Option<Verb> {
    let (verb, rest) = line.split_first_chunk::<3>()?;
    let ended = matches!(rest.first(), None | Some(b' ' | b'\t'));
    Some(Verb::new(*verb)).filter(|verb| ended && verb.is_well_formed())
}

fn side(sender: Sender) -> &'static str {
    match sender {
        Sender::Client => "from the client",
        Sender::Server => "from the server",
    }
}

fn about(verb: Option<Verb>) -> impl core::fmt::Display {
    struct About(Option<Verb>);
    impl core::fmt::Display for About {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            self.0.map_or(Ok(()), |verb| write!(f, " of {verb}"))
        }
    }
    About(verb)
}

#[cfg(test)]
mod tests;
