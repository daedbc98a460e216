//! The report as text.

use crate::column::Role;
use crate::report::{
    GO_GOAL, INSTRUCTION_GOAL, MEAN_AIM, MEAN_GOAL, ROW_GOAL, Report, Resident, TimingRow,
};
use std::fmt::Write;

/// Width of the first column.
const LABEL: usize = 36;
/// A cell without a figure.
const NONE: &str = "-";

/// All tables, goals beside them.
pub(crate) fn text(report: &Report) -> String {
    let mut out = String::from("\n");
    for line in &report.machine {
        writeln!(out, "{line}").expect(TEXT);
    }
    times(report, &mut out);
    ratios(report, &mut out);
    hardened(report, &mut out);
    go(report, &mut out);
    memory(report, &mut out);
    instructions(report, &mut out);
    for (what, why) in &report.skipped {
        writeln!(out, "skipped: {what}: {why}").expect(TEXT);
    }
    out
}

/// Why writing cannot fail.
const TEXT: &str = "text grows";

/// A row: its label, and a cell for each column that is shown.
fn line(
    out: &mut String,
    report: &Report,
    shown: &[usize],
    label: &str,
    cell: impl Fn(usize) -> String,
) {
    write!(out, "{label:<LABEL$}").expect(TEXT);
    for &at in shown {
        let width = report.columns[at].name.len().max(6) + 1;
        write!(out, "{:>width$}", cell(at)).expect(TEXT);
    }
}

fn heading(out: &mut String, report: &Report, shown: &[usize], label: &str) {
    line(out, report, shown, label, |at| report.columns[at].name.clone());
}

/// Nanoseconds, without more digits than they are good for.
fn nanoseconds(ns: f64) -> String {
    if ns < 100.0 { format!("{ns:.1}") } else { format!("{ns:.0}") }
}

fn or_none(figure: Option<String>) -> String {
    figure.unwrap_or_else(|| NONE.to_owned())
}

fn label(row: &TimingRow) -> String {
    format!("{}, {}", row.says, row.threads)
}

fn times(report: &Report, out: &mut String) {
    let shown: Vec<usize> =
        (0..report.columns.len()).filter(|&at| report.columns[at].role != Role::Go).collect();
    if report.timings.is_empty() || shown.is_empty() {
        return;
    }
    out.push('\n');
    heading(out, report, &shown, "CPU ns an operation; row, threads");
    out.push_str("  spread\n");
    for row in &report.timings {
        let cell =
            |at: usize| or_none(row.cells[at].as_ref().map(|cell| nanoseconds(cell.median())));
        line(out, report, &shown, &label(row), cell);
        let spread = shown.iter().filter_map(|&at| Some(row.cells[at].as_ref()?.spread()));
        let widest = spread.fold(0.0, f64::max);
        writeln!(out, "  {:>5.0}%", 100.0 * widest).expect(TEXT);
    }
    out.push_str("(medians of the rounds; spread: slowest less fastest round by the median, the widest of the row)\n");
}

fn ratios(report: &Report, out: &mut String) {
    let shown: Vec<usize> = (0..report.columns.len())
        .filter(|&at| matches!(report.columns[at].role, Role::Ours | Role::Peer))
        .collect();
    if report.timings.is_empty() || report.with_role(Role::Peer).next().is_none() {
        return;
    }
    out.push('\n');
    heading(out, report, &shown, "ratio to the best peer of the row");
    out.push('\n');
    for row in &report.timings {
        let ratio = |at| row.ratio(&report.columns, at).map(|ratio| format!("{ratio:.2}"));
        line(out, report, &shown, &label(row), |at| or_none(ratio(at)));
        out.push('\n');
    }
    let score = |at| report.score(at);
    line(out, report, &shown, "geometric mean", |at| {
        or_none(score(at).map(|score| format!("{:.2}", score.mean)))
    });
    out.push('\n');
    line(out, report, &shown, "worst row", |at| {
        or_none(score(at).map(|score| format!("{:.2}", score.worst)))
    });
    out.push('\n');
    for at in report.with_role(Role::Ours) {
        let Some(score) = score(at) else { continue };
        writeln!(
            out,
            "goal: {}: geometric mean of {} rows {:.2}, at most {MEAN_GOAL} (aim {MEAN_AIM:.1}): {}; \
             worst row {:.2}, at most {ROW_GOAL}: {}",
            report.columns[at].name,
            score.rows,
            score.mean,
            verdict(score.mean <= MEAN_GOAL),
            score.worst,
            verdict(score.worst <= ROW_GOAL)
        )
        .expect(TEXT);
    }
}

