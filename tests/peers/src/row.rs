use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::outcome::{Outcome, READY};
use crate::peer::{Peer, Places};
use crate::work::Work;
use crate::world::Network;

/// How long the server may take until everybody is online.
const START: Duration = Duration::from_secs(60);
/// How long one peer may take for one row.
pub(crate) const LIMIT: Duration = Duration::from_secs(90);

/// One thing that all peers do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) work: Work,
    pub(crate) network: Network,
}

impl Row {
    /// Those of the table.
    pub(crate) fn all() -> Vec<Self> {
        let works = [
            Work::SignIn(10),
            Work::SignIn(100),
            Work::SignIn(1_000),
            Work::SignIn(10_000),
            Work::Online(1_000),
            Work::Changes(10_000),
            Work::Received(100_000),
        ];
        let mut rows = Vec::new();
        for network in [Network::Direct, Network::Gentle] {
            rows.extend(works.map(|work| Self { work, network }));
        }
        // Nothing comes at once there, so that the gentle network would change nothing.
        rows.push(Self { work: Work::Sent(100_000), network: Network::Direct });
        rows
    }

    /// Two small ones.
    pub(crate) fn quick() -> Vec<Self> {
        let direct = |work| Self { work, network: Network::Direct };
        vec![direct(Work::SignIn(10)), direct(Work::Received(100))]
    }

    pub(crate) fn name(self) -> String {
        format!("{} {}", self.work, self.network)
    }

    /// Has it done by every peer, so many times or until it fails, one after the other in turn: what
    /// the machine does beside that is shared by all.
    pub(crate) fn run(self, runs: usize) -> Result<Vec<(Peer, Outcome)>, String> {
        let mut outcomes = Peer::ALL.map(|peer| (peer, Vec::new()));
        for _ in 0..runs * self.repetitions() {
            for (peer, outcomes) in &mut outcomes {
                if !matches!(outcomes.last(), Some(Outcome::Failed(_))) {
                    outcomes.push(self.run_once(*peer)?);
                }
            }
        }
        Ok(outcomes.map(|(peer, outcomes)| (peer, Outcome::of_several(outcomes))).into())
    }

    /// How many runs count as one: a few milliseconds say little alone.
    fn repetitions(self) -> usize {
        if self.work.is_short() { 5 } else { 1 }
    }

    fn run_once(self, peer: Peer) -> Result<Outcome, String> {
        let (work, network) = (self.work.to_string(), self.network.to_string());
        let mut world = Process::start(&["world", &work, &network])?;
        let places = world.lines.recv_timeout(START);
        let places = places.map_err(|_| "the server does not start".to_owned())?;
        // So that what is wrong with it shows here, and not as a fault of the peer.
        Places::read(&places)?;
        let mut process = Process::start(&["peer", &peer.to_string(), &work, &places])?;
        let until = Instant::now() + LIMIT;
        loop {
            match process.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) if line == READY => world.tell("go")?,
                Ok(line) => return Ok(Outcome::read(&line)),
                Err(RecvTimeoutError::Timeout) => {
                    return Ok(Outcome::Failed(format!("killed after {} s", LIMIT.as_secs())));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let end = process.child.wait().map_err(|error| error.to_string())?;
                    let said = process.last_words();
                    return Ok(Outcome::Failed(format!("ends with {end}: {said}")));
                }
            }
        }
    }
}

/// This program once more, in another role; killed when dropped.
struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    fn start(arguments: &[&str]) -> Result<Self, String> {
        let program =
            env::current_exe().map_err(|error| format!("which program is this: {error}"))?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if arguments[0] == "peer" { Stdio::piped() } else { Stdio::inherit() })
            .spawn()
            .map_err(|error| format!("cannot start a process: {error}"))?;
        let (send, lines) = channel();
        if let Some(said) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(said).lines().map_while(Result::ok) {
                    if send.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self { child, lines })
    }

    fn tell(&mut self, word: &str) -> Result<(), String> {
        let to = self.child.stdin.as_mut().ok_or("no way to the server")?;
        writeln!(to, "{word}").map_err(|error| format!("the server has ended: {error}"))
    }

    /// The end of what it wrote to standard error, where a panic is.
    fn last_words(&mut self) -> String {
        let mut said = String::new();
        if let Some(mut from) = self.child.stderr.take() {
            let _ = from.read_to_string(&mut said);
        }
        said.lines().last().unwrap_or("without a word").to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It fails only where the process has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
