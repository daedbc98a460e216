//! The command line.

use crate::process::RowInfo;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

/// Measures our allocator beside its peers. Everything is CPU time, and nothing is asserted.
#[derive(Parser, Debug)]
#[command(name = "cargo bench -p reference-alloc --")]
pub(crate) struct Options {
    /// About two minutes instead of five: fewer and shorter rounds
    #[arg(long)]
    pub(crate) quick: bool,

    /// Rounds; medians of them are printed [default: 5, quick: 3]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) rounds: Option<u16>,

    /// CPU seconds of a measurement by the median allocator [default: 0.25, quick: 0.06]
    #[arg(long)]
    pub(crate) seconds: Option<f64>,

    /// Only these rows: pairs,random,larson,cross-thread,batch,large,growth,append
    #[arg(long, value_delimiter = ',')]
    pub(crate) rows: Vec<String>,

    /// Only these columns: names of the table, or so:PATH for any library with malloc and free
    #[arg(long, value_delimiter = ',')]
    pub(crate) allocators: Vec<String>,

    /// These columns beside all others: so:PATH
    #[arg(long, value_delimiter = ',')]
    pub(crate) also: Vec<String>,

    /// Only these parts
    #[arg(long, value_delimiter = ',', value_enum)]
    pub(crate) only: Vec<Section>,

    /// Write all figures, those of each round too, to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// What cargo passes to say that this is a benchmark and no test
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}

/// The parts of a run.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Section {
    /// CPU time of all rows
    Time,
    /// Resident memory
    Memory,
    /// Instructions of a pair, counted by callgrind
    Instructions,
}

impl Options {
    pub(crate) fn has(&self, section: Section) -> bool {
        self.only.is_empty() || self.only.contains(&section)
    }

    pub(crate) fn rounds(&self) -> usize {
        self.rounds.map_or(if self.quick { 3 } else { 5 }, usize::from)
    }

    /// CPU nanoseconds of a measurement.
    pub(crate) fn budget_ns(&self) -> f64 {
        self.seconds.unwrap_or(if self.quick { 0.06 } else { 0.25 }) * 1e9
    }

    /// Those of `rows` that are wanted.
    pub(crate) fn select(&self, mut rows: Vec<RowInfo>) -> Result<Vec<RowInfo>, String> {
        let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
        if let Some(wrong) = self.rows.iter().find(|row| !names.contains(row)) {
            return Err(format!("there is no row {wrong}; there are {}", names.join(", ")));
        }
        rows.retain(|row| self.rows.is_empty() || self.rows.contains(&row.name));
        Ok(rows)
    }
}
