use std::sync::Arc;

use msnp::client::{Client, Config, ConversationId, Event, NotDoneReason};
use msnp::codec::message::Text;
use msnp::core::{Account, Secret, Version};
use msnp::session::Delivery;
use msnp::tokio::Driver;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::load::service::Places;

/// How many messages of one person are on their way at a time.
const WINDOW: usize = 16;

/// What everybody does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    SignIn,
    Open,
    Talk,
    Leave,
    /// Stop, whatever the server says.
    End,
}

/// What is told of somebody, once each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    SignedIn,
    InRoom,
    /// All was heard, and all that was said has been accepted or not.
    Heard,
    Failed(String),
}

#[derive(Clone, Debug)]
pub(super) enum Role {
    Silent,
    /// Opens the room with this one.
    Caller(Account),
    /// Is invited by this one.
    Called(Account),
}

/// What somebody heard and said.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// The numbers of what the other one said, as they came.
    pub(super) heard: Vec<usize>,
    /// What nobody should have said here.
    pub(super) strange: usize,
    pub(super) said: usize,
    /// Ended, and were accepted.
    pub(super) accepted: usize,
    /// Ended otherwise.
    pub(super) refused: usize,
}

/// One client.
pub(super) struct Person {
    account: Account,
    role: Role,
    messages: usize,
    conversation: Option<ConversationId>,
    tally: Tally,
    complete: bool,
}

impl Person {
    pub(super) fn new(account: Account, role: Role, messages: usize) -> Self {
        let tally = Tally::default();
        Self { account, role, messages, conversation: None, tally, complete: false }
    }

    pub(super) fn config(
        &self,
        password: Secret,
        version: Version,
        places: &Places,
    ) -> Result<Config, String> {
        let server = places.ds.parse().map_err(|_| format!("{} is no address", places.ds))?;
        let mut config = Config::new(self.account.clone(), password, server);
        config.nexus.clone_from(&places.nexus);
        config.versions = vec![version];
        Ok(config)
    }

    /// Signs in when there is a seat, does what the course is, and listens to the end.
    pub(super) async fn live(
        mut self,
        config: Config,
        mut course: watch::Receiver<Course>,
        seats: Arc<Semaphore>,
        progress: mpsc::UnboundedSender<Progress>,
    ) -> Tally {
        let mut seat = seats.acquire_owned().await.ok();
        let mut driver = Driver::new(Client::new(config));
        loop {
            let told = tokio::select! {
                event = driver.next() => match event {
                    None => break,
                    Some(Err(fault)) => Some(Progress::Failed(fault.to_string())),
                    Some(Ok(event)) => self.hear(&mut driver, event),
                },
                changed = course.changed() => {
                    let now = *course.borrow_and_update();
                    if changed.is_err() || now == Course::End {
                        break;
                    }
                    self.turn(&mut driver, now)
                }
            };
            if told == Some(Progress::SignedIn) {
                seat = None;
            }
            let told = match told {
                Some(Progress::Failed(why)) => Progress::Failed(format!("{}: {why}", self.account)),
                Some(told) => told,
                None => continue,
            };
            // It fails only where nobody waits any more.
            let _ = progress.send(told);
        }
        drop(seat);
        self.tally
    }

    fn turn(&mut self, driver: &mut Driver<Client>, course: Course) -> Option<Progress> {
        match (course, &self.role) {
            (Course::Open, Role::Caller(other)) => {
                let other = other.clone();
                match driver.call(|client, now| client.open(now, other)) {
                    Ok(conversation) => self.conversation = Some(conversation),
                    Err(why) => return Some(Progress::Failed(why.to_string())),
                }
                None
            }
            (Course::Talk, Role::Caller(_) | Role::Called(_)) => self.talk(driver),
            (Course::Leave, _) => {
                driver.call(|client, now| client.sign_out(now));
                None
            }
            _ => None,
        }
    }

    fn hear(&mut self, driver: &mut Driver<Client>, event: Event) -> Option<Progress> {
        match event {
            Event::SignedIn => Some(Progress::SignedIn),
            Event::Invited { conversation, by, .. } if self.is_called_by(&by) => {
                self.conversation = Some(conversation);
                Some(Progress::InRoom)
            }
            Event::Joined { conversation, .. } => {
                let is_caller = matches!(self.role, Role::Caller(_));
                (is_caller && self.conversation == Some(conversation)).then_some(Progress::InRoom)
            }
            Event::NotInvited { error, .. } => Some(Progress::Failed(error.to_string())),
            Event::Text { conversation, account, text, .. } => {
                match self.number_of(conversation, &account, &text.text) {
                    Some(number) => self.tally.heard.push(number),
                    None => self.tally.strange += 1,
                }
                self.completed()
            }
            Event::MessageEnded { delivery, .. } => {
                if delivery == Delivery::Accepted {
                    self.tally.accepted += 1;
                } else {
                    self.tally.refused += 1;
                }
                self.talk(driver)
            }
            _ => None,
        }
    }

    fn talk(&mut self, driver: &mut Driver<Client>) -> Option<Progress> {
        let conversation = self.conversation?;
        while self.tally.said < self.messages && self.tally.said - self.ended() < WINDOW {
            let text = Text::new(format!("{} says {}", self.account, self.tally.said));
            match driver.call(|client, now| client.send_text(now, conversation, text)) {
                Ok(_) => self.tally.said += 1,
                Err(not) if not.reason == NotDoneReason::Full && self.tally.said > self.ended() => {
                    break;
                }
                Err(not) => return Some(Progress::Failed(not.to_string())),
            }
        }
        self.completed()
    }

    fn completed(&mut self) -> Option<Progress> {
        let all = self.tally.heard.len() >= self.messages && self.ended() == self.messages;
        let now = all && !self.complete;
        self.complete |= all;
        now.then_some(Progress::Heard)
    }

    fn ended(&self) -> usize {
        self.tally.accepted + self.tally.refused
    }

    fn is_called_by(&self, who: &Account) -> bool {
        matches!(&self.role, Role::Called(caller) if caller == who)
    }

    /// The number of a text that the other one said here.
    fn number_of(&self, there: ConversationId, who: &Account, text: &str) -> Option<usize> {
        let (Role::Caller(other) | Role::Called(other)) = &self.role else { return None };
        let (name, number) = text.split_once(" says ")?;
        let number = number.parse().ok()?;
        let here = self.conversation == Some(there) && who == other && other.is(name);
        (here && number < self.messages).then_some(number)
    }
}
