//! Many who talk, in pairs, beside many who are silent: all on one `msnp serve`.
//!
//! Every message must arrive once and in order. What it takes, in time and memory, is measured and
//! decides nothing.

mod person;
mod report;
mod service;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use msnp::core::{Account, Secret, Version};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

pub use report::{Faults, Memory, Report, Times};

use crate::load::person::{Course, Person, Progress, Role, Tally};
use crate::load::service::Service;

/// How many sign in, or open a room, at the same time.
const AT_ONCE: usize = 64;
/// Descriptors beside one for each connection: of the programs themselves, and of web pages.
const OTHER_DESCRIPTORS: usize = 4 * AT_ONCE;
const PASSWORD: &str = "swordfish";

/// What happens.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The command `msnp`.
    pub program: PathBuf,
    /// What everybody speaks.
    pub version: Version,
    /// How many pairs talk.
    pub pairs: usize,
    /// How many messages go each way in each pair.
    pub messages: usize,
    /// How many more are signed in, and silent.
    pub idle: usize,
    /// How long each stage may take.
    pub patience: Duration,
}

/// Does it.
///
/// # Errors
/// When it cannot be done at all: no server, too few descriptors, no runtime. What goes wrong later
/// is in the report.
pub fn run(plan: &Plan) -> Result<Report, String> {
    enough_descriptors(plan)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    let service = Service::start(&plan.program, &everybody(plan))?;
    runtime.block_on(Scene::new(plan, service).play())
}

struct Scene<'a> {
    plan: &'a Plan,
    service: Service,
    seats: Arc<Semaphore>,
    course: watch::Sender<Course>,
    progress: (mpsc::UnboundedSender<Progress>, mpsc::UnboundedReceiver<Progress>),
    troubles: Vec<String>,
}

impl<'a> Scene<'a> {
    fn new(plan: &'a Plan, service: Service) -> Self {
        Self {
            plan,
            service,
            seats: Arc::new(Semaphore::new(AT_ONCE)),
            course: watch::Sender::new(Course::SignIn),
            progress: mpsc::unbounded_channel(),
            troubles: Vec::new(),
        }
    }

    async fn play(mut self) -> Result<Report, String> {
        let plan = self.plan;
        let alone = self.service.usage();

        let begun = Instant::now();
        let idle: Result<Vec<_>, String> =
            (0..plan.idle).map(|number| self.enter(&idle(number), Role::Silent)).collect();
        let idle = idle?;
        let all_idle = self.until(plan.idle, Progress::SignedIn).await;
        let idle_time = begun.elapsed();
        let with_idle = self.service.usage();

        let begun = Instant::now();
        let mut talkers = Vec::new();
        for pair in 0..plan.pairs {
            let (caller, called) = (caller(pair), called(pair));
            talkers.push(self.enter(&caller, Role::Caller(account(&called)?))?);
            talkers.push(self.enter(&called, Role::Called(account(&caller)?))?);
        }
        let mut ready = all_idle && self.until(talkers.len(), Progress::SignedIn).await;
        let sign_in_time = begun.elapsed();

        let begun = Instant::now();
        if ready {
            self.course.send_replace(Course::Open);
            ready = self.until(talkers.len(), Progress::InRoom).await;
        }
        let rooms_time = begun.elapsed();

        let before_talk = self.service.usage();
        let begun = Instant::now();
        if ready {
            self.course.send_replace(Course::Talk);
            self.until(talkers.len(), Progress::Heard).await;
        }
        let talk_time = begun.elapsed();
        let after_talk = self.service.usage();

        // What comes twice comes before the end of a connection, so everybody listens till then.
        self.course.send_replace(Course::Leave);
        let talkers = self.gather(talkers).await;
        self.gather(idle).await;
        while let Ok(progress) = self.progress.1.try_recv() {
            self.troubled(progress);
        }

        let mut faults = Faults::of(&talkers, plan.messages);
        faults.troubles = self.troubles;
        Ok(Report {
            plan: plan.clone(),
            times: Times {
                idle: idle_time,
                sign_in: sign_in_time,
                rooms: rooms_time,
                talk: talk_time,
                server_processor: after_talk.processor_since(&before_talk),
            },
            memory: Memory {
                alone: alone.resident,
                with_idle: with_idle.resident.filter(|_| all_idle),
                after_talk: after_talk.resident,
            },
            faults,
        })
    }

    fn enter(&self, name: &str, role: Role) -> Result<JoinHandle<Tally>, String> {
        let person = Person::new(account(name)?, role, self.plan.messages);
        let places = self.service.places();
        let config = person.config(Secret::from(PASSWORD), self.plan.version, places)?;
        let (course, seats) = (self.course.subscribe(), self.seats.clone());
        let progress = self.progress.0.clone();
        Ok(tokio::spawn(person.live(config, course, seats, progress)))
    }

    /// Waits until so many have come so far; whether they have.
    async fn until(&mut self, count: usize, wanted: Progress) -> bool {
        let deadline = Instant::now() + self.plan.patience;
        let mut come = 0;
        while come < count {
            match timeout_at(deadline, self.progress.1.recv()).await {
                Ok(Some(progress)) if progress == wanted => come += 1,
                Ok(Some(progress @ Progress::Failed(_))) => {
                    self.troubled(progress);
                    return false;
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => {
                    let patience = self.plan.patience;
                    let trouble = format!("{wanted:?}: {come} of {count} within {patience:?}");
                    self.troubles.push(trouble);
                    return false;
                }
            }
        }
        true
    }

    fn troubled(&mut self, progress: Progress) {
        if let Progress::Failed(why) = progress {
            self.troubles.push(why);
        }
    }

    async fn gather(&mut self, people: Vec<JoinHandle<Tally>>) -> Vec<Tally> {
        let deadline = Instant::now() + self.plan.patience;
        let mut tallies = Vec::new();
        for mut person in people {
            let joined = match timeout_at(deadline, &mut person).await {
                Ok(joined) => joined,
                Err(_) => {
                    self.troubles.push("somebody cannot sign out".into());
                    self.course.send_replace(Course::End);
                    person.await
                }
            };
            match joined {
                Ok(tally) => tallies.push(tally),
                Err(error) => self.troubles.push(error.to_string()),
            }
        }
        tallies
    }
}

fn idle(number: usize) -> String {
    format!("idle{number}@example.com")
}

fn caller(pair: usize) -> String {
    format!("caller{pair}@example.com")
}

fn called(pair: usize) -> String {
    format!("called{pair}@example.com")
}

fn account(name: &str) -> Result<Account, String> {
    Account::new(name).map_err(|error| format!("{name}: {error}"))
}

/// The users of the server, one `ACCOUNT:PASSWORD` a line.
fn everybody(plan: &Plan) -> String {
    let pairs = (0..plan.pairs).flat_map(|pair| [caller(pair), called(pair)]);
    let all = (0..plan.idle).map(idle).chain(pairs);
    all.map(|name| format!("{name}:{PASSWORD}\n")).collect()
}

/// The server inherits the bound of this process, and has about as many connections.
fn enough_descriptors(plan: &Plan) -> Result<(), String> {
    // Each talker has one to the notification server and one to the switchboard.
    let needed = plan.idle + 4 * plan.pairs + OTHER_DESCRIPTORS;
    let Ok(limits) = fs::read_to_string("/proc/self/limits") else { return Ok(()) };
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let allowed = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    match allowed {
        Some(allowed) if allowed < needed => Err(format!(
            "this process may open {allowed} files, and needs {needed}; say: ulimit -n {needed}"
        )),
        _ => Ok(()),
    }
}
