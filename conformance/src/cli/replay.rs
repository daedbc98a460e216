//! `heaplaw replay` and `heaplaw shrink`: a trace again, alone, in a new process.

use super::{Ended, Failure, load, screen};
use crate::check::target_spec::TargetSpec;
use crate::check::witness::key;
use crate::check::{Bench, Options, again};
use crate::spec::InvariantId;
use crate::trace::Trace;
use std::path::{Path, PathBuf};

/// A trace longer than this, in steps, is none that a person replays.
const STEPS: usize = 50_000_000;

/// Arguments of `replay`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The trace.
    trace: PathBuf,
    /// The target; the one that the trace names if none is given.
    #[arg(long, value_name = "TARGET")]
    target: Option<TargetSpec>,
    /// Perform it so often; a failure of luck needs several tries.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    tries: u32,
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

fn read(path: &Path) -> Result<Trace, Failure> {
    let file = std::fs::File::open(path)
        .map_err(|e| Failure(format!("cannot read {}: {e}", path.display())))?;
    let mut reader = crate::trace::Reader::new(std::io::BufReader::new(file), STEPS)
        .map_err(|e| Failure(format!("{}:{e}", path.display())))?;
    let steps = reader.by_ref().collect::<Result<_, _>>();
    let steps = steps.map_err(|e| Failure(format!("{}:{e}", path.display())))?;
    Ok(Trace { metadata: reader.into_metadata(), steps })
}

fn target_of(given: Option<&TargetSpec>, trace: &Trace) -> Result<TargetSpec, Failure> {
    if let Some(target) = given {
        return Ok(target.clone());
    }
    let Some(word) = trace.metadata.get(key::TARGET) else {
        return Err(Failure("the trace names no target: give --target".into()));
    };
    Ok(word.parse::<TargetSpec>()?)
}

/// Runs `replay`: 0 where nothing breaks, 1 where something does.
///
/// # Errors
/// What keeps it from judging.
pub fn run(args: &Args, specs_dir: Option<&Path>) -> Ended {
    let trace = read(&args.trace)?;
    let target = target_of(args.target.as_ref(), &trace)?;
    let (specs, book) = load::specs(specs_dir)?;
    let expectations = load::expectations(None, false)?;
    let options = options(&trace);
    let bench = Bench {
        specs: &specs,
        book: &book,
        expectations: &expectations,
        options: &options,
        worker: load::worker()?,
        proven: None,
    };
    let replayed = again::replay(&target, &bench, &trace, args.tries)?;
    let (times, tried) = (replayed.broke, replayed.tried);
    if replayed.broken.is_empty() {
        screen::print(&format!("{target}: nothing is broken in {tried} of {tried} tries\n"));
        return Ok(0);
    }
    for one in &replayed.broken {
        screen::print(&format!("broken  {}  {}\n", one.id, one.message));
        for (part, value) in &one.facts {
            screen::print(&format!("        {part} = {value}\n"));
        }
        for line in one.picture.lines() {
            screen::print(&format!("        {line}\n"));
        }
        for line in crate::report::text::last_lines(&one.stderr, 10) {
            screen::print(&format!("        stderr: {line}\n"));
        }
    }
    screen::print(&format!("{target}: broken in {times} of {tried} tries\n"));
    Ok(1)
}

/// Choices that the trace was found under hold for its replay, too.
fn options(trace: &Trace) -> Options {
    let words = trace.metadata.get(key::CHOICES).unwrap_or_default();
    let pairs = words.split_whitespace().filter_map(|pair| pair.split_once('='));
    let overrides = pairs.map(|(name, word)| (name.to_owned(), word.to_owned())).collect();
    Options { overrides, ..Options::default() }
}

/// Runs `shrink`.
///
/// # Errors
/// What keeps it from shrinking: the trace breaks nothing, or not the invariant asked for.
pub fn run_shrink(args: &ShrinkArgs, specs_dir: Option<&Path>) -> Ended {
    let trace = read(&args.trace)?;
    let target = target_of(args.target.as_ref(), &trace)?;
    let (specs, book) = load::specs(specs_dir)?;
    let expectations = load::expectations(None, false)?;
    let options = options(&trace);
    let bench = Bench {
        specs: &specs,
        book: &book,
        expectations: &expectations,
        options: &options,
        worker: load::worker()?,
        proven: None,
    };
    let named = args.invariant.as_deref().or_else(|| trace.metadata.get(key::INVARIANT));
    let id = match named {
        Some(id) => Some(known(&specs, id)?),
        None => None,
    };
    let small = again::shrink(&target, &bench, &trace, id.as_ref())?;
    let text = small.to_string();
    match &args.output {
        Some(file) => std::fs::write(file, text)
            .map_err(|e| Failure(format!("cannot write {}: {e}", file.display())))?,
        None => screen::print(&text),
    }
    Ok(0)
}

fn known(specs: &crate::spec::Specs, id: &str) -> Result<InvariantId, Failure> {
    specs.invariant(id).map(|invariant| invariant.id.clone()).ok_or_else(|| {
        let near = specs.nearest_ids(id).first().map(|id| format!("; did you mean {id}?"));
        Failure(format!("no invariant is called `{id}`{}", near.unwrap_or_default()))
    })
}
