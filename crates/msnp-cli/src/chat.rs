//! `msnp chat`: a client for people, in a terminal.

mod book;
mod commands;
mod complete;
mod harmless;
mod input;
mod keys;
mod news;
mod pictures;
mod run;
mod state;
mod talk;
mod view;
mod wrap;

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::sync::Arc;

use crate::arguments::Chat;
use crate::chat::pictures::Pictures;
use crate::dialogue::{Stage, Style};
use crate::fault::Fault;
use crate::screen::Screen;
use crate::sign_in;

/// Runs the chat until its user leaves.
pub(crate) fn run(arguments: &Chat, trace: bool, screen: &Arc<Screen>) -> Result<(), Fault> {
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err(Fault::NoTerminal);
    }
    if trace && stderr().is_terminal() {
        return Err(Fault::TraceOnScreen);
    }
    let config = sign_in::config(&arguments.sign_in)?;
    let pictures = Pictures::new(arguments.picture.as_deref(), arguments.pictures.as_deref())?;
    let style = Style { cut: false, bodies: true, as_news: true };
    let stage = trace.then(|| Arc::new(Stage::new(screen.clone(), style)));
    run::run(config, pictures, stage)
}
