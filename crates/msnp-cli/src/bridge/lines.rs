//! Lines of any input, each of bounded length.

use std::io::{self, BufRead};

/// The most bytes of a line.
pub(crate) const LONGEST: usize = 1024 * 1024;

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Text(String),
    NotUtf8,
    TooLong,
}

/// The next line; none at the end. The last one needs no end of line. Of a line that is too long,
/// no more than what is allowed is held.
pub(crate) fn next(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let read = match input.fill_buf() {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read.is_empty() && line.is_empty() && !too_long {
            return Ok(None);
        }
        let end = read.iter().position(|byte| *byte == b'\n');
        let part = read.get(..end.unwrap_or(read.len())).unwrap_or_default();
        too_long |= line.len() + part.len() > LONGEST;
        if too_long {
            line.clear();
        } else {
            line.extend_from_slice(part);
        }
        let (over, taken) = match end {
            Some(at) => (true, at + 1),
            None => (read.is_empty(), read.len()),
        };
        input.consume(taken);
        if over {
            break;
        }
    }
    if too_long {
        return Ok(Some(Line::TooLong));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(String::from_utf8(line).map_or(Line::NotUtf8, Line::Text)))
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn all(bytes: &[u8], at_a_time: usize) -> Vec<Line> {
        let mut input = BufReader::with_capacity(at_a_time, bytes);
        std::iter::from_fn(|| next(&mut input).unwrap()).collect()
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        let bytes = b"one\r\n\ntwo \xe2\x99\xa5\n\xff\xff\nlast";
        let text = |text: &str| Line::Text(text.into());
        let expected = [text("one"), text(""), text("two ♥"), Line::NotUtf8, text("last")];
        for at_a_time in [1, 2, 3, 4096] {
            assert_eq!(all(bytes, at_a_time), expected, "{at_a_time}");
        }
        assert_eq!(all(b"", 16), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_is_read() {
        let longest = "a".repeat(LONGEST);
        let bytes = format!("{longest}\n{longest}a\nnext\n{longest}aa");
        let expected =
            [Line::Text(longest), Line::TooLong, Line::Text("next".into()), Line::TooLong];
        assert_eq!(all(bytes.as_bytes(), 8192), expected);
    }
}
