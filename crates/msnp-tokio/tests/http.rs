//! HTTP of the tokio driver, in both directions, on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod toy;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use msnp_core::{
    Answer, Effect, Failure, HttpRequest, HttpResponse, ListenerId, Method, RequestId, Serves,
};
use msnp_tokio::{Driver, Options, Roots};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use toy::{Heard, Toy};

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("it takes too long")
}

async fn event(driver: &mut Driver<Toy>) -> Heard {
    within(driver.next()).await.expect("it ended").expect("it failed")
}

async fn serving(options: Options) -> (Driver<Toy>, SocketAddr) {
    let mut driver = Driver::builder(Toy::default()).options(options).build();
    let on = "127.0.0.1:0".parse().unwrap();
    let listener = ListenerId::new(1);
    driver.call(|toy, _| toy.ask(Effect::Listen { listener, on, serves: Serves::Http }));
    match event(&mut driver).await {
        Heard::Answered(_, Answer::Listening(Ok(at))) => (driver, at),
        other => panic!("{other:?}"),
    }
}

/// Sends these bytes and reads the response to its end.
async fn raw(at: SocketAddr, request: &[u8], ends: bool) -> String {
    let mut socket = TcpStream::connect(at).await.unwrap();
    socket.write_all(request).await.unwrap();
    if ends {
        socket.shutdown().await.unwrap();
    }
    let mut response = String::new();
    socket.read_to_string(&mut response).await.unwrap();
    response
}

async fn request(driver: &mut Driver<Toy>) -> (RequestId, HttpRequest) {
    match event(driver).await {
        Heard::Requested(id, request) => (id, request),
        other => panic!("{other:?}"),
    }
}

/// Lets the driver run until the client is done.
async fn finish<T>(driver: &mut Driver<Toy>, client: impl Future<Output = T>) -> T {
    tokio::select! {
        event = driver.next() => panic!("{event:?}"),
        done = within(client) => done,
    }
}

fn respond(driver: &mut Driver<Toy>, request: RequestId, response: HttpResponse) {
    driver.call(|toy, _| toy.ask(Effect::Respond { request, response }));
}

