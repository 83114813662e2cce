//! The demonstration in one version: the server, alice, bob, carol, and the steps one after the
//! other.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use msnp::client::{Client, Config, Roster};
use msnp::core::{Act, Now, Random, Secret, Version, Watched};
use msnp::server::{Action, Addresses, NEXUS_PATH, Server, ServerError, ServerEvent};
use msnp::tokio::Handle;

use crate::arguments::User;
use crate::demo::inbox::{Inbox, Nothing};
use crate::demo::person::{Missed, Person};
use crate::demo::report::{Outcome, Report};
use crate::demo::steps::{Cast, Deed, Look, Step, Who, steps};
use crate::demo::watchdog::Watchdog;
use crate::dialogue::{Dialogue, Side, Stage};
use crate::embedded::{self, Whereabouts};
use crate::fault::Fault;

/// The last step, which is done even after one that failed.
const STOP: &str = "the server stops";

/// How long anybody waits for one thing.
const PATIENCE: Duration = Duration::from_secs(10);

type Machine = Watched<Server, Dialogue>;

/// Everybody and everything in one version.
pub(crate) struct Play {
    stage: Option<Arc<Stage>>,
    whereabouts: Whereabouts,
    cast: Cast,
    passwords: [Secret; 3],
    people: [Option<Person>; 3],
    /// The lists of those whose connections broke.
    rosters: [Option<Roster>; 3],
    server: Inbox<Said>,
    handle: Handle<Machine>,
}

/// What the server reports.
enum Said {
    Event(ServerEvent),
    End(Result<(), ServerError>),
}

impl Play {
    /// With a server that is up.
    pub(crate) fn new(version: Version, stage: Option<Arc<Stage>>) -> Result<Self, Fault> {
        let mut random = Random::from_seed(embedded::seed()?);
        let alice = embedded::account("alice@example.com")?;
        let bob = embedded::account("bob@example.com")?;
        let carol = embedded::account("carol@example.com")?;
        let passwords = [(); 3].map(|()| Secret::new(random.token(12)));
        let accounts = [&alice, &bob, &carol].into_iter().cloned();
        let users: Vec<User> = accounts
            .zip(passwords.iter().cloned())
            .map(|(account, password)| User { account, password })
            .collect();
        let whereabouts = Arc::new(OnceLock::new());
        let on = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (handle, mut server) = serve(on, &users, &whereabouts)?;
        let addresses = server.take(PATIENCE, |said| match said {
            Said::Event(ServerEvent::Listening(addresses)) => Some(Ok(addresses.clone())),
            Said::End(Err(error)) => Some(Err(embedded::fault(*error, on))),
            _ => None,
        });
        let addresses = addresses.map_err(|_| Fault::ServerNotUp)??;
        let _ = whereabouts.set(addresses);
        let cast = Cast { version, alice, bob, carol, talks: [None; 3], group: None };
        let (people, rosters) = ([None, None, None], [None, None, None]);
        Ok(Self { stage, whereabouts, cast, passwords, people, rosters, server, handle })
    }

    /// Runs all steps, and then stops the server.
    pub(crate) fn run(mut self, watchdog: &Watchdog, report: &mut Report) {
        let version = self.cast.version;
        let mut failed = None;
        for step in steps() {
            watchdog.begin(step.name, &version.to_string());
            let outcome = match failed {
                _ if !(step.needs)(version) => Outcome::NotApplicable,
                Some(earlier) => Outcome::Failed(format!("not tried, since \"{earlier}\" failed")),
                None => {
                    self.heading(&format!("{version}: {}", step.name));
                    self.step(step).map_or_else(Outcome::Failed, |()| Outcome::Ok)
                }
            };
            if let Outcome::Failed(_) = outcome {
                failed.get_or_insert(step.name);
            }
            report.add(version, step.name, outcome);
        }
        watchdog.begin(STOP, &version.to_string());
        self.heading(&format!("{version}: {STOP}"));
        let stopped = self.stop();
        report.add(version, STOP, stopped.map_or_else(Outcome::Failed, |()| Outcome::Ok));
        report.table(version);
    }

