//! What follows the name of a command, as words.

use msnp::core::Account;

use crate::chat::state::Model;

/// What was typed behind the name.
pub(crate) struct Arguments<'t> {
    pub(super) rest: &'t str,
    words: Vec<Word<'t>>,
}

/// One word, or several in quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word<'t> {
    pub(crate) text: &'t str,
    /// Where it begins, with its quotation mark, and where what follows begins.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The words of a text; what stands in quotation marks is one.
pub(crate) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let start = at + (rest.len() - rest.trim_start().len());
        let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) else { break };
        let (skipped, ends): (_, fn(char) -> bool) = match rest.starts_with('"') {
            true => (1, |c| c == '"'),
            false => (0, char::is_whitespace),
        };
        let inner = rest.get(skipped..).unwrap_or_default();
        let length = inner.find(ends).unwrap_or(inner.len());
        let closed = if skipped == 1 && length < inner.len() { 1 } else { 0 };
        let end = start + skipped + length + closed;
        words.push(Word { text: inner.get(..length).unwrap_or_default(), start, end });
        at = end;
    }
    words
}

impl<'t> Arguments<'t> {
    /// Those in this text.
    pub(super) fn of(rest: &'t str) -> Self {
        Self { rest: rest.trim(), words: words(rest) }
    }

    pub(super) fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text)
    }

    /// Everything from this word on; quotation marks around all of it are left out.
    pub(super) fn from(&self, at: usize) -> &str {
        let Some(first) = self.words.get(at) else { return "" };
        match self.words.len() == at + 1 {
            true => first.text,
            false => {
                // The words were counted in what may begin with a space.
                let start = first.start - self.words.first().map_or(0, |word| word.start);
                self.rest.get(start..).unwrap_or_default().trim()
            }
        }
    }

    pub(super) fn text(&self, what: &str) -> Result<&str, String> {
        if self.rest.is_empty() { Err(format!("say {what}")) } else { Ok(self.rest) }
    }

    /// One contact and nothing else; its name may have spaces.
    pub(super) fn contact(&self, model: &Model) -> Result<Account, String> {
        model.book.find(self.from(0))
    }
}
