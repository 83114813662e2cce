use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::host;
use crate::outcome::{Cost, Outcome};
use crate::peer::Peer;
use crate::row::Row;
use crate::weight::{Library, Weight};
use crate::world::Network;

/// Measures all that was asked for, and prints it.
///
/// # Errors
/// Where something is missing, where ours fails, and where ours takes more.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let mut rows = if arguments.quick { Row::quick() } else { Row::all() };
    rows.retain(|row| {
        let name = row.name();
        arguments.only.is_empty() || arguments.only.iter().any(|word| name.contains(word.as_str()))
    });
    if rows.is_empty() {
        return Err("no row has such a name".into());
    }
    let mut measured = Vec::new();
    for row in rows {
        let outcomes = row.run(arguments.runs)?;
        for (peer, outcome) in &outcomes {
            eprintln!("  {:24} {peer:20} {}", row.name(), in_words(outcome));
        }
        measured.push(Measured { row, outcomes });
    }
    let mut weights = Vec::new();
    if !arguments.quick && arguments.only.is_empty() {
        for library in Library::ALL {
            eprintln!("  {} as a dependency", library.name());
            weights.push((library, library.weigh(arguments.build)?));
        }
    }
    let host = host::describe();
    if arguments.json {
        println!("{}", as_json(&host, arguments.runs, &measured, &weights));
    } else {
        print!("{}", as_text(&host, arguments.runs, &measured, &weights));
    }
    let faults = measured.iter().flat_map(|row| row.faults(!arguments.quick));
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// One row with what came of it.
struct Measured {
    row: Row,
    outcomes: Vec<(Peer, Outcome)>,
}

impl Measured {
    fn costs(&self, ours: bool) -> impl Iterator<Item = (Peer, Cost)> {
        self.outcomes.iter().filter_map(move |(peer, outcome)| match outcome {
            Outcome::Done(cost) if peer.is_ours() == ours => Some((*peer, *cost)),
            _ => None,
        })
    }

    /// The least that the other one takes, of either kind of runtime.
    fn best_of_others(&self) -> Option<(u64, u64)> {
        let cpu = self.costs(false).map(|(_, cost)| cost.cpu).min()?;
        let peak = self.costs(false).map(|(_, cost)| cost.peak).min()?;
        Some((cpu, peak))
    }

    /// What ours does not do, or, where that is judged, does not do better.
    fn faults(&self, judge: bool) -> Vec<String> {
        let mut faults = Vec::new();
        for (peer, outcome) in &self.outcomes {
            if let (true, Outcome::Failed(why)) = (peer.is_ours(), outcome) {
                faults.push(format!("{}: {peer} {why}", self.row.name()));
            }
        }
        let Some((cpu, peak)) = self.best_of_others().filter(|_| judge) else { return faults };
        for (peer, cost) in self.costs(true) {
            if cost.cpu >= cpu {
                faults.push(format!("{}: {peer} takes as much time or more", self.row.name()));
            }
            if cost.peak >= peak {
                faults.push(format!("{}: {peer} takes as much memory or more", self.row.name()));
            }
        }
        faults
    }
}

fn as_text(
    host: &str,
    runs: usize,
    measured: &[Measured],
    weights: &[(Library, Weight)],
) -> String {
    let mut text = format!("{host}; each number is the middle of {runs}\n");
    for network in [Network::Direct, Network::Gentle] {
        let about = match network {
            Network::Direct => "What the server sends comes as it comes",
            Network::Gentle => "Whole commands, no more at once than the SDK reads at once",
        };
        let mut rows = measured.iter().filter(|row| row.row.network == network).peekable();
        if rows.peek().is_some() {
            let head = ["CPU ms", "wall ms", "peak MiB", "CPU", "memory"];
            let [a, b, c, d, e] = head;
            let _ = write!(text, "\n{about:58} {a:>10} {b:>10} {c:>9} {d:>6} {e:>7}\n");
        }
        for row in rows {
            let _ = writeln!(text, "{}", row.row.work.title());
            for (peer, outcome) in &row.outcomes {
                let _ = write!(text, "  {peer:20}");
                let Outcome::Done(cost) = outcome else {
                    let _ = writeln!(text, " {}", in_words(outcome));
                    continue;
                };
                let [cpu, wall] = [cost.cpu, cost.wall].map(|time| time as f64 / 1e3);
                let peak = cost.peak as f64 / 1024.0;
                let _ = write!(text, "{:36} {cpu:>10.1} {wall:>10.1} {peak:>9.1}", "");
                if let Some((cpu, peak)) = row.best_of_others().filter(|_| peer.is_ours()) {
                    let [cpu, peak] = [(cpu, cost.cpu), (peak, cost.peak)]
                        .map(|(other, own)| other as f64 / own.max(1) as f64);
                    let _ = write!(text, " {cpu:>5.1}x {peak:>6.1}x");
                }
                text.push('\n');
            }
        }
    }
    if !weights.is_empty() {
        let [a, b] = ["crates", "built in s"];
        let _ = write!(text, "\n{:58} {a:>10} {b:>10}\n", "As a dependency of a client on tokio");
    }
    for (library, Weight { crates, build }) in weights {
        let build = build.map_or("not timed".into(), |seconds| format!("{seconds:.0}"));
        let _ = writeln!(text, "  {:56} {crates:>10} {build:>10}", library.name());
    }
    text.push_str(
        "\nThe last two columns are how many times as much the better msnp11-sdk takes; none \
         where it fails.\n",
    );
    text
}

fn as_json(host: &str, runs: usize, measured: &[Measured], weights: &[(Library, Weight)]) -> Value {
    let rows = measured.iter().flat_map(|row| {
        row.outcomes.iter().map(|(peer, outcome)| {
            let mut object = json!({
                "row": row.row.work.to_string(),
                "network": row.row.network.to_string(),
                "peer": peer.to_string(),
            });
            match outcome {
                Outcome::Done(cost) => {
                    object["cpu_us"] = cost.cpu.into();
                    object["wall_us"] = cost.wall.into();
                    object["peak_kib"] = cost.peak.into();
                }
                Outcome::Failed(why) => object["failed"] = why.as_str().into(),
            }
            object
        })
    });
    let weights = weights.iter().map(|(library, weight)| {
        json!({ "library": library.name(), "crates": weight.crates, "build_s": weight.build })
    });
    json!({
        "host": host,
        "runs": runs,
        "rows": rows.collect::<Vec<_>>(),
        "weights": weights.collect::<Vec<_>>(),
    })
}

fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(Cost { cpu, wall, peak }) => {
            let [cpu, wall] = [cpu, wall].map(|time| *time as f64 / 1e3);
            format!("{cpu:.1} ms CPU, {wall:.1} ms, {:.1} MiB", *peak as f64 / 1024.0)
        }
        Outcome::Failed(why) => why.clone(),
    }
}
