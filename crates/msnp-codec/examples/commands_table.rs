//! Writes what follows from the command table: `docs/commands.md` and the fuzzing dictionary.
//!
//! `cargo run -p msnp-codec --example commands_table`

use std::fmt::Write as _;
use std::path::PathBuf;

use msnp_codec::{
    Body, COMMANDS, ClientCommand, CommandRow, FrameLimits, Framer, HasTransactionId, Sender,
    ServerCommand, Service,
};

fn main() -> std::io::Result<()> {
    for (path, text) in documents() {
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// Each generated file: where it belongs, and what it holds.
pub(crate) fn documents() -> [(PathBuf, String); 2] {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    [
        (root.join("docs/commands.md"), commands()),
        (root.join("fuzz/dictionary/commands.dict"), dictionary()),
    ]
}

fn commands() -> String {
    let mut out = String::from(
        "# Commands\n\n\
         Every verb of notification server (NS), dispatch server and switchboard (SB), MSNP2 to\n\
         MSNP21. Generated from `msnp_codec::COMMANDS`; write it anew with\n\
         `cargo run -p msnp-codec --example commands_table`.\n\n\
         **id**: whether the first parameter is a transaction id; *reply* means only in the reply\n\
         to a command of the same verb. **body**: whether bytes follow the line, and the most that\n\
         are accepted; *last* means that the last parameter is their number, *number* that it is\n\
         where it is a number and not the only parameter. **type**: whether the command has a type\n\
         of its own; one without is framed and passed on as it came.\n",
    );
    for (sender, title, sign) in [
        (Sender::Client, "What a client sends", ">>>"),
        (Sender::Server, "What a server sends", "<<<"),
    ] {
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "\n## {title} (`{sign}`)\n\n| verb | where | versions | id | body | type | says | source |\n\
             |---|---|---|---|---|---|---|---|\n"
        );
        for row in COMMANDS.iter().filter(|row| row.sender == sender) {
            let _ = writeln!(out, "{}", line(row));
        }
    }
    out
}

fn line(row: &CommandRow) -> String {
    let place = match row.service {
        Service::Notification => "NS",
        Service::Switchboard => "SB",
        Service::Both => "NS, SB",
    };
    let versions = match (row.first.number(), row.last.number()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}–{last}"),
    };
    let id = match row.transaction_id {
        HasTransactionId::Always => "yes".to_owned(),
        HasTransactionId::Never => "–".to_owned(),
        HasTransactionId::Before(version) => format!("below {}", version.number()),
        HasTransactionId::Sometimes => "reply".to_owned(),
    };
    let most = match row.largest_body {
        bytes if bytes >= 1024 => format!("{} KiB", bytes / 1024),
        bytes => format!("{bytes} bytes"),
    };
    let body = match row.body {
        Body::Never => "–".to_owned(),
        Body::Always => format!("last, {most}"),
        Body::IfNumber => format!("number, {most}"),
        Body::FromParameter(n) => format!("last of at least {n}, {most}"),
    };
    let typed = if has_type(row) { "yes" } else { "–" };
    let CommandRow { verb, meaning, source, .. } = row;
    format!("| `{verb}` | {place} | {versions} | {id} | {body} | {typed} | {meaning} | {source} |")
}

/// Whether parsing makes anything but a raw command of it, be it a complaint.
fn has_type(row: &CommandRow) -> bool {
    let wire = match row.body {
        Body::Always => format!("{} 0\r\n", row.verb),
        _ => format!("{}\r\n", row.verb),
    };
    let mut framer = Framer::new(row.sender, row.first, FrameLimits::SIGNED_IN);
    let Ok(Some(raw)) = framer.next(wire.as_bytes()) else { return false };
    match row.sender {
        Sender::Client => {
            !matches!(ClientCommand::parse(raw, row.first), Ok(ClientCommand::Raw(_)))
        }
        Sender::Server => {
            !matches!(ServerCommand::parse(raw, row.first), Ok(ServerCommand::Raw(_)))
        }
    }
}

fn dictionary() -> String {
    let mut verbs: Vec<&str> = COMMANDS.iter().map(|row| row.verb.as_str()).collect();
    verbs.sort_unstable();
    verbs.dedup();
    let mut out = String::from("# Every verb of the command table, for libFuzzer.\n");
    for verb in verbs {
        let _ = writeln!(out, "\"{verb} \"");
    }
    for word in ["\\x0d\\x0a", "NLN", "OK", " FL ", "N=", "F=", "C=", "CKI", "MD5 S", "TWN S"] {
        let _ = writeln!(out, "\"{word}\"");
    }
    out
}
