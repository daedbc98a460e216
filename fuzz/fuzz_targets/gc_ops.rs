//! Fuzz target `gc_ops`: any bytes as a script of ops of collectors.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| heaplaw_fuzz::gc_ops(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    heaplaw_fuzz::replay("gc_ops")
}
