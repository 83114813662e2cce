use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use msnp_codec::message::{BodyField, Headers};
use msnp_core::Guid;
use nom::bytes::complete::{tag, tag_no_case, take_till};
use nom::multi::many0;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::address::SlpAddress;
use super::body::Body;
use super::error::{SlpError, Tolerance};
use super::guid_text::{self, Braced};
use super::start_line::{Method, StartLine, StatusCode};

/// One MSNSLP message.
///
/// It is written as official clients write it: the fields in this order, a space before the
/// semicolon of `Via` and after the number of `CSeq`, GUIDs in capitals, and a body that ends in an
/// empty line and a NUL, which `Content-Length` counts.
///
/// It is read in any order and letter case; what else is overlooked is told by [`Tolerance`].
/// Headers that are not known are passed over. Of two headers with one name the first counts.
///
/// ```
/// use msnp_core::{Account, Guid};
/// use msnp_p2p::slp::{Body, Method, SessionEnd, SlpMessage, StartLine};
///
/// let alice = Account::new("alice@example.com").unwrap();
/// let bob = Account::new("bob@example.com").unwrap();
/// let body = Body::SessionClose(SessionEnd::default());
/// let bye = SlpMessage::request(Method::BYE, alice.into(), bob.into(), Guid::NIL, Guid::NIL, body);
/// let mut bytes = Vec::new();
/// bye.print(&mut bytes);
/// assert_eq!(
///     bytes,
///     b"BYE MSNMSGR:alice@example.com MSNSLP/1.0\r\n\
///       To: <msnmsgr:alice@example.com>\r\n\
///       From: <msnmsgr:bob@example.com>\r\n\
///       Via: MSNSLP/1.0/TLP ;branch={00000000-0000-0000-0000-000000000000}\r\n\
///       CSeq: 0 \r\n\
///       Call-ID: {00000000-0000-0000-0000-000000000000}\r\n\
///       Max-Forwards: 0\r\n\
///       Content-Type: application/x-msnmsgr-sessionclosebody\r\n\
///       Content-Length: 3\r\n\r\n\r\n\0"
/// );
/// assert_eq!(SlpMessage::parse(&bytes), Ok(bye));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlpMessage {
    /// A request or a response.
    pub start: StartLine,
    /// Whom it is to.
    pub to: SlpAddress,
    /// Whom it is from. Nobody checked it.
    pub from: SlpAddress,
    /// Which request: each has its own, which the answer repeats.
    pub branch: Guid,
    /// `CSeq`: 0 in a request, one more than there in its answer.
    pub sequence: u32,
    /// Which call: everything about one session has the same.
    pub call_id: Guid,
    /// Always 0 where it was seen.
    pub max_forwards: u32,
    /// What it is about.
    pub body: Body,
}

impl SlpMessage {
    /// The longest message that is read, in bytes. The offer of a file with a preview is the
    /// longest one that real programs send.
    pub const MAX_LEN: usize = 65536;

    /// A request.
    pub fn request(
        method: Method,
        to: SlpAddress,
        from: SlpAddress,
        branch: Guid,
        call_id: Guid,
        body: Body,
    ) -> Self {
        let start = StartLine::Request { method, target: to.clone() };
        Self { start, to, from, branch, sequence: 0, call_id, max_forwards: 0, body }
    }

    /// The answer to this request.
    #[must_use]
    pub fn answer(&self, code: StatusCode, body: Body) -> Self {
        Self {
            start: StartLine::response(code),
            to: self.from.clone(),
            from: self.to.clone(),
            branch: self.branch,
            sequence: self.sequence.wrapping_add(1),
            call_id: self.call_id,
            max_forwards: 0,
            body,
        }
    }

    /// What it asks; none for an answer.
    pub const fn method(&self) -> Option<&Method> {
        match &self.start {
            StartLine::Request { method, .. } => Some(method),
            StartLine::Response { .. } => None,
        }
    }

    /// What it answers; none for a request.
    pub const fn code(&self) -> Option<StatusCode> {
        match self.start {
            StartLine::Request { .. } => None,
            StartLine::Response { code, .. } => Some(code),
        }
    }

    /// Reads a message. NULs may follow it.
    ///
    /// # Errors
    /// Where it is none, or lacks a readable `To`, `From` or `Call-ID`.
    pub fn parse(bytes: &[u8]) -> Result<Self, SlpError> {
        Self::inspect(bytes).map(|(message, _)| message)
    }

