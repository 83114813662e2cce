use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;
use core::str::FromStr;

use bytes::Bytes;

use crate::{Account, HttpRequest, HttpResponse, LinkId, ListenerId, RequestId, Secret};

/// One effect, so that its answer can name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId(u64);

impl EffectId {
    /// The effect with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number it was made of.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What a machine asks the world to do.
///
/// Each is answered once, in the way its variant says; those that say nothing are not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Open a connection. Answered by [`link_opened`](crate::Machine::link_opened) or
    /// [`link_closed`](crate::Machine::link_closed) with this link.
    Connect {
        /// The id that the new link gets.
        link: LinkId,
        /// Where to.
        to: Endpoint,
        /// Who named that place. A driver may refuse some addresses that a peer named.
        origin: Origin,
    },
    /// Accept connections. Answered by [`Answer::Listening`].
    Listen {
        /// The id that the listener gets.
        listener: ListenerId,
        /// The local address; port 0 lets the system choose.
        on: SocketAddr,
        /// What arrives there.
        serves: Serves,
    },
    /// Accept no more there. Links that it accepted stay.
    Unlisten {
        /// Which listener.
        listener: ListenerId,
    },
    /// End this link once its output has been sent, or give up one that is not up yet. No
    /// [`link_closed`](crate::Machine::link_closed) follows: where the link breaks meanwhile, what
    /// is left counts as [`written`](crate::Machine::written).
    Close {
        /// Which link.
        link: LinkId,
    },
    /// Make an HTTP request. Answered by [`Answer::Http`].
    Http(HttpRequest),
    /// Answer a request that [`request`](crate::Machine::request) brought.
    Respond {
        /// Which request.
        request: RequestId,
        /// The response.
        response: HttpResponse,
    },
    /// Make these changes durable, all or none. Answered by [`Answer::Stored`]; what promises them
    /// to the peer waits for that.
    Store(Vec<Change>),
    /// Find out whether this proves to be the account. Answered by [`Answer::Verified`]; may take
    /// long, and may be done elsewhere.
    Verify {
        /// Who it claims to be.
        account: Account,
        /// With what.
        proof: Proof,
    },
}

/// What became of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// The listener is up at this address, or is not.
    Listening(Result<SocketAddr, Failure>),
    /// The server responded, with whatever status, or nothing came of it.
    Http(Result<HttpResponse, Failure>),
    /// The changes are durable, or none of them is.
    Stored(Result<(), Failure>),
    /// The proof holds, does not hold, or could not be checked.
    Verified(Result<bool, Failure>),
}

/// Why the world could not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Nobody listens there, or the address is in use.
    #[error("refused")]
    Refused,
    /// It took too long.
    #[error("timed out")]
    TimedOut,
    /// A rule of this program forbids it, or the system denies it.
    #[error("not allowed")]
    Denied,
    /// The name is not known.
    #[error("the name is not known")]
    UnknownHost,
    /// The certificate is not trusted, or the TLS handshake failed.
    #[error("no trusted TLS connection")]
    Tls,
    /// The response is larger than the request allows.
    #[error("the response is too large")]
    TooLarge,
    /// The connection broke, or what came is not what it should be.
    #[error("broken connection")]
    Broken,
    /// Nothing here performs such effects.
    #[error("nothing here can do that")]
    Unsupported,
}

/// What a listener accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// Each connection is a link of its own.
    Links,
    /// HTTP: the driver reads each request and brings it by
    /// [`request`](crate::Machine::request).
    Http,
}

/// Who named an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The configuration, or a server that the user signed in to.
    Configured,
    /// Another user. Loopback, link-local and multicast addresses are refused unless the
    /// configuration allows them.
    Peer,
}

/// One change to make durable: a key gets a value, or loses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about, for example `contact/alice@example.com/bob@example.com`.
    pub key: String,
    /// The new value; none removes the key.
    pub value: Option<Bytes>,
}

/// What somebody shows to prove that an account is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proof {
    /// `response` must be the lower-case hexadecimal MD5 of `challenge` followed by the password
    /// (MSNP2 to 7).
    Md5 {
        /// What the server sent.
        challenge: String,
        /// What came back.
        response: Secret,
    },
    /// The password itself (the web sign-ins of MSNP8 and later).
    Password(Secret),
}

/// A host, by name or address, and a port: `messenger.hotmail.com:1863`, `127.0.0.1:1863`,
/// `[::1]:1863`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    host: String,
    port: u16,
}

impl Endpoint {
    /// The port that IANA gave to MSNP; notification server and switchboard alike.
    pub const MSNP_PORT: u16 = 1863;

    /// This host and port. An IPv6 address has no brackets here.
    ///
    /// # Errors
    /// [`EndpointError`] when the host is empty, longer than 253 bytes, or holds a character that
    /// neither a host name nor an address can hold.
    pub fn new(host: &str, port: u16) -> Result<Self, EndpointError> {
        let plausible = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
        if host.is_empty() || host.len() > 253 || !host.bytes().all(plausible) {
            return Err(EndpointError);
        }
        Ok(Self { host: host.to_owned(), port })
    }

    /// The host name or address, an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(at: SocketAddr) -> Self {
        Self { host: alloc::format!("{}", at.ip()), port: at.port() }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    /// Reads `host`, `host:port`, `[v6]:port`; without a port it is 1863.
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if let Some(rest) = text.strip_prefix('[') {
            let (host, rest) = rest.split_once(']').ok_or(EndpointError)?;
            let port = match rest.strip_prefix(':') {
                Some(port) => port.parse().map_err(|_| EndpointError)?,
                None if rest.is_empty() => Self::MSNP_PORT,
                None => return Err(EndpointError),
            };
            return Self::new(host, port);
        }
        match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => {
                Self::new(host, port.parse().map_err(|_| EndpointError)?)
            }
            _ => Self::new(text, Self::MSNP_PORT),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// The text is no `host:port`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a host and port, such as 127.0.0.1:1863")]
pub struct EndpointError;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_endpoint_prints_as_it_was_read_and_1863_is_the_usual_port() {
        for text in ["messenger.hotmail.com:1863", "127.0.0.1:80", "[::1]:1863"] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        assert_eq!("example.com".parse::<Endpoint>().unwrap().port(), 1863);
        for text in ["", ":1", "a b:1", "a:70000", "a:b", "[::1", "[::1]x"] {
            assert_eq!(text.parse::<Endpoint>(), Err(EndpointError), "{text}");
        }
    }
}
