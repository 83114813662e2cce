//! The demonstration as data: what each step does, and what the others must see of it.

mod arrival;
mod endings;
mod groups;
mod objects;
mod presence;
mod privacy;
mod rooms;
mod seen;

use msnp::client::{Action, ConversationId, Roster};
use msnp::core::{Account, Version};
use msnp::server::ServerEvent;

use crate::demo::person::Sight;

/// All steps, in order.
pub(crate) fn steps() -> impl Iterator<Item = &'static Step> {
    let chapters = [
        arrival::STEPS,
        groups::STEPS,
        presence::STEPS,
        rooms::OF_TWO,
        objects::STEPS,
        rooms::OF_THREE,
        privacy::STEPS,
        endings::STEPS,
    ];
    chapters.into_iter().flatten()
}

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
    /// At a client on the tokio driver, and on nobody's list.
    Carol,
}

/// What a step does.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// Somebody starts their client.
    SignIn(Who),
    /// The connections of somebody break, without a word.
    Cut(Who),
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
    /// The lists of somebody are so.
    Keeps(Who, &'static str, fn(&Roster, &Cast) -> bool),
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
    pub(crate) carol: Account,
    /// The conversations that alice, bob and carol are in.
    pub(crate) talks: [Option<ConversationId>; 3],
    /// The group that alice made.
    pub(crate) group: Option<Box<str>>,
}

impl Cast {
    fn talk(&self, who: Who) -> ConversationId {
        let [alice, bob, carol] = self.talks;
        let talk = match who {
            Who::Alice => alice,
            Who::Bob => bob,
            Who::Carol => carol,
        };
        // There is no conversation 0, so the client refuses what is done in it.
        talk.unwrap_or(ConversationId::new(0))
    }

    fn group(&self) -> Box<str> {
        // No server knows it, so the step fails where there is none.
        self.group.clone().unwrap_or_default()
    }
}

fn every_version(_: Version) -> bool {
    true
}
