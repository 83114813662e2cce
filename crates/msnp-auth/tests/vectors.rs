//! Every known answer, as a table: published ones, ones computed independently of this code, and
//! ones that programs of that time gave.
#![allow(clippy::unwrap_used)]

use msnp_auth::challenge::{self, CheckError};
use msnp_auth::{Product, md5_login};
use msnp_core::ChallengeScheme::{self, Md5, Mixed};
use msnp_core::Secret;

#[test]
fn md5_sign_in_gives_the_known_responses() {
    for (challenge, password, response) in [
        // Published with descriptions of the protocol.
        ("1013928519.693957190", "mypassword", "6f3963009fc8a9d2b2ff137da0905c55"),
        ("abcdefg", "1234567", "d1713d0f1d2e8fae230328d8fd59de01"),
        // Computed.
        ("1013928519.693957190", "password", "7f919fab309532df353c901430df36fa"),
    ] {
        let password = Secret::from(password);
        assert_eq!(md5_login::response(challenge, &password).as_str(), response);
        assert!(md5_login::check(challenge, &password, response));
        assert!(!md5_login::check(challenge, &password, response.to_uppercase()));
        assert!(!md5_login::check(challenge, &Secret::from("Password"), response));
        assert!(!md5_login::check("1013928519.693957191", &password, response));
    }
}

