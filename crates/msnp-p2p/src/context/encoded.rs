use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use msnp_codec::base64_text;
use msnp_codec::msn_object::{MsnObject, MsnObjectError};

/// A context as it stands in a message: base64. It is not decoded before it is asked for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Context(Box<str>);

impl Context {
    /// These bytes.
    pub fn encode(bytes: &[u8]) -> Self {
        Self(base64_text::encode(bytes).into())
    }

    /// The descriptor of an object, with a NUL at its end as official clients write it.
    pub fn of_object(object: &MsnObject) -> Self {
        Self::encode(alloc::format!("{object}\0").as_bytes())
    }

    /// What stands in a message.
    pub fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// The base64.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes.
    ///
    /// NULs after the base64 are passed over, padding may be missing. A text that was cut behind
    /// the first letter of a group of four counts as if an `A` came next, as papyon reads it.
    ///
    /// # Errors
    /// [`ContextError::NotBase64`]
    pub fn decode(&self) -> Result<Vec<u8>, ContextError> {
        let is_around = |letter: char| letter == '\0' || letter == '=' || letter.is_whitespace();
        let text = self.0.trim_end_matches(is_around);
        let decoded = base64_text::decode(text.as_bytes());
        let repaired = || base64_text::decode([text, "A"].concat().as_bytes());
        decoded.or_else(repaired).ok_or(ContextError::NotBase64)
    }

    /// The descriptor of the object that is wanted.
    ///
    /// # Errors
    /// Where it is none.
    pub fn object(&self) -> Result<MsnObject, ContextError> {
        let bytes = self.decode()?;
        Ok(MsnObject::parse(&String::from_utf8_lossy(&bytes))?)
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long it is; it may hold a picture.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context(base64 of {} bytes)", self.0.len())
    }
}

/// Why a context does not say what its application expects. The peer is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// It is no base64.
    #[error("the context is not base64")]
    NotBase64,
    /// It ends before the last field that is needed.
    #[error("the context has {len} bytes, fewer than {needed}")]
    TooShort {
        /// How long it is, in bytes.
        len: usize,
        /// How long it would have to be, in bytes.
        needed: usize,
    },
    /// It describes no object.
    #[error("the context is not the descriptor of an object")]
    Object(#[from] MsnObjectError),
    /// It is a text of another form.
    #[error("the context is a text of another form than {expected}")]
    OtherForm {
        /// An example of the right one.
        expected: &'static str,
    },
}
