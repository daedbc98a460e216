//! `heaplaw replay` and `heaplaw shrink`: a trace again, alone, in a new process.

use super::{Ended, Failure, load, screen};
use crate::check::again::Saved;
use crate::check::again::Tries;
use crate::check::target_spec::TargetSpec;
use crate::check::witness::key;
use crate::check::{Bench, again};
use crate::spec::InvariantId;
use std::path::{Path, PathBuf};

/// Arguments of `replay`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The trace.
    trace: PathBuf,
    /// The target; the one that the trace names if none is given.
    #[arg(long, value_name = "TARGET")]
    target: Option<TargetSpec>,
    /// Perform it just so often. If not given: until something breaks, at most as often as the
    /// trace says.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    tries: Option<u32>,
}

/// Arguments of `shrink`.
#[derive(clap::Args, Debug)]
pub struct ShrinkArgs {
    /// The trace.
    trace: PathBuf,
    /// The target; the one that the trace names if none is given.
    #[arg(long, value_name = "TARGET")]
    target: Option<TargetSpec>,
    /// The invariant to break; the one that the trace names, or the first that it breaks.
    #[arg(long, value_name = "ID")]
    invariant: Option<String>,
    /// Where the smaller trace goes; standard output if nothing is given.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn target_of(given: Option<&TargetSpec>, trace: &Saved) -> Result<TargetSpec, Failure> {
    if let Some(target) = given {
        return Ok(target.clone());
    }
    let Some(word) = trace.metadata().get(key::TARGET) else {
        return Err(Failure("the trace names no target: give --target".into()));
    };
    Ok(word.parse::<TargetSpec>()?)
}

/// Does `work` with all that judging `trace` once more takes.
fn on_bench<T>(
    trace: &Saved,
    specs_dir: Option<&Path>,
    work: impl FnOnce(&Bench<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (specs, books) = load::specs(specs_dir)?;
    let expectations = load::expectations(None, false)?;
    work(&Bench {
        specs: &specs,
        books: &books,
        expectations: &expectations,
        options: &again::options(trace),
        worker: load::worker()?,
        proven: None,
    })
}

/// Runs `replay`: 0 where nothing breaks, 1 where something does.
///
/// # Errors
/// What keeps it from judging.
pub fn run(args: &Args, specs_dir: Option<&Path>) -> Ended {
    let trace = again::read(&args.trace)?;
    let target = target_of(args.target.as_ref(), &trace)?;
    let tries = args.tries.map_or(Tries::UntilBroken, Tries::All);
    let replayed = on_bench(&trace, specs_dir, |bench| {
        again::replay(&target, bench, &trace, tries).map_err(Failure::from)
    })?;
    screen::print(&replayed.account(&target, &screen::style()))?;
    Ok(u8::from(!replayed.broken.is_empty()))
}

/// Runs `shrink`.
///
/// # Errors
/// What keeps it from shrinking: the trace breaks nothing, or not the invariant asked for.
pub fn run_shrink(args: &ShrinkArgs, specs_dir: Option<&Path>) -> Ended {
    let trace = again::read(&args.trace)?;
    let target = target_of(args.target.as_ref(), &trace)?;
    let named = args.invariant.as_deref().or_else(|| trace.metadata().get(key::INVARIANT));
    let small = on_bench(&trace, specs_dir, |bench| {
        let id = named.map(|id| known(bench.specs, id)).transpose()?;
        Ok(again::shrink(&target, bench, &trace, id.as_ref())?)
    })?;
    let text = small.to_string();
    match &args.output {
        Some(file) => std::fs::write(file, text)
            .map_err(|e| Failure(format!("cannot write {}: {e}", file.display())))?,
        None => screen::print(&text)?,
    }
    Ok(0)
}

fn known(specs: &crate::spec::Specs, id: &str) -> Result<InvariantId, Failure> {
    specs.invariant(id).map(|invariant| invariant.id.clone()).ok_or_else(|| {
        let near = specs.nearest_ids(id).first().map(|id| format!("; did you mean {id}?"));
        Failure(format!("no invariant is called `{id}`{}", near.unwrap_or_default()))
    })
}
