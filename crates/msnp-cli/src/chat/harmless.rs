//! Text of other people, made safe to show: nothing in it can command the terminal, or turn what
//! stands around it.

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

fn cleaned(text: &str, spaced: impl Fn(char) -> char) -> String {
    let mut marks = 0;
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars().map(spaced) {
        marks = if unicode_width::UnicodeWidthChar::width(c) == Some(0) { marks + 1 } else { 0 };
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
        | '\u{fff9}'..='\u{fffb}' | '\u{ad}' | '\u{180e}' | '\u{3164}'
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
    fn letters_of_all_scripts_stay_and_towers_of_marks_are_cut() {
        for kept in ["Ünïcödé", "语言", "עברית", "👩\u{200d}🚀", "e\u{301}"] {
            assert_eq!(line(kept), kept);
        }
        let tower = format!("e{}x", "\u{301}".repeat(500));
        assert_eq!(line(&tower), format!("e{}x", "\u{301}".repeat(MARKS)));
    }
}
