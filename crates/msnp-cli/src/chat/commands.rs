//! What can be typed behind a slash.

mod deeds;
mod words;

use msnp::core::Status;

use self::words::Arguments;
pub(crate) use self::words::{Word, words};
use crate::chat::harmless;
use crate::chat::state::{Model, sentence};

/// One command.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// What follows the name, for the reader.
    pub(crate) arguments: &'static str,
    pub(crate) help: &'static str,
    /// What the arguments are, for completion; of the last one there may be many words.
    pub(crate) takes: &'static [Takes],
    run: fn(&mut Model, &Arguments<'_>) -> Done,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Command,
    Contact,
    Group,
    /// `add`, `rename` and so on: decides on what follows it.
    GroupVerb,
    Status,
    OneOf(&'static [&'static str]),
    Text,
}

/// Nothing, or why not, in words that can stand in a sentence.
type Done = Result<(), String>;

const STATUSES: &[(&str, Status)] = &[
    ("online", Status::ONLINE),
    ("busy", Status::BUSY),
    ("away", Status::AWAY),
    ("brb", Status::BE_RIGHT_BACK),
    ("idle", Status::IDLE),
    ("phone", Status::ON_THE_PHONE),
    ("lunch", Status::OUT_TO_LUNCH),
    ("hidden", Status::HIDDEN),
];

const GROUP_VERBS: &[&str] = &["add", "rename", "remove", "put", "take"];

/// All of them, in the order of the help.
#[rustfmt::skip]
pub(crate) const COMMANDS: &[Command] = &[
    Command { name: "open", arguments: "CONTACT", takes: &[Takes::Contact], run: deeds::open,
        help: "talk to somebody" },
    Command { name: "invite", arguments: "CONTACT", takes: &[Takes::Contact], run: deeds::invite,
        help: "bring one more in here" },
    Command { name: "nudge", arguments: "", takes: &[], run: deeds::nudge,
        help: "shake their window" },
    Command { name: "action", arguments: "TEXT", takes: &[Takes::Text], run: deeds::action,
        help: "say what you do, as in: /action waves" },
    Command { name: "next", arguments: "", takes: &[], run: deeds::next,
        help: "the next conversation (Ctrl-N)" },
    Command { name: "leave", arguments: "", takes: &[], run: deeds::leave,
        help: "leave, and keep what was said" },
    Command { name: "close", arguments: "", takes: &[], run: deeds::close,
        help: "leave, and forget what was said" },
    Command { name: "status", arguments: "online|busy|away|brb|idle|phone|lunch|hidden",
        takes: &[Takes::Status], run: deeds::status,
        help: "how others see you; hidden looks offline, and nobody can be called then" },
    Command { name: "name", arguments: "TEXT", takes: &[Takes::Text], run: deeds::name,
        help: "your friendly name" },
    Command { name: "psm", arguments: "[TEXT]", takes: &[Takes::Text], run: deeds::personal_message,
        help: "your message; no text clears it" },
    Command { name: "music", arguments: "[TITLE - ARTIST]", takes: &[Takes::Text], run: deeds::music,
        help: "what you hear; no text clears it" },
    Command { name: "phone", arguments: "home|work|mobile [NUMBER]",
        takes: &[Takes::OneOf(&["home", "work", "mobile"]), Takes::Text], run: deeds::phone,
        help: "a telephone number that your contacts see" },
    Command { name: "who", arguments: "", takes: &[], run: deeds::who,
        help: "your contacts, as a list" },
    Command { name: "add", arguments: "ACCOUNT", takes: &[Takes::Contact], run: deeds::add,
        help: "put somebody on your list, or accept who added you" },
    Command { name: "remove", arguments: "CONTACT", takes: &[Takes::Contact], run: deeds::remove,
        help: "take somebody off your list" },
    Command { name: "block", arguments: "CONTACT", takes: &[Takes::Contact], run: deeds::block,
        help: "be offline for somebody, and out of reach" },
    Command { name: "unblock", arguments: "CONTACT", takes: &[Takes::Contact], run: deeds::unblock,
        help: "let somebody see and reach you" },
    Command { name: "nick", arguments: "CONTACT NAME", takes: &[Takes::Contact, Takes::Text],
        run: deeds::nick, help: "call a contact by a name of your own" },
    Command { name: "group", arguments: "add|rename|remove|put|take ...",
        takes: &[Takes::GroupVerb], run: deeds::group,
        help: "add NAME; rename NAME NEW; remove NAME; put or take CONTACT NAME. A name with \
               spaces stands in \"...\"" },
    Command { name: "accept-strangers", arguments: "yes|no",
        takes: &[Takes::OneOf(&["yes", "no"])], run: deeds::accept_strangers,
        help: "whether people you neither allowed nor blocked reach you" },
    Command { name: "log", arguments: "", takes: &[], run: deeds::log,
        help: "the first page: what happened (Alt-0)" },
    Command { name: "reconnect", arguments: "", takes: &[], run: deeds::reconnect,
        help: "sign in again at once, after the connection was lost" },
    Command { name: "help", arguments: "[COMMAND]", takes: &[Takes::Command], run: deeds::help,
        help: "this, or more about one command" },
    Command { name: "quit", arguments: "", takes: &[], run: deeds::quit,
        help: "sign out and end" },
];

