//! The beginning, the loss and the return of the session.

use std::mem;
use std::time::Duration;

use msnp::client::{Action, ClientError};
use msnp::codec::personal_message::PersonalMessage;
use msnp::core::Status;
use msnp::session::Step;

use crate::chat::harmless;
use crate::chat::state::{Line, Model, Order, Purpose};
use crate::chat::talk::{Fate, Said};

/// The longest pause between two attempts to come back.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Model {
    /// The first moment at which everything can be done.
    pub(crate) fn signed_in(&mut self) {
        self.line = Line::SignedIn;
        self.failures = 0;
        let again = mem::replace(&mut self.been_in, true);
        if !again {
            let text = "Signed in. /open somebody to talk, /help for everything else.";
            self.log(Said::Notice(text.into()));
            return;
        }
        self.log(Said::Notice("Signed in again.".into()));
        if self.me.message != PersonalMessage::default() {
            self.act(Action::SetPersonalMessage(self.me.message.clone()), Purpose::Passing);
        }
    }

    pub(crate) fn reconnect(&mut self) -> Result<(), String> {
        match self.line {
            Line::Out { .. } => {
                self.connect();
                Ok(())
            }
            Line::SignedIn => Err("you are signed in".into()),
            Line::SigningIn(_) => Err("that is under way".into()),
        }
    }

    pub(super) fn ended(&mut self, end: Result<(), ClientError>) {
        let error = match end {
            _ if self.leaving => return,
            Ok(()) => return self.orders.push(Order::Quit),
            Err(error) if !self.been_in => return self.orders.push(Order::Fail(error)),
            Err(error) => error,
        };
        let lost = self.line == Line::SignedIn;
        self.lose_everything();
        let pause = self.pause(&error);
        self.line = Line::Out { again: pause.map(|pause| self.now.monotonic + pause) };
        let why = match &error {
            ClientError::SignedOut(reason) => reason.to_string(),
            ClientError::SessionLost(cause) => cause.to_string(),
            other => other.to_string(),
        };
        let why = harmless::line(&why);
        let then = match pause {
            Some(_) => "It is tried again by itself; /reconnect tries at once.",
            None => "/reconnect signs in again.",
        };
        if !lost {
            let text = format!("Still not signed in: {why}. {then}");
            let said = self.home.entries.back().map(|entry| &entry.said);
            if said != Some(&Said::Notice(text.clone())) {
                self.log(Said::Notice(text));
            }
            return;
        }
        let text = format!("You are not signed in any more: {why}. {then}");
        if self.shown > 0 {
            self.warn(text.clone());
        }
        self.log(Said::Warning(text));
    }

    /// How long to wait before it is tried again; none where that is for the user to decide.
    fn pause(&mut self, error: &ClientError) -> Option<Duration> {
        use msnp::session::SignOut;
        match error {
            ClientError::SignedOut(SignOut::ReconnectAfter(minutes)) => {
                return Some(Duration::from_secs(u64::from(*minutes) * 60));
            }
            ClientError::SessionLost(_)
            | ClientError::SignIn { .. }
            | ClientError::SignedOut(SignOut::ServerDown) => {}
            // To come back by itself would put out whoever signed in elsewhere.
            _ => return None,
        }
        self.failures += 1;
        let seconds = 1_u64.checked_shl(self.failures).unwrap_or(u64::MAX);
        Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
    }

    fn lose_everything(&mut self) {
        self.me.status = Status::OFFLINE;
        let why = || Fate::Failed("the connection was lost".into());
        for (_, purpose) in mem::take(&mut self.purposes) {
            match purpose {
                Purpose::Message { talk, entry, .. } => self.settle(talk, entry, why()),
                Purpose::Change(change) => self.say_change(change, Err("not signed in".into())),
                _ => {}
            }
        }
        for (_, (talk, entry)) in mem::take(&mut self.sent) {
            self.settle(talk, entry, Fate::Unknown);
        }
        self.changes.clear();
        for person in self.book.people.values_mut() {
            person.status = Status::OFFLINE;
        }
        for talk in &mut self.talks {
            talk.lose_room();
            for (entry, _) in mem::take(&mut talk.outbox) {
                talk.settle(entry, why());
            }
        }
    }

    fn connect(&mut self) {
        self.line = Line::SigningIn(Step::Connect);
        self.orders.push(Order::Connect(self.me.chosen));
    }

    pub(super) fn pass_time(&mut self) {
        let now = self.now.monotonic;
        for talk in &mut self.talks {
            talk.typing.retain(|_, until| *until > now);
        }
        if matches!(self.line, Line::Out { again: Some(at) } if at <= now) {
            self.connect();
        }
    }
}
