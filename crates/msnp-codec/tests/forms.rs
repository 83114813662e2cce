//! The several forms in which one command is written, and what is not one of them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that finds something wrong panics"
)]

use msnp_codec::command::{
    Acknowledge, ClientCvq, ClientRmg, ClientSnd, DirectoryField, ServerAdd, ServerAdg, ServerFnd,
    ServerPrp, ServerReg, ServerRmg, transaction_of,
};
use msnp_codec::{
    COMMANDS, ClientCommand, CommandError, Encoded, FrameLimits, Framer, Problem, RawCommand,
    Sender, ServerCommand,
};
use msnp_core::{List, TransactionId, Version};

const GROUP: &str = "f6c3a2b1-1111-2222-3333-444455556666";
const NINE: TransactionId = TransactionId::new(9);

fn one(sender: Sender, version: Version, bytes: &[u8]) -> RawCommand<'_> {
    let raw = Framer::new(sender, version, FrameLimits::SIGNED_IN).next(bytes).unwrap().unwrap();
    assert_eq!(raw.wire(), bytes);
    raw
}

fn from_client(version: Version, bytes: &[u8]) -> Result<ClientCommand<'_>, CommandError> {
    ClientCommand::parse(one(Sender::Client, version, bytes), version)
}

fn from_server(version: Version, bytes: &[u8]) -> Result<ServerCommand<'_>, CommandError> {
    ServerCommand::parse(one(Sender::Server, version, bytes), version)
}

