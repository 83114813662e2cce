use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use nom::branch::alt;
use nom::bytes::complete::{tag_no_case, take_till1, take_while, take_while1};
use nom::character::complete::{space0, space1};
use nom::combinator::{all_consuming, eof, map, map_opt, rest};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::address::SlpAddress;
use super::error::Tolerance;
use super::open_text::open_text;

/// The first line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartLine {
    /// `INVITE MSNMSGR:alice@example.com MSNSLP/1.0`
    Request {
        /// What is asked.
        method: Method,
        /// Who is asked. Some programs name themselves here when they say BYE; go by the header
        /// `To`.
        target: SlpAddress,
    },
    /// `MSNSLP/1.0 200 OK`
    Response {
        /// What the answer is.
        code: StatusCode,
        /// The same in words; free text.
        reason: Box<str>,
    },
}

open_text! {
    /// What a request asks. Open: another word survives a round trip.
    Method {
        /// To open a session, or a connection for one.
        INVITE = "INVITE";
        /// To end the session.
        BYE = "BYE";
        /// Nothing; it tells about something, such as another address.
        ACK = "ACK";
    }
}

impl Method {
    /// The longest one that is read, in bytes.
    pub const MAX_LEN: usize = 32;
}

/// What an answer says. Open: a number without a name survives a round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusCode(pub u16);

impl StatusCode {
    /// 200: yes.
    pub const OK: Self = Self(200);
    /// 404: there is no such thing here.
    pub const NOT_FOUND: Self = Self(404);
    /// 500: the request could not be understood, such as one without a context.
    pub const INTERNAL_ERROR: Self = Self(500);
    /// 603: no.
    pub const DECLINE: Self = Self(603);
    /// 606: not in this way.
    pub const UNACCEPTABLE: Self = Self(606);

    /// The words that go with it; empty for a number that nobody explained.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::OK => "OK",
            Self::NOT_FOUND => "Not Found",
            Self::INTERNAL_ERROR => "Internal Error",
            Self::DECLINE => "Decline",
            Self::UNACCEPTABLE => "Unacceptable",
            _ => "",
        }
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StartLine {
    /// The answer with its usual words.
    pub fn response(code: StatusCode) -> Self {
        Self::Response { code, reason: code.reason().into() }
    }

    /// Reads the line, without what ends it. A request may have no readable target; then the
    /// function is asked for another. The error says where reading had to stop.
    pub(super) fn parse(
        line: &str,
        other_target: impl FnOnce() -> Option<SlpAddress>,
        noted: &mut Vec<Tolerance>,
    ) -> Result<Self, usize> {
        let words = match all_consuming(start_line).parse(line) {
            Ok((_, words)) => words,
            Err(nom::Err::Error(error) | nom::Err::Failure(error)) => {
                return Err(line.len() - error.input.len());
            }
            Err(nom::Err::Incomplete(_)) => return Err(line.len()),
        };
        match words {
            Words::Request { method, target } => {
                let target = match SlpAddress::parse(target, noted) {
                    Some(target) => target,
                    None => {
                        Tolerance::UnreadableTarget.note(noted);
                        other_target().ok_or(method.len())?
                    }
                };
                Ok(Self::Request { method: Method::new(method), target })
            }
            Words::Response { code, reason } => {
                Ok(Self::Response { code, reason: reason.trim().into() })
            }
        }
    }
}

/// Without what ends the line. What could end it is left out of a method and becomes a space in the
/// words of an answer.
impl fmt::Display for StartLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { method, target } => {
                let letters = method.as_str().chars().filter(char::is_ascii_alphanumeric);
                letters.take(Method::MAX_LEN).try_for_each(|letter| f.write_char(letter))?;
                write!(f, " MSNMSGR:{target} MSNSLP/1.0")
            }
            Self::Response { code, reason } => {
                write!(f, "MSNSLP/1.0 {code} {}", reason.replace(['\r', '\n'], " "))
            }
        }
    }
}

enum Words<'a> {
    Request { method: &'a str, target: &'a str },
    Response { code: StatusCode, reason: &'a str },
}

fn start_line(line: &str) -> IResult<&str, Words<'_>> {
    alt((response, request)).parse(line)
}

fn request(line: &str) -> IResult<&str, Words<'_>> {
    let method =
        map_opt(take_while1(|letter: char| letter.is_ascii_alphanumeric()), |word: &str| {
            (word.len() <= Method::MAX_LEN).then_some(word)
        });
    let target = delimited(space1, take_till1(is_blank), space1);
    map(terminated((method, target), (version, space0)), |(method, target)| Words::Request {
        method,
        target,
    })
    .parse(line)
}

fn response(line: &str) -> IResult<&str, Words<'_>> {
    let code = map_opt(take_while1(|letter: char| letter.is_ascii_digit()), |digits: &str| {
        digits.parse().ok().map(StatusCode)
    });
    map(
        (preceded((version, space1), code), alt((preceded(space1, rest), eof))),
        |(code, reason)| Words::Response { code, reason },
    )
    .parse(line)
}

/// `MSNSLP/1.0`; no other version was ever seen.
fn version(line: &str) -> IResult<&str, &str> {
    let number = take_while(|letter: char| letter.is_ascii_digit() || letter == '.');
    preceded(tag_no_case("MSNSLP/"), number).parse(line)
}

const fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}
