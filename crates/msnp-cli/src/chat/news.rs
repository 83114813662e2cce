//! What the client tells, as changes of what is shown.

use msnp::client::Event;
use msnp::codec::message::{Content, Datacast, Invitation, MailNotification, Message};
use msnp::codec::msn_object::{MsnObject, ObjectType};
use msnp::core::{Account, List, Status};
use msnp::session::{Delivery, RequestError};

use crate::chat::book::message;
use crate::chat::harmless;
use crate::chat::state::{Line, Model, sentence};
use crate::chat::talk::{Fate, Said, Saying};

impl Model {
    /// Takes in one event of the client.
    pub(crate) fn event(&mut self, event: Event) {
        match event {
            Event::SigningIn(step) => self.line = Line::SigningIn(step),
            Event::VersionChosen(version) => self.me.version = Some(version),
            Event::SignedIn => self.signed_in(),
            Event::ActionEnded { action, result } => {
                self.change_ended(action, result.map_err(reason));
            }
            Event::OwnStatus(status) => self.me.status = status,
            Event::ListChanged { list, account, added } => {
                self.list_changed(list, &account, added);
            }
            Event::Presence { account, status, name, already } => {
                self.presence(&account, status, &name, already);
            }
            Event::PersonalMessage { account, message: said } => {
                let said = message(&said);
                let name = self.book.name(&account);
                if !said.is_empty() {
                    self.log(Said::Notice(format!("{name}: \"{said}\"")));
                }
            }
            Event::Setting { account, key, value } => {
                let whose = account.map_or("Your".into(), |who| self.book.name(&who) + "'s");
                self.setting(&whose, &key, &harmless::line(&value));
            }
            Event::InvitationMissed(account) => {
                let name = self.book.name(&account);
                let text = format!("{name} wanted to talk, but there are too many conversations.");
                self.log(Said::Warning(text));
            }
            Event::Invited { conversation, by, name } => {
                self.book.meet(&by, &name);
                let key = self.talk_here(conversation, &by);
                if let Some(talk) = self.talk(key) {
                    talk.present.insert(by);
                }
            }
            Event::Joined { conversation, account, name } => {
                let key = self.talk_here(conversation, &account);
                let name = self.book.meet(&account, &name);
                let time = self.now.time;
                if let Some(talk) = self.talk(key) {
                    let new = talk.present.insert(account.clone());
                    talk.people.insert(account);
                    if new && talk.people.len() > 1 {
                        talk.push(time, Said::Notice(format!("{name} is here.")));
                    }
                }
            }
            Event::Left { conversation, account, idle } => {
                let name = self.book.name(&account);
                let time = self.now.time;
                let Some(talk) = self.talk_of(conversation) else { return };
                talk.present.remove(&account);
                talk.typing.remove(&account);
                if talk.people.len() > 1 && !idle {
                    talk.people.remove(&account);
                    talk.push(time, Said::Notice(format!("{name} left.")));
                }
            }
            Event::NotInvited { conversation, account, error } => {
                if let Some(key) = self.talk_of(conversation).map(|talk| talk.key) {
                    self.not_invited(key, &account, &reason(error));
                }
            }
            Event::Text { conversation, account, name, text } => {
                let said = harmless::lines(&text.text);
                self.hear(conversation, account, &name, Saying::Text(said));
            }
            Event::Typing { conversation, account } => self.is_typing(conversation, account),
            Event::Nudge { conversation, account } => {
                let name = self.book.name(&account);
                self.hear(conversation, account, &name, Saying::Nudge);
            }
            Event::ObjectOffered { conversation, account, object } => {
                let name = self.book.name(&account);
                self.hear(conversation, account, &name, Saying::Action(offers(&object)));
            }
            Event::Ink { conversation: Some(conversation), account, .. } => {
                let name = self.book.name(&account);
                let text = "sends handwriting, which cannot be shown here".into();
                self.hear(conversation, account, &name, Saying::Action(text));
            }
            Event::Message { conversation, account, body } => {
                if let Some(what) = saying(&Message::parse(&body).content()) {
                    let name = self.book.name(&account);
                    self.hear(conversation, account, &name, what);
                }
            }
            Event::MessageEnded { message, delivery, .. } => {
                let fate = match delivery {
                    Delivery::Accepted => Fate::Delivered,
                    Delivery::Failed => Fate::Failed("nobody received it".into()),
                    Delivery::Unknown => Fate::Unknown,
                };
                self.message_ended(message, fate);
            }
            other => self.rare(other),
        }
    }

