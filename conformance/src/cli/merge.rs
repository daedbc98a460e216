//! `heaplaw merge`: results of shards and targets in one report, and one gate over all.

use super::{Ended, Failure, load, screen};
use crate::gate;
use crate::report::Report;
use crate::report::merge::merge;
use crate::spec::InvariantId;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Arguments of `merge`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Results written by `check --report json=FILE`.
    #[arg(required = true, value_name = "RESULT.json")]
    results: Vec<PathBuf>,
    /// Where the merged result goes.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Known deviations: a file, or a folder with a file for each target.
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,
    /// Compare with no known deviations.
    #[arg(long)]
    no_baseline: bool,
    /// Show every invariant.
    #[arg(long, short)]
    verbose: bool,
}

/// Runs the command.
///
/// # Errors
/// A result that cannot be read, or results that do not go together.
pub fn run(args: &Args, specs_dir: Option<&Path>) -> Ended {
    let (specs, _) = load::specs(specs_dir)?;
    let expectations = load::expectations(args.baseline.as_deref(), args.no_baseline)?;
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string());
        let report = text.and_then(|text| Report::from_json(&text).map_err(|e| e.to_string()));
        report.map_err(|e| Failure(format!("{}: {e}", path.display())))
    };
    let reports = args.results.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut report = merge(reports)?;
    expectations.apply(&mut report)?;
    let known: BTreeSet<InvariantId> = specs.invariants().map(|i| i.id.clone()).collect();
    let gate = gate::judge(&report, &expectations, &known);
    let on_screen = screen::show(&report, &gate, args.verbose);
    if let Some(file) = &args.output {
        std::fs::write(file, report.to_json())
            .map_err(|e| Failure(format!("cannot write {}: {e}", file.display())))?;
    }
    on_screen?;
    Ok(gate.status.code())
}
