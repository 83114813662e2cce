//! What several tests need.

use msnp_core::{Account, Guid};
use msnp_p2p::application::{ApplicationId, EufGuid};
use msnp_p2p::context::Context;
use msnp_p2p::slp::{Body, Method, SessionBody, SlpAddress, SlpMessage, Tolerance};

pub(crate) const BRANCH: &str = "{33517CE4-02FC-4428-B6F4-39927229B722}";
pub(crate) const CALL_ID: &str = "{9D79AE57-1BD5-444B-B14E-3FC9BB2B5D58}";

pub(crate) fn alice() -> SlpAddress {
    Account::new("alice@example.com").unwrap().into()
}

pub(crate) fn bob() -> SlpAddress {
    Account::new("bob@example.com").unwrap().into()
}

pub(crate) fn guid(text: &str) -> Guid {
    text.parse().unwrap()
}

/// Bob asks Alice.
pub(crate) fn request(method: Method, body: Body) -> SlpMessage {
    SlpMessage::request(method, alice(), bob(), guid(BRANCH), guid(CALL_ID), body)
}

pub(crate) fn invitation(context: Context) -> SlpMessage {
    let body =
        SessionBody::invitation(EufGuid::OBJECT, ApplicationId::OBJECT, 953_206_827, Some(context));
    request(Method::INVITE, Body::Session(body))
}

pub(crate) fn printed(message: &SlpMessage) -> String {
    let mut out = vec![];
    message.print(&mut out);
    String::from_utf8(out).unwrap()
}

/// A message with these headers and this body, without `Content-Length`.
pub(crate) fn raw(start: &str, headers: &str, body: &str) -> String {
    format!("{start}\r\n{headers}\r\n{body}")
}

/// The headers of a request from Bob to Alice but for the last two.
pub(crate) fn headers() -> String {
    format!(
        "To: <msnmsgr:alice@example.com>\r\nFrom: <msnmsgr:bob@example.com>\r\n\
         Via: MSNSLP/1.0/TLP ;branch={BRANCH}\r\nCSeq: 0 \r\nCall-ID: {CALL_ID}\r\n\
         Max-Forwards: 0\r\n"
    )
}

/// An `INVITE` with that body of lines.
pub(crate) fn with_body(content_type: &str, body: &str) -> String {
    let len = body.len();
    let headers = format!(
        "{}Content-Type: application/x-msnmsgr-{content_type}\r\nContent-Length: {len}\r\n",
        headers()
    );
    raw("INVITE MSNMSGR:alice@example.com MSNSLP/1.0", &headers, body)
}

/// Reads it; it must have no fault that is not named.
pub(crate) fn read(text: &str, tolerances: &[Tolerance]) -> SlpMessage {
    let (message, mut noted) = SlpMessage::inspect(text.as_bytes()).expect(text);
    noted.sort();
    assert_eq!(noted, tolerances, "{text}");
    message
}

pub(crate) fn session_of(message: &SlpMessage) -> &SessionBody {
    let Body::Session(body) = &message.body else { panic!("{message:?}") };
    body
}
