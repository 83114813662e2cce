//! A recording: the reads of one scenario in the order of the file, and the commands in them.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use msnp_codec::{FrameLimits, Framer, Sender};
use msnp_core::Version;
use serde_json::Value;

/// One scenario.
pub(crate) struct Recording {
    pub(crate) name: &'static str,
    pub(crate) version: Version,
    pub(crate) reads: Vec<Read>,
}

/// What one side read at once.
pub(crate) struct Read {
    /// The line of the file, from 1.
    pub(crate) line: usize,
    pub(crate) link: String,
    pub(crate) by: Sender,
    pub(crate) bytes: Vec<u8>,
    /// The commands whose last byte is in this read.
    pub(crate) commands: Vec<Command>,
}

/// One command, taken apart at its spaces. Nothing else in it is interpreted.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// The verb and the parameters, without the length of the body.
    pub(crate) words: Vec<String>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) wire: Vec<u8>,
}

impl Recording {
    /// Reads a recording; none, and a word about it, where there are no recordings.
    pub(crate) fn open(name: &'static str) -> Option<Self> {
        let folder = folder();
        if !folder.is_dir() {
            assert!(env::var_os("MSNP_CAPTURES").is_none(), "MSNP_CAPTURES names no folder");
            // Not `eprintln!`, which the test harness hides where a test passes.
            writeln!(io::stderr(), "SKIPPED {name}: no recordings in {}", folder.display())
                .unwrap();
            return None;
        }
        let text = fs::read_to_string(folder.join(format!("{name}.jsonl")));
        let text = text.unwrap_or_else(|error| panic!("{name}: {error}"));
        Some(Self::read(name, &text))
    }

    fn read(name: &'static str, text: &str) -> Self {
        let mut reads: Vec<Read> = text.lines().enumerate().skip(1).map(read).collect();
        let version = reads.iter().find_map(agreed).expect("the server chose a version");
        let mut streams: BTreeMap<(String, bool), Commands> = BTreeMap::new();
        for read in &mut reads {
            let key = (read.link.clone(), read.by == Sender::Client);
            let stream = streams.entry(key).or_insert_with(|| Commands::new(read.by, version));
            read.commands = stream.add(&read.bytes);
        }
        Self { name, version, reads }
    }

    /// Every command of one side, with the line of the file and the link.
    pub(crate) fn commands(&self, by: Sender) -> impl Iterator<Item = (&Read, &Command)> {
        let reads = self.reads.iter().filter(move |read| read.by == by);
        reads.flat_map(|read| read.commands.iter().map(move |command| (read, command)))
    }

    /// Fails the test, naming the line of the file.
    #[track_caller]
    pub(crate) fn fail(
        &self,
        line: usize,
        expected: impl fmt::Display,
        got: impl fmt::Display,
    ) -> ! {
        panic!("{}.jsonl:{line}\n  expected: {expected}\n  got:      {got}", self.name)
    }
}

impl Read {
    /// Whose connection it is: the name that several connections of one client share.
    pub(crate) fn person(&self) -> &str {
        let mut parts = self.link.split('-');
        let (first, second) = (parts.next().unwrap(), parts.next().unwrap());
        if second == "ns" || second == "sb" { first } else { second }
    }

    pub(crate) fn is_notification(&self) -> bool {
        self.link.contains("-ns")
    }
}

impl Command {
    pub(crate) fn verb(&self) -> &str {
        &self.words[0]
    }

    /// A parameter, from 1; empty where there is none.
    pub(crate) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", String::as_str)
    }

    /// A parameter without its escapes.
    pub(crate) fn text(&self, index: usize) -> String {
        decoded(self.word(index))
    }

    /// The value of a header of the body.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.message();
        let head = String::from_utf8_lossy(head).into_owned();
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    /// The media type of the body.
    pub(crate) fn media_type(&self) -> String {
        let value = self.header("Content-Type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().to_owned()
    }

    /// The header block of the body and what follows it.
    pub(crate) fn message(&self) -> (&[u8], &[u8]) {
        let body = self.body.as_deref().unwrap_or_default();
        let end = body.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        end.map_or((body, &[][..]), |end| (&body[..end], &body[end + 4..]))
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.words.join(" "))?;
        match &self.body {
            None => Ok(()),
            Some(body) if body.len() <= 300 => write!(f, " {{{}}}", body.escape_ascii()),
            Some(body) => write!(f, " {{{}… {} bytes}}", body[..300].escape_ascii(), body.len()),
        }
    }
}

/// A stream of bytes, cut into commands.
pub(crate) struct Commands {
    framer: Framer,
    unread: Vec<u8>,
}

impl Commands {
    pub(crate) fn new(by: Sender, version: Version) -> Self {
        Self { framer: Framer::new(by, version, FrameLimits::SIGNED_IN), unread: Vec::new() }
    }

    /// The commands that are whole now.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Vec<Command> {
        self.unread.extend_from_slice(bytes);
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(raw) = self.framer.next(&self.unread[from..]).expect("it frames") {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let mut words = vec![raw.verb().to_string()];
            words.extend(raw.parameters().map(text));
            let body = raw.body().map(<[u8]>::to_vec);
            found.push(Command { words, body, wire: raw.wire().to_vec() });
            from += raw.wire().len();
        }
        self.unread.drain(..from);
        found
    }
}

/// A parameter without its escapes.
pub(crate) fn decoded(word: &str) -> String {
    let bytes = word.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped.filter(|_| bytes[at] == b'%') {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn folder() -> PathBuf {
    env::var_os("MSNP_CAPTURES").map_or_else(
        || {
            let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
            workspace.join("../shared/captures/real-clients")
        },
        PathBuf::from,
    )
}

fn read((index, line): (usize, &str)) -> Read {
    let value: Value = serde_json::from_str(line).unwrap();
    let by = match value["from"].as_str().unwrap() {
        "client" => Sender::Client,
        "server" => Sender::Server,
        other => panic!("line {}: a side {other}", index + 1),
    };
    let link = value["link"].as_str().unwrap().to_owned();
    let bytes = from_hex(value["hex"].as_str().unwrap());
    Read { line: index + 1, link, by, bytes, commands: Vec::new() }
}

/// The version in `VER 1 MSNP9`, where this read holds it.
fn agreed(read: &Read) -> Option<Version> {
    let text = std::str::from_utf8(&read.bytes).ok().filter(|_| read.by == Sender::Server)?;
    text.strip_prefix("VER ")?.split_whitespace().nth(1)?.parse().ok()
}

fn from_hex(hex: &str) -> Vec<u8> {
    assert_eq!(hex.len() % 2, 0);
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(pair).collect()
}
