//! `msnp bridge`: a client for programs. Commands come in and events go out, one JSON object a
//! line.

mod command;
mod lines;
mod object;
#[cfg(test)]
mod page;
mod part;
#[cfg(test)]
mod samples;
mod told;
mod value;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process;
use std::sync::Arc;
use std::thread;

use msnp::client::{Action, ActionId, Client, Event, MessageId, Started, TransferId};
use msnp::core::{Act, Watched};
use msnp::session::Step;
use msnp::tokio::Driver;
use tokio::sync::mpsc::{Receiver, channel};

use crate::arguments::SignIn;
use crate::bridge::command::{Order, Question, Request, Unreadable};
use crate::bridge::lines::Line;
use crate::bridge::told::Told;
use crate::bridge::value::{CallerId, ObjectText};
use crate::dialogue::{Dialogue, Side, Stage, Style};
use crate::embedded;
use crate::fault::Fault;
use crate::screen::Screen;
use crate::sign_in;
use crate::signals::{self, Signals};

/// How many lines may wait for the client; beyond that, no more are read.
const WAITING: usize = 64;

/// Signs in, and goes on until the input ends, the program signs out, a signal comes, or the session
/// is over.
pub(crate) fn run(arguments: &SignIn, trace: bool, screen: &Arc<Screen>) -> Result<(), Fault> {
    let config = sign_in::config(arguments)?;
    let style = Style { cut: false, bodies: false, as_news: true };
    let stage = trace.then(|| Arc::new(Stage::new(screen.clone(), style)));
    let dialogue = Dialogue::new(stage, "client", Side::Client, Arc::new(|_| None));
    let bridge = Bridge {
        driver: Driver::new(Watched::new(Client::new(config), dialogue)),
        output: Output { to: Box::new(io::stdout()), state: Ok(()) },
        ids: Ids::default(),
        reached: Some(Step::Connect),
    };
    let lines = lines()?;
    embedded::runtime()?.block_on(bridge.drive(lines))
}

/// Reads standard input on a thread of its own: reading cannot be given up where it waits.
fn lines() -> Result<Receiver<Line>, Fault> {
    let (tell, told) = channel(WAITING);
    let reading = thread::Builder::new().name("input".into()).spawn(move || {
        let mut input = io::stdin().lock();
        // What cannot be read any more has ended.
        while let Ok(Some(line)) = lines::next(&mut input) {
            if tell.blocking_send(line).is_err() {
                return;
            }
        }
    });
    reading.map_err(|cause| Fault::System { what: "threads", cause })?;
    Ok(told)
}

/// Listens to signals. The second one ends the program at once: it may be that nobody reads its
/// output, or that the server does not answer.
fn signals() -> Result<Receiver<()>, Fault> {
    let (tell, told) = channel(1);
    let mut tell = Some(tell);
    signals::listen(Signals::new, move || match tell.take() {
        // Who does not take it has come to the end already.
        Some(tell) => drop(tell.try_send(())),
        None => process::exit(1),
    })?;
    Ok(told)
}

struct Bridge {
    driver: Driver<Watched<Client, Dialogue>>,
    output: Output,
    ids: Ids,
    /// The step of the sign-in; none once signed in.
    reached: Option<Step>,
}

impl Bridge {
    async fn drive(mut self, mut lines: Receiver<Line>) -> Result<(), Fault> {
        let mut signals = signals()?;
        let mut end = Ok(());
        let mut number = 0;
        let mut reading = true;
        loop {
            tokio::select! {
                next = self.driver.next() => match next {
                    Some(Ok(event)) => self.tell(event),
                    Some(Err(error)) => end = Err(error),
                    None => break,
                },
                line = lines.recv(), if reading => match line {
                    Some(line) => {
                        number += 1;
                        self.hear(number, line);
                    }
                    None => {
                        reading = false;
                        self.sign_out();
                    }
                },
                Some(()) = signals.recv(), if reading => {
                    reading = false;
                    self.sign_out();
                }
            }
            if reading && self.output.state.is_err() {
                reading = false;
                self.sign_out();
            }
        }
        self.output.say(&Told::ended(&end, self.reached));
        match self.output.state {
            // Nobody is there any more who could be told of anything.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Fault::Output(error)),
            Ok(()) => end.map_err(Fault::SessionEnded),
        }
    }

