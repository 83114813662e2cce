//! What the hot path must not do: ask for memory.
#![allow(clippy::unwrap_used, clippy::panic)]

use msnp_codec::{ClientCommand, FrameLimits, Framer, Sender, ServerCommand};
use msnp_core::Version;
use msnp_testkit::{AllocationCounter, measure};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

const STREAM: &[u8] = b"NLN AWY bob@example.com Bob%20B 1073741824 %3Cmsnobj%2F%3E\r\n\
    ILN 6 NLN eve@example.com Eve 32\r\nFLN carol@example.com\r\n\
    MSG bob@example.com Bob%20B 5\r\nhelloACK 17\r\nNAK 18\r\n\
    UBX bob@example.com 4\r\n<x/>CHL 0 15570131571988941333\r\nQNG 50\r\nXYZ 1 2 3\r\n\
    JOI bob@example.com Bob\r\nBYE bob@example.com\r\n913 9\r\n";

#[test]
fn framing_and_typed_parsing_ask_for_no_memory() {
    let version = Version::MSNP11;
    let (commands, measured) = measure(|| {
        let mut framer = Framer::new(Sender::Server, version, FrameLimits::SIGNED_IN);
        let (mut rest, mut commands) = (STREAM, 0);
        while let Some(raw) = framer.next(rest).unwrap() {
            rest = rest.split_at(raw.wire().len()).1;
            commands += raw.parameters().count().min(1);
            let typed = ServerCommand::parse(raw, version).unwrap();
            assert!(!matches!(typed, ServerCommand::Raw(raw) if raw.verb().as_str() != "XYZ"));
        }
        assert!(rest.is_empty());
        commands
    });
    assert_eq!(commands, 13);
    assert_eq!(measured.allocations, 0);
}

#[test]
fn printing_into_a_warm_buffer_asks_for_no_memory() {
    let version = Version::MSNP11;
    let lines: [&[u8]; 4] = [
        b"MSG 5 A 5\r\nhello",
        b"CHG 6 NLN 1073741824\r\n",
        b"PNG\r\n",
        b"CAL 7 bob@example.com\r\n",
    ];
    let mut out = Vec::with_capacity(1024);
    let (printed, measured) = measure(|| {
        for line in lines {
            let mut framer = Framer::new(Sender::Client, version, FrameLimits::SIGNED_IN);
            let raw = framer.next(line).unwrap().unwrap();
            ClientCommand::parse(raw, version).unwrap().print(version, &mut out);
        }
        out.len()
    });
    assert_eq!(printed, lines.concat().len());
    assert_eq!(measured.allocations, 0);
}
