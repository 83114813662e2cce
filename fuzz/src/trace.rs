//! What a machine gave, so that two runs can be compared.

use core::fmt::{self, Debug, Write};

/// Everything that came out, call by call, as one number each.
pub(crate) struct Trace {
    pub(crate) calls: Vec<u64>,
}

impl Trace {
    pub(crate) const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let last = self.calls.last_mut().expect("a call has begun");
        for byte in bytes {
            *last = (*last ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) fn show(&mut self, value: &impl Debug) -> u64 {
        write!(self, "{value:?}").expect("this writer takes everything");
        *self.calls.last().expect("a call has begun")
    }
}

impl Write for Trace {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}
