//! A whole packet: its header, its data and, on a switchboard, its footer.
//!
//! ```text
//! switchboard, version 1:  header (48)                          data   footer (4, big-endian)
//! switchboard, version 2:  transport header (8..)  data header  data   footer (4, big-endian)
//! direct connection:       the same without a footer, behind its length (4, little-endian)
//! ```

use bytes::BufMut;

use crate::application::ApplicationId;
use crate::header_v1::{HeaderTooShort, HeaderV1};
use crate::header_v2::{DataHeaderV2, HeaderV2};

/// Which version of the layer two clients speak with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeerVersion {
    /// The first: 48 bytes, little-endian.
    V1,
    /// The second: big-endian, for which both clients have extended capability 0x20.
    V2,
}

/// What carries packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// Messages of a switchboard, or of its successor: a footer follows the data.
    Switchboard,
    /// A direct connection: no footer.
    Direct,
}

/// How long the footer is, in bytes.
pub const FOOTER_LEN: usize = 4;

/// A packet of the first version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketV1<'a> {
    /// Its header.
    pub header: HeaderV1,
    /// Its data. How much there is does not depend on [`HeaderV1::length`].
    pub data: &'a [u8],
    /// Its footer; none on a direct connection, or where the peer left it out.
    pub footer: Option<ApplicationId>,
}

impl<'a> PacketV1<'a> {
    /// Reads a whole packet.
    ///
    /// # Errors
    /// Where there is less than a header.
    pub fn parse(packet: &'a [u8], carriage: Carriage) -> Result<Self, PacketError> {
        let (header, rest) = HeaderV1::parse(packet).map_err(PacketError::Header)?;
        let (data, footer) = split_footer(rest, carriage);
        Ok(Self { header, data, footer })
    }

    /// Writes it as it stands in the message of a switchboard, or behind the length of a direct
    /// connection.
    pub fn write(&self, into: &mut impl BufMut) {
        self.header.write(into);
        into.put_slice(self.data);
        write_footer(self.footer, into);
    }
}

/// A packet of the second version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketV2<'a> {
    /// Its transport header.
    pub header: HeaderV2<'a>,
    /// Its data header; none where there is no data, as in most acknowledgements.
    pub data_header: Option<DataHeaderV2<'a>>,
    /// Its data.
    pub data: &'a [u8],
    /// Its footer; none on a direct connection, or where the peer left it out.
    pub footer: Option<ApplicationId>,
}

impl<'a> PacketV2<'a> {
    /// Reads a packet from the front of `input`, and gives what follows it: a late client puts
    /// several into one message.
    ///
    /// # Errors
    /// Where there is less than its headers say.
    pub fn parse(input: &'a [u8], carriage: Carriage) -> Result<(Self, &'a [u8]), PacketError> {
        let (header, rest) = HeaderV2::parse(input).map_err(PacketError::Header)?;
        let needed = usize::from(header.message_length);
        let (message, rest) = rest
            .split_at_checked(needed)
            .ok_or(PacketError::DataMissing { needed, found: rest.len() })?;
        let (data_header, data) = if message.is_empty() {
            (None, message)
        } else {
            let (data_header, data) =
                DataHeaderV2::parse(message).map_err(PacketError::DataHeader)?;
            (Some(data_header), data)
        };
        let (footer, rest) = match (carriage, rest.split_first_chunk()) {
            (Carriage::Switchboard, Some((footer, rest))) => {
                (Some(ApplicationId(u32::from_be_bytes(*footer))), rest)
            }
            _ => (None, rest),
        };
        Ok((Self { header, data_header, data, footer }, rest))
    }

    /// Writes it as it stands in the message of a switchboard, or behind the length of a direct
    /// connection.
    pub fn write(&self, into: &mut impl BufMut) {
        self.header.write(into);
        if let Some(data_header) = &self.data_header {
            data_header.write(into);
        }
        into.put_slice(self.data);
        write_footer(self.footer, into);
    }
}

/// A packet that cannot be read. The peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// The header is not whole.
    #[error("the header of a peer-to-peer packet is cut short: {0}")]
    Header(HeaderTooShort),
    /// The data header is not whole.
    #[error("the data header of a peer-to-peer packet is cut short: {0}")]
    DataHeader(HeaderTooShort),
    /// There is less data than the header says.
    #[error("a peer-to-peer packet should hold {needed} bytes and holds {found}")]
    DataMissing {
        /// How many bytes the header promises.
        needed: usize,
        /// How many there are.
        found: usize,
    },
}

fn split_footer(rest: &[u8], carriage: Carriage) -> (&[u8], Option<ApplicationId>) {
    match (carriage, rest.split_last_chunk()) {
        (Carriage::Switchboard, Some((data, footer))) => {
            (data, Some(ApplicationId(u32::from_be_bytes(*footer))))
        }
        _ => (rest, None),
    }
}

fn write_footer(footer: Option<ApplicationId>, into: &mut impl BufMut) {
    if let Some(ApplicationId(id)) = footer {
        into.put_u32(id);
    }
}
