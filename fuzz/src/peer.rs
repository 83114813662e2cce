//! What a willing server answers to a client: enough to sign in, to keep lists and to talk.

use msnp_codec::{OwnedCommand, RawCommand};
use msnp_core::{ListSync, Login, Version};

/// Appends the answer of a notification server or switchboard.
pub(crate) fn answer(version: Version, command: &OwnedCommand, out: &mut Vec<u8>) {
    let raw = command.as_raw();
    let words: Vec<String> =
        raw.parameters().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let t = word(0);
    let answer = match raw.verb().as_str() {
        "VER" => format!("VER {t} {version}\r\n"),
        "CVR" => format!("CVR {t} 1.0 1.0 1.0 http://example.com http://example.com\r\n"),
        "INF" => format!("INF {t} MD5\r\n"),
        "USR" => identified(version, t, &words),
        "SYN" => lists(version, t),
        "CHG" => format!(
            "{} {}\r\nILN {t} NLN bob@example.com Bob 32\r\n",
            raw.line().escape_ascii(),
            ""
        ),
        "UUX" | "QRY" => format!(
            "{} {t}{}\r\n",
            raw.verb(),
            if raw.verb().as_str() == "UUX" { " 0" } else { "" }
        ),
        "PNG" => "QNG 50\r\n".to_owned(),
        "XFR" => format!("XFR {t} SB 127.0.0.1:1864 CKI 17.42\r\n"),
        "CAL" => format!("CAL {t} RINGING 11\r\nJOI {} Friend\r\n", word(1)),
        "ANS" => format!("IRO {t} 1 1 bob@example.com Bob\r\nANS {t} OK\r\n"),
        "MSG" if word(1) == "U" => String::new(),
        "MSG" => format!("ACK {t}\r\n"),
        "OUT" => String::new(),
        "ADD" | "REM" | "REA" | "ADG" | "REG" | "RMG" | "GTC" | "BLP" | "PRP"
            if version.has_list_serials() =>
        {
            changed(raw, &words)
        }
        _ => format!("{}\r\n", String::from_utf8_lossy(raw.line())),
    };
    out.extend(answer.into_bytes());
}

fn identified(version: Version, t: &str, words: &[String]) -> String {
    let named = "alice@example.com Alice";
    match (version.login(), words.get(2).map_or("", String::as_str)) {
        _ if words.get(1).is_none_or(|word| word.len() != 3) => format!("USR {t} OK {named}\r\n"),
        (Login::Md5, "I") => format!("USR {t} MD5 S 1.2\r\n"),
        (_, "I") => format!("USR {t} TWN S lc=1033,id=507,tw=40,ru=x,ct=1,kpp=1\r\n"),
        _ => match version.number() {
            ..=5 => format!("USR {t} OK {named}\r\n"),
            6..=7 => format!("USR {t} OK {named} 1\r\n"),
            8..=9 => format!("USR {t} OK {named} 1 0\r\n"),
            _ => format!("USR {t} OK alice@example.com 1 0\r\n"),
        },
    }
}

/// Bob is on every list; carol is on the reverse list.
fn lists(version: Version, t: &str) -> String {
    match version.list_sync() {
        ListSync::Serial => format!(
            "SYN {t} 9\r\nGTC {t} 9 A\r\nBLP {t} 9 AL\r\nLST {t} FL 9 1 1 bob@example.com Bob\r\n\
             LST {t} AL 9 1 1 bob@example.com Bob\r\nLST {t} BL 9 0 0\r\n\
             LST {t} RL 9 1 1 carol@example.com Carol\r\n"
        ),
        ListSync::Counted => format!(
            "SYN {t} 9 2 1\r\nGTC A\r\nBLP AL\r\nLSG 0 Other 0\r\n\
             LST bob@example.com Bob 11 0\r\nLST carol@example.com Carol 8\r\n"
        ),
        _ => {
            let network = if version.has_network_ids() { " 1" } else { "" };
            format!(
                "SYN {t} 2005-04-23T18:57:44.8130000-07:00 2005-04-23T18:57:44.8130000-07:00 2 1\r\n\
                 GTC A\r\nBLP AL\r\nPRP MFN Alice\r\n\
                 LSG Friends 00000000-0000-0000-0000-000000000009\r\n\
                 LST N=bob@example.com F=Bob C=00000000-0000-0000-0000-000000000001 11{network}\r\n\
                 LST N=carol@example.com F=Carol 8{network}\r\n"
            )
        }
    }
}

/// A change is confirmed with the new serial number of the lists.
fn changed(raw: RawCommand<'_>, words: &[String]) -> String {
    let (before, after) = match raw.verb().as_str() {
        "ADD" | "REM" => words.split_at(2.min(words.len())),
        _ => words.split_at(1.min(words.len())),
    };
    let line = [before, &["10".to_owned()], after].concat().join(" ");
    match raw.verb().as_str() {
        "ADG" => format!("ADG {line} 3 0\r\n").replace(" 0 3 0", " 3 0"),
        verb => format!("{verb} {line}\r\n"),
    }
}
