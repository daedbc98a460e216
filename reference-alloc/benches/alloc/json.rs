//! The report as JSON, with what the tables leave out: each round's figure.

use crate::column::Role;
use crate::report::{GO_GOAL, INSTRUCTION_GOAL, MEAN_AIM, MEAN_GOAL, ROW_GOAL, Report};
use serde_json::{Map, Value, json};

/// One object. Cells are keyed by the name of their column.
pub(crate) fn text(report: &Report) -> String {
    let timings: Vec<Value> = report
        .timings
        .iter()
        .map(|row| {
            let cells = keyed(report, |at| {
                let cell = row.cells[at].as_ref()?;
                Some(json!({
                    "ns": cell.median(),
                    "spread": cell.spread(),
                    "ratio": row.ratio(&report.columns, at),
                    "rounds": cell.rounds,
                }))
            });
            json!({"row": row.name, "says": row.says, "threads": row.threads, "cells": cells})
        })
        .collect();
    let memory: Vec<Value> = report
        .memory
        .iter()
        .map(|row| {
            let cells = keyed(report, |at| {
                let cell = row.cells[at]?;
                Some(json!({
                    "requested": cell.requested,
                    "peak": cell.peak,
                    "overhead": cell.overhead(),
                    "freed": cell.freed,
                    "idle": cell.idle,
                }))
            });
            json!({"row": row.name, "says": row.says, "cells": cells})
        })
        .collect();
    let columns: Vec<Value> = report
        .columns
        .iter()
        .map(|column| json!({"name": column.name, "role": role(column.role)}))
        .collect();
    let scores = keyed(report, |at| {
        let score = report.score(at)?;
        Some(json!({"mean": score.mean, "worst": score.worst, "rows": score.rows}))
    });
    let instructions = keyed(report, |at| {
        let (malloc, free) = report.instructions.get(at).copied().flatten()?;
        Some(json!({"malloc": malloc, "free": free}))
    });
    let goals = json!({
        "mean": MEAN_GOAL,
        "mean_aim": MEAN_AIM,
        "worst": ROW_GOAL,
        "faster_than_go": GO_GOAL,
        "instructions": INSTRUCTION_GOAL,
    });
    let whole = json!({
        "machine": report.machine,
        "columns": columns,
        "goals": goals,
        "timings": timings,
        "scores": scores,
        "memory": memory,
        "instructions": instructions,
        "skipped": report.skipped,
    });
    format!("{whole:#}\n")
}

/// An object with what `value` has for each column.
fn keyed(report: &Report, value: impl Fn(usize) -> Option<Value>) -> Value {
    let both = report.columns.iter().enumerate();
    let cells = both.filter_map(|(at, column)| Some((column.name.clone(), value(at)?)));
    Value::Object(cells.collect::<Map<String, Value>>())
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Floor => "floor",
        Role::Ours => "ours",
        Role::Peer => "peer",
        Role::Go => "go",
    }
}
