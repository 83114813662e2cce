//! `msnp chat` in a terminal, as a person sees it, with `msnp serve` as a process.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use serde_json::Value;

const MSNP: &str = env!("CARGO_BIN_EXE_msnp");
/// Everything that is waited for comes at once, or never.
const PATIENCE: Duration = Duration::from_secs(30);
const ROWS: u16 = 24;
const COLUMNS: u16 = 90;

/// A server process. It is killed at the end.
struct Served {
    process: Child,
    addresses: Value,
}

impl Served {
    fn start(listen: &str) -> Self {
        Self::start_with(&["--listen", listen], Stdio::null())
    }

    fn start_with(arguments: &[&str], news: Stdio) -> Self {
        let mut process = Command::new(MSNP)
            .args(["serve", "--json"])
            .args(arguments)
            .args(["--user", "alice@example.com:swordfish-of-alice"])
            .args(["--user", "bob@example.com:swordfish-of-bob"])
            .stdout(Stdio::piped())
            .stderr(news)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, addresses: serde_json::from_str(&line).expect(&line) }
    }

    fn address(&self, of: &str) -> String {
        self.addresses[of].as_str().expect(of).to_owned()
    }

    fn stop(mut self) -> String {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.address("ds")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Where it was stopped already there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Somebody in front of a terminal.
struct Person {
    process: Box<dyn portable_pty::Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    seen: Arc<Seen>,
    /// The terminal lives as long as this.
    _terminal: Box<dyn MasterPty + Send>,
}

/// What the terminal shows, and whether it has ended.
struct Seen {
    screen: Mutex<(vt100::Parser, bool)>,
    changed: Condvar,
}

impl Person {
    fn start(arguments: &[&str], password: &str) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(MSNP);
        command.args(arguments);
        command.env("MSNP_PASSWORD", password);
        command.env("TERM", "xterm-256color");
        let process = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Seen {
            screen: Mutex::new((vt100::Parser::new(ROWS, COLUMNS, 0), false)),
            changed: Condvar::new(),
        });
        let mut output = pair.master.try_clone_reader().unwrap();
        let shown = seen.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                // A terminal whose program has ended reads as an error on some systems.
                let length = output.read(&mut buffer).unwrap_or(0);
                let mut screen = shown.screen.lock().unwrap();
                screen.0.process(&buffer[..length]);
                screen.1 = length == 0;
                shown.changed.notify_all();
                if length == 0 {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { process, keyboard, seen, _terminal: pair.master }
    }

    fn chat(served: &Served, name: &str, more: &[&str]) -> Self {
        let (server, nexus) = (served.address("ds"), served.address("nexus"));
        let account = format!("{name}@example.com");
        let arguments = ["chat", "--server", &server, "--nexus", &nexus, "--account", &account];
        let person = Self::start(&[&arguments, more].concat(), &format!("swordfish-of-{name}"));
        person.sees("Signed in.");
        person
    }

    fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn enters(&mut self, line: &str) {
        self.types(line);
        self.types("\r");
    }

    /// Waits until the screen is so.
    fn waits(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let screen = self.seen.screen.lock().unwrap();
        let not_yet = |seen: &mut (vt100::Parser, bool)| !seen.1 && !holds(seen.0.screen());
        let (seen, _) = self.seen.changed.wait_timeout_while(screen, PATIENCE, not_yet).unwrap();
        let screen = seen.0.screen();
        assert!(holds(screen), "{what:?} is not on\n{}", screen.contents());
    }

    fn sees(&self, text: &str) {
        self.waits(text, |screen| screen.contents().contains(text));
    }

    fn sees_not(&self, text: &str) {
        let screen = self.seen.screen.lock().unwrap();
        let shown = screen.0.screen().contents();
        assert!(!shown.contains(text), "{text:?} is on\n{shown}");
    }

    /// Waits for its end: the exit code, and what is left on the terminal.
    fn ends(mut self) -> (u32, String) {
        let screen = self.seen.screen.lock().unwrap();
        let runs = |seen: &mut (vt100::Parser, bool)| !seen.1;
        let (seen, time) = self.seen.changed.wait_timeout_while(screen, PATIENCE, runs).unwrap();
        assert!(!time.timed_out(), "it goes on:\n{}", seen.0.screen().contents());
        let screen = seen.0.screen();
        assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
        let left = screen.contents();
        drop(seen);
        (self.process.wait().unwrap().exit_code(), left)
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // It has ended already in a test that holds.
        let _ = self.process.kill();
    }
}

