//! `msnp bridge` as a process, against `msnp serve` as another.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use jsonschema::Validator;
use serde_json::{Value, json};

const ALICE: &str = "alice@example.com";
const BOB: &str = "bob@example.com";
const PASSWORD: &str = "swordfish";
const PATIENCE: Duration = Duration::from_secs(20);
const PROGRAM: &str = env!("CARGO_BIN_EXE_msnp");

/// A server process. It is killed when the test is over.
struct Served {
    process: Child,
    addresses: Value,
}

impl Served {
    fn start() -> Self {
        let users = [ALICE, BOB].map(|account| format!("--user={account}:{PASSWORD}"));
        let mut process = Command::new(PROGRAM)
            .args(["serve", "--json", "--listen", "127.0.0.1:0"])
            .args(users)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses = serde_json::from_str(&line).expect(&line);
        Self { process, addresses }
    }

    fn address(&self, of: &str) -> &str {
        self.addresses[of].as_str().expect(of)
    }

    /// The arguments of a bridge to it.
    fn arguments(&self, account: &str, protocol: &str) -> Vec<String> {
        let server = self.address("ds");
        let nexus = self.address("nexus");
        ["bridge", "--server", server, "--nexus", nexus, "--account", account]
            .into_iter()
            .chain(["--protocol", protocol])
            .map(String::from)
            .collect()
    }

    fn bridge(&self, account: &str, protocol: &str) -> Bridge {
        let mut command = Command::new(PROGRAM);
        command.args(self.arguments(account, protocol));
        Bridge::start(with_password(command), |_| false)
    }

    fn signed_in(&self, account: &str, protocol: &str) -> Bridge {
        let mut bridge = self.bridge(account, protocol);
        bridge.until(|event| event["event"] == "signed_in");
        bridge
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A bridge process. It is killed if a test fails before it ended.
struct Bridge {
    process: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    news: Receiver<String>,
    seen: Vec<Value>,
    command: Validator,
    event: Validator,
}

impl Bridge {
    /// Starts it. Its output is closed after the first line for which `enough` holds.
    fn start(mut command: Command, enough: fn(&str) -> bool) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, lines) = channel();
        let output = process.stdout.take().unwrap();
        thread::spawn(move || read_lines(output, &tell, enough));
        let (tell, news) = channel();
        let mut errors = process.stderr.take().unwrap();
        thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            let _ = tell.send(text);
        });
        Self {
            input: process.stdin.take(),
            process,
            lines,
            news,
            seen: Vec::new(),
            command: validator("command"),
            event: validator("event"),
        }
    }

    /// One line, if it still listens.
    fn try_write(&mut self, line: &[u8]) {
        let input = self.input.as_mut().unwrap();
        // Whether it does is what the test waits for.
        let _ = input.write_all(&[line, b"\n"].concat());
    }

    fn tell(&mut self, command: &Value) {
        assert!(self.command.is_valid(command), "{command} is not in the schema");
        self.write(command.to_string().as_bytes());
    }

    /// One line of any bytes.
    fn write(&mut self, line: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(&[line, b"\n"].concat()).unwrap();
        input.flush().unwrap();
    }

    /// The next line of output; none at its end.
    fn next(&mut self) -> Option<Value> {
        let line = match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return None,
            Err(_) => panic!("nothing comes after {:#?}", self.seen),
        };
        let event: Value = serde_json::from_str(&line).expect(&line);
        if let Some(error) = self.event.iter_errors(&event).next() {
            panic!("{error}, in {line}");
        }
        assert!(!line.contains(PASSWORD), "{line}");
        self.seen.push(event.clone());
        Some(event)
    }

    fn until(&mut self, what: impl Fn(&Value) -> bool) -> Value {
        loop {
            let Some(event) = self.next() else { panic!("it ended after {:#?}", self.seen) };
            if what(&event) {
                return event;
            }
        }
    }

    /// Until an event has all these members.
    fn see(&mut self, expected: &Value) -> Value {
        let expected = expected.as_object().unwrap();
        self.until(|event| expected.iter().all(|(name, value)| event.get(name) == Some(value)))
    }

    /// Does something that ends well, and gives the reply.
    fn does(&mut self, command: &Value) -> Value {
        self.tell(command);
        let reply = self.see(&json!({"event": "reply", "id": command["id"]}));
        if reply.get("action").is_some() {
            let end = self.see(&json!({"event": "action_ended", "id": command["id"]}));
            assert_eq!(end["ok"], true, "{command}: {:#?}", self.seen);
            assert_eq!(end["action"], reply["action"]);
        }
        if reply.get("message").is_some() {
            let end = self.see(&json!({"event": "message_ended", "id": command["id"]}));
            assert_eq!(end["delivery"], "accepted", "{command}: {:#?}", self.seen);
            assert_eq!(end["message"], reply["message"]);
        }
        reply
    }

    /// The last line, the exit code, and what was said on standard error.
    fn end(mut self) -> (Value, Option<i32>, String) {
        while self.next().is_some() {}
        let last = self.seen.pop().unwrap_or_default();
        let news = self.news.recv_timeout(PATIENCE).expect("it does not end");
        assert!(!news.contains(PASSWORD), "{news}");
        (last, self.process.wait().unwrap().code(), news)
    }

    fn ends_well(self) {
        let (last, code, news) = self.end();
        assert_eq!(last, json!({"event": "ended", "reason": "signed_out"}), "{news}");
        assert_eq!((code, &*news), (Some(0), ""));
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        // It has ended already in a test that holds.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read_lines(output: ChildStdout, tell: &Sender<String>, enough: fn(&str) -> bool) {
    for line in BufReader::new(output).lines() {
        let line = line.unwrap();
        let last = enough(&line);
        if tell.send(line).is_err() || last {
            return;
        }
    }
}

