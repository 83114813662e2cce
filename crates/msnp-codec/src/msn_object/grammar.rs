use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till, take_till1};
use nom::character::complete::multispace0;
use nom::combinator::value;
use nom::multi::many_m_n;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// `Name="value"`, the value without its entities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) value: String,
}

/// The element at the front of a text.
pub(super) struct Element {
    pub(super) attributes: Vec<Attribute>,
    /// Ended by `/>`; otherwise an end tag may follow.
    pub(super) is_closed: bool,
}

pub(super) fn element(max_attributes: usize) -> impl Fn(&str) -> IResult<&str, Element> {
    move |input| {
        let end = preceded(multispace0, alt((value(true, tag("/>")), value(false, tag(">")))));
        (tag_no_case("<msnobj"), many_m_n(0, max_attributes, attribute), end)
            .map(|(_, attributes, is_closed)| Element { attributes, is_closed })
            .parse(input)
    }
}

fn attribute(input: &str) -> IResult<&str, Attribute> {
    let name = take_till1(|c: char| {
        c.is_whitespace() || !is_allowed(c) || matches!(c, '=' | '/' | '>' | '"' | '\'')
    });
    let equals = delimited(multispace0, tag("="), multispace0);
    (preceded(multispace0, name), preceded(equals, quoted))
        .map(|(name, value)| Attribute { name: name.into(), value: unescape(value) })
        .parse(input)
}

fn quoted(input: &str) -> IResult<&str, &str> {
    alt((
        delimited(tag("\""), take_till(|c| c == '"'), tag("\"")),
        delimited(tag("'"), take_till(|c| c == '\''), tag("'")),
    ))
    .parse(input)
}

/// The text without the characters that XML does not allow.
pub(super) fn allowed(text: &str) -> String {
    text.chars().filter(|letter| is_allowed(*letter)).collect()
}

/// An entity that is none, or has an unknown name, stays as it is.
fn unescape(mut escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    while let Some((before, after)) = escaped.split_once('&') {
        text.push_str(before);
        escaped = match after.split_once(';') {
            Some((name, after)) if let Some(letter) = entity(name) => {
                text.push(letter);
                after
            }
            _ => {
                text.push('&');
                after
            }
        };
    }
    text.push_str(escaped);
    text.retain(is_allowed);
    text
}

fn entity(name: &str) -> Option<char> {
    let number = |digits, base| u32::from_str_radix(digits, base).ok().and_then(char::from_u32);
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#')? {
            hexadecimal if hexadecimal.starts_with(['x', 'X']) => number(hexadecimal.get(1..)?, 16),
            decimal => number(decimal, 10),
        },
    }
}

/// Line breaks and tabs are spelled out: a reader turns bare ones into spaces, and a list of
/// objects is separated by tabs.
pub(super) fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    text.chars().try_for_each(|letter| match letter {
        '<' => f.write_str("&lt;"),
        '>' => f.write_str("&gt;"),
        '&' => f.write_str("&amp;"),
        '"' => f.write_str("&quot;"),
        '\t' | '\r' | '\n' => write!(f, "&#{};", u32::from(letter)),
        other => f.write_char(other),
    })
}

/// The characters of XML 1.0.
const fn is_allowed(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_read_and_what_is_none_stays() {
        for (escaped, text) in [
            ("a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"),
            ("&#x26;&#38;&#X2665;", "&&♥"),
            ("a&b; &nbsp; & &#; &#x; &#xD800; &#+65; &", "a&b; &nbsp; & &#; &#x; &#xD800; A &"),
            ("&#0;\u{1}\0", ""),
            ("&amp;lt;", "&lt;"),
        ] {
            assert_eq!(unescape(escaped), text, "{escaped}");
        }
    }
}
