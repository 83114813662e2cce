//! Statuses, names, personal messages.

use msnp::client::Action;
use msnp::codec::personal_message::{CurrentMedia, PersonalMessage};
use msnp::core::{Status, Version};

use super::Deed::Act;
use super::Look::Person;
use super::Who::{Alice, Bob};
use super::seen::{is, named, personal_message, presence};
use super::{Step, every_version};

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "alice is busy",
        needs: every_version,
        does: Act(Alice, |_| Action::SetStatus(Status::BUSY)),
        seen: &[Person(Bob, "alice busy", |s, cast| {
            is(s, |e| presence(e, &cast.alice, Status::BUSY))
        })],
    },
    Step {
        name: "alice takes a name",
        needs: every_version,
        does: Act(Alice, |_| Action::SetName(NAME_OF_ALICE.into())),
        seen: &[Person(Bob, "alice's name", |s, cast| {
            is(s, |e| named(e, &cast.alice, NAME_OF_ALICE))
        })],
    },
    Step {
        name: "bob takes a name",
        needs: every_version,
        does: Act(Bob, |_| Action::SetName(NAME_OF_BOB.into())),
        seen: &[Person(Alice, "bob's name", |s, cast| is(s, |e| named(e, &cast.bob, NAME_OF_BOB)))],
    },
    Step {
        name: "alice takes a personal message",
        needs: Version::has_personal_messages,
        does: Act(Alice, |_| Action::SetPersonalMessage(message_of_alice())),
        seen: &[Person(Bob, "alice's personal message", |s, cast| {
            is(s, |e| personal_message(e, &cast.alice, &message_of_alice()))
        })],
    },
    Step {
        name: "bob shows the song he hears",
        needs: Version::has_personal_messages,
        does: Act(Bob, |_| Action::SetPersonalMessage(message_of_bob())),
        seen: &[Person(Alice, "bob's song", |s, cast| {
            is(s, |e| personal_message(e, &cast.bob, &message_of_bob()))
        })],
    },
];

const NAME_OF_ALICE: &str = "Alice ✿ 100% (away from the rabbit hole)";
const NAME_OF_BOB: &str = "Боб";

fn message_of_alice() -> PersonalMessage {
    PersonalMessage { text: "tea & <cake> at five, \"sharp\" ☕".into(), ..Default::default() }
}

fn message_of_bob() -> PersonalMessage {
    PersonalMessage {
        text: "shh".into(),
        current_media: Some(CurrentMedia::song("Für Elise", "Ludwig van Beethoven")),
        ..Default::default()
    }
}
