//! Sessions in files: what went into a machine, and what came out.
//!
//! The format is described in `docs/recording.md`.

pub(crate) mod values;

use std::convert::Infallible;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use msnp_core::example::Say;
use msnp_core::{Act, Call, LinkId, Now, Output, Watcher};
use serde_json::{Value, json};

use values::{
    answer_json, duration_json, hex, link_end_json, opened_json, request_json, said_json,
};

/// How the actions of a machine are written down.
///
/// A separate value rather than a property of the action, so that it can be defined wherever the
/// test is.
pub trait ActionFormat<A> {
    /// The action, complete with whatever is secret in it.
    fn to_json(&self, action: &A) -> Value;

    /// The action that [`to_json`](Self::to_json) wrote down.
    ///
    /// # Errors
    /// What is wrong with it, where it is no such action.
    fn read_json(&self, value: &Value) -> Result<A, String>;

    /// The action as a masked recording shows it. Unless said otherwise it shows nothing.
    fn to_masked_json(&self, action: &A) -> Value {
        let _ = action;
        Value::Null
    }
}

/// The format of a machine without actions.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoActions;

impl ActionFormat<Infallible> for NoActions {
    fn to_json(&self, action: &Infallible) -> Value {
        match *action {}
    }

    fn read_json(&self, _: &Value) -> Result<Infallible, String> {
        Err("this machine has no actions".to_owned())
    }
}

/// The format of [`Say`], the action of [`Echo`](msnp_core::example::Echo): its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct EchoActions;

impl ActionFormat<Say> for EchoActions {
    fn to_json(&self, Say(line): &Say) -> Value {
        json!(line)
    }

    fn read_json(&self, value: &Value) -> Result<Say, String> {
        value.as_str().map(|line| Say(line.to_owned())).ok_or("no text to say".to_owned())
    }
}

/// The first line of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What was recorded, for people: `alice's client`.
    pub machine: String,
    /// What a fresh machine has to be made of: configuration and seed. Only the program that
    /// recorded knows what this means.
    pub configuration: Value,
    /// Secrets are masked. Such a recording is for reading; it cannot be replayed.
    pub masked: bool,
}

impl Header {
    /// The header of a complete recording.
    pub fn new(machine: &str, configuration: Value) -> Self {
        Self { machine: machine.to_owned(), configuration, masked: false }
    }
}

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the machine.
    In,
    /// Out of it.
    Out,
}

/// Gives the bytes of one call as they may be shown, with all secrets replaced.
///
/// Into the machine it sees what was taken: whole commands, where the machine takes whole
/// commands. Out of it a command may come in several pieces, so it may have to remember.
pub type Mask = Box<dyn FnMut(LinkId, Direction, &[u8]) -> Vec<u8> + Send>;

/// A [`Watcher`] that writes a recording to `W`, line by line as it happens.
///
/// ```
/// use msnp_core::example::{Echo, Say};
/// use msnp_core::{Act, LinkId, Machine, Now, Opened, Output, Watched};
/// use msnp_testkit::{EchoActions, Header, Recorder, Recording, replay};
///
/// let header = Header::new("an echo", serde_json::Value::Null);
/// let recorder = Recorder::new(Vec::new(), header, EchoActions)?;
/// let mut machine = Watched::new(Echo::new(), recorder);
/// machine.link_opened(Now::default(), LinkId::new(1), Opened::Connected);
/// machine.act(Now::default(), Say("hello".into()))?;
/// while !matches!(machine.poll(), Output::Wait { .. }) {}
///
/// let (_, recorder) = machine.into_parts();
/// let recording: Recording = String::from_utf8(recorder.finish()?)?.parse()?;
/// replay(Echo::new(), &recording, &EchoActions)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Recorder<W, F> {
    sink: W,
    format: F,
    mask: Option<Mask>,
    failed: Option<io::Error>,
}

impl<W: Write, F> Recorder<W, F> {
    /// Writes everything, passwords and tickets too, so that it can be replayed.
    ///
    /// # Errors
    /// When the first line cannot be written.
    pub fn new(sink: W, header: Header, format: F) -> io::Result<Self> {
        Self::begin(sink, Header { masked: false, ..header }, format, None)
    }

