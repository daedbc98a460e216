//! `heaplaw mutants`: the kill matrix, the proof that every check can fail.

use super::{Ended, Failure, load, screen};
use crate::check::target_spec::TargetSpec;
use crate::check::{Bench, CASES, Kill, Options, kills};
use crate::expect::Expectations;
use crate::mutant::{self, Mutant};
use crate::proof::Proof;
use crate::spec::{Judge, Pattern, Specs};
use crate::verdict::Witness;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Arguments of `mutants`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only mutants of invariants whose id matches.
    #[arg(long, value_name = "GLOB")]
    invariant: Option<String>,
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
    /// Write which invariants are proven: those whose mutants were all killed by them.
    #[arg(long, value_name = "FILE")]
    write_proof: Option<PathBuf>,
}

/// One row of the matrix.
#[derive(serde::Serialize)]
struct Row {
    mutant: &'static str,
    breaks: &'static str,
    /// Why it counts as alive; nothing if it was killed as it must be.
    alive: Option<String>,
    /// By judge: scripts, steps and nanoseconds to the kill.
    kills: BTreeMap<Judge, KillCell>,
    /// What else broke, and may.
    also: Vec<String>,
    witness_steps: usize,
}

#[derive(serde::Serialize)]
struct KillCell {
    cases: u64,
    ops: u64,
    nanos: u64,
}

/// Runs the command: 0 if every mutant is killed by its own invariant, else 1.
///
/// # Errors
/// What keeps it from judging.
pub fn run(args: &Args, specs_dir: Option<&Path>) -> Ended {
    let (specs, book) = load::specs(specs_dir)?;
    let pattern = args.invariant.as_deref().map_or_else(Pattern::all, Pattern::new);
    let chosen = |m: &&Mutant| specs.invariant(m.breaks).is_none_or(|i| pattern.matches(&i.id));
    let mutants: Vec<&Mutant> = mutant::all().iter().filter(chosen).collect();
    if mutants.is_empty() {
        return Err(Failure("no mutant is selected".into()));
    }
    let expectations = Expectations::default();
    let worker = load::worker()?;
    let judge = |mutant: &Mutant| {
        let invariant = specs.invariant(mutant.breaks);
        let judges = invariant.map(|i| i.judges.clone()).unwrap_or_default();
        let mut row = Row::new(mutant);
        for judge in judges {
            let options = Options {
                judges: vec![judge],
                cases: args.cases,
                seed: args.seed,
                until: invariant.map(|i| i.id.clone()),
                ..Options::default()
            };
            let bench = Bench {
                specs: &specs,
                book: &book,
                expectations: &expectations,
                options: &options,
                worker: worker.clone(),
                proven: None,
            };
            let spec = TargetSpec::Mutant(mutant.id.to_owned());
            row.enter(judge, &kills(&spec, &bench).map_err(|e| e.to_string()), mutant);
        }
        row.settle();
        row
    };
    let rows = all_rows(&mutants, args.jobs, &judge);
    let text = if args.json { json(&rows) } else { table(&rows) };
    screen::print(&text);
    if let Some(file) = &args.write_proof {
        write_proof(&rows, &specs, file)?;
    }
    Ok(u8::from(rows.iter().any(|row| row.alive.is_some())))
}

fn all_rows(mutants: &[&Mutant], jobs: u16, judge: &(dyn Fn(&Mutant) -> Row + Sync)) -> Vec<Row> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let rows = std::sync::Mutex::new(BTreeMap::new());
    let work = || loop {
        let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let Some(mutant) = mutants.get(i) else { return };
        let row = judge(mutant);
        if let Ok(mut rows) = rows.lock() {
            rows.insert(i, row);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..usize::from(jobs).min(mutants.len()) {
            scope.spawn(work);
        }
        work();
    });
    rows.into_inner().unwrap_or_default().into_values().collect()
}

type Killed = Result<BTreeMap<String, (Kill, Witness)>, String>;

