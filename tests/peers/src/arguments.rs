use crate::peer::{Peer, Places};
use crate::work::Work;
use crate::world::Network;

/// What `--help` says.
pub(crate) const HELP: &str = "\
Measures our client and msnp11-sdk on the same server, each row of each in a process of its own.

usage: measure [--quick] [--runs N] [--only WORD] [--build] [--json]

  --quick      two small rows, a few times; judges nothing
  --runs N     measures each row so often, those of a few milliseconds five times as often, and
               takes the number in the middle (5)
  --only WORD  only rows whose name has this word, such as sign-in or received; may be repeated
  --build      also builds a program of each from nothing, which takes minutes; without it, the
               last times are shown
  --json       one JSON object on standard output instead of the table";

/// What was asked for.
pub(crate) struct Arguments {
    pub(crate) task: Task,
    pub(crate) quick: bool,
    pub(crate) runs: usize,
    pub(crate) only: Vec<String>,
    pub(crate) build: bool,
    pub(crate) json: bool,
}

/// What this process is for.
pub(crate) enum Task {
    Help,
    /// Measures everything.
    Table,
    /// Is the server of one row.
    World(Work, Network),
    /// Is one peer in one row.
    Peer(Peer, Work, Places),
}

impl Arguments {
    pub(crate) fn read(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            task: Task::Table,
            quick: false,
            runs: 5,
            only: Vec::new(),
            build: false,
            json: false,
        };
        while let Some(word) = given.next() {
            let mut value = || given.next().ok_or_else(|| format!("{word} what? See --help"));
            match word.as_str() {
                "--help" | "-h" => arguments.task = Task::Help,
                "--quick" => (arguments.quick, arguments.runs) = (true, 1),
                "--build" => arguments.build = true,
                "--json" => arguments.json = true,
                "--only" => arguments.only.push(value()?),
                "--runs" => {
                    let runs = value()?.parse().ok().filter(|runs| *runs > 0);
                    arguments.runs = runs.ok_or("--runs needs a number")?;
                }
                "world" => arguments.task = Task::World(value()?.parse()?, value()?.parse()?),
                "peer" => {
                    let (peer, work) = (value()?.parse()?, value()?.parse()?);
                    arguments.task = Task::Peer(peer, work, Places::read(&value()?)?);
                }
                _ => return Err(format!("{word:?} is not known; see --help")),
            }
        }
        Ok(arguments)
    }
}