fn printed<'a>(command: impl Into<ServerCommand<'a>>, version: Version) -> String {
    let mut out = vec![];
    command.into().print(version, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_group_is_renamed_whichever_of_name_and_guid_comes_first() {
    let expected = ServerReg { transaction: NINE, serial: None, id: GROUP, name: named("Friends") };
    for line in [
        format!("REG 9 1 Friends {GROUP} 0\r\n"),
        format!("REG 9 1 {GROUP} Friends 0\r\n"),
        format!("REG 9 1 Friends {GROUP}\r\n"),
        format!("REG 9 1 {GROUP} Friends\r\n"),
        format!("REG 9 Friends {GROUP} 0\r\n"),
        format!("REG 9 {GROUP} Friends 0\r\n"),
        format!("REG 9 Friends {GROUP}\r\n"),
        format!("REG 9 {GROUP} Friends\r\n"),
    ] {
        for version in [Version::MSNP10, Version::MSNP12] {
            let reg = from_server(version, line.as_bytes());
            assert_eq!(reg, Ok(expected.clone().into()), "{line}");
        }
    }
    for line in [format!("REG 9 {GROUP} Friends\r\n"), format!("REG 9 Friends {GROUP}\r\n")] {
        let Ok(ClientCommand::Reg(reg)) = from_client(Version::MSNP11, line.as_bytes()) else {
            panic!("not a REG")
        };
        assert_eq!((reg.id, reg.name.decode().as_ref()), (GROUP, "Friends"));
    }
}

#[test]
fn a_group_that_has_a_number_in_msnp10_is_renamed() {
    let Ok(ServerCommand::Reg(reg)) = from_server(Version::MSNP10, b"REG 9 0 Friends\r\n") else {
        panic!("not a REG")
    };
    assert_eq!((reg.serial, reg.id, reg.name.decode().as_ref()), (None, "0", "Friends"));
    let counted = ServerReg { transaction: NINE, serial: None, id: "3", name: named("Friends") };
    assert_eq!(from_server(Version::MSNP10, b"REG 9 1 Friends 3\r\n"), Ok(counted.into()));
}

#[test]
fn a_group_named_like_a_guid_keeps_its_name() {
    let other = "00000000-0000-0000-0000-000000000000";
    for version in [Version::MSNP10, Version::MSNP12] {
        let reg =
            ServerReg { transaction: NINE, serial: None, id: GROUP, name: Encoded::new(other) };
        let line = printed(reg.clone(), version);
        assert_eq!(from_server(version, line.as_bytes()), Ok(reg.into()), "{line}");
    }
    // Before MSNP10 nothing is a GUID, and the order is never in doubt.
    let line = format!("REG 9 8 3 {GROUP} 0\r\n");
    let Ok(ServerCommand::Reg(reg)) = from_server(Version::MSNP9, line.as_bytes()) else {
        panic!("not a REG")
    };
    assert_eq!((reg.serial, reg.id, reg.name.as_bytes()), (Some("8"), "3", GROUP.as_bytes()));
}

#[test]
fn an_answer_about_groups_has_a_serial_number_up_to_msnp9_and_a_1_in_its_place_after() {
    let reg = ServerReg { transaction: NINE, serial: None, id: "3", name: named("Friends") };
    let rmg = ServerRmg { transaction: NINE, serial: None, id: "3" };
    let adg = ServerAdg { transaction: NINE, serial: None, name: named("Friends"), id: "3" };
    assert_eq!(printed(reg.clone(), Version::MSNP9), "REG 9 0 3 Friends 0\r\n");
    assert_eq!(printed(reg, Version::MSNP10), "REG 9 1 Friends 3 0\r\n");
    assert_eq!(printed(rmg.clone(), Version::MSNP9), "RMG 9 0 3\r\n");
    assert_eq!(printed(rmg.clone(), Version::MSNP10), "RMG 9 1 3\r\n");
    assert_eq!(printed(adg.clone(), Version::MSNP9), "ADG 9 0 Friends 3 0\r\n");
    assert_eq!(printed(adg.clone(), Version::MSNP10), "ADG 9 Friends 3 0\r\n");
    for line in [&b"RMG 9 1 3\r\n"[..], b"RMG 9 3\r\n"] {
        assert_eq!(from_server(Version::MSNP10, line), Ok(rmg.clone().into()));
    }
    for line in [&b"ADG 9 Friends 3 0\r\n"[..], b"ADG 9 Friends 3\r\n"] {
        assert_eq!(from_server(Version::MSNP10, line), Ok(adg.clone().into()));
    }
    let counted = ServerAdg { serial: Some("8"), ..adg };
    assert_eq!(from_server(Version::MSNP10, b"ADG 9 8 Friends 3 0\r\n"), Ok(counted.into()));
}

#[test]
fn a_group_may_be_removed_by_its_encoded_name() {
    for version in [Version::MSNP7, Version::MSNP10] {
        let rmg = from_client(version, b"RMG 9 New%20Group\r\n");
        assert_eq!(rmg, Ok(ClientRmg { transaction: NINE, id: "New%20Group" }.into()));
    }
}

#[test]
fn a_cvq_is_understood_as_a_cvr_and_keeps_its_verb() {
    let parameters = "2 0x0409 winnt 5.1 i386 MSMSGS 5.0.0544";
    let (cvq, cvr) = (format!("CVQ {parameters}\r\n"), format!("CVR {parameters}\r\n"));
    let Ok(ClientCommand::Cvr(plain)) = from_client(Version::MSNP2, cvr.as_bytes()) else {
        panic!("not a CVR")
    };
    let command = from_client(Version::MSNP2, cvq.as_bytes()).unwrap();
    assert_eq!(command, ClientCvq(plain).into());
    let mut out = vec![];
    command.print(Version::MSNP2, &mut out);
    assert_eq!(out, cvq.as_bytes());
}

#[test]
fn a_part_of_an_invitation_by_mail_never_takes_the_place_of_one_before_it() {
    let snd = ClientSnd {
        transaction: NINE,
        address: "bob@example.com",
        locale: None,
        client: Some("MSMSGS"),
        code_base: Some("MSMSGS"),
    };
    let mut out = vec![];
    ClientCommand::from(snd).print(Version::MSNP8, &mut out);
    assert_eq!(out, b"SND 9 bob@example.com\r\n");
}

#[test]
fn an_invitation_by_mail_without_a_length_has_no_text() {
    for name in ["Alice", "77"] {
        let line = format!("SDC 9 bob@example.com 0x0409 MSMSGS MSMSGS X X {name}\r\n");
        let Ok(ClientCommand::Sdc(sdc)) = from_client(Version::MSNP8, line.as_bytes()) else {
            panic!("not an SDC")
        };
        assert_eq!((sdc.name.as_bytes(), sdc.body), (name.as_bytes(), &b""[..]));
    }
}

#[test]
fn a_result_of_a_search_keeps_all_its_fields_in_order() {
    let line = b"FND 9 1 2 fname=Bob%20B lname= x=a=b\r\n";
    let field = |key, value: &'static str| DirectoryField { key, value: Encoded::new(value) };
    let fields = vec![field("fname", "Bob B"), field("lname", ""), field("x", "a=b")];
    let fnd = ServerFnd { transaction: NINE, position: 1, total: 2, fields };
    assert_eq!(from_server(Version::MSNP2, line), Ok(fnd.clone().into()));
    assert_eq!(printed(fnd, Version::MSNP2).as_bytes(), line);
}

/// What a command says instead of what its verb asks for: the parameter at fault, and the fault.
type Wrong = (u8, Sender, &'static [u8], &'static str, Problem);

const WRONG: &[Wrong] = &[
    // Sign-in.
    (8, Sender::Client, b"USR 9 XYZ S proof\r\n", "scheme", Problem::Invalid),
    (8, Sender::Client, b"USR 9 TWN X proof\r\n", "step", Problem::Invalid),
    // Groups.
    (8, Sender::Client, b"ADG\r\n", "transaction id", Problem::Missing),
    (8, Sender::Client, b"ADG 9\r\n", "name", Problem::Missing),
    (8, Sender::Client, b"REG 9 3\r\n", "name", Problem::Missing),
    (8, Sender::Client, b"REG 9 \xff Friends 0\r\n", "id", Problem::Invalid),
    (11, Sender::Client, b"REG 9\r\n", "id", Problem::Missing),
    (8, Sender::Client, b"RMG 9\r\n", "id", Problem::Missing),
    (8, Sender::Client, b"RMG 9 \xff\r\n", "id", Problem::Invalid),
    (8, Sender::Server, b"ADG 9 8 Friends\r\n", "id", Problem::Missing),
    (11, Sender::Server, b"ADG 9 Friends\r\n", "id", Problem::Missing),
    (11, Sender::Server, b"ADG 9 Friends \xff 0\r\n", "id", Problem::Invalid),
    (8, Sender::Server, b"REG -9 8 3 Friends 0\r\n", "transaction id", Problem::Invalid),
    (8, Sender::Server, b"REG 9 8 3\r\n", "name", Problem::Missing),
    (11, Sender::Server, b"REG 9\r\n", "id", Problem::Missing),
    (11, Sender::Server, b"REG 9 1 Friends \xff 0\r\n", "id", Problem::Invalid),
    (8, Sender::Server, b"RMG 9 8\r\n", "id", Problem::Missing),
    (11, Sender::Server, b"RMG 9\r\n", "id", Problem::Missing),
    // Contacts and lists.
    (11, Sender::Client, b"SBP 9 c\r\n", "key", Problem::Missing),
    (11, Sender::Client, b"SBP x c MFN Bob\r\n", "transaction", Problem::Invalid),
    (11, Sender::Server, b"SBP 9 \xff MFN Bob\r\n", "contact", Problem::Invalid),
    (7, Sender::Client, b"LST 6\r\n", "list", Problem::Missing),
    (7, Sender::Client, b"LST 6 XL\r\n", "list", Problem::Invalid),
    (7, Sender::Client, b"LSG +6\r\n", "transaction", Problem::Invalid),
    // The program.
    (
        2,
        Sender::Client,
        b"CVQ 2 0x0409 winnt 5.1 i386 MSMSGS\r\n",
        "client_version",
        Problem::Missing,
    ),
    (2, Sender::Client, b"CVQ 2 0x0409 \xff 5.1 i386 MSMSGS 5\r\n", "system", Problem::Invalid),
    (2, Sender::Server, b"CVQ 4294967296 1 1 1 a b\r\n", "transaction", Problem::Invalid),
    // Services.
    (8, Sender::Client, b"URL 9\r\n", "service", Problem::Missing),
    (8, Sender::Client, b"URL 9 \xff\r\n", "service", Problem::Invalid),
    (8, Sender::Server, b"URL 9 /inbox\r\n", "login", Problem::Missing),
    (7, Sender::Client, b"FND 9 fname\r\n", "field", Problem::Invalid),
    (7, Sender::Client, b"FND 9 =Bob\r\n", "field", Problem::Invalid),
    (7, Sender::Client, b"FND 9 \xff=Bob\r\n", "field", Problem::Invalid),
    (7, Sender::Server, b"FND 9 1\r\n", "total", Problem::Missing),
    (7, Sender::Server, b"FND 9 1 4294967296\r\n", "total", Problem::Invalid),
    (7, Sender::Server, b"FND 9 one 2 fname=Bob\r\n", "position", Problem::Invalid),
    (8, Sender::Client, b"SND 9\r\n", "address", Problem::Missing),
    (8, Sender::Client, b"SND 9 bob@example.com \xff\r\n", "locale", Problem::Invalid),
    (8, Sender::Server, b"SND 9\r\n", "result", Problem::Missing),
    (8, Sender::Client, b"SDC 9 bob@example.com 0x0409 M M X X\r\n", "name", Problem::Missing),
    (8, Sender::Client, b"SDC 9 bob@example.com 0x0409 M M X\r\n", "unused", Problem::Missing),
    (8, Sender::Client, b"SDC 9 \xff 0 M M X X Al 2\r\nHi", "address", Problem::Invalid),
    (8, Sender::Server, b"SDC 9\r\n", "result", Problem::Missing),
    (8, Sender::Client, b"IMS 9\r\n", "setting", Problem::Missing),
    (8, Sender::Server, b"IMS 9 0\r\n", "setting", Problem::Missing),
    (8, Sender::Server, b"IMS 9 0 \xff\r\n", "setting", Problem::Invalid),
    (8, Sender::Client, b"PAG 0\r\n", "transaction", Problem::Missing),
    (8, Sender::Client, b"PAG 9 0\r\n", "account", Problem::Missing),
    (9, Sender::Client, b"PGD 9 \xff 1 0\r\n", "account", Problem::Invalid),
    (9, Sender::Server, b"PGD x\r\n", "transaction", Problem::Invalid),
];

#[test]
fn what_is_not_the_form_of_its_verb_is_an_error_that_names_the_parameter() {
    for (version, sender, line, parameter, problem) in WRONG {
        let version = Version::from_number(*version).unwrap();
        let shown = line.escape_ascii();
        let error = match sender {
            Sender::Client => from_client(version, line).map(|command| format!("{command:?}")),
            Sender::Server => from_server(version, line).map(|command| format!("{command:?}")),
        };
        let error = error.expect_err(&format!("{shown} of {version}"));
        assert_eq!((error.parameter, error.problem), (*parameter, *problem), "{shown}");
        assert_eq!(error.verb.as_bytes(), &line[..3]);
    }
}

#[test]
fn a_command_without_what_it_must_say_names_its_transaction() {
    for line in [&b"ADG 9\r\n"[..], b"URL 9\r\n", b"RMG 9 \xff\r\n"] {
        let error = from_client(Version::MSNP8, line).unwrap_err();
        assert_eq!(error.transaction, Some(NINE));
    }
}

#[test]
fn no_row_of_the_table_says_that_nothing_is_known_in_other_words() {
    for row in COMMANDS {
        assert_eq!(row.is_known(), !row.meaning.contains("known"), "{}", row.verb);
    }
}

#[test]
fn the_account_stands_where_a_name_must_and_nobody_knows_one() {
    let contact = |group| ServerAdd {
        transaction: NINE,
        list: List::Forward,
        serial: "8",
        account: "bob@example.com",
        name: None,
        group,
    };
    let line = printed(contact(Some("0")), Version::MSNP8);
    assert_eq!(line, "ADD 9 FL 8 bob@example.com bob@example.com 0\r\n");
    assert_eq!(printed(contact(None), Version::MSNP8), "ADD 9 FL 8 bob@example.com\r\n");
}

#[test]
fn only_as_many_numbers_of_a_prp_count_as_its_version_has() {
    for (version, line, transaction, serial) in [
        (Version::MSNP9, &b"PRP 9 12 PHH 1\r\n"[..], Some(NINE), Some("12")),
        (Version::MSNP9, b"PRP 12 PHH 1\r\n", None, Some("12")),
        (Version::MSNP10, b"PRP 9 12 PHH 1\r\n", Some(NINE), None),
        (Version::MSNP10, b"PRP 9 PHH 1\r\n", Some(NINE), None),
    ] {
        let value = Some(named("1"));
        let expected = ServerPrp { transaction, serial, key: "PHH", value };
        assert_eq!(from_server(version, line), Ok(expected.into()));
    }
}

#[test]
fn a_message_is_confirmed_or_missed_by_what_it_asked_for() {
    for (asked, confirms, reports_failure) in [
        (Acknowledge::Nothing, false, false),
        (Acknowledge::Failure, false, true),
        (Acknowledge::Always, true, true),
        (Acknowledge::Data, true, true),
    ] {
        assert_eq!((asked.confirms(), asked.reports_failure()), (confirms, reports_failure));
    }
}

#[test]
fn the_transaction_of_a_command_that_nobody_knows_is_its_first_number() {
    for (line, expected) in [
        (&b"XYZ 9 x\r\n"[..], Some(NINE)),
        (b"XYZ x 9\r\n", None),
        (b"XYZ 4294967296\r\n", None),
        (b"XYZ\r\n", None),
    ] {
        let raw = one(Sender::Client, Version::MSNP8, line);
        assert_eq!(transaction_of(raw), expected);
        let verb = raw.verb();
        assert_eq!(format!("{verb} {verb:?}"), "XYZ XYZ");
    }
}

fn named(name: &str) -> Encoded<'_> {
    Encoded::new(name)
}
