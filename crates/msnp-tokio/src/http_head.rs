use msnp_core::Method;

/// The most header lines of a request.
const HEADERS: usize = 64;

/// A request without its body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    /// How many bytes of body follow.
    pub(crate) body: usize,
    /// The client waits for a `100 Continue` before it sends them.
    pub(crate) expects_continue: bool,
    /// How long the head itself was.
    pub(crate) length: usize,
}

/// What the bytes so far are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// More must come.
    Partial,
    /// More may come, but the request line has no version, and those who send such a line may
    /// send nothing after it.
    Versionless,
    Whole(Head),
}

/// The status of the refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) u16);

/// Reads the head of a request off the front of `bytes`; `ended` says that no more will come.
pub(crate) fn parse(bytes: &[u8], ended: bool) -> Result<Parsed, Refused> {
    match versionless(bytes) {
        Some(line) => parse_versionless(bytes, line, ended),
        None => parse_usual(bytes),
    }
}

/// The request line `GET /target` of HTTP/0.9 (Pidgin 2.4.3 asks the nexus so), and where it ends.
struct Line<'b> {
    method: &'b [u8],
    target: &'b [u8],
    length: usize,
}

fn versionless(bytes: &[u8]) -> Option<Line<'_>> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    let line = bytes.get(..end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut words = line.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let (method, target) = (words.next()?, words.next()?);
    match words.next() {
        None => Some(Line { method, target, length: end + 1 }),
        Some(_) => None,
    }
}

fn parse_versionless(bytes: &[u8], line: Line<'_>, ended: bool) -> Result<Parsed, Refused> {
    let target = std::str::from_utf8(line.target).map_err(|_| Refused(400))?;
    if !target.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Refused(400));
    }
    let method = match line.method {
        b"GET" => Method::Get,
        _ => return Err(Refused(400)),
    };
    let head = |headers, length| {
        Ok(Parsed::Whole(Head {
            method,
            target: target.to_owned(),
            headers,
            body: 0,
            expects_continue: false,
            length,
        }))
    };
    let rest = bytes.get(line.length..).unwrap_or_default();
    let mut room = [httparse::EMPTY_HEADER; HEADERS];
    match httparse::parse_headers(rest, &mut room) {
        Ok(httparse::Status::Complete((length, headers))) => {
            head(owned(headers), line.length + length)
        }
        Ok(httparse::Status::Partial) if !ended => Ok(Parsed::Versionless),
        // Whatever it is, it is no part of such a request.
        Ok(httparse::Status::Partial) | Err(_) => head(Vec::new(), bytes.len()),
    }
}

fn parse_usual(bytes: &[u8]) -> Result<Parsed, Refused> {
    let mut room = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut room);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(Parsed::Partial),
        Err(httparse::Error::TooManyHeaders) => return Err(Refused(431)),
        Err(httparse::Error::Version) => return Err(Refused(505)),
        Err(_) => return Err(Refused(400)),
    };
    let method = match request.method {
        Some("GET") => Method::Get,
        Some("POST") => Method::Post,
        _ => return Err(Refused(501)),
    };
    let target = request.path.ok_or(Refused(400))?.to_owned();
    let headers = owned(request.headers);
    let body = body_length(method, &headers)?;
    let expects_continue = body > 0
        && values(&headers, "Expect").any(|value| value.eq_ignore_ascii_case("100-continue"));
    Ok(Parsed::Whole(Head { method, target, headers, body, expects_continue, length }))
}

fn body_length(method: Method, headers: &[(String, String)]) -> Result<usize, Refused> {
    if values(headers, "Transfer-Encoding").next().is_some() {
        return Err(Refused(501));
    }
    let mut length = None;
    for value in values(headers, "Content-Length") {
        // `parse` alone would take `+5`.
        if !value.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refused(400));
        }
        let value = value.parse().map_err(|_| Refused(if value.is_empty() { 400 } else { 413 }))?;
        // Two lengths that differ are how requests are smuggled.
        if length.replace(value).is_some_and(|other: usize| other != value) {
            return Err(Refused(400));
        }
    }
    match (method, length) {
        (_, Some(length)) => Ok(length),
        (Method::Get, None) => Ok(0),
        (Method::Post, None) => Err(Refused(411)),
    }
}

fn values<'h>(headers: &'h [(String, String)], name: &str) -> impl Iterator<Item = &'h str> {
    headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn owned(headers: &[httparse::Header<'_>]) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Head {
        match parse(bytes, false) {
            Ok(Parsed::Whole(head)) => head,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_line_without_version_is_a_request() {
        let head = whole(b"GET /rdr/pprdr.asp\r\n\r\n");
        assert_eq!((head.method, head.target.as_str()), (Method::Get, "/rdr/pprdr.asp"));
        assert_eq!(head.length, 22);
        let with_headers = whole(b"GET /a\r\nHost: example.com\r\n\r\n");
        assert_eq!(with_headers.headers, [("Host".to_owned(), "example.com".to_owned())]);
        assert_eq!(parse(b"GET /a\r\n", false), Ok(Parsed::Versionless));
        assert!(matches!(parse(b"GET /a\r\n", true), Ok(Parsed::Whole(_))));
        assert_eq!(parse(b"POST /a\r\n\r\n", false), Err(Refused(400)));
    }

    #[test]
    fn an_absolute_target_and_the_case_of_names_are_kept() {
        let head = whole(
            b"POST http://h/g?a=b HTTP/1.1\r\nSOAPAction: \"x\"\r\ncontent-length: 3\r\n\r\nabc",
        );
        assert_eq!(head.target, "http://h/g?a=b");
        assert_eq!(head.headers[0], ("SOAPAction".to_owned(), "\"x\"".to_owned()));
        assert_eq!(head.body, 3);
    }

    #[test]
    fn every_prefix_of_a_request_is_partial() {
        let request = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n";
        for cut in 0..request.len() {
            assert_eq!(parse(&request[..cut], false), Ok(Parsed::Partial), "{cut}");
        }
        assert_eq!(whole(request).length, request.len());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (request, status) in [
            ("POST /a HTTP/1.1\r\n\r\n", 411),
            ("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
            ("POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("POST /a HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400),
            ("POST /a HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
            ("DELETE /a HTTP/1.1\r\n\r\n", 501),
            ("GET /a HTTP/2.0\r\n\r\n", 505),
            ("\u{1}\u{2}\u{3}\r\n\r\n", 400),
            ("GET /a b HTTP/1.1\r\n\r\n", 505),
        ] {
            assert_eq!(parse(request.as_bytes(), false), Err(Refused(status)), "{request}");
        }
    }
}
