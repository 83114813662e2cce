//! The target `command_values`: every value that can be made prints, and parses back.
//!
//! An input is one byte for the row of the command table, and then the stream that the values of
//! the tests of `msnp-codec` are drawn from in place of chance.

use std::cell::RefCell;

use msnp_codec::{COMMANDS, ClientCommand, Sender, ServerCommand};
use msnp_core::{ErrorCode, Version};
use proptest::strategy::{BoxedStrategy, Strategy};

use crate::command_bytes::framed;
use crate::drawn::drawn;
use crate::input::Input;
use crate::values::{Values, any_values, client_commands, errors, server_commands};

thread_local! {
    // Made once: it takes longer than all the rest.
    pub(crate) static ANY: RefCell<BoxedStrategy<Values>> = RefCell::new(any_values().boxed());
}

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    let row = &COMMANDS[input.below(COMMANDS.len())];
    let code = ErrorCode::from_number(100 + u16::from(input.byte()) * 3);
    let Some(values) = ANY.with_borrow(|any| drawn(any, input.rest())) else { return };
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
