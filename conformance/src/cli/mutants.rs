//! `heaplaw mutants`: prints the kill matrix.

use super::{Ended, Failure, load, screen};
use crate::check::target_spec::TargetSpec;
use crate::check::{CASES, again};
use crate::matrix::{CONTROLS, Cell, ControlRow, Matrix, Row, proof};
use crate::mutant::{self, Mutant};
use crate::spec::{Invariant, Judge, Pattern};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Arguments of `mutants`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only mutants of invariants whose id matches; may repeat.
    #[arg(long, value_name = "GLOB")]
    invariant: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Random scripts for each mutant.
    #[arg(long, value_name = "N", default_value_t = CASES)]
    cases: u64,
    /// Seed of all random scripts.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Mutants judged at the same time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Do not show a mutant that one judge has killed to the others: much quicker, and as good a proof.
    #[arg(long)]
    first_kill: bool,
    /// Leave the right allocators out: quicker, and no proof.
    #[arg(long, conflicts_with = "write_proof")]
    skip_controls: bool,
    /// Write which invariants are proven: those whose mutants were all killed by them. What the
    /// file says of invariants that were not selected stays.
    #[arg(long, value_name = "FILE")]
    write_proof: Option<PathBuf>,
    /// Write the shortest witness of every mutant, a trace each.
    #[arg(long, value_name = "DIR")]
    write_witnesses: Option<PathBuf>,
}

/// The whole matrix, as JSON prints it.
#[derive(serde::Serialize, Default)]
struct Whole {
    controls: Vec<ControlRow>,
    rows: Vec<Row>,
}

/// Runs the command: 0 if every mutant is killed by its own invariant and no control breaks any,
/// else 1.
///
/// # Errors
/// What keeps it from judging.
pub fn run(args: &Args, specs_dir: Option<&Path>) -> Ended {
    let (specs, books) = load::specs(specs_dir)?;
    let patterns: Vec<Pattern> = args.invariant.iter().map(|glob| Pattern::new(glob)).collect();
    let chosen = |m: &&Mutant| {
        let any = |i: &Invariant| patterns.is_empty() || patterns.iter().any(|p| p.matches(&i.id));
        specs.invariant(m.breaks).is_none_or(any)
    };
    let mutants: Vec<&Mutant> =
        mutant::all().iter().chain(mutant::analysers()).filter(chosen).collect();
    if mutants.is_empty() {
        return Err(Failure("no mutant is selected".into()));
    }
    let worker = load::worker()?;
    let matrix = Matrix {
        specs: &specs,
        books: &books,
        worker,
        cases: args.cases,
        seed: args.seed,
        first_kill: args.first_kill,
    };
    let widest = mutants.iter().map(|m| m.id.len()).max().unwrap_or(0);
    if !args.json {
        screen::print(&head(widest))?;
    }
    let said = |text: String| {
        if !args.json {
            // If nothing can be written, the summary will say so.
            let _ = screen::print(&text);
        }
    };
    let controls: &[TargetSpec] = if args.skip_controls { &[] } else { CONTROLS };
    let whole = judge(&matrix, (controls, &mutants), args.jobs, &|line| said(line.text(widest)));
    if args.json {
        screen::print(&(serde_json::to_string_pretty(&whole).unwrap_or_default() + "\n"))?;
    } else {
        screen::print(&summary(&whole))?;
    }
    if let Some(file) = &args.write_proof {
        let known = load::proof_file(file)?;
        write(file, &proof(&specs, &whole.rows, &known).to_json())?;
    }
    if let Some(dir) = &args.write_witnesses {
        write_witnesses(&whole.rows, dir)?;
    }
    Ok(u8::from(!whole.is_proof()))
}

