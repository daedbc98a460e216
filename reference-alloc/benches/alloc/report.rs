//! The result as one value.

use crate::column::{Column, Role};

/// The geometric mean of our ratios to the best peer of each row: the best that any peer reaches.
pub(crate) const MEAN_GOAL: f64 = 1.21;
/// What it should be in the end.
pub(crate) const MEAN_AIM: f64 = 1.0;
/// The ratio that no row may exceed.
pub(crate) const ROW_GOAL: f64 = 1.5;
/// How much faster than Go an allocation is to be.
pub(crate) const GO_GOAL: f64 = 1.5;
/// Instructions of a malloc or a free that hits the cache.
pub(crate) const INSTRUCTION_GOAL: f64 = 25.0;

/// Everything that a run found out.
#[derive(Default)]
pub(crate) struct Report {
    /// Facts about the machine, a line each.
    pub(crate) machine: Vec<String>,
    /// Those that were measured. All lists of cells below have one for each of them.
    pub(crate) columns: Vec<Column>,
    /// Columns, rows or parts that were not measured, and why.
    pub(crate) skipped: Vec<(String, String)>,
    pub(crate) timings: Vec<TimingRow>,
    pub(crate) memory: Vec<MemoryRow>,
    /// Instructions of a malloc and of a free.
    pub(crate) instructions: Vec<Option<(f64, f64)>>,
}

/// CPU time of a workload.
pub(crate) struct TimingRow {
    pub(crate) name: String,
    pub(crate) says: String,
    pub(crate) threads: u64,
    pub(crate) cells: Vec<Option<Cell>>,
}

/// One allocator's nanoseconds for an operation.
pub(crate) struct Cell {
    /// One for each round, in their order.
    pub(crate) rounds: Vec<f64>,
}

/// Resident memory of a workload.
pub(crate) struct MemoryRow {
    pub(crate) name: String,
    pub(crate) says: String,
    pub(crate) cells: Vec<Option<Resident>>,
}

/// In bytes, above what the process had before.
#[derive(Clone, Copy)]
pub(crate) struct Resident {
    pub(crate) requested: u64,
    pub(crate) peak: u64,
    pub(crate) freed: u64,
    pub(crate) idle: u64,
}

impl Resident {
    /// Peak over what was requested at most.
    pub(crate) fn overhead(&self) -> f64 {
        self.peak as f64 / self.requested as f64
    }
}

impl Cell {
    pub(crate) fn median(&self) -> f64 {
        median(&self.rounds)
    }

    /// Slowest less fastest round, by the median.
    pub(crate) fn spread(&self) -> f64 {
        let fastest = self.rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let slowest = self.rounds.iter().copied().fold(0.0, f64::max);
        (slowest - fastest) / self.median()
    }
}

/// The middle value; of an even number the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

/// The ratios of one column over all rows that it has.
pub(crate) struct Score {
    /// Geometric mean of the ratios.
    pub(crate) mean: f64,
    /// The worst of them.
    pub(crate) worst: f64,
    pub(crate) rows: usize,
}

impl TimingRow {
    /// The least median of a peer.
    fn best(&self, columns: &[Column]) -> Option<f64> {
        let peers = columns.iter().zip(&self.cells).filter(|(column, _)| column.role == Role::Peer);
        peers.filter_map(|(_, cell)| Some(cell.as_ref()?.median())).min_by(f64::total_cmp)
    }

    /// The ratio of a column to the best peer.
    pub(crate) fn ratio(&self, columns: &[Column], at: usize) -> Option<f64> {
        Some(self.cells[at].as_ref()?.median() / self.best(columns)?)
    }
}

fn score(ratios: impl Iterator<Item = f64>) -> Option<Score> {
    let ratios: Vec<f64> = ratios.collect();
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    let worst = ratios.iter().copied().max_by(f64::total_cmp)?;
    Some(Score { mean: (logarithms / ratios.len() as f64).exp(), worst, rows: ratios.len() })
}

impl Report {
    /// A column's ratios to the best peer of each row; none without a row.
    pub(crate) fn score(&self, at: usize) -> Option<Score> {
        score(self.timings.iter().filter_map(|row| row.ratio(&self.columns, at)))
    }

    /// A column's ratios to another one.
    pub(crate) fn against(&self, at: usize, other: usize) -> Option<Score> {
        let median = |row: &TimingRow, at: usize| row.cells[at].as_ref().map(Cell::median);
        score(self.timings.iter().filter_map(|row| Some(median(row, at)? / median(row, other)?)))
    }

    /// The index of the column of that name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Indices of the columns of that role.
    pub(crate) fn with_role(&self, role: Role) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(move |&at| self.columns[at].role == role)
    }
}
