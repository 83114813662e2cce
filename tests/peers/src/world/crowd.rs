use std::sync::Arc;

use msnp::client::{Client, Config, ConversationId, Event};
use msnp::codec::message::Text;
use msnp::core::{Account, Endpoint, Now, Secret, Status, Version};
use msnp::session::Delivery;
use msnp::tokio::Driver;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use crate::work::{self, MEASURED, PASSWORD, Work};

/// How many texts or changes of one person wait for an answer.
const WINDOW: u32 = 32;
/// How many sign in at a time.
const AT_A_TIME: usize = 50;

/// Everybody but the one who is measured.
pub(super) struct Crowd {
    runtime: Runtime,
    members: JoinSet<Result<(), String>>,
}

/// One of them.
struct Member {
    work: Work,
    /// How many changes or texts it has yet to make.
    left: u32,
    /// How many it has made.
    made: u32,
    room: Option<ConversationId>,
}

impl Crowd {
    /// Signs everybody in, and returns when all are online. They go on when told to begin.
    pub(super) fn sign_in(
        work: Work,
        ns: &Endpoint,
        nexus: &str,
        begin: &watch::Receiver<bool>,
    ) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
        let mut members = JoinSet::new();
        runtime.block_on(async {
            let door = Arc::new(Semaphore::new(AT_A_TIME));
            let (online, mut came) = mpsc::unbounded_channel();
            for number in 0..work.online() {
                let config = config(number, ns, nexus)?;
                let (door, online, begin) = (door.clone(), online.clone(), begin.clone());
                members.spawn(async move {
                    let place = door.acquire_owned().await.map_err(|error| error.to_string())?;
                    let mut driver = Driver::new(Client::new(config));
                    until_signed_in(&mut driver).await?;
                    drop(place);
                    // The one who waits has given up where this fails.
                    let _ = online.send(());
                    Member::new(work).live(driver, begin).await
                });
            }
            for _ in 0..work.online() {
                tokio::select! {
                    _ = came.recv() => {}
                    ended = members.join_next() => {
                        return Err(format!("a contact is not online: {ended:?}"));
                    }
                }
            }
            Ok(())
        })?;
        Ok(Self { runtime, members })
    }

    /// Lets everybody live.
    pub(super) fn run(mut self) -> Result<(), String> {
        self.runtime.block_on(async {
            while let Some(ended) = self.members.join_next().await {
                ended.map_err(|error| error.to_string())??;
            }
            Ok(())
        })
    }
}

impl Member {
    fn new(work: Work) -> Self {
        let left = match work {
            Work::Changes(count) | Work::Received(count) => count / work.online(),
            Work::SignIn(_) | Work::Online(_) | Work::Sent(_) => 0,
        };
        Self { work, left, made: 0, room: None }
    }

    async fn live(
        mut self,
        mut driver: Driver<Client>,
        mut begin: watch::Receiver<bool>,
    ) -> Result<(), String> {
        let mut begun = false;
        loop {
            let event = tokio::select! {
                event = driver.next() => event,
                told = begin.wait_for(|begin| *begin), if !begun => {
                    drop(told.map_err(|error| error.to_string())?);
                    begun = true;
                    driver.call(|client, now| self.begin(client, now))?;
                    continue;
                }
            };
            let Some(event) = event else { return Ok(()) };
            let event = event.map_err(|error| error.to_string())?;
            driver.call(|client, now| self.hear(client, now, &event))?;
        }
    }

    fn begin(&mut self, client: &mut Client, now: Now) -> Result<(), String> {
        match self.work {
            Work::Changes(_) => self.several(client, now),
            Work::Received(_) => {
                let with = Account::new(MEASURED).map_err(|error| error.to_string())?;
                client.open(now, with).map_err(|error| error.to_string())?;
                Ok(())
            }
            Work::SignIn(_) | Work::Online(_) | Work::Sent(_) => Ok(()),
        }
    }

    fn hear(&mut self, client: &mut Client, now: Now, event: &Event) -> Result<(), String> {
        match (event, self.work) {
            (Event::Joined { conversation, .. }, Work::Received(_)) => {
                self.room = Some(*conversation);
                self.several(client, now)
            }
            (Event::MessageEnded { delivery: Delivery::Accepted, .. }, Work::Received(_))
            | (Event::ActionEnded { result: Ok(()), .. }, Work::Changes(_)) => {
                self.one(client, now)
            }
            (Event::MessageEnded { .. } | Event::ActionEnded { .. }, _) => {
                Err(format!("a contact: {event:?}"))
            }
            _ => Ok(()),
        }
    }

    fn several(&mut self, client: &mut Client, now: Now) -> Result<(), String> {
        (0..WINDOW).try_for_each(|_| self.one(client, now))
    }

    fn one(&mut self, client: &mut Client, now: Now) -> Result<(), String> {
        if self.left == 0 {
            return Ok(());
        }
        match self.room {
            Some(room) => {
                let text = Text::new(work::text(self.made));
                client.send_text(now, room, text).map_err(|error| error.to_string())?;
            }
            None => {
                let status = [Status::BUSY, Status::AWAY, Status::ON_THE_PHONE];
                let status = status[self.made as usize % status.len()];
                client.set_status(now, status).map_err(|error| error.to_string())?;
            }
        }
        self.left -= 1;
        self.made += 1;
        Ok(())
    }
}

fn config(number: u32, ns: &Endpoint, nexus: &str) -> Result<Config, String> {
    let account = Account::new(&work::account(number)).map_err(|error| error.to_string())?;
    let mut config = Config::new(account, Secret::from(PASSWORD), ns.clone());
    config.nexus = nexus.into();
    config.versions = vec![Version::MSNP11];
    Ok(config)
}

async fn until_signed_in(driver: &mut Driver<Client>) -> Result<(), String> {
    while let Some(event) = driver.next().await {
        if matches!(event.map_err(|error| error.to_string())?, Event::SignedIn) {
            return Ok(());
        }
    }
    Err("the server sent it away".into())
}
