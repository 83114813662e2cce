//! The target `packet` for libFuzzer. Built without it, the program checks the files it is given.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| msnp_fuzz::packet::check(input));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    msnp_fuzz::check_files(msnp_fuzz::packet::check)
}
