//! One connection of somebody hostile.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use msnp::core::Secret;
use msnp_auth::md5_login;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::people::PATIENCE;
use crate::served::Served;

pub(crate) struct Attacker {
    pub(crate) socket: TcpStream,
    heard: Vec<u8>,
}

impl Attacker {
    /// From `127.0.0.host`.
    pub(crate) async fn connect(host: u8, to: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::new(127, 0, 0, host), 0).into()).unwrap();
        let connecting = timeout(PATIENCE, socket.connect(to));
        let socket = connecting.await.expect("nobody accepts").unwrap();
        Self { socket, heard: Vec::new() }
    }

    /// Says this; whether the server still listens.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        match timeout(PATIENCE, self.socket.write_all(bytes.as_ref())).await {
            Ok(said) => said.is_ok(),
            Err(_) => panic!("the server neither takes it nor closes"),
        }
    }

    /// Whether the server has neither closed nor said anything.
    pub(crate) fn is_open(&self) -> bool {
        self.socket
            .try_read(&mut [0; 1])
            .is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// The next line, without its end; none when the connection has ended.
    pub(crate) async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.heard.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=at).collect();
                return Some(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.read().await == 0 {
                return None;
            }
        }
    }

    /// The first line that begins so, or none.
    pub(crate) async fn line_with(&mut self, begin: &str) -> Option<String> {
        loop {
            let line = self.line().await?;
            if line.starts_with(begin) {
                return Some(line);
            }
        }
    }

    /// All that comes up to the end, which the server must bring about.
    pub(crate) async fn last_words(mut self) -> String {
        while self.read().await > 0 {}
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    async fn read(&mut self) -> usize {
        match timeout(PATIENCE, self.socket.read_buf(&mut self.heard)).await {
            Ok(Ok(n)) => n,
            // A server may close while it is still being written to.
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => 0,
            Ok(Err(error)) => panic!("{error}"),
            Err(_) => panic!("the server neither answers nor closes"),
        }
    }

    /// Signs in by MSNP7, and gives the answer to the password.
    pub(crate) async fn prove(&mut self, name: &str, password: &str) -> Option<String> {
        self.say(format!("VER 1 MSNP7\r\nUSR 2 MD5 I {name}@example.com\r\n")).await;
        let challenge = self.line_with("USR 2 MD5 S ").await?;
        let challenge = challenge.rsplit(' ').next()?;
        let response = md5_login::response(challenge, &Secret::from(password));
        self.say(format!("USR 3 MD5 S {}\r\n", response.as_str())).await;
        self.line().await
    }

    /// Asks the sign-in page for a ticket, and gives the status.
    pub(crate) async fn ask_for_ticket(
        host: u8,
        served: &Served,
        name: &str,
        password: &str,
    ) -> String {
        let mut asking = Self::connect(host, served.socket("nexus")).await;
        let shown = format!("sign-in={name}%40example.com,pwd={password},lc=1033");
        asking
            .say(format!(
                "GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                 Authorization: Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fx,{shown}\r\n\r\n"
            ))
            .await;
        let words = asking.last_words().await;
        words.split(' ').nth(1).unwrap_or_default().to_owned()
    }
}
