//! What Tab does.

use crate::chat::book::Book;
use crate::chat::commands::{COMMANDS, Takes, expected, named, split_name, status_words, words};
use crate::chat::state::Model;

/// How many candidates are named in a remark.
const NAMED: usize = 40;

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    /// What stands in the line then.
    text: String,
    /// What else it is known by: a friendly name.
    alias: String,
}

/// Completes what stands before the cursor, as far as it is clear how.
pub(crate) fn complete(model: &mut Model) {
    let before = model.in_front().input.before_cursor().to_owned();
    let (begun, candidates, end) = match before.strip_prefix('/') {
        Some(command) if !command.starts_with('/') => in_command(&model.book, command),
        _ => in_text(model, &before),
    };
    let prefix = begun.trim_start_matches('"').to_lowercase();
    let mut fitting: Vec<Candidate> = candidates
        .into_iter()
        .filter(|candidate| {
            candidate.text.trim_start_matches('"').to_lowercase().starts_with(&prefix)
                || candidate.alias.to_lowercase().starts_with(&prefix)
        })
        .collect();
    fitting.dedup();
    match fitting.as_slice() {
        [] => model.hint = Some("nothing fits".into()),
        [one] => {
            let text = format!("{}{end}", one.text);
            model.current().input.replace_before(begun.len(), &text);
        }
        several => {
            let common = common_start(several);
            if common.len() > begun.len() && common.to_lowercase().starts_with(&prefix) {
                model.current().input.replace_before(begun.len(), &common);
            }
            let mut named: Vec<_> =
                several.iter().take(NAMED).map(|candidate| candidate.text.clone()).collect();
            if several.len() > NAMED {
                named.push("...".into());
            }
            model.hint = Some(named.join("  "));
        }
    }
}

/// The word begun, what it could be, and what follows it then.
fn in_command(book: &Book, typed: &str) -> (String, Vec<Candidate>, &'static str) {
    let (name, rest) = split_name(typed);
    if name.len() == typed.len() {
        return (name.into(), commands(), " ");
    }
    let Ok(command) = named(name) else { return (String::new(), Vec::new(), "") };
    let all = words(rest);
    let (before, begun) = match all.split_last() {
        Some((last, before)) if last.end == rest.len() && !closed(rest, last.start) => {
            (before, rest.get(last.start..).unwrap_or_default())
        }
        _ => (all.as_slice(), ""),
    };
    let candidates = match expected(command, before) {
        Takes::Command => commands(),
        Takes::Contact => people(book),
        Takes::Group => groups(book),
        Takes::Status => status_words().map(|word| plain(word.into())).collect(),
        Takes::OneOf(words) => words.iter().map(|word| plain((*word).into())).collect(),
        Takes::GroupVerb | Takes::Text => Vec::new(),
    };
    (begun.into(), candidates, " ")
}

/// In a text the names of those who take part are completed.
fn in_text(model: &Model, before: &str) -> (String, Vec<Candidate>, &'static str) {
    let begun = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    if begun.is_empty() {
        return (String::new(), Vec::new(), "");
    }
    let names = model.in_front().people.iter().map(|account| plain(model.book.name(account)));
    let end = if before.len() == begun.len() { ": " } else { " " };
    (begun.into(), names.collect(), end)
}

fn commands() -> Vec<Candidate> {
    COMMANDS.iter().map(|command| plain(command.name.into())).collect()
}

fn people(book: &Book) -> Vec<Candidate> {
    let candidate = |(account, person): (&msnp::core::Account, &super::book::Person)| Candidate {
        text: account.to_string(),
        alias: person.name.clone(),
    };
    book.people.iter().map(candidate).collect()
}

fn groups(book: &Book) -> Vec<Candidate> {
    let quoted = |name: &String| match name.contains(' ') {
        true => plain(format!("\"{name}\"")),
        false => plain(name.clone()),
    };
    book.groups.values().map(quoted).collect()
}

fn plain(text: String) -> Candidate {
    Candidate { text, alias: String::new() }
}

/// Whether the word that begins here has both its quotation marks.
fn closed(text: &str, start: usize) -> bool {
    let word = text.get(start..).unwrap_or_default();
    word.len() > 1 && word.starts_with('"') && word.ends_with('"')
}

fn common_start(candidates: &[Candidate]) -> String {
    let mut texts = candidates.iter().map(|candidate| candidate.text.as_str());
    let first = texts.next().unwrap_or_default();
    texts.fold(first.to_owned(), |common, text| {
        common.chars().zip(text.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    })
}

#[cfg(test)]
mod tests {
    use crate::chat::state::tests::Hand;
    use crate::chat::state::{Happening, Press};

    /// What the line is after Tab, and the remark.
    fn completed(hand: &mut Hand, typed: &str) -> (String, String) {
        hand.model.current().input.clear();
        hand.types(typed);
        hand.happens(Happening::Press(Press::Tab));
        let hint = hand.model.hint.clone().unwrap_or_default();
        (hand.model.in_front().input.text().to_owned(), hint)
    }

    #[test]
    fn commands_accounts_names_groups_and_words_are_completed() {
        let mut hand = Hand::signed_in();
        hand.model.book.groups.insert("3".into(), "Old friends".into());
        for (typed, line) in [
            ("/op", "/open "),
            ("/open car", "/open carol@example.com "),
            // By the friendly name.
            ("/open M", "/open mallory@example.com "),
            ("/status aw", "/status away "),
            ("/group re", "/group re"),
            ("/group ta", "/group take "),
            ("/group put er", "/group put erin@example.com "),
            ("/group put erin wo", "/group put erin work "),
            ("/group put erin ol", "/group put erin \"Old friends\" "),
            ("/group put erin \"ol", "/group put erin \"Old friends\" "),
            ("/help acc", "/help accept-strangers "),
            ("/name bo", "/name bo"),
            ("/frob bo", "/frob bo"),
        ] {
            assert_eq!(completed(&mut hand, typed).0, line, "{typed}");
        }
    }

    #[test]
    fn where_several_fit_they_are_named() {
        let mut hand = Hand::signed_in();
        let (line, hint) = completed(&mut hand, "/open b");
        assert_eq!(
            (line.as_str(), hint.as_str()),
            ("/open bob", "bob@example.com  bobby@example.com")
        );
        let (line, hint) = completed(&mut hand, "/zz");
        assert_eq!((line.as_str(), hint.as_str()), ("/zz", "nothing fits"));
    }

    #[test]
    fn in_a_text_those_who_take_part_are_named() {
        let mut hand = Hand::signed_in();
        hand.enters("/open bob");
        assert_eq!(completed(&mut hand, "bo").0, "Bob: ");
        assert_eq!(completed(&mut hand, "hello bo").0, "hello Bob ");
    }
}
