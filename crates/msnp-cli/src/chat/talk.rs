//! One conversation: who takes part, and what was said.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use msnp::client::ConversationId;
use msnp::core::Account;

use crate::chat::input::Editor;

/// How many entries are kept of one conversation.
const KEPT: usize = 2000;

/// A conversation, or the page on which the program itself speaks.
#[derive(Debug, Default)]
pub(crate) struct Talk {
    /// Tells it from the others, also when it has lost its place or got another one.
    pub(crate) key: u64,
    /// The conversation of the client; none before something is said, and after a lost session.
    pub(crate) id: Option<ConversationId>,
    /// Whom it is with, whether they are there or not.
    pub(crate) people: BTreeSet<Account>,
    pub(crate) present: BTreeSet<Account>,
    pub(crate) entries: VecDeque<Entry>,
    pub(crate) unread: usize,
    /// Who is writing, and until when that is believed.
    pub(crate) typing: BTreeMap<Account, Duration>,
    pub(crate) input: Editor,
    /// What waits for the conversation to be opened.
    pub(crate) outbox: VecDeque<(u64, Outgoing)>,
    /// The conversation is asked for.
    pub(crate) opening: bool,
    /// When one last told that one is writing.
    pub(crate) told_typing: Option<Duration>,
    last_entry: u64,
    /// How many rows the view is above the end, which is the entry with this key.
    pub(crate) above: usize,
    pub(crate) bottom: Option<u64>,
    /// The entry that the view is to begin with, where the end would not leave room for it.
    pub(crate) begin_at: Option<u64>,
}

/// Something to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outgoing {
    Text(String),
    Action(String),
    Nudge,
}

/// One thing that was said or that happened. All text is safe to show.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: u64,
    pub(crate) time: Time,
    pub(crate) said: Said,
}

/// The time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) hour: u8,
    pub(crate) minute: u8,
}

/// What an entry is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// By oneself.
    Own { what: Saying, fate: Fate },
    /// By somebody else.
    Other { account: Account, name: String, what: Saying },
    /// By the program.
    Notice(String),
    /// By the program, and it matters.
    Warning(String),
    /// By the program, as a heading of what follows.
    Heading(String),
    /// By the program: a word and what it means.
    Explained(String, String),
}

/// The kinds of sayings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Saying {
    Text(String),
    Action(String),
    Nudge,
}

/// What became of something one said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Sending,
    Delivered,
    Failed(String),
    Unknown,
}

impl Talk {
    pub(crate) fn with(key: u64, people: impl IntoIterator<Item = Account>) -> Self {
        Self { key, people: people.into_iter().collect(), ..Self::default() }
    }

    pub(crate) fn push(&mut self, time: Time, said: Said) -> u64 {
        self.last_entry += 1;
        self.entries.push_back(Entry { key: self.last_entry, time, said });
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
        self.last_entry
    }

    pub(crate) fn settle(&mut self, entry: u64, became: Fate) {
        let found = self.entries.iter_mut().rev().find(|e| e.key == entry);
        if let Some(Entry { said: Said::Own { fate, .. }, .. }) = found {
            *fate = became;
        }
    }

    pub(crate) fn is_only_with(&self, account: &Account) -> bool {
        self.people.len() == 1 && self.people.contains(account)
    }

    /// Nobody is here any more, and nothing is under way.
    pub(crate) fn lose_room(&mut self) {
        self.id = None;
        self.opening = false;
        self.present.clear();
        self.typing.clear();
        self.told_typing = None;
    }

    /// Goes back in time, or to the end again.
    pub(crate) fn scroll(&mut self, back: bool, rows: usize) {
        if back {
            self.bottom.get_or_insert(self.last_entry);
            self.above = self.above.saturating_add(rows);
        } else {
            self.above = self.above.saturating_sub(rows);
            if self.above == 0 {
                self.bottom = None;
            }
        }
    }

    pub(crate) fn scroll_to_end(&mut self) {
        self.stay_above(0);
    }

    /// The view is this many rows above the end.
    pub(crate) fn stay_above(&mut self, rows: usize) {
        self.begin_at = None;
        self.above = rows;
        self.bottom = (rows > 0).then_some(self.bottom.unwrap_or(self.last_entry));
    }

    /// The entries up to the one that the view ends at, and how many follow.
    pub(crate) fn in_view(&self) -> (impl DoubleEndedIterator<Item = &Entry>, usize) {
        let last = self.bottom.unwrap_or(u64::MAX);
        let below = self.entries.iter().rev().take_while(|entry| entry.key > last).count();
        (self.entries.iter().take(self.entries.len().saturating_sub(below)), below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(talk: &mut Talk, text: &str) -> u64 {
        talk.push(Time::default(), Said::Notice(text.into()))
    }

    #[test]
    fn what_comes_in_does_not_move_the_view_of_the_past() {
        let mut talk = Talk::default();
        notice(&mut talk, "one");
        let two = notice(&mut talk, "two");
        talk.scroll(true, 1);
        notice(&mut talk, "three");
        let (shown, below) = talk.in_view();
        assert_eq!((shown.last().unwrap().key, below), (two, 1));
        talk.scroll(false, 5);
        let (shown, below) = talk.in_view();
        assert_eq!((shown.count(), below), (3, 0));
    }

    #[test]
    fn the_oldest_entries_are_forgotten() {
        let mut talk = Talk::default();
        for _ in 0..=KEPT {
            notice(&mut talk, "again");
        }
        assert_eq!(talk.entries.len(), KEPT);
        assert_eq!(talk.entries[0].key, 2);
    }
}
