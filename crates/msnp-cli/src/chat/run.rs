//! The threads: the client on one, the keyboard on another, the model and the screen on this one.

use std::io::{self, Write};
use std::iter;
use std::panic;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use msnp::blocking::{Driver, Handle, NotTold};
use msnp::client::{Action, Client, ClientError, Config, Event, NotDoneReason, Roster};
use msnp::core::{Act, Now, Status, Watched};
use ratatui::DefaultTerminal;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self as terminal_event, DisableBracketedPaste};
use ratatui::crossterm::event::{EnableBracketedPaste, Event as Typed};
use ratatui::crossterm::execute;

use crate::chat::book::Book;
use crate::chat::keys;
use crate::chat::pictures::Pictures;
use crate::chat::state::{ClientState, Happening, Model, Moment, Order, Press};
use crate::chat::talk::Time;
use crate::chat::view;
use crate::dialogue::{Dialogue, Side, Stage};
use crate::embedded;
use crate::fault::Fault;
use crate::signals::{self, Signals};

type Machine = Watched<Client, Dialogue>;

/// How much may wait for the screen; then the network and the keyboard wait too.
const WAITING: usize = 256;
/// How many events are told at once.
const BATCH: usize = 128;
/// How many things are taken in before the screen is drawn again.
const BEFORE_DRAWING: usize = 64;
/// How long the server may take to hear that one leaves.
const FAREWELL: Duration = Duration::from_secs(2);

/// What comes to the thread of the screen.
enum Incoming {
    /// From the client with this number; an older one says nothing that matters.
    Client(u64, Happening),
    /// Its end, and the lists as it knew them last.
    Ended(u64, Result<(), ClientError>, Box<Roster>),
    Typed(Typed),
    /// The terminal or the system wants an end.
    Leave,
}

/// Runs the chat until its end.
pub(crate) fn run(
    config: Config,
    pictures: Pictures,
    stage: Option<Arc<Stage>>,
) -> Result<(), Fault> {
    let (tell, told) = sync_channel(WAITING);
    let mut terminal = Terminal::enter()?;
    listen_to_keys(tell.clone())?;
    listen_to_signals(tell.clone())?;
    let status = config.initial_status.unwrap_or(Status::ONLINE);
    let model = Model::new(config.account.clone(), status);
    let mut shell = Shell {
        model,
        clock: Clock::start(),
        config,
        pictures,
        stage,
        tell,
        told,
        session: 0,
        client: None,
    };
    let end = shell.run(&mut terminal.0);
    // Where the terminal went away, the others are told all the same.
    shell.say_goodbye();
    drop(terminal);
    end
}

struct Shell {
    model: Model,
    clock: Clock,
    config: Config,
    pictures: Pictures,
    stage: Option<Arc<Stage>>,
    tell: SyncSender<Incoming>,
    told: Receiver<Incoming>,
    session: u64,
    client: Option<Handle<Machine>>,
}

impl Shell {
    fn run(&mut self, terminal: &mut DefaultTerminal) -> Result<(), Fault> {
        let mut happening = Some(Happening::Tick);
        loop {
            for _ in 0..BEFORE_DRAWING {
                let Some(next) = happening.take() else { break };
                let orders = self.model.update(self.clock.moment(), next);
                if let Some(end) = self.obey(orders)? {
                    return end;
                }
                happening = self.told.try_recv().ok().and_then(|next| self.meaning(next));
            }
            self.draw(terminal)?;
            if happening.is_none() {
                happening = Some(self.wait());
            }
        }
    }

    /// Does what is to be done; an answer where that is the end.
    fn obey(&mut self, orders: Vec<Order>) -> Result<Option<Result<(), Fault>>, Fault> {
        let mut orders = std::collections::VecDeque::from(orders);
        while let Some(order) = orders.pop_front() {
            match order {
                Order::Connect(status) => self.connect(status)?,
                Order::Act(ticket, action) => {
                    if let Err(why) = self.act(ticket, action) {
                        let answer = Happening::Answer { ticket, result: Err(why) };
                        orders.extend(self.model.update(self.clock.moment(), answer));
                    }
                }
                Order::Bell => {
                    let mut output = io::stdout();
                    // A terminal that cannot ring is no loss.
                    let _ = output.write_all(b"\x07").and_then(|()| output.flush());
                }
                Order::Quit => {
                    self.say_goodbye();
                    return Ok(Some(Ok(())));
                }
                Order::Fail(error) => return Ok(Some(Err(Fault::SessionEnded(error)))),
            }
        }
        Ok(None)
    }

