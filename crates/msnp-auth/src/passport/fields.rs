//! The grammar that all Passport headers share: `name=value,name='value',name`.
//!
//! It takes any text: what is no field is a name without a value.

use alloc::vec::Vec;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag_no_case, take_till};
use nom::character::complete::{char, space0, space1};
use nom::combinator::opt;
use nom::multi::separated_list0;
use nom::sequence::{delimited, preceded, terminated};

/// A name and its value, both as sent, without surrounding spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// The value of the first field of this name, in any case.
pub(super) fn find<'a>(fields: &[Field<'a>], name: &str) -> Option<&'a str> {
    fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
}

/// Fields whose value ends at the next comma.
pub(super) fn plain(text: &str) -> Vec<Field<'_>> {
    all(text, until_comma)
}

/// Fields whose value may be in single quotes, and hold commas then.
pub(super) fn quoted(text: &str) -> Vec<Field<'_>> {
    all(text, alt((in_quotes, until_comma)))
}

/// What follows the words `Passport1.4`, in any case.
pub(super) fn after_scheme(text: &str) -> Option<&str> {
    let scheme: Parsed<'_> = delimited(space0, tag_no_case("Passport1.4"), space1).parse(text);
    scheme.ok().map(|(rest, _)| rest)
}

type Parsed<'a> = Result<(&'a str, &'a str), nom::Err<()>>;

fn all<'a>(
    text: &'a str,
    value: impl Parser<&'a str, Output = &'a str, Error = ()>,
) -> Vec<Field<'a>> {
    let name = take_till(|c| matches!(c, '=' | ','));
    let field = (name, opt(preceded((char('='), space0), value)));
    let fields = field.map(|(name, value): (&str, Option<&str>)| Field {
        name: name.trim(),
        value: value.unwrap_or_default().trim(),
    });
    separated_list0(char(','), fields).parse(text).map(|(_, fields)| fields).unwrap_or_default()
}

fn until_comma(text: &str) -> Parsed<'_> {
    take_till(|c| c == ',').parse(text)
}

fn in_quotes(text: &str) -> Parsed<'_> {
    let quoted = delimited(char('\''), take_till(|c| c == '\''), char('\''));
    // What stands between the closing quote and the comma belongs to nobody.
    terminated(quoted, until_comma).parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn pairs<'a>(fields: &[Field<'a>]) -> Vec<(&'a str, &'a str)> {
        fields.iter().map(|field| (field.name, field.value)).collect()
    }

    #[test]
    fn a_quoted_value_keeps_its_commas_and_a_plain_one_its_equals_signs() {
        let text = "da-status=success,from-PP='t=a,b&p=c',prompt, ru = http://x/?a=b ";
        let expected = vec![
            ("da-status", "success"),
            ("from-PP", "t=a,b&p=c"),
            ("prompt", ""),
            ("ru", "http://x/?a=b"),
        ];
        assert_eq!(pairs(&quoted(text)), expected);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_a_character() {
        assert_eq!(pairs(&quoted("a='b,c=d")), vec![("a", "'b"), ("c", "d")]);
        assert_eq!(pairs(&plain("a='b,c'")), vec![("a", "'b"), ("c'", "")]);
    }

    #[test]
    fn empty_fields_do_not_end_the_list() {
        assert_eq!(pairs(&plain(",,a=1")), vec![("", ""), ("", ""), ("a", "1")]);
        assert_eq!(pairs(&plain("=,a=1,")), vec![("", ""), ("a", "1"), ("", "")]);
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_needs_a_space_behind_it() {
        assert_eq!(after_scheme("Passport1.4 a=b"), Some("a=b"));
        assert_eq!(after_scheme(" passport1.4  a=b"), Some("a=b"));
        for other in ["", "Basic a=b", "Passport1.4", "Passport1.40 a=b", "é"] {
            assert_eq!(after_scheme(other), None, "{other}");
        }
    }
}
