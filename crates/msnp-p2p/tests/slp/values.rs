//! Any message and any context, for the tests here and for fuzzing.

use std::net::{IpAddr, SocketAddr};

use msnp_codec::message::BodyField;
use msnp_core::{Account, Guid};
use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::{Context, FileContextKind, FileTransferContext};
use msnp_p2p::slp::{
    AddressGroup, Body, Bridge, ConnectionType, Method, NatTraversal, SessionBody, SessionEnd,
    SlpAddress, SlpMessage, StartLine, StatusCode, TransportAddresses, TransportRequest,
    TransportResponse, TransportUpdate,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

pub(crate) fn message() -> BoxedStrategy<SlpMessage> {
    (start(), address(), address(), guid(), any::<u32>(), guid(), any::<u32>(), body())
        .prop_map(|(start, to, from, branch, sequence, call_id, max_forwards, body)| SlpMessage {
            start,
            to,
            from,
            branch,
            sequence,
            call_id,
            max_forwards,
            body,
        })
        .boxed()
}

pub(crate) fn offer() -> BoxedStrategy<FileTransferContext> {
    let named = ("[^\0]{0,30}", any::<u64>(), prop_oneof![Just(2), Just(3), any::<u32>()]);
    let plain =
        (named, any::<u32>()).prop_map(|((name, size, version), kind)| FileTransferContext {
            version,
            kind: FileContextKind(kind),
            ..FileTransferContext::new(&name, size)
        });
    (plain, vec(any::<u8>(), 1..100), any::<bool>())
        .prop_map(
            |(plain, preview, has_preview)| {
                if has_preview { plain.with_preview(preview) } else { plain }
            },
        )
        .boxed()
}

pub(crate) fn guid() -> impl Strategy<Value = Guid> {
    any::<[u8; 16]>().prop_map(Guid::from_bytes)
}

fn address() -> impl Strategy<Value = SlpAddress> {
    ("[a-z0-9._-]{1,12}@example\\.com", of(guid())).prop_map(|(account, machine)| SlpAddress {
        account: Account::new(&account).unwrap(),
        machine,
    })
}

/// Text that has no white space around it.
fn text() -> impl Strategy<Value = String> {
    "([!-~é♥]([ -~é♥]{0,12}[!-~é♥])?)?"
}

fn word() -> impl Strategy<Value = String> {
    "[!-~é♥]{1,12}"
}

fn others() -> BoxedStrategy<Vec<BodyField<'static>>> {
    vec(
        ("X-[A-Za-z0-9-]{0,10}", text()).prop_map(|(name, value)| BodyField::new(name, value)),
        0..4,
    )
    .boxed()
}

fn context() -> BoxedStrategy<Context> {
    vec(any::<u8>(), 0..40).prop_map(|bytes| Context::encode(&bytes)).boxed()
}

fn session() -> BoxedStrategy<SessionBody> {
    let numbers =
        (of(any::<u32>()), of(any::<u32>()), of(any::<u32>()), of(any::<u32>()), of(any::<u32>()));
    (of(guid()), numbers, of(context()), others())
        .prop_map(|(guid, numbers, context, others)| SessionBody {
            application: guid.map(EufGuid),
            session_id: numbers.0,
            channel_state: numbers.1,
            capabilities_flags: numbers.2,
            application_id: numbers.3.map(ApplicationId),
            request_flags: numbers.4,
            context,
            others,
        })
        .boxed()
}

fn session_end() -> BoxedStrategy<SessionEnd> {
    (of(any::<u32>()), of(context()), others())
        .prop_map(|(session_id, context, others)| SessionEnd { session_id, context, others })
        .boxed()
}

fn group() -> impl Strategy<Value = AddressGroup> {
    (vec(any::<IpAddr>(), 0..4), of(any::<u16>()))
        .prop_map(|(addresses, port)| AddressGroup { addresses, port })
}

fn sockets() -> impl Strategy<Value = Vec<SocketAddr>> {
    vec((any::<IpAddr>(), any::<u16>()).prop_map(SocketAddr::from), 0..4)
}

