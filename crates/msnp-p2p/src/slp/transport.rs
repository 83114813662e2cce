use alloc::string::String;
use alloc::vec::Vec;

use msnp_codec::message::BodyField;
use msnp_core::Guid;

use super::addresses::TransportAddresses;
use super::fields::{FieldReader, FieldWriter};
use super::open_text::open_text;

open_text! {
    /// A way for packets to go. Open: another word survives a round trip.
    Bridge {
        /// A connection of their own.
        TCP = "TCPv1";
        /// Datagrams, made reliable.
        UDP = "TRUDPv1";
        /// The switchboard.
        SWITCHBOARD = "SBBridge";
        /// A relay.
        RELAY = "TURNv1";
    }
}

open_text! {
    /// What stands between a machine and the Internet (`Conn-Type`). Open: another word survives a
    /// round trip.
    ConnectionType {
        /// Nothing.
        DIRECT = "Direct-Connect";
        /// A router that lets in only whom was sent to, address and port.
        PORT_RESTRICTED = "Port-Restrict-NAT";
        /// A router that lets in only whom was sent to, by address.
        ADDRESS_RESTRICTED = "IP-Restrict-NAT";
        /// A router with another port for each peer.
        SYMMETRIC = "Symmetric-NAT";
        /// A firewall.
        FIREWALL = "Firewall";
        /// Not known.
        UNKNOWN = "Unknown-Connect";
    }
}

open_text! {
    /// What a message about connections is for (`Nat-Trav-Msg-Type`). Open: another word survives
    /// a round trip.
    NatTraversal {
        /// To ask for a connection.
        REQUEST = "WLX-Nat-Trav-Msg-Direct-Connect-Req";
        /// To answer that.
        RESPONSE = "WLX-Nat-Trav-Msg-Direct-Connect-Resp";
        /// To tell which address the connection comes from.
        UPDATED_PORT = "WLX-Nat-Trav-Msg-Updated-Connecting-Port";
    }
}

/// How many bridges of a request are read; what follows is left out.
const MAX_BRIDGES: usize = 16;

/// A connection for a session is asked for. Fields in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransportRequest {
    /// `Bridges`: the ways that the inviter knows.
    pub bridges: Vec<Bridge>,
    /// `NetID`: the external address as a number, which some write with a sign; 0 where it is not
    /// known.
    pub net_id: Option<i64>,
    /// `Conn-Type`
    pub connection_type: Option<ConnectionType>,
    /// `UPnPNat`: whether the router can be told to open a port.
    pub upnp: Option<bool>,
    /// `ICF`: whether the machine has a firewall of its own.
    pub firewall: Option<bool>,
    /// `Nonce`: what the connection will prove itself with.
    pub nonce: Option<Guid>,
    /// `Hashed-Nonce`: its hash.
    pub hashed_nonce: Option<Guid>,
    /// `SessionID`
    pub session_id: Option<u32>,
    /// `SChannelState`: always 0 where it was seen.
    pub channel_state: Option<u32>,
    /// `Capabilities-Flags`: always 1 where it was seen.
    pub capabilities_flags: Option<u32>,
    /// `TCP-Conn-Type`
    pub tcp_connection_type: Option<ConnectionType>,
    /// `IPv6-global`; may be empty.
    pub ipv6_global: Option<String>,
    /// `Nat-Trav-Msg-Type`
    pub nat_traversal: Option<NatTraversal>,
    /// What is not above, and what of it was not understood.
    pub others: Vec<BodyField<'static>>,
}

impl TransportRequest {
    pub(super) fn read(mut fields: FieldReader<'_>) -> Self {
        Self {
            bridges: fields
                .take_with(|field, _| field.is("Bridges").then(|| bridges(&field.value))?)
                .unwrap_or_default(),
            net_id: fields.number("NetID"),
            connection_type: fields.text("Conn-Type", ConnectionType::new),
            upnp: fields.flag("UPnPNat"),
            firewall: fields.flag("ICF"),
            nonce: fields.guid("Nonce"),
            hashed_nonce: fields.guid("Hashed-Nonce"),
            session_id: fields.session_id(),
            channel_state: fields.number("SChannelState"),
            capabilities_flags: fields.number("Capabilities-Flags"),
            tcp_connection_type: fields.text("TCP-Conn-Type", ConnectionType::new),
            ipv6_global: fields.text("IPv6-global", |text| String::from(text)),
            nat_traversal: fields.text("Nat-Trav-Msg-Type", NatTraversal::new),
            others: fields.others(),
        }
    }

    pub(super) fn write(&self, mut fields: FieldWriter<'_>) {
        let bridges: Vec<&str> = self.bridges.iter().map(Bridge::as_str).collect();
        fields.field("Bridges", (!bridges.is_empty()).then(|| bridges.join(" ")));
        fields.field("NetID", self.net_id);
        fields.field("Conn-Type", self.connection_type.as_ref().map(ConnectionType::as_str));
        fields.field("UPnPNat", self.upnp);
        fields.field("ICF", self.firewall);
        fields.guid("Nonce", self.nonce);
        fields.guid("Hashed-Nonce", self.hashed_nonce);
        fields.session_id(self.session_id);
        fields.field("SChannelState", self.channel_state);
        fields.field("Capabilities-Flags", self.capabilities_flags);
        let tcp = self.tcp_connection_type.as_ref();
        fields.field("TCP-Conn-Type", tcp.map(ConnectionType::as_str));
        fields.field("IPv6-global", self.ipv6_global.as_ref());
        fields.field("Nat-Trav-Msg-Type", self.nat_traversal.as_ref().map(NatTraversal::as_str));
        fields.end(&self.others);
    }
}

