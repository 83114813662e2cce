use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use std::{env, fs, process, thread};

use serde_json::Value;

/// How long the server may take to listen.
const START: Duration = Duration::from_secs(60);
/// What the system counts processor time in: `USER_HZ`, which is 100 wherever Linux runs.
const TICKS: u32 = 100;

/// A running `msnp serve`; ends with this value.
pub(super) struct Service {
    process: Child,
    places: Places,
}

/// Where it is reached.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) ds: String,
    pub(super) nexus: String,
}

/// What a process has taken so far; none where the system does not tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    /// Bytes.
    pub(super) resident: Option<u64>,
    processor: Option<Duration>,
}

impl Usage {
    pub(super) fn processor_since(&self, before: &Self) -> Option<Duration> {
        self.processor?.checked_sub(before.processor?)
    }
}

impl Service {
    /// Starts one at ports that the system chooses, for these users.
    pub(super) fn start(program: &Path, users: &str) -> Result<Self, String> {
        let file = UsersFile::write(users)?;
        let mut process = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--challenge", "never", "--json"])
            .args(["--max-connections", "1000000", "--max-connections-per-address", "1000000"])
            .arg("--users")
            .arg(&file.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let (said, told) = (process.stdout.take(), process.stderr.take());
        let none = Places { ds: String::new(), nexus: String::new() };
        let mut service = Self { process, places: none };
        let (Some(said), Some(mut told)) = (said, told) else { return Err("no pipes".into()) };
        let (send, first) = channel();
        thread::spawn(move || {
            let mut line = String::new();
            if BufReader::new(said).read_line(&mut line).is_ok() {
                // It fails only where nobody waits any more.
                let _ = send.send(line);
            }
        });
        // Who comes and goes. Nobody reads it, but the process must not wait for that.
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while matches!(told.read(&mut buffer), Ok(1..)) {}
        });
        service.places = match first.recv_timeout(START) {
            Ok(line) => Places::read(&line)?,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Err("msnp serve does not say where it listens".into());
            }
        };
        Ok(service)
    }

    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    pub(super) fn usage(&self) -> Usage {
        let of = |what| fs::read_to_string(format!("/proc/{}/{what}", self.process.id())).ok();
        Usage {
            resident: of("status").and_then(|status| resident(&status)),
            processor: of("stat").and_then(|stat| processor(&stat)),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It fails only where the process has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Places {
    fn read(line: &str) -> Result<Self, String> {
        let object: Value = serde_json::from_str(line)
            .map_err(|error| format!("msnp serve says {line:?}, and not where it is: {error}"))?;
        let text = |key: &str| {
            let text = object.get(key).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| format!("msnp serve does not say {key}: {line}"))
        };
        Ok(Self { ds: text("ds")?, nexus: text("nexus")? })
    }
}

/// Removed again with this value; the server reads it only at its start.
struct UsersFile(std::path::PathBuf);

impl UsersFile {
    fn write(users: &str) -> Result<Self, String> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("msnp-load-{}-{number}.users", process::id());
        let path = env::temp_dir().join(name);
        let fault = |error| format!("{}: {error}", path.display());
        let mut file = fs::File::create_new(&path).map_err(fault)?;
        file.write_all(users.as_bytes()).map_err(fault)?;
        Ok(Self(path))
    }
}

impl Drop for UsersFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The resident set in bytes, of what `/proc` says as `status`.
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// User and system time, of what `/proc` says as `stat`.
fn processor(stat: &str) -> Option<Duration> {
    // The name in parentheses may hold anything; what follows is numbers but for the state.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let ticks: u32 = times.next()?.parse::<u32>().ok()?.checked_add(times.next()?.parse().ok()?)?;
    Some(Duration::from_secs(1) * ticks / TICKS)
}
