//! Fuzz target `escape_source`: any bytes as Go source, parsed.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| heaplaw_fuzz::escape_source(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    heaplaw_fuzz::replay("escape_source")
}
