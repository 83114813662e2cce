use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use msnp_core::{Failure, ListenerId, Serves};

const FIRST_EPHEMERAL_PORT: u16 = 49152;

/// Whose listener it is, which of them, and what it accepts.
pub(super) type Listener = (usize, ListenerId, Serves);

/// Who can be reached where.
pub(super) struct Addresses {
    pub(super) names: BTreeMap<String, IpAddr>,
    listeners: BTreeMap<SocketAddr, Listener>,
    next_port: u16,
}

impl Default for Addresses {
    fn default() -> Self {
        let (names, listeners) = (BTreeMap::new(), BTreeMap::new());
        Self { names, listeners, next_port: FIRST_EPHEMERAL_PORT }
    }
}

impl Addresses {
    pub(super) fn listen(
        &mut self,
        mut on: SocketAddr,
        listener: Listener,
    ) -> Result<SocketAddr, Failure> {
        if on.port() == 0 {
            on.set_port(self.ephemeral_port());
        }
        if self.listeners.contains_key(&on) {
            return Err(Failure::Refused);
        }
        self.listeners.insert(on, listener);
        Ok(on)
    }

    pub(super) fn unlisten(&mut self, which: impl Fn(&Listener) -> bool) {
        self.listeners.retain(|_, listener| !which(listener));
    }

    pub(super) fn ephemeral_port(&mut self) -> u16 {
        let port = self.next_port;
        self.next_port = port.checked_add(1).unwrap_or(FIRST_EPHEMERAL_PORT);
        port
    }

    pub(super) fn listener(&self, host: &str, port: u16) -> Result<Listener, Failure> {
        let ip = match host.parse() {
            Ok(ip) => ip,
            Err(_) if host.eq_ignore_ascii_case("localhost") => Ipv4Addr::LOCALHOST.into(),
            Err(_) => {
                let name = host.to_ascii_lowercase();
                *self.names.get(&name).ok_or(Failure::UnknownHost)?
            }
        };
        let any = match ip {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let at = |ip| self.listeners.get(&SocketAddr::new(ip, port));
        at(ip).or_else(|| at(any)).copied().ok_or(Failure::Refused)
    }
}
