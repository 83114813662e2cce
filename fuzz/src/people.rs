//! Who takes part, and the small things that several machines are asked to do with them.

use core::time::Duration;

use msnp_core::{Account, List, Status, Version};
use msnp_session::SessionLimits;

use crate::input::Input;

/// Everybody who has an account.
pub(crate) const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

/// The versions that whole sessions speak.
pub(crate) const VERSIONS: [Version; 11] = msnp_client::Config::VERSIONS;

/// Bounds that short inputs reach.
pub(crate) const LIMITS: SessionLimits = SessionLimits {
    output: 8 * 1024,
    events: 8,
    pending: 6,
    sign_in: Duration::from_secs(60),
    answer: Duration::from_secs(30),
};

pub(crate) fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).expect("it is an account")
}

/// Somebody, most often one of those who have an account.
pub(crate) fn anybody(input: &mut Input<'_>) -> Account {
    match input.byte() {
        255 => Account::new(&input.text()).unwrap_or_else(|_| account("nobody")),
        254 => account("nobody"),
        at => account(PEOPLE[usize::from(at) % PEOPLE.len()]),
    }
}

pub(crate) fn any_list(input: &mut Input<'_>) -> List {
    *input.pick(&List::ALL)
}

pub(crate) fn any_status(input: &mut Input<'_>) -> Status {
    let codes = [&b"NLN"[..], b"AWY", b"BSY", b"HDN", b"FLN", b"IDL", b"ZZZ"];
    Status::parse(codes[input.below(codes.len())]).unwrap_or(Status::ONLINE)
}

/// A word or a text.
pub(crate) fn any_text(input: &mut Input<'_>) -> Box<str> {
    let usual =
        ["Friends", "3", "00000000-0000-0000-0000-000000000009", "PHH", "fname", "A b%", ""];
    match input.byte() {
        255 => input.text().into(),
        254 => "x".repeat(usize::from(input.byte()) * 40).into(),
        at => usual[usize::from(at) % usual.len()].into(),
    }
}
