//! What holds for every input.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use msnp_auth::passport::{Authorization, Outcome, PassportChallenge, PassportUrls, login_path};
use msnp_auth::{HexDigest, Product, challenge, may_follow, md5_login};
use msnp_core::ChallengeScheme::{self, Md5, Mixed};
use msnp_core::Secret;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

fn product() -> impl Strategy<Value = &'static Product> {
    (0..Product::ALL.len()).prop_map(|place| &Product::ALL[place])
}

fn scheme() -> impl Strategy<Value = ChallengeScheme> {
    prop_oneof![Just(Md5), Just(Mixed)]
}

/// Text made of the pieces that these headers are made of, and of anything.
fn header() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        select(
            &[
                "Passport1.4 ",
                "da-status=",
                "success",
                "redir",
                "failed",
                "from-PP=",
                "cbtxt=",
                "'",
                "DALogin=",
                "sign-in=",
                "pwd=",
                ",",
                "=",
                "%",
                "%2",
                "%2C",
                "https://",
                "/",
                "(null)",
                "\r\n",
            ][..]
        )
        .prop_map(String::from),
        ".{0,4}",
    ];
    proptest::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_answered_and_checked(
        scheme in scheme(),
        challenge in any::<Vec<u8>>(),
        id in any::<Vec<u8>>(),
        response in any::<Vec<u8>>(),
        product in product(),
    ) {
        let answer: HexDigest = challenge::answer(scheme, &challenge, product);
        prop_assert!(answer.as_bytes().iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)));
        prop_assert_eq!(answer.as_str().as_bytes(), answer.as_bytes());
        let same = response == answer.as_bytes();
        prop_assert_eq!(challenge::check(scheme, &challenge, product.id, &response).is_ok(), same);
        prop_assert!(challenge::check(scheme, &challenge, &id, answer.as_str()).is_err());
    }

    #[test]
    fn the_answer_of_every_product_is_right(scheme in scheme(), challenge in any::<Vec<u8>>()) {
        for product in Product::ALL {
            let answer = challenge::answer(scheme, &challenge, product);
            let checked = challenge::check(scheme, &challenge, product.id, answer.as_str());
            prop_assert_eq!(checked, Ok(product));
        }
    }

    #[test]
    fn a_response_with_one_digit_changed_is_wrong(
        scheme in scheme(),
        challenge in "[0-9]{20}",
        product in product(),
        place in 0_usize..32,
    ) {
        let right = challenge::answer(scheme, &challenge, product);
        let mut wrong = *right.as_bytes();
        wrong[place] = if wrong[place] == b'0' { b'1' } else { b'0' };
        prop_assert!(challenge::check(scheme, &challenge, product.id, wrong).is_err());
    }

    #[test]
    fn the_own_response_to_an_md5_challenge_is_right(challenge in any::<Vec<u8>>(), password in ".*") {
        let password = Secret::from(password);
        let response = md5_login::response(&challenge, &password);
        prop_assert!(md5_login::check(&challenge, &password, response));
    }

    #[test]
    fn any_account_and_password_survive_the_header(
        account in any::<String>(),
        password in any::<String>(),
        now in any::<u32>(),
    ) {
        let now = core::time::Duration::from_secs(now.into());
        let challenge = PassportChallenge::new(now, "abc", "def").unwrap().to_string();
        let printed = Authorization::print(&account, &Secret::from(password.clone()), &challenge);
        let printed = printed.unwrap();
        prop_assert!(printed.expose().ends_with(&challenge));
        prop_assert!(printed.expose().bytes().all(|b| b == b' ' || b.is_ascii_graphic()));
        let read = Authorization::parse(printed.expose()).unwrap();
        prop_assert_eq!(&read.account, &account);
        prop_assert_eq!(read.password.expose(), &password);
        let seconds = now.as_secs().to_string();
        prop_assert_eq!(read.setting("ct"), Some(seconds.as_str()));
        prop_assert_eq!(read.setting("tpf"), Some("def"));
    }

    #[test]
    fn no_challenge_takes_the_place_of_account_or_password(challenge in header()) {
        if let Ok(printed) = Authorization::print("a@example.com", &Secret::from("x"), &challenge) {
            let read = Authorization::parse(printed.expose()).unwrap();
            prop_assert_eq!(read.account, "a@example.com");
            prop_assert_eq!(read.password.expose(), "x");
        }
    }

    #[test]
    fn what_a_login_page_says_survives_its_header(ticket in "[!-&(-~]{1,60}", text in any::<String>()) {
        let outcomes = [
            Outcome::Success { ticket: Secret::from(ticket) },
            Outcome::Redirect,
            Outcome::Failed { text },
        ];
        for outcome in outcomes {
            let printed = outcome.print().unwrap();
            prop_assert!(printed.expose().bytes().all(|b| b == b' ' || b.is_ascii_graphic()));
            prop_assert_eq!(Outcome::parse(printed.expose()), Ok(outcome));
        }
    }

    #[test]
    fn a_login_page_survives_its_header(
        scheme in select(&["", "http://", "https://"][..]),
        rest in "[a-z]{1,9}(:[0-9]{1,5})?(/[a-z0-9?=&:/%]{0,20})?",
    ) {
        let urls = PassportUrls::new(&format!("{scheme}{rest}")).unwrap();
        prop_assert_eq!(PassportUrls::parse(&urls.to_string()), Ok(urls.clone()));
        let expected = if scheme.is_empty() { "https://" } else { scheme };
        prop_assert_eq!(urls.login_url(), format!("{expected}{rest}"));
    }

    #[test]
    fn no_text_is_too_strange_to_read(text in header(), other in header()) {
        let _ = Authorization::parse(&text);
        let _ = Outcome::parse(&text);
        let _ = login_path(&text);
        if let Ok(urls) = PassportUrls::parse(&text) {
            prop_assert!(may_follow("http://a.example", &urls.login_url()).is_ok());
        }
        if let Ok(()) = may_follow(&text, &other) {
            prop_assert!(other.is_ascii() && !other.contains(['\r', '\n', ' ']));
        }
    }
}
