//! The `msnp` command: `demo` shows the protocols at work, `serve` serves them to other clients,
//! `chat` is a client for people, `bridge` one for programs.

#![forbid(unsafe_code)]

mod arguments;
mod bridge;
mod chat;
mod demo;
mod dialogue;
mod embedded;
mod fault;
mod json;
mod limits;
mod mask;
mod screen;
mod serve;
mod sign_in;
mod signals;

use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};
use crate::fault::Fault;
use crate::screen::Screen;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(apologise));
    let arguments = Arguments::parse();
    let screen = Arc::new(Screen::of_the_terminal());
    let done = match &arguments.command {
        Some(Command::Demo(demo)) => demo::run(demo, arguments.trace, &screen),
        Some(Command::Serve(serve)) => serve::run(serve, arguments.trace, &screen),
        Some(Command::Chat(sign_in)) => chat::run(sign_in, arguments.trace, &screen),
        Some(Command::Bridge(sign_in)) => bridge::run(sign_in, arguments.trace, &screen),
        None => {
            screen.say(&Arguments::command().render_help().to_string());
            Ok(())
        }
    };
    match done.and_then(|()| screen.written()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            screen.complain(&fault.to_string());
            ExitCode::from(fault.exit_code())
        }
    }
}

/// Whatever thread it was, nothing that follows could be trusted.
fn apologise(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or(String::new(), |place| format!(" ({place})"));
    Screen::of_the_terminal()
        .complain(&format!("this is a defect of the program; please report it{place}"));
    std::process::exit(Fault::Defect.exit_code().into());
}
