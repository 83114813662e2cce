//! What is said, by oneself and by others, and the way it takes.

use std::mem;

use msnp::client::{Action, ConversationId, MessageId, NotDoneReason};
use msnp::codec::message::{Datacast, Text};
use msnp::core::Account;

use crate::chat::harmless;
use crate::chat::state::{Model, Purpose, TYPING_SHOWN, TYPING_TOLD, sentence};
use crate::chat::talk::{Fate, Outgoing, Said, Saying};

impl Model {
    /// Says something in the conversation in front.
    pub(crate) fn say(&mut self, what: Outgoing) -> Result<(), String> {
        let time = self.now.time;
        let talk = self.conversation()?;
        let saying = match &what {
            Outgoing::Text(text) => Saying::Text(harmless::lines(text)),
            Outgoing::Action(text) => Saying::Action(harmless::line(text)),
            Outgoing::Nudge => Saying::Nudge,
        };
        let entry = talk.push(time, Said::Own { what: saying, fate: Fate::Sending });
        talk.outbox.push_back((entry, what));
        talk.told_typing = None;
        talk.scroll_to_end();
        let key = talk.key;
        self.flush(key);
        Ok(())
    }

    /// Invites one more into the conversation in front.
    pub(crate) fn invite(&mut self, account: Account) -> Result<(), String> {
        let me = self.me.account.clone();
        let talk = self.conversation()?;
        if account == me || talk.present.contains(&account) {
            return Err(format!("{account} is here already"));
        }
        talk.people.insert(account.clone());
        let (key, id) = (talk.key, talk.id);
        match id {
            Some(id) => {
                let action = Action::Invite(id, account.clone());
                self.act(action, Purpose::Invite(key, account));
            }
            None => self.open(key),
        }
        Ok(())
    }

    /// Leaves the conversation in front; where it is closed, its page goes too.
    pub(crate) fn leave(&mut self, close: bool) -> Result<(), String> {
        let talk = self.conversation()?;
        let id = talk.id.take();
        talk.lose_room();
        let left: Vec<u64> = talk.outbox.drain(..).map(|(entry, _)| entry).collect();
        for entry in left {
            talk.settle(entry, Fate::Failed("you left".into()));
        }
        match id {
            Some(id) => self.act(Action::Leave(id), Purpose::Passing),
            None if !close => return Err("you are not in it anyway".into()),
            None => {}
        }
        if close {
            if self.shown > 0 {
                self.talks.remove(self.shown - 1);
            }
            self.show(self.shown.min(self.talks.len()));
        } else {
            self.notice("You left. Say something to come back, or /close this.");
        }
        Ok(())
    }

    /// Something of somebody else comes into a conversation.
    pub(crate) fn hear(&mut self, id: ConversationId, account: Account, name: &str, what: Saying) {
        let name = self.book.meet(&account, name);
        let time = self.now.time;
        let front = self.in_front().key;
        let key = self.talk_here(id, &account);
        let Some(talk) = self.talk(key) else { return };
        talk.typing.remove(&account);
        let loud = what == Saying::Nudge || (talk.unread == 0 && key != front);
        talk.push(time, Said::Other { account, name, what });
        if key != front {
            talk.unread += 1;
        }
        if loud {
            self.bell();
        }
    }

    /// The conversation that this is, with this one at least; its key.
    pub(crate) fn talk_here(&mut self, id: ConversationId, account: &Account) -> u64 {
        if let Some(talk) = self.talk_of(id) {
            return talk.key;
        }
        let key = self.talk_with(account.clone());
        // Where there is one already, that has lost its room, it goes on there.
        let key = match self.talk(key) {
            Some(talk) if talk.id.is_none() => key,
            _ => self.new_talk([account.clone()]),
        };
        if let Some(talk) = self.talk(key) {
            talk.id = Some(id);
            talk.opening = false;
        }
        self.flush(key);
        key
    }

    pub(crate) fn is_typing(&mut self, id: ConversationId, account: Account) {
        let until = self.now.monotonic + TYPING_SHOWN;
        let key = self.talk_here(id, &account);
        if let Some(talk) = self.talk(key) {
            talk.typing.insert(account, until);
        }
    }

