use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use msnp_core::{EffectId, HttpRequest, RequestId};

/// The HTTP exchanges that have no response yet.
#[derive(Default)]
pub(super) struct Web {
    waiting: BTreeMap<u64, Exchange>,
    next: u64,
}

#[derive(Clone, Copy)]
pub(super) struct Exchange {
    pub(super) from: usize,
    pub(super) effect: EffectId,
    pub(super) to: usize,
    pub(super) request: RequestId,
    pub(super) response_limit: usize,
    pub(super) deadline: Duration,
}

impl Web {
    pub(super) fn begin(&mut self, exchange: Exchange) {
        self.waiting.insert(self.next, exchange);
        self.next += 1;
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.waiting.values().map(|exchange| exchange.deadline).min()
    }

    /// Takes one exchange for which this holds, the oldest first.
    pub(super) fn take(&mut self, which: impl Fn(&Exchange) -> bool) -> Option<Exchange> {
        let id = *self.waiting.iter().find(|(_, exchange)| which(exchange))?.0;
        self.waiting.remove(&id)
    }
}

/// An absolute address, taken apart.
pub(super) struct Target {
    pub(super) host: String,
    pub(super) port: u16,
    authority: String,
    path: String,
}

impl Target {
    pub(super) fn read(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let usual_port = match scheme.to_ascii_lowercase().as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let split = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(split);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (authority, usual_port),
        };
        let path = path.split('#').next().unwrap_or_default();
        let slash = if path.starts_with('/') { "" } else { "/" };
        Some(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            authority: authority.to_owned(),
            path: format!("{slash}{path}"),
        })
    }

    /// The request as it arrives there.
    pub(super) fn arriving(self, mut request: HttpRequest) -> HttpRequest {
        if request.find_header("Host").is_none() {
            request.headers.insert(0, ("Host".to_owned(), self.authority));
        }
        request.url = self.path;
        // All are at loopback here; requests have no ports of their own.
        request.peer = Some((Ipv4Addr::LOCALHOST, 0).into());
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_who_is_asked_for_what() {
        for (url, host, port, path) in [
            ("http://login.example.com/a?b=c#d", "login.example.com", 80, "/a?b=c"),
            ("https://login.example.com", "login.example.com", 443, "/"),
            ("http://me@127.0.0.1:8080?q", "127.0.0.1", 8080, "/?q"),
            ("HTTP://[::1]:81/x", "::1", 81, "/x"),
            ("http://[::1]/x", "::1", 80, "/x"),
        ] {
            let target = Target::read(url).unwrap();
            assert_eq!((target.host.as_str(), target.port), (host, port), "{url}");
            assert_eq!(target.arriving(HttpRequest::get(url)).url, path, "{url}");
        }
        assert!(["/x", "ftp://a/", "http://a:b/"].iter().all(|url| Target::read(url).is_none()));
    }
}
