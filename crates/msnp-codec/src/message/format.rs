use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use nom::bytes::complete::{tag, take_till};
use nom::combinator::opt;
use nom::multi::separated_list0;
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// How a text is to look: the value of the header `X-MMS-IM-Format`.
///
/// | field | meaning |
/// |---|---|
/// | `FN` | font, percent-encoded |
/// | `EF` | effects, any of `B` `I` `U` `S` |
/// | `CO` | colour, hexadecimal, blue first, leading zeros dropped: `ff` is red |
/// | `CS` | Windows charset of the font, a hexadecimal byte |
/// | `PF` | family and pitch of the font, a hexadecimal digit each, a leading zero dropped |
/// | `RL` | `1`: written from right to left; otherwise absent |
///
/// Reading takes the fields in any order and letter case, with or without a space after the
/// semicolon. A missing or unreadable field has its default value; an unknown one is passed over
/// and does not survive. `Display` writes the fields in the order of the table, which is the one
/// that the official service is said to have insisted on.
///
/// ```
/// use msnp_codec::message::{Colour, TextFormat};
///
/// let format = TextFormat::parse(b"FN=MS%20Sans%20Serif; EF=BI; CO=ff; CS=cc; PF=22");
/// assert_eq!(format.font, "MS Sans Serif");
/// assert!(format.effects.bold && format.effects.italic);
/// assert_eq!(format.colour, Colour { red: 255, green: 0, blue: 0 });
/// assert_eq!(format.to_string(), "FN=MS%20Sans%20Serif; EF=BI; CO=ff; CS=cc; PF=22");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFormat {
    /// Name of the font. Old programs keep its first 31 characters only.
    pub font: String,
    /// Bold and the like.
    pub effects: Effects,
    /// Colour of the text.
    pub colour: Colour,
    /// Windows charset of the font: 0 Western, 204 Russian. It says nothing about the encoding of
    /// the text.
    pub charset: u8,
    /// Family of the font: 0 any, 1 Roman, 2 Swiss, 3 Modern, 4 Script, 5 Decorative. 0 to 15.
    pub family: u8,
    /// Pitch of the font: 0 any, 1 fixed, 2 variable. 0 to 15.
    pub pitch: u8,
    /// Written from right to left, and set at the right edge.
    pub right_to_left: bool,
}

impl TextFormat {
    /// Reads the value of the header. No value is refused.
    pub fn parse(value: &[u8]) -> Self {
        let mut format = Self::default();
        let fields = fields(value).map(|(_, fields)| fields).unwrap_or_default();
        for (name, value) in fields {
            let (name, value) = (name.trim_ascii(), value.trim_ascii());
            if name.eq_ignore_ascii_case(b"FN") {
                format.font = decode_font(value);
            } else if name.eq_ignore_ascii_case(b"EF") {
                format.effects = Effects::parse(value);
            } else if name.eq_ignore_ascii_case(b"CO") {
                format.colour = hexadecimal(value).map(Colour::from_wire).unwrap_or_default();
            } else if name.eq_ignore_ascii_case(b"CS") {
                format.charset = byte(value).unwrap_or_default();
            } else if name.eq_ignore_ascii_case(b"PF") {
                if let Some(both) = byte(value) {
                    (format.family, format.pitch) = (both >> 4, both & 15);
                }
            } else if name.eq_ignore_ascii_case(b"RL") {
                format.right_to_left = value == b"1";
            }
        }
        format
    }
}

impl Default for TextFormat {
    /// Black, plain `MS Sans Serif`, Swiss, of variable pitch.
    fn default() -> Self {
        Self {
            font: "MS Sans Serif".to_owned(),
            effects: Effects::default(),
            colour: Colour::default(),
            charset: 0,
            family: 2,
            pitch: 2,
            right_to_left: false,
        }
    }
}

impl fmt::Display for TextFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FN=")?;
        encode_font(&self.font, f)?;
        write!(f, "; EF={}; CO={:x}", self.effects, self.colour.to_wire())?;
        let pitch_and_family = (self.family & 15) << 4 | (self.pitch & 15);
        write!(f, "; CS={:x}; PF={pitch_and_family:x}", self.charset)?;
        if self.right_to_left {
            f.write_str("; RL=1")?;
        }
        Ok(())
    }
}

/// What is done to the letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// `B`
    pub bold: bool,
    /// `I`
    pub italic: bool,
    /// `U`
    pub underline: bool,
    /// `S`
    pub strikeout: bool,
}

impl Effects {
    fn parse(letters: &[u8]) -> Self {
        let has = |letter: u8| letters.iter().any(|other| other.eq_ignore_ascii_case(&letter));
        Self { bold: has(b'B'), italic: has(b'I'), underline: has(b'U'), strikeout: has(b'S') }
    }
}

impl fmt::Display for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters =
            [(self.bold, 'B'), (self.italic, 'I'), (self.underline, 'U'), (self.strikeout, 'S')];
        letters.into_iter().filter(|(on, _)| *on).try_for_each(|(_, letter)| f.write_char(letter))
    }
}

/// The colour of a text; black by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colour {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
}

impl Colour {
    fn from_wire(number: u32) -> Self {
        let [_, blue, green, red] = number.to_be_bytes();
        Self { red, green, blue }
    }

    const fn to_wire(self) -> u32 {
        u32::from_be_bytes([0, self.blue, self.green, self.red])
    }
}

type Field<'a> = (&'a [u8], &'a [u8]);

fn fields(input: &[u8]) -> IResult<&[u8], Vec<Field<'_>>> {
    separated_list0(tag(&b";"[..]), field).parse(input)
}

