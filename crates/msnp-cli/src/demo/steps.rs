//! The demonstration as data: what each step does, and what the others must see of it.

use std::borrow::Cow;

use msnp::client::{Action, ConversationId, Event};
use msnp::codec::message::{Colour, Effects, Text, TextFormat};
use msnp::codec::personal_message::{CurrentMedia, PersonalMessage};
use msnp::core::{Account, ErrorCode, List, Status, Version};
use msnp::server::{Ending, ServerEvent};
use msnp::session::RequestError;

use crate::demo::person::Sight;

/// One step of the demonstration.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// Whether the version has such a thing; else the step is not applicable.
    pub(crate) needs: fn(Version) -> bool,
    pub(crate) does: Deed,
    /// All of it must be seen in time.
    pub(crate) seen: &'static [Look],
}

/// Who does or sees something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// At a client on the blocking driver.
    Alice,
    /// At a client on the tokio driver.
    Bob,
}

/// What a step does.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// Somebody starts their client.
    SignIn(Who),
    /// Somebody uses it.
    Act(Who, fn(&Cast) -> Action),
    /// The step looks at what came of the one before.
    Nothing,
}

/// What must be seen.
#[derive(Clone, Copy)]
pub(crate) enum Look {
    /// Somebody notices this.
    Person(Who, &'static str, fn(&Sight, &Cast) -> bool),
    /// The server reports this.
    Server(&'static str, fn(&ServerEvent, &Cast) -> bool),
    /// Somebody has not noticed this, when all before it has been seen.
    Never(Who, &'static str, fn(&Sight, &Cast) -> bool),
    /// The server has not reported this at any time.
    ServerNever(&'static str, fn(&ServerEvent, &Cast) -> bool),
}

/// Who takes part.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) version: Version,
    pub(crate) alice: Account,
    pub(crate) bob: Account,
    /// The conversations that alice and bob are in.
    pub(crate) talks: [Option<ConversationId>; 2],
}

impl Cast {
    fn talk(&self, who: Who) -> ConversationId {
        let [alice, bob] = self.talks;
        let talk = match who {
            Alice => alice,
            Bob => bob,
        };
        // There is no conversation 0, so the client refuses what is done in it.
        talk.unwrap_or(ConversationId::new(0))
    }
}

use Deed::{Act, Nothing, SignIn};
use Look::{Never, Person, Server, ServerNever};
use Who::{Alice, Bob};

/// All steps, in order.
pub(crate) const STEPS: &[Step] = &[
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
        name: "both answer a challenge of the server",
        needs: |version| version.challenge().is_some(),
        does: Nothing,
        seen: &[
            Person(Alice, "that her answer is right", |s, _| matches!(s, Sight::ChallengeHeld)),
            Person(Bob, "that his answer is right", |s, _| matches!(s, Sight::ChallengeHeld)),
        ],
    },
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
    Step {
        name: "alice invites bob to talk",
        needs: every_version,
        does: Act(Alice, |cast| Action::Open(cast.bob.clone())),
        seen: &[
            Person(Bob, "the invitation", |s, cast| {
                is(s, |e| matches!(e, Event::Invited { by, .. } if *by == cast.alice))
            }),
            Person(Bob, "alice in the room", |s, cast| is(s, |e| joined(e, &cast.alice))),
            Person(Alice, "bob come in", |s, cast| is(s, |e| joined(e, &cast.bob))),
        ],
    },
    Step {
        name: "alice begins to write",
        needs: every_version,
        does: Act(Alice, |cast| Action::SendTyping(cast.talk(Alice))),
        seen: &[Person(Bob, "that alice writes", |s, cast| {
            is(s, |e| matches!(e, Event::Typing { account, .. } if *account == cast.alice))
        })],
    },
    Step {
        name: "alice says something, bold and red",
        needs: every_version,
        does: Act(Alice, |cast| Action::SendText(cast.talk(Alice), text_of_alice())),
        seen: &[Person(Bob, "her text in its format", |s, cast| {
            is(s, |e| text(e, &cast.alice, &text_of_alice()))
        })],
    },
    Step {
        name: "bob begins to write",
        needs: every_version,
        does: Act(Bob, |cast| Action::SendTyping(cast.talk(Bob))),
        seen: &[Person(Alice, "that bob writes", |s, cast| {
            is(s, |e| matches!(e, Event::Typing { account, .. } if *account == cast.bob))
        })],
    },
    Step {
        name: "bob answers, in several scripts and lines",
        needs: every_version,
        does: Act(Bob, |cast| Action::SendText(cast.talk(Bob), text_of_bob())),
        seen: &[Person(Alice, "his text in its format", |s, cast| {
            is(s, |e| text(e, &cast.bob, &text_of_bob()))
        })],
    },
    Step {
        name: "alice nudges bob",
        needs: Version::has_nudges,
        does: Act(Alice, |cast| Action::SendNudge(cast.talk(Alice))),
        seen: &[Person(Bob, "the nudge", |s, cast| is(s, |e| nudge(e, &cast.alice)))],
    },
    Step {
        name: "bob nudges alice",
        needs: Version::has_nudges,
        does: Act(Bob, |cast| Action::SendNudge(cast.talk(Bob))),
        seen: &[Person(Alice, "the nudge", |s, cast| is(s, |e| nudge(e, &cast.bob)))],
    },
    Step {
        name: "alice leaves the room",
        needs: every_version,
        does: Act(Alice, |cast| Action::Leave(cast.talk(Alice))),
        seen: &[Person(Bob, "alice leave", |s, cast| is(s, |e| left(e, &cast.alice)))],
    },
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
                is(s, |e| {
                    let refused = RequestError::Refused(ErrorCode::NOT_ON_LIST);
                    matches!(e, Event::NotInvited { account, error, .. }
                        if *account == cast.alice && *error == refused)
                })
            }),
            Never(Alice, "an invitation", |s, _| is(s, |e| matches!(e, Event::Invited { .. }))),
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
            Never(Alice, "an invitation from before", |s, _| {
                is(s, |e| matches!(e, Event::Invited { .. }))
            }),
        ],
    },
    Step {
        name: "bob speaks to alice again",
        needs: every_version,
        does: Act(Bob, |cast| Action::SendText(cast.talk(Bob), Text::new(WELCOME_BACK))),
        seen: &[
            Person(Alice, "the invitation", |s, cast| {
                is(s, |e| matches!(e, Event::Invited { by, .. } if *by == cast.bob))
            }),
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

const NAME_OF_ALICE: &str = "Alice ✿ 100% (away from the rabbit hole)";
const NAME_OF_BOB: &str = "Боб";
const WELCOME_BACK: &str = "there you are again :-)";

fn every_version(_: Version) -> bool {
    true
}

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

fn text_of_alice() -> Text<'static> {
    let format = TextFormat {
        font: "Comic Sans MS".into(),
        effects: Effects { bold: true, ..Default::default() },
        colour: Colour { red: 255, green: 0, blue: 0 },
        ..Default::default()
    };
    Text { format: Some(format), ..Text::new("Hello Bob! How is the café?") }
}

fn text_of_bob() -> Text<'static> {
    let format = TextFormat {
        font: "Segoe UI".into(),
        effects: Effects { italic: true, underline: true, ..Default::default() },
        colour: Colour { red: 0, green: 128, blue: 255 },
        charset: 204,
        ..Default::default()
    };
    let text = Cow::Borrowed("Привет, Alice!\nτα πάντα ῥεῖ, 日本語 too\n♥ 😀");
    Text { format: Some(format), ..Text::new(text) }
}

