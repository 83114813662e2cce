//! HTTP requests of the blocking driver, on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../../msnp-tokio/tests/toy/mod.rs"]
mod toy;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use msnp_blocking::{Driver, Options, Roots};
use msnp_core::{Answer, Effect, Failure, HttpRequest, HttpResponse, Method};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use toy::{Heard, Toy};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nPassportURLs: x\r\n\r\nhello";

/// A server that gives this response to whatever comes, and the request that came.
fn server(response: &[u8], tls: Option<Arc<ServerConfig>>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let response = response.to_vec();
    let task = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        match tls {
            Some(tls) => {
                let connection = ServerConnection::new(tls).unwrap();
                talk(StreamOwned::new(connection, socket), &response)
            }
            None => talk(socket, &response),
        }
    });
    (at, task)
}

fn talk(mut socket: impl Read + Write, response: &[u8]) -> String {
    let mut request = Vec::new();
    let whole = |request: &[u8]| match request.starts_with(b"POST") {
        true => request.ends_with(b"BODY"),
        false => request.ends_with(b"\r\n\r\n"),
    };
    while !whole(&request) {
        let mut part = [0; 1024];
        match socket.read(&mut part) {
            Ok(n) if n > 0 => request.extend_from_slice(&part[..n]),
            _ => break,
        }
    }
    let _ = socket.write_all(response);
    let _ = socket.flush();
    String::from_utf8(request).unwrap()
}

fn ask(options: Options, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let mut driver = Driver::builder(Toy::default()).options(options).build().unwrap();
    driver.call(|toy, _| toy.ask(Effect::Http(request)));
    match driver.next_within(Duration::from_secs(20)) {
        Ok(Some(Ok(Heard::Answered(_, Answer::Http(result))))) => result,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_post_goes_out_and_its_response_comes_back_whatever_its_status() {
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\n\r\nto the end";
    let (at, task) = server(redirect, None);
    let request = HttpRequest {
        method: Method::Post,
        body: Bytes::from_static(b"BODY"),
        ..HttpRequest::get(format!("http://{at}/RST.srf?a=b")).header("SOAPAction", "\"x\"")
    };
    let response = ask(Options::default(), request).unwrap();
    assert_eq!((response.status, &response.body[..]), (302, &b"to the end"[..]));
    assert_eq!(response.find_header("location"), Some("http://example.com/"));
    let sent = task.join().unwrap();
    assert!(sent.starts_with("POST /RST.srf?a=b HTTP/1.1\r\n"), "{sent}");
    let lower = sent.to_ascii_lowercase();
    assert!(lower.contains("soapaction: \"x\"\r\n"), "{sent}");
    assert!(lower.contains("content-length: 4\r\n") && sent.ends_with("\r\n\r\nBODY"), "{sent}");
    assert!(!lower.contains("accept-encoding"), "{sent}");
}

#[test]
fn each_way_to_fail_has_its_name() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let get = |at: SocketAddr| HttpRequest::get(format!("http://{at}/"));
    let asked = |request| ask(Options::default(), request);
    assert_eq!(asked(get(closed)), Err(Failure::Refused));
    let unknown = HttpRequest::get("http://no-such-host.invalid/");
    assert_eq!(asked(unknown), Err(Failure::UnknownHost));
    assert_eq!(asked(HttpRequest::get("ftp://example.com/")), Err(Failure::Unsupported));
    let (at, _task) = server(OK, None);
    assert_eq!(asked(HttpRequest { response_limit: 4, ..get(at) }), Err(Failure::TooLarge));
    let (at, _task) = server(OK, None);
    assert_eq!(asked(HttpRequest { response_limit: 5, ..get(at) }).unwrap().body, "hello");
    for broken in [&b"nonsense\r\n\r\n"[..], b"", &OK[..OK.len() - 1]] {
        let (at, _task) = server(broken, None);
        assert_eq!(asked(get(at)), Err(Failure::Broken));
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let time_limit = Duration::from_millis(50);
    let hasty = HttpRequest { time_limit, ..get(silent.local_addr().unwrap()) };
    assert_eq!(asked(hasty), Err(Failure::TimedOut));
}

#[test]
fn more_requests_than_threads_are_all_answered() {
    let mut options = Options::default();
    options.http_threads = 1;
    let mut driver = Driver::builder(Toy::default()).options(options).build().unwrap();
    let mut asked = Vec::new();
    for _ in 0..3 {
        let (at, _task) = server(OK, None);
        let request = HttpRequest::get(format!("http://{at}/"));
        asked.push(driver.call(|toy, _| toy.ask(Effect::Http(request))));
    }
    for id in asked {
        match driver.next_within(Duration::from_secs(20)) {
            Ok(Some(Ok(Heard::Answered(answered, Answer::Http(Ok(_)))))) => {
                assert_eq!(answered, id);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_request_that_waits_for_a_thread_has_its_time_limit_too() {
    let mut options = Options::default();
    options.http_threads = 1;
    let mut driver = Driver::builder(Toy::default()).options(options).build().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let held_up = HttpRequest::get(format!("http://{}/", silent.local_addr().unwrap()));
    let hasty = HttpRequest { time_limit: Duration::from_millis(50), ..held_up.clone() };
    driver.call(|toy, _| toy.ask(Effect::Http(held_up)));
    let asked = driver.call(|toy, _| toy.ask(Effect::Http(hasty)));
    match driver.next_within(Duration::from_secs(20)) {
        Ok(Some(Ok(Heard::Answered(answered, Answer::Http(Err(Failure::TimedOut)))))) => {
            assert_eq!(answered, asked);
        }
        other => panic!("{other:?}"),
    }
}

/// A TLS server for `localhost` and the certificate that one must trust to talk to it.
fn tls() -> (Arc<ServerConfig>, String) {
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
    (Arc::new(config), cert.pem())
}

#[test]
fn https_works_with_a_given_authority_and_with_no_other() {
    let (config, pem) = tls();
    let (at, task) = server(OK, Some(config.clone()));
    let url = format!("https://localhost:{}/login", at.port());
    let mut options = Options::default();
    options.roots = Roots::pem(pem.as_bytes()).unwrap();
    let response = ask(options.clone(), HttpRequest::get(&url)).unwrap();
    assert_eq!(response.body, "hello");
    assert!(task.join().unwrap().starts_with("GET /login HTTP/1.1\r\n"));

    let (_, other) = tls();
    let mut wrong_roots = Options::default();
    wrong_roots.roots = Roots::pem(other.as_bytes()).unwrap();
    for options in [wrong_roots, Options::default()] {
        let (at, _task) = server(OK, Some(config.clone()));
        let url = format!("https://localhost:{}/", at.port());
        assert_eq!(ask(options, HttpRequest::get(url)), Err(Failure::Tls));
    }
    // The right authority for another name.
    let (at, _task) = server(OK, Some(config));
    let result = ask(options, HttpRequest::get(format!("https://{at}/")));
    assert_eq!(result, Err(Failure::Tls));
    assert!(Roots::pem(b"no certificate").is_err());
}
