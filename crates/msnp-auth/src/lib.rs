//! How MSN Messenger clients prove who they are, and how servers check it.
//!
//! Pure functions over text: no connection, no clock, no randomness. Every part works in both
//! directions, so that a client and a server can each be built on it.
//!
//! | part | versions | what it proves |
//! |---|---|---|
//! | [`md5_login`] | MSNP2 to MSNP7 | the password, to the notification server |
//! | [`passport`] | MSNP8 to MSNP14 | the password, to a web page that gives a ticket for it |
//! | [`challenge`] | from MSNP6 | that the program is one of the [known products](Product::ALL) |
//!
//! [`may_follow`] decides whether a web request that carries a password may be redirected.
//!
//! # Signing in with MD5, and answering a challenge
//!
//! ```
//! use msnp_auth::{Product, challenge, md5_login};
//! use msnp_core::{Secret, Version};
//!
//! // <<< USR 3 MD5 S 1013928519.693957190
//! let response = md5_login::response("1013928519.693957190", &Secret::from("mypassword"));
//! // >>> USR 4 MD5 S 6f3963009fc8a9d2b2ff137da0905c55
//! assert_eq!(response.as_str(), "6f3963009fc8a9d2b2ff137da0905c55");
//!
//! // <<< CHL 0 13038318816579321232
//! let product = Product::find("PROD0101{0RM?UBW").unwrap();
//! let scheme = Version::MSNP11.challenge().unwrap();
//! let answer = challenge::answer(scheme, "13038318816579321232", product);
//! // >>> QRY 9 PROD0101{0RM?UBW 32
//! assert_eq!(answer.as_str(), "5f6ae998b8fa70c37b62980f71a0e736");
//!
//! // The server knows the same products.
//! let checked = challenge::check(scheme, "13038318816579321232", product.id, answer.as_str());
//! assert_eq!(checked, Ok(product));
//! ```
//!
//! # Signing in with Passport
//!
//! ```
//! use msnp_auth::passport::{Authorization, Outcome, PassportUrls};
//! use msnp_core::Secret;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//!
//! // The nexus names the login page in its PassportURLs header.
//! let urls = PassportUrls::parse("DARealm=Passport.Net,DALogin=login.example.com/login2.srf")?;
//! assert_eq!(urls.login_url(), "https://login.example.com/login2.srf");
//!
//! // The client sends its password there, with the challenge that USR TWN S gave it.
//! let sent = Authorization::print("alice@example.com", &Secret::from("a,b"), "ct=1,lc=1033")?;
//! let read = Authorization::parse(sent.expose())?;
//! assert_eq!(read.account, "alice@example.com");
//! assert_eq!(read.password.expose(), "a,b");
//!
//! // The page answers with a ticket for USR TWN S.
//! let given = Outcome::Success { ticket: Secret::from("t=EwDo%2b&p=") }.print()?;
//! let Outcome::Success { ticket } = Outcome::parse(given.expose())? else { panic!() };
//! assert_eq!(ticket.expose(), "t=EwDo%2b&p=");
//! # Ok(())
//! # }
//! ```

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod challenge;
mod digest;
pub mod md5_login;
pub mod passport;
mod percent;
mod product;
mod redirect;

pub use digest::HexDigest;
pub use product::Product;
pub use redirect::{RedirectRefused, may_follow};
