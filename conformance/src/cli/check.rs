//! `heaplaw check`: judge targets, print what came of it, and decide by the gate.

use super::progress::Line;
use super::{Ended, Failure, load, screen};
use crate::check::target_spec::TargetSpec;
use crate::check::{Bench, CASES, Options, check, report_of, witness};
use crate::choice::Choices;
use crate::expect::{Expectations, write};
use crate::gate;
use crate::report::target::Shard;
use crate::report::{Report, github, junit, sarif};
use crate::spec::{InvariantId, Judge, Level, Pattern, Profile, Specs};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Arguments of `check`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// `system`, `so:PATH`, `cmd:COMMAND`, `small`, `reference-alloc`, `reference-escape` or `mutant:ID`, or
    /// a kin of one of these; `system` if none is given.
    #[arg(value_name = "TARGET")]
    targets: Vec<TargetSpec>,
    /// Only invariants whose id matches; `*` stands for a part, `**` for several. May repeat.
    #[arg(long, value_name = "GLOB")]
    invariant: Vec<String>,
    /// Whose promises: `any` or `go`; or a choice of the target, as `align=c17-strict16`. May
    /// repeat.
    #[arg(long, value_name = "any|go|CHOICE=WORD")]
    profile: Vec<String>,
    /// Only invariants that are at least so binding.
    #[arg(long, value_name = "must|should|may")]
    level: Option<Level>,
    /// Only this way of enforcing. May repeat.
    #[arg(long, value_name = "NAME")]
    judge: Vec<Judge>,
    /// Hunt for so long: `30s`, `5m`, `1h`.
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "cases")]
    time: Option<Duration>,
    /// Random scripts; the other judges are scaled with it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    cases: Option<u64>,
    /// Seed of all random scripts.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Targets judged at the same time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Part K of N of a run that is split over machines; put together by `merge`.
    #[arg(long, value_name = "K/N", value_parser = shard)]
    shard: Option<Shard>,
    /// Known deviations: a file, or a folder with a file for each target.
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,
    /// Compare with no known deviations.
    #[arg(long)]
    no_baseline: bool,
    /// Write what is broken now as the known deviations.
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Also write a report: `json`, `junit`, `sarif` or `github`. May repeat.
    #[arg(long, value_name = "KIND=FILE", value_parser = output)]
    report: Vec<Output>,
    /// Where witnesses of broken invariants are saved as traces.
    #[arg(long, value_name = "DIR", default_value = "heaplaw-witnesses")]
    witnesses: PathBuf,
    /// Show every invariant.
    #[arg(long, short)]
    verbose: bool,
}

/// A report that is also written to a file.
#[derive(Clone, Debug)]
struct Output {
    kind: OutputKind,
    file: PathBuf,
}

#[derive(Clone, Copy, Debug)]
enum OutputKind {
    Json,
    Junit,
    Sarif,
    Github,
}

fn output(text: &str) -> Result<Output, String> {
    let (kind, file) = text.split_once('=').ok_or("expected KIND=FILE, as `json=out.json`")?;
    let kind = match kind {
        "json" => OutputKind::Json,
        "junit" => OutputKind::Junit,
        "sarif" => OutputKind::Sarif,
        "github" => OutputKind::Github,
        _ => return Err(format!("`{kind}` is none of json, junit, sarif, github")),
    };
    if file.is_empty() {
        return Err("the file has no name".into());
    }
    Ok(Output { kind, file: file.into() })
}

fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| format!("`{text}` is no time, as `30s` is"))?;
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(format!("`{unit}` is none of s, m, h")),
    };
    match number.checked_mul(seconds) {
        Some(seconds) if (1..=1_000_000_000).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        _ => Err("a run takes at least a second, and less than a lifetime".into()),
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((k, n)) if (1..=n).contains(&k) => Ok(Shard { k, n }),
        _ => Err("expected K/N with 1 <= K <= N, as `2/8`".into()),
    }
}

