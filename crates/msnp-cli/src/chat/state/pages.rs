//! The pages: the first one and the conversations, and which is in front.

use msnp::client::ConversationId;
use msnp::core::Account;

use crate::chat::state::Model;
use crate::chat::talk::{Said, Talk};

/// The most conversations; of more, the oldest that is not in front is forgotten.
const PAGES: usize = 200;

impl Model {
    pub(crate) fn in_front(&self) -> &Talk {
        let talk = self.shown.checked_sub(1).and_then(|at| self.talks.get(at));
        talk.unwrap_or(&self.home)
    }

    pub(crate) fn current(&mut self) -> &mut Talk {
        let talk = self.shown.checked_sub(1).and_then(|at| self.talks.get_mut(at));
        talk.unwrap_or(&mut self.home)
    }

    /// The conversation in front; none on the home page.
    pub(crate) fn conversation(&mut self) -> Result<&mut Talk, String> {
        let talk = self.shown.checked_sub(1).and_then(|at| self.talks.get_mut(at));
        talk.ok_or_else(|| "nobody is here: /open somebody first".into())
    }

    pub(crate) fn talk(&mut self, key: u64) -> Option<&mut Talk> {
        match key {
            0 => Some(&mut self.home),
            _ => self.talks.iter_mut().find(|talk| talk.key == key),
        }
    }

    pub(crate) fn talk_of(&mut self, id: ConversationId) -> Option<&mut Talk> {
        self.talks.iter_mut().find(|talk| talk.id == Some(id))
    }

    /// A conversation with this one alone, made where there is none; its key.
    pub(crate) fn talk_with(&mut self, account: Account) -> u64 {
        if let Some(talk) = self.talks.iter().find(|talk| talk.is_only_with(&account)) {
            return talk.key;
        }
        self.new_talk([account])
    }

    pub(crate) fn new_talk(&mut self, people: impl IntoIterator<Item = Account>) -> u64 {
        self.last_key += 1;
        if self.talks.len() >= PAGES {
            let oldest = if self.shown == 1 { 1 } else { 0 };
            self.talks.remove(oldest);
            if self.shown > oldest {
                self.shown -= 1;
            }
        }
        self.talks.push(Talk::with(self.last_key, people));
        self.last_key
    }

    pub(crate) fn show(&mut self, at: usize) {
        if at <= self.talks.len() {
            self.shown = at;
            self.current().unread = 0;
        }
    }

    /// Shows the first page from this entry on.
    pub(crate) fn show_home_from(&mut self, entry: u64) {
        self.show(0);
        self.home.scroll_to_end();
        self.home.begin_at = Some(entry);
    }

    pub(crate) fn show_talk(&mut self, key: u64) {
        if let Some(at) = self.talks.iter().position(|talk| talk.key == key) {
            self.show(at + 1);
        }
    }

    pub(crate) fn show_next(&mut self, forward: bool) {
        let all = self.talks.len() + 1;
        let step = if forward { 1 } else { all - 1 };
        self.show((self.shown + step) % all);
    }

    /// Says something on the page in front.
    pub(crate) fn notice(&mut self, text: impl Into<String>) {
        let time = self.now.time;
        self.current().push(time, Said::Notice(text.into()));
    }

    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        let time = self.now.time;
        self.current().push(time, Said::Warning(text.into()));
    }

    /// Says something where it can be read later.
    pub(crate) fn log(&mut self, said: Said) -> u64 {
        if self.shown > 0 && matches!(said, Said::Warning(_)) {
            self.home.unread += 1;
        }
        self.home.push(self.now.time, said)
    }
}
