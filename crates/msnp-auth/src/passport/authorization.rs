use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use msnp_core::Secret;

use super::challenge::ChallengeUnprintable;
use super::fields::{self, Field};
use crate::percent;

/// The value of the `Authorization` header with which a client asks the login page for a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The account, decoded, as sent: it may be none.
    pub account: String,
    /// The password, decoded.
    pub password: Secret,
    settings: Vec<(String, String)>,
}

impl Authorization {
    /// The value of the header. `challenge` is the text of `USR TWN S`, which is sent verbatim.
    ///
    /// Account and password are percent-encoded, commas too.
    ///
    /// # Errors
    /// [`ChallengeUnprintable`] when the challenge holds a control character or anything outside
    /// ASCII, which would end the header early.
    pub fn print(
        account: &str,
        password: &Secret,
        challenge: &str,
    ) -> Result<Secret, ChallengeUnprintable> {
        if !challenge.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(ChallengeUnprintable);
        }
        let account = percent::encode(account);
        let password = percent::encode(password.expose());
        Ok(Secret::new(format!(
            "Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
             sign-in={account},pwd={password},{challenge}"
        )))
    }

    /// Reads the value of the header.
    ///
    /// Account and password are decoded; what is no escape stands for itself, as some clients
    /// escape nothing. A raw password that holds a comma ends there, and one with something like
    /// `%41` in it is read as if it were escaped: the header does not tell.
    ///
    /// # Errors
    /// [`AuthorizationError`] says what is missing or cannot be read.
    pub fn parse(value: &str) -> Result<Self, AuthorizationError> {
        let rest = fields::after_scheme(value).ok_or(AuthorizationError::NotPassport)?;
        let fields = fields::plain(rest);
        // The first of each name counts: the challenge behind them is not the client's own text.
        let account = given(&fields, "sign-in").ok_or(AuthorizationError::NoAccount)?;
        let password = given(&fields, "pwd").ok_or(AuthorizationError::NoPassword)?;
        Ok(Self {
            account: decoded(account)?,
            password: Secret::new(decoded(password)?),
            settings: fields
                .iter()
                .filter(|field| !OWN.iter().any(|name| field.name.eq_ignore_ascii_case(name)))
                .map(|field| (field.name.into(), field.value.into()))
                .collect(),
        })
    }

    /// One setting of the challenge that the client gave back, such as `ct` or `tpf`, as sent.
    ///
    /// Clients leave some out, or send `(null)` for them, which is none as well.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let (_, value) = self.settings.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        (value != NULL).then_some(value)
    }
}

/// Why an `Authorization` header names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// It is of another scheme, such as `Basic`.
    #[error("the header is not of the scheme Passport1.4")]
    NotPassport,
    /// There is no `sign-in`.
    #[error("the header names no account")]
    NoAccount,
    /// There is no `pwd`.
    #[error("the header has no password")]
    NoPassword,
    /// An account or password is not UTF-8 once decoded.
    #[error("an account or password is not UTF-8")]
    NotText,
}

/// What a client that lacks a setting prints for it.
const NULL: &str = "(null)";

/// The fields that do not come from the challenge.
const OWN: [&str; 4] = ["OrgVerb", "OrgURL", "sign-in", "pwd"];

fn given<'a>(fields: &[Field<'a>], name: &str) -> Option<&'a str> {
    fields::find(fields, name).filter(|value| *value != NULL)
}

fn decoded(text: &str) -> Result<String, AuthorizationError> {
    String::from_utf8(percent::decode(text)).map_err(|_| AuthorizationError::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_printed_with_the_challenge_verbatim() {
        let password = Secret::from("pass, word'%=é");
        let value = Authorization::print("alice@example.com", &password, "ct=1,ru=http:%2F%2Fx");
        assert_eq!(
            value.unwrap().expose(),
            "Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
             sign-in=alice%40example.com,pwd=pass%2C%20word%27%25%3D%C3%A9,ct=1,ru=http:%2F%2Fx"
        );
    }

    #[test]
    fn a_challenge_that_would_end_the_header_is_refused() {
        for challenge in ["ct=1\r\nX: y", "ct=1\nX: y", "\0", "é"] {
            let printed = Authorization::print("a@example.com", &Secret::from("x"), challenge);
            assert_eq!(printed, Err(ChallengeUnprintable), "{challenge:?}");
        }
    }

    #[test]
    fn a_header_without_escapes_and_without_settings_is_read() {
        for (value, password) in [
            (
                "Passport1.4 OrgVerb=GET,OrgURL=http://messenger.msn.com,sign-in=alice@example.com,pwd=100%,lc=(null),ct=1",
                "100%",
            ),
            ("Passport1.4 OrgVerb=GET,sign-in=alice%40example.com,pwd=a%2Cb", "a,b"),
            ("passport1.4 PWD='a=b',Sign-In=alice@example.com,ct=1", "'a=b'"),
            ("Passport1.4 sign-in=alice@example.com,pwd=", ""),
        ] {
            let read = Authorization::parse(value).unwrap();
            assert_eq!(read.account, "alice@example.com", "{value}");
            assert_eq!(read.password.expose(), password, "{value}");
            assert_eq!(read.setting("lc"), None, "{value}");
        }
    }

    #[test]
    fn settings_of_the_challenge_come_back_as_sent() {
        let value = "Passport1.4 OrgVerb=GET,sign-in=a,pwd=b,CT=12,ru=http:%2F%2Fx,sign-in=c,pwd=d";
        let read = Authorization::parse(value).unwrap();
        assert_eq!(read.setting("ct"), Some("12"));
        assert_eq!(read.setting("ru"), Some("http:%2F%2Fx"));
        assert_eq!(read.setting("pwd"), None);
        assert_eq!((read.account.as_str(), read.password.expose()), ("a", "b"));
    }

    #[test]
    fn a_header_that_names_nobody_is_refused_with_its_reason() {
        for (value, error) in [
            ("", AuthorizationError::NotPassport),
            ("Basic YTpi", AuthorizationError::NotPassport),
            ("Passport1.4 ", AuthorizationError::NoAccount),
            ("Passport1.4 pwd=x", AuthorizationError::NoAccount),
            ("Passport1.4 sign-in=(null),pwd=x", AuthorizationError::NoAccount),
            ("Passport1.4 sign-in=a@example.com,ct=1", AuthorizationError::NoPassword),
            ("Passport1.4 sign-in=a@example.com,pwd=(null)", AuthorizationError::NoPassword),
            ("Passport1.4 sign-in=a@example.com,pwd=%e9", AuthorizationError::NotText),
        ] {
            assert_eq!(Authorization::parse(value), Err(error), "{value}");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_password() {
        let read = Authorization::parse("Passport1.4 sign-in=a,pwd=hunter2,ct=1").unwrap();
        assert!(!format!("{read:?}").contains("hunter2"));
    }
}
