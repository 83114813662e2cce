//! Every typed command in every version that has it, and every row of the table.

#![allow(
    clippy::wildcard_imports,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that finds something wrong panics"
)]

mod values;

use msnp_codec::{
    Body, COMMANDS, ClientCommand, CommandRow, FrameLimits, Framer, RawCommand, Sender,
    ServerCommand,
};
use msnp_core::{ErrorCode, Version};
use proptest::prelude::*;

use values::{Values, client_commands, server_commands};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_client_command_prints_and_parses_in_every_version_that_has_it(
        values in values::any_values(),
    ) {
        for (verb, version) in versions_of(Sender::Client) {
            for command in client_commands(verb, &values, version) {
                let mut printed = vec![];
                command.print(version, &mut printed);
                let raw = one(Sender::Client, version, &printed);
                prop_assert_eq!(raw.verb().to_string(), verb);
                prop_assert_eq!(ClientCommand::parse(raw, version), Ok(command), "{}", version);
            }
        }
    }

    #[test]
    fn every_server_command_prints_and_parses_in_every_version_that_has_it(
        values in values::any_values(),
    ) {
        for (verb, version) in versions_of(Sender::Server) {
            for command in server_commands(verb, &values, version) {
                let mut printed = vec![];
                command.print(version, &mut printed);
                let raw = one(Sender::Server, version, &printed);
                prop_assert_eq!(raw.verb().to_string(), verb);
                prop_assert_eq!(ServerCommand::parse(raw, version), Ok(command), "{}", version);
            }
        }
    }

    #[test]
    fn every_error_prints_and_parses_in_every_version(
        values in values::any_values(), number in 100_u16..1000,
    ) {
        let code = ErrorCode::from_number(number).unwrap();
        for version in Version::all() {
            for error in values::errors(code, &values, version) {
                let mut printed = vec![];
                error.print(version, &mut printed);
                let raw = one(Sender::Server, version, &printed);
                prop_assert_eq!(raw.verb().to_string(), number.to_string());
                prop_assert_eq!(ServerCommand::parse(raw, version), Ok(error), "{}", version);
            }
        }
    }

    #[test]
    fn whatever_parses_is_the_same_when_printed_and_parsed_again(
        sender in prop_oneof![Just(Sender::Client), Just(Sender::Server)],
        row in any::<prop::sample::Index>(),
        version in 2_u8..=21,
        parameters in prop::collection::vec("[0-9]{1,3}|[A-Z]{2,3}|[NFC]=[a@]{0,2}|[!-~é\r]{1,6}", 0..8),
        body in "[ -~]{0,9}",
    ) {
        let rows: Vec<_> = COMMANDS.iter().filter(|row| row.sender == sender).collect();
        let row = row.get(&rows);
        let version = Version::from_number(version).unwrap();
        let mut wire = row.verb.to_string();
        for parameter in &parameters {
            wire += " ";
            wire += parameter;
        }
        wire = match row.body {
            Body::Never => wire + "\r\n",
            _ => format!("{wire} {}\r\n{body}", body.len()),
        };
        let framed = Framer::new(sender, version, FrameLimits::SIGNED_IN).next(wire.as_bytes());
        let raw = framed.unwrap().unwrap();
        let mut printed = vec![];
        match sender {
            Sender::Client => if let Ok(command) = ClientCommand::parse(raw, version) {
                command.print(version, &mut printed);
                let again = ClientCommand::parse(one(sender, version, &printed), version);
                prop_assert_eq!(again, Ok(command));
            },
            Sender::Server => if let Ok(command) = ServerCommand::parse(raw, version) {
                command.print(version, &mut printed);
                let again = ServerCommand::parse(one(sender, version, &printed), version);
                prop_assert_eq!(again, Ok(command));
            },
        }
    }
}

#[test]
fn every_type_is_tried_in_every_version_that_has_it() {
    let values = Values::example();
    for row in COMMANDS {
        for version in Version::all().filter(|version| row.is_in(*version)) {
            let verb = row.verb.as_str();
            let tried = match row.sender {
                Sender::Client => client_commands(verb, &values, version).len(),
                Sender::Server => server_commands(verb, &values, version).len(),
            };
            let has_type = has_type(row, version);
            assert_eq!(has_type, tried > 0, "{verb} of {:?} in {version}", row.sender);
        }
    }
}

