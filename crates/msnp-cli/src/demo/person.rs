//! Somebody at a client: alice on the blocking driver, bob on the tokio driver.

use std::fmt;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use msnp::client::{Action, Client, ClientError, ConversationId, Event, NotDone, Started};
use msnp::codec::{RawCommand, Sender as Speaker};
use msnp::core::{Act, Now, Watched};
use msnp::session::{Delivery, RequestError};

use crate::demo::inbox::{Inbox, Nothing};
use crate::dialogue::Dialogue;

type Machine = Watched<Client, Dialogue>;
type Job = Box<dyn FnOnce(&mut Machine, Now) + Send>;

/// Somebody who sits at a client that runs on a thread of its own.
pub(crate) struct Person {
    submit: Box<dyn Fn(Job) -> bool + Send>,
    inbox: Inbox<Sight>,
    /// The conversation with the other one, opened or entered last.
    pub(crate) conversation: Option<ConversationId>,
}

/// What somebody noticed.
#[derive(Debug)]
pub(crate) enum Sight {
    /// An event of the client.
    Event(Event),
    /// The dispatch server named the notification server (`XFR NS`).
    SentOn,
    /// The answer to a challenge was right (`QRY`).
    ChallengeHeld,
    /// The session is over.
    End(Result<(), ClientError>),
}

/// Why something did not happen.
#[derive(Debug)]
pub(crate) enum Missed {
    NotInTime(Duration),
    Ended(ClientError),
    SignedOut,
    Gone,
    NotDone(NotDone),
    Refused(RequestError),
    NotDelivered(Delivery),
}

impl Person {
    /// Signs in with the blocking driver.
    pub(crate) fn on_blocking(client: Client, dialogue: Dialogue) -> io::Result<Self> {
        let (tell, told) = channel();
        let mut driver = msnp::blocking::Driver::new(watched(client, dialogue, &tell))?;
        let handle = driver.handle();
        thread::Builder::new().name("blocking".into()).spawn(move || {
            let mut end = Ok(());
            while let Some(next) = driver.next() {
                match next {
                    Ok(event) => drop(tell.send(Sight::Event(event))),
                    Err(error) => end = Err(error),
                }
            }
            drop(tell.send(Sight::End(end)));
        })?;
        Ok(Self::new(Inbox::new(told), move |job| handle.try_tell(job).is_ok()))
    }

    /// Signs in with the tokio driver.
    pub(crate) fn on_tokio(client: Client, dialogue: Dialogue) -> io::Result<Self> {
        let (tell, told) = channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut driver = msnp::tokio::Driver::new(watched(client, dialogue, &tell));
        let handle = driver.handle();
        thread::Builder::new().name("tokio".into()).spawn(move || {
            runtime.block_on(async {
                let mut end = Ok(());
                while let Some(next) = driver.next().await {
                    match next {
                        Ok(event) => drop(tell.send(Sight::Event(event))),
                        Err(error) => end = Err(error),
                    }
                }
                drop(tell.send(Sight::End(end)));
            });
        })?;
        Ok(Self::new(Inbox::new(told), move |job| handle.try_tell(job).is_ok()))
    }

    fn new(inbox: Inbox<Sight>, submit: impl Fn(Job) -> bool + Send + 'static) -> Self {
        Self { submit: Box::new(submit), inbox, conversation: None }
    }

    /// Does something, and sees to it that it ends well where it has an end.
    pub(crate) fn act(&mut self, action: Action, patience: Duration) -> Result<(), Missed> {
        let (reply, result) = channel();
        let told = (self.submit)(Box::new(move |machine: &mut Machine, now| {
            drop(reply.send(machine.act(now, action)));
        }));
        if !told {
            return Err(self.gone());
        }
        match result.recv_timeout(patience) {
            Ok(Ok(started)) => self.finish(started, patience),
            Ok(Err(not_done)) => Err(Missed::NotDone(not_done)),
            Err(RecvTimeoutError::Timeout) => Err(Missed::NotInTime(patience)),
            Err(RecvTimeoutError::Disconnected) => Err(self.gone()),
        }
    }

