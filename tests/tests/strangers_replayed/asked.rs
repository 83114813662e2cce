//! What our client asks for, held against what the recorded one asked for.
//!
//! Compared are the verb, and the parameters that say what is asked for. Not compared are those in
//! which a client describes itself: versions on offer, the program in `CVR`, capabilities and
//! object in `CHG`, how a text looks and is to be confirmed.

use msnp_auth::challenge;
use msnp_core::{ChallengeScheme, Version};

use crate::recording::Command;

/// Compares two commands of clients.
///
/// # Errors
/// What ours should have said.
pub(crate) fn alike(recorded: &Command, ours: &Command) -> Result<(), String> {
    if recorded.verb() != ours.verb() {
        return Err(recorded.to_string());
    }
    let first = match recorded.verb() {
        "VER" | "INF" | "CVR" | "QRY" | "OUT" => return Ok(()),
        "CHG" => return same_words(recorded, ours, &[2]),
        "MSG" => return same_message(recorded, ours),
        "UUX" => return same_personal(recorded, ours),
        _ => 2,
    };
    if recorded.words.len() != ours.words.len() {
        return Err(recorded.to_string());
    }
    let words: Vec<usize> = (first..recorded.words.len()).collect();
    same_words(recorded, ours, &words)
}

/// Whether this command of a server begins with the transaction of the client.
pub(crate) fn answers(command: &Command, version: Version) -> bool {
    let named = match command.verb() {
        "VER" | "CVR" | "INF" | "USR" | "XFR" | "SYN" | "CHG" | "ILN" | "ADD" | "ADC" | "REM"
        | "SBP" | "UUX" | "CAL" | "ANS" | "IRO" | "ACK" | "NAK" | "QRY" | "BLP" | "GTC" | "PRP" => {
            true
        }
        // Later versions begin them with the id of a group, or an account.
        "LSG" | "LST" => version < Version::MSNP8,
        verb => verb.bytes().all(|b| b.is_ascii_digit()),
    };
    named && command.word(1).parse::<u32>().is_ok_and(|transaction| transaction > 0)
}

/// Compares the answer to a challenge: the same product gives the same, but for the padding.
///
/// # Errors
/// What ours should have said.
pub(crate) fn same_answer(
    recorded: &Command,
    ours: &Command,
    version: Version,
    text: &str,
) -> Result<(), String> {
    let scheme = version.challenge().unwrap_or(ChallengeScheme::Md5);
    for qry in [recorded, ours] {
        let response = qry.body.as_deref().unwrap_or_default();
        if challenge::check(scheme, text, qry.word(2), response).is_err() {
            return Err(format!("an answer to {text}, not {qry}"));
        }
    }
    if scheme == ChallengeScheme::Md5 && recorded.body != ours.body {
        return Err(recorded.to_string());
    }
    Ok(())
}

fn same_words(recorded: &Command, ours: &Command, words: &[usize]) -> Result<(), String> {
    let same = |index: &usize| recorded.text(*index) == ours.text(*index);
    if words.iter().all(same) { Ok(()) } else { Err(recorded.to_string()) }
}

fn same_message(recorded: &Command, ours: &Command) -> Result<(), String> {
    let ((_, wanted), (_, said)) = (recorded.message(), ours.message());
    let first_line = |body: &[u8]| {
        String::from_utf8_lossy(body).lines().next().map(str::to_owned).unwrap_or_default()
    };
    let same = match recorded.media_type().as_str() {
        "text/plain" => wanted == said,
        "text/x-msnmsgr-datacast" => first_line(wanted) == first_line(said),
        _ => recorded.body == ours.body,
    };
    if same && recorded.media_type() == ours.media_type() {
        Ok(())
    } else {
        Err(recorded.to_string())
    }
}

fn same_personal(recorded: &Command, ours: &Command) -> Result<(), String> {
    let message = |command: &Command| {
        let body = command.body.as_deref().unwrap_or_default();
        let body = String::from_utf8_lossy(body).into_owned();
        let rest = body.split_once("<PSM>").map(|(_, rest)| rest.to_owned());
        rest.and_then(|rest| rest.split_once("</PSM>").map(|(text, _)| text.to_owned()))
    };
    let (wanted, said) = (message(recorded).unwrap_or_default(), message(ours).unwrap_or_default());
    if wanted == said { Ok(()) } else { Err(recorded.to_string()) }
}