/// Whether and where one listens. It answers a [`TransportRequest`]; as an `INVITE` of its own it
/// is the counter-offer to an answer that says that the other does not listen. Fields in the order
/// in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransportResponse {
    /// `Bridge`: the way to go.
    pub bridge: Option<Bridge>,
    /// `Listening`
    pub listening: Option<bool>,
    /// `Nonce`: what the connection must prove itself with; all zero where nobody listens.
    pub nonce: Option<Guid>,
    /// `Hashed-Nonce`: its hash.
    pub hashed_nonce: Option<Guid>,
    /// Where.
    pub addresses: TransportAddresses,
    /// `NeedConnectingEndpointInfo`: whether the one who connects shall tell from where, by a
    /// [`TransportUpdate`].
    pub needs_connecting_endpoint: Option<bool>,
    /// `Conn-Type`
    pub connection_type: Option<ConnectionType>,
    /// `TCP-Conn-Type`
    pub tcp_connection_type: Option<ConnectionType>,
    /// `SessionID`
    pub session_id: Option<u32>,
    /// `SChannelState`: always 0 where it was seen.
    pub channel_state: Option<u32>,
    /// `Capabilities-Flags`: always 1 where it was seen.
    pub capabilities_flags: Option<u32>,
    /// `Nat-Trav-Msg-Type`
    pub nat_traversal: Option<NatTraversal>,
    /// What is not above, and what of it was not understood.
    pub others: Vec<BodyField<'static>>,
}

impl TransportResponse {
    /// That nobody listens here: the packets stay where they go.
    pub fn not_listening() -> Self {
        Self {
            bridge: Some(Bridge::TCP),
            listening: Some(false),
            nonce: Some(Guid::NIL),
            ..Self::default()
        }
    }

    pub(super) fn read(mut fields: FieldReader<'_>) -> Self {
        Self {
            bridge: fields.text("Bridge", Bridge::new),
            listening: fields.flag("Listening"),
            nonce: fields.guid("Nonce"),
            hashed_nonce: fields.guid("Hashed-Nonce"),
            addresses: TransportAddresses::take(&mut fields),
            needs_connecting_endpoint: fields.flag("NeedConnectingEndpointInfo"),
            connection_type: fields.text("Conn-Type", ConnectionType::new),
            tcp_connection_type: fields.text("TCP-Conn-Type", ConnectionType::new),
            session_id: fields.session_id(),
            channel_state: fields.number("SChannelState"),
            capabilities_flags: fields.number("Capabilities-Flags"),
            nat_traversal: fields.text("Nat-Trav-Msg-Type", NatTraversal::new),
            others: fields.others(),
        }
    }

    pub(super) fn write(&self, mut fields: FieldWriter<'_>) {
        fields.field("Bridge", self.bridge.as_ref().map(Bridge::as_str));
        fields.field("Listening", self.listening);
        fields.guid("Nonce", self.nonce);
        fields.guid("Hashed-Nonce", self.hashed_nonce);
        self.addresses.write(&mut fields);
        fields.field("NeedConnectingEndpointInfo", self.needs_connecting_endpoint);
        fields.field("Conn-Type", self.connection_type.as_ref().map(ConnectionType::as_str));
        let tcp = self.tcp_connection_type.as_ref();
        fields.field("TCP-Conn-Type", tcp.map(ConnectionType::as_str));
        fields.session_id(self.session_id);
        fields.field("SChannelState", self.channel_state);
        fields.field("Capabilities-Flags", self.capabilities_flags);
        fields.field("Nat-Trav-Msg-Type", self.nat_traversal.as_ref().map(NatTraversal::as_str));
        fields.end(&self.others);
    }
}

/// Which address a connection comes from. It is told in an `ACK`, in a call whose id is all zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransportUpdate {
    /// The address.
    pub addresses: TransportAddresses,
    /// `Nat-Trav-Msg-Type`
    pub nat_traversal: Option<NatTraversal>,
    /// What else there is.
    pub others: Vec<BodyField<'static>>,
}

impl TransportUpdate {
    pub(super) fn read(mut fields: FieldReader<'_>) -> Self {
        Self {
            addresses: TransportAddresses::take(&mut fields),
            nat_traversal: fields.text("Nat-Trav-Msg-Type", NatTraversal::new),
            others: fields.others(),
        }
    }

    pub(super) fn write(&self, mut fields: FieldWriter<'_>) {
        self.addresses.write(&mut fields);
        fields.field("Nat-Trav-Msg-Type", self.nat_traversal.as_ref().map(NatTraversal::as_str));
        fields.end(&self.others);
    }
}

fn bridges(value: &str) -> Option<Vec<Bridge>> {
    let bridges: Vec<Bridge> =
        value.split_whitespace().take(MAX_BRIDGES).map(Bridge::new).collect();
    (!bridges.is_empty()).then_some(bridges)
}
