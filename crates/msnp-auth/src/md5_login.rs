//! The sign-in of MSNP2 to MSNP7: `USR MD5`.
//!
//! The server sends a challenge, an opaque word such as `1013928519.693957190`. The client answers
//! with the MD5 hash of the challenge directly followed by its password
//! ([draft-movva-msn-messenger-protocol-00] 7.3).
//!
//! [draft-movva-msn-messenger-protocol-00]: https://datatracker.ietf.org/doc/html/draft-movva-msn-messenger-protocol-00

use msnp_core::Secret;

use crate::digest::{HexDigest, md5};

/// The response to `challenge`.
pub fn response(challenge: impl AsRef<[u8]>, password: &Secret) -> HexDigest {
    HexDigest::new(md5(challenge.as_ref(), password.expose().as_bytes()))
}

/// Whether `sent` is the response to `challenge`, in a time that does not tell where it differs.
///
/// The digits are compared as sent: upper-case ones are wrong.
pub fn check(challenge: impl AsRef<[u8]>, password: &Secret, sent: impl AsRef<[u8]>) -> bool {
    response(challenge, password).matches(sent)
}
