//! Mistakes that other programs made, and that this codec must not repeat or suffer from. Those of
//! framing stand beside the framer, those of sessions in `msnp-session` and `msnp-client`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that finds something wrong panics"
)]

use msnp_codec::command::{
    Capabilities, ClientAdd, ClientCal, ClientPrp, ClientUsr, ContactName, ServerError, ServerLst,
    ServerNln,
};
use msnp_codec::{
    ClientCommand, Encoded, FrameLimits, Framer, Hidden, OwnedCommand, Problem, Sender,
    ServerCommand,
};
use msnp_core::{ErrorCode, List, NetworkId, Status, TransactionId, Version};

/// All commands of a stream.
fn commands(sender: Sender, version: Version, mut stream: &[u8]) -> Vec<OwnedCommand> {
    let mut framer = Framer::new(sender, version, FrameLimits::SIGNED_IN);
    let mut found = vec![];
    while let Some(raw) = framer.next(stream).unwrap() {
        found.push(raw.to_owned());
        stream = &stream[raw.wire().len()..];
    }
    assert_eq!(stream, b"");
    found
}

fn from_server(version: Version, line: &[u8]) -> OwnedCommand {
    commands(Sender::Server, version, line).remove(0)
}

fn printed<'a>(command: impl Into<ServerCommand<'a>>, version: Version) -> String {
    let mut out = vec![];
    command.into().print(version, &mut out);
    String::from_utf8(out).unwrap()
}

