//! Framing, parsing and printing against the frozen splitter on the frozen streams, and bodies.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what is measured must be as it should")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};

use msnp_codec::message::{Content, Message};
use msnp_codec::personal_message::PersonalMessage;
use msnp_codec::{FrameLimits, Framer, RawCommand, Sender, ServerCommand};
use msnp_core::Version;

mod baseline;
mod stream;

const VERSION: Version = Version::MSNP12;

fn main() {
    divan::main();
}

#[derive(Clone, Copy, Debug)]
enum Stream {
    Mixed,
    Burst,
}

const STREAMS: [Stream; 2] = [Stream::Mixed, Stream::Burst];

impl Stream {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Mixed => stream::mixed(),
            Self::Burst => stream::burst(10_000),
        }
    }
}

/// With the bytes and commands of a stream as counters.
fn on(bencher: Bencher, stream: Stream, mut work: impl FnMut(&[u8]) + Sync + Send) {
    let bytes = stream.bytes();
    let mut commands = 0_usize;
    frame(&bytes, |_| commands += 1);
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .counter(ItemsCount::new(commands))
        .bench_local(|| work(black_box(&bytes)));
}

fn frame(mut bytes: &[u8], mut each: impl FnMut(RawCommand<'_>)) {
    let mut framer = Framer::new(Sender::Server, VERSION, FrameLimits::SIGNED_IN);
    while let Some(command) = framer.next(bytes).unwrap() {
        bytes = bytes.get(command.wire().len()..).unwrap_or_default();
        each(command);
    }
}

#[divan::bench(args = STREAMS)]
fn splitter(bencher: Bencher, stream: Stream) {
    on(bencher, stream, |mut bytes| {
        while let Some((command, rest)) = baseline::split(bytes) {
            black_box(command);
            bytes = rest;
        }
    });
}

#[divan::bench(args = STREAMS)]
fn framing(bencher: Bencher, stream: Stream) {
    on(bencher, stream, |bytes| frame(bytes, |command| _ = black_box(command)));
}

#[divan::bench(args = STREAMS)]
fn framing_and_parsing(bencher: Bencher, stream: Stream) {
    on(bencher, stream, |bytes| {
        frame(bytes, |command| _ = black_box(ServerCommand::parse(command, VERSION)));
    });
}

#[divan::bench(args = STREAMS)]
fn framing_parsing_and_printing(bencher: Bencher, stream: Stream) {
    let mut out = Vec::with_capacity(64 * 1024);
    on(bencher, stream, |bytes| {
        frame(bytes, |command| {
            out.clear();
            ServerCommand::parse(command, VERSION).unwrap().print(VERSION, &mut out);
            black_box(&out);
        });
    });
}

const TEXT: &[u8] = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
    X-MMS-IM-Format: FN=Segoe%20UI; EF=B; CO=ff; CS=0; PF=22\r\n\r\nThis is a message of many.";
const TYPING: &[u8] = b"MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\n\
    TypingUser: user1@example.com\r\n\r\n\r\n";

#[divan::bench]
fn body_of_a_text(bencher: Bencher) {
    body(bencher, TEXT, |content| matches!(content, Content::Text(_)));
}

#[divan::bench]
fn body_of_typing(bencher: Bencher) {
    body(bencher, TYPING, |content| matches!(content, Content::Typing(_)));
}

fn body(bencher: Bencher, body: &[u8], is_right: fn(&Content<'_>) -> bool) {
    assert!(is_right(&Message::parse(body).content()));
    bencher
        .counter(BytesCount::of_slice(body))
        .bench(|| drop(black_box(Message::parse(black_box(body)).content())));
}

#[divan::bench]
fn personal_message() {
    let document = b"<Data><PSM>at home</PSM><CurrentMedia></CurrentMedia></Data>";
    let _ = black_box(PersonalMessage::parse(black_box(document)).unwrap());
}
