//! The target `command_bytes`: what parses, prints, and parses back to the same value.
//!
//! An input is one byte, whose lowest bit says who sends (1 the client), and then the stream. Every
//! command in it is read in every version.

use msnp_codec::command::transaction_of;
use msnp_codec::{ClientCommand, FrameLimits, Framer, RawCommand, Sender, ServerCommand};
use msnp_core::Version;

use crate::input::Input;

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    let sender = if input.flag() { Sender::Client } else { Sender::Server };
    let stream = input.rest();
    for version in Version::all() {
        let mut framer = Framer::new(sender, version, FrameLimits::SIGNED_IN);
        let mut unread = stream;
        while let Ok(Some(raw)) = framer.next(unread) {
            unread = &unread[raw.wire().len()..];
            check_raw(raw);
            check_typed(raw, version);
        }
    }
}

fn check_raw(raw: RawCommand<'_>) {
    let owned = raw.to_owned();
    assert_eq!(owned.as_raw(), raw, "an owned command reads as the one it was made of");
    assert_eq!(format!("{owned:?}").replacen("Owned", "Raw", 1), format!("{raw:?}"));
    let _ = transaction_of(raw);
}

/// Printing takes no more than this beyond what is read.
const ROOM: FrameLimits = FrameLimits { line: 32 * 1024, body: 64 * 1024 };

fn check_typed(raw: RawCommand<'_>, version: Version) {
    let mut printed = Vec::new();
    macro_rules! check {
        ($command:ident) => {
            if let Ok(value) = $command::parse(raw, version) {
                value.print(version, &mut printed);
                let again = framed(raw.sender(), version, &printed);
                assert_eq!($command::parse(again, version), Ok(value), "{version}: {raw:?}");
            }
        };
    }
    match raw.sender() {
        Sender::Client => check!(ClientCommand),
        Sender::Server => check!(ServerCommand),
    }
}

/// The one command that these bytes are.
///
/// # Panics
/// Where they are not one.
pub(crate) fn framed(sender: Sender, version: Version, bytes: &[u8]) -> RawCommand<'_> {
    let framed = Framer::new(sender, version, ROOM).next(bytes);
    let Ok(Some(raw)) = framed else {
        panic!("{version}: printed {}, which reads as {framed:?}", bytes.escape_ascii())
    };
    assert_eq!(raw.wire(), bytes, "{version}: one command is printed, and nothing after it");
    raw
}
