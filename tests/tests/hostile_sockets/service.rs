//! Our server on tokio, on a thread of its own.

use std::sync::{Arc, Mutex, mpsc};

use msnp_core::{Account, Act, Secret};
use msnp_server::{Action, Addresses, Config, InMemory, Server, ServerEvent};
use msnp_tokio::{Driver, Handle, Options};

use crate::PATIENCE;

/// A running server. The password of alice is `alice-secret`, and so on.
pub(crate) struct Service {
    pub(crate) addresses: Addresses,
    events: Arc<Mutex<Vec<ServerEvent>>>,
    handle: Handle<Server>,
    stopped: Mutex<mpsc::Receiver<()>>,
}

pub(crate) fn account(name: &str) -> Account {
    Account::new(&format!("{name}@example.com")).unwrap()
}

pub(crate) fn password(name: &str) -> Secret {
    Secret::from(format!("{name}-secret"))
}

impl Service {
    /// With alice, bob and these. What is not said here is as usual.
    pub(crate) fn start(others: &[&str], config: Config, options: Options) -> Self {
        let names = || ["alice", "bob"].iter().chain(others);
        let config = names().fold(config, |config, name| config.account(account(name), *name));
        let performer =
            names().fold(InMemory::new(), |all, name| all.password(account(name), password(name)));
        let events = Arc::new(Mutex::new(Vec::new()));
        let heard = events.clone();
        let (sender, receiver) = mpsc::channel();
        let (stop, stopped) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = Server::new(config, []).unwrap();
                let mut driver =
                    Driver::builder(server).options(options).performer(performer).build();
                let handle = driver.handle();
                while let Some(event) = driver.next().await {
                    let event = event.expect("the server fails");
                    if let ServerEvent::Listening(addresses) = &event {
                        sender.send((addresses.clone(), handle.clone())).unwrap();
                    }
                    heard.lock().unwrap().push(event);
                }
            });
            stop.send(()).unwrap();
        });
        let (addresses, handle) = receiver.recv_timeout(PATIENCE).unwrap();
        Self { addresses, events, handle, stopped: Mutex::new(stopped) }
    }

    /// How often such a thing has happened.
    pub(crate) fn count(&self, such: impl Fn(&ServerEvent) -> bool) -> usize {
        self.events.lock().unwrap().iter().filter(|event| such(event)).count()
    }

    /// Shuts it down, which it must do in time.
    #[track_caller]
    pub(crate) fn stop(self) {
        self.handle.try_tell(|server, now| server.act(now, Action::ShutDown)).unwrap();
        let stopped = self.stopped.into_inner().unwrap();
        stopped.recv_timeout(PATIENCE).expect("the server goes on");
    }
}
