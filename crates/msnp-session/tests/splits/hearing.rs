//! One session, and a stream that reaches it in pieces.

use std::time::Duration;

use msnp_core::{Account, LinkId, Machine, Now, Opened, Output, Version};
use msnp_session::SessionError;
use proptest::prelude::*;

pub(crate) const VERSIONS: [Version; 3] = [Version::MSNP7, Version::MSNP8, Version::MSNP11];

pub(crate) const NOW: Now =
    Now { monotonic: Duration::from_secs(1000), unix: Duration::from_secs(1 << 30) };

const LINK: LinkId = LinkId::new(1);

/// All that came of a stream.
#[derive(Debug, PartialEq)]
pub(crate) struct Heard<E> {
    pub(crate) events: Vec<E>,
    pub(crate) sent: String,
    pub(crate) end: Option<Result<(), SessionError>>,
    /// How much of the stream was taken.
    pub(crate) taken: usize,
}

pub(crate) fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}

/// Lets `machine` hear the stream in pieces of these sizes, again and again. `program` is told of
/// each event at once, and may do something about it.
pub(crate) fn hear<M>(
    mut machine: M,
    stream: &[u8],
    pieces: &[usize],
    mut program: impl FnMut(&mut M, &M::Event),
) -> Heard<M::Event>
where
    M: Machine<Error = SessionError>,
{
    let mut heard = Heard { events: Vec::new(), sent: String::new(), end: None, taken: 0 };
    machine.link_opened(NOW, LINK, Opened::Connected);
    drain(&mut machine, &mut heard, &mut program);
    let mut arrived = 0_usize;
    for piece in pieces.iter().cycle() {
        arrived = arrived.saturating_add(*piece).min(stream.len());
        loop {
            let taken = machine.input(NOW, LINK, &stream[heard.taken..arrived]);
            drain(&mut machine, &mut heard, &mut program);
            heard.taken += taken;
            if taken == 0 {
                break;
            }
        }
        if arrived == stream.len() {
            return heard;
        }
    }
    heard
}

fn drain<M>(
    machine: &mut M,
    heard: &mut Heard<M::Event>,
    program: &mut impl FnMut(&mut M, &M::Event),
) where
    M: Machine<Error = SessionError>,
{
    loop {
        match machine.poll() {
            Output::Event(event) => {
                program(machine, &event);
                heard.events.push(event);
            }
            Output::Link { link, writes: true, .. } => {
                let sent = machine.output(link).to_vec();
                heard.sent.push_str(&String::from_utf8_lossy(&sent));
                machine.written(NOW, link, sent.len());
            }
            Output::Link { .. } | Output::Effect(..) => {}
            Output::Wait { .. } => return,
            Output::Closed(end) => {
                heard.end = Some(end);
                return;
            }
        }
    }
}

/// Asserts that these cuts, and single bytes, are heard as the whole is, and gives that.
pub(crate) fn same_however_cut<E>(
    pieces: &[usize],
    hear: impl Fn(&[usize]) -> Heard<E>,
) -> Result<Heard<E>, TestCaseError>
where
    E: std::fmt::Debug + PartialEq,
{
    let whole = hear(&[usize::MAX]);
    prop_assert_eq!(&hear(&[1]), &whole);
    prop_assert_eq!(&hear(pieces), &whole);
    Ok(whole)
}

/// Sizes of reads.
pub(crate) fn pieces() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1usize..60, 1..12)
}

/// Some of these commands, in any order and number.
pub(crate) fn some_of(commands: Vec<String>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(commands), 0..30).prop_map(|some| some.concat())
}

/// What cannot be framed, from `sender`, with more behind it.
pub(crate) fn unreadable(payload_verb: &str) -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        format!("{payload_verb}\r\nOUT\r\n"),
        format!("{payload_verb} 1 x\r\nOUT\r\n"),
        format!("{payload_verb} 1 U 99999999999999999999\r\nOUT\r\n"),
        "GET / HTTP/1.1\r\nOUT\r\n".replace("GET", "get"),
        "\r\nOUT\r\n".to_owned(),
        "\u{0}\u{1}\u{2}\nOUT\r\n".to_owned(),
        format!("PNG {}\r\nOUT\r\n", "x".repeat(8192)),
        "x".repeat(9000),
        // As long as a line may be, and one byte more.
        format!("XYZ {}\r\nXYZ {}\r\nOUT\r\n", "x".repeat(8188), "x".repeat(8189)),
        format!("XYZ {}\nXYZ {}\nOUT\r\n", "x".repeat(508), "x".repeat(509)),
    ])
}

/// A command with a body that looks like commands.
pub(crate) fn with_body(line: &str) -> String {
    let body = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n\
                H\u{e4}llo\r\nOUT OTH\r\n";
    format!("{line} {}\r\n{body}", body.len())
}
