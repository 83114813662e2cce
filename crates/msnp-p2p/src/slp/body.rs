use alloc::boxed::Box;
use alloc::vec::Vec;

use msnp_codec::message::{BodyField, ContentType};

use super::error::Tolerance;
use super::fields::{FieldReader, FieldWriter};
use super::session::{SessionBody, SessionEnd};
use super::transport::{TransportRequest, TransportResponse, TransportUpdate};

/// What a message is about.
///
/// | `Content-Type` | body |
/// |---|---|
/// | `application/x-msnmsgr-sessionreqbody` | [`Session`](Self::Session) |
/// | `application/x-msnmsgr-transreqbody` | [`TransportRequest`](Self::TransportRequest) |
/// | `application/x-msnmsgr-transrespbody` | [`TransportResponse`](Self::TransportResponse) |
/// | `application/x-msnmsgr-transdestaddrupdate` | [`TransportUpdate`](Self::TransportUpdate) |
/// | `application/x-msnmsgr-transudpswitch` | [`UdpSwitch`](Self::UdpSwitch) |
/// | `application/x-msnmsgr-sessionclosebody` | [`SessionClose`](Self::SessionClose) |
/// | `application/x-msnmsgr-session-failure-respbody` | [`SessionFailure`](Self::SessionFailure) |
/// | `null` | [`Null`](Self::Null) |
/// | anything else, or none | [`Unknown`](Self::Unknown) |
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A session is asked for, or that is answered.
    Session(SessionBody),
    /// A connection is asked for.
    TransportRequest(Box<TransportRequest>),
    /// That is answered, or one is offered.
    TransportResponse(Box<TransportResponse>),
    /// The address of a connection changes.
    TransportUpdate(Box<TransportUpdate>),
    /// The switch to datagrams, of which no field is known.
    UdpSwitch(Vec<BodyField<'static>>),
    /// A session ends.
    SessionClose(SessionEnd),
    /// A session failed.
    SessionFailure(SessionEnd),
    /// There is none.
    Null,
    /// Nothing that is known; kept as it is.
    Unknown {
        /// Its content type; empty where the header is missing.
        content_type: Box<str>,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

impl Body {
    /// How many lines of a body are read; what follows is left out.
    pub const MAX_FIELDS: usize = super::fields::MAX_FIELDS;

    /// What the header `Content-Type` says of it.
    pub fn content_type(&self) -> &str {
        match self {
            Self::Session(_) => SESSION,
            Self::TransportRequest(_) => TRANSPORT_REQUEST,
            Self::TransportResponse(_) => TRANSPORT_RESPONSE,
            Self::TransportUpdate(_) => TRANSPORT_UPDATE,
            Self::UdpSwitch(_) => UDP_SWITCH,
            Self::SessionClose(_) => SESSION_CLOSE,
            Self::SessionFailure(_) => SESSION_FAILURE,
            Self::Null => NULL,
            Self::Unknown { content_type, .. } => content_type,
        }
    }

    /// Whether it is about a connection for a session, and not about the session.
    pub const fn is_about_a_connection(&self) -> bool {
        matches!(
            self,
            Self::TransportRequest(_)
                | Self::TransportResponse(_)
                | Self::TransportUpdate(_)
                | Self::UdpSwitch(_)
        )
    }

    /// Reads the body that follows the headers. `length` is what `Content-Length` says.
    pub(super) fn read(
        content_type: &str,
        bytes: &[u8],
        length: Option<usize>,
        noted: &mut Vec<Tolerance>,
    ) -> Self {
        let media_type = ContentType::parse(content_type.as_bytes());
        if let Some(row) = READERS.iter().find(|row| media_type.is(row.0)) {
            return row.1(FieldReader::new(bytes, noted));
        }
        let bytes = length.and_then(|length| bytes.get(..length)).unwrap_or(bytes);
        Self::Unknown { content_type: content_type.into(), bytes: bytes.into() }
    }

    /// Appends it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let fields = FieldWriter(out);
        match self {
            Self::Session(body) => body.write(fields),
            Self::TransportRequest(body) => body.write(fields),
            Self::TransportResponse(body) => body.write(fields),
            Self::TransportUpdate(body) => body.write(fields),
            Self::UdpSwitch(others) => fields.end(others),
            Self::SessionClose(body) | Self::SessionFailure(body) => body.write(fields),
            Self::Null => {}
            Self::Unknown { bytes, .. } => out.extend_from_slice(bytes),
        }
    }
}

const SESSION: &str = "application/x-msnmsgr-sessionreqbody";
const TRANSPORT_REQUEST: &str = "application/x-msnmsgr-transreqbody";
const TRANSPORT_RESPONSE: &str = "application/x-msnmsgr-transrespbody";
const TRANSPORT_UPDATE: &str = "application/x-msnmsgr-transdestaddrupdate";
const UDP_SWITCH: &str = "application/x-msnmsgr-transudpswitch";
const SESSION_CLOSE: &str = "application/x-msnmsgr-sessionclosebody";
const SESSION_FAILURE: &str = "application/x-msnmsgr-session-failure-respbody";
const NULL: &str = "null";

type Reader = fn(FieldReader<'_>) -> Body;

const READERS: [(&str, Reader); 8] = [
    (SESSION, |fields| Body::Session(SessionBody::read(fields))),
    (TRANSPORT_REQUEST, |fields| Body::TransportRequest(Box::new(TransportRequest::read(fields)))),
    (TRANSPORT_RESPONSE, |fields| {
        Body::TransportResponse(Box::new(TransportResponse::read(fields)))
    }),
    (TRANSPORT_UPDATE, |fields| Body::TransportUpdate(Box::new(TransportUpdate::read(fields)))),
    (UDP_SWITCH, |fields| Body::UdpSwitch(fields.others())),
    (SESSION_CLOSE, |fields| Body::SessionClose(SessionEnd::read(fields))),
    (SESSION_FAILURE, |fields| Body::SessionFailure(SessionEnd::read(fields))),
    (NULL, |_| Body::Null),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_content_type_reads_as_the_body_that_writes_it() {
        for (content_type, _) in READERS {
            for written in [content_type.into(), content_type.to_uppercase()] {
                let body = Body::read(&written, b"", Some(0), &mut Vec::new());
                assert_eq!(body.content_type(), content_type);
                assert!(!matches!(body, Body::Unknown { .. }));
            }
        }
    }
}
