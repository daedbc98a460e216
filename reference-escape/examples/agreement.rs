//! How far the lines agree with the compiler's: for each package the lines that both print, those that only one prints, and
//! those with which we claim more than the compiler grants.
//!
//! The compiler is asked as a person asks it, with imports compiled as ever: inlined, so that some of their tags are more
//! exact than what a body alone says. With `IMPORTS=plain` in the environment imports are compiled without inlining.
//!
//! `agreement GOESCAPE CACHE PACKAGE...` asks `go` (or `GO` in the environment) for its lines, keeps them in the folder
//! CACHE, and runs GOESCAPE on the packages' folders. With `SHOW=n` in the environment the first n differences of each
//! package are printed.

#![expect(clippy::print_stdout, reason = "it is a report")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The lines of a package, each with how often it is printed.
type Lines = BTreeMap<Told, usize>;

/// A line: where, and what. Folders are left out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Told {
    file: String,
    line: u32,
    column: u32,
    text: String,
}

#[derive(Clone, Copy, Default, Debug)]
struct Score {
    both: usize,
    missing: usize,
    extra: usize,
    unsound: usize,
}

impl Score {
    fn add(&mut self, other: Score) {
        self.both += other.both;
        self.missing += other.missing;
        self.extra += other.extra;
        self.unsound += other.unsound;
    }
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(ours), Some(cache)) = (arguments.next(), arguments.next()) else {
        return Err("usage: agreement GOESCAPE CACHE PACKAGE...".into());
    };
    let packages: Vec<String> = arguments.collect();
    let show: usize = std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let folders = folders(&packages)?;
    let (mut sum, mut equal, mut failed, mut spent) = (Score::default(), 0, 0, Duration::ZERO);
    println!("{:<28} {:>7} {:>7} {:>7} {:>7}", "package", "exact", "missing", "extra", "unsound");
    for (package, folder) in packages.iter().zip(&folders) {
        let theirs = theirs(package, Path::new(&cache))?;
        let began = Instant::now();
        let (found, trouble) = run_ours(&ours, package, folder)?;
        spent += began.elapsed();
        let score = compare(&found, &theirs);
        sum.add(score);
        let same = score.missing + score.extra == 0 && trouble.is_none();
        equal += usize::from(same);
        failed += usize::from(trouble.is_some());
        let Score { both, missing, extra, unsound } = score;
        println!(
            "{package:<28} {both:>7} {missing:>7} {extra:>7} {unsound:>7}{}",
            if same { "  equal" } else { "" }
        );
        trouble
            .iter()
            .flat_map(|text| text.lines().take(3))
            .for_each(|line| println!("    ! {line}"));
        differences(&found, &theirs, show);
    }
    let Score { both, missing, extra, unsound } = sum;
    println!("{:<28} {both:>7} {missing:>7} {extra:>7} {unsound:>7}", "sum");
    let percent = 100.0 * both as f64 / (both + missing).max(1) as f64;
    println!(
        "{percent:.2} % exact, {equal} of {} packages equal, {failed} failed, {spent:.1?} spent",
        packages.len()
    );
    Ok(())
}

fn go() -> Command {
    let mut go = Command::new(std::env::var_os("GO").unwrap_or_else(|| "go".into()));
    go.envs([("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0")]);
    go
}

/// The folders of packages.
fn folders(packages: &[String]) -> Outcome<Vec<PathBuf>> {
    let output = go().args(["list", "-f", "{{.ImportPath}}\t{{.Dir}}"]).args(packages).output()?;
    let listed = String::from_utf8(output.stdout)?;
    let known: BTreeMap<&str, &str> =
        listed.lines().filter_map(|line| line.split_once('\t')).collect();
    packages
        .iter()
        .map(|package| {
            let folder =
                known.get(package.as_str()).ok_or_else(|| format!("{package}: not known"))?;
            Ok(PathBuf::from(folder))
        })
        .collect()
}

/// Whether imports are to be compiled without inlining.
fn is_plain() -> bool {
    std::env::var_os("IMPORTS").is_some_and(|how| how == "plain")
}

