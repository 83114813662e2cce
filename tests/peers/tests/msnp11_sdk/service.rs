use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use msnp::core::Account;
use serde_json::Value;

/// Who uses the SDK.
pub(crate) const SDK: &str = "sam@example.com";
/// Who uses our client.
pub(crate) const OURS: &str = "olive@example.com";
/// More who use the SDK.
pub(crate) const SDKS: [&str; 3] = ["sid@example.com", "sue@example.com", "sky@example.com"];
/// More who use our client.
pub(crate) const OTHERS: [&str; 3] = ["otto@example.com", "olga@example.com", "omar@example.com"];
/// Of all.
pub(crate) const PASSWORD: &str = "swordfish";

/// How long the server may take to listen.
const START: Duration = Duration::from_secs(30);

/// A running `msnp serve`; ends with this value.
pub(crate) struct Service {
    process: Child,
    places: Places,
    log: Arc<Mutex<Vec<u8>>>,
}

/// Where it is reached.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The dispatch server.
    pub(crate) ds: String,
    /// The notification server.
    pub(crate) ns: String,
    /// The page that names the sign-in page.
    pub(crate) nexus: String,
}

fn everybody() -> impl Iterator<Item = &'static str> {
    [SDK, OURS].into_iter().chain(SDKS).chain(OTHERS)
}

pub(crate) fn account(text: &str) -> Account {
    Account::new(text).expect("an account")
}

impl Service {
    /// Starts one at ports that the system chooses. Nobody is challenged: the SDK never answers.
    pub(crate) fn start() -> Self {
        let mut process = Command::new(program())
            .args(["serve", "--listen", "127.0.0.1:0", "--challenge", "never", "--json", "--trace"])
            .args(everybody().flat_map(|who| ["--user".into(), format!("{who}:{PASSWORD}")]))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("msnp serve starts");
        let log = Arc::<Mutex<Vec<u8>>>::default();
        let said = BufReader::new(process.stdout.take().expect("piped"));
        let told = process.stderr.take().expect("piped");
        collect(told, log.clone());
        let first = first_line(said, log.clone());
        let mut service = Self { process, places: Places::none(), log };
        match first.recv_timeout(START) {
            Ok(line) => service.places = Places::read(&line),
            Err(_) => panic!("msnp serve does not say where it listens: {}", service.log()),
        }
        service
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// All that it has told so far, the dialogue included.
    pub(crate) fn log(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
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
    fn none() -> Self {
        Self { ds: String::new(), ns: String::new(), nexus: String::new() }
    }

    fn read(line: &str) -> Self {
        let object: Value = serde_json::from_str(line).expect("one JSON object on one line");
        let text = |key: &str| object[key].as_str().expect("a text").to_owned();
        Self { ds: text("ds"), ns: text("ns"), nexus: text("nexus") }
    }
}

/// The command, built by the cargo that runs this test, once.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // The project's own workspace, and so its own lock file and target directory.
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let built = Command::new(cargo)
            .args(["build", "--package", "msnp-cli", "--bin", "msnp"])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(root)
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo starts");
        assert!(built.status.success(), "msnp-cli does not build");
        let messages = String::from_utf8(built.stdout).expect("UTF-8");
        let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
        messages
            .filter_map(|message: Value| message["executable"].as_str().map(PathBuf::from))
            .next_back()
            .expect("cargo says where the command is")
    })
}

/// Sends on the first line; what follows goes to the log, so that the process never has to wait.
fn first_line(
    mut from: impl BufRead + Send + 'static,
    log: Arc<Mutex<Vec<u8>>>,
) -> mpsc::Receiver<String> {
    let (send, first) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        if matches!(from.read_line(&mut line), Ok(1..)) {
            // The service is given up where nobody waits for it.
            let _ = send.send(line);
            collect(from, log);
        }
    });
    first
}

fn collect(mut from: impl Read + Send + 'static, log: Arc<Mutex<Vec<u8>>>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            log.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..read]);
        }
    });
}