/// What the hardened mode costs, beside the plain one.
fn hardened(report: &Report, out: &mut String) {
    let both = report.find("ours-detect").zip(report.find("ours"));
    let Some(cost) = both.and_then(|(detect, ours)| report.against(detect, ours)) else { return };
    writeln!(
        out,
        "ours, harden: detect: {:.2} times the CPU time of ours (geometric mean of {} rows), at most {:.2}",
        cost.mean, cost.rows, cost.worst
    )
    .expect(TEXT);
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
}

/// Go's time for an allocation and its share of collection, by that of a malloc and its free.
fn go(report: &Report, out: &mut String) {
    let go: Vec<usize> = report.with_role(Role::Go).collect();
    let Some(ours) = report.find("ours").or_else(|| report.with_role(Role::Peer).next()) else {
        return;
    };
    if go.is_empty() || report.timings.is_empty() {
        return;
    }
    let mut shown = go.clone();
    shown.push(ours);
    out.push('\n');
    heading(out, report, &shown, "CPU ns against Go, 1 thread");
    writeln!(out, "  faster than Go by (goal {GO_GOAL})").expect(TEXT);
    for row in &report.timings {
        let ns = |at: usize| row.cells[at].as_ref().map(crate::report::Cell::median);
        if go.iter().all(|&at| ns(at).is_none()) {
            continue;
        }
        line(out, report, &shown, &row.says, |at| or_none(ns(at).map(nanoseconds)));
        for &at in &go {
            let factor = ns(at).zip(ns(ours)).map(|(go, ours)| format!("{:.1}", go / ours));
            write!(out, "  {:>6}", or_none(factor)).expect(TEXT);
        }
        out.push('\n');
    }
}

fn memory(report: &Report, out: &mut String) {
    let shown: Vec<usize> = (0..report.columns.len())
        .filter(|&at| report.memory.iter().any(|row| row.cells[at].is_some()))
        .collect();
    if shown.is_empty() {
        return;
    }
    out.push('\n');
    heading(out, report, &shown, "peak resident over requested");
    out.push('\n');
    for row in &report.memory {
        line(out, report, &shown, &row.says, |at| {
            or_none(row.cells[at].map(|cell| format!("{:.2}", cell.overhead())))
        });
        out.push('\n');
    }
    left(report, &shown, "MB resident when all is free", |cell| cell.freed, out);
    left(report, &shown, "the same, a second later", |cell| cell.idle, out);
    let Some(jemalloc) = report.find("jemalloc") else { return };
    for at in report.with_role(Role::Ours) {
        for row in &report.memory {
            let Some((mine, theirs)) = row.cells[at].zip(row.cells[jemalloc]) else { continue };
            let (mine, theirs) = (mine.overhead(), theirs.overhead());
            writeln!(
                out,
                "goal: {}: {}: {mine:.2}, at most jemalloc's {theirs:.2}: {}",
                report.columns[at].name,
                row.says,
                verdict(mine <= theirs)
            )
            .expect(TEXT);
        }
    }
}

/// What is still resident of each row, in MB.
fn left(
    report: &Report,
    shown: &[usize],
    says: &str,
    bytes: fn(&Resident) -> u64,
    out: &mut String,
) {
    heading(out, report, shown, says);
    out.push('\n');
    for row in &report.memory {
        line(out, report, shown, &row.says, |at| {
            or_none(row.cells[at].map(|cell| format!("{:.1}", bytes(&cell) as f64 / 1e6)))
        });
        out.push('\n');
    }
}

fn instructions(report: &Report, out: &mut String) {
    let counted = |at: usize| report.instructions.get(at).copied().flatten();
    let shown: Vec<usize> = (0..report.columns.len()).filter(|&at| counted(at).is_some()).collect();
    if shown.is_empty() {
        return;
    }
    out.push('\n');
    heading(out, report, &shown, "instructions, 64 B pair in cache");
    writeln!(out, "  (goal {INSTRUCTION_GOAL} each way)").expect(TEXT);
    line(out, report, &shown, "malloc", |at| or_none(counted(at).map(|(m, _)| format!("{m:.1}"))));
    out.push('\n');
    line(out, report, &shown, "free", |at| or_none(counted(at).map(|(_, f)| format!("{f:.1}"))));
    out.push('\n');
}
