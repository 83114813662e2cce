use msnp_codec::command::Capabilities;
use msnp_core::{List, ListSync, Secret, Status, TransactionId, Version};
use msnp_session::{
    ClientProgram, NsClient, NsClientConfig, NsEvent, NsRequest, SessionError, SessionLimits,
};
use proptest::prelude::*;

use crate::hearing::{
    Heard, NOW, account, hear, pieces, same_however_cut, some_of, unreadable, with_body,
};

fn client(version: Version) -> NsClient {
    NsClient::new(NsClientConfig {
        account: account("alice"),
        password: Secret::from("secret"),
        versions: vec![version],
        program: ClientProgram::default(),
        first_transaction: TransactionId::new(1),
        keepalive: std::time::Duration::from_secs(45),
        limits: SessionLimits::default(),
    })
}

/// What the program does about an event.
fn program(client: &mut NsClient, event: &NsEvent) {
    match event {
        NsEvent::TicketWanted { .. } => {
            client.provide_ticket(NOW, Secret::from("t=1&p=2")).unwrap();
        }
        NsEvent::SignedIn { .. } => {
            for request in requests(client.version()) {
                client.request(NOW, request).unwrap();
            }
        }
        _ => {}
    }
}

/// With the transactions 5 and up.
fn requests(version: Version) -> Vec<NsRequest> {
    let capabilities = Capabilities::new(32);
    let add =
        NsRequest::Add { list: List::Forward, account: account("carol"), name: "Carol".into() };
    let mut requests = vec![
        NsRequest::Lists { known: None },
        NsRequest::Status { status: Status::ONLINE, capabilities, object: None },
        NsRequest::Name("Alice".into()),
        NsRequest::Switchboard,
        add,
    ];
    if version.has_personal_messages() {
        requests.push(NsRequest::PersonalMessage("<Data><PSM>x</PSM></Data>".into()));
    }
    requests
}

fn versions() -> Vec<Version> {
    Version::all().filter(|version| version.list_sync() != ListSync::Web).collect()
}

fn sign_in(version: Version) -> String {
    let way = match version.requires_cvr() {
        false => format!("VER 1 {version} CVR0\r\nINF 2 MD5\r\nUSR 3 MD5 S 1.2\r\n"),
        true => format!("VER 1 {version} CVR0\r\nCVR 2 1 1 1 u u\r\nUSR 3 TWN S ct=1,rver=2\r\n"),
    };
    let number = version.number();
    let welcome = match number {
        ..=5 => "Alice%20A\r\n",
        6..=7 => "Alice%20A 1\r\n",
        8..=9 => "Alice%20A 1 0\r\n",
        10 => "1 0\r\n",
        _ => "1 0\r\nSBS 0 null\r\n",
    };
    let document = "GCF 0 Shields.xml 5\r\n<a/>\n";
    let pushed = if version.has_personal_messages() { document } else { "" };
    let stamp = "2005-04-23T18:57:44.8130000-07:00";
    let friends = "11111111-2222-3333-4444-555555555555";
    let lists = match version.list_sync() {
        ListSync::Counted => "SYN 5 9 2 1\r\nGTC A\r\nBLP AL\r\nPRP PHH 123\r\n\
             LSG 0 Other%20Contacts 0\r\nLST bob@example.com Bob 11 0\r\nBPR PHH 4\r\n\
             LST eve@example.com Eve 8\r\n"
            .to_owned(),
        ListSync::Stamped => {
            let network = if version.has_network_ids() { " 1" } else { "" };
            format!(
                "SYN 5 {stamp} {stamp} 2 1\r\nGTC A\r\nBLP AL\r\nPRP MFN Alice%20A\r\n\
                 LSG Friends {friends}\r\n\
                 LST N=bob@example.com F=Bob C=99999999-2222-3333-4444-555555555555 11{network} {friends}\r\n\
                 LST N=eve@example.com F=Eve 8{network}\r\nBPR MOB Y\r\n"
            )
        }
        _ => {
            let own = if version.has_settings() { "PRP 9 PHH 1\r\n" } else { "" };
            let bobs = match number {
                ..=4 => "",
                5 => "BPR 9 bob@example.com PHH 1\r\n",
                _ => "BPR 9 PHH 1\r\n",
            };
            let (groups, group) = match version.has_groups() {
                true => ("LSG 5 9 1 1 0 Other%20Contacts 0\r\n", " 0"),
                false => ("", ""),
            };
            format!(
                "SYN 5 9\r\nGTC 5 9 A\r\nBLP 5 9 AL\r\n{own}{groups}\
                 LST 5 FL 9 1 1 bob@example.com Bob{group}\r\n{bobs}\
                 LST 5 AL 9 1 1 bob@example.com Bob\r\nLST 5 BL 9 0 0\r\nLST 5 RL 9 0 0\r\n"
            )
        }
    };
    format!("{way}{pushed}USR 4 OK alice@example.com {welcome}{lists}")
}