#[test]
fn two_people_of_different_versions_add_each_other_and_talk() {
    let served = Served::start("127.0.0.1:0");
    let mut alice = Person::chat(&served, "alice", &["--protocol", "MSNP7"]);
    let mut bob = Person::chat(&served, "bob", &[]);
    alice.sees("MSNP7");
    alice.enters("/add bob@example.com");
    alice.sees("bob@example.com is on your list now.");
    bob.sees("alice@example.com added you.");
    bob.sees("Waiting for you 1");
    bob.enters("/add alice@example.com");
    bob.sees("alice@example.com is on your list now.");
    alice.sees("O bob@example.com");
    alice.sees("online");

    alice.types("/op\tbo\t");
    alice.sees("> /open bob@example.com");
    alice.types("\r");
    alice.sees("1 bob@example.com");
    alice.enters("hello bob ✓");
    bob.sees("1 alice@example.c… (1)");
    bob.sees("1 not read");
    bob.sees_not("hello bob");
    // Alt-1 goes to the first conversation.
    bob.types("\x1b1");
    bob.sees("alice@example.com: hello bob ✓");
    bob.waits("nothing unread", |screen| !screen.contents().contains("(1)"));
    bob.types("hi alice");
    alice.sees("bob@example.com is writing ...");
    bob.types("\r");
    alice.sees("bob@example.com: hi alice");
    alice.waits("nobody writes", |screen| !screen.contents().contains("is writing"));
    bob.enters("/nudge");
    alice.sees("* bob@example.com nudges you");
    alice.enters("/nudge");
    alice.sees("not delivered: MSNP7 cannot do that");

    bob.enters("/quit");
    let (code, left) = bob.ends();
    assert_eq!(code, 0, "{left}");
    alice.sees("bob@example.com is offline.");
    alice.enters("/quit");
    let (code, left) = alice.ends();
    assert_eq!(code, 0, "{left}");
    assert!(!left.contains("swordfish"), "{left}");
}

#[test]
fn a_lost_session_is_said_and_comes_back_with_what_was_said_before() {
    let served = Served::start("127.0.0.1:0");
    let mut alice = Person::chat(&served, "alice", &["--protocol", "MSNP7"]);
    alice.enters("/open bob@example.com");
    alice.sees("1 bob@example.com");
    let listen = served.stop();
    alice.sees("You are not signed in any more");
    alice.sees("NOT SIGNED IN");
    alice.enters("anybody?");
    alice.sees("not delivered: not signed in");
    let _served = Served::start(&listen);
    // It would be tried again by itself soon.
    alice.enters("/reconnect");
    alice.waits("signed in", |screen| {
        let shown = screen.contents();
        shown.contains("[O] online") && !shown.contains("NOT SIGNED IN")
    });
    alice.sees("You: anybody?");
    // Ctrl-C twice.
    alice.types("\x03");
    alice.sees("Ctrl-C again");
    alice.types("\x03");
    assert_eq!(alice.ends().0, 0);
}

#[test]
fn who_comes_back_asks_only_for_what_is_newer_and_still_has_their_contacts() {
    let listen = ["--listen", "127.0.0.1:0", "--trace"];
    let mut served = Served::start_with(&listen, Stdio::piped());
    let mut news = served.process.stderr.take().unwrap();
    let reading = thread::spawn(move || {
        let mut trace = String::new();
        news.read_to_string(&mut trace).unwrap();
        trace
    });
    let protocol = ["--protocol", "MSNP8"];
    let mut alice = Person::chat(&served, "alice", &protocol);
    alice.enters("/add bob@example.com");
    alice.sees("bob@example.com is on your list now.");
    let mut elsewhere = Person::chat(&served, "alice", &protocol);
    alice.sees("NOT SIGNED IN");
    elsewhere.enters("/quit");
    assert_eq!(elsewhere.ends().0, 0);
    alice.enters("/reconnect");
    alice.sees("Signed in again.");
    alice.sees("- bob@example.com");
    drop(alice);
    served.stop();
    let trace = reading.join().unwrap();
    let mut stamps = trace
        .lines()
        .filter(|line| line.starts_with(">>> SYN "))
        .map(|line| line.rsplit(' ').next().unwrap());
    assert_eq!((stamps.next(), stamps.next()), (Some("0"), Some("0")), "{trace}");
    let again = stamps.next().expect(&trace);
    assert_ne!(again, "0", "{trace}");
}

#[test]
fn a_signal_signs_out_and_leaves_the_terminal_as_it_was() {
    let served = Served::start("127.0.0.1:0");
    for signal in ["-TERM", "-INT", "-HUP"] {
        let alice = Person::chat(&served, "alice", &["--protocol", "MSNP7"]);
        let process = alice.process.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
        let (code, left) = alice.ends();
        assert_eq!(code, 0, "{signal}: {left}");
    }
}

#[test]
fn a_sign_in_that_fails_says_why_and_leaves_the_terminal_as_it_was() {
    let served = Served::start("127.0.0.1:0");
    let (server, nexus) = (served.address("ds"), served.address("nexus"));
    let account = ["chat", "--account", "alice@example.com"];
    for (more, expected) in [
        (["--server", &server, "--nexus", &nexus], "msnp: the account or the password is wrong"),
        (
            ["--server", &server, "--nexus", "http://127.0.0.1:1/none"],
            "msnp: sign-in failed at the ticket: the nexus cannot be reached: refused; --nexus must",
        ),
        (
            ["--server", "127.0.0.1:1", "--protocol", "MSNP7"],
            "msnp: sign-in failed at the connection: the connection was refused",
        ),
    ] {
        let (code, left) = Person::start(&[&account[..], &more].concat(), "guessed").ends();
        assert_eq!(code, 1, "{left}");
        assert!(left.contains(expected), "{left}");
        assert!(!left.contains("guessed"), "{left}");
    }
}

#[test]
fn without_a_terminal_and_with_a_trace_over_it_it_does_not_begin() {
    let arguments = ["chat", "--server", "127.0.0.1:1", "--account", "alice@example.com"];
    let output = Command::new(MSNP).args(arguments).env("MSNP_PASSWORD", "x").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("needs a terminal") && complaint.contains("msnp bridge"));
    let (code, left) = Person::start(&[&arguments[..], &["--trace"]].concat(), "x").ends();
    assert_eq!(code, 2);
    assert!(left.contains("send it to a file"), "{left}");
}