    /// Writes a recording for reading: bytes go through `mask`; actions, requests, answers and
    /// effects are shown only as far as they hide what is secret in them. Events and outcomes are
    /// shown as their `Debug` shows them. The configuration of the header is left out.
    ///
    /// # Errors
    /// When the first line cannot be written.
    pub fn masked(sink: W, header: Header, format: F, mask: Mask) -> io::Result<Self> {
        let header = Header { masked: true, configuration: Value::Null, ..header };
        Self::begin(sink, header, format, Some(mask))
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// The first one that befell a line: the recording is not complete.
    pub fn finish(mut self) -> io::Result<W> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn begin(sink: W, header: Header, format: F, mask: Option<Mask>) -> io::Result<Self> {
        let mut recorder = Self { sink, format, mask, failed: None };
        recorder.line(&json!({
            "msnp_recording": Recording::FORMAT,
            "machine": header.machine,
            "configuration": header.configuration,
            "masked": header.masked,
        }));
        match recorder.failed.take() {
            Some(failed) => Err(failed),
            None => Ok(recorder),
        }
    }

    fn line(&mut self, line: &Value) {
        // A watcher may not disturb what it watches, so the error waits until the end.
        if self.failed.is_none() {
            self.failed = writeln!(self.sink, "{line}").err();
        }
    }

    fn moved(&mut self, link: LinkId, direction: Direction, bytes: &[u8]) -> Value {
        match &mut self.mask {
            Some(mask) => json!(hex(&mask(link, direction, bytes))),
            None => json!(hex(bytes)),
        }
    }
}

impl<M, W, F> Watcher<M> for Recorder<W, F>
where
    M: Act,
    M::Event: fmt::Debug,
    M::Outcome: fmt::Debug,
    W: Write,
    F: ActionFormat<M::Action>,
{
    fn called(&mut self, now: Now, call: Call<'_>) {
        let masked = self.mask.is_some();
        let mut line = match call {
            Call::LinkOpened { link, how } => {
                json!({ "call": "link_opened", "link": link.number(), "how": opened_json(how) })
            }
            Call::Input { link, offered, taken } if masked => {
                let bytes = offered.get(..taken).unwrap_or(offered);
                let bytes = self.moved(link, Direction::In, bytes);
                json!({ "call": "input", "link": link.number(), "bytes": bytes, "taken": taken })
            }
            Call::Input { link, offered, taken } => json!({
                "call": "input",
                "link": link.number(),
                "offered": hex(offered),
                "taken": taken,
            }),
            Call::LinkClosed { link, why } => {
                json!({ "call": "link_closed", "link": link.number(), "why": link_end_json(why) })
            }
            Call::Answer { effect, answer } => json!({
                "call": "answer",
                "effect": effect.number(),
                "answer": answer_json(answer, masked),
            }),
            Call::Request { listener, id, request } => json!({
                "call": "request",
                "listener": listener.number(),
                "id": id.number(),
                "request": request_json(request, masked),
            }),
            Call::Timeout => json!({ "call": "timeout" }),
            Call::Written { link, n, bytes } => {
                let bytes = self.moved(link, Direction::Out, bytes);
                json!({ "call": "written", "link": link.number(), "n": n, "bytes": bytes })
            }
            other => json!({ "call": "unknown", "shown": format!("{other:?}") }),
        };
        stamp(&mut line, now);
        self.line(&line);
    }

    fn polled(&mut self, said: &Output<M::Event, M::Error>) {
        let line = json!({ "said": said_json(said, self.mask.is_some()) });
        self.line(&line);
    }

    fn acted(&mut self, now: Now, action: &M::Action, outcome: &M::Outcome) {
        let action = match self.mask {
            Some(_) => self.format.to_masked_json(action),
            None => self.format.to_json(action),
        };
        let outcome = match self.mask {
            // An outcome may give the action back.
            Some(_) => Value::Null,
            None => json!(format!("{outcome:?}")),
        };
        let mut line = json!({ "call": "act", "action": action, "outcome": outcome });
        stamp(&mut line, now);
        self.line(&line);
    }
}

fn stamp(line: &mut Value, now: Now) {
    line["at"] = duration_json(now.monotonic);
    line["unix"] = duration_json(now.unix);
}

/// A recording that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    header: Header,
    /// Each with the number of its line, from 1.
    lines: Vec<(usize, Value)>,
}

impl Recording {
    /// The version of the format that is written here, and the only one that is read.
    pub const FORMAT: u64 = 1;

    /// What was recorded.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The calls and outputs, in order, each with the number of its line, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.lines.iter().map(|(number, line)| (*number, line))
    }
}

impl FromStr for Recording {
    type Err = RecordingError;

    fn from_str(text: &str) -> Result<Self, RecordingError> {
        let mut lines = Vec::new();
        let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        for (number, line) in numbered.filter(|(_, line)| !line.trim().is_empty()) {
            let value: Value = serde_json::from_str(line)
                .map_err(|error| RecordingError::Json { line: number, error: error.to_string() })?;
            lines.push((number, value));
        }
        if lines.is_empty() {
            return Err(RecordingError::NoHeader);
        }
        let (_, first) = lines.remove(0);
        match first["msnp_recording"].as_u64() {
            Some(Self::FORMAT) => {}
            Some(other) => return Err(RecordingError::Format(other)),
            None => return Err(RecordingError::NoHeader),
        }
        let header = Header {
            machine: first["machine"].as_str().unwrap_or_default().to_owned(),
            configuration: first["configuration"].clone(),
            masked: first["masked"].as_bool().ok_or(RecordingError::NoHeader)?,
        };
        Ok(Self { header, lines })
    }
}

/// Why a text is no recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// The first line does not say that it is one.
    #[error("the first line is not the header of a recording")]
    NoHeader,
    /// It is of a version that is not read here.
    #[error("recordings of format {0} cannot be read here, only those of format 1")]
    Format(u64),
    /// A line is no JSON; the file may have been cut short.
    #[error("line {line} is not JSON: {error}")]
    Json {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        error: String,
    },
}