/// Scheme, product id, challenge, answer.
type Row = (ChallengeScheme, &'static str, &'static str, &'static str);

const ANSWERS: &[Row] = &[
    // Computed: plain MD5.
    (Md5, "msmsgs@msnmsgr.com", "22210219642164014968", "eedf627f65e76d031255a605f5841204"),
    (Md5, "PROD0038W!61ZTF9", "22210219642164014968", "c60f42bcef15148c614190c61e8eebf6"),
    // Published with twisted.
    (Md5, "msmsgs@msnmsgr.com", "15570131571988941333", "8f2f5a91b72102cd28355e9fc9000d6e"),
    // Published with the Java MSN Library.
    (Md5, "msmsgs@msnmsgr.com", "22299241447072743325", "20dba7e6e9817826b9cd5240cc8add99"),
    // Given by Pidgin 2.4.3.
    (Md5, "PROD0038W!61ZTF9", "15570131571988941333", "ca90e6a7c94a14aae7b3ae0f6018433e"),
    (Md5, "PROD0038W!61ZTF9", "222102196421640149681234", "cdaa2c63e5543f8a19774b1863bffe2c"),
    // Published with Kopete.
    (Mixed, "PROD0101{0RM?UBW", "13038318816579321232", "5f6ae998b8fa70c37b62980f71a0e736"),
    (Mixed, "PROD0101{0RM?UBW", "23055170411503520698", "934ab429609709f4fe70e5fa930993c2"),
    (Mixed, "PROD0101{0RM?UBW", "37819769320541083311", "40575bf9740af7cad8671211e417d0cb"),
    (Mixed, "PROD0101{0RM?UBW", "93662730714769834295", "003ed1b1be3ca0d81f83a587ebbe3675"),
    (Mixed, "PROD01065C%ZFN6F", "15570131571988941333", "47d2b1e24f85947bdd29b3bfe29f027b"),
    (Mixed, "PROD01065C%ZFN6F", "93662730714769834295", "1fd1345b59d9e2c1af131e00b51ddb96"),
    (Mixed, "PROD01065C%ZFN6F", "13038318816579321232", "f52409e13833d91f66af73abfced22bf"),
    (Mixed, "PROD01065C%ZFN6F", "23055170411503520698", "780ee59b51acfd094658a55181fed7ca"),
    // Computed from the description, by two implementations.
    (Mixed, "PROD0038W!61ZTF9", "22210219642164014968", "ef74d3aae1ee958c483a01d010756af6"),
    (Mixed, "PROD0090YUAUV{2B", "22210219642164014968", "85ecb0db8f32113df79ce0892b9a102c"),
    (Mixed, "PROD0101{0RM?UBW", "22210219642164014968", "64812169fe9717715f03c678fa4ab938"),
    (Mixed, "PROD01065C%ZFN6F", "22210219642164014968", "5a7ca864d9edaedfd464bbbd8e1a7c1c"),
    (Mixed, "PROD0112J1LW7%NB", "22210219642164014968", "82b096fe53bbc00f9c8436a2fbc48f0d"),
    (Mixed, "PROD0113H11T8$X_", "22210219642164014968", "52e41a335075c63e132d6f3a497fd82b"),
    (Mixed, "PROD0114ES4Z%Q5W", "22210219642164014968", "e790b908276bb51115fa7eb3c8a36315"),
    (Mixed, "PROD0118R6%2WYOS", "22210219642164014968", "8c24d791ee3a1064557c99fcf95fde72"),
    (Mixed, "PROD0119GSJUC$18", "22210219642164014968", "a400af809ac86fbdf6deec7286fc06b8"),
    (Mixed, "PROD0120PW!CCV9@", "22210219642164014968", "6e92a312bf6b70ee58e75a1e3315695c"),
    (Mixed, "PROD0090YUAUV{2B", "13038318816579321232", "b01c13020e374d4fa20abfad6981b7a9"),
    (Mixed, "PROD0112J1LW7%NB", "13038318816579321232", "d187bfbdfc8d3746ba8a9037235c7267"),
    (Mixed, "PROD0113H11T8$X_", "13038318816579321232", "3b25f5aab8143dd9a47971541666ae0e"),
    (Mixed, "PROD0114ES4Z%Q5W", "13038318816579321232", "d29978c57727acabb46c60fc0166c5cb"),
    (Mixed, "PROD0118R6%2WYOS", "13038318816579321232", "c1f8fb8a2625af1774b0e003451691e5"),
    (Mixed, "PROD0119GSJUC$18", "13038318816579321232", "d7ab624e79b048bd0ff594bfb8be089a"),
    (Mixed, "PROD0120PW!CCV9@", "13038318816579321232", "b2b292178e786b7cc16971fabeb5a597"),
    // Computed: the lock key of offline messages is the answer to a shorter challenge.
    (Mixed, "PROD0119GSJUC$18", "1850937852", "844559b18ac25f3affb9281fd729203c"),
    // Given by four programs of the libpurple family, 2.5.9 to the present.
    (Mixed, "PROD0119GSJUC$18", "15570131571988941333", "521fdf1c2586c53b01b2b2653dc9085f"),
    // Given by msn-pecan.
    (Mixed, "PROD0101{0RM?UBW", "15570131571988941333", "a2bcaf5dec2e7407282d443a8e38abd8"),
    // A whole number of words: nothing is added. The first two are computed, the last was given by
    // the libpurple family.
    (Mixed, "PROD0120PW!CCV9@", "123456789012345678901234", "27a63cfd509207abf820017fb50ee2b3"),
    (Mixed, "PROD0090YUAUV{2B", "1234567890123456", "8479bcf63bcca9262f389e1b7e5f5e3c"),
    (Mixed, "PROD0119GSJUC$18", "222102196421640149681234", "796785a3ec4d0a2163673feb5e9fe22b"),
];

/// The same, from those who add eight zeros to a whole number of words. The last was given by
/// msn-pecan.
const OTHER_PADDING: &[Row] = &[
    (Mixed, "PROD0120PW!CCV9@", "123456789012345678901234", "b5b551a8f1f440a56a336c2a1468a5bd"),
    (Mixed, "PROD0090YUAUV{2B", "1234567890123456", "64b46596fb2b4a50cff5477bbeb8bd4a"),
    (Mixed, "PROD0101{0RM?UBW", "222102196421640149681234", "14dc40cb30a006b0654a88cef783e4cf"),
];

#[test]
fn challenges_get_the_known_answers() {
    for &(scheme, id, challenge, answer) in ANSWERS {
        let product = Product::find(id).unwrap();
        assert_eq!(challenge::answer(scheme, challenge, product).as_str(), answer, "{id}");
        assert_eq!(challenge::check(scheme, challenge, id, answer), Ok(product), "{id}");
    }
}

#[test]
fn a_server_accepts_both_ways_to_pad() {
    for &(scheme, id, challenge, answer) in OTHER_PADDING {
        let product = Product::find(id).unwrap();
        assert_eq!(challenge::check(scheme, challenge, id, answer), Ok(product), "{id}");
        assert_ne!(challenge::answer(scheme, challenge, product).as_str(), answer, "{id}");
    }
}

#[test]
fn an_answer_to_another_challenge_or_of_another_scheme_or_product_is_wrong() {
    let (id, challenge, answer) =
        ("PROD0101{0RM?UBW", "13038318816579321232", "5f6ae998b8fa70c37b62980f71a0e736");
    let check = challenge::check;
    let wrong = Err(CheckError::WrongResponse);
    assert_eq!(check(Mixed, "13038318816579321233", id, answer), wrong);
    assert_eq!(check(Md5, challenge, id, answer), wrong);
    assert_eq!(check(Mixed, challenge, "PROD0120PW!CCV9@", answer), wrong);
    assert_eq!(check(Mixed, challenge, id, ""), wrong);
    assert_eq!(check(Mixed, challenge, id, "5f6ae998"), wrong);
    assert_eq!(check(Mixed, challenge, id, &answer.to_uppercase()), wrong);
}

#[test]
fn a_product_that_is_not_known_is_told_apart_from_a_wrong_answer() {
    let answer = "5f6ae998b8fa70c37b62980f71a0e736";
    for id in ["", "PROD0101", "prod0101{0rm?ubw", "PROD00517IFH4@RV"] {
        let checked = challenge::check(Mixed, "13038318816579321232", id, answer);
        assert_eq!(checked, Err(CheckError::UnknownProduct), "{id}");
    }
}
