//! Measures nothing but the workload.

use std::process::ExitCode;

fn main() -> ExitCode {
    peers::command::main::<peers::floor::Floor>()
}