    fn sign_out(&mut self) {
        self.driver.call(|client, now| {
            // Signing out is always possible.
            drop(client.act(now, Action::SignOut));
        });
    }

    fn tell(&mut self, event: Event) {
        match event {
            Event::SigningIn(step) => self.reached = Some(step),
            Event::SignedIn => self.reached = None,
            _ => {}
        }
        if let Some(told) = Told::event(event, |started| self.ids.take(started)) {
            self.output.say(&told);
        }
    }

    fn hear(&mut self, line: u64, text: Line) {
        let order = match text {
            Line::Text(text) if text.trim().is_empty() => return,
            Line::Text(text) => Order::read(&text),
            Line::NotUtf8 => Err(unreadable("the line is not valid UTF-8".into())),
            Line::TooLong => {
                Err(unreadable(format!("the line is longer than {} bytes", lines::LONGEST)))
            }
        };
        let told = match order {
            Ok(order) => self.obey(order),
            Err(Unreadable { id, problem }) => Told::Error { id, line, problem },
        };
        self.output.say(&told);
    }

    fn obey(&mut self, order: Order) -> Told {
        let Order { id, name, request } = order;
        match request {
            Request::Ask(question) => self.answer(id, question),
            Request::Act(action) => {
                let object = match &action {
                    Action::Publish(own) | Action::SetPicture(Some(own)) => {
                        Some(ObjectText(own.object.clone()))
                    }
                    _ => None,
                };
                match self.driver.call(|client, now| client.act(now, action)) {
                    Ok(started) => {
                        self.ids.keep(started, id.clone());
                        Told::reply(id, name, started, object)
                    }
                    Err(not_done) => Told::not_done(id, name, not_done.reason),
                }
            }
        }
    }

    fn answer(&self, id: Option<CallerId>, question: Question) -> Told {
        let client = self.driver.machine().machine();
        match question {
            Question::Roster => Told::roster(id, client.roster()),
            Question::Status => Told::status(id, client),
            Question::Version => {
                Told::Version { id, version: client.version().map(|version| version.to_string()) }
            }
        }
    }
}

fn unreadable(problem: String) -> Unreadable {
    Unreadable { id: None, problem }
}

/// What the program called the commands that have not ended.
#[derive(Default)]
struct Ids {
    actions: BTreeMap<ActionId, CallerId>,
    messages: BTreeMap<MessageId, CallerId>,
    transfers: BTreeMap<TransferId, CallerId>,
}

impl Ids {
    fn keep(&mut self, started: Started, id: Option<CallerId>) {
        let Some(id) = id else { return };
        match started {
            Started::Action(action) => drop(self.actions.insert(action, id)),
            Started::Message(message) => drop(self.messages.insert(message, id)),
            Started::Transfer(transfer) => drop(self.transfers.insert(transfer, id)),
            Started::Conversation(_) | Started::Nothing => {}
        }
    }

    fn take(&mut self, ended: Started) -> Option<CallerId> {
        match ended {
            Started::Action(action) => self.actions.remove(&action),
            Started::Message(message) => self.messages.remove(&message),
            Started::Transfer(transfer) => self.transfers.remove(&transfer),
            Started::Conversation(_) | Started::Nothing => None,
        }
    }
}

/// Where the lines go.
struct Output {
    to: Box<dyn Write>,
    /// Why nothing can be written any more.
    state: io::Result<()>,
}

impl Output {
    fn say(&mut self, told: &Told) {
        if self.state.is_ok() {
            self.state = self.write(told);
        }
    }

    /// The whole line at once, so that no reader waits for its end.
    fn write(&mut self, told: &Told) -> io::Result<()> {
        let mut line = serde_json::to_vec(told)?;
        line.push(b'\n');
        self.to.write_all(&line)?;
        self.to.flush()
    }
}
