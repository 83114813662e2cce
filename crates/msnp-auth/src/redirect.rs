/// Whether a request with a password or ticket, sent to `from`, may be sent again to `to`, the
/// value of a `Location` header.
///
/// Both are absolute addresses. How many redirects are followed in a row is for the caller to
/// bound.
///
/// # Errors
/// [`RedirectRefused`] says what is wrong with `to`.
pub fn may_follow(from: &str, to: &str) -> Result<(), RedirectRefused> {
    let scheme = Scheme::of(to)?;
    // An origin that cannot be read counts as a safe one: what is sent there stays encrypted.
    let safe_so_far = Scheme::of(from) != Ok(Scheme::Http);
    if safe_so_far && scheme == Scheme::Http {
        return Err(RedirectRefused::Unencrypted);
    }
    Ok(())
}

/// Why a redirect is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectRefused {
    /// It is not an absolute address with a host, or holds what no address holds: spaces, control
    /// characters, letters outside ASCII, a user name.
    #[error("not an absolute address of a plain host")]
    Malformed,
    /// It is neither `http:` nor `https:`.
    #[error("neither http nor https")]
    Scheme,
    /// It leads from `https:` to `http:`, which would show the password to everyone on the way.
    #[error("leads from https to http")]
    Unencrypted,
}

/// How an absolute address is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// The scheme of an absolute web address.
    pub(crate) fn of(url: &str) -> Result<Self, RedirectRefused> {
        let (scheme, rest) = url.split_once("://").ok_or(RedirectRefused::Malformed)?;
        let authority = rest.split(['/', '?', '#', ',']).next().unwrap_or_default();
        let host = authority.split(':').next().unwrap_or_default();
        let printable = url.bytes().all(|b| b.is_ascii_graphic());
        if host.is_empty() || authority.contains(['@', '\\']) || !printable {
            return Err(RedirectRefused::Malformed);
        }
        if scheme.eq_ignore_ascii_case("https") {
            Ok(Self::Https)
        } else if scheme.eq_ignore_ascii_case("http") {
            Ok(Self::Http)
        } else {
            Err(RedirectRefused::Scheme)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTPS: &str = "https://login.example.com/login2.srf?lc=1033";
    const HTTP: &str = "http://127.0.0.1:8080/login,DARealm=x";

    #[test]
    fn a_redirect_from_https_to_http_is_refused() {
        assert_eq!(may_follow(HTTPS, HTTP), Err(RedirectRefused::Unencrypted));
        assert_eq!(may_follow(HTTPS, "HTTP://a.example"), Err(RedirectRefused::Unencrypted));
        assert_eq!(may_follow("what?", HTTP), Err(RedirectRefused::Unencrypted));
    }

    #[test]
    fn redirects_that_do_not_lose_encryption_are_followed() {
        assert_eq!(may_follow(HTTPS, "https://other.example"), Ok(()));
        assert_eq!(may_follow(HTTPS, "HTTPS://other.example:8443/?a#b"), Ok(()));
        assert_eq!(may_follow(HTTP, HTTPS), Ok(()));
        assert_eq!(may_follow(HTTP, "http://other.example/"), Ok(()));
        assert_eq!(may_follow(HTTPS, "https://[::1]:443/"), Ok(()));
    }

    #[test]
    fn a_redirect_to_no_web_address_is_refused() {
        for to in [
            "",
            "/login2.srf",
            "//login.example.com/",
            "login.example.com/x",
            "https://",
            "https:///x",
            "https://:443/",
            "https://login.example.com@other.example/",
            "https://login.example.com\\@other.example/",
            "https://login.example.com/a b",
            "https://login.example.com/\r\nX: y",
            "https://é.example/",
        ] {
            assert_eq!(may_follow(HTTPS, to), Err(RedirectRefused::Malformed), "{to}");
        }
        for to in ["ftp://a.example/", "file://host/x", "javascript://x/y"] {
            assert_eq!(may_follow(HTTPS, to), Err(RedirectRefused::Scheme), "{to}");
        }
    }
}
