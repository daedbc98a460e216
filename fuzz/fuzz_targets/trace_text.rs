//! Fuzz target `trace_text`: any bytes as a trace.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| heaplaw_fuzz::trace_text(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    heaplaw_fuzz::replay("trace_text")
}