/// The compiler's lines.
fn theirs(package: &str, cache: &Path) -> Outcome<Lines> {
    let folder = cache.join(if is_plain() { "plain" } else { "inlined" });
    std::fs::create_dir_all(&folder)?;
    let kept = folder.join(package.replace('/', "_"));
    if let Ok(text) = std::fs::read_to_string(&kept) {
        return Ok(lines(&text));
    }
    let flag = format!("-gcflags={package}=-m -l");
    let plain = is_plain().then_some("-gcflags=all=-l");
    let output = go().arg("build").args(plain).arg(flag).arg(package).output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("{package}: {text}").into());
    }
    std::fs::write(kept, &text)?;
    Ok(lines(&text))
}

/// Our lines, and what went wrong.
fn run_ours(ours: &str, package: &str, folder: &Path) -> Outcome<(Lines, Option<String>)> {
    let goroot = go().args(["env", "GOROOT"]).output()?;
    let goroot = String::from_utf8(goroot.stdout)?;
    let output = Command::new(ours)
        .args(["-m", "-l", "--goroot", goroot.trim(), "--pkgpath", package])
        .arg(folder)
        .output()?;
    let trouble = (!output.status.success())
        .then(|| format!("status {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    Ok((lines(&String::from_utf8_lossy(&output.stdout)), trouble))
}

fn lines(text: &str) -> Lines {
    let mut lines = Lines::new();
    for told in text.lines().filter_map(line) {
        // What the back end finds out is no matter of escape.
        if told.text != "index bounds check elided" {
            *lines.entry(told).or_default() += 1;
        }
    }
    lines
}

fn line(text: &str) -> Option<Told> {
    let (place, message) = text.split_once(": ")?;
    let mut parts = place.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next(), parts.next());
    let (file, line, column) = match (file, line) {
        (Some(file), Some(line)) => (file, line.parse().ok()?, column.parse().ok()?),
        _ => (place, 0, 0),
    };
    let file = file.rsplit('/').next().unwrap_or(file).to_owned();
    Some(Told { file, line, column, text: message.to_owned() })
}

fn compare(ours: &Lines, theirs: &Lines) -> Score {
    let mut score = Score::default();
    for (told, count) in theirs {
        let here = ours.get(told).copied().unwrap_or(0);
        score.both += here.min(*count);
        score.missing += count.saturating_sub(here);
        if here < *count && claims_less(told, ours) {
            score.unsound += 1;
        }
    }
    for (told, count) in ours {
        let there = theirs.get(told).copied().unwrap_or(0);
        score.extra += count.saturating_sub(there);
        if there < *count && told.text == "zero-copy string->[]byte conversion" {
            score.unsound += 1;
        }
    }
    score
}

/// Whether ours grant the stack what the compiler's `told`, which ours have not, puts on the heap.
fn claims_less(told: &Told, ours: &Lines) -> bool {
    let with = |text: String| ours.contains_key(&Told { text, ..told.clone() });
    if told.text.starts_with("moved to heap: ") {
        return true;
    }
    if let Some(what) = told.text.strip_suffix(" escapes to heap") {
        return with(format!("{what} does not escape"));
    }
    if let Some(leak) = told.text.strip_prefix("leaking param") {
        let name = leak.rsplit_once(": ").map_or(leak, |(_, rest)| rest);
        let name = name.split_once(" to result").map_or(name, |(name, _)| name);
        // What leaks entirely, or is in the heap itself, leaks in any other way as well.
        return !with(format!("leaking param: {name}")) && !with(format!("moved to heap: {name}"));
    }
    false
}

fn differences(ours: &Lines, theirs: &Lines, show: usize) {
    let mut told: Vec<(&Told, char)> = Vec::new();
    for (line, count) in theirs {
        if ours.get(line).copied().unwrap_or(0) < *count {
            told.push((line, if claims_less(line, ours) { '*' } else { '-' }));
        }
    }
    for (line, count) in ours {
        if theirs.get(line).copied().unwrap_or(0) < *count {
            told.push((line, '+'));
        }
    }
    told.sort();
    for (Told { file, line, column, text }, sign) in told.into_iter().take(show) {
        println!("    {sign} {file}:{line}:{column}: {text}");
    }
}
