use std::io::{self, Write};
use std::sync::Mutex;

use super::*;
use crate::demo::watchdog::Watchdog;
use crate::dialogue::Style;
use crate::mask::MASK;
use crate::screen::Screen;

/// Everything that is written, on either stream.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn screen(written: &Written) -> Arc<Screen> {
    Arc::new(Screen::new(Box::new(written.clone()), Box::new(written.clone())))
}

/// Runs the whole demonstration. Gives what was shown, and what should not have been.
fn perform(version: Version, cut: bool) -> (String, Vec<String>) {
    let written = Written::default();
    let screen = screen(&written);
    let stage = Arc::new(Stage::new(screen.clone(), Style { cut, bodies: true, as_news: false }));
    let play = Play::new(version, Some(stage.clone())).unwrap();
    let mut secrets: Vec<String> =
        play.passwords.iter().map(|password| password.expose().to_owned()).collect();
    let mut report = Report::new(screen.clone(), false);
    play.run(&Watchdog::new(screen).unwrap(), &mut report);
    let shown = written.text();
    report.end().unwrap_or_else(|fault| panic!("{fault}\n{shown}"));
    for said in stage.unmasked() {
        secrets.extend(secrets_of(&said));
    }
    (shown, secrets)
}

/// The proofs, tickets, cookies and passwords in a command or header; an account of its own of
/// what `mask.rs` knows.
fn secrets_of(said: &str) -> Vec<String> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let mut secrets: Vec<&str> = match words.as_slice() {
        ["USR", _, account, cookie] if account.contains('@') => vec![cookie],
        ["USR", _, "MD5", "S", proof] if proof.len() == 32 => vec![proof],
        ["USR", _, "TWN", "S", ticket] if ticket.starts_with("t=") => vec![ticket],
        ["ANS", _, _, cookie, _] => vec![cookie],
        ["XFR", _, "SB", _, "CKI", cookie] => vec![cookie],
        ["RNG", _, _, "CKI", cookie, ..] => vec![cookie],
        _ => vec![],
    };
    // What stands between quotes, commas and ampersands, in headers too.
    for (name, end) in [("MSPAuth: ", '\r'), ("pwd=", ','), ("from-PP='", '\''), ("'t=", '&')] {
        if let Some((_, rest)) = said.split_once(name)
            && let Some(secret) = rest.split(end).next().filter(|secret| secret.len() > 7)
        {
            secrets.push(secret);
        }
    }
    secrets.into_iter().map(String::from).collect()
}

fn nothing_secret_is_shown(version: Version, at_least: usize) {
    let (shown, mut secrets) = perform(version, false);
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() >= at_least, "only {} secrets in {version}", secrets.len());
    assert!(shown.contains(MASK));
    for secret in secrets {
        assert!(secret.len() > 7, "{secret} is too short to be sought");
        assert!(!shown.contains(&secret), "{version} shows {secret} in\n{shown}");
    }
}

#[test]
fn nothing_secret_is_shown_in_msnp7() {
    // Two passwords and two proofs; the cookies of two rooms, two invitations.
    nothing_secret_is_shown(Version::MSNP7, 7);
}

#[test]
fn nothing_secret_is_shown_in_msnp8() {
    // Here tickets, too, whole and in part.
    nothing_secret_is_shown(Version::MSNP8, 9);
}

#[test]
fn nothing_secret_is_shown_in_msnp11() {
    nothing_secret_is_shown(Version::MSNP11, 9);
}

#[test]
fn the_search_for_secrets_finds_each_kind() {
    for (said, secret) in [
        ("USR 3 MD5 S 0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
        ("USR 1 a@example.com 17262740.1050826919", "17262740.1050826919"),
        ("ANS 1 a@example.com 17262740.1050826919 9", "17262740.1050826919"),
        ("XFR 9 SB 127.0.0.1:1 CKI 17262740.1050826919", "17262740.1050826919"),
        ("RNG 7 127.0.0.1:1 CKI 17262740.1050826919 a@example.com A", "17262740.1050826919"),
        ("MSG Hotmail Hotmail 30\r\nMSPAuth: 2aAaAaAa\r\nx: y", "2aAaAaAa"),
        ("Authorization: Passport1.4 sign-in=a,pwd=swordfish,lc=1", "swordfish"),
        ("Authentication-Info: Passport1.4 da-status=success,from-PP='t=abcdefgh&p='", "abcdefgh"),
    ] {
        assert!(secrets_of(said).iter().any(|found| found == secret), "{said}");
    }
}

#[test]
fn what_is_shown_fits_eighty_columns_and_names_who_speaks() {
    let (shown, _) = perform(Version::MSNP11, true);
    let too_long: Vec<&str> = shown.lines().filter(|line| line.chars().count() > 80).collect();
    assert_eq!(too_long, Vec::<&str>::new());
    for introduced in ["<o> alice, dispatch server 127.0.0.1:", "<o> bob, switchboard 127.0.0.1:"] {
        assert!(shown.contains(introduced), "{introduced}");
    }
    for said in [">>> VER 1 MSNP11 CVR0\n", "<<< XFR 3 NS 127.0.0.1:", "Привет, Alice!\n"] {
        assert!(shown.contains(said), "{said}");
    }
    assert!(!shown.contains('\r') && !shown.contains('\x1b'));
}

#[test]
fn a_step_that_fails_is_named_with_its_reason_and_ends_nothing_else() {
    let written = Written::default();
    let screen = screen(&written);
    let mut play = Play::new(Version::MSNP7, None).unwrap();
    // Nobody knows this password, so alice cannot sign in.
    play.passwords[0] = Secret::from("something else");
    let mut report = Report::new(screen.clone(), false);
    play.run(&Watchdog::new(screen).unwrap(), &mut report);
    assert!(report.end().is_err());
    let shown = written.text();
    let words: Vec<&str> = shown.split_whitespace().collect();
    assert!(words.join(" ").contains("the account or the password is wrong"), "{shown}");
    assert!(shown.contains("the server stops                                      ok"), "{shown}");
}
