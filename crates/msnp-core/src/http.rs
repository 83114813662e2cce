use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use bytes::Bytes;

/// One request that arrived at an HTTP listener and waits for its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

impl RequestId {
    /// The request with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number it was made of.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// An HTTP request, going out or coming in.
///
/// Drivers follow no redirect: whether to follow one, and with what credentials, is the machine's
/// decision.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Going out: an absolute `http:` or `https:` address. Coming in: the request target as sent,
    /// which may be absolute, may begin with two slashes, and is not decoded.
    pub url: String,
    /// Name and value, in order, each name in the case in which it is sent or was received.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: Bytes,
    /// Going out: the most bytes of body that a response may have. A longer one is a failure.
    pub response_limit: usize,
    /// Going out: how long the whole exchange may take.
    pub time_limit: Duration,
    /// Coming in: the address of who asks, where the driver knows it. Going out: none.
    pub peer: Option<SocketAddr>,
}

impl HttpRequest {
    /// A `GET` without headers, with limits that suit the sign-in pages: 64 KiB and 30 seconds.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            url: url.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            response_limit: 64 * 1024,
            time_limit: Duration::from_secs(30),
            peer: None,
        }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The value of the first header of this name, in any case.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

/// Addresses and headers of a request carry tickets and passwords, so only its shape is shown.
impl core::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let url = self.url.split(['?', ',']).next().unwrap_or_default();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &url)
            .field("headers", &self.headers.len())
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An HTTP response, going out or coming in.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status, 100 to 599.
    pub status: u16,
    /// Name and value, in order, each name in the case in which it is sent or was received.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: Bytes,
}

impl HttpResponse {
    /// A response without headers or body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The value of the first header of this name, in any case.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

/// Headers of a response carry tickets, so only its shape is shown.
impl core::fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body", &self.body.len())
            .finish()
    }
}

fn find<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