#[test]
fn every_verb_of_msnp2_to_msnp12_whose_meaning_is_known_has_a_type() {
    let last = Version::MSNP12;
    let mut raw = vec![];
    for row in COMMANDS {
        for version in Version::all().filter(|version| *version <= last && row.is_in(*version)) {
            if !has_type(row, version) {
                assert!(!row.is_known(), "{} of {:?} in {version}", row.verb, row.sender);
                raw.push(row.verb.as_str());
            }
        }
    }
    raw.dedup();
    assert_eq!(raw, ["GSB", "LKP"]);
}

#[test]
fn every_row_frames_in_every_version_with_a_body_where_its_rule_says_so() {
    let hello: &[u8] = b"hello";
    for row in COMMANDS {
        let verb = row.verb;
        for version in Version::all().filter(|version| row.is_in(*version)) {
            let bodies: Vec<(String, Option<&[u8]>)> = match row.body {
                Body::Never => {
                    vec![(format!("{verb}\r\n"), None), (format!("{verb} 1 5\r\n"), None)]
                }
                Body::Always => vec![
                    (format!("{verb} 1 5\r\nhello"), Some(hello)),
                    (format!("{verb} 0\r\n"), Some(&hello[..0])),
                ],
                Body::IfNumber => vec![
                    (format!("{verb} 1 5\r\nhello"), Some(hello)),
                    (format!("{verb} 1 OK\r\n"), None),
                    (format!("{verb} 1\r\n"), None),
                ],
                Body::FromParameter(n) => {
                    let before = " 1".repeat(usize::from(n) - 1);
                    vec![
                        (format!("{verb}{before} 5\r\nhello"), Some(hello)),
                        (format!("{verb}{before}\r\n"), None),
                    ]
                }
            };
            for (wire, body) in bodies {
                let stream = format!("{wire}OUT\r\n");
                let mut framer = Framer::new(row.sender, version, FrameLimits::SIGNED_IN);
                let first = framer.next(stream.as_bytes()).unwrap().unwrap();
                assert_eq!((first.wire(), first.body()), (wire.as_bytes(), body));
                let next = framer.next(&stream.as_bytes()[wire.len()..]).unwrap().unwrap();
                assert_eq!(next.line(), b"OUT", "{wire}");
            }
        }
    }
}

#[test]
fn a_verb_that_nobody_knows_survives_raw_in_every_version() {
    for version in Version::all() {
        for sender in [Sender::Client, Sender::Server] {
            let wire = b"XYZ 7  a\tb \xff %20 12\r\n";
            let raw = one(sender, version, wire);
            let mut printed = vec![];
            match sender {
                Sender::Client => {
                    ClientCommand::parse(raw, version).unwrap().print(version, &mut printed)
                }
                Sender::Server => {
                    ServerCommand::parse(raw, version).unwrap().print(version, &mut printed)
                }
            }
            assert_eq!(printed, wire);
        }
    }
}

/// Whether a command of the verb alone becomes anything but raw, be it a complaint.
fn has_type(row: &CommandRow, version: Version) -> bool {
    let bare = match row.body {
        Body::Always => format!("{} 0\r\n", row.verb),
        _ => format!("{}\r\n", row.verb),
    };
    let raw = one(row.sender, version, bare.as_bytes());
    match row.sender {
        Sender::Client => !matches!(ClientCommand::parse(raw, version), Ok(ClientCommand::Raw(_))),
        Sender::Server => !matches!(ServerCommand::parse(raw, version), Ok(ServerCommand::Raw(_))),
    }
}

/// Every verb of one side with every version that has it.
fn versions_of(sender: Sender) -> impl Iterator<Item = (&'static str, Version)> {
    COMMANDS.iter().filter(move |row| row.sender == sender).flat_map(|row: &'static CommandRow| {
        Version::all()
            .filter(|version| row.is_in(*version))
            .map(|version| (row.verb.as_str(), version))
    })
}

/// The one command that these bytes are.
fn one(sender: Sender, version: Version, bytes: &[u8]) -> RawCommand<'_> {
    let command = Framer::new(sender, version, FrameLimits::SIGNED_IN).next(bytes);
    let command = command.unwrap_or_else(|error| panic!("{}: {error}", bytes.escape_ascii()));
    let command = command.unwrap_or_else(|| panic!("not whole: {}", bytes.escape_ascii()));
    assert_eq!(command.wire().len(), bytes.len(), "{}", bytes.escape_ascii());
    command
}
