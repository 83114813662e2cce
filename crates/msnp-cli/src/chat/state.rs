//! The whole chat as a value: what happened goes in, what is to be done comes out, and what is to
//! be shown can be read. It knows no terminal, no thread and no clock.

mod pages;
mod saying;
mod session;

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::time::Duration;

use msnp::client::{Action, ActionId, ClientError, Event, MessageId, NotDoneReason, Started};
use msnp::codec::personal_message::PersonalMessage;
use msnp::core::{Account, Status, Version};
use msnp::session::Step;

use crate::chat::book::Book;
use crate::chat::commands;
use crate::chat::complete;
use crate::chat::harmless;
use crate::chat::input::Editor;
use crate::chat::talk::{Fate, Outgoing, Said, Talk, Time};

/// How long somebody is believed to be writing, and how often one tells that one is.
const TYPING_SHOWN: Duration = Duration::from_secs(10);
const TYPING_TOLD: Duration = Duration::from_secs(5);
/// Whoever nudges and nudges does not ring and ring.
const BELL_PAUSE: Duration = Duration::from_secs(2);

/// Everything there is to know.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) me: Me,
    pub(crate) line: Line,
    pub(crate) book: Book,
    /// Where the program itself speaks.
    pub(crate) home: Talk,
    pub(crate) talks: Vec<Talk>,
    /// 0 is the home page.
    pub(crate) shown: usize,
    /// How far down the contacts are scrolled.
    pub(crate) contacts_below: usize,
    /// A remark that goes with the next key.
    pub(crate) hint: Option<String>,
    pub(crate) now: Moment,
    page: usize,
    orders: Vec<Order>,
    last_key: u64,
    last_ticket: u64,
    purposes: BTreeMap<u64, Purpose>,
    changes: BTreeMap<ActionId, Change>,
    sent: BTreeMap<MessageId, (u64, u64)>,
    /// Whether a session ever came to its end of the sign-in.
    been_in: bool,
    leaving: bool,
    failures: u32,
    /// When the bell rang last.
    rang: Option<Duration>,
}

/// Oneself.
#[derive(Clone, Debug)]
pub(crate) struct Me {
    pub(crate) account: Account,
    pub(crate) name: Option<String>,
    pub(crate) status: Status,
    /// The status to come back with.
    pub(crate) chosen: Status,
    pub(crate) version: Option<Version>,
    pub(crate) message: PersonalMessage,
}

/// The connection to the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    SigningIn(Step),
    SignedIn,
    /// Lost; when to try again, where that is tried by itself.
    Out {
        again: Option<Duration>,
    },
}

/// When something happens.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    pub(crate) monotonic: Duration,
    pub(crate) time: Time,
}

/// What happens.
#[derive(Debug)]
pub(crate) enum Happening {
    Press(Press),
    Paste(String),
    /// What the client told, and how things are after it.
    News {
        events: Vec<Event>,
        state: Box<ClientState>,
    },
    /// Something to say to the user.
    Notice(String),
    /// What became of an [`Order::Act`].
    Answer {
        ticket: u64,
        result: Result<Started, NotDoneReason>,
    },
    /// The client ended.
    Ended(Result<(), ClientError>),
    /// Time went by.
    Tick,
}

/// The client, as far as it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientState {
    pub(crate) name: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) version: Option<Version>,
    /// Only where it may have changed.
    pub(crate) book: Option<Book>,
}

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    Char(char),
    Enter,
    NewLine,
    Tab,
    Backspace,
    Delete,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Up,
    Down,
    PageUp,
    PageDown,
    ContactsUp,
    ContactsDown,
    Next,
    Previous,
    Show(usize),
    Help,
    Interrupt,
    /// The terminal is gone, or the system asks the program to end.
    Leave,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Order {
    /// Sign in, with this status.
    Connect(Status),
    /// Has the client do something, and answer to this ticket.
    Act(u64, Action),
    Bell,
    /// Sign out and end.
    Quit,
    /// End: it never came to a session.
    Fail(ClientError),
}

/// What a ticket is for.
#[derive(Debug)]
enum Purpose {
    Change(Change),
    Open(u64),
    Invite(u64, Account),
    Message {
        talk: u64,
        entry: u64,
        what: Outgoing,
        again: bool,
    },
    /// Nobody waits for it.
    Passing,
}

/// Something that was asked of the server.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// As in «adding bob».
    pub(crate) doing: String,
    /// As in «bob is on your list now.»
    pub(crate) done: String,
    /// Where to say so.
    talk: u64,
}

