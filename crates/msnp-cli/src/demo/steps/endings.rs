//! Connections that break, and good ends.

use msnp::client::{Action, Event};
use msnp::codec::message::Text;
use msnp::core::{List, Lists, Status};
use msnp::server::{Ending, ServerEvent};

use super::Deed::{Act, Cut, SignIn};
use super::Look::{Keeps, Person, Server, ServerNever};
use super::Who::{Alice, Bob, Carol};
use super::seen::{is, joined, presence, text};
use super::{Step, every_version};
use crate::demo::person::Sight;

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "bob's connections break",
        needs: every_version,
        does: Cut(Bob),
        seen: &[
            Server(
                "that bob is gone",
                |event, cast| matches!(event, ServerEvent::SignedOut { account, .. } if *account == cast.bob),
            ),
            Person(Alice, "bob go offline", |s, cast| {
                is(s, |e| presence(e, &cast.bob, Status::OFFLINE))
            }),
        ],
    },
    Step {
        name: "bob comes back, with the lists that he had",
        needs: every_version,
        does: SignIn(Bob),
        seen: &[
            Person(Bob, "that he is signed in", |s, _| is(s, |e| matches!(e, Event::SignedIn))),
            Keeps(Bob, "alice on his lists", |roster, cast| {
                let friend = Lists::from(List::Forward) | List::Allow | List::Reverse;
                roster.lists(&cast.alice) == friend
            }),
        ],
    },
    Step {
        name: "bob goes online again",
        needs: every_version,
        does: Act(Bob, |_| Action::SetStatus(Status::ONLINE)),
        seen: &[
            Person(Bob, "alice online", |s, cast| {
                is(s, |e| presence(e, &cast.alice, Status::ONLINE))
            }),
            Person(Alice, "bob online", |s, cast| {
                is(s, |e| presence(e, &cast.bob, Status::ONLINE))
            }),
        ],
    },
    Step {
        name: "bob rings alice",
        needs: every_version,
        does: Act(Bob, |cast| Action::Open(cast.alice.clone())),
        seen: &[Person(Alice, "bob in the room", |s, cast| is(s, |e| joined(e, &cast.bob)))],
    },
    Step {
        name: "bob tells what happened",
        needs: every_version,
        does: Act(Bob, |cast| Action::SendText(cast.talk(Bob), Text::new(POWER_CUT))),
        seen: &[Person(Alice, "his text", |s, cast| {
            is(s, |e| text(e, &cast.bob, &Text::new(POWER_CUT)))
        })],
    },
    Step {
        name: "bob signs out",
        needs: every_version,
        does: Act(Bob, |_| Action::SignOut),
        seen: &[
            Person(Alice, "bob go offline", |s, cast| {
                is(s, |e| presence(e, &cast.bob, Status::OFFLINE))
            }),
            Person(Bob, "the session end well", |s, _| matches!(s, Sight::End(Ok(())))),
        ],
    },
    Step {
        name: "carol signs out",
        needs: every_version,
        does: Act(Carol, |_| Action::SignOut),
        seen: &[Person(Carol, "the session end well", |s, _| matches!(s, Sight::End(Ok(()))))],
    },
    Step {
        name: "alice signs out",
        needs: every_version,
        does: Act(Alice, |_| Action::SignOut),
        seen: &[
            Server("that alice signed out", |event, cast| {
                matches!(event, ServerEvent::SignedOut { account, why: Ending::SignOut }
                    if *account == cast.alice)
            }),
            Person(Alice, "the session end well", |s, _| matches!(s, Sight::End(Ok(())))),
            ServerNever("a refusal or a failed challenge", |event, _| {
                matches!(event, ServerEvent::Refused { .. } | ServerEvent::ChallengeFailed { .. })
            }),
        ],
    },
];

const POWER_CUT: &str = "sorry, a power cut";