    pub(crate) fn message_ended(&mut self, message: MessageId, fate: Fate) {
        if let Some((talk, entry)) = self.sent.remove(&message)
            && let Some(talk) = self.talk(talk)
        {
            talk.settle(entry, fate);
        }
    }

    pub(crate) fn not_invited(&mut self, key: u64, account: &Account, why: &str) {
        let name = self.book.name(account);
        let time = self.now.time;
        let Some(talk) = self.talk(key) else { return };
        let why = harmless::line(why);
        let said = Said::Warning(format!("{name} cannot be reached: {why}."));
        if talk.entries.back().is_none_or(|last| last.said != said) {
            talk.push(time, said);
        }
        if talk.people.len() > 1 {
            talk.people.remove(account);
        }
    }

    /// Tells the others that one is writing, now and then.
    pub(super) fn tell_typing(&mut self) {
        let now = self.now.monotonic;
        let Ok(talk) = self.conversation() else { return };
        let text = talk.input.text();
        let told = talk.told_typing.is_some_and(|at| now < at + TYPING_TOLD);
        if told || talk.present.is_empty() || text.is_empty() || text.starts_with('/') {
            return;
        }
        if let Some(id) = talk.id {
            talk.told_typing = Some(now);
            self.act(Action::SendTyping(id), Purpose::Passing);
        }
    }

    fn open(&mut self, key: u64) {
        let Some(talk) = self.talk(key) else { return };
        if let Some(first) = talk.people.first().cloned()
            && !mem::replace(&mut talk.opening, true)
        {
            self.act(Action::Open(first), Purpose::Open(key));
        }
    }

    /// Sends what waits, or opens the conversation first.
    pub(super) fn flush(&mut self, key: u64) {
        let Some(talk) = self.talk(key) else { return };
        let Some(id) = talk.id else {
            if !talk.outbox.is_empty() {
                self.open(key);
            }
            return;
        };
        for (entry, what) in mem::take(&mut talk.outbox) {
            self.send(id, key, entry, what, false);
        }
    }

    pub(super) fn send(
        &mut self,
        id: ConversationId,
        talk: u64,
        entry: u64,
        what: Outgoing,
        again: bool,
    ) {
        let action = match what.clone() {
            Outgoing::Text(text) => Action::SendText(id, Text::new(text)),
            Outgoing::Action(text) => Action::SendDatacast(id, Datacast::Action(text.into())),
            Outgoing::Nudge => Action::SendNudge(id),
        };
        self.act(action, Purpose::Message { talk, entry, what, again });
    }

    pub(super) fn settle(&mut self, talk: u64, entry: u64, fate: Fate) {
        if let Some(talk) = self.talk(talk) {
            talk.settle(entry, fate);
        }
    }

    pub(super) fn opened(&mut self, key: u64, id: ConversationId) {
        let Some(talk) = self.talk(key) else {
            // It was closed in the meantime.
            return self.act(Action::Leave(id), Purpose::Passing);
        };
        talk.opening = false;
        let others: Vec<Account> = talk.people.iter().skip(1).cloned().collect();
        for talk in &mut self.talks {
            if talk.key == key {
                talk.id = Some(id);
            } else if talk.id == Some(id) {
                // What follows belongs where one said something last.
                talk.lose_room();
            }
        }
        for account in others {
            self.act(Action::Invite(id, account.clone()), Purpose::Invite(key, account));
        }
        self.flush(key);
    }

    pub(super) fn not_opened(&mut self, key: u64, why: NotDoneReason) {
        let time = self.now.time;
        let Some(talk) = self.talk(key) else { return };
        talk.opening = false;
        if talk.outbox.is_empty() {
            talk.push(time, Said::Warning(sentence(&format!("this cannot be opened: {why}"))));
        }
        for (entry, _) in mem::take(&mut talk.outbox) {
            talk.settle(entry, Fate::Failed(why.to_string()));
        }
    }
}
