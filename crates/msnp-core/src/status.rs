use core::fmt;

/// The presence of a user: three upper-case letters.
///
/// Open: an unknown status survives a round trip. A user interface shows one as busy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status([u8; 3]);

impl Status {
    /// Online.
    pub const ONLINE: Self = Self(*b"NLN");
    /// Offline. The server says it of others; a client cannot choose it.
    pub const OFFLINE: Self = Self(*b"FLN");
    /// Appears offline: others see [`OFFLINE`](Self::OFFLINE).
    pub const HIDDEN: Self = Self(*b"HDN");
    /// Busy.
    pub const BUSY: Self = Self(*b"BSY");
    /// Idle; chosen by the client after a while without input.
    pub const IDLE: Self = Self(*b"IDL");
    /// Be right back.
    pub const BE_RIGHT_BACK: Self = Self(*b"BRB");
    /// Away.
    pub const AWAY: Self = Self(*b"AWY");
    /// On the phone.
    pub const ON_THE_PHONE: Self = Self(*b"PHN");
    /// Out to lunch.
    pub const OUT_TO_LUNCH: Self = Self(*b"LUN");

    /// Reads three upper-case letters.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let code: [u8; 3] = text.try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// What it means, in words; none for a status that is not known.
    pub fn meaning(self) -> Option<&'static str> {
        Some(match self {
            Self::ONLINE => "online",
            Self::OFFLINE => "offline",
            Self::HIDDEN => "appearing offline",
            Self::BUSY => "busy",
            Self::IDLE => "idle",
            Self::BE_RIGHT_BACK => "be right back",
            Self::AWAY => "away",
            Self::ON_THE_PHONE => "on the phone",
            Self::OUT_TO_LUNCH => "out to lunch",
            _ => return None,
        })
    }

    /// Whether a client may ask for it with `CHG`: any known status but offline.
    pub fn can_be_chosen(self) -> bool {
        self != Self::OFFLINE && self.meaning().is_some()
    }

    /// What other users see of it: hidden looks like offline.
    #[must_use]
    pub fn as_seen_by_others(self) -> Self {
        if self == Self::HIDDEN { Self::OFFLINE } else { self }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
