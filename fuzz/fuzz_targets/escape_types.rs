//! Fuzz target `escape_types`: any bytes as Go source, analysed.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| heaplaw_fuzz::escape_types(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    heaplaw_fuzz::replay("escape_types")
}