/// A part of the matrix that is finished.
enum Line<'l> {
    Control(&'l ControlRow),
    Mutant(&'l Row),
}

/// Judges the controls and the mutants, `jobs` at a time, and says each as it is finished.
fn judge(
    matrix: &Matrix<'_>,
    (targets, mutants): (&[TargetSpec], &[&Mutant]),
    jobs: u16,
    said: &(dyn Fn(Line<'_>) + Sync),
) -> Whole {
    let (next, controls) = (AtomicUsize::new(0), targets.len());
    let whole = Mutex::new((BTreeMap::new(), BTreeMap::new()));
    let one_control = |i: usize, spec: &TargetSpec| {
        let row = matrix.control(spec);
        said(Line::Control(&row));
        whole.lock().unwrap_or_else(PoisonError::into_inner).0.insert(i, row);
    };
    let one_mutant = |i: usize, mutant: &Mutant| {
        let row = matrix.row(mutant);
        said(Line::Mutant(&row));
        whole.lock().unwrap_or_else(PoisonError::into_inner).1.insert(i, row);
    };
    let work = || loop {
        let i = next.fetch_add(1, Ordering::Relaxed);
        match (targets.get(i), mutants.get(i.saturating_sub(controls))) {
            (Some(spec), _) => one_control(i, spec),
            (None, Some(mutant)) => one_mutant(i, mutant),
            (None, None) => return,
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..usize::from(jobs).min(mutants.len() + controls) {
            scope.spawn(work);
        }
        work();
    });
    let (controls, rows) = whole.into_inner().unwrap_or_else(PoisonError::into_inner);
    Whole { controls: controls.into_values().collect(), rows: rows.into_values().collect() }
}

impl Whole {
    fn is_proof(&self) -> bool {
        self.controls.iter().all(|control| control.broke.is_empty())
            && self.rows.iter().all(|row| row.alive.is_none())
    }
}

/// The judges that are columns.
const COLUMNS: [Judge; 5] =
    [Judge::Golden, Judge::Property, Judge::Exhaustive, Judge::Stress, Judge::Trace];

fn head(widest: usize) -> String {
    let mut text = format!("{:widest$}", "mutant");
    for judge in COLUMNS {
        let _ = write!(text, "  {:>16}", judge.word());
    }
    text + "  witness  invariant\n"
}

impl Line<'_> {
    fn text(&self, widest: usize) -> String {
        match self {
            Line::Control(control) => control_text(control, widest),
            Line::Mutant(row) => row_text(row, widest),
        }
    }
}

fn control_text(control: &ControlRow, widest: usize) -> String {
    let says = if control.broke.is_empty() { "breaks nothing, as it must" } else { "" };
    let mut text = format!("{:widest$}  control  {says}\n", control.target);
    for (id, message) in &control.broke {
        let _ = writeln!(text, "{:widest$}  FALSE ALARM: {id}: {message}", "");
    }
    text
}

fn row_text(row: &Row, widest: usize) -> String {
    let mut text = format!("{:widest$}", row.mutant);
    for judge in COLUMNS {
        let cell = row.kills.get(&judge).map_or_else(|| "-".to_owned(), cell);
        let _ = write!(text, "  {cell:>16}");
    }
    let steps = row.witness.as_ref().map_or(0, |witness| witness.steps);
    let _ = writeln!(text, "  {steps:>7}  {}", row.breaks);
    if let Some(why) = &row.alive {
        let _ = writeln!(text, "{:widest$}  ALIVE: {why}", "");
    }
    text
}

/// Steps and milliseconds to the kill.
fn cell(kill: &Cell) -> String {
    format!("{} ops {} ms", kill.ops, kill.nanos / 1_000_000)
}

fn summary(whole: &Whole) -> String {
    let rows = &whole.rows;
    let dead = rows.iter().filter(|row| row.alive.is_none()).count();
    let mut times: Vec<u64> = rows.iter().filter_map(Row::soonest).collect();
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).map_or(0, |ns| ns / 1_000_000);
    let alarms = whole.controls.iter().filter(|control| !control.broke.is_empty()).count();
    format!(
        "{dead} of {} mutants killed by their own invariants; time to kill: median {} ms, 95 % {} \
         ms; {alarms} of {} controls raised a false alarm\n",
        rows.len(),
        at(50),
        at(95),
        whole.controls.len(),
    )
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|e| Failure(format!("cannot write {}: {e}", file.display())))
}

/// One trace a mutant: `alloc/hands-out-live-block` becomes the file `hands-out-live-block.trace`.
/// A shorter one that is there already stays.
fn write_witnesses(rows: &[Row], dir: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(dir)
        .map_err(|e| Failure(format!("cannot make {}: {e}", dir.display())))?;
    for row in rows {
        // What breaks an analyser is a golden file, which is kept where it is.
        let performs = mutant::find(row.mutant).is_some_and(|mutant| mutant.analyser().is_none());
        let Some(witness) = row.witness.as_ref().filter(|_| performs) else { continue };
        let name = row.mutant.rsplit('/').next().unwrap_or(row.mutant);
        let file = dir.join(format!("{name}.trace"));
        let known = again::read(&file).map_or(usize::MAX, |known| known.len());
        if witness.steps <= known {
            write(&file, &witness.trace)?;
        }
    }
    Ok(())
}
