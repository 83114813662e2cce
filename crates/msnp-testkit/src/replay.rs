//! Running a recording again.

use std::fmt;

use msnp_core::{Act, EffectId, LinkId, ListenerId, Now, RequestId};
use serde_json::{Value, json};

use crate::recording::values::{
    answer, duration, hex, link_end, opened, request, said_json, unhex,
};
use crate::recording::{ActionFormat, Recording};

/// Makes the calls of a recording on a fresh machine and compares everything that comes of them:
/// how much input was taken, every answer of `poll`, every byte of output, every outcome.
///
/// `machine` must be made of the same configuration and seed as the recorded one. Returned is the
/// machine as it was when the recording ended.
///
/// # Errors
/// [`ReplayError`]: the first difference, or why the recording cannot be replayed.
pub fn replay<M, F>(mut machine: M, recording: &Recording, actions: &F) -> Result<M, ReplayError>
where
    M: Act,
    M::Event: fmt::Debug,
    M::Outcome: fmt::Debug,
    F: ActionFormat<M::Action>,
{
    if recording.header().masked {
        return Err(ReplayError::Masked);
    }
    let mut last_call = None;
    for (number, line) in recording.lines() {
        if line.get("call").is_some() {
            last_call = Some((number, line));
        }
        let step = Step { line, number };
        if let Some((recorded, replayed)) = step.make(&mut machine, actions)? {
            let after = last_call.map(|(number, line)| format!("line {number}, {line}"));
            let after = after.unwrap_or_default();
            let difference = Difference { line: number, after, recorded, replayed };
            return Err(ReplayError::Differs(Box::new(difference)));
        }
    }
    Ok(machine)
}

/// Why a replay stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// Secrets are masked in it, so that the machine would not get what it got.
    #[error("this recording is masked: it is for reading and cannot be replayed")]
    Masked,
    /// A line does not say what a recorder would say.
    #[error("line {line} cannot be replayed: {reason}")]
    Malformed {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The machine did something else than the recorded one.
    #[error("{0}")]
    Differs(Box<Difference>),
}

/// The first difference between a recording and its replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In which line, from 1.
    pub line: usize,
    /// The last call before it, or of it.
    pub after: String,
    /// What was recorded there.
    pub recorded: String,
    /// What came instead.
    pub replayed: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, after, recorded, replayed } = self;
        write!(
            f,
            "the replay differs at line {line}\n  recorded: {recorded}\n  replayed: {replayed}"
        )?;
        write!(f, "\n  the last call: {after}")
    }
}

struct Step<'r> {
    line: &'r Value,
    number: usize,
}

impl Step<'_> {
    /// Makes one call, and says what was recorded and what came where these differ.
    fn make<M, F>(
        &self,
        machine: &mut M,
        actions: &F,
    ) -> Result<Option<(String, String)>, ReplayError>
    where
        M: Act,
        M::Event: fmt::Debug,
        M::Outcome: fmt::Debug,
        F: ActionFormat<M::Action>,
    {
        if let Some(said) = self.line.get("said") {
            return Ok(differ(said, &said_json(&machine.poll(), false)));
        }
        let now = Now { monotonic: self.get("at", duration)?, unix: self.get("unix", duration)? };
        match self.get("call", |call| call.as_str().map(str::to_owned))?.as_str() {
            "link_opened" => machine.link_opened(now, self.link()?, self.get("how", opened)?),
            "input" => {
                let taken = machine.input(now, self.link()?, &self.get("offered", unhex)?);
                return Ok(differ(&self.line["taken"], &json!(taken)));
            }
            "link_closed" => machine.link_closed(now, self.link()?, self.get("why", link_end)?),
            "answer" => {
                let effect = EffectId::new(self.number_of("effect")?);
                machine.answer(now, effect, self.get("answer", answer)?);
            }
            "request" => {
                let listener = ListenerId::new(self.number_of("listener")?);
                let id = RequestId::new(self.number_of("id")?);
                machine.request(now, listener, id, self.get("request", request)?);
            }
            "timeout" => machine.timeout(now),
            "written" => {
                let (link, n) = (self.link()?, self.number_of("n")?);
                let n = usize::try_from(n).unwrap_or(usize::MAX);
                let unsent = machine.output(link);
                let bytes = unsent.get(..n).unwrap_or(unsent);
                let difference = differ(&self.line["bytes"], &json!(hex(bytes)));
                machine.written(now, link, n);
                return Ok(difference);
            }
            "act" => {
                let action = actions
                    .read_json(&self.line["action"])
                    .map_err(|reason| self.malformed(&reason))?;
                let outcome = machine.act(now, action);
                return Ok(differ(&self.line["outcome"], &json!(format!("{outcome:?}"))));
            }
            other => return Err(self.malformed(&format!("there is no call {other:?}"))),
        }
        Ok(None)
    }

    fn link(&self) -> Result<LinkId, ReplayError> {
        self.number_of("link").map(LinkId::new)
    }

    fn number_of(&self, key: &str) -> Result<u64, ReplayError> {
        self.get(key, Value::as_u64)
    }

    fn get<T>(&self, key: &str, read: impl Fn(&Value) -> Option<T>) -> Result<T, ReplayError> {
        read(&self.line[key]).ok_or_else(|| self.malformed(&format!("{key:?} is missing or wrong")))
    }

    fn malformed(&self, reason: &str) -> ReplayError {
        ReplayError::Malformed { line: self.number, reason: reason.to_owned() }
    }
}

fn differ(recorded: &Value, replayed: &Value) -> Option<(String, String)> {
    (recorded != replayed).then(|| (recorded.to_string(), replayed.to_string()))
}
