//! Who may see and ring whom.

use msnp::client::{Action, Event};
use msnp::codec::message::Text;
use msnp::core::{ErrorCode, Status};

use super::Deed::Act;
use super::Look::{Never, Person};
use super::Who::{Alice, Bob, Carol};
use super::seen::{any_invitation, invited, is, left, not_invited, presence, text};
use super::{Step, every_version};

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "alice blocks bob",
        needs: every_version,
        does: Act(Alice, |cast| Action::Block(cast.bob.clone())),
        seen: &[Person(Bob, "alice go offline", |s, cast| {
            is(s, |e| presence(e, &cast.alice, Status::OFFLINE))
        })],
    },
    Step {
        name: "bob rings alice and is refused",
        needs: every_version,
        does: Act(Bob, |cast| Action::Open(cast.alice.clone())),
        seen: &[
            Person(Bob, "the refusal", |s, cast| {
                is(s, |e| not_invited(e, &cast.alice, ErrorCode::NOT_ON_LIST))
            }),
            Never(Alice, "an invitation", |s, _| is(s, any_invitation)),
        ],
    },
    Step {
        name: "alice unblocks bob",
        needs: every_version,
        does: Act(Alice, |cast| Action::Unblock(cast.bob.clone())),
        seen: &[
            Person(Bob, "alice again, still busy", |s, cast| {
                is(s, |e| presence(e, &cast.alice, Status::BUSY))
            }),
            // The server has answered her since, so what it had to say before has arrived.
            Never(Alice, "an invitation from before", |s, _| is(s, any_invitation)),
        ],
    },
    Step {
        name: "bob speaks to alice again",
        needs: every_version,
        does: Act(Bob, |cast| Action::SendText(cast.talk(Bob), Text::new(WELCOME_BACK))),
        seen: &[
            Person(Alice, "the invitation", |s, cast| is(s, |e| invited(e, &cast.bob))),
            Person(Alice, "his text", |s, cast| {
                is(s, |e| text(e, &cast.bob, &Text::new(WELCOME_BACK)))
            }),
        ],
    },
    Step {
        name: "bob leaves the room",
        needs: every_version,
        does: Act(Bob, |cast| Action::Leave(cast.talk(Bob))),
        seen: &[Person(Alice, "bob leave", |s, cast| is(s, |e| left(e, &cast.bob)))],
    },
    Step {
        name: "alice leaves it too",
        needs: every_version,
        does: Act(Alice, |cast| Action::Leave(cast.talk(Alice))),
        seen: &[],
    },
    Step {
        name: "alice lets only those near whom she allows",
        needs: every_version,
        does: Act(Alice, |_| Action::AllowByDefault(false)),
        seen: &[],
    },
    Step {
        name: "carol rings alice and is refused",
        needs: every_version,
        does: Act(Carol, |cast| Action::Open(cast.alice.clone())),
        seen: &[
            Person(Carol, "the refusal", |s, cast| {
                is(s, |e| not_invited(e, &cast.alice, ErrorCode::NOT_ON_LIST))
            }),
            Never(Alice, "an invitation", |s, _| is(s, any_invitation)),
        ],
    },
    Step {
        name: "alice lets strangers near again",
        needs: every_version,
        does: Act(Alice, |_| Action::AllowByDefault(true)),
        seen: &[],
    },
    Step {
        name: "carol speaks to alice",
        needs: every_version,
        does: Act(Carol, |cast| Action::SendText(cast.talk(Carol), Text::new(MAY_I))),
        seen: &[Person(Alice, "her text", |s, cast| {
            is(s, |e| text(e, &cast.carol, &Text::new(MAY_I)))
        })],
    },
    Step {
        name: "alice hides",
        needs: every_version,
        does: Act(Alice, |_| Action::SetStatus(Status::HIDDEN)),
        seen: &[
            Person(Alice, "that she is hidden", |s, _| {
                is(s, |e| matches!(e, Event::OwnStatus(status) if *status == Status::HIDDEN))
            }),
            Person(Bob, "alice go offline", |s, cast| {
                is(s, |e| presence(e, &cast.alice, Status::OFFLINE))
            }),
        ],
    },
    Step {
        name: "alice goes on talking in the room there is",
        needs: every_version,
        does: Act(Alice, |cast| Action::SendText(cast.talk(Alice), Text::new(YOU_MAY))),
        seen: &[Person(Carol, "her text", |s, cast| {
            is(s, |e| text(e, &cast.alice, &Text::new(YOU_MAY)))
        })],
    },
    Step {
        name: "alice asks for another room and is refused",
        needs: every_version,
        does: Act(Alice, |cast| Action::Open(cast.bob.clone())),
        seen: &[
            Person(Alice, "the refusal", |s, cast| {
                is(s, |e| not_invited(e, &cast.bob, ErrorCode::NOT_ALLOWED_WHILE_HIDDEN))
            }),
            Never(Bob, "an invitation", |s, _| is(s, any_invitation)),
        ],
    },
    Step {
        name: "alice shows herself again",
        needs: every_version,
        does: Act(Alice, |_| Action::SetStatus(Status::ONLINE)),
        seen: &[Person(Bob, "alice online", |s, cast| {
            is(s, |e| presence(e, &cast.alice, Status::ONLINE))
        })],
    },
];

const WELCOME_BACK: &str = "there you are again :-)";
const MAY_I: &str = "may I?";
const YOU_MAY: &str = "you may";