/// Runs the command.
///
/// # Errors
/// What keeps it from judging.
pub fn run(args: &Args, specs_dir: Option<&Path>) -> Ended {
    let (specs, books) = load::specs(specs_dir)?;
    let proof = load::proof(specs_dir)?;
    let expectations = load::expectations(args.baseline.as_deref(), args.no_baseline)?;
    let options = options(args, &specs)?;
    let bench = Bench {
        specs: &specs,
        books: &books,
        expectations: &expectations,
        options: &options,
        worker: load::worker()?,
        proven: Some(&proof),
    };
    let targets =
        if args.targets.is_empty() { vec![TargetSpec::System] } else { args.targets.clone() };
    let mut report = report_of(&bench, judge_all(&targets, &bench, args.jobs));
    expectations.apply(&mut report)?;
    witness::save(&mut report, &args.witnesses)?;
    finish(&report, &expectations, &specs, args)
}

fn options(args: &Args, specs: &Specs) -> Result<Options, Failure> {
    let mut options = Options {
        invariants: args.invariant.iter().map(|glob| Pattern::new(glob)).collect(),
        patterns: args.invariant.clone(),
        level: args.level,
        judges: args.judge.clone(),
        cases: args.cases.unwrap_or(CASES),
        time: args.time,
        seed: args.seed,
        shard: args.shard,
        ..Options::default()
    };
    for (glob, pattern) in args.invariant.iter().zip(&options.invariants) {
        if specs.matching(pattern).next().is_none() {
            return Err(Failure(specs.no_match(glob)));
        }
    }
    for word in &args.profile {
        if let Some((name, choice)) = word.split_once('=') {
            let mut probe = Choices::declared(crate::capability::Capabilities::NONE);
            probe.set(name, choice)?;
            options.overrides.push((name.to_owned(), choice.to_owned()));
        } else {
            options.profile = word.parse::<Profile>()?;
        }
    }
    Ok(options)
}

/// Judges all targets, at most `jobs` at a time; reports come in the order of the command line.
fn judge_all(
    targets: &[TargetSpec],
    bench: &Bench<'_>,
    jobs: u16,
) -> Vec<crate::report::TargetReport> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(BTreeMap::new());
    let work = || loop {
        let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let Some(target) = targets.get(i) else { return };
        let line = Line::new(&target.to_string());
        let report = check(target, bench, &mut |progress| line.show(progress));
        if let Ok(mut done) = done.lock() {
            done.insert(i, report);
        }
    };
    let jobs = usize::from(jobs).min(targets.len());
    std::thread::scope(|scope| {
        for _ in 1..jobs {
            scope.spawn(work);
        }
        work();
    });
    done.into_inner().unwrap_or_default().into_values().collect()
}

fn finish(report: &Report, expectations: &Expectations, specs: &Specs, args: &Args) -> Ended {
    let known: BTreeSet<InvariantId> = specs.invariants().map(|i| i.id.clone()).collect();
    let gate = gate::judge(report, expectations, &known);
    // All outputs are tried, whichever of them fails: a run is not lost for one that cannot be written.
    let on_screen = screen::show(report, &gate, args.verbose);
    let written: Vec<_> = args.report.iter().map(|output| write_report(report, output)).collect();
    on_screen.and(written.into_iter().collect::<Result<(), _>>())?;
    if let Some(file) = &args.write_baseline {
        let old = if file.exists() { Some(Expectations::load(file)?) } else { None };
        let old = old.as_ref().and_then(|old| old.files().first());
        let today = write::day(SystemTime::now());
        let text = write::write(report, old, &known, &today)?;
        write::save(file, &text)?;
        screen::print(&format!("wrote {}\n", file.display()))?;
        return Ok(0);
    }
    Ok(gate.status.code())
}

fn write_report(report: &Report, output: &Output) -> Result<(), Failure> {
    let text = match output.kind {
        OutputKind::Json => report.to_json(),
        OutputKind::Junit => junit::print(report),
        OutputKind::Sarif => sarif::print(report),
        OutputKind::Github => {
            let github = github::print(report);
            // Commands are read from standard output; the summary is the file.
            screen::print(&github.commands)?;
            github.summary
        }
    };
    std::fs::write(&output.file, text)
        .map_err(|e| Failure(format!("cannot write {}: {e}", output.file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_shards_and_outputs_are_read_or_refused_with_a_reason() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert!(duration("0s").is_err() && duration("-1s").is_err());
        assert!(duration("99999999999999h").is_err());
        assert_eq!(shard("2/8"), Ok(Shard { k: 2, n: 8 }));
        assert!(shard("0/8").is_err() && shard("9/8").is_err() && shard("8").is_err());
        assert!(output("xml=a").unwrap_err().contains("none of json"));
        assert!(output("json=").is_err() && output("json").is_err());
    }
}
