//! Measures one `msnp serve` with many clients: 100 pairs that send each other 100 messages each
//! way, beside 2,000 who are signed in and silent. From the root of the project:
//!
//! ```text
//! .ci/load                              # builds both programs for release, and runs this
//! .ci/load --protocol MSNP12 --json     # with options
//! ```
//!
//! | option | |
//! |---|---|
//! | `--program FILE` | the command `msnp`; `.ci/load` names it |
//! | `--protocol MSNPn` | what everybody speaks (MSNP7, which needs no web pages) |
//! | `--pairs N` | how many pairs (100) |
//! | `--messages N` | how many messages each way in each pair (100) |
//! | `--idle N` | how many silent ones (2000) |
//! | `--patience SECONDS` | how long each stage may take (300) |
//! | `--json` | one JSON object instead of a table |
//!
//! The exit code is 1 when a message was lost, came twice or out of order, or when somebody could
//! not do their part, and 2 for wrong usage. Times and memory decide nothing: they depend on the
//! machine and on what else it does.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for people")]

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use msnp::core::Version;
use msnp_tests::load::{Plan, run};

fn main() -> ExitCode {
    let (plan, json) = match read(env::args().skip(1)) {
        Ok(read) => read,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::from(2);
        }
    };
    match run(&plan) {
        Ok(report) => {
            if json {
                println!("{}", report.to_json());
            } else {
                print!("{report}");
            }
            if report.faults.none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<(Plan, bool), String> {
    let mut plan = Plan {
        program: "msnp".into(),
        version: Version::MSNP7,
        pairs: 100,
        messages: 100,
        idle: 2000,
        patience: Duration::from_secs(300),
    };
    let mut json = false;
    while let Some(option) = arguments.next() {
        if option == "--json" {
            json = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{option} what?"))?;
        let number = || value.parse().map_err(|_| format!("{option}: {value} is no number"));
        match option.as_str() {
            "--program" => plan.program = value.into(),
            "--protocol" => {
                plan.version = value.parse().map_err(|_| format!("{value} is no version"))?;
            }
            "--pairs" => plan.pairs = number()?,
            "--messages" => plan.messages = number()?,
            "--idle" => plan.idle = number()?,
            "--patience" => {
                let seconds = value.parse().map_err(|_| format!("{value} is no number"))?;
                plan.patience = Duration::from_secs(seconds);
            }
            _ => return Err(format!("there is no option {option}")),
        }
    }
    Ok((plan, json))
}
