//! Rounds of measurements.

use crate::column::Role;
use crate::options::Options;
use crate::process::{Program, RowInfo, number};
use crate::report::{Cell, Report, TimingRow, median};

/// A column that is slower than the median one by more than this factor does fewer operations.
const PATIENCE: f64 = 4.0;

/// A row with a number of threads, and what each column is to do in it.
struct Plan<'a> {
    row: &'a RowInfo,
    threads: u64,
    /// Operations of each thread; 0 if the column does not have this row.
    ops: Vec<u64>,
}

/// Measures all rows with all programs.
pub(crate) fn measure(
    rows: &[RowInfo],
    programs: &[Program],
    options: &Options,
    report: &mut Report,
) {
    let mut plans = Vec::new();
    for row in rows {
        for &threads in &row.threads {
            eprintln!("guessing: {} with {threads}", row.says);
            plans.push(plan(row, threads, programs, options.budget_ns(), &mut report.skipped));
        }
    }
    let mut cells: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); programs.len()]; plans.len()];
    for round in 1..=options.rounds() {
        eprintln!("round {round} of {}", options.rounds());
        for (plan, cells) in plans.iter_mut().zip(&mut cells) {
            for (at, program) in programs.iter().enumerate() {
                match sample(program, plan.row, plan.threads, plan.ops[at]) {
                    Ok(Some(ns)) => cells[at].push(ns),
                    Ok(None) => {}
                    Err(why) => {
                        report.skipped.push((place(program, plan.row, plan.threads), why));
                        plan.ops[at] = 0;
                        cells[at].clear();
                    }
                }
            }
        }
    }
    report.timings = plans
        .iter()
        .zip(cells)
        .map(|(plan, cells)| TimingRow {
            name: plan.row.name.clone(),
            says: plan.row.says.clone(),
            threads: plan.threads,
            cells: cells
                .into_iter()
                .map(|rounds| (!rounds.is_empty()).then_some(Cell { rounds }))
                .collect(),
        })
        .collect();
}

/// Runs every column once, for a guess, and chooses the number of operations: the same for all, so
/// that the median peer takes as long as the options say; fewer only for those who are much slower.
fn plan<'a>(
    row: &'a RowInfo,
    threads: u64,
    programs: &[Program],
    budget_ns: f64,
    skipped: &mut Vec<(String, String)>,
) -> Plan<'a> {
    let mut guesses = Vec::new();
    for program in programs {
        guesses.push(sample(program, row, threads, row.probe).unwrap_or_else(|why| {
            skipped.push((place(program, row, threads), why));
            None
        }));
    }
    let with_role = |role| {
        let both = programs.iter().zip(&guesses);
        let chosen = both.filter(|(program, _)| program.column.role == role);
        chosen.filter_map(|(_, guess)| *guess).collect::<Vec<f64>>()
    };
    let peers = with_role(Role::Peer);
    let usual = if peers.is_empty() {
        median(&guesses.iter().flatten().copied().collect::<Vec<f64>>())
    } else {
        median(&peers)
    };
    let ops = |guess: &Option<f64>| match guess {
        Some(ns) if *ns > PATIENCE * usual => (budget_ns / ns) as u64 + 1,
        Some(_) => (budget_ns / usual) as u64 + 1,
        None => 0,
    };
    Plan { row, threads, ops: guesses.iter().map(ops).collect() }
}

/// CPU nanoseconds for an operation; nothing if the program does not have the row.
fn sample(program: &Program, row: &RowInfo, threads: u64, ops: u64) -> Result<Option<f64>, String> {
    if ops == 0 {
        return Ok(None);
    }
    let answer = program.ask(&["time", &row.name, &threads.to_string(), &ops.to_string()])?;
    let (done, spent) = (number(&answer, "ops")?, number(&answer, "cpu_ns")?);
    Ok((done > 0).then(|| spent as f64 / done as f64))
}

/// How a measurement is called when it fails.
fn place(program: &Program, row: &RowInfo, threads: u64) -> String {
    format!("{}, {} with {threads}", program.column.name, row.name)
}