    /// Has the client on its thread do something, and tell what became of it.
    fn act(&self, ticket: u64, action: Action) -> Result<(), NotDoneReason> {
        let handle = self.client.as_ref().ok_or(NotDoneReason::NotSignedIn)?;
        let (tell, session) = (self.tell.clone(), self.session);
        let call = move |machine: &mut Machine, now: Now| {
            let result = machine.act(now, action).map_err(|not_done| not_done.reason);
            // Nobody listens any more only at the very end.
            let _ = tell.send(Incoming::Client(session, Happening::Answer { ticket, result }));
        };
        handle.try_tell(call).map_err(|why| match why {
            NotTold::Full => NotDoneReason::Full,
            NotTold::Gone => NotDoneReason::NotSignedIn,
        })
    }

    fn connect(&mut self, status: Status) -> Result<(), Fault> {
        let mut config = self.config.clone();
        config.initial_status = Some(status);
        config.seed = embedded::seed()?;
        let places = Arc::new(|_| None);
        let dialogue = Dialogue::new(self.stage.clone(), "client", Side::Client, places);
        let system = |cause| Fault::System { what: "threads or sockets", cause };
        let driver = Driver::new(Watched::new(Client::new(config), dialogue)).map_err(system)?;
        self.session += 1;
        self.client = Some(driver.handle());
        let (tell, session) = (self.tell.clone(), self.session);
        let pictures = self.pictures.clone();
        let client = move || drive(driver, pictures, session, &tell);
        thread::Builder::new().name("client".into()).spawn(client).map_err(system)?;
        Ok(())
    }

