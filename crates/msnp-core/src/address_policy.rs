use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Origin;

/// Which addresses a driver may connect to when a peer named them ([`Origin::Peer`]).
///
/// Another user can write any address into an invitation. Without a policy, that user could make
/// this program talk to services of its own machine or of its network's equipment.
/// By default all four kinds are refused. Addresses from the configuration are never refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressPolicy {
    /// Allow this machine itself: `127.0.0.0/8` and `::1`.
    pub loopback: bool,
    /// Allow addresses of the local link alone: `169.254.0.0/16` and `fe80::/10`.
    pub link_local: bool,
    /// Allow `224.0.0.0/4`, `255.255.255.255` and `ff00::/8`.
    pub multicast: bool,
    /// Allow `0.0.0.0/8` and `::`, which many systems take for the machine itself.
    pub unspecified: bool,
}

impl AddressPolicy {
    /// Allows every address, for tests and closed networks.
    pub const fn allow_all() -> Self {
        Self { loopback: true, link_local: true, multicast: true, unspecified: true }
    }

    /// Whether a connection to this address may be tried. Apply it to resolved names too.
    pub fn allows(&self, origin: Origin, address: IpAddr) -> bool {
        match origin {
            Origin::Configured => true,
            Origin::Peer => match address {
                IpAddr::V4(v4) => self.allows_v4(v4),
                IpAddr::V6(v6) => self.allows_v6(v6),
            },
        }
    }

    fn allows_v4(&self, address: Ipv4Addr) -> bool {
        let [first, ..] = address.octets();
        (self.loopback || !address.is_loopback())
            && (self.link_local || !address.is_link_local())
            && (self.multicast || !(address.is_multicast() || address.is_broadcast()))
            && (self.unspecified || first != 0)
    }

    fn allows_v6(&self, address: Ipv6Addr) -> bool {
        // `::ffff:127.0.0.1` and the old `::127.0.0.1` reach the same place as 127.0.0.1.
        if let Some(v4) = address.to_ipv4_mapped() {
            return self.allows_v4(v4);
        }
        if address.is_unspecified() {
            return self.unspecified;
        }
        if address.is_loopback() {
            return self.loopback;
        }
        if let Some(v4) = address.to_ipv4() {
            return self.allows_v4(v4);
        }
        (self.link_local || !address.is_unicast_link_local())
            && (self.multicast || !address.is_multicast())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_cannot_name_this_machine_however_it_writes_it() {
        let policy = AddressPolicy::default();
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.1.1",
            "fe80::1",
            "ff02::1",
        ] {
            let address = address.parse().unwrap();
            assert!(!policy.allows(Origin::Peer, address), "{address}");
            assert!(policy.allows(Origin::Configured, address), "{address}");
            assert!(AddressPolicy::allow_all().allows(Origin::Peer, address), "{address}");
        }
        for address in ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1"] {
            assert!(policy.allows(Origin::Peer, address.parse().unwrap()), "{address}");
        }
    }
}
