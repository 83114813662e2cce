use core::fmt;

/// The network that an account lives on, from MSNP12 (decimal on the wire).
///
/// Open: a number without a name survives a round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkId(pub u32);

impl NetworkId {
    /// MSN, later Windows Live Messenger.
    pub const MSN: Self = Self(1);
    /// Office Communicator.
    pub const COMMUNICATOR: Self = Self(2);
    /// A telephone, `tel:+…`.
    pub const TELEPHONE: Self = Self(4);
    /// A mobile network.
    pub const MOBILE: Self = Self(8);
    /// A circle.
    pub const CIRCLE: Self = Self(9);
    /// A temporary group.
    pub const TEMPORARY_GROUP: Self = Self(10);
    /// Mail, of Japanese mobile networks.
    pub const SMTP: Self = Self(16);
    /// Yahoo.
    pub const YAHOO: Self = Self(32);
}

impl fmt::Display for NetworkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
