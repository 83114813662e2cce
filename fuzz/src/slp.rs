//! The target `slp`: MSNSLP, the text in which two clients negotiate.
//!
//! The first byte of an input says what the rest of it is: a message, or the seed of a value of the
//! tests of `msnp-p2p`.

use std::cell::RefCell;

use msnp_p2p::slp::{Body, SlpError, SlpMessage, StatusCode, Tolerance, TransportAddresses};
use proptest::strategy::BoxedStrategy;

use crate::drawn::sampled;
use crate::input::Input;
use crate::objects::check_context;
use crate::slp_values;

thread_local! {
    // Made once: it takes longer than all the rest.
    static ANY: RefCell<BoxedStrategy<SlpMessage>> = RefCell::new(slp_values::message());
}

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() {
        0 => {
            if let Some(message) = ANY.with_borrow(|any| sampled(any, input.rest())) {
                let (read, noted) = check_text(&printed(&message)).expect("what is made reads");
                assert_eq!(read, message, "it is read as it was made");
                let is_known = !matches!(message.body, Body::TransportResponse(_))
                    && !matches!(message.body, Body::TransportUpdate(_));
                assert!(!is_known || noted.is_empty(), "there is nothing to overlook: {noted:?}");
            }
        }
        _ => drop(check_text(input.rest())),
    }
}

/// What can be said of any text that may be a message.
fn check_text(bytes: &[u8]) -> Result<(SlpMessage, Vec<Tolerance>), SlpError> {
    let (message, noted) = SlpMessage::inspect(bytes)?;
    assert_eq!(SlpMessage::parse(bytes).as_ref(), Ok(&message), "both ways of reading are one");
    check_body(&message.body);
    check_printed(&message);
    let answer = message.answer(StatusCode::OK, Body::Null);
    assert_eq!((answer.branch, answer.call_id), (message.branch, message.call_id));
    assert_eq!((&answer.to, &answer.from), (&message.from, &message.to));
    check_printed(&answer);
    Ok((message, noted))
}

/// What is printed reads back as the same, with fewer things to overlook, and prints so again.
fn check_printed(message: &SlpMessage) {
    let text = printed(message);
    let head = text.windows(4).position(|end| end == b"\r\n\r\n").expect("headers end") + 4;
    let lines = text[..head].split(|byte| *byte == b'\n').count() - 1;
    assert_eq!(lines, HEAD_LINES, "no value adds a line: {}", String::from_utf8_lossy(&text));
    if text.len() > SlpMessage::MAX_LEN {
        return;
    }
    let (again, noted) = SlpMessage::inspect(&text).expect("what is printed can be read");
    let shown = || format!("{message:?}\n{}", String::from_utf8_lossy(&text));
    assert_eq!((&again.to, &again.from), (&message.to, &message.from), "{}", shown());
    assert_eq!((again.branch, again.call_id), (message.branch, message.call_id), "{}", shown());
    assert_eq!(again.sequence, message.sequence, "{}", shown());
    assert_eq!(again.max_forwards, message.max_forwards, "{}", shown());
    assert_eq!((again.method(), again.code()), (message.method(), message.code()), "{}", shown());
    for overlooked in [
        Tolerance::NoContentLength,
        Tolerance::WrongContentLength,
        Tolerance::NoBranch,
        Tolerance::NoSequenceNumber,
        Tolerance::UnreadableMachine,
        Tolerance::UnreadableTarget,
        Tolerance::WideSessionId,
    ] {
        assert!(!noted.contains(&overlooked), "{overlooked:?}: {}", shown());
    }
    assert_eq!(again.body, message.body, "{}", shown());
    assert_eq!(printed(&again), text, "it prints so again");
}

/// The first line, the eight headers, and the empty line.
const HEAD_LINES: usize = 10;

fn check_body(body: &Body) {
    match body {
        Body::Session(body) => body.context.iter().for_each(check_context),
        Body::SessionClose(end) | Body::SessionFailure(end) => {
            end.context.iter().for_each(check_context);
        }
        Body::TransportResponse(body) => check_addresses(&body.addresses),
        Body::TransportUpdate(body) => check_addresses(&body.addresses),
        _ => {}
    }
}

fn check_addresses(addresses: &TransportAddresses) {
    assert!(addresses.candidates().count() <= 6 * TransportAddresses::MAX_ADDRESSES);
}

fn printed(message: &SlpMessage) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.print(&mut bytes);
    bytes
}
