//! Fuzz target `protocol_lines`: any bytes as lines of the protocol of collectors.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| heaplaw_fuzz::protocol_lines(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    heaplaw_fuzz::replay("protocol_lines")
}