    /// The same, and what was overlooked for it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn inspect(bytes: &[u8]) -> Result<(Self, Vec<Tolerance>), SlpError> {
        if bytes.len() > Self::MAX_LEN {
            return Err(SlpError::TooLong { len: bytes.len() });
        }
        let mut noted = Vec::new();
        let (first, rest) = split_line(bytes);
        let (headers, body) = Headers::parse(rest);
        let to = headers.text("To").map(|text| SlpAddress::parse(&text, &mut noted));
        let first = String::from_utf8_lossy(first);
        let start = StartLine::parse(&first, || to.clone().flatten(), &mut noted)
            .map_err(|at| SlpError::StartLine { at })?;
        let from = headers.text("From").map(|text| SlpAddress::parse(&text, &mut noted));
        let call_id = headers.text(CALL_ID).map(|text| guid_text::read(&text));
        let branch = headers.text("Via").and_then(|via| branch_of(&via));
        let sequence = headers.text("CSeq").and_then(|text| first_number(&text));
        for (is_missing, tolerance) in [
            (branch.is_none(), Tolerance::NoBranch),
            (sequence.is_none(), Tolerance::NoSequenceNumber),
        ] {
            if is_missing {
                tolerance.note(&mut noted);
            }
        }
        let max_forwards = headers.text("Max-Forwards").and_then(|text| first_number(&text));
        let content_type = headers.text("Content-Type").unwrap_or_default();
        let length = content_length(&headers, body.len(), &mut noted);
        Ok((
            Self {
                start,
                to: known("To", to)?,
                from: known("From", from)?,
                branch: branch.unwrap_or_default(),
                sequence: sequence.unwrap_or_default(),
                call_id: known(CALL_ID, call_id)?,
                max_forwards: max_forwards.unwrap_or_default(),
                body: Body::read(&content_type, body, length, &mut noted),
            },
            noted,
        ))
    }

    /// Appends the message. No value in it can add a line.
    pub fn print(&self, out: &mut Vec<u8>) {
        let mut body = Vec::new();
        self.body.write(&mut body);
        out.extend_from_slice(self.start.to_string().as_bytes());
        out.extend_from_slice(b"\r\n");
        let mut header = |name, value: String| BodyField::new(name, value).print(out);
        header("To", format!("<msnmsgr:{}>", self.to));
        header("From", format!("<msnmsgr:{}>", self.from));
        header("Via", format!("MSNSLP/1.0/TLP ;branch={}", Braced(self.branch)));
        header("CSeq", format!("{} ", self.sequence));
        header(CALL_ID, Braced(self.call_id).to_string());
        header("Max-Forwards", self.max_forwards.to_string());
        header("Content-Type", self.body.content_type().to_string());
        header(CONTENT_LENGTH, body.len().to_string());
        out.extend_from_slice(b"\r\n");
        out.append(&mut body);
    }
}

const CALL_ID: &str = "Call-ID";
const CONTENT_LENGTH: &str = "Content-Length";

fn known<T>(header: &'static str, value: Option<Option<T>>) -> Result<T, SlpError> {
    value.ok_or(SlpError::Missing { header })?.ok_or(SlpError::Unreadable { header })
}

/// How long the body is said to be, where that is said.
fn content_length(headers: &Headers<'_>, len: usize, noted: &mut Vec<Tolerance>) -> Option<usize> {
    let length = headers.text(CONTENT_LENGTH).and_then(|text| first_number(&text));
    match length {
        Some(length) if length == len => {}
        Some(_) => Tolerance::WrongContentLength.note(noted),
        None => Tolerance::NoContentLength.note(noted),
    }
    length
}

fn first_number<N: core::str::FromStr>(text: &str) -> Option<N> {
    text.split_whitespace().next()?.parse().ok()
}

/// The branch in `MSNSLP/1.0/TLP ;branch={GUID}`.
fn branch_of(via: &str) -> Option<Guid> {
    let (_, parameters) = parameters(via).ok()?;
    parameters.into_iter().find_map(|parameter| {
        let (value, _) = branch(parameter.trim()).ok()?;
        guid_text::read(value)
    })
}

fn parameters(via: &str) -> IResult<&str, Vec<&str>> {
    let item = || take_till(|letter| letter == ';');
    preceded(item(), many0(preceded(tag(";"), item()))).parse(via)
}

fn branch(parameter: &str) -> IResult<&str, &str> {
    tag_no_case("branch=").parse(parameter)
}

/// The first line without what ends it, and what follows.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    (line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..).unwrap_or_default())
}
