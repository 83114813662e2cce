use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// What everything was measured on, in one line.
pub(crate) fn describe() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let [date, rustc] = [("date", ["-u", "+%Y-%m-%d"].as_slice()), ("rustc", &["--version"])]
        .map(|(program, arguments)| first_line(program, arguments));
    let profile = if cfg!(debug_assertions) { "a DEBUG build" } else { "release" };
    format!("{date}, {cores} cores of {model}, Linux {}, {rustc}, {profile}", kernel.trim())
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let line = said.ok().and_then(|said| said.lines().next().map(str::to_owned));
    line.unwrap_or_else(|| format!("no {program}"))
}
