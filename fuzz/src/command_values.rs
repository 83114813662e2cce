//! The target `command_values`: every value that can be made prints, and parses back.
//!
//! An input is one byte for the row of the command table, and then the stream that the values of
//! the tests of `msnp-codec` are drawn from in place of chance.

use std::cell::RefCell;

use msnp_codec::{COMMANDS, ClientCommand, Sender, ServerCommand};
use msnp_core::{ErrorCode, Version};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::command_bytes::framed;
use crate::input::Input;
use crate::values::{Values, any_values, client_commands, errors, server_commands};

thread_local! {
    // Made once: it takes longer than all the rest.
    static ANY: RefCell<BoxedStrategy<Values>> = RefCell::new(any_values().boxed());
}

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    let row = &COMMANDS[input.below(COMMANDS.len())];
    let code = ErrorCode::from_number(100 + u16::from(input.byte()) * 3);
    let Some(values) = drawn(input.rest()) else { return };
    for version in Version::all() {
        if let Some(code) = code {
            errors(code, &values, version).iter().for_each(|error| server(error, version));
        }
        if !row.is_in(version) {
            continue;
        }
        let verb = row.verb.as_str();
        match row.sender {
            Sender::Client => {
                client_commands(verb, &values, version).iter().for_each(|c| client(c, version));
            }
            Sender::Server => {
                server_commands(verb, &values, version).iter().for_each(|c| server(c, version));
            }
        }
    }
}

/// The values that these bytes stand for.
pub(crate) fn drawn(bytes: &[u8]) -> Option<Values> {
    let chance = TestRng::from_seed(RngAlgorithm::PassThrough, &continued(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), chance);
    ANY.with_borrow(|any| any.new_tree(&mut runner)).ok().map(|tree| tree.current())
}

/// The bytes, and after them noise that they alone decide: drawing from a stream of zeros may never
/// come to an end.
fn continued(bytes: &[u8]) -> Vec<u8> {
    const ENOUGH: usize = 16 * 1024;
    let mut state = bytes.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut stream = bytes.to_vec();
    while stream.len() < ENOUGH {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        stream.extend_from_slice(&state.to_le_bytes());
    }
    stream
}

fn client(command: &ClientCommand<'_>, version: Version) {
    let mut printed = Vec::new();
    command.print(version, &mut printed);
    let raw = framed(Sender::Client, version, &printed);
    assert_eq!(ClientCommand::parse(raw, version).as_ref(), Ok(command), "{version}: {raw:?}");
}

fn server(command: &ServerCommand<'_>, version: Version) {
    let mut printed = Vec::new();
    command.print(version, &mut printed);
    let raw = framed(Sender::Server, version, &printed);
    assert_eq!(ServerCommand::parse(raw, version).as_ref(), Ok(command), "{version}: {raw:?}");
}
