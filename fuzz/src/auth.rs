//! The target `auth`: challenges, and the headers of Passport in both roles.
//!
//! The first byte of an input says what is checked; the rest are the texts for it.

use core::time::Duration;

use msnp_auth::passport::{Authorization, Outcome, PassportChallenge, PassportUrls, login_path};
use msnp_auth::{Product, challenge, may_follow, md5_login};
use msnp_core::{ChallengeScheme, HttpResponse, Secret};

use crate::input::Input;

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 5 {
        0 => check_challenge(&mut input),
        1 => check_headers(&String::from_utf8_lossy(input.rest())),
        2 => check_authorization(&mut input),
        3 => check_outcome(&mut input),
        _ => check_addresses(&mut input),
    }
}

fn check_challenge(input: &mut Input<'_>) {
    let scheme = *input.pick(&[ChallengeScheme::Md5, ChallengeScheme::Mixed]);
    let product = input.pick(Product::ALL);
    let (sent, challenged, password) = (input.piece(), input.piece(), input.text());
    let answer = challenge::answer(scheme, challenged, product);
    let checked = challenge::check(scheme, challenged, product.id, answer.as_str());
    assert_eq!(checked, Ok(product), "the answer is right");
    let same = sent == answer.as_bytes();
    let checked = challenge::check(scheme, challenged, product.id, sent);
    assert_eq!(checked.is_ok(), same, "no other answer is");
    let known = Product::find(sent).is_some();
    assert_eq!(
        challenge::check(scheme, challenged, sent, answer.as_str()).is_ok(),
        known && sent == product.id.as_bytes()
    );

    let password = Secret::from(password);
    let response = md5_login::response(challenged, &password);
    assert!(
        md5_login::check(challenged, &password, response.as_str()),
        "the own response is right"
    );
    assert_eq!(md5_login::check(challenged, &password, sent), response.matches(sent));
}

/// Text that somebody sent.
fn check_headers(text: &str) {
    if let Ok(read) = Authorization::parse(text) {
        assert!(text.len() >= read.account.len(), "decoding makes nothing longer");
        let _ = read.setting("ct");
        let printed = Authorization::print(&read.account, &read.password, "ct=1").expect("plain");
        let again = Authorization::parse(printed.expose()).expect("what is printed can be read");
        assert_eq!((again.account, again.password), (read.account, read.password));
    }
    let parsed = Outcome::parse(text);
    if let Ok(outcome) = &parsed {
        let printed = outcome.print().expect("what was read can be printed");
        assert_eq!(Outcome::parse(printed.expose()).as_ref(), Ok(outcome), "it reads back");
    }
    let response = HttpResponse::new(200).header("authentication-info", text);
    assert_eq!(Outcome::of(&response), parsed, "the header is found");
    if let Ok(urls) = PassportUrls::parse(text) {
        let login = urls.login_url();
        assert!(may_follow("http://login.example.com/", &login).is_ok(), "a password may go there");
        assert_eq!(PassportUrls::parse(&urls.to_string()), Ok(urls), "it reads back");
        let _ = login_path(&login);
    }
    let _ = login_path(text);
}

/// A header of the client's own, whatever account, password and challenge are.
fn check_authorization(input: &mut Input<'_>) {
    let (account, password, challenge) = (input.text(), input.text(), input.text());
    let secret = Secret::from(password.as_str());
    if let Ok(printed) = Authorization::print(&account, &secret, &challenge) {
        assert!(!printed.expose().contains(['\r', '\n']), "nothing ends the header");
        let read = Authorization::parse(printed.expose()).expect("what is printed can be read");
        assert_eq!((read.account, read.password), (account, secret), "and says who it is");
    }
    let unix = Duration::from_secs(u64::from(input.number()));
    if let Ok(challenge) = PassportChallenge::new(unix, &input.text(), &input.text()) {
        let words = challenge.to_string();
        assert!(words.bytes().all(|b| b.is_ascii_graphic()), "a challenge is one word");
        let printed = Authorization::print("a@example.com", &Secret::from("x"), &words);
        let read = Authorization::parse(printed.expect("it can be printed").expose());
        let seconds = unix.as_secs().to_string();
        assert_eq!(read.expect("and read").setting("ct"), Some(seconds.as_str()));
    }
}

/// What the sign-in page says, whatever ticket and text are.
fn check_outcome(input: &mut Input<'_>) {
    let ticket = Secret::from(input.text());
    for outcome in [Outcome::Success { ticket }, Outcome::Failed { text: input.text() }] {
        let Ok(printed) = outcome.print() else { continue };
        assert!(!printed.expose().contains(['\r', '\n']), "nothing ends the header");
        assert_eq!(Outcome::parse(printed.expose()), Ok(outcome), "it reads back");
    }
}

fn check_addresses(input: &mut Input<'_>) {
    let (from, to) = (input.text(), input.text());
    if may_follow(&from, &to).is_ok() {
        let lower = to.to_ascii_lowercase();
        assert!(lower.starts_with("http://") || lower.starts_with("https://"));
        let leaves =
            from.to_ascii_lowercase().starts_with("https://") && lower.starts_with("http://");
        assert!(!leaves, "a password never leaves https");
    }
    if let Ok(urls) = PassportUrls::new(&to) {
        assert_eq!(PassportUrls::parse(&urls.to_string()), Ok(urls), "it reads back");
    }
}