fn field(input: &[u8]) -> IResult<&[u8], Field<'_>> {
    let name = take_till(|byte| matches!(byte, b'=' | b';'));
    let value = preceded(tag(&b"="[..]), take_till(|byte| byte == b';'));
    (name, opt(value)).map(|(name, value)| (name, value.unwrap_or_default())).parse(input)
}

/// The last eight digits count; none for anything but digits.
fn hexadecimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits
        .iter()
        .try_fold(0_u32, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
}

fn byte(digits: &[u8]) -> Option<u8> {
    hexadecimal(digits).and_then(|number| u8::try_from(number).ok())
}

/// A `%` that two hexadecimal digits do not follow stays as it is.
fn decode_font(mut encoded: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    while let Some((first, after)) = encoded.split_first() {
        encoded = after;
        let escaped = match after {
            [high, low, rest @ ..] if *first == b'%' => byte(&[*high, *low]).map(|b| (b, rest)),
            _ => None,
        };
        match escaped {
            Some((byte, rest)) => {
                bytes.push(byte);
                encoded = rest;
            }
            None => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Only what would end the field or the line is encoded, as the official client did.
fn encode_font(font: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let escaped = |b: u8| matches!(b, b' ' | b'%' | b';' | b'\0'..=b'\x1f' | b'\x7f');
    for part in font.split_inclusive(|letter| u8::try_from(letter).is_ok_and(escaped)) {
        match part.as_bytes() {
            [.., last] if escaped(*last) => {
                f.write_str(part.get(..part.len() - 1).unwrap_or_default())?;
                write!(f, "%{last:02X}")?;
            }
            _ => f.write_str(part)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_vector_of_the_reference_reads_as_it_says() {
        let line = "FN=MS%20Sans%20Serif; EF=BI; CO=ff; CS=cc; PF=22";
        let format = TextFormat::parse(line.as_bytes());
        let expected = TextFormat {
            font: "MS Sans Serif".into(),
            effects: Effects { bold: true, italic: true, ..Effects::default() },
            colour: Colour { red: 0xff, green: 0, blue: 0 },
            charset: 204,
            family: 2,
            pitch: 2,
            right_to_left: false,
        };
        assert_eq!(format, expected);
        assert_eq!(format.to_string(), line);
    }

    #[test]
    fn fields_come_in_any_order_and_case_with_or_without_spaces() {
        let expected = TextFormat::parse(b"FN=Arial; EF=BIUS; CO=8000ff; CS=1; PF=0; RL=1");
        for line in [
            &b"rl=1;pf=0;cs=1;co=8000FF;ef=suib;fn=Arial"[..],
            b"; CO = 8000ff ;; RL=1; XX=9; EF=BIUS; PF=0;CS=1; FN=Arial;",
        ] {
            assert_eq!(TextFormat::parse(line), expected);
        }
    }

    #[test]
    fn missing_and_unreadable_fields_have_their_default() {
        for line in [&b""[..], b";;;", b"EF=; RL=0", b"CO=red; CS=1ff; PF=; RL=yes", b"\xff=\xff"] {
            assert_eq!(TextFormat::parse(line), TextFormat::default(), "{line:?}");
        }
    }

    #[test]
    fn a_colour_has_blue_first_and_drops_leading_zeros() {
        for (written, colour, printed) in [
            ("ff0000", Colour { red: 0, green: 0, blue: 255 }, "ff0000"),
            ("000000", Colour::default(), "0"),
            ("8000", Colour { red: 0, green: 128, blue: 0 }, "8000"),
            ("ff00ff00", Colour { red: 0, green: 255, blue: 0 }, "ff00"),
        ] {
            let format = TextFormat::parse(alloc::format!("CO={written}").as_bytes());
            assert_eq!(format.colour, colour, "{written}");
            let expected = alloc::format!("; CO={printed}; ");
            assert!(format.to_string().contains(&expected), "{format}");
        }
    }

    #[test]
    fn broken_escapes_in_a_font_stay_literal() {
        assert_eq!(TextFormat::parse(b"FN=100%;").font, "100%");
        assert_eq!(TextFormat::parse(b"FN=%he%2").font, "%he%2");
        assert_eq!(TextFormat::parse(b"FN=a%+1%C3%A9").font, "a%+1é");
        assert_eq!(TextFormat::parse(b"FN=%ff").font, "\u{fffd}");
    }

    fn any_format() -> impl Strategy<Value = TextFormat> {
        let effects = any::<[bool; 4]>().prop_map(|[bold, italic, underline, strikeout]| Effects {
            bold,
            italic,
            underline,
            strikeout,
        });
        let colour = any::<[u8; 3]>().prop_map(|[red, green, blue]| Colour { red, green, blue });
        (any::<String>(), effects, colour, any::<u8>(), 0..16_u8, 0..16_u8, any::<bool>()).prop_map(
            |(font, effects, colour, charset, family, pitch, right_to_left)| TextFormat {
                font,
                effects,
                colour,
                charset,
                family,
                pitch,
                right_to_left,
            },
        )
    }

    proptest! {
        #[test]
        fn a_printed_format_is_read_back(format in any_format()) {
            let line = format.to_string();
            prop_assert!(!line.contains(['\r', '\n', '\0']));
            prop_assert_eq!(TextFormat::parse(line.as_bytes()), format);
        }

        #[test]
        fn no_value_is_refused(
            value in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..80),
                "((FN|EF|CO|CS|PF|RL|X)?=?[%0-9a-gBIUS ]{0,9};){0,8}".prop_map(String::into_bytes),
            ],
        ) {
            TextFormat::parse(&value);
        }
    }
}