    /// Waits until this is noticed.
    pub(crate) fn see(
        &mut self,
        patience: Duration,
        what: impl Fn(&Sight) -> bool,
    ) -> Result<(), Missed> {
        let conversation = &mut self.conversation;
        let seen = self.inbox.take(patience, |sight| {
            if let Sight::Event(Event::Invited { conversation: id, .. }) = sight {
                *conversation = Some(*id);
            }
            what(sight).then_some(())
        });
        seen.map_err(|nothing| self.nothing(nothing, patience))
    }

    /// Whether something like it was noticed since it was last forgotten. Does not wait.
    pub(crate) fn has_seen(&mut self, what: impl Fn(&Sight) -> bool) -> bool {
        self.inbox.find(|sight| what(sight).then_some(())).is_some()
    }

    /// Forgets events that nobody asked for.
    pub(crate) fn forget(&mut self) {
        self.inbox.forget(|sight| matches!(sight, Sight::Event(_)));
    }

    fn finish(&mut self, started: Started, patience: Duration) -> Result<(), Missed> {
        if let Started::Conversation(id) = started {
            self.conversation = Some(id);
        }
        if !matches!(started, Started::Action(_) | Started::Message(_)) {
            return Ok(());
        }
        let end = self.inbox.take(patience, |sight| match (started, sight) {
            (Started::Action(id), Sight::Event(Event::ActionEnded { action, result }))
                if *action == id =>
            {
                Some(result.map_err(Missed::Refused))
            }
            (Started::Message(id), Sight::Event(Event::MessageEnded { message, delivery, .. }))
                if *message == id =>
            {
                let accepted = *delivery == Delivery::Accepted;
                Some(if accepted { Ok(()) } else { Err(Missed::NotDelivered(*delivery)) })
            }
            _ => None,
        });
        end.unwrap_or_else(|nothing| Err(self.nothing(nothing, patience)))
    }

    fn nothing(&mut self, nothing: Nothing, patience: Duration) -> Missed {
        match nothing {
            Nothing::NotInTime => Missed::NotInTime(patience),
            Nothing::Gone => self.gone(),
        }
    }

    fn gone(&mut self) -> Missed {
        let end = self.inbox.find(|sight| match sight {
            Sight::End(end) => Some(end.clone()),
            _ => None,
        });
        match end {
            Some(Ok(())) => Missed::SignedOut,
            Some(Err(error)) => Missed::Ended(error),
            None => Missed::Gone,
        }
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInTime(patience) => write!(f, "not within {} seconds", patience.as_secs()),
            Self::Ended(error) => write!(f, "{error}"),
            Self::SignedOut => f.write_str("signed out already"),
            Self::Gone => f.write_str("the client is gone"),
            Self::NotDone(not_done) => write!(f, "{not_done}"),
            Self::Refused(error) => write!(f, "{error}"),
            Self::NotDelivered(Delivery::Unknown) => {
                f.write_str("it is unknown whether the message arrived")
            }
            Self::NotDelivered(_) => f.write_str("the message did not arrive"),
        }
    }
}

fn watched(client: Client, dialogue: Dialogue, tell: &Sender<Sight>) -> Machine {
    let tell = tell.clone();
    let dialogue = dialogue.heard_by(move |command| {
        if let Some(sight) = landmark(command) {
            drop(tell.send(sight));
        }
    });
    Watched::new(client, dialogue)
}

fn landmark(command: RawCommand<'_>) -> Option<Sight> {
    if command.sender() != Speaker::Server {
        return None;
    }
    match command.verb().as_bytes() {
        b"XFR" if command.parameters().nth(1) == Some(b"NS") => Some(Sight::SentOn),
        b"QRY" => Some(Sight::ChallengeHeld),
        _ => None,
    }
}
