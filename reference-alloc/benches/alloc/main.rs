//! Ours beside the allocators that people use: `cargo bench -p reference-alloc`.
//!
//! 1. [`options`] says which columns (allocators) and rows (workloads) are wanted, and how long.
//! 2. [`column`] lists the allocators, [`build`] compiles a program for each from `../peers`, and a Go
//!    program. What does not build is skipped, with the reason and with what to install.
//! 3. [`timing`] guesses how many operations make a measurement, then runs rounds: each row, and within
//!    it each column, in a process of its own; again and again, so that a machine that gets slower is
//!    slower for all. Medians count.
//! 4. [`memory`] measures what stays resident, [`instructions`] counts with callgrind.
//! 5. [`report`] is the result as one value; [`print`] and [`json`] only write it down.
//!
//! Nothing is asserted: the goals stand beside the figures.

mod options;
mod column;
mod report;
mod build;
mod process;
mod timing;
mod memory;
mod instructions;
mod machine;
mod print;
mod json;

use clap::Parser;
use options::{Options, Section};
use process::Program;
use report::Report;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.bench {
        println!("a benchmark, not a test: cargo bench -p reference-alloc -- --help");
        return ExitCode::SUCCESS;
    }
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("alloc: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let columns = column::wanted(&options.allocators, &options.also)?;
    let mut report = Report { machine: machine::describe(), ..Report::default() };
    let floor = build::floor()?;
    let rows = options.select(process::rows(&floor)?)?;
    let mut programs: Vec<Program> = Vec::new();
    for column in &columns {
        match build::program(column) {
            Ok(program) => programs.push(program),
            Err(why) => report.skipped.push((column.name.clone(), why)),
        }
    }
    report.columns = programs.iter().map(|program| program.column.clone()).collect();
    report.machine.extend(machine::versions(&report.columns));
    if options.has(Section::Time) {
        timing::measure(&rows, &programs, options, &mut report);
    }
    if options.has(Section::Memory) {
        memory::measure(&rows, &programs, &mut report);
    }
    if options.has(Section::Instructions) {
        instructions::measure(&programs, &mut report);
    }
    print!("{}", print::text(&report));
    match &options.json {
        Some(path) => std::fs::write(path, json::text(&report))
            .map_err(|fault| format!("{}: {fault}", path.display())),
        None => Ok(()),
    }
}