#[tokio::test]
async fn a_request_without_version_gets_a_header_block_with_names_as_given() {
    for (text, ends) in [
        ("GET /rdr/pprdr.asp\r\n\r\n", false),
        ("GET /rdr/pprdr.asp\r\n", true),
        ("GET /rdr/pprdr.asp\n", false),
    ] {
        let (mut driver, at) = serving(Options::default()).await;
        let client = tokio::spawn(raw(at, text.as_bytes(), ends));
        let (id, request) = request(&mut driver).await;
        assert_eq!((request.method, request.url.as_str()), (Method::Get, "/rdr/pprdr.asp"));
        let response = HttpResponse::new(200).header("PassportURLs", "DALogin=example.com/l,x");
        respond(&mut driver, id, response);
        let text = finish(&mut driver, client).await.unwrap();
        assert_eq!(
            text,
            "HTTP/1.1 200 OK\r\nPassportURLs: DALogin=example.com/l,x\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
}

#[tokio::test]
async fn a_body_that_comes_late_and_in_pieces_is_one_request() {
    let (mut driver, at) = serving(Options::default()).await;
    let client = tokio::spawn(async move {
        let mut socket = TcpStream::connect(at).await.unwrap();
        let text = b"POST http://h/RST.srf HTTP/1.1\r\nSOAPAction: x\r\nContent-Length: 5\r\n\
            Expect: 100-continue\r\n\r\n";
        for byte in text {
            socket.write_all(&[*byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        let mut go_on = [0; 25];
        socket.read_exact(&mut go_on).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        for part in [&b"he"[..], b"llo", b"more than was announced"] {
            socket.write_all(part).await.unwrap();
        }
        let mut response = String::new();
        socket.read_to_string(&mut response).await.unwrap();
        response
    });
    let (id, request) = request(&mut driver).await;
    assert_eq!(request.url, "http://h/RST.srf");
    assert_eq!(request.headers[0], ("SOAPAction".to_owned(), "x".to_owned()));
    assert_eq!(&request.body[..], b"hello");
    let big = Bytes::from(vec![b'a'; 300_000]);
    respond(&mut driver, id, HttpResponse { body: big, ..HttpResponse::new(404) });
    let text = finish(&mut driver, client).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 404 Not Found\r\nContent-Length: 300000\r\n"));
    assert!(text.ends_with(&"a".repeat(300_000)));
}

#[tokio::test]
async fn bad_requests_are_refused_without_the_machine() {
    let mut options = Options::default();
    options.http.receive = Duration::from_millis(300);
    let (mut driver, at) = serving(options).await;
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(20_000));
    for (request, status) in [
        ("\u{1}\r\n\r\n", "400"),
        ("GET /a HTTP/1.1\r\n", "408"),
        ("PUT /a HTTP/1.1\r\n\r\n", "501"),
        ("POST /a HTTP/1.1\r\n\r\n", "411"),
        ("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501"),
        ("POST /a HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n", "413"),
        (&long, "431"),
    ] {
        let client = raw(at, request.as_bytes(), false);
        let text = finish(&mut driver, client).await;
        assert_eq!(text.get(9..12), Some(status), "{request:.40}");
    }
}

#[tokio::test]
async fn a_machine_that_does_not_respond_in_time_has_it_said_for_it() {
    let mut options = Options::default();
    options.http.respond = Duration::from_millis(50);
    let (mut driver, at) = serving(options).await;
    let client = tokio::spawn(raw(at, b"GET /a HTTP/1.0\r\n\r\n", false));
    let (id, _) = request(&mut driver).await;
    let text = finish(&mut driver, client).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 504 "), "{text}");
    // Too late, and harmless.
    respond(&mut driver, id, HttpResponse::new(200));
    let client = tokio::spawn(raw(at, b"GET /b HTTP/1.0\r\n\r\n", false));
    let (id, request) = request(&mut driver).await;
    assert_eq!(request.url, "/b");
    respond(&mut driver, id, HttpResponse::new(200).header("Bad", "a\r\nb"));
    let text = finish(&mut driver, client).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 500 "), "{text}");
}

/// A server that gives this response to whatever comes, and the requests that came.
async fn server(
    response: Vec<u8>,
    tls: Option<TlsAcceptor>,
) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        match tls {
            Some(tls) => match tls.accept(socket).await {
                Ok(socket) => talk(socket, &response).await,
                Err(error) => error.to_string(),
            },
            None => talk(socket, &response).await,
        }
    });
    (at, task)
}

async fn talk(
    mut socket: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    response: &[u8],
) -> String {
    let mut request = Vec::new();
    let whole = |request: &[u8]| match request.starts_with(b"POST") {
        true => request.ends_with(b"BODY"),
        false => request.ends_with(b"\r\n\r\n"),
    };
    while !whole(&request) {
        let mut part = [0; 1024];
        match socket.read(&mut part).await.unwrap() {
            0 => break,
            n => request.extend_from_slice(&part[..n]),
        }
    }
    let _ = socket.write_all(response).await;
    let _ = socket.shutdown().await;
    String::from_utf8(request).unwrap()
}

async fn ask(options: Options, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let mut driver = Driver::builder(Toy::default()).options(options).build();
    driver.call(|toy, _| toy.ask(Effect::Http(request)));
    match event(&mut driver).await {
        Heard::Answered(_, Answer::Http(result)) => result,
        other => panic!("{other:?}"),
    }
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nPassportURLs: x\r\n\r\nhello";

#[tokio::test]
async fn a_post_goes_out_and_its_response_comes_back_whatever_its_status() {
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\n\r\nto the end";
    let (at, task) = server(redirect.to_vec(), None).await;
    let request = HttpRequest {
        method: Method::Post,
        body: Bytes::from_static(b"BODY"),
        ..HttpRequest::get(format!("http://user:secret@{at}/RST.srf?a=b"))
            .header("SOAPAction", "\"x\"")
    };
    let response = ask(Options::default(), request).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (302, &b"to the end"[..]));
    assert_eq!(response.find_header("location"), Some("http://example.com/"));
    let sent = task.await.unwrap();
    assert!(sent.starts_with("POST /RST.srf?a=b HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains(&format!("Host: {at}\r\n")), "{sent}");
    assert!(sent.contains("Content-Length: 4\r\n") && sent.ends_with("\r\n\r\nBODY"), "{sent}");
    assert!(!sent.contains("secret"), "{sent}");
}

#[tokio::test]
async fn each_way_to_fail_has_its_name() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let get = |at: SocketAddr| HttpRequest::get(format!("http://{at}/"));
    let asked = |request| ask(Options::default(), request);
    assert_eq!(asked(get(closed)).await, Err(Failure::Refused));
    let unknown = HttpRequest::get("http://no-such-host.invalid/");
    assert_eq!(asked(unknown).await, Err(Failure::UnknownHost));
    assert_eq!(asked(HttpRequest::get("ftp://example.com/")).await, Err(Failure::Unsupported));
    let (at, _task) = server(OK.to_vec(), None).await;
    let small = HttpRequest { response_limit: 4, ..get(at) };
    assert_eq!(asked(small).await, Err(Failure::TooLarge));
    let (at, _task) = server(OK.to_vec(), None).await;
    let exact = HttpRequest { response_limit: 5, ..get(at) };
    assert_eq!(asked(exact).await.unwrap().body, "hello");
    for broken in [&b"nonsense\r\n\r\n"[..], b"", &OK[..OK.len() - 1]] {
        let (at, _task) = server(broken.to_vec(), None).await;
        assert_eq!(asked(get(at)).await, Err(Failure::Broken));
    }
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hasty =
        HttpRequest { time_limit: Duration::from_millis(50), ..get(silent.local_addr().unwrap()) };
    assert_eq!(asked(hasty).await, Err(Failure::TimedOut));
}

/// A TLS server for `localhost` and the certificate that one must trust to talk to it.
fn tls() -> (TlsAcceptor, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), cert.pem())
}

#[tokio::test]
async fn https_works_with_a_given_authority_and_with_no_other() {
    let (acceptor, pem) = tls();
    let (at, task) = server(OK.to_vec(), Some(acceptor.clone())).await;
    let url = format!("https://localhost:{}/login", at.port());
    let mut options = Options::default();
    options.roots = Roots::pem(pem.as_bytes()).unwrap();
    let response = ask(options.clone(), HttpRequest::get(&url)).await.unwrap();
    assert_eq!(response.body, "hello");
    assert!(task.await.unwrap().starts_with("GET /login HTTP/1.1\r\n"));

    let (_, other) = tls();
    let mut wrong_roots = Options::default();
    wrong_roots.roots = Roots::pem(other.as_bytes()).unwrap();
    for options in [wrong_roots, Options::default()] {
        let (at, _task) = server(OK.to_vec(), Some(acceptor.clone())).await;
        let url = format!("https://localhost:{}/", at.port());
        assert_eq!(ask(options, HttpRequest::get(url)).await, Err(Failure::Tls));
    }
    // The right authority for another name.
    let (at, _task) = server(OK.to_vec(), Some(acceptor)).await;
    let result = ask(options, HttpRequest::get(format!("https://{at}/"))).await;
    assert_eq!(result, Err(Failure::Tls));
    assert!(Roots::pem(b"no certificate").is_err());
}
