//! `msnp demo`: alice and bob meet on a server of our own.

mod inbox;
mod patience;
mod person;
mod play;
mod report;
mod steps;
mod watchdog;

use std::sync::Arc;

use msnp::client::Config;
use msnp::core::Version;

use crate::arguments::Demo;
use crate::demo::play::Play;
use crate::demo::report::Report;
use crate::demo::watchdog::Watchdog;
use crate::dialogue::{Stage, Style};
use crate::fault::Fault;
use crate::screen::Screen;

/// Runs the demonstration in each version that was asked for.
pub(crate) fn run(demo: &Demo, trace: bool, screen: &Arc<Screen>) -> Result<(), Fault> {
    let style = Style { cut: !trace, bodies: true, as_news: demo.json };
    let shown = trace || !(demo.quiet || demo.json);
    let stage = shown.then(|| Arc::new(Stage::new(screen.clone(), style)));
    let watchdog =
        Watchdog::new(screen.clone()).map_err(|cause| Fault::System { what: "threads", cause })?;
    let mut report = Report::new(screen.clone(), demo.json);
    for version in versions(demo) {
        watchdog.begin("the server comes up", &version.to_string());
        Play::new(version, stage.clone())?.run(&watchdog, &mut report);
    }
    report.end()
}

fn versions(demo: &Demo) -> Vec<Version> {
    if !demo.all {
        return vec![demo.protocol];
    }
    let mut versions = Config::VERSIONS.to_vec();
    versions.sort();
    versions
}
