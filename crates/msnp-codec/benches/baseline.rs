//! The yardstick, frozen: the least that anybody must do to split a stream of a server into
//! commands. A line end by memchr; for six verbs the decimal length at the end of the line, and the
//! body passed over. It checks nothing and means nothing. Never change it: all ratios hang on it.

use memchr::memchr;

/// The first command of a server's stream, its body included, and what follows; none where it is
/// not whole.
#[inline]
pub(crate) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b'\n', bytes)?;
    let mut whole = end + 1;
    let has_body = matches!(
        bytes.get(..3),
        Some(b"MSG" | b"UBX" | b"NOT" | b"GCF") // A server's UUX and QRY have none.
    );
    if has_body {
        let mut digits = bytes.get(..end)?;
        if let Some(line) = digits.strip_suffix(b"\r") {
            digits = line;
        }
        let start = digits.iter().rposition(|b| *b == b' ').map_or(0, |at| at + 1);
        let mut length = 0usize;
        for digit in digits.get(start..)? {
            length = length * 10 + usize::from(digit.wrapping_sub(b'0'));
        }
        whole += length;
    }
    bytes.split_at_checked(whole)
}
