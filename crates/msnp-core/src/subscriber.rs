use core::fmt;
use core::net::{IpAddr, Ipv6Addr};

/// Where a peer comes from, as far as it can be told apart from others: an IPv4 address, or the
/// first 64 bits of an IPv6 address.
///
/// One subscriber of an IPv6 network has at least that many addresses and may take another one for
/// each connection, so whatever is counted by address is counted by this. Many people may share
/// one: a household, an office, or all behind a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subscriber(IpAddr);

impl Subscriber {
    /// Who has this address. An IPv4 address that is written as an IPv6 one is the IPv4 address.
    pub const fn of(address: IpAddr) -> Self {
        let v6 = match address.to_canonical() {
            IpAddr::V4(v4) => return Self(IpAddr::V4(v4)),
            IpAddr::V6(v6) => v6,
        };
        let network = v6.to_bits() & NETWORK;
        Self(IpAddr::V6(Ipv6Addr::from_bits(network)))
    }
}

const NETWORK: u128 = u128::MAX << 64;

/// `192.0.2.1`, or `2001:db8::/64`.
impl fmt::Display for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "{address}"),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn of(address: &str) -> Subscriber {
        Subscriber::of(address.parse().unwrap())
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_subscriber_and_of_two_are_two() {
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:0:0:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("2001:db8::1").to_string(), "2001:db8::/64");
    }

    #[test]
    fn an_ipv4_address_is_itself_however_it_is_written() {
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("192.0.2.1").to_string(), "192.0.2.1");
    }
}
