//! Resident memory, row by row. Nothing is timed, and each process sleeps for a second, so those of a
//! row run at the same time.

use crate::column::Role;
use crate::process::{Program, RowInfo, Running, number};
use crate::report::{MemoryRow, Report, Resident};
use serde_json::Value;

/// Measures all rows that have a footprint.
pub(crate) fn measure(rows: &[RowInfo], programs: &[Program], report: &mut Report) {
    for row in rows.iter().filter(|row| row.footprint) {
        eprintln!("resident memory: {}", row.says);
        let running: Vec<_> = programs
            .iter()
            .map(|program| {
                // The floor has no blocks of its own, and Go's heap grows by what it collects.
                let measured = matches!(program.column.role, Role::Ours | Role::Peer);
                measured.then(|| program.start(&["memory", &row.name]))
            })
            .collect();
        let mut cells = Vec::new();
        for (running, program) in running.into_iter().zip(programs) {
            let seen = running.map(|running| {
                running.and_then(Running::answer).and_then(|answer| resident(&answer))
            });
            cells.push(seen.and_then(|seen| {
                let place = format!("{}, memory of {}", program.column.name, row.name);
                seen.map_err(|why| report.skipped.push((place, why))).ok()
            }));
        }
        report.memory.push(MemoryRow { name: row.name.clone(), says: row.says.clone(), cells });
    }
}

fn resident(answer: &Value) -> Result<Resident, String> {
    Ok(Resident {
        requested: number(answer, "requested")?,
        peak: number(answer, "peak")?,
        freed: number(answer, "freed")?,
        idle: number(answer, "idle")?,
    })
}
