use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use unicode_width::UnicodeWidthChar;

use crate::fault::Fault;

/// How many columns a line may take where it is cut.
pub(crate) const COLUMNS: usize = 80;

/// Where text goes: what was asked for to one stream, news and complaints to the other.
///
/// Several threads write whole lines. A reader that has gone away is no fault.
pub(crate) struct Screen {
    streams: Mutex<Streams>,
}

struct Streams {
    output: Box<dyn Write + Send>,
    news: Box<dyn Write + Send>,
    failed: Option<io::Error>,
}

impl Screen {
    /// Standard output and standard error.
    pub(crate) fn of_the_terminal() -> Self {
        Self::new(Box::new(io::stdout()), Box::new(io::stderr()))
    }

    pub(crate) fn new(output: Box<dyn Write + Send>, news: Box<dyn Write + Send>) -> Self {
        Self { streams: Mutex::new(Streams { output, news, failed: None }) }
    }

    /// Writes lines that were asked for, and flushes them.
    pub(crate) fn say(&self, lines: &str) {
        let mut streams = self.streams();
        let written = write_lines(&mut streams.output, lines);
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            streams.failed.get_or_insert(error);
        }
    }

    /// Writes lines that tell what happens.
    pub(crate) fn tell(&self, lines: &str) {
        // There is no other place to complain about this one.
        let _ = write_lines(&mut self.streams().news, lines);
    }

    /// Writes why something could not be done.
    pub(crate) fn complain(&self, why: &str) {
        self.tell(&format!("msnp: {why}"));
    }

    /// Whether all that was to be said could be written.
    pub(crate) fn written(&self) -> Result<(), Fault> {
        self.streams().failed.take().map_or(Ok(()), |error| Err(Fault::Output(error)))
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}

fn write_lines(stream: &mut dyn Write, lines: &str) -> io::Result<()> {
    stream.write_all(lines.as_bytes())?;
    if !lines.ends_with('\n') {
        stream.write_all(b"\n")?;
    }
    stream.flush()
}

/// The line, cut where it would take more than 80 columns.
pub(crate) fn cut(line: &str) -> String {
    let mut columns = 0;
    let mut end = 0;
    for (at, c) in line.char_indices() {
        columns += width(c);
        if columns > COLUMNS {
            let kept = line.get(..end).unwrap_or_default();
            return format!("{kept}…");
        }
        // One column is kept for the mark of the cut.
        if columns < COLUMNS {
            end = at + c.len_utf8();
        }
    }
    line.to_owned()
}

/// The line, filled up with spaces to this many columns.
pub(crate) fn fill(line: &str, columns: usize) -> String {
    let taken = line.chars().map(width).sum();
    format!("{line}{:1$}", "", columns.saturating_sub(taken))
}

/// Characters of East Asia and pictures take two columns.
fn width(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_to_eighty_columns_between_characters() {
        assert_eq!(cut(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(cut(&"é".repeat(81)), format!("{}…", "é".repeat(79)));
        let wide = cut(&"語".repeat(41));
        assert_eq!(wide, format!("{}…", "語".repeat(39)));
        assert_eq!(cut(""), "");
        assert_eq!(fill("語", 4), "語  ");
    }

    #[test]
    fn a_reader_that_went_away_is_no_fault_and_a_full_disk_is() {
        struct Broken(io::ErrorKind);
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for (kind, holds) in
            [(io::ErrorKind::BrokenPipe, true), (io::ErrorKind::StorageFull, false)]
        {
            let screen = Screen::new(Box::new(Broken(kind)), Box::new(io::sink()));
            screen.say("something");
            assert_eq!(screen.written().is_ok(), holds);
        }
    }
}
