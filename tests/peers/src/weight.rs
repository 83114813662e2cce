//! What a program takes on that depends on a peer: crates, and the time to build them.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::time::Instant;

use serde_json::{Value, json};

/// One of the two, as a dependency of a client that runs on tokio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Library {
    Sdk,
    Ours,
}

/// What it weighs.
pub(crate) struct Weight {
    /// All crates but the program itself.
    pub(crate) crates: usize,
    /// Seconds, where it was ever built.
    pub(crate) build: Option<f64>,
}

impl Library {
    pub(crate) const ALL: [Self; 2] = [Self::Sdk, Self::Ours];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sdk => "msnp11-sdk",
            Self::Ours => "msnp",
        }
    }

    /// Counts its crates; builds it from nothing where asked to, or else remembers the last time.
    pub(crate) fn weigh(self, build: bool) -> Result<Weight, String> {
        let program = Program::new(self)?;
        let crates = program.crates()?;
        let build = if build { Some(program.build()?) } else { remembered(self) };
        Ok(Weight { crates, build })
    }

    fn dependency(self) -> String {
        match self {
            Self::Sdk => "msnp11-sdk = \"=0.13.0\"".into(),
            Self::Ours => format!(
                "msnp = {{ path = {:?}, default-features = false, features = [\"client\", \"tokio\"] }}",
                package().join("../../crates/msnp"),
            ),
        }
    }
}

/// A program that does nothing, in a folder that is gone when this value is.
struct Program {
    library: Library,
    folder: PathBuf,
}

impl Program {
    fn new(library: Library) -> Result<Self, String> {
        let folder =
            env::temp_dir().join(format!("msnp-weight-{}-{}", library.name(), process::id()));
        let program = Self { library, folder };
        let manifest = format!(
            "[package]\nname = \"weighed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
             [dependencies]\n{}\ntokio = {{ version = \"1\", default-features = false, features = [\"rt\"] }}\n",
            library.dependency(),
        );
        let written = fs::create_dir_all(program.folder.join("src"))
            .and_then(|()| fs::write(program.folder.join("src/main.rs"), "fn main() {}\n"))
            .and_then(|()| fs::write(program.folder.join("Cargo.toml"), manifest))
            // The same versions for both.
            .and_then(|()| {
                fs::copy(package().join("Cargo.lock"), program.folder.join("Cargo.lock"))
            });
        written.map_err(|error| format!("{}: {error}", program.folder.display()))?;
        Ok(program)
    }

    fn crates(&self) -> Result<usize, String> {
        let tree = self.cargo(&["tree", "--edges", "normal", "--prefix", "none"])?;
        let named = |line: &str| {
            let mut words = line.split(' ');
            Some(format!("{} {}", words.next()?, words.next()?))
        };
        let crates: BTreeSet<String> = tree.lines().filter_map(named).collect();
        crates.len().checked_sub(1).ok_or_else(|| "cargo tree says nothing".into())
    }

    fn build(&self) -> Result<f64, String> {
        // What has to be fetched is not built more slowly for it.
        self.cargo(&["fetch"])?;
        let begun = Instant::now();
        self.cargo(&["build", "--release", "--jobs", "2"])?;
        let seconds = begun.elapsed().as_secs_f64();
        remember(self.library, seconds)?;
        Ok(seconds)
    }

    fn cargo(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .output()
            .map_err(|error| format!("cargo does not start: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "cargo {} failed: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Nothing is lost where it stays.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Beside this program: the times are of this machine.
fn memory() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| format!("which program is this: {error}"))?;
    Ok(program.with_file_name("measure-build-times.json"))
}

fn remembered(library: Library) -> Option<f64> {
    let times: Value = serde_json::from_slice(&fs::read(memory().ok()?).ok()?).ok()?;
    times[library.name()].as_f64()
}

fn remember(library: Library, seconds: f64) -> Result<(), String> {
    let mut times = json!({});
    for known in Library::ALL {
        times[known.name()] = json!(remembered(known));
    }
    times[library.name()] = json!(seconds);
    fs::write(memory()?, times.to_string()).map_err(|error| format!("the times: {error}"))
}
