use msnp_codec::ClientCommand;
use msnp_codec::command::ServerAck;
use msnp_core::{ErrorCode, Version};
use msnp_session::{Present, SbServer, SbServerConfig, SbServerEvent};
use proptest::prelude::*;

use crate::hearing::{
    Heard, VERSIONS, account, hear, pieces, same_however_cut, some_of, unreadable, with_body,
};

/// A room that everybody with the cookie 1.2 may enter, where every message is confirmed.
fn service(version: Version) -> impl FnMut(&mut SbServer, &SbServerEvent) {
    move |server, event| match event {
        SbServerEvent::Enter { cookie, .. } if cookie.expose() != "1.2" => {
            server.refuse(ErrorCode::AUTHENTICATION_FAILED);
        }
        SbServerEvent::Enter { session: None, .. } => server.admit_own(version, "Alice A"),
        SbServerEvent::Enter { .. } => {
            let account = account("bob");
            let bob = Present { account: &account, name: "Bob", capabilities: None };
            server.admit_guest(version, &[bob]);
        }
        SbServerEvent::Command(command) => {
            match ClientCommand::parse(command.as_raw(), server.version()) {
                Ok(ClientCommand::Msg(msg)) => {
                    server.send(&ServerAck { transaction: msg.transaction }.into());
                }
                _ => server.error(ErrorCode::NOT_ONLINE, None),
            }
        }
        _ => {}
    }
}

fn commands() -> Vec<String> {
    let mut commands: Vec<String> = [
        "CAL 2 bob@example.com\r\n",
        "CAL 3\r\n",
        "CAL x bob@example.com\r\n",
        "MSG 4 A 2\r\nhi",
        "MSG 5 U 0\r\n",
        "MSG 6 X 2\r\nhi",
        "PNG\r\n",
        "SYN 7 0\r\n",
        "XYZ 8\r\n",
        "CAL 9 nobody\r\n",
        "USR 10 alice@example.com 1.2\r\n",
        "ANS 11 alice@example.com 1.2 17\r\n",
        "USR 12 TWN I x\r\n",
        "PNG\n",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    commands.push(with_body("MSG 13 A"));
    commands.push(with_body("MSG 14 N"));
    commands
}

fn endings() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("MSG 15 U 10\r\nhi".to_owned()),
        Just("OUT\r\nPNG\r\n".to_owned()),
        Just("XXX\r\n".repeat(40)),
        unreadable("MSG"),
    ]
}

fn heard(version: Version, stream: &str, pieces: &[usize]) -> Heard<SbServerEvent> {
    let server = SbServer::new(SbServerConfig::default());
    hear(server, stream.as_bytes(), pieces, service(version))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_switchboard_server_hears_the_same_however_its_input_is_cut(
        version in prop::sample::select(&VERSIONS[..]),
        entrance in prop::sample::select(vec![
            "USR 1 alice@example.com 1.2\r\n", "ANS 1 alice@example.com 1.2 17\r\n",
        ]),
        commands in some_of(commands()),
        ending in endings(),
        pieces in pieces(),
    ) {
        let stream = format!("{entrance}{commands}{ending}");
        let whole = same_however_cut(&pieces, |pieces| heard(version, &stream, pieces))?;
        prop_assert!(whole.sent.contains(" 1 OK"), "{:?}", whole);
    }

    #[test]
    fn who_stays_outside_learns_the_same_however_the_input_is_cut(
        version in prop::sample::select(&VERSIONS[..]),
        early in some_of(commands().into_iter().filter(|line| !line.contains("1.2")).collect()),
        entrance in prop_oneof![
            Just("USR 1 alice@example.com wrong\r\n".to_owned()),
            Just("ANS 1 nobody 1.2 17\r\n".to_owned()),
            Just("ANS 1 alice@example.com 1.2\r\n".to_owned()),
            Just(format!("MSG 1 N 65\r\n{}", "x".repeat(65))),
            unreadable("MSG"),
        ],
        pieces in pieces(),
    ) {
        let stream = format!("{early}{entrance}CAL 50 bob@example.com\r\n");
        let whole = same_however_cut(&pieces, |pieces| heard(version, &stream, pieces))?;
        let inside = |event: &SbServerEvent| matches!(event, SbServerEvent::Command(_));
        prop_assert!(!whole.events.iter().any(inside), "{:?}", whole);
    }
}
