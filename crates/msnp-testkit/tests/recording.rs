//! Recording machines, and running what was recorded again.

use std::io;

use msnp_core::example::{Echo, Say};
use msnp_core::{
    Account, Act, Answer, Change, Effect, EffectId, Endpoint, HttpRequest, HttpResponse, LinkEnd,
    LinkId, ListenerId, Machine, Now, Opened, Origin, Output, Outputs, Proof, Random, RequestId,
    Serves, Watched,
};
use msnp_testkit::{
    ActionFormat, Conditions, Cuts, EchoActions, Header, Network, NoActions, Recorder, Recording,
    RecordingError, ReplayError, replay,
};
use serde_json::{Value, json};

const LINK: LinkId = LinkId::new(1);

type Log = Recorder<Vec<u8>, EchoActions>;

fn recorder() -> Log {
    Recorder::new(Vec::new(), Header::new("echo", json!({ "seed": 1 })), EchoActions).unwrap()
}

/// An echo and a chatty user on a bad network; gives the echo's recording as text.
fn session(log: Log) -> String {
    let conditions = Conditions {
        cuts: Cuts::Random,
        latency: std::time::Duration::from_micros(1500),
        ..Conditions::default()
    };
    let mut network = Network::with_conditions(9, conditions);
    let echo = network.add("echo", Watched::new(Echo::new(), log));
    let user = network.add("user", Echo::new());
    network.join((user, LINK), (echo, LINK));
    for n in 0..50 {
        let _ = network.act(user, Say(format!("line {n} of secret words")));
        if n % 7 == 0 {
            let _ = network.act(echo, Say(format!("mine {n}")));
        }
        for _ in 0..40 {
            network.step();
        }
    }
    network.cut(user, LINK, LinkEnd::Reset);
    network.settle();
    assert!(network.events(echo).len() > 20);
    let spare = Recorder::new(Vec::new(), Header::new("", Value::Null), EchoActions).unwrap();
    let log = network.call(echo, |echo, _| std::mem::replace(echo.watcher_mut(), spare));
    String::from_utf8(log.finish().unwrap()).unwrap()
}

#[test]
fn a_recorded_session_replays_bit_for_bit() {
    let text = session(recorder());
    let recording: Recording = text.parse().unwrap();
    assert_eq!(recording.header(), &Header::new("echo", json!({ "seed": 1 })));
    let machine = replay(Echo::new(), &recording, &EchoActions).unwrap();
    assert_eq!(machine.output(LINK), b"");
    for call in ["link_opened", "input", "written", "act", "link_closed"] {
        assert!(text.contains(&format!("\"call\":\"{call}\"")), "{call}");
    }
}

#[test]
fn recording_a_replay_gives_the_same_file() {
    let text = session(recorder());
    let again = Watched::new(Echo::new(), recorder());
    let again = replay(again, &text.parse().unwrap(), &EchoActions).unwrap();
    let again = String::from_utf8(again.into_parts().1.finish().unwrap()).unwrap();
    assert!(text == again);
}

#[test]
fn any_change_to_what_came_out_is_found_in_its_line() {
    let text = session(recorder());
    let changes = [
        ("\"taken\":", "\"taken\":1"),
        ("\"event\":\"\\\"", "\"event\":\"\\\"not "),
        ("\"reads\":true", "\"reads\":false"),
        ("\"wait\":6", "\"wait\":7"),
        ("\"outcome\":\"", "\"outcome\":\"not "),
        ("\"closed\":\"", "\"closed\":\"not "),
    ];
    let bytes = text.lines().position(|line| line.contains("\"written\"")).unwrap();
    let mut tampered: Vec<_> = changes
        .iter()
        .map(|(from, to)| {
            let line = text.lines().position(|line| line.contains(from)).unwrap();
            (line, text.lines().nth(line).unwrap().replacen(from, to, 1))
        })
        .collect();
    tampered
        .push((bytes, text.lines().nth(bytes).unwrap().replace("\"bytes\":\"", "\"bytes\":\"00")));
    for (number, instead) in tampered {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines[number].clone_from(&instead);
        let recording = lines.join("\n").parse().unwrap();
        match replay(Echo::new(), &recording, &EchoActions) {
            Err(ReplayError::Differs(difference)) => {
                assert_eq!(difference.line, number + 1, "{instead}");
            }
            other => panic!("{instead} gave {other:?}"),
        }
    }
}

