//! The values of the contract as JSON.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use msnp_core::{
    Answer, Effect, Failure, HttpRequest, HttpResponse, LinkEnd, ListenerId, Method, Opened,
    Origin, Output, Proof, Serves,
};
use serde_json::{Value, json};

const LINK_ENDS: [(LinkEnd, &str); 4] = [
    (LinkEnd::Eof, "eof"),
    (LinkEnd::Refused, "refused"),
    (LinkEnd::Reset, "reset"),
    (LinkEnd::TimedOut, "timed_out"),
];

const FAILURES: [(Failure, &str); 8] = [
    (Failure::Refused, "refused"),
    (Failure::TimedOut, "timed_out"),
    (Failure::Denied, "denied"),
    (Failure::UnknownHost, "unknown_host"),
    (Failure::Tls, "tls"),
    (Failure::TooLarge, "too_large"),
    (Failure::Broken, "broken"),
    (Failure::Unsupported, "unsupported"),
];

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).collect()
}

pub(crate) fn unhex(value: &Value) -> Option<Vec<u8>> {
    let digit = |b: u8| u8::try_from(char::from(b).to_digit(16)?).ok();
    let text = value.as_str()?.as_bytes();
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.chunks(2).map(pair).collect()
}

/// Nanoseconds; what does not fit into 64 bits is the far end of time.
pub(crate) fn duration_json(duration: Duration) -> Value {
    json!(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}

pub(crate) fn duration(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_nanos)
}

pub(crate) fn opened_json(how: Opened) -> Value {
    match how {
        Opened::Connected => json!("connected"),
        Opened::Accepted { listener, peer } => {
            json!({ "accepted": listener.number(), "peer": peer.to_string() })
        }
    }
}

pub(crate) fn opened(value: &Value) -> Option<Opened> {
    if value == "connected" {
        return Some(Opened::Connected);
    }
    let listener = ListenerId::new(value["accepted"].as_u64()?);
    Some(Opened::Accepted { listener, peer: value["peer"].as_str()?.parse().ok()? })
}

pub(crate) fn link_end_json(why: LinkEnd) -> Value {
    named(&LINK_ENDS, why)
}

pub(crate) fn link_end(value: &Value) -> Option<LinkEnd> {
    by_name(&LINK_ENDS, value)
}

pub(crate) fn answer_json(answer: &Answer, masked: bool) -> Value {
    fn result<T>(result: &Result<T, Failure>, good: impl Fn(&T) -> Value) -> Value {
        match result {
            Ok(value) => good(value),
            Err(failure) => json!({ "failed": named(&FAILURES, *failure) }),
        }
    }
    match answer {
        Answer::Listening(on) => json!({ "listening": result(on, |on| json!(on.to_string())) }),
        Answer::Http(response) => {
            json!({ "http": result(response, |response| response_json(response, masked)) })
        }
        Answer::Stored(stored) => json!({ "stored": result(stored, |()| json!(true)) }),
        Answer::Verified(holds) => json!({ "verified": result(holds, |holds| json!(holds)) }),
        other => shown(other),
    }
}

pub(crate) fn answer(value: &Value) -> Option<Answer> {
    let (kind, value) = value.as_object()?.iter().next()?;
    let failed = value.get("failed").map(|failed| by_name(&FAILURES, failed));
    let failed = match failed {
        Some(known) => Some(known?),
        None => None,
    };
    let answer = match (kind.as_str(), failed) {
        ("listening", Some(failed)) => Answer::Listening(Err(failed)),
        ("listening", None) => Answer::Listening(Ok(value.as_str()?.parse().ok()?)),
        ("http", Some(failed)) => Answer::Http(Err(failed)),
        ("http", None) => Answer::Http(Ok(response(value)?)),
        ("stored", Some(failed)) => Answer::Stored(Err(failed)),
        ("stored", None) => Answer::Stored(Ok(())),
        ("verified", Some(failed)) => Answer::Verified(Err(failed)),
        ("verified", None) => Answer::Verified(Ok(value.as_bool()?)),
        _ => return None,
    };
    Some(answer)
}

pub(crate) fn request_json(request: &HttpRequest, masked: bool) -> Value {
    if masked {
        return shown(request);
    }
    json!({
        "method": match request.method { Method::Get => "get", Method::Post => "post" },
        "url": request.url,
        "headers": request.headers,
        "body": hex(&request.body),
        "response_limit": request.response_limit,
        "time_limit": duration_json(request.time_limit),
        "peer": request.peer,
    })
}

pub(crate) fn request(value: &Value) -> Option<HttpRequest> {
    Some(HttpRequest {
        method: match value["method"].as_str()? {
            "get" => Method::Get,
            "post" => Method::Post,
            _ => return None,
        },
        url: value["url"].as_str()?.to_owned(),
        headers: headers(&value["headers"])?,
        body: Bytes::from(unhex(&value["body"])?),
        response_limit: usize::try_from(value["response_limit"].as_u64()?).ok()?,
        time_limit: duration(&value["time_limit"])?,
        // Older recordings do not say it.
        peer: value["peer"].as_str().map(str::parse).transpose().ok()?,
    })
}

fn response_json(response: &HttpResponse, masked: bool) -> Value {
    if masked {
        return shown(response);
    }
    json!({
        "status": response.status,
        "headers": response.headers,
        "body": hex(&response.body),
    })
}

