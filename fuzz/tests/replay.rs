//! Every committed input of every target, on stable Rust and without libFuzzer.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use msnp_fuzz::TARGETS;

fn inputs(target: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(&corpus)
        .unwrap_or_else(|error| panic!("{}: {error}", corpus.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

/// Checks each file of the corpus.
fn replay(target: &str) {
    let (_, check) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let paths = inputs(target);
    let count = paths.len();
    assert!((20..=300).contains(&count), "{count} inputs: is the corpus complete, and minimised?");
    let broken: Vec<_> = paths
        .iter()
        .filter(|path| catch_unwind(|| check(&fs::read(path).unwrap())).is_err())
        .collect();
    assert!(broken.is_empty(), "these inputs break an invariant: {broken:#?}");
}

macro_rules! replayed {
    ($($name:ident: $target:literal,)*) => {
        $(#[test]
        fn $name() {
            replay($target);
        })*

        const REPLAYED: &[&str] = &[$($target),*];
    };
}

replayed! {
    the_corpus_of_auth_keeps_every_invariant: "auth",
    the_corpus_of_client_keeps_every_invariant: "client",
    the_corpus_of_command_bytes_keeps_every_invariant: "command_bytes",
    the_corpus_of_command_values_keeps_every_invariant: "command_values",
    the_corpus_of_frame_keeps_every_invariant: "frame",
    the_corpus_of_message_keeps_every_invariant: "message",
    the_corpus_of_network_keeps_every_invariant: "network",
    the_corpus_of_ns_client_keeps_every_invariant: "ns_client",
    the_corpus_of_ns_server_keeps_every_invariant: "ns_server",
    the_corpus_of_objects_keeps_every_invariant: "objects",
    the_corpus_of_p2p_keeps_every_invariant: "p2p",
    the_corpus_of_p2p_pair_keeps_every_invariant: "p2p_pair",
    the_corpus_of_packet_keeps_every_invariant: "packet",
    the_corpus_of_sb_client_keeps_every_invariant: "sb_client",
    the_corpus_of_sb_server_keeps_every_invariant: "sb_server",
    the_corpus_of_server_keeps_every_invariant: "server",
    the_corpus_of_slp_keeps_every_invariant: "slp",
    the_corpus_of_xml_keeps_every_invariant: "xml",
}

#[test]
fn every_target_has_a_program_a_corpus_and_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        entries.map(|entry| stem(entry.unwrap().path())).collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(targets, names("fuzz_targets"));
    assert_eq!(targets, names("corpus"));
    assert_eq!(targets, REPLAYED.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn all_corpora_together_stay_small() {
    let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
    let total: u64 = TARGETS.iter().flat_map(|(name, _)| inputs(name)).map(|p| size(&p)).sum();
    assert!(total < 3 * 1024 * 1024, "{total} bytes; see docs/fuzzing.md for how to minimise them");
}
