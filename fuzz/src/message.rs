//! The target `message`: the payload of `MSG` in every kind, and messages in several parts.
//!
//! The first byte of an input says what the rest of it is: a payload, a text to be made, or the
//! parts of messages that come from several senders.

use core::time::Duration;

use msnp_codec::message::{
    Content, HeaderWriter, Headers, Message, Reassembly, ReassemblyLimits, Text, TextFormat, Typing,
};
use msnp_codec::msn_object::MsnObject;
use msnp_core::Guid;

use crate::input::Input;

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 4 {
        0 => check_payload(input.rest()),
        1 => check_text(&mut input),
        2 => check_parts_of_one(&mut input),
        _ => check_parts_of_many(&mut input),
    }
}

fn check_payload(payload: &[u8]) {
    let message = Message::parse(payload);
    let mut printed = Vec::new();
    message.print(&mut printed);
    assert_eq!(printed, payload, "a payload prints as it came");
    let _ = (message.part(), format!("{message:?}"));
    let count = message.headers().iter().count();
    assert!(count <= payload.len(), "reading headers comes to an end");
    let format = TextFormat::parse(payload);
    assert_eq!(TextFormat::parse(format.to_string().as_bytes()), format, "a format reads back");
    if let Some(printed) = print(&message.content()) {
        // Escapes may take an object in it beyond what is read.
        if printed.len() > payload.len().max(MsnObject::MAX_LEN) {
            return;
        }
        let again = Message::parse(&printed).content();
        assert_eq!(again, message.content(), "what was read prints and reads back");
    }
}

fn print(content: &Content<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match content {
        Content::Text(text) => text.print(&mut out),
        Content::Typing(typing) => typing.print(&mut out),
        Content::Datacast(datacast) => datacast.print(&mut out),
        Content::Profile(profile) => profile.print(&mut out),
        Content::Recording(recording) => recording.print(&mut out),
        Content::Emoticons(emoticons) => emoticons.print(&mut out),
        Content::ClientCapabilities(capabilities) => capabilities.print(&mut out),
        Content::KeepAlive(keep_alive) => keep_alive.print(&mut out),
        Content::Invitation(invitation) => invitation.print(&mut out),
        Content::Ink(ink) => ink.print(&mut out),
        Content::PeerToPeer(packet) => packet.print(&mut out),
        Content::Mail(mail) => mail.print(&mut out),
        Content::System(message) => message.print(&mut out),
        _ => return None,
    }
    Some(out)
}

/// Whatever a user writes arrives, and nothing that is put into a header leaves it.
fn check_text(input: &mut Input<'_>) {
    let format = TextFormat { font: input.text(), ..TextFormat::default() };
    let value = input.text();
    let mut printed = Vec::new();
    HeaderWriter::new(&mut printed).header("X-Value", &value).end().extend(b"body");
    let (headers, body) = Headers::parse(&printed);
    assert_eq!((headers.iter().count(), body), (2, &b"body"[..]), "a value stays in its header");

    printed.clear();
    Typing::new(value.as_str()).print(&mut printed);
    assert_eq!(Message::parse(&printed).headers().iter().count(), 3, "and so does an account");

    // Every kind of line end becomes one on the way.
    let mut text = Text::new(String::from_utf8_lossy(input.rest()).replace('\r', "\n"));
    text.format = Some(format);
    printed.clear();
    text.print(&mut printed);
    assert_eq!(Message::parse(&printed).content(), Content::Text(text), "a text reads back");
}

/// A message that is split arrives whole, in whatever order its parts come, and once.
fn check_parts_of_one(input: &mut Input<'_>) {
    let (many, order) = (usize::from(input.byte()), input.number());
    let guid = Guid::from_bytes([input.byte(); 16]);
    let mut payload = b"Content-Type: text/plain\r\n".to_vec();
    payload.extend_from_slice(input.piece());
    payload.extend_from_slice(b"\r\n\r\n");
    let piece = input.rest();
    (0..=many).for_each(|_| payload.extend_from_slice(piece));

    let Ok(parts) = Message::parse(&payload).split(guid) else { return };
    assert!(
        parts
            .iter()
            .all(|part| part.len() <= msnp_codec::message::MAX_MESSAGE_LEN || parts.len() == 1)
    );
    if parts.len() == 1 {
        assert_eq!(parts[0], payload, "what is not too long stays as it is");
        return;
    }
    let mut reassembly = Reassembly::new(ReassemblyLimits::default());
    let mut left: Vec<&Vec<u8>> = parts.iter().collect();
    let mut order = order;
    let mut whole = None;
    while !left.is_empty() {
        let at = usize::try_from(order).unwrap_or_default() % left.len();
        order = order.rotate_left(5).wrapping_mul(2_654_435_761).wrapping_add(1);
        let part = if order & 7 == 0 { left[at] } else { left.swap_remove(at) };
        let part = Message::parse(part).part().expect("a part of a split message is one");
        let came = reassembly.add(Duration::ZERO, (), part).expect("it fits");
        assert!(came.is_none() || whole.is_none() && left.is_empty() || came.is_some());
        whole = came.or(whole);
        if whole.is_some() {
            break;
        }
    }
    assert_eq!(whole.as_ref(), Some(&payload), "the parts make the message");
}

/// Whatever parts come from whomever, what is held stays within the limits.
fn check_parts_of_many(input: &mut Input<'_>) {
    let limits = ReassemblyLimits {
        parts: 4,
        message_len: 200,
        messages_per_sender: 2,
        messages: 3,
        total_len: 400,
        patience: Duration::from_secs(10),
    };
    let mut reassembly = Reassembly::new(limits);
    let mut now = Duration::ZERO;
    while !input.is_empty() {
        now += Duration::from_secs(u64::from(input.byte() & 3));
        let (sender, id) = (input.below(3), input.below(4));
        let place = match input.byte() {
            number @ 0..=127 => format!("Chunks: {}", number & 7),
            number => format!("Chunk: {}", number & 7),
        };
        let head = format!("Message-ID: {{{id}}}\r\n{place}\r\n\r\n");
        let payload = [head.as_bytes(), input.piece()].concat();
        let Some(part) = Message::parse(&payload).part() else { continue };
        if let Ok(Some(whole)) = reassembly.add(now, sender, part) {
            assert!(whole.len() <= limits.message_len + head.len(), "a whole message is bounded");
        }
        assert!(reassembly.held() <= limits.total_len, "what is held is bounded");
        assert!(reassembly.incomplete() <= limits.messages, "and so is how many there are");
        assert_eq!(reassembly.deadline().is_some(), reassembly.incomplete() > 0);
        if input.below(16) == 15 {
            reassembly.forget(&sender);
        }
    }
    reassembly.expire(now + limits.patience);
    assert_eq!((reassembly.incomplete(), reassembly.held()), (0, 0), "all is let go in the end");
}
