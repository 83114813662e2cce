use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// A password, ticket or cookie: text that is never shown by `Debug` and has no `Display`.
#[derive(Clone, Default)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_boxed_str())
    }

    /// The text itself. Every use of it is a place to look at when something leaks.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `other` is the same, in a time that depends on its length alone.
    pub fn matches(&self, other: &[u8]) -> bool {
        let own = self.0.as_bytes();
        let differing = own.iter().zip(other).fold(0, |acc, (a, b)| acc | (a ^ b));
        own.len() == other.len() && differing == 0
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.0.as_bytes())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_and_compares_by_content() {
        let secret = Secret::new("hunter2");
        assert_eq!(alloc::format!("{secret:?}"), "Secret(…)");
        assert!(secret.matches(b"hunter2"));
        for wrong in [&b"hunter"[..], b"hunter22", b"hunter3", b""] {
            assert!(!secret.matches(wrong));
        }
    }
}