fn addresses() -> BoxedStrategy<TransportAddresses> {
    ((group(), group(), group()), (sockets(), sockets(), sockets()), any::<bool>())
        .prop_map(|((internal, external, ipv6), sockets, mirrored)| {
            let mut addresses = TransportAddresses {
                internal,
                external,
                ipv6,
                internal_sockets: sockets.0,
                external_sockets: sockets.1,
                ipv6_sockets: sockets.2,
                mirrored: false,
            };
            // Without a line there is none to be written backwards.
            addresses.mirrored = mirrored && addresses != TransportAddresses::default();
            addresses
        })
        .boxed()
}

fn connection_type() -> impl Strategy<Value = ConnectionType> {
    word().prop_map(|word| ConnectionType::new(&word))
}

fn transport_request() -> BoxedStrategy<TransportRequest> {
    (
        (vec(word().prop_map(|word| Bridge::new(&word)), 0..4), of(any::<i64>())),
        (of(connection_type()), of(any::<bool>()), of(any::<bool>()), of(guid()), of(guid())),
        (of(any::<u32>()), of(any::<u32>()), of(any::<u32>())),
        (of(connection_type()), of(text()), of(word()), others()),
    )
        .prop_map(|(first, second, third, fourth)| TransportRequest {
            bridges: first.0,
            net_id: first.1,
            connection_type: second.0,
            upnp: second.1,
            firewall: second.2,
            nonce: second.3,
            hashed_nonce: second.4,
            session_id: third.0,
            channel_state: third.1,
            capabilities_flags: third.2,
            tcp_connection_type: fourth.0,
            ipv6_global: fourth.1,
            nat_traversal: fourth.2.map(|word| NatTraversal::new(&word)),
            others: fourth.3,
        })
        .boxed()
}

fn transport_response() -> BoxedStrategy<TransportResponse> {
    (
        (of(word()), of(any::<bool>()), of(guid()), of(guid()), addresses(), of(any::<bool>())),
        (of(connection_type()), of(connection_type())),
        (of(any::<u32>()), of(any::<u32>()), of(any::<u32>())),
        (of(word()), others()),
    )
        .prop_map(|(first, second, third, fourth)| TransportResponse {
            bridge: first.0.map(|word| Bridge::new(&word)),
            listening: first.1,
            nonce: first.2,
            hashed_nonce: first.3,
            addresses: first.4,
            needs_connecting_endpoint: first.5,
            connection_type: second.0,
            tcp_connection_type: second.1,
            session_id: third.0,
            channel_state: third.1,
            capabilities_flags: third.2,
            nat_traversal: fourth.0.map(|word| NatTraversal::new(&word)),
            others: fourth.1,
        })
        .boxed()
}

fn body() -> BoxedStrategy<Body> {
    prop_oneof![
        session().prop_map(Body::Session),
        transport_request().prop_map(|body| Body::TransportRequest(Box::new(body))),
        transport_response().prop_map(|body| Body::TransportResponse(Box::new(body))),
        (addresses(), of(word()), others()).prop_map(|(addresses, word, others)| {
            let nat_traversal = word.map(|word| NatTraversal::new(&word));
            Body::TransportUpdate(Box::new(TransportUpdate { addresses, nat_traversal, others }))
        }),
        others().prop_map(Body::UdpSwitch),
        session_end().prop_map(Body::SessionClose),
        session_end().prop_map(Body::SessionFailure),
        Just(Body::Null),
        ("(x/[a-z]{1,8})?", vec(any::<u8>(), 0..40)).prop_map(|(content_type, bytes)| {
            Body::Unknown { content_type: content_type.into(), bytes }
        }),
    ]
    .boxed()
}

fn start() -> BoxedStrategy<StartLine> {
    prop_oneof![
        ("[A-Z]{1,12}", address()).prop_map(|(method, target)| StartLine::Request {
            method: Method::new(&method),
            target,
        }),
        (any::<u16>(), text()).prop_map(|(code, reason)| StartLine::Response {
            code: StatusCode(code),
            reason: reason.into(),
        }),
    ]
    .boxed()
}
