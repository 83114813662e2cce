//! What of a command may be shown, and as which text.

use std::fmt::Write;
use std::ops::Range;

use msnp::codec::{RawCommand, Sender};
use msnp::core::{Account, HttpRequest, Method};

/// What stands where a secret was.
pub(crate) const MASK: &str = "***";

/// The line of a command as text, without its end: proofs, tickets and cookies are masked.
pub(crate) fn line(command: RawCommand<'_>) -> String {
    let words: Vec<&[u8]> = words(command.line()).collect();
    let secret = secret_words(command, &words);
    if secret.is_empty() || secret.start >= words.len() {
        return printable(command.line());
    }
    let shown = words.iter().enumerate().map(|(at, word)| match secret.contains(&at) {
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

/// Which words of the line are secret; the verb is word 0, the transaction id often word 1.
///
/// Where the form is not the expected one, rather too much is masked than too little.
fn secret_words(command: RawCommand<'_>, words: &[&[u8]]) -> Range<usize> {
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    let account = |at| str::from_utf8(word(at)).is_ok_and(|text| Account::new(text).is_ok());
    match (command.sender(), command.verb().as_bytes()) {
        // On a switchboard: account and cookie.
        (Sender::Client, b"USR") if account(2) => 3..END,
        (Sender::Client, b"USR") if !matches!(word(2), b"MD5" | b"TWN" | b"SSO") => 2..END,
        (Sender::Client, b"USR") if word(3) == b"S" => 4..END,
        // The account, and later a place or nothing.
        (Sender::Client, b"USR") if word(3) == b"I" => 5..END,
        (Sender::Client, b"USR") => 3..END,
        // Account, cookie, session.
        (Sender::Client, b"ANS") if account(2) && words.len() == 5 => 3..4,
        (Sender::Client, b"ANS") => 2..END,
        // `XFR t SB address CKI cookie`
        (Sender::Server, b"XFR") if word(2) == b"SB" && word(4) == b"CKI" => 5..END,
        (Sender::Server, b"XFR") if word(2) == b"SB" => 4..END,
        // `RNG session address CKI cookie account name`
        (Sender::Server, b"RNG") if word(3) == b"CKI" => 4..5,
        (Sender::Server, b"RNG") => 3..END,
        _ => 0..0,
    }
}

const END: usize = usize::MAX;

/// Headers that hold tickets: in the profile (`MSPAuth`), and in whatever else may be like it.
fn is_secret_header(name: &[u8]) -> bool {
    [&b"MSPAuth"[..], b"MSPProf", b"MSPSec", b"Authorization", b"Cookie", b"Set-Cookie"]
        .iter()
        .any(|secret| name.trim_ascii().eq_ignore_ascii_case(secret))
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty())
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
    use msnp::codec::{FrameLimits, Framer};
    use msnp::core::Version;

    use super::*;

    fn shown(sender: Sender, wire: &str) -> String {
        let mut framer = Framer::new(sender, Version::MSNP8, FrameLimits::SIGNED_IN);
        let wire = format!("{wire}\r\n");
        line(framer.next(wire.as_bytes()).unwrap().unwrap())
    }

    #[test]
    fn proofs_tickets_and_cookies_are_masked_and_nothing_else() {
        let from_client = |wire: &str| shown(Sender::Client, wire);
        let from_server = |wire: &str| shown(Sender::Server, wire);
        assert_eq!(from_client("USR 3 MD5 S 0a1b"), "USR 3 MD5 S ***");
        assert_eq!(from_client("USR 3 TWN S t=1&p= x"), "USR 3 TWN S *** ***");
        assert_eq!(from_client("USR 2 TWN I a@example.com"), "USR 2 TWN I a@example.com");
        assert_eq!(from_client("USR 1 a@example.com 17.2"), "USR 1 a@example.com ***");
        assert_eq!(from_client("ANS 1 a@example.com 17.2 9"), "ANS 1 a@example.com *** 9");
        assert_eq!(from_server("USR 3 MD5 S 123.456"), "USR 3 MD5 S 123.456");
        assert_eq!(from_server("XFR 9 SB 127.0.0.1:1 CKI 17.2"), "XFR 9 SB 127.0.0.1:1 CKI ***");
        assert_eq!(from_server("XFR 9 NS 127.0.0.1:1 0"), "XFR 9 NS 127.0.0.1:1 0");
        assert_eq!(
            from_server("RNG 7 127.0.0.1:1 CKI 17.2 a@example.com A%20A"),
            "RNG 7 127.0.0.1:1 CKI *** a@example.com A%20A"
        );
        assert_eq!(from_client("CHG 4 NLN  0"), "CHG 4 NLN  0");
    }

    #[test]
    fn a_command_that_lost_its_form_shows_no_secret_either() {
        for wire in [
            "USR 3 TWN t=secret",
            "USR 3 t=secret",
            "USR 3 XYZ S secret",
            "USR 3 TWN I a@example.com secret",
            "ANS 1 secret",
            "ANS 1 a@example.com secret",
            "USR\t3\tTWN\tS\tsecret",
        ] {
            let shown = shown(Sender::Client, wire);
            assert!(!shown.contains("secret") && shown.contains(MASK), "{shown}");
        }
        for wire in ["XFR 9 SB 127.0.0.1:1 secret", "RNG 7 127.0.0.1:1 secret a@example.com"] {
            assert!(!shown(Sender::Server, wire).contains("secret"), "{wire}");
        }
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
