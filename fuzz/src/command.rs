//! Well-formed commands for the machines: rows of the command table with words that mean something
//! to them, and the values of the tests of `msnp-codec`.

use msnp_codec::{Body, COMMANDS, CommandRow, Sender};
use msnp_core::Version;

use crate::command_values::ANY;
use crate::drawn::drawn;
use crate::input::Input;
use crate::values::{client_commands, server_commands};

/// Appends one command; `transactions` are those that wait for an answer.
pub(crate) fn command(
    input: &mut Input<'_>,
    sender: Sender,
    version: Version,
    transactions: &[u32],
    out: &mut Vec<u8>,
) {
    let rows: Vec<&CommandRow> = COMMANDS.iter().filter(|row| row.sender == sender).collect();
    let row = *input.pick(&rows);
    let transaction = match input.below(8) {
        0 => u32::from(input.byte()),
        _ if transactions.is_empty() => 1,
        _ => *input.pick(transactions),
    };
    match input.below(8) {
        0 => value(input, row, version, transaction, out),
        1 if sender == Sender::Server => {
            let code =
                input.pick(&[200_u16, 201, 205, 215, 217, 540, 600, 601, 715, 911, 913, 999]);
            out.extend(format!("{code} {transaction}\r\n").bytes());
        }
        _ => words(input, row, transaction, out),
    }
}

/// A value in the form of this version, with this transaction where it has one.
fn value(
    input: &mut Input<'_>,
    row: &CommandRow,
    version: Version,
    transaction: u32,
    out: &mut Vec<u8>,
) {
    let Some(values) = ANY.with_borrow(|any| drawn(any, input.piece())) else { return };
    let mut printed = Vec::new();
    match row.sender {
        Sender::Client => {
            let commands = client_commands(row.verb.as_str(), &values, version);
            commands.iter().for_each(|command| command.print(version, &mut printed));
        }
        Sender::Server => {
            let commands = server_commands(row.verb.as_str(), &values, version);
            commands.iter().for_each(|command| command.print(version, &mut printed));
        }
    }
    let digits = printed.get(4..).unwrap_or_default();
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 {
        out.extend_from_slice(&printed[..4]);
        out.extend(transaction.to_string().bytes());
        printed.drain(..4 + digits);
    }
    out.extend(printed);
}

fn words(input: &mut Input<'_>, row: &CommandRow, transaction: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(row.verb.as_bytes());
    if input.below(8) != 0 {
        out.extend(format!(" {transaction}").bytes());
    }
    for _ in 0..input.below(9) {
        out.push(b' ');
        match input.byte() {
            255 => out.extend(input.piece().iter().filter(|b| !b" \t\r\n".contains(b))),
            254 => out.extend(input.byte().to_string().bytes()),
            at => out.extend(WORDS[usize::from(at) % WORDS.len()].bytes()),
        }
    }
    if row.body == Body::Never {
        return out.extend(b"\r\n");
    }
    let body = match input.byte() {
        255 => input.piece(),
        at => BODIES[usize::from(at) % BODIES.len()].as_bytes(),
    };
    out.extend(format!(" {}\r\n", body.len()).bytes());
    out.extend_from_slice(body);
}

const WORDS: &[&str] = &[
    "alice@example.com",
    "bob@example.com",
    "carol@example.com",
    "nobody@example.com",
    "0",
    "1",
    "2",
    "3",
    "11",
    "OK",
    "FL",
    "AL",
    "BL",
    "RL",
    "PL",
    "NLN",
    "AWY",
    "HDN",
    "FLN",
    "IDL",
    "N=bob@example.com",
    "N=carol@example.com",
    "F=Bob",
    "C=00000000-0000-0000-0000-000000000001",
    "00000000-0000-0000-0000-000000000001",
    "Bob",
    "Friends",
    "%20",
    "A",
    "N",
    "U",
    "D",
    "I",
    "S",
    "MD5",
    "TWN",
    "SB",
    "NS",
    "CKI",
    "127.0.0.1:1863",
    "10.0.0.1",
    "1.2",
    "MSNP2",
    "MSNP8",
    "MSNP12",
    "CVR0",
    "RINGING",
    "MFN",
    "PHH",
    "MOB",
    "OTH",
    "SSD",
    "ON",
    "OFF",
    "INBOX",
    "fname=Bob",
    "msmsgs@msnmsgr.com",
    "PROD0090YUAUV{2B",
    "4294967295",
    "1073741824",
    "%3Cmsnobj%20Creator%3D%22bob%40example.com%22%20Type%3D%223%22%2F%3E",
    "2005-04-23T18:57:44.8130000-07:00",
    "t=1&p=",
    "ct=1,lc=1033",
];

const BODIES: &[&str] = &[
    "",
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nhello",
    "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: bob@example.com\r\n\r\n\r\n",
    "MIME-Version: 1.0\r\nContent-Type: text/x-msnmsgr-datacast\r\n\r\nID: 1\r\n\r\n",
    "Content-Type: text/plain\r\nMessage-ID: {1}\r\nChunks: 2\r\n\r\nfirst ",
    "Message-ID: {1}\r\nChunk: 1\r\n\r\nsecond",
    "Content-Type: text/x-msmsgsprofile\r\nLoginTime: 1\r\nEmailEnabled: 1\r\n\r\n",
    "Content-Type: text/x-msmsgsinitialemailnotification\r\n\r\nInbox-Unread: 1\r\n",
    "Content-Type: application/x-msmsgssystemmessage\r\n\r\nType: 1\r\nArg1: 5\r\n",
    "Content-Type: application/x-msnmsgrp2p\r\nP2P-Dest: alice@example.com\r\n\r\n",
    "<Data><PSM>words</PSM><CurrentMedia></CurrentMedia></Data>",
    "<Data><PSM>broken",
    "00000000000000000000000000000000",
];
