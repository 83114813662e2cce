//! `msnp serve` as a process, with clients of this workspace.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use msnp::blocking::Driver;
use msnp::client::{Client, ClientError, Config, Event};
use msnp::codec::message::Text;
use msnp::core::{Account, Secret, Version};
use msnp::session::SignOut;
use serde_json::Value;

/// A server process. It is killed if a test fails before it was stopped.
struct Served {
    process: Child,
    output: BufReader<ChildStdout>,
    addresses: Value,
}

const ALICE: &str = "alice@example.com:swordfish-of-alice";
const BOB: &str = "bob@example.com:swordfish-of-bob";

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_msnp"))
            .args(["serve", "--json", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let addresses = serde_json::from_str(&line).expect(&line);
        Self { process, output, addresses }
    }

    fn address(&self, of: &str) -> &str {
        self.addresses[of].as_str().expect(of)
    }

    fn client(&self, user: &str, version: Version) -> Driver<Client> {
        let (account, password) = user.split_once(':').unwrap();
        let account = Account::new(account).unwrap();
        let server = self.address("ds").parse().unwrap();
        let mut config = Config::new(account, Secret::from(password), server);
        config.nexus = self.address("nexus").to_owned();
        config.versions = vec![version];
        Driver::new(Client::new(config)).unwrap()
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([format!("-{signal}"), self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// How it ended, what else it said on standard output, and its news.
    fn end(mut self) -> (ExitStatus, String, String) {
        let (mut said, mut news) = (String::new(), String::new());
        self.output.read_to_string(&mut said).unwrap();
        self.process.stderr.take().unwrap().read_to_string(&mut news).unwrap();
        (self.process.wait().unwrap(), said, news)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended already in a test that holds.
        let _ = self.process.kill();
    }
}

fn until(client: &mut Driver<Client>, what: impl Fn(&Event) -> bool) -> Event {
    loop {
        let next = client.next_within(Duration::from_secs(10)).expect("nothing comes");
        let event = next.expect("it ended").expect("it failed");
        if what(&event) {
            return event;
        }
    }
}

fn end_of(mut client: Driver<Client>) -> ClientError {
    loop {
        match client.next_within(Duration::from_secs(10)).expect("nothing comes") {
            Some(Ok(_)) => {}
            Some(Err(error)) => return error,
            None => panic!("it ended well"),
        }
    }
}

#[test]
fn a_signal_ends_it_well_and_the_clients_are_told() {
    for (signal, version) in [("TERM", Version::MSNP7), ("INT", Version::MSNP11)] {
        let served = Served::start(&["--user", ALICE]);
        let mut alice = served.client(ALICE, version);
        until(&mut alice, |event| *event == Event::SignedIn);
        served.signal(signal);
        assert_eq!(end_of(alice), ClientError::SignedOut(SignOut::ServerDown));
        let (status, said, news) = served.end();
        assert_eq!(status.code(), Some(0), "{news}");
        assert_eq!(said, "");
        let signed_in = format!("alice@example.com signed in ({version}).\n");
        assert!(news.contains(&signed_in), "{news}");
        assert!(news.contains("alice@example.com signed out.\n"), "{news}");
    }
}

#[test]
fn it_says_where_each_service_listens() {
    let served = Served::start(&["--user", ALICE]);
    for service in ["ds", "ns", "sb"] {
        assert!(served.address(service).starts_with("127.0.0.1:"), "{}", served.addresses);
    }
    let nexus = served.address("nexus");
    assert!(nexus.starts_with("http://127.0.0.1:") && nexus.ends_with("/rdr/pprdr.asp"), "{nexus}");
    assert!(served.address("login").ends_with("/login"));
    served.signal("TERM");
    assert!(served.end().0.success());
}

#[test]
fn clients_are_sent_to_the_public_host() {
    let served = Served::start(&["--public-host", "localhost", "--user", ALICE, "--user", BOB]);
    for service in ["ds", "ns", "sb"] {
        assert!(served.address(service).starts_with("localhost:"), "{}", served.addresses);
    }
    assert!(served.address("nexus").starts_with("http://localhost:"));
    let mut bob = served.client(BOB, Version::MSNP8);
    until(&mut bob, |event| *event == Event::SignedIn);
    served.signal("TERM");
    assert!(served.end().0.success());
}

#[test]
fn a_server_that_comes_back_is_where_it_was() {
    let served = Served::start(&["--user", ALICE]);
    let port = |service: &str| served.address(service).rsplit(':').next().unwrap().to_owned();
    let before = served.address("nexus").to_string();
    let http = before.split('/').nth(2).and_then(|at| at.rsplit(':').next()).unwrap().to_owned();
    let ports = [port("ns"), port("sb"), http];
    served.signal("TERM");
    assert!(served.end().0.success());
    let [ns, sb, http] = &ports;
    let named = ["--notification-port", ns, "--switchboard-port", sb, "--http-port", http];
    let served = Served::start(&[&["--user", ALICE][..], &named].concat());
    assert_eq!(served.address("nexus"), before);
    assert!(served.address("ns").ends_with(&format!(":{ns}")));
    assert!(served.address("sb").ends_with(&format!(":{sb}")));
    let mut alice = served.client(ALICE, Version::MSNP12);
    until(&mut alice, |event| *event == Event::SignedIn);
    served.signal("TERM");
    assert!(served.end().0.success());
}

#[test]
fn a_trace_shows_commands_but_no_secrets_and_no_messages() {
    let served = Served::start(&["--trace", "--user", ALICE, "--user", BOB]);
    let mut alice = served.client(ALICE, Version::MSNP8);
    let mut bob = served.client(BOB, Version::MSNP8);
    until(&mut alice, |event| *event == Event::SignedIn);
    until(&mut bob, |event| *event == Event::SignedIn);
    let with = bob.machine().account().clone();
    alice.call(|alice, now| {
        let conversation = alice.open(now, with).unwrap();
        alice.send_text(now, conversation, Text::new("for your eyes only")).unwrap();
    });
    let answering = std::thread::spawn(move || {
        until(&mut bob, |event| matches!(event, Event::Text { .. }));
        bob
    });
    until(&mut alice, |event| matches!(event, Event::MessageEnded { .. }));
    drop((alice, answering.join().unwrap()));
    served.signal("TERM");
    let (status, _, trace) = served.end();
    assert!(status.success());
    for shown in [
        "\n>>> USR 7 TWN S ***\n",
        ", switchboard, 127.0.0.1:",
        "\n<o> server: GET /login, status 200\n",
        "\n<o> and a body of ",
    ] {
        assert!(trace.contains(shown), "{shown:?} is not in\n{trace}");
    }
    for hidden in ["swordfish", "for your eyes only", "t=", "MSPAuth"] {
        let challenges = trace.replace("ct=", "").replace("&lt=", "");
        assert!(!challenges.contains(hidden), "{hidden:?} is in\n{trace}");
    }
}

#[test]
fn a_wrong_password_is_refused_and_reported_without_it() {
    let file = std::env::temp_dir().join(format!("msnp-users-{}", std::process::id()));
    fs::write(&file, format!("# who may sign in\n\n{ALICE}\n{BOB}\n")).unwrap();
    let served = Served::start(&["--users", file.to_str().unwrap(), "--challenge", "never"]);
    fs::remove_file(&file).unwrap();
    let mut bob = served.client(BOB, Version::MSNP8);
    until(&mut bob, |event| *event == Event::SignedIn);
    for version in [Version::MSNP7, Version::MSNP8] {
        let alice = served.client("alice@example.com:guessed", version);
        assert!(matches!(end_of(alice), ClientError::WrongPassword(_)), "{version}");
    }
    served.signal("TERM");
    let (status, _, news) = served.end();
    assert!(status.success());
    assert!(news.contains("alice@example.com was not let in: "), "{news}");
    assert!(!news.contains("guessed") && !news.contains("swordfish"), "{news}");
}

fn fails(arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_msnp")).arg("serve").args(arguments).output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_port_in_use_is_said_in_plain_words() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let (code, complaint) = fails(&["--listen", &address, "--user", ALICE]);
    assert_eq!(code, Some(1));
    let expected = format!("msnp: cannot listen on {address}: the address is in use");
    assert!(complaint.starts_with(&expected), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
}

#[test]
fn a_user_that_cannot_be_read_is_wrong_usage_and_the_password_is_not_repeated() {
    let missing = "/nowhere/at-all";
    for (arguments, code, part) in [
        (&["--user", "swordfish"][..], 2, "--user number 1: there is no colon"),
        (&["--user", ALICE, "--user", "bob:swordfish"], 2, "--user number 2: what is before"),
        (&["--user", ALICE, "--user", ALICE], 2, "alice@example.com is named twice"),
        (&["--users", missing], 1, "cannot read /nowhere/at-all: "),
    ] {
        let (found, complaint) = fails(arguments);
        assert_eq!(found, Some(code), "{complaint}");
        assert!(complaint.contains(part), "{complaint}");
        assert!(!complaint.contains("swordfish"), "{complaint}");
    }
}

#[test]
fn limits_stand_in_the_help_and_nonsense_among_them_is_wrong_usage() {
    let help = Command::new(env!("CARGO_BIN_EXE_msnp")).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, limits) = help.split_once("\nLimits:\n").expect(&help);
    let named = |line: &str| line.trim().split(' ').next().unwrap().to_owned();
    let options: Vec<String> =
        limits.lines().map(named).filter(|word| word.starts_with("--")).collect();
    assert!(options.len() >= 13, "{options:?}");
    for option in &options {
        for nonsense in ["0", "-1", "many", "", "1.5", "99999999999999999999999"] {
            let (code, complaint) = fails(&[&format!("{option}={nonsense}"), "--user", ALICE]);
            assert_eq!(code, Some(2), "{option} {nonsense}: {complaint}");
            assert!(complaint.contains(option.as_str()), "{complaint}");
        }
    }
}

#[test]
fn who_tries_too_often_is_told_apart_from_who_is_wrong() {
    let served = Served::start(&["--user", ALICE, "--max-failures-per-address", "2"]);
    for _ in 0..2 {
        let end = end_of(served.client("alice@example.com:guessed", Version::MSNP7));
        assert!(matches!(end, ClientError::WrongPassword(_)), "{end}");
    }
    let end = end_of(served.client(ALICE, Version::MSNP7));
    assert!(!matches!(end, ClientError::WrongPassword(_)), "the password is right: {end}");
    served.signal("TERM");
    let (status, _, news) = served.end();
    assert!(status.success());
    let wrong = "alice@example.com was not let in: no such account, or a wrong password.\n";
    let unheard = "alice@example.com was not let in: too many attempts, so nothing was checked.\n";
    assert_eq!([wrong, unheard].map(|told| news.matches(told).count()), [2, 1], "{news}");
}
