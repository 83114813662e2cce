//! What happens, without what is said: link numbers and byte counts alone.
#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use std::net::SocketAddr;

use msnp_core::{LinkEnd, LinkId, ListenerId, Opened};

pub(crate) fn opened(link: LinkId, how: Opened) {
    #[cfg(feature = "tracing")]
    tracing::debug!(link = link.number(), ?how, "link opened");
}

pub(crate) fn read(link: LinkId, bytes: usize) {
    #[cfg(feature = "tracing")]
    tracing::debug!(link = link.number(), bytes, "read");
}

pub(crate) fn wrote(link: LinkId, bytes: usize) {
    #[cfg(feature = "tracing")]
    tracing::debug!(link = link.number(), bytes, "wrote");
}

/// `told` is what the machine heard of it; nothing where it had closed the link.
pub(crate) fn ended(link: LinkId, told: Option<LinkEnd>) {
    #[cfg(feature = "tracing")]
    tracing::debug!(link = link.number(), ?told, "link ended");
}

pub(crate) fn turned_away(listener: ListenerId, peer: SocketAddr) {
    #[cfg(feature = "tracing")]
    tracing::debug!(listener = listener.number(), %peer, "too many connections");
}
