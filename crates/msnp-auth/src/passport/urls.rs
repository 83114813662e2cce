use alloc::format;
use alloc::string::String;
use core::fmt;

use super::fields;
use crate::redirect::Scheme;

/// The value of the `PassportURLs` header of the nexus: where to sign in.
///
/// Printed, it begins with `DALogin=` and has a comma behind the address. One client takes the
/// whole value without `DALogin=` for the address, another takes the rest of the HTTP header for
/// it where there is no comma. A server must therefore ignore the end of the path: [`login_path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassportUrls {
    login: String,
}

impl PassportUrls {
    /// The login page at this address, with or without `http://` or `https://`.
    ///
    /// Old clients expect none and use HTTPS.
    ///
    /// # Errors
    /// [`PassportUrlsError::Malformed`] when it is no address of a web page, or holds a comma.
    pub fn new(login: &str) -> Result<Self, PassportUrlsError> {
        if login.contains(',') || Scheme::of(&with_scheme(login)).is_err() {
            return Err(PassportUrlsError::Malformed);
        }
        Ok(Self { login: login.into() })
    }

    /// Reads the value of the header. Names are read in any case; a value ends at its first comma.
    ///
    /// # Errors
    /// [`PassportUrlsError`] when it names no login page, or one that is no web page.
    pub fn parse(value: &str) -> Result<Self, PassportUrlsError> {
        let login = fields::find(&fields::plain(value), "DALogin").unwrap_or_default();
        if login.is_empty() { Err(PassportUrlsError::NoLogin) } else { Self::new(login) }
    }

    /// The absolute address of the login page; `https:` where the header names no scheme.
    pub fn login_url(&self) -> String {
        with_scheme(&self.login)
    }
}

impl fmt::Display for PassportUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DALogin={},DARealm=Passport.Net", self.login)
    }
}

/// Why a `PassportURLs` header is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassportUrlsError {
    /// It has no `DALogin`.
    #[error("the header names no login page")]
    NoLogin,
    /// Its `DALogin` is no address of a web page.
    #[error("the login page has no address that can be used")]
    Malformed,
}

/// The part of a request target that a server compares: all before its first comma.
pub fn login_path(target: &str) -> &str {
    target.split(',').next().unwrap_or_default()
}

fn with_scheme(login: &str) -> String {
    // A colon and slashes further on may be part of a query.
    let host = login.split(['/', '?']).next().unwrap_or_default();
    if host.ends_with(':') { login.into() } else { format!("https://{login}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn the_login_page_is_found_among_other_addresses() {
        for (value, url) in [
            (
                "DARealm=Passport.Net,DALogin=login.example.com/login2.srf,DAReg=https://x/y",
                "https://login.example.com/login2.srf",
            ),
            ("DALogin=https://login.example.com/login", "https://login.example.com/login"),
            ("DALogin=http://127.0.0.1:80/login,DARealm=x", "http://127.0.0.1:80/login"),
            ("darealm=x, dalogin=login.example.com", "https://login.example.com"),
            (
                "DALogin=login.example.com:8443/a?b=c://d",
                "https://login.example.com:8443/a?b=c://d",
            ),
            ("DALogin=a.example,DALogin=b.example", "https://a.example"),
        ] {
            assert_eq!(PassportUrls::parse(value).unwrap().login_url(), url, "{value}");
        }
    }

    #[test]
    fn a_header_without_a_usable_login_page_is_refused() {
        for value in ["", ",", "DARealm=x", "DALogin", "DALogin=", "DALogin=,DARealm=x"] {
            assert_eq!(PassportUrls::parse(value), Err(PassportUrlsError::NoLogin), "{value}");
        }
        for value in
            ["DALogin=ftp://a.example", "DALogin=/login", "DALogin=a b", "DALogin=https://"]
        {
            assert_eq!(PassportUrls::parse(value), Err(PassportUrlsError::Malformed), "{value}");
        }
    }

    #[test]
    fn the_printed_value_suits_clients_that_cut_it_badly() {
        let value = PassportUrls::new("http://127.0.0.1:8080/login").unwrap().to_string();
        assert_eq!(value, "DALogin=http://127.0.0.1:8080/login,DARealm=Passport.Net");
        let target = "/login,DARealm=Passport.Net";
        assert!(value.replace("DALogin=", "").ends_with(target));
        assert_eq!(login_path(target), "/login");
    }

    #[test]
    fn an_address_that_would_end_early_is_not_printed() {
        assert_eq!(PassportUrls::new("a.example/,b"), Err(PassportUrlsError::Malformed));
        assert_eq!(PassportUrls::new("a.example/\r\nX: y"), Err(PassportUrlsError::Malformed));
    }
}
