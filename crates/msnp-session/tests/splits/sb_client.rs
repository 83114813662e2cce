use msnp_codec::command::Acknowledge;
use msnp_core::{Secret, TransactionId, Version};
use msnp_session::{Entrance, SbClient, SbClientConfig, SbEvent, SessionLimits};
use proptest::prelude::*;

use crate::hearing::{
    Heard, NOW, VERSIONS, account, hear, pieces, same_however_cut, some_of, unreadable, with_body,
};

fn client(version: Version, entrance: Entrance) -> SbClient {
    SbClient::new(SbClientConfig {
        account: account("alice"),
        version,
        entrance,
        first_transaction: TransactionId::new(1),
        limits: SessionLimits::default(),
    })
}

/// Invites once inside, and greets everybody who comes.
fn program(client: &mut SbClient, event: &SbEvent) {
    let (acknowledge, greeting) = (Acknowledge::Always, "\r\n\r\nHi".into());
    // Neither is done any more once the room is left.
    match event {
        SbEvent::Entered => drop(client.invite(NOW, account("bob"))),
        SbEvent::Joined { already: false, .. } => drop(client.send(NOW, acknowledge, greeting)),
        _ => {}
    }
}

fn entrances() -> [(Entrance, &'static str); 2] {
    let cookie = Secret::from("1.2");
    [
        (Entrance::Own { cookie: cookie.clone() }, "USR 1 OK alice@example.com Alice\r\n"),
        (
            Entrance::Invited { cookie, session: "x17".into() },
            "IRO 1 1 2 bob@example.com Bob\r\nIRO 1 2 2 eve@example.com E%20ve\r\nANS 1 OK\r\n",
        ),
    ]
}

fn commands() -> Vec<String> {
    let mut commands: Vec<String> = [
        "CAL 2 RINGING 11752013\r\n",
        "CAL 2 RINGING not-a-number\r\n",
        "CAL 2\r\n",
        "CAL 9 RINGING 1\r\n",
        "JOI bob@example.com Bob\r\n",
        "JOI carol@example.com %ff\r\n",
        "JOI dave@example.com Dave 32\r\n",
        "JOI\r\n",
        "JOI alice@example.com Alice\r\n",
        "BYE bob@example.com\r\n",
        "BYE carol@example.com 1\r\n",
        "BYE nobody\r\n",
        "ACK 3\r\n",
        "NAK 4\r\n",
        "ACK 5\r\n",
        "ACK 77\r\n",
        "ACK\r\n",
        "217 2\r\n",
        "216 3\r\n",
        "713 2\r\n",
        "913 10\r\n",
        "280\r\n",
        "QNG 50\r\n",
        "XYZ\r\n",
        "NLN NLN bob@example.com Bob\r\n",
        "MSG bob@example.com Bob 0\r\n",
        "MSG nobody Bob 2\r\nhi",
        "USR 1 OK alice@example.com Alice\r\n",
        "ANS 1 OK\r\n",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    commands.push(with_body("MSG bob@example.com Bob"));
    commands.push(with_body("MSG eve@example.com E%20ve"));
    commands
}

fn endings() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("MSG bob@example.com Bob 10\r\nhi".to_owned()),
        Just("OUT\r\nJOI eve@example.com Eve\r\n".to_owned()),
        unreadable("MSG"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_switchboard_client_hears_the_same_however_its_input_is_cut(
        version in prop::sample::select(&VERSIONS[..]),
        (entrance, entered) in prop::sample::select(entrances().to_vec()),
        commands in some_of(commands()),
        ending in endings(),
        pieces in pieces(),
    ) {
        let stream = format!("{entered}{commands}{ending}");
        let hear = |pieces: &[usize]| -> Heard<SbEvent> {
            hear(client(version, entrance.clone()), stream.as_bytes(), pieces, program)
        };
        let whole = same_however_cut(&pieces, hear)?;
        prop_assert!(whole.events.contains(&SbEvent::Entered));
        prop_assert!(whole.sent.contains("CAL 2 bob@example.com"));
    }

    #[test]
    fn an_entrance_that_is_refused_is_refused_the_same_however_it_is_cut(
        version in prop::sample::select(&VERSIONS[..]),
        (entrance, _) in prop::sample::select(entrances().to_vec()),
        refusal in prop::sample::select(vec![
            "911 1\r\n", "OUT\r\n", "ANS 1 NO\r\n", "MSG\r\n", "USR 9 OK alice@example.com A\r\n",
        ]),
        pieces in pieces(),
    ) {
        let stream = format!("JOI bob@example.com Bob\r\n{refusal}JOI eve@example.com Eve\r\n");
        let heard = same_however_cut(&pieces, |pieces| {
            hear(client(version, entrance.clone()), stream.as_bytes(), pieces, program)
        })?;
        prop_assert!(matches!(heard.end, Some(Err(_))), "{:?}", heard);
        prop_assert!(!heard.events.contains(&SbEvent::Entered));
    }
}