    /// Signs out, and waits for a moment until that is said.
    fn say_goodbye(&mut self) {
        let Some(client) = self.client.take() else { return };
        let asked = client.try_tell(|machine, now| drop(machine.act(now, Action::SignOut)));
        let until = self.clock.moment().monotonic + FAREWELL;
        while asked.is_ok() {
            let left = until.saturating_sub(self.clock.moment().monotonic);
            match self.told.recv_timeout(left) {
                Ok(Incoming::Ended(session, ..)) if session == self.session => return,
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    fn wait(&mut self) -> Happening {
        loop {
            let now = self.clock.moment().monotonic;
            let next = match self.model.deadline() {
                Some(deadline) => match self.told.recv_timeout(deadline.saturating_sub(now)) {
                    Ok(next) => next,
                    Err(RecvTimeoutError::Timeout) => return Happening::Tick,
                    Err(RecvTimeoutError::Disconnected) => Incoming::Leave,
                },
                None => self.told.recv().unwrap_or(Incoming::Leave),
            };
            if let Some(happening) = self.meaning(next) {
                return happening;
            }
        }
    }

    fn meaning(&mut self, incoming: Incoming) -> Option<Happening> {
        match incoming {
            Incoming::Client(session, _) if session != self.session => None,
            Incoming::Client(_, happening) => Some(happening),
            Incoming::Ended(session, ..) if session != self.session => None,
            Incoming::Ended(_, end, roster) => {
                // The next session asks only for what is newer.
                self.config.roster = Some(*roster);
                Some(Happening::Ended(end))
            }
            Incoming::Leave => Some(Happening::Press(Press::Leave)),
            Incoming::Typed(Typed::Key(key)) => keys::meaning(key).map(Happening::Press),
            Incoming::Typed(Typed::Paste(text)) => Some(Happening::Paste(text)),
            Incoming::Typed(_) => Some(Happening::Tick),
        }
    }

    fn draw(&mut self, terminal: &mut DefaultTerminal) -> Result<(), Fault> {
        let mut drawn = None;
        let model = &self.model;
        terminal.draw(|frame| drawn = Some(view::draw(frame, model))).map_err(Fault::Output)?;
        if let Some(view::Drawn { page, above, most_below }) = drawn {
            self.model.drawn(page, above, most_below);
        }
        Ok(())
    }
}

/// Runs one client to its end, and tells what it says.
fn drive(
    mut driver: Driver<Machine>,
    mut pictures: Pictures,
    session: u64,
    tell: &SyncSender<Incoming>,
) {
    let mut end = Ok(());
    while let Some(next) = driver.next() {
        let mut events = Vec::new();
        match next {
            Ok(event) => events.push(event),
            Err(error) => end = Err(error),
        }
        while end.is_ok() && events.len() < BATCH {
            match driver.next_within(Duration::ZERO) {
                Ok(Some(Ok(event))) => events.push(event),
                Ok(Some(Err(error))) => end = Err(error),
                Ok(None) | Err(_) => break,
            }
        }
        let mut notices = Vec::new();
        for event in &events {
            let heard = |client: &mut Machine, now| pictures.heard(client, now, event);
            notices.extend(driver.call(heard).map(Happening::Notice));
        }
        let news = Happening::News { state: Box::new(state(&driver, &events)), events };
        for happening in iter::once(news).chain(notices) {
            if tell.send(Incoming::Client(session, happening)).is_err() {
                return;
            }
        }
    }
    let roster = Box::new(driver.machine().machine().roster().clone());
    // Nobody listens any more only at the very end.
    let _ = tell.send(Incoming::Ended(session, end, roster));
}

fn state(driver: &Driver<Machine>, events: &[Event]) -> ClientState {
    let client = driver.machine().machine();
    let status = client.is_signed_in().then(|| client.status());
    ClientState {
        name: client.name().map(str::to_owned),
        status,
        version: client.version(),
        book: events.iter().any(changes_contacts).then(|| Book::of(client.roster())),
    }
}

fn changes_contacts(event: &Event) -> bool {
    matches!(
        event,
        Event::ListsLoaded
            | Event::SignedIn
            | Event::ActionEnded { .. }
            | Event::ListChanged { .. }
            | Event::GroupChanged { .. }
            | Event::GroupMember { .. }
            | Event::ContactNamed { .. }
            | Event::Presence { .. }
            | Event::PersonalMessage { .. }
    )
}

fn listen_to_keys(tell: SyncSender<Incoming>) -> Result<(), Fault> {
    let listen = move || {
        loop {
            let next = match terminal_event::read() {
                Ok(typed) => Incoming::Typed(typed),
                Err(_) => Incoming::Leave,
            };
            let last = matches!(next, Incoming::Leave);
            if tell.send(next).is_err() || last {
                return;
            }
        }
    };
    let started = thread::Builder::new().name("keyboard".into()).spawn(listen);
    started.map(drop).map_err(|cause| Fault::System { what: "threads", cause })
}

fn listen_to_signals(tell: SyncSender<Incoming>) -> Result<(), Fault> {
    signals::listen(Signals::with_hang_up, move || {
        // Nobody listens any more only at the very end.
        let _ = tell.send(Incoming::Leave);
    })
}

/// The terminal while it shows the chat; as it was when this is dropped.
struct Terminal(DefaultTerminal);

impl Terminal {
    fn enter() -> Result<Self, Fault> {
        let terminal = Self(ratatui::try_init().map_err(Fault::Terminal)?);
        execute!(io::stdout(), EnableBracketedPaste).map_err(Fault::Terminal)?;
        // Ratatui's own, which this calls, gives the rest back.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            give_back();
            hook(panic);
        }));
        Ok(terminal)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
        let _ = ratatui::try_restore();
    }
}

/// What ratatui does not know of, or forgets where the program ends in the middle of something.
fn give_back() {
    // Where even this fails there is no terminal to complain on.
    let _ = execute!(io::stdout(), DisableBracketedPaste, Show);
}

/// The one place that reads a clock.
struct Clock {
    started: Instant,
}

#[allow(clippy::disallowed_methods, reason = "the shell is where time enters")]
impl Clock {
    fn start() -> Self {
        Self { started: Instant::now() }
    }

    fn moment(&self) -> Moment {
        let local = jiff::Zoned::now();
        let part = |number: i8| u8::try_from(number).unwrap_or_default();
        let time = Time { hour: part(local.hour()), minute: part(local.minute()) };
        Moment { monotonic: self.started.elapsed(), time }
    }
}
