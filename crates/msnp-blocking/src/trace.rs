//! What happens, without what is said: link numbers and byte counts alone.
#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use msnp_core::{LinkEnd, LinkId, Opened};

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

pub(crate) fn closed(link: LinkId, why: LinkEnd) {
    #[cfg(feature = "tracing")]
    tracing::debug!(link = link.number(), ?why, "link closed");
}

pub(crate) fn dropped(link: LinkId) {
    #[cfg(feature = "tracing")]
    tracing::debug!(link = link.number(), "link ended by the machine");
}
