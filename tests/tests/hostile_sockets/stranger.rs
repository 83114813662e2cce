//! A bare socket that says what it likes.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use msnp_auth::md5_login;
use msnp_core::Endpoint;

use crate::PATIENCE;
use crate::service::{Service, password};

pub(crate) struct Stranger {
    pub(crate) socket: TcpStream,
    heard: Vec<u8>,
}

impl Stranger {
    pub(crate) fn connect(to: &Endpoint) -> Self {
        let socket = TcpStream::connect((to.host(), to.port())).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, heard: Vec::new() }
    }

    /// Says this; whether the server still listens.
    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        match self.socket.write_all(bytes.as_ref()) {
            Ok(()) => true,
            Err(error) if is_closed(error.kind()) => false,
            Err(error) => panic!("the server does not take it: {error}"),
        }
    }

    /// The next line, without its end.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        loop {
            if let Some(at) = self.heard.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=at).collect();
                return String::from_utf8(line).unwrap().trim_end().to_owned();
            }
            assert!(self.read(), "closed after {:?}", self.heard.escape_ascii().to_string());
        }
    }

    /// The next line that begins so; those before it are dropped.
    #[track_caller]
    pub(crate) fn line_with(&mut self, begin: &str) -> String {
        loop {
            let line = self.line();
            if line.starts_with(begin) {
                return line;
            }
        }
    }

    /// All that comes up to the end.
    #[track_caller]
    pub(crate) fn last_words(mut self) -> String {
        while self.read() {}
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    /// Whether the connection still stands.
    #[track_caller]
    fn read(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match self.socket.read(&mut buffer) {
            Ok(0) => false,
            Ok(n) => {
                self.heard.extend_from_slice(&buffer[..n]);
                true
            }
            Err(error) if is_closed(error.kind()) => false,
            Err(error) => panic!("{error}, after {:?}", self.heard.escape_ascii().to_string()),
        }
    }

    /// Signs in by MSNP7 and goes online.
    pub(crate) fn sign_in(service: &Service, name: &str) -> Self {
        let mut stranger = Self::connect(&service.addresses.notification);
        stranger.ask_for_challenge(name);
        let response = stranger.response(name);
        stranger.say(response);
        stranger.line_with("USR 3 OK ");
        stranger.say("CHG 4 NLN\r\n");
        stranger.line_with("CHG 4 NLN");
        stranger
    }

    /// The first half of a sign-in by MSNP7.
    pub(crate) fn ask_for_challenge(&mut self, name: &str) {
        self.say(format!("VER 1 MSNP7\r\nUSR 2 MD5 I {name}@example.com\r\n"));
    }

    /// Its last line, when the challenge has come.
    pub(crate) fn response(&mut self, name: &str) -> String {
        let line = self.line_with("USR 2 MD5 S ");
        let challenge = line.strip_prefix("USR 2 MD5 S ").unwrap();
        let response = md5_login::response(challenge, &password(name));
        format!("USR 3 MD5 S {}\r\n", response.as_str())
    }
}

fn is_closed(error: ErrorKind) -> bool {
    matches!(error, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}
