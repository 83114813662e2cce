//! Text of other people, made safe to show: nothing in it can command the terminal, or turn what
//! stands around it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands where a character was that is not shown.
const REPLACEMENT: char = '\u{fffd}';
/// How many marks without a width may follow one character.
const MARKS: usize = 8;

/// The text on one line.
pub(crate) fn line(text: &str) -> String {
    cleaned(text, |c| if matches!(c, '\n' | '\t') { ' ' } else { c })
}

/// The text with its line breaks.
pub(crate) fn lines(text: &str) -> String {
    cleaned(&text.replace("\r\n", "\n").replace('\t', "    "), |c| c)
}

/// The name on one line; none where there would be nothing to see.
pub(crate) fn name(text: &str) -> Option<String> {
    let name = line(text);
    (name.trim().width() > 0).then_some(name)
}

fn cleaned(text: &str, spaced: impl Fn(char) -> char) -> String {
    let mut marks = 0;
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars().map(spaced) {
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        match c {
            '\n' => cleaned.push(c),
            _ if c.is_control() || disturbs(c) => cleaned.push(REPLACEMENT),
            _ if marks > MARKS => {}
            _ => cleaned.push(c),
        }
    }
    cleaned
}

/// Whether it changes the direction of the text around it, breaks a line, or cannot be seen.
fn disturbs(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{ad}' | '\u{180e}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_commands_a_terminal_is_left() {
        let all: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        for shown in [line(&all), lines(&all)] {
            assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
            assert!(!shown.contains(['\u{202e}', '\u{2066}', '\u{200f}', '\u{9b}', '\u{feff}']));
        }
        assert_eq!(line("a\x1b[2Jb\u{202e}c\nd"), "a\u{fffd}[2Jb\u{fffd}c d");
        assert_eq!(lines("a\r\nb\rc\td"), "a\nb\u{fffd}c    d");
    }

    #[test]
    fn a_name_that_cannot_be_seen_is_none() {
        for text in ["", " \t", "\u{301}\u{302}", "\u{fe0f}"] {
            assert_eq!(name(text), None, "{text:?}");
        }
        // Fillers take a place, but show nothing there.
        assert_eq!(name("\u{115f}\u{2800}").as_deref(), Some("\u{fffd}\u{fffd}"));
        assert_eq!(name("Bob\n").as_deref(), Some("Bob "));
    }

    #[test]
    fn letters_of_all_scripts_stay_and_towers_of_marks_are_cut() {
        for kept in ["Ünïcödé", "语言", "עברית", "👩\u{200d}🚀", "e\u{301}"] {
            assert_eq!(line(kept), kept);
        }
        let tower = format!("e{}x", "\u{301}".repeat(500));
        assert_eq!(line(&tower), format!("e{}x", "\u{301}".repeat(MARKS)));
    }
}
