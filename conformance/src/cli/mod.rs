//! The commands of the binary: what they are called, and who does the work.
//!
//! `main.rs` calls [`main`]. Exit statuses are the contract of [`crate::gate`]; usage errors are 2.

pub mod adapter;
pub mod check;
pub mod explain;
pub mod list;
mod load;
pub mod merge;
pub mod mutants;
mod progress;
pub mod replay;
mod screen;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// heaplaw holds memory managers to the laws of Go-style memory management.
#[derive(Parser, Debug)]
#[command(name = "heaplaw", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// Read the invariants from this folder instead of those built in.
    #[arg(long, global = true, value_name = "DIR")]
    specs: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Judge targets by all invariants that apply to them.
    Check(check::Args),
    /// Try an adapter by itself: a program that speaks the protocol of collectors.
    Adapter(adapter::Args),
    /// Print the invariants, by suite.
    List(list::Args),
    /// Print one invariant in full: wording, source, mutants.
    Explain(explain::Args),
    /// Perform a trace on a target, and judge it.
    Replay(replay::Args),
    /// Make a trace smaller that breaks an invariant.
    Shrink(replay::ShrinkArgs),
    /// Print the kill matrix: every mutant, and which judge kills it.
    Mutants(mutants::Args),
    /// Put the results of shards and targets into one report.
    Merge(merge::Args),
}

/// Why a command cannot do its work: a sentence, and exit status 2.
#[derive(Debug)]
pub struct Failure(pub String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(e: E) -> Failure {
        Failure(e.to_string())
    }
}

/// What a command ends with.
pub type Ended = Result<u8, Failure>;

/// Does what the arguments ask; returns the exit status.
pub fn main() -> u8 {
    let cli = Cli::parse();
    let specs = cli.specs.as_deref();
    let ended = match cli.command {
        Command::Check(args) => check::run(&args, specs),
        Command::Adapter(args) => adapter::run(&args),
        Command::List(args) => list::run(&args, specs),
        Command::Explain(args) => explain::run(&args, specs),
        Command::Replay(args) => replay::run(&args, specs),
        Command::Shrink(args) => replay::run_shrink(&args, specs),
        Command::Mutants(args) => mutants::run(&args, specs),
        Command::Merge(args) => merge::run(&args, specs),
    };
    ended.unwrap_or_else(|Failure(says)| {
        anstream::eprintln!("heaplaw: {says}");
        2
    })
}
