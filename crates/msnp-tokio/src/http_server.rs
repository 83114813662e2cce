//! A small HTTP server: one request a connection, `GET` and `POST`, bodies of a stated length.
//!
//! hyper cannot be used here, because programs that still run need two things that it does not do:
//! a request line without version, and response header names in exactly the case that was asked
//! for (`PassportURLs`).

use std::io;
use std::time::Duration;

use bytes::Bytes;
use msnp_core::{HttpRequest, HttpResponse, ListenerId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::http_head::{Head, Parsed, Refused, parse};
use crate::options::HttpLimits;

/// How long a request line without version waits for headers that need not come.
const VERSIONLESS_GRACE: Duration = Duration::from_secs(1);
/// How much is read of a client that still sends after its response.
const LINGER_BYTES: usize = 256 * 1024;
const LINGER: Duration = Duration::from_secs(2);
const CHUNK: usize = 4096;

/// A request for the machine.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) listener: ListenerId,
    pub(crate) request: HttpRequest,
    pub(crate) reply: oneshot::Sender<HttpResponse>,
}

/// Serves one connection to its end. Bad requests are answered here, without the machine.
pub(crate) async fn serve(
    mut socket: TcpStream,
    listener: ListenerId,
    limits: HttpLimits,
    write_timeout: Duration,
    submit: mpsc::Sender<Incoming>,
) {
    let received = timeout(limits.receive, receive(&mut socket, limits, write_timeout)).await;
    let response = match received.unwrap_or(Err(Lost::Refused(Refused(408)))) {
        Ok(request) => {
            let (reply, response) = oneshot::channel();
            match submit.send(Incoming { listener, request, reply }).await {
                // The driver bounds this wait, and drops the sender when the machine has ended.
                Ok(()) => response.await.unwrap_or_else(|_| HttpResponse::new(503)),
                Err(_) => HttpResponse::new(503),
            }
        }
        Err(Lost::Refused(Refused(status))) => HttpResponse::new(status),
        Err(Lost::Gone) => return,
    };
    let bytes = print(&response).or_else(|| print(&HttpResponse::new(500))).unwrap_or_default();
    if write_all(&mut socket, &bytes, write_timeout).await.is_ok() {
        linger(&mut socket).await;
    }
}

/// Why there is no request.
enum Lost {
    Refused(Refused),
    Gone,
}

impl From<io::Error> for Lost {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl From<Refused> for Lost {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

async fn receive(
    socket: &mut TcpStream,
    limits: HttpLimits,
    write_timeout: Duration,
) -> Result<HttpRequest, Lost> {
    let mut bytes = Vec::new();
    let head = receive_head(socket, &mut bytes, limits.head).await?;
    if head.body > limits.body {
        return Err(Refused(413).into());
    }
    if head.expects_continue {
        write_all(socket, b"HTTP/1.1 100 Continue\r\n\r\n", write_timeout).await?;
    }
    let mut body = bytes.split_off(head.length.min(bytes.len()));
    while body.len() < head.body {
        if read_some(socket, &mut body).await? == 0 {
            return Err(Lost::Gone);
        }
    }
    body.truncate(head.body);
    Ok(HttpRequest {
        method: head.method,
        headers: head.headers,
        body: Bytes::from(body),
        response_limit: usize::MAX,
        time_limit: limits.respond,
        peer: socket.peer_addr().ok(),
        ..HttpRequest::get(head.target)
    })
}

async fn receive_head(
    socket: &mut TcpStream,
    bytes: &mut Vec<u8>,
    limit: usize,
) -> Result<Head, Lost> {
    loop {
        let parsed = parse(bytes, false)?;
        let read = match parsed {
            Parsed::Whole(head) if head.length > limit => return Err(Refused(431).into()),
            Parsed::Whole(head) => return Ok(head),
            Parsed::Partial | Parsed::Versionless if bytes.len() > limit => {
                return Err(Refused(431).into());
            }
            Parsed::Partial => read_some(socket, bytes).await?,
            Parsed::Versionless => {
                timeout(VERSIONLESS_GRACE, read_some(socket, bytes)).await.unwrap_or(Ok(0))?
            }
        };
        if read == 0 {
            return match parse(bytes, true)? {
                Parsed::Whole(head) => Ok(head),
                Parsed::Partial | Parsed::Versionless => Err(Lost::Gone),
            };
        }
    }
}

async fn read_some(socket: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<usize> {
    bytes.reserve(CHUNK);
    // As much as there is room for: more than was asked for is cut off or refused afterwards.
    socket.read_buf(bytes).await
}

/// The response with a full header block, whatever the request looked like. `None` where a name or
/// value would break that block.
fn print(response: &HttpResponse) -> Option<Vec<u8>> {
    let HttpResponse { status, headers, body } = response;
    if !(200..600).contains(status) {
        return None;
    }
    let mut out = format!("HTTP/1.1 {status} {}\r\n", reason(*status)).into_bytes();
    for (name, value) in headers {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) {
            return None;
        }
        if value.bytes().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return None;
        }
        let ours = ["Content-Length", "Connection", "Transfer-Encoding"];
        if ours.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            continue;
        }
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if *status == 204 || *status == 304 {
        out.extend_from_slice(b"Connection: close\r\n\r\n");
    } else {
        out.extend_from_slice(
            format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes(),
        );
        out.extend_from_slice(body);
    }
    Some(out)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Status",
    }
}

/// Writes all, as long as the client takes something within each `patience`.
async fn write_all(socket: &mut TcpStream, bytes: &[u8], patience: Duration) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match timeout(patience, socket.write(rest)).await {
            Ok(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(Ok(n)) => rest = rest.get(n..).unwrap_or_default(),
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
    }
    Ok(())
}

/// To close a socket that still receives would destroy the response on its way.
async fn linger(socket: &mut TcpStream) {
    let discard = async {
        let mut left = LINGER_BYTES;
        let mut buffer = [0; 1024];
        if socket.shutdown().await.is_err() {
            return;
        }
        while let Ok(n) = socket.read(&mut buffer).await {
            left = left.saturating_sub(n);
            if n == 0 || left == 0 {
                return;
            }
        }
    };
    let _ = timeout(LINGER, discard).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_keep_their_case_and_lengths_are_ours() {
        let response = HttpResponse {
            body: Bytes::from_static(b"hi"),
            ..HttpResponse::new(200)
                .header("PassportURLs", "DALogin=http://example.com/,x")
                .header("content-length", "99")
        };
        assert_eq!(
            print(&response).unwrap(),
            b"HTTP/1.1 200 OK\r\nPassportURLs: DALogin=http://example.com/,x\r\n\
              Content-Length: 2\r\nConnection: close\r\n\r\nhi"
        );
    }

    #[test]
    fn a_value_cannot_break_out_of_its_line() {
        assert_eq!(print(&HttpResponse::new(200).header("A", "b\r\nSet-Cookie: c")), None);
        assert_eq!(print(&HttpResponse::new(200).header("A: b\r\nB", "c")), None);
        assert_eq!(print(&HttpResponse::new(99)), None);
    }
}
