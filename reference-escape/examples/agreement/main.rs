//! How far the lines agree with the compiler's: for each package the lines that both print, those that only one prints, and
//! those with which we claim more than the compiler grants.
//!
//! The compiler is asked as a person asks it, with imports compiled as ever: inlined, so that some of their tags are more
//! exact than what a body alone says. With `IMPORTS=plain` in the environment imports are compiled without inlining.
//! With `REASONS=told` the lines of `-m=2` are compared, explanations and all. With `TESTS=with` packages are compared
//! together with those of their test files that are part of them, and those without are left out. `GOARCH` is for both.
//!
//! `agreement GOESCAPE CACHE PACKAGE|FILE.go...` asks `go` (or `GO` in the environment) for its lines, keeps them in the
//! folder CACHE, and runs GOESCAPE on the packages' folders. A file is a package of its own; what it imports is of the
//! standard library. With `SHOW=n` in the environment the first n differences of each package are printed.

#![expect(clippy::print_stdout, reason = "it is a report")]

mod oracle;
mod score;

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use oracle::{Answer, Oracle, Unit, Ways};
use score::{Lines, Score, compare, differences, lines};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What became of the units so far.
#[derive(Default, Debug)]
struct Tally {
    sum: Score,
    compared: usize,
    equal: usize,
    failed: usize,
    rejected: usize,
    spent: Duration,
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(ours), Some(cache)) = (arguments.next(), arguments.next()) else {
        return Err("usage: agreement GOESCAPE CACHE PACKAGE|FILE.go...".into());
    };
    let names: Vec<String> = arguments.collect();
    let ways = Ways::told();
    let oracle = Oracle::new(Path::new(&cache), ways)?;
    let mut tally = Tally::default();
    println!("{:<28} {:>7} {:>7} {:>7} {:>7}", "package", "exact", "missing", "extra", "unsound");
    for unit in oracle.units(&names)? {
        match oracle.ask(&unit)? {
            Answer::Rejected => tally.rejected += 1,
            Answer::Lines(text) => {
                let began = Instant::now();
                let (found, trouble) = run_ours(&ours, ways, &unit, &oracle.goroot)?;
                tally.spent += began.elapsed();
                tell(&unit, &found, &lines(&text), trouble.as_deref(), &mut tally);
            }
        }
    }
    finish(&tally);
    Ok(())
}

/// Our lines, and what went wrong.
fn run_ours(
    ours: &str,
    ways: Ways,
    unit: &Unit,
    goroot: &Path,
) -> Outcome<(Lines, Option<String>)> {
    let output = Command::new(ours)
        .args([ways.level(), "-l", "--no-cache", "--pkgpath", &unit.path, "--goroot"])
        .arg(goroot)
        .args(&unit.sources)
        .output()?;
    let trouble = (!output.status.success())
        .then(|| format!("status {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    Ok((lines(&String::from_utf8_lossy(&output.stdout)), trouble))
}

/// Compares, prints a row, and counts.
fn tell(unit: &Unit, ours: &Lines, theirs: &Lines, trouble: Option<&str>, tally: &mut Tally) {
    let score = compare(ours, theirs);
    let Score { both, missing, extra, unsound } = score;
    let same = missing + extra == 0 && trouble.is_none();
    tally.sum.add(score);
    tally.compared += 1;
    tally.equal += usize::from(same);
    tally.failed += usize::from(trouble.is_some());
    let name = &unit.name;
    let mark = if same { "  equal" } else { "" };
    println!("{name:<28} {both:>7} {missing:>7} {extra:>7} {unsound:>7}{mark}");
    for line in trouble.iter().flat_map(|text| text.lines().take(3)) {
        println!("    ! {line}");
    }
    let show = std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    differences(ours, theirs, show);
}

fn finish(tally: &Tally) {
    let Score { both, missing, extra, unsound } = tally.sum;
    println!("{:<28} {both:>7} {missing:>7} {extra:>7} {unsound:>7}", "sum");
    let percent = 100.0 * both as f64 / (both + missing).max(1) as f64;
    let Tally { compared, equal, failed, rejected, spent, .. } = tally;
    let rejected = if *rejected == 0 { String::new() } else { format!(", {rejected} not Go") };
    println!(
        "{percent:.2} % exact, {equal} of {compared} packages equal, {failed} failed{rejected}, {spent:.1?} spent"
    );
}
