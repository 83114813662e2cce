//! Everybody comes, and two of them make friends.

use msnp::client::{Action, Event};
use msnp::core::Status;
use msnp::server::ServerEvent;

use super::Deed::{Act, Nothing, SignIn};
use super::Look::{Never, Person, Server};
use super::Who::{Alice, Bob, Carol};
use super::seen::{added, is, presence};
use super::{Step, every_version};
use crate::demo::person::Sight;

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "alice signs in, with the blocking driver",
        needs: every_version,
        does: SignIn(Alice),
        seen: &[
            Person(Alice, "the dispatch server sends her on", |s, _| matches!(s, Sight::SentOn)),
            Person(Alice, "the version that was asked for", |s, cast| {
                is(s, |e| matches!(e, Event::VersionChosen(v) if *v == cast.version))
            }),
            Person(Alice, "that she is signed in", |s, _| is(s, |e| matches!(e, Event::SignedIn))),
            Server("that alice is signed in", |event, cast| {
                matches!(event, ServerEvent::SignedIn { account, version }
                    if *account == cast.alice && *version == cast.version)
            }),
        ],
    },
    Step {
        name: "bob signs in, with the tokio driver",
        needs: every_version,
        does: SignIn(Bob),
        seen: &[
            Person(Bob, "the dispatch server sends him on", |s, _| matches!(s, Sight::SentOn)),
            Person(Bob, "the version that was asked for", |s, cast| {
                is(s, |e| matches!(e, Event::VersionChosen(v) if *v == cast.version))
            }),
            Person(Bob, "that he is signed in", |s, _| is(s, |e| matches!(e, Event::SignedIn))),
            Server("that bob is signed in", |event, cast| {
                matches!(event, ServerEvent::SignedIn { account, version }
                    if *account == cast.bob && *version == cast.version)
            }),
        ],
    },
    Step {
        name: "carol signs in, with the tokio driver",
        needs: every_version,
        does: SignIn(Carol),
        seen: &[
            Person(Carol, "the version that was asked for", |s, cast| {
                is(s, |e| matches!(e, Event::VersionChosen(v) if *v == cast.version))
            }),
            Person(Carol, "that she is signed in", |s, _| is(s, |e| matches!(e, Event::SignedIn))),
        ],
    },
    Step {
        name: "alice adds bob",
        needs: every_version,
        does: Act(Alice, |cast| Action::AddContact(cast.bob.clone())),
        seen: &[Person(Bob, "that alice added him", |s, cast| is(s, |e| added(e, &cast.alice)))],
    },
    Step {
        name: "bob adds alice",
        needs: every_version,
        does: Act(Bob, |cast| Action::AddContact(cast.alice.clone())),
        seen: &[Person(Alice, "that bob added her", |s, cast| is(s, |e| added(e, &cast.bob)))],
    },
    Step {
        name: "alice goes online",
        needs: every_version,
        does: Act(Alice, |_| Action::SetStatus(Status::ONLINE)),
        seen: &[Person(Alice, "that she is online", |s, _| {
            is(s, |e| matches!(e, Event::OwnStatus(status) if *status == Status::ONLINE))
        })],
    },
    Step {
        name: "bob goes online",
        needs: every_version,
        does: Act(Bob, |_| Action::SetStatus(Status::ONLINE)),
        seen: &[
            Person(Bob, "that alice is online already", |s, cast| {
                is(s, |e| {
                    matches!(e, Event::Presence { account, status, already: true, .. }
                        if *account == cast.alice && *status == Status::ONLINE)
                })
            }),
            Person(Alice, "bob come online", |s, cast| {
                is(s, |e| presence(e, &cast.bob, Status::ONLINE))
            }),
        ],
    },
    Step {
        name: "carol goes online, and nobody is told",
        needs: every_version,
        does: Act(Carol, |_| Action::SetStatus(Status::ONLINE)),
        seen: &[
            Person(Carol, "that she is online", |s, _| {
                is(s, |e| matches!(e, Event::OwnStatus(status) if *status == Status::ONLINE))
            }),
            Never(Bob, "carol online", |s, cast| {
                is(s, |e| presence(e, &cast.carol, Status::ONLINE))
            }),
        ],
    },
    Step {
        name: "all answer a challenge of the server",
        needs: |version| version.challenge().is_some(),
        does: Nothing,
        seen: &[
            Person(Alice, "that her answer is right", |s, _| matches!(s, Sight::ChallengeHeld)),
            Person(Bob, "that his answer is right", |s, _| matches!(s, Sight::ChallengeHeld)),
            Person(Carol, "that her answer is right", |s, _| matches!(s, Sight::ChallengeHeld)),
        ],
    },
];
