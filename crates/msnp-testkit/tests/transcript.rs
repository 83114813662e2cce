//! Transcripts: reading, printing, and playing them.

use msnp_core::example::{Echo, Say};
use msnp_core::{Act, LinkId, Machine, Now, Opened, Random};
use msnp_testkit::{Entry, Side, Transcript, TranscriptError, play};

fn read(text: &str) -> Transcript {
    text.parse().unwrap()
}

fn body(text: &str) -> Option<Vec<u8>> {
    match read(text).entries.remove(0) {
        Entry::Command { body, .. } => body,
        Entry::Remark(text) => panic!("{text}"),
    }
}

#[test]
fn a_dialogue_becomes_the_bytes_of_each_side() {
    let text = "<o> bob rings\n>>> VER 1 MSNP8 CVR0\r\n<<< VER 1 MSNP8 CVR0\n\n\
                >>> MSG 2 N 5\nhello\n\n<<< ACK 2\n";
    let transcript = read(text);
    assert_eq!(transcript.entries[0], Entry::Remark("bob rings".to_owned()));
    assert_eq!(transcript.stream(Side::Client), b"VER 1 MSNP8 CVR0\r\nMSG 2 N 5\r\nhello");
    assert_eq!(transcript.stream(Side::Server), b"VER 1 MSNP8 CVR0\r\nACK 2\r\n");
}

#[test]
fn the_announced_length_decides_whether_a_body_ends_with_a_line_end() {
    assert_eq!(body(">>> MSG 1 U 4\na: b\n\n\n").unwrap(), b"a: b");
    assert_eq!(body(">>> MSG 1 U 6\na: b\n\n\n").unwrap(), b"a: b\r\n");
    assert_eq!(body(">>> MSG 1 U 8\na: b\n\n\n<o> end").unwrap(), b"a: b\r\n\r\n");
    assert_eq!(body(">>> MSG 1 U 6\na: b").unwrap(), b"a: b\r\n");
    assert_eq!(body(">>> MSG 1 U 11\n\na: b\r\n\nc").unwrap(), b"\r\na: b\r\n\r\nc");
    assert_eq!(body(">>> UUX 1 0\n\n"), None);
}

#[test]
fn a_text_that_is_no_transcript_is_refused_with_its_line() {
    let error = |text: &str| text.parse::<Transcript>().unwrap_err();
    assert_eq!(error("\nVER 1"), TranscriptError::NoPrefix { line: 1 });
    assert_eq!(error("<o> a\nb"), TranscriptError::BodyOfRemark { line: 1 });
    assert_eq!(error("<o> a\n>>> OUT\nbody"), TranscriptError::NotAnnounced { line: 2 });
    let length = |announced, length| TranscriptError::Length { line: 1, announced, length };
    assert_eq!(error(">>> MSG 1 U 4\nhello"), length(4, 5));
    assert_eq!(error(">>> MSG 1 U 8\nhello"), length(8, 5));
    assert_eq!(error(">>> MSG 1 U 9\nhello"), length(9, 5));
}

#[test]
fn bytes_that_are_no_text_are_escaped_and_read_back() {
    let mut transcript = Transcript::new();
    let body = b"\\x41 \\y \xff\x00\n\r \xc3\xa9\r\n>>> not a prefix\r\n<o>\r\n";
    transcript.command(Side::Server, format!("MSG a b {}", body.len()).as_bytes(), Some(body));
    let text = transcript.to_string();
    let expected = format!(
        "<<< MSG a b {}\n\\x5cx41 \\y \\xff\\x00\\x0a\\x0d é\n\\x3e>> not a prefix\n\\x3co>\n\n",
        body.len()
    );
    assert_eq!(text, expected);
    assert_eq!(read(&text), transcript);
}

#[test]
fn whatever_was_said_reads_back_from_its_print() {
    let mut random = Random::from_seed([3; 32]);
    let pieces: [&[u8]; 10] =
        [b"\r\n", b"\r", b"\n", b">>> ", b"<<< ", b"<o> ", b"\\x", b"a1", b"\xe9", "é".as_bytes()];
    for _ in 0..2000 {
        let mut transcript = Transcript::new();
        for _ in 0..random.below(4) {
            let from = [Side::Client, Side::Server][usize::from(random.below(2) == 0)];
            let mut body = Vec::new();
            for _ in 0..random.below(6) {
                let piece = pieces[usize::try_from(random.below(10)).unwrap()];
                body.extend_from_slice(piece);
            }
            let line = [b"X \xff ", body.len().to_string().as_bytes()].concat();
            transcript.command(from, &line, Some(&body));
            if random.below(3) == 0 {
                transcript.remark("noted");
            }
        }
        let text = transcript.to_string();
        assert_eq!(text.parse(), Ok(transcript), "{text}");
    }
}

fn echo() -> Echo {
    let mut machine = Echo::new();
    machine.link_opened(Now::default(), LinkId::new(1), Opened::Connected);
    machine
}

fn play_echo(text: &str) -> Result<Vec<String>, msnp_testkit::Mismatch> {
    let act = |machine: &mut Echo, remark: &str| {
        if let Some(line) = remark.strip_prefix("say: ") {
            machine.act(Now::default(), Say(format!("{line}\r"))).unwrap();
        }
    };
    play(&mut echo(), Now::default(), LinkId::new(1), Side::Server, &read(text), act)
}

#[test]
fn a_transcript_runs_as_a_test_of_a_machine() {
    let events = play_echo("<o> a greeting\n>>> hi\n<<< hi\n<o> say: me\n<<< me\n>>> yes\n<<< yes");
    assert_eq!(events.unwrap(), ["hi\r", "yes\r"]);
}

#[test]
fn a_machine_that_sends_something_else_or_more_or_less_is_found_out() {
    let mismatch = play_echo(">>> hi\n<<< ho").unwrap_err();
    assert_eq!((mismatch.entry, mismatch.sent.as_str()), (1, "hi\\x0d\\x0a"));
    assert_eq!(mismatch.expected, "ho\\x0d\\x0a");
    let more = play_echo(">>> hi").unwrap_err();
    assert_eq!((more.entry, more.expected.as_str()), (1, ""));
    let less = play_echo(">>> hi\n<<< hi\n<<< hi").unwrap_err();
    assert_eq!((less.entry, less.sent.as_str()), (2, ""));
}