fn is(sight: &Sight, what: impl FnOnce(&Event) -> bool) -> bool {
    matches!(sight, Sight::Event(event) if what(event))
}

/// Who added one is on the reverse list, or first on the pending list where there is one.
fn added(event: &Event, who: &Account) -> bool {
    matches!(event, Event::ListChanged { list: List::Reverse | List::Pending, account, added: true }
        if account == who)
}

fn presence(event: &Event, who: &Account, expected: Status) -> bool {
    matches!(event, Event::Presence { account, status, .. }
        if account == who && *status == expected)
}

fn named(event: &Event, who: &Account, expected: &str) -> bool {
    matches!(event, Event::Presence { account, name, .. } if account == who && name == expected)
}

fn personal_message(event: &Event, who: &Account, expected: &PersonalMessage) -> bool {
    matches!(event, Event::PersonalMessage { account, message }
        if account == who && message == expected)
}

fn joined(event: &Event, who: &Account) -> bool {
    matches!(event, Event::Joined { account, .. } if account == who)
}

fn left(event: &Event, who: &Account) -> bool {
    matches!(event, Event::Left { account, .. } if account == who)
}

fn nudge(event: &Event, who: &Account) -> bool {
    matches!(event, Event::Nudge { account, .. } if account == who)
}

fn text(event: &Event, who: &Account, expected: &Text<'_>) -> bool {
    matches!(event, Event::Text { account, text, .. } if account == who && text == expected)
}
