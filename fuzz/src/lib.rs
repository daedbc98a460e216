//! What the fuzz targets do with their bytes.
//!
//! A target is a function here and a three-line program in `fuzz_targets/`. The function panics
//! where something is wrong. libFuzzer calls it under `cargo fuzz`; `cargo test` calls it on all
//! committed inputs; the program built without cargo-fuzz calls it on the files named.

#![forbid(unsafe_code)]

mod alloc_script;
mod results_json;
mod rule_text;
mod spec_yaml;
mod trace_text;

pub use alloc_script::{alloc_script, judge_script};
pub use results_json::results_json;
pub use rule_text::rule_text;
pub use spec_yaml::spec_yaml;
pub use trace_text::trace_text;

use std::process::ExitCode;

/// A fuzz target.
pub struct Target {
    /// The name of its program, of its folder below `seeds/`, and of its function.
    pub name: &'static str,
    /// Panics if the bytes show a fault of heaplaw.
    pub run: fn(&[u8]),
}

/// Every fuzz target.
pub const TARGETS: &[Target] = &[
    Target { name: "alloc_script", run: alloc_script },
    Target { name: "results_json", run: results_json },
    Target { name: "rule_text", run: rule_text },
    Target { name: "spec_yaml", run: spec_yaml },
    Target { name: "trace_text", run: trace_text },
];

/// The program of the target `name` where libFuzzer is not there: runs the target on each file
/// named as an argument. A panic names the file; no file at all is bad usage.
///
/// # Panics
/// Where the target does.
pub fn replay(name: &str) -> ExitCode {
    let files: Vec<_> = std::env::args_os().skip(1).collect();
    let target = TARGETS.iter().find(|target| target.name == name);
    let (Some(target), false) = (target, files.is_empty()) else {
        eprintln!("usage: {name} FILE...\nTo fuzz: cargo fuzz run -s none {name}");
        return ExitCode::from(2);
    };
    for file in files {
        let shown = file.display();
        match std::fs::read(&file) {
            Ok(bytes) => {
                println!("{name} on {shown}, {} bytes", bytes.len());
                (target.run)(&bytes);
            }
            Err(error) => {
                eprintln!("{shown}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}
