//! Pictures and emoticons: shown, fetched, and checked by their hash.

use msnp::client::{Action, Event, OwnObject, Roster};
use msnp::codec::message::{Emoticon, Emoticons};
use msnp::codec::msn_object::{MsnObject, ObjectType};
use msnp::core::{Account, Version};

use super::Deed::Act;
use super::Look::{Keeps, Person};
use super::Step;
use super::Who::{Alice, Bob};
use super::seen::is;

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "alice shows a picture",
        needs: Version::has_msn_objects,
        does: Act(Alice, |cast| Action::SetPicture(Some(picture(&cast.alice)))),
        seen: &[
            Person(Bob, "alice anew", |s, cast| is(s, |e| told_of(e, &cast.alice))),
            Keeps(Bob, "which picture it is", |roster, cast| shows(roster, &cast.alice)),
        ],
    },
    Step {
        name: "bob fetches her picture",
        needs: Version::has_msn_objects,
        does: Act(Bob, |cast| fetch(&cast.alice, picture)),
        seen: &[
            Person(Bob, "her picture, whole", |s, cast| {
                is(s, |e| received(e, &cast.alice, picture))
            }),
            Person(Alice, "that bob has it", |s, cast| is(s, |e| served(e, &cast.bob))),
        ],
    },
    Step {
        name: "bob shows a picture",
        needs: Version::has_msn_objects,
        does: Act(Bob, |cast| Action::SetPicture(Some(picture(&cast.bob)))),
        seen: &[
            Person(Alice, "bob anew", |s, cast| is(s, |e| told_of(e, &cast.bob))),
            Keeps(Alice, "which picture it is", |roster, cast| shows(roster, &cast.bob)),
        ],
    },
    Step {
        name: "alice fetches his picture",
        needs: Version::has_msn_objects,
        does: Act(Alice, |cast| fetch(&cast.bob, picture)),
        seen: &[
            Person(Alice, "his picture, whole", |s, cast| {
                is(s, |e| received(e, &cast.bob, picture))
            }),
            Person(Bob, "that alice has it", |s, cast| is(s, |e| served(e, &cast.alice))),
        ],
    },
    Step {
        name: "alice has an emoticon of her own",
        needs: Version::has_msn_objects,
        does: Act(Alice, |cast| Action::Publish(emoticon(&cast.alice))),
        seen: &[],
    },
    Step {
        name: "alice says what it stands for",
        needs: Version::has_msn_objects,
        does: Act(Alice, |cast| Action::SendEmoticons(cast.talk(Alice), emoticons(&cast.alice))),
        seen: &[Person(Bob, "what it stands for", |s, cast| is(s, |e| announced(e, &cast.alice)))],
    },
    Step {
        name: "bob fetches her emoticon",
        needs: Version::has_msn_objects,
        does: Act(Bob, |cast| fetch(&cast.alice, emoticon)),
        seen: &[
            Person(Bob, "her emoticon, whole", |s, cast| {
                is(s, |e| received(e, &cast.alice, emoticon))
            }),
            Person(Alice, "that bob has it", |s, cast| is(s, |e| served(e, &cast.bob))),
        ],
    },
    Step {
        name: "bob has an emoticon of his own",
        needs: Version::has_msn_objects,
        does: Act(Bob, |cast| Action::Publish(emoticon(&cast.bob))),
        seen: &[],
    },
    Step {
        name: "bob says what it stands for",
        needs: Version::has_msn_objects,
        does: Act(Bob, |cast| Action::SendEmoticons(cast.talk(Bob), emoticons(&cast.bob))),
        seen: &[Person(Alice, "what it stands for", |s, cast| is(s, |e| announced(e, &cast.bob)))],
    },
    Step {
        name: "alice fetches his emoticon",
        needs: Version::has_msn_objects,
        does: Act(Alice, |cast| fetch(&cast.bob, emoticon)),
        seen: &[
            Person(Alice, "his emoticon, whole", |s, cast| {
                is(s, |e| received(e, &cast.bob, emoticon))
            }),
            Person(Bob, "that alice has it", |s, cast| is(s, |e| served(e, &cast.alice))),
        ],
    },
];

/// Five packets, and different for everybody.
const PICTURE: usize = 5_555;
const EMOTICON: usize = 1_000;

fn picture(of: &Account) -> OwnObject {
    own(of, ObjectType::DISPLAY_PICTURE, "TFR1.dat", PICTURE)
}

fn emoticon(of: &Account) -> OwnObject {
    own(of, ObjectType::CUSTOM_EMOTICON, "TFR2.dat", EMOTICON)
}

fn emoticons(of: &Account) -> Emoticons<'static> {
    let list = vec![Emoticon::new("(me)", emoticon(of).object)];
    Emoticons { are_animated: false, list }
}

fn own(of: &Account, kind: ObjectType, location: &str, len: usize) -> OwnObject {
    let content: Vec<u8> = of.as_str().bytes().cycle().take(len).collect();
    OwnObject::new(of, kind, location, "", content.into())
}

fn fetch(from: &Account, what: fn(&Account) -> OwnObject) -> Action {
    Action::FetchObject(from.clone(), Box::new(what(from).object))
}

fn told_of(event: &Event, who: &Account) -> bool {
    matches!(event, Event::Presence { account, .. } if account == who)
}

fn shows(roster: &Roster, who: &Account) -> bool {
    let shown = roster.contact(who).and_then(|contact| contact.object.as_deref());
    let shown = shown.and_then(|object| MsnObject::parse(object).ok());
    shown.is_some_and(|shown| shown.is_same_thing(&picture(who).object))
}

fn received(event: &Event, from: &Account, what: fn(&Account) -> OwnObject) -> bool {
    let expected = what(from);
    matches!(event, Event::ObjectReceived { account, object, content, .. }
        if account == from && object.describes(content) && *content == expected.content)
}

fn served(event: &Event, to: &Account) -> bool {
    matches!(event, Event::ObjectServed { account, confirmed: true, .. } if account == to)
}

fn announced(event: &Event, by: &Account) -> bool {
    matches!(event, Event::Emoticons { account, emoticons: told, .. }
        if account == by && *told == emoticons(by))
}
