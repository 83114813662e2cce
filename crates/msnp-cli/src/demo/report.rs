//! What came of the steps: tables for people, lines of JSON for programs.

use std::sync::Arc;

use msnp::core::Version;

use crate::fault::Fault;
use crate::json::Object;
use crate::screen::{COLUMNS, Screen, cut, fill};

/// What came of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    /// With the reason.
    Failed(String),
    /// The version has no such thing.
    NotApplicable,
}

/// Collects what came of each step.
pub(crate) struct Report {
    screen: Arc<Screen>,
    json: bool,
    rows: Vec<Row>,
}

struct Row {
    version: Version,
    step: &'static str,
    outcome: Outcome,
}

impl Report {
    pub(crate) fn new(screen: Arc<Screen>, json: bool) -> Self {
        Self { screen, json, rows: Vec::new() }
    }

    /// A step has ended.
    pub(crate) fn add(&mut self, version: Version, step: &'static str, outcome: Outcome) {
        if self.json {
            let object = Object::new().text("protocol", &version.to_string()).text("step", step);
            let object = match &outcome {
                Outcome::Ok => object.text("result", "ok"),
                Outcome::Failed(why) => object.text("result", "failed").text("reason", why),
                Outcome::NotApplicable => object.text("result", "n/a"),
            };
            self.screen.say(&object.to_string());
        }
        self.rows.push(Row { version, step, outcome });
    }

    /// All steps of this version have ended.
    pub(crate) fn table(&self, version: Version) {
        if !self.json {
            let rows = self.rows.iter().filter(|row| row.version == version);
            self.screen.say(&table(version, rows));
        }
    }

    /// All has ended.
    pub(crate) fn end(&self) -> Result<(), Fault> {
        let count =
            |is: fn(&Outcome) -> bool| self.rows.iter().filter(|row| is(&row.outcome)).count();
        let ok = count(|outcome| *outcome == Outcome::Ok);
        let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let not_applicable = count(|outcome| *outcome == Outcome::NotApplicable);
        let held = failed == 0 && ok > 0;
        if self.json {
            let summary = Object::new()
                .flag("held", held)
                .number("ok", ok)
                .number("failed", failed)
                .number("not_applicable", not_applicable);
            self.screen.say(&summary.to_string());
        } else {
            self.screen.say(&format!("{ok} ok, {failed} FAILED, {not_applicable} n/a"));
        }
        if held { Ok(()) } else { Err(Fault::Demonstration { failed, steps: self.rows.len() }) }
    }
}

fn table<'r>(version: Version, rows: impl Iterator<Item = &'r Row>) -> String {
    let mut lines = vec![String::new(), line(&version.to_string(), "result"), "-".repeat(WIDTH)];
    for row in rows {
        let result = match &row.outcome {
            Outcome::Ok => "ok",
            Outcome::Failed(_) => "FAILED",
            Outcome::NotApplicable => "n/a",
        };
        lines.push(line(row.step, result));
        if let Outcome::Failed(why) = &row.outcome {
            lines.extend(wrap(why));
        }
    }
    lines.push(String::new());
    lines.join("\n") + "\n"
}

/// The columns of a table.
const WIDTH: usize = 60;

fn line(step: &str, result: &str) -> String {
    format!("{} {result}", fill(step, WIDTH - "FAILED ".len()))
}

/// A reason, between two and eighty columns.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::from("   ")];
    for word in text.split_whitespace() {
        let Some(last) = lines.last_mut() else { break };
        if last.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push(format!("    {word}"));
        } else {
            last.push(' ');
            last.push_str(word);
        }
    }
    lines.iter().map(|line| cut(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_eighty_columns_whatever_the_reason() {
        let rows = [
            Row { version: Version::MSNP7, step: "alice nudges bob", outcome: Outcome::Ok },
            Row {
                version: Version::MSNP7,
                step: "bob nudges alice",
                outcome: Outcome::Failed(format!("{} {}", "word ".repeat(40), "x".repeat(200))),
            },
        ];
        let table = table(Version::MSNP7, rows.iter());
        assert!(table.lines().all(|line| line.chars().count() <= COLUMNS), "{table}");
        assert!(table.contains("\nalice nudges bob ") && table.contains(" ok\n"));
        assert!(table.contains(" FAILED\n    word word"));
    }

    #[test]
    fn one_failed_step_fails_the_demonstration() {
        let screen = Screen::new(Box::new(std::io::sink()), Box::new(std::io::sink()));
        let mut report = Report::new(Arc::new(screen), false);
        assert!(report.end().is_err(), "nothing was shown");
        report.add(Version::MSNP7, "one", Outcome::Ok);
        report.add(Version::MSNP7, "two", Outcome::NotApplicable);
        assert!(report.end().is_ok());
        report.add(Version::MSNP7, "three", Outcome::Failed("it did not".into()));
        assert!(report.end().is_err());
    }
}
