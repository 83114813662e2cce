use std::fs;
use std::io::{Write, stdout};

use serde_json::Value;

/// What a peer says when it is signed in and everybody is there.
pub(crate) const READY: &str = "ready";

/// How one row of one peer ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It did all of it.
    Done(Cost),
    /// It did not, and how.
    Failed(String),
}

/// What it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Of all threads, user and system, in microseconds.
    pub(crate) cpu: u64,
    /// From the start of the process, in microseconds.
    pub(crate) wall: u64,
    /// The most memory that was resident, in KiB.
    pub(crate) peak: u64,
}

impl Outcome {
    /// What the process of a peer has said at last.
    pub(crate) fn read(line: &str) -> Self {
        let said: Value = serde_json::from_str(line).unwrap_or_default();
        let number = |key: &str| said[key].as_u64();
        if let (Some(cpu), Some(wall), Some(peak)) =
            (number("cpu_us"), number("wall_us"), number("peak_kib"))
        {
            return Self::Done(Cost { cpu, wall, peak });
        }
        Self::Failed(said["failed"].as_str().unwrap_or("said nothing that makes sense").into())
    }

    /// Of several, each number in the middle; one that failed is the outcome.
    pub(crate) fn of_several(outcomes: Vec<Self>) -> Self {
        let all = outcomes.len();
        let mut costs = Vec::new();
        let mut failed = Vec::new();
        for outcome in outcomes {
            match outcome {
                Self::Done(cost) => costs.push(cost),
                Self::Failed(why) => failed.push(why),
            }
        }
        match failed.pop() {
            Some(why) if costs.is_empty() => Self::Failed(why),
            Some(why) => Self::Failed(format!("{why} (in {} of {all} runs)", all - costs.len())),
            None => Self::Done(Cost {
                cpu: middle(costs.iter().map(|cost| cost.cpu)),
                wall: middle(costs.iter().map(|cost| cost.wall)),
                peak: middle(costs.iter().map(|cost| cost.peak)),
            }),
        }
    }
}

/// Says one line to whoever started this process.
pub(crate) fn say(line: &str) {
    let mut out = stdout().lock();
    // Where nobody listens any more, this process is about to be ended.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The most memory that this process ever had resident, in KiB.
pub(crate) fn peak_kib() -> Result<u64, String> {
    let status = fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("/proc/self/status: {error}; this needs Linux"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok())
        .ok_or_else(|| "/proc/self/status says no VmHWM".into())
}

fn middle(numbers: impl Iterator<Item = u64>) -> u64 {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
