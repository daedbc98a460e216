//! Instructions of a malloc and of a free that hit the cache, counted by callgrind.
//!
//! Callgrind writes for each call how many instructions were executed until it returned. What the calls
//! of `shim_malloc` and `shim_free` cost in a long run, less what they cost in a short one, by the
//! difference of pairs: that has no first calls in it.

use crate::build;
use crate::column::Role;
use crate::process::Program;
use crate::report::Report;
use std::collections::HashMap;
use std::fs::read_to_string;
use std::process::Command;

const SHORT: u64 = 1_000;
const LONG: u64 = 11_000;
const VALGRIND: &str = "valgrind is not there: apt-get install valgrind";

/// Counts for all programs but Go's.
pub(crate) fn measure(programs: &[Program], report: &mut Report) {
    eprintln!("instructions of 64 B pairs, by callgrind");
    if !Command::new("valgrind").arg("--version").output().is_ok_and(|out| out.status.success()) {
        report.skipped.push(("instructions".to_owned(), VALGRIND.to_owned()));
        return;
    }
    for program in programs {
        let counted = match program.column.role {
            Role::Go => None,
            _ => pair(program)
                .map_err(|why| {
                    let place = format!("{}, instructions", program.column.name);
                    report.skipped.push((place, why));
                })
                .ok(),
        };
        report.instructions.push(counted);
    }
}

/// Instructions of one malloc and one free.
fn pair(program: &Program) -> Result<(f64, f64), String> {
    let short = calls(program, SHORT)?;
    let long = calls(program, LONG)?;
    let each = |shim: &str| {
        let cost = |costs: &HashMap<String, u64>| costs.get(shim).copied();
        let (short, long) = (cost(&short)?, cost(&long)?);
        Some(long.checked_sub(short)? as f64 / (LONG - SHORT) as f64)
    };
    each("shim_malloc").zip(each("shim_free")).ok_or_else(|| "no calls were counted".to_owned())
}

/// What the calls of each shim cost in a run of so many pairs.
fn calls(program: &Program, pairs: u64) -> Result<HashMap<String, u64>, String> {
    let file =
        build::scratch()?.join(format!("callgrind.{}", program.column.name.replace('/', "_")));
    let mut command = Command::new("valgrind");
    program.settle(&mut command);
    command.args(["--tool=callgrind", "--quiet"]);
    command.arg(format!("--callgrind-out-file={}", file.display()));
    let output = command
        .arg(&program.file)
        .args(["count", &pairs.to_string()])
        .output()
        .map_err(|fault| format!("valgrind: {fault}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().find(|line| !line.is_empty() && !line.starts_with("=="));
        return Err(format!("it does not run under valgrind ({})", said.unwrap_or("no reason")));
    }
    let profile = read_to_string(&file).map_err(|fault| format!("{}: {fault}", file.display()))?;
    Ok(inclusive(&profile))
}

/// The inclusive cost of all calls of each shim, by its name, from a profile of callgrind's.
///
/// A call is three lines: `cfn=(ID) NAME`, with the name only where the id is new; `calls=COUNT LINE`;
/// and `LINE COST`.
fn inclusive(profile: &str) -> HashMap<String, u64> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut costs = HashMap::new();
    let mut callee = "";
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        if let Some((key, value)) = line.split_once('=') {
            if !matches!(key, "fn" | "cfn" | "calls") {
                continue;
            }
            if key == "calls" {
                let cost = lines.next().and_then(|line| line.rsplit(' ').next()?.parse().ok());
                let name = names.get(callee).copied().unwrap_or_default();
                if let Some(shim) = ["shim_malloc", "shim_free"].iter().find(|s| name.contains(**s))
                {
                    *costs.entry((*shim).to_owned()).or_insert(0) += cost.unwrap_or(0_u64);
                }
                continue;
            }
            let (id, name) = value.split_once(' ').unwrap_or((value, ""));
            if !name.is_empty() {
                names.insert(id, name);
            }
            if key == "cfn" {
                callee = id;
            }
        }
    }
    costs
}
