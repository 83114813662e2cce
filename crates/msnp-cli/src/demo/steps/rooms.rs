//! Talking: two in a room, then three.

use std::borrow::Cow;

use msnp::client::{Action, Event};
use msnp::codec::message::{Colour, Effects, Text, TextFormat};
use msnp::core::Version;

use super::Deed::Act;
use super::Look::Person;
use super::Who::{Alice, Bob, Carol};
use super::seen::{invited, is, joined, left, nudge, text};
use super::{Step, every_version};

pub(super) const OF_TWO: &[Step] = &[
    Step {
        name: "alice invites bob to talk",
        needs: every_version,
        does: Act(Alice, |cast| Action::Open(cast.bob.clone())),
        seen: &[
            Person(Bob, "the invitation", |s, cast| is(s, |e| invited(e, &cast.alice))),
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
        name: "alice says something long, in several parts",
        needs: Version::has_multi_part_messages,
        does: Act(Alice, |cast| Action::SendText(cast.talk(Alice), long_text())),
        seen: &[Person(Bob, "all of it, once", |s, cast| {
            is(s, |e| text(e, &cast.alice, &long_text()))
        })],
    },
];

pub(super) const OF_THREE: &[Step] = &[
    Step {
        name: "alice invites carol to join them",
        needs: every_version,
        does: Act(Alice, |cast| Action::Invite(cast.talk(Alice), cast.carol.clone())),
        seen: &[
            Person(Carol, "the invitation", |s, cast| is(s, |e| invited(e, &cast.alice))),
            Person(Carol, "alice in the room", |s, cast| is(s, |e| joined(e, &cast.alice))),
            Person(Carol, "bob in the room", |s, cast| is(s, |e| joined(e, &cast.bob))),
            Person(Alice, "carol come in", |s, cast| is(s, |e| joined(e, &cast.carol))),
            Person(Bob, "carol come in", |s, cast| is(s, |e| joined(e, &cast.carol))),
        ],
    },
    Step {
        name: "carol greets both",
        needs: every_version,
        does: Act(Carol, |cast| Action::SendText(cast.talk(Carol), Text::new(GREETING))),
        seen: &[
            Person(Alice, "her text", |s, cast| {
                is(s, |e| text(e, &cast.carol, &Text::new(GREETING)))
            }),
            Person(Bob, "her text", |s, cast| {
                is(s, |e| text(e, &cast.carol, &Text::new(GREETING)))
            }),
        ],
    },
    Step {
        name: "bob answers both",
        needs: every_version,
        does: Act(Bob, |cast| Action::SendText(cast.talk(Bob), Text::new(ANSWER))),
        seen: &[
            Person(Alice, "his text", |s, cast| is(s, |e| text(e, &cast.bob, &Text::new(ANSWER)))),
            Person(Carol, "his text", |s, cast| is(s, |e| text(e, &cast.bob, &Text::new(ANSWER)))),
        ],
    },
    Step {
        name: "carol leaves the room",
        needs: every_version,
        does: Act(Carol, |cast| Action::Leave(cast.talk(Carol))),
        seen: &[
            Person(Alice, "carol leave", |s, cast| is(s, |e| left(e, &cast.carol))),
            Person(Bob, "carol leave", |s, cast| is(s, |e| left(e, &cast.carol))),
        ],
    },
    Step {
        name: "alice leaves the room",
        needs: every_version,
        does: Act(Alice, |cast| Action::Leave(cast.talk(Alice))),
        seen: &[Person(Bob, "alice leave", |s, cast| is(s, |e| left(e, &cast.alice)))],
    },
];

const GREETING: &str = "hello you two";
const ANSWER: &str = "now we are three";

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

fn long_text() -> Text<'static> {
    let lines: Vec<String> = (1..=120).map(|n| format!("line {n} of a long story ☂")).collect();
    Text::new(lines.join("\n"))
}
