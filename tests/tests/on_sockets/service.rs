//! The embedded server, on a thread of its own, recorded.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use msnp_codec::Sender;
use msnp_core::{Account, Act, Secret, Watched};
use msnp_server::{Action, Addresses, Config, InMemory, Server, ServerEvent};
use msnp_testkit::{ActionFormat, Header, Recorder, Recording};
use msnp_tests::mask_secrets;
use msnp_tokio::{Driver, Handle};
use serde_json::{Value, json};

type Machine = Watched<Server, Recorders<ServerActions>>;

/// A running server with alice, bob and eve, whose passwords are `alice-secret` and so on.
pub(crate) struct Service {
    pub(crate) addresses: Addresses,
    events: Arc<Mutex<Vec<ServerEvent>>>,
    handle: Handle<Machine>,
    thread: JoinHandle<Recorded>,
}

pub(crate) fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}

pub(crate) fn password(name: &str) -> Secret {
    Secret::from(format!("{name}-secret"))
}

/// What the server is made of, each time the same.
pub(crate) fn config() -> Config {
    ["alice", "bob", "eve"]
        .into_iter()
        .fold(Config::new([7; 32]), |config, name| config.account(account(name), name))
}

impl Service {
    pub(crate) fn start() -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let (sender, receiver) = mpsc::channel();
        let heard = events.clone();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let recorders = recorders("the server", Sender::Server, ServerActions);
                let server = Server::new(config(), []).unwrap();
                let performer = ["alice", "bob", "eve"]
                    .into_iter()
                    .fold(InMemory::new(), |all, name| all.password(account(name), password(name)));
                let mut driver =
                    Driver::builder(Watched::new(server, recorders)).performer(performer).build();
                let handle = driver.handle();
                while let Some(event) = driver.next().await {
                    let event = event.expect("the server fails");
                    if let ServerEvent::Listening(addresses) = &event {
                        sender.send((addresses.clone(), handle.clone())).unwrap();
                    }
                    heard.lock().unwrap().push(event);
                }
                driver.call(|machine, _| finished(machine.watcher_mut(), ServerActions))
            })
        });
        let (addresses, handle) = receiver.recv().unwrap();
        Self { addresses, events, handle, thread }
    }

    pub(crate) fn nexus(&self) -> String {
        format!("http://{}{}", self.addresses.http, msnp_server::NEXUS_PATH)
    }

    pub(crate) fn events(&self) -> Vec<ServerEvent> {
        self.events.lock().unwrap().clone()
    }

    /// Shuts it down, and gives what happened to it.
    pub(crate) fn stop(self) -> Recorded {
        self.handle.try_tell(|server, now| server.act(now, Action::ShutDown)).unwrap();
        self.thread.join().unwrap()
    }
}

/// One that can be replayed, and a masked one.
pub(crate) type Recorders<F> = (Recorder<Vec<u8>, F>, Recorder<Vec<u8>, F>);

/// What they wrote.
pub(crate) struct Recorded {
    pub(crate) whole: Recording,
    pub(crate) masked: Recording,
}

pub(crate) fn recorders<F: Copy>(name: &str, side: Sender, format: F) -> Recorders<F> {
    let header = || Header::new(name, Value::Null);
    let mask = mask_secrets(side);
    (
        Recorder::new(Vec::new(), header(), format).unwrap(),
        Recorder::masked(Vec::new(), header(), format, mask).unwrap(),
    )
}

/// Takes the recordings out of their recorders.
pub(crate) fn finished<F: Copy>(recording: &mut Recorders<F>, format: F) -> Recorded {
    let spare = recorders("nothing", Sender::Client, format);
    let (whole, masked) = std::mem::replace(recording, spare);
    let read = |recorder: Recorder<Vec<u8>, F>| -> Recording {
        String::from_utf8(recorder.finish().unwrap()).unwrap().parse().unwrap()
    };
    Recorded { whole: read(whole), masked: read(masked) }
}

/// How the actions of a server are written down.
#[derive(Clone, Copy)]
pub(crate) struct ServerActions;

impl ActionFormat<Action> for ServerActions {
    fn to_json(&self, action: &Action) -> Value {
        match action {
            Action::ShutDown => json!("shut down"),
            other => panic!("{other:?} is not done here"),
        }
    }

    fn read_json(&self, value: &Value) -> Result<Action, String> {
        match value.as_str() {
            Some("shut down") => Ok(Action::ShutDown),
            _ => Err(format!("no action of a server: {value}")),
        }
    }
}