fn docs(file: &str) -> String {
    format!("{}/../../docs/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn validator(part: &str) -> Validator {
    let text = fs::read_to_string(docs("bridge.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    schema["$ref"] = format!("#/$defs/{part}").into();
    schema.as_object_mut().unwrap().remove("anyOf");
    jsonschema::validator_for(&schema).unwrap()
}

/// alice and bob are signed in, and each has the other as a contact.
fn friends(served: &Served, protocol: &str) -> (Bridge, Bridge) {
    let mut alice = served.signed_in(ALICE, protocol);
    let mut bob = served.signed_in(BOB, protocol);
    alice.does(&json!({"do": "add_contact", "id": 1, "account": BOB}));
    bob.see(&json!({"event": "list_changed", "list": "RL", "account": ALICE, "added": true}));
    bob.does(&json!({"do": "add_contact", "id": 1, "account": ALICE}));
    (alice, bob)
}

#[test]
fn two_programs_meet_talk_and_part() {
    for protocol in ["MSNP2", "MSNP5", "MSNP7", "MSNP8", "MSNP9", "MSNP11", "MSNP12"] {
        let served = Served::start();
        let (mut alice, mut bob) = friends(&served, protocol);
        alice.tell(&json!({"do": "version", "id": "v"}));
        alice.see(&json!({"event": "version", "id": "v", "version": protocol}));

        bob.does(&json!({"do": "set_name", "id": 2, "name": "Bob ♥ \"quotes\""}));
        bob.does(&json!({"do": "set_status", "id": 3, "status": "BSY"}));
        alice.see(&json!({"event": "presence", "account": BOB, "status": "BSY"}));
        bob.tell(&json!({"do": "status", "id": 4}));
        bob.see(&json!({"event": "status", "id": 4, "signed_in": true, "status": "BSY"}));
        alice.tell(&json!({"do": "roster", "id": 5}));
        let roster = alice.see(&json!({"event": "roster", "id": 5}));
        let contact = &roster["contacts"][0];
        assert_eq!(contact["account"], BOB);
        assert_eq!(contact["status"], "BSY");
        assert_eq!(contact["lists"], json!(["FL", "AL", "RL"]), "{protocol}");

        let opened = alice.does(&json!({"do": "open", "id": 6, "account": BOB}));
        let here = &opened["conversation"];
        alice.see(&json!({"event": "joined", "conversation": here, "account": BOB}));
        let text = "two\nlines ♥ \u{1f600}";
        let format = json!({"bold": true, "colour": "#ff8000"});
        alice.does(&json!({
            "do": "send_text", "id": "hi", "conversation": here, "text": text, "format": format
        }));
        let invited = bob.see(&json!({"event": "invited", "by": ALICE}));
        let there = &invited["conversation"];
        let heard = bob.see(&json!({"event": "text", "conversation": there, "account": ALICE}));
        assert_eq!(heard["text"], text);
        assert_eq!(heard["format"]["bold"], true);
        assert_eq!(heard["format"]["colour"], "#ff8000");

        bob.does(&json!({"do": "send_typing", "id": 7, "conversation": there}));
        alice.see(&json!({"event": "typing", "conversation": here, "account": BOB}));
        let note = "MIME-Version: 1.0\r\nContent-Type: text/x-note\r\n\r\n";
        for body in [json!({"text": format!("{note}♥")}), json!({"base64": "QTogYg0KDQr/AA=="})] {
            bob.does(&json!({"do": "send_message", "id": 8, "conversation": there, "body": body}));
            let seen = alice.see(&json!({"event": "message", "conversation": here}));
            assert_eq!(seen["body"], body);
        }
        let nudge = json!({"do": "send_nudge", "id": 9, "conversation": there});
        if matches!(protocol, "MSNP2" | "MSNP5" | "MSNP7" | "MSNP8") {
            bob.tell(&nudge);
            bob.see(&json!({"event": "not_done", "id": 9, "reason": "not_in_version"}));
        } else {
            bob.does(&nudge);
            alice.see(&json!({"event": "nudge", "conversation": here, "account": BOB}));
        }

        alice.does(&json!({"do": "block", "id": 10, "account": BOB}));
        bob.see(&json!({"event": "presence", "account": ALICE, "status": "FLN"}));
        alice.does(&json!({"do": "unblock", "id": 11, "account": BOB}));
        bob.see(&json!({"event": "presence", "account": ALICE, "status": "NLN"}));
        bob.does(&json!({"do": "leave", "id": 12, "conversation": there}));
        alice.see(&json!({"event": "left", "conversation": here, "account": BOB}));

        alice.tell(&json!({"do": "sign_out"}));
        alice.ends_well();
        bob.see(&json!({"event": "presence", "account": ALICE, "status": "FLN"}));
        drop(bob.input.take());
        bob.ends_well();
    }
}

#[test]
fn groups_are_made_filled_and_removed() {
    for protocol in ["MSNP7", "MSNP10"] {
        let served = Served::start();
        let mut alice = served.signed_in(ALICE, protocol);
        alice.does(&json!({"do": "add_contact", "id": 1, "account": BOB}));
        alice.tell(&json!({"do": "add_group", "id": 2, "name": "Best friends"}));
        let made = alice.see(&json!({"event": "group_changed", "name": "Best friends"}));
        let group = &made["group"];
        alice.see(&json!({"event": "action_ended", "id": 2, "ok": true}));
        alice.does(&json!({"do": "add_to_group", "id": 3, "account": BOB, "group": group}));
        alice.tell(&json!({"do": "roster", "id": 4}));
        let roster = alice.see(&json!({"event": "roster", "id": 4}));
        assert_eq!(roster["contacts"][0]["groups"], json!([group]), "{protocol}");
        let groups = roster["groups"].as_array().unwrap();
        assert!(groups.contains(&json!({"group": group, "name": "Best friends"})), "{groups:?}");
        alice.does(&json!({"do": "remove_from_group", "id": 5, "account": BOB, "group": group}));
        alice.tell(&json!({"do": "remove_group", "id": 6, "group": group}));
        let gone = alice.until(|event| event["event"] == "group_changed");
        assert_eq!(gone, json!({"event": "group_changed", "group": group}));
        alice.see(&json!({"event": "action_ended", "id": 6, "ok": true}));
        alice.tell(&json!({"do": "sign_out"}));
        alice.ends_well();
    }
}

#[test]
fn the_conversation_of_the_page_goes_as_the_page_says() {
    let served = Served::start();
    let mut alice = served.signed_in(ALICE, "MSNP7");
    let mut bob = served.signed_in(BOB, "MSNP7");
    let page = fs::read_to_string(docs("bridge.md")).unwrap();
    let blocks: Vec<Vec<Value>> = page
        .split("```json\n")
        .skip(1)
        .map(|block| {
            let lines = block.split_once("```").unwrap().0.lines();
            lines.map(|line| serde_json::from_str(line).expect(line)).collect()
        })
        .collect();
    let [commands, to_alice, to_bob, others @ ..] = &blocks[..] else { panic!("{blocks:?}") };
    let mut commands = commands.iter();
    for event in to_alice {
        if event["event"] == "reply" {
            alice.tell(commands.next().unwrap());
        }
        alice.see(event);
    }
    assert_eq!(commands.next(), None);
    for event in to_bob {
        bob.see(event);
    }
    for example in others.iter().flatten() {
        assert!(alice.event.is_valid(example), "{example} is not in the schema");
    }
}

#[test]
fn no_line_of_input_ends_it_and_each_is_answered_in_words() {
    let served = Served::start();
    let mut alice = served.signed_in(ALICE, "MSNP8");
    let too_long = vec![b'a'; 1024 * 1024 + 1];
    let deep = "[".repeat(10_000);
    let hostile: &[(&[u8], &str)] = &[
        (b"not json", "this is not JSON: "),
        (b"{\"do\":\"status\"", "this is not JSON: "),
        (b"7", "a command is a JSON object"),
        (b"[{\"do\":\"status\"}]", "a command is a JSON object"),
        (b"null", "a command is a JSON object"),
        (b"{}", "there is no member \"do\""),
        (b"{\"do\":{}}", "the member \"do\" must be a text"),
        (b"{\"do\":\"dance\"}", "there is no command \"dance\""),
        (b"{\"do\":\"SetName\",\"name\":\"a\"}", "there is no command \"SetName\""),
        (b"{\"do\":\"send_text\",\"conversation\":1}", "send_text: missing field `text`"),
        (b"{\"do\":\"leave\",\"conversation\":-1}", "leave: the member \"conversation\": "),
        (b"{\"do\":\"leave\",\"conversation\":1,\"x\":1}", "leave: the member \"x\": unknown"),
        (b"{\"do\":\"block\",\"account\":\"b\\r\\nOUT\"}", "block: the member \"account\": "),
        (b"{\"do\":\"remove_group\",\"group\":\"1\\r\\nOUT\"}", "remove_group: the member \"gr"),
        (b"{\"do\":\"set_status\",\"status\":\"NLN 0\"}", "set_status: the member \"status\": "),
        (b"{\"do\":\"status\",\"id\":[]}", "id must be a text or a whole number"),
        (b"\0", "this is not JSON: "),
        (b"{\"do\":\"sta\0tus\"}", "this is not JSON: "),
        (b"{\"do\":\"\xff\xfe\"}", "the line is not valid UTF-8"),
        (b"\xef\xbb\xbf{\"do\":\"status\"}", "this is not JSON: "),
        (&too_long, "the line is longer than 1048576 bytes"),
        (deep.as_bytes(), "this is not JSON: "),
    ];
    alice.write(b"");
    for (at, (line, problem)) in hostile.iter().enumerate() {
        alice.write(line);
        let error = alice.until(|event| event["event"] != "list_changed");
        let said = error["problem"].as_str().expect("a problem");
        assert_eq!(error["event"], "error");
        assert_eq!(error["line"], at + 2, "{error}");
        assert!(said.starts_with(problem), "{said:?} does not begin with {problem:?}");
        assert!(said.len() < 1000, "{} bytes of words", said.len());
    }
    alice.write(b"{\"do\":\"dance\",\"id\":\"mine\"}\r");
    alice.see(&json!({"event": "error", "id": "mine"}));
    alice.tell(&json!({"do": "send_text", "id": 2, "conversation": 99, "text": "hi"}));
    let refused = alice.see(&json!({"event": "not_done", "id": 2, "do": "send_text"}));
    assert_eq!(refused["reason"], "no_conversation");
    alice.does(&json!({"do": "set_status", "id": 3, "status": "AWY"}));
    alice.tell(&json!({"do": "sign_out"}));
    alice.ends_well();
}

#[test]
fn a_signal_signs_out() {
    let served = Served::start();
    for signal in ["-TERM", "-INT"] {
        let alice = served.signed_in(ALICE, "MSNP8");
        let process = alice.process.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
        alice.ends_well();
    }
}

#[test]
fn a_second_signal_ends_it_although_nobody_reads_its_output() {
    let served = Served::start();
    let mut command = Command::new(PROGRAM);
    command.args(served.arguments(ALICE, "MSNP7"));
    let mut process = with_password(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    // Far more than a pipe holds. It is not all taken.
    let asking = thread::spawn(move || {
        let _ = input.write_all(&b"{\"do\":\"status\"}\n".repeat(100_000));
    });
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"event\":\"status\"") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    let id = process.id().to_string();
    let (tell, ended) = channel();
    thread::spawn(move || tell.send(process.wait().unwrap()));
    // Signals that come together count as one.
    let ends = (0..200).any(|_| {
        // It may have ended already.
        let _ = Command::new("kill").args(["-TERM", &id]).stderr(Stdio::null()).status().unwrap();
        ended.recv_timeout(Duration::from_millis(50)).is_ok()
    });
    assert!(ends, "it goes on");
    asking.join().unwrap();
}

#[test]
fn a_closed_output_signs_out_quietly() {
    let served = Served::start();
    let mut bob = served.signed_in(BOB, "MSNP8");
    bob.does(&json!({"do": "add_contact", "id": 1, "account": ALICE}));
    let mut command = Command::new(PROGRAM);
    command.args(served.arguments(ALICE, "MSNP8"));
    let mut alice = Bridge::start(with_password(command), |line| line.contains("signed_in\""));
    bob.see(&json!({"event": "presence", "account": ALICE, "status": "NLN"}));
    while alice.next().is_some() {}
    alice.try_write(b"{\"do\":\"status\"}");
    bob.see(&json!({"event": "presence", "account": ALICE, "status": "FLN"}));
    let (_, code, news) = alice.end();
    assert_eq!((code, &*news), (Some(0), ""));
}

#[test]
fn a_wrong_password_ends_it_at_the_step_of_the_password() {
    let served = Served::start();
    for protocol in ["MSNP7", "MSNP8"] {
        let file =
            std::env::temp_dir().join(format!("msnp-bridge-{protocol}-{}", std::process::id()));
        fs::write(&file, "guessed wrongly\n").unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(served.arguments(ALICE, protocol)).arg("--password-file").arg(&file);
        let (last, code, news) = Bridge::start(command, |_| false).end();
        fs::remove_file(&file).unwrap();
        assert_eq!(last["event"], "ended");
        assert_eq!(last["reason"], "wrong_password", "{last}");
        let step = if protocol == "MSNP7" { "password" } else { "ticket" };
        assert_eq!(last["step"], step, "{last}");
        assert!(news.starts_with("msnp: the account or the password is wrong"), "{news}");
        assert!(!format!("{last}{news}").contains("guessed"));
        assert_eq!(code, Some(1));
    }
}

#[test]
fn a_server_that_is_not_there_ends_it_at_the_connection() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let mut command = Command::new(PROGRAM);
    command.args(["bridge", "--server", &address, "--account", ALICE]);
    let (last, code, news) = Bridge::start(with_password(command), |_| false).end();
    assert_eq!(last["reason"], "sign_in_failed");
    assert_eq!(last["step"], "connect");
    assert!(news.contains("the connection was refused"), "{news}");
    assert_eq!(code, Some(1));
}

#[test]
fn a_trace_goes_to_standard_error_and_holds_no_secret() {
    let served = Served::start();
    let mut command = Command::new(PROGRAM);
    command.args(served.arguments(ALICE, "MSNP8")).arg("--trace");
    let mut alice = Bridge::start(with_password(command), |_| false);
    alice.until(|event| event["event"] == "signed_in");
    drop(alice.input.take());
    let (last, code, trace) = alice.end();
    assert_eq!(last, json!({"event": "ended", "reason": "signed_out"}));
    assert_eq!(code, Some(0));
    assert!(trace.contains("\n>>> USR ") && trace.contains(" TWN S ***\n"), "{trace}");
    assert!(trace.contains("\n>>> OUT\n"), "{trace}");
}

/// Without a terminal there is nobody to ask, and standard input is for commands.
#[cfg(target_os = "linux")]
#[test]
fn a_password_is_never_read_from_standard_input() {
    let mut command = Command::new("setsid");
    command.args(["--wait", PROGRAM, "bridge", "--server", "127.0.0.1:9", "--account", ALICE]);
    command.env_remove("MSNP_PASSWORD");
    let mut alice = Bridge::start(command, |_| false);
    alice.try_write(PASSWORD.as_bytes());
    let (last, code, news) = alice.end();
    assert_eq!(last, Value::Null);
    assert_eq!(code, Some(1));
    assert!(news.starts_with("msnp: cannot ask for the password here: "), "{news}");
    assert!(news.contains("MSNP_PASSWORD") && news.contains("--password-file"), "{news}");
}

#[test]
fn the_bot_of_the_page_answers() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("python3 is not installed; docs/bot.py was not run");
        return;
    }
    let served = Served::start();
    let mut alice = served.signed_in(ALICE, "MSNP11");
    let mut command = Command::new("python3");
    command.arg(docs("bot.py")).arg(PROGRAM).args(served.arguments(BOB, "MSNP11"));
    let mut bot = Bridge::start(with_password(command), |_| false);
    alice.does(&json!({"do": "add_contact", "id": 1, "account": BOB}));
    alice.until(|event| {
        event["event"] == "presence" && event["account"] == BOB && event["name"] == "Echo"
    });
    let opened = alice.does(&json!({"do": "open", "id": 2, "account": BOB}));
    let here = &opened["conversation"];
    alice.see(&json!({"event": "joined", "conversation": here, "account": BOB}));
    alice.does(&json!({"do": "send_text", "id": 3, "conversation": here, "text": "hé ♥"}));
    alice.see(&json!({"event": "text", "account": BOB, "text": "You said: hé ♥"}));
    alice.does(&json!({"do": "send_text", "id": 4, "conversation": here, "text": "bye"}));
    alice.see(&json!({"event": "presence", "account": BOB, "status": "FLN"}));
    bot.input.take();
    let (_, code, news) = bot.end();
    assert_eq!((code, &*news), (Some(0), ""));
}

fn with_password(mut command: Command) -> Command {
    command.env("MSNP_PASSWORD", PASSWORD);
    command
}
