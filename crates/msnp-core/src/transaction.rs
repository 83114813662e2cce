use core::fmt;

/// The number that a client gives to a command and that the server repeats in what it answers.
///
/// Decimal on the wire, 0 to 2³²−1; 0 marks what the server began
/// ([draft-movva-msn-messenger-protocol-00] 5.6). One counter serves all connections of a client.
///
/// [draft-movva-msn-messenger-protocol-00]: https://datatracker.ietf.org/doc/html/draft-movva-msn-messenger-protocol-00
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(u32);

impl TransactionId {
    /// What the server uses for a command that answers nothing.
    pub const ASYNCHRONOUS: Self = Self(0);

    /// The transaction with this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The id to use after this one: never 0, which is the server's.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.0.wrapping_add(1) {
            0 => Self(1),
            n => Self(n),
        }
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_wraps_past_zero() {
        assert_eq!(TransactionId::new(u32::MAX).next(), TransactionId::new(1));
    }
}