const KEYS: &[(&str, &str)] = &[
    ("Tab", "completes commands, accounts, names and groups"),
    ("Ctrl-N Ctrl-P", "to the next conversation, and back"),
    ("Alt-0 to Alt-9", "to the page with this number"),
    ("PageUp PageDown", "show what was said before"),
    ("Ctrl-Up -Down", "move the contacts"),
    ("Up Down", "bring back what you typed"),
    ("Ctrl-W -U -K", "delete a word, to the start, to the end"),
    ("Alt-Enter", "begins a new line in the same message"),
    ("//", "at the start of a line says a text that begins with /"),
];

/// Does what was typed behind a slash.
pub(crate) fn obey(model: &mut Model, typed: &str) {
    let (name, rest) = split_name(typed);
    let arguments = Arguments::of(rest);
    let done = match named(name) {
        Ok(command) => (command.run)(model, &arguments),
        Err(why) => Err(why),
    };
    if let Err(why) = done {
        model.warn(sentence(&why));
    }
}

/// The name of the command, and what follows.
pub(crate) fn split_name(typed: &str) -> (&str, &str) {
    typed.split_once(char::is_whitespace).unwrap_or((typed, ""))
}

/// The command with this name, or with the only name that begins so.
pub(crate) fn named(name: &str) -> Result<&'static Command, String> {
    let name = name.to_lowercase();
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return Ok(command);
    }
    let begins = |command: &&Command| !name.is_empty() && command.name.starts_with(&name);
    let found: Vec<_> = COMMANDS.iter().filter(begins).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!("there is no /{}; /help shows what there is", harmless::line(&name))),
        several => {
            let names: Vec<_> = several.iter().map(|c| format!("/{}", c.name)).collect();
            Err(format!("that could be {}", names.join(" or ")))
        }
    }
}

/// The words that choose a status.
pub(crate) fn status_words() -> impl Iterator<Item = &'static str> {
    STATUSES.iter().map(|(word, _)| *word)
}

/// The word that chooses this status; one that is not known counts as busy.
pub(crate) fn status_word(status: Status) -> &'static str {
    match STATUSES.iter().find(|(_, known)| *known == status) {
        Some((word, _)) => word,
        None if status == Status::OFFLINE => "offline",
        None => "busy",
    }
}

/// The name with its arguments.
pub(crate) fn usage(command: &Command) -> String {
    format!("/{} {}", command.name, command.arguments).trim_end().to_owned()
}

/// The same, without long alternatives.
fn short_usage(command: &Command) -> String {
    match command.arguments.len() {
        0..=10 => usage(command),
        _ => format!("/{} ...", command.name),
    }
}

/// What the next word of a command is, after these.
pub(crate) fn expected(command: &Command, before: &[Word<'_>]) -> Takes {
    let verb = before.first().map(|word| word.text.to_lowercase());
    match (command.takes.first(), before.len(), verb.as_deref()) {
        (Some(Takes::GroupVerb), 0, _) => Takes::OneOf(GROUP_VERBS),
        (Some(Takes::GroupVerb), 1, Some("rename" | "remove")) => Takes::Group,
        (Some(Takes::GroupVerb), 1, Some("put" | "take")) => Takes::Contact,
        (Some(Takes::GroupVerb), 2, Some("put" | "take")) => Takes::Group,
        (Some(Takes::GroupVerb), ..) => Takes::Text,
        (_, at, _) => command.takes.get(at).copied().unwrap_or(Takes::Text),
    }
}

#[cfg(test)]
mod tests;
