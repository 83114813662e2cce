//! Somebody at a client: alice on the blocking driver, bob and carol on the tokio driver.

use std::fmt;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use msnp::client::{Action, Client, ClientError, ConversationId, Event, NotDone, Roster, Started};
use msnp::codec::{RawCommand, Sender as Speaker};
use msnp::core::{Act, Now, Watched};
use msnp::session::{Delivery, RequestError};
use tokio::sync::oneshot;

use crate::demo::inbox::{Inbox, Nothing};
use crate::dialogue::Dialogue;

type Machine = Watched<Client, Dialogue>;
type Job = Box<dyn FnOnce(&mut Machine, Now) + Send>;

/// Somebody who sits at a client that runs on a thread of its own.
pub(crate) struct Person {
    submit: Box<dyn Fn(Job) -> bool + Send>,
    inbox: Inbox<Sight>,
    /// Ends the driver, and every connection with it.
    cut: Option<oneshot::Sender<()>>,
    /// The conversation that was opened or entered last.
    pub(crate) conversation: Option<ConversationId>,
    /// The group that was made or renamed last.
    pub(crate) group: Option<Box<str>>,
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
        Ok(Self::new(Inbox::new(told), None, move |job| handle.try_tell(job).is_ok()))
    }

    /// Signs in with the tokio driver.
    pub(crate) fn on_tokio(client: Client, dialogue: Dialogue) -> io::Result<Self> {
        let (tell, told) = channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut driver = msnp::tokio::Driver::new(watched(client, dialogue, &tell));
        let handle = driver.handle();
        let (cut, is_cut) = oneshot::channel();
        let run = async move {
            let mut end = Ok(());
            while let Some(next) = driver.next().await {
                match next {
                    Ok(event) => drop(tell.send(Sight::Event(event))),
                    Err(error) => end = Err(error),
                }
            }
            drop(tell.send(Sight::End(end)));
        };
        thread::Builder::new().name("tokio".into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = run => {}
                    Ok(()) = is_cut => {}
                }
            });
        })?;
        Ok(Self::new(Inbox::new(told), Some(cut), move |job| handle.try_tell(job).is_ok()))
    }

    fn new(
        inbox: Inbox<Sight>,
        cut: Option<oneshot::Sender<()>>,
        submit: impl Fn(Job) -> bool + Send + 'static,
    ) -> Self {
        Self { submit: Box::new(submit), inbox, cut, conversation: None, group: None }
    }

    /// Breaks every connection, without a word to the server. Gives the lists as they were.
    pub(crate) fn cut(mut self, patience: Duration) -> Result<Roster, Missed> {
        let roster = self.roster(patience)?;
        let cut = self.cut.take().ok_or(Missed::Gone)?;
        cut.send(()).map_err(|()| self.gone())?;
        Ok(roster)
    }

    /// The lists.
    pub(crate) fn roster(&mut self, patience: Duration) -> Result<Roster, Missed> {
        self.tell(patience, |machine, _| machine.machine().roster().clone())
    }

    /// Does something, and sees to it that it ends well where it has an end.
    pub(crate) fn act(&mut self, action: Action, patience: Duration) -> Result<(), Missed> {
        match self.tell(patience, move |machine, now| machine.act(now, action))? {
            Ok(started) => self.finish(started, patience),
            Err(not_done) => Err(Missed::NotDone(not_done)),
        }
    }

    fn tell<R: Send + 'static>(
        &mut self,
        patience: Duration,
        job: impl FnOnce(&mut Machine, Now) -> R + Send + 'static,
    ) -> Result<R, Missed> {
        let (reply, result) = channel();
        let told = (self.submit)(Box::new(move |machine: &mut Machine, now| {
            drop(reply.send(job(machine, now)));
        }));
        if !told {
            return Err(self.gone());
        }
        result.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => Missed::NotInTime(patience),
            RecvTimeoutError::Disconnected => self.gone(),
        })
    }

    /// Waits until this is noticed.
    pub(crate) fn see(
        &mut self,
        patience: Duration,
        what: impl Fn(&Sight) -> bool,
    ) -> Result<(), Missed> {
        let (conversation, group) = (&mut self.conversation, &mut self.group);
        let seen = self.inbox.take(patience, |sight| {
            match sight {
                Sight::Event(Event::Invited { conversation: id, .. }) => *conversation = Some(*id),
                Sight::Event(Event::GroupChanged { id, name: Some(_) }) => {
                    *group = Some(id.clone());
                }
                _ => {}
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
