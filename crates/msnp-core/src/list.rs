use core::fmt;
use core::ops::{BitOr, BitOrAssign};

/// One of the lists that a user keeps, or that the server keeps for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// FL, the forward list: the contacts one sees.
    Forward,
    /// AL, the allow list: who may see and reach one.
    Allow,
    /// BL, the block list: who may not.
    Block,
    /// RL, the reverse list: who has one on their forward list. The server's alone.
    Reverse,
    /// PL, the pending list: who added one and waits for a decision (MSNP10 and later).
    Pending,
}

impl List {
    /// All five, in the order of their bits.
    pub const ALL: [Self; 5] =
        [Self::Forward, Self::Allow, Self::Block, Self::Reverse, Self::Pending];

    /// `FL`, `AL`, `BL`, `RL` or `PL`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "FL",
            Self::Allow => "AL",
            Self::Block => "BL",
            Self::Reverse => "RL",
            Self::Pending => "PL",
        }
    }

    /// Reads the two letters.
    pub fn parse(text: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str().as_bytes() == text)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Forward => 1,
            Self::Allow => 2,
            Self::Block => 4,
            Self::Reverse => 8,
            Self::Pending => 16,
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The lists that one contact is on, as the sum of FL 1, AL 2, BL 4, RL 8, PL 16.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lists(u8);

impl Lists {
    /// On none.
    pub const NONE: Self = Self(0);

    /// From the sum on the wire; bits without a meaning are kept.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The sum.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether it is on that list.
    pub const fn contains(self, list: List) -> bool {
        self.0 & list.bit() != 0
    }

    /// Whether it is on no list at all.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// With this list too.
    #[must_use]
    pub const fn with(self, list: List) -> Self {
        Self(self.0 | list.bit())
    }

    /// Without this list.
    #[must_use]
    pub const fn without(self, list: List) -> Self {
        Self(self.0 & !list.bit())
    }

    /// The lists it is on, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = List> {
        List::ALL.into_iter().filter(move |list| self.contains(*list))
    }
}

impl From<List> for Lists {
    fn from(list: List) -> Self {
        Self(list.bit())
    }
}

impl BitOr<List> for Lists {
    type Output = Self;

    fn bitor(self, list: List) -> Self {
        self.with(list)
    }
}

impl BitOrAssign<List> for Lists {
    fn bitor_assign(&mut self, list: List) {
        *self = self.with(list);
    }
}

impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(List::as_str)).finish()
    }
}