impl Row {
    fn new(mutant: &Mutant) -> Row {
        Row {
            mutant: mutant.id,
            breaks: mutant.breaks,
            alive: None,
            kills: BTreeMap::new(),
            also: Vec::new(),
            witness_steps: 0,
        }
    }

    /// Enters what one judge found.
    fn enter(&mut self, judge: Judge, killed: &Killed, mutant: &Mutant) {
        let killed = match killed {
            Ok(killed) => killed,
            Err(says) => {
                self.alive = Some(format!("{judge} could not judge it: {says}"));
                return;
            }
        };
        for (id, (kill, witness)) in killed {
            if id == mutant.breaks {
                let cell = KillCell { cases: kill.cases, ops: kill.ops, nanos: kill.nanos };
                self.kills.insert(judge, cell);
                self.witness_steps = witness.steps;
            } else if mutant.also.contains(&id.as_str()) || was_not_completed(witness) {
                if !self.also.contains(id) {
                    self.also.push(id.clone());
                }
            } else {
                self.alive = Some(format!("{judge} broke {id} instead: {}", witness.message));
            }
        }
    }

    fn settle(&mut self) {
        if self.kills.is_empty() && self.alive.is_none() {
            self.alive = Some("no judge killed it".into());
        }
    }
}

/// Whether the invariant broke only because the process did not live to the end of the scenario:
/// then what ended it is the finding.
fn was_not_completed(witness: &Witness) -> bool {
    witness.facts.iter().any(|(part, value)| part == "run.completed" && value == "false")
}

/// The judges that are columns.
const COLUMNS: [Judge; 5] =
    [Judge::Golden, Judge::Property, Judge::Exhaustive, Judge::Stress, Judge::Trace];

fn table(rows: &[Row]) -> String {
    let widest = rows.iter().map(|row| row.mutant.len()).max().unwrap_or(0);
    let mut text = format!("{:widest$}", "mutant");
    for judge in COLUMNS {
        let _ = write!(text, "  {:>16}", judge.word());
    }
    text.push_str("  witness  invariant\n");
    for row in rows {
        let _ = write!(text, "{:widest$}", row.mutant);
        for judge in COLUMNS {
            let cell = row.kills.get(&judge).map_or_else(|| "-".to_owned(), cell);
            let _ = write!(text, "  {cell:>16}");
        }
        let _ = writeln!(text, "  {:>7}  {}", row.witness_steps, row.breaks);
        if let Some(why) = &row.alive {
            let _ = writeln!(text, "{:widest$}  ALIVE: {why}", "");
        }
    }
    text + &summary(rows)
}

/// Steps and milliseconds to the kill.
fn cell(kill: &KillCell) -> String {
    format!("{} ops {} ms", kill.ops, kill.nanos / 1_000_000)
}

fn summary(rows: &[Row]) -> String {
    let dead = rows.iter().filter(|row| row.alive.is_none()).count();
    let fastest = |row: &Row| row.kills.values().map(|kill| kill.nanos).min();
    let mut times: Vec<u64> = rows.iter().filter_map(fastest).collect();
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).map_or(0, |ns| ns / 1_000_000);
    format!(
        "{dead} of {} mutants killed by their own invariants; time to kill: median {} ms, 95 % {} ms\n",
        rows.len(),
        at(50),
        at(95),
    )
}

fn json(rows: &[Row]) -> String {
    serde_json::to_string_pretty(rows).unwrap_or_default() + "\n"
}

/// An invariant is proven when every mutant that it names was killed.
fn write_proof(rows: &[Row], specs: &Specs, file: &Path) -> Result<(), Failure> {
    let dead = |id: &str| rows.iter().any(|row| row.mutant == id && row.alive.is_none());
    let mut proof = Proof::default();
    for invariant in specs.invariants().filter(|i| i.broken_by.iter().all(|id| dead(id))) {
        proof.add(invariant);
    }
    std::fs::write(file, proof.to_json())
        .map_err(|e| Failure(format!("cannot write {}: {e}", file.display())))
}
