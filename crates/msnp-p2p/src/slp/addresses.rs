use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;
use core::net::{IpAddr, SocketAddr};
use core::str::FromStr;

use super::error::Tolerance;
use super::fields::{FieldReader, FieldWriter};

/// Where somebody can be connected to.
///
/// A peer named these: whether to try them is a matter of the
/// [`AddressPolicy`](msnp_core::AddressPolicy).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransportAddresses {
    /// In its own network: `IPv4Internal-Addrs`, `IPv4Internal-Port`.
    pub internal: AddressGroup,
    /// As others see it: `IPv4External-Addrs`, `IPv4External-Port`.
    pub external: AddressGroup,
    /// `IPv6-Addrs`, `IPv6-Port`.
    pub ipv6: AddressGroup,
    /// The internal ones in another form: `IPv4InternalAddrsAndPorts`.
    pub internal_sockets: Vec<SocketAddr>,
    /// The external ones in another form: `IPv4ExternalAddrsAndPorts`.
    pub external_sockets: Vec<SocketAddr>,
    /// `IPv6AddrsAndPorts`
    pub ipv6_sockets: Vec<SocketAddr>,
    /// Whether names and values are written backwards, letter for letter, as WLM 2009 does
    /// (`srddA-lanretnI4vPI: 1.0.861.291`).
    pub mirrored: bool,
}

/// Addresses with one port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressGroup {
    /// The addresses.
    pub addresses: Vec<IpAddr>,
    /// The port of each.
    pub port: Option<u16>,
}

impl AddressGroup {
    fn sockets(&self) -> impl Iterator<Item = SocketAddr> {
        let port = self.port;
        self.addresses.iter().filter_map(move |address| Some(SocketAddr::new(*address, port?)))
    }
}

impl TransportAddresses {
    /// How many addresses of a line are read; what follows is left out.
    pub const MAX_ADDRESSES: usize = 16;

    /// What to try, in this order: internal, external, then those of IP version 6. None has the
    /// port 0. At most six times [`MAX_ADDRESSES`](Self::MAX_ADDRESSES), doubles included.
    pub fn candidates(&self) -> impl Iterator<Item = SocketAddr> {
        let internal = self.internal.sockets().chain(self.internal_sockets.iter().copied());
        let external = self.external.sockets().chain(self.external_sockets.iter().copied());
        let ipv6 = self.ipv6.sockets().chain(self.ipv6_sockets.iter().copied());
        internal.chain(external).chain(ipv6).filter(|socket| socket.port() != 0)
    }

    pub(super) fn take(fields: &mut FieldReader<'_>) -> Self {
        let mut addresses = Self::default();
        let mirrored = &mut addresses.mirrored;
        for (group, names) in [
            (&mut addresses.internal, (INTERNAL, INTERNAL_PORT)),
            (&mut addresses.external, (EXTERNAL, EXTERNAL_PORT)),
            (&mut addresses.ipv6, (IPV6, IPV6_PORT)),
        ] {
            group.addresses = line(fields, names.0, list, mirrored).unwrap_or_default();
            group.port = line(fields, names.1, |value| value.trim().parse().ok(), mirrored);
        }
        for (sockets, name) in [
            (&mut addresses.internal_sockets, INTERNAL_SOCKETS),
            (&mut addresses.external_sockets, EXTERNAL_SOCKETS),
            (&mut addresses.ipv6_sockets, IPV6_SOCKETS),
        ] {
            *sockets = line(fields, name, list, mirrored).unwrap_or_default();
        }
        addresses
    }

    pub(super) fn write(&self, fields: &mut FieldWriter<'_>) {
        let mut line = |name: &'static str, value: Option<String>| match self.mirrored {
            false => fields.field(name, value),
            true => fields.field(&mirror(name), value.map(|value| mirror(&value))),
        };
        let mut group = |addresses, port, group: &AddressGroup| {
            line(addresses, joined(&group.addresses));
            line(port, group.port.map(|port| port.to_string()));
        };
        group(INTERNAL, INTERNAL_PORT, &self.internal);
        group(EXTERNAL, EXTERNAL_PORT, &self.external);
        group(IPV6, IPV6_PORT, &self.ipv6);
        line(INTERNAL_SOCKETS, joined(&self.internal_sockets));
        line(EXTERNAL_SOCKETS, joined(&self.external_sockets));
        line(IPV6_SOCKETS, joined(&self.ipv6_sockets));
    }
}

const INTERNAL: &str = "IPv4Internal-Addrs";
const INTERNAL_PORT: &str = "IPv4Internal-Port";
const EXTERNAL: &str = "IPv4External-Addrs";
const EXTERNAL_PORT: &str = "IPv4External-Port";
const IPV6: &str = "IPv6-Addrs";
const IPV6_PORT: &str = "IPv6-Port";
const INTERNAL_SOCKETS: &str = "IPv4InternalAddrsAndPorts";
const EXTERNAL_SOCKETS: &str = "IPv4ExternalAddrsAndPorts";
const IPV6_SOCKETS: &str = "IPv6AddrsAndPorts";

/// The first line of this name, or with name and value backwards, that says something.
fn line<T>(
    fields: &mut FieldReader<'_>,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
    mirrored: &mut bool,
) -> Option<T> {
    let (value, is_mirrored) = fields.take_with(|field, noted| {
        if field.is(name) {
            return Some((read(&field.value)?, false));
        }
        if !field.name.eq_ignore_ascii_case(&mirror(name)) {
            return None;
        }
        let value = read(&mirror(&field.value))?;
        Tolerance::MirroredAddresses.note(noted);
        Some((value, true))
    })?;
    *mirrored |= is_mirrored;
    Some(value)
}

/// The items of a line that can be read, where there are any.
fn list<T: FromStr>(value: &str) -> Option<Vec<T>> {
    let words = value.split_whitespace().take(TransportAddresses::MAX_ADDRESSES);
    let items: Vec<T> = words.filter_map(|item| without_zone(item).parse().ok()).collect();
    (!items.is_empty()).then_some(items)
}

/// An address of the local link may name the card it is on, which says nothing to others.
fn without_zone(item: &str) -> Cow<'_, str> {
    let Some((address, zone)) = item.split_once('%') else { return Cow::Borrowed(item) };
    match zone.split_once(']') {
        Some((_, port)) => Cow::Owned([address, "]", port].concat()),
        None => Cow::Borrowed(address),
    }
}

fn joined<T: Display>(items: &[T]) -> Option<String> {
    let words: Vec<String> = items.iter().map(T::to_string).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn mirror(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_local_link_is_read_without_its_zone() {
        let read: Vec<IpAddr> = list("fe80::1%4 10.0.0.1 nonsense").unwrap();
        assert_eq!(joined(&read).unwrap(), "fe80::1 10.0.0.1");
        let read: Vec<SocketAddr> = list("[fe80::1%4]:5 10.0.0.1:6 10.0.0.1").unwrap();
        assert_eq!(joined(&read).unwrap(), "[fe80::1]:5 10.0.0.1:6");
    }
}