    /// Events that are only worth a line in the log.
    fn rare(&mut self, event: Event) {
        let (matters, text) = match event {
            Event::Mail(mail) => match mail_news(&mail) {
                Some(text) => (false, text),
                None => return,
            },
            Event::Maintenance { minutes: Some(minutes) } => {
                (true, format!("The service goes down in {minutes} minutes."))
            }
            Event::Maintenance { minutes: None } => (true, "The service goes down.".into()),
            Event::Ink { account, .. } => {
                (false, format!("{} draws something.", self.book.name(&account)))
            }
            Event::ServerError(code) => (true, format!("The server says: {code}.")),
            Event::ListFull(account) => {
                (true, format!("{account} is not shown: there are too many contacts."))
            }
            Event::GroupsFull { name, .. } => {
                (true, format!("The group {name} is not shown: there are too many groups."))
            }
            Event::Page(page) => {
                let page = String::from_utf8_lossy(&page).into_owned();
                (true, format!("A page from a telephone: {page}"))
            }
            Event::Unknown(_) => (false, "The server said something unknown.".into()),
            Event::Malformed(error) => (false, sentence(&format!("not understood: {error}"))),
            _ => return,
        };
        let text = harmless::line(&text);
        self.log(if matters { Said::Warning(text) } else { Said::Notice(text) });
    }

    fn list_changed(&mut self, list: List, account: &Account, added: bool) {
        if self.line != Line::SignedIn {
            return;
        }
        let name = harmless::line(account.as_str());
        match (list, added) {
            (List::Reverse, true) if !self.on_list(account) => {
                let text = format!(
                    "{name} added you. /add {name} adds them too, /unblock {name} only lets them \
                     see you, /block {name} does not."
                );
                self.log(Said::Warning(text));
                self.bell();
            }
            (List::Reverse, false) => {
                self.log(Said::Notice(format!("{name} removed you from their list.")));
            }
            _ => {}
        }
    }

    fn on_list(&self, account: &Account) -> bool {
        self.book.status(account).is_some()
    }

    fn presence(&mut self, account: &Account, status: Status, name: &str, already: bool) {
        let name = self.book.meet(account, name);
        let before = match self.book.people.get_mut(account) {
            Some(person) => {
                let before = std::mem::replace(&mut person.status, status);
                person.name.clone_from(&name);
                before
            }
            None => Status::OFFLINE,
        };
        if already || before == status {
            return;
        }
        let said = Said::Notice(format!("{name} is {}.", words(status)));
        if (before == Status::OFFLINE || status == Status::OFFLINE)
            && let Some(talk) = self.talks.iter_mut().find(|talk| talk.people.contains(account))
        {
            talk.push(self.now.time, Said::Notice(format!("{name} is {}.", words(status))));
        }
        self.log(said);
    }

    fn setting(&mut self, whose: &str, key: &str, value: &str) {
        let what = match key {
            "PHH" => "home telephone",
            "PHW" => "work telephone",
            "PHM" => "mobile telephone",
            _ => return,
        };
        if self.line == Line::SignedIn && !value.is_empty() {
            self.log(Said::Notice(format!("{whose} {what} is {value}.")));
        }
    }
}

/// A status as a word; one that is not known counts as busy.
pub(crate) fn words(status: Status) -> &'static str {
    status.meaning().unwrap_or("busy")
}

/// Why something was not done, in words before numbers.
fn reason(error: RequestError) -> String {
    match error {
        RequestError::Refused(code) => {
            let meaning = code.meaning().unwrap_or("the server refuses it");
            format!("{meaning} ({})", code.number())
        }
        other => other.to_string(),
    }
}

/// What is shown of a message that is no text; none for what works in the background.
fn saying(content: &Content<'_>) -> Option<Saying> {
    let text = match content {
        Content::Datacast(Datacast::Nudge) => return Some(Saying::Nudge),
        Content::Datacast(Datacast::Action(text)) => harmless::line(text),
        Content::Ink(_) => "sends handwriting, which cannot be shown here".into(),
        Content::Invitation(invitation) => invites_to(invitation)?,
        _ => return None,
    };
    Some(Saying::Action(text))
}

fn offers(object: &MsnObject) -> String {
    match object.kind() {
        Some(ObjectType::WINK) => "sends a wink, which cannot be shown here".into(),
        Some(ObjectType::VOICE_CLIP) => "sends a voice clip, which cannot be played here".into(),
        _ => "sends something that cannot be shown here".into(),
    }
}

fn invites_to(invitation: &Invitation<'_>) -> Option<String> {
    let file = invitation.get("Application-File").map(harmless::line);
    let application = invitation.get("Application-Name").map(harmless::line);
    match (file, application) {
        (Some(file), _) => Some(format!("offers the file \"{file}\", which cannot be taken here")),
        (None, Some(name)) => {
            Some(format!("invites you to \"{name}\", which is not possible here"))
        }
        (None, None) => None,
    }
}

fn mail_news(mail: &MailNotification<'_>) -> Option<String> {
    match mail {
        MailNotification::InitialEmail(mailbox) => match mailbox.inbox_unread {
            None | Some(0) => None,
            Some(1) => Some("There is 1 new mail for you.".into()),
            Some(unread) => Some(format!("There are {unread} new mails for you.")),
        },
        MailNotification::Email(new) => {
            let from = new.from.as_deref().unwrap_or("somebody");
            let subject = new.subject.as_deref().unwrap_or("no subject");
            Some(format!("Mail from {from}: {subject}"))
        }
        MailNotification::OfflineMessage(_) => {
            Some("Somebody left a message for you while you were away.".into())
        }
        _ => None,
    }
}
