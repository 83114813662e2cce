//! What somebody may see.

use msnp::client::Event;
use msnp::codec::message::Text;
use msnp::codec::personal_message::PersonalMessage;
use msnp::core::{Account, ErrorCode, List, Status};
use msnp::session::RequestError;

use crate::demo::person::Sight;

pub(super) fn is(sight: &Sight, what: impl FnOnce(&Event) -> bool) -> bool {
    matches!(sight, Sight::Event(event) if what(event))
}

/// Who added one is on the reverse list, or first on the pending list where there is one.
pub(super) fn added(event: &Event, who: &Account) -> bool {
    matches!(event, Event::ListChanged { list: List::Reverse | List::Pending, account, added: true }
        if account == who)
}

pub(super) fn presence(event: &Event, who: &Account, expected: Status) -> bool {
    matches!(event, Event::Presence { account, status, .. }
        if account == who && *status == expected)
}

pub(super) fn named(event: &Event, who: &Account, expected: &str) -> bool {
    matches!(event, Event::Presence { account, name, .. } if account == who && name == expected)
}

pub(super) fn personal_message(event: &Event, who: &Account, expected: &PersonalMessage) -> bool {
    matches!(event, Event::PersonalMessage { account, message }
        if account == who && message == expected)
}

pub(super) fn joined(event: &Event, who: &Account) -> bool {
    matches!(event, Event::Joined { account, .. } if account == who)
}

pub(super) fn left(event: &Event, who: &Account) -> bool {
    matches!(event, Event::Left { account, .. } if account == who)
}

pub(super) fn nudge(event: &Event, who: &Account) -> bool {
    matches!(event, Event::Nudge { account, .. } if account == who)
}

pub(super) fn text(event: &Event, who: &Account, expected: &Text<'_>) -> bool {
    matches!(event, Event::Text { account, text, .. } if account == who && text == expected)
}

pub(super) fn invited(event: &Event, by_whom: &Account) -> bool {
    matches!(event, Event::Invited { by, .. } if by == by_whom)
}

pub(super) fn any_invitation(event: &Event) -> bool {
    matches!(event, Event::Invited { .. })
}

/// The server refused to call somebody.
pub(super) fn not_invited(event: &Event, who: &Account, code: ErrorCode) -> bool {
    matches!(event, Event::NotInvited { account, error, .. }
        if account == who && *error == RequestError::Refused(code))
}
