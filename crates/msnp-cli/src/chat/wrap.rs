//! Text in columns.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The text in rows of at most this many columns: the first has less room by `taken`.
pub(crate) fn wrap(text: &str, columns: usize, taken: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut rows = Vec::new();
    let mut room = columns.saturating_sub(taken);
    for paragraph in text.split('\n') {
        let mut row = String::new();
        let mut used = 0;
        for word in paragraph.split_inclusive(' ') {
            // A space at the end of a row may be cut off.
            if used + word.trim_end().width() > room && used > 0 {
                rows.push(std::mem::take(&mut row).trim_end().to_owned());
                (used, room) = (0, columns);
            }
            for grapheme in word.graphemes(true) {
                if used + grapheme.width() > room && (used > 0 || room < columns) {
                    if grapheme == " " {
                        continue;
                    }
                    rows.push(std::mem::take(&mut row));
                    (used, room) = (0, columns);
                }
                row.push_str(grapheme);
                used += grapheme.width();
            }
        }
        rows.push(row);
        room = columns;
    }
    rows
}

/// The text, cut where it takes more than this many columns.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used + 1 > columns {
            break;
        }
        kept.push_str(grapheme);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_end_between_words_where_they_can() {
        assert_eq!(wrap("one two three", 7, 0), ["one two", "three"]);
        assert_eq!(wrap("one two three", 7, 4), ["one", "two", "three"]);
        assert_eq!(wrap("abcdefghij", 4, 0), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 4, 0), ["a", "", "b"]);
        assert_eq!(wrap("语言语言", 5, 0), ["语言", "语言"]);
        assert_eq!(wrap("", 4, 9), [""]);
    }

    #[test]
    fn no_row_is_wider_than_asked_whatever_the_text() {
        for text in ["语言 x 语言言言言", "a b c d e", "👩\u{200d}🚀👩\u{200d}🚀 word", "      "]
        {
            for columns in 2..10 {
                for taken in 0..12 {
                    let rows = wrap(text, columns, taken);
                    for (at, row) in rows.iter().enumerate() {
                        let room = if at == 0 { columns.saturating_sub(taken) } else { columns };
                        let used = row.trim_end().width();
                        assert!(used <= room, "{text:?} {columns} {taken} {rows:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_between_characters() {
        assert_eq!(fit("abc", 3), "abc");
        assert_eq!(fit("abcd", 3), "ab…");
        assert_eq!(fit("语言语", 5), "语言…");
        assert_eq!(fit("语", 1), "…");
        assert_eq!(fit("a", 0), "");
    }
}