impl Model {
    pub(crate) fn new(account: Account, status: Status) -> Self {
        Self {
            me: Me {
                account,
                name: None,
                status: Status::OFFLINE,
                chosen: status,
                version: None,
                message: PersonalMessage::default(),
            },
            line: Line::SigningIn(Step::Connect),
            book: Book::default(),
            home: Talk::default(),
            talks: Vec::new(),
            shown: 0,
            contacts_below: 0,
            hint: None,
            now: Moment::default(),
            page: 10,
            orders: vec![Order::Connect(status)],
            last_key: 0,
            last_ticket: 0,
            purposes: BTreeMap::new(),
            changes: BTreeMap::new(),
            sent: BTreeMap::new(),
            been_in: false,
            leaving: false,
            failures: 0,
            rang: None,
        }
    }

    /// Takes in what happened, and gives what is to be done.
    pub(crate) fn update(&mut self, now: Moment, happening: Happening) -> Vec<Order> {
        self.now = now;
        match happening {
            Happening::Press(press) => self.press(press),
            Happening::Paste(text) => {
                self.current().input.insert(text.trim_end_matches(['\r', '\n']));
                self.tell_typing();
            }
            Happening::News { events, state } => {
                for event in events {
                    self.event(event);
                }
                self.take_state(*state);
            }
            Happening::Notice(text) => {
                self.log(Said::Notice(harmless::line(&text)));
            }
            Happening::Answer { ticket, result } => self.answer(ticket, result),
            Happening::Ended(end) => self.ended(end),
            Happening::Tick => {}
        }
        self.pass_time();
        mem::take(&mut self.orders)
    }

