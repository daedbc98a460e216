//! Measures a shared library; its path comes in the environment.

use peers::library::{Library, open};
use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Ok(path) = env::var("HEAPLAW_BENCH_LIBRARY") else {
        eprintln!("HEAPLAW_BENCH_LIBRARY names no library");
        return ExitCode::FAILURE;
    };
    match open(&path) {
        Ok(()) => peers::command::main::<Library>(),
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
