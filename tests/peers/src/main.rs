//! Measures our client beside others, on the same server: `measure --help`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that takes the time of others"
)]

mod arguments;
mod host;
mod outcome;
mod peer;
mod row;
mod table;
mod weight;
mod work;
mod world;

use std::env;
use std::process::ExitCode;

use crate::arguments::{Arguments, Task};

fn main() -> ExitCode {
    let done = Arguments::read(env::args().skip(1)).and_then(|arguments| match arguments.task {
        Task::Help => {
            println!("{}", arguments::HELP);
            Ok(())
        }
        Task::World(work, network) => world::run(work, network),
        Task::Peer(peer, work, places) => peer::run(peer, work, &places),
        Task::Table => table::run(&arguments),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("measure: {why}");
            ExitCode::FAILURE
        }
    }
}
