use core::fmt;

/// One field of a binary header, as the tables beside each header list them.
///
/// The tables are for people and for the documentation; a test holds the readers and writers
/// against them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it begins, in bytes from the begin of the header.
    pub offset: usize,
    /// How long it is, in bytes.
    pub size: usize,
    /// In which order its bytes stand.
    pub order: ByteOrder,
    /// What it is called.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// In which order the bytes of a number stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The least significant byte first.
    LittleEndian,
    /// The most significant byte first.
    BigEndian,
}

impl fmt::Display for ByteOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LittleEndian => "little-endian",
            Self::BigEndian => "big-endian",
        })
    }
}
