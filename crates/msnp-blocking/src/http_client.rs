use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use msnp_core::{Endpoint, Failure, HttpRequest, HttpResponse, Method};
use ureq::http;
use ureq::{Agent, AsSendBody, Error};

use crate::{Roots, connect, tls};

/// What comes and goes is short; ureq would fill 128 KiB with zeros for each direction.
const BUFFER: usize = 16 * 1024;

/// The one agent of a driver. It follows nothing, decodes nothing, and keeps no connection.
///
/// It makes secure requests where it is told who may sign certificates.
pub(crate) fn agent(roots: Option<&Roots>) -> Agent {
    let builder = Agent::config_builder();
    let builder = match roots {
        Some(roots) => builder.tls_config(tls::config(roots)),
        None => builder,
    };
    builder
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_idle_connections(0)
        .input_buffer_size(BUFFER)
        .output_buffer_size(BUFFER)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .build()
        .into()
}

/// Whether certificates are needed for this request.
pub(crate) fn is_secure(request: &HttpRequest) -> bool {
    let scheme = request.url.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("https")
}

/// Makes one request, and waits for it. May take several times its time limit.
pub(crate) fn perform(agent: &Agent, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let HttpRequest { method, url, headers, body, response_limit, time_limit, .. } = request;
    let uri: http::Uri = url.parse().map_err(|_| Failure::Broken)?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(Failure::Unsupported);
    }
    let mut outgoing = http::Request::builder().uri(uri.clone());
    for (name, value) in &headers {
        outgoing = outgoing.header(name, value);
    }
    let response = match method {
        Method::Get => {
            let request = outgoing.method(http::Method::GET).body(());
            let request = request.map_err(|_| Failure::Broken)?;
            run(agent, request, time_limit)
        }
        Method::Post => {
            let request = outgoing.method(http::Method::POST).body(body.as_ref());
            let request = request.map_err(|_| Failure::Broken)?;
            run(agent, request, time_limit)
        }
    };
    let response = response.map_err(|error| match failure_of(error) {
        Failure::Broken if is_unknown(&uri) => Failure::UnknownHost,
        failure => failure,
    });
    let (head, body) = response?.into_parts();
    let mut response = HttpResponse::new(head.status.as_u16());
    for (name, value) in &head.headers {
        response = response.header(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    response.body = read(body, response_limit)?;
    Ok(response)
}

/// Every step has this limit, and not the whole: for that, ureq would look up the name on one more
/// thread, even where it is an address.
fn run(
    agent: &Agent,
    request: http::Request<impl AsSendBody>,
    limit: Duration,
) -> Result<http::Response<ureq::Body>, Error> {
    let request = agent
        .configure_request(request)
        .timeout_connect(Some(limit))
        .timeout_send_request(Some(limit))
        .timeout_send_body(Some(limit))
        .timeout_recv_response(Some(limit))
        .timeout_recv_body(Some(limit));
    agent.run(request.build())
}

fn read(body: ureq::Body, limit: usize) -> Result<Bytes, Failure> {
    let beyond = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    body.into_reader()
        .take(beyond)
        .read_to_end(&mut bytes)
        .map_err(|error| failure_of(error.into()))?;
    if bytes.len() > limit { Err(Failure::TooLarge) } else { Ok(bytes.into()) }
}

/// The system's failed look-up reaches us as an error without a kind of its own, so it is repeated.
fn is_unknown(uri: &http::Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let Ok(endpoint) = Endpoint::new(host, uri.port_u16().unwrap_or_default()) else {
        return false;
    };
    connect::resolve(&endpoint).is_empty()
}

fn failure_of(error: Error) -> Failure {
    match error {
        Error::HostNotFound => Failure::UnknownHost,
        Error::Timeout(_) => Failure::TimedOut,
        Error::Tls(_) | Error::Rustls(_) => Failure::Tls,
        Error::BodyExceedsLimit(_) => Failure::TooLarge,
        Error::ConnectionFailed => Failure::Refused,
        Error::Io(error) => match error.kind() {
            _ if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => Failure::Tls,
            std::io::ErrorKind::ConnectionRefused => Failure::Refused,
            std::io::ErrorKind::TimedOut => Failure::TimedOut,
            std::io::ErrorKind::PermissionDenied => Failure::Denied,
            _ => Failure::Broken,
        },
        _ => Failure::Broken,
    }
}
