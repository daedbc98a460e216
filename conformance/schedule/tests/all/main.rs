//! Every schedule model, run for three sorts of parts: those of the reference, small right ones, and
//! wrong ones that their own model must kill. `ci/loom.sh` starts it:
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test -p conformance --features schedule --test schedule -- [WORD ...]
//!     WORD           only parts and models whose name has it
//!     --jobs N       so many at once; as a rule as many as there are processors
//!     --write FILE   keep what was found, as `specs/schedule.json` is
//! ```
//!
//! It fails where a right part is broken or not explored to its end, where a wrong part lives, and
//! where nothing was run.

#[cfg(loom)]
mod reference;
mod run;
mod sources;

use run::{Job, Row};
use std::process::ExitCode;

/// What the command line asks for.
struct Asked {
    words: Vec<String>,
    jobs: usize,
    write: Option<String>,
}

fn asked() -> Result<Asked, String> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut asked = Asked { words: Vec::new(), jobs: processors, write: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--jobs" => asked.jobs = value()?.parse().map_err(|_| "--jobs needs a number")?,
            "--write" => asked.write = Some(value()?),
            word if word.starts_with('-') => return Err(format!("what is {word}?")),
            word => asked.words.push(word.to_owned()),
        }
    }
    Ok(asked)
}

/// Everything that is to be run.
fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    #[cfg(loom)]
    for (part, cases) in reference::cases() {
        jobs.extend(cases.into_iter().map(|case| Job::right(part, case)));
    }
    for (_, cases) in conformance_schedule::wrong::right() {
        jobs.extend(cases.into_iter().map(|case| Job::right("small", case)));
    }
    jobs.extend(conformance_schedule::wrong::ALL.iter().map(Job::wrong));
    jobs
}

fn main() -> ExitCode {
    if !cfg!(loom) {
        println!("skipped: the reference is not built on loom's atomics here; see ci/loom.sh");
        return ExitCode::SUCCESS;
    }
    let asked = match asked() {
        Ok(asked) => asked,
        Err(says) => {
            eprintln!("{says}");
            return ExitCode::from(2);
        }
    };
    let mut jobs = jobs();
    jobs.retain(|job| asked.words.iter().all(|word| job.name().contains(word)));
    // A wrong part's panic is what is looked for; it is in the table.
    std::panic::set_hook(Box::new(|_| {}));
    let rows = run::all(jobs, asked.jobs);
    let _ = std::panic::take_hook();
    if let Some(file) = &asked.write {
        let text = run::record(&rows).to_json();
        if let Err(error) = std::fs::write(file, text) {
            eprintln!("{file}: {error}");
            return ExitCode::from(2);
        }
    }
    let bad = rows.iter().filter(|row: &&Row| !row.is_as_it_must_be()).count();
    let killed = rows.iter().filter(|row| row.is_killed()).count();
    let held = rows.len() - killed - bad;
    println!("{held} models held, {killed} wrong parts killed, {bad} not as it must be");
    if bad > 0 || rows.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
