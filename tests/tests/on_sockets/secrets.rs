//! The secrets that crossed a wire, to be looked for elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use msnp_testkit::Recording;
use serde_json::Value;

/// Every proof, ticket and cookie in a recording that is not masked.
pub(crate) fn secrets(recording: &Recording) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for stream in streams(recording).values() {
        for line in String::from_utf8_lossy(stream).lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let secret = match words[..] {
                ["USR", _, "TWN", "S", ticket] if ticket.starts_with("t=") => ticket,
                // The challenge is shorter than the answer to it.
                ["USR", _, "MD5", "S", hash] if hash.len() == 32 => hash,
                ["USR", _, account, cookie] if account.contains('@') => cookie,
                ["ANS", _, _, cookie, _] => cookie,
                ["XFR", _, "SB", _, "CKI", cookie] => cookie,
                ["RNG", _, _, "CKI", cookie, ..] => cookie,
                ["MSPAuth:", ticket] => ticket,
                _ => continue,
            };
            // Shorter ones were made up by a test, or are empty: nobody could guess by them.
            if secret.len() >= 8 {
                secrets.insert(secret.to_owned());
            }
        }
    }
    secrets
}

/// All that somebody could read there: each line, and the bytes of each stream.
pub(crate) fn everything_in(recording: &Recording) -> String {
    let lines = recording.lines().map(|(_, line)| line.to_string());
    let streams = streams(recording).into_values();
    let streams = streams.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    lines.chain(streams).collect::<Vec<_>>().join("\n")
}

/// All bytes that went over each link, one way and the other.
fn streams(recording: &Recording) -> BTreeMap<(u64, bool), Vec<u8>> {
    let mut streams: BTreeMap<_, Vec<u8>> = BTreeMap::new();
    for (_, line) in recording.lines() {
        let (mut bytes, incoming) = match line["call"].as_str() {
            // A masked recording has only what was taken.
            Some("input") if line["offered"].is_null() => (unhex(&line["bytes"]), true),
            Some("input") => (unhex(&line["offered"]), true),
            Some("written") => (unhex(&line["bytes"]), false),
            _ => continue,
        };
        if !line["offered"].is_null() {
            bytes.truncate(usize::try_from(line["taken"].as_u64().unwrap()).unwrap());
        }
        streams.entry((line["link"].as_u64().unwrap(), incoming)).or_default().extend(bytes);
    }
    streams
}

fn unhex(text: &Value) -> Vec<u8> {
    let digits = text.as_str().unwrap().as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}