    fn heading(&self, heading: &str) {
        if let Some(stage) = &self.stage {
            stage.heading(heading);
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        for person in self.people.iter_mut().flatten() {
            person.forget();
        }
        match step.does {
            Deed::SignIn(who) => self.sign_in(who)?,
            Deed::Cut(who) => self.cut(who)?,
            Deed::Act(who, action) => {
                let action = action(&self.cast);
                let done = self.person(who)?.act(action, PATIENCE);
                done.map_err(|missed| format!("{} could not do it: {missed}", name(who)))?;
            }
            Deed::Nothing => {}
        }
        for look in step.seen {
            self.look(look)?;
        }
        for (person, talk) in self.people.iter().zip(&mut self.cast.talks) {
            *talk = person.as_ref().and_then(|person| person.conversation);
        }
        let [alice, ..] = &self.people;
        self.cast.group = alice.as_ref().and_then(|alice| alice.group.clone());
        Ok(())
    }

    fn look(&mut self, look: &Look) -> Result<(), String> {
        let cast = self.cast.clone();
        match look {
            Look::Person(who, what, is) => {
                let seen = self.person(*who)?.see(PATIENCE, |sight| is(sight, &cast));
                seen.map_err(|missed| missed_by(*who, what, &missed))
            }
            Look::Keeps(who, what, is) => {
                let roster = self.person(*who)?.roster(PATIENCE);
                let roster = roster.map_err(|missed| missed_by(*who, what, &missed))?;
                let keeps = is(&roster, &cast);
                keeps.then_some(()).ok_or_else(|| format!("{} does not see {what}", name(*who)))
            }
            Look::Never(who, what, is) => {
                if self.person(*who)?.has_seen(|sight| is(sight, &cast)) {
                    return Err(format!("{} saw {what}, and should not", name(*who)));
                }
                Ok(())
            }
            Look::Server(what, is) => {
                let seen = self.server.take(PATIENCE, |said| {
                    matches!(said, Said::Event(event) if is(event, &cast)).then_some(())
                });
                seen.map_err(|nothing| match nothing {
                    Nothing::NotInTime => format!("the server did not report {what} in time"),
                    Nothing::Gone => String::from("the server is gone"),
                })
            }
            Look::ServerNever(what, is) => {
                let found = self.server.find(|said| {
                    matches!(said, Said::Event(event) if is(event, &cast)).then_some(())
                });
                match found {
                    Some(()) => Err(format!("the server reported {what}")),
                    None => Ok(()),
                }
            }
        }
    }

    fn person(&mut self, who: Who) -> Result<&mut Person, String> {
        of(who, &mut self.people).as_mut().ok_or_else(|| format!("{} is not there", name(who)))
    }

    fn cut(&mut self, who: Who) -> Result<(), String> {
        let person = of(who, &mut self.people).take();
        let person = person.ok_or_else(|| format!("{} is not there", name(who)))?;
        let roster = person.cut(PATIENCE);
        let roster = roster.map_err(|missed| format!("{} stays: {missed}", name(who)))?;
        *of(who, &mut self.rosters) = Some(roster);
        Ok(())
    }

    fn sign_in(&mut self, who: Who) -> Result<(), String> {
        let password = of(who, &mut self.passwords).clone();
        let account = match who {
            Who::Alice => &self.cast.alice,
            Who::Bob => &self.cast.bob,
            Who::Carol => &self.cast.carol,
        };
        let Some(Addresses { dispatch, http, .. }) = self.whereabouts.get() else {
            return Err(String::from("the server is not up"));
        };
        let mut config = Config::new(account.clone(), password, dispatch.clone());
        config.nexus = format!("http://{http}{NEXUS_PATH}");
        config.versions = vec![self.cast.version];
        // Going online is a step of its own.
        config.initial_status = None;
        config.roster = of(who, &mut self.rosters).take();
        let client = Client::new(config);
        let places = embedded::places(&self.whereabouts);
        let dialogue = Dialogue::new(self.stage.clone(), name(who), Side::Client, places);
        let person = match who {
            Who::Alice => Person::on_blocking(client, dialogue),
            Who::Bob | Who::Carol => Person::on_tokio(client, dialogue),
        };
        let person = person.map_err(|error| format!("the driver does not start: {error}"))?;
        *of(who, &mut self.people) = Some(person);
        Ok(())
    }

    fn stop(&mut self) -> Result<(), String> {
        let shut_down = |server: &mut Machine, now: Now| {
            server.act(now, Action::ShutDown);
        };
        self.handle.try_tell(shut_down).map_err(|_| String::from("the server is gone"))?;
        let end = self.server.take(PATIENCE, |said| match said {
            Said::End(end) => Some(*end),
            Said::Event(_) => None,
        });
        match end {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the server ended: {error}")),
            Err(Nothing::NotInTime) => Err(String::from("the server did not stop in time")),
            Err(Nothing::Gone) => Err(String::from("the server is gone")),
        }
    }
}

/// Starts the server on a thread of its own.
fn serve(
    on: SocketAddr,
    users: &[User],
    whereabouts: &Whereabouts,
) -> Result<(Handle<Machine>, Inbox<Said>), Fault> {
    let config = embedded::config(on)?;
    let mut driver = embedded::server(config, users, None, whereabouts)?;
    let handle = driver.handle();
    let (tell, told) = channel();
    let threads = |cause| Fault::System { what: "threads", cause };
    let runtime = embedded::runtime()?;
    let run = async move {
        let mut end = Ok(());
        while let Some(next) = driver.next().await {
            match next {
                Ok(event) => drop(tell.send(Said::Event(event))),
                Err(error) => end = Err(error),
            }
        }
        drop(tell.send(Said::End(end)));
    };
    thread::Builder::new()
        .name("server".into())
        .spawn(move || runtime.block_on(run))
        .map_err(threads)?;
    Ok((handle, Inbox::new(told)))
}

fn of<T>(who: Who, [alice, bob, carol]: &mut [T; 3]) -> &mut T {
    match who {
        Who::Alice => alice,
        Who::Bob => bob,
        Who::Carol => carol,
    }
}

fn name(who: Who) -> &'static str {
    match who {
        Who::Alice => "alice",
        Who::Bob => "bob",
        Who::Carol => "carol",
    }
}

fn missed_by(who: Who, what: &str, missed: &Missed) -> String {
    format!("{} did not see {what}: {missed}", name(who))
}

#[cfg(test)]
mod tests;