fn printed_by_client<'a>(command: impl Into<ClientCommand<'a>>) -> String {
    let mut out = vec![];
    command.into().print(Version::MSNP8, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn an_iln_with_transaction_0_is_a_presence() {
    let raw = from_server(Version::MSNP8, b"ILN 0 AWY bob@example.com Bob 32\r\n");
    let Ok(ServerCommand::Iln(iln)) = ServerCommand::parse(raw.as_raw(), Version::MSNP8) else {
        panic!("not an ILN")
    };
    assert_eq!(iln.transaction, TransactionId::ASYNCHRONOUS);
    assert_eq!(iln.presence.status, Status::AWAY);
}

#[test]
fn no_control_character_but_a_return_is_refused_in_a_text() {
    let account = |line: &'static [u8]| {
        let raw = from_server(Version::MSNP8, line);
        match ServerCommand::parse(raw.as_raw(), Version::MSNP8) {
            Ok(ServerCommand::Fln(offline)) => Some(offline.contact.account.to_owned()),
            _ => None,
        }
    };
    assert_eq!(account(b"FLN al\x01ice@example.com\r\n").as_deref(), Some("al\x01ice@example.com"));
    assert_eq!(account(b"FLN al\rice@example.com\r\n"), None);
}

#[test]
fn a_list_entry_without_a_name_has_the_account_for_one() {
    for version in [Version::MSNP2, Version::MSNP7] {
        let raw = from_server(version, b"LST 5 FL 7 1 2 bob@example.com\r\n");
        let Ok(ServerCommand::Lst(entry)) = ServerCommand::parse(raw.as_raw(), version) else {
            panic!("not an LST")
        };
        let ServerLst::Listed { contact: Some(contact), .. } = &entry else { panic!("{entry:?}") };
        assert_eq!(contact.name, Some(Encoded::new("bob@example.com")));
        let line = "LST 5 FL 7 1 2 bob@example.com bob@example.com\r\n";
        assert_eq!(printed(entry, version), line);
    }
}

#[test]
fn a_session_id_that_is_not_a_number_is_text() {
    for id in ["ca9d92f2ad87005d7477d77aaf4aba4", "-1", "{a}", "99999999999999999999"] {
        let line = format!("RNG {id} 127.0.0.1:1863 CKI c bob@example.com Bob\r\n");
        let raw = from_server(Version::MSNP8, line.as_bytes());
        let Ok(ServerCommand::Rng(rng)) = ServerCommand::parse(raw.as_raw(), Version::MSNP8) else {
            panic!("not a RNG")
        };
        assert_eq!(rng.session, id);
    }
}

#[test]
fn several_lines_with_one_transaction_id_are_several_commands() {
    let stream = b"IRO 1 1 2 bob@example.com Bob\r\nIRO 1 2 2 eve@example.com Eve\r\nANS 1 OK\r\n";
    let found = commands(Sender::Server, Version::MSNP8, stream);
    let positions: Vec<_> = found
        .iter()
        .map(|raw| match ServerCommand::parse(raw.as_raw(), Version::MSNP8).unwrap() {
            ServerCommand::Iro(iro) => (iro.transaction.number(), iro.position, iro.total),
            ServerCommand::Ans(ans) => (ans.transaction.number(), 0, 0),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(positions, [(1, 1, 2), (1, 2, 2), (1, 0, 0)]);
}

#[test]
fn a_name_of_raw_or_broken_utf8_passes_byte_for_byte() {
    for (name, shown) in [
        ("Zoë♥".as_bytes(), "Zoë♥"),
        (b"\xff\xfeBob", "\u{fffd}\u{fffd}Bob"),
        (b"100%", "100%"),
        (b"a%zzb%2", "a%zzb%2"),
        (b"%C3", "\u{fffd}"),
    ] {
        let line = [b"NLN NLN bob@example.com ", name, b" 32\r\n"].concat();
        let raw = from_server(Version::MSNP8, &line);
        let command = ServerCommand::parse(raw.as_raw(), Version::MSNP8).unwrap();
        let ServerCommand::Nln(nln) = &command else { panic!("not a NLN") };
        assert_eq!(nln.name.decode(), shown);
        let mut out = vec![];
        command.print(Version::MSNP8, &mut out);
        assert_eq!(out, line);
    }
}

#[test]
fn an_account_of_broken_utf8_is_not_valid_and_the_next_command_is_read() {
    let stream = b"FLN b\xffb@example.com\r\nFLN eve@example.com\r\n";
    let found = commands(Sender::Server, Version::MSNP8, stream);
    let error = ServerCommand::parse(found[0].as_raw(), Version::MSNP8).unwrap_err();
    assert_eq!((error.parameter, error.problem), ("account", Problem::Invalid));
    assert!(ServerCommand::parse(found[1].as_raw(), Version::MSNP8).is_ok());
}

#[test]
fn an_empty_last_field_is_none() {
    let raw = from_server(Version::MSNP8, b"BPR 6 alice@example.com PHW \r\n");
    let Ok(ServerCommand::Bpr(bpr)) = ServerCommand::parse(raw.as_raw(), Version::MSNP8) else {
        panic!("not a BPR")
    };
    assert_eq!((bpr.key, bpr.value), ("PHW", None));
}

#[test]
fn an_empty_value_is_printed_as_none() {
    let transaction = TransactionId::new(9);
    let command = ClientPrp { transaction, key: "PHH", value: Some(Encoded::new("")) };
    assert_eq!(printed_by_client(command), "PRP 9 PHH\r\n");
}

#[test]
fn an_empty_name_keeps_its_place() {
    let presence = ServerNln {
        status: Status::ONLINE,
        contact: ContactName::new("bob@example.com"),
        name: Encoded::new(""),
        capabilities: Some(Capabilities::new(32)),
        object: None,
    };
    let line = "NLN NLN bob@example.com %20 32\r\n";
    assert_eq!(printed(presence, Version::MSNP8), line);
}

#[test]
fn an_object_without_capabilities_keeps_its_place() {
    let presence = ServerNln {
        status: Status::ONLINE,
        contact: ContactName::new("bob@example.com"),
        name: Encoded::new("Bob"),
        capabilities: None,
        object: Some(Encoded::new_strict("<msnobj/>")),
    };
    let line = "NLN NLN bob@example.com Bob 0 %3Cmsnobj%2F%3E\r\n";
    assert_eq!(printed(presence, Version::MSNP9), line);
}

#[test]
fn a_network_is_written_only_where_the_version_has_a_place_for_it() {
    let presence = |network| ServerNln {
        status: Status::ONLINE,
        contact: ContactName { account: "bob@example.com", network },
        name: Encoded::new("Bob"),
        capabilities: None,
        object: None,
    };
    let yahoo = Some(NetworkId::YAHOO);
    for (version, network, line) in [
        (Version::MSNP11, yahoo, "NLN NLN bob@example.com Bob\r\n"),
        (Version::MSNP14, yahoo, "NLN NLN bob@example.com 32 Bob\r\n"),
        (Version::MSNP14, None, "NLN NLN bob@example.com 1 Bob\r\n"),
        (Version::MSNP18, yahoo, "NLN NLN 32:bob@example.com Bob\r\n"),
    ] {
        assert_eq!(printed(presence(network), version), line);
    }
}

#[test]
fn an_error_is_printed_with_its_number_as_the_verb() {
    let code = ErrorCode::from_number(913).unwrap();
    let error = ServerError { code, transaction: Some(TransactionId::new(10)), body: None };
    assert_eq!(printed(error, Version::MSNP8), "913 10\r\n");
}

#[test]
fn an_error_has_a_body_only_where_the_version_announces_one() {
    let code = ErrorCode::from_number(241).unwrap();
    let transaction = Some(TransactionId::new(9));
    let error = ServerError { code, transaction, body: Some(b"OUT\r\n") };
    assert_eq!(printed(error.clone(), Version::MSNP12), "241 9\r\n");
    assert_eq!(printed(error.clone(), Version::MSNP13), "241 9 5\r\nOUT\r\n");
    let alone = ServerError { transaction: None, ..error };
    assert_eq!(printed(alone, Version::MSNP13), "241 0 5\r\nOUT\r\n");
}

#[test]
fn no_text_of_an_application_becomes_a_second_parameter_or_command() {
    let transaction = TransactionId::new(2);
    let bad = "bob@example.com 1\r\nOUT\tx";
    let line = "bob@example.com%201%0D%0AOUT%09x";
    let call = ClientCal { transaction, account: bad };
    assert_eq!(printed_by_client(call), format!("CAL 2 {line}\r\n"));
    let add = ClientAdd { transaction, list: List::Allow, account: bad, name: None, group: None };
    assert_eq!(printed_by_client(add), format!("ADD 2 AL {line}\r\n"));
    let enter =
        ClientUsr::Switchboard { transaction, account: "bob@example.com", cookie: Hidden(bad) };
    assert_eq!(printed_by_client(enter), format!("USR 2 bob@example.com {line}\r\n"));
}

#[test]
fn a_carriage_return_inside_a_line_is_in_no_account() {
    let raw = from_server(Version::MSNP8, b"FLN bob\rOUT@example.com\r\n");
    let error = ServerCommand::parse(raw.as_raw(), Version::MSNP8).unwrap_err();
    assert_eq!(error.parameter, "account");
}

#[test]
fn a_transaction_id_beyond_32_bits_is_not_valid_and_never_another_one() {
    for line in [&b"ACK 4294967296\r\n"[..], b"ACK -1\r\n", b"ACK +1\r\n", b"ACK 1x\r\n"] {
        let raw = from_server(Version::MSNP8, line);
        assert!(ServerCommand::parse(raw.as_raw(), Version::MSNP8).is_err());
    }
    let raw = from_server(Version::MSNP11, b"PRP 4294967296 MFN Bob\r\n");
    assert!(ServerCommand::parse(raw.as_raw(), Version::MSNP11).is_err());
}

#[test]
fn capabilities_come_as_one_number_or_two_or_not_at_all() {
    for (line, expected) in [
        ("CHG 6 NLN\r\n", None),
        ("CHG 6 NLN 268435456\r\n", Some(Capabilities::new(268_435_456))),
        ("CHG 6 NLN 24:48\r\n", Some(Capabilities { basic: 24, extended: Some(48) })),
        ("CHG 6 NLN 24:00\r\n", Some(Capabilities { basic: 24, extended: Some(0) })),
    ] {
        for version in Version::all().filter(|version| *version <= Version::MSNP20) {
            let raw = commands(Sender::Client, version, line.as_bytes()).remove(0);
            let Ok(ClientCommand::Chg(chg)) = ClientCommand::parse(raw.as_raw(), version) else {
                panic!("not a CHG")
            };
            assert_eq!(chg.capabilities, expected, "{line}");
        }
        let text = line.trim_end().strip_prefix("CHG 6 NLN").unwrap().trim_start();
        assert_eq!(Capabilities::parse(text), expected, "{text}");
    }
}

#[test]
fn a_server_that_counts_after_msnp9_removes_the_one_it_names() {
    let (bob, friends) =
        ("99999999-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555");
    for (line, contact, group) in [
        ("REM 9 AL bob@example.com".into(), "bob@example.com", None),
        ("REM 9 AL 12 bob@example.com".into(), "bob@example.com", None),
        (format!("REM 9 FL 12 {bob}"), bob, None),
        (format!("REM 9 FL 12 {bob} {friends}"), bob, Some(friends)),
        (format!("REM 9 FL {bob} {friends}"), bob, Some(friends)),
        ("REM 9 FL 12 3".into(), "12", Some("3")),
    ] {
        let version = Version::MSNP10;
        let raw = from_server(version, format!("{line}\r\n").as_bytes());
        let Ok(ServerCommand::Rem(rem)) = ServerCommand::parse(raw.as_raw(), version) else {
            panic!("{line}")
        };
        assert_eq!((rem.contact, rem.group, rem.serial), (contact, group, None), "{line}");
    }
}
