//! The target `frame` for libFuzzer. Built without it, the program checks the files it is given.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| msnp_fuzz::frame::check(input));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        msnp_fuzz::frame::check(&std::fs::read(path)?);
    }
    Ok(())
}
