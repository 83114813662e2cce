//! Groups of contacts.

use msnp::client::{Action, Event};
use msnp::core::Version;

use super::Deed::Act;
use super::Look::Person;
use super::Step;
use super::Who::Alice;
use super::seen::is;

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "alice makes a group",
        needs: Version::has_groups,
        does: Act(Alice, |_| Action::AddGroup(GROUP.into())),
        seen: &[Person(Alice, "that it is there", |s, _| {
            is(
                s,
                |e| matches!(e, Event::GroupChanged { name, .. } if name.as_deref() == Some(GROUP)),
            )
        })],
    },
    Step {
        name: "alice puts bob into it",
        needs: Version::has_groups,
        does: Act(Alice, |cast| Action::AddToGroup(cast.bob.clone(), cast.group())),
        seen: &[Person(Alice, "bob in it", |s, cast| {
            is(
                s,
                |e| matches!(e, Event::GroupMember { account, added: true, .. } if *account == cast.bob),
            )
        })],
    },
    Step {
        name: "alice gives the group another name",
        needs: Version::has_groups,
        does: Act(Alice, |cast| Action::RenameGroup(cast.group(), OTHER_NAME.into())),
        seen: &[Person(Alice, "the name", |s, _| {
            is(
                s,
                |e| matches!(e, Event::GroupChanged { name, .. } if name.as_deref() == Some(OTHER_NAME)),
            )
        })],
    },
    Step {
        name: "alice takes bob out of the group",
        needs: Version::has_groups,
        does: Act(Alice, |cast| Action::RemoveFromGroup(cast.bob.clone(), cast.group())),
        seen: &[Person(Alice, "bob outside", |s, cast| {
            is(
                s,
                |e| matches!(e, Event::GroupMember { account, added: false, .. } if *account == cast.bob),
            )
        })],
    },
    Step {
        name: "alice removes the group",
        needs: Version::has_groups,
        does: Act(Alice, |cast| Action::RemoveGroup(cast.group())),
        seen: &[Person(Alice, "that it is gone", |s, _| {
            is(s, |e| matches!(e, Event::GroupChanged { name: None, .. }))
        })],
    },
];

const GROUP: &str = "Friends & co ♥";
const OTHER_NAME: &str = "Freunde 100%";
