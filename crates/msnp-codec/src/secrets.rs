//! What of a command must not be shown to anybody: the one home of that knowledge, for logs,
//! traces and recordings.

use core::fmt;
use core::ops::Range;

use msnp_core::Account;

use crate::{RawCommand, Sender};

/// What stands where a secret was.
pub const MASK: &str = "***";

/// Which words of the line are secret: proofs, tickets and cookies. The verb is word 0, the
/// transaction id often word 1; the range is empty where none is, and may end beyond the line.
///
/// Where the form is not the expected one, rather too much is secret than too little.
pub fn secret_words(command: RawCommand<'_>) -> Range<usize> {
    let word = |at: usize| words(command).nth(at).unwrap_or_default();
    let account = |at| core::str::from_utf8(word(at)).is_ok_and(|text| Account::new(text).is_ok());
    match (command.sender(), command.verb().as_bytes()) {
        // On a switchboard: account and cookie.
        (Sender::Client, b"USR") if account(2) => 3..END,
        (Sender::Client, b"USR") if !matches!(word(2), b"MD5" | b"TWN" | b"SSO") => 2..END,
        (Sender::Client, b"USR") if word(3) == b"S" => 4..END,
        // The account, and later a place or nothing.
        (Sender::Client, b"USR") if word(3) == b"I" => 5..END,
        (Sender::Client, b"USR") => 3..END,
        // Account, cookie, session.
        (Sender::Client, b"ANS") if account(2) && words(command).count() == 5 => 3..4,
        (Sender::Client, b"ANS") => 2..END,
        // `XFR t SB address CKI cookie`
        (Sender::Server, b"XFR") if word(2) == b"SB" && word(4) == b"CKI" => 5..END,
        (Sender::Server, b"XFR") if word(2) == b"SB" => 4..END,
        (Sender::Server, b"XFR") if word(2) != b"NS" => 2..END,
        // `RNG session address CKI cookie account name`
        (Sender::Server, b"RNG") if word(3) == b"CKI" => 4..5,
        (Sender::Server, b"RNG") => 2..END,
        _ => 0..0,
    }
}

/// Whether the value of a header of this name is secret: in the profile `MSPAuth`, and what else
/// may be like it.
pub fn is_secret_header(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] =
        [b"MSPAuth", b"MSPProf", b"MSPSec", b"Authorization", b"Cookie", b"Set-Cookie"];
    NAMES.iter().any(|secret| name.trim_ascii().eq_ignore_ascii_case(secret))
}

/// The words of the line, the verb first.
pub fn words<'a>(command: RawCommand<'a>) -> impl Iterator<Item = &'a [u8]> {
    command.line().split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// The line for a log: escaped, and without its secrets.
pub(crate) struct Masked<'a>(pub(crate) RawCommand<'a>);

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = secret_words(self.0);
        if secret.is_empty() {
            return write!(f, "\"{}\"", self.0.line().escape_ascii());
        }
        f.write_str("\"")?;
        for (at, word) in words(self.0).enumerate() {
            let space = if at == 0 { "" } else { " " };
            match secret.contains(&at) {
                true => write!(f, "{space}{MASK}")?,
                false => write!(f, "{space}{}", word.escape_ascii())?,
            }
        }
        f.write_str("\"")
    }
}

const END: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use msnp_core::Version;

    use super::*;
    use crate::{FrameLimits, Framer};

    fn shown(sender: Sender, line: &str) -> String {
        let mut framer = Framer::new(sender, Version::MSNP8, FrameLimits::SIGNED_IN);
        let wire = format!("{line}\r\n");
        let command = framer.next(wire.as_bytes()).unwrap().unwrap();
        let secret = secret_words(command);
        let words = words(command).enumerate().map(|(at, word)| match secret.contains(&at) {
            true => MASK,
            false => core::str::from_utf8(word).unwrap(),
        });
        let shown = words.collect::<Vec<_>>().join(" ");
        assert_eq!(format!("{:?}", Masked(command)), format!("\"{shown}\""));
        shown
    }

    #[test]
    fn proofs_tickets_and_cookies_are_secret_and_nothing_else_is() {
        for (line, expected) in [
            ("USR 3 MD5 S 0a1b", "USR 3 MD5 S ***"),
            ("USR 3 TWN S t=1&p= x", "USR 3 TWN S *** ***"),
            ("USR 2 TWN I a@example.com", "USR 2 TWN I a@example.com"),
            ("USR 1 a@example.com 17.2", "USR 1 a@example.com ***"),
            ("ANS 1 a@example.com 17.2 9", "ANS 1 a@example.com *** 9"),
            ("CHG 4 NLN 0", "CHG 4 NLN 0"),
        ] {
            assert_eq!(shown(Sender::Client, line), expected);
        }
        for (line, expected) in [
            ("USR 3 MD5 S 123.456", "USR 3 MD5 S 123.456"),
            ("XFR 9 SB 127.0.0.1:1 CKI 17.2", "XFR 9 SB 127.0.0.1:1 CKI ***"),
            ("XFR 9 NS 127.0.0.1:1 0", "XFR 9 NS 127.0.0.1:1 0"),
            ("XFR 9 SB 127.0.0.1:1 17.2", "XFR 9 SB 127.0.0.1:1 ***"),
            (
                "RNG 7 127.0.0.1:1 CKI 17.2 a@example.com A%20A",
                "RNG 7 127.0.0.1:1 CKI *** a@example.com A%20A",
            ),
        ] {
            assert_eq!(shown(Sender::Server, line), expected);
        }
    }

    #[test]
    fn a_command_that_lost_its_form_shows_no_secret_either() {
        for line in [
            "USR 3 TWN t=secret",
            "USR 3 t=secret",
            "USR 3 XYZ S secret",
            "USR 3 TWN I a@example.com secret",
            "ANS 1 secret",
            "ANS 1 a@example.com secret",
            "ANS 1 a@example.com 17.2 9 secret",
            "USR\t3\tTWN\tS\tsecret",
        ] {
            let shown = shown(Sender::Client, line);
            assert!(!shown.contains("secret") && shown.contains(MASK), "{shown}");
        }
        for line in [
            "XFR 9 SB 127.0.0.1:1 secret",
            "XFR 9 secret",
            "RNG 7 127.0.0.1:1 secret a@example.com",
        ] {
            assert!(!shown(Sender::Server, line).contains("secret"), "{line}");
        }
    }

    #[test]
    fn cookies_and_tickets_in_headers_are_secret_and_the_age_of_somebody_is_not() {
        assert!([b"mspauth".as_slice(), b" Set-Cookie "].into_iter().all(is_secret_header));
        assert!(![b"Age".as_slice(), b"MSPAuthority", b""].into_iter().any(is_secret_header));
    }
}
