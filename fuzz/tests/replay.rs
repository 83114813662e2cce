//! Every committed input of every target, on stable Rust and without libFuzzer.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// Checks each file and returns how many there were.
fn replay(target: &str, check: fn(&[u8])) -> usize {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(&corpus)
        .unwrap_or_else(|error| panic!("{}: {error}", corpus.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let broken: Vec<_> = paths
        .iter()
        .filter(|path| catch_unwind(|| check(&fs::read(path).unwrap())).is_err())
        .collect();
    assert!(broken.is_empty(), "these inputs break an invariant: {broken:#?}");
    paths.len()
}

#[test]
fn the_corpus_of_frame_keeps_every_invariant() {
    let inputs = replay("frame", msnp_fuzz::frame::check);
    assert!(inputs >= 20, "only {inputs} inputs: is the corpus complete?");
}
