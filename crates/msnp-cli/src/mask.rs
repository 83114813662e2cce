//! What of a command may be shown, and as which text.

use std::fmt::Write;

use msnp::codec::RawCommand;
pub(crate) use msnp::codec::secrets::MASK;
use msnp::codec::secrets::{is_secret_header, secret_words, words};
use msnp::core::{HttpRequest, Method};

/// The line of a command as text, without its end: proofs, tickets and cookies are masked.
pub(crate) fn line(command: RawCommand<'_>) -> String {
    let secret = secret_words(command);
    if secret.is_empty() || secret.start >= words(command).count() {
        return printable(command.line());
    }
    let shown = words(command).enumerate().map(|(at, word)| match secret.contains(&at) {
        true => MASK.to_owned(),
        false => printable(word),
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// The body of a command as lines of text: tickets in a profile are masked.
pub(crate) fn body(body: &[u8]) -> Vec<String> {
    let mut in_secret = false;
    let mut in_headers = true;
    let line = |line: &[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        in_headers &= !line.is_empty();
        let goes_on = matches!(line.first(), Some(b' ' | b'\t'));
        let name = line.split(|b| *b == b':').next().unwrap_or_default();
        in_secret = in_headers && (is_secret_header(name) || (in_secret && goes_on));
        match in_secret {
            true if goes_on => format!(" {MASK}"),
            true => format!("{}: {MASK}", printable(name)),
            false => printable(line),
        }
    };
    body.split(|b| *b == b'\n').map(line).collect()
}

/// Method and path of a request; what may follow the path holds credentials.
pub(crate) fn request(request: &HttpRequest) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let url = request.url.split(['?', ',', '#', ';']).next().unwrap_or_default();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None if url.starts_with('/') => url,
        None => "/",
    };
    format!("{method} {}", printable(path.as_bytes()))
}

/// Any bytes as text on one line. What is not printable UTF-8 is written `\xNN`, as are the
/// characters that would turn the order of the others around.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() || turns_around(c) {
                let mut buffer = [0; 4];
                escape(&mut shown, c.encode_utf8(&mut buffer).as_bytes());
            } else {
                shown.push(c);
            }
        }
        escape(&mut shown, chunk.invalid());
    }
    shown
}

fn escape(shown: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // A String takes whatever is written to it.
        let _ = write!(shown, "\\x{byte:02x}");
    }
}

fn turns_around(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use msnp::codec::{FrameLimits, Framer, Sender};
    use msnp::core::Version;

    use super::*;

    fn shown(sender: Sender, wire: &str) -> String {
        let mut framer = Framer::new(sender, Version::MSNP8, FrameLimits::SIGNED_IN);
        let wire = format!("{wire}\r\n");
        line(framer.next(wire.as_bytes()).unwrap().unwrap())
    }

    #[test]
    fn a_line_is_shown_as_it_was_said_but_for_its_secrets() {
        let wire = "USR 3 TWN S t=1&p= x";
        assert_eq!(shown(Sender::Client, wire), "USR 3 TWN S *** ***");
        assert_eq!(shown(Sender::Client, "CHG 4 NLN  0"), "CHG 4 NLN  0");
    }

    #[test]
    fn the_ticket_of_a_profile_is_masked_with_its_folded_lines() {
        let profile = b"MIME-Version: 1.0\r\nmspauth: one\r\n two\r\nsid: 7\r\n\r\nMSPAuth: text";
        assert_eq!(
            body(profile),
            ["MIME-Version: 1.0", "mspauth: ***", " ***", "sid: 7", "", "MSPAuth: text"]
        );
    }

    #[test]
    fn of_a_request_only_method_and_path_are_shown() {
        for (url, expected) in [
            ("http://a:b@127.0.0.1:8080/login?p=secret", "GET /login"),
            ("https://127.0.0.1", "GET /"),
            ("/login,p=secret", "GET /login"),
            ("secret", "GET /"),
        ] {
            assert_eq!(request(&HttpRequest::get(url)), expected);
        }
    }

    #[test]
    fn bytes_that_would_disturb_a_terminal_are_escaped() {
        assert_eq!(printable(b"a\x1b[2J\xff \xc3\xa9"), "a\\x1b[2J\\xff é");
        assert_eq!(printable("\u{202e}x".as_bytes()), "\\xe2\\x80\\xaex");
    }
}
