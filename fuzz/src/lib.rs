//! What the fuzz targets do with their bytes.
//!
//! A target is a function here and a three-line program in `fuzz_targets/`. The function panics
//! where something is wrong. libFuzzer calls it under `cargo fuzz`; `cargo test` calls it on all
//! committed inputs; the program built without cargo-fuzz calls it on the files named.

#![forbid(unsafe_code)]

mod alloc_ops;
mod alloc_threads;
mod bench;
mod escape_source;
mod escape_types;
mod gc_ops;
mod protocol_lines;
mod results_json;
mod rule_text;
mod scripts;
mod spec_yaml;
mod trace_text;

pub use alloc_ops::{ALLOC_OPS, alloc_ops};
pub use alloc_threads::{ALLOC_THREADS, alloc_threads};
pub use escape_source::escape_source;
pub use escape_types::escape_types;
pub use gc_ops::{gc_judge, gc_ops, gc_trace};
pub use protocol_lines::protocol_lines;
pub use results_json::results_json;
pub use rule_text::rule_text;
pub use scripts::Scripts;
pub use spec_yaml::spec_yaml;
pub use trace_text::trace_text;

use conformance::trace::Trace;
use conformance::trace::form::Written;
use std::path::Path;
use std::process::ExitCode;

/// A fuzz target.
pub struct Target {
    /// The name of its program, of its folder below `seeds/`, and of its function.
    pub name: &'static str,
    /// Panics if the bytes show a fault of heaplaw.
    pub run: fn(&[u8]),
    /// How the bytes become a script, where they do.
    pub scripts: Option<&'static Scripts>,
    /// Judges a script that is written down as a trace, and panics as `run` does. The bytes of a fuzzer are never
    /// one: they would change the words of it, and not what it does.
    pub judge: Option<fn(&[u8])>,
}

/// Every fuzz target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "alloc_ops",
        run: alloc_ops,
        scripts: Some(&ALLOC_OPS),
        judge: Some(|bytes| drop(ALLOC_OPS.judge(&trace(bytes)))),
    },
    Target {
        name: "alloc_threads",
        run: alloc_threads,
        scripts: Some(&ALLOC_THREADS),
        judge: Some(|bytes| drop(ALLOC_THREADS.judge(&trace(bytes)))),
    },
    Target { name: "escape_source", run: escape_source, scripts: None, judge: None },
    Target { name: "escape_types", run: escape_types, scripts: None, judge: None },
    Target {
        name: "gc_ops",
        run: gc_ops,
        scripts: None,
        judge: Some(|bytes| drop(gc_judge(&trace(bytes)))),
    },
    Target { name: "protocol_lines", run: protocol_lines, scripts: None, judge: None },
    Target { name: "results_json", run: results_json, scripts: None, judge: None },
    Target { name: "rule_text", run: rule_text, scripts: None, judge: None },
    Target { name: "spec_yaml", run: spec_yaml, scripts: None, judge: None },
    Target { name: "trace_text", run: trace_text, scripts: None, judge: None },
];

/// Steps of a trace that is replayed, at most.
const STEPS: usize = 100_000;

/// The trace that `bytes` are. Panics where they are none.
fn trace<O: Written>(bytes: &[u8]) -> Trace<O> {
    Trace::parse(bytes, STEPS).unwrap_or_else(|fault| panic!("{fault}"))
}

impl Target {
    /// Runs the target on the contents of `file`: a script may be a trace, too, which means the same
    /// for ever. Each script is written to standard error first, for what ends the process.
    ///
    /// # Panics
    /// Where the target does, and where a trace cannot be read.
    pub fn replay(&self, file: &Path, bytes: &[u8]) {
        let is_trace = file.extension().is_some_and(|it| it == "trace");
        match (self.judge, self.scripts) {
            (Some(judge), _) if is_trace => judge(bytes),
            (_, Some(scripts)) => {
                for trace in scripts.traces(bytes) {
                    eprintln!("{trace}");
                    scripts.judge(&trace);
                }
            }
            _ => (self.run)(bytes),
        }
    }
}

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
    for file in &files {
        let file = Path::new(file);
        let shown = file.display();
        match std::fs::read(file) {
            Ok(bytes) => {
                println!("{name} on {shown}, {} bytes", bytes.len());
                target.replay(file, &bytes);
            }
            Err(error) => {
                eprintln!("{shown}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}
