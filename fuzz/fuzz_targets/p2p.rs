//! The target `p2p` for libFuzzer. Built without it, the program checks the files it is given.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| msnp_fuzz::p2p::check(input));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    msnp_fuzz::check_files(msnp_fuzz::p2p::check)
}
