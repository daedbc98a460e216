//! What the benchmark asks of a process, and its answer: one line of JSON.
//!
//! ```text
//! NAME rows                       the rows there are
//! NAME time ROW THREADS OPS       CPU time of a workload
//! NAME memory ROW                 resident memory
//! NAME count PAIRS                nothing but pairs, for callgrind
//! ```

use crate::allocator::Peer;
use crate::workload::Row;
use crate::{count, measure, memory};
use std::env;
use std::process::ExitCode;

/// After so many seconds a measurement hangs: the process ends by SIGALRM.
const LIMIT: u32 = 120;

/// Answers the command line for the allocator `P`.
pub fn main<P: Peer>() -> ExitCode {
    // SAFETY: sets a timer of the process, and nothing else.
    unsafe { libc::alarm(LIMIT) };
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match answer::<P>(&words) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn answer<P: Peer>(words: &[&str]) -> Result<String, String> {
    match words {
        ["rows"] => Ok(rows()),
        ["time", row, threads, ops] => {
            let (threads, ops) = (number(threads)?, number(ops)?);
            let seen = measure::time::<P>(named(row)?, threads as usize, ops);
            sound(seen.damaged)?;
            Ok(format!(r#"{{"ops":{},"cpu_ns":{}}}"#, seen.ops, seen.cpu_ns))
        }
        ["memory", row] => {
            let seen = memory::resident::<P>(named(row)?)
                .ok_or_else(|| format!("{row} has no footprint"))?;
            sound(seen.damaged)?;
            Ok(format!(
                r#"{{"requested":{},"peak":{},"freed":{},"idle":{}}}"#,
                seen.requested, seen.peak, seen.freed, seen.idle
            ))
        }
        ["count", pairs] => {
            sound(count::pairs::<P>(number(pairs)?))?;
            Ok("{}".to_owned())
        }
        _ => Err("usage: rows | time ROW THREADS OPS | memory ROW | count PAIRS".to_owned()),
    }
}

fn rows() -> String {
    let row = |row: Row| {
        format!(
            r#"{{"name":"{}","says":"{}","threads":{:?},"probe":{},"footprint":{}}}"#,
            row.name(),
            row.says(),
            row.threads(),
            row.probe(),
            row.has_footprint()
        )
    };
    format!("[{}]", Row::ALL.map(row).join(","))
}

fn named(row: &str) -> Result<Row, String> {
    Row::named(row).ok_or_else(|| format!("there is no row {row}"))
}

fn number(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("{word} is no number"))
}

fn sound(damaged: u64) -> Result<(), String> {
    match damaged {
        0 => Ok(()),
        _ => Err(format!("{damaged} blocks did not hold what was written to them")),
    }
}