    /// When to come back even if nothing happens.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let typing = self.talks.iter().flat_map(|talk| talk.typing.values().copied()).min();
        let again = match self.line {
            // What is left of the pause is shown in seconds.
            Line::Out { again: Some(at) } => {
                Some(at.min(self.now.monotonic + Duration::from_secs(1)))
            }
            _ => None,
        };
        typing.into_iter().chain(again).min()
    }

    /// What was seen after it was drawn: how many rows fit on a page, how far above the end the
    /// view is, and how far down the contacts can be.
    pub(crate) fn drawn(&mut self, page: usize, above: usize, most_below: usize) {
        self.page = page;
        self.current().stay_above(above);
        self.contacts_below = self.contacts_below.min(most_below);
    }

    /// Asks the server for a change, and says what became of it.
    pub(crate) fn change(&mut self, action: Action, doing: String, done: String) {
        let talk = self.in_front().key;
        self.act(action, Purpose::Change(Change { doing, done, talk }));
    }

    pub(crate) fn set_message(&mut self, done: &str) {
        let action = Action::SetPersonalMessage(self.me.message.clone());
        self.change(action, "setting your message".into(), done.into());
    }

    pub(crate) fn quit(&mut self) {
        self.leaving = true;
        self.orders.push(Order::Quit);
    }

    pub(crate) fn bell(&mut self) {
        let now = self.now.monotonic;
        if self.rang.is_none_or(|at| now >= at + BELL_PAUSE) {
            self.rang = Some(now);
            self.orders.push(Order::Bell);
        }
    }

    pub(crate) fn change_ended(&mut self, action: ActionId, result: Result<(), String>) {
        let Some(change) = self.changes.remove(&action) else { return };
        self.say_change(change, result);
    }

    fn press(&mut self, press: Press) {
        let interrupted = mem::take(&mut self.hint).is_some_and(|hint| hint == LEAVE_HINT);
        let page = self.page.saturating_sub(1).max(1);
        match press {
            Press::Char(c) => {
                let mut buffer = [0; 4];
                self.current().input.insert(c.encode_utf8(&mut buffer));
                self.tell_typing();
            }
            Press::Enter => self.enter(),
            Press::Tab => complete::complete(self),
            Press::PageUp => self.current().scroll(true, page),
            Press::PageDown => self.current().scroll(false, page),
            Press::ContactsUp => self.contacts_below = self.contacts_below.saturating_sub(3),
            Press::ContactsDown => self.contacts_below += 3,
            Press::Next => self.show_next(true),
            Press::Previous => self.show_next(false),
            Press::Show(at) => self.show(at),
            Press::Help => commands::obey(self, "help"),
            Press::Leave => self.quit(),
            Press::Interrupt if interrupted => self.quit(),
            Press::Interrupt => {
                self.current().input.clear();
                self.hint = Some(LEAVE_HINT.into());
            }
            edit => edit_line(&mut self.current().input, edit),
        }
    }

    fn enter(&mut self) {
        let text = self.current().input.take();
        let done = match text.strip_prefix('/') {
            _ if text.trim().is_empty() => return,
            Some(said) if said.starts_with('/') => self.say(Outgoing::Text(said.into())),
            Some(command) => {
                commands::obey(self, command);
                Ok(())
            }
            None => self.say(Outgoing::Text(text)),
        };
        if let Err(why) = done {
            self.warn(sentence(&why));
        }
    }

    fn act(&mut self, action: Action, purpose: Purpose) {
        self.last_ticket += 1;
        self.purposes.insert(self.last_ticket, purpose);
        self.orders.push(Order::Act(self.last_ticket, action));
    }

    fn answer(&mut self, ticket: u64, result: Result<Started, NotDoneReason>) {
        let Some(purpose) = self.purposes.remove(&ticket) else { return };
        match (purpose, result) {
            (Purpose::Passing, _) | (Purpose::Invite(..), Ok(_)) => {}
            (Purpose::Change(change), Ok(Started::Action(id))) => {
                self.changes.insert(id, change);
            }
            (Purpose::Change(change), Ok(_)) => self.say_change(change, Ok(())),
            (Purpose::Change(change), Err(why)) => self.say_change(change, Err(why.to_string())),
            (Purpose::Open(key), Ok(Started::Conversation(id))) => self.opened(key, id),
            (Purpose::Open(_), Ok(_)) => {}
            (Purpose::Open(key), Err(why)) => self.not_opened(key, why),
            (Purpose::Invite(key, account), Err(why)) => {
                self.not_invited(key, &account, &why.to_string());
            }
            (Purpose::Message { talk, entry, .. }, Ok(Started::Message(id))) => {
                self.sent.insert(id, (talk, entry));
            }
            // Typing and the like have no end; a text has.
            (Purpose::Message { talk, entry, .. }, Ok(_)) => {
                self.settle(talk, entry, Fate::Delivered);
            }
            (
                Purpose::Message { talk: key, entry, what, again: false },
                Err(NotDoneReason::NoConversation),
            ) => {
                // The client has forgotten it, because there were so many.
                if let Some(talk) = self.talk(key) {
                    talk.lose_room();
                    talk.outbox.push_back((entry, what));
                }
                self.flush(key);
            }
            (Purpose::Message { talk, entry, .. }, Err(why)) => {
                self.settle(talk, entry, Fate::Failed(why.to_string()));
            }
        }
    }

    fn say_change(&mut self, change: Change, result: Result<(), String>) {
        let time = self.now.time;
        let said = match result {
            Ok(()) if change.done.is_empty() => return,
            Ok(()) => Said::Notice(change.done),
            Err(why) => {
                let why = harmless::line(&why);
                Said::Warning(sentence(&format!("{} did not work: {why}", change.doing)))
            }
        };
        let key = if self.talk(change.talk).is_some() { change.talk } else { 0 };
        if let Some(talk) = self.talk(key) {
            talk.push(time, said);
        }
    }

    fn take_state(&mut self, state: ClientState) {
        let ClientState { name, status, version, book } = state;
        if let Some(name) = name {
            self.me.name = Some(harmless::line(&name));
        }
        self.me.status = status.unwrap_or(self.me.status);
        self.me.version = version.or(self.me.version);
        if let Some(book) = book {
            let strangers = mem::take(&mut self.book.strangers);
            self.book = Book { strangers, ..book };
        }
    }
}

const LEAVE_HINT: &str = "Ctrl-C again, or /quit, signs out and ends this.";

/// The names of some people, as one text.
pub(crate) fn names(book: &Book, people: &BTreeSet<Account>) -> String {
    people.iter().map(|account| book.name(account)).collect::<Vec<_>>().join(", ")
}

/// The text with a capital at its beginning and a full stop at its end.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

fn edit_line(input: &mut Editor, press: Press) {
    match press {
        Press::NewLine => input.insert("\n"),
        Press::Backspace => input.backspace(),
        Press::Delete => input.delete(),
        Press::DeleteWord => input.delete_word(),
        Press::DeleteToStart => input.delete_to_start(),
        Press::DeleteToEnd => input.delete_to_end(),
        Press::Left => input.left(),
        Press::Right => input.right(),
        Press::WordLeft => input.word_left(),
        Press::WordRight => input.word_right(),
        Press::Home => input.home(),
        Press::End => input.end(),
        Press::Up => input.older(),
        Press::Down => input.newer(),
        _ => {}
    }
}

#[cfg(test)]
pub(crate) mod tests;
