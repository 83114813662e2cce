//! The server process.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use msnp::client::Config;
use msnp::core::{Account, Secret, Version};
use serde_json::Value;

/// A server process. It is killed if a test fails before it was stopped.
pub(crate) struct Served {
    process: Child,
    addresses: Value,
    news: Option<JoinHandle<String>>,
}

pub(crate) fn password(name: &str) -> String {
    format!("swordfish-of-{name}")
}

impl Served {
    /// For these users.
    pub(crate) fn start(users: &[&str], limits: &[&str]) -> Self {
        let users = users.iter().flat_map(|name| {
            ["--user".to_owned(), format!("{name}@example.com:{}", password(name))]
        });
        let mut process = Command::new(env!("CARGO_BIN_EXE_msnp"))
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--challenge", "never"])
            .args(users)
            .args(limits)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses = serde_json::from_str(&line).expect(&line);
        let mut news = process.stderr.take().unwrap();
        let news = std::thread::spawn(move || {
            let mut all = String::new();
            news.read_to_string(&mut all).unwrap();
            all
        });
        Self { process, addresses, news: Some(news) }
    }

    pub(crate) fn address(&self, of: &str) -> &str {
        self.addresses[of].as_str().expect(of)
    }

    /// The socket of `ds`, `ns`, `sb` or `nexus`.
    pub(crate) fn socket(&self, of: &str) -> SocketAddr {
        let address = self.address(of).trim_start_matches("http://");
        address.split('/').next().unwrap().parse().unwrap()
    }

    pub(crate) fn client(&self, name: &str, version: Version) -> Config {
        let account = Account::new(&format!("{name}@example.com")).unwrap();
        let server = self.address("ds").parse().unwrap();
        let mut config = Config::new(account, Secret::from(password(name)), server);
        config.nexus = self.address("nexus").to_owned();
        config.versions = vec![version];
        config
    }

    /// The most memory that it ever had, in KiB.
    pub(crate) fn peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Stops it by this signal, which it must do well, and gives its news.
    pub(crate) fn stop(mut self, signal: &str) -> String {
        assert_eq!(self.process.try_wait().unwrap(), None, "it still runs");
        let sent = Command::new("kill")
            .args([format!("-{signal}"), self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        let news = self.news.take().unwrap().join().unwrap();
        assert_eq!(self.process.wait().unwrap().code(), Some(0), "{news}");
        assert!(!news.contains("swordfish") && !news.contains("guess"), "secrets in {news}");
        assert!(!news.contains("defect"), "{news}");
        news
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended already in a test that holds.
        let _ = self.process.kill();
    }
}
