//! A bare socket that says what it likes.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use msnp_auth::md5_login;
use msnp_core::{Endpoint, Version};

use crate::service::{Service, password};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a client must say from MSNP8, and how the answer ends.
pub(crate) const CVR: &str =
    "CVR 1 0x0409 winnt 5.1 i386 MSMSGS 5.0.0544 MSMSGS somebody@example.com\r\n";
pub(crate) const CVR_ANSWERED: &str = "messenger.msn.com\r\n";

pub(crate) struct Stranger {
    socket: TcpStream,
    heard: Vec<u8>,
}

impl Stranger {
    pub(crate) fn connect(to: &Endpoint) -> Self {
        let socket = TcpStream::connect((to.host(), to.port())).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, heard: Vec::new() }
    }

    /// Says this, as far as the server still listens.
    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) {
        // Who has been cut off cannot go on; what was answered is still there to be read.
        let _ = self.socket.write_all(bytes.as_ref());
    }

    /// Says this, and gives all that has come when this has come.
    #[track_caller]
    pub(crate) fn ask(&mut self, text: &str, until: &str) -> String {
        self.say(text);
        while !String::from_utf8_lossy(&self.heard).contains(until) {
            assert!(self.read(), "{text:?} is answered by {:?}", self.heard.escape_ascii());
        }
        String::from_utf8(std::mem::take(&mut self.heard)).unwrap()
    }

    /// Says this, and gives all that comes up to the end.
    #[track_caller]
    pub(crate) fn last_words(mut self, bytes: impl AsRef<[u8]>) -> String {
        self.say(bytes);
        while self.read() {}
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    /// Waits for the next line with this verb, while something else goes on, and gives its words.
    #[track_caller]
    pub(crate) fn line_while(&mut self, verb: &str, mut going_on: impl FnMut()) -> Vec<String> {
        let begun = Instant::now();
        self.socket.set_nonblocking(true).unwrap();
        loop {
            going_on();
            let mut buffer = [0; 4096];
            match self.socket.read(&mut buffer) {
                Ok(n) => self.heard.extend_from_slice(&buffer[..n]),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            let heard = String::from_utf8_lossy(&self.heard).into_owned();
            let whole = heard.rsplit_once("\r\n").map_or("", |(whole, _)| whole);
            if let Some(line) = whole.lines().find(|line| line.starts_with(verb)) {
                self.heard.clear();
                self.socket.set_nonblocking(false).unwrap();
                return line.split(' ').map(str::to_owned).collect();
            }
            assert!(begun.elapsed() < PATIENCE, "no {verb} in {heard:?}");
        }
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
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("{error}, after {:?}", self.heard.escape_ascii().to_string()),
        }
    }

    /// Signs in with the right password and goes online.
    pub(crate) fn sign_in(service: &Service, name: &str, version: Version) -> Self {
        let mut stranger = Self::connect(&service.addresses.notification);
        let proof = match version.number() {
            ..=7 => stranger.answer_md5(name, password(name).expose()),
            _ => {
                stranger.ask(&format!("VER 1 {version}\r\n{CVR}"), CVR_ANSWERED);
                stranger.ask(&format!("USR 2 TWN I {name}@example.com\r\n"), "USR 2 TWN S ");
                let page = log_in(&service.addresses.http, name, password(name).expose());
                let ticket = page.split("from-PP='").nth(1).expect(&page).split('\'').next();
                format!("USR 3 TWN S {}\r\n", ticket.unwrap())
            }
        };
        stranger.ask(&proof, "USR 3 OK ");
        let status = if version.has_capabilities() { "CHG 4 NLN 0\r\n" } else { "CHG 4 NLN\r\n" };
        stranger.ask(status, status);
        stranger
    }

    /// The last line of a sign-in by MSNP7 with this password.
    pub(crate) fn answer_md5(&mut self, name: &str, password: &str) -> String {
        self.ask("VER 1 MSNP7\r\n", "VER 1 MSNP7\r\n");
        let asked = format!("USR 2 MD5 I {name}@example.com\r\n");
        let answer = self.ask(&asked, "\r\n");
        let challenge = answer.trim_end().strip_prefix("USR 2 MD5 S ").expect(&answer);
        let response = md5_login::response(challenge, &password.into());
        format!("USR 3 MD5 S {}\r\n", response.as_str())
    }

    /// The cookie of a new room.
    pub(crate) fn cookie(&mut self) -> String {
        let answer = self.ask("XFR 9 SB\r\n", "XFR 9 SB ");
        let line = answer.lines().find(|line| line.starts_with("XFR 9 SB ")).unwrap();
        line.rsplit(' ').next().unwrap().to_owned()
    }
}

/// What the sign-in page says.
pub(crate) fn log_in(at: &Endpoint, name: &str, password: &str) -> String {
    let page = msnp_server::LOGIN_PATH;
    Stranger::connect(at).last_words(format!(
        "GET {page} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nAuthorization: Passport1.4 \
         OrgVerb=GET,sign-in={name}%40example.com,pwd={password},ct=1\r\n\r\n"
    ))
}