fn response(value: &Value) -> Option<HttpResponse> {
    Some(HttpResponse {
        status: u16::try_from(value["status"].as_u64()?).ok()?,
        headers: headers(&value["headers"])?,
        body: Bytes::from(unhex(&value["body"])?),
    })
}

fn headers(value: &Value) -> Option<Vec<(String, String)>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    value.as_array()?.iter().map(|pair| Some((text(&pair[0])?, text(&pair[1])?))).collect()
}

pub(crate) fn said_json<E: fmt::Debug, X: fmt::Debug>(said: &Output<E, X>, masked: bool) -> Value {
    match said {
        Output::Event(event) => json!({ "event": format!("{event:?}") }),
        Output::Effect(id, effect) => {
            json!({ "effect": id.number(), "what": effect_json(effect, masked) })
        }
        Output::Link { link, reads, writes } => {
            json!({ "link": link.number(), "reads": reads, "writes": writes })
        }
        Output::Wait { deadline } => json!({ "wait": deadline.map(duration_json) }),
        Output::Closed(Ok(())) => json!({ "closed": null }),
        Output::Closed(Err(error)) => json!({ "closed": format!("{error:?}") }),
    }
}

fn effect_json(effect: &Effect, masked: bool) -> Value {
    match effect {
        Effect::Connect { link, to, origin } => json!({
            "connect": link.number(),
            "to": to.to_string(),
            "origin": match origin { Origin::Configured => "configured", Origin::Peer => "peer" },
        }),
        Effect::Listen { listener, on, serves } => json!({
            "listen": listener.number(),
            "on": on.to_string(),
            "serves": match serves { Serves::Links => "links", Serves::Http => "http" },
        }),
        Effect::Unlisten { listener } => json!({ "unlisten": listener.number() }),
        Effect::Close { link } => json!({ "close": link.number() }),
        Effect::Http(request) => json!({ "http": request_json(request, masked) }),
        Effect::Respond { request, response } => json!({
            "respond": request.number(),
            "response": response_json(response, masked),
        }),
        Effect::Store(changes) => {
            let value = |value: &Bytes| if masked { json!("masked") } else { json!(hex(value)) };
            let changes = changes.iter().map(
                |change| json!({ "key": change.key, "value": change.value.as_ref().map(value) }),
            );
            json!({ "store": changes.collect::<Vec<_>>() })
        }
        Effect::Verify { account, proof } => json!({
            "verify": account.as_str(),
            "proof": match proof {
                _ if masked => shown(proof),
                Proof::Md5 { challenge, response } => {
                    json!({ "challenge": challenge, "response": response.expose() })
                }
                Proof::Password(password) => json!({ "password": password.expose() }),
                other => shown(other),
            },
        }),
        other => shown(other),
    }
}

fn shown(value: &impl fmt::Debug) -> Value {
    json!({ "shown": format!("{value:?}") })
}

fn named<T: PartialEq + fmt::Debug>(names: &[(T, &str)], value: T) -> Value {
    match names.iter().find(|(known, _)| *known == value) {
        Some((_, name)) => json!(name),
        None => json!(format!("{value:?}")),
    }
}

fn by_name<T: Copy>(names: &[(T, &str)], value: &Value) -> Option<T> {
    names.iter().find(|(_, name)| value == name).map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_reads_back() {
        let body = Bytes::from_static(b"\x00\xff");
        let response = HttpResponse { body, ..HttpResponse::new(401).header("A", "b") };
        let good = [
            Answer::Listening(Ok("[::1]:80".parse().unwrap())),
            Answer::Http(Ok(response)),
            Answer::Stored(Ok(())),
            Answer::Verified(Ok(false)),
        ];
        let bad = FAILURES.iter().flat_map(|(why, _)| {
            [
                Answer::Listening(Err(*why)),
                Answer::Http(Err(*why)),
                Answer::Stored(Err(*why)),
                Answer::Verified(Err(*why)),
            ]
        });
        for value in good.into_iter().chain(bad) {
            assert_eq!(answer(&answer_json(&value, false)), Some(value));
        }
        assert_eq!(answer(&json!({ "stored": { "failed": "by magic" } })), None);
    }

    #[test]
    fn a_request_and_the_ways_of_a_link_read_back() {
        let post = HttpRequest {
            method: Method::Post,
            body: Bytes::from_static(b"<xml/>"),
            peer: Some("192.0.2.1:5000".parse().unwrap()),
            ..HttpRequest::get("//login/%41?x").header("Host", "example.com")
        };
        assert_eq!(request(&request_json(&post, false)), Some(post));
        let accepted = Opened::Accepted {
            listener: ListenerId::new(3),
            peer: "127.0.0.1:5000".parse().unwrap(),
        };
        for how in [Opened::Connected, accepted] {
            assert_eq!(opened(&opened_json(how)), Some(how));
        }
        for (why, _) in LINK_ENDS {
            assert_eq!(link_end(&link_end_json(why)), Some(why));
        }
    }

    #[test]
    fn bytes_read_back_and_half_a_byte_does_not() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&json!(hex(&all))), Some(all));
        assert_eq!((unhex(&json!("0")), unhex(&json!("0g"))), (None, None));
    }
}
