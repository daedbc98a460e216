//! The programs of `../peers` and `../go`, their processes and answers.

use crate::column::Column;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A column that can be measured.
pub(crate) struct Program {
    pub(crate) column: Column,
    pub(crate) file: PathBuf,
    /// Set in its processes, beside what the column says.
    pub(crate) library: Option<String>,
}

/// A row, as the programs describe it.
pub(crate) struct RowInfo {
    pub(crate) name: String,
    pub(crate) says: String,
    pub(crate) threads: Vec<u64>,
    /// Operations for a first guess.
    pub(crate) probe: u64,
    pub(crate) footprint: bool,
}

impl Program {
    /// Adds to a command what this column needs in its environment.
    pub(crate) fn settle(&self, command: &mut Command) {
        command.envs(self.column.env.iter().map(|(name, value)| (name, value)));
        if let Some(path) = &self.library {
            command.env("HEAPLAW_BENCH_LIBRARY", path);
        }
    }

    /// Starts a measurement.
    pub(crate) fn start(&self, words: &[&str]) -> Result<Running, String> {
        let mut command = Command::new(&self.file);
        self.settle(&mut command);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|fault| format!("{}: {fault}", self.file.display()))?;
        Ok(Running(child))
    }

    /// Measures in a process of its own and waits for the answer.
    pub(crate) fn ask(&self, words: &[&str]) -> Result<Value, String> {
        self.start(words)?.answer()
    }
}

/// A measurement on its way. Programs end by SIGALRM when they hang.
pub(crate) struct Running(Child);

impl Running {
    /// The line of JSON, or what went wrong: the last line that the process wrote, and its status.
    pub(crate) fn answer(self) -> Result<Value, String> {
        let output = self.0.wait_with_output().map_err(|fault| fault.to_string())?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            let last = complaint.trim().lines().last().unwrap_or("it said nothing");
            return Err(format!("{} ({last})", output.status));
        }
        serde_json::from_slice(&output.stdout).map_err(|fault| format!("no JSON: {fault}"))
    }
}

/// The number under `key`.
pub(crate) fn number(answer: &Value, key: &str) -> Result<u64, String> {
    answer[key].as_u64().ok_or_else(|| format!("the answer has no {key}: {answer}"))
}

/// The rows that the programs have.
pub(crate) fn rows(floor: &Program) -> Result<Vec<RowInfo>, String> {
    let answer = floor.ask(&["rows"])?;
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let row = |row: &Value| {
        Some(RowInfo {
            name: text(row, "name")?,
            says: text(row, "says")?,
            threads: row["threads"].as_array()?.iter().filter_map(Value::as_u64).collect(),
            probe: row["probe"].as_u64()?,
            footprint: row["footprint"].as_bool()?,
        })
    };
    let rows: Option<Vec<RowInfo>> =
        answer.as_array().and_then(|rows| rows.iter().map(row).collect());
    rows.ok_or_else(|| format!("these are no rows: {answer}"))
}
