//! The line that somebody types in.

use std::mem;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many lines are remembered.
const REMEMBERED: usize = 200;
/// How many bytes a line may have.
const LONGEST: usize = 64 * 1024;
/// What a line break looks like in the line.
const BREAK: &str = "↵";

/// A line being typed, and those typed before.
#[derive(Debug, Default)]
pub(crate) struct Editor {
    text: String,
    /// In bytes; always between two characters as people see them.
    cursor: usize,
    history: Vec<String>,
    /// Which line of the history is shown, counted from the newest, and what was typed before.
    recalled: Option<(usize, String)>,
}

/// The part of the line that fits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Visible {
    pub(crate) text: String,
    /// In columns.
    pub(crate) cursor: usize,
}

impl Editor {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn before_cursor(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    fn after_cursor(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    /// Inserts at the cursor; of control characters only line breaks are taken.
    pub(crate) fn insert(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
        let text: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        if self.text.len() + text.len() > LONGEST {
            return;
        }
        self.text.insert_str(self.cursor, &text);
        self.cursor += text.len();
        self.settle();
    }

    /// Puts this in the place of the last `length` bytes before the cursor.
    pub(crate) fn replace_before(&mut self, length: usize, text: &str) {
        let start = self.cursor.saturating_sub(length);
        self.remove(start, self.cursor);
        self.insert(text);
    }

    pub(crate) fn left(&mut self) {
        self.cursor -= self.before_cursor().graphemes(true).next_back().map_or(0, str::len);
    }

    pub(crate) fn right(&mut self) {
        self.cursor += self.after_cursor().graphemes(true).next().map_or(0, str::len);
    }

    pub(crate) fn word_left(&mut self) {
        self.cursor = self.word_start();
    }

    pub(crate) fn word_right(&mut self) {
        let rest = self.after_cursor();
        let word = rest.trim_start();
        let spaces = rest.len() - word.len();
        self.cursor += spaces + word.find(char::is_whitespace).unwrap_or(word.len());
        self.settle();
    }

    pub(crate) fn home(&mut self) {
        self.cursor = 0;
    }

    pub(crate) fn end(&mut self) {
        self.cursor = self.text.len();
    }

    pub(crate) fn backspace(&mut self) {
        let end = self.cursor;
        self.left();
        self.remove(self.cursor, end);
    }

    pub(crate) fn delete(&mut self) {
        let start = self.cursor;
        self.right();
        self.remove(start, self.cursor);
    }

    pub(crate) fn delete_word(&mut self) {
        self.remove(self.word_start(), self.cursor);
    }

    pub(crate) fn delete_to_start(&mut self) {
        self.remove(0, self.cursor);
    }

    pub(crate) fn delete_to_end(&mut self) {
        self.text.truncate(self.cursor);
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
        self.recalled = None;
    }

    /// The finished line, which is remembered.
    pub(crate) fn take(&mut self) -> String {
        let text = mem::take(&mut self.text);
        self.clear();
        if !text.trim().is_empty() && self.history.last() != Some(&text) {
            self.history.push(text.clone());
            if self.history.len() > REMEMBERED {
                self.history.remove(0);
            }
        }
        text
    }

    /// The line before.
    pub(crate) fn older(&mut self) {
        let at = self.recalled.as_ref().map_or(0, |(at, _)| at + 1);
        let Some(line) = self.remembered(at) else { return };
        let typed = match self.recalled.take() {
            Some((_, typed)) => typed,
            None => mem::take(&mut self.text),
        };
        self.recalled = Some((at, typed));
        self.text = line;
        self.end();
    }

    /// The line after; in the end what was typed.
    pub(crate) fn newer(&mut self) {
        let Some((at, typed)) = self.recalled.take() else { return };
        let newer = at.checked_sub(1).and_then(|at| Some((at, self.remembered(at)?)));
        match newer {
            Some((at, line)) => {
                self.recalled = Some((at, typed));
                self.text = line;
            }
            None => self.text = typed,
        }
        self.end();
    }

    /// What fits into this many columns, with the cursor in it.
    pub(crate) fn visible(&self, columns: usize) -> Visible {
        let shown = |text: &str| super::harmless::lines(text).replace('\n', BREAK);
        let before = shown(self.before_cursor());
        let after = shown(self.after_cursor());
        // The cursor stands behind the last character, and takes a column.
        let room = columns.saturating_sub(1);
        let mut text = String::new();
        let mut cursor = before.width();
        if cursor > room {
            let mut kept = Vec::new();
            let mut taken = 0;
            for grapheme in before.graphemes(true).rev() {
                taken += grapheme.width();
                if taken + 1 > room {
                    break;
                }
                kept.push(grapheme);
            }
            text.push('…');
            text.extend(kept.into_iter().rev());
            cursor = text.width().min(room);
        } else {
            text.push_str(&before);
        }
        let mut taken = text.width();
        for grapheme in after.graphemes(true) {
            taken += grapheme.width();
            if taken > columns {
                break;
            }
            text.push_str(grapheme);
        }
        Visible { text, cursor }
    }

    fn remembered(&self, from_newest: usize) -> Option<String> {
        let at = self.history.len().checked_sub(from_newest + 1)?;
        self.history.get(at).cloned()
    }

    fn word_start(&self) -> usize {
        let word = self.before_cursor().trim_end();
        let space = word.char_indices().rev().find(|(_, c)| c.is_whitespace());
        space.map_or(0, |(at, c)| at + c.len_utf8())
    }

    fn remove(&mut self, start: usize, end: usize) {
        if self.text.get(start..end).is_some() {
            self.text.replace_range(start..end, "");
            self.cursor = start;
            self.settle();
        }
    }

    /// What was inserted or removed may have joined with its neighbours.
    fn settle(&mut self) {
        let cursor = self.cursor;
        let starts = self.text.grapheme_indices(true).map(|(at, _)| at);
        self.cursor = starts.chain([self.text.len()]).find(|at| *at >= cursor).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Editor {
        let mut editor = Editor::default();
        editor.insert(text);
        editor
    }

    fn visible(editor: &Editor, columns: usize) -> (String, usize) {
        let Visible { text, cursor } = editor.visible(columns);
        assert!(text.width() <= columns && cursor < columns.max(1), "{text:?} {cursor}");
        (text, cursor)
    }

    #[test]
    fn the_cursor_goes_over_whole_characters_as_people_see_them() {
        let mut editor = typed("ae\u{301}语👩\u{200d}🚀");
        for expected in ["ae\u{301}语", "ae\u{301}", "a", "", ""] {
            editor.left();
            assert_eq!(editor.before_cursor(), expected);
        }
        editor.right();
        editor.delete();
        assert_eq!(editor.text(), "a语👩\u{200d}🚀");
        editor.end();
        editor.backspace();
        assert_eq!(editor.text(), "a语");
    }

    #[test]
    fn words_are_crossed_and_deleted() {
        let mut editor = typed("say  something nice ");
        editor.delete_word();
        assert_eq!(editor.text(), "say  something ");
        editor.word_left();
        assert_eq!(editor.before_cursor(), "say  ");
        editor.word_left();
        editor.word_right();
        assert_eq!(editor.before_cursor(), "say");
        editor.delete_to_end();
        assert_eq!(editor.text(), "say");
        editor.delete_to_start();
        assert_eq!(editor.text(), "");
        editor.delete_word();
        editor.backspace();
        editor.delete();
    }

    #[test]
    fn lines_typed_before_come_back_and_what_was_begun_too() {
        let mut editor = typed("one");
        assert_eq!(editor.take(), "one");
        editor.insert("two");
        editor.take();
        editor.insert("two");
        editor.take();
        editor.insert("begun");
        editor.older();
        assert_eq!(editor.text(), "two");
        editor.older();
        editor.older();
        assert_eq!(editor.text(), "one");
        editor.newer();
        assert_eq!(editor.text(), "two");
        editor.newer();
        editor.newer();
        assert_eq!((editor.text(), editor.before_cursor()), ("begun", "begun"));
    }

    #[test]
    fn a_long_line_moves_so_that_the_cursor_is_seen() {
        let mut editor = typed("0123456789");
        assert_eq!(visible(&editor, 20), ("0123456789".into(), 10));
        assert_eq!(visible(&editor, 6), ("…6789".into(), 5));
        editor.home();
        assert_eq!(visible(&editor, 6), ("012345".into(), 0));
        let editor = typed("语言语言");
        assert_eq!(visible(&editor, 6), ("…语言".into(), 5));
        for columns in 1..12 {
            visible(&editor, columns);
        }
    }

    #[test]
    fn a_pasted_text_keeps_its_lines_and_nothing_that_commands() {
        let mut editor = typed("a\r\nb\x1b[2Jc");
        assert_eq!(visible(&editor, 20), ("a↵b[2Jc".into(), 7));
        assert_eq!(editor.take(), "a\nb[2Jc");
    }
}