/// What a server may say to whoever is signed in, and what none should say.
fn commands(version: Version) -> Vec<String> {
    let mut commands: Vec<String> = [
        "CHG 6 NLN\r\n",
        "CHG 6 NLN 32\r\n",
        "ILN 6 AWY bob@example.com B%c3%b6b\r\n",
        "ILN 0 AWY bob@example.com Bob 32 %3Cmsnobj%2F%3E\r\n",
        "NLN BSY bob@example.com \u{4e2a}\u{4eba}\r\n",
        "NLN NLN bob@example.com Bob 0 0\r\n",
        "NLN NLN bob@example.com %ff%fe 0 \r\n",
        "FLN bob@example.com\r\n",
        "QNG\r\n",
        "QNG 50\r\n",
        "REA 7 12 alice@example.com Alice\r\n",
        "PRP 7 MFN Alice\r\n",
        "PRP 7 PHH\r\n",
        "XFR 8 SB 10.0.0.9:1865 CKI 1.2.3\r\n",
        "XFR 8 SB nowhere CKI\r\n",
        "XFR 8 SB\r\n",
        "ADD 9 FL 12 carol@example.com Carol 0\r\n",
        "ADC 9 FL N=carol@example.com F=Carol C=1\r\n",
        "ADD 0 RL 13 eve@example.com Eve\r\n",
        "REM 0 RL 14 eve@example.com\r\n",
        "CHL 0 15570131571988941333\r\n",
        "CHL 0 22210219642164014968\r\n",
        "CHL 0\r\n",
        "QRY 11\r\n",
        "RNG 11 10.0.0.9:1865 CKI 1.2 bob@example.com Bob\r\n",
        "RNG x-y 10.0.0.9 CKI 1 bob@example.com B\r\n",
        "RNG 11\r\n",
        "913 8\r\n",
        "913 10\r\n",
        "209 7\r\n",
        "600\r\n",
        "200 x\r\n",
        "XYZ 1 2 3\r\n",
        "A1B\r\n",
        "NLN\r\n",
        "NLN XXX nobody Name\r\n",
        "LST\r\n",
        "SYN 5 1 1 1\r\n",
        "VER 1 MSNP7\r\n",
        "JOI bob@example.com Bob\r\n",
        "MSG Hotmail Hotmail 0\r\n",
        "NOT 0\r\n",
        "QNG\n",
        "BPR PHH 5\r\n",
        "ADG 11 12 Work 2 0\r\n",
        "ADG 11 Work 2222 0\r\n",
        "REG 11 13 2 Job 0\r\n",
        "REG 11 1 Job 2222 0\r\n",
        "RMG 11 14 2\r\n",
        "RMG\r\n",
        "SBP 11 99999999-2222 MFN Bobby\r\n",
        "URL 11 /a http://x.example.com/ 2\r\n",
        "FND 11 1 2 fname=Bob\r\n",
        "FND 11 2 2 =\r\n",
        "SND 11 OK\r\n",
        "IMS 11 0 OFF\r\n",
        "PGD 11 OK\r\n",
        "CVQ 11 1 1 1 u u\r\n",
        "IPG 5\r\n<P/>\n",
        "LST 9 FL 9 1 1 bob@example.com Bob 0\r\n",
        "LSG 9 9 1 1 0 Friends 0\r\n",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    commands.push(with_body("MSG Hotmail Hotmail"));
    commands.push(with_body("NOT"));
    if version.has_personal_messages() {
        commands.push(with_body("UBX bob@example.com"));
        commands.push("UBX bob@example.com 0\r\nUUX 10 0\r\n".to_owned());
        commands.push(with_body("GCF 0 Shields.xml"));
    }
    commands
}

fn endings() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("NLN NLN bob@exa".to_owned()),
        Just("OUT OTH\r\nNLN NLN bob@example.com Bob\r\n".to_owned()),
        Just("XFR 12 NS 10.0.0.7:1864 0 10.0.0.1:1863\r\nQNG\r\n".to_owned()),
        unreadable("MSG"),
        unreadable("NOT"),
    ]
}

fn heard(version: Version, stream: &str, pieces: &[usize]) -> Heard<NsEvent> {
    hear(client(version), stream.as_bytes(), pieces, program)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_notification_client_hears_the_same_however_its_input_is_cut(
        (version, commands) in prop::sample::select(versions())
            .prop_flat_map(|version| (Just(version), some_of(commands(version)))),
        ending in endings(),
        pieces in pieces(),
    ) {
        let stream = format!("{}{commands}{ending}", sign_in(version));
        let whole = same_however_cut(&pieces, |pieces| heard(version, &stream, pieces))?;
        prop_assert!(whole.events.contains(&NsEvent::ListsEnd), "{:?}", whole);
    }

    #[test]
    fn a_sign_in_that_fails_fails_the_same_however_it_is_cut(
        version in prop::sample::select(versions()),
        steps in 0usize..5,
        wrong in prop::sample::select(vec![
            "911 4\r\n", "600\r\nVER 1\r\n", "USR\r\n", "VER 1 MSNP99\r\n", "NLN\r\n", "get x\r\n",
            "XYZ 1\r\nOUT SSD\r\n", "UBX bob@example.com\r\n",
        ]),
        pieces in pieces(),
    ) {
        let whole = sign_in(version);
        let mut stream: String = whole.split_inclusive("\r\n").take(steps).collect();
        stream.push_str(wrong);
        stream.push_str("CHL 0 15570131571988941333\r\n");
        let heard = same_however_cut(&pieces, |pieces| heard(version, &stream, pieces))?;
        if steps < 4 {
            prop_assert!(matches!(heard.end, Some(Err(_))), "{:?}", heard);
        }
    }
}

#[test]
fn what_cannot_be_read_ends_the_session_after_all_events_before_it() {
    for version in versions() {
        let stream = format!("{}CHG 6 NLN\r\nNOT x\r\nOUT OTH\r\n", sign_in(version));
        let heard = heard(version, &stream, &[7]);
        assert!(matches!(heard.end, Some(Err(SessionError::Unreadable(_)))), "{:?}", heard.end);
        assert!(heard.events.contains(&NsEvent::StatusSet(Status::ONLINE)));
        assert!(stream.get(heard.taken..).unwrap().starts_with("NOT x"));
    }
}
