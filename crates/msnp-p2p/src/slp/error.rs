use alloc::vec::Vec;

/// Why bytes are no MSNSLP message. The peer is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SlpError {
    /// Longer than [`SlpMessage::MAX_LEN`](super::SlpMessage::MAX_LEN).
    #[error("the MSNSLP message has {len} bytes")]
    TooLong {
        /// How long it is, in bytes.
        len: usize,
    },
    /// The first line is neither a request nor a response.
    #[error("the first line of the MSNSLP message is not understood from byte {at} on")]
    StartLine {
        /// Where reading had to stop, in bytes from the start.
        at: usize,
    },
    /// A header that no message can do without is not there.
    #[error("the MSNSLP message has no header {header}")]
    Missing {
        /// Its name.
        header: &'static str,
    },
    /// Such a header is there, with a value that says nothing.
    #[error("the value of the MSNSLP header {header} is not understood")]
    Unreadable {
        /// Its name.
        header: &'static str,
    },
}

/// A deviation that was overlooked in a message that was read. Real programs send each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tolerance {
    /// There is no readable `Content-Length`; the body goes to the end.
    NoContentLength,
    /// `Content-Length` is not the length of what follows. A body of lines goes to its empty line
    /// or to the end; any other body is cut where the header says, if it is that long.
    WrongContentLength,
    /// `Via` has no readable branch; it counts as all zero.
    NoBranch,
    /// There is no readable `CSeq`; it counts as 0.
    NoSequenceNumber,
    /// An address has something behind its semicolon that is no GUID; it counts as one without a
    /// machine.
    UnreadableMachine,
    /// The first line of a request does not name an account; `To` counts instead.
    UnreadableTarget,
    /// A session id does not fit into 32 bits; the low ones count.
    WideSessionId,
    /// Names and values of addresses are written backwards.
    MirroredAddresses,
}

impl Tolerance {
    /// Adds it to those noted before, once.
    pub(super) fn note(self, noted: &mut Vec<Self>) {
        if !noted.contains(&self) {
            noted.push(self);
        }
    }
}