#[test]
fn a_difference_says_where_it_is_what_was_expected_and_what_came() {
    let text = [
        r#"{"msnp_recording":1,"machine":"echo","configuration":null,"masked":false}"#,
        r#"{"call":"link_opened","at":0,"unix":0,"link":1,"how":"connected"}"#,
        r#"{"call":"input","at":5,"unix":5,"link":1,"offered":"68690a","taken":2}"#,
    ];
    let recording = text.join("\n").parse().unwrap();
    let error = replay(Echo::new(), &recording, &EchoActions).unwrap_err();
    let expected = "the replay differs at line 3\n  recorded: 2\n  replayed: 3\n  the last call: \
                    line 3, {\"at\":5,\"call\":\"input\",\"link\":1,\"offered\":\"68690a\",\
                    \"taken\":2,\"unix\":5}";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_is_no_recording_is_refused_with_its_reason() {
    let parse = |text: &str| text.parse::<Recording>().unwrap_err();
    assert_eq!(parse(""), RecordingError::NoHeader);
    assert_eq!(parse("{\"call\":\"timeout\"}"), RecordingError::NoHeader);
    assert_eq!(parse("{\"msnp_recording\":2,\"masked\":false}"), RecordingError::Format(2));
    let cut = "{\"msnp_recording\":1,\"machine\":\"x\",\"masked\":false}\n{\"call\":\"tim";
    assert!(matches!(parse(cut), RecordingError::Json { line: 2, .. }));

    for (line, reason) in [
        ("{\"call\":\"dance\",\"at\":0,\"unix\":0}", "there is no call \"dance\""),
        ("{\"call\":\"timeout\",\"unix\":0}", "\"at\" is missing or wrong"),
        ("{\"call\":\"act\",\"at\":0,\"unix\":0,\"action\":7}", "no text to say"),
    ] {
        let text = format!("{{\"msnp_recording\":1,\"machine\":\"x\",\"masked\":false}}\n\n{line}");
        let error = replay(Echo::new(), &text.parse().unwrap(), &EchoActions).unwrap_err();
        assert_eq!(error, ReplayError::Malformed { line: 3, reason: reason.to_owned() });
    }
}

#[test]
fn a_masked_recording_shows_no_secret_and_refuses_to_be_replayed() {
    let mask = |_, _, bytes: &[u8]| vec![b'*'; bytes.len()];
    let header = Header::new("echo", json!({ "password": "secret words" }));
    let log = Recorder::masked(Vec::new(), header, TalkerActions, Box::new(mask)).unwrap();
    let mut machine = Watched::new(Talker::default(), log);
    machine.link_opened(Now::default(), LINK, Opened::Connected);
    machine.input(Now::default(), LINK, b"secret words");
    machine.act(Now::default(), "secret words".to_owned());
    machine.written(Now::default(), LINK, 3);
    let response = HttpResponse::new(200).header("Ticket", "secret words");
    machine.answer(Now::default(), EffectId::new(1), Answer::Http(Ok(response)));
    let request = HttpRequest::get("/?secret words").header("Cookie", "secret words");
    machine.request(Now::default(), ListenerId::new(1), RequestId::new(1), request);
    while !matches!(machine.poll(), Output::Wait { .. }) {}
    let text = String::from_utf8(machine.into_parts().1.finish().unwrap()).unwrap();

    assert!(!text.contains("secret words"), "{text}");
    let hex: String = b"secret".iter().map(|b| format!("{b:02x}")).collect();
    assert!(!text.contains(&hex) && !text.contains("secret"), "{text}");
    assert!(text.contains("\"bytes\":\"2a2a2a\""), "{text}");
    assert!(text.contains("\"verify\":\"alice@example.com\""), "{text}");
    let recording: Recording = text.parse().unwrap();
    assert!(recording.header().masked);
    let error = replay(Talker::default(), &recording, &TalkerActions).unwrap_err();
    assert_eq!(error, ReplayError::Masked);
    assert!(error.to_string().contains("masked"));
}

#[test]
fn effects_answers_and_requests_replay_too_and_a_changed_secret_is_a_difference() {
    let header = Header::new("talker", Value::Null);
    let log = Recorder::new(Vec::new(), header, TalkerActions).unwrap();
    let mut machine = Watched::new(Talker::default(), log);
    let request = HttpRequest::get("/a").header("Cookie", "ticket");
    machine.request(Now::default(), ListenerId::new(1), RequestId::new(1), request);
    machine.answer(Now::default(), EffectId::new(1), Answer::Verified(Ok(true)));
    machine.act(Now::default(), "hush".to_owned());
    while !matches!(machine.poll(), Output::Wait { .. }) {}
    let text = String::from_utf8(machine.into_parts().1.finish().unwrap()).unwrap();

    replay(Talker::default(), &text.parse().unwrap(), &TalkerActions).unwrap();
    for (from, to) in [
        ("\"password\":\"hush\"", "\"password\":\"hash\""),
        ("\"value\":\"68757368\"", "\"value\":\"68757369\""),
        ("http://example.com/?hush", "http://example.com/?hash"),
        ("\"origin\":\"peer\"", "\"origin\":\"configured\""),
        ("\"serves\":\"http\"", "\"serves\":\"links\""),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        let changed = text.replace(from, to).parse().unwrap();
        let result = replay(Talker::default(), &changed, &TalkerActions);
        assert!(matches!(result, Err(ReplayError::Differs(_))), "{from}: {result:?}");
    }
}

#[test]
fn a_full_disk_is_told_at_the_end_and_disturbs_nothing_before() {
    struct Full(usize);
    impl io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let log = Recorder::new(Full(150), Header::new("echo", Value::Null), EchoActions).unwrap();
    let mut machine = Watched::new(Echo::new(), log);
    machine.link_opened(Now::default(), LINK, Opened::Connected);
    assert_eq!(machine.input(Now::default(), LINK, b"on\n"), 3);
    let error = machine.into_parts().1.finish().err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(Recorder::new(Full(3), Header::new("echo", Value::Null), NoActions).is_err());
}

#[test]
fn a_machine_with_another_seed_is_caught() {
    let record = |seed: u8| {
        let log =
            Recorder::new(Vec::new(), Header::new("dice", Value::Null), TalkerActions).unwrap();
        let mut machine = Watched::new(Talker::seeded(seed), log);
        machine.timeout(Now::default());
        while !matches!(machine.poll(), Output::Wait { .. }) {}
        String::from_utf8(machine.into_parts().1.finish().unwrap()).unwrap()
    };
    let recording: Recording = record(1).parse().unwrap();
    assert!(replay(Talker::seeded(1), &recording, &TalkerActions).is_ok());
    assert!(matches!(
        replay(Talker::seeded(2), &recording, &TalkerActions),
        Err(ReplayError::Differs(difference)) if difference.recorded.contains("event")
    ));
}

/// A machine that asks for every effect, with what it was told as the secret in each.
#[derive(Debug)]
struct Talker {
    outputs: Outputs<u32, std::convert::Infallible>,
    unsent: Vec<u8>,
    random: Random,
}

impl Default for Talker {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl Talker {
    fn seeded(seed: u8) -> Self {
        let random = Random::from_seed([seed; 32]);
        Self { outputs: Outputs::new(), unsent: Vec::new(), random }
    }
}

impl Machine for Talker {
    type Event = u32;
    type Error = std::convert::Infallible;

    fn link_opened(&mut self, _: Now, _: LinkId, _: Opened) {}
    fn input(&mut self, _: Now, _: LinkId, bytes: &[u8]) -> usize {
        bytes.len()
    }
    fn link_closed(&mut self, _: Now, _: LinkId, _: LinkEnd) {}
    fn answer(&mut self, _: Now, _: EffectId, answer: Answer) {
        self.outputs.event(u32::from(answer == Answer::Verified(Ok(true))));
    }
    fn request(&mut self, _: Now, _: ListenerId, request: RequestId, _: HttpRequest) {
        self.outputs.effect(Effect::Respond { request, response: HttpResponse::new(204) });
    }
    fn timeout(&mut self, _: Now) {
        self.outputs.event(self.random.number());
    }
    fn poll(&mut self) -> Output<u32, std::convert::Infallible> {
        self.outputs.next(None)
    }
    fn output(&self, _: LinkId) -> &[u8] {
        &self.unsent
    }
    fn written(&mut self, _: Now, _: LinkId, n: usize) {
        self.unsent.drain(..n);
    }
}

impl Act for Talker {
    type Action = String;
    type Outcome = String;

    fn act(&mut self, _: Now, secret: String) -> String {
        self.unsent.extend_from_slice(secret.as_bytes());
        let account = Account::new("alice@example.com").unwrap();
        let to = Endpoint::new("example.com", 1863).unwrap();
        let on = "127.0.0.1:0".parse().unwrap();
        let listener = ListenerId::new(1);
        let value = Some(secret.clone().into_bytes().into());
        for effect in [
            Effect::Connect { link: LINK, to, origin: Origin::Peer },
            Effect::Listen { listener, on, serves: Serves::Http },
            Effect::Unlisten { listener },
            Effect::Close { link: LINK },
            Effect::Http(HttpRequest::get(format!("http://example.com/?{secret}"))),
            Effect::Store(vec![Change { key: "password".to_owned(), value }]),
            Effect::Verify { account, proof: Proof::Password(secret.as_str().into()) },
        ] {
            self.outputs.effect(effect);
        }
        secret
    }
}

/// The actions of [`Talker`].
struct TalkerActions;

impl ActionFormat<String> for TalkerActions {
    fn to_json(&self, action: &String) -> Value {
        json!(action)
    }

    fn read_json(&self, value: &Value) -> Result<String, String> {
        value.as_str().map(str::to_owned).ok_or("no text".to_owned())
    }
}

#[test]
fn the_example_in_the_documentation_replays() {
    let page = include_str!("../../../docs/recording.md");
    let (_, example) = page.split_once("## An example").unwrap();
    let (_, example) = example.split_once("```json\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    replay(Echo::new(), &example.parse().unwrap(), &EchoActions).unwrap();
}
