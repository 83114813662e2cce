//! Says which crates show in the public interface of others: types, traits (those implemented for
//! public types too) and names that are passed on. From the root of the project:
//!
//! ```text
//! .ci/run api                         # has rustdoc describe each pure crate, and runs this
//! public_api FILE...                  # what rustdoc wrote with --output-format json
//! ```
//!
//! Allowed are the standard library, the crates of this project, and `bytes`. The exit code is 1
//! when anything else shows, and 2 when a file is not what rustdoc writes.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for people")]

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::{env, fs};

use serde_json::{Map, Value};

fn main() -> ExitCode {
    let files: Vec<String> = env::args().skip(1).collect();
    let mut code = u8::from(files.is_empty()) * 2;
    for file in files {
        match look(&file) {
            Ok(report) => {
                println!("  {}: {} items", report.name, report.items);
                for fault in &report.faults {
                    println!("    {fault}");
                }
                code = code.max(u8::from(!report.faults.is_empty()));
            }
            Err(fault) => {
                eprintln!("  {file}: {fault}");
                code = 2;
            }
        }
    }
    ExitCode::from(code)
}

/// What one crate shows.
struct Report {
    name: String,
    /// How many public items were read, implementations among them.
    items: usize,
    /// Each place where something shows that must not.
    faults: BTreeSet<String>,
}

fn look(file: &str) -> Result<Report, String> {
    let text = fs::read_to_string(file).map_err(|fault| fault.to_string())?;
    let document = serde_json::from_str(&text).map_err(|fault| fault.to_string())?;
    Interface::new(&document).ok_or("not what rustdoc writes".to_owned())?.report()
}

fn is_allowed(name: &str) -> bool {
    matches!(name, "core" | "alloc" | "std" | "bytes") || name.starts_with("msnp_")
}

/// The parts of rustdoc's description that are needed here. Ids are the keys of the maps.
struct Interface<'a> {
    root: &'a Value,
    /// The public items of the crate.
    index: &'a Map<String, Value>,
    /// Where every named item is, in this crate or another.
    paths: &'a Map<String, Value>,
    external: &'a Map<String, Value>,
}

impl<'a> Interface<'a> {
    fn new(document: &'a Value) -> Option<Self> {
        Some(Self {
            root: document.get("root")?,
            index: document.get("index")?.as_object()?,
            paths: document.get("paths")?.as_object()?,
            external: document.get("external_crates")?.as_object()?,
        })
    }

    fn report(&self) -> Result<Report, String> {
        let root = self.index.get(&self.root.to_string());
        let name = root.and_then(|root| root.get("name")?.as_str()).ok_or("it has no root")?;
        let mut report = Report { name: name.to_owned(), items: 0, faults: BTreeSet::new() };
        let mut named = 0;
        for item in self.index.values().filter(|item| is_own(item)) {
            report.items += 1;
            let mut references = Vec::new();
            collect(item.get("inner").ok_or("an item has no content")?, &mut references);
            named += references.len();
            for reference in references {
                if let Some(fault) = self.fault(&reference)? {
                    report.faults.insert(format!("{} {fault}", place(item)));
                }
            }
        }
        // A crate that names nothing at all means that the format is another one by now.
        if named == 0 { Err("nothing is named in it".to_owned()) } else { Ok(report) }
    }

    /// What must not show behind a reference, if anything.
    fn fault(&self, reference: &Reference<'_>) -> Result<Option<String>, String> {
        let id = match reference {
            Reference::Crate(name) => {
                return Ok((!is_allowed(name)).then(|| format!("the crate {name}")));
            }
            Reference::Item { id, .. } => id,
        };
        let Reference::Item { written, .. } = reference else { return Ok(None) };
        let Some(path) = self.paths.get(&id.to_string()) else {
            // Items without a path are private; a public interface cannot name them, except to
            // pass on what is inside of them, which then stands in the index itself.
            return match self.index.contains_key(&id.to_string()) {
                true => Ok(None),
                false => Ok(Some(format!("{written}, of which rustdoc says nothing"))),
            };
        };
        let number = path.get("crate_id").and_then(Value::as_u64).ok_or("a path has no crate")?;
        if number == 0 {
            return Ok(None);
        }
        let name = self.external.get(&number.to_string()).and_then(|found| found.get("name"));
        let name = name.and_then(Value::as_str).ok_or("a crate has no name")?;
        let full = path.get("path").and_then(Value::as_array).ok_or("a path has no names")?;
        let full: Vec<&str> = full.iter().filter_map(Value::as_str).collect();
        Ok((!is_allowed(name)).then(|| full.join("::")))
    }
}

/// Whether this is an item that the crate itself says, not what others' rules give to its types.
fn is_own(item: &Value) -> bool {
    let imposed = item.pointer("/inner/impl").is_some_and(|item| {
        item.get("is_synthetic") == Some(&Value::Bool(true))
            || item.get("blanket_impl").is_some_and(|of| !of.is_null())
    });
    item.get("crate_id").and_then(Value::as_u64) == Some(0) && !imposed
}

/// Something that an item names.
enum Reference<'a> {
    /// A type or trait, or what is passed on.
    Item { id: &'a Value, written: &'a str },
    /// A whole crate, passed on.
    Crate(&'a str),
}

/// Finds every reference in a description, however deep.
fn collect<'a>(value: &'a Value, references: &mut Vec<Reference<'a>>) {
    match value {
        Value::Object(fields) => {
            let text = |key| fields.get(key).and_then(Value::as_str);
            let written = text("path").or_else(|| text("source"));
            if let (Some(written), Some(id)) = (written, fields.get("id")) {
                references.push(if id.is_null() {
                    Reference::Crate(written.split("::").next().unwrap_or(written))
                } else {
                    Reference::Item { id, written }
                });
            }
            for (key, value) in fields {
                if key == "extern_crate" {
                    references
                        .extend(value.get("name").and_then(Value::as_str).map(Reference::Crate));
                }
                collect(value, references);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

/// Where an item stands, and its name if it has one.
fn place(item: &Value) -> String {
    let file = item.pointer("/span/filename").and_then(Value::as_str).unwrap_or("?");
    let line = item.pointer("/span/begin/0").and_then(Value::as_u64).unwrap_or(0);
    let name = item.get("name").and_then(Value::as_str);
    format!("{file}:{line}: {} shows", name.unwrap_or("what stands here"))
}
