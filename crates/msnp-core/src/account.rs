use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

/// The name somebody signs in with: an e-mail-like handle, in lower case.
///
/// At most 129 bytes of printable ASCII with one `@` that has something on both sides
/// ([draft-movva-msn-messenger-protocol-00] 5.4). The service treats letters of either case alike;
/// here they become lower case once, when the account is read.
///
/// [draft-movva-msn-messenger-protocol-00]: https://datatracker.ietf.org/doc/html/draft-movva-msn-messenger-protocol-00
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(Box<str>);

impl Account {
    /// The most bytes an account may have.
    pub const MAX_LEN: usize = 129;

    /// Reads an account.
    ///
    /// # Errors
    /// [`AccountError`] when the text is not of the form above.
    pub fn new(text: &str) -> Result<Self, AccountError> {
        if text.len() > Self::MAX_LEN || text.starts_with('@') || text.ends_with('@') {
            return Err(AccountError);
        }
        let mut ats = 0_u8;
        for b in text.bytes() {
            match b {
                b'@' => ats += 1,
                b';' | b'<' | b'>' | b',' => return Err(AccountError),
                b'!'..=b'~' => {}
                _ => return Err(AccountError),
            }
        }
        match ats {
            1 => Ok(Self(text.to_ascii_lowercase().into_boxed_str())),
            _ => Err(AccountError),
        }
    }

    /// The account as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a name from the wire means this account.
    pub fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text)
    }
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        Self::new(text)
    }
}

impl TryFrom<&str> for Account {
    type Error = AccountError;

    fn try_from(text: &str) -> Result<Self, AccountError> {
        Self::new(text)
    }
}

impl AsRef<str> for Account {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an account, such as alice@example.com, of at most 129 bytes")]
pub struct AccountError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_either_case_name_the_same_account() {
        assert_eq!(Account::new("Alice@Example.COM"), Account::new("alice@example.com"));
        assert!(Account::new("alice@example.com").unwrap().is("ALICE@example.com"));
    }

    #[test]
    fn what_cannot_be_an_account_is_refused() {
        let long = alloc::format!("{}@example.com", "a".repeat(118));
        for text in
            ["", "alice", "@example.com", "alice@", "a@b@c", "a b@c", "a\r\n@c", "a@é", &long]
        {
            assert_eq!(Account::new(text), Err(AccountError), "{text}");
        }
    }
}
