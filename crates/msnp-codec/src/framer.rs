use msnp_core::Version;

use crate::field::{last_number, number};
use crate::raw::{Parameters, RawCommand, split_last};
use crate::table::{Key, Place};
use crate::{Body, Sender, Verb};

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
    /// Bytes that the command at the front has, where its line is whole and its body is not: with
    /// fewer of them nothing has to be looked at. All there can be, where it has failed.
    needed: usize,
    /// Bytes of the stream before the front.
    taken: u64,
    failed: Option<FrameError>,
}

impl Framer {
    /// A framer for what `sender` sends.
    ///
    /// The version matters only for numeric errors, which may announce a body from MSNP13; before
    /// it is negotiated, any earlier one serves.
    pub const fn new(sender: Sender, version: Version, limits: FrameLimits) -> Self {
        Self { sender, version, limits, searched: 0, needed: 0, taken: 0, failed: None }
    }

    /// The version that was negotiated.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// Other limits, from now on; a command whose body is still on its way is held to them too.
    pub fn set_limits(&mut self, limits: FrameLimits) {
        self.limits = limits;
        if self.failed.is_none() {
            self.needed = 0;
        }
    }

    /// The command at the front of `bytes`, if it is whole.
    ///
    /// The next call expects `bytes` without it.
    ///
    /// # Errors
    /// [`FrameError`] when the border of the command cannot be known or is too far away. It is
    /// final: every later call repeats it, and nothing after it is read as a command.
    // Every caller has one loop over it, and to call it from there costs a fifth more instructions.
    #[inline(always)]
    pub fn next<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<RawCommand<'b>>, FrameError> {
        if bytes.len() < self.needed {
            return self.failed.map_or(Ok(None), Err);
        }
        let Some(before) = self.before_line_end(bytes) else {
            return self.failed.map_or(Ok(None), Err);
        };
        let line = match before {
            [line @ .., b'\r'] => line,
            line => line,
        };
        if line.len() > self.limits.line {
            return Err(self.fail(well_formed(line), FrameFault::LineTooLong));
        }
        let Some(verb) = verb_of(line) else {
            return Err(self.fail(None, FrameFault::NotACommand));
        };
        let key = Key::new(self.sender, verb);
        let (body, whole) = match self.announced(key, line) {
            Ok(None) => (None, before.len() + 1),
            Ok(Some(body)) => (Some(body), (before.len() + 1).saturating_add(body.len)),
            Err(fault) => return Err(self.fail(well_formed(line), fault)),
        };
        let Some(wire) = bytes.get(..whole) else {
            self.needed = whole;
            return Ok(None);
        };
        self.needed = 0;
        self.searched = 0;
        self.taken = self.taken.wrapping_add(u64::try_from(whole).unwrap_or(u64::MAX));
        let command = RawCommand::new(key, wire, line.len());
        Ok(Some(match body {
            None => command,
            Some(body) => command.with_body(body.parameters, before.len() + 1),
        }))
    }

    /// The first line, as far as what ends it.
    #[inline]
    fn before_line_end<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        match memchr::memchr(b'\n', bytes.get(self.searched..)?) {
            Some(found) => bytes.get(..self.searched + found),
            None => {
                if bytes.len() > self.limits.line.saturating_add(1) {
                    self.fail(well_formed(bytes), FrameFault::LineTooLong);
                } else {
                    self.searched = bytes.len();
                }
                None
            }
        }
    }

    /// The body that a line announces.
    #[inline(always)]
    fn announced(&self, key: Key, line: &[u8]) -> Result<Option<Announced>, FrameFault> {
        let Some(place) = Place::of(key) else {
            return self.announced_by_unknown(key.verb(), line);
        };
        match place.body {
            Body::Never => Ok(None),
            // Nearly every length is read here; whatever is odd about one, the rest sees to it.
            Body::Always
                if let Some((parameters, len)) = last_number(line)
                    && len <= place.largest_body
                    && let Ok(len) = usize::try_from(len)
                    && len <= self.limits.body =>
            {
                Ok(Some(Announced { parameters, len }))
            }
            rule => self.announced_by(rule, place.largest_body, line),
        }
    }

    #[inline(never)]
    fn announced_by_unknown(
        &self,
        verb: Verb,
        line: &[u8],
    ) -> Result<Option<Announced>, FrameFault> {
        let is_error = self.sender == Sender::Server && verb.error_code().is_some();
        match verb.is_well_formed() {
            true if is_error && self.version.errors_have_bodies() => {
                self.announced_by(Body::IfNumber, ERROR_BODY, line)
            }
            true => Ok(None),
            false => Err(FrameFault::NotACommand),
        }
    }

    #[inline(never)]
    fn announced_by(
        &self,
        rule: Body,
        largest: u32,
        line: &[u8],
    ) -> Result<Option<Announced>, FrameFault> {
        let Some((before, last)) = split_last(line).filter(|(before, _)| !before.is_empty()) else {
            return if rule == Body::Always { Err(FrameFault::NoLength) } else { Ok(None) };
        };
        let is_number = last.iter().all(u8::is_ascii_digit);
        let expected = match rule {
            Body::Never => false,
            Body::Always => true,
            Body::IfNumber => is_number && Parameters::new(before).next().is_some(),
            Body::FromParameter(n) => Parameters::new(line).count() >= usize::from(n),
        };
        if !expected {
            return Ok(None);
        }
        let limit = self.limits.body.min(usize::try_from(largest).unwrap_or(usize::MAX));
        match number(last).and_then(|len| usize::try_from(len).ok()) {
            Some(len) if len <= limit => Ok(Some(Announced { parameters: before.len(), len })),
            None if !is_number => Err(FrameFault::NoLength),
            _ => Err(FrameFault::BodyTooLong),
        }
    }

    #[cold]
    #[inline(never)]
    fn fail(&mut self, verb: Option<Verb>, fault: FrameFault) -> FrameError {
        let error = FrameError { fault, verb, sender: self.sender, offset: self.taken };
        self.needed = usize::MAX;
        self.failed = Some(error);
        error
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

/// What a line says about the bytes behind it.
#[derive(Clone, Copy)]
struct Announced {
    /// The bytes of the line before the length.
    parameters: usize,
    /// The bytes of the body.
    len: usize,
}

fn well_formed(line: &[u8]) -> Option<Verb> {
    verb_of(line).filter(|verb| verb.is_well_formed())
}

/// The first word, where it is as long as a verb.
#[inline]
fn verb_of(line: &[u8]) -> Option<Verb> {
    match line.first_chunk() {
        Some([a, b, c, b' ' | b'\t']) => Some(Verb::new([*a, *b, *c])),
        Some(_) => None,
        None => line.try_into().ok().map(Verb::new),
    }
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
