use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while};
use nom::combinator::{opt, rest};
use nom::multi::many0;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

/// The value of a `Content-Type` header: a media type and, often, a charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentType<'a> {
    /// The media type as written, `text/plain`; compare with [`is`](Self::is).
    pub media_type: &'a [u8],
    /// The `charset` parameter without quotes; none where it is missing or empty.
    pub charset: Option<&'a [u8]>,
}

impl<'a> ContentType<'a> {
    /// Reads the value. Other parameters are passed over; no value is refused.
    pub fn parse(value: &'a [u8]) -> Self {
        let (media_type, parameters) = match media_type_and_parameters(value) {
            Ok((_, parts)) => parts,
            Err(_) => (value, alloc::vec::Vec::new()),
        };
        let charset = parameters
            .into_iter()
            .find(|(name, _)| name.trim_ascii().eq_ignore_ascii_case(b"charset"))
            .map(|(_, value)| value.trim_ascii())
            .filter(|value| !value.is_empty());
        Self { media_type: media_type.trim_ascii(), charset }
    }

    /// Whether it is that media type, in any letter case.
    pub const fn is(&self, media_type: &str) -> bool {
        self.media_type.eq_ignore_ascii_case(media_type.as_bytes())
    }
}

type Parameter<'a> = (&'a [u8], &'a [u8]);

fn media_type_and_parameters(
    input: &[u8],
) -> IResult<&[u8], (&[u8], alloc::vec::Vec<Parameter<'_>>)> {
    (take_till(|byte| byte == b';'), many0(preceded(tag(&b";"[..]), parameter))).parse(input)
}

fn parameter(input: &[u8]) -> IResult<&[u8], Parameter<'_>> {
    (take_till(|byte| matches!(byte, b';' | b'=')), opt(preceded(tag(&b"="[..]), parameter_value)))
        .map(|(name, value)| (name, value.unwrap_or_default()))
        .parse(input)
}

fn parameter_value(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let blank = || take_while(|byte: u8| byte.is_ascii_whitespace());
    let quote = || tag(&b"\""[..]);
    let quoted = delimited(
        (blank(), quote()),
        take_till(|byte| byte == b'"'),
        (quote(), take_till(|byte| byte == b';')),
    );
    // A quote that is never closed ends with the value.
    let half_quoted = preceded((blank(), quote()), rest);
    let plain = terminated(take_till(|byte| byte == b';'), blank());
    alt((quoted, half_quoted, plain)).parse(input)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_charset_may_be_missing_quoted_folded_or_one_of_several_parameters() {
        for (value, charset) in [
            (&b"text/plain"[..], None),
            (b"text/plain;", None),
            (b"text/plain; charset=", None),
            (b"text/plain; charset", None),
            (b"Text/Plain; charset=UTF-8", Some(&b"UTF-8"[..])),
            (b"text/plain;charset=UTF-8", Some(b"UTF-8")),
            (b"text/plain; CharSet = \"UTF-8\"", Some(b"UTF-8")),
            (b"text/plain; charset=\"UTF-8", Some(b"UTF-8")),
            (b"text/plain; charset=\"UTF-8\" x; y=z", Some(b"UTF-8")),
            (b"text/plain; x=\"y\" z; charset=UTF-8", Some(b"UTF-8")),
            (b"text/plain;\r\n charset=UTF-8", Some(b"UTF-8")),
            (b"text/plain; format=flowed; charset=UTF-8; x=y", Some(b"UTF-8")),
        ] {
            let parsed = ContentType::parse(value);
            assert!(parsed.is("text/plain"), "{value:?}");
            assert_eq!(parsed.charset, charset, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn no_value_is_refused(value in proptest::collection::vec(any::<u8>(), 0..60)) {
            ContentType::parse(&value);
        }
    }
}
