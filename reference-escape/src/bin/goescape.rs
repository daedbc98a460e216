//! `goescape`: the lines of `go build -gcflags='-m -l'`, without Go's compiler.

use reference_escape::cli;
use std::process::ExitCode;

/// Syntax may nest deep, and walks over trees follow it.
const STACK: usize = 1 << 30;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let run = std::thread::Builder::new().stack_size(STACK).spawn(move || cli::run(&arguments));
    let status = match run.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => status,
        _ => cli::BROKEN,
    };
    ExitCode::from(status)
}
