use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::rt::{Read, Write};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use msnp_core::{AddressPolicy, Failure, HttpRequest, HttpResponse, Method, Origin};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::connect::{Rules, connect};

/// Whether the first six bytes of an address say that it is an `https:` one.
pub(crate) fn is_https(start: &str) -> bool {
    start.eq_ignore_ascii_case("https:")
}

/// Makes one request on a connection of its own. Follows nothing, decodes nothing.
pub(crate) async fn perform(
    request: HttpRequest,
    tls: Option<Arc<ClientConfig>>,
    connect_patience: Duration,
) -> Result<HttpResponse, Failure> {
    let limit = request.time_limit;
    timeout(limit, exchange(request, tls, connect_patience.min(limit)))
        .await
        .unwrap_or(Err(Failure::TimedOut))
}

async fn exchange(
    request: HttpRequest,
    tls: Option<Arc<ClientConfig>>,
    patience: Duration,
) -> Result<HttpResponse, Failure> {
    let uri: Uri = request.url.parse().map_err(|_| Failure::Broken)?;
    let https = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => return Err(Failure::Unsupported),
    };
    let host = uri.host().ok_or(Failure::Broken)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
    let limit = request.response_limit;
    let outgoing = outgoing(&uri, request)?;

    let rules = Rules { origin: Origin::Configured, policy: AddressPolicy::allow_all(), patience };
    let socket = connect(host, port, rules).await?;
    if https {
        let connector = TlsConnector::from(tls.ok_or(Failure::Tls)?);
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Failure::Tls)?;
        let stream = connector.connect(name, socket).await.map_err(|_| Failure::Tls)?;
        send(TokioIo::new(stream), outgoing, limit).await
    } else {
        send(TokioIo::new(socket), outgoing, limit).await
    }
}

fn outgoing(uri: &Uri, request: HttpRequest) -> Result<Request<Full<Bytes>>, Failure> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut builder = Request::builder().uri(target).method(match request.method {
        Method::Get => hyper::Method::GET,
        Method::Post => hyper::Method::POST,
    });
    if request.find_header("Host").is_none() {
        // Without the user and password that an address may have in front.
        let authority = uri.authority().ok_or(Failure::Broken)?.as_str();
        builder = builder.header(HOST, authority.rsplit('@').next().unwrap_or_default());
    }
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(request.body)).map_err(|_| Failure::Broken)
}

async fn send<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    limit: usize,
) -> Result<HttpResponse, Failure>
where
    S: Read + Write + Unpin,
{
    // hyper keeps no case of names that it sends; servers of old may want `Soapaction` rather than
    // `soapaction`.
    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake(stream)
        .await
        .map_err(|_| Failure::Broken)?;
    let response = async {
        let response = sender.send_request(request).await.map_err(|_| Failure::Broken)?;
        collect(response, limit).await
    };
    let connection = async {
        // It ends before the last of the body has been fetched from it.
        let _ = connection.await;
        pending::<Infallible>().await
    };
    alongside(response, connection).await
}

async fn collect(response: Response<Incoming>, limit: usize) -> Result<HttpResponse, Failure> {
    let (head, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Failure::Broken)?.into_data() else { continue };
        if data.len() > limit.saturating_sub(bytes.len()) {
            return Err(Failure::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    let mut response = HttpResponse::new(head.status.as_u16());
    for (name, value) in &head.headers {
        response = response.header(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    response.body = bytes.freeze();
    Ok(response)
}

/// Waits for `work` while `engine`, which it depends on, runs too.
async fn alongside<T>(
    work: impl Future<Output = T>,
    engine: impl Future<Output = Infallible>,
) -> T {
    let (mut work, mut engine) = (pin!(work), pin!(engine));
    poll_fn(|context| {
        if let Poll::Ready(result) = work.as_mut().poll(context) {
            return Poll::Ready(result);
        }
        match engine.as_mut().poll(context) {
            Poll::Ready(never) => match never {},
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
